"""Overload by overload: the lowering's meaning (interp) and the native code's, against eager.

A case is a name, a function and its arguments; it runs once on each backend.
"""
import copy
import functools
import operator

import pytest
import torch
import torch.nn.functional as F

from common import BACKENDS, check, compiled

CASES = {}
inf, nan = float("inf"), float("nan")


def case(name, fn, *args, **kw):
    assert name not in CASES, name
    CASES[name] = (fn, args, kw)


torch.manual_seed(0)
r = torch.randn
x, y, z = r(3, 5), r(5), r(2, 3, 4)
i1, i2 = torch.randint(-9, 9, (3, 5)), torch.randint(1, 5, (5,))
b1 = i1 > 0
special = torch.tensor([nan, 1.0, -1.0, inf, -inf, 0.0])

# ---- elementwise, one operand ----
for name in ("exp expm1 sqrt rsqrt sin cos tan tanh sinh cosh asin acos atan asinh acosh atanh sigmoid "
             "erf erfc erfinv lgamma digamma neg abs ceil floor round sign trunc reciprocal log2 log10 "
             "exp2 logical_not log log1p relu square").split():
    fn = getattr(torch, name)
    case(name, lambda a, fn=fn: fn(a), x)
    case(name + "-int", lambda a, fn=fn: fn(a), torch.randint(-5, 5, (4,)))
for name in "isnan isinf relu sign abs neg floor exp sigmoid tanh logical_not".split():
    fn = getattr(torch, name)
    case(name + "-special", lambda a, fn=fn: fn(a), special)
case("bitwise-not", lambda a: ~a, i1)
case("bitwise-not-bool", lambda a: ~a, b1)

# ---- two operands: dtypes ----
PAIRS = dict(ff=(x, y), ii=(i1, i2), fi=(x, i2), fs=(x, 2.5), **{"is": (i1, 3)}, ifs=(i1, 2.5),
             sf=(2.5, x), f64=(x, torch.tensor(2.0, dtype=torch.float64)), bs=(x.bfloat16(), 2.7),
             bb=(x.bfloat16(), y.bfloat16()), hh=(x.half(), y.half()),
             u8=(i1.abs().to(torch.uint8), i2.to(torch.uint8)),
             i8i32=(i1.to(torch.int8), i2.to(torch.int32)))
for name, fn in dict(add=operator.add, sub=operator.sub, mul=operator.mul, truediv=operator.truediv,
                     floordiv=operator.floordiv, mod=operator.mod).items():
    for kind, (a, b) in PAIRS.items():
        case(f"{name}-{kind}", lambda a, b, fn=fn: fn(a, b), a, b)
for name in "eq ne lt le gt ge".split():
    fn = getattr(torch, name)
    for kind, (a, b) in dict(ff=(x, y), ii=(i1, i2), fi=(x, i2), ifs=(i1, 2.5), fs=(x, 0.0),
                             bs=(b1, True)).items():
        case(f"{name}-{kind}", lambda a, b, fn=fn: fn(a, b), a, b)
case("add-alpha", lambda a, b: torch.add(a, b, alpha=3), i1, i2)
case("sub-alpha", lambda a, b: torch.sub(a, b, alpha=2.5), x, y)
case("maximum-nan", lambda a: torch.maximum(a, torch.zeros(6)), special)
case("minimum", torch.minimum, x, y)
case("atan2", torch.atan2, x, x.flip(0))
for p in (2, 3, 0.5, -1, -0.5, -2, 1.7, 0, 1):
    case(f"pow{p}", lambda a, p=p: a ** p, x.abs() + 0.1)
case("pow-int", lambda a: a ** 2, i1)
case("pow-tensor", lambda a, b: a ** b, x.abs(), y)
case("pow-scalar", lambda a: 2.0 ** a, x)
for mode in ("trunc", "floor"):
    case(f"div-{mode}", lambda a, b, m=mode: torch.div(a, b, rounding_mode=m), x, y)
    case(f"div-{mode}-int", lambda a, b, m=mode: torch.div(a, b, rounding_mode=m), i1, -i2)
