"""The extension weft._C, loaded and told about torch at first use."""
from __future__ import annotations

import functools


@functools.cache
def load():
    import torch
    from weft import _C, _callback
    _C.setup(torch.Tensor.__dlpack_c_exchange_api__, torch.Tensor, torch.nn.Parameter, plain,
             _callback.resolve)
    return _C


def plain(t):
    """An exact torch.Tensor over the memory of a subclass."""
    import torch
    if not isinstance(t, torch.Tensor):
        raise TypeError(f"weft: an argument of type {type(t).__name__} where a tensor was compiled")
    with torch._C.DisableTorchFunctionSubclass(), \
            torch.utils._python_dispatch._disable_current_modes():
        return t.as_subclass(torch.Tensor)
