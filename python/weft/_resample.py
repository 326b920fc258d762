"""Images of bytes made larger or smaller with antialiasing, in eager's integers: the weights of each result place are 16
bits, and bytes are rounded along rows first, then along columns.

Each place is a sum over its few sources.  What gathers many, or lies channels_last, is left to torch, whose kernels for it
are faster.
"""
from __future__ import annotations

import math

import torch
from torch._prims_common import suggest_memory_format

MOST_SOURCES = 5                        # of a place: a linear filter has them at half the size, a cubic one at the same or more
BITS = 22                               # of a weight, at most

aten = torch.ops.aten


def _triangle(x):
    return max(0.0, 1 - abs(x))


def _cubic(x, a=-0.5):
    x = abs(x)
    if x < 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a if x < 2 else 0.0


def _sources(size, n, scale, reach, weight):
    """Of n places each its first source and the weights, which sum to one."""
    stretch = max(scale, 1.0)
    for place in range(n):
        centre = scale * (place + 0.5)
        first = max(int(centre - reach * stretch + 0.5), 0)
        last = min(int(centre + reach * stretch + 0.5), size)
        weights = [weight((i - centre + 0.5) / stretch) for i in range(first, last)]
        total = sum(weights)
        yield first, [w / total if total else w for w in weights]


def _in_integers(rows):
    """The weights by as large a power of two as keeps the largest in 16 bits; and that power."""
    largest, bits = max(w for _, weights in rows for w in weights), 0
    while bits < BITS and int(0.5 + largest * (1 << (bits + 1))) < 1 << 15:
        bits += 1
    return [[math.trunc(w * (1 << bits) + math.copysign(0.5, w)) for w in weights] for _, weights in rows], bits


def _constant(values, dtype):
    """A tensor that the traced graph holds: torch.tensor would be written into it as a step that writes."""
    with torch.utils._python_dispatch._disable_current_modes():
        t = torch.tensor(values, dtype=dtype)
    return aten.lift_fresh_copy.default(t)


def _along(x, dim, n, given, reach, weight):
    """x with n places along dim."""
    size = x.shape[dim]
    if n == size:
        return x
    rows = list(_sources(size, n, 1 / given if given else size / n, reach, weight))
    weights, bits = _in_integers(rows)
    shape = [1] * x.dim()
    shape[dim] = n
    total = 1 << (bits - 1)
    for k in range(max(map(len, weights))):
        at = _constant([min(first + k, size - 1) for first, _ in rows], torch.int64)
        by = _constant([w[k] if k < len(w) else 0 for w in weights], torch.int32)
        total = x.index_select(dim, at).to(torch.int32) * by.reshape(shape) + total
    return (total >> bits).clamp(0, 255).to(torch.uint8)


def _few(size, n, given, reach) -> bool:
    return n == size or 2 * reach * max(1 / given if given else size / n, 1.0) + 1 <= MOST_SOURCES


def _smooth(reach, weight):
    def resize(x, output_size, align_corners, scales_h=None, scales_w=None):
        if x.dtype != torch.uint8 or align_corners or not all(isinstance(n, int) for n in (*x.shape, *output_size)) or 0 in x.shape or \
                suggest_memory_format(x) != torch.contiguous_format:
            return NotImplemented
        given = list(zip((3, 2), reversed(output_size), (scales_w, scales_h)))
        if not all(n > 0 and _few(x.shape[dim], n, s, reach) for dim, n, s in given):
            return NotImplemented
        y = x
        for dim, n, s in given:
            y = _along(y, dim, n, s, reach, weight)
        return (y.clone() if y is x else y).contiguous()
    return resize


def decompositions() -> dict:
    return {aten._upsample_bilinear2d_aa.default: _smooth(1, _triangle), aten._upsample_bicubic2d_aa.default: _smooth(2, _cubic)}
