"""Reductions whose kernels are made in several parts: by columns, by parts of a long dimension, rows then columns."""
from __future__ import annotations

import itertools

import pytest
import torch

from common import compiled

SHAPES = [((70, 300), 0), ((5, 33, 270), 1), ((16, 64, 100), (0, 2)), ((33, 61, 70), (0, 1)), ((70001,), 0), ((64, 1040), (0, 1)),
          ((16, 6, 9, 80), (1, 3)), ((9000, 8), 0)]
FUNCTIONS = {
    "sum": lambda x, d: x.sum(d),
    "max": lambda x, d: x.amax(d),
    "around": lambda x, d: (x * x + 1).sum(d) * 2 + 1,
    "mean": lambda x, d: x - x.mean(d, keepdim=True),
}


@pytest.mark.parametrize("shape,dims", SHAPES)
def test_as_in_double_with_the_same_bits_at_any_number_of_threads(shape, dims):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    for f in FUNCTIONS.values():
        got = []
        for threads in (1, 3):
            torch._dynamo.reset()
            got.append(compiled(lambda x, f=f: f(x, dims), threads=threads)(x))
        assert torch.equal(*got)
        torch.testing.assert_close(got[0].double(), f(x.double(), dims), rtol=1e-5, atol=1e-3)


def test_other_types():
    x = torch.randn(300, 260, generator=torch.Generator().manual_seed(0)) * 10
    for t, tolerance in ((torch.int32, 0), (torch.bfloat16, 2e-2), (torch.float64, 1e-12)):
        y = x.to(t)
        for dims in (0, (0, 1)):
            got = compiled(lambda x, dims=dims: x.sum(dims))(y)
            torch.testing.assert_close(got.double(), y.double().sum(dims), rtol=tolerance, atol=30 * tolerance)


SUMS = [((8, 32, 14, 14), (0, 2, 3)), ((3, 9, 1100), (0, 2)), ((4000, 40), 0), ((60000, 3), 0)]


@pytest.mark.parametrize("shape,dims", SUMS)
def test_sums_are_as_accurate_as_eagers(shape, dims):
    """Of numbers that all count: a sum one by one is ten to a hundred times as far off."""
    x = torch.rand(shape, generator=torch.Generator().manual_seed(0)) + 9
    want = x.double().sum(dims)

    def far(y):
        return ((y.double() - want) / want).abs().max().item()

    assert far(compiled(lambda x: x.sum(dims))(x)) < 2 * far(x.sum(dims)) + 1.2e-7


def test_batch_norm_is_as_accurate_as_eagers():
    x = torch.randn(8, 32, 14, 14, generator=torch.Generator().manual_seed(0)) + 10
    norm = torch.nn.BatchNorm2d(32)

    def far(f, x):
        want = torch.nn.functional.batch_norm(x.double(), None, None, training=True)
        return (f(x).double() - want).pow(2).mean().sqrt().item()

    assert far(compiled(lambda x: norm(x)), x) < 3 * far(norm, x)


def test_sums_over_columns_that_are_stacked():
    """One kernel, whose sums are blocks of columns and whose results are pieces side by side."""
    for shape, t in (((2, 5, 1320), torch.float64), ((3, 7, 77), torch.float32), ((9, 330), torch.bfloat16)):
        x = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(t)
        for dim in (-1, 1):
            def f(x, dim=dim):
                s = x.sum(-2)
                return torch.stack([torch.stack([s, s.exp(), s.cos()], -1), torch.stack([s * 2, s.sin(), s.tanh()], -1)], dim)
            for fn in (f, lambda x, dim=dim: torch.stack([x.sum(-2), x.sum(-2).exp(), x.sum(-2).cos()], dim)):
                torch._dynamo.reset()
                torch.testing.assert_close(compiled(fn)(x), fn(x))


TURNED = {
    "sum": lambda x, d: x.sum(d),
    "of-maps": lambda x, d: (x.exp() * x).mean(d),
    "extreme": lambda x, d: x.amax(d) - x.amin(d),
    "places": lambda x, d: (x.argmax(d), *x.min(d)) if isinstance(d, int) else x.sum(d),
    "variance": lambda x, d: torch.var_mean(x, d),
    "normalised": lambda x, d: (x - x.mean(d, keepdim=True)) / x.std(d, keepdim=True),
    "scaled": lambda x, d: (x * torch.arange(float(x.shape[-1]))).sum(d),
    "narrower": lambda x, d: x.to(torch.float16).sum(d, dtype=torch.float32),
    "true": lambda x, d: (x > 1).any(d),
}


@pytest.mark.parametrize("name", TURNED)
def test_of_what_is_transposed(name):
    fn = TURNED[name]
    for shape in ((67, 35), (3, 20, 35), (2, 3, 4, 17)):
        x, n = torch.randn(shape, generator=torch.Generator().manual_seed(0)), len(shape)
        for dims in (0, n - 1, (0, 1)):
            for order in list(itertools.permutations(range(n)))[1::n]:
                torch._dynamo.reset()
                got, want = compiled(lambda x: fn(x.permute(order), dims))(x), fn(x.permute(order), dims)
                torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-3)


def test_of_any_size_transposed():
    f = compiled(lambda x: (x.mT.sum(-2), x.mT.to(torch.int32).sum(0)), dynamic=True)
    for shape in ((2, 5, 7), (3, 65, 33), (1 + 2, 300, 4)):
        x = torch.randn(shape)
        torch.testing.assert_close(f(x), (x.mT.sum(-2), x.mT.to(torch.int32).sum(0)), rtol=1e-4, atol=1e-3)
