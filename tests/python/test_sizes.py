"""dynamic=True: one compilation serves every length and batch, forwards and backwards; and none of it needs a compiler of C."""
import copy
import functools
import gc
import math
import sys

import fresh
import pytest
import torch
from torch._dynamo.utils import counters

from common import compiled, no_fallback, report
from test_training import transformer

SMALL = dict(vocab_size=90, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
             max_position_embeddings=160, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
LENGTHS, BATCHES = [5 + 7 * i for i in range(20)], (1, 2, 3, 5, 8)


def pooled(model, ids, mask):
    """A sentence's embedding, as MiniLM's."""
    h = model(input_ids=ids, attention_mask=mask).last_hidden_state
    m = mask.unsqueeze(-1).to(h.dtype)
    return torch.nn.functional.normalize((h * m).sum(1) / m.sum(1), dim=-1)


def words(batch, length):
    mask = torch.ones(batch, length, dtype=torch.long)
    mask[-1, length - length // 4:] = 0
    return torch.randint(2, 90, (batch, length)), mask


def graphs():
    return counters["stats"]["unique_graphs"]


def sweep(model, fn, train, sizes):
    """Right at each size, gradients too; how many graphs Dynamo made, and how many Weft compiled."""
    torch._dynamo.reset()
    counters.clear()
    before, fast = report()["graphs"], compiled(fn, dynamic=True)
    with no_fallback():
        for batch, length in sizes:
            args = words(batch, length)
            got, want = (f(model, *args) for f in (fast, fn))
            torch.testing.assert_close(got, want)
            if train:
                weights = torch.randn(want.shape)
                for p, q in zip(*(torch.autograd.grad((t * weights).sum(), list(model.parameters()), allow_unused=True)
                                  for t in (got, want)), strict=True):
                    torch.testing.assert_close(p, q, rtol=1e-4, atol=1e-6 + 1e-5 * q.abs().max().item() if q is not None else 0)
    return graphs(), report()["graphs"] - before


@pytest.mark.parametrize("train", [False, True], ids=["inference", "training"])
def test_every_length_and_batch(train):
    model = transformer("Bert", "Model", **SMALL).train(train).requires_grad_(train)
    # batch 1 is a number to Dynamo: it comes last, and by itself
    sizes = [(b, n) for n in LENGTHS for b in BATCHES if b > 1]
    assert sweep(model, pooled, train, sizes[::4] + sizes[1:4] if train else sizes) == (1, 2 if train else 1)


def convolutions(dtype, layout):
    """One of each way that a convolution goes, and a pool."""
    made = [torch.nn.Conv2d(32, 48, 3, padding=1), torch.nn.Conv2d(32, 32, 3, padding=1, groups=32),
            torch.nn.Conv2d(32, 32, 5, 2, 2, groups=32), torch.nn.Conv2d(32, 40, 3, 2, 1), torch.nn.Conv2d(32, 16, 1),
            torch.nn.Conv2d(32, 64, 3, padding=1, groups=4), torch.nn.ConvTranspose2d(32, 16, 4, 2, 1),
            torch.nn.ConvTranspose2d(32, 16, 2, 2), torch.nn.MaxPool2d(3, 2, 1)]
    return [m.to(dtype).to(memory_format=layout).requires_grad_(False) for m in made]


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=["first", "last"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_convolutions_of_any_batch_are_those_of_one(dtype, layout):
    """One compile for all batches goes the ways of one for this batch: the same bits, backwards by the image too."""
    made, near = convolutions(dtype, layout), .1 if dtype == torch.bfloat16 else 1e-4

    def fn(*xs):
        return tuple(m(x) for m, x in zip(made, xs, strict=True))

    def both(f, x):
        xs = [x.detach().clone(memory_format=layout).requires_grad_() for _ in made]
        for t in xs if f is any_batch else ():
            torch._dynamo.mark_dynamic(t, 0)
        y = f(*xs)
        return *y, *torch.autograd.grad(y, xs, tuple(torch.ones_like(t) for t in y))

    torch._dynamo.reset()
    before = report()["graphs"]
    any_batch = compiled(lambda *xs: fn(*xs))
    for batch in (5, 2, 7):
        x = torch.randn(batch, 32, 12, 12).to(dtype).contiguous(memory_format=layout)
        with no_fallback():
            got = both(any_batch, x)
            assert report()["graphs"] - before == 2
        for y, want in zip(got, both(fn, x), strict=True):
            torch.testing.assert_close(y, want, rtol=near / 5, atol=near)
    for a, b in zip(got, both(compiled(lambda *xs: fn(*xs), dynamic=False), x), strict=True):
        assert torch.equal(a, b) and a.stride() == b.stride()


def any_convolutions(dtype, layout):
    """One of each way that a convolution of images of any height and width goes, and ones of what these leave."""
    C = torch.nn.Conv2d
    made = [torch.nn.Sequential(C(32, 96, 1), C(96, 96, 3, padding=1)), C(32, 64, 3, 2, 1), C(32, 64, 1, 2), C(32, 16, 1), C(32, 24, 5, padding=2),
            C(32, 48, 3, padding=1), C(32, 3, (3, 1), padding=(0, 2)), C(32, 32, 3, padding=2, dilation=2), C(32, 64, 3, 2, 1, groups=4), torch.nn.Sequential(C(32, 9, 7, 2, 3), C(9, 33, 3, 2, 1)),
            torch.nn.Sequential(C(32, 3, 1), C(3, 16, 7, 2, 3), torch.nn.ReLU()), torch.nn.ConvTranspose2d(32, 64, 4, 2, 1),
            torch.nn.ConvTranspose2d(32, 16, 2, 2), torch.nn.ConvTranspose2d(32, 64, 3, 2, 1, 1)]
    return [m.to(dtype).to(memory_format=layout).requires_grad_(False) for m in made]


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=["first", "last"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_convolutions_of_any_height_and_width(dtype, layout):
    """One compile for all sizes; with the bits of one for this size, where that goes the same way."""
    made, near = any_convolutions(dtype, layout), {torch.float32: 1e-5, torch.bfloat16: .03}[dtype]
    wide = [copy.deepcopy(m).double() for m in made]

    def fn(x):
        return tuple(m(x) for m in made)

    torch._dynamo.reset()
    before, any_size = report()["graphs"], compiled(fn, dynamic=True)
    for b, h, w in ((2, 12, 13), (3, 9, 41), (5, 33, 11), (2, 17, 64), (7, 13, 12)):
        x = torch.randn(b, 32, h, w).to(dtype).contiguous(memory_format=layout)
        with no_fallback():
            got = any_size(x)
        for y, m in zip(got, wide, strict=True):
            torch.testing.assert_close(y.double(), m(x.double()), rtol=near, atol=near)
    assert report()["graphs"] - before == 1
    if dtype == torch.float32 and layout == torch.channels_last:
        same = compiled(fn, dynamic=False)(x)
        for a, b in ((got[i], same[i]) for i in (0, 1, 2, 3, 7, 8)):
            assert torch.equal(a, b) and a.stride() == b.stride()


@pytest.mark.parametrize("stride, kernels", [(1, (1, 1)), (2, (2, 3))])
def test_convolutions_of_one_place_read_images_of_any_size_as_they_lie(stride, kernels):
    """Features first too: no image is turned around; forward, and backward by the image, with the bits of one size."""
    model = torch.nn.Conv2d(32, 64, 1, stride, bias=False).requires_grad_(False)

    def both(f, x):
        x = x.clone().requires_grad_()
        for d in (0, 2, 3) if f is fast else ():
            torch._dynamo.mark_dynamic(x, d)
        y = f(x)
        return y, *torch.autograd.grad(y, x, y.detach())

    torch._dynamo.reset()
    before, fast = report()["graphs"], compiled(lambda x: model(x))
    for b, h, w in ((2, 12, 13), (3, 9, 42), (5, 4, 3), (2, 31, 17)):
        x = torch.randn(b, 32, h, w)
        with no_fallback():
            got = both(fast, x)
        torch.testing.assert_close(got, both(model, x), rtol=1e-5, atol=1e-5)
    made = report()
    assert made["graphs"] - before == 2
    assert {e["role"]: e["launches"] for e in made["executables"][:2]} == {"forward": kernels[0], "backward": kernels[1]}
    for a, b in zip(got, both(compiled(lambda x: model(x), dynamic=False), x), strict=True):
        assert torch.equal(a, b) and a.stride() == b.stride()


@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_convolutions_of_any_size_store_what_is_padded(stride):
    """Features first, where each tap would ask; with the bits of one size."""
    model = torch.nn.Conv2d(12, 12, 3, stride, 1, groups=12).requires_grad_(False)
    torch._dynamo.reset()
    before, fast = report()["graphs"], compiled(lambda x: model(x))
    for b, h, w in ((2, 12, 13), (2, 9, 42), (2, 4, 3), (2, 31, 17)):
        x = torch.randn(b, 12, h, w)
        torch._dynamo.mark_dynamic(x, 2)
        torch._dynamo.mark_dynamic(x, 3)
        with no_fallback():
            y = fast(x)
        torch.testing.assert_close(y, model(x), rtol=1e-5, atol=1e-5)
        if h == 12:
            assert report()["executables"][0]["launches"] == 2
        assert torch.equal(y, compiled(lambda x: model(x), dynamic=False)(x.clone()))
    assert report()["graphs"] - before == 5


def test_the_same_kernels_and_bits_as_of_one_size():
    """A layer compiled for any batch and length is fused as one compiled for these: attention, gelu, residuals."""
    wide, back, norm = torch.nn.Linear(32, 64), torch.nn.Linear(64, 32), torch.nn.LayerNorm(32)

    def layer(x):
        q = x.view(*x.shape[:2], 2, 16).transpose(1, 2)
        a = torch.nn.functional.scaled_dot_product_attention(q, q, q).transpose(1, 2).reshape(x.shape)
        a = norm(back(torch.nn.functional.gelu(wide(a))) + x)
        return a @ wide.weight.t()

    def once(dynamic):
        torch._dynamo.reset()
        gc.collect()                                 # kernels are counted of programs that live, those of other tests too
        before = report()["kernels"]
        with torch.no_grad(), no_fallback():
            got = compiled(lambda x: layer(x), dynamic=dynamic)(x)
        return got, report()["kernels"] - before

    x = torch.randn(2, 40, 32)
    (still, kernels), (sized, same) = once(False), once(True)
    assert torch.equal(still, sized) and (same, kernels) == (5, 5)


def words_of(name):
    """GPT-2 with its mask, whose positions are a sum along the length."""
    model = transformer(name, "LMHeadModel", vocab_size=90, n_positions=160, n_embd=32, n_layer=1, n_head=2,
                        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, use_cache=False)
    return model, lambda m, ids, mask: m(input_ids=ids, attention_mask=mask).logits


@pytest.mark.parametrize("train", [False, True], ids=["inference", "training"])
def test_words_of_a_decoder(train):
    model, fn = words_of("GPT2")
    sizes = [(b, n) for n in LENGTHS[::7] for b in BATCHES if b > 1]
    assert sweep(model.train(train).requires_grad_(train), fn, train, sizes) == (1, 2 if train else 1)


class Images(torch.nn.Module):
    """A residual network in small, and what others have: pooling with ceil_mode, upsampling, a depthwise convolution."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        self.block = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.GELU(), nn.Conv2d(8, 8, 1))
        self.down, self.up = nn.AvgPool2d(2, ceil_mode=True), nn.ConvTranspose2d(8, 8, 2, 2)
        self.last = nn.Linear(8 * 6, 5)

    def forward(self, x):
        x = self.stem(x)
        x = x + self.block(x)
        y = torch.nn.functional.interpolate(self.up(self.down(x)), size=x.shape[2:], mode="bilinear")
        return self.last(torch.nn.functional.adaptive_avg_pool2d(x + y, (2, 3)).flatten(1))


@pytest.mark.parametrize("train", [False, True], ids=["inference", "training"])
def test_images_of_every_size(train, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "words", lambda batch, side: (torch.randn(batch, 3, side, side + 5),))
    sizes = [(b, n) for n in (24, 31, 37) for b in (2, 5)]
    assert sweep(Images().train(train).requires_grad_(train), lambda m, x: m(x), train, sizes) == (1, 2 if train else 1)


def pool(fn, size, stride, padding, *more):
    return lambda x: fn(x, size, stride, padding, *more)


F = torch.nn.functional
OF_SIZES = {                                   # x is [batch, 4, height, width], all but the channels symbolic
    "sums": lambda x: (x.cumsum(-1), x.cumprod(0), x.long().cumsum(2), x.cummax(-1), x.cummin(0)),
    "quotients": lambda x: torch.ops.aten.true_divide.Tensor(x, x.shape[1]),
    "scatter": lambda x: (x.scatter(1, x.argmax(1, keepdim=True), 0.0),
                          x.scatter_reduce(1, x.argsort(1)[:, :2], x[:, :2].clone(), "sum")),
    "max_pool": pool(F.max_pool2d, 3, 2, 1, 1, False, True),
    "max_pool-ceil": pool(F.max_pool2d, 2, 2, 0, 1, True, True),
    "max_pool-dilated": pool(F.max_pool2d, 2, 3, 1, 2, False, True),
    "avg_pool": pool(F.avg_pool2d, 3, 2, 1),
    "avg_pool-ceil": pool(F.avg_pool2d, 3, 2, 1, True, False),
    "adaptive": lambda x: (F.adaptive_avg_pool2d(x, (3, 5)), F.adaptive_max_pool2d(x, (3, 5))),
    "adaptive-last": lambda x: F.adaptive_avg_pool2d(x.contiguous(memory_format=torch.channels_last), 1),
    "nearest": lambda x: (F.interpolate(x, scale_factor=2.0), F.interpolate(x, size=(7, 9))),
    "linear": lambda x: (F.interpolate(x, scale_factor=2.0, mode="bilinear"),
                         F.interpolate(x, size=(7, 9), mode="bilinear", align_corners=True)),
    "cubic": lambda x: F.interpolate(x, size=(7, 9), mode="bicubic"),
    "strided": lambda x: x[1:].as_strided((x.shape[0] - 1, x.shape[3] - 1, 2), (x.stride(0), 1, 2), x.shape[3]) * 2,
    "diagonals": lambda x: (x.diagonal(1, 2, 3) * 2, x.mT.diagonal(0, -1, 2) * 3),
    "rounded": lambda x: x[..., math.ceil(x.shape[3] / 3):] * math.ceil(x.shape[2] / 3) + int(x.shape[3] / 2),
    "squeezed": lambda x: x.chunk(2)[-1].sin().movedim(0, -1).unbind(-1)[0],
    "bags": lambda x: F.embedding_bag((x[:, 0, 0] * 9).long().abs() % 4, x[:, :, 0, 0].t().contiguous(), mode="mean"),
}


@pytest.mark.parametrize("name", OF_SIZES)
def test_operators_of_any_size(name, backend="weft"):
    fn = OF_SIZES[name]
    fast = compiled(fn, backend, dynamic=True)
    for shape in (2, 4, 9, 11), (3, 4, 12, 7), (4, 4, 16, 16):
        x = torch.randn(shape)
        results = []
        for f in fast, fn:
            leaf = x.clone().requires_grad_()
            out = torch.utils._pytree.tree_leaves(f(leaf))
            some = [t for t in out if t.requires_grad]
            results.append((out, torch.autograd.grad(some, leaf, [torch.ones_like(t) * t.detach() for t in some])))
        torch.testing.assert_close(*results, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["sums", "max_pool-ceil", "bags"])
def test_operators_of_any_size_interpreted(name):
    test_operators_of_any_size(name, "interp")


@pytest.mark.parametrize("make", [lambda: torch.nn.Conv2d(4, 8, 3, 2, 1), lambda: torch.nn.Conv2d(4, 6, 2, 3, 0, 2, 2),
                                  lambda: torch.nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, 2), lambda: torch.nn.Conv2d(4, 4, 3, groups=4)],
                         ids=["strided", "dilated-groups", "transposed", "depthwise"])
def test_gradients_of_convolutions_of_any_size(make, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "words", lambda b, side: (torch.randn(b, 4, side, side + 3, requires_grad=True),))
    model = make()
    assert sweep(model, lambda m, x: m(x), True, [(2, 9), (3, 12), (2, 16)]) == (1, 2)


def check_gradients_by_weights(made, features, dtype, dims, layout=torch.contiguous_format):
    """Of convolutions of images whose `dims` may have any size: float64's, by how far each is from the largest of its tensor."""
    made = [m.to(dtype) for m in made]
    wide = [copy.deepcopy(m).double() for m in made]
    weights = [[m.weight if hasattr(m, "weight") else m[1].weight for m in of] for of in (made, wide)]
    near = {torch.float32: 1e-4, torch.bfloat16: .03, torch.float64: 1e-9}[dtype]

    def loss(x, models):
        return sum(torch.cos(m(x)).sum().double() for m in models)

    torch._dynamo.reset()
    fast = compiled(lambda x: loss(x, made), dynamic=None)
    for b, h, w in ((3, 12, 17), (5, 12, 17), (2, 12, 17)) if dims == (0,) else ((3, 12, 17), (3, 9, 8), (3, 20, 31)):
        x = torch.randn(b, features, h, w).to(dtype).contiguous(memory_format=layout)
        for d in dims:
            torch._dynamo.mark_dynamic(x, d)
        with no_fallback():
            got = torch.autograd.grad(fast(x), weights[0])
        for a, e in zip(got, torch.autograd.grad(loss(x.double(), wide), weights[1]), strict=True):
            torch.testing.assert_close(a.double() / e.abs().max(), e / e.abs().max(), rtol=near, atol=near)


@pytest.mark.parametrize("dtype, dims", [(torch.float32, (0,)), (torch.float32, (2, 3)), (torch.bfloat16, (2, 3)), (torch.float64, (0,))],
                         ids=["f32-batch", "f32-sides", "bf16-sides", "f64-batch"])
def test_gradients_by_weights_of_any_size(dtype, dims):
    """Products of all places: of lines that are one run and of taps apart, of groups, of sums an image, of one place, of three dims."""
    C = torch.nn.Conv2d
    check_gradients_by_weights([
        C(8, 40, 3, padding=1), C(8, 8, 3, padding=1), C(8, 33, 5, 3, 1), C(8, 16, 3, padding=2, dilation=(2, 1)), C(8, 24, 3, 2, 1, groups=2), C(8, 72, 1),
        C(8, 9, 1, 2), C(8, 136, (3, 1), padding=(0, 2)), torch.nn.ConvTranspose2d(8, 12, 3, 2, 1, 1),
        torch.nn.Sequential(torch.nn.Unflatten(1, (4, 2)), torch.nn.Conv3d(4, 6, 3, 2, 1))], 8, dtype, dims)


@pytest.mark.parametrize("dtype, layout, dims", [
    (torch.float32, torch.contiguous_format, (0, 2, 3)), (torch.float32, torch.channels_last, (2, 3)),
    (torch.bfloat16, torch.channels_last, (0, 2, 3)), (torch.float64, torch.channels_last, (0,))], ids=str)
def test_gradients_of_depthwise_weights_of_any_size(dtype, layout, dims):
    """A sum of shifted images for each tap: of one place and of lines, with strides, holes, padding that is cut off and of three dims."""
    C = functools.partial(torch.nn.Conv2d, 12, 12, groups=12)
    made = [C(3, padding=1), C(3, 1, 0), C(5, 2, 2), C((1, 4), (1, 3), (0, 2)), C(3, padding=2, dilation=2), C(2, 3), C(1, 2)]
    if 2 not in dims:
        made.append(torch.nn.Sequential(torch.nn.Unflatten(2, (2, 6)), torch.nn.Conv3d(12, 12, (2, 3, 3), 1, 1, groups=12)))
    check_gradients_by_weights(made, 12, dtype, dims, layout)


@pytest.mark.parametrize("window, stride, dilation, padding", [(3, 1, 1, 1), (3, 2, 1, 1), (5, 1, 2, 4), ((1, 16), 1, 1, (0, 9))], ids=str)
def test_gradients_of_depthwise_weights_of_any_size_are_one_kernel(window, stride, dilation, padding):
    """Of lines shorter and longer than a tile, and than the padding; with infinities beside the padding, which none of it meets."""
    F = torch.nn.functional
    torch._dynamo.reset()
    fast = compiled(lambda x, w: F.conv2d(x, w, None, stride, padding, dilation, 40))
    w = torch.randn(40, 1, *((window, window) if isinstance(window, int) else window)).requires_grad_()
    for n, (batch, high, wide) in enumerate(((3, 23, 45), (2, 9, 100), (9, 7, 7), (5, 4, 3))):
        x = torch.randn(batch, 40, high, wide)
        x[0, 3, 1, -1] = torch.inf
        x = x.to(memory_format=torch.channels_last)
        if not n:
            torch._dynamo.mark_dynamic(x, (0, 2, 3))
        if x.shape[3] + 2 * (padding if isinstance(padding, int) else padding[1]) <= (w.shape[3] - 1) * dilation:
            continue
        with no_fallback():
            y = fast(x, w)
            got = torch.autograd.grad(y, w, torch.ones_like(y))[0]
            if not n:
                assert {e["role"]: e["launches"] for e in report()["executables"][:2]}["backward"] == 2
        torch.testing.assert_close(got, torch.autograd.grad(F.conv2d(x, w, None, stride, padding, dilation, 40).sum(), w)[0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("pool", [torch.nn.functional.avg_pool2d, torch.nn.functional.max_pool2d])
def test_pools_of_images_of_any_size_that_a_map_of_one_feature_scales(pool):
    """Made features last, as they lie: what is broadcast along these is, too."""
    torch._dynamo.reset()
    fast = compiled(lambda x, m: pool(x * m, 2), dynamic=True)
    for batch, side in ((4, 8), (3, 12)):
        x = torch.randn(batch, 16, side, side + 4).to(memory_format=torch.channels_last).requires_grad_()
        m = torch.randn(batch, 1, side, side + 4)
        got, want = fast(x, m), pool(x * m, 2)
        torch.testing.assert_close(got, want)
        torch.testing.assert_close(torch.autograd.grad(got.sum(), x), torch.autograd.grad(want.sum(), x))


def channels(count, groups):
    """Input, weight and bias of a convolution, and what it gives with their gradients."""
    args = torch.randn(2, count, 7, 7), torch.randn(2 * count, count // groups, 3, 3), torch.randn(2 * count)
    for x, dims in zip(args, ((1,), (0, 1), (0,))):
        torch._dynamo.mark_dynamic(x, dims)
    return [x.requires_grad_() for x in args]


@pytest.mark.parametrize("fn", [
    lambda x, w, b: torch.nn.functional.conv2d(x, w, b, 2, 1),
    lambda x, w, b: torch.nn.functional.conv_transpose2d(x, w.transpose(0, 1), b, 2, 1)], ids=["conv", "transposed"])
def test_convolutions_of_any_channels(fn):
    torch._dynamo.reset()
    fast = compiled(fn)
    with no_fallback():
        for count in (4, 6, 10):
            args = channels(count, 1)
            y, z = fast(*args), fn(*args)
            q = torch.randn_like(z)
            torch.testing.assert_close(y, z, rtol=1e-4, atol=1e-4)
            torch.testing.assert_close(*(torch.autograd.grad(r, args, q) for r in (y, z)), rtol=1e-4, atol=1e-4)


def test_convolutions_in_groups_of_any_channels():
    """By torch: it had been an error of the backward's compile."""
    torch._dynamo.reset()

    def fn(x, w, b):
        return torch.nn.functional.conv2d(x, w, b, padding=1, groups=2)
    fast = torch.compile(fn, backend="weft", options={"fallback": "allow"})
    for count in (4, 6, 10):
        args = channels(count, 2)
        y, z = fast(*args), fn(*args)
        torch.testing.assert_close(y, z, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(*(torch.autograd.grad(r.square().sum(), args) for r in (y, z)), rtol=1e-4, atol=1e-3)


def own(x, w, b):
    return torch.nn.functional.conv2d(x, w[:3], b[:3], padding=(w.size(2) // 2, 1)).relu()


def turned(x, w, b):
    return torch.nn.functional.conv_transpose2d(x, w[:3].expand(3, *w.shape[1:]), b[:1], 2, 1)


def each(x, w, b):
    """Blurs every channel: as many groups as the image says."""
    return torch.nn.functional.conv2d(x, w[:1].expand(x.size(1), *w.shape[1:]), b[:3], padding=1, groups=x.size(1))


@pytest.mark.parametrize("fn", [own, turned, each])
def test_convolutions_by_kernels_that_are_arguments(fn):
    """With dynamic=True their sizes are symbols, on which Weft guards, as inductor does."""
    torch._dynamo.reset()
    fast = compiled(fn, dynamic=True)
    with no_fallback():
        for batch, tall, window in ((2, 8, 3), (3, 9, 3), (2, 10, 5)):
            args = torch.randn(batch, 3, tall, 11), torch.randn(4, 3 if fn is own else 1, window, 3), torch.randn(4)
            args = [a.requires_grad_() for a in args]
            y, z = fast(*args), fn(*args)
            q = torch.randn_like(z)
            torch.testing.assert_close(y, z, rtol=1e-4, atol=1e-4)
            torch.testing.assert_close(*(torch.autograd.grad(r, args, q) for r in (y, z)), rtol=1e-4, atol=1e-4)


def test_a_gradient_by_more_padding_than_the_window_reaches():
    """Of any size: torch's, counted."""
    torch._dynamo.reset()
    net = torch.nn.Conv2d(4, 6, 1, 1, 1)
    fast = torch.compile(net, backend="weft", dynamic=True, options={"fallback": "allow"})
    for batch, side in ((2, 7), (3, 10)):
        x = torch.randn(batch, 4, side, side + 1, requires_grad=True)
        y, z = fast(x), net(x)
        torch.testing.assert_close(y, z)
        torch.testing.assert_close(*(torch.autograd.grad(r.square().sum(), [x, *net.parameters()]) for r in (y, z)), rtol=1e-4, atol=1e-4)


def test_without_a_compiler(tmp_path, monkeypatch):
    """No gcc, no clang, no cc: nothing on PATH at all."""
    code = """
import shutil, torch
assert not any(map(shutil.which, ("cc", "gcc", "g++", "c++", "clang", "ld", "as")))
m = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.GELU(), torch.nn.Linear(8, 2))
x = torch.randn(3, 4)
want = m(x)
fast = torch.compile(m, backend="weft", dynamic=True, options={"fallback": "error"})
torch.testing.assert_close(fast(x), want)
fast(x).square().mean().backward()
mine = [p.grad for p in m.parameters()]
for p in m.parameters(): p.grad = None
m(x).square().mean().backward()
torch.testing.assert_close(mine, [p.grad for p in m.parameters()])
"""
    for name in ("CC", "CXX"):
        monkeypatch.delenv(name, raising=False)
    done = fresh.run(code, PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_check_of_a_size_that_the_program_computes():
    """torch._check of a size known at the call only: eager's exception where it does not hold."""
    def fn(x):
        n = (x[:, 0] > 0).sum().item()
        torch._check(n >= 2)
        torch._check(n != 4)
        torch._check(n <= 9)
        return x[:n] * 2

    torch._dynamo.reset()
    with torch._dynamo.config.patch(capture_scalar_outputs=True):
        run = torch.compile(fn, backend="weft", fullgraph=True)
        x = torch.ones(10, 2)
        for n in (3, 4, 5, 1, 9, 10, 2):
            x[:, 0] = torch.where(torch.arange(10) < n, 1.0, -1.0)
            if n in (4, 1, 10):
                with pytest.raises(RuntimeError):
                    fn(x)
                with pytest.raises(RuntimeError, match=r"Runtime assertion failed .*\(test_sizes.py:\d+\)"):
                    run(x)
            else:
                assert torch.equal(run(x), fn(x))


CONDITIONS = {
    "both": (lambda n: (n > 2) & (n < 6), [3, 5], [2, 6]),
    "multiple": (lambda n: n % 3 == 0, [3, 6, 9], [4, 1]),
    "positive": (lambda n: n > 0, [1, 7], [0]),
    "other than zero": (lambda n: n != 0, [1, 7], [0]),
}


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("name", CONDITIONS)
def test_a_check_of_any_condition(name, counted):
    """Of a number that is computed, and of a size that an operator counts."""
    condition, good, bad = CONDITIONS[name]

    def fn(x):
        y = x[x > 0] if counted else x.new_ones(3)
        n = y.shape[0] if counted else (x > 0).sum().item()
        torch._check(condition(n))
        return y * 2, x[:n].sum()

    torch._dynamo.reset()
    with torch._dynamo.config.patch(capture_scalar_outputs=True, capture_dynamic_output_shape_ops=True):
        run = torch.compile(fn, backend="weft", fullgraph=True, options={"fallback": "error"})
        for n in good + bad:
            x = torch.where(torch.arange(12) < n, 1.0, -1.0)
            if n in bad:
                with pytest.raises(RuntimeError, match="Runtime assertion failed"):
                    run(x)
            else:
                torch.testing.assert_close(run(x), fn(x))


def test_a_number_that_may_be_negative_is_no_size():
    def fn(x, n):
        n = n.sum().item()
        torch._check(n >= 0)
        torch._check(n <= 5)
        return x[:n] * 2

    torch._dynamo.reset()
    with torch._dynamo.config.patch(capture_scalar_outputs=True):
        run = torch.compile(fn, backend="weft", fullgraph=True)
        x = torch.arange(5.)
        assert torch.equal(run(x, torch.tensor([1, 2])), fn(x, torch.tensor([1, 2])))
        with pytest.raises((RuntimeError, ValueError), match="Runtime assertion failed|expected at least 0, found -1"):
            run(x, torch.tensor([1, -2]))
        assert torch.equal(run(x, torch.tensor([5, 0])), fn(x, torch.tensor([5, 0])))


def written(x, n):
    x = x.clone()
    x[-n:] = 7.0
    x[0, n - 9] = 5.0
    return x


def below(x, n):
    return x[n:] + x[:n].sum(), x.select(0, n)


FROM_THE_END = {                               # x is [rows, 8], n from 2 to 4
    "last": lambda x, n: x[:, -n:] + 1,
    "all but the last": lambda x, n: x[:-n] + 1,
    "between": lambda x, n: x[:, -2 * n:-n] * 2,
    "one": lambda x, n: x.select(1, -n) + 1,
    "written": written,
    "below": below,
}


@pytest.mark.parametrize("name", FROM_THE_END)
def test_places_from_the_end(name):
    """A place below zero counts from the end where it is no number but an integer of the call, too."""
    fn = FROM_THE_END[name]
    torch._dynamo.reset()
    fast = compiled(fn, dynamic=True)
    for rows, n in ((8, 2), (9, 3), (8, 4)):
        x, n = torch.randn(rows, 8), -n if fn is below else n
        torch.testing.assert_close(fast(x, n), fn(x, n))


def test_pieces_of_sizes_of_a_call():
    """The whole is then a sum of what the call says: torch names it before its parts."""
    fast = compiled(lambda x, sizes: [t * 2 for t in torch.split_with_sizes_copy(x, sizes)], dynamic=True)
    for sizes in ([1, 6], [2, 5], [3, 1]):
        x = torch.randn(sum(sizes), 5, requires_grad=True)
        pieces = fast(x, sizes)
        assert [t.shape[0] for t in pieces] == sizes and torch.equal(torch.cat(pieces), x * 2)


def test_integers_of_a_call():
    """Bounds of random integers, and what a variance is divided by, may be integers of the call."""
    fast = compiled(lambda x, low, high: (torch.randint(low, high, (500,)), x.var(0, correction=low)), dynamic=True)
    for low, high in ((2, 5), (3, 9), (0, 4), (-5, -2)):
        x = torch.randn(9, 4)
        drawn, var = fast(x, low, high)
        assert (drawn.min(), drawn.max()) == (low, high - 1)
        torch.testing.assert_close(var, x.var(0, correction=low))


def test_polynomials_of_any_size():
    fn = lambda x, n: (torch.special.laguerre_polynomial_l(x, n), torch.special.hermite_polynomial_h(x, 3))   # noqa: E731
    fast = compiled(fn, dynamic=True)
    for size in ((4, 3), (5, 7), (2, 6)):
        x, n = torch.rand(size), torch.randint(0, 6, size)
        torch.testing.assert_close(fast(x, n), fn(x, n))


def test_a_size_of_many_divisions():
    """As of images cut into windows, again and again: each rounds up, and is within the next."""
    def fn(x):
        n = x.shape[0]
        for _ in range(12):
            n = (n + 5) // 2
        return x[:n] * 2

    run = compiled(fn, dynamic=True, fallback="error")
    for n in (20000, 30000):
        x = torch.randn(n)
        assert torch.equal(run(x), fn(x))


def test_pads_of_sizes():
    """To a multiple, and what is too much cut off again: pads that a call tells, of which some are below 0."""
    def f(x):
        y = torch.nn.functional.pad(x.sin(), (0, 0, 0, (8 - x.shape[1] % 8) % 8), value=2.0)
        return y.view(x.shape[0], -1, 8, x.shape[2]).sum(1), torch.nn.functional.pad(y, (0, 0, 0, x.shape[1] - y.shape[1]))

    torch._dynamo.reset()
    fast = torch.compile(f, backend="weft", dynamic=True, options={"fallback": "error"})
    for shape in ((3, 13, 6), (4, 5, 6), (3, 9, 5), (2, 31, 6)):
        x = torch.randn(shape)
        results = []
        for g in (fast, f):
            x = x.detach().requires_grad_()
            out = g(x)
            results.append([*out, torch.autograd.grad(sum(t.square().sum() for t in out), x)[0]])
        for a, b in zip(*results, strict=True):
            torch.testing.assert_close(a, b)
            assert a.stride() == b.stride()


@pytest.mark.parametrize("dynamic", [False, True])
def test_a_truth_that_the_data_say(dynamic):
    """A bool that is read, as a factor and as a choice."""
    def fn(which, x):
        k = which.any().item()
        return x * k, x.where(torch.scalar_tensor(k, dtype=torch.bool), -x)
    x = torch.randn(3)
    with torch._dynamo.config.patch(capture_scalar_outputs=True):
        go = torch.compile(fn, backend="weft", options={"fallback": "error"}, dynamic=dynamic, fullgraph=True)
        for which in ([True, False], [False, False], [True, True]):
            which = torch.tensor(which)
            torch.testing.assert_close(go(which, x), fn(which, x))


@pytest.mark.parametrize("factor", [1.5, 0.5])
def test_images_by_a_factor(factor):
    """Of any size: one graph, whose sizes are whole parts of products."""
    def fn(x):
        big = torch.nn.functional.interpolate(x, scale_factor=factor, mode="bilinear")
        return big, torch.nn.functional.interpolate(x, scale_factor=factor), big.mean(0)
    torch._dynamo.reset()
    go = compiled(fn, dynamic=True)
    for shape in ((2, 3, 8, 9), (4, 5, 11, 6)):
        x = torch.randn(shape)
        torch.testing.assert_close(go(x), fn(x))


def test_conditions_of_sizes_are_results():
    def fn(x):
        return x * 2, x.shape[0] > 4, (x.shape[0] % 2 == 0) | (x.shape[0] > 6)
    go = torch.compile(fn, backend="weft", options={"fallback": "error"}, dynamic=True)
    for n in (3, 5, 6, 7):
        got, want = go(torch.ones(n)), fn(torch.ones(n))
        assert got[1:] == want[1:] and [type(v) for v in got] == [type(v) for v in want], (got, want)


def two(x, y):
    return torch.cat([x, y], 1)


OF_LESS = {
    "start": lambda x, y: x[:, -15:] * 2,
    "start-of-a-sum": lambda x, y: two(x, y)[:, -15:] * 2,
    "end": lambda x, y: x[:, :-15].sum(1) + x[:, 3:-15].sum(1),
    "both": lambda x, y: x[:, -15:-5] * 2,
    "both-of-a-sum": lambda x, y: two(x, y)[:, -15:-3] * 2,
    "by-steps": lambda x, y: two(x, y)[:, -15::2] * 2,
    "nothing": lambda x, y: x[:, -5:-15].sum(1) + y[:, -3:-2].sum(1),
    "written": lambda x, y: torch.slice_scatter(two(x, y), two(x, y)[:, -15:] * 2, 1, -15),
}


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("name", OF_LESS)
def test_slices_counted_from_the_end_of_less(name, train):
    """Slices whose bound lies before the first element at some sizes, as a sliding window's cache takes them."""
    fn = OF_LESS[name]
    torch._dynamo.reset()
    f = compiled(fn, dynamic=True)
    with no_fallback():
        for m, n in ((5, 3), (14, 5), (8, 7), (15, 2), (30, 4), (4, 8), (16, 4)):
            x, y = (torch.randn(2, k).requires_grad_(train) for k in (m, n))
            a, b = (t.detach().clone().requires_grad_(train) for t in (x, y))
            got, want = f(x, y), fn(a, b)
            torch.testing.assert_close(got, want)
            if train:
                got.sum().backward()
                want.sum().backward()
                torch.testing.assert_close(x.grad, a.grad)


def test_a_sliding_window_s_cache():
    """Gemma 2 generates with a cache that keeps the last places of half of its layers."""
    from transformers import Gemma2Config, Gemma2ForCausalLM
    torch.manual_seed(0)
    model = Gemma2ForCausalLM(Gemma2Config(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, head_dim=16,
        vocab_size=90, sliding_window=8, max_position_embeddings=64, bos_token_id=1, eos_token_id=None, pad_token_id=0)).eval()
    words, eager = torch.randint(2, 90, (2, 3)), model.forward
    more = dict(attention_mask=torch.ones_like(words), max_new_tokens=8, do_sample=False, disable_compile=True)
    want = model.generate(words, **more)
    torch._dynamo.reset()
    model.forward = compiled(eager)
    with no_fallback():
        assert torch.equal(model.generate(words, **more), want)


TO_EIGHTS = {"replicate": lambda x: torch.nn.functional.pad(x, (0, -x.shape[3] % 8, 1, -x.shape[2] % 8), mode="replicate") * x[0, 0, 0, 0],
             "reflect": lambda x: torch.nn.functional.pad(x, (0, -x.shape[3] % 8, 1, -x.shape[2] % 8), mode="reflect") * x[0, 0, 0, 0],
             "replicate-lines": lambda x: torch.nn.functional.pad(x[0], (x.shape[2] // 3, 2), mode="replicate") * x[0, 0, 0, 0],
             "replicate-half": lambda x: torch.nn.functional.pad(x.bfloat16(), (3, -x.shape[3] % 8, 1, x.shape[0]), mode="replicate")}


@pytest.mark.parametrize("name", TO_EIGHTS)
def test_pads_that_sizes_give(name):
    """Images padded to a multiple of eight places, trained."""
    torch._dynamo.reset()
    counters.clear()
    fn = TO_EIGHTS[name]
    f = compiled(fn, dynamic=True)
    with no_fallback():
        for sizes in ((2, 3, 13, 18), (3, 4, 21, 11), (2, 3, 17, 29)):
            x = torch.randn(*sizes).requires_grad_()
            a = x.detach().clone().requires_grad_()
            got, want = f(x), fn(a)
            torch.testing.assert_close(got, want)
            by = torch.randn(want.shape).to(want.dtype)
            got.backward(by)
            want.backward(by)
            torch.testing.assert_close(x.grad, a.grad, **(dict(rtol=2e-2, atol=5e-2) if "half" in name else {}))
    assert graphs() == 1
