"""Operators taken apart that torch's tables keep whole, or take apart to other strides than eager's: distances between
rows, gradients of samples on a grid and of weights as directions and lengths, histograms, variances of complex numbers,
unpooling, rows of nested tensors.

What they are made of is C's business; here is only the arithmetic between.
"""
from __future__ import annotations

import functools
import itertools

import torch

aten = torch.ops.aten

# ---- distances -----------------------------------------------------------------------------------


def _length(d, p):
    """The p-norm of the last dimension."""
    if d.shape[-1] == 0:
        return d.new_zeros(d.shape[:-1])
    if p == 2:
        return d.square().sum(-1).sqrt()
    if p == float("inf"):
        return d.abs().amax(-1)
    if p == 0:
        return (d != 0).to(d.dtype).sum(-1)
    return d.abs().sum(-1) if p == 1 else d.abs().pow(p).sum(-1).pow(1 / p)


def _slope(d, p, length, grad):
    """The gradient of _length, as torch has it where there is none: zero."""
    length, grad = length.unsqueeze(-1), grad.unsqueeze(-1)
    if p == 0:
        return torch.zeros_like(d * grad)
    if p == 1:
        return grad * d.sign()
    if p == 2:
        return torch.where(length == 0, 0, grad / length) * d
    if p == float("inf"):
        return grad * d.sign() * (d.abs() == length)
    part = d.sign() * d.abs().pow(p - 1) * grad / length.pow(p - 1)
    return torch.where((length == 0) | (d == 0), 0, part)


def cdist(x1, x2, p, compute_mode):
    return _length(x1.unsqueeze(-2) - x2.unsqueeze(-3), p)


def euclidean(x1, x2):
    """By differences where they are short: a square root of what is left of squares is far off where rows are near."""
    if not isinstance(x1.shape[-1], int) or x1.shape[-1] > 16:
        from torch._decomp import decomposition_table
        return decomposition_table[aten._euclidean_dist.default](x1, x2)
    return _length(x1.unsqueeze(-2) - x2.unsqueeze(-3), 2)


def cdist_backward(grad, x1, x2, p, length):
    if 0 in (*x1.shape, *x2.shape):
        return torch.zeros_like(x1)
    return _slope(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, length, grad).sum(-2)


def _pairs(x):
    i, j = torch.triu_indices(x.shape[0], x.shape[0], 1).unbind()
    return i, j, x.index_select(0, i) - x.index_select(0, j)


