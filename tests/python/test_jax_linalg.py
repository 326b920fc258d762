"""Linear algebra as JAX exports it for CPU (custom_calls of LAPACK's routines): as text and as a portable artifact, by
both backends, against JAX's own results. Factors that are not unique are multiplied out by the programs."""
import re

import capi
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import export, lax
from jax._src.lax.linalg import geqrf

sl = jax.scipy.linalg


def hermitian(x):
    return x + jnp.conj(x.mT)


def positive(x):
    return x @ jnp.conj(x.mT) + x.shape[-1] * jnp.eye(x.shape[-2], dtype=x.dtype)


def svd(x, full):
    u, s, vt = jnp.linalg.svd(x, full_matrices=full)
    k = s.shape[-1]
    return (u[..., :k] * s[..., None, :]) @ vt[..., :k, :], s, jnp.conj(u.mT) @ u


def iterated(x):
    u, s, vt = lax.linalg.svd(x, full_matrices=False, algorithm=lax.linalg.SvdAlgorithm.QR)
    return (u * s[..., None, :]) @ vt, s


def eigh(x, **half):
    w, v = jnp.linalg.eigh(hermitian(x), **half)
    return w, (v * w[..., None, :]) @ jnp.conj(v.mT)


def eig(x):
    """Values in no order: sums of their powers; and vectors by their equation."""
    w, v = jnp.linalg.eig(x)
    return jnp.sum(w, -1), jnp.sum(w * w, -1), x @ v - v * w[..., None, :]


def left_vectors(x):
    w, left, right = lax.linalg.eig(x, compute_left_eigenvectors=True)
    return jnp.conj(left.mT) @ x - w[..., None] * jnp.conj(left.mT)


def schur(x):
    t, z = sl.schur(x[0])
    return z @ t @ jnp.conj(z.T), jnp.tril(t, -2)


def hessenberg(x):
    h, q = sl.hessenberg(x[0], calc_q=True)
    return q @ h @ jnp.conj(q.T), jnp.tril(h, -2)


def tridiagonal(x):
    a, d, e, taus = lax.linalg.tridiagonal(hermitian(x), lower=True)
    return d, jnp.abs(e)


def pivoted(x):
    q, r, p = sl.qr(x[0], pivoting=True)
    return q @ r, p


def reflectors(left, transpose):
    def f(x):
        a, tau = geqrf(x)
        return lax.linalg.ormqr(a, tau, x.mT if left else x, left=left, transpose=transpose)
    return f


def triangular(x):
    a, b = positive(x) / (4 * x.shape[-1]), x[..., :3]
    some = [lax.linalg.triangular_solve(a, b if left else b.mT, left_side=left, lower=lower, transpose_a=turned,
                                        unit_diagonal=unit)
            for left in (True, False) for lower in (True, False) for turned in (True, False)
            for unit in (True, False)]
    return some


SQUARE = {
    "cholesky": lambda x: jnp.linalg.cholesky(positive(x)),
    "cholesky-upper": lambda x: jnp.linalg.cholesky(positive(x), upper=True),
    "cholesky-fails": lambda x: jnp.linalg.cholesky(-positive(x)),
    "solve": lambda x: jnp.linalg.solve(x, x[..., :2]),
    "inv": jnp.linalg.inv,
    "det": jnp.linalg.det,
    "slogdet": jnp.linalg.slogdet,
    "eigh": eigh,
    "eigh-upper": lambda x: eigh(x, UPLO="U"),
    "eigvalsh": lambda x: jnp.linalg.eigvalsh(hermitian(x)),
    "eig": eig,
    "eig-left": left_vectors,
    "eigvals": lambda x: jnp.sum(jnp.linalg.eigvals(x), -1),
    "schur": schur,
    "hessenberg": hessenberg,
    "tridiagonal": tridiagonal,
    "triangular": triangular,
    "ormqr-left": reflectors(True, False),
    "ormqr-right-transposed": reflectors(False, True),
    "expm": lambda x: sl.expm(x[0]),
    "tridiagonal-solve": lambda x: lax.linalg.tridiagonal_solve(x[:, 0], x[:, 1] + 9, x[:, 2], x[:, :3].mT),
}
ANY = {
    "qr": lambda x: jnp.linalg.qr(x),
    "qr-complete": lambda x: jnp.linalg.qr(x, mode="complete"),
    "qr-pivoted": pivoted,
    "lu": lambda x: sl.lu(x[0]),
    "lu-factor": sl.lu_factor,
    "svd": lambda x: svd(x, False),
    "svd-full": lambda x: svd(x, True),
    "svd-iterated": iterated,
    "svdvals": lambda x: jnp.linalg.svd(x, compute_uv=False),
    "pinv": jnp.linalg.pinv,
    "qr-multiply": lambda x: [jnp.abs(y) for y in sl.qr_multiply(x[0], x[1].mT)],
    "lstsq": lambda x: jnp.linalg.lstsq(x[0], x[1])[0],
    "matrix-rank": jnp.linalg.matrix_rank,
}
# Every routine by each of LAPACK's letters, each program by two.
DTYPES = [("float32", "complex128"), ("float64", "complex64")]
CASES = [(name, SQUARE[name], (2, 6, 6)) for name in SQUARE] + \
    [(f"{name}-{m}x{n}", ANY[name], (2, m, n)) for name in ANY for m, n in ((6, 4), (4, 6))]
RUNS = [(f, shape, dtype) for i, (_, f, shape) in enumerate(CASES) for dtype in DTYPES[i % 2]]
NAMES = [f"{name}-{dtype}" for i, (name, _, _) in enumerate(CASES) for dtype in DTYPES[i % 2]]


def same(got, want, dtype, what):
    assert len(got) == len(want), what
    bound = 2e-4 if dtype in ("float32", "complex64") else 1e-11
    for i, (g, w) in enumerate(zip(got, want)):
        assert g.dtype == w.dtype and g.shape == w.shape, f"{what}: result {i}"
        scale = max(1.0, float(np.abs(w).max(initial=0))) if np.isfinite(w).all() else 1
        np.testing.assert_allclose(g, w, rtol=bound, atol=bound * scale, err_msg=f"{what}: result {i}")


@pytest.mark.parametrize("function,shape,dtype", RUNS, ids=NAMES)
def test_as_jax_computes(function, shape, dtype):
    with jax.enable_x64(True):
        rng = np.random.default_rng(3)
        x = rng.standard_normal(shape)
        if dtype.startswith("complex"):
            x = x + 1j * rng.standard_normal(shape)
        x = x.astype(dtype)
        jitted = jax.jit(function)
        want = [np.asarray(r) for r in jax.tree.leaves(jitted(x))]
        text = jitted.lower(x).as_text()
        unchecked = [export.DisabledSafetyCheck.custom_call(t) for t in set(re.findall(r"@(lapack_\w+)", text))]
        artifact = bytes(export.export(jitted, disabled_checks=unchecked)(x).mlir_module_serialized)
    assert "lapack_" in text
    same(capi.Weft("weft").compile(text)(x), want, dtype, "text")
    same(capi.Weft("weft").compile(artifact)(x), want, dtype, "artifact")
    same(capi.Weft("interp").compile(artifact)(x), want, dtype, "interpreter")
