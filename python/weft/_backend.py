"""The torch.compile backend: options, decompositions, AOTAutograd, and the call of a compiled graph.

What an operator means is C's business (src/front/aten); here a graph is printed as text, handed
over, and what comes back is wrapped in AOTAutograd's boxed convention.
"""
from __future__ import annotations

import contextlib
import difflib
import functools
import os
import time
from typing import NamedTuple

import torch

import weft
from weft import (_alias, _aot, _bisect, _blame, _callback, _counts, _foreach, _form, _freeze, _higher_order, _hint, _native, _parts,
                  _pieces, _output, _registry, _scalars, _segments, _strides, _text, _words)

# What is kept whole: C knows a kernel for it, or which indices may count from the end, or none need be looked at.
KEPT = {f"aten.{name}" for name in """
    _scaled_dot_product_flash_attention_for_cpu.default _unsafe_index.Tensor _unsafe_index_put.default index_add.default
    index_copy.default index_fill.int_Scalar index_fill.int_Tensor""".split()}
# What C has no row for and torch can take apart, though its core table does not.
TAKEN_APART = {f"aten.{name}" for name in """
    _addmm_activation.default _batch_norm_no_update.default _batch_norm_with_update_functional.default
    as_strided_copy.default batch_norm_backward.default dist.default grid_sampler_2d.default narrow_copy.default
    native_batch_norm.default permute_copy.default rrelu_with_noise_backward.default tril_indices.default
    triu_indices.default unbind_copy.int
    upsample_bicubic2d.default upsample_bilinear2d.default upsample_bilinear2d.vec upsample_nearest2d.vec
    upsample_trilinear3d.default view_copy.default""".split()}
# Composite operators with kernels of their own, for which tracing would keep them whole.
COMPOSITE = """
    _upsample_nearest_exact1d _upsample_nearest_exact2d _upsample_nearest_exact3d native_channel_shuffle upsample_nearest1d
    upsample_nearest2d upsample_nearest3d""".split()


@functools.cache
def decompositions() -> dict:
    # core_aten_decompositions() has a row for every composite operator, too.  Tracing takes most of them apart by itself, and
    # to list them takes longer than to compile a small model, and 3 MiB.
    from torch._decomp import _core_aten_decompositions_post_autograd, decomposition_table
    out = {k: v for k, v in _core_aten_decompositions_post_autograd().items() if str(k) not in KEPT}
    out.update((k, v) for k, v in decomposition_table.items() if str(k) in TAKEN_APART)
    out.update((op, op.decompose) for op in (getattr(torch.ops.aten, name).default for name in COMPOSITE))
    out.update(_foreach.decompositions())
    out.update(_parts.decompositions())
    out.update(_pieces.decompositions())
    out.update(_segments.decompositions())
    # With it scan's backward finds a saved result and a carry to be one tensor, and refuses; C has a row for it.
    out.pop(torch.ops.aten.alias_copy.default, None)
    out[torch.ops.prims.fma.default] = lambda a, b, c: a * b + c
    return out


GROUPS = ("pre", "joint", "post")                    # weft_pass_group, from 1
ROLES = {"inference": 1, "forward": 2, "backward": 4}                # weft_role
_functions: set = set()                              # of passes: versions that are compiled later still call them


def attr_error(name: str, value, should: str) -> RuntimeError:
    """In torch's words."""
    return RuntimeError(f"Unexpected type of attr {name}, got {type(value).__name__} should be {should}")


# What tells Dynamo how to go on is no failure of what raised it.
PASSES_THROUGH = torch._dynamo.exc.SkipFrame, torch._dynamo.exc.ShortenTraceback


@functools.cache
def named_pass(p: weft.Pass):
    """p's function, whose failures say which pass it was."""
    def run(text):
        try:
            changed = p.function(text)
        except PASSES_THROUGH:
            raise
        except Exception as e:
            raise RuntimeError(f"pass '{p.name}': {type(e).__name__}: {e}") from e
        if changed is not None and not isinstance(changed, str):
            raise TypeError(f"pass '{p.name}' gives {type(changed).__name__}, expected str, or None: unchanged")
        if changed and "\0" in changed:              # C would take it for the end
            raise ValueError(f"pass '{p.name}' gives a text with a NUL at {changed.index(chr(0))}")
        return changed

    run.__name__ = p.name
    return run


