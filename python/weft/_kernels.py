"""Convolutions whose kernels are arguments of symbolic sizes: a window's sizes are asked for as numbers, which guards them, and so
are channels where the program says as many groups as there are.

Inductor asks for every size of a kernel.  Other channels may be symbols here, as users mark them.
"""
from __future__ import annotations

import torch

aten = torch.ops.aten
PLACES = {aten.convolution.default: (1, 8), aten.convolution_backward.default: (2, 9)}   # of kernel and groups


def as_numbers(gm: torch.fx.GraphModule) -> None:
    """Guards the sizes of gm's kernels; those that only data say stay symbols."""
    for n in gm.graph.nodes:
        if n.target not in PLACES:
            continue
        kernel, groups = (n.args[i] for i in PLACES[n.target])
        groups = groups.meta["val"] if isinstance(groups, torch.fx.Node) else groups
        shape = kernel.meta["val"].shape
        for size in (groups, *shape) if isinstance(groups, torch.SymInt) else shape[2:]:
            if isinstance(size, torch.SymInt) and size.node.hint is not None:
                int(size)
