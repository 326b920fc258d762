"""Overloads of backward graphs, by the gradients of what they belong to, against eager.

A case is a name, a function and its arguments; floating-point arguments take gradients.
"""
import pytest
import torch
import torch.nn.functional as F

from common import BACKENDS, check_gradients, compiled

CASES = {}


def case(name, fn, *args, **kw):
    assert name not in CASES, name
    CASES[name] = (fn, args, kw)


torch.manual_seed(0)
r = torch.randn
loose = dict(rtol=1e-4, atol=1e-4)

# ---- convolution ----
for n, sizes in ((1, (9,)), (2, (9, 8)), (3, (6, 5, 4))):
    conv, turned = getattr(F, f"conv{n}d"), getattr(F, f"conv_transpose{n}d")
    for kw in ({}, dict(stride=2, padding=1), dict(stride=2, padding=2, dilation=2), dict(groups=2, stride=2),
               dict(groups=4)):
        w = r(8, 4 // kw.get("groups", 1), *[3] * n)
        case(f"conv{n}d-{kw}", lambda x, w, b, kw=kw, f=conv: f(x, w, b, **kw), r(2, 4, *sizes), w, r(8), **loose)
    for kw in ({}, dict(stride=2, padding=1, output_padding=1), dict(stride=2, dilation=2, groups=2)):
        w = r(4, 8 // kw.get("groups", 1), *[3] * n)
        case(f"conv-transpose{n}d-{kw}", lambda x, w, b, kw=kw, f=turned: f(x, w, b, **kw), r(2, 4, *sizes), w,
             r(8), **loose)
# windows that do not overlap, and more phases than have a kernel each, whose windows overlap or leave places out
for name, f, x, w, kw in (
        ("2x2", F.conv2d, (2, 6, 9, 8), (8, 3, 2, 2), dict(stride=2, groups=2)),
        ("16x16", F.conv2d, (1, 3, 34, 49), (5, 3, 16, 16), dict(stride=16)),
        ("7x6-stride-5", F.conv2d, (2, 4, 16, 19), (6, 4, 7, 6), dict(stride=5, padding=2)),
        ("4x2-stride-5", F.conv2d, (1, 2, 16, 19), (3, 2, 4, 2), dict(stride=5)),
        ("stride-20", F.conv1d, (2, 3, 70), (4, 3, 41), dict(stride=20, padding=3)),
        ("3x4x3-stride-3", F.conv3d, (1, 2, 7, 8, 9), (3, 2, 3, 4, 3), dict(stride=3, padding=1)),
        ("transposed-7-stride-5", F.conv_transpose2d, (2, 4, 4, 5), (4, 2, 7, 7), dict(stride=5, output_padding=3, groups=2))):
    case(f"conv-phases-{name}", lambda x, w, f=f, kw=kw: f(x, w, **kw), r(*x), r(*w), **loose)
case("conv1d-of-127", lambda x, w: F.conv1d(x, w, padding=63), r(2, 1, 200), r(4, 1, 127), **loose)
case("conv-11x11", lambda x, w: F.conv2d(x, w, stride=4, padding=2), r(2, 3, 47, 60), r(5, 3, 11, 11), **loose)
case("conv-no-bias", F.conv2d, r(2, 3, 6, 6), r(4, 3, 3, 3), **loose)
case("conv-unbatched", F.conv2d, r(3, 6, 6), r(4, 3, 3, 3), r(4), **loose)
case("conv-weight-only", lambda x, w: F.conv2d(x.detach(), w), r(2, 3, 6, 6), r(4, 3, 3, 3), **loose)
case("conv-empty-batch", F.conv2d, r(0, 3, 6, 6), r(4, 3, 3, 3), r(4), **loose)
case("conv-channels-last", F.conv2d, r(2, 3, 6, 6).to(memory_format=torch.channels_last), r(4, 3, 3, 3), r(4),
     **loose)
for name, sizes, w, kw in (("3x3", (2, 24, 13, 9), (3, 3), dict(padding=1)), ("5x5", (1, 17, 14, 14), (5, 5), dict(padding=2, stride=2)),
                           ("7x7", (3, 40, 7, 7), (7, 7), dict(padding=3)), ("dilated", (2, 100, 11, 12), (3, 3), dict(dilation=2))):
    case(f"conv-depthwise-channels-last-{name}", lambda x, w, kw=kw: F.conv2d(x, w, groups=x.shape[1], **kw),
         r(*sizes).to(memory_format=torch.channels_last), r(sizes[1], 1, *w), **loose)
case("conv1d-depthwise-features-last", lambda x, w: F.conv1d(x.transpose(1, 2), w, padding=3, groups=48), r(2, 70, 48), r(48, 1, 4),
     **loose)

# ---- complex numbers of Python's beside real tensors: what they are multiplied by is conjugated ----
case("complex-numbers", lambda a: (torch.exp(1j * a).imag, (a * (2 - 1j)).real, torch.view_as_real(a / (1 + 2j)), ((a - 1j) ** 2).real),
     r(3, 4))

# ---- contractions ----
case("product-and-its-transpose", lambda a, b: (lambda z: z + z.t())(a.t() @ b), r(4, 4).t(), r(4, 4).t())

# ---- attention ----
q, k, v, mask = r(2, 3, 4, 8), r(2, 3, 6, 8), r(2, 3, 6, 8), r(4, 6)
case("attention", F.scaled_dot_product_attention, q, k, v, **loose)
case("attention-f64", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, attn_mask=mask), *(t.double() for t in (q, k, v)),
     rtol=1e-12, atol=1e-12)
case("attention-causal", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True), q, q, q, **loose)
case("attention-mask", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=0.3), q, k, v,
     **loose)

