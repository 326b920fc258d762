"""One pair of the database: an operator and a dtype, compiled by a backend and compared with eager.

The judge is eager torch with torch's tolerances for the dtype.  Where a result is rounded (f16, bf16 and sums
in any order) eager may itself be off: then what counts is the distance from a computation in more
bits, which may be no more than the tolerance beyond eager's own; of f64, for functions that eager has
to seven digits, from mpmath's.  What is wrong by all that and right by the wider tolerance that the database
has of the operator, for every test of it, is counted apart, as `wider`; tolerances that it has for one of
torch's own tests are not used.
"""
from __future__ import annotations

import contextlib
import functools
import gc
import itertools
import random
import warnings

import torch
from torch.testing._internal import common_methods_invocations
from torch.testing._internal.common_device_type import precisionOverride, tol, toleranceOverride
from torch.testing._internal.opinfo.core import DecorateInfo, OpInfo
from torch.utils import _pytree as pytree

import other

WIDE = {torch.float16: torch.float64, torch.bfloat16: torch.float64, torch.float32: torch.float64,
        torch.complex64: torch.complex128, torch.complex32: torch.complex128}

# Under a frozen state of the generator Dynamo compiles nothing, and nothing random was: run() sets a seed itself.
common_methods_invocations.wrapper_set_seed = lambda op, *args, **kwargs: op(*args, **kwargs)


def copy(t):
    """The tensor anew: its own memory, the same strides, offset, lazy bits and need of gradients."""
    if not isinstance(t, torch.Tensor):
        return t
    if t.layout != torch.strided or type(t) not in (torch.Tensor, torch.nn.Parameter):
        return t.detach().clone().requires_grad_(t.requires_grad)
    new = torch.empty(0, dtype=t.dtype)
    new.set_(t.untyped_storage().clone(), t.storage_offset(), t.shape, t.stride())
    if t.is_conj():
        torch._C._set_conj(new, True)
    if t.is_neg():
        torch._C._set_neg(new, True)
    return new.requires_grad_(t.requires_grad)


def widen(t):
    if isinstance(t, torch.Tensor) and t.dtype in WIDE:
        return t.detach().to(WIDE[t.dtype]).requires_grad_(t.requires_grad)
    if isinstance(t, torch.dtype):
        return WIDE.get(t, t)
    return t


def function(op, sample):
    if hasattr(op, "function"):            # a module or an optimizer
        return op.function(sample)

    # What can be known before is not left for Dynamo to trace: a third of a sample's time was this.
    process = sample.output_process_fn_grad if gradients_of(sample.input, sample.args, sample.kwargs) else lambda out: out
    call = op.op if type(op).__call__ is OpInfo.__call__ else op

    def fn(first, args, kwargs):
        return process(call(first, *args, **kwargs))
    return fn


def gradients_of(*trees) -> list[torch.Tensor]:
    return [t for t in pytree.tree_leaves(trees) if isinstance(t, torch.Tensor) and t.requires_grad]


def cotangent(t: torch.Tensor, i: int, narrow=None) -> torch.Tensor:
    """A gradient for result i; of a computation in more bits than `narrow` the numbers that narrow one has."""
    g = torch.Generator().manual_seed(1000 + i)
    real = torch.rand(t.shape, generator=g, dtype=torch.float64) * 2 - 0.5
    if t.is_complex():
        real = torch.complex(real, torch.rand(t.shape, generator=g, dtype=torch.float64) - 0.7)
    return (real.to(narrow) if t.dtype == WIDE.get(narrow) else real).to(t.dtype)


def tolerance(op, dtype) -> tuple | None:
    """(relative, absolute): torch's own of this operator for every test on a CPU, if it has any."""
    found = None
    for d in op.decorators:
        if isinstance(d, DecorateInfo):
            if d.cls_name or d.test_name or d.device_type not in (None, "cpu") or (d.dtypes and dtype not in d.dtypes):
                continue
            given = d.decorators
        else:
            given = [d]
        for g in given:
            if isinstance(g, toleranceOverride | precisionOverride) and dtype in g.d:
                found = g.d[dtype]
    if found is None:
        return None
    rtol, atol = torch.testing._comparison.get_tolerances(dtype, rtol=None, atol=None)
    own = found if isinstance(found, tol) else tol(found, 0.0)
    return max(own.rtol, rtol), max(own.atol, atol)


@contextlib.contextmanager
def wide_default():
    had = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(had)


