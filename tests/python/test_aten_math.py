"""Overloads of lower_math.c, lower_scan.c and lower_order.c against eager."""
import pytest
import torch

from common import BACKENDS, Cases, check, compiled, leaves

case = Cases()
long = Cases()                                                    # of native code alone: the interpreter takes minutes
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
for dtype in (torch.bfloat16, torch.float16):
    case(f"nextafter-{dtype}", torch.nextafter, special.to(dtype)[:, None], other.to(dtype), rtol=0, atol=0)
case("fmax-int", torch.fmax, i1, i2)
case("ldexp", torch.ldexp, x, i2)
case("round-decimals", lambda a: torch.round(a, decimals=2) + torch.round(a * 100, decimals=-1), x)
case("shift-left", lambda a, b: a << b, i1, i2)
case("shift-right", lambda a, b: a >> b, i1, i2 * 20)
case("shift-bytes", lambda a, b: (a << b) + (a >> b), (i1 + 99).to(torch.uint8), i2.to(torch.uint8) * 3)
case("shift-scalar", lambda a: (a << 2) + (a >> 1) + (2 << a), i2)

for n in (0, 1, 3):
    case(f"polygamma-{n}", lambda a, n=n: torch.polygamma(n, a), torch.rand(9) * 5 + 0.1, rtol=1e-5, atol=1e-5)
for n in (0, 2):
    case(f"polygamma-{n}-poles", lambda a, n=n: torch.polygamma(n, a), torch.tensor([0.0, -1, -2, -0.5, float("nan")]))
case("zeta", torch.special.zeta, torch.rand(9) * 4 + 1.1, torch.rand(9) * 5 + 0.1, rtol=1e-5, atol=1e-5)
case("zeta-poles", torch.special.zeta, torch.tensor([[0], [1], [2], [3], [4], [-1]]), torch.arange(-3, 3))
case("zeta-poles-nan", torch.special.zeta, torch.tensor([float("nan"), 3, float("nan")]), torch.tensor([-1.0, float("nan"), 0.5]))
for name in "i1 i1e".split():
    case(name, getattr(torch.special, name), r(9) * 4, rtol=1e-5, atol=1e-5)
SERIES = """i0 i0e i1 modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 scaled_modified_bessel_k0
    scaled_modified_bessel_k1 spherical_bessel_j0 erfcx ndtri"""
line = torch.cat([torch.linspace(-20, 20, 201, dtype=torch.float64), torch.tensor([1e-3, 0.3, 1.99, 2.01, 7.99, 8.01, 60, 300]),
                  torch.tensor([nan, 0.0])])
for name in SERIES.split():
    at = (line[100:201] - 0.0) / 20 if name == "ndtri" else line
    case(name + "-double", getattr(torch.special, name), at, rtol=1e-11, atol=1e-13)
    case(name + "-float", getattr(torch.special, name), at.float(), rtol=1e-4, atol=1e-5)
    case(name + "-whole", getattr(torch.special, name), torch.arange(5))
for name in "bessel_j0 bessel_j1 bessel_y0 bessel_y1".split():  # of which eager has seven digits
    case(name + "-double", getattr(torch.special, name), line, rtol=1e-5, atol=2e-6)
    case(name + "-whole", getattr(torch.special, name), torch.arange(5), rtol=1e-5, atol=1e-5)
case("digamma-zero", torch.digamma, torch.tensor([0.0, -0.0, -1.0, 2.5]))
case("ndtri-tail", torch.special.ndtri, torch.tensor([1e-300, 1e-30, 1e-10, 1 - 1e-10, -1.0, 2.0], dtype=torch.float64), rtol=1e-11,
     atol=0)
case("log-ndtr", torch.special.log_ndtr, line, rtol=1e-11, atol=1e-13)

whole = torch.randint(-60, 60, (4, 9)) * 6
for dtype in (torch.int64, torch.int32, torch.uint8):
    case(f"divisors-{dtype}", lambda a, b: (torch.gcd(a, b), torch.lcm(a, b), a.gcd(b[0, 0] * 0)), whole.abs().to(dtype) if
         dtype == torch.uint8 else whole.to(dtype), whole.flip(0, 1).to(dtype))
