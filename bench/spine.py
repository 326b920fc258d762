"""MiniLM and its like through torch.compile(backend="weft"), beside eager, interleaved in one run.

Per workload one fresh process: build, eager result, first compiled call (cold: nothing of Weft is loaded
before), then rounds of eager and compiled calls in turn.  Times are medians; `graph to executable` is what
weft.report() says Weft itself took, Dynamo and AOTAutograd left out.

    .venv/bin/python bench/spine.py [--threads N] [--rounds N] [--write] [NAME ...]
"""
from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import sys
import time

import children
import results
import turns

HERE = pathlib.Path(__file__).resolve().parent
NAMES = ["minilm-b1", "minilm-b8", "bert-base", "gpt2-prefill", "resnet50-b1", "mlp-b64", "softmax-rows", "layernorm-rows",
         "pointwise-16m", "tiny-add", "mobilenet-v2", "llama-110m", "vit-b16", "gpt2-decode", "minilm-b1-bf16",
         "bert-base-bf16", "gpt2-prefill-bf16", "resnet50-b1-bf16"]


def built(name: str):
    """Module, inputs and what else is known; of a name that ends in -bf16, all its floats are."""
    import models
    import torch
    module, inputs, meta = models.load(("shared", "named"))[name.removesuffix("-bf16")].build()
    if name.endswith("-bf16"):
        module = module.to(torch.bfloat16)
        inputs = tuple(x.to(torch.bfloat16) if x.is_floating_point() else x for x in inputs)
    return module, inputs, meta


def measure(name: str, threads: int, rounds: int, clock: str) -> dict:
    import torch
    torch.set_num_threads(threads)
    now = {"wall": time.perf_counter, "cpu": time.process_time}[clock]
    module, inputs, meta = built(name)
    module.eval()
    row = {"workload": name, "params": meta["params"]}
    with torch.no_grad():
        module(*inputs)
        want = module(*inputs)
        compiled = torch.compile(module, backend="weft")
        t0 = time.perf_counter()
        got = compiled(*inputs)
        row["first_s"] = time.perf_counter() - t0
        row["difference"] = (got - want).abs().max().item()
        times = turns.in_turn({"eager": lambda: module(*inputs), "weft": lambda: compiled(*inputs)}, rounds, 0.05, now=now)
    import weft
    report = json.loads(weft.report(format="json"))
    row.update({k: statistics.median(v) for k, v in times.items()})
    row["ratio"] = statistics.median(e / w for e, w in zip(times["eager"], times["weft"]))
    row["spread"] = max(times["weft"]) / min(times["weft"])
    row.update(compile_s=report["compile_s"], kernels=report["kernels"], fallbacks=sum(report["fallbacks"].values()),
               arena=max(e["arena_bytes"] for e in report["executables"]))
    return row


def table(rows: list[dict]) -> str:
    lines = ["| workload | eager ms | weft ms | eager/weft | most/least of weft | graph to executable s | first call s | kernels | "
             "fallbacks | arena MiB | largest difference |", "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for r in rows:
        if "error" in r:
            lines.append(f"| {r['workload']} | failed: {r['error'][-120:]} |" + " |" * 9)
            continue
        lines.append(f"| {r['workload']} | {1e3 * r['eager']:.3f} | {1e3 * r['weft']:.3f} | {r['ratio']:.2f} | {r['spread']:.2f} | "
                     f"{r['compile_s']:.3f} | {r['first_s']:.2f} | {r['kernels']} | {r['fallbacks']} | {r['arena'] / 2**20:.1f} | "
                     f"{r['difference']:.1e} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*", default=NAMES)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--rounds", type=int, default=15)
    p.add_argument("--clock", choices=["wall", "cpu"], default="wall",
                   help="cpu: processor time, all threads together; for machines that do other things too")
    p.add_argument("--write", action="store_true", help="put the table into RESULTS.md")
    p.add_argument("--child", help=argparse.SUPPRESS)
    args = p.parse_args()
    sys.path.insert(0, str(HERE))
    if args.child:
        print(json.dumps(measure(args.child, args.threads, args.rounds, args.clock)))
        return
    rows = children.rows(args.names, "workload", ["--threads", args.threads, "--rounds", args.rounds, "--clock", args.clock],
                         {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"})
    print(table(rows))
    if args.write:
        results.put("workloads", table(rows), args.threads)


if __name__ == "__main__":
    main()
