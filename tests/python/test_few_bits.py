"""Weights of four bits, and floats of eight: casts and products, against eager."""
import os
import subprocess
import sys

import pytest
import torch

from common import check, compiled, no_fallback, report

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


# ---- four bits -------------------------------------------------------------------------------------


def int4(x, packed, group, of):
    return torch.ops.aten._weight_int4pack_mm_for_cpu(x, packed, group, of)


def check_int4(m, n, k, group, dtype, dynamic):
    """As near to what more bits give as eager, but that more than a few rows are multiplied by weights rounded to x's dtype."""
    torch._dynamo.reset()
    q = torch.randint(0, 16, (n, k), dtype=torch.int32)
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(q, 1)
    of, x = (torch.rand(k // group, n, 2) * 0.1).to(dtype), torch.randn(m, k).to(dtype)
    scale, zero = of.double().repeat_interleave(group, 0).unbind(-1)
    exact = x.double() @ ((q.t() - 8) * scale + zero)
    want = int4(x, packed, group, of)
    with no_fallback():
        got = compiled(int4, dynamic=dynamic)(x, packed, group, of)
    assert (got.dtype, got.shape, got.stride()) == (want.dtype, want.shape, want.stride())
    off, own = (torch.linalg.norm(y - exact) / torch.linalg.norm(exact) for y in (got, want))
    assert off <= max(1.7 * own, 5e-7), (off, own)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("m, dynamic", [(1, False), (1, True), (3, False), (3, True), (20, False)])
def test_product_by_four_bits(m, dtype, dynamic):
    for n, k, group in (192, 256, 128), (208, 64, 32):
        check_int4(m, n, k, group, dtype, dynamic)


def test_rows_that_change():
    """One artifact."""
    before = report()["graphs"]
    run = compiled(lambda x, packed, of: int4(x, packed, 32, of), dynamic=True)
    packed, of = torch.randint(0, 256, (80, 48), dtype=torch.uint8), torch.rand(3, 80, 2)
    for m in 5, 2, 17, 300:             # torch takes sizes that are equal at first, as 2 is the last of `of`, for one
        x = torch.randn(m, 96)
        torch.testing.assert_close(run(x, packed, of), int4(x, packed, 32, of), rtol=1e-5, atol=1e-4)
    assert report()["graphs"] == before + 1


PACKED = """
import torch
from test_few_bits import check_int4
for m in 1, 3, 20:
    check_int4(m, 208, 64, 32, torch.float32, False)
print(torch.backends.cpu.get_cpu_capability())
"""


@pytest.mark.parametrize("capability", ["avx2", "default"])
def test_bits_as_another_processor_packs_them(capability):
    done = subprocess.run([sys.executable, "-c", PACKED], env={**os.environ, "ATEN_CPU_CAPABILITY": capability},
                          cwd=os.path.dirname(__file__), capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() in (capability.upper(), "DEFAULT"), done.stderr
    assert done.returncode == 0, done.stderr


# ---- floats of eight bits --------------------------------------------------------------------------


def floats(dtype, *shape):
    return torch.randn(shape).to(dtype)


@pytest.mark.parametrize("out", [None, torch.float32, torch.bfloat16, *F8[:2]])
@pytest.mark.parametrize("a, b", [(F8[0], F8[0]), (F8[1], F8[0])])
def test_scaled_product(a, b, out):
    """Of eight bits: as f64's rounded once; eager's own are rounded before by some processors' products."""
    close = {"rtol": 1e-5, "atol": 1e-4} if out == torch.float32 else {}
    one, three = torch.tensor(0.5), torch.tensor([3.0])
    columns = torch.rand(1, 48)

    def f(a, b, one, three, bias=None, result=None):
        y = torch._scaled_mm(a, b, one, three, bias=bias, scale_result=result, out_dtype=out)
        return y.float() if y.dtype in F8 else y

    def same(*args, dynamic=None):
        if out not in (None, *F8):
            return check(f, *args, dynamic=dynamic, **close)
        x, w, one, three, *more = (t.double() for t in args)
        bias, result = (*more, *[torch.tensor(n) for n in (0.0, 1.0)][len(more):])
        want = ((x @ w * one * three + bias) / (result if out else 1)).to(out or a).float()   # eager's way
        torch._dynamo.reset()
        with no_fallback():
            got = compiled(f, dynamic=dynamic, fallback="error")(*args)
        torch.testing.assert_close(got, want, rtol=0.07, atol=0.01)
        assert f(*args).stride() == got.stride()

    x, w = floats(a, 16, 32), floats(b, 48, 32).t()
    same(x, w, one, three, torch.randn(48), torch.tensor(4.0), dynamic=True)
    same(x, w, torch.rand(16, 1), columns, torch.randn(48).bfloat16())
    same(x[:1], w, torch.rand(1, 1), columns)
