"""dynamic=True: one compilation serves every length and batch, forwards and backwards; and none of it needs a compiler of C."""
import os
import subprocess
import sys

import pytest
import torch
from torch._dynamo.utils import counters

from common import compiled, no_fallback, report
from test_training import transformer

SMALL = dict(vocab_size=90, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
             max_position_embeddings=160, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
LENGTHS, BATCHES = [5 + 7 * i for i in range(20)], (1, 2, 3, 5, 8)


def pooled(model, ids, mask):
    """A sentence's embedding, as MiniLM's."""
    h = model(input_ids=ids, attention_mask=mask).last_hidden_state
    m = mask.unsqueeze(-1).to(h.dtype)
    return torch.nn.functional.normalize((h * m).sum(1) / m.sum(1), dim=-1)


def words(batch, length):
    mask = torch.ones(batch, length, dtype=torch.long)
    mask[-1, length - length // 4:] = 0
    return torch.randint(2, 90, (batch, length)), mask


def graphs():
    return counters["stats"]["unique_graphs"]


def sweep(model, fn, train, sizes):
    """Right at each size, gradients too; how many graphs Dynamo made, and how many Weft compiled."""
    torch._dynamo.reset()
    counters.clear()
    before, fast = report()["graphs"], compiled(fn, dynamic=True)
    with no_fallback():
        for batch, length in sizes:
            args = words(batch, length)
            got, want = (f(model, *args) for f in (fast, fn))
            torch.testing.assert_close(got, want)
            if train:
                weights = torch.randn(want.shape)
                for p, q in zip(*(torch.autograd.grad((t * weights).sum(), list(model.parameters()), allow_unused=True)
                                  for t in (got, want)), strict=True):
                    torch.testing.assert_close(p, q, rtol=1e-4, atol=1e-6 + 1e-5 * q.abs().max().item() if q is not None else 0)
    return graphs(), report()["graphs"] - before


@pytest.mark.parametrize("train", [False, True], ids=["inference", "training"])
def test_every_length_and_batch(train):
    model = transformer("Bert", "Model", **SMALL).train(train).requires_grad_(train)
    # batch 1 is a number to Dynamo: it comes last, and by itself
    sizes = [(b, n) for n in LENGTHS for b in BATCHES if b > 1]
    assert sweep(model, pooled, train, sizes[::4] + sizes[1:4] if train else sizes) == (1, 2 if train else 1)


def test_the_same_kernels_and_bits_as_of_one_size():
    """A layer compiled for any batch and length is fused as one compiled for these: attention, gelu, residuals."""
    wide, back, norm = torch.nn.Linear(32, 64), torch.nn.Linear(64, 32), torch.nn.LayerNorm(32)

    def layer(x):
        q = x.view(*x.shape[:2], 2, 16).transpose(1, 2)
        a = torch.nn.functional.scaled_dot_product_attention(q, q, q).transpose(1, 2).reshape(x.shape)
        a = norm(back(torch.nn.functional.gelu(wide(a))) + x)
        return a @ wide.weight.t()

    def once(dynamic):
        torch._dynamo.reset()
        before = report()["kernels"]
        with torch.no_grad(), no_fallback():
            got = compiled(lambda x: layer(x), dynamic=dynamic)(x)
        return got, report()["kernels"] - before

    x = torch.randn(2, 40, 32)
    (still, kernels), (sized, same) = once(False), once(True)
    assert torch.equal(still, sized) and (same, kernels) == (5, 5)


def test_without_a_compiler(tmp_path):
    """No gcc, no clang, no cc: nothing on PATH at all."""
    code = """
import shutil, torch
assert not any(map(shutil.which, ("cc", "gcc", "g++", "c++", "clang", "ld", "as")))
m = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.GELU(), torch.nn.Linear(8, 2))
x = torch.randn(3, 4)
want = m(x)
fast = torch.compile(m, backend="weft", dynamic=True, options={"fallback": "error"})
torch.testing.assert_close(fast(x), want)
fast(x).square().mean().backward()
mine = [p.grad for p in m.parameters()]
for p in m.parameters(): p.grad = None
m(x).square().mean().backward()
torch.testing.assert_close(mine, [p.grad for p in m.parameters()])
"""
    env = {**{k: v for k, v in os.environ.items() if k not in ("CC", "CXX")}, "PATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
