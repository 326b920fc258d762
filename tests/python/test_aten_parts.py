"""Operators that python/weft/_parts.py takes apart, against eager: values and gradients."""
import itertools

import pytest
import torch
from torch.nn.functional import grid_sample

from common import check_gradients

torch.manual_seed(0)
r = torch.randn


@pytest.mark.parametrize("p", [0, 1, 1.5, 2, float("inf")])
def test_distances(p):
    check_gradients(lambda a, b: torch.cdist(a, b, p=p), r(2, 4, 3), r(2, 5, 3), rtol=1e-4, atol=1e-5)
    check_gradients(lambda a: torch.nn.functional.pdist(a, p=p), r(5, 3), rtol=1e-4, atol=1e-5)


def test_equal_rows():
    a = r(3, 4)
    check_gradients(lambda a, b: torch.cdist(a, b), a, a.clone(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("mode, padding, align", itertools.product(
    ["bilinear", "nearest"], ["zeros", "border", "reflection"], [False, True]))
def test_grids(mode, padding, align):
    def f(x, g):
        return grid_sample(x, g, mode=mode, padding_mode=padding, align_corners=align)

    check_gradients(f, r(2, 3, 4, 5), r(2, 3, 6, 2), rtol=1e-4, atol=1e-4)
    if align or padding == "reflection":
        check_gradients(f, r(1, 2, 3, 4, 5), r(1, 2, 3, 2, 3), rtol=1e-4, atol=1e-4)
