"""Hints at speed that is not used, on torch's channel perf_hints (TORCH_LOGS=perf_hints), each once in a process."""
from __future__ import annotations

import functools
import logging

import torch

LOG = torch._logging.getArtifactLogger(__name__, "perf_hints")
PRODUCTS = {torch.ops.aten.mm, torch.ops.aten.addmm, torch.ops.aten.bmm, torch.ops.aten.baddbmm}


@functools.cache
def bf16_unit() -> str | None:
    """What multiplies bf16 in this processor."""
    for name, word in (("AMX", "_is_amx_tile_supported"), ("AVX512_BF16", "_is_avx512_bf16_supported")):
        if getattr(torch.cpu, word, bool)():
            return name
    return None


def multiplies_f32(gm: torch.fx.GraphModule) -> bool:
    return any(getattr(n.target, "overloadpacket", None) in PRODUCTS and n.meta["val"].dtype == torch.float32
               and n.meta["val"].device.type == "cpu" for n in gm.graph.nodes if n.op == "call_function")


@functools.cache
def say(text: str) -> None:
    LOG.info(text)


def give(gm: torch.fx.GraphModule) -> None:
    """What the processor could do for this graph: two products of bf16 in the place of one of float32."""
    if LOG.isEnabledFor(logging.INFO) and bf16_unit() and multiplies_f32(gm):
        say(f"This processor multiplies bfloat16 faster than float32 ({bf16_unit()}), and a graph multiplies matrices of "
            "float32: torch.autocast(\"cpu\", torch.bfloat16) around the model would use it, at a precision of 8 bits.")
