"""The report: C's counts and Python's (_counts.py)."""
from __future__ import annotations

import json

from weft import _callback, _counts, _native


def reset() -> None:
    _counts.forget()
    if _native.library.cache_info().currsize:        # else there is nothing to forget
        _native.library().report_reset()


def _with_graphs(ran: dict[str, int]) -> dict[str, int]:
    # What wraps an operator is counted as the operator.
    fell = {_callback.operator(k): v for k, v in ran.items() if v}
    for k, v in _counts.graphs().items():
        fell[k] = fell.get(k, 0) + v
    return fell


def fallbacks() -> dict[str, int]:
    return _with_graphs(json.loads(_native.load().report("fallbacks")))


def report(format: str = "text") -> str:
    if format == "json":
        out = json.loads(_native.load().report("json"))
        out["fallbacks"] = _with_graphs(out["fallbacks"])
        return json.dumps(out, indent=1)
    if format != "text":
        raise ValueError(f'format "{format}": expected "text" or "json"')
    text = _native.load().report("text")
    graphs = _counts.graphs()
    if graphs:
        text += "graphs left to eager: " + ", ".join(f"{k} ({v})" for k, v in sorted(graphs.items())) + "\n"
    return text
