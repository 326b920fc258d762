"""Floats of eight bits: casts, against eager."""
import pytest
import torch

from common import check

F8 = (torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz, torch.float8_e8m0fnu)
EDGES = [0.0, -0.0, 447.0, 448.0, 460.0, 464.0, 464.1, 470.0, 1e6, -1e6, 240.0, 248.0, 57344.0, 61440.0, 65000.0, 1e-12, 1e-42,
         torch.inf, -torch.inf, torch.nan]


@pytest.mark.parametrize("dtype", F8)
def test_casts(dtype):
    def f(x):
        return x.to(dtype).float()
    for given in torch.float32, torch.float64, torch.float16, torch.bfloat16:
        for x in torch.tensor(EDGES, dtype=given), (torch.randn(1000) * 200).to(given):
            check(f, x, dynamic=True, backends=("interp", "weft"), rtol=0, atol=0)
    for x in torch.tensor([-1000, 0, 448, 449, 470, 60000]), torch.tensor([True, False]):
        check(f, x, rtol=0, atol=0)


@pytest.mark.parametrize("dtype", F8[:2])
def test_tensors_made_and_written(dtype):
    def f(x, y):
        y.copy_(x)
        return torch.full((3,), 300.0, dtype=dtype).float(), torch.tensor([300.0, -3.0], dtype=dtype).float(), y.float()
    check(f, torch.randn(40) * 400, torch.zeros(40).to(dtype), rtol=0, atol=0)
