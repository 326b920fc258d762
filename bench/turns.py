"""Peers in turn in one process: blocks of calls, and between two blocks a rest.

Threads of a pool spin for a while when their work is done (OpenMP's for some 10 ms), on the processors the next
peer needs: after a rest none does.  The first call of a block is not timed.
"""
from __future__ import annotations

import time

REST = 0.03


def in_turn(cases: dict, rounds: int, seconds: float, most: int = 200, now=time.perf_counter) -> dict[str, list[float]]:
    """Of each callable of cases the seconds a call, once a round; a block takes about that many seconds."""
    calls, times = {}, {k: [] for k in cases}
    for k, step in cases.items():
        for _ in range(2):
            t0 = time.perf_counter()
            step()
            calls[k] = max(1, min(most, int(seconds / (time.perf_counter() - t0 + 1e-9))))
    for i in range(rounds):
        for k in reversed(cases) if i % 2 else cases:
            time.sleep(REST)
            cases[k]()
            t0 = now()
            for _ in range(calls[k]):
                cases[k]()
            times[k].append((now() - t0) / calls[k])
    return times
