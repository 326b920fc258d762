"""Fifty steps of training: is the curve of losses within the spread of eager torch's own?

Eager torch trains a model with 1, 2 and 3 threads from the same weights on the same batches: sums of another order
make three curves, whose spread up to a step is the largest difference between them so far.  Weft's curve is within it
when at every step it is no further from the nearest of the three than that, or than eight roundings of the loss where
they are one.  Each step has another batch; the labels are a function of the input, so the loss falls.

Where all three are one to the last bits, as they are of small models (threads then cut no sum), that says how eager cuts its
loops and not what another order of sums is worth.  So a second band is made of them and of the curves of moved weights, below,
and Weft's is also held against that.

Weft trains with 1 and with 2 threads, which give the same bits, and with the optimizer in the compiled region.  Beside
them stand the curve in float64, and what rounding is worth here: eager torch in float32 again, its first weights moved
by half a unit in their last place at most, which is the least that any other order of sums could do.

    .venv/bin/python bench/torch/curves.py [--steps N] [--every N] [--optimizer NAME] [--noise N] [NAME ...]
"""
from __future__ import annotations

import argparse
import copy
import os
import sys
import time

import numpy as np
import torch

os.environ.setdefault("HF_HUB_OFFLINE", "1")


def minilm(**sizes):
    """MiniLM-L6's sizes, classifying what its ids begin with."""
    import transformers
    model = transformers.BertForSequenceClassification(transformers.BertConfig(**{
        "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536, "num_labels": 4,
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, **sizes}))

    def batch(step):
        ids = torch.randint(0, 400, (8, 32), generator=torch.Generator().manual_seed(step))
        return ids, ids[:, 0] % 4
    return model, batch, lambda model, ids, y: model(input_ids=ids, labels=y).loss


