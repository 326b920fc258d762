"""Reductions whose kernels are made in several parts: by columns, by parts of a long dimension, rows then columns."""
from __future__ import annotations

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
