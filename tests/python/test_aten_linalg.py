"""Overloads of lower_linalg.c and lower_decompose.c against eager, and their gradients."""
import os
import re

import pytest
import torch

from common import BACKENDS, Cases, check, check_gradients, compiled, no_fallback

case, gradient = Cases(), Cases()
torch.manual_seed(0)
r = torch.randn
loose = dict(rtol=1e-4, atol=1e-4)
square, batch, tall, wide = r(4, 4), r(2, 3, 5, 5), r(2, 5, 3), r(2, 3, 5)
positive = batch @ batch.mT + torch.eye(5)
singular = square.clone()
singular[2] = 0
aten = torch.ops.aten

# ---- Cholesky, triangles ----
for upper in (False, True):
    case(f"cholesky-{upper}", lambda a, k=upper: torch.linalg.cholesky_ex(a, upper=k), positive, **loose)
    case(f"cholesky-solve-{upper}", lambda b, a, k=upper: torch.cholesky_solve(b, a, k), r(2, 1, 5, 2),
         (positive.cholesky().mT if upper else positive.cholesky()).contiguous(), **loose)
    case(f"cholesky-inverse-{upper}", lambda a, k=upper: torch.cholesky_inverse(a, k), positive.cholesky(), **loose)
    for left in (False, True):
        case(f"solve-triangular-{upper}-{left}", lambda a, b, k=upper, s=left:
             torch.linalg.solve_triangular(a, b, upper=k, left=s), positive, r(3, 5, 5), **loose)
case("cholesky-info", lambda a: torch.linalg.cholesky_ex(a)[1], torch.eye(4) * torch.tensor([1.0, 1, -1, 1]))
case("triangular-solve", lambda b, a: torch.triangular_solve(b, a, transpose=True)[0], r(4, 2), square + 3 * torch.eye(4),
     **loose)

# ---- LU ----
for name, a in dict(square=square, batch=batch, tall=tall, wide=wide, double=batch.double()).items():
    case(f"lu-factor-{name}", lambda a: torch.linalg.lu_factor_ex(a), a, **loose)
    case(f"lu-{name}", torch.linalg.lu, a, **loose)
    case(f"lu-unpack-{name}", lambda a: torch.lu_unpack(*torch.linalg.lu_factor_ex(a)[:2]), a, **loose)
case("lu-singular", lambda a: torch.linalg.lu_factor_ex(a)[2], singular)
for left in (False, True):
    for adjoint in (False, True):
        case(f"lu-solve-{left}-{adjoint}", lambda a, b, s=left, t=adjoint:
             torch.linalg.lu_solve(*torch.linalg.lu_factor_ex(a)[:2], b, left=s, adjoint=t), batch, r(5, 5), **loose)
case("inverse", lambda a: torch.linalg.inv_ex(a), batch, **loose)
case("solve", lambda a, b: torch.linalg.solve_ex(a, b), batch, r(2, 3, 5, 2), **loose)
case("det", torch.linalg.det, batch, **loose)
case("det-singular", torch.linalg.det, singular)
case("slogdet", torch.linalg.slogdet, batch, **loose)

# ---- L D L^T ----
indefinite = dict(one=square + square.mT, batch=(batch + batch.mT).double(), pairs=torch.tensor([[0.0, 1], [1, 0]]).expand(2, 2, 2),
                  none=r(2, 0, 0), complex=r(2, 4, 4, dtype=torch.complex64))
for name, a in indefinite.items():
    for hermitian in (False, True):
        a = a + a.mH if hermitian and a.is_complex() else a
        b = r(*a.shape[:-1], 3).to(a.dtype)
        case(f"ldl-factor-{name}-{hermitian}", lambda a, h=hermitian: torch.linalg.ldl_factor_ex(a, hermitian=h), a, **loose)
        case(f"ldl-solve-{name}-{hermitian}", lambda a, b, h=hermitian: torch.linalg.ldl_solve(
            *torch.linalg.ldl_factor_ex(a, hermitian=h)[:2], b, hermitian=h), a, b, **loose)
case("ldl-info", lambda a: torch.linalg.ldl_factor_ex(a)[2], torch.zeros(3, 3))

# ---- decompositions ----
lin = torch.linalg
kinds = dict(tall=tall, wide=wide.double(), complex=r(2, 4, 3, dtype=torch.complex64), none=r(2, 4, 0))
for name, a in kinds.items():
    case(f"geqrf-{name}", torch.geqrf, a, **loose)
    for mode in ("reduced", "complete", "r"):
        case(f"qr-{mode}-{name}", lambda a, m=mode: lin.qr(a, mode=m), a, **loose)
    case(f"svdvals-{name}", lin.svdvals, a, **loose)
    for whole in (False, True):
        case(f"svd-{whole}-{name}", lambda a, k=whole: svd(a, k), a, **loose)
    case(f"pinv-{name}", lin.pinv, a, **loose)
    case(f"lu-of-{name}", lambda a: lin.lu(a), a, **loose)
    case(f"lu-unpack-of-{name}", lambda a: torch.lu_unpack(*lin.lu_factor_ex(a)[:2]), a, **loose)


