"""AOTAutograd, called as torch's wrapper for backends calls it.

That wrapper loads inductor's scheduler and its nodes at every backend's first graph, for a log that TORCH_COMPILE_DEBUG
asks for: 5 MiB, and more time than a small model takes to compile.  Here they are loaded when it asks.
"""
from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

import torch
from torch._dynamo.exc import TensorifyScalarRestartAnalysis
from torch._dynamo.utils import counters, flatten_graph_inputs
from torch._functorch._aot_autograd.runtime_wrappers import SerializableCompiledFunction
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
    return run


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
