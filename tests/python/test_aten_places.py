"""Scatters, places, pooling, resampling and transforms against eager: the overloads of lower_scatter.c,
lower_pool.c, lower_resample.c and lower_fft.c."""
import pytest
import torch
import torch.nn.functional as F

import weft
from common import BACKENDS, Cases, check, compiled, no_fallback

case = Cases()

torch.manual_seed(0)
r = torch.randn
x, z = r(3, 5), r(2, 3, 4)
ids = torch.tensor([[0, 2, 2, 0, 1], [1, 1, 0, 2, 2]])

# ---- scatters that reduce ----
for how in "sum prod mean amax amin".split():
    for own in (True, False):
        case(f"scatter-reduce-{how}-{own}", lambda a, i, s, h=how, k=own:
             a.scatter_reduce(0, i, s, h, include_self=k), x, ids, r(2, 5))
case("scatter-reduce-int", lambda a, i, s: a.scatter_reduce(0, i, s, "mean"), torch.arange(15).view(3, 5) - 7,
     ids, ids * 9 - 5)
case("scatter-reduce-scalar", lambda a, i, s: a.scatter_reduce(0, i, s, "amax"), x.sum(), torch.tensor(0),
     torch.tensor(9.0))
case("scatter-reduce-bf16", lambda a, i, s: a.scatter_reduce(0, i, s, "sum"), x.bfloat16(), ids,
     r(2, 5).bfloat16())
# the index is one line, stretched along the other dimensions; of fewer columns than the tensor has, torch 2.13 sums other places
line, deep = torch.tensor([0, 2, 2, 0, 1, 2]), r(2, 6, 19)
stretched = {"rows": (0, r(4, 19), line[:, None], r(6, 19)), "columns": (1, r(19, 3), line, r(19, 6)),
             "both": (1, r(2, 3, 19), line[:, None], deep), "one": (0, r(3, 1), line[:, None], r(6, 1)),
             "other": (1, r(2, 3, 19), torch.stack([line, 2 - line])[:, :, None], deep),
             "rows of samples": (2, r(2, 3, 4, 9), torch.stack([line, 2 - line])[:, None, :, None], r(2, 3, 6, 9)),
             "rows of heads": (2, r(2, 2, 4, 9), torch.stack([line, 2 - line])[None, :, :, None], r(2, 2, 6, 9)),
             "planes": (2, r(2, 3, 4, 9), torch.stack([line, 2 - line])[:, None, :, None].repeat(1, 1, 1, 9), r(2, 3, 6, 9))}
for form, (d, *inputs) in stretched.items():
    case(f"scatter-stretched-{form}", lambda a, i, s, d=d: (
        *(b.scatter_add(d, i.expand(s.shape), s.to(b.dtype)) for b in (a, a.bfloat16(), a.double())),
        *(a.scatter_reduce(d, i.expand(s.shape), s, how, include_self=own) for how in "sum prod mean amax".split() for own in (True, False)),
        s.gather(d, i.expand(s.shape)), (s * 9).long().gather(d, i.expand(s.shape))), *inputs, rtol=1e-5, atol=1e-5)
# what is added comes from the tensor that it is added to
case("scatter-own-rows", lambda a, i, j: ((b := a * 2).index_add(0, i, b[j] * 3), b.sum(0)), r(5, 18), line % 5, 4 - line)
for how in "prod mean amax amin".split():
    case(f"index-reduce-{how}", lambda a, i, s, h=how: a.index_reduce(1, i, s, h, include_self=False), z,
         torch.tensor([0, 2, 0]), r(2, 3, 4))

# ---- places ----
case("put", lambda a, i, s: a.put(i, s), x, torch.tensor([[3, -1], [0, 7]]), r(2, 2))
case("put-add", lambda a, i, s: a.put(i, s, accumulate=True), x, torch.tensor([3, 3, 0]), r(3))
case("take", torch.take, x, torch.tensor([[0, -1], [7, 2]]))
case("masked-scatter", lambda a, m, s: a.masked_scatter(m, s), x, x > 0, r(4, 5))
case("masked-scatter-row", lambda a, m, s: a.masked_scatter(m, s), x, x[0] > 0, r(4, 5))
case("masked-scatter-long", lambda a, s: a.masked_scatter(a > 0, s), r(2000), r(2000))
for k in (-2, 0, 1):
    case(f"diagonal-{k}", lambda a, k=k: a.diagonal(k, 1, 2) * 2, z)
