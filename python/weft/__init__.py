"""Weft for Python: `torch.compile(model, backend="weft")`.

Importing this loads neither torch nor the compiler; both come with the first graph.
"""
from __future__ import annotations

import typing

__version__ = "0.1.0"
__all__ = ["backend", "register_backend", "register_debug_backend",
           "register_experimental_backend", "lookup_backend", "list_backends", "report", "fallbacks", "refresh",
           "reset", "bisect", "Pass"]


class Pass(typing.NamedTuple):
    """A pass of your own, for options={"passes": [Pass("name", function, "name 1")]} (doc/passes.md).

    function(text) gets a graph as StableHLO text and gives the text of one that computes the same, or None.
    identity says what it does and changes when that does; without one nothing that it saw is cached.
    It runs on graphs of these roles, "inference", "forward" and "backward"; none named: on all.
    """
    name: str
    function: typing.Callable[[str], str | None]
    identity: str | None = None
    group: str = "post"                              # or "pre", "joint"
    roles: tuple[str, ...] = ()


def backend(gm, example_inputs, **kw):
    """The torch.compile backend; options= and mode= arrive as keywords (see doc/torch.md)."""
    from weft._backend import compile_graph
    return compile_graph(gm, example_inputs, **kw)


def _reset():
    """What torch._dynamo.reset() calls."""


backend.reset = _reset


def register_backend(compiler_fn=None, name: str | None = None, tags=()):
    """Puts a function of torch's form, fn(graph module, example inputs) -> callable, into the table of backends.

    Gives the function back, so that it is a decorator too: @register_backend, or
    @register_backend(name="x", tags=("debug",)).  Without a name the function's own is taken.
    ValueError "duplicate name: x" where there is one already: that one stays.
    """
    from weft import _registry
    return _registry.register_backend(compiler_fn, name, tags)


def register_debug_backend(compiler_fn=None, name: str | None = None):
    """register_backend with the tag "debug"."""
    return register_backend(compiler_fn, name, ("debug",))


def register_experimental_backend(compiler_fn=None, name: str | None = None):
    """register_backend with the tag "experimental"."""
    return register_backend(compiler_fn, name, ("experimental",))


def lookup_backend(compiler_fn):
    """The backend of that name, of this package, C or a plug-in, as a function of torch's form; what is no
    string is given back.  ValueError names the nearest."""
    from weft import _registry
    return _registry.lookup_backend(compiler_fn)


def list_backends(exclude_tags=("debug", "experimental")) -> list[str]:
    """Names of backends, in order, without those that have one of the tags.  Nothing is loaded by it."""
    from weft import _registry
    return _registry.list_backends(exclude_tags)


def report(format: str = "text") -> str:
    """What this process compiled and ran, as text or JSON (doc/report.md)."""
    from weft import _report
    return _report.report(format)


def fallbacks() -> dict[str, int]:
    """What did not run in compiled code, by name, with how often."""
    from weft import _report
    return _report.fallbacks()


def refresh(module=None) -> int:
    """Takes new values of a frozen module's parameters in: what was made of them is made anew at the next call.

    For options={"freezing": True}, after the module was written (load_state_dict, an optimizer's step).  module None:
    everything that is frozen.  How many executables it was that will be made again.
    """
    from weft import _freeze
    return _freeze.refresh(module)


def reset() -> None:
    """Forgets the counts of graph-level fallbacks, which warnings were given, how graphs were compiled and the seconds in
    passes."""
    from weft import _report
    _report.reset()


def bisect(fn):
    """Finds what a wrong result comes from: fn() compiles, runs and says whether the result is right.

    fn is called again and again, each time without something: passes of Weft's, then whole graphs, which run in
    eager torch.  Gives torch's BisectionResult: backend "weft", subsystem "fold", "simplify", "recognise" or
    "graph", the number of the graph and, as debug_info, what it calls; None where fn() holds at once.
    """
    from weft import _bisect
    return _bisect.bisect(fn)
