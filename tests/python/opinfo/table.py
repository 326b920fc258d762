"""The verdicts of sweeps as the table of doc/torch_coverage.md, worst first.

A verdict is of one library and of what was asked: all samples, the first few, or some that a seed picks.
A pair's cell is of the first reading (nothing picked) by the last library that has one of it: what is
wrong in any of them, else the one of the most samples.  A second reading, with picked samples, is
scored beside it.  What is of which commit, and how many samples, is counted in the head.

A sweep takes hours: pairs that the verdicts have none of stay as the table before said, and are counted
in the head as that.
"""
from __future__ import annotations

import collections
import re

EARLIER = "earlier"                      # the library of a pair that the table before said

HEAD = """# What torch.compile(backend="weft") covers

torch's own databases (torch {version}) through the backend: operators (OpInfo), modules (`nn.`), optimizers
(`optim.`) and higher-order operators (`hop.`); every entry, with gradients where it has them. Made by
`make opinfo`: `tests/python/opinfo/run.py --json VERDICTS --resume --doc doc/torch_coverage.md`.

{made}

A pair is an entry and a dtype. It counts where eager torch and `aot_eager` can do it. **right**: values
and gradients within torch's tolerances (`tests/python/opinfo/pair.py` says which). **native**: nothing of it
ran in eager torch; *partly*: some operators ran as host callbacks, in the compiled program; *fallback*: a
whole graph ran in eager torch. A dash: torch has no such pair; 0: torch gave no graph to compile.

"""


