"""Graphs of other forms than AOTAutograd takes: which return no tuple, or come from torch._dynamo.export.

Dynamo gives neither; who calls the backend himself may.  Each is made into a graph that takes and returns flat
tensors, in place, as torch hands the graph over for good, and the compiled function gives what the graph gave.
Arguments that are lists, tuples or dictionaries AOTAutograd's wrapper flattens.
"""
from __future__ import annotations

from collections.abc import Callable

import torch
from torch.fx.graph import CodeGen, _PyTreeCodeGen
from torch.utils import _pytree as pytree


def compile_flat(gm, example_inputs, compile: Callable) -> Callable:
    """compile(graph, its inputs) of gm in flat form, as a function that takes and gives what gm did."""
    graph = getattr(gm, "graph", None)
    if not isinstance(gm, torch.fx.GraphModule):
        return compile(gm, example_inputs)
    if isinstance(graph._codegen, _PyTreeCodeGen):
        exported, graph._codegen = graph._codegen, CodeGen()
        gm.recompile()
        run = compile_flat(gm, exported.process_inputs(*example_inputs), compile)
        return lambda *args: exported.process_outputs(run(*exported.process_inputs(*args)))
    output = graph.output_node()
    value = output.args[0]
    if isinstance(value, (tuple, list)) or several(value):
        return compile(gm, example_inputs)
    leaves, spec = pytree.tree_flatten(value)
    output.args = (tuple(leaves),)
    gm.recompile()
    run = compile(gm, example_inputs)
    return lambda *args: pytree.tree_unflatten(run(*args), spec)


def several(value) -> bool:
    """Whether value, what a graph returns, is one node that gives a tuple of tensors."""
    schema = getattr(getattr(value, "target", None), "_schema", None)
    return schema is not None and len(schema.returns) > 1


def calls_nothing(gm: torch.fx.GraphModule) -> bool:
    return all(n.op in ("placeholder", "output") for n in gm.graph.nodes)


def picks(gm: torch.fx.GraphModule) -> tuple:
    """The results of a graph that calls nothing: each the number of an input, or a constant as (None, value)."""
    number = {n: i for i, n in enumerate(gm.graph.find_nodes(op="placeholder"))}
    return tuple((number[v], None) if isinstance(v, torch.fx.Node) else (None, v) for v in gm.graph.output_node().args[0])


def picking(which: tuple) -> Callable:
    """A boxed callable that gives these."""
    def call(args):
        out = [value if i is None else args[i] for i, value in which]
        args.clear()
        return out

    call._boxed_call = True
    return call


def check(gm: torch.fx.GraphModule) -> None:
    """Of AOTAutograd's each gives a tuple."""
    value = gm.graph.output_node().args[0]
    if not isinstance(value, (tuple, list)):
        raise RuntimeError(f"weft compiles graphs that return a tuple or a list, and this one returns {value}: {gm.graph}")


def record_strides(gm: torch.fx.GraphModule) -> None:
    """Tells torch how the results will lie: as its own tensors of them do, None where a result is no tensor.

    Not of a graph with tokens of effects: torch counts without them, and takes one result's strides for another's."""
    context = torch._guards.TracingContext.try_get()
    if context is None or context.output_strides is None or context.output_strides:
        return
    if context.fw_metadata and context.fw_metadata.tokens:
        return
    values = (v.meta.get("val") if isinstance(v, torch.fx.Node) else v for v in gm.graph.output_node().args[0])
    context.output_strides.extend(
        tuple(v.stride()) if isinstance(v, torch.Tensor) and v.layout == torch.strided else None for v in values)
