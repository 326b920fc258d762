"""Outputs that are views of an argument or of another output: they are given as such, and not copied.

What a backward reads is often the transpose of a weight, or a result and three reshapes of it; in eager
torch none of them takes memory.  AOTAutograd makes views that a user sees anew where they have gradients, so
those are left alone, and so are gradients: two that shared memory could be written one after the other.
"""
from __future__ import annotations

import contextlib
import operator

import torch
from torch.utils._pytree import tree_leaves, tree_map

from weft import _words


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


def equal(a, b) -> bool:
    """Are they, at every call?  Asks nothing that a guard would have to hold."""
    a, b = (v.node.expr if isinstance(v, torch.SymInt) else v for v in (a, b))
    return a == b or not isinstance(a - b, int) and (a - b).expand() == 0


def symbols(gm: torch.fx.GraphModule) -> set:
    """Sizes that arguments say or the program computes: of what is neither, such as a stride that is a symbol of its own, it
    knows nothing."""
    vals = [n.meta.get("val") for n in gm.graph.nodes if n.op == "placeholder" or "unbacked_bindings" in n.meta]
    sizes = (s for v in tree_leaves(vals) for s in (v.shape if isinstance(v, torch.Tensor) else (v,)))
    return {s.node.expr for s in sizes if isinstance(s, torch.SymInt) and s.node.expr.is_symbol}


def sayable(where: tuple, known: set) -> bool:
    """Are a view's shape, strides and offset numbers, or expressions of sizes that arguments say?"""
    return all(isinstance(v, int) or v.node.expr.free_symbols <= known and _words.may_be_computed(v.node.expr)
               for v in (*where[0], *where[1], where[2]))


def dense(t: torch.Tensor) -> bool:
    """Does t fill a piece of memory, whatever the sizes of a call are?"""
    order = _words.memory_order(t.shape, t.stride())
    if order is None or any(_words.hint(n) == 0 for n in t.shape):
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


def lie_alike(a: torch.fx.Node, b: torch.fx.Node) -> bool:
    """Are they of one dtype, shape and strides, at every call?"""
    a, b = a.meta["val"], b.meta["val"]
    return a.dtype == b.dtype and a.dim() == b.dim() and all(map(equal, (*a.shape, *a.stride()), (*b.shape, *b.stride())))


def place_of_bits(o: torch.Tensor, of: torch.Tensor) -> tuple | None:
    """The place of a view of another dtype, and the dtype: of numbers as wide as those of `of`."""
    if o.dtype == of.dtype or o.itemsize != of.itemsize or o.is_complex() or of.is_complex():
        return None
    where = place(o.view(of.dtype), of)
    return where and (*where, o.dtype)


def arguments(gm: torch.fx.GraphModule, meta) -> dict[torch.fx.Node, int]:
    """The arguments that the program does not write, by their numbers."""
    inputs = [n for n in gm.graph.nodes if n.op == "placeholder"]
    return {n: i for i, (n, info) in enumerate(zip(inputs, meta.input_info))
            if not info.mutates_data and isinstance(n.meta.get("val"), torch.Tensor)}


def merges_arguments(gm: torch.fx.GraphModule) -> bool:
    """Is one of gm's arguments what several that overlap, of which one is written, lie in?  Its size is in no guard, nor in
    the key of torch's cache."""
    from torch._functorch._aot_autograd.descriptors import SyntheticBaseAOTInput, ViewBaseAOTInput
    return any(isinstance(n.meta.get("desc"), (SyntheticBaseAOTInput, ViewBaseAOTInput))
               for n in gm.graph.find_nodes(op="placeholder"))


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
            if to is not None and new is not None and lie_alike(n.args[0], n.args[1]):
                found[n.args[1]] = (inputs[n.args[0]], n.args[0])
    return found


def overlaps(t: torch.Tensor) -> bool:
    """Do elements of t lie in one place, as an expanded tensor's do?  Its copy takes more memory than what it shows."""
    end = 1
    for stride, n in sorted((_words.hint(s), _words.hint(n)) for s, n in zip(t.stride(), t.shape)):
        if n > 1 and stride < end:
            return True
        end += stride * (n - 1)
    return False


