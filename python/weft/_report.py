"""Counts that Python keeps beside C's, and the report that shows both."""
from __future__ import annotations

import json
import threading
import warnings

_lock = threading.Lock()
_graphs: dict[str, int] = {}         # graph-level fallbacks: reason -> calls
_warned: set[str] = set()


def count_graph(reason: str) -> None:
    with _lock:
        _graphs[reason] = _graphs.get(reason, 0) + 1


def warn_once(name: str, text: str) -> None:
    with _lock:
        if name in _warned:
            return
        _warned.add(name)
    warnings.warn(text, stacklevel=3)


def reset() -> None:
    with _lock:
        _graphs.clear()
        _warned.clear()
    from weft import _native
    if _native.library.cache_info().currsize:        # else there is nothing to forget
        _native.library().report_reset()


def _json() -> dict:
    from weft import _callback, _native
    out = json.loads(_native.load().report("json"))
    # What wraps an operator is counted as the operator.
    fell = {_callback.operator(k): v for k, v in out.get("fallbacks", {}).items() if v}
    with _lock:
        for k, v in _graphs.items():
            fell[k] = fell.get(k, 0) + v
    out["fallbacks"] = fell
    return out


def fallbacks() -> dict[str, int]:
    return _json()["fallbacks"]


def report(format: str = "text") -> str:
    if format == "json":
        return json.dumps(_json(), indent=1)
    if format != "text":
        raise ValueError(f'format "{format}": expected "text" or "json"')
    from weft import _native
    text = _native.load().report("text")
    with _lock:
        if _graphs:
            text += "graphs left to eager: " + \
                ", ".join(f"{k} ({v})" for k, v in sorted(_graphs.items())) + "\n"
    return text
