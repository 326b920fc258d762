"""Counts that Python keeps beside C's: graphs that ran in torch, and what was warned of."""
from __future__ import annotations

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


def graphs() -> dict[str, int]:
    """Why graphs ran in torch, and how many calls did."""
    with _lock:
        return dict(_graphs)


def forget() -> None:
    with _lock:
        _graphs.clear()
        _warned.clear()
