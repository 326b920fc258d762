"""Quantised tensors: what quantisers write into graphs, against eager bit for bit."""
import itertools

import pytest
import torch
from torch.ao.quantization.fx import _decomposed

from common import Cases, check, check_gradients, compiled, no_fallback, report

assert _decomposed
q = torch.ops.quantized_decomposed
torch.manual_seed(0)
r = torch.randn
EXACT = {"rtol": 0, "atol": 0}
ODD = torch.tensor([0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 1e30, -1e30, torch.inf, -torch.inf, torch.nan, 3.49, 1e-40])
BYTES = {torch.int8: (-128, 127), torch.uint8: (0, 255)}
case = Cases()


def integers(*shape, dtype=torch.int8):
    return torch.randint(*BYTES[dtype], shape).to(dtype)


# ---- one scale -------------------------------------------------------------------------------------

ONE = torch.tensor([0.037], dtype=torch.float64), torch.tensor([3])
for dtype, (low, high) in BYTES.items():
    name = str(dtype).removeprefix("torch.")
    case(f"{name}-quantize", lambda x, low=low, high=high, dtype=dtype: q.quantize_per_tensor(x, 0.037, 3, low, high, dtype), r(37, 5) * 4)
    case(f"{name}-quantize-by-tensors", lambda x, s, z, low=low, high=high, dtype=dtype:
         q.quantize_per_tensor.tensor(x, s, z, low, high, dtype), r(37, 5) * 4, *ONE)
    case(f"{name}-quantize-between-tensors", lambda x, s, z, a, b, dtype=dtype:
         q.quantize_per_tensor.tensor2(x, s, z, a, b, dtype), r(37, 5) * 4, *ONE, torch.tensor(low), torch.tensor(high))
    case(f"{name}-dequantize", lambda x, dtype=dtype: q.dequantize_per_tensor(x, 0.037, 3, -128, 127, dtype), integers(37, 5, dtype=dtype))
    case(f"{name}-dequantize-between-tensors", lambda x, s, z, a, b, dtype=dtype: q.dequantize_per_tensor.tensor2(x, s, z, a, b, dtype),
         integers(37, 5, dtype=dtype), *ONE, torch.tensor(low), torch.tensor(high))
    for out in (None, torch.float32, torch.float16, torch.bfloat16, torch.float64):
        case(f"{name}-dequantize-by-tensors-{out}", lambda x, s, z, dtype=dtype, out=out:
             q.dequantize_per_tensor.tensor(x, s, z, -128, 127, dtype, out_dtype=out), integers(37, 5, dtype=dtype), *ONE)
for dtype in (torch.float16, torch.bfloat16):
    case(f"quantize-{dtype}", lambda x: q.quantize_per_tensor(x, 0.037, 3, -128, 127, torch.int8), (r(37, 5) * 4).to(dtype))
    case(f"dequantize-to-{dtype}", lambda x, dtype=dtype: q.dequantize_per_tensor(x, 0.037, 3, -128, 127, torch.int8, out_dtype=dtype),
         integers(37, 5))
case("quantize-odd", lambda x: q.quantize_per_tensor(x, 1.0, 0, -128, 127, torch.int8), ODD[:-3])
case("quantize-wide", lambda x: q.quantize_per_tensor(x, 1e-4, 0, -2 ** 31, 2 ** 31 - 129, torch.int32), r(37, 5))
case("quantize-turned", lambda x: q.quantize_per_tensor(x.mT, 0.1, 0, 0, 255, torch.uint8), r(37, 5))
case("quantize-channels-last", lambda x: q.quantize_per_tensor(x, 0.1, 0, 0, 255, torch.uint8),
     r(2, 3, 4, 5).to(memory_format=torch.channels_last))
