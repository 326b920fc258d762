"""Fifty steps of training: is the curve of losses within the spread of eager torch's own?

Eager torch trains a model with 1, 2 and 3 threads from the same weights on the same batches: sums of another order
make three curves, whose spread up to a step is the largest difference between them so far.  Weft's curve is within it
when at every step it is no further from the nearest of the three than that, or than eight roundings of the loss where
they are one.  Each step has another batch; the labels are a function of the input, so the loss falls.

    .venv/bin/python bench/torch/curves.py [--steps N] [--threads N] [NAME ...]
"""
from __future__ import annotations

import argparse
import copy
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
os.environ.setdefault("HF_HUB_OFFLINE", "1")


def minilm():
    """MiniLM-L6's sizes, classifying what its ids begin with."""
    import torch
    import transformers
    torch.manual_seed(1)
    model = transformers.BertForSequenceClassification(transformers.BertConfig(
        hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536, num_labels=4,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0))

    def batch(step):
        ids = torch.randint(0, 400, (8, 32), generator=torch.Generator().manual_seed(step))
        return ids, ids[:, 0] % 4
    return model, batch, lambda model, ids, y: model(input_ids=ids, labels=y).loss, \
        lambda p: torch.optim.AdamW(p, 5e-5)


def resnet():
    """ResNet-18, classifying images by where they are bright."""
    import architectures
    import torch
    torch.manual_seed(1)
    model = architectures.torchvision().models.resnet18(num_classes=4)

    def batch(step):
        x = torch.randn(8, 3, 32, 32, generator=torch.Generator().manual_seed(step))
        y = torch.arange(8) % 4
        for i in range(8):
            x[i, :, 16 * (i // 2 % 2):][:, :16, 16 * (i % 2):][:, :, :16] += 1
        return x, y
    return model, batch, lambda model, x, y: torch.nn.functional.cross_entropy(model(x), y), \
        lambda p: torch.optim.SGD(p, 1e-3, momentum=0.9)


MODELS = {"minilm": minilm, "resnet18": resnet}


def curve(model, batch, loss_of, optimizer, steps: int, threads: int, wrap=lambda f: f, dtype=None) -> list[float]:
    import torch
    torch.set_num_threads(threads)
    model, out = copy.deepcopy(model).to(dtype).train(), []
    opt, loss = optimizer(model.parameters()), wrap(loss_of)
    for step in range(steps):
        opt.zero_grad()
        value = loss(model, *(t.to(dtype) if t.is_floating_point() else t for t in batch(step)))
        value.backward()
        opt.step()
        out.append(value.item())
    return out


def within(mine: list[float], eager: list[list[float]]) -> tuple[float, float, int | None]:
    """The largest spread of eager's curves, the largest distance of mine to the nearest, the first step outside."""
    import numpy as np
    spread, far, first = 0.0, 0.0, None
    for step, m in enumerate(mine):
        at = [c[step] for c in eager]
        spread = max(spread, max(at) - min(at))
        d = min(abs(m - a) for a in at)
        far = max(far, d)
        if not d <= max(spread, 8 * float(np.finfo(np.float32).eps) * max(map(abs, at))) and first is None:
            first = step
    return spread, far, first


def main() -> None:
    import torch
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*")
    p.add_argument("--steps", type=int, default=50)
    p.add_argument("--threads", type=int, default=2, help="of Weft's run")
    args = p.parse_args()
    print("| model | steps | first loss | eager's last, 1 2 3 threads | Weft's last | eager's spread | Weft's distance | "
          "from float64: eager, Weft | within |")
    print("|---|---:|---:|---|---:|---:|---:|---|---|")
    bad = False
    for name in args.names or MODELS:
        setup, t0 = MODELS[name](), time.perf_counter()
        eager = [curve(*setup, args.steps, threads) for threads in (1, 2, 3)]
        mine = curve(*setup, args.steps, args.threads, lambda f: torch.compile(
            f, backend="weft", fullgraph=True, options={"fallback": "error"}))
        exact = curve(*setup, args.steps, args.threads, dtype=torch.float64)
        off = [max(min(abs(c[i] - e) for c in curves) for i, e in enumerate(exact)) for curves in (eager, [mine])]
        spread, far, first = within(mine, eager)
        bad |= first is not None
        print(f"| {name} | {args.steps} | {mine[0]:.4f} | {' '.join(f'{c[-1]:.6f}' for c in eager)} | {mine[-1]:.6f} | {spread:.1e} | "
              f"{far:.1e} | {off[0]:.1e}, {off[1]:.1e} | {'yes' if first is None else f'no: step {first}'} |", flush=True)
        print(f"{name}: {time.perf_counter() - t0:.0f} s", file=sys.stderr)
    sys.exit(bad)


if __name__ == "__main__":
    main()
