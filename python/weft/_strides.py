"""Strides of results that torch's tracing says otherwise than eager gives them.

Of f16 and bf16 it computes in f32, as decompositions do, and takes the strides of the f32 copies: an expanded operand's
copy is dense, and decides how the result lies.  Eager asks the operands as they are.
"""
from __future__ import annotations

import torch

HALVES = (torch.float16, torch.bfloat16)


def plain(t) -> bool:
    return isinstance(t, torch.Tensor) and t.layout == torch.strided and \
        all(isinstance(v, int) for v in (*t.shape, *t.stride()))


def expanded(t) -> bool:
    return plain(t) and any(s == 0 and n > 1 for s, n in zip(t.stride(), t.shape))


def doubtful(n: torch.fx.Node, vals: dict) -> bool:
    """Does n compute element by element, of halves, with an operand that is expanded and one that is not dense?"""
    if torch.Tag.pointwise not in getattr(n.target, "tags", ()) or getattr(n.meta.get("val"), "dtype", None) not in HALVES:
        return False
    operands = [vals[i] for i in n.all_input_nodes]
    return any(map(expanded, operands)) and not all(plain(t) and (expanded(t) or t.is_contiguous()) for t in operands)


def asked(n: torch.fx.Node, vals: dict) -> torch.Tensor:
    """n's result on a device without memory, of f32, of which there are no copies."""
    def given(i):
        t = vals[i]
        if not isinstance(t, torch.Tensor):
            return t
        return torch.empty_strided(t.shape, t.stride(), dtype=torch.float32 if t.dtype in HALVES else t.dtype, device="meta")
    return n.target(*torch.fx.map_arg(n.args, given), **torch.fx.map_arg(n.kwargs, given))


def as_eager(gm: torch.fx.GraphModule) -> None:
    """Says of each node how eager's result lies.  Where that cannot be told nothing is changed."""
    vals = {n: n.meta.get("val") for n in gm.graph.nodes}
    changed: dict[torch.fx.Node, torch.Tensor] = {}
    try:
        for n in gm.graph.nodes:
            if n.op != "call_function" or not plain(old := vals[n]):
                if changed and n.op != "output" and any(i in changed for i in n.all_input_nodes):
                    return
                continue
            with torch.utils._python_dispatch._disable_current_modes():
                if doubtful(n, vals):
                    new = asked(n, vals)
                    with old.fake_mode:
                        new = torch.empty_strided(new.shape, new.stride(), dtype=old.dtype, device=old.device)
                elif any(i in changed for i in n.all_input_nodes):
                    with old.fake_mode:
                        new = n.target(*torch.fx.map_arg(n.args, vals.get), **torch.fx.map_arg(n.kwargs, vals.get))
                else:
                    continue
            if new.stride() != old.stride():
                vals[n] = changed[n] = new
    except Exception:
        return
    for n, new in changed.items():
        n.meta["val"] = new