def named_partitioner(fn):
    """fn, whose failures say that it was the partitioner."""
    name = getattr(fn, "__name__", type(fn).__name__)

    @functools.wraps(fn)
    def run(*args, **kw):
        try:
            parts = fn(*args, **kw)
        except PASSES_THROUGH:
            raise
        except Exception as e:
            raise RuntimeError(f"partitioner {name}: {type(e).__name__}: {e}") from e
        if not (isinstance(parts, tuple) and len(parts) == 2 and all(isinstance(p, torch.fx.GraphModule) for p in parts)):
            raise TypeError(f"partitioner {name} gives {type(parts).__name__}, expected two graph modules, forward and backward")
        return parts

    return run


def least_cut(*args, **kw):
    """torch's partition by a least cut.  Its search for equal nodes is left out: Weft's graph has each once, and to search
    torch loads inductor's lowerings, for a second or more."""
    from torch._functorch.partitioners import min_cut_rematerialization_partition
    with torch._functorch.config.patch(cse=False):
        return min_cut_rematerialization_partition(*args, **kw)


class Settings:
    """options={"backend": "interp", "threads": 2, "fallback": "error", ...}: six are ours, the rest is C's."""

    # Name: the default, and the values there are; None: any.
    OURS = {"backend": ("weft", None), "fallback": ("warn", ("allow", "warn", "error")),
            "random": ("weft", ("weft", "eager")), "freezing": (False, (False, True))}

    def __init__(self, options: dict | None, mode: str | None):
        if not isinstance(options, (dict, type(None))):
            raise attr_error("options", options, "dict")
        for k in options or ():
            if not isinstance(k, str):
                raise attr_error("options", k, "names of options, str")
        options = {k.replace("-", "_"): v for k, v in (options or {}).items()}
        self.backend, self.fallback, self.random, self.freezing = (
            self.own(k, options.pop(k, default), values) for k, (default, values) in self.OURS.items())
        self.passes, self.partitioner = options.pop("passes", ()), options.pop("partitioner", None)
        self.check()
        self.function = _registry.find(self.backend) if isinstance(self.backend, str) else self.backend
        if self.function:                            # Python's, by name or itself: what is left is its own
            return
        in_options = options.pop("mode", None)       # the keyword and this: torch refuses one beside options
        mode = in_options if mode is None else mode
        self.c = {k: self.word(k, v) for k, v in options.items() if v is not None}
        if mode is not None:
            if not isinstance(mode, str):
                raise attr_error("mode", mode, "str")
            modes = _native.tables()["modes"]
            if mode not in modes:
                raise RuntimeError(f"Unrecognized mode={mode}, should be one of: {', '.join(modes)}")
            # Its settings by name, so that who adds to one of them, as bisect does to passes_off, finds it.
            self.c = {**dict(s.split("=", 1) for s in modes[mode]["settings"].split(";") if s), **self.c}

    def __repr__(self) -> str:
        """What torch's cache must know: all there is where identity_known() holds."""
        return (f"{self.backend} {self.fallback} {self.random} {sorted(self.c.items())} "
                f"{getattr(self.partitioner, 'identity', None)}")

    def check(self) -> None:
        if not isinstance(self.backend, str) and not callable(self.backend):
            raise attr_error("backend", self.backend, "str, or a function")
        if not isinstance(self.passes, (list, tuple)) or isinstance(self.passes, weft.Pass):
            raise attr_error("passes", self.passes, "a list of weft.Pass")
        for p in self.passes:
            if not isinstance(p, weft.Pass):
                raise attr_error("passes", p, "weft.Pass")
            if not isinstance(p.name, str) or not callable(p.function) or not isinstance(p.identity, (str, type(None))):
                raise RuntimeError(f"pass {p.name!r}: expected weft.Pass(name, function, identity or None, group), found {p}")
            if p.group not in GROUPS:
                raise RuntimeError(f'pass {p.name}: group "{p.group}" is none of {", ".join(GROUPS)}')
            if not isinstance(p.roles, tuple) or not set(p.roles) <= ROLES.keys():
                raise RuntimeError(f"pass {p.name}: roles {p.roles!r} is no tuple of {', '.join(ROLES)}")
        if self.partitioner is not None and not callable(self.partitioner):
            raise attr_error("partitioner", self.partitioner, "a function")

    def identity_known(self) -> bool:
        """Whether a text says all of these settings: functions are the user's, and not another process's."""
        return not self.passes and (self.partitioner is None or hasattr(self.partitioner, "identity"))

    def user_passes(self) -> tuple:
        """As C takes them."""
        functions = [named_pass(p) for p in self.passes]
        _functions.update(functions)
        return tuple((p.name, p.identity, 1 + GROUPS.index(p.group), f, sum(ROLES[r] for r in set(p.roles)))
                     for p, f in zip(self.passes, functions))

    @staticmethod
    def own(name, value, values):
        want = type(values[0]) if values else object
        if not isinstance(value, want):
            raise attr_error(name, value, want.__name__)
        if values and value not in values:
            raise RuntimeError(f'option {name}: "{value}" is none of {", ".join(values)}')
        return value

    @classmethod
    def word(cls, name, v) -> str:
        """v as C takes it; what torch says of a wrong name or type."""
        rows = _native.tables()["options"]
        row = rows.get(name)
        if row is None:
            known = [*rows, "mode", *cls.OURS, "passes", "partitioner"]
            near = difflib.get_close_matches(name, known, 1, 0)
            raise RuntimeError(f"Unexpected optimization option {name}, known options are {known}; "
                               f"the nearest is {near[0] if near else known[0]}")
        want = {"int": int, "bool": bool, "str": (str, os.PathLike, list, tuple)}[row["type"]]
        if not isinstance(v, want) or (row["type"] == "int" and isinstance(v, bool)):
            raise attr_error(name, v, row["type"])
        if name == "progressive" and not isinstance(v, str):
            return "|".join(cls.version(e) for e in v)
        if row["type"] == "str":
            return ",".join(map(str, v)) if isinstance(v, (list, tuple)) else os.fspath(v)
        return str(int(v))

    @classmethod
    def version(cls, e) -> str:
        """One of the list progressive=[{"opt_level": 2}, "max_autotune=1"], as C takes it."""
        if not isinstance(e, (str, dict)):
            raise attr_error("progressive", e, "a dict of options")
        return e if isinstance(e, str) else ";".join(f"{k}={cls.word(k, v)}" for k, v in e.items())


