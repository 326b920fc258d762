"""The torch.compile backend: decompositions, AOTAutograd, and the call of a compiled graph.

What an operator means is C's business (src/front/aten); here a graph is printed as text, handed
over, and what comes back is wrapped in AOTAutograd's boxed convention.
"""
from __future__ import annotations

import contextlib
import functools
import time
from typing import NamedTuple

import torch

from weft import (_alias, _aot, _bisect, _blame, _callback, _counts, _foreach, _form, _freeze, _higher_order, _hint, _kernels, _native,
                  _parts, _pieces, _output, _quantised, _resample, _scalars, _segments, _sizes, _strides, _text, _words)
from weft._settings import Settings, named_partitioner

# What is kept whole: C knows a kernel for it, or which indices may count from the end, or none need be looked at.
KEPT = {f"aten.{name}" for name in """
    _scaled_dot_product_flash_attention_for_cpu.default _unsafe_index.Tensor _unsafe_index_put.default index_add.default
    baddbmm.default index_copy.default index_fill.int_Scalar index_fill.int_Tensor select_scatter.default""".split()}
# What C has no row for and torch can take apart, though its core table does not.
TAKEN_APART = {f"aten.{name}" for name in """
    _addmm_activation.default _batch_norm_no_update.default _batch_norm_with_update_functional.default
    as_strided_copy.default batch_norm_backward.default dist.default narrow_copy.default
    native_batch_norm.default permute_copy.default rrelu_with_noise_backward.default tril_indices.default
    triu_indices.default unbind_copy.int
    upsample_bicubic2d.default upsample_bilinear2d.default upsample_bilinear2d.vec upsample_nearest2d.vec
    upsample_trilinear3d.default""".split()}
# Composite operators with kernels of their own, for which tracing would keep them whole.
COMPOSITE = """
    _upsample_nearest_exact1d _upsample_nearest_exact2d _upsample_nearest_exact3d upsample_nearest1d
    upsample_nearest2d upsample_nearest3d""".split()


def decompositions() -> dict:
    return _decompositions(_quantised.loaded())


@functools.cache
def _decompositions(quantised: bool) -> dict:
    # core_aten_decompositions() has a row for every composite operator, too.  Tracing takes most of them apart by itself, and
    # to list them takes longer than to compile a small model, and 3 MiB.
    from torch._decomp import _core_aten_decompositions_post_autograd, decomposition_table
    out = {k: v for k, v in _core_aten_decompositions_post_autograd().items() if str(k) not in KEPT}
    out.update((k, v) for k, v in decomposition_table.items() if str(k) in TAKEN_APART)
    out.update((op, op.decompose) for op in (getattr(torch.ops.aten, name).default for name in COMPOSITE))
    out.update(_foreach.decompositions())
    out.update(_parts.decompositions())
    out.update(_pieces.decompositions())
    out.update(_quantised.decompositions())
    out.update(_resample.decompositions())
    out.update(_segments.decompositions())
    # With it scan's backward finds a saved result and a carry to be one tensor, and refuses; C has a row for it.
    out.pop(torch.ops.aten.alias_copy.default, None)
    out[torch.ops.prims.fma.default] = lambda a, b, c: a * b + c
    return out


def least_cut(*args, **kw):
    """torch's partition by a least cut.  Its search for equal nodes is left out: Weft's graph has each once, and to search
    torch loads inductor's lowerings, for a second or more."""
    from torch._functorch.partitioners import min_cut_rematerialization_partition
    with torch._functorch.config.patch(cse=False):
        return min_cut_rematerialization_partition(*args, **kw)


def compilers(gm, settings: Settings, kept: bool) -> dict:
    """What AOTAutograd calls for graphs of each role, and to part forward from backward; kept: as for compile_fx."""
    compiler = functools.partial(compile_fx, settings=settings, kept=kept)
    kinds = {key: functools.partial(compiler, role=role) for key, role in
             (("fw_compiler", "forward"), ("bw_compiler", "backward"), ("inference_compiler", "inference"))}
    if settings.freezing:
        kinds["inference_compiler"] = functools.partial(compiler, role="inference", names=_freeze.names(gm))
    kinds["bw_compiler"] = _aot.of_backward(kinds["bw_compiler"])
    if kept:
        kinds = {k: _output.compiler(v) for k, v in kinds.items()}
    kinds["partition_fn"] = named_partitioner(settings.partitioner) if settings.partitioner else least_cut
    return kinds


def compile_graph(gm, example_inputs, *, options=None, mode=None, **kw):
    """The function that register_backend knows: gm of Dynamo's to a callable."""
    if kw:
        raise RuntimeError(f"Unexpected keyword {next(iter(kw))}, known are options and mode")
    settings = Settings(options, mode)
    if torch._dynamo.config.repro_after == "aot":
        _counts.warn_once("repro_after", 'weft: torch\'s minifier looks at inductor alone with repro_after="aot": "dynamo" '
                                         "looks at every backend")
    if settings.function:                            # Python's, by name or itself
        rest = {k: v for k, v in (options or {}).items() if k != "backend"}
        more = {"options": rest, "mode": mode}
        return settings.function(gm, example_inputs, **{k: v for k, v in more.items() if v})
    if _bisect.on():
        if _bisect.off("graph", gm):
            return gm.forward
        settings.c["passes_off"] = ",".join(filter(None, [settings.c.get("passes_off"), *_bisect.passes_off(gm)]))
    kept = _output.may_feed(gm, settings)
    kinds = compilers(gm, settings, kept)
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
    sizes: str                                       # Python's arithmetic of those that the program takes (_sizes.py)


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
    if p.sizes:
        graph = _sizes.appending(graph, p.sizes)
    return lazy(graph, p.lazy, {o[3] for o in p.outputs if o[0] == "write"}) if p.lazy else graph


def compile_fx(gm, example_inputs, *, settings: Settings, role: str = "inference", kept: bool = False,
               names: dict[int, str] | None = None):
    """One graph of AOTAutograd's, "forward", "backward" or "inference", to a boxed callable; kept: to one that
    AOTAutograd's cache can keep; names: of the inputs that may be frozen."""
    from torch._dynamo.utils import dynamo_timed
    _form.check(gm)
    if role != "backward":                           # whose guards were written before it
        _kernels.as_numbers(gm)
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
            t = _text.Printer(gm, static_inputs(), seeded=settings.random == "weft", views=_alias.views(gm, role),
                              guarded=role != "backward")
        constants = _freeze.constants(gm, t, names) if names is not None else ()
        program = Program(t.text, tuple(t.inputs), tuple(t.outputs), tuple(t.extra), t.random, t.lazy, constants, role,
                          t.sizes.program())
        again = functools.partial(compile_program, program, settings)
        run = again()
        if kept and has_tokens():                    # what torch's cache gives back hands over no tokens
            why = "has tokens of effects"
        elif kept and _alias.merges_arguments(gm):
            why = "has arguments that overlap and are written"
    except (_words.Unsupported, NotImplementedError) as e:
        if settings.fallback == "error" or (settings.fallback == "warn" and isinstance(e, _words.Foreign)):
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
