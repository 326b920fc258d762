"""Programs that JAX exports with symbolic sizes, unrefined: one compilation runs at every size they allow, as text and
as a portable artifact, on both backends; a size that breaks a constraint is JAX's own message."""
import capi
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import export, lax

SIZES = [(6, 4), (2, 2), (17, 3)]
FUNCTIONS = {
    "reshape": lambda x: x.reshape(-1) + jnp.arange(x.shape[0] * x.shape[1]),
    "softmax": lambda x: jax.nn.softmax(x),
    "moments": lambda x: (x.mean(0), x.var()),
    "product": lambda x: x.T @ x,
    "join": lambda x: jnp.concatenate([x, jnp.pad(x, ((1, 2), (0, 0)))]),
    "sort": lambda x: (jnp.sort(x, 0), jnp.argsort(x, 1), jnp.argmax(x, 0)),
    "cumulative": lambda x: (jnp.cumsum(x, 0), lax.cummax(x, 1), lax.cumprod(x, 0, reverse=True),
                             lax.cumlogsumexp(x, 1), lax.cumlogsumexp(x, 0, reverse=True)),
    "top-k": lambda x: lax.top_k(x, 2),
    "top-symbolic": lambda x: lax.top_k(x.T, x.shape[1]),
    "approximate": lambda x: lax.approx_min_k(x, 2, reduction_dimension=0),
    "approximate-symbolic": lambda x: lax.approx_max_k(x.T, x.shape[1]),
    "slices": lambda x: (x[1:], x[:x.shape[1]], jnp.roll(x, 1, 0), jnp.flip(x, 1)),
    "places": lambda x: (x[jnp.array([0, 1])], x.at[0].add(1.0), jnp.take(x, jnp.array([1, 0]), 1)),
    "windows": lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, 3), (1, 2), "SAME", window_dilation=(2, 1)),
    "convolution": lambda x: lax.conv_general_dilated(x[None, None], jnp.ones((1, 1, 2, 2)), (1, 1), "VALID"),
    "branch": lambda x: lax.cond(x.sum() > 0, lambda x: x + 1, lambda x: -x, x),
    "scan": lambda x: lax.scan(lambda c, a: (c + a, c * a), x[0], x),
    "gradient": jax.grad(lambda x: (jnp.sin(x) @ x.T).sum()),
    "qr": lambda x: jnp.abs(jnp.linalg.qr(x)[1]),
    "cholesky": lambda x: jnp.linalg.cholesky(x.T @ x + jnp.eye(x.shape[1])),
    "loop": lambda x: lax.fori_loop(0, x.shape[0], lambda i, a: a * 0.5 + x, x),
    "normal": lambda x: jax.random.normal(jax.random.key(3), x.shape),
    "rbg": lambda x: jax.random.uniform(jax.random.key(0, impl="rbg"), x.shape),
}


def exported(function, *constraints):
    m, n = export.symbolic_shape("m, n", constraints=["m>=n", "n>=2", *constraints])
    unchecked = [export.DisabledSafetyCheck.custom_call(t) for t in ("lapack_sgeqrf_ffi", "lapack_spotrf_ffi")]
    return export.export(jax.jit(function), disabled_checks=unchecked)(jax.ShapeDtypeStruct((m, n), np.float32))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_as_jax_computes(name):
    program = exported(FUNCTIONS[name])
    text, artifact = program.mlir_module(), bytes(program.mlir_module_serialized)
    runs = {"text": capi.Weft("weft").compile(text), "artifact": capi.Weft("weft").compile(artifact),
            "interpreter": capi.Weft("interp").compile(artifact)}
    for shape in SIZES:
        x = np.random.default_rng(2).standard_normal(shape).astype(np.float32)
        want = [np.asarray(r) for r in jax.tree.leaves(jax.jit(FUNCTIONS[name])(x))]
        for what, run in runs.items():
            got = run(x)
            assert [g.shape for g in got] == [w.shape for w in want], f"{what} {shape}"
            for g, w in zip(got, want):
                assert g.dtype == w.dtype, what
                np.testing.assert_allclose(g, w, rtol=2e-5, atol=2e-5, err_msg=f"{what} {shape}")


@pytest.mark.parametrize("backend", ["weft", "interp"])
def test_broken_constraint(backend):
    run = capi.Weft(backend).compile(exported(lambda x: x + x).mlir_module())
    with pytest.raises(capi.WeftError, match=r"symbolic shape constraint m>=n.* but found -1\..*'m' = 3 .*'n' = 4 "):
        run(np.zeros((3, 4), np.float32))


@pytest.mark.parametrize("k,axis,all_of_them", [(5, -1, True), (3, 0, True), (5, 1, False)])
def test_approximate(k, axis, all_of_them):
    """What XLA:CPU finds is exact, too, so values agree; places do where no values are equal."""
    x = np.random.default_rng(5).permutation(1200).reshape(4, 300).astype(np.float32)
    for function in (lax.approx_max_k, lax.approx_min_k):
        jitted = jax.jit(lambda x: function(x, k, axis, aggregate_to_topk=all_of_them))  # noqa: B023
        text = jitted.lower(x).as_text()
        assert "@ApproxTopK" in text
        values, places = capi.Weft("weft").compile(text)(x)
        again = capi.Weft("interp").compile(text)(x)
        np.testing.assert_array_equal(again[0], values)
        np.testing.assert_array_equal(again[1], places)
        np.testing.assert_array_equal(np.take_along_axis(x, places, axis), values)
        n = values.shape[axis]
        best = np.sort(x if function is lax.approx_min_k else -x, axis).take(range(n), axis)
        np.testing.assert_array_equal(values, best if function is lax.approx_min_k else -best)
        if all_of_them:
            np.testing.assert_array_equal(values, jitted(x)[0])
