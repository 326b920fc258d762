"""The verdicts of a sweep as the table of doc/torch_coverage.md, worst first."""
from __future__ import annotations

import collections

HEAD = """# What torch.compile(backend="weft") covers

torch's own databases (torch {version}) through the backend: operators (OpInfo), modules (`nn.`), optimizers
(`optim.`) and higher-order operators (`hop.`); every entry, with gradients where it has them. Made by
`make opinfo`; {samples}.{note}

A pair is an entry and a dtype. It counts where eager torch and `aot_eager` can do it. **right**: values
and gradients within torch's tolerances. **native**: nothing of it ran in eager torch; *partly*: some
operators ran as host callbacks, in the compiled program; *fallback*: a whole graph ran in eager
torch. A dash: torch has no such pair; 0: torch gave no graph to compile.

"""


def kind(v: dict) -> str:
    if any(k.startswith("graph: ") for k in v.get("fallbacks", ())):
        return "fallback"
    return "partly" if v.get("fallbacks") else "native"


def right(v: dict) -> bool:
    return v["status"] == "ok"


def counted(results) -> list[dict]:
    return [v for v in results if v["status"] != "none"]


def score(results) -> str:
    pairs = counted(results)
    good = sum(map(right, pairs))
    f32 = [v for v in pairs if v["dtype"] == "f32"]
    native = sum(right(v) and kind(v) == "native" for v in f32)
    every = sum(right(v) and kind(v) == "native" for v in pairs)

    def share(n, of):
        return f"{n} of {of} ({100 * n / max(of, 1):.2f} %)"

    return (f"right {share(good, len(pairs))}; float32 without a fallback {share(native, len(f32))}; "
            f"all dtypes {share(every, len(pairs))}")


def cell(v) -> str:
    if v is None or v["status"] == "none":
        return "-"
    if not right(v):
        return f"**{v['status']}**"
    return kind(v) if v["graphs"] else "0"


def badness(row: dict) -> tuple:
    marks = [2 if not right(v) else {"fallback": 1, "partly": 0.5}.get(kind(v), 0)
             for v in row.values() if v["status"] != "none"]
    return (-sum(m == 2 for m in marks), -sum(marks))


def document(results, dtypes, note="") -> str:
    import torch
    rows: dict[str, dict] = collections.defaultdict(dict)
    for v in results:
        rows[v["name"]][v["dtype"]] = v
    names = sorted(rows, key=lambda n: (badness(rows[n]), n))
    most = max((v.get("samples", 0) for v in results), default=0)
    text = HEAD.format(version=torch.__version__.partition("+")[0],
                       samples=f"at most {most} samples a pair, {', '.join(dtypes)}",
                       note=" " + note if note else "")
    text += score(results).replace("; ", "  \n") + "\n\n"
    text += "| entry | " + " | ".join(dtypes) + " | what ran in eager torch, or what is wrong |\n"
    text += "|---|" + "---|" * len(dtypes) + "---|\n"
    for n in names:
        row = rows[n]
        if all(v["status"] == "none" for v in row.values()):
            continue
        why = next((v["why"] for v in row.values() if not right(v) and v.get("why")), "")
        fell = sorted({k for v in row.values() for k in v.get("fallbacks", ())})
        note = why or ", ".join(fell)
        note = note.replace("|", "\\|").replace("`", "'").replace("\n", " ")[:160]
        text += f"| {n} | " + " | ".join(cell(row.get(d)) for d in dtypes) + f" | {note} |\n"
    return text