def of_bases(gm: torch.fx.GraphModule, outputs: dict[torch.fx.Node, int], count: int) -> tuple[dict, list]:
    """Outputs that are views of what is no output: of an argument's new value, or of a base, a tensor that several show or
    one that overlaps itself; count: outputs there are.  AOTAutograd sees an argument's views anew by the strides and the
    offset that these have."""
    groups: dict[torch.fx.Node, list] = {}
    for o, i in outputs.items():
        r = root(o)
        if r is not o and r not in outputs and isinstance(r.meta.get("val"), torch.Tensor):
            groups.setdefault(r, []).append((o, i))
    new, known, found, bases = written(gm), symbols(gm), {}, []
    for r, views in groups.items():
        given = r in new
        least = 1 if overlaps(views[0][0].meta["val"]) else 2
        if not given and (r.op == "placeholder" or len(views) < least or not dense(r.meta["val"])):
            continue
        places = {i: place(o.meta["val"], r.meta["val"]) for o, i in views}
        places = {i: where for i, where in places.items() if where and sayable(where, known)}
        if not given and len(places) >= least:
            bases.append(r)
        if given or len(places) >= least:
            of = ("input", new[r][0]) if given else ("output", count + len(bases) - 1)
            found.update((i, ("view", *of, *where)) for i, where in places.items())
    return found, bases


def made_anew(gm: torch.fx.GraphModule, meta, role: str) -> dict[int, bool]:
    """By its number, each output that AOTAutograd makes anew, a view of an argument or of another output: whether it does so by
    the strides and the offset that ours has, as it does where sizes are symbols; else it calls the view functions again."""
    from torch._functorch._aot_autograd.schemas import OutputType, PlainTensorMeta
    kinds = {OutputType.alias_of_input, OutputType.alias_of_intermediate, OutputType.alias_of_intermediate_save_as_output,
             OutputType.alias_of_intermediate_base_is_user_output}
    if role == "backward" or meta is None or any(not isinstance(m, PlainTensorMeta) for m in meta.subclass_fw_graph_out_meta):
        return {}
    first = meta.num_mutated_inp_runtime_indices + len(meta.tokens)
    return {first + i: info.view_meta_sequence is None or any(v.has_symbolic_inputs for v in info.view_meta_sequence.sequence)
            for i, info in enumerate(meta.output_info) if info.output_type in kinds}


def new_values(gm: torch.fx.GraphModule, meta) -> dict[torch.fx.Node, torch.fx.Node]:
    """Of each new value of an argument, written by the graph or by AOTAutograd behind it, the argument."""
    inputs = list(gm.graph.find_nodes(op="placeholder"))
    new = {n.args[1]: n.args[0] for n in gm.graph.find_nodes(op="call_function", target=torch.ops.aten.copy_.default)}
    for n, i in zip(gm.graph.output_node().args[0][len(meta.tokens):], meta.mutated_inp_runtime_indices):
        if isinstance(n, torch.fx.Node) and n.op != "placeholder":
            new.setdefault(n, inputs[i + len(meta.tokens)])
    return new


def again(n: torch.fx.Node, of: torch.fx.Node, val: torch.Tensor):
    """n, a view of `of`, were that val."""
    if n is of:
        return val
    args, kw = tree_map(lambda a: a.meta["val"] if isinstance(a, torch.fx.Node) else a, (n.args[1:], n.kwargs))
    return n.target(again(n.args[0], of, val), *args, **kw)


def place_in_argument(o: torch.fx.Node, r: torch.fx.Node, argument: torch.fx.Node) -> tuple | None:
    """Where o, a view of r, shows the argument whose new value r is: one that does not lie as it does is viewed again."""
    val, to = o.meta["val"], argument.meta["val"]
    if r is argument or lie_alike(r, argument):
        return place(val, r.meta["val"]) or place_of_bits(val, r.meta["val"])
    env = getattr(to.fake_mode, "shape_env", None)
    try:                                             # the program views the argument so, and what that asks is guarded
        with env.suppress_guards() if env else contextlib.nullcontext():
            return place(again(o, r, to), to)
    except Exception:
        return None


