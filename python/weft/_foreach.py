"""Operators over lists of tensors, taken apart: torch's tables have no decompositions of them."""
from __future__ import annotations

import torch


def _norm(x, ord=2, dtype=None):
    return torch.linalg.vector_norm(x, ord, dtype=dtype)


def _clamp(by_tensor, by_number):
    return lambda x, y: by_tensor(x, y) if isinstance(y, torch.Tensor) else by_number(x, y)


def _with_value(fn):
    return lambda x, a, b, value=1: fn(x, a, b, value=value)


# What is not torch's function of the name without `_foreach_`.
SINGLE = {"norm": _norm, "maximum": _clamp(torch.maximum, torch.clamp_min),
          "minimum": _clamp(torch.minimum, torch.clamp_max), "addcmul": _with_value(torch.addcmul),
          "addcdiv": _with_value(torch.addcdiv), "zero": torch.zeros_like, "max": lambda x: x.max()}


def _each(single):
    """fn(list or one for all, ...) -> list: argument by argument the element of a list, or the one."""
    def fn(*args, **kw):
        n = next(len(a) for a in args if isinstance(a, (list, tuple)))
        return [single(*(a[i] if isinstance(a, (list, tuple)) else a for a in args), **kw) for i in range(n)]
    return fn


def decompositions() -> dict:
    out = {}
    for name in dir(torch.ops.aten):
        short = name.removeprefix("_foreach_")
        single = SINGLE.get(short) or getattr(torch, short, None) or getattr(torch.special, short, None)
        if short == name or name.endswith("_") or single is None:
            continue
        packet = getattr(torch.ops.aten, name)
        for overload in packet.overloads():
            op = getattr(packet, overload)
            if not op._schema.is_mutable and "out" not in overload.split("_"):
                out[op] = _each(single)
    return out