def by_digits(name: str):
    """Of functions that eager has to seven digits whatever the dtype: the same with forty."""
    import mpmath
    return {"special.bessel_j0": lambda x: mpmath.besselj(0, x), "special.bessel_j1": lambda x: mpmath.besselj(1, x),
            "special.bessel_y0": lambda x: mpmath.bessely(0, x), "special.bessel_y1": lambda x: mpmath.bessely(1, x),
            "special.airy_ai": mpmath.airyai}.get(name)


def exactly(op, fn, sample, dtype):
    """Results, gradients and inputs in more bits than dtype, where there are any."""
    try:
        if not (dtype.is_floating_point or dtype.is_complex):
            with wide_default():               # what functions of integers give
                return run(fn, sample)
        if dtype != torch.float64:
            return run(fn, sample, widen, narrow=dtype)
        if not (exact := by_digits(op.name)):
            return [], [], []
        import mpmath
        with mpmath.workdps(40):
            values = [float(exact(mpmath.mpf(v))) if v > 0 or "bessel_y" not in op.name else float("nan")
                      for v in sample.input.flatten().tolist()]
        return [torch.tensor(values, dtype=dtype).reshape(sample.input.shape)], [], []
    except Exception:
        return [], [], []


def run(fn, sample, change=None, seed=7, narrow=None):
    """Results and, where inputs need them, gradients; and the inputs as they are afterwards."""
    first, args, kwargs = pytree.tree_map(copy, (sample.input, sample.args, sample.kwargs))
    if change:
        first, args, kwargs = pytree.tree_map(change, (first, args, kwargs))
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out = fn(first, args, kwargs)
        leaves = [t for t in pytree.tree_leaves(out) if isinstance(t, torch.Tensor)]
        wanted = gradients_of(first, args, kwargs)
        some = [t for t in leaves if t.requires_grad]
        grads = ()
        if wanted and some:
            grads = torch.autograd.grad(some, wanted, [cotangent(t, i, narrow) for i, t in enumerate(some)],
                                        allow_unused=True)
    after = [t.detach() for t in pytree.tree_leaves((first, args, kwargs))
             if isinstance(t, torch.Tensor)]
    return pytree.tree_leaves(out), list(grads), after


def difference(got, want, again, wide, by=(None, None)) -> str:
    """Why got is not what eager gives; empty if it is.  by: the tolerances of floats, else torch's of their dtypes."""
    for part, g, w, a, r in zip(("result", "gradient", "input"), got, want, again, wide):
        if len(g) != len(w):
            return f"{len(g)} {part}s, eager gives {len(w)}"
        for i, (x, y) in enumerate(zip(g, w)):
            if not isinstance(y, torch.Tensor):
                if type(x) is not type(y) or not (x == y or x != x and y != y):
                    try:
                        torch.testing.assert_close(x, y, equal_nan=True)
                    except AssertionError:
                        return f"{part} {i}: {x!r}, eager gives {y!r}"
                continue
            why = unlike(x, y, a[i], r[i] if r and i < len(r) else None, by)
            if why:
                return f"{part} {i}: {why}"
    return ""


def same(a, b) -> bool:
    return a.shape == b.shape and bool(((a == b) | (a != a) & (b != b)).all())


def unlike(x, y, again, wide, by=(None, None)) -> str:
    if not isinstance(x, torch.Tensor):
        return f"{type(x).__name__}, eager gives a tensor"
    if x.dtype != y.dtype or x.shape != y.shape:
        return f"{x.dtype} {list(x.shape)}, eager gives {y.dtype} {list(y.shape)}"
    x, y, again = x.detach(), y.detach(), again.detach()
    if y.layout != torch.strided:
        if x.layout != y.layout:
            return f"{x.layout}, eager gives {y.layout}"
        x, y, again = x.to_dense(), y.to_dense(), again.to_dense()
    if not same(y, again):
        return ""                        # eager gives something else each time: a random number
    try:
        rtol, atol = by if y.is_floating_point() or y.is_complex() else (None, None)
        torch.testing.assert_close(x, y, rtol=rtol, atol=atol, equal_nan=True)
        if x.layout == torch.strided and y.numel() > 1 and \
                torch.ops.aten.is_non_overlapping_and_dense(y):
            if any(a != b for a, b, n in zip(x.stride(), y.stride(), y.shape) if n > 1):
                return f"strides {x.stride()}, eager gives {y.stride()}"
        return ""
    except AssertionError as e:
        why = " ".join(str(e).split())[:200]
    if not isinstance(wide, torch.Tensor) or wide.shape != y.shape or \
            not (wide.is_floating_point() or wide.is_complex()):
        return why
    to = WIDE.get(y.dtype, y.dtype)
    x, y, wide = x.to(to), y.to(to), wide.detach().to(to)
    rtol, atol = torch.testing._comparison.get_tolerances(again.dtype, rtol=None, atol=None)
    off, own = (x - wide).abs(), (y - wide).abs()
    own[~own.isfinite()] = 0             # where eager is lost, what counts is the tolerance alone
    nearest = wide.to(again.dtype).to(to)    # may be infinite
    ok = (off <= atol + rtol * wide.abs() + own) | (x == y) | (x.isnan() & y.isnan()) | (x == nearest)
    if bool(ok.all()):
        return ""
    return f"from more bits {off[~ok].max().item():.2g}, eager {own[~ok].max().item():.2g} there: {why}"


