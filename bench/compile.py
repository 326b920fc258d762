"""From the first call to the first result: cold, from another process, and again in the same one.

Per workload and backend, in turn, each in processes of its own: one with empty caches (cold), one more with
the caches that one left (other process), which then forgets Dynamo's frames and compiles again (warm).  The
module and its eager result are there before the clock starts.  `aot_eager` compiles nothing: what it takes is
torch's own capture, and Weft's second process may take a tenth of a second more.  `graph to executable` is what
weft.report() says Weft itself took; kernels: what a process generated.  Medians of the rounds.

    .venv/bin/python bench/compile.py [--threads N] [--rounds N] [--clock wall|cpu] [--precompile] [--write] [NAME ...]
"""
from __future__ import annotations

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
NAMES = ["minilm-b1", "resnet50-b1"]
BACKENDS = ["weft", "inductor", "aot_eager"]


def measure(name: str, backend: str, threads: int, clock: str, precompile: bool) -> dict:
    import models
    import torch
    torch.set_num_threads(threads)
    torch._dynamo.config.caching_precompile = precompile
    now = {"wall": time.perf_counter, "cpu": time.process_time}[clock]
    module, inputs, _ = models.load(("shared",))[name].build()
    module.eval()
    row = {}
    with torch.no_grad():
        module(*inputs)
        for label in ("first", "warm"):
            torch._dynamo.reset()
            t0 = now()
            compiled = torch.compile(module, backend=backend)    # where caching_precompile loads
            compiled(*inputs)
            row[label] = now() - t0
            if backend == "weft" and label == "first":
                import weft
                report = json.loads(weft.report(format="json"))
                row["graph"], row["kernels"] = report["compile_s"], report["kernels_compiled"]
    if precompile:
        torch.compiler.save_cache_artifacts()
    row["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return row


def child(name: str, backend: str, args, caches: str) -> dict:
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1", "WEFT_CACHE": "on", "WEFT_CACHE_DIR": f"{caches}/weft",
           "TORCHINDUCTOR_CACHE_DIR": f"{caches}/torch"}
    command = [sys.executable, __file__, "--child", backend, "--threads", str(args.threads), "--clock", args.clock, name]
    done = subprocess.run(command + ["--precompile"] * args.precompile, capture_output=True, text=True, env=env)
    if done.returncode:
        raise SystemExit(f"{name} {backend}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def table(rows: dict[tuple[str, str], list[tuple[dict, dict]]]) -> str:
    lines = ["| workload | backend | graph to executable s | first call, cold s | first call, other process s | again s | kernels, other "
             "process | peak MiB, cold | peak MiB, other process |", "|---|---|---:|---:|---:|---:|---:|---:|---:|"]
    for (name, backend), pairs in rows.items():
        def of(which: int, key: str, form: str, pairs=pairs) -> str:
            values = [p[which][key] for p in pairs if key in p[which]]
            return format(statistics.median(values), form) if values else "-"
        lines.append(f"| {name} | {backend} | {of(0, 'graph', '.3f')} | {of(0, 'first', '.2f')} | {of(1, 'first', '.2f')} | "
                     f"{of(1, 'warm', '.2f')} | {of(1, 'kernels', '.0f')} | {of(0, 'peak', '.0f')} | {of(1, 'peak', '.0f')} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*", default=NAMES)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--clock", choices=["wall", "cpu"], default="wall",
                   help="cpu: processor time, all threads together; for machines that do other things too")
    p.add_argument("--precompile", action="store_true", help="with torch._dynamo.config.caching_precompile")
    p.add_argument("--write", action="store_true", help="writes its section of RESULTS.md")
    p.add_argument("--child", help=argparse.SUPPRESS)
    args = p.parse_args()
    sys.path.insert(0, str(HERE))
    if args.child:
        print(json.dumps(measure(args.names[0], args.child, args.threads, args.clock, args.precompile)))
        return
    rows: dict[tuple[str, str], list[tuple[dict, dict]]] = {(n, b): [] for n in args.names for b in BACKENDS}
    for _ in range(args.rounds):
        for name, backend in rows:
            with tempfile.TemporaryDirectory() as caches:
                rows[name, backend].append((child(name, backend, args, caches), child(name, backend, args, caches)))
            print(name, backend, rows[name, backend][-1], flush=True)
    text = table(rows)
    print(text)
    if args.write:
        import results
        results.put("precompile" if args.precompile else "compile", f"{'Processor' if args.clock == 'cpu' else 'Wall'} time.\n\n" + text, args.threads)


if __name__ == "__main__":
    main()
