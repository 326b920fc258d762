"""Operators that move whole pieces of tensors, as concatenations or sums of slices: torch's tables make them gathers by
indices that are computed.

A size that a symbol stands for is left to torch's own form, and so is, of paddings, a layout that eager's result would keep.
"""
from __future__ import annotations

import functools

import torch
from torch._prims_common import suggest_memory_format

aten = torch.ops.aten
MOST_ROWS = 16                          # of a window that is folded by slices


def _torchs(op, *args):
    from torch._decomp import decomposition_table
    return decomposition_table[op](*args)


def roll(x, shifts, dims=()):
    """Concatenated as by eager, so the result lies as eager's does."""
    shifts, dims = list(shifts), list(dims)
    known = all(isinstance(n, int) for n in (*x.shape, *shifts))
    if x.dim() == 0 or 0 in x.shape or not known or len(shifts) != (len(dims) or 1):
        y = _torchs(aten.roll.default, x, shifts, dims)
        return y.contiguous(memory_format=suggest_memory_format(x)) if dims else y
    if not dims:
        return roll(x.reshape(-1), shifts, [0]).reshape(x.shape)
    y = x
    for shift, dim in zip(shifts, dims):
        n = y.shape[dim]
        start = -shift % n
        if start or not y.is_contiguous():
            y = torch.cat([y.narrow(dim, start, n - start), y.narrow(dim, 0, start)], dim)
    return y.clone() if y is x else y