def made(given):
    """Until torch cannot make another: some entries have dtypes that their samples do not take."""
    with contextlib.suppress(Exception):
        yield from given


def samples(op, dtype, limit, seed=0, pick=None):
    """The first `limit` samples, or `pick` of all of them, which the seed chooses."""
    grad = op.supports_autograd and dtype in op.supported_backward_dtypes("cpu") and \
        (dtype.is_floating_point or dtype.is_complex)
    torch.manual_seed(seed)
    given = made(op.sample_inputs("cpu", dtype, requires_grad=grad))
    if pick is None:
        yield from itertools.islice(given, limit)
        return
    given = list(itertools.islice(given, limit))
    at = random.Random(f"{op.name} {dtype} {seed}").sample(range(len(given)), min(pick, len(given)))
    yield from (given[i] for i in sorted(at))


def compile_with(fn, backend):
    torch._dynamo.reset()
    return torch.compile(fn, backend=backend, dynamic=False)


class Counter:
    """Stands before a backend and counts the graphs it is given."""

    def __init__(self, inner):
        self.inner, self.graphs = inner, 0

    def __call__(self, gm, example, **kw):
        self.graphs += 1
        return self.inner(gm, example, **kw)


def check(op, dtype, limit=None, seed=0, pick=None, beat=lambda: None) -> dict:
    """The verdict on one pair; beat() is called before each sample."""
    import weft
    verdict = {"status": "ok", "samples": 0, "graphs": 0, "fallbacks": {}, "kernels": 0}
    gc.disable()                           # a graph's counts go when it goes: not between two readings of them
    for i, sample in enumerate(samples(op, dtype, limit, seed, pick)):
        beat()
        if i % 16 == 15:
            gc.collect()
        fn = function(op, sample)
        parts = isinstance(op, other.Optimizer)
        try:
            want = run(fn, sample)
        except Exception:
            continue                       # eager cannot: no pair of ours
        backend = Counter(weft.backend)
        weft.reset()
        torch._dynamo.reset()
        before = weft.fallbacks()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if parts:                  # each step of an optimizer is compiled, not its making
                    torch._dynamo.reset()
                    got = run(op.function(sample, lambda step: torch.compile(step, backend=backend)), sample)
                else:
                    got = run(compile_with(fn, backend), sample)
            why = ""
        except Exception as e:
            got, why = None, "error: " + " ".join(f"{type(e).__name__}: {e}".split())[:300]
        after = weft.fallbacks()
        for k, v in after.items():
            if v > before.get(k, 0):
                verdict["fallbacks"][k] = verdict["fallbacks"].get(k, 0) + 1
        verdict["samples"] += 1
        verdict["graphs"] += backend.graphs
        if not why:
            why = difference(got, want, want, ([], [], []))
        again = run(fn, sample, seed=8) if why else want
        if why and got:
            why = difference(got, want, again, exactly(op, fn, sample, dtype))
        if why and got and (by := tolerance(op, dtype)) and not difference(got, want, again, ([], [], []), by):
            verdict["wider"], why = verdict.get("wider", 0) + 1, ""
        if why and (aot := eager_fails(fn, sample, want, again)):
            verdict["aot"] = aot
            continue
        if why:
            verdict.update(status="error" if why.startswith("error") else "wrong", why=f"sample {i}: {why}")
            break
    if verdict["samples"] == 0:
        verdict["status"] = "none"
    return verdict


def eager_fails(fn, sample, want, again) -> str:
    """What aot_eager makes of it, if not the right thing: such a sample is no test of a compiler."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            got = run(compile_with(fn, "aot_eager"), sample)
    except Exception as e:
        return "error: " + " ".join(f"{type(e).__name__}: {e}".split())[:200]
    return difference(got, want, again, ([], [], []))
