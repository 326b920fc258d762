"""The words of ATen text (doc/aten_text.md) that more than its printer speaks: names of dtypes, sizes, orders in memory."""
from __future__ import annotations

import torch
from torch.fx.experimental.symbolic_shapes import free_unbacked_symbols
from torch.utils._sympy import functions

DTYPES = {
    torch.bool: "i1", torch.int8: "i8", torch.int16: "i16", torch.int32: "i32", torch.int64: "i64",
    torch.uint8: "ui8", torch.uint16: "ui16", torch.uint32: "ui32", torch.uint64: "ui64",
    torch.float16: "f16", torch.bfloat16: "bf16", torch.float32: "f32", torch.float64: "f64",
    torch.complex64: "c64", torch.complex128: "c128",
    torch.float8_e4m3fn: "f8E4M3FN", torch.float8_e5m2: "f8E5M2",
    torch.float8_e4m3fnuz: "f8E4M3FNUZ", torch.float8_e5m2fnuz: "f8E5M2FNUZ",
    torch.float8_e8m0fnu: "f8E8M0FNU",
}
ROUNDINGS = (functions.TruncToInt, functions.FloorToInt, functions.CeilToInt, functions.RoundToInt)
WORDS = {"FloorDiv", "Mod", "PythonMod", "Max", "Min", "CeilDiv", "CleanDiv"}
# Where a tensor lives; there is one place.
PLACEMENT = {"layout", "device", "pin_memory", "memory_format", "non_blocking", "generator"}


class Unsupported(NotImplementedError):
    """This graph has something ATen text has no words for."""

    def __init__(self, what: str):
        super().__init__(what)
        self.what, self.where = what, ""

    def __str__(self) -> str:
        return self.what + self.where


class Foreign(Unsupported):
    """An argument is no dense memory on the CPU: left to torch only where the user says so."""


def foreign(t: torch.Tensor) -> str:
    """What keeps t from being dense memory on the CPU, or ""."""
    if t.device.type != "cpu":
        return f"device {t.device}"
    if t.layout is not torch.strided:
        return str(t.layout)
    return f"quantized ({t.dtype})" if t.is_quantized else ""


def dtype_word(dtype: torch.dtype) -> str:
    if dtype not in DTYPES:
        raise Unsupported(str(dtype))
    return DTYPES[dtype]


def hint(v) -> int:
    """A number for a size that may be symbolic; for decisions that are checked again at run time."""
    if isinstance(v, int):
        return v
    h = v.node.hint
    if h is None:                     # a size the program computes: think of it as large
        h = v.node.expr.subs({s: 4099 for s in v.node.expr.free_symbols})
    return int(h)


def in_integers(e):
    """e, where it rounds a quotient of sizes, as math.ceil(n / 3) does, by the division that rounds, and where it chooses
    between two numbers, as int(n == 1) does, or scales one, as int(n * 1.5) does, by arithmetic."""
    if not isinstance(e, functions.sympy.Basic):
        return e
    e = e.replace(lambda f: f.func is functions.sympy.Piecewise and chosen(f) is not None, chosen)
    e = e.replace(lambda f: f.func in (functions.FloorToInt, functions.TruncToInt) and scaled(f.args[0]) is not None,
                  lambda f: scaled(f.args[0]))
    if not e.has(functions.IntTrueDiv):
        return e
    e = e.replace(lambda f: quotient(f, functions.CeilToInt), lambda f: functions.CeilDiv(*f.args[0].args))
    return e.replace(lambda f: quotient(f, functions.FloorToInt) or quotient(f, functions.TruncToInt) and
                     all(a.is_nonnegative for a in f.args[0].args), lambda f: functions.FloorDiv(*f.args[0].args))


def chosen(f):
    """a where n is m, else b, as a sum; None: f is another choice."""
    (a, equal), *rest = f.args
    if len(rest) != 1 or rest[0][1] != True or equal.func is not functions.sympy.Eq:  # noqa: E712 - sympy's
        return None
    n, m = equal.args
    return a + (rest[0][0] - a) * functions.Min(1, functions.Max(n - m, m - n))


def scaled(product):
    """The whole part of a size times a float, where that is so many quarters, halves or the like that the product is exact;
    None: it is not, or is another product."""
    factor, size = product.as_coeff_Mul()
    if size.func is not functions.ToFloat or not size.args[0].is_nonnegative or not factor > 0:
        return None
    over, under = float(factor).as_integer_ratio()
    return functions.FloorDiv(over * size.args[0], under) if max(over, under) < 2 ** 16 else None