case("diagonal-turned", lambda a: a.diagonal(1, 2, 0) * 2, z)
case("diagonal-scatter", lambda a, s: a.diagonal_scatter(s, -1, 1, 2), z, r(2, 2))
case("diag-embed", torch.diag_embed, x)
case("trace", torch.trace, x)
case("as-strided", lambda a: torch.as_strided(a, (2, 2), (5, 2), 1) * 2, z)
case("as-strided-turned", lambda a: torch.as_strided(a.t(), (2, 2), (1, 4), 1) * 2, x)
case("as-strided-part", lambda a: a[1:].as_strided((2, 2), (5, 2)) + a.t()[2:].as_strided((2, 2), (1, 4), 1), x)
case("as-strided-scatter", lambda a, s: a.as_strided_scatter(s, (2, 2), (5, 2), 1), z, r(2, 2))

case("nonzero-static", lambda a: torch.nonzero_static(a > 0, size=9, fill_value=-7), x)
case("nonzero-static-short", lambda a: torch.nonzero_static(a, size=2), x)

for order in (3, -1, 0.5, float("inf")):
    case(f"norm-{order}", lambda a, p=order: torch.linalg.vector_norm(a, p, 1), z)
case("gather-nothing", lambda a: a[:0].diagonal(0, 0, 1) + 1, z)
none = torch.zeros(2, 0, dtype=torch.int64)       # of another rank than what it points into
case("scatter-nothing", lambda a, i: a[0].scatter_add(0, i, a[:2, :0]), x, none)
case("scatter-reduce-nothing", lambda a, i: a[0].scatter_reduce(0, i, a[:2, :0], "prod", include_self=False), x, none)
case("scatter-scalar", lambda a, i: a.sum().scatter(0, i, 3.0), x, torch.tensor(0))
case("flip-scalar", lambda a: a.sum().flip(0) + a[0, 0].flip(-1), x)
case("unfold-scalar", lambda a: a.sum().unfold(0, 1, 1) + 1, x)

# ---- sums by bag ----
weight, bag_ids, starts = r(9, 4), torch.tensor([1, 2, 4, 5, 4, 3, 2, 8]), torch.tensor([0, 3, 3, 5])
for mode in "sum mean max".split():
    case(f"bag-{mode}", lambda w, i, o, m=mode: F.embedding_bag(i, w, o, mode=m, padding_idx=4), weight, bag_ids, starts)
# rows in registers, several vectors of them and wider ones; bags of many chunks, some of them empty
for n in (1, 3, 20, 128, 300):
    for count, most in (([5, 0, 1, 0, 9, 7], "max") if n == 20 else ([5, 0, 1, 0, 9, 7], "mean"), ([3] * 300 + [0, 90, 1], "sum")):
        total = torch.tensor(count).cumsum(0)
        case(f"bag-of-{n}-{len(count)}", lambda w, i, o, m=most: (F.embedding_bag(i, w, o, mode=m), F.embedding_bag(i, w.double(), o, mode=m),
             F.embedding_bag(i, w.sign().bfloat16(), o, mode="max" if m == "max" else "sum")), r(23, n), torch.randint(0, 23, (int(total[-1]),)),
             torch.cat([torch.tensor([0]), total[:-1]]), rtol=1e-5, atol=1e-5)
case("bag-weights", lambda w, i, o, p: F.embedding_bag(i, w, o, mode="sum", per_sample_weights=p,
                                                       include_last_offset=True), weight, bag_ids,
     torch.tensor([0, 3, 5, 8]), r(8))
# a vector and a part of one, columns of lanes that are of several bags, padding that is NaN, bags of padding alone
count = torch.tensor([0, 3, 1, 0, 7, 1, 40, 2] * 5)
total, last = torch.cat([torch.tensor([0]), count.cumsum(0)]), int(count.sum())
for n in (1, 2, 7, 15, 17, 100, 129):
    w, at = r(31, n), torch.randint(0, 31, (last,))
    w[at[3]] = float("nan")
    for mode in "sum mean max".split():
        case(f"bag-padded-{mode}-{n}", lambda w, i, o, m=mode, p=int(at[3]): (
            F.embedding_bag(i, w, o, mode=m, padding_idx=p, include_last_offset=True), F.embedding_bag(i.int(), w.half(), o.int()[:-1], mode="max" if m == "max" else "sum", padding_idx=p)),
            w, at, total, rtol=1e-5, atol=1e-5)
    case(f"bag-changed-{n}", lambda w, i, o, p: 2 * F.embedding_bag(i, w, o[:-1], mode="sum", per_sample_weights=p).t().exp(), w.nan_to_num(1), at, total,
         torch.rand(last) / 9, rtol=1e-4, atol=1e-5)
