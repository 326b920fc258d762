"""Overloads of lower_math.c, lower_scan.c and lower_order.c against eager."""
import pytest
import torch

from common import BACKENDS, Cases, check

case = Cases()
inf, nan = float("inf"), float("nan")

torch.manual_seed(0)
r = torch.randn
x, y, z = r(3, 5), r(5), r(2, 3, 4)
i1, i2 = torch.randint(-9, 9, (3, 5)), torch.randint(0, 5, (5,))
special = torch.tensor([nan, 1.0, -1.0, inf, -inf, 0.0, -0.0, 1e-40, -nan])
other = special.flip(0).contiguous()
c = torch.complex(x, x.flip(0))

# ---- pointwise ----
for name in "signbit angle".split():
    case(name, getattr(torch, name), special)
    case(name + "-int", getattr(torch, name), i1)
case("frexp", torch.frexp, special)
case("frexp-double", torch.frexp, special.double() * 1e-300)
for name in "copysign fmax fmin hypot nextafter".split():
    case(name, getattr(torch, name), special[:, None], other)
case("fmax-int", torch.fmax, i1, i2)
case("ldexp", torch.ldexp, x, i2)
case("round-decimals", lambda a: torch.round(a, decimals=2) + torch.round(a * 100, decimals=-1), x)
case("shift-left", lambda a, b: a << b, i1, i2)
case("shift-right", lambda a, b: a >> b, i1, i2 * 20)
case("shift-bytes", lambda a, b: (a << b) + (a >> b), (i1 + 99).to(torch.uint8), i2.to(torch.uint8) * 3)
case("shift-scalar", lambda a: (a << 2) + (a >> 1) + (2 << a), i2)

for n in (0, 1, 3):
    case(f"polygamma-{n}", lambda a, n=n: torch.polygamma(n, a), torch.rand(9) * 5 + 0.1, rtol=1e-5, atol=1e-5)
case("zeta", torch.special.zeta, torch.rand(9) * 4 + 1.1, torch.rand(9) * 5 + 0.1, rtol=1e-5, atol=1e-5)
for name in "i1 i1e".split():
    case(name, getattr(torch.special, name), r(9) * 4, rtol=1e-5, atol=1e-5)

# ---- complex ----
case("complex", torch.complex, x, x + 1)
case("polar", torch.polar, x.abs(), x)
case("angle-complex", torch.angle, c)
case("conj", lambda a: a.conj() * a, c)
case("view-as-real", lambda a: torch.view_as_real(a) * 2, c)
case("view-as-complex", lambda a: torch.view_as_complex(a) * 2, r(3, 2))
case("parts", lambda a: a.real + a.imag, c)
case("view-dtype", lambda a: (a.view(torch.int32) & 0x7fffffff).view(torch.float32), special)

# ---- scans ----
case("cumprod", lambda a: a.cumprod(1), z)
case("cumprod-long", lambda a: a.cumprod(0), 1 + r(1500) * 0.01)
case("cumprod-int", lambda a: a.cumprod(-1), i1)
case("logcumsumexp", lambda a: torch.logcumsumexp(a, 1), torch.cat([z, torch.full((2, 1, 4), -inf), z], 1))
for name in "cummax cummin".split():
    fn = getattr(torch, name)
    case(name, lambda a, fn=fn: fn(a, 1), z)
    case(name + "-special", lambda a, fn=fn: fn(a, 0), torch.cat([y, special, y]))
    case(name + "-ties", lambda a, fn=fn: fn(a, 1), i1)
    case(name + "-bool", lambda a, fn=fn: fn(a, 1), i1 > 0)

# ---- order ----
case("kthvalue", lambda a: a.kthvalue(2, 1, keepdim=True), z)
for name in "median nanmedian".split():
    fn = getattr(torch, name)
    case(name, fn, z)
    case(name + "-dim", lambda a, fn=fn: fn(a, 1), torch.where(z > 1.3, nan, z))
    case(name + "-nan", fn, special)
case("median-int", lambda a: a.median(1), torch.arange(12).view(3, 4).flip(1))
case("sort-scalar", lambda a: a.sum().sort(), z)
edges = torch.tensor([-1.0, 0.0, 0.5, 0.5, 2.0])
for right in (False, True):
    case(f"searchsorted-{right}", lambda e, v, k=right: torch.searchsorted(e, v, right=k), edges,
         torch.tensor([[0.5, nan, -9], [inf, 2.0, 0.1]]))
    case(f"bucketize-{right}", lambda v, e, k=right: torch.bucketize(v, e, right=k, out_int32=True), x, edges)
case("searchsorted-rows", torch.searchsorted, x.sort(1)[0], r(3, 2))
case("searchsorted-scalar", lambda e: torch.searchsorted(e, 0.3), edges)

# ---- orthogonal polynomials ----
degrees = torch.tensor([-1.0, 0, 1, 2, 7])
for name in ("chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w "
             "shifted_chebyshev_polynomial_t hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l "
             "legendre_polynomial_p").split():
    case(name, getattr(torch.special, name), x.clamp(-1, 1), degrees, rtol=1e-4, atol=1e-4)
case("hermite-far", torch.special.hermite_polynomial_he, x, torch.tensor(200.0))
case("legendre-scalar", lambda a: torch.special.legendre_polynomial_p(a, 3), x)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", case.all)
def test_overload(name, backend):
    fn, args, kw = case.all[name]
    check(fn, *args, backend=backend, **kw)