case("fmod", torch.fmod, x, y)
case("fmod-scalar", lambda a: torch.fmod(a, 1.5), x)
case("remainder", torch.remainder, x, y)
case("bitwise-and", lambda a, b: a & b, i1, i2)
case("bitwise-or", lambda a: a | 3, i1)
case("bitwise-xor", lambda a, b: a ^ b, b1, b1.flip(0))
case("logical", lambda a, b: torch.logical_and(a, b) | torch.logical_xor(a, b), i1, b1)

# ---- choices, activations ----
case("where", lambda c, a: torch.where(c, a, 1.0), b1, x)
case("where-dtypes", torch.where, b1, x, i1)
case("clamp-special", lambda a: a.clamp(-0.5, 0.5), special)
case("clamp-min", lambda a: a.clamp(min=0.1), x)
case("clamp-max", lambda a: a.clamp(max=0.1), x)
case("clamp-tensor", lambda a, b: torch.clamp(a, b, b + 1), x, y)
case("clamp-int", lambda a: a.clamp(-2, 2), i1)
case("leaky-relu", lambda a: F.leaky_relu(a, 0.1), x)
case("elu", lambda a: F.elu(a, 1.3), x)
case("hardtanh", lambda a: F.hardtanh(a, -0.3, 0.4), x)
for name in "silu softplus hardswish hardsigmoid mish selu softsign relu6".split():
    fn = getattr(F, name)
    case(name, lambda a, fn=fn: fn(a), x)
case("gelu", F.gelu, x)
case("gelu-tanh", lambda a: F.gelu(a, approximate="tanh"), x)
case("gelu-bf16", F.gelu, x.bfloat16())

# ---- copies, constants ----
case("to-int", lambda a: a.to(torch.int32), x * 3)
case("to-bool", lambda a: a.bool(), i1)
case("to-half", lambda a: a.half(), x)
case("to-float", lambda a: a.float(), i1)
case("full", lambda a: torch.full((2, 3), 7.5) + a.sum(), x)
case("full-like", lambda a: torch.full_like(a, 3) + a, x)
case("zeros", lambda a: torch.zeros(3, 5) + a, x)
case("arange", lambda a: a + torch.arange(5), x)
case("arange-float", lambda a: a + torch.arange(0.1, 1.1, 0.2), x)
case("arange-step", lambda a: a + torch.arange(3, 18, 3), x)
case("clone", lambda a: a.clone() + 1, x)
case("fill", lambda a: a.clone().fill_(2.0), x)