def is_computed(e) -> bool:
    """Is e, of in_integers(), a number of sizes that is rounded to a size, as int(n ** 0.5) is, which arithmetic of doubles gives
    as Python has it?  Of powers it does so of roots alone."""
    return e.func in ROUNDINGS and all(f.args[1] == 0.5 for f in e.atoms(functions.FloatPow))


def is_python(e) -> bool:
    """Is e, of in_integers(), a size by a function that the text has no words for, as int(n ** (1 / 3)) and 2 ** n are?  Python gives
    it where arguments say what it is made of."""
    return isinstance(e, functions.sympy.Function) and e.func.__name__ not in WORDS and e.is_integer is True


def may_be_computed(e) -> bool:
    """Can the text say this expression of sizes where Python or the program computes what it has no words for?"""
    found = is_computed if free_unbacked_symbols(e) else is_python
    return has_words(replaced(in_integers(e), found, lambda f: functions.sympy.Dummy(integer=True)))


def replaced(e, found, by):
    """e with by(f) in the place of each f in it that is found; those within f stay."""
    if found(e):
        return by(e)
    args = [replaced(a, found, by) for a in e.args]
    return e.func(*args) if any(a is not b for a, b in zip(args, e.args)) else e


def quotient(f, rounded) -> bool:
    return f.func is rounded and f.args[0].func is functions.IntTrueDiv


def is_read(v) -> bool:
    """Is v, what an element is as a number, a symbol of its own, or that it is 1?  Else torch knows it otherwise."""
    e = v.node.expr if isinstance(v, (torch.SymInt, torch.SymBool)) else None
    return e is not None and (e.is_Symbol if isinstance(v, torch.SymInt) else
                              e.func is functions.sympy.Eq and e.lhs.is_Symbol and e.rhs == 1)


def has_words(e) -> bool:
    """Can the text say this expression of sizes?"""
    return all(f.func.__name__ in WORDS for f in in_integers(e).atoms(functions.sympy.Function))


def memory_order(sizes, strides) -> tuple[int, ...] | None:
    """Dimensions from the outermost in memory to the innermost, if the tensor is dense; else None."""
    n, st = [hint(s) for s in sizes], [hint(s) for s in strides]
    if 0 in n:
        return tuple(range(len(n)))
    wide = [d for d in range(len(n)) if n[d] != 1]
    by_stride = sorted(wide, key=lambda d: -st[d])
    expect = 1
    for d in reversed(by_stride):
        if st[d] != expect:
            return None
        expect *= n[d]
    if by_stride == wide:
        return tuple(range(len(n)))
    # Dimensions of size 1 lie anywhere: each stays beside the one that follows it.
    order = []
    for d in by_stride:
        k = d
        while k > 0 and n[k - 1] == 1:
            k -= 1
        order += range(k, d + 1)
    order += [d for d in range(len(n)) if d not in order]
    return tuple(order)


def shown(t: torch.Tensor, of: torch.Tensor, size, stride, offset):
    """From where in t a view of its elements begins that `of`, which shares its memory, is told to show; None: some of them are
    not t's, at the sizes of this call."""
    def values(v):
        return [a.meta["val"] if isinstance(a, torch.fx.Node) else a for a in v]

    size, stride, (offset,) = values(size), values(stride), values([offset])
    if t.untyped_storage()._cdata != of.untyped_storage()._cdata:
        return None
    start = (of.storage_offset() if offset is None else offset) - t.storage_offset()
    last = hint(start) + sum((hint(n) - 1) * hint(s) for n, s in zip(size, stride))
    return start if hint(start) >= 0 and (last < hint(t.numel()) or 0 in map(hint, size)) else None


def turned(t: torch.Tensor) -> tuple[int, ...] | None:
    """The memory order of a dense tensor that is not row-major; None: it is, or is not dense."""
    order = memory_order(t.shape, t.stride())
    return None if order is None or order == tuple(range(len(order))) else order


def order_words(order: tuple[int, ...] | None) -> str:
    """What the text says of turned()'s order."""
    return f" order({','.join(map(str, order))})" if order else ""


def flat(val):
    """Of a tuple of results, some of which are lists: those one by one."""
    if not isinstance(val, (tuple, list)) or not any(isinstance(v, (tuple, list)) for v in val):
        return val
    return [w for v in val for w in (v if isinstance(v, (tuple, list)) else (v,))]
