"""Overloads of lower_linalg.c against eager, and their gradients."""
import pytest
import torch

from common import BACKENDS, Cases, check, check_gradients

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

gradient("det", torch.linalg.det, batch, **loose)
gradient("slogdet", lambda a: torch.linalg.slogdet(a)[1], batch, **loose)
gradient("inverse", lambda a: torch.linalg.inv_ex(a)[0], batch, **loose)
gradient("solve", lambda a, b: torch.linalg.solve_ex(a, b)[0], square, r(4, 2), **loose)
gradient("cholesky", lambda a: torch.linalg.cholesky_ex(a @ a.mT + torch.eye(5))[0], batch, **loose)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", case.all)
def test_overload(name, backend):
    fn, args, kw = case.all[name]
    check(fn, *args, backend=backend, **kw)


@pytest.mark.parametrize("name", gradient.all)
def test_gradient(name):
    fn, args, kw = gradient.all[name]
    check_gradients(fn, *args, **kw)