# ---- shape ----
case("view", lambda a: a.view(6, -1) + 1, z)
case("view-scalar", lambda a: a.sum().view(1, 1) * 2, z)
case("permute", lambda a: a.permute(2, 0, -2) + 1, z)
case("transpose-contiguous", lambda a: a.transpose(-1, 0).contiguous(), z)
case("expand", lambda a: a[:, :1].expand(2, 5, 4) * 2, z)
case("slice", lambda a: a[:, 1:, ::2] * 1, z)
case("slice-negative", lambda a: a[..., -3:-1] + 0.0, z)
case("slice-beyond", lambda a: a[:, -9:99] * 2, z)
case("slice-empty", lambda a: a[:, :0].sum(1) + 1, z)
case("select", lambda a: a[:, -1] * 2, z)
case("cat", lambda a, b: torch.cat([a, b], -1), z, z)
case("cat-empty", lambda a: torch.cat([torch.zeros(0), a], 1), z)
case("cat-zero-size", lambda a: torch.cat([a[:, :0], a], 1), z)
case("cat-dtypes", lambda a, b: torch.cat([a, b]), x, i1)
case("stack", lambda a: torch.stack([a, a * 2], 1), z)
case("split", lambda a: torch.split(a, [1, 2], 1)[1] * 2, z)
case("chunk", lambda a: a.chunk(2, 2)[1] + a.chunk(2, 2)[0], z)
case("unbind", lambda a: a.unbind(1)[1] + 1, z)
case("repeat", lambda a: a.repeat(2, 1, 3), z)
case("repeat-rank", lambda a: a.repeat(2, 1, 1, 3), z)
case("flip", lambda a: a.flip(0, 2), z)
case("roll", lambda a: a.roll(1, 1), z)
case("topk-many", lambda a: a.topk(100), r(2, 400))
case("roll-dims", lambda a: a.roll((-7, 3, 0), (2, 0, 1)), z)
case("roll-flat", lambda a: a.roll(5), z)
case("pad-reflect", lambda a: F.pad(a, (1, 2), mode="reflect"), z)
case("pad-reflect-2d", lambda a: F.pad(a[None], (1, 2, 0, 1), mode="reflect"), z)
case("tril", lambda a: a.tril(), z)
case("pad", lambda a: F.pad(a, (1, 2, -1, 3), value=2.5), z)
case("squeeze", lambda a: a[:, :1].squeeze(1) * 2, z)
case("squeeze-all", lambda a: a[:1, :1].squeeze() * 2, z)
case("unsqueeze", lambda a: a.unsqueeze(-1).unsqueeze(0) * 2, z)
case("unfold", lambda a: a.unfold(2, 2, 1) * 1, z)
case("unfold-steps", lambda a: a.unfold(1, 70, 30) * 1, r(2, 140, 3))
case("unfold-apart", lambda a: a.unfold(0, 2, 3) * 1, r(7, 2))
case("unfold-by-index", lambda a: a.unfold(0, 70, 1) * 1, r(75, 2))


def assign(a):
    b = a.clone()
    b[:, 1:2] = 5.0
    b[0] = a[1]
    b[:, :, ::2] = a[:, :, :2]
    return b


case("slice-scatter", assign, z)

# ---- reductions ----
for name in "sum mean amax amin prod var std".split():
    fn = getattr(torch, name)
    case(name, lambda a, fn=fn: fn(a), z)
    case(name + "-dim", lambda a, fn=fn: fn(a, 1), z)
    case(name + "-keep", lambda a, fn=fn: fn(a, -1, keepdim=True), z)
case("sum-int", lambda a: a.sum(0), i1)
case("sum-bool", lambda a: a.sum(), b1)
case("sum-dims", lambda a: a.sum((0, 2)), z)
case("sum-empty", lambda a: a[:, :0].sum(), z)
case("sum-scalar", lambda a: a.sum().sum(), z)
case("mean-bf16", lambda a: a.mean(1), z.bfloat16())
case("any", lambda a: a.any(1), b1)
case("any-all", lambda a: a.any(), i1)
case("all", lambda a: a.all(), b1)
case("all-dim", lambda a: a.all(1), b1)
case("max-dim", lambda a: a.max(1), z)
case("min-dim", lambda a: a.min(2, keepdim=True), z)
case("max-nan", lambda a: a.max(0), special)
case("max-all", lambda a: a.max(), z)
case("amax-nan", lambda a: torch.amax(a, 0), special)
for t in (torch.float32, torch.bfloat16, torch.int32, torch.bool):
    case(f"hash-{t}", lambda a: torch.hash_tensor(a, (0, 2)), (z - 0.5).to(t))
case("hash-keep", lambda a: torch.hash_tensor(a, -1, keepdim=True), special)
case("hash-all", torch.hash_tensor, i1)
case("argmax", lambda a: a.argmax(1), z)
case("argmax-all", lambda a: a.argmax(), z)
case("argmin-keep", lambda a: a.argmin(2, keepdim=True), z)
case("cumsum", lambda a: a.cumsum(1), z)
case("cumsum-bool", lambda a: a.cumsum(0), b1)
case("cumsum-long", lambda a: a.cumsum(0), r(1500).double())
case("var-mean", lambda a: torch.var_mean(a, (0, 2), correction=0), z)
case("norm", lambda a: a.norm(dim=-1), z)
case("normalize", lambda a: F.normalize(a, dim=-1), z)
case("logsumexp", lambda a: a.logsumexp(1), z)

