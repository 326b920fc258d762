"""Operators that python/weft/_parts.py takes apart, against eager: values and gradients."""
import itertools

import pytest
import torch
from torch.nn.functional import grid_sample

from common import check_gradients, compiled, no_fallback

torch.manual_seed(0)
r = torch.randn


@pytest.mark.parametrize("p", [0, 1, 1.5, 2, float("inf")])
def test_distances(p):
    check_gradients(lambda a, b: torch.cdist(a, b, p=p), r(2, 4, 3), r(2, 5, 3), rtol=1e-4, atol=1e-5)
    check_gradients(lambda a: torch.nn.functional.pdist(a, p=p), r(5, 3), rtol=1e-4, atol=1e-5)


def test_distances_of_nothing():
    for shape in ((1, 3), (4, 0)):
        check_gradients(torch.nn.functional.pdist, r(shape))


def test_distances_to_nothing():
    check_gradients(torch.cdist, r(2, 0, 3), r(2, 5, 3))
    check_gradients(torch.cdist, r(2, 4, 3), r(2, 0, 3))


def nearer_than(scale, f, *args):
    """Values and gradients of f are within scale of what f64 makes of them."""
    def all_of(fn, dtype):
        given = [a.to(dtype).requires_grad_() for a in args]
        out = fn(*given)
        return [out, *torch.autograd.grad(out, given, torch.ones_like(out))]

    for got, want in zip(all_of(compiled(f, fallback="error"), args[0].dtype), all_of(f, torch.float64)):
        assert (got - want).abs().max() <= scale * want.abs().max()


def test_small_convolutions_of_volumes_are_exact():
    """Of convolutions of few products: half a place off."""
    nearer_than(8e-8, lambda x, w: torch.nn.functional.conv3d(x, w, padding="same", dilation=3), r(1, 1, 10, 11, 12), r(1, 1, 4, 4, 4))
    nearer_than(8e-8, torch.nn.functional.conv_transpose3d, r(1, 4, 5, 5, 5), r(4, 8, 3, 3, 3))


def test_gradients_by_grids_of_volumes_are_exact():
    x, g, by = r(2, 21, 6, 7, 8), r(2, 4, 5, 6, 3), r(2, 21, 4, 5, 6)
    f = torch.ops.aten.grid_sampler_3d_backward
    got, want = compiled(f, fallback="error")(by, x, g, 0, 0, True, [True, True]), f(*(t.double() for t in (by, x, g)), 0, 0, True, [True, True])
    for a, b in zip(got, want):
        assert (a - b).abs().max() <= 8e-8 * b.abs().max()


def test_few_gradients_of_weights_are_without_what_the_result_was_rounded_by():
    """Of equal keys a query has no gradient: eager has what its result's rounding leaves, times the keys."""
    g = torch.Generator().manual_seed(5)
    q, v, grad = (torch.randn(1, 2, n, 8, generator=g).bfloat16() for n in (3, 6, 3))
    k = (torch.randn(1, 2, 1, 8, generator=g) * 4).bfloat16().expand(1, 2, 6, 8)
    q.requires_grad_()
    f = torch.compile(torch.nn.functional.scaled_dot_product_attention, backend="weft")
    assert torch.autograd.grad(f(q, k, v), q, grad)[0].abs().max() < 1e-5


def test_few_weights_of_an_attention_are_not_rounded():
    q, k, v = (r(4, 4, n, 8).half() * 4 for n in (3, 6, 6))
    f = lambda *of: torch.nn.functional.scaled_dot_product_attention(*of, is_causal=True)               # noqa: E731
    want = f(q.double(), k.double(), v.double())
    assert (compiled(f, fallback="error")(q, k, v) - want).norm() <= 1.05 * (f(q, k, v) - want).norm()


MOVED = {
    "roll": lambda x: torch.roll(x, 1, 1),
    "roll-by-none": lambda x: torch.roll(x, 4, 2),
    "roll-twice": lambda x: torch.roll(x, (1, 2), (1, 3)),
    "roll-flat": lambda x: torch.roll(x, 3),
    "shuffle": lambda x: torch.channel_shuffle(x, 2),
}