case("no-fuse", lambda x: q.convert_element_type.no_fuse(x, torch.bfloat16), r(5))
for x in (r(7, 9), r(7, 9).abs(), r(7, 9).half(), r(7, 9).bfloat16(), torch.zeros(3), r(4) * 1e-9):
    for dtype, (low, high) in BYTES.items():
        label = f"{dtype}-{x.dtype}-{tuple(x.shape)}-{float(x.flatten()[0]):.3}"
        case(f"choose-{label}", lambda x, low=low, high=high, dtype=dtype: q.choose_qparams.tensor(x, low, high, 1e-6, dtype), x)
        case(f"choose-symmetric-{label}", lambda x, low=low, high=high, dtype=dtype:
             q.choose_qparams_symmetric.tensor(x, low, high, 1e-6, dtype), x)

# ---- scales of channels, tokens and groups -----------------------------------------------------------

for kind, scale in {"f32": torch.rand(5) + 0.01, "f64": torch.rand(5).double() + 0.01}.items():
    for zero in (torch.randint(-9, 9, (5,)), torch.randint(-9, 9, (5,)).int()):
        label = f"{kind}-{zero.dtype}"
        case(f"quantize-channels-{label}", lambda x, s, z: q.quantize_per_channel(x, s, z, 1, -128, 127, torch.int8), r(37, 5, 3) * 9, scale, zero)
        case(f"dequantize-channels-{label}", lambda x, s, z: q.dequantize_per_channel(x, s, z, 1, -128, 127, torch.int8),
             integers(37, 5, 3), scale, zero)
case("quantize-channels-of-images", lambda x, s, z: q.quantize_per_channel(x, s, z, 1, 0, 255, torch.uint8),
     r(2, 5, 3, 4).to(memory_format=torch.channels_last), torch.rand(5) + 0.1, torch.randint(0, 255, (5,)))
case("dequantize-channels-to-halves", lambda x, s: q.dequantize_per_channel(x, s, None, 0, -128, 127, torch.int8, out_dtype=torch.bfloat16),
     integers(5, 7), torch.rand(5))
case("choose-tokens", lambda x: q.choose_qparams_per_token(x, torch.int8), r(6, 9))
case("choose-tokens-halves", lambda x: q.choose_qparams_per_token(x, torch.int8), r(6, 9).half())
case("choose-tokens-asymmetric", lambda x: q.choose_qparams_per_token_asymmetric(x, torch.int8), r(6, 9))
TOKENS = torch.rand(6, 1) + 0.01, torch.randint(-9, 9, (6, 1))
case("quantize-tokens", lambda x, s, z: q.quantize_per_token(x, s, z, -128, 127, torch.int8), r(6, 9) * 5, *TOKENS)
case("dequantize-tokens", lambda x, s, z: q.dequantize_per_token(x, s, z, -128, 127, torch.int8, torch.float32), integers(6, 9), *TOKENS)
case("dequantize-tokens-f64", lambda x, s, z: q.dequantize_per_token(x, s.double(), z, -128, 127, torch.int8, torch.float32), integers(6, 9), *TOKENS)
GROUPS = torch.rand(6, 4) + 0.1, torch.randint(-9, 9, (6, 4))
case("quantize-groups", lambda x, s, z: q.quantize_per_channel_group(x, s, z, -8, 7, torch.int8, 8), r(6, 32) * 5, *GROUPS)
case("dequantize-groups", lambda x, s, z: q.dequantize_per_channel_group(x, s, z, -8, 7, torch.int8, 8, torch.float32), integers(6, 32), *GROUPS)
case("dequantize-groups-without-zeros", lambda x, s: q.dequantize_per_channel_group(x, s, None, -8, 7, torch.int8, 8, torch.bfloat16),
     integers(6, 32), GROUPS[0])


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("name", case.all)
def test_op(name, dynamic):
    fn, args, kw = case.all[name]
    check(fn, *args, dynamic=dynamic, **EXACT, **kw)


def test_groups_without_numbers():
    x, f = r(6, 32), lambda x, s, z: q.quantize_per_channel_group(x, s, z, -8, 7, torch.int8, 8)        # noqa: E731
    x[3, 4] = torch.nan
    with pytest.raises(RuntimeError, match="to_quant must not contain NaNs"):
        compiled(f)(x, *GROUPS)