# ---- layers ----
case("softmax", lambda a: a.softmax(1), z)
case("softmax-inf", lambda a: torch.softmax(torch.full_like(a, -inf), -1), z)
case("softmax-bf16", lambda a: a.softmax(-1), z.bfloat16())
case("softmax-wide", lambda a: (a * 100).softmax(-1), r(7, 333))
case("log-softmax", lambda a: a.log_softmax(-1), z)
case("layer-norm", lambda a, w, b: F.layer_norm(a, (4,), w, b), z, r(4), r(4))
case("layer-norm-plain", lambda a: F.layer_norm(a, (3, 4)), z)
case("layer-norm-wide", lambda a, w: F.layer_norm(a, (384,), w), r(5, 384), r(384))
case("layer-norm-bf16", lambda a: F.layer_norm(a, (4,)), z.bfloat16())
case("layer-norm-3", lambda a: torch.native_layer_norm(a, (4,), None, None, 1e-5), z)
image = r(2, 6, 8, 9)
case("batch-norm", lambda a, m, v, w, b: F.batch_norm(a, m, v, w, b), image, r(6), torch.rand(6) + 0.5,
     r(6), r(6))
case("batch-norm-stats-of-halves", lambda a, m, v: torch._native_batch_norm_legit(a, None, None, m, v, False, 0.1, 1e-5)[0],
     image.half(), r(6).half(), torch.rand(6).half() + 0.5)
case("group-norm", lambda a, w, b: F.group_norm(a, 3, w, b), image, r(6), r(6))
case("group-norm-silu", lambda a, w, b: F.silu(F.group_norm(a, 3, w, b)) + a, image, r(6), r(6))
case("group-norm-silu-bf16", lambda a: F.silu(F.group_norm(a, 3)), image.bfloat16())
case("instance-norm", lambda a: F.instance_norm(a), image)
for p in ((2, 2, 0, 1, False), (3, 2, 1, 1, False), (3, 2, 1, 1, True), (3, 1, 1, 2, False),
          ((2, 3), (3, 2), (1, 1), 1, True)):
    case(f"max-pool-{p}", lambda a, p=p: F.max_pool2d(a, *p), image)
    case(f"max-pool-indices-{p}", lambda a, p=p: F.max_pool2d(a, *p, return_indices=True), image)
    if p[3] == 1:
        for count in (True, False):
            case(f"avg-pool-{p}-{count}", lambda a, p=p, c=count:
                 F.avg_pool2d(a, p[0], p[1], p[2], p[4], c), image)
case("avg-pool-divisor", lambda a: F.avg_pool2d(a, 2, divisor_override=3), image)
case("avg-pool-1d", lambda a: F.avg_pool1d(a, 3, 2, 1), r(2, 3, 9))
case("adaptive-avg-pool", lambda a: F.adaptive_avg_pool2d(a, (1, 1)), image)
case("adaptive-avg-pool-4x3", lambda a: F.adaptive_avg_pool2d(a, (4, 3)), image)