def svd(a, whole):
    """Vectors but for their signs: what they make of a, and their lengths."""
    u, s, v = lin.svd(a, full_matrices=whole)
    k = s.shape[-1]
    return (u[..., :k] * s.unsqueeze(-2)) @ v[..., :k, :], s, (u.mH @ u).abs(), (v @ v.mH).abs()


def eigh(a, half):
    w, v = lin.eigh(a, UPLO=half)
    return w, (v * w.unsqueeze(-2)) @ v.mH


def eig(a):
    w, v = lin.eig(a)
    return a.to(v.dtype) @ v - v * w.unsqueeze(-2), w.real.sum(-1), w.imag.abs().sum(-1), v.abs().square().sum(-2)


chalf = r(3, 4, 4, dtype=torch.complex128)
for name, a in dict(real=batch, complex=chalf, none=r(0, 0)).items():
    for half in "LU":
        case(f"eigh-{half}-{name}", lambda a, k=half: eigh(a, k), a, **loose)
        case(f"eigvalsh-{half}-{name}", lambda a, k=half: lin.eigvalsh(a, UPLO=k), a, **loose)
    case(f"pinv-hermitian-{name}", lambda a: lin.pinv(a @ a.mH, hermitian=True), a, rtol=1e-2, atol=1e-3)
    if a.numel():
        case(f"eig-{name}", eig, a, **loose)
        case(f"eigvals-{name}", lambda a: lin.eigvals(a).abs().sort()[0], a, **loose)
    case(f"matrix-exp-{name}", torch.matrix_exp, a, **loose)
    case(f"inverse-{name}", lin.inv_ex, a, **loose)
    case(f"det-{name}", lin.det, a, **loose)
    case(f"slogdet-{name}", lin.slogdet, a, **loose)
    case(f"lu-factor-of-{name}", lin.lu_factor_ex, a, **loose)
    case(f"cholesky-of-{name}", lambda a: lin.cholesky_ex(a @ a.mH + torch.eye(a.shape[-1])), a, **loose)
    case(f"cholesky-inverse-{name}", torch.cholesky_inverse, lin.cholesky_ex(a @ a.mH + torch.eye(a.shape[-1]))[0],
         **loose)
    case(f"cholesky-solve-{name}", lambda a: torch.cholesky_solve(a, a + 3 * torch.eye(a.shape[-1])), a, **loose)
case("pinv-atol", lambda a: lin.pinv(a, atol=torch.tensor(1.5)), batch, **loose)
case("pinv-rtol", lambda a: lin.pinv(a, rtol=torch.tensor([0.2, 0.4, 0.1])), batch, **loose)
case("matrix-exp-large", torch.matrix_exp, torch.stack([square * 4, square * 0, square * 1e-3]), rtol=1e-3, atol=1e-3)
case("matrix-exp-one", torch.matrix_exp, square.double(), rtol=1e-12, atol=1e-12)
householder = torch.geqrf(tall)
case("householder", lin.householder_product, *householder, **loose)
case("householder-fewer", lambda a, t: lin.householder_product(a, t[..., :2]), *householder, **loose)
for left in (False, True):
    for turned in (False, True):
        case(f"ormqr-{left}-{turned}", lambda a, t, c, k=left, q=turned: torch.ormqr(a, t, c, left=k, transpose=q),
             *householder, r(2, 5, 5), **loose)
        case(f"ormqr-complex-{left}-{turned}", lambda a, t, c, k=left, q=turned: torch.ormqr(a, t, c, left=k, transpose=q),
             *torch.geqrf(kinds["complex"]), r(2, 4, 4, dtype=torch.complex64), **loose)
    for adjoint in (False, True):
        case(f"lu-solve-complex-{left}-{adjoint}", lambda a, b, s=left, t=adjoint:
             lin.lu_solve(*lin.lu_factor_ex(a)[:2], b, left=s, adjoint=t), chalf, r(4, 4, dtype=torch.complex128), **loose)
    case(f"solve-{left}-broadcast", lambda a, b, s=left: lin.solve_ex(a, b, left=s), square, r(3, 4, 4), **loose)
    case(f"solve-{left}-complex", lambda a, b, s=left: lin.solve_ex(a, b, left=s), chalf, r(4, 4, dtype=torch.complex128),
         **loose)