def test_ends_beyond_the_type():
    f = lambda x, s, z, a, b: q.quantize_per_tensor.tensor2(x, s, z, a, b, torch.int8)                  # noqa: E731
    with pytest.raises(RuntimeError, match="quant_max out of bounds"):
        compiled(f)(r(5), *ONE, torch.tensor(-128), torch.tensor(128))


# ---- training ----------------------------------------------------------------------------------------

FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)


@pytest.mark.parametrize("dtype", FLOATS)          # torch traces them by calling them: sizes are numbers
def test_fake(dtype):
    x = torch.cat([r(500) * 6, ODD]).to(dtype)
    f = lambda x: torch.fake_quantize_per_tensor_affine(x, 0.0371, 3, -128, 127)                        # noqa: E731
    check_gradients(f, x, **EXACT)
    f = lambda x: torch.fake_quantize_per_tensor_affine(x, 1.0, 0, 0, 255)                              # noqa: E731
    check_gradients(f, x, **EXACT)


@pytest.mark.parametrize("dtype", FLOATS)
def test_fake_by_tensors(dtype):
    x = torch.cat([r(500) * 6, ODD]).to(dtype)
    check_gradients(lambda x, z: torch.fake_quantize_per_tensor_affine(x, torch.tensor(0.0371), z, -128, 127), x,
                    torch.tensor(3, dtype=torch.int32), **EXACT)


@pytest.mark.parametrize("dtype", FLOATS)
def test_fake_channels(dtype):
    x = torch.cat([r(500) * 6, ODD]).to(dtype).expand(5, 514).clone()
    scale, zero = torch.rand(5) * 0.1 + 0.001, torch.tensor([0, -3, 5, 127, -128], dtype=torch.int32)
    for axis, x in (0, x), (1, x.t()), (1, x.t().contiguous()):
        f = lambda x, z: torch.fake_quantize_per_channel_affine(x, scale, z, axis, -128, 127)           # noqa: E731, B023
        check_gradients(f, x, zero, **EXACT)


def test_fake_by_a_zero_point_beyond():
    f = lambda x, s, z: torch.fake_quantize_per_channel_affine(x, s, z, 0, 0, 127)                      # noqa: E731
    with pytest.raises(RuntimeError, match="`zero_point` must be between"):
        compiled(f)(r(3, 4), torch.ones(3), torch.tensor([0, -1, 3], dtype=torch.int32))


def learnt(f, x, *given):
    """Values, and gradients by x, scale and zero point, of f in eager and compiled; those of one number are sums."""
    out = []
    for g in f, compiled(f, dynamic=False):
        args = [t.clone().requires_grad_() for t in (x, *given)]
        y = g(*args)
        out.append((y, *torch.autograd.grad(y, args, r(y.shape, generator=torch.Generator().manual_seed(1)))))
    for want, got, exact in zip(*out, (True, True, False, False)):
        torch.testing.assert_close(got, want, **(EXACT if exact else {"rtol": 2e-5, "atol": 1e-4}))


@pytest.mark.parametrize("zero", [0.0, 1.4, 2.5, -1.5, 9.0, -20.0])
def test_learnt_parameters(zero):
    def f(x, s, z):
        return torch._fake_quantize_learnable_per_tensor_affine(x, s, z, -8, 7, 0.7)
    given = torch.tensor([0.3]), torch.tensor([zero])
    learnt(f, r(500) * 3, *given)
    for x in (torch.cat([r(20), ODD]).to(dtype) for dtype in FLOATS):
        torch.testing.assert_close(compiled(f, dynamic=False)(x, *given), f(x, *given), **EXACT)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_learnt_parameters_of_channels(axis):
    def f(x, s, z):
        return torch._fake_quantize_learnable_per_channel_affine(x, s, z, axis, -8, 7, 0.7)
    given = torch.rand(5) + 0.1, torch.tensor([0.0, 1.5, 2.5, -1.5, 9.0])
    learnt(f, r(5, 5, 5) * 2, *given)