# ---- places ----
chosen = torch.rand(3, 5) > 0.4
case("masked-scatter", lambda a, s: a.masked_scatter(chosen, s), r(3, 5), r(4, 5))
case("replicate", lambda a: F.pad(a, (1, 2, 0, 1), mode="replicate"), r(2, 3, 4, 5))
case("reflect", lambda a: F.pad(a, (1, 2, 0, 1), mode="reflect"), r(2, 3, 4, 5))

bag_ids, starts = torch.tensor([1, 2, 4, 5, 4, 3, 2, 8]), torch.tensor([0, 3, 3, 5])
for mode in "sum mean max".split():
    case(f"bag-{mode}", lambda w, m=mode: F.embedding_bag(bag_ids, w, starts, mode=m, padding_idx=4), r(9, 4))
    # of indices of 32 bits; places of no maximum were in the last row
    case(f"bag-short-{mode}", lambda w, m=mode: F.embedding_bag(bag_ids.int(), w, starts.int(), mode=m, padding_idx=4), r(9, 4))
for mode in "sum mean max".split():
    case(f"bag-even-{mode}", lambda w, m=mode: F.embedding_bag(bag_ids.view(4, 2), w, mode=m), r(9, 4))
case("bag-weights", lambda w, p: F.embedding_bag(bag_ids, w, starts, mode="sum", per_sample_weights=p), r(9, 4), r(8))

# ---- pooling, resampling ----
image, volume = r(2, 3, 8, 9), r(1, 2, 5, 6, 7)
case("max-pool2d", lambda a: F.max_pool2d(a, 3, 2, 1), image)
case("max-pool3d", lambda a: F.max_pool3d(a, 2, 1), volume)
case("adaptive-max", lambda a: F.adaptive_max_pool2d(a, (3, 4)), image)
for args in ((2,), (3, 2, 1, True), (3, 2, 1, False, False), (2, 1, 0, False, True, 3)):
    case(f"avg-pool2d-{args}", lambda a, args=args: F.avg_pool2d(a, *args), image)
case("avg-pool3d", lambda a: F.avg_pool3d(a, 3, 2, 1), volume)
case("adaptive-avg2", lambda a: F.adaptive_avg_pool2d(a, (4, 3)), image)
case("adaptive-avg2-uneven", lambda a: F.adaptive_avg_pool2d(a, (3, 5)), image)
case("adaptive-avg3", lambda a: F.adaptive_avg_pool3d(a, (1, 3, 4)), volume)
for mode in "bilinear bicubic".split():
    for align in (False, True):
        case(f"{mode}-{align}", lambda a, m=mode, k=align:
             F.interpolate(a, (13, 5), mode=m, align_corners=k), image, **loose)
    case(f"{mode}-smooth", lambda a, m=mode: F.interpolate(a, (5, 13), mode=m, antialias=True), image, **loose)
case("nearest", lambda a: F.interpolate(a, scale_factor=1.7), image)
case("unfold", lambda a: F.unfold(a, (2, 3), padding=1, stride=(1, 2)), image)
case("nearest-exact", lambda a: F.interpolate(a, (5, 20), mode="nearest-exact"), image)
case("linear", lambda a: F.interpolate(a, 11, mode="linear"), r(2, 3, 7), **loose)
case("trilinear", lambda a: F.interpolate(a, scale_factor=1.5, mode="trilinear"), volume, **loose)


@pytest.mark.parametrize("name", CASES)
def test_gradient(name):
    fn, args, kw = CASES[name]
    check_gradients(fn, *args, backends=BACKENDS, **kw)


@pytest.mark.parametrize("mode", ["replicate", "reflect"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_what_went_to_the_pads_of_halves_is_rounded_once(dtype, mode):
    x = torch.randn(1, 2, 3, 4, 5, generator=torch.Generator().manual_seed(0)).to(dtype)
    f = lambda a: F.pad(a, (3, 2, 2, 3, 1, 2), mode=mode)  # noqa: E731
    half, wide = x.clone().requires_grad_(), x.double().requires_grad_()
    torch._dynamo.reset()
    y = compiled(f)(half)
    g = torch.rand(y.shape, generator=torch.Generator().manual_seed(1)).to(dtype)
    y.backward(g)
    f(wide).backward(g.double())
    assert torch.equal(half.grad, wide.grad.to(dtype))
