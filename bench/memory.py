"""Peak memory above the built model, of inference or of a training step: one table, a fresh process each.

    python bench/memory.py [NAME ...] [--mode train] [--backend inductor weft]

The first column of a backend is as peers.py counts it: the peak of the process since the model was built, compiling
included, less what it had then.  Behind it for training what a step in the steady state needs at most, forward and backward
(the kernel's high-water mark is set back before each).  Compilers in processes of their own are left out.
"""
from __future__ import annotations

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import peers


def peak_of(fn) -> tuple[float, object]:
    """The high-water mark of the process while fn() runs, in MiB, and what fn gives."""
    peers.peak_from_here()
    value = fn()
    return peers.peak_rss_mib(), value


def child(job: dict) -> None:
    import torch
    torch.set_num_threads(job["threads"])
    step, _, meta = peers.make_step(job)
    peers.peak_from_here()
    built = peers.current_rss_mib()
    for _ in range(4):
        step()
    out = {"peak": peers.peak_rss_mib() - built}
    if job["mode"] == "train":
        module, inputs = meta["module"], meta["inputs"]
        run, loss_of = peers.torch_compiled(module, job), peers.Loss()
        for _ in range(2):
            for p in module.parameters():
                p.grad = None
            forward, loss = peak_of(lambda: loss_of(peers.flatten(run(*inputs))))
            backward, _ = peak_of(loss.backward)
            del loss
        out.update(forward=forward - built, backward=backward - built)
    print(json.dumps(out), flush=True)


def measure(job: dict) -> dict:
    with tempfile.TemporaryDirectory(prefix="memory-") as cache:
        env = dict(os.environ, HF_HUB_OFFLINE="1", TORCHINDUCTOR_CACHE_DIR=cache, XDG_CACHE_HOME=cache, TMPDIR=cache,
                   OMP_NUM_THREADS=str(job["threads"]), TQDM_DISABLE="1")
        p = subprocess.run([sys.executable, __file__, "--child", json.dumps(job)], env=env, text=True,
                           capture_output=True, cwd=pathlib.Path(__file__).resolve().parent)
    if p.returncode:
        raise SystemExit(p.stderr[-2000:])
    return json.loads(p.stdout.splitlines()[-1])


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*", help="workloads; none: all that train")
    p.add_argument("--child", help=argparse.SUPPRESS)
    p.add_argument("--mode", choices=["infer", "train"], default="train")
    p.add_argument("--dtype", choices=["fp32", "bf16"], default="fp32")
    p.add_argument("--backend", nargs="+", default=["inductor", "weft"])
    p.add_argument("--threads", type=int, default=2)
    args = p.parse_args()
    if args.child:
        return child(json.loads(args.child))
    import models
    known = models.load(("shared", "named"))
    names = args.names or [n for n, w in known.items() if w.trains or args.mode == "infer"]
    print("MiB above the built model: " + " / ".join(args.backend) +
          (" (in a step: forward, backward)" if args.mode == "train" else ""))
    ratios = []
    for name in names:
        rows = [measure({"workload": name, "split": known[name].split, "dtype": args.dtype, "mode": args.mode,
                         "threads": args.threads, "backend": b}) for b in args.backend]
        cells = [f"{r['peak']:.0f}" + (f" ({r['forward']:.0f}, {r['backward']:.0f})" if "forward" in r else "") for r in rows]
        ratios.append(max(rows[-1]["peak"], 1) / max(rows[0]["peak"], 1))
        print(f"{name:16} " + " / ".join(cells) + f"   {ratios[-1]:.2f}", flush=True)
    print(f"{args.backend[-1]} over {args.backend[0]}: geometric mean "
          f"{math.exp(sum(map(math.log, ratios)) / len(ratios)):.2f}, most {max(ratios):.2f}, of {len(ratios)} workloads")


if __name__ == "__main__":
    main()