def compile_graph(gm, example_inputs, *, options=None, mode=None, **kw):
    if kw:
        raise RuntimeError(f"Unexpected keyword {next(iter(kw))}, known are options and mode")
    settings = Settings(options, mode)
    if settings.function:                            # Python's, by name or itself
        rest = {k: v for k, v in (options or {}).items() if k != "backend"}
        more = {"options": rest, "mode": mode}
        return settings.function(gm, example_inputs, **{k: v for k, v in more.items() if v})
    if _bisect.on():
        if _bisect.off("graph", gm):
            return gm.forward
        settings.c["passes_off"] = ",".join(filter(None, [settings.c.get("passes_off"), *_bisect.passes_off(gm)]))
    kept = _output.may_feed(gm, settings)
    compiler = functools.partial(compile_fx, settings=settings, kept=kept)
    kinds = {key: functools.partial(compiler, role=role) for key, role in
             (("fw_compiler", "forward"), ("bw_compiler", "backward"), ("inference_compiler", "inference"))}
    if settings.freezing:
        kinds["inference_compiler"] = functools.partial(compiler, role="inference", names=_freeze.names(gm))
    kinds["bw_compiler"] = _aot.of_backward(kinds["bw_compiler"])
    if kept:
        kinds = {k: _output.compiler(v) for k, v in kinds.items()}
    kinds["partition_fn"] = named_partitioner(settings.partitioner) if settings.partitioner else least_cut
    with _output.fed(settings) if kept else contextlib.nullcontext():
        run = _form.compile_flat(gm, example_inputs, functools.partial(
            _aot.compile_by, kinds=kinds, decompositions=decompositions(), keep_inference_input_mutations=True))
    # It takes arguments one by one; what it wraps takes a list, and wrapping copied that mark (torch's minifier asks).
    getattr(run, "__dict__", {}).pop("_boxed_call", None)
    return run


def static_inputs() -> frozenset[int]:
    """Which inputs are parameters and buffers."""
    context = torch._guards.TracingContext.try_get()
    meta = context.fw_metadata if context else None
    return frozenset(meta.static_input_indices or ()) if meta else frozenset()


def has_tokens() -> bool:
    """Does the graph under compilation have tokens of effects as its first inputs and results?"""
    context = torch._guards.TracingContext.try_get()
    return bool(context and context.fw_metadata and context.fw_metadata.tokens)


class Program(NamedTuple):
    """What a graph is once it is printed: all that compile_program needs, in this process or another."""
    text: str
    inputs: tuple
    outputs: tuple
    extra: tuple[torch.Tensor, ...]
    random: bool
    lazy: dict[int, tuple]
    constants: tuple[tuple[int, str], ...]
    role: str