case("divisors-of-none", lambda a: torch.gcd(a, a), torch.empty(0, 3, dtype=torch.int64))
ga, gx = torch.meshgrid(torch.tensor([0, 1e-3, 0.3, 1, 2.5, 9, 40, 300, inf, nan, -1], dtype=torch.float64),
                        torch.tensor([0, 1e-4, 0.2, 1, 1.05, 2.4, 8.9, 12, 41, 310, inf, nan, -1], dtype=torch.float64), indexing="ij")
for name in "gammainc gammaincc".split():
    fn = getattr(torch.special, name)
    case(name, fn, ga, gx, rtol=1e-9, atol=1e-11)
    case(name + "-float", fn, ga.float(), gx.float(), rtol=1e-4, atol=1e-6)

# ---- complex ----
case("complex", torch.complex, x, x + 1)
case("polar", torch.polar, x.abs(), x)
case("angle-complex", torch.angle, c)
case("conj", lambda a: a.conj() * a, c)
case("view-as-real", lambda a: torch.view_as_real(a) * 2, c)
case("view-as-complex", lambda a: torch.view_as_complex(a) * 2, r(3, 2))
case("parts", lambda a: a.real + a.imag, c)
case("view-dtype", lambda a: (a.view(torch.int32) & 0x7fffffff).view(torch.float32), special)

for name, a in {"float": x, "double": x.double(), "complex": c, "int": i1}.items():
    case(f"complex-numbers-{name}", lambda a: (a * 1j, a + (2 - 1j), (1 + 2j) - a, a / (2 - 1j), a == (1 + 1j),
                                               torch.exp(-2j * torch.pi * a), torch.full((2,), 1 + 2j) * a.sum()), a)
case("complex-power", lambda a: (a ** (1 + 2j), (1 + 2j) ** a), c, rtol=1e-5, atol=1e-5)
case("complex-alpha", lambda a, b: torch.add(a, b, alpha=2j), c, c.flip(1))
case("complex-nan", lambda a: torch.where(a.real > 0, a, complex(nan, inf)), c)
odd = torch.complex(special, special.flip(0))
case("complex-nan-inf", lambda a: (a.isnan(), a.isinf(), a.isfinite()), odd)
case("complex-addmm", lambda a, b: (torch.addmm(a, a, b, beta=0.5j, alpha=1 - 2j), torch.addbmm(a, a[None], b[None], beta=2j)),
     c[:, :3], c[:, 2:])
case("complex-fill", lambda a: a.masked_fill(a.imag > 0, 1j), c)

# ---- scatters whose indices lie as the tensor does but along one dimension, or are fewer; rows of a table ----
cube, ways = r(4, 3, 5), torch.randint(0, 3, (4, 6, 5))
for name, fn in {"scatter": lambda a, i, d, v: a.scatter(d, i, v), "scatter-add": lambda a, i, d, v: a.scatter_add(d, i, v)}.items():
    for d in range(3):
        places = ways.transpose(1, d).contiguous()
        case(f"{name}-{d}", lambda a, i, v, d=d, fn=fn: (fn(a.transpose(1, d), i, d, v), fn(a.transpose(1, d), i[:, :2, :1], d, v)), cube,
             places, (torch.arange(120) % 7 / 2).view(places.shape))
    case(name + "-one", lambda a, i, v, fn=fn: (fn(a[:1], i[:1, :1], 1, v), fn(a, i, 1, v), fn(a[:, 0], i[:, 0], 0, v[:, 0])), r(9, 1),
         torch.zeros(9, 1, dtype=torch.int64), r(9, 1))
for n in (1, 4, 5, 7, 15, 17, 33):
    case(f"narrow-rows-{n}", lambda w, i: (torch.nn.functional.embedding(i, w), w[i[:2]] * 2 + w[3], w.double().index_select(0, i[0]),
         w.t()[:, i[0]]), r(11, n), torch.randint(0, 11, (3, 4)))
    case(f"narrow-sums-{n}", lambda a: (a.sum(1), a.sum((0, 1)), a.amax(1), a.double().mean(1) + a[:, 0], a.half().float().var(1)),
         r(5, 130, n), rtol=1e-5, atol=1e-5)

