"""What of jax.numpy, jax.lax, jax.nn, jax.random and jax.scipy JAX exports with symbolic sizes, a handful of functions a program:
one compilation gives JAX's own answer at every size. (test_jax_sizes.py has each kind of operation alone, and both backends.)"""
import capi
import jax
import jax.numpy as jnp
import jax.scipy as jsp
import numpy as np
import pytest
from jax import export, lax

SIZES = [(6, 4), (2, 2), (17, 3)]
KEY = 1


def conv(x, kernel, strides, padding, **more):
    return lax.conv_general_dilated(x[None, None], jnp.ones(kernel) * 0.3, strides, padding, **more)


def spd(x):
    return x.T @ x + jnp.eye(x.shape[1])


GROUPS = {
    "statistics": [lambda x: jnp.median(x, 0), lambda x: jnp.quantile(x, 0.3, axis=0), lambda x: jnp.var(x, 1),
                   lambda x: jnp.average(x, 0, weights=x[:, 0] ** 2), lambda x: jnp.nanmean(x, 0), lambda x: jnp.ptp(x, 0),
                   lambda x: jnp.histogram(x, bins=5, range=(-2, 2))[0], lambda x: jnp.count_nonzero(x > 0, axis=0)],
    "shapes": [lambda x: jnp.tile(x, (2, 3)), lambda x: jnp.repeat(x, 3, axis=0), lambda x: jnp.stack([x, x * 2], 1),
               lambda x: jnp.rot90(x), lambda x: jnp.roll(x, x.shape[1], 0), lambda x: x.reshape(x.shape[1], x.shape[0]),
               lambda x: x[::-1, ::2], lambda x: x[x.shape[0] - x.shape[1]:], lambda x: jnp.kron(x, jnp.ones((2, 2))),
               lambda x: jnp.concatenate([x, x]).reshape(2, -1, x.shape[1]), lambda x: jnp.meshgrid(x[:, 0], x[0])],
    "pads": [lambda x: jnp.pad(x, ((x.shape[1], 0), (0, 1))), lambda x: jnp.pad(x, ((2, 1), (1, 0)), mode="edge"),
             lambda x: jnp.pad(x, ((1, 1), (0, 0)), mode="reflect"), lambda x: lax.pad(x, 0.0, ((-1, 2, 1), (0, -1, 0))),
             lambda x: jnp.tril(x), lambda x: jnp.diff(x, axis=0), lambda x: jnp.insert(x, 1, 5.0, axis=0),
             lambda x: jnp.delete(x, 0, axis=0)],
    "places": [lambda x: jnp.nonzero(x > 0, size=4), lambda x: jnp.unique(jnp.round(x), size=5),
               lambda x: jnp.take_along_axis(x, jnp.argsort(x, 0), 0), lambda x: x.at[jnp.array([0, 1, 0])].multiply(2.0),
               lambda x: jnp.take(x, jnp.array([0, 1, 50]), axis=0, mode="fill"), lambda x: lax.dynamic_update_slice(x, x[1:], (1, 0)),
               lambda x: lax.dynamic_slice(x, (1, 1), (x.shape[0] - 1, x.shape[1] - 1)),
               lambda x: jax.ops.segment_max(x, jnp.arange(x.shape[0]) // 2, num_segments=x.shape[0])],
    "order": [lambda x: jnp.lexsort((x[:, 0], jnp.round(x[:, 1]))), lambda x: lax.sort((jnp.round(x), x), dimension=0, num_keys=2),
              lambda x: jsp.stats.rankdata(x[:, 0]),
              lambda x: jnp.argsort(x, descending=True), lambda x: jnp.cumsum(x), lambda x: lax.cumlogsumexp(x, 0),
              jax.grad(lambda x: (jnp.sort(x, 0) * jnp.arange(x.shape[0])[:, None]).sum()),
              jax.grad(lambda x: (jnp.cumsum(x, 0) ** 2).sum()), jax.grad(lambda x: lax.top_k(x, 2)[0].sum())],
    "windows": [lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (2, 2), "VALID"),
                lambda x: lax.reduce_window(x, 0.0, lax.add, (2, 2), (1, 1), ((1, 1), (0, 2)), base_dilation=(2, 1)),
                lambda x: lax.reduce_window(x, 0.0, lax.add, (x.shape[1], 1), (1, 1), "VALID"),
                lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2, x.shape[1]), (1, 2), "SAME", window_dilation=(2, 1)),
                lambda x: lax.reduce_window(x, jnp.inf, lax.min, (x.shape[1] + 1, x.shape[0]), (2, 1), ((1, 2), (x.shape[0], 0)),
                                            base_dilation=(2, 1)),
                jax.grad(lambda x: (lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (1, 1), "SAME") ** 2).sum()),
                jax.grad(lambda x: (lax.reduce_window(x, 0.0, lax.add, (2, 2), (2, 1), "SAME") ** 2).sum())],
    "convolutions": [lambda x: conv(x, (3, 1, 3, 3), (2, 1), "SAME"), lambda x: conv(x, (1, 1, 2, 2), (1, 1), "SAME", rhs_dilation=(2, 2)),
                     lambda x: lax.conv_transpose(x[None, :, :, None], jnp.ones((3, 3, 1, 2)), (2, 2), "SAME"),
                     lambda x: lax.conv_transpose(x[None, :, :, None], jnp.ones((3, 3, 1, 2)), (2, 2), "VALID"),
                     jax.grad(lambda x: (conv(x, (1, 1, 2, 2), (1, 1), "SAME") ** 2).sum())],
    "loops": [lambda x: lax.scan(lambda c, a: (c * 0.5 + a, c), jnp.zeros(x.shape[1]), x, reverse=True),
              lambda x: lax.map(lambda r: jnp.sort(r) * 2, x),
              lambda x: lax.while_loop(lambda s: s[0] < x.shape[0], lambda s: (s[0] + 1, s[1] + x), (0, x)),
              lambda x: lax.switch(jnp.int32(x.shape[0]) % 3, [lambda a: a + 1, lambda a: a * 2, lambda a: -a], x),
              jax.vmap(lambda r: lax.cond(r[0] > 0, jnp.sin, jnp.cos, r)),
              jax.grad(lambda x: lax.scan(lambda c, a: (jnp.tanh(c + a), c.sum()), x[0], x)[1].sum())],
    "linear": [lambda x: jnp.linalg.svd(x, compute_uv=False), lambda x: jnp.linalg.eigvalsh(x.T @ x),
               lambda x: jnp.linalg.solve(spd(x), x[0]), lambda x: jnp.linalg.slogdet(spd(x)), lambda x: jnp.linalg.pinv(x),
               lambda x: jsp.linalg.cho_solve(jsp.linalg.cho_factor(spd(x)), x[0]),
               jax.grad(lambda x: jnp.linalg.cholesky(spd(x)).sum())],
    "random": [lambda x: jax.random.randint(jax.random.key(KEY), x.shape, 0, 10), lambda x: jax.random.categorical(jax.random.key(KEY), x),
               lambda x: jax.random.bernoulli(jax.random.key(KEY), 0.5, x.shape), lambda x: jax.random.gamma(jax.random.key(KEY), 2.0, x.shape)],
    "networks": [jax.nn.log_softmax, jax.nn.gelu, lambda x: jax.nn.one_hot(jnp.argmax(x, 1), x.shape[1]),
                 lambda x: (x - x.mean(-1, keepdims=True)) / jnp.sqrt(x.var(-1, keepdims=True) + 1e-5),
                 lambda x: jax.nn.relu(x @ jnp.ones((x.shape[1], 8))) @ jnp.ones((8, 2)),
                 jax.grad(lambda x: jax.checkpoint(lambda v: jnp.sin(v @ v.T))(x).sum()),
                 lambda x: jax.image.resize(x, (8, 8), "linear"), lambda x: jnp.sqrt(((x[:, None] - x[None]) ** 2).sum(-1) + 1)],
}
UNCHECKED = [export.DisabledSafetyCheck.custom_call(f"lapack_{t}_ffi") for t in (
    "sgesdd", "ssyevd", "sgetrf", "spotrf", "strsm")] + [export.DisabledSafetyCheck.custom_call("lu_pivots_to_permutation")]


@pytest.mark.parametrize("name", GROUPS)
def test_group(name):
    def function(x):
        return [f(x) for f in GROUPS[name]]
    m, n = export.symbolic_shape("m, n", constraints=["m>=n", "n>=2"])
    program = export.export(jax.jit(function), platforms=["cpu"], disabled_checks=UNCHECKED)(
        jax.ShapeDtypeStruct((m, n), np.float32))
    run = capi.Weft("weft").compile(bytes(program.mlir_module_serialized))
    for shape in SIZES:
        x = np.random.default_rng(2).standard_normal(shape).astype(np.float32)
        want, got = [np.asarray(r) for r in jax.tree.leaves(jax.jit(function)(x))], run(x)
        assert [(g.shape, g.dtype) for g in got] == [(w.shape, w.dtype) for w in want], shape
        for i, (g, w) in enumerate(zip(got, want)):
            np.testing.assert_allclose(g, w, rtol=2e-4, atol=1e-4, err_msg=f"result {i} at {shape}")