def compile_program(p: Program, settings: Settings):
    """p to a boxed callable."""
    with torch.utils._python_dispatch._disable_current_modes(), _callback.compiling(settings.fallback, p.text):
        try:
            options = {**settings.c, "role": p.role}
            if p.constants:
                options["constants"] = ",".join(str(i) for i, _ in p.constants)
            graph = _native.load().compile(settings.backend, "<graph>", p.text, options, p.inputs, p.outputs, p.extra,
                                           seed if p.random else None, p.constants, settings.user_passes())
        except RuntimeError as e:
            if not isinstance(e, NotImplementedError) and (why := _callback.refused()):
                raise NotImplementedError(why) from None
            _blame.in_compile(e, p.text)
            raise
        except ValueError as e:
            _blame.in_compile(e, p.text)
            raise
    _blame.give(graph, p.text)
    return lazy(graph, p.lazy, {o[3] for o in p.outputs if o[0] == "write"}) if p.lazy else graph


def compile_fx(gm, example_inputs, *, settings: Settings, role: str = "inference", kept: bool = False,
               names: dict[int, str] | None = None):
    """One graph of AOTAutograd's, "forward", "backward" or "inference", to a boxed callable; kept: to one that
    AOTAutograd's cache can keep; names: of the inputs that may be frozen."""
    from torch._dynamo.utils import dynamo_timed
    _form.check(gm)
    if role != "forward":                            # what is kept for the backward pass lies as its graph was traced
        _strides.as_eager(gm)
    _scalars.as_eager(gm)
    _form.record_strides(gm)
    if _form.calls_nothing(gm):
        again = functools.partial(_form.picking, _form.picks(gm))
        return _output.Output(again(), again) if kept else again()
    _hint.give(gm)
    with dynamo_timed("weft_compile", log_pt2_compile_event=True, is_backward=role == "backward"):
        return compile_ops(gm, settings, role, kept, names)


def compile_ops(gm, settings: Settings, role: str, kept: bool, names: dict[int, str] | None):
    again, why, start = None, "", time.perf_counter_ns()
    if settings.freezing and names is None:
        _counts.warn_once("freezing", "weft: freezing is for inference: this graph has gradients, and its parameters are "
                                      "arguments (torch.no_grad() or torch.inference_mode() around the call)")
    try:
        with torch.utils._python_dispatch._disable_current_modes():
            gm = _higher_order.expand(gm, decompositions())
            t = _text.Printer(gm, static_inputs(), seeded=settings.random == "weft", views=_alias.views(gm, role))
        constants = _freeze.constants(gm, t, names) if names is not None else ()
        program = Program(t.text, tuple(t.inputs), tuple(t.outputs), tuple(t.extra), t.random, t.lazy, constants, role)
        again = functools.partial(compile_program, program, settings)
        run = again()
        if kept and has_tokens():                    # what torch's cache gives back hands over no tokens
            why = "has tokens of effects"
        elif kept and _alias.merges_arguments(gm):
            why = "has arguments that overlap and are written"
    except (_words.Unsupported, NotImplementedError) as e:
        if settings.fallback == "error":
            raise
        again, run, why = None, eager(gm, e, settings.fallback == "warn"), "runs in eager torch"
    return _output.Output(run, again, why, time.perf_counter_ns() - start) if kept else run


def eager(gm, error: Exception, warn: bool):
    """A graph Weft cannot compile, run by torch: counted and warned about."""
    from functorch.compile import make_boxed_func
    reason = "graph: " + (error.what if isinstance(error, _words.Unsupported) else str(error))[:200]
    if warn:
        _counts.warn_once(reason, f"weft: a graph runs in eager torch: {error} (counted in weft.report())")
    run = gm.forward

    def call(*args):
        _counts.count_graph(reason)
        return run(*args)

    return make_boxed_func(call)


def seed():
    """One draw a call, so that torch.manual_seed rules."""
    return torch.empty((), dtype=torch.int64).random_()


def with_lazy_bits(t: torch.Tensor, conj: bool, neg: bool) -> torch.Tensor:
    """t with these lazy bits: other bytes, the same values."""
    if t.is_conj() != conj:
        t = t.resolve_conj() if t.is_conj() else t.conj_physical().conj()
    if t.is_neg() != neg:
        t = t.resolve_neg() if t.is_neg() else torch._neg_view(t.neg())
    return t


def lazy(graph, bits: dict[int, tuple], written: set[int]):
    """graph where some inputs may come with other lazy bits than the program was read with."""
    def call(args):
        back = []
        for i, (conj, neg) in bits.items():
            if args[i].is_conj() != conj or args[i].is_neg() != neg:
                given, args[i] = args[i], with_lazy_bits(args[i], conj, neg)
                if i in written:
                    back.append((given, args[i]))
        results = graph(args)
        for given, new in back:
            given.data.copy_(new)
        return results

    call._boxed_call = True
    return call
