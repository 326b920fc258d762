"""Operators taken apart whose results are made of runs of elements: reductions of segments, repetitions, distinct elements,
windows at random places.  How many there are the data says: sizes come of nonzero, or of a sum.
"""
from __future__ import annotations

import torch
from torch.fx.experimental.symbolic_shapes import guard_or_false

FEW_COLUMNS, MOST_COLUMNS = 16, 64      # of rows sorted a column after the other, and of all: torch, which compares rows, is faster

aten = torch.ops.aten

# ---- segments --------------------------------------------------------------------------------------

NEUTRAL = {"sum": 0, "mean": 0, "prod": 1, "max": -torch.inf, "min": torch.inf}
SCATTER = {"sum": "sum", "mean": "sum", "prod": "prod", "max": "amax", "min": "amin"}


class _Segments:
    """Data as [rows, places, inner] and of each place its segment: `count` where it is in none."""

    def __init__(self, data, lengths, offsets, axis):
        of = lengths if offsets is None else offsets
        if lengths is not None and offsets is None:
            ends = of.cumsum(-1)
            begins = ends - of
        else:
            begins, ends = of[..., :-1], of[..., 1:]
        self.count = begins.shape[-1]
        self.lead, self.inner = data.shape[:axis], data.shape[axis + 1:]
        rows, places = max(1, _product(self.lead)), data.shape[axis]
        begins, ends = begins.reshape(rows, -1), ends.reshape(rows, -1)
        self.size = (ends - begins).unsqueeze(-1)
        self.total = ends[:, -1:]
        place = torch.arange(places).expand(rows, places)
        at = torch.searchsorted(ends.contiguous(), place.contiguous(), right=True)
        first = begins[:, :1]
        self.at = torch.where(place >= first, at, self.count).unsqueeze(-1).expand(rows, places, _product(self.inner))

    def flat(self, t, width):
        return t.reshape(self.at.shape[0], width, self.at.shape[2])

    def result(self, t, width):
        return t.reshape(*self.lead, width, *self.inner)

    def reduced(self, x, how, start):
        """[rows, segments, inner]; the places in none go to one more, which is left out."""
        out = x.new_full((x.shape[0], self.count + 1, x.shape[2]), start)
        return out.scatter_reduce(1, self.at, x, SCATTER[how], include_self=True)[:, :-1]

    def spread(self, y):
        """Of each place its segment's entry of y, zero where it is in none."""
        return torch.cat((y, torch.zeros_like(y[:, :1])), 1).gather(1, self.at)


def _product(sizes):
    n = 1
    for s in sizes:
        n *= s
    return n


def segment_reduce(data, reduce, *, lengths=None, indices=None, offsets=None, axis=0, unsafe=False, initial=None):
    if indices is not None or 0 in data.shape or (lengths is None and offsets is None):
        return NotImplemented
    if 0 in (lengths if offsets is None else offsets).shape:
        return NotImplemented
    s = _Segments(data, lengths, offsets, axis)
    if lengths is not None and not unsafe:
        aten._assert_async.msg((s.total == data.shape[axis]).all() & (lengths >= 0).all(),
                               "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) "
                               "when !unsafe.")
    y = s.reduced(s.flat(data, data.shape[axis]), reduce, NEUTRAL[reduce] if initial is None else initial)
    if reduce == "mean":
        mean = torch.where(s.size > 0, y / s.size.clamp(min=1), y)
        y = mean if initial is not None else torch.where(s.size > 0, mean, torch.nan)
    return s.result(y.to(data.dtype), s.count)


def _others(s, x, output, initial):
    """Of each place the product of what else is in its segment; what is zero or NaN cannot be divided by."""
    odd = (x == 0) | x.isnan()
    rest = s.reduced(torch.where(odd, 1, x), "prod", 1 if initial is None else initial)
    zeros, nans = (s.spread(s.reduced(c.to(x.dtype), "sum", 0)) for c in (x == 0, x.isnan()))
    zeros, nans = zeros - (x == 0).to(x.dtype), nans - x.isnan().to(x.dtype)
    without = torch.where(nans > 0, torch.nan, torch.where(zeros > 0, 0, s.spread(rest)))
    return torch.where(odd, without, s.spread(output) / x)