# ---- scans ----
case("cumprod", lambda a: a.cumprod(1), z)
case("cumprod-long", lambda a: a.cumprod(0), 1 + r(1500) * 0.01)
case("cumprod-int", lambda a: a.cumprod(-1), i1)
case("logcumsumexp", lambda a: torch.logcumsumexp(a, 1), torch.cat([z, torch.full((2, 1, 4), -inf), z], 1))
case("logcumsumexp-complex", lambda a: torch.logcumsumexp(a, 0), torch.complex(r(7, 9), 9 * r(7, 9)), rtol=1e-5, atol=1e-5)
for name in "cummax cummin".split():
    fn = getattr(torch, name)
    case(name, lambda a, fn=fn: fn(a, 1), z)
    case(name + "-special", lambda a, fn=fn: fn(a, 0), torch.cat([y, special, y]))
    case(name + "-ties", lambda a, fn=fn: fn(a, 1), i1)
    case(name + "-bool", lambda a, fn=fn: fn(a, 1), i1 > 0)
    case(name + "-small", lambda a, fn=fn: (fn(a[:, :1], 1), fn(a[:, :0], 1), fn(a[:0], 1), fn(a[0, 0], 0)), i1)
    case(name + "-many-rows", lambda a, fn=fn: (fn(a, 1), fn(a, 0)), torch.randint(-99, 99, (37, 45)).half())
    long(name, lambda a, fn=fn: (fn(a, 1), fn(a.long().t().contiguous(), 0)), (r(3, 8500) * 3).round())
    long(name + "-special", lambda a, fn=fn: fn(a, 0), torch.cat([r(9000), special, r(70)]))
# rows by lanes: whole blocks, parts of one, few elements; equal ones, NaN, signed zeros
for n in (15, 16, 33, 200):
    rows = torch.where(r(5, n) > 1.5, nan, (r(5, n) * 2).round())
    case(f"scan-rows-{n}", lambda a: (*(f(b, 1) for f in (torch.cummax, torch.cummin) for b in (a, a.double(), a.bfloat16(), a.nan_to_num().int())),
         *(b.cumsum(1) for b in (a > 0, a.nan_to_num().to(torch.int8), a.nan_to_num().long())), a.nan_to_num().int().cumprod(1)), rows)
# blocks of 512, and blocks of these; whole numbers, of which every sum is exact
long("cumsum", lambda a: (a.cumsum(0), a.double().cumsum(0)), torch.randint(-9, 9, (300000,)).float())
long("cumsum-inside", lambda a: (a.cumsum(1), a.long().cumsum(1), a[..., 0].cumsum(-1)), torch.randint(-9, 9, (2, 8193, 3)).float())
long("cumprod", lambda a: a.cumprod(0), torch.randint(0, 2, (9000,)) * 2 + 1)
case("cumsum-many-rows", lambda a: (a.cumsum(1), a.cumsum(0)), r(37, 45))

# ---- order ----
case("kthvalue", lambda a: a.kthvalue(2, 1, keepdim=True), z)
for name in "median nanmedian".split():
    fn = getattr(torch, name)
    case(name, fn, z)
    case(name + "-dim", lambda a, fn=fn: fn(a, 1), torch.where(z > 1.3, nan, z))
    case(name + "-nan", fn, special)