def of_bases_anew(gm: torch.fx.GraphModule, meta, anew: dict[int, bool], outputs: dict, known: set) -> dict[int, tuple]:
    """The views of arguments, of their new values and of outputs that AOTAutograd makes anew: only where they lie is read."""
    inputs = {n: i for i, n in enumerate(gm.graph.find_nodes(op="placeholder"))}
    new, out, found = new_values(gm, meta), gm.graph.output_node().args[0], {}
    for i, by_place in anew.items():
        o = out[i]
        if not isinstance(o, torch.fx.Node) or o.op == "placeholder" or not isinstance(o.meta.get("val"), torch.Tensor):
            continue
        r, where = root(o), None
        argument = new.get(r, r)
        if argument in inputs:
            of, where = ("input", inputs[argument]), place_in_argument(o, r, argument)
        elif outputs.get(r, i) != i and dense(r.meta["val"]):
            of, where = ("output", outputs[r]), place(o.meta["val"], r.meta["val"])
        if where and sayable(where, known):
            found[i] = ("view", *of, *where)
        elif by_place and r is not o and not lies_at_start(o.meta["val"]):
            raise _words.Unsupported(f"a result that is a view of other memory in {o.target}")
    return found


def lies_at_start(t: torch.Tensor) -> bool:
    """Does t lie as a tensor of its own does, at the start of its memory?"""
    return any(isinstance(n, int) and n == 0 for n in t.shape) or equal(t.storage_offset(), 0) and dense(t)


def of_user(meta, role: str) -> set[int]:
    """The numbers of a forward graph's results that AOTAutograd gives the user as they come."""
    from torch._functorch._aot_autograd.schemas import OutputType, PlainTensorMeta
    if role != "forward" or any(not isinstance(m, PlainTensorMeta) for m in meta.subclass_fw_graph_out_meta):
        return set()
    first = meta.num_mutated_inp_runtime_indices + len(meta.tokens)
    return {first + i for i, info in enumerate(meta.output_info)
            if info.output_type in (OutputType.non_alias, OutputType.unsafe_view_alias)}


def views(gm: torch.fx.GraphModule, role: str) -> tuple[dict[int, tuple], list[torch.fx.Node]]:
    """By its number, each output that is a view: ("view", "input" or "output", which, shape, strides, offset).  Behind the
    outputs stand bases: tensors that only views show."""
    context = torch._guards.TracingContext.try_get()
    meta = context.fw_metadata if context else None
    anew = made_anew(gm, meta, role)
    if role == "backward" or (role == "forward" and (meta is None or meta.tokens)):
        if any(anew.values()):
            raise _words.Unsupported("a result that is a view of an argument, beside effects")
        return {}, []
    out = next(n for n in gm.graph.nodes if n.op == "output").args[0]
    outputs: dict[torch.fx.Node, int] = {}
    for i, o in enumerate(out):
        if isinstance(o, torch.fx.Node) and o.op != "placeholder" and isinstance(o.meta.get("val"), torch.Tensor):
            outputs.setdefault(o, i)
    inputs, users = arguments(gm, meta) if role == "forward" else {}, of_user(meta, role)
    first = meta.num_forward if role == "forward" else 0
    known = symbols(gm)
    found = of_bases_anew(gm, meta, anew, outputs, known) if anew else {}
    kept = set(out[first:]) if role == "forward" else set()
    for o, i in outputs.items():
        n, last = o, None
        # Nobody sees a write to what the user has in what is kept for backward; of what overlaps itself torch allows none.
        apart = i in users and not overlaps(o.meta["val"])
        while (i >= first or i in users) and (n := source(n)) is not None:
            if n in inputs or n in outputs and outputs[n] not in found and dense(n.meta["val"]) and not (apart and n in kept):
                last = n
        where = place(o.meta["val"], last.meta["val"]) if last is not None else None
        if where and sayable(where, known):
            found[i] = ("view", *(("input", inputs[last]) if last in inputs else ("output", outputs[last])), *where)
    more, bases = of_bases(gm, {o: i for o, i in outputs.items() if i not in found and (role == "inference" or i in users)},
                           len(out))
    found.update(more)
    # A function with a backward of its own gives no views, to torch: with a dtype they are none.
    found.update((i, (*found[i], out[i].meta["val"].dtype)) for i in users & found.keys() if len(found[i]) == 6)
    return found, bases
