"""What it costs that sizes may change: one compile for every length beside one compile a length.

Per workload one fresh process: the module compiled once with dynamic=True and called with every length, and at each
length beside a copy compiled for that length alone, in turn.  Both share the weights and give the same bits.

    .venv/bin/python bench/sizes.py [--threads N] [--rounds N] [--write] [NAME ...]
"""
from __future__ import annotations

import argparse
import json
import math
import os
import pathlib
import statistics
import sys

import children
import results
import turns

HERE = pathlib.Path(__file__).resolve().parent
NAMES = ["minilm-b1", "minilm-b8", "bert-base", "gpt2-prefill"]
LENGTHS = [16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 128, 144, 160, 192, 224, 256]


def of_length(inputs: tuple, n: int) -> tuple:
    """The inputs, tokens by their last dimension, repeated and cut to n of them."""
    return tuple(x.repeat(1, -(-n // x.shape[-1]))[:, :n].contiguous() for x in inputs)


def measure(name: str, threads: int, rounds: int, lengths: list[int]) -> dict:
    import torch
    import spine
    import weft
    torch.set_num_threads(threads)
    module, inputs, _ = spine.built(name)
    module.eval()
    row = {"workload": name, "lengths": []}
    with torch.no_grad():
        sized = torch.compile(module, backend="weft", dynamic=True)
        for n in lengths:
            sized(*of_length(inputs, n))
        row["graphs"] = json.loads(weft.report(format="json"))["graphs"]
        for n in lengths:
            args = of_length(inputs, n)
            # Dynamo keeps graphs by code: a function a length has code of its own.
            one = torch.compile(eval("lambda *a: module(*a)", {"module": module}), backend="weft", dynamic=False)
            same = torch.equal(sized(*args), one(*args))
            times = turns.in_turn({"static": lambda: one(*args), "dynamic": lambda: sized(*args)}, rounds, 0.05)
            ratio = statistics.median(d / s for d, s in zip(times["dynamic"], times["static"]))
            row["lengths"].append({"length": n, "same": same, "ratio": ratio,
                                   **{k: statistics.median(v) for k, v in times.items()}})
    return row


def table(rows: list[dict]) -> str:
    lines = ["| workload | lengths | graphs compiled | dynamic/static, geometric mean | worst | at length | same bits |",
             "|---|---:|---:|---:|---:|---:|---|"]
    for r in rows:
        if "error" in r:
            lines.append(f"| {r['workload']} | failed: {r['error'][-120:]} |" + " |" * 5)
            continue
        each = r["lengths"]
        worst = max(each, key=lambda e: e["ratio"])
        mean = math.exp(statistics.fmean(math.log(e["ratio"]) for e in each))
        lines.append(f"| {r['workload']} | {len(each)} from {each[0]['length']} to {each[-1]['length']} | {r['graphs']} | {mean:.2f} | "
                     f"{worst['ratio']:.2f} | {worst['length']} | {sum(e['same'] for e in each)} of {len(each)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*", default=NAMES)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--rounds", type=int, default=9)
    p.add_argument("--lengths", type=int, nargs="*", default=LENGTHS)
    p.add_argument("--write", action="store_true", help="put the table into RESULTS.md")
    p.add_argument("--child", help=argparse.SUPPRESS)
    args = p.parse_args()
    sys.path.insert(0, str(HERE))
    if args.child:
        print(json.dumps(measure(args.child, args.threads, args.rounds, args.lengths)))
        return
    rows = children.rows(args.names, "workload", ["--threads", args.threads, "--rounds", args.rounds, "--lengths", *args.lengths],
                         {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"})
    print(table(rows))
    if args.write:
        results.put("sizes", table(rows), args.threads)


if __name__ == "__main__":
    main()