def segment_reduce_backward(grad, output, data, reduce, *, lengths=None, offsets=None, axis=0, initial=None):
    if 0 in data.shape or 0 in output.shape:
        return NotImplemented
    s = _Segments(data, lengths, offsets, axis)
    x, grad, output = s.flat(data, data.shape[axis]), s.flat(grad, s.count), s.flat(output, s.count)
    if reduce == "mean":
        grad = grad / s.size.clamp(min=1)
    g = s.spread(grad)
    if reduce == "prod":
        g = g * _others(s, x, output, initial)
    elif reduce in ("max", "min"):
        mine = (x == s.spread(output)) | x.isnan()
        mine = mine & (s.at < s.count)
        count = s.spread(s.reduced(mine.to(x.dtype), "sum", 0))
        g = torch.where(mine, torch.where((g > 0) & (count > 1), g / count, g), 0)     # eager averages what is above zero
    return g.to(data.dtype).reshape(data.shape)


# ---- distinct elements -------------------------------------------------------------------------------


def _runs(differs, n, want_inverse, want_counts, order=None):
    """Where runs begin, of each element its run (as `order` put them there), lengths of runs; differs: of n - 1 neighbours."""
    begins = torch.cat((torch.ones(1, dtype=torch.bool), differs))
    at = begins.nonzero().squeeze(1)
    inverse = counts = torch.empty(0, dtype=torch.int64)
    if want_inverse:
        inverse = begins.to(torch.int64).cumsum(0) - 1
        if order is not None:
            inverse = torch.zeros_like(inverse).scatter(0, order, inverse)
    if want_counts:
        counts = torch.cat((at[1:], torch.full((1,), n))) - at
    return at, inverse, counts


def unique(x, sorted=True, return_inverse=False, return_counts=False):
    n = x.numel()
    if n == 0:
        return NotImplemented
    y, order = x.reshape(-1).sort(stable=True)
    at, inverse, counts = _runs(y[1:] != y[:-1], n, return_inverse, return_counts, order)
    return y.index_select(0, at), inverse.reshape(x.shape) if return_inverse else inverse, counts


def unique_consecutive(x, return_inverse=False, return_counts=False, dim=None):
    if x.numel() == 0:
        return NotImplemented
    y = x.reshape(-1) if dim is None else x
    d = 0 if dim is None else dim % x.dim()
    n = y.shape[d]
    differs = y.narrow(d, 1, n - 1) != y.narrow(d, 0, n - 1)
    if y.dim() > 1:
        differs = differs.movedim(d, 0).flatten(1).any(1)
    at, inverse, counts = _runs(differs.reshape(-1), n, return_inverse, return_counts)
    return y.index_select(d, at), inverse.reshape(x.shape) if return_inverse and dim is None else inverse, counts


def _ranks(columns):
    """Of each number the count of distinct smaller ones in its column."""
    y, order = columns.sort(dim=0, stable=True)
    differs = torch.cat((torch.zeros_like(y[:1], dtype=torch.int64), (y[1:] != y[:-1]).to(torch.int64)))
    return torch.zeros_like(order).scatter(0, order, differs.cumsum(0))