# ---- contractions ----
A, B, C = r(4, 5), r(5, 6), r(6)
loose = dict(rtol=1e-4, atol=1e-4)
case("mm", lambda a, b: a @ b, A, B)
case("mm-transposed", lambda a, b: a @ b.t(), A, B.t().contiguous())
case("mm-transposed-left", lambda a, b: a.t() @ b, A.t().contiguous(), B)
case("mm-int", lambda a, b: a @ b, i1, i1.t().contiguous())
case("mm-bf16", lambda a, b: a @ b, A.bfloat16(), B.bfloat16())
case("mm-empty", lambda a, b: a @ b, r(4, 0), r(0, 3))
case("mm-large", lambda a, b: a @ b, r(130, 300), r(300, 70), **loose)
case("addmm", lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=2), C, A, B)
case("addmm-beta-0", lambda c, a, b: torch.addmm(c, a, b, beta=0), C * nan, A, B)
case("linear", F.linear, r(2, 4, 5), r(6, 5), C)
case("bmm", torch.bmm, r(3, 4, 5), r(3, 5, 6))
case("baddbmm", torch.baddbmm, r(3, 4, 6), r(3, 4, 5), r(3, 5, 6))
case("matmul-4d", lambda a, b: a @ b.transpose(-1, -2), r(2, 3, 4, 5), r(2, 3, 6, 5))
case("matvec", lambda a, b: a @ b, A, r(5))
case("heads", lambda a, b: (a.view(2, 4, 3, 5).transpose(1, 2) @ b.view(2, 6, 3, 5).permute(0, 2, 3, 1)),
     r(2, 4, 15), r(2, 6, 15))
case("einsum", lambda a, b: torch.einsum("bhqd,bhkd->bhqk", a, b), r(2, 3, 4, 5), r(2, 3, 6, 5))
for kw in ({}, dict(stride=2, padding=1), dict(dilation=2, padding=2), dict(groups=2), dict(padding="same"),
           dict(groups=6)):
    g = kw.get("groups", 1)
    case(f"conv2d-{kw}", lambda a, w, b, kw=kw: F.conv2d(a, w, b, **kw), image, r(6, 6 // g, 3, 3), r(6),
         **loose)
for kw in ({}, dict(stride=2, padding=1, output_padding=1), dict(groups=2, stride=2), dict(dilation=2)):
    g = kw.get("groups", 1)
    case(f"conv-transpose-{kw}", lambda a, w, b, kw=kw: F.conv_transpose2d(a, w, b, **kw), image,
         r(6, 4, 3, 3), r(4 * g), **loose)
case("conv1d", F.conv1d, r(2, 3, 9), r(4, 3, 3), **loose)
case("conv3d", lambda a, w: F.conv3d(a, w, padding=1), r(1, 2, 4, 5, 4), r(3, 2, 2, 2, 2), **loose)
case("conv-unbatched", F.conv2d, r(3, 6, 6), r(4, 3, 3, 3), **loose)
q, k, v = r(2, 3, 4, 8), r(2, 3, 6, 8), r(2, 3, 6, 8)
mask = torch.rand(2, 1, 4, 6) > 0.5
mask[0, 0, 1] = False
case("attention", F.scaled_dot_product_attention, q, k, v)
case("attention-f64", F.scaled_dot_product_attention, q.double(), k.double(), v.double(), rtol=1e-12, atol=1e-12)
case("attention-causal", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True), q, q, q)
case("attention-mask", lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m), q, k, v, mask)
for name, (s, t, d, heads) in {"17": (17, 17, 40, 3), "129": (129, 129, 64, 3), "longer": (65, 259, 16, 3), "grouped": (70, 70, 32, 1)}.items():
    q_, k_, v_ = r(2, 3, s, d), r(2, heads, t, d), r(2, heads, t, d)
    bias = torch.where(torch.rand(2, 1, s, t) > 0.3, r(2, 1, s, t), torch.tensor(-inf))
    bias[1, 0, 3] = -inf
    grouped = dict(enable_gqa=True) if heads == 1 else {}
    attend = functools.partial(F.scaled_dot_product_attention, **grouped)
    case(f"attention-{name}", attend, q_, k_, v_)
    case(f"attention-{name}-bias", lambda q, k, v, m, a=attend: a(q, k, v, attn_mask=m), q_, k_, v_, bias)
    if s == t:
        case(f"attention-{name}-causal", lambda q, k, v, a=attend: a(q, k, v, is_causal=True), q_, k_, v_)
