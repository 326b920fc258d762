"""A compiled graph as torch's AOTAutogradCache keeps it.

What is kept is the graph's text and signature, not code: a process that finds the entry need not trace
and decompose again, and takes the code from Weft's own cache, whose key knows processor, options and build
(doc/cache.md).  Torch's key does not know who compiles: `fed` puts that into its tag.  And it asks inductor's
code generators what they are, and for a digest of all of torch's sources, which takes longer than the hit saves:
`light` answers for them, and `light_key` for the generator itself, which is 5 MiB.
"""
from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import operator
import os
import pathlib
import sys
import types
from unittest import mock

import torch
from torch._functorch._aot_autograd import autograd_cache
from torch._inductor import codecache
from torch._inductor.output_code import OutputCode

import weft
from weft import _bisect


class Output(OutputCode):
    """A boxed callable, and how another process makes it again."""

    def __init__(self, run, again: functools.partial | None, why: str = "", time_ns: int = 0):
        """why: torch must not keep it; time_ns: what compiling took.

        Weft's key of it stands in the report: with one in the field for inductor's torch would keep no result
        and look for one in inductor's cache.
        """
        super().__init__()
        self._time_taken_ns = time_ns
        self.run, self.again, self.why, self.made_by = run, again, why, identity()
        self._boxed_call = True                      # of the object: wrappers of it copy its dictionary

    # Of the object, found without a frame of Python's between AOTAutograd and the graph.
    __call__ = property(operator.attrgetter("run"))

    def __setstate__(self, state) -> None:
        """Read: Dynamo's cache, unlike AOTAutograd's, finds what another version left."""
        if state["made_by"] != identity():
            raise ValueError(f"the entry was made by {state['made_by']}, this is {identity()}")
        self.__dict__.update(state)

    def prepare_for_serialization(self) -> None:
        """Of a copy: torch keeps the one that runs."""
        if self.why:
            from torch._functorch._aot_autograd.autograd_cache import BypassAOTAutogradCache
            raise BypassAOTAutogradCache(f"weft: the graph {self.why}")
        self.run = None

    def post_compile(self, example_inputs, constants, graph_kwargs) -> None:
        if self.run is None:
            self.run = self.again()

    def set_triton_bundle(self, triton_bundle) -> None:
        """There are no Triton kernels."""


def compiler(fn):
    """fn(gm, example inputs) -> Output, as a compiler whose results AOTAutograd may keep."""
    from torch._functorch.aot_autograd import SerializableAOTDispatchCompiler
    return SerializableAOTDispatchCompiler(Output, fn)


def may_feed(gm: torch.fx.GraphModule, settings) -> bool:
    """Whether torch's cache may keep what gm becomes: Weft's is on, and torch's key covers gm."""
    if settings.freezing or _bisect.on():            # names of parameters are not in the key; nor what is left out
        return False
    cache = settings.c.get("cache") or os.environ.get("WEFT_CACHE") or "on"
    # Of tensors that are attributes the key has shapes and not values.
    return cache == "on" and settings.identity_known() and not any(n.op == "get_attr" for n in gm.graph.nodes)


@functools.cache
def identity() -> str:
    """Of what turns a torch graph into text; torch packs weights of four bits by the processor."""
    digest = hashlib.sha256()
    for path in sorted(pathlib.Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return f"weft {weft.__version__} {digest.hexdigest()[:16]} {torch.backends.cpu.get_cpu_capability()}"


def light() -> dict[str, object]:
    """What torch's key asks of inductor, by its names there: no generator of its code has a part in a graph of ours.

    A release is told by its version and commit; a build of a checkout, whose sources may change, still by all of them.
    """
    light = {"init_backend_registration": lambda: None, "custom_backend_passes": {}, "custom_backend_codegen_configs": {}}
    if "git" not in torch.__version__ and torch.version.git_version:
        release = f"{torch.__version__} {torch.version.git_version}".encode()
        light["torch_key"] = lambda: release
    return {name: value for name, value in light.items() if hasattr(codecache, name)}


GENERATOR, SOURCES = "torch._inductor.codegen.wrapper", "user_defined_triton_kernel_transitive_closure_source_code"


@contextlib.contextmanager
def light_generator():
    """A module in the generator's place that becomes the generator when it is asked for more than torch's key imports, or
    that is called, which is where a graph has kernels of Triton's."""
    if GENERATOR in sys.modules:
        yield
        return
    light = types.ModuleType(GENERATOR)

    def leave():
        if sys.modules.get(GENERATOR) is light:
            del sys.modules[GENERATOR]

    def real(name):
        if name.startswith("__"):                    # import asks for __path__
            raise AttributeError(name)
        leave()
        return getattr(importlib.import_module(GENERATOR), name)

    light.__getattr__ = real
    setattr(light, SOURCES, lambda *args: real(SOURCES)(*args))
    sys.modules[GENERATOR] = light
    try:
        yield
    finally:
        leave()


def light_key(key=autograd_cache.autograd_cache_key):
    def run(*args, **kw):
        with light_generator():
            return key(*args, **kw)
    return run


@contextlib.contextmanager
def fed(settings):
    """torch keeps whole results, under a key of its own for each compiler and its options."""
    tag = torch.compiler.config.cache_key_tag
    with torch.compiler.config.patch(cache_key_tag=f"{tag}|{identity()} {settings!r}"), \
            torch._functorch.config.patch(bundled_autograd_cache=True), \
            mock.patch.object(autograd_cache, "autograd_cache_key", light_key()), \
            mock.patch.multiple(codecache, **light()):         # torch compiles on one thread at a time, under a lock
        yield
