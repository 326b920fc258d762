"""Operators that move whole pieces of tensors, as concatenations of slices: torch's tables make them gathers by indices
that are computed.

A size that a symbol stands for is left to torch's own form, and so is a layout that eager's result would keep.
"""
from __future__ import annotations

import torch

aten = torch.ops.aten


def _torchs(op, *args):
    from torch._decomp import decomposition_table
    return decomposition_table[op](*args)


def roll(x, shifts, dims=()):
    shifts, dims = list(shifts), list(dims)
    known = all(isinstance(n, int) for n in (*x.shape, *shifts))
    if x.dim() == 0 or not known or not x.is_contiguous() or len(shifts) != (len(dims) or 1):
        return _torchs(aten.roll.default, x, shifts, dims)
    if not dims:
        return roll(x.reshape(-1), shifts, [0]).reshape(x.shape)
    y = x
    for shift, dim in zip(shifts, dims):
        n = y.shape[dim]
        by = shift % n if n else 0
        if by:
            y = torch.cat([y.narrow(dim, n - by, by), y.narrow(dim, 0, n - by)], dim)
    return y.clone() if y is x else y


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


def decompositions() -> dict:
    reflect = {1: aten.reflection_pad1d.default, 2: aten.reflection_pad2d.default, 3: aten.reflection_pad3d.default}
    replicate = {1: aten.replication_pad1d.default, 2: aten.replication_pad2d.default, 3: aten.replication_pad3d.default}
    return {aten.roll.default: roll, **{op: _reflection(op, n) for n, op in reflect.items()},
            **{op: _replication(op, n) for n, op in replicate.items()}}