case("median-int", lambda a: a.median(1), torch.arange(12).view(3, 4).flip(1))
case("sort-scalar", lambda a: a.sum().sort(), z)
ties = (torch.randint(-4, 4, (3, 200)) / 2).bfloat16()           # equal elements lie as eager leaves them
ties[1, 7] = ties[1, 90] = nan
for name, rows in {"bf16": ties, "int": (ties[[0, 2]] * 2).long(), "byte": (ties[[0, 2]] * 2 + 9).byte()}.items():
    case(f"sort-ties-{name}", lambda a: a.sort(1), rows)
    case(f"sort-ties-descending-{name}", lambda a: a.t().sort(0, descending=True), rows)
    case(f"kthvalue-ties-{name}", lambda a: a.kthvalue(77, 1), rows)
    for k in (1, 3, 40, 200):
        case(f"topk-ties-{k}-{name}", lambda a, k=k: a.topk(k), rows)
    case(f"topk-ties-any-{name}", lambda a: a.topk(30, largest=False, sorted=False), rows)
    case(f"mode-{name}", lambda a: a.mode(1, keepdim=True), rows[[0, -1]])     # NaN has no place in eager's order here
case("sort-ties-bool", lambda a: a.sort(1), ties > 0)
case("sort-ties-heap", lambda a: a.sort(), torch.cat([torch.arange(2000).flip(0), torch.arange(2000)]).bitwise_xor(5) % 1024)
case("mode-float", lambda a: a.mode(0), i1[:, :4].float() % 3)
case("mode-all", lambda a: a.flatten().mode(), i1)
edges = torch.tensor([-1.0, 0.0, 0.5, 0.5, 2.0])
for right in (False, True):
    case(f"searchsorted-{right}", lambda e, v, k=right: torch.searchsorted(e, v, right=k), edges,
         torch.tensor([[0.5, nan, -9], [inf, 2.0, 0.1]]))
    case(f"bucketize-{right}", lambda v, e, k=right: torch.bucketize(v, e, right=k, out_int32=True), x, edges)
case("searchsorted-rows", torch.searchsorted, x.sort(1)[0], r(3, 2))
case("searchsorted-scalar", lambda e: torch.searchsorted(e, 0.3), edges)
for n in (65, 127, 128, 1000):                                    # by halves: ends, equal ones, NaNs, no order at all
    row = torch.cat([(r(n - 4) * 9).round(), torch.tensor([-inf, inf, nan, nan])]).sort()[0]
    for right in (False, True):
        case(f"searchsorted-{n}-{right}", lambda e, v, k=right: (torch.searchsorted(e, v, right=k), torch.searchsorted(e.flip(0), v, right=k),
             torch.searchsorted(e, 0.3, right=k)), row, torch.cat([row, row + 0.5, special]))
case("searchsorted-long-rows", lambda e, v: (torch.searchsorted(e, v), torch.searchsorted(e.half().float(), v.half(), side="right"),
     torch.searchsorted(e, v[..., :0])), r(2, 3, 70).sort(2)[0], r(2, 3, 33))
case("searchsorted-long-sorter", lambda e, v: torch.searchsorted(e, v, sorter=e.argsort(1)), r(3, 100), r(3, 5))
case("searchsorted-whole", lambda e, v: (torch.searchsorted(e, v), torch.bucketize(v.byte(), e, out_int32=True), torch.searchsorted(e, v / 2)),
     torch.arange(100) * 3 - 70, torch.arange(250))

# ---- orthogonal polynomials ----
degrees = torch.tensor([-1.0, 0, 1, 2, 7])
for name in ("chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w "
             "shifted_chebyshev_polynomial_t hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l "
             "legendre_polynomial_p").split():
    case(name, getattr(torch.special, name), x.clamp(-1, 1), degrees, rtol=1e-4, atol=1e-4)
case("polynomial-of-nothing", torch.special.laguerre_polynomial_l, torch.zeros(0, 1, 3), torch.zeros(0, 10, 3))
case("hermite-far", torch.special.hermite_polynomial_he, x, torch.tensor(200.0))
case("legendre-scalar", lambda a: torch.special.legendre_polynomial_p(a, 3), x)


# ---- places, and averages of integers ----
case("nonzero-static-scalar", lambda a: (torch.nonzero_static(a, size=3), torch.nonzero_static(a > 9, size=0)), torch.tensor(2.0))
case("gather-scalars", lambda a, i: (a.gather(0, i), a[0].gather(0, i), a[0].gather(0, i[0]), a.gather(0, i[0]), a.gather(0, i[None, :0])),
     torch.tensor([2.5]), torch.tensor([0]))