case("attention-bias", lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m, scale=0.3),
     q, k, v, r(4, 6))

# ---- indexing ----
table, ids = r(10, 4), torch.randint(0, 10, (2, 3))
case("embedding", F.embedding, ids, table)
case("index-negative", lambda e, i: e[i], table, ids - 5)
case("index-select", lambda e, i: e.index_select(1, i), table, torch.tensor([0, 3, 1]))
case("gather", lambda a, i: a.gather(1, i), table, torch.randint(0, 4, (10, 2)))
case("gather-row", lambda a, i: a.gather(1, i), table[:1], torch.randint(0, 4, (1, 2)))
case("gather-0", lambda a, i: a.gather(0, i), table, torch.randint(0, 10, (3, 4)))
two, col = torch.tensor([0, 1]), torch.tensor([[1], [2]])
case("index-apart", lambda a, i, j: a[i, :, j], z, two, col)
case("index-together", lambda a, i, j: a[:, i, j], z, two, col)
case("index-none", lambda a, i: a[:, None, i], z, torch.tensor([2, 0]))
case("index-ranges", lambda a: a[torch.arange(2)[:, None, None], torch.arange(3)[:, None], torch.arange(4)] + 0, z)


def put(a, i, v):
    b = a.clone()
    b[i] = v
    return b


case("index-put", put, table, torch.tensor([1, 5]), r(2, 4))
case("index-put-scalar", put, table, torch.tensor([1, 5]), torch.tensor(3.0))
case("index-put-add", lambda a, i, v: torch.index_put(a, (i,), v, accumulate=True), table,
     torch.tensor([1, 1]), r(2, 4))
case("index-put-two", lambda a, i, j, v: torch.index_put(a, (i, j), v), table, torch.tensor([1, 1]),
     torch.tensor([0, 3]), r(2))
case("masked-fill", lambda a: torch.masked_fill(a, a > 0, 1.5), table)


def mask_put(a):
    b = a.clone()
    b[a > 0] = 0.0
    return b


case("mask-put", mask_put, table)
case("scatter", lambda a, i, s: a.scatter(1, i, s), table, torch.tensor([[0, 2]] * 10), r(10, 4))
case("scatter-value", lambda a, i: a.scatter(1, i, 3.0), table, torch.tensor([[0, 2]] * 10))
case("scatter-add", lambda a, i, s: a.scatter_add(0, i, s), table, torch.randint(0, 10, (5, 4)), r(5, 4))
case("one-hot", lambda i: F.one_hot(i, 10), ids)
case("sort", lambda a: a.sort(1), z)
case("sort-nan", lambda a: torch.sort(a, dim=0, descending=True, stable=True), special)
case("topk", lambda a: a.topk(2, 1), z)
case("topk-least", lambda a: a.topk(2, -1, largest=False), z)

# ---- symbolic sizes ----
dynamic = dict(dynamic=True)
case("dynamic-attention", lambda a: (a @ a.transpose(1, 2)).softmax(-1).sum(0) * a.shape[0], z, **dynamic)
case("dynamic-view", lambda a: a.view(a.shape[0] * a.shape[1], -1) + 1, z, **dynamic)
case("dynamic-slice", lambda a: a[1:, :-1] * 2, z, **dynamic)
case("dynamic-cat", lambda a, b: torch.cat([a, b], 1), z, z + 1, **dynamic)
case("dynamic-mean", lambda a: a.mean(1) + torch.arange(a.shape[2]), z, **dynamic)
case("dynamic-full", lambda a: torch.ones(a.shape[0], a.shape[1]) + a.sum(2), z, **dynamic)
case("dynamic-size-out", lambda a: (a * 2, a.shape[0] * 2), z, **dynamic)
case("dynamic-linear", F.linear, r(7, 5), r(6, 5), C, **dynamic)
case("dynamic-layer-norm", lambda a: F.layer_norm(a, (a.shape[-1],)), z, **dynamic)