def test_slopes_where_x_is_beyond_all_integers():
    def f(x, s, z):
        return torch.autograd.grad(torch._fake_quantize_learnable_per_tensor_affine(x, s, z, -8, 7, 1.0).sum(), (x, s, z))
    for v in ODD.tolist():
        args = [torch.tensor([t], requires_grad=True) for t in (v, 0.3, 1.0)]
        with no_fallback():
            torch.testing.assert_close(compiled(f, dynamic=False, fullgraph=False)(*args), f(*args), equal_nan=True)


def observed(x, parameters, *rest):
    parameters = [p.clone() for p in parameters]
    return torch.fused_moving_avg_obs_fake_quant(x, *rest[:2], *parameters, 0.01, *rest[2:]), *parameters


@pytest.mark.parametrize("low, high, symmetric", [(0, 255, False), (-128, 127, True), (0, 127, True)])
@pytest.mark.parametrize("rows", [False, True])
def test_observed(low, high, symmetric, rows):
    """Of numbers near and far from zero, on one side of it and on both; the first call, and later ones."""
    on, off, n, f = torch.tensor([1]), torch.tensor([0]), 3 if rows else 1, compiled(observed)
    first = torch.full((n,), torch.inf), torch.full((n,), -torch.inf)
    for ends in first, (torch.full((n,), -1e-4), torch.full((n,), 1e-4)), (torch.full((n,), -1.5), torch.full((n,), 2.5)):
        given = *ends, torch.ones(n), torch.zeros(n, dtype=torch.int32)
        for x in (r(3, 50), r(3, 50).abs(), -r(3, 50).abs() * 1e-3, torch.zeros(3, 50), r(3, 50) * 1e-7):
            for a, b in ((on, on), (on, off), (off, on), (off, off))[:2 if ends is first else 4]:
                args = x, given, a, b, low, high, 0, rows, symmetric
                with no_fallback():
                    torch.testing.assert_close(f(*args), observed(*args), **EXACT)


class Observed(torch.nn.Module):
    def __init__(self, symmetric):
        super().__init__()
        self.symmetric = symmetric
        for name, value in {"on": 1, "least": torch.inf, "most": -torch.inf, "scale": 1.0}.items():
            self.register_buffer(name, torch.tensor([value]))
        self.register_buffer("zero", torch.tensor([0], dtype=torch.int32))

    def forward(self, x):
        ends = (-128, 127) if self.symmetric else (0, 255)
        return torch.fused_moving_avg_obs_fake_quant(x, self.on, self.on, self.least, self.most, self.scale, self.zero, 0.01, *ends,
                                                     -1, False, self.symmetric)