def resnet(**sizes):
    """A residual network, classifying images by where they are bright."""
    import transformers
    model = transformers.ResNetForImageClassification(transformers.ResNetConfig(num_labels=4, **sizes))

    def batch(step):
        x = torch.randn(8, 3, 64, 64, generator=torch.Generator().manual_seed(step))
        y = torch.arange(8) % 4
        for i in range(8):
            x[i, :, 32 * (i // 2 % 2):][:, :32, 32 * (i % 2):][:, :, :32] += 1
        return x, y
    return model, batch, lambda model, x, y: model(pixel_values=x, labels=y).loss


MODELS = {
    "minilm": minilm,
    "resnet18": lambda: resnet(layer_type="basic", hidden_sizes=[64, 128, 256, 512], depths=[2, 2, 2, 2]),
    "resnet50": resnet,
    "minilm-small": lambda: minilm(hidden_size=96, num_hidden_layers=2, num_attention_heads=4, intermediate_size=192),
    "resnet-small": lambda: resnet(layer_type="basic", embedding_size=16, hidden_sizes=[16, 32], depths=[1, 1]),
}
OPTIMIZERS = {
    "adamw": lambda p: torch.optim.AdamW(p, 5e-5),
    "sgd": lambda p: torch.optim.SGD(p, 1e-3, momentum=0.9),
}


def plain(loss_of, opt, wrap):
    loss = wrap(loss_of)

    def step(model, *batch):
        opt.zero_grad()
        value = loss(model, *batch)
        value.backward()
        opt.step()
        return value
    return step


def whole(loss_of, opt, wrap):
    """The optimizer in the compiled region: gradients and new weights of one graph."""
    def step(model, *batch):
        value = loss_of(model, *batch)
        value.backward()
        opt.step()
        opt.zero_grad()
        return value.detach()
    return wrap(step)


def compiled(fn):
    torch._dynamo.reset()
    return torch.compile(fn, backend="weft", options={"fallback": "error"})


def curve(setup, optimizer, steps: int, threads: int, how=plain, wrap=lambda f: f, dtype=torch.float32, noise=None):
    model, batch, loss_of = setup
    torch.set_num_threads(threads)
    model, out = copy.deepcopy(model).to(dtype).train(), []
    if noise is not None:
        g, eps = torch.Generator().manual_seed(noise), torch.finfo(dtype).eps
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(1 + eps * (torch.rand(p.shape, generator=g) - 0.5).sign() * (torch.rand(p.shape, generator=g) < 0.5))
    step = how(loss_of, optimizer(model.parameters()), wrap)
    for i in range(steps):
        out.append(step(model, *(t.to(dtype) if t.is_floating_point() else t for t in batch(i))).item())
    return np.array(out)


def spread_of(curves):
    """The largest difference between curves up to each step."""
    return np.maximum.accumulate(np.max(curves, 0) - np.min(curves, 0))


def nearest(mine, curves):
    return np.min([np.abs(mine - c) for c in curves], 0)


def first_outside(mine, eager) -> int | None:
    """The first step at which mine is further from all curves of eager's than they are from each other."""
    least = 8 * float(np.finfo(np.float32).eps) * np.max(np.abs(eager), 0)
    outside = ~(nearest(mine, eager) <= np.maximum(spread_of(eager), least))
    return int(outside.argmax()) if outside.any() else None


def report(name: str, setup, optimizer, args) -> bool:
    steps, t0 = args.steps, time.perf_counter()
    eager = [curve(setup, optimizer, steps, threads) for threads in (1, 2, 3)]
    moved = [curve(setup, optimizer, steps, 1, noise=i) for i in range(args.noise)]
    exact = curve(setup, optimizer, steps, 2, dtype=torch.float64)
    weft = {"1 thread": curve(setup, optimizer, steps, 1, wrap=compiled),
            "2 threads": curve(setup, optimizer, steps, 2, wrap=compiled),
            "whole step": curve(setup, optimizer, steps, 2, whole, compiled)}
    columns = {"float64": exact, "spread": spread_of(eager)}
    if moved:
        columns["moved"] = spread_of([eager[0], *moved])
    columns |= {f"weft, {k}": nearest(v, eager) for k, v in weft.items() if k != "1 thread"}
    columns["eager - float64"] = np.max([np.abs(e - exact) for e in eager], 0)
    columns |= {f"weft, {k} - float64": np.abs(v - exact) for k, v in weft.items() if k != "1 thread"}
    print(f"\n{name}: {steps} steps\n\n| step | {' | '.join(columns)} |\n|{'---:|' * (len(columns) + 1)}")
    for i in range(0, steps, args.every):
        print(f"| {i} | {exact[i]:.6f} | " + " | ".join(f"{c[i]:.1e}" for k, c in columns.items() if k != "float64") + " |")
    outside = {k: first_outside(v, eager) for k, v in weft.items()}
    print()
    for k, first in outside.items():
        far = np.sqrt(np.mean((weft[k] - exact) ** 2)) / np.sqrt(np.mean((np.array(eager) - exact) ** 2))
        print(f"{name}, weft, {k}: " + ("within eager's spread" if first is None else f"outside from step {first} on") +
              f"; at most {np.max(nearest(weft[k], eager)):.1e} from it, whose spread grows to {spread_of(eager)[-1]:.1e}"
              f"; {far:.2f} of eager's distance from float64")
        if moved:
            first = first_outside(weft[k], [*eager, *moved])
            print("    and " + ("within" if first is None else f"from step {first} on outside of") +
                  f" the band of these and {len(moved)} curves of moved weights")
    if not np.array_equal(weft["1 thread"], weft["2 threads"]):
        print(f"{name}: Weft's bits depend on the number of threads")
        outside["bits"] = 0
    print(f"{name}: {time.perf_counter() - t0:.0f} s", file=sys.stderr)
    sys.stdout.flush()
    return any(first is not None for first in outside.values())


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MODELS)}; without any the first three")
    p.add_argument("--steps", type=int, default=50)
    p.add_argument("--every", type=int, default=5, help="prints each so many steps")
    p.add_argument("--optimizer", choices=OPTIMIZERS, help="without it each")
    p.add_argument("--noise", type=int, default=2, metavar="N", help="curves of moved weights")
    args = p.parse_args()
    bad = False
    for name in args.names or list(MODELS)[:3]:
        for optimizer in [args.optimizer] if args.optimizer else OPTIMIZERS:
            torch.manual_seed(1)
            bad |= report(f"{name}, {optimizer}", MODELS[name](), OPTIMIZERS[optimizer], args)
    sys.exit(bad)


if __name__ == "__main__":
    main()