ids = torch.tensor([[1, 2, 4], [5, 4, 3]])
for mode in "sum mean max".split():
    for rows in (ids, ids[:, :1], ids[:1]):
        case(f"bag-even-{mode}-{tuple(rows.shape)}", lambda w, i, m=mode: F.embedding_bag(i, w, mode=m), weight, rows)
# rows of a table that no near cache holds are asked for ahead, up to the last bag
for rows, n in ((3, 20), (7, 130), (40, 7), (70, 33)):
    case(f"bag-even-of-{rows}-{n}", lambda w, i: (F.embedding_bag(i, w, mode="sum"), F.embedding(i, w).double().mean(1), F.embedding(i[0], w).amax(0)),
         r(40000, n), torch.randint(0, 40000, (9, rows)), rtol=1e-5, atol=1e-5)
case("bag-even-padding", lambda w, i: F.embedding_bag(i, w, padding_idx=4), weight, ids)
case("bag-even-weights", lambda w, i, p: F.embedding_bag(i, w, mode="sum", per_sample_weights=p), weight, ids, r(2, 3))
case("histc", lambda a: torch.histc(a, 10, min=-1, max=1), r(100))
case("histc-own-range", lambda a: torch.histc(a, 7), r(100))

# ---- pooling, resampling ----
image, volume = r(2, 3, 8, 9), r(1, 2, 5, 6, 7)
case("max-pool3d", lambda a: F.max_pool3d(a, 3, 2, 1, return_indices=True), volume)
case("avg-pool3d", lambda a: F.avg_pool3d(a, 2, 2, 1, True, False), volume)
case("avg-pool3d-divisor", lambda a: F.avg_pool3d(a, 2, divisor_override=3), volume)
case("adaptive-avg1", lambda a: F.adaptive_avg_pool1d(a, 3), z)
case("adaptive-avg2-uneven", lambda a: F.adaptive_avg_pool2d(a, (3, 5)), image)
case("adaptive-avg3", lambda a: F.adaptive_avg_pool3d(a, (1, 3, 4)), volume)
case("adaptive-max", lambda a: F.adaptive_max_pool2d(a, (3, 4), return_indices=True), image)
case("adaptive-max3", lambda a: F.adaptive_max_pool3d(a, (5, 4, 3), return_indices=True), volume)
for mode in "bilinear bicubic".split():
    for align in (False, True):
        case(f"{mode}-{align}", lambda a, m=mode, k=align:
             F.interpolate(a, (13, 5), mode=m, align_corners=k), image)
    case(f"{mode}-smooth", lambda a, m=mode: F.interpolate(a, (5, 13), mode=m, antialias=True), image)
case("nearest", lambda a: F.interpolate(a, scale_factor=1.7), image)
case("nearest-exact", lambda a: F.interpolate(a, (5, 20), mode="nearest-exact"), image)
case("trilinear", lambda a: F.interpolate(a, scale_factor=1.5, mode="trilinear"), volume)
case("grid-sample", lambda a, g: F.grid_sample(a, g, align_corners=False), image, r(2, 4, 5, 2) * 0.7)
case("reflect", lambda a: F.pad(a, (1, 2, 0, 1), mode="reflect"), image)
case("replicate", lambda a: F.pad(a, (1, 2, 0, 1, 2, 0), mode="replicate"), volume)
case("circular", lambda a: F.pad(a, (1, 2, 0, 1), mode="circular"), image)
for fold in ((3, 1, 1, 1), ((3, 2), (1, 2), 1, (2, 3)), (2, 1, 0, 3), (4, 1, 2, 4), (17, 1, 8, 1)):
    lines = F.unfold(torch.zeros(1, 1, 10, 11), *fold).shape[-1]
    kernel = (fold[0] ** 2 if isinstance(fold[0], int) else 6)
    case(f"fold-{fold}", lambda a, f=fold: F.fold(a, (10, 11), *f), r(2, 3 * kernel, lines))
case("fold-one", lambda a: F.fold(a, (6, 5), 3, stride=2, padding=1), r(18, 9))
case("adaptive-avg2-wide", lambda a: F.adaptive_avg_pool2d(a, (3, 5)), r(2, 3, 23, 37))
for dtype in (torch.float32, torch.bfloat16):
    case(f"group-norm-odd-{dtype}", lambda a, w, b: F.group_norm(a, 2, w, b), r(2, 6, 19, 21).to(dtype), r(6).to(dtype),
         r(6).to(dtype))

