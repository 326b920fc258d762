"""Outputs that are views of an argument or of another output: they are given as such, and not copied.

What a backward reads is often the transpose of a weight, or a result and three reshapes of it; in eager
torch none of them takes memory.  AOTAutograd makes views that a user sees anew where they have gradients, so
those are left alone, and so are gradients: two that shared memory could be written one after the other.
"""
from __future__ import annotations

import operator

import torch

from weft import _text


def source(n: torch.fx.Node) -> torch.fx.Node | None:
    """What n shows the memory of, by its operator's schema."""
    if n.op != "call_function":
        return None
    if n.target is operator.getitem and isinstance(n.args[0], torch.fx.Node):
        n = n.args[0]
    if not isinstance(n.target, torch._ops.OpOverload) or not n.args or not isinstance(n.args[0], torch.fx.Node):
        return None
    of = n.target._schema.arguments[0].alias_info
    shows = of is not None and not of.is_write or n.target is torch.ops.aten._unsafe_view.default
    return n.args[0] if shows else None


def numbers(t: torch.Tensor) -> bool:
    return all(isinstance(v, int) for v in (*t.shape, *t.stride(), t.storage_offset()))


def equal(a, b) -> bool:
    """Are they, at every call?  Asks nothing that a guard would have to hold."""
    a, b = (v.node.expr if isinstance(v, torch.SymInt) else v for v in (a, b))
    return a == b or not isinstance(a - b, int) and (a - b).expand() == 0


def symbols(gm: torch.fx.GraphModule) -> set:
    """Sizes that arguments say: of what is none, such as a stride that is a symbol of its own, the program knows nothing."""
    vals = [n.meta.get("val") for n in gm.graph.nodes if n.op == "placeholder"]
    sizes = (s for v in vals for s in (v.shape if isinstance(v, torch.Tensor) else (v,)))
    return {s.node.expr for s in sizes if isinstance(s, torch.SymInt) and s.node.expr.is_symbol}


def sayable(where: tuple, known: set) -> bool:
    """Are a view's shape, strides and offset numbers, or expressions of sizes that arguments say?"""
    return all(isinstance(v, int) or v.node.expr.free_symbols <= known and _text.has_words(v.node.expr)
               for v in (*where[0], *where[1], where[2]))


def dense(t: torch.Tensor) -> bool:
    """Does t fill a piece of memory, whatever the sizes of a call are?"""
    order = _text.memory_order(t.shape, t.stride())
    if order is None or any(_text.hint(n) == 0 for n in t.shape):
        return False
    step = 1
    for d in reversed(order):
        if not isinstance(t.shape[d], int) or t.shape[d] != 1:
            if not equal(t.stride(d), step):
                return False
            step = t.shape[d] * step
    return True


def place(o: torch.Tensor, of: torch.Tensor) -> tuple | None:
    """o's shape, strides and offset in the memory of `of`; None: it has memory of its own, or other bits."""
    shared = o.untyped_storage()._cdata == of.untyped_storage()._cdata
    bits = o.is_conj() or of.is_conj() or o.is_neg() or of.is_neg()
    if not shared or bits or o.dtype != of.dtype or any(isinstance(n, int) and n == 0 for n in o.shape):
        return None
    return tuple(o.shape), tuple(o.stride()), o.storage_offset() - of.storage_offset()


def arguments(gm: torch.fx.GraphModule, meta) -> dict[torch.fx.Node, int]:
    """The arguments that the program does not write, by their numbers."""
    inputs = [n for n in gm.graph.nodes if n.op == "placeholder"]
    return {n: i for i, (n, info) in enumerate(zip(inputs, meta.input_info))
            if not info.mutates_data and isinstance(n.meta.get("val"), torch.Tensor)}


def root(n: torch.fx.Node) -> torch.fx.Node:
    """The node whose memory n shows, through all views."""
    while (of := source(n)) is not None:
        n = of
    return n


def written(gm: torch.fx.GraphModule) -> dict[torch.fx.Node, tuple[int, torch.fx.Node]]:
    """Of each node that becomes the new value of an argument and lies as that does: the argument, and its number."""
    inputs = {n: i for i, n in enumerate(n for n in gm.graph.nodes if n.op == "placeholder")}
    found = {}
    for n in gm.graph.nodes:
        if n.target is torch.ops.aten.copy_.default and n.args[0] in inputs and isinstance(n.args[1], torch.fx.Node):
            to, new = n.args[0].meta.get("val"), n.args[1].meta.get("val")
            if to is not None and new is not None and numbers(to) and numbers(new) and to.dtype == new.dtype and \
                    (to.shape, to.stride()) == (new.shape, new.stride()):
                found[n.args[1]] = (inputs[n.args[0]], n.args[0])
    return found


def of_bases(gm: torch.fx.GraphModule, outputs: dict[torch.fx.Node, int], count: int) -> tuple[dict, list]:
    """Outputs that are views of what is no output: of an argument's new value, or several of one tensor, a base; count:
    outputs there are.  AOTAutograd sees an argument's views anew by the strides and the offset that these have."""
    groups: dict[torch.fx.Node, list] = {}
    for o, i in outputs.items():
        r = root(o)
        if r is not o and r not in outputs and isinstance(r.meta.get("val"), torch.Tensor):
            groups.setdefault(r, []).append((o, i))
    new, known, found, bases = written(gm), symbols(gm), {}, []
    for r, views in groups.items():
        given = r in new
        if not given and (r.op == "placeholder" or len(views) < 2 or not dense(r.meta["val"])):
            continue
        places = {i: place(o.meta["val"], r.meta["val"]) for o, i in views}
        places = {i: where for i, where in places.items() if where and sayable(where, known)}
        if not given and len(places) > 1:
            bases.append(r)
        if given or len(places) > 1:
            of = ("input", new[r][0]) if given else ("output", count + len(bases) - 1)
            found.update((i, ("view", *of, *where)) for i, where in places.items())
    return found, bases


def views(gm: torch.fx.GraphModule, role: str) -> tuple[dict[int, tuple], list[torch.fx.Node]]:
    """By its number, each output that is a view: ("view", "input" or "output", which, shape, strides, offset).  Behind the
    outputs stand bases: tensors that only views show."""
    context = torch._guards.TracingContext.try_get()
    meta = context.fw_metadata if context else None
    if role == "backward" or (role == "forward" and (meta is None or meta.tokens)):
        return {}, []
    out = next(n for n in gm.graph.nodes if n.op == "output").args[0]
    outputs: dict[torch.fx.Node, int] = {}
    for i, o in enumerate(out):
        if isinstance(o, torch.fx.Node) and o.op != "placeholder" and isinstance(o.meta.get("val"), torch.Tensor):
            outputs.setdefault(o, i)
    inputs = arguments(gm, meta) if role == "forward" else {}
    first = meta.num_forward if role == "forward" else 0
    known, found = symbols(gm), {}
    for o, i in outputs.items():
        n, last = o, None
        while i >= first and (n := source(n)) is not None:
            if n in inputs or n in outputs and dense(n.meta["val"]):
                last = n
        where = place(o.meta["val"], last.meta["val"]) if last is not None else None
        if where and sayable(where, known):
            found[i] = ("view", *(("input", inputs[last]) if last in inputs else ("output", outputs[last])), *where)
    bases: list[torch.fx.Node] = []
    if role == "inference":
        more, bases = of_bases(gm, {o: i for o, i in outputs.items() if i not in found}, len(out))
        found.update(more)
    return found, bases
