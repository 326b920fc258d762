"""What torch's optimizers compute with Python's floats where they are not compiled.

Uncompiled, Adam takes the number of the step out of its tensor, and 1 - beta ** step is Python's arithmetic, float64.
Dynamo leaves that number in its tensor, so that the graph has it in float32, where 1 - 0.999 ** step keeps four digits of
seven: the step of every weight is too long or too short by the same factor, which a curve of losses shows.  Here that
arithmetic is float64 again, up to where it meets a tensor of weights, for which eager torch rounds it, too.
"""
from __future__ import annotations

import os

import torch

aten = torch.ops.aten
OPS = {getattr(getattr(aten, name), overload) for name, overload in (w.split(".") for w in """
    add.Tensor sub.Tensor mul.Tensor div.Tensor neg.default reciprocal.default sqrt.default rsqrt.default pow.Tensor_Scalar
    pow.Scalar gt.Scalar ge.Scalar lt.Scalar le.Scalar""".split())}
OPTIMIZERS = os.path.join(os.path.dirname(torch.__file__), "optim", "")


def single(n) -> bool:
    """Whether n is a tensor of one float32 without dimensions."""
    val = n.meta.get("val")
    return isinstance(val, torch.Tensor) and val.dim() == 0 and val.dtype == torch.float32


def of_optimizer(n: torch.fx.Node) -> bool:
    """Whether n's line is one of torch's optimizers."""
    return (n.meta.get("stack_trace") or "").rpartition('File "')[2].startswith(OPTIMIZERS)


def chain(gm: torch.fx.GraphModule) -> list[torch.fx.Node]:
    """Powers beta ** step and what is computed of them alone, or of them and other single numbers, in order."""
    inside = {n for n in gm.graph.find_nodes(op="call_function", target=aten.pow.Scalar)
              if single(n) and isinstance(n.args[0], float) and 0 < n.args[0] < 1 and of_optimizer(n)}
    if not inside:
        return []
    out = []
    for n in gm.graph.nodes:
        if n in inside or (n.target in OPS and not inside.isdisjoint(n.all_input_nodes)
                           and all(map(single, n.all_input_nodes)) and n.meta["val"].dim() == 0):
            inside.add(n)
            out.append(n)
    return out


def convert(graph: torch.fx.Graph, n: torch.fx.Node, dtype: torch.dtype) -> torch.fx.Node:
    with graph.inserting_after(n):
        made = graph.call_function(torch.ops.prims.convert_element_type.default, (n, dtype))
    made.meta = {**n.meta, "val": n.meta["val"].to(dtype)}
    return made


def as_eager(gm: torch.fx.GraphModule) -> None:
    """gm's arithmetic on single numbers of torch's optimizers in float64."""
    nodes = chain(gm)
    if not nodes:
        return
    inside, wide = set(nodes), {}
    for n in nodes:
        for a in n.all_input_nodes:
            if a not in inside and a not in wide:
                wide[a] = convert(gm.graph, a, torch.float64)
            n.replace_input_with(a, wide.get(a, a))
    for n in nodes:
        if n.meta["val"].dtype != torch.float32:     # a comparison
            continue
        outside = [u for u in n.users if u not in inside]
        n.meta = {k: v for k, v in n.meta.items() if k != "tensor_meta"} | {"val": n.meta["val"].to(torch.float64)}
        if outside:
            narrow = convert(gm.graph, n, torch.float32)
            for u in outside:
                u.replace_input_with(n, narrow)
    gm.recompile()