# ---- contractions, transforms ----
case("addmv", lambda a, m, v: torch.addmv(a, m, v, beta=2, alpha=0.5), r(3), x, r(5))
case("bilinear", lambda a, b, w: F.bilinear(a, b, w), r(3, 4), r(3, 5), r(6, 4, 5))
case("addbmm", torch.addbmm, r(3, 5), r(2, 3, 4), r(2, 4, 5))
case("fft", lambda a: torch.fft.fft2(a, norm="ortho"), image)
case("ifft", lambda a: torch.fft.ifftn(torch.complex(a, a + 1), dim=(0, 2)), z)
case("rfft", lambda a: torch.fft.rfftn(a, dim=(1, 2)), z)
case("irfft", lambda a: torch.fft.irfft2(torch.complex(a, a + 1), s=(3, 7)), z)
case("hfft", lambda a: torch.fft.hfft(torch.complex(a, a + 1), norm="forward"), z)


@pytest.mark.parametrize("name", case.all)
def test_overload(name):
    fn, args, kw = case.all[name]
    check(fn, *args, backends=BACKENDS, **kw)


I, J, K = torch.tensor([0, 2, -1, 1]), torch.tensor([1, 0, 2, -3]), torch.tensor([[0, 1], [-1, 2]])


@pytest.mark.parametrize("fn", [
    lambda a: a[:, I, J], lambda a: a[:, :, J], lambda a: a[:, K, J[:2]], lambda a: a.index_select(1, I.abs()),
    lambda a: a.permute(1, 0, 2)[I, :, J]], ids=["two", "last", "broadcast", "select", "apart"])
def test_indices_beside_a_size_of_the_call(fn):
    check(fn, r(5, 3, 4), dynamic=True)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("norm", ["forward", "ortho"])
def test_transforms_are_rounded_once(backend, norm):
    """Of every length, in every direction: a sum in double, then its factor."""
    fft = torch.fft
    for n in (7, 12):
        fns = [lambda a, n=n, f=f: f(a, n=n, norm=norm) for f in (fft.fft, fft.ifft, fft.irfft, fft.hfft)]
        for fn, real in [(f, False) for f in fns] + [(lambda a: fft.rfft(a, norm=norm), True)]:
            given = torch.randn(5, n, dtype=torch.float32 if real else torch.complex64)
            torch._dynamo.reset()
            got = torch.compile(fn, backend="weft", options={"backend": backend, "fallback": "error"})(given)
            wide = given.to(torch.float64 if real else torch.complex128)
            got, want = (torch.view_as_real(t) if t.is_complex() else t for t in (got, fn(wide)))
            assert ((got - want).abs() <= 1.5 * 2**-23 * want.abs() + 1e-12).all()


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_smooth_images_of_bytes(mode):
    """Bit for bit as eager, whose weights are 16 bits and which rounds along rows first."""
    for shape, kind in ((1, 3, 20, 31), {"size": (33, 47)}), ((2, 4, 20, 31), {"size": (20, 40)}), ((2, 7, 20, 31), {"size": (45, 31)}), \
            ((2, 3, 20, 31), {"size": (20, 31)}), ((1, 3, 20, 31), {"scale_factor": (1.7, 1.3)}), ((1, 3, 6, 6), {"size": (6, 6)}):
        x = torch.randint(0, 256, shape, dtype=torch.uint8)
        f = lambda x: F.interpolate(x, mode=mode, antialias=True, **kind)        # noqa: E731, B023
        with no_fallback():
            got = compiled(f, dynamic=False)(x)
        want = f(x)
        assert torch.equal(got, want) and got.stride() == want.stride(), (shape, kind)
    x = torch.randint(0, 256, (1, 3, 20, 31), dtype=torch.uint8)
    f = lambda x: F.interpolate(x, (11, 16), mode="bilinear", antialias=True).float() / 255          # noqa: E731
    with no_fallback():
        assert torch.equal(compiled(f, dynamic=False)(x), f(x))


@pytest.mark.parametrize("layout, size", [(torch.contiguous_format, 9), (torch.channels_last, 99)])
def test_smooth_images_of_bytes_that_torch_makes_faster(layout, size):
    x = torch.randint(0, 256, (1, 3, 90, 90), dtype=torch.uint8).contiguous(memory_format=layout)
    f = lambda x: F.interpolate(x, (size, size), mode="bilinear", antialias=True)                    # noqa: E731
    weft.reset()
    with pytest.warns(UserWarning, match="aten._upsample_bilinear2d_aa.default has no lowering"):
        got = torch.compile(f, backend="weft", dynamic=False)(x)
    assert torch.equal(got, f(x)) and got.stride() == f(x).stride()


