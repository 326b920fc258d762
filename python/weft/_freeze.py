"""Freezing: which inputs of a graph are parameters, what they are called, and weft.refresh.

What is frozen is bound at the first call with the tensors that come, and watched at each (the extension's frozen.c).
"""
from __future__ import annotations

import re

import torch


def names(gm) -> dict[int, str]:
    """Dynamo's inputs that are parameters or buffers of modules: their number, and how a user calls them."""
    out = {}
    for i, n in enumerate(n for n in gm.graph.nodes if n.op == "placeholder"):
        source = getattr(n.meta.get("grapharg"), "source", None)
        text = getattr(source, "name", "")
        text = text() if callable(text) else text
        if re.search(r"\._(parameters|buffers)\[", text):
            parts = re.findall(r"\._(?:modules|parameters|buffers)\['([^']*)'\]", text)
            out[i] = ".".join(parts)
    return out


def constants(gm, text, names: dict[int, str]) -> tuple[tuple[int, str], ...]:
    """Arguments of the printed graph that are constants, with their names: parameters and buffers it does not write,
    and the tensors it brings itself."""
    context = torch._guards.TracingContext.try_get()
    meta = context.fw_metadata if context else None
    inputs = [n for n in gm.graph.nodes if n.op == "placeholder"]
    info = meta.input_info if meta and len(meta.input_info) == len(inputs) else None
    out = []
    for i, n in enumerate(inputs):
        desc = n.meta.get("desc")
        name = names.get(getattr(desc, "idx", None)) or getattr(desc, "target", None)
        free = all(isinstance(d, int) for d in getattr(n.meta.get("val"), "shape", (None,)))
        if name and free and info and not info[i].mutates_data and i not in text.lazy:
            out.append((i, name))
    first = len(inputs)
    out += [(first + k, f"constant {k}") for k in range(len(text.extra))]
    return tuple(out)


def refresh(module=None) -> int:
    from weft import _native
    tensors = [*module.parameters(), *module.buffers()] if module is not None else None
    return _native.load().refresh(None if tensors is None else frozenset(map(id, tensors)))