def channel_shuffle(x, groups):
    """Lies as eager's: features last where x has them so."""
    y = x.unflatten(1, (groups, x.shape[1] // groups)).transpose(1, 2).flatten(1, 2)
    return y.contiguous(memory_format=suggest_memory_format(x))


def _reflection(op, spatial):
    def pad(x, padding):
        if not x.is_contiguous() or not all(isinstance(n, int) for n in (*x.shape, *padding)) or min(padding) < 0:
            return _torchs(op, x, padding)
        y = x
        for i in range(spatial):
            dim, low, high = x.dim() - 1 - i, padding[2 * i], padding[2 * i + 1]
            n = x.shape[dim]
            if max(low, high) >= n:
                return _torchs(op, x, padding)          # it says what is wrong
            before = [y.narrow(dim, 1, low).flip(dim)] if low else []
            behind = [y.narrow(dim, n - 1 - high, high).flip(dim)] if high else []
            if before or behind:
                y = torch.cat([*before, y, *behind], dim)
        return y.clone() if y is x else y
    return pad


def _replication(op, spatial):
    def pad(x, padding):
        known = all(isinstance(n, int) for n in (*x.shape, *padding))
        if not x.is_contiguous() or not known or min(padding) < 0 or not x.numel():
            return _torchs(op, x, padding)
        y = x
        for i in range(spatial):
            dim, low, high = x.dim() - 1 - i, padding[2 * i], padding[2 * i + 1]
            shape = list(y.shape)
            edges = [(0, low), (shape[dim] - 1, high)]
            first, last = ([y.narrow(dim, at, 1).expand(*shape[:dim], n, *shape[dim + 1:])] if n else [] for at, n in edges)
            if first or last:
                y = torch.cat([*first, y, *last], dim)
        return y.clone() if y is x else y
    return pad


def _placed(x, dim, at, size):
    """x in its place among `size` along dim, zeros around it."""
    return torch.constant_pad_nd(x, [*[0, 0] * (x.dim() - 1 - dim), at, size - at - x.shape[dim]])


def _reflected(pad, dim):
    return pad.flip(dim)


def _replicated(pad, dim):
    return pad.sum(dim, keepdim=True)


def _taken_back(y, dim, low, high, back, edge):
    """y without its pads along dim, which are added, by `back`, to what lies `edge` places from the ends."""
    n = y.shape[dim] - low - high
    terms = [y.narrow(dim, low, n)]
    if low:
        terms.append(_placed(back(y.narrow(dim, 0, low), dim), dim, edge, n))
    if high:
        pad = back(y.narrow(dim, low + n, high), dim)
        terms.append(_placed(pad, dim, n - edge - pad.shape[dim], n))
    return functools.reduce(torch.add, terms)


def _unpadded(spatial, back, otherwise, edge):
    """The gradient of a padding: what went to the pads is added where it came from, one dimension after the other, rows
    before columns.  Of an edge that is not repeated (1) a dimension is longer than its pads."""
    def pad_backward(y, x, padding):
        first = x.dim() - spatial
        known = all(isinstance(n, int) for n in (*y.shape, *x.shape, *padding))
        if not known or not (x.is_contiguous() and y.is_contiguous()) or min(padding) < 0 or not x.numel():
            return otherwise(y, x, padding)
        pads = [padding[2 * (spatial - 1 - i):][:2] for i in range(spatial)]
        if any(y.shape[first + i] != x.shape[first + i] + sum(p) or edge and max(p) >= x.shape[first + i] for i, p in enumerate(pads)):
            return otherwise(y, x, padding)
        z = y.float() if y.dtype in (torch.float16, torch.bfloat16) else y      # rounded once, not at each dimension
        for i, p in enumerate(pads):
            z = _taken_back(z, first + i, *p, back, edge) if any(p) else z
        return z.clone() if z is y else z.to(y.dtype)
    return pad_backward


def _gathered_back(spatial):
    """The gradient of a replicated padding by pads that are symbols: each place is added to the one it was taken from."""
    def pad_backward(y, x, padding):
        if all(isinstance(n, int) for n in padding):
            return NotImplemented
        z = y.float() if y.dtype in (torch.float16, torch.bfloat16) else y
        for i in range(spatial):
            dim = x.dim() - spatial + i
            at = (torch.arange(y.shape[dim]) - padding[2 * (spatial - 1 - i)]).clamp(0, x.shape[dim] - 1)
            z = z.new_zeros([*z.shape[:dim], x.shape[dim], *z.shape[dim + 1:]]).index_add(dim, at, z)
        return z.to(y.dtype)
    return pad_backward


def _folded(x, dim, out, kernel, dilation, padding, stride):
    """Place l of row k of x, whose dimensions dim - 1 and dim count rows and places, is added to place l * stride + k *
    dilation - padding of `out`.  Places a stride apart take from the same rows, so that each such set is a sum of rows
    that are shifted, and the sets lie in one another."""
    turns, places = -(-out // stride), x.shape[dim]
    sets = []
    for first in range(stride):
        terms = []
        for k in range(kernel):
            by, rest = divmod(first + padding - k * dilation, stride)
            if rest == 0 and -turns < by < places:
                row = x.select(dim - 1, k)
                behind = [0, 0] * (row.dim() - dim)
                terms.append(torch.constant_pad_nd(row, [*behind, -by, turns - places + by]))
        shape = [*x.shape[:dim - 1], turns, *x.shape[dim + 1:]]
        sets.append(functools.reduce(torch.add, terms) if terms else x.new_zeros(shape))
    if stride == 1:
        return sets[0]
    y = torch.stack(sets, dim)
    y = y.reshape(*y.shape[:dim - 1], turns * stride, *y.shape[dim + 1:])
    return y.narrow(dim - 1, 0, out)


def col2im(x, output_size, kernel_size, dilation, padding, stride):
    lists = [list(n) * (3 - len(n)) for n in (output_size, kernel_size, dilation, padding, stride)]
    numbers = [n for two in lists for n in two]
    if not all(isinstance(n, int) for n in (*x.shape, *numbers)) or 0 in x.shape or x.dim() not in (2, 3):
        return _torchs(aten.col2im.default, x, output_size, kernel_size, dilation, padding, stride)
    size, kernel, dilation, padding, stride = lists
    lines = [(size[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i in (0, 1)]
    if min(kernel + dilation + stride) < 1 or min(padding + lines) < 0 or max(kernel) > MOST_ROWS or max(stride) > MOST_ROWS \
            or x.shape[-1] != lines[0] * lines[1] or x.shape[-2] % (kernel[0] * kernel[1]):
        return _torchs(aten.col2im.default, x, output_size, kernel_size, dilation, padding, stride)
    y = x.reshape(*x.shape[:-2], -1, kernel[0], kernel[1], *lines)
    dims = y.dim()
    y = y.transpose(dims - 3, dims - 2)                             # rows and lines of the height, then of the width
    y = _folded(y, dims - 1, size[1], kernel[1], dilation[1], padding[1], stride[1])
    return _folded(y, dims - 3, size[0], kernel[0], dilation[0], padding[0], stride[0])


def decompositions() -> dict:
    reflect = {1: aten.reflection_pad1d.default, 2: aten.reflection_pad2d.default, 3: aten.reflection_pad3d.default}
    replicate = {1: aten.replication_pad1d.default, 2: aten.replication_pad2d.default, 3: aten.replication_pad3d.default}
    unreflect = {1: aten.reflection_pad1d_backward.default, 2: aten.reflection_pad2d_backward.default,
                 3: aten.reflection_pad3d_backward.default}
    unreplicate = {1: aten.replication_pad1d_backward.default, 2: aten.replication_pad2d_backward.default,
                   3: aten.replication_pad3d_backward.default}
    return {**{op: _unpadded(n, _reflected, functools.partial(_torchs, op), 1) for n, op in unreflect.items()},
            **{op: _unpadded(n, _replicated, _gathered_back(n), 0) for n, op in unreplicate.items()},
            aten.roll.default: roll, aten.native_channel_shuffle.default: channel_shuffle, aten.channel_shuffle.default: channel_shuffle,
            aten.col2im.default: col2im, **{op: _reflection(op, n) for n, op in reflect.items()},
            **{op: _replication(op, n) for n, op in replicate.items()}}
