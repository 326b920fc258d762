"""The extension weft._C, loaded and told about torch at first use."""
from __future__ import annotations

import ctypes
import functools
import json
import logging
import os
import pathlib


def tell(text: str) -> None:
    """A notice: logged; a variable C took out of the environment goes from Python's copy of it too."""
    name, not_used, _ = text.partition(" is not used: ")
    if not_used:
        os.environ.pop(name, None)
    logging.getLogger("weft").error(text)


@functools.cache
def library():
    """The extension and libweft behind it, without torch."""
    try:
        from weft import _C
    except ImportError as e:
        folder = pathlib.Path(__file__).parent
        raise ImportError(f"weft: the library cannot be loaded: {e} (tried {folder / '_C.abi3.so'} with "
                          f"{folder / 'libweft.so'})", name=e.name, path=e.path) from e
    _C.notices(tell)
    return _C


@functools.cache
def tables() -> dict[str, dict[str, dict]]:
    """The rows of option.def and mode.def: "options" and "modes" by name."""
    return {table: {row["name"]: row for row in rows} for table, rows in json.loads(library().options("json")).items()}


@functools.cache
def load():
    """The extension, told about torch, with the pool's threads started: at the first compile, as an event of torch's."""
    import torch
    from torch._dynamo.utils import dynamo_timed
    with dynamo_timed("weft_import", log_pt2_compile_event=True):
        from weft import _callback
        _C = library()
        _C.warm_up()
        cpu = ctypes.CDLL("libtorch_cpu.so")          # it is loaded: torch is
        storage = (ctypes.cast(getattr(cpu, f"aoti_torch_get_storage_{of}"), ctypes.c_void_p).value for of in ("size", "offset"))
        _C.setup(torch.Tensor.__dlpack_c_exchange_api__, torch.Tensor, torch.nn.Parameter, plain,
                 _callback.resolve, threads, vars(torch.autograd.forward_ad), *storage, cdata_at())
    return _C


def cdata_at() -> int:
    """At which byte of a tensor's object the number lies that its `_cdata` gives; -1: at none, or not only there."""
    import torch
    with torch.utils._python_dispatch._disable_current_modes():      # of the capture: it would make tensors of its own
        tensors = torch.empty(0, device="cpu"), torch.nn.Parameter(torch.empty(1, device="cpu"))
    places = []
    for t in tensors:
        words = (ctypes.c_size_t * (type(t).__basicsize__ // ctypes.sizeof(ctypes.c_size_t))).from_address(id(t))
        places.append([i * ctypes.sizeof(ctypes.c_size_t) for i, word in enumerate(words) if word == t._cdata])
    return places[0][0] if places[0] == places[1] and len(places[0]) == 1 else -1


@functools.cache
def unset_threads() -> int:
    """What torch.get_num_threads() says when only OMP_NUM_THREADS spoke: torch cuts it to the cores."""
    n = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    return min(int(n), os.cpu_count() or 1) if n.isdigit() else -1


def threads() -> int:
    """torch's number of threads where somebody set it, else 0: C looks on."""
    import torch
    n = torch.get_num_threads()
    return 0 if n == unset_threads() else n


def plain(t):
    """An exact torch.Tensor over the memory of a subclass."""
    import torch
    if not isinstance(t, torch.Tensor):
        raise TypeError(f"weft: an argument of type {type(t).__name__} where a tensor was compiled")
    with torch._C.DisableTorchFunctionSubclass(), \
            torch.utils._python_dispatch._disable_current_modes():
        return t.as_subclass(torch.Tensor)