def _in_order(y):
    """Which of the rows come first: by the first number, then the second, and so on."""
    if y.shape[1] > FEW_COLUMNS:                       # two columns become one of pairs, until there is one
        y = _ranks(y)
        while y.shape[1] > 1:
            pairs = y[:, :y.shape[1] // 2 * 2].unflatten(1, (-1, 2))
            y = torch.cat((_ranks(pairs[..., 0] * y.shape[0] + pairs[..., 1]), y[:, pairs.shape[1] * 2:]), 1)
    order = None
    for column in reversed(y.unbind(1)):
        by = (column if order is None else column.index_select(0, order)).sort(stable=True)[1]
        order = by if order is None else order.index_select(0, by)
    return order


def unique_dim(x, dim, sorted=True, return_inverse=False, return_counts=False):
    """Rows, in the order of their first, then second number, and so on."""
    if guard_or_false(x.numel() == 0) or x.dim() == 0:
        return NotImplemented
    rows = x.movedim(dim, 0)
    y = rows.flatten(1) if x.dim() > 1 else rows.unsqueeze(1)
    if not isinstance(y.shape[1], int) or y.shape[1] > MOST_COLUMNS:
        return NotImplemented
    n, order = y.shape[0], _in_order(y)
    y = y.index_select(0, order)
    differs = (y.narrow(0, 1, n - 1) != y.narrow(0, 0, n - 1)).any(1)
    at, inverse, counts = _runs(differs, n, return_inverse, return_counts, order)
    return rows.index_select(0, order.index_select(0, at)).movedim(0, dim), inverse, counts


def bincount(x, weights=None, minlength=0):
    if x.dim() != 1:
        return NotImplemented
    x = x.to(torch.int64)
    aten._assert_async.msg((x >= 0).all(), "bincount only supports 1-d non-negative integral inputs.")
    size = (torch.cat((x.new_full((1,), minlength - 1), x)).max() + 1).item()
    torch._check(size >= 0)
    if weights is None:
        weights = torch.ones_like(x)
    elif weights.dtype != torch.float32:
        weights = weights.to(torch.float64)
    return weights.new_zeros(size).index_add(0, x, weights)


def repeat_interleave(repeats, *, output_size=None):
    """Each index as often as repeats says."""
    if repeats.numel() == 0:
        return NotImplemented
    ends = repeats.cumsum(0)
    if output_size is None:
        aten._assert_async.msg((repeats >= 0).all(), "repeats can not be negative")
        output_size = ends[-1].item()
        torch._check(output_size >= 0)
    return torch.searchsorted(ends, torch.arange(output_size), right=True).to(repeats.dtype)


# ---- windows at random places --------------------------------------------------------------------------


def _begins(sample, size, n, window):
    """Where n windows of a dimension begin: evenly but for a random part, the last at the end."""
    last = torch.full_like(sample, size - window).unsqueeze(-1)
    if n == 1:
        return last.to(torch.int64)
    step = (torch.full_like(sample, size - window) / (n - 1)).unsqueeze(-1)
    sample = sample.unsqueeze(-1)
    at = ((torch.arange(n - 1) + sample) * step).trunc() - (sample * step).trunc()
    return torch.cat((at, last), -1).to(torch.int64)


def _fractional(dims, order):
    def pool(x, kernel_size, output_size, random_samples):
        sizes = x.shape[-dims:]
        if any(guard_or_false(s == 0) for s in x.shape[1:]):
            return NotImplemented
        kernel, out = (list(v) * dims if len(v) == 1 else list(v) for v in (kernel_size, output_size))
        if guard_or_false(x.shape[0] == 0):
            shape = (*x.shape[:-dims], *out)
            return x.new_zeros(shape), x.new_zeros(shape, dtype=torch.int64)
        rows = (-1, *x.shape[-dims - 1:-dims])
        flat = x.reshape(*rows, _product(sizes))
        samples = random_samples.reshape(*rows, dims)[:flat.shape[0]]      # there may be more than the batch is large
        at = torch.zeros((), dtype=torch.int64)
        for d in range(dims):
            places = _begins(samples[..., order[d]], sizes[d], out[d], kernel[d]).unsqueeze(-1) + torch.arange(kernel[d])
            shape = [1] * (2 * dims)
            shape[d], shape[dims + d] = out[d], kernel[d]
            at = at * sizes[d] + places.reshape(*places.shape[:2], *shape)
        lead = at.shape[:2]
        at = at.reshape(*lead, _product(out), _product(kernel))
        value, which = flat.gather(2, at.flatten(2)).reshape(at.shape).max(-1)
        index = at.gather(-1, which.unsqueeze(-1)).squeeze(-1)
        shape = (*x.shape[:-dims], *out)
        return value.reshape(shape), index.reshape(shape)
    return pool


def decompositions() -> dict:
    return {aten.segment_reduce.default: segment_reduce,
            aten._segment_reduce_backward.default: segment_reduce_backward,
            aten._unique2.default: unique, aten.unique_consecutive.default: unique_consecutive,
            aten.unique_dim.default: unique_dim, aten.bincount.default: bincount,
            aten.repeat_interleave.Tensor: repeat_interleave,
            aten.fractional_max_pool2d.default: _fractional(2, (1, 0)),
            aten.fractional_max_pool3d.default: _fractional(3, (0, 1, 2))}
