"""Complex functions where parts are zeros, infinities or no numbers: by both backends as C's Annex G has them, which
numpy follows, signs of zeros included."""
import itertools

import capi
import numpy as np
import pytest

PARTS = [0.0, -0.0, 1.0, -1.0, 0.5, 3.0, -200.0, 800.0, -800.0, np.inf, -np.inf, np.nan]
FUNCTIONS = {
    "chlo.acos": np.arccos, "chlo.acosh": np.arccosh, "chlo.asin": np.arcsin, "chlo.asinh": np.arcsinh,
    "chlo.atan": np.arctan, "chlo.atanh": np.arctanh, "chlo.sinh": np.sinh, "chlo.cosh": np.cosh,
    "chlo.square": np.square, "stablehlo.sqrt": np.sqrt, "stablehlo.log": np.log, "stablehlo.sine": np.sin,
    "stablehlo.cosine": np.cos, "stablehlo.tan": np.tan, "stablehlo.tanh": np.tanh, "stablehlo.abs": np.abs,
    "stablehlo.exponential": np.exp}
KINDS = {np.complex64: ("complex<f32>", "f32", 2e-5), np.complex128: ("complex<f64>", "f64", 1e-13)}


def same(got, want, rtol):
    """Numbers are near, infinities and zeros the same; the sign of a zero counts."""
    with np.errstate(all="ignore"):
        near = (want != 0) & (np.abs(got - want) <= rtol * np.abs(want))
    equal = (got == want) & (np.signbit(got) == np.signbit(want))
    return near | equal | (np.isnan(got) & np.isnan(want))


def reference(name, x):
    with np.errstate(all="ignore"):
        want = FUNCTIONS[name](x)
    if name == "stablehlo.exponential":  # StableHLO's own file of edge cases: no angle, no number
        want[~np.isfinite(x.imag)] = complex(np.nan, np.nan)
    return want


def run(backend, name, x, result):
    kind = KINDS[x.dtype.type][0]
    a, r = f"tensor<{x.size}x{kind}>", f"tensor<{x.size}x{result}>"
    return capi.Weft(backend).compile(f'func.func @main(%a: {a}) -> {r} {{\n  %0 = "{name}"(%a) : ({a}) -> {r}\n'
                                      f'  func.return %0 : {r}\n}}', name)(x)[0]


@pytest.mark.parametrize("dtype", KINDS, ids=lambda t: t.__name__)
@pytest.mark.parametrize("backend", ["weft", "interp"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_annex_g(name, backend, dtype):
    kind, real, rtol = KINDS[dtype]
    x = np.array([complex(a, b) for a, b in itertools.product(PARTS, PARTS)], dtype)
    want = reference(name, x)
    got = run(backend, name, x, real if name == "stablehlo.abs" else kind)
    right = same(got.real, want.real, rtol) & same(got.imag, want.imag, rtol)
    assert right.all(), [(x[i], got[i], want[i]) for i in np.flatnonzero(~right)[:5]]


@pytest.mark.parametrize("dtype", KINDS, ids=lambda t: t.__name__)
@pytest.mark.parametrize("op", ["divide", "multiply"])
def test_one_meaning(op, dtype):
    """Native code and the interpreter agree on products and quotients of every pair; a number over 0 is infinite, over
    an infinity 0."""
    kind, _, rtol = KINDS[dtype]
    x = np.array([complex(a, b) for a, b in itertools.product([0.0, -0.0, 1.0, -3.0, np.inf, -np.inf, np.nan],
                                                              repeat=2)], dtype)
    x, y = np.repeat(x, x.size), np.tile(x, x.size)
    t = f"tensor<{x.size}x{kind}>"
    text = f"func.func @main(%a: {t}, %b: {t}) -> {t} {{ %0 = stablehlo.{op} %a, %b : {t} func.return %0 : {t} }}"
    weft, interp = (capi.Weft(b).compile(text)(x, y)[0] for b in ("weft", "interp"))
    right = same(np.abs(weft.real), np.abs(interp.real), rtol) & same(np.abs(weft.imag), np.abs(interp.imag), rtol)
    assert right.all(), [(x[i], y[i], weft[i], interp[i]) for i in np.flatnonzero(~right)[:5]]
    if op == "divide":
        assert np.isinf(weft.real[(x == 1) & (y == 0)]).all()
        assert (weft[(x == 1) & np.isinf(y.real) & (y.imag == 1)] == 0).all()
