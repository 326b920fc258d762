"""Memory-bound kernels and convolutions one by one: eager, Weft and a copy of the same traffic, interleaved in one process.

`copy` is bench/copy.c, what a person would write by hand, compiled by the machine's cc: it reads the kernel's own inputs
once and writes once as many bytes as the kernel's result, on as many threads (where inputs and results differ in size it
copies half of the bytes the kernel must move); of plain stores and stores past the caches the faster.  `of copy` is its
time over Weft's: 1.00 is a kernel at the speed of its traffic.  Times are medians; values are compared with eager before
anything is timed.

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

HERE = pathlib.Path(__file__).resolve().parent


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
        "group norm": (lambda x, w, b: F.group_norm(x, 16, w, b), (R(8, 64, 56, 56), R(64), R(64))),
        "group norm of 57 x 57": (lambda x, w, b: F.group_norm(x, 16, w, b), (R(8, 64, 57, 57), R(64), R(64))),
        "adaptive average of 5 x 5": (lambda x: F.adaptive_avg_pool2d(x, 5), (R(8, 64, 56, 56),)),
        "fold of 3 x 3": (lambda x: F.fold(x, (56, 56), 3, padding=1), (R(4, 576, 3136),)),
        "fold of 4 x 4, stride 2": (lambda x: F.fold(x, (56, 56), 4, padding=1, stride=2), (R(4, 1024, 784),)),
        "embedding_bag of 8": (lambda w, i: F.embedding_bag(i, w, mode="sum"), (R(50000, 128), index.view(512, 8))),
        "index_add of edges": (lambda i, v: torch.zeros(1000, 64).index_add(0, i, v), (torch.randint(0, 1000, (20000,)), R(20000, 64))),
        "index_add along columns": (lambda x, i, v: x.index_add(1, i, v), (R(1024, 1000), torch.randint(0, 1000, (4096,)), R(1024, 4096))),
        "scatter_add of edges": (lambda x, i, v: x.scatter_add(0, i[:, None].expand(-1, 64), v),
                                 (R(1000, 64), torch.randint(0, 1000, (20000,)), R(20000, 64))),
        "scatter_reduce, mean": (lambda x, i, v: x.scatter_reduce(1, i, v, "mean"),
                                 (R(1024, 1024), torch.randint(0, 1024, (1024, 1024)), R(1024, 1024))),
        "embedding_bag of 40 by offsets": (lambda w, i, o: F.embedding_bag(i, w, o, mode="sum"),
                                           (R(50000, 64), torch.randint(0, 50000, (81920,)), torch.arange(0, 81920, 40))),
        "embedding_bag by offsets": (lambda w, i, o: F.embedding_bag(i, w, o, mode="mean"),
                                     (R(50000, 128), index, torch.arange(0, 4096, 8))),
        "grid_sample": (lambda x, g: F.grid_sample(x, g, align_corners=False),
                        (R(4, 32, 64, 64), torch.rand(4, 64, 64, 2) * 2 - 1)),
        "grid_sample, bicubic": (lambda x, g: F.grid_sample(x, g, mode="bicubic", align_corners=False),
                                 (R(4, 32, 64, 64), torch.rand(4, 64, 64, 2) * 2 - 1)),
        "bilinear upsampling": (lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"), (R(4, 32, 64, 64),)),
        "reflection padding": (lambda x: F.pad(x, (3, 3, 3, 3), mode="reflect"), (R(8, 64, 56, 56),)),
        "reflection padding, backward": (lambda g, x: torch.ops.aten.reflection_pad2d_backward(g, x, [3, 3, 3, 3]),
                                         (R(8, 64, 62, 62), R(8, 64, 56, 56))),
        "replication padding, backward": (lambda g, x: torch.ops.aten.replication_pad2d_backward(g, x, [3, 3, 3, 3]),
                                          (R(8, 64, 62, 62), R(8, 64, 56, 56))),
        "grid_sample, backward": (lambda d, x, g: torch.ops.aten.grid_sampler_2d_backward(d, x, g, 0, 0, False, [True, True]),
                                  (R(4, 32, 64, 64), R(4, 32, 64, 64), torch.rand(4, 64, 64, 2) * 2 - 1)),
        "gather along rows": (lambda x, i: x.gather(1, i), (R(1024, 1024), torch.randint(0, 1024, (1024, 1024)))),
        "cumulative maximum": (lambda x: x.cummax(-1), (R(512, 1024),)),
        "cumulative maximum, long rows": (lambda x: x.cummax(-1), (R(64, 16384),)),
        "cumulative maximum, one row": (lambda x: x.cummax(-1), (R(1000000),)),
        "scatter along rows": (lambda x, i, v: x.scatter(1, i, v),
                               (R(1024, 1024), torch.rand(1024, 1024).argsort(1)[:, :256], R(1024, 256))),
        "remainder": (lambda x, y: torch.fmod(x, y), (R(1024, 1024), R(1024, 1024))),
        "sort": (lambda x: x.sort(-1), (R(512, 1024),)),
        "topk": (lambda x: x.topk(8, -1), (R(512, 1024),)),
        "topk of 100 of 10000": (lambda x: x.topk(100, -1), (R(64, 10000),)),
    }


def convolutions(torch) -> dict:
    """name: (function, its arguments); of a backward pass the gradients by image and weights, or by weights alone."""
    R, F = torch.randn, torch.nn.functional

    def backward(x, w, stride=1, padding=0, groups=1, transposed=False, mask=(True, True, False), dtype=torch.float32):
        n = x.dim() - 2
        x, w = x.to(dtype), w.to(dtype)
        form = ([stride] * n, [padding] * n, [1] * n, transposed, [0] * n, groups)
        y = torch.ops.aten.convolution(x, w, None, *form)
        back = lambda g, x, w: tuple(t for t in torch.ops.aten.convolution_backward(g, x, w, None, *form, mask) if t is not None)  # noqa: E731
        return back, (torch.randn_like(y), x, w)

    def rows(dtype):
        H = lambda *dims: torch.randn(*dims).to(dtype)  # noqa: E731
        last = lambda *ts: tuple(t.contiguous(memory_format=torch.channels_last) for t in ts)  # noqa: E731
        weights = (False, True, False)
        deep = (H(8, 64, 56, 56), H(64, 1, 7, 7))
        return {
            "conv 3x3": (lambda x, w: F.conv2d(x, w, padding=1), (H(4, 128, 28, 28), H(128, 128, 3, 3))),
            "conv 3x3, stride 2": (lambda x, w: F.conv2d(x, w, stride=2, padding=1), (H(4, 128, 56, 56), H(128, 128, 3, 3))),
            "conv 7x7 of RGB, stride 2": (lambda x, w: F.conv2d(x, w, stride=2, padding=3), (H(4, 3, 224, 224), H(64, 3, 7, 7))),
            "conv 3x3 of RGB": (lambda x, w: F.conv2d(x, w, padding=1), (H(4, 3, 224, 224), H(32, 3, 3, 3))),
            "conv 3x3, 32 groups": (lambda x, w: F.conv2d(x, w, padding=1, groups=32), (H(4, 256, 28, 28), H(256, 8, 3, 3))),
            "conv 3x3, dilation 2": (lambda x, w: F.conv2d(x, w, padding=2, dilation=2), (H(4, 64, 56, 56), H(64, 64, 3, 3))),
            "depthwise 3x3": (lambda x, w: F.conv2d(x, w, padding=1, groups=64), (H(8, 64, 56, 56), H(64, 1, 3, 3))),
            "depthwise 3x3, stride 2": (lambda x, w: F.conv2d(x, w, stride=2, padding=1, groups=64), (H(8, 64, 56, 56), H(64, 1, 3, 3))),
            "depthwise 7x7": (lambda x, w: F.conv2d(x, w, padding=3, groups=64), deep),
            "conv 1x1, channels last": (lambda x, w: F.conv2d(x, w), last(H(4, 256, 56, 56), H(64, 256, 1, 1))),
            "conv 3x3, stride 2, channels last": (lambda x, w: F.conv2d(x, w, stride=2, padding=1),
                                                  last(H(4, 128, 56, 56), H(128, 128, 3, 3))),
            "depthwise 3x3, channels last": (lambda x, w: F.conv2d(x, w, padding=1, groups=64), last(H(8, 64, 56, 56), H(64, 1, 3, 3))),
            "depthwise 3x3, stride 2, channels last": (lambda x, w: F.conv2d(x, w, stride=2, padding=1, groups=64),
                                                       last(H(8, 64, 56, 56), H(64, 1, 3, 3))),
            "depthwise 7x7, channels last": (lambda x, w: F.conv2d(x, w, padding=3, groups=64), last(*deep)),
            "conv1d of 9": (lambda x, w: F.conv1d(x, w, padding=4), (H(4, 128, 1024), H(128, 128, 9))),
            "conv1d of 41, stride 4": (lambda x, w: F.conv1d(x, w, stride=4, padding=20), (H(4, 64, 4096), H(64, 64, 41))),
            "conv1d of 127, 1 channel": (lambda x, w: F.conv1d(x, w, padding=63), (H(4, 1, 16384), H(32, 1, 127))),
            "depthwise conv1d of 31": (lambda x, w: F.conv1d(x, w, padding=15, groups=256), (H(4, 256, 1024), H(256, 1, 31))),
            "conv3d 3x3x3": (lambda x, w: F.conv3d(x, w, padding=1), (H(1, 32, 16, 28, 28), H(64, 32, 3, 3, 3))),
            "conv3d 3x3x3, stride 2": (lambda x, w: F.conv3d(x, w, stride=2, padding=1), (H(1, 32, 16, 56, 56), H(64, 32, 3, 3, 3))),
            "conv_transpose2d 4x4, stride 2": (lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1),
                                               (H(4, 128, 28, 28), H(128, 64, 4, 4))),
            "conv_transpose2d 3x3, stride 2": (lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1, output_padding=1),
                                               (H(4, 128, 28, 28), H(128, 64, 3, 3))),
            "conv_transpose3d 4x4x4, stride 2": (lambda x, w: F.conv_transpose3d(x, w, stride=2, padding=1),
                                                 (H(1, 32, 8, 14, 14), H(32, 32, 4, 4, 4))),
            "conv_transpose1d of 16, stride 8": (lambda x, w: F.conv_transpose1d(x, w, stride=8, padding=4),
                                                 (H(4, 128, 512), H(128, 64, 16))),
            "conv 3x3, backward": backward(H(4, 128, 28, 28), H(128, 128, 3, 3), padding=1, dtype=dtype),
            "conv 3x3, stride 2, backward": backward(H(4, 128, 56, 56), H(128, 128, 3, 3), 2, 1, dtype=dtype),
            "conv 7x7 of RGB, by weights": backward(H(4, 3, 224, 224), H(64, 3, 7, 7), 2, 3, mask=weights, dtype=dtype),
            "conv 3x3, 32 groups, backward": backward(H(4, 256, 28, 28), H(256, 8, 3, 3), padding=1, groups=32, dtype=dtype),
            "depthwise 3x3, backward": backward(H(8, 64, 56, 56), H(64, 1, 3, 3), padding=1, groups=64, dtype=dtype),
            "depthwise 7x7, backward": backward(*deep, padding=3, groups=64, dtype=dtype),
            "depthwise 7x7, by weights": backward(*deep, padding=3, groups=64, mask=weights, dtype=dtype),
            "conv1d of 9, backward": backward(H(4, 128, 1024), H(128, 128, 9), padding=4, dtype=dtype),
            "conv3d 3x3x3, backward": backward(H(1, 32, 16, 28, 28), H(64, 32, 3, 3, 3), padding=1, dtype=dtype),
            "conv3d 3x3x3, by weights": backward(H(1, 32, 16, 28, 28), H(64, 32, 3, 3, 3), padding=1, mask=weights, dtype=dtype),
            "conv_transpose2d 4x4, stride 2, backward": backward(H(4, 128, 28, 28), H(128, 64, 4, 4), 2, 1, transposed=True,
                                                                 dtype=dtype),
            "group norm, silu": (lambda x, w, b: F.silu(F.group_norm(x, 16, w, b)), (H(8, 64, 56, 56), H(64), H(64))),
            "group norm of 320 channels, silu": (lambda x, w, b: F.silu(F.group_norm(x, 32, w, b)), (H(2, 320, 64, 64), H(320), H(320))),
        }
    return {**rows(torch.float32), **{f"{k}, bf16": v for k, v in rows(torch.bfloat16).items()}}


def traffic(args, results) -> int:
    """Bytes that must move: of an index and what it picks, only what is picked."""
    sizes = [t.numel() * t.element_size() for t in args]
    out = sum(t.numel() * t.element_size() for t in results)
    return sum(min(s, 2 * out + 2**22) if len(args) > 1 else s for s in sizes) + out


def library(folder: str, threads: int):
    built = pathlib.Path(folder) / "copy.so"
    subprocess.run(["cc", "-O3", "-march=native", "-pthread", "-shared", "-fPIC", "-o", built, HERE / "copy.c"], check=True)
    c = ctypes.CDLL(str(built))
    c.copy_run.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    c.copy_memory.argtypes, c.copy_memory.restype = [ctypes.c_size_t], ctypes.c_void_p
    c.copy_free.argtypes = [ctypes.c_void_p]
    if c.copy_start(threads):
        raise OSError("no threads for copies")
    return c


def copied(args, results, moved: int) -> tuple[list[int], int]:
    """One or two addresses to read and the bytes of each, and of the result: the kernel's own where they have one size."""
    large = [t for t in args if t.numel() * t.element_size() * 64 > moved]
    sizes = {t.numel() * t.element_size() for t in [*large, *results]}
    if len(sizes) == 1 and len(large) in (1, 2) and len(results) == 1:
        return [t.data_ptr() for t in large], sizes.pop()
    return [], moved // 2


