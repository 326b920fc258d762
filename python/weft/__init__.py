"""Weft for Python: `torch.compile(model, backend="weft")`.

Importing this loads neither torch nor the compiler; both come with the first graph.
"""
from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["backend", "report", "fallbacks", "reset"]


def backend(gm, example_inputs, **kw):
    """The torch.compile backend; options= and mode= arrive as keywords (see doc/torch.md)."""
    from weft._backend import compile_graph
    return compile_graph(gm, example_inputs, **kw)


def _reset():
    """What torch._dynamo.reset() calls."""


backend.reset = _reset


def report(format: str = "text") -> str:
    """What this process compiled and ran, as text or JSON (doc/report.md)."""
    from weft import _report
    return _report.report(format)


def fallbacks() -> dict[str, int]:
    """What did not run in compiled code, by name, with how often."""
    from weft import _report
    return _report.fallbacks()


def reset() -> None:
    """Forgets the counts of graph-level fallbacks and which warnings were given."""
    from weft import _report
    _report.reset()
