"""Gradients of the C library: every row of grad.def against JAX's and against finite differences, in f64."""
import re

import capi
import gradient_cases
import jax
import numpy as np
import pytest

ROWS = re.findall(r"(?m)^(?:MAP1|MAP2|RULE|ZERO)\((\w+)", open(f"{capi.ROOT}/src/pass/grad.def").read())

# Rows that finite differences do not check in any case, and why (doc/gradients.md).
NO_DIFFERENCES = {
    "chlo_next_after": "differences see the slope 1 of its first operand, which it follows by a unit in the last place; "
                       "the derivative is defined as zero, as JAX's is"}


@pytest.fixture(scope="module")
def interp():
    return capi.Weft("interp")


@pytest.fixture(scope="module")
def weft():
    return capi.Weft("weft")


def is_float(a):
    """Or complex: has a gradient."""
    return np.issubdtype(np.asarray(a).dtype, np.inexact)


def normal_like(rng, a):
    """Of a's shape, complex where a is."""
    v = rng.standard_normal(a.shape)
    return v + 1j * rng.standard_normal(a.shape) if np.issubdtype(a.dtype, np.complexfloating) else v


def pairing(gradient, step):
    """The change that gradient tells of a step, in JAX's convention for complex numbers: without a conjugate."""
    return np.sum(np.real(gradient * step))


def text_of(case):
    with jax.enable_x64(True):
        return case.text or jax.jit(case.fn).lower(*case.args).as_text()


def test_every_row_has_a_case():
    cased = {row for case in gradient_cases.CASES for row in case.rows.split()}
    assert sorted(set(ROWS)) == sorted(cased)


def test_every_row_has_finite_differences():
    """But those that are named with a reason."""
    differenced = {row for case in gradient_cases.CASES if case.differences for row in case.rows.split()}
    assert sorted(set(ROWS) - differenced) == sorted(NO_DIFFERENCES)


def jax_gradient(case, rng):
    """Results, seeds for their gradients, and the gradients of the arguments that have one."""
    places = [i for i, a in enumerate(case.args) if is_float(a)]

    def of_floats(*floats):
        args = list(case.args)
        for i, a in zip(places, floats):
            args[i] = a
        return jax.tree.leaves(case.fn(*args))

    @jax.jit
    def both(floats, seeds):
        results, vjp = jax.vjp(of_floats, *floats)
        return results, vjp(seeds)

    with jax.enable_x64(True):
        floats = [np.asarray(case.args[i]) for i in places]
        seeds = [np.asarray(normal_like(rng, r)) for r in jax.eval_shape(of_floats, *floats)]
        results, want = both(floats, seeds)
        return [np.asarray(r) for r in results], seeds, [np.asarray(w) for w in want]


@pytest.mark.parametrize("case", gradient_cases.CASES, ids=lambda c: c.name)
def test_gradient(case, interp, weft):
    text = text_of(case)
    for row in case.rows.split():
        op = "chlo." + row[5:] if row.startswith("chlo_") else "stablehlo." + row
        assert re.search(re.escape(op) + r"\b", text), f"the case has no {op}"
    rng = np.random.default_rng(3)
    results, seeds, want = jax_gradient(case, rng)
    gradient = interp.gradient(text)
    args = [np.asarray(a) for a in case.args]
    for backend in (interp, weft) if case.native else (interp,):
        got = backend.compile(gradient)(*args, *seeds)
        assert len(got) == len(results) + len(want)
        for g, w in zip(got, [*results, *want]):
            np.testing.assert_allclose(g, w, rtol=1e-9, atol=1e-9, err_msg="interp" if backend is interp else "native")

    # Along a direction: (f(x + h v) - f(x - h v)) / 2h, weighted by the seeds, is the gradient times v.
    forward, h = interp.compile(text), 1e-6
    along = [normal_like(rng, a) if is_float(a) else np.zeros_like(a) for a in args]
    if not case.differences:
        return
    up, down = ([np.asarray(a + s * h * v if is_float(a) else a) for a, v in zip(args, along)] for s in (1, -1))
    slope = sum(pairing(s, a - b) for s, a, b in zip(seeds, forward(*up), forward(*down))) / (2 * h)
    floats = [v for a, v in zip(args, along) if is_float(a)]
    told = sum(pairing(g, v) for g, v in zip(want, floats))
    np.testing.assert_allclose(told, slope, rtol=2e-6, atol=2e-6)
    told = sum(pairing(g, v) for g, v in zip(got[len(results):], floats))
    np.testing.assert_allclose(told, slope, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("types, result, wrt, message", [
    ("%x: tensor<2xf32>", "%x : tensor<2xf32>", [7], "no argument 7: there are 1"),
    ("%x: tensor<2xi32>, %y: tensor<2xf32>", "%y : tensor<2xf32>", [0], "argument 0, a tensor<2xi32>, has no gradient"),
    ("%x: tensor<2xi32>", "%x : tensor<2xi32>", [], "no argument has a gradient"),
    ("%x: tensor<2xf32>, %y: tensor<2xi32>", "%y : tensor<2xi32>", [], "no result has a gradient"),
    ("%x: tensor<2xf32>, %y: tensor<2xf32>", "%y : tensor<2xf32>", [1, 0], "arguments are to be given once each, in order"),
])
def test_bad_requests(types, result, wrt, message, interp):
    text = f"func.func @main({types}) -> {result.split(' : ')[1]} {{ return {result} }}"
    with pytest.raises(capi.WeftError, match=re.escape(message)) as e:
        interp.gradient(text, wrt)
    assert e.value.code == 3