@pytest.mark.parametrize("name, dynamic", [(n, d) for n in MOVED for d in (False, True) if not d or n != "roll-by-none"])
def test_what_is_moved_lies_as_by_eager(name, dynamic):
    for x in (r(2, 8, 4, 6).to(memory_format=torch.channels_last), r(8, 2, 4, 6).transpose(0, 1), r(6, 4, 8, 2).permute(3, 2, 1, 0)):
        torch._dynamo.reset()
        got, want = compiled(MOVED[name], dynamic=dynamic)(x), MOVED[name](x)
        assert torch.equal(got, want) and got.stride() == want.stride()


@pytest.mark.parametrize("reduce", ("add", "multiply"))
def test_scatters_by_an_older_name(reduce):
    index = torch.tensor([[0, 1, 2, 0], [0, 0, 1, 1]])
    for x in (torch.arange(12).reshape(3, 4), r(3, 4), torch.arange(12, dtype=torch.uint8).reshape(3, 4)):
        for src in (x + 1, 3):
            f = lambda x, index: x.scatter(0, index, src, reduce=reduce)                                # noqa: E731, B023
            torch.testing.assert_close(compiled(f, fallback="error")(x, index), f(x, index))


def test_ldexp_of_halves():
    """The gradient by an exponent that is summed: of the result that is not rounded, as eager's is."""
    check_gradients(torch.ldexp, r(5, 10, 5).half() * 4, (r(10, 5) * 3).half())


def test_of_no_rows():
    check_gradients(lambda x: torch.nn.functional.fractional_max_pool3d(x, 2, output_size=2), r(0, 1, 4, 5, 4))
    f = lambda x: torch.histogramdd(x, [2, 3], range=[0.0, 1.0, 0.0, 1.0])                              # noqa: E731
    torch.testing.assert_close(compiled(f, fallback="error")(r(0, 2)), f(r(0, 2)), rtol=0, atol=0)


def test_distances_of_near_rows():
    """A difference of squares of large numbers is far off where their roots are near."""
    a = r(6, 2) * 4 + 100
    b = a + r(6, 2) * 0.01
    got = compiled(torch.cdist, fallback="error")(a, b)
    torch.testing.assert_close(got, torch.cdist(a.double(), b.double(), compute_mode="donot_use_mm_for_euclid_dist").float())