def measure(name: str, fn, args, threads: int, rounds: int, c) -> str:
    import torch
    from torch.utils._pytree import tree_leaves
    torch._dynamo.reset()
    compiled = torch.compile(fn, backend="weft", options={"threads": threads})
    want, got = tree_leaves(fn(*args)), tree_leaves(compiled(*args))
    for w, g in zip(want, got):
        if w.is_floating_point() or len(want) == 1:      # not indices beside values: of equal values any will do
            torch.testing.assert_close(g, w, rtol=1e-2, atol=1e-2)
    moved = traffic(args, want)
    sources, size = copied(args, want, moved)
    target, spare = c.copy_memory(size), torch.zeros(0 if sources else size // 4)
    a, b = [*(sources or [spare.data_ptr()]), None][:2]
    del got
    cases = {"eager": lambda: fn(*args), "weft": lambda: compiled(*args),
             "plain": lambda: c.copy_run(target, a, b, size // 4, 0), "past": lambda: c.copy_run(target, a, b, size // 4, 1)}
    times = turns.in_turn(cases, rounds, 0.02)
    c.copy_free(target)
    e, w, plain, past = (statistics.median(times[k]) for k in cases)
    copy = min(plain, past)
    return (f"| {name} | {1e3 * e:.3f} | {1e3 * w:.3f} | {e / w:.2f} | {max(times['weft']) / min(times['weft']):.2f} | "
            f"{moved / 2**20:.1f} | {1e3 * copy:.3f} | {'past' if past < plain else 'plain'} | {copy / w:.2f} | "
            f"{min(*times['plain'], *times['past']) / min(times['weft']):.2f} |")


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
    lines = ["| kernel | eager ms | weft ms | eager/weft | most/least of weft | MiB moved | copy ms | its stores | of copy | of minima |",
             "|---|" + "---:|" * 6 + "---|---:|---:|"]
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        copy = library(folder, args.threads)
        for name, (fn, inputs) in {**kernels(torch), **convolutions(torch)}.items():
            if not args.names or name in args.names:
                lines.append(measure(name, fn, inputs, args.threads, args.rounds, copy))
                print(lines[-1], flush=True)
    if args.write:
        results.put("kernels", "\n".join(lines), args.threads)


if __name__ == "__main__":
    main()