def test_updates_of_each_row_go_to_that_row():
    """Kernels go through a row's own updates: of one leading dim, of two, and of as many as there are beside those that are placed."""
    x, more = torch.zeros(3, 6, 700), torch.randn(3, 6, 900)
    at = torch.randint(0, 700, (3, 6, 900))
    for f in (lambda x, at, v: x.scatter_add(2, at, v), lambda x, at, v: x.index_add(2, at[0, 0], v),
              lambda x, at, v: x.scatter_add(1, at[:, :, :700] % 6, v[:, :, :700]), lambda x, at, v: x.index_add(1, at[0, 0, :6] % 6, v[:, :, :700]),
              lambda x, at, v: x[:2].scatter_add(2, at[:2, :4], v[:2, :4])):
        got = []
        for threads in (1, 3):
            torch._dynamo.reset()
            got.append(compiled(f, threads=threads)(x, at, more))
        assert torch.equal(*got)
        torch.testing.assert_close(got[0], f(x, at, more))


def test_rows_of_samples_of_any_size():
    """An index that is the same along rows, of samples: one compile, some of them empty."""
    f = lambda x, at, v: (x.gather(1, at[:, :, None].expand(-1, -1, x.shape[2])) * 2,                # noqa: E731
                          x.scatter_add(1, at[:, :, None].expand(-1, -1, x.shape[2]), v),
                          x.scatter_reduce(1, at[:, :, None].expand(-1, -1, x.shape[2]), v, "amax"),
                          x.gather(1, at[:, :, None].repeat(1, 1, x.shape[2])), x.take_along_dim(at[:, :, None], 1),
                          x.take_along_dim(at[:, :, None] - x.shape[1], 1), x.gather(1, at[:1, :, None].expand(-1, -1, 9)),
                          x.gather(1, (at * 2 % x.shape[1])[:, :, None].expand(-1, -1, x.shape[2])))
    fn = compiled(f, dynamic=True)
    for n, places, taken, row in ((2, 5, 7, 9), (3, 40, 64, 33), (4, 2, 2, 16), (2, 6, 3, 40)):
        x, at, v = r(n, places, row), torch.randint(0, places, (n, taken)), r(n, taken, row)
        with no_fallback():
            for a, b in zip(fn(x, at, v), f(x, at, v)):
                torch.testing.assert_close(a, b)
    with pytest.raises(RuntimeError, match="index 6 is out of bounds for dimension 1 with size 6"):
        fn(x, torch.full((2, 3), 6), v)


def test_rows_that_an_index_is_stretched_along_are_windows():
    """However it is stretched, and whatever is done to it then: no number of each element."""
    x, at, text = r(2, 6, 16), torch.randint(0, 6, (2, 5)), []
    for f in (lambda x, at: x.gather(1, at[:, :, None].expand(-1, -1, 16)), lambda x, at: x.gather(1, at[:, :, None].repeat(1, 1, 16)),
              lambda x, at: x.take_along_dim(at[:, :, None], 1), lambda x, at: x.gather(1, at[:, :, None].expand(-1, -1, 9)),
              lambda x, at: x.scatter_add(1, at[:, :, None].expand(-1, -1, 16), x[:, :5])):
        for dynamic in (False, True):
            torch._dynamo.reset()
            options = {"passes": [weft.Pass("see", text.append)]}
            torch.testing.assert_close(torch.compile(f, backend="weft", dynamic=dynamic, options=options)(x, at), f(x, at))
    assert len(text) == 10
    for t in text:
        assert "batching_dims = [0]" in t and ("offset_dims = [2]" in t or "update_window_dims = [2]" in t), t


def test_rows_of_fewer_columns():
    """What an index does not reach is as it was, its mean too; torch 2.13's own sums of stretched indices are of other places."""
    for dim, x, at, v in ((0, r(5, 16), line[:, None].expand(6, 9), r(6, 9)), (1, r(2, 5, 16), line[None, :, None].expand(2, 6, 9), r(2, 6, 9)),
                          (1, r(2, 5, 16), torch.stack([line, 4 - line])[:, :, None].expand(2, 6, 9), r(2, 6, 9))):
        for how in ("sum", "mean", "amax", "prod"):
            for own in (True, False):
                want = x.scatter_reduce(dim, at.contiguous(), v, how, include_self=own)
                for dynamic in (False, True):
                    torch._dynamo.reset()
                    f = compiled(lambda x, at, v: x.scatter_reduce(dim, at[..., :1].expand(v.shape), v, how, include_self=own), dynamic=dynamic)  # noqa: B023
                    torch.testing.assert_close(f(x, at, v), want)