def test_equal_rows():
    a = r(3, 4)
    check_gradients(lambda a, b: torch.cdist(a, b), a, a.clone(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("mode, padding, align", [*itertools.product(
    ["bilinear", "nearest"], ["zeros", "border", "reflection"], [False, True]),
    ("bicubic", "zeros", True), ("bicubic", "border", True), ("bicubic", "reflection", False)])
def test_grids(mode, padding, align):
    def f(x, g):
        return grid_sample(x, g, mode=mode, padding_mode=padding, align_corners=align)

    check_gradients(f, r(2, 3, 4, 5), r(2, 3, 6, 2), rtol=1e-4, atol=1e-4)
    if mode != "bicubic" and (align or padding == "reflection"):
        check_gradients(f, r(1, 2, 3, 4, 5), r(1, 2, 3, 2, 3), rtol=1e-4, atol=1e-4)
    check_gradients(f, r(2, 9, 4, 5), r(2, 3, 6, 2), rtol=1e-4, atol=1e-4)            # channels as rows


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_grids_of_halves(dtype):
    """The places are not rounded, so values and gradients are what those of more bits round to."""
    for x, g in ((r(2, 3, 4, 5), r(2, 3, 6, 2)), (r(1, 2, 3, 4, 5), r(1, 2, 3, 2, 3))):
        x, g = (t.to(dtype).requires_grad_() for t in (x, g))
        wide = [t.detach().double().requires_grad_() for t in (x, g)]

        def run(f, x, g):
            y = f(x, g)
            return [y, *torch.autograd.grad(y.sum(), (x, g))]

        def f(x, g):
            return grid_sample(x, g, align_corners=False)

        for a, b in zip(run(compiled(f, fallback="error"), x, g), run(f, *wide)):
            torch.testing.assert_close(a.double(), b, rtol=2 ** -7, atol=1e-3)


def test_histograms_between_extremes():
    for x in (r(50), torch.full((3,), 2.5), torch.empty(0), torch.tensor(3.0), r(4, 5).double()):
        torch._dynamo.reset()                  # torch cannot say what a histogram of any size is
        want, got = (fn(x) for fn in (lambda a: torch.histogram(a, 5), compiled(lambda a: torch.histogram(a, 5), fallback="error")))
        for a, b in zip(got, want):
            torch.testing.assert_close(a, b)
    torch._dynamo.reset()
    with pytest.raises(RuntimeError, match="range of the input is not finite"):
        compiled(lambda a: torch.histogram(a, 5), fallback="error")(torch.tensor([1.0, float("nan")]))


@pytest.mark.parametrize("density", [False, True])
@pytest.mark.parametrize("weighed", [False, True])
def test_histograms(density, weighed):
    x = torch.cat([r(200), torch.tensor([-2.0, 2.0, 0.5, float("nan"), float("inf"), 0.0])])
    more = {"density": density, "weight": torch.rand(206) if weighed else None}
    edges = torch.tensor([-2.0, -0.5, 0.5, 0.75, 2.0])
    for fn in (lambda a, w: torch.histogram(a, 8, range=(-2.0, 2.0), density=density, weight=w),
               lambda a, w: torch.histogram(a.double(), 7, range=(-1.0, 0.7), density=density,
                                            weight=w if w is None else w.double()),
               lambda a, w: torch.histogram(a, edges, density=density, weight=w)):
        want = fn(x, more["weight"])
        got = compiled(fn, fallback="error")(x, more["weight"])
        for a, b in zip(got, want):
            torch.testing.assert_close(a, b)


@pytest.mark.parametrize("density", [False, True])
@pytest.mark.parametrize("weighed", [False, True])
def test_histograms_of_several_columns(density, weighed):
    x, w = r(40, 2), torch.rand(40) if weighed else None
    edges = [torch.tensor([-2.0, -0.5, 0.3, 2.0]), torch.tensor([-1.0, 0.0, 1.5])]
    for fn in (lambda a, w: torch.histogramdd(a, [4, 3], range=[-2.0, 2.0, -1.0, 1.5], density=density, weight=w),
               lambda a, w: torch.histogramdd(a, [4, 3], density=density, weight=w),
               lambda a, w: torch.histogramdd(a, edges, density=density, weight=w)):
        torch._dynamo.reset()
        torch.testing.assert_close(compiled(fn, fallback="error")(x, w), fn(x, w))


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weighed", [False, True])
def test_losses_a_part_of_the_rows_at_a_time(reduction, weighed):
    options = torch.nn.LinearCrossEntropyOptions(batch_chunk_size=2, allow_retain_graph=True)
    target, weight = torch.tensor([3, 0, -100, 1, 2]), torch.rand(4) if weighed else None

    def fn(x, linear, bias):
        return torch.nn.functional.linear_cross_entropy(x, linear, target, linear_bias=bias, weight=weight, reduction=reduction,
                                                        options=options)

    check_gradients(fn, r(5, 3), r(4, 3), r(4), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_exponentials_of_matrices_of_halves(dtype):
    a = r(2, 4, 4).to(dtype)
    got = compiled(torch.linalg.matrix_exp, fallback="error")(a)
    assert got.dtype == dtype
    torch.testing.assert_close(got.double(), torch.linalg.matrix_exp(a.double()), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("mode", ["reflect", "replicate"])
def test_gradients_of_padding(mode):
    """Pads of every dimension and of some, of all places but one, and of a tensor that is stored otherwise."""
    for x, pads in ((r(2, 3, 9), [(1, 2), (0, 3), (8, 8)]), (r(2, 3, 9, 17), [(1, 2, 3, 4), (0, 3, 0, 0), (16, 16, 8, 8), (0, 0, 2, 2)]),
                    (r(2, 3, 5, 6, 40), [(1, 2, 3, 4, 2, 1), (0, 0, 3, 0, 0, 0)]),
                    (r(2, 3, 9, 17).to(memory_format=torch.channels_last), [(1, 2, 3, 4)])):
        for pad in pads:
            check_gradients(lambda a: torch.nn.functional.pad(a, pad, mode=mode), x)


def test_complex_padding():
    for pad in ((1, 2), (-1, 3)):
        check_gradients(lambda a: torch.nn.functional.pad(a, pad, mode="replicate"), torch.complex(r(2, 3, 5), r(2, 3, 5)))


def test_complex_variance():
    c = torch.complex(r(3, 4, 5), r(3, 4, 5))
    for fn in (lambda a: a.var(1), lambda a: a.var((0, 2), correction=0, keepdim=True), lambda a: torch.var_mean(a, 1),
               lambda a: torch.var_mean(a), lambda a: a.std()):
        want, got = fn(c), compiled(fn, fallback="error")(c)
        for a, b in zip(got if isinstance(got, tuple) else (got,), want if isinstance(want, tuple) else (want,)):
            torch.testing.assert_close(a, b)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_unpooling_keeps_the_layout(layout):
    y, places = torch.nn.functional.max_pool2d(r(2, 3, 8, 6), 2, return_indices=True)
    y, places = y.contiguous(memory_format=layout), places.contiguous(memory_format=layout)
    fn = lambda a, i: torch.nn.functional.max_unpool2d(a, i, 2)  # noqa: E731
    want, got = fn(y, places), compiled(fn, fallback="error")(y, places)
    assert torch.equal(got, want) and got.stride() == want.stride()


@pytest.mark.parametrize("dim", [0, 2])
def test_weight_norm(dim):
    check_gradients(lambda v, g: torch._weight_norm(v, g, dim), r(4, 3, 5),
                    r(4, 1, 1) if dim == 0 else r(1, 1, 5), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("mask", ["none", "padding", "causal", "both"])
def test_layers_of_transformers(first, mask):
    """torch's own layer in inference is one operator: taken apart, so that nothing runs beside."""
    layer = torch.nn.TransformerEncoderLayer(16, 2, 32, 0.0, "gelu" if first else "relu", batch_first=True, norm_first=first)
    padding, causal = torch.zeros(3, 5, dtype=torch.bool), torch.ones(5, 5, dtype=torch.bool).triu(1)
    padding[1, 3:] = True
    how = {"none": {}, "padding": {"src_key_padding_mask": padding}, "causal": {"src_mask": causal},
           "both": {"src_key_padding_mask": padding, "src_mask": causal}}[mask]
    layer.eval().requires_grad_(False)
    x = r(3, 5, 16)
    with torch.no_grad(), no_fallback():
        torch.testing.assert_close(compiled(layer)(x, **how), layer(x, **how), rtol=1e-4, atol=1e-5)


def test_attention_with_its_weights():
    m = torch.nn.MultiheadAttention(16, 2, batch_first=True).eval().requires_grad_(False)
    x = r(3, 5, 16)
    with torch.no_grad(), no_fallback():
        for more in {}, {"need_weights": False}, {"average_attn_weights": False}:
            want, got = m(x, x, x, **more), compiled(lambda x: m(x, x, x, **more))(x)
            torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("size", ["small", "any"])
def test_attention_of_images(size, dtype):
    """Features lie before places, as vision models have them: the values are multiplied with the weights, from the left."""
    def one(q, k, v):
        return v @ ((q * .25).transpose(-2, -1) @ k).softmax(-1).transpose(-2, -1)
    fast = compiled(one, dynamic=size == "any", fallback="error")
    for q, k in ((49, 49), (150, 33), (16, 400)):
        x = [t.to(dtype) for t in (r(3, 16, q), r(3, 16, k), r(3, 24, k))]
        near = {"rtol": 2e-2, "atol": 2e-2} if dtype == torch.bfloat16 else {"rtol": 1e-4, "atol": 1e-5}
        torch.testing.assert_close(fast(*x), one(*x), **near)


def test_frequencies():
    fft = torch.fft

    def fn(x):
        return x[:7] * fft.fftfreq(7, 0.5), fft.fftfreq(8, dtype=torch.float64), x[:4] + fft.rfftfreq(7), fft.rfftfreq(8, 3.0)
    x = r(8)
    for got, want in zip(compiled(fn, fallback="error")(x), fn(x)):
        assert got.dtype == want.dtype
        torch.testing.assert_close(got, want)


def test_histogram_of_any_length():
    fast = compiled(lambda x: torch.histc(x, 5, min=0, max=4), dynamic=True, fallback="error")
    for n in (7, 0, 30):
        x = r(n) * 3
        assert torch.equal(fast(x), torch.histc(x, 5, min=0, max=4))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_small_integers_of_numbers(dtype):
    """Too small or too large for 8 and 16 bits: the low bits, as eager takes them."""
    x = torch.tensor([-1.5, -100.7, 300.2, -129.0, 255.9, 40000.0, -0.9, 3.7] * 5).to(dtype)

    def fn(x):
        return [x.to(t) for t in (torch.uint8, torch.int8, torch.int16, torch.int32)]
    for got, want in zip(compiled(fn, fallback="error")(x), fn(x)):
        assert torch.equal(got, want)


def grouped(form: str, dtype, m: int, k: int, n: int):
    """Operands of _grouped_mm, whose strides it wants of 16 bytes each, and the ends of groups, of which the second is
    empty and the last large."""
    torch.manual_seed(5)
    ends = torch.tensor([3, 3, 7, {"2d3d": m, "3d2d": n, "2d2d": k}.get(form, 8)]).int()
    a = torch.randn(*(() if form[:2] == "2d" else (4,)), m, k, dtype=dtype)
    b = torch.randn(*(() if form[2:] == "2d" else (4,)), k, n, dtype=dtype)
    return a, b, None if form == "3d3d" else ends


def product_of_groups(a, b, ends=None):
    return torch._grouped_mm(a, b, offs=ends)


FORMS = ["2d3d", "3d2d", "2d2d", "3d3d"]
SMALL, LARGE = (16, 8, 24), (96, 64, 72)               # each group with everything; with its own


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("form", FORMS)
def test_products_of_groups(form, size, dynamic):
    """Each group by its own matrices, and their gradients; what another group has, even infinities, stays out."""
    fast = compiled(product_of_groups)
    for more in (0, 16, 8) if dynamic else (0,):
        a, b, ends = grouped(form, torch.bfloat16, size[0] + more, *size[1:])
        if dynamic:
            torch._dynamo.mark_dynamic(a, a.dim() - 2)
        if form == "2d3d":
            a[0, 0] = a[-1, 0] = torch.inf
        got, want = [], []
        for f, out in ((fast, got), (product_of_groups, want)):
            x, y = a.clone().requires_grad_(), b.clone().requires_grad_()
            r = f(x, y, ends)
            out += [r, *torch.autograd.grad(r, (x, y), torch.linspace(-1, 1, r.numel()).view_as(r).to(r.dtype))]
        for t, w in zip(got, want, strict=True):
            torch.testing.assert_close(t, w, equal_nan=True)
            assert t.stride() == w.stride()


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("form", FORMS)
def test_products_of_groups_of_what_torch_cannot_trace(form, size):
    """Its rule of shapes takes bf16 alone, its kernel these as well."""
    from torch.fx.experimental.proxy_tensor import make_fx
    from weft import _backend
    args = grouped(form, torch.float32, *size)
    args = args if form != "3d3d" else args[:2]
    graph = make_fx(lambda *args: (product_of_groups(*args),))(*args)
    run = _backend.compile_fx(graph, list(args), settings=_backend.Settings({"fallback": "error"}, None))
    torch.testing.assert_close(run(list(args))[0], product_of_groups(*grouped(form, torch.float32, *size)))


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("size", [SMALL, LARGE, (4, 512, 256)])
def test_products_of_groups_as_transformers_has_them(size, dynamic):
    """Its operator, for what torch cannot trace, and that one's gradients; numbers as weights lie, groups as they come."""
    import transformers.integrations.moe as moe
    assert moe
    torch.manual_seed(5)
    fast = compiled(torch.ops.transformers.grouped_mm_fallback, fallback="error")
    m, k, n = size
    for more in (0, 16) if dynamic else (0,):
        x = torch.randn(m + more, k, requires_grad=True)
        w = (torch.randn(4, n, k) / k ** 0.5).requires_grad_()
        if dynamic:
            torch._dynamo.mark_dynamic(x, 0)
        for ends in ([1, 1, 3, m + more], [m + more] * 4):
            ends = torch.tensor(ends)
            got, want = fast(x, w.mT, ends), torch.ops.transformers.grouped_mm_fallback(x, w.mT, ends)
            torch.testing.assert_close(got, want)
            dy = torch.randn_like(want)
            for a, b in zip(*(torch.autograd.grad(r, (x, w), dy) for r in (got, want)), strict=True):
                torch.testing.assert_close(a, b)