def before(text: str) -> list[dict]:
    """The verdicts that a table gives, as far as it gives them: no samples are counted again."""
    out, dtypes = [], []
    for line in text.splitlines():
        if not line.startswith("| "):
            continue
        name, *cells, note = [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if name == "entry":
            dtypes = cells
            continue
        ran = [k for k in note.split(", ") if k]
        for d, c in zip(dtypes, cells):
            fell = [k for k in ran if k.startswith("graph: ") == (c == "fallback")] or ran
            v = {"name": name, "dtype": d, "status": "ok", "samples": 0, "graphs": int(c != "0"), "library": EARLIER,
                 "fallbacks": dict.fromkeys(fell if c in ("partly", "fallback") else (), 1),
                 "asked": {"samples": 0, "pick": None}}
            if c.startswith("**"):
                v.update(status=c.strip("*"), why=note)
            if c != "-":
                out.append(v)
    return out


def last_library(verdicts) -> list[dict]:
    return [v for v in verdicts if v.get("library") == verdicts[-1].get("library")]


def by_pair(results, second: bool) -> dict[tuple, list[dict]]:
    out: dict[tuple, list[dict]] = collections.defaultdict(list)
    for v in results:
        if (v.get("asked", {}).get("pick") is not None) == second:
            out[v["name"], v["dtype"]].append(v)
    return {k: last_library(v) for k, v in out.items()}


def samples_asked(v) -> float:
    n = v.get("asked", {}).get("samples")
    return float("inf") if n is None else n


def worst(verdicts) -> dict:
    """Of one pair's verdicts by one library."""
    return max(verdicts, key=lambda v: (v["status"] not in ("ok", "none"), samples_asked(v)))


def first_readings(results) -> list[dict]:
    return [worst(v) for v in by_pair(results, second=False).values()]


def second_readings(results) -> list[dict]:
    return [worst(v) for v in by_pair(results, second=True).values()]


def names(verdicts, most=4) -> str:
    some = sorted({v["name"] for v in verdicts})
    return ", ".join(some[:most]) + (f" and {len(some) - most} more" if len(some) > most else "")


def by_dtype(verdicts) -> str:
    dtypes = collections.Counter(v["dtype"] for v in verdicts)
    return ", ".join(f"{dtypes[d]} of {d}" for d in sorted(dtypes, key=lambda d: -dtypes[d]))


def made(results, first) -> str:
    """What the verdicts are of: commits, samples, the second reading."""
    new = [v for v in first if v.get("library") != EARLIER]
    whole = [v for v in new if samples_asked(v) == float("inf")]
    out = []
    if whole:
        out.append(f"All samples, {sum(v['samples'] for v in whole)}: {len(whole)} pairs ({by_dtype(whole)}): {score(whole)}.")
    for n in sorted({samples_asked(v) for v in new if v not in whole}, reverse=True):
        some = [v for v in new if samples_asked(v) == n]
        out.append(f"The first {n:g} samples: {len(some)} pairs ({by_dtype(some)}): {score(some)}.")
    if old := [v for v in first if v.get("library") == EARLIER]:
        out.append(f"As the table before had it, not read since: {len(old)} pairs ({by_dtype(old)}).")
    commits: dict[str, list] = collections.defaultdict(list)
    for v in new:
        commits[v.get("commit", "?")].append(v)
    order = sorted(commits, key=lambda c: -len(commits[c]))
    if order:
        out.append(f"Read at commit {order[0]}" + "".join(
            f"; {len(commits[c])} pairs at {c} ({names(commits[c])})" for c in order[1:]) + ".")
    if wider := [v for v in counted(first) if right(v) and v.get("wider")]:
        out.append(f"Right only by a tolerance that torch's database has of the operator: {len(wider)} pairs " +
                   f"({', '.join(sorted(v['name'] + ' ' + v['dtype'] for v in wider))}).")
    second = second_readings(results)
    if second:
        mine = {(v["name"], v["dtype"]): right(v) for v in first}
        differ = [v for v in counted(second) if right(v) != mine.get((v["name"], v["dtype"]), right(v))]
        picks = sorted({f"--pick {v['asked']['pick']} --seed {v['asked']['seed']}" for v in second})
        out.append(f"A second reading ({', '.join(picks)}): {score(second)}. " +
                   (f"Its verdict differs for {names(differ)}." if differ else
                    "No pair's verdict differs from the first's."))
    return "  \n".join(out)


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


def with_dtypes(verdicts) -> str:
    """Each name once, with its dtypes."""
    of: dict[str, list] = collections.defaultdict(list)
    for v in verdicts:
        of[v["name"]].append(v["dtype"])
    return "; ".join(f"`{n}` of {', '.join(of[n])}" for n in sorted(of)) or "nothing"


def document(verdicts, dtypes) -> str:
    import torch
    results = first_readings(verdicts)
    dtypes = [d for d in dtypes if any(v["dtype"] == d for v in results)]
    rows: dict[str, dict] = collections.defaultdict(dict)
    for v in results:
        rows[v["name"]][v["dtype"]] = v
    ordered = sorted(rows, key=lambda n: (badness(rows[n]), n))
    text = HEAD.format(version=torch.__version__.partition("+")[0], made=made(verdicts, results))
    pairs = sorted(counted(results), key=lambda v: dtypes.index(v["dtype"]))
    text += "All pairs:\n\n- " + score(results).replace("; ", "\n- ") + "\n"
    text += f"- wrong: {with_dtypes(v for v in pairs if not right(v))}\n"
    for k, what in (("fallback", "a whole graph in eager torch"), ("partly", "some operators in eager torch")):
        text += f"- {what}: {with_dtypes(v for v in pairs if right(v) and kind(v) == k)}\n"
    text += "\n"
    text += "| entry | " + " | ".join(dtypes) + " | what ran in eager torch, or what is wrong |\n"
    text += "|---|" + "---|" * len(dtypes) + "---|\n"
    for n in ordered:
        row = rows[n]
        if all(v["status"] == "none" for v in row.values()):
            continue
        why = next((v["why"] for v in row.values() if not right(v) and v.get("why")), "")
        fell = sorted({k for v in row.values() for k in v.get("fallbacks", ())})
        note = why or ", ".join(fell)
        note = note.replace("|", "\\|").replace("`", "'").replace("\n", " ")[:160]
        text += f"| {n} | " + " | ".join(cell(row.get(d)) for d in dtypes) + f" | {note} |\n"
    return text