class Trained(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear, self.inputs, self.weights = torch.nn.Linear(16, 8), Observed(False), Observed(True)

    def forward(self, x):
        return torch.nn.functional.linear(self.inputs(x), self.weights(self.linear.weight), self.linear.bias)


def test_training_that_observes():
    """Steps of training: outputs, gradients, and what is kept of the ends."""
    torch.manual_seed(1)
    eager, ours = Trained(), Trained()
    ours.load_state_dict(eager.state_dict())
    step = compiled(ours)
    for _ in range(3):
        x = r(5, 16)
        with no_fallback():
            got = step(x)
            got.square().sum().backward()
        want = eager(x)
        want.square().sum().backward()
        torch.testing.assert_close(got, want)
        torch.testing.assert_close(ours.linear.weight.grad, eager.linear.weight.grad)
        torch.testing.assert_close(ours.state_dict(), eager.state_dict(), **EXACT)


# ---- products ----------------------------------------------------------------------------------------


def laid(x):
    """x in each way to lie: as it is, transposed, as part of rows, every second row, and from an odd byte on."""
    yield x
    yield x.t().contiguous().t()
    wide = integers(x.shape[0], x.shape[1] + 5, dtype=x.dtype)
    wide[:, 3:3 + x.shape[1]] = x
    yield wide[:, 3:3 + x.shape[1]]
    high = integers(2 * x.shape[0], x.shape[1], dtype=x.dtype)
    high[::2] = x
    yield high[::2]


@pytest.mark.parametrize("m, k, n", [(1, 64, 48), (8, 128, 64), (17, 32, 24), (33, 65, 7), (128, 96, 130), (3, 5, 1),
                                     (0, 5, 4), (4, 0, 5), (4, 5, 0)])
@pytest.mark.parametrize("dtype", BYTES)
def test_product_of_bytes(m, k, n, dtype):
    a, b = integers(m, k, dtype=dtype), integers(k, n)
    want = (a.long() @ b.long()).int()
    run, frozen = compiled(torch._int_mm), compiled(Product(b), freezing=True)
    for x, y in itertools.product(laid(a), laid(b)) if m == 33 else zip(laid(a), list(laid(b))[::-1]):
        torch._dynamo.reset()
        with no_fallback():
            assert torch.equal(run(x, y), want)
    with torch.no_grad():
        assert torch.equal(frozen(a), want)


class Product(torch.nn.Module):
    def __init__(self, weight):
        super().__init__()
        self.register_buffer("weight", weight)

    def forward(self, x):
        return torch._int_mm(x, self.weight)


@pytest.mark.parametrize("dtype", BYTES)
def test_product_of_bytes_of_any_sizes(dtype):
    run = compiled(torch._int_mm, dynamic=True)
    for m, k, n in (9, 65, 31), (8, 64, 32), (300, 700, 130), (2, 4, 3), (5, 0, 6), (0, 4, 3), (70, 257, 64):
        for turned in False, True:
            a, b = integers(m, k, dtype=dtype), integers(k, n)
            with no_fallback():
                assert torch.equal(run(a, b.t().contiguous().t() if turned else b), (a.long() @ b.long()).int())


@pytest.mark.parametrize("a, b", [(integers(4, 5), integers(6, 3)), (integers(4, 5), integers(5, 3, dtype=torch.uint8)),
                                  (integers(4, 5).int(), integers(5, 3).int()), (integers(2, 4, 5), integers(5, 3))])
def test_product_of_no_bytes(a, b):
    """Refused, as by eager."""
    for fn in torch._int_mm, compiled(torch._int_mm):
        with pytest.raises(RuntimeError):
            fn(a, b)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("m", [1, 5, 33])
def test_product_by_bytes(m, dtype):
    x, w, s = r(m, 64).to(dtype), integers(96, 64), (torch.rand(96) * 0.1).to(dtype)
    close = {"rtol": 1e-5, "atol": 1e-4} if dtype == torch.float32 else {}
    for dynamic in False, True:
        check(torch._weight_int8pack_mm, x, w, s, dynamic=dynamic, **close)


class ByBytes(torch.nn.Module):
    """A product of bytes, in 32 bits, by weights that are bytes."""

    def __init__(self, dtype):
        super().__init__()
        self.register_buffer("weight", bytes_of(dtype, 70, 131))

    def forward(self, x):
        return x.int() @ self.weight.int().t()


def bytes_of(dtype, *shape):
    """All values of dtype."""
    limits = torch.iinfo(dtype)
    return torch.randint(limits.min, limits.max + 1, shape).to(dtype)


@pytest.mark.parametrize("weight", [torch.int8, torch.uint8])
@pytest.mark.parametrize("x", [torch.int8, torch.uint8])
def test_product_of_bytes_by_frozen_ones(x, weight):
    module = ByBytes(weight)
    with torch.no_grad():
        run = compiled(module, freezing=True)
        for m in 1, 5, 50:
            given = bytes_of(x, m, 131)
            assert torch.equal(run(given), module(given))


# ---- whole models ------------------------------------------------------------------------------------


class Converted(torch.nn.Module):
    """A convolution and two linear layers as PT2E's conversion leaves them: each reads what was quantised."""

    def __init__(self):
        super().__init__()
        for name, shape in {"conv": (8, 3, 3, 3), "up": (32, 8), "down": (10, 32)}.items():
            self.register_buffer(name, integers(*shape))
            self.register_buffer(f"{name}_scale", torch.rand(shape[0]) * 0.02 + 0.001)
            self.register_buffer(f"{name}_zero", torch.zeros(shape[0], dtype=torch.int64))
            self.register_buffer(f"{name}_bias", r(shape[0]))

    def given(self, x, scale, zero):
        return q.dequantize_per_tensor(q.quantize_per_tensor(x, scale, zero, 0, 255, torch.uint8), scale, zero, 0, 255, torch.uint8)

    def weight(self, name):
        return q.dequantize_per_channel(getattr(self, name), getattr(self, f"{name}_scale"), getattr(self, f"{name}_zero"), 0, -128, 127,
                                        torch.int8)

    def forward(self, x):
        F = torch.nn.functional
        x = F.relu(F.conv2d(self.given(x, 0.03, 128), self.weight("conv"), self.conv_bias, padding=1))
        x = self.given(x, 0.05, 0).mean((2, 3))
        x = F.relu(F.linear(self.given(x, 0.02, 0), self.weight("up"), self.up_bias))
        return F.linear(self.given(x, 0.05, 0), self.weight("down"), self.down_bias)


@pytest.mark.parametrize("dynamic", [False, True])
def test_converted_model(dynamic):
    model = Converted()
    check(model, r(4, 3, 16, 16), dynamic=dynamic, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("product", [torch._int_mm, lambda x, w: x.int() @ w.int()], ids=["bytes", "widened"])
def test_linear_of_tokens_quantised_as_they_come(product, dynamic):
    """A scale for each token, found in the call, is one kernel; a product of bytes with both scales and a bias behind it the other.
    Tiles of AMX multiply tokens that a third has packed."""
    def linear(x, w, scale, bias):
        of = x.abs().amax(-1, keepdim=True).clamp(min=1e-5) / 127
        bytes_ = (x / of).round().clamp(-128, 127).to(torch.int8)
        return (product(bytes_, w.t()) * of * scale).to(torch.bfloat16) + bias

    before = report()["kernels"]
    check(linear, r(33, 64), integers(48, 64).clamp(min=-127), torch.rand(48), r(48).bfloat16(), dynamic=dynamic, **EXACT)
    assert report()["kernels"] - before == 2 + torch.cpu._is_amx_tile_supported()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_linear_by_weights_of_bytes(dtype):
    for shape in (1, 64), (40, 64), (2, 3, 64):
        close = {"rtol": 1e-5, "atol": 1e-4} if dtype == torch.float32 else {"rtol": 2e-2, "atol": 2e-2}
        check(lambda x, w, s: torch.nn.functional.linear(x, w.to(x.dtype)) * s, r(shape).to(dtype), integers(48, 64), torch.rand(48).to(dtype), **close)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("rows", [1, 4, 40])
def test_products_by_bytes_that_are_transposed_before_they_are_made_wider(rows, dtype):
    close = {"rtol": 1e-5, "atol": 1e-4} if dtype == torch.float32 else {"rtol": 2e-2, "atol": 2e-2}
    check(lambda x, w: x @ w.t().to(x.dtype), r(rows, 64).to(dtype), integers(48, 64), **close)
    check(lambda x, w: x @ w.view(48, 8, 8).permute(1, 2, 0).to(x.dtype).reshape(64, 48), r(rows, 64).to(dtype), integers(48, 64), **close)
    check(lambda x, w: x @ w[:, 1:65:2].t().to(x.dtype), r(rows, 32).to(dtype), integers(48, 70), **close)
