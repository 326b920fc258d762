"""doc/architectures.md: what run.py found, a line an architecture and a column a case, and what is to be said of a row.

A run of some rows replaces those; the others stay as they were.
"""
from __future__ import annotations

import itertools
import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[2] / "doc" / "architectures.md"
CASES = list(itertools.product(("infer", "train"), ("fp32", "bf16"), ("static", "dynamic")))
HEAD = """# Architectures

Made by `make bench-torch ARGS="NAME ... --write"` (`bench/torch/run.py`), which also says when a row is right. A number: the row is right,
in as many graphs as torch's own capture has, with no operator beside compiled code (torch's profiler), and this is the largest
difference from eager torch in parts of a tensor's largest value. `see`: something is said of it below, what is wrong first. `-`: not run.
Where batch norm divides by the spread of a few values, training carries a rounding far, eager torch's as well: gradients of
tv-mobilenet-v2 in bfloat16 are 1.8 from float64's in eager torch, 1.6 to 2.5 when its weights are moved by a rounding, 2.5 in Weft.
"in torch": custom operators that a library brings, which every compiler only calls. (transformers' products of experts in float32 are
compiled, as torch's own operator for those in bfloat16 is.) "TooLong": torch's tracing of sizes that are quotients and remainders of
sizes takes its time before any compiler sees a graph: for swin's inference 92 s alone and 98 s with Weft behind it, for the training
of one layer of swin 69 s and 69 s.
Static: one size. Dynamic: `dynamic=True`, three sizes one after another.
"""


def note(r: dict) -> str:
    """What is to be said of a row: what is wrong with it, else what a library's custom operators did."""
    if "error" in r:
        return "fails: " + r["error"].splitlines()[0][:160]
    said = [f"wrong, {len(r['wrong'])} tensors: {r['wrong'][0]}"] if r["wrong"] else []
    if r["graphs"][-1] > r["expected"][-1]:
        said.append(f"{r['graphs'][-1]} graphs, torch's capture has {r['expected'][-1]}")
    if r["beside"]:
        said.append("beside compiled code: " + ", ".join(r["beside"]))
    if r["fallbacks"]:
        said.append("in torch: " + ", ".join(f"{k} ({v})" for k, v in r["fallbacks"].items()))
    return "; ".join(said)


def read() -> tuple[dict, dict]:
    """Cells and notes of the page, by (name, *case)."""
    cells, notes = {}, {}
    for line in PAGE.read_text().splitlines() if PAGE.exists() else ():
        words = [w.strip() for w in line.strip("|").split("|")]
        if line.startswith("| ") and len(words) == 1 + len(CASES) and words[0] != "architecture":
            cells.update({(words[0], *c): w for c, w in zip(CASES, words[1:]) if w != "-"})
        elif m := re.match(r"- (\S+) (\S+) (\S+) (\S+): (.*)", line):
            notes[m.groups()[:4]] = m[5]
    return cells, notes


def write(rows: list[dict], names: list[str]) -> None:
    """names: the order of lines."""
    cells, notes = read()
    for r in rows:
        key = r["name"], r["mode"], r["dtype"], r["sizes"]
        notes.pop(key, None)
        cells[key] = f"{r['difference']:.1e}" if not (said := note(r)) else "see"
        if said:
            notes[key] = said
    lines = ["| architecture | " + " | ".join(" ".join(c) for c in CASES) + " |", "|---|" + "---:|" * len(CASES)]
    lines += [f"| {n} | " + " | ".join(cells.get((n, *c), "-") for c in CASES) + " |" for n in names
              if any((n, *c) in cells for c in CASES)]
    order = {(n, *c): i for i, (n, c) in enumerate(itertools.product(names, CASES))}
    ranked = sorted(notes, key=lambda k: (not notes[k].startswith(("fails", "wrong")), order.get(k, 0), k))
    said = [f"- {' '.join(k)}: {notes[k]}" for k in ranked]
    PAGE.write_text("\n".join([HEAD, *lines, *([""] + said if said else []), ""]))
