"""Arguments that are parts of a tensor - slices, their transposes, expanded ones - as programs that read them where they lie.

Such an argument is handed over as its memory from the first element to the last, flat, and the program begins with the
operators that show the argument in it: padded to whole rows, whose ends nobody reads, viewed, sliced, permuted, expanded.
That needs strides that are numbers, each a multiple of the next; only the outermost size may be a symbol.  What comes with
other strides at a call is copied into such memory.
"""
from __future__ import annotations

from typing import NamedTuple

import torch

from weft._words import hint, memory_order


class Lies(NamedTuple):
    order: tuple[int, ...]       # dimensions in memory, outermost first; those of size 1 and of stride 0 are left out
    strides: tuple[int, ...]     # of each of these; 0: as many elements as the next takes
    rows: tuple                  # runs of them that have one stride, as (size, stride), outermost first

    def given(self, t: torch.Tensor) -> tuple:
        """What the extension checks at each call."""
        return self.order, self.strides, tuple(n if isinstance(n, int) else -1 for n in map(expression, t.shape))


def expression(v):
    """A size or stride without guards: a number, or sympy's."""
    if isinstance(v, int):
        return v
    e = v.node.expr
    return int(e) if e.is_Integer else e


def expanded(t: torch.Tensor) -> bool:
    return any(expression(s) == 0 for s in t.stride())


def found(t: torch.Tensor, symbols: set) -> Lies | None:
    """How t lies, if it is a part of memory that a program can read; symbols: those that other arguments say."""
    sizes, strides = [expression(v) for v in t.shape], [expression(v) for v in t.stride()]
    if t.dim() == 0 or 0 in sizes or memory_order(t.shape, t.stride()) is not None:
        return None
    wide = [d for d in range(t.dim()) if sizes[d] != 1 and strides[d] != 0]
    order = sorted(wide, key=lambda d: (-hint(t.stride(d)), -hint(t.shape[d])))
    rows, told = [], []
    for d in reversed(order):
        if rows and strides[d] - rows[0][0] * rows[0][1] == 0:
            rows[0] = (sizes[d] * rows[0][0], rows[0][1])
            told.insert(0, 0)
        elif isinstance(strides[d], int):
            rows.insert(0, (sizes[d], strides[d]))
            told.insert(0, strides[d])
        else:
            return None
    return Lies(tuple(order), tuple(told), tuple(rows)) if nested(rows) and known(t.shape, symbols) else None


def nested(rows: list) -> bool:
    """Does each row lie within an element of the row around it, and is every size but the outermost a number?"""
    for i, ((_, around), (n, stride)) in enumerate(zip(rows, rows[1:]), 2):
        if not isinstance(n, int) or (n - 1) * stride >= around or i < len(rows) and (around % stride or n * stride > around):
            return False
    return True


def known(sizes, symbols: set) -> bool:
    """Do other arguments say the symbols in these sizes, none of which can be 0?"""
    return all(e in symbols and v.node.shape_env.var_to_range[e].lower >= 1
               for v in sizes if isinstance(v, torch.SymInt) for e in v.node.expr.free_symbols)


def symbols(placeholders: list[torch.Tensor | torch.SymInt]) -> set:
    """The symbols that arguments say: sizes, and those of tensors that are dense."""
    sizes = [v for v in placeholders if isinstance(v, torch.SymInt)]
    for t in placeholders:
        if isinstance(t, torch.Tensor) and t.layout == torch.strided and memory_order(t.shape, t.stride()) is not None:
            sizes += [s for s in t.shape if isinstance(s, torch.SymInt)]
    return {v.node.expr for v in sizes if v.node.expr.is_Symbol}


def span(rows: tuple):
    """Elements from the first to the last."""
    return 1 + sum((n - 1) * stride for n, stride in rows)


def statements(t: torch.Tensor, lies: Lies):
    """Pairs (sizes, call of {x} to these {sizes}) that make t of its memory."""
    sizes, rows = [expression(v) for v in t.shape], lies.rows
    if len(rows) == 1 and rows[0][1] > 1:
        yield [rows[0][0]], f"aten.slice.Tensor({{x}}, 0, 0, {2 ** 63 - 1}, {rows[0][1]})"
    elif len(rows) > 1:
        yield from inner_rows(rows)
    yield [sizes[d] for d in lies.order], "aten.view.default({x}, {sizes})"
    ascending = sorted(lies.order)
    if list(lies.order) != ascending:
        yield [sizes[d] for d in ascending], f"aten.permute.default({{x}}, {[lies.order.index(d) for d in ascending]})"
    if len(ascending) < len(sizes):
        yield [n if d in ascending else 1 for d, n in enumerate(sizes)], "aten.view.default({x}, {sizes})"
    if any(d not in ascending and n != 1 for d, n in enumerate(sizes)):
        yield sizes, "aten.expand.default({x}, {sizes})"


def inner_rows(rows: tuple):
    (first, around), inner = rows[0], span(rows[1:])
    if inner < around:
        yield [first * around], f"aten.constant_pad_nd.default({{x}}, [0, {around - inner}])"
    dims = [first]
    yield [first, around], "aten.view.default({x}, {sizes})"
    for i, (n, step) in enumerate(rows[1:], 1):
        if i + 1 == len(rows):
            yield [*dims, n], f"aten.slice.Tensor({{x}}, {i}, 0, {(n - 1) * step + 1}, {step})"
        else:
            yield [*dims, n * step], f"aten.slice.Tensor({{x}}, {i}, 0, {n * step})"
            dims.append(n)
            yield [*dims, step], "aten.view.default({x}, {sizes})"
