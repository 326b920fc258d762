"""cholesky and triangular_solve of matrices large enough for LAPACK (run/library_linear.c), in every form, against the
interpreter's loops; and of matrices that have no answer."""
import itertools

import capi
import numpy as np
import pytest

N, OTHER = 24, 5
ELEMENTS = {"f32": np.float32, "f64": np.float64, "complex<f32>": np.complex64, "complex<f64>": np.complex128}


def solves(element):
    """Every form of triangular_solve in one program."""
    a, b, c = (f"tensor<2x{m}x{n}x{element}>" for m, n in ((N, N), (N, OTHER), (OTHER, N)))
    lines, types = [], []
    for i, (left, lower, unit, how) in enumerate(itertools.product(
            (True, False), (True, False), (True, False), ("NO_TRANSPOSE", "TRANSPOSE", "ADJOINT"))):
        t = b if left else c
        flags = f"left_side = {left}, lower = {lower}, unit_diagonal = {unit}".lower()
        lines.append(f'%{i} = "stablehlo.triangular_solve"(%a, %{"b" if left else "c"}) <{{{flags}, transpose_a = '
                     f'#stablehlo<transpose {how}>}}> : ({a}, {t}) -> {t}')
        types.append(t)
    names = ", ".join(f"%{i}" for i in range(len(types)))
    return (f"func.func @main(%a: {a}, %b: {b}, %c: {c}) -> ({', '.join(types)}) {{\n" + "\n".join(lines) +
            f"\nreturn {names} : {', '.join(types)}\n}}")


def factors(element):
    t = f"tensor<2x{N}x{N}x{element}>"
    return f"""func.func @main(%a: {t}) -> ({t}, {t}) {{
  %0 = stablehlo.cholesky %a, lower = true : {t}
  %1 = stablehlo.cholesky %a, lower = false : {t}
  return %0, %1 : {t}, {t}
}}"""


def numbers(element, *shape):
    rng = np.random.default_rng(5)
    x = rng.standard_normal(shape)
    if element.startswith("complex"):
        x = x + 1j * rng.standard_normal(shape)
    return x.astype(ELEMENTS[element])


def both(text, *arrays):
    return [capi.Weft(backend).compile(text)(*arrays) for backend in ("weft", "interp")]


@pytest.mark.parametrize("element", ELEMENTS)
def test_triangular_solve(element):
    a = numbers(element, 2, N, N) / N + 2 * np.eye(N, dtype=ELEMENTS[element])
    b, c = numbers(element, 2, N, OTHER), numbers(element, 2, OTHER, N)
    got, want = both(solves(element), a, b, c)
    assert len(got) == 24
    bound = 1e-6 if "32" in element else 1e-13
    for i, (g, w) in enumerate(zip(got, want)):
        np.testing.assert_allclose(g, w, rtol=bound, atol=bound * np.abs(w).max(), err_msg=f"form {i}")


@pytest.mark.parametrize("element", ELEMENTS)
def test_cholesky(element):
    a = numbers(element, 2, N, N)
    a = a @ a.conj().swapaxes(1, 2) + N * np.eye(N, dtype=a.dtype)
    got, want = both(factors(element), a)
    bound = 1e-6 if "32" in element else 1e-13
    for g, w in zip(got, want):
        np.testing.assert_allclose(g, w, rtol=bound, atol=bound * np.abs(w).max())
        assert (g != 0).sum() == N * (N + 1)          # the other triangle is zero


def test_where_there_is_no_answer():
    """The loops' values: NaN where a factor ends, infinities of a division by zero."""
    a = np.stack([np.diag(np.r_[np.ones(N - 1), -1.0]), np.diag(np.r_[np.ones(3), -1.0, np.ones(N - 4)])])
    got, want = both(factors("f64"), a)
    for g, w in zip(got, want):
        np.testing.assert_array_equal(g, w)
        assert np.isnan(g).any()
    a = np.stack([np.diag(np.r_[np.ones(N - 1), 0.0])] * 2)
    got, want = both(solves("f64"), a, np.ones((2, N, OTHER)), np.zeros((2, OTHER, N)))
    for g, w in zip(got, want):
        np.testing.assert_array_equal(g, w)
