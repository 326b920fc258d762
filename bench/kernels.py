"""Memory-bound kernels one by one: eager, Weft and a plain copy of as many bytes, interleaved in one process.

`copy` is a loop in C over as many bytes as the kernel must move (each input read once, each output written once), on
as many threads, compiled by the machine's cc; `of copy` is its time over Weft's: 1.00 is a kernel at the speed of its
traffic.  Times are medians; values are compared with eager before anything is timed.

    .venv/bin/python bench/kernels.py [--threads N] [--rounds N] [--write] [NAME ...]
"""
from __future__ import annotations

import argparse
import ctypes
import os
import pathlib
import statistics
import subprocess
import tempfile

import results
import turns

COPY = r"""
#include <pthread.h>
#include <stddef.h>
struct part { float *to; const float *from; size_t n; };
static void *part_copy(void *arg)
{
	struct part *p = arg;
	for (size_t i = 0; i < p->n; i++)
		p->to[i] = p->from[i] + 1;
	return NULL;
}
void copy(float *to, const float *from, size_t n, unsigned threads)
{
	pthread_t thread[64];
	struct part part[64];
	for (unsigned i = 0; i < threads; i++) {
		size_t first = n * i / threads / 16 * 16, last = i + 1 < threads ? n * (i + 1) / threads / 16 * 16 : n;
		part[i] = (struct part){ to + first, from + first, last - first };
		if (i)
			pthread_create(&thread[i], NULL, part_copy, &part[i]);
	}
	part_copy(&part[0]);
	for (unsigned i = 1; i < threads; i++)
		pthread_join(thread[i], NULL);
}
"""


def kernels(torch) -> dict:
    """name: (function, its arguments)."""
    R, F = torch.randn, torch.nn.functional
    rows, wide = R(4096, 1024), R(2048, 2048)
    index = torch.randint(0, 50000, (4096,))
    return {
        "softmax over rows": (lambda x: torch.softmax(x, -1), (rows,)),
        "layer norm over rows": (lambda x, w, b: F.layer_norm(x, (768,), w, b), (R(4096, 768), R(768), R(768))),
        "rms norm over rows": (lambda x, w: x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * w, (R(4096, 768), R(768))),
        "chain of 10 maps": (lambda x, y: ((((x * y + x) * y - x) * 0.5 + y) * x - y) * 0.25 + x, (R(4096, 4096), R(4096, 4096))),
        "add": (lambda x, y: x + y, (wide, R(2048, 2048))),
        "relu, bf16": (lambda x: torch.relu(x + 1), (wide.bfloat16(),)),
        "sum of rows": (lambda x: x.sum(-1), (rows,)),
        "sum of columns": (lambda x: x.sum(0), (rows,)),
        "maximum of columns": (lambda x: x.amax(0), (rows,)),
        "sum of channels": (lambda x: x.sum((0, 2)), (R(32, 64, 3136),)),
        "sum of all": (lambda x: x.sum(), (rows,)),
        "mean and variance": (lambda x: torch.var_mean(x, -1), (rows,)),
        "argmax": (lambda x: x.argmax(-1), (rows,)),
        "cumulative sum": (lambda x: x.cumsum(-1), (rows,)),
        "cumulative sum, columns": (lambda x: x.cumsum(0), (rows,)),
        "transpose": (lambda x: x.t().contiguous(), (rows,)),
        "heads": (lambda x: x.permute(0, 2, 1, 3).contiguous(), (R(8, 512, 12, 64),)),
        "channels last": (lambda x: x.permute(0, 2, 3, 1).contiguous(), (R(8, 256, 32, 32),)),
        "concatenate": (lambda a, b: torch.cat([a, b], 1), (R(4096, 512), R(4096, 512))),
        "embedding": (lambda w, i: F.embedding(i, w), (R(50000, 256), index)),
        "index_add": (lambda i, v: torch.zeros(50000, 256).index_add(0, i, v), (index, R(4096, 256))),
        "sort": (lambda x: x.sort(-1), (R(512, 1024),)),
        "topk": (lambda x: x.topk(8, -1), (R(512, 1024),)),
    }


def traffic(args, results) -> int:
    """Bytes that must move: of an index and what it picks, only what is picked."""
    sizes = [t.numel() * t.element_size() for t in args]
    out = sum(t.numel() * t.element_size() for t in results)
    return sum(min(s, 2 * out + 2**22) if len(args) > 1 else s for s in sizes) + out


def library(folder: str):
    source, built = pathlib.Path(folder) / "copy.c", pathlib.Path(folder) / "copy.so"
    source.write_text(COPY)
    subprocess.run(["cc", "-O3", "-march=native", "-pthread", "-shared", "-fPIC", "-o", built, source], check=True)
    f = ctypes.CDLL(str(built)).copy
    f.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint]
    return f


def measure(name: str, fn, args, threads: int, rounds: int, copy) -> str:
    import torch
    from torch.utils._pytree import tree_leaves
    torch._dynamo.reset()
    compiled = torch.compile(fn, backend="weft", options={"threads": threads})
    want, got = tree_leaves(fn(*args)), tree_leaves(compiled(*args))
    for w, g in zip(want, got):
        if w.is_floating_point() or len(want) == 1:      # not indices beside values: of equal values any will do
            torch.testing.assert_close(g, w, rtol=1e-2, atol=1e-2)
    moved = traffic(args, want)
    source, target = torch.zeros(moved // 8), torch.zeros(moved // 8)
    cases = {"eager": lambda: fn(*args), "weft": lambda: compiled(*args),
             "copy": lambda: copy(target.data_ptr(), source.data_ptr(), moved // 8, threads)}
    times = turns.in_turn(cases, rounds, 0.02)
    e, w, c = (statistics.median(times[k]) for k in ("eager", "weft", "copy"))
    return (f"| {name} | {1e3 * e:.3f} | {1e3 * w:.3f} | {e / w:.2f} | {max(times['weft']) / min(times['weft']):.2f} | "
            f"{moved / 2**20:.1f} | {1e3 * c:.3f} | {c / w:.2f} |")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*")
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--rounds", type=int, default=11)
    p.add_argument("--write", action="store_true", help="put the table into RESULTS.md")
    args = p.parse_args()
    import torch
    torch.manual_seed(0)
    torch.set_num_threads(args.threads)
    lines = ["| kernel | eager ms | weft ms | eager/weft | most/least of weft | MiB moved | copy ms | of copy |", "|---|" + "---:|" * 7]
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        copy = library(folder)
        for name, (fn, inputs) in kernels(torch).items():
            if not args.names or name in args.names:
                lines.append(measure(name, fn, inputs, args.threads, args.rounds, copy))
                print(lines[-1], flush=True)
    if args.write:
        results.put("kernels", "\n".join(lines), args.threads)


if __name__ == "__main__":
    main()