@pytest.mark.parametrize("name", CASES)
def test_overload(name):
    fn, args, kw = CASES[name]
    check(fn, *args, backends=BACKENDS, **kw)


def test_nonzero():
    """A size that the program computes, in the middle of a graph."""
    with torch._dynamo.config.patch(capture_dynamic_output_shape_ops=True):
        check(lambda a: (a > 0).nonzero() + 1, z, backends=BACKENDS)
        check(lambda a: (a > 0).nonzero().float().sum(0) * 2, z, backends=BACKENDS)
        check(lambda a: a[torch.where(a @ a.T > 0)[0]], z[0], backends=BACKENDS)


@pytest.mark.parametrize("train", [False, True])
def test_experts_take_the_rows_routed_to_them(train):
    """How many rows an expert gets is read from a product: what has that size waits for it."""
    torch.manual_seed(0)
    gate, experts = torch.nn.Linear(16, 3), [torch.nn.Linear(16, 16) for _ in range(3)]

    def routed(x):
        w, chosen = gate(x).softmax(-1).topk(2, -1)
        w, out = w / w.sum(-1, keepdim=True), torch.zeros_like(x)
        for i, expert in enumerate(experts):
            row, place = torch.where(chosen == i)
            out = out.index_add(0, row, expert(x[row]) * w[row, place, None])
        return out

    with torch._dynamo.config.patch(capture_dynamic_output_shape_ops=True), torch.set_grad_enabled(train):
        compiled = torch.compile(routed, backend="weft", fullgraph=True)
        for rows in (9, 9, 30):
            x = torch.randn(rows, 16, requires_grad=train)
            got, want = compiled(x), routed(x)
            torch.testing.assert_close(got, want)
            if train:
                (g,), (h,) = torch.autograd.grad(got.square().sum(), x), torch.autograd.grad(want.square().sum(), x)
                torch.testing.assert_close(g, h, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_scattered_sums_are_rounded_once(dtype):
    i, v = torch.randint(0, 4, (1000,)), torch.randint(0, 64, (1000,)) / 32
    want = torch.zeros(4).index_add(0, i, v).to(dtype)       # exact before
    for fn in (lambda i, v: torch.zeros(4, dtype=dtype).index_add(0, i, v), lambda i, v: torch.zeros(4, dtype=dtype).scatter_add(0, i, v)):
        assert torch.equal(compiled(fn)(i, v.to(dtype)), want)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_transposed_convolutions_are_rounded_once(dtype):
    """The bias is added before: what is nearest to the exact sum."""
    a, w, b = ((torch.randint(-64, 64, s) / 8).to(dtype) for s in ((1, 3, 5, 5), (3, 2, 3, 3), (2,)))
    got = compiled(lambda a, w, b: F.conv_transpose2d(a, w, b, stride=2))(a, w, b)
    assert torch.equal(got, F.conv_transpose2d(a.double(), w.double(), b.double(), stride=2).to(dtype))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_channels_own_convolution_is_rounded_behind_its_bias(dtype):
    """Sums of 2047 and more, less 2048: rounded before, they would be even, in bf16 multiples of 16."""
    a = torch.tensor([[2045, 2, 1, 1, 2045, 2, 2, 0, 2045], [2045, 0, 2, 2, 2045, 1, 0, 1, 2045]], dtype=torch.float16)
    a, w, b = a[None].to(dtype), torch.ones(2, 1, 4, dtype=dtype), torch.full((2,), -2048, dtype=dtype)
    want = F.conv1d(a.double(), w.double(), b.double(), groups=2).to(dtype)
    assert torch.equal(compiled(lambda a, w, b: F.conv1d(a, w, b, groups=2))(a, w, b), want)


def test_holes_of_transposed_convolutions_are_skipped():
    """An infinite weight meets numbers alone, as in eager: over a hole it would make NaN."""
    a, w = torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3)
    w[0, 0, 1, 1] = float("inf")
    fn = lambda a, w: F.conv_transpose2d(a, w, stride=2)
    assert torch.equal(compiled(fn)(a, w), fn(a, w))


