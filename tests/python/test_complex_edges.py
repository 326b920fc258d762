"""Complex functions where parts are zeros, infinities or no numbers: by both backends as C's Annex G has them, which
numpy follows, signs of zeros included."""
import itertools

import capi
import mpmath
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


FAR = [0.0, 5e-324, -1e-310, 1e-300, 1e-20, -0.5, 1.0, 1.5707963267948966, -30.0, 709.5, -745.0, 720.0, 1e160, -1e300,
       1.7e308]


def exact(name, z):
    """By mpmath, with as many bits as the parts are apart; angles and exponents that leave its range by hand."""
    m = mpmath.mpc(z.real, z.imag)
    with mpmath.workprec(2400):
        if name == "stablehlo.cbrt":
            return mpmath.exp(mpmath.log(m) / 3) if z else m
        if name == "stablehlo.sign":
            return m / abs(m) if z else m
        return {"stablehlo.sine": mpmath.sin, "stablehlo.cosine": mpmath.cos, "chlo.sinh": mpmath.sinh,
                "chlo.cosh": mpmath.cosh, "stablehlo.exponential": mpmath.exp,
                "stablehlo.exponential_minus_one": lambda v: mpmath.exp(v) - 1}[name](m)


@pytest.mark.parametrize("backend", ["weft", "interp"])
@pytest.mark.parametrize("name", ["stablehlo.cbrt", "stablehlo.sign", "stablehlo.sine", "stablehlo.cosine", "chlo.sinh",
                                  "chlo.cosh", "stablehlo.exponential", "stablehlo.exponential_minus_one"])
def test_far_out(name, backend):
    """Where one part leaves the range of f64, or a square of it does, the other is still right."""
    grown = 0 if name.startswith("stablehlo.s") and name.endswith("sine") or name.endswith("cosine") else 1
    x = np.array([complex(a, b) for a, b in itertools.product(FAR, FAR)])
    if "cbrt" not in name and "sign" not in name:  # what grows by an exponential is soon infinite whatever the angle
        size = np.abs(x.real if grown else x.imag)
        x = x[size < 1000]
    got = run(backend, name, x, "complex<f64>")
    least, most = mpmath.mpf(5e-324), mpmath.mpf(np.finfo(np.float64).max)
    wrong = []
    for z, g in zip(x, got):
        want = exact(name, z)
        for a, b in ((g.real, want.real), (g.imag, want.imag)):
            if abs(b) > most:
                right = a == (np.inf if b > 0 else -np.inf)
            else:
                right = np.isfinite(a) and abs(mpmath.mpf(float(a)) - b) <= 4e-15 * abs(b) + 4 * least
            if not right:
                wrong.append((z, g, mpmath.nstr(want, 17)))
    assert not wrong, wrong[:5]


@pytest.mark.parametrize("backend", ["weft", "interp"])
def test_far_atan2(backend):
    """The quotient alone counts, whatever the sizes."""
    y, x = np.array([1 + 2j, -3 + 0.5j, 0.25j, 2 - 1j]), np.array([2 - 1j, 1 + 1j, 3 + 0j, -1 - 4j])
    t = "tensor<4xcomplex<f64>>"
    f = capi.Weft(backend).compile(f"func.func @main(%a: {t}, %b: {t}) -> {t} {{ %0 = stablehlo.atan2 %a, %b : {t} "
                                   f"return %0 : {t} }}")
    want = f(y, x)[0]
    for scale in (2.0**-1000, 2.0**600, 2.0**1020):
        np.testing.assert_allclose(f(y * scale, x * scale)[0], want, rtol=1e-14)


@pytest.mark.parametrize("backend", ["weft", "interp"])
@pytest.mark.parametrize("op", ["power", "atan2"])
def test_two_operands(op, backend):
    """Bases and quotients over 200 orders of magnitude, to a few units of the larger part."""
    rng = np.random.default_rng(0)
    n = 200
    x, y = ((rng.standard_normal(n) + 1j * rng.standard_normal(n)) * 10.0**rng.uniform(-e, e, n) for e in (100, 0.5))
    t = f"tensor<{n}xcomplex<f64>>"
    got = capi.Weft(backend).compile(f"func.func @main(%a: {t}, %b: {t}) -> {t} {{ %0 = stablehlo.{op} %a, %b : {t} "
                                     f"return %0 : {t} }}")(x, y)[0]
    wrong = []
    for a, b, g in zip(x, y, got):
        with mpmath.workprec(1800):
            p, q = mpmath.mpc(a.real, a.imag), mpmath.mpc(b.real, b.imag)
            want = mpmath.exp(q * mpmath.log(p)) if op == "power" else \
                -mpmath.j * mpmath.log((q + mpmath.j * p) / mpmath.sqrt(p * p + q * q))
            size = abs(want)
            if 1e-280 < size < 1e300 and abs(mpmath.mpc(g.real, g.imag) - want) > 5e-15 * size:
                wrong.append((a, b, g, mpmath.nstr(want, 17)))
    assert not wrong, wrong[:5]