case("average-of-integers", lambda a: (torch.nn.functional.avg_pool1d(a, 2, padding=1), torch.nn.functional.avg_pool2d(
    a, 3, 2, count_include_pad=False, ceil_mode=True)), torch.randint(-99, 99, (2, 5, 6)))


@pytest.mark.parametrize("name", case.all)
def test_overload(name):
    fn, args, kw = case.all[name]
    check(fn, *args, backends=BACKENDS, **kw)


@pytest.mark.parametrize("name", long.all)
def test_long(name):
    fn, args, kw = long.all[name]
    check(fn, *args, **kw)


ROWS = {"blocks": lambda a: (a.flatten().cumsum(0), a.flatten().cummax(0)), "rows": lambda a: (a.cumsum(1), a.cummin(1)),
        "columns": lambda a: (a.cumsum(0), a.cummax(0)),
        "scatter": lambda a: a.scatter_add(1, (a * 99).long().remainder(203), a),
        "sums": lambda a: a.index_add(0, (a[:, 0] * 99).long().remainder(301), a[(a[:, 1] * 99).long().remainder(301)]),
        "search": lambda a: torch.searchsorted(a[0].sort()[0], a)}


@pytest.mark.parametrize("name", ROWS)
def test_bits_at_any_number_of_threads(name):
    a = torch.randn(301, 203)
    a[7, 9] = nan
    one, *more = [leaves(compiled(ROWS[name], threads=n)(a)) for n in (1, 2, 3)]
    for other in more:
        for x, y in zip(one, other):
            assert torch.equal(x.nan_to_num(99), y.nan_to_num(99))


@pytest.mark.parametrize("name", ["j0", "j1", "y0", "y1"])
def test_bessel(name):
    """To the last digits of f64, which eager's are not."""
    scipy = pytest.importorskip("scipy.special")
    x = torch.linspace(0.1, 60, 400, dtype=torch.float64)
    got = compiled(getattr(torch.special, "bessel_" + name))(x)
    torch.testing.assert_close(got, torch.from_numpy(getattr(scipy, name)(x.numpy())), rtol=1e-13, atol=4e-15)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_airy(dtype):
    """Against forty digits: eager's own is off by 6e-6."""
    import mpmath
    x = torch.cat((torch.linspace(-30, 25, 301, dtype=torch.float64), torch.tensor([0.0, -5, 2, 110]))).to(dtype)
    got = compiled(torch.special.airy_ai, fallback="error")(x)
    want = torch.tensor([float(mpmath.airyai(v)) for v in x.tolist()], dtype=torch.float64)
    assert got.dtype == dtype
    torch.testing.assert_close(got, want.to(dtype), rtol=1e-11 if dtype == torch.float64 else 2e-6,
                               atol=1e-13 if dtype == torch.float64 else 1e-7)
    ends = torch.tensor([torch.inf, -torch.inf, torch.nan], dtype=dtype)
    assert compiled(torch.special.airy_ai)(ends).isnan().all() and torch.special.airy_ai(ends).isnan().all()


@pytest.mark.parametrize("n, k", [(1000, 100), (1000, 17), (100, 16), (100, 99), (77, 33)])
def test_first_of_rows(n, k):
    """More and fewer than a vector, with equal numbers and NaN: which of equals is anyone's choice, but it is one of them."""
    for x in (r(5, n), torch.randint(-5, 5, (5, n)), torch.where(torch.rand(5, n) < 0.1, torch.nan, r(5, n)).double()):
        for largest in (False, True):
            torch._dynamo.reset()
            values, at = torch.compile(lambda a: a.topk(k, -1, largest), backend="weft")(x)
            torch.testing.assert_close(values, x.topk(k, -1, largest).values, rtol=0, atol=0, equal_nan=True)
            torch.testing.assert_close(x.gather(-1, at), values, rtol=0, atol=0, equal_nan=True)
            assert all(len(set(row)) == k for row in at.tolist())