@pytest.mark.parametrize("dtype", [torch.int64, torch.uint8])
def test_a_line_of_integers_starts_at_one(dtype):
    for fn in (lambda a: torch.linspace(a, 10, 5, dtype=dtype), lambda a: torch.linspace(2.9, a * 3, 7, dtype=dtype)):
        a = torch.tensor(4.3)
        assert torch.equal(compiled(fn)(a), fn(a))


@pytest.mark.parametrize("features,out,groups,kw", [
    (8, 8, 32, dict(padding=1)), (16, 24, 3, dict(stride=2, padding=(1, 0))), (48, 32, 2, dict(padding=2, dilation=2)),
    (130, 16, 2, dict(padding=(0, 2), dilation=(1, 3))), (64, 40, 1, dict(padding=2, dilation=2, stride=(1, 2))), (24, 12, 4, dict()),
    (16, 16, 8, dict(stride=(2, 1), padding=1))])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("freezing", [False, True], ids=["", "frozen"])
def test_convolutions_in_groups_and_with_holes_of_features_last(features, out, groups, kw, dtype, freezing):
    x = torch.randn(2, features * groups, 14, 19).to(dtype).contiguous(memory_format=torch.channels_last)
    m = torch.nn.Conv2d(features * groups, out * groups, 3, groups=groups, **kw).to(dtype).requires_grad_(False)
    want = F.conv2d(x.double(), m.weight.double(), m.bias.double(), groups=groups, **kw).relu()
    got = compiled(lambda x: m(x).relu(), freezing=freezing)(x)
    near = 1e-5 if dtype == torch.float32 else 1e-2
    torch.testing.assert_close(got.double(), want, rtol=near, atol=near)
    assert got.stride() == want.stride()


@pytest.mark.parametrize("window,kw", [
    (2, dict(stride=2)), ((2, 3), dict(stride=(2, 3), padding=(0, 1))), (4, dict(stride=2, padding=1)), (3, dict(stride=2, padding=1, output_padding=1)),
    (3, dict(stride=2, groups=4)), (2, dict(stride=2, groups=2)), (5, dict(stride=(1, 5))), (3, dict(stride=3, output_padding=(2, 1)))], ids=str)
@pytest.mark.parametrize("dynamic", [False, True])
def test_transposed_convolutions_of_features_last(window, kw, dynamic):
    """Phases that read windows as they lie, or one product where windows do not overlap."""
    x = torch.randn(3, 64, 9, 13).contiguous(memory_format=torch.channels_last)
    m = torch.nn.ConvTranspose2d(64, 48, window, **kw).requires_grad_(False)
    want = copy.deepcopy(m).double()(x.double()).relu()
    got = compiled(lambda x: m(x).relu(), dynamic=dynamic)(x)
    torch.testing.assert_close(got.double(), want, rtol=1e-5, atol=1e-5)
    assert got.stride() == want.stride()


@pytest.mark.parametrize("window,stride,dilation", [(5, 1, 1), (7, 1, 1), (7, 2, 1), (5, 1, 2)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_large_depthwise_windows(window, stride, dilation, dtype):
    """Their padded input is stored, and read row by row."""
    x, w = torch.randn(2, 12, 19, 23).to(dtype), torch.randn(12, 1, window, window).to(dtype)
    fn = lambda x, w: F.conv2d(x, w, stride=stride, padding=window // 2 * dilation, dilation=dilation, groups=12)
    want = fn(x.double(), w.double())
    torch.testing.assert_close(compiled(fn)(x, w).double(), want, rtol=1e-2 if dtype == torch.bfloat16 else 1e-5, atol=1e-2 if dtype == torch.bfloat16 else 1e-4)