def pdist(x, p=2):
    n = x.shape[0]
    return _length(_pairs(x)[2], p) if n > 1 and x.shape[1] else x.new_zeros(n * (n - 1) // 2)


def pdist_backward(grad, x, p, length):
    if x.shape[0] < 2 or not x.shape[1]:
        return torch.zeros_like(x)
    i, j, d = _pairs(x)
    part = _slope(d, p, length, grad)
    return torch.zeros_like(x).index_add(0, i, part).index_add(0, j, -part)


# ---- samples on a grid -----------------------------------------------------------------------------


def _place(at, size, align):
    """Where in 0 .. size - 1 a number of -1 .. 1 is, and how fast it moves."""
    twice = size - 1 if align else size        # halved as a tensor: a number that comes of a size is no output
    return (at + 1) * twice / 2 - (0 if align else 0.5), torch.full_like(at, twice) / 2


def _brought_in(x, moves, size, padding, align):
    """The same of the place that stands for x outside."""
    if padding == 2:                           # reflected at both ends
        low, span = (0, size - 1) if align else (-0.5, size)
        if span == 0:
            return torch.zeros_like(x), torch.zeros_like(x)
        y = (x - low).abs()
        times = (y / span).floor()
        even, left = times.remainder(2) == 0, y - times * span
        moves = moves * torch.where(x < low, -1, 1) * torch.where(even, 1, -1)
        x = torch.where(even, left, span - left) + low
    if padding:
        moves = torch.where((x > 0) & (x < size - 1), moves, 0)
        x = x.clamp(0, size - 1)
    return x, moves


def _wide(t):
    """t in what halves are computed in: places rounded to a half are other places."""
    return t.float() if t.dtype in (torch.float16, torch.bfloat16) else t


def _exact(t):
    """The same of volumes, whose gradient by the grid is a difference of eight sums: a place's rounding is a part of it."""
    return t.double() if t.dtype == torch.float32 else _wide(t)


def _cubic(t, a=-0.75):
    """Weights of the four neighbours of a place t behind the second, and their slopes: Keys' convolution kernel."""
    def near(x):
        return ((a + 2) * x - (a + 3)) * x * x + 1, (3 * (a + 2) * x - 2 * (a + 3)) * x

    def far(x):
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a, (3 * a * x - 10 * a) * x + 8 * a

    for f, x, sign in (far, t + 1, 1), (near, t, 1), (near, 1 - t, -1), (far, 2 - t, -1):
        weight, slope = f(x)
        yield weight, slope * sign


class _Grid:
    """Places of a grid in x: sample by sample along one dimension.  Where they are many, of many channels, those lie
    last: what a place has is then a row.  Otherwise the places do, as in x."""

    def __init__(self, x, grid, mode, padding, align):
        self.x, self.sizes, self.mode, self.padding, self.align = x, x.shape[2:], mode, padding, align
        flat, at = x.flatten(2), grid.flatten(1, -2)
        few = all(isinstance(s, int) for s in (at.shape[1], flat.shape[2])) and at.shape[1] * 8 < flat.shape[2]
        rows = isinstance(x.shape[1], int) and x.shape[1] >= 4 and not few
        self.channels, self.places = (2, 1) if rows else (1, 2)
        self.flat = self.laid(x)
        n = len(self.sizes)                    # the grid's last number is of x's first dimension
        places = [_place(at[..., n - 1 - k], s, align) for k, s in enumerate(self.sizes)]
        if mode != 2:                          # there each neighbour is brought in
            places = [_brought_in(*p, s, padding, align) for p, s in zip(places, self.sizes)]
        self.at, self.moves = zip(*places)

    def laid(self, x):
        """x, [samples, channels, ...], as values are here."""
        return x.flatten(2).movedim(1, self.channels)

    def unlaid(self, values, shape):
        return values.movedim(self.channels, 1).contiguous().reshape(shape)

    def each(self, t):
        """A number of each place, the same for all its channels."""
        return t.unsqueeze(self.channels)

    def index(self, places):
        """Places as one number, for all channels, and which of them there are."""
        inside = functools.reduce(torch.logical_and, [(p >= 0) & (p < s) for p, s in zip(places, self.sizes)])
        flat = functools.reduce(lambda a, b: a * b[1] + b[0], zip(places[1:], self.sizes[1:]), places[0])
        flat = flat.to(torch.int64).clamp(0, self.flat.shape[self.places] - 1)     # where it is not inside: any place
        shape = [-1, -1, -1]
        shape[self.channels] = self.x.shape[1]
        return self.each(flat).expand(shape), self.each(inside).to(self.x.dtype)

    def take(self, index):
        return self.flat.gather(self.places, index)

    def add(self, to, index, values):
        return to.scatter_add(self.places, index, values)

    def along(self, k):
        """The neighbours along dimension k: the place, the weight and its slope."""
        at, moves = self.at[k], self.moves[k]
        low = at.floor()
        if self.mode == 0:
            return (low, low + 1 - at, -moves), (low + 1, at - low, moves)
        return [(_brought_in(low + i, moves, self.sizes[k], self.padding, self.align)[0], w, slope * moves)
                for i, (w, slope) in enumerate(_cubic(at - low), -1)]

    def neighbours(self):
        """Of each neighbour of the places: its index, whether it is there, its weights by dimension, their slopes."""
        for some in itertools.product(*(self.along(k) for k in range(len(self.sizes)))):
            places, weights, slopes = zip(*some)
            yield *self.index(places), weights, slopes


def _product(weights):
    return functools.reduce(torch.mul, weights)


def grid_sampler(x, grid, mode, padding, align):
    """Where a neighbour is and what it weighs is the same for all channels: a place is worked out once for them."""
    if 0 in (*x.shape, *grid.shape):
        return NotImplemented
    g = _Grid(_wide(x), _wide(grid), mode, padding, align)
    if mode == 1:
        index, inside = g.index([a.round() for a in g.at])
        out = torch.where(inside > 0, g.take(index), 0)
    else:
        out = sum(g.take(index) * torch.where(inside > 0, g.each(_product(w)), 0) for index, inside, w, _ in g.neighbours())
    return g.unlaid(out, (*x.shape[:2], *grid.shape[1:-1])).to(x.dtype)


def grid_sampler_backward(grad, x, grid, mode, padding, align, output_mask):
    if 0 in (*x.shape, *grid.shape):
        return NotImplemented
    wide = _exact if x.dim() == 5 and output_mask[1] else _wide
    g = _Grid(wide(x), wide(grid), mode, padding, align)
    grad = g.laid(wide(grad))
    to_x, to_grid = torch.zeros_like(g.flat), [torch.zeros_like(a) for a in g.at]
    if mode == 1:
        index, inside = g.index([a.round() for a in g.at])
        to_x = g.add(to_x, index, grad * inside)
    for index, inside, w, slopes in g.neighbours() if mode != 1 else ():
        to_x = g.add(to_x, index, grad * (inside * g.each(_product(w))))
        along = (grad * g.take(index) * inside).sum(g.channels)
        for k, slope in enumerate(slopes):
            others = functools.reduce(torch.mul, w[:k] + w[k + 1:])
            to_grid[k] = to_grid[k] + along * others * slope
    to_grid = torch.stack(to_grid[::-1], -1).reshape(grid.shape).to(grid.dtype)
    return g.unlaid(to_x, x.shape).to(x.dtype) if output_mask[0] else None, to_grid if output_mask[1] else None


# ---- histograms ----------------------------------------------------------------------------------


def _histogram(x, edges, weight, density):
    """How many lie in each bin, or what they weigh: the last has both its ends."""
    x, n = x.reshape(-1), edges.shape[0] - 1
    inside = (x >= edges[0]) & (x <= edges[n])
    at = (torch.bucketize(x, edges, right=True) - 1).clamp(0, n - 1)
    weight = torch.ones_like(x) if weight is None else weight.reshape(-1)
    hist = x.new_zeros(n).index_add(0, at, torch.where(inside, weight, 0))
    if density:
        hist = hist / hist.sum() / edges.diff()
    return hist, edges


def _edges(x, bins, ends):
    """Of bins of one width between two ends; None: the extremes of x."""
    if ends is not None:
        low, high = ends if ends[0] < ends[1] else (ends[0] - 0.5, ends[0] + 0.5)
        return torch.linspace(low, high, bins + 1, dtype=x.dtype)
    if x.numel() == 0:
        return torch.linspace(0, 1, bins + 1, dtype=x.dtype)
    low, high = x.amin(), x.amax()
    aten._assert_async.msg(torch.isfinite(low) & torch.isfinite(high), "torch.histogram: the range of the input is not finite")
    apart = torch.where(low == high, 0.5, 0.0)         # of a wide type: sums of halves are rounded once
    return torch.linspace(low - apart, high + apart, bins + 1, dtype=x.dtype)


def histogram(x, bins=100, *, range=None, weight=None, density=False):
    return _histogram(x, _edges(x.reshape(-1), bins, range), weight, density)


def histogram_between(x, bins, *, weight=None, density=False):
    return _histogram(x, bins.clone(), weight, density) if bins.dim() == 1 and bins.shape[0] > 1 else NotImplemented


def _cells(x, edges, weight, density):
    """How many rows of x lie in each cell of a grid; edges: of each column, ascending, the last cell having both ends."""
    sizes = [e.shape[0] - 1 for e in edges]
    if min(sizes) < 1 or x.shape[-1] == 0:
        return NotImplemented
    rows = x.reshape(-1, x.shape[-1])
    at, inside = 0, True
    for d, e in enumerate(edges):
        column = rows[:, d].contiguous()
        inside = inside & (column >= e[0]) & (column <= e[-1])
        at = at * sizes[d] + (torch.bucketize(column, e.contiguous(), right=True) - 1).clamp(0, sizes[d] - 1)
    weight = torch.ones_like(rows[:, 0]) if weight is None else weight.reshape(-1)
    cells = functools.reduce(lambda a, b: a * b, sizes)
    hist = x.new_zeros(cells).index_add(0, at, torch.where(inside, weight, 0)).reshape(sizes)
    if density:
        hist = hist / hist.sum()
        for d, e in enumerate(edges):
            hist = hist / e.diff().reshape([-1 if k == d else 1 for k in range(len(sizes))])
    return hist


def histogramdd_edges(x, bins, *, range=None, weight=None, density=False):
    rows = x.reshape(-1, x.shape[-1])
    ends = [range[2 * d:2 * d + 2] if range is not None else None for d, _ in enumerate(bins)]
    return [_edges(rows[:, d], b, e) for d, (b, e) in enumerate(zip(bins, ends))]


def histogramdd(x, bins, *, range=None, weight=None, density=False):
    return _cells(x, histogramdd_edges(x, bins, range=range), weight, density)


def histogramdd_between(x, bins, *, weight=None, density=False):
    return _cells(x, bins, weight, density)


# ---- others --------------------------------------------------------------------------------------


def _parts_of(x):
    return torch.view_as_real(x).unbind(-1)


def var(x, dim=None, *, correction=None, keepdim=False):
    if not x.is_complex():
        return NotImplemented
    return sum(aten.var.correction(a, dim, correction=correction, keepdim=keepdim) for a in _parts_of(x))


def var_mean(x, dim=None, *, correction=None, keepdim=False):
    if not x.is_complex():
        return NotImplemented
    mean = aten.mean.dim(x, list(range(x.dim())) if dim is None else dim, keepdim)
    return var(x, dim, correction=correction, keepdim=keepdim), mean


def max_unpool2d(x, indices, output_size):
    from torch._decomp import decomposition_table
    out = decomposition_table[aten.max_unpool2d.default](x, indices, output_size)
    return out.contiguous(memory_format=torch._prims_common.suggest_memory_format(x)) if x.dim() == 4 else out


def view_copy(x, size):
    """Unlike a view, of what lies in any way."""
    return x.reshape(size).clone(memory_format=torch.contiguous_format)


# ---- losses a part of the rows at a time -------------------------------------------------------------


class _Rows:
    """Rows of logits, linear in x, `size` at a time, with what each counts: nothing where its target is ignored."""

    def __init__(self, x, linear, target, bias, weight, ignored, size, wide):
        self.size = size if isinstance(x.shape[0], int) else x.shape[0]
        self.x, self.linear, self.bias = (t if t is None else t.to(wide) for t in (x, linear, bias))
        self.target = torch.where(target != ignored, target, 0)
        counts = self.x.new_ones(()) if weight is None else weight.to(wide).index_select(0, self.target)
        self.counts = torch.where(target != ignored, counts, 0)

    def parts(self):
        """Of each part: its rows of x, its targets, the logarithms of its probabilities, what its rows count."""
        n = self.x.shape[0]
        for at in range(0, n, self.size) if isinstance(n, int) else (0,):
            x, target, counts = (t.narrow(0, at, min(self.size, n - at)) for t in (self.x, self.target, self.counts))
            yield x, target, torch.nn.functional.linear(x, self.linear, self.bias).log_softmax(-1), counts


def chunked_cross_entropy(x, linear, target, bias, weight, reduction, ignored, smoothing, size, policy, wide, retain,
                          of_x, of_linear, of_bias):
    """The loss and, asked for, its gradients."""
    if smoothing or reduction not in ("mean", "sum") or 0 in x.shape:
        return NotImplemented
    rows = _Rows(x, linear, target, bias, weight, ignored, size, wide)
    if reduction == "mean":
        rows.counts = rows.counts / rows.counts.sum()
    loss, to_x, to_linear, to_bias = 0, [], 0, 0
    for some, at, logs, counts in rows.parts():
        loss = loss - (counts * logs.gather(1, at.unsqueeze(1)).squeeze(1)).sum()
        if of_x or of_linear or of_bias:
            slope = (logs.exp() - (torch.arange(linear.shape[0]) == at.unsqueeze(1)).to(wide)) * counts.unsqueeze(1)
            to_x += [slope @ rows.linear] if of_x else []
            to_linear = to_linear + slope.mT @ some if of_linear else 0
            to_bias = to_bias + slope.sum(0) if of_bias else 0
    none = x.new_zeros(0, 0)
    return (loss.to(x.dtype), torch.cat(to_x).to(x.dtype) if of_x else none, to_linear.to(x.dtype) if of_linear else none,
            to_bias.to(x.dtype) if of_bias else x.new_zeros(0))


def chunked_losses(x, linear, target, bias, weight, ignored, size, policy, wide):
    """The loss of each row."""
    if 0 in x.shape:
        return NotImplemented
    rows = _Rows(x, linear, target, bias, weight, ignored, size, wide)
    return torch.cat([-counts * logs.gather(1, at.unsqueeze(1)).squeeze(1) for _, at, logs, counts in rows.parts()]).to(x.dtype)


def _chunked() -> dict:
    from torch.nn.modules import linear_cross_entropy    # which registers them
    assert linear_cross_entropy
    ops = torch.ops.torch_nn
    return {ops._linear_cross_entropy_batch_chunked.default: chunked_cross_entropy,
            ops._linear_cross_entropy_batch_chunked_no_reduction.default: chunked_losses}


def matrix_exp(x):
    """Of halves as eager: rounded once, at the end."""
    if x.dtype not in (torch.float16, torch.bfloat16):
        return NotImplemented
    return aten.linalg_matrix_exp.default(x.float()).to(x.dtype)


# ---- weights as directions and lengths ---------------------------------------------------------------


def weight_norm_backward(grad, v, g, norms, dim):
    """Of v * (g / norms), the norms those of v along all dimensions but one."""
    along = (grad * v).sum([d for d in range(v.dim()) if d != dim % v.dim()], keepdim=True)
    return g / norms * (grad - v * (along / norms.square())), along / norms


# ---- ragged rows -----------------------------------------------------------------------------------


def jagged_to_padded(values, offsets, max_lengths, padding_value=0.0):
    """Rows of a nested tensor, one after another in values, as those of a tensor."""
    if len(offsets) != 1 or 0 in values.shape:
        return NotImplemented
    begin, end = offsets[0][:-1, None], offsets[0][1:, None]
    at = begin + torch.arange(max_lengths[0])
    inside = at < end
    rows = values.index_select(0, torch.where(inside, at, 0).flatten()).unflatten(0, (begin.shape[0], max_lengths[0]))
    return torch.where(inside.reshape(inside.shape + (1,) * (values.dim() - 1)), rows, padding_value)


def padded_to_jagged(dense, offsets, total_L=None):
    """The reverse: what lies beyond a row's end is left out."""
    if len(offsets) != 1 or total_L is None or 0 in dense.shape:
        return NotImplemented
    place = torch.arange(total_L)
    row = torch.bucketize(place, offsets[0], right=True) - 1
    col = place - offsets[0].index_select(0, row)
    inside = (col < dense.shape[1]).reshape((-1,) + (1,) * (dense.dim() - 2))
    at = row * dense.shape[1] + col.clamp(max=dense.shape[1] - 1)
    return torch.where(inside, dense.flatten(0, 1).index_select(0, at), 0)


# ---- layers of transformers ----------------------------------------------------------------------


def attention(query, key, value, embed_dim, heads, qkv_weight, qkv_bias, proj_weight, proj_bias, mask=None,
              need_weights=True, average_attn_weights=True, mask_type=None):
    """torch.nn.MultiheadAttention's fast path, and TransformerEncoderLayer's."""
    if query.is_nested or query.dim() != 3 or (mask is not None and mask_type is None):
        return NotImplemented
    F = torch.nn.functional
    q, k, v = (F.linear(x, w, b).unflatten(-1, (heads, -1)).transpose(1, 2) for x, w, b in
               zip((query, key, value), qkv_weight.chunk(3), qkv_bias.chunk(3)))
    if mask is not None:                       # true: not to be looked at; of targets, of sources, or of all
        mask = (mask[:, None, None] if mask_type == 1 else mask) != 0          # -inf as true is
    if need_weights:
        scores = q * q.shape[-1] ** -0.5 @ k.transpose(-1, -2)
        weights = (scores if mask is None else scores.masked_fill(mask, -torch.inf)).softmax(-1)
        y = weights @ v
        weights = weights.mean(1) if average_attn_weights else weights
    else:
        y, weights = F.scaled_dot_product_attention(q, k, v, None if mask is None else ~mask), None
    return F.linear(y.transpose(1, 2).flatten(2), proj_weight, proj_bias), weights


def encoder_layer(x, embed_dim, heads, qkv_weight, qkv_bias, proj_weight, proj_bias, use_gelu, norm_first, eps, *others):
    """torch.nn.TransformerEncoderLayer in inference; others: weights and biases of two norms and two linear maps, and
    perhaps a mask and what it is of."""
    w1, b1, w2, b2, up, up_bias, down, down_bias, mask, mask_type = *others, *(None,) * (10 - len(others))
    F = torch.nn.functional

    def norm(x, w, b):
        return F.layer_norm(x, (embed_dim,), w, b, eps)

    def attend(x):
        return attention(x, x, x, embed_dim, heads, qkv_weight, qkv_bias, proj_weight, proj_bias, mask, False, True, mask_type)

    def feed(x):
        return F.linear((F.gelu if use_gelu else F.relu)(F.linear(x, up, up_bias)), down, down_bias)

    y = attend(norm(x, w1, b1) if norm_first else x)
    if y is NotImplemented:
        return y
    x = y[0] + x
    if norm_first:
        return x + feed(norm(x, w2, b2))
    x = norm(x, w1, b1)
    return norm(x + feed(x), w2, b2)


# ---- draws -----------------------------------------------------------------------------------------


def multinomial(p, num_samples, replacement=False, *, generator=None):
    """With the draws and the complaints of eager: of each row the largest p / q, q exponential; several with replacement
    where a uniform number falls in the sums up to each."""
    if p.numel() == 0 or generator is not None:
        return NotImplemented
    if replacement and num_samples > 1:
        return multinomial_again(p.to(torch.promote_types(p.dtype, torch.float32)), num_samples)
    aten._assert_async.msg((p.amax() < float("inf")) & (p.amin() >= 0),
                           "probability tensor contains either `inf`, `nan` or element < 0")
    aten._assert_async.msg((p.sum(-1) != 0).all(), "invalid multinomial distribution (sum of probabilities <= 0)")
    by = torch.where(p == 0, p, p / aten.exponential.default(torch.empty_like(p), 1))    # never by a q of 0
    return by.argmax(-1, keepdim=True) if num_samples == 1 else by.topk(num_samples, -1)[1]


def multinomial_again(p, num_samples):
    why = "invalid multinomial distribution "
    aten._assert_async.msg((p >= 0).all() | p.isnan().any(), why + "(encountering probability entry < 0)")
    aten._assert_async.msg(p.isfinite().all(), why + "(encountering probability entry = infinity or NaN)")
    upto = p.cumsum(-1)
    aten._assert_async.msg((upto[..., -1] > 0).all(), why + "(sum of probabilities <= 0)")
    u = torch.rand(*p.shape[:-1], num_samples, dtype=torch.float64)
    return torch.searchsorted((upto / upto[..., -1:]).double(), u).clamp(max=p.shape[-1] - 1)


# ---- scatters by an older name -----------------------------------------------------------------------


REDUCTIONS = {"add": "sum", "multiply": "prod"}


def scatter(x, dim, index, src, *, reduce):
    return aten.scatter_reduce.two(x, dim, index, src, REDUCTIONS[reduce])


def scatter_value(x, dim, index, value, *, reduce):
    return scatter(x, dim, index, torch.full_like(index, value, dtype=x.dtype), reduce=reduce)


# ---- frequencies -----------------------------------------------------------------------------------


def fftfreq(n, d=1.0, *, dtype=None, layout=None, device=None, pin_memory=None):
    """Frequencies of a transform's places: those from the middle on are below zero."""
    i = torch.arange(n, dtype=dtype or torch.get_default_dtype())
    return torch.where(i < (n + 1) // 2, i, i - n) * (1 / (n * d))


def rfftfreq(n, d=1.0, *, dtype=None, layout=None, device=None, pin_memory=None):
    return torch.arange(n // 2 + 1, dtype=dtype or torch.get_default_dtype()) * (1 / (n * d))


def linspace(start, end, steps, *, dtype=None, **more):
    """Ends of a line of integers are integers before its steps are: torch's table cuts the points alone."""
    from torch._decomp import decomposition_table
    if dtype is not None and not dtype.is_floating_point and not dtype.is_complex:
        start, end = (x.to(dtype) if isinstance(x, torch.Tensor) else int(x) for x in (start, end))
    return decomposition_table[aten.linspace.default](start, end, steps, dtype=dtype, **more)


def ldexp(x, exponent):
    """As torch makes it: its gradients compute it again from x, and need no product that was rounded to a half."""
    return x * 2.0 ** exponent


def zero_tangent(x, like, *, self_num_batch_dims=0):
    """Zeros of x's kind and batch sizes, and of the sizes of like."""
    return torch.zeros_like(like, dtype=x.dtype) if not self_num_batch_dims else \
        x.new_zeros((*x.shape[:self_num_batch_dims], *like.shape))


def decompositions() -> dict:
    return {**_chunked(), **{getattr(aten.linspace, name): linspace for name in aten.linspace.overloads() if "out" not in name},
            aten.ldexp.Tensor: ldexp, aten.multinomial.default: multinomial, aten.linalg_matrix_exp.default: matrix_exp,
            aten.scatter.reduce: scatter, aten.scatter.value_reduce: scatter_value,
            aten.fft_fftfreq.default: fftfreq, aten.fft_rfftfreq.default: rfftfreq,
            aten._native_multi_head_attention.default: attention,
            aten._transformer_encoder_layer_fwd.default: encoder_layer,
            aten.histogram.bin_ct: histogram, aten.histogram.bins_tensor: histogram_between,
            aten._histogramdd_bin_edges.default: histogramdd_edges,
            aten._histogramdd_from_bin_cts.default: histogramdd,
            aten._histogramdd_from_bin_tensors.default: histogramdd_between,
            aten.var.correction: var, aten.var_mean.correction: var_mean, aten.max_unpool2d.default: max_unpool2d,
            aten._new_zeros_with_same_feature_meta.default: zero_tangent,
            aten._euclidean_dist.default: euclidean, aten._cdist_forward.default: cdist, aten._cdist_backward.default: cdist_backward,
            aten._jagged_to_padded_dense_forward.default: jagged_to_padded,
            aten._padded_dense_to_jagged_forward.default: padded_to_jagged,
            aten._pdist_forward.default: pdist, aten._pdist_backward.default: pdist_backward,
            aten.grid_sampler_2d.default: grid_sampler,
            aten.grid_sampler_3d.default: grid_sampler,
            aten.grid_sampler_2d_backward.default: grid_sampler_backward,
            aten.grid_sampler_3d_backward.default: grid_sampler_backward,
            aten.view_copy.default: view_copy, aten._weight_norm_interface_backward.default: weight_norm_backward}
