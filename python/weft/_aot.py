"""AOTAutograd, called as torch's wrapper for backends calls it.

That wrapper loads inductor's scheduler and its nodes at every backend's first graph, for a log that TORCH_COMPILE_DEBUG
asks for: 5 MiB, and more time than a small model takes to compile.  Here they are loaded when it asks.
"""
from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable

import torch
from torch._dynamo.exc import TensorifyScalarRestartAnalysis
from torch._dynamo.utils import counters, flatten_graph_inputs
from torch._functorch._aot_autograd.runtime_wrappers import SerializableCompiledFunction, _create_runtime_wrapper
from torch._functorch._aot_autograd.schemas import ViewAndMutationMeta
from torch._functorch.aot_autograd import SerializableAOTDispatchCompiler, aot_module_simplified

from weft._output import Output


def compile_by(gm, example_inputs, kinds: dict[str, Callable], **more) -> Callable:
    """gm compiled by kinds, the compilers of its graphs; more: what else aot_module_simplified takes."""
    if any(isinstance(x, (list, tuple, dict)) for x in example_inputs):
        return flatten_graph_inputs(gm, example_inputs, lambda flat, inputs: compile_by(flat, inputs, kinds, **more))
    counters["aot_autograd"]["total"] += 1
    try:
        with log():
            run = straight(aot_module_simplified(gm, example_inputs, **kinds, **more))
    except TensorifyScalarRestartAnalysis:           # torch goes on, with fewer symbols
        raise
    except Exception:
        counters["aot_autograd"]["not_ok"] += 1
        raise
    counters["aot_autograd"]["ok"] += 1
    return untraced(run)


def straight(run: Callable) -> Callable:
    """run, whose wrappers call the graph itself: not what torch wrapped around it to find again how it is kept, which is a
    frame of Python's and a fifth of what a small call costs."""
    fn = run
    while (inner := getattr(fn, "__wrapped__", None)) is not None:
        called = inner.compiled_fn if isinstance(inner, SerializableCompiledFunction) else inner
        called = called.run if isinstance(called, Output) else called
        for cell in getattr(fn, "__closure__", None) or ():
            if cell.cell_contents is inner:
                cell.cell_contents = called
        fn = inner
    return direct(run, fn) or run


def direct(run: Callable, graph) -> Callable | None:
    """graph, called with arguments one by one: where it is small and torch's wrappers only hand it a list of them, which is
    ten frames of Python's and a quarter of what torch takes for a call.  None elsewhere."""
    graph = getattr(graph, "run", graph)
    if (call := getattr(graph, "direct", None)) is None:
        return None
    wrapper = run.__wrapped__
    wrapper = wrapper.compiled_fn if isinstance(wrapper, SerializableCompiledFunction) else wrapper
    inner = cells(wrapper)
    # Behind flatten_graph_inputs run itself takes a list: its one argument.
    if run.__code__.co_argcount or cells(run).get("params_buffers_flat") != [] or inner.get("_inner_compiled_fn") is not graph \
            or code(inner.get("_codegen_runtime_wrapper")) != plain():
        return None
    call.__dict__.update(run.__dict__, __name__=run.__name__, __qualname__=run.__qualname__, __module__=run.__module__)
    return call


def cells(fn: Callable) -> dict:
    """What fn, where it is a function of Python's, has from around it."""
    names = fn.__code__.co_freevars if hasattr(fn, "__code__") else ()
    return dict(zip(names, (c.cell_contents for c in getattr(fn, "__closure__", None) or ())))


def code(fn: Callable | None) -> tuple:
    return (fn.__code__.co_code, fn.__code__.co_names) if fn else ()


@functools.cache
def plain() -> tuple:
    """The code that torch writes around an inference graph which writes no argument, has no view among its results and sets
    no mode: it calls the graph with gradients off, and counts the results."""
    nothing = ViewAndMutationMeta([], [], 0, True, [], [], [], [], [])
    return code(cells(_create_runtime_wrapper(
        lambda args: [], runtime_metadata=nothing, indices_of_inps_to_detach=[], trace_joint=False, keep_input_mutations=True,
        disable_amp=False))["_codegen_runtime_wrapper"])


def untraced(fn: Callable) -> Callable:
    """fn, which Dynamo takes for no part of the program."""
    return torch._dynamo.disable(fn, reason="compiled by Weft")


def of_backward(compiler: Callable) -> Callable:
    """compiler of a backward graph, which torch may call amid the program's backward: neither it nor its result is traced."""
    return untraced(lambda *args, **kw: untraced(compiler(*args, **kw)))


def log() -> contextlib.AbstractContextManager:
    if os.environ.get("TORCH_COMPILE_DEBUG") != "1":
        return contextlib.nullcontext()
    from torch._inductor.debug import enable_aot_logging
    return enable_aot_logging()
