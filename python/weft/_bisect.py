"""torch's CompilerBisector over Weft: which pass of Weft's, or which graph, a wrong result comes from."""
from __future__ import annotations

import functools
from unittest import mock

# What is switched off, one after the other and then graph by graph: passes of Weft's; last, its compiling itself.
PASSES = ("fold", "simplify", "recognise")
SUBSYSTEMS = (*PASSES, "graph")


def bisect(fn):
    import torch
    from torch._inductor import compiler_bisector as tool

    def fresh() -> bool:
        torch._dynamo.reset()
        return bool(fn())

    ours = {"weft": [tool.BisectSubsystem(name) for name in SUBSYSTEMS]}
    # The tool names inductor, too, and where Weft is right it asks fn once more for that: which says nothing of inductor.
    with mock.patch.dict(tool.BACKENDS, {**ours, "inductor": tool.BACKENDS["inductor"]}, clear=True):
        found = tool.CompilerBisector.do_bisect(fresh)
    return found if found and found.backend == "weft" else None


def on() -> bool:
    from torch._inductor.compiler_bisector import CompilerBisector
    return CompilerBisector.bisection_enabled


def off(subsystem: str, gm) -> bool:
    """Whether this graph is to do without subsystem."""
    from torch._inductor.compiler_bisector import CompilerBisector
    return CompilerBisector.disable_subsystem("weft", subsystem, functools.partial(words, gm))


def words(gm) -> str:
    """What the graph calls, on the one line that the bisector keeps."""
    return ", ".join(f"{n.name} = {getattr(n.target, '__name__', n.target)}" for n in gm.graph.nodes if n.op.startswith("call"))


def passes_off(gm) -> list[str]:
    return [name for name in PASSES if off(name, gm)]