gradient("qr", lambda a: lin.qr(a), tall, **loose)
gradient("qr-complete", lambda a: lin.qr(a, mode="complete"), square, **loose)
gradient("svd", lambda a: svd(a, False)[0], wide.double(), **loose)
gradient("svdvals", lin.svdvals, tall, **loose)
gradient("eigh", lambda a: eigh(a + a.mT, "L"), square, **loose)
gradient("eigvals", lambda a: lin.eigvals(a).abs().sum(), square, **loose)
gradient("pinv", lin.pinv, tall, rtol=1e-3, atol=1e-3)
gradient("matrix-exp", torch.matrix_exp, square, rtol=1e-3, atol=1e-3)
gradient("householder", lin.householder_product, *householder, **loose)
gradient("solve-right", lambda a, b: lin.solve_ex(a, b, left=False)[0], square + 3 * torch.eye(4), r(3, 4, 4), **loose)

gradient("det", torch.linalg.det, batch, **loose)
gradient("slogdet", lambda a: torch.linalg.slogdet(a)[1], batch, **loose)
gradient("det-complex", lambda a: torch.view_as_real(lin.det(a)), chalf, **loose)
gradient("slogdet-complex", lambda a: lin.slogdet(a)[1], chalf, **loose)
gradient("inverse", lambda a: torch.linalg.inv_ex(a)[0], batch, **loose)
gradient("solve", lambda a, b: torch.linalg.solve_ex(a, b)[0], square, r(4, 2), **loose)
gradient("cholesky", lambda a: torch.linalg.cholesky_ex(a @ a.mT + torch.eye(5))[0], batch, **loose)


@pytest.mark.parametrize("name", case.all)
def test_overload(name):
    fn, args, kw = case.all[name]
    check(fn, *args, backends=BACKENDS, **kw)


@pytest.mark.parametrize("name", gradient.all)
def test_gradient(name):
    fn, args, kw = gradient.all[name]
    check_gradients(fn, *args, **kw)


# ---- what is claimed of the numbers ----

CLAIMS = {
    "inv": (lin.inv, torch.zeros(3, 3)), "inv-batch": (lin.inv, torch.stack([torch.eye(3), torch.zeros(3, 3)])),
    "solve": (lambda a: lin.solve(a, torch.ones(3, 1)), torch.zeros(3, 3)),
    "cholesky": (lin.cholesky, -torch.eye(3)), "lu_factor": (lin.lu_factor, torch.ones(2, 2)),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", CLAIMS)
def test_claim(name, backend):
    """A singular matrix is eager's error, and the next call is well."""
    fn, bad = CLAIMS[name]
    good = torch.eye(bad.shape[-1]).expand(bad.shape).contiguous() * 2
    with no_fallback():
        f = compiled(fn, backend)
        torch.testing.assert_close(f(good), fn(good))
        with pytest.raises(RuntimeError) as eager:
            fn(bad)
        with pytest.raises(RuntimeError) as own:
            f(bad)
        assert own.type is eager.type
        assert re.fullmatch(re.escape(str(eager.value)) + rf"( \({os.path.basename(__file__)}:\d+\))?", str(own.value))
        torch.testing.assert_close(f(good), fn(good))


@pytest.mark.parametrize("backend", BACKENDS)
def test_assert(backend):
    f = compiled(lambda a: (torch._assert_async(a.sum() > 0, "not {enough}"), a + 1)[1], backend)
    assert f(torch.ones(2)).tolist() == [2, 2]
    with pytest.raises(RuntimeError, match=rf"not {{enough}} \({os.path.basename(__file__)}:\d+\)"):
        f(-torch.ones(2))


def test_a_checked_factor_of_nothing_has_a_gradient():
    """Its check makes a token, a result that torch does not count among those whose strides it is told."""
    check_gradients(torch.linalg.cholesky, torch.zeros(0, 0, 0))


@pytest.mark.parametrize("size", [1, 3, 15])
def test_batches_of_small_matrices(size):
    """Shared out among the threads: as eager, and the same bits with one as with three."""
    a = torch.rand(1500, size, size, generator=torch.Generator().manual_seed(1)) / 2 + size * torch.eye(size)
    b = torch.randn(1500, size, 6, generator=torch.Generator().manual_seed(2))

    def fn(a, b):
        solve, factor = torch.linalg.solve_triangular, torch.linalg.cholesky(a @ a.mT)
        return (factor, solve(a, b, upper=True), solve(a.mT, b, upper=False, unitriangular=True),
                solve(a, b.mT, upper=True, left=False), solve(a, b[..., :1], upper=False), torch.linalg.inv(a))

    want = fn(a.double(), b.double())
    one, three = (torch.compile(fn, backend="weft", options={"fallback": "error", "threads": n})(a, b) for n in (1, 3))
    for x, y, w in zip(one, three, want):
        assert torch.equal(x, y)
        torch.testing.assert_close(x.double(), w, rtol=1e-4, atol=1e-5 * w.abs().max().item())
