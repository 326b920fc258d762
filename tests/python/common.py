"""What the torch tests share: compile with Weft, compare with eager."""
from __future__ import annotations

import contextlib
import copy
import ctypes
import json
from unittest import mock

import pytest
import torch

import weft
from weft import _backend

BACKENDS = ("interp", "weft")


def needs_libgomp():
    """Skips a test of option pool=host where torch's threads are another OpenMP's."""
    if not hasattr(ctypes.CDLL(None), "GOMP_parallel"):
        pytest.skip("this process has not loaded libgomp (GOMP_parallel)")


class Cases:
    """A table of cases: case(name, function, its arguments, what check() takes)."""

    def __init__(self):
        self.all = {}

    def __call__(self, name, fn, *args, **kw):
        assert name not in self.all, name
        self.all[name] = (fn, args, kw)


def compiled(fn, backend="weft", fullgraph=True, dynamic=None, **options):
    options.setdefault("fallback", "error")
    return torch.compile(fn, backend=weft.backend, fullgraph=fullgraph, dynamic=dynamic,
                         options={"backend": backend, **options})


def report() -> dict:
    return json.loads(weft.report("json"))


@contextlib.contextmanager
def no_fallback():
    before = weft.fallbacks()
    yield
    assert weft.fallbacks() == before, "operators ran outside of compiled code"


def leaves(x):
    return torch.utils._pytree.tree_leaves(x)


@contextlib.contextmanager
def compiled_by(backends):
    """Torch captures a function once, and each of backends compiles the graphs: for each, the name and a context in which it
    is the one that runs."""
    running = backends[0]
    compile_program = _backend.compile_program

    def by_each(program, settings):
        graphs = {}
        for name in backends:
            settings = copy.copy(settings)
            settings.backend = name
            graphs[name] = compile_program(program, settings)

        def run(args):
            return graphs[running](args)
        run._boxed_call = True
        return run

    def each():
        nonlocal running
        for running in backends:
            yield running

    with mock.patch.object(_backend, "compile_program", by_each) if len(backends) > 1 else contextlib.nullcontext():
        yield each()


def close(got, want, backend, **tolerance):
    torch.testing.assert_close(got, want, equal_nan=True, msg=lambda m: f"by {backend}: {m}", **tolerance)


def check(fn, *args, backends=("weft",), dynamic=None, fallback=False, **tolerance):
    """fn compiled gives what eager gives: values, dtypes, shapes and strides."""
    torch._dynamo.reset()
    with torch.no_grad():
        want = fn(*args)
        f = compiled(fn, backends[0], dynamic=dynamic, fallback="allow" if fallback else "error")
        with compiled_by(backends) as each:
            for backend in each:
                with contextlib.nullcontext() if fallback else no_fallback():
                    got = f(*args)
                close(got, want, backend, **tolerance)
                for g, w in zip(leaves(got), leaves(want)):
                    if isinstance(w, torch.Tensor):
                        assert g.stride() == w.stride() or g.numel() < 2, (backend, g.stride(), w.stride())


def check_gradients(fn, *args, backends=("weft",), dynamic=None, fallback=False, **tolerance):
    """Results and gradients of fn compiled are eager's; the floating-point arguments take gradients."""
    torch._dynamo.reset()

    def run(f):
        inputs = [a.detach().clone(memory_format=torch.preserve_format).requires_grad_(
            a.is_floating_point() or a.is_complex()) if isinstance(a, torch.Tensor) else a for a in args]
        out = f(*inputs)
        some = [t for t in leaves(out) if isinstance(t, torch.Tensor) and t.requires_grad]
        torch.manual_seed(1)
        grads = torch.autograd.grad(some, [a for a in inputs if isinstance(a, torch.Tensor) and a.requires_grad],
                                    [torch.randn(t.shape).to(t.dtype) for t in some], allow_unused=True)
        return leaves(out), grads

    want = run(fn)
    f = compiled(fn, backends[0], dynamic=dynamic, fallback="allow" if fallback else "error")
    with compiled_by(backends) as each:
        for backend in each:
            with contextlib.nullcontext() if fallback else no_fallback():
                got = run(f)
            close(got, want, backend, **tolerance)
