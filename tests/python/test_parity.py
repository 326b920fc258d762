"""Lines of doc/parity.md that no other test is about: what torch's registry, compile_fx and inductor's entry do."""
import gc
import json
import logging
import random
import sys
import weakref

import capi
import numpy as np
import pytest
import torch

import weft
from common import compiled


@pytest.fixture
def default_backend():
    yield torch.compiler.set_default_backend
    torch.compiler.set_default_backend(None)


def test_default_backend(default_backend):
    """R32"""
    default_backend("weft")
    assert torch.compiler.get_default_backend() == "weft"
    before = weft.report("json")
    f = torch.compile(lambda x: x.sin() * 2)
    assert torch.allclose(f(torch.ones(3)), torch.ones(3).sin() * 2) and weft.report("json") != before
    default_backend(None)
    assert torch.compiler.get_default_backend() == "inductor"
    default_backend(weft.backend)
    torch._dynamo.reset()
    assert torch.allclose(torch.compile(lambda x: x.cos())(torch.ones(3)), torch.ones(3).cos())
    with pytest.raises(TypeError, match="backend must be a string or callable"):
        default_backend(3)


def test_example_inputs_have_no_data():
    """R30: the graph and fake tensors are all that a backend is given; what it gives takes tensors and gives a tuple of them."""
    gm = torch.fx.symbolic_trace(lambda a, b: (a + b, (a * 2).t()))
    real = [torch.arange(6.0).view(2, 3), torch.ones(2, 3)]
    with torch._subclasses.FakeTensorMode() as mode:
        fakes = [mode.from_tensor(t) for t in real]
    run = weft.backend(gm, fakes, options={"fallback": "error"})
    got = run(*real)
    assert isinstance(got, (tuple, list)) and newest()["backend"] == "weft"
    assert torch.equal(got[0], real[0] + real[1]) and torch.equal(got[1], real[0].t() * 2)


@pytest.mark.parametrize("drops", [None, True, False])
def test_a_late_backward_needs_nothing_of_the_compile(drops):
    """R33, C28, C61: the backward is compiled when it is first run, by the options of the forward, though what the
    compile knew is gone: for a registered backend torch drops it where the setting is None, too."""
    with torch._dynamo.config.patch(invalidate_compile_context_weakrefs=drops):
        late_backward(torch.compile(lambda x: (x * x).sin().sum(), backend="weft",
                                    options={"backend": "interp", "fallback": "error"}))


def late_backward(f):
    x = torch.arange(3.0, requires_grad=True)
    out = f(x)
    gc.collect()
    before = len(json.loads(weft.report("json"))["executables"])
    out.backward()
    newest = json.loads(weft.report("json"))["executables"]
    assert len(newest) == before + 1 and newest[0]["backend"] == "interp"
    want = x.detach().clone().requires_grad_()
    (want * want).sin().sum().backward()
    torch.testing.assert_close(x.grad, want.grad)


def test_a_graph_without_operations():
    """C30"""
    before = weft.report("json").count('"backend"')
    x = torch.ones(3)
    assert torch.equal(compiled(lambda a: a, fullgraph=False)(x), x)
    assert weft.report("json").count('"backend"') == before


def test_a_backward_without_operations():
    """C30: nothing is compiled for it, with torch's cache and without."""
    x = torch.arange(3.0, requires_grad=True)
    for cache in ("off", "on"):
        torch._dynamo.reset()
        x.grad, y = None, compiled(lambda a: a + 1, cache=cache)(x)
        before = json.loads(weft.report("json"))["graphs"]
        y.backward(torch.tensor([1.0, 2, 3]))
        assert json.loads(weft.report("json"))["graphs"] == before
        assert torch.equal(x.grad, torch.tensor([1.0, 2, 3]))


def test_a_graph_that_returns_no_tuple():
    """C31: where a single graph is compiled: an error that shows it."""
    from weft import _backend
    gm = torch.fx.symbolic_trace(lambda x: x.sin())
    with pytest.raises(RuntimeError, match=r"(?s)return a tuple or a list, and this one returns sin: graph\(\):.*%sin"):
        _backend.compile_fx(gm, [torch.ones(3)], settings=_backend.Settings(None, None))


@pytest.mark.parametrize("fn", [lambda x: x * 2, lambda x: {"a": x * 2, "b": (x + 1, 3)}, lambda x: [x.sin(), None],
                                lambda x: torch.ops.aten.sort.default(x)], ids=["tensor", "dictionary", "list", "several of one operator"])
def test_what_the_graph_returns_is_returned(fn):
    """C62: who calls the backend himself gets what his graph gives."""
    x = torch.tensor([3.0, 1, 2])
    run = weft.backend(torch.fx.symbolic_trace(fn), [x.clone()], options={"fallback": "error"})
    got = run(x)
    torch.testing.assert_close(list(got.values()) if isinstance(got, dict) else got,
                               list(fn(x).values()) if isinstance(got, dict) else fn(x))
    assert newest()["backend"] == "weft"


def test_lists_and_dictionaries_are_arguments():
    """C64: called directly, too."""
    gm = torch.fx.symbolic_trace(lambda xs, d: {"sum": xs[0] + xs[1][0] * d["k"]})
    args = [torch.ones(3), (torch.ones(3),)], {"k": torch.arange(3.0)}
    run = weft.backend(gm, args)
    assert torch.equal(run(*args)["sum"], torch.tensor([1.0, 2, 3])) and newest()["runs"] == 1


def test_constants_of_one_name():
    """C12: a constant of the graph and a buffer of the module may be named alike."""
    class Named(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("_tensor_constant0", torch.full((2,), 5.0))
            self.register_buffer("_tensor_constant1", torch.tensor([1, 2]))

        def forward(self, x):
            return x * self._tensor_constant0 + torch.tensor([1.0, 2.0]) * self._tensor_constant1 + torch.tensor([7.0, 8.0])

    m, x = Named(), torch.ones(2)
    with torch.no_grad():
        assert torch.equal(compiled(m)(x), m(x))
        assert torch.equal(weft.backend(torch.fx.symbolic_trace(m), [x])(x), m(x))


def test_subgraphs_that_nobody_calls():
    """C15: a child that no node names is not compiled; one that two name is printed once."""
    from torch.fx.experimental.proxy_tensor import make_fx
    from weft import _text

    def f(p, x):
        y = torch.cond(p, lambda x: x.sin(), lambda x: x.cos(), (x,))
        return [y + 1]

    x = torch.ones(3)
    gm = make_fx(f)(torch.tensor(True), x)
    gm.add_module("nobodys", torch.fx.symbolic_trace(lambda x: x.tan()))
    text = _text.Printer(gm, frozenset(), seeded=True).text
    assert text.count("\ngraph ") == 2 and "aten.sin" in text and "tan" not in text


def test_compile_errors_name_the_backend():
    """C42, C68: torch reports what the compiler said, once, without the frames of its tracing."""
    with pytest.raises(torch._dynamo.exc.BackendCompilerFailed, match="plant: compile_error") as e:
        torch.compile(lambda x: x * 2, backend="weft", options={
            "backend": "plant", "plant": "compile_error", "fallback": "error"})(torch.ones(3))
    assert "weft" in str(e.value) and e.value.__cause__ is None and e.value.__suppress_context__
    frames = [f"{f.path}" for f in e.traceback]
    assert any("weft" in f for f in frames) and not any(f.endswith(("convert_frame.py", "symbolic_convert.py")) for f in frames)


@pytest.mark.parametrize("where", ["partitioner", "passes"])
def test_what_tells_dynamo_how_to_go_on_passes_through(where):
    """C42: SkipFrame leaves the frame to eager torch, ShortenTraceback comes out as it is."""
    from torch._dynamo.exc import ShortenTraceback, SkipFrame

    def run(error):
        def fail(*args, **kw):
            raise error
        option = fail if where == "partitioner" else [weft.Pass("p", fail, str(error))]
        return torch.compile(lambda x: x.sin() * 2, backend="weft", options={where: option})(x)

    x = torch.ones(3, requires_grad=True)
    assert torch.equal(run(SkipFrame("not this one")), x.sin() * 2)
    torch._dynamo.reset()
    with pytest.raises(ShortenTraceback, match="as said") as e:
        run(ShortenTraceback("as said", first_useful_frame=None))
    assert type(e.value) is ShortenTraceback


def test_random_state_is_left_alone():
    """C51: torch's, Python's and numpy's, by the compile of a graph that draws, too."""
    from torch.fx.experimental.proxy_tensor import make_fx
    import torch._inductor.inductor_prims             # as torch.compile has by then
    from weft import _backend
    torch.manual_seed(5)
    before = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    compiled(lambda x: x.exp() / 3)(torch.ones(4))
    x = torch.ones(4)
    gm = make_fx(lambda x: [torch.rand_like(x) + x])(x)
    torch.set_rng_state(before[0])
    run = _backend.compile_fx(gm, [x], settings=_backend.Settings(None, None))
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before[1:]
    run([x])
    assert not torch.equal(torch.get_rng_state(), before[0])


class Watched(torch.utils._python_dispatch.TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, fn, types, args=(), kwargs=None):
        self.seen.append(str(fn))
        return fn(*args, **(kwargs or {}))


def test_compiling_is_timed_and_alone():
    """C28: a timer, and the user's modes see nothing of a compile, of the backward's either, which comes later."""
    from torch._dynamo.utils import compilation_time_metrics
    from weft import _backend
    from torch.fx.experimental.proxy_tensor import make_fx
    x = torch.ones(3)
    gm = make_fx(lambda a: [a.sin() + 1])(x)
    for role in ("forward", "backward"):
        before = len(compilation_time_metrics.get("weft_compile", ()))
        with Watched() as mode:
            run = _backend.compile_fx(gm, [x], settings=_backend.Settings({"fallback": "error"}, None), role=role)
        assert len(compilation_time_metrics["weft_compile"]) == before + 1
        assert mode.seen == [] and torch.equal(run([x])[0], x.sin() + 1)


def test_strides_of_results_are_told():
    """C9, C57: one entry for each result, None where it is no tensor."""
    from torch._guards import TracingContext, tracing
    from torch.fx.experimental.proxy_tensor import make_fx
    from weft import _backend
    x = torch.ones(2, 3)
    gm = make_fx(lambda a: ((a + 1).t(), None, 3, a * 2))(x)
    with tracing(TracingContext(None)) as context:
        context.output_strides = []
        run = _backend.compile_fx(gm, [x], settings=_backend.Settings(None, None))
    assert context.output_strides == [(1, 3), None, None, (3, 1)]
    assert [t.stride() if isinstance(t, torch.Tensor) else None for t in run([x])] == context.output_strides


def test_deep_graphs():
    """C53: nothing recurses on the depth of a graph."""
    lines = [f"%{i + 1} = stablehlo.{'multiply' if i % 2 else 'add'} %{i}, %{i // 2} : tensor<4xf64>"
             for i in range(1, 3000)]
    text = "func.func @main(%0: tensor<4xf64>) -> tensor<4xf64> {\n%1 = stablehlo.sine %0 : tensor<4xf64>\n" \
        + "\n".join(lines) + "\nreturn %3000 : tensor<4xf64>\n}"
    x = np.linspace(-0.1, 0.1, 4)
    values = [x, np.sin(x)]
    for i in range(1, 3000):
        values.append(values[i] * values[i // 2] if i % 2 else values[i] + values[i // 2])
    for backend in ("interp", "weft"):
        np.testing.assert_allclose(capi.Weft(backend).compile(text)(x)[0], values[3000], rtol=1e-9)


def test_views_of_what_lies_otherwise():
    """C56: a view of a result is a reshape, whatever order its bytes are in."""
    def f(x):
        y = torch.nn.functional.conv2d(x, torch.ones(4, 3, 1, 1)) * 2
        return y.reshape(y.shape[0], -1).cumsum(1), y.flatten(2).mT.reshape(-1)
    x = torch.randn(2, 3, 4, 4).to(memory_format=torch.channels_last)
    torch.testing.assert_close(compiled(f)(x), f(x))


def matmul_hints(caplog, monkeypatch, unit, *runs):
    """What is logged on perf_hints by these functions, compiled, where the processor has that unit."""
    from weft import _hint
    monkeypatch.setattr(_hint, "bf16_unit", lambda: unit)
    _hint.say.cache_clear()
    torch._logging.set_logs(perf_hints=True)
    try:
        with caplog.at_level(logging.INFO):
            caplog.clear()
            _hint.LOG.addHandler(caplog.handler)
            for f in runs:
                compiled(f, fallback="allow")(torch.ones(4, 4))
    finally:
        _hint.LOG.removeHandler(caplog.handler)
        torch._logging.set_logs()
    return [r.getMessage() for r in caplog.records if r.name.startswith("weft")]


def test_hint_at_bf16(caplog, monkeypatch):
    """C21: a processor is never told of TF32, and once of bf16 that it could use, where float32 is multiplied."""
    hints = matmul_hints(caplog, monkeypatch, "AMX", lambda x: x @ x, lambda x: torch.bmm(x[None], x[None]) + 1)
    assert len(set(hints)) == 1 and "AMX" in hints[0] and "torch.autocast" in hints[0]
    assert "TensorFloat32" not in caplog.text
    assert not matmul_hints(caplog, monkeypatch, "AMX", lambda x: x * x, lambda x: x.double() @ x.double(),
                            lambda x: x.bfloat16() @ x.bfloat16())
    assert not matmul_hints(caplog, monkeypatch, None, lambda x: x @ x)


def test_the_graph_is_not_kept_alive():
    """C60: the graph is the compiler's for the compile, not longer."""
    seen = []

    def backend(gm, example_inputs):
        seen.append(weakref.ref(gm))
        return weft.backend(gm, example_inputs)

    with torch.no_grad():
        f = torch.compile(lambda x: x * 3, backend=backend)
        assert torch.equal(f(torch.ones(2)), torch.full((2,), 3.0))
        torch._dynamo.reset()
        del f
        gc.collect()
    assert seen[0]() is None


def newest():
    return json.loads(weft.report("json"))["executables"][0]


@pytest.mark.parametrize("state, why, options, env", [
    ("disabled", None, {"cache": "off"}, {}), ("disabled", None, {}, {"WEFT_CACHE": "off"}),
    ("bypassed", "the backend generates no code", {"backend": "interp"}, {}),
    ("bypassed", "the backend plants errors", {"backend": "plant"}, {}),
    ("bypassed", "the graph is to be verified", {"verify": True}, {}),
    ("bypassed", "the stages are to be dumped", {"dump": "."}, {}),
    ("bypassed", "a user's pass has no identity", {"passes": [weft.Pass("p", lambda text: None)]}, {}),
    ("bypassed", "the directory is not a directory", {}, {"WEFT_CACHE_DIR": __file__}),
    ("bypassed", "WEFT_CACHE is not on, read or off", {}, {"WEFT_CACHE": "nearly"}),
    ("miss", None, {}, {})])
def test_what_the_cache_did_is_on_record(state, why, options, env, tmp_path, monkeypatch):
    """C35, C38, C43, C45, C73: hit, miss, bypassed with a reason, or disabled: for each graph, and counted; the same is
    given in every state, and only a miss stores."""
    monkeypatch.chdir(tmp_path)
    for name, value in ({"WEFT_CACHE": "on", "WEFT_CACHE_DIR": str(tmp_path / "kept")} | env).items():
        monkeypatch.setenv(name, value)

    def counts():
        c = json.loads(weft.report("json"))["cache"]
        return {"miss": c["misses"], "hit": c["hits"], "disabled": c["disabled"], "bypassed": c["bypassed"].get(why, 0)}

    for want in [state, "hit" if state == "miss" else state]:
        torch._dynamo.reset()
        before, stored = counts(), json.loads(weft.report("json"))["cache"]["stored"]
        with torch.no_grad():
            f = torch.compile(lambda x: x + 3, backend="weft", options=options)
            got = f(torch.ones(5))
        assert torch.equal(got, torch.full((5,), 4.0))
        assert (newest()["cache"], newest().get("cache_why")) == (want, why)
        assert ("cache_key" in newest()) == (want in ("hit", "miss"))
        assert json.loads(weft.report("json"))["cache"]["stored"] - stored == (want == "miss")
        assert [k for k, n in counts().items() if n != before[k]] == [want]


@pytest.fixture
def cached(tmp_path, monkeypatch):
    """A cache of the test's own."""
    monkeypatch.setenv("WEFT_CACHE", "on")
    monkeypatch.setenv("WEFT_CACHE_DIR", str(tmp_path / "kept"))
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "torch"))


def test_defaults_are_what_is_not_said(cached):
    """C27: every option at its default is the compile without options: the cache finds its entry."""
    from weft import _backend, _native
    kinds = {"int": int, "bool": lambda v: v in (True, 1, "1", "true"), "str": str}
    rows = _native.tables()["options"]
    ours = rows.keys() - _backend.Settings.SAID.keys()
    options = {k: kinds[rows[k]["type"]](rows[k]["default"]) for k in ours} | {"cache": "on"}         # as WEFT_CACHE says
    options |= {k: default for k, (default, _) in _backend.Settings.OURS.items()}
    for given, want in ((None, "miss"), (options | {"passes": [], "partitioner": None}, "hit"), ({"numerics": "strict"}, "miss")):
        torch._dynamo.reset()
        with torch.no_grad():
            f = torch.compile(lambda x: x.sin() + 4, backend="weft", options=given)
            f(torch.ones(5))
        assert newest()["cache"] == want, given


@pytest.mark.parametrize("mode", ["normal", "serialise", "subprocess", "async+normal"])
def test_without_a_cache_nothing_is_looked_for(mode, tmp_path, monkeypatch):
    """C26: what is compiled with the cache forced off needs no directory, makes none, and lives as long as it is used."""
    monkeypatch.setenv("WEFT_CACHE", "off")
    monkeypatch.setenv("WEFT_CACHE_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "none"))
    with torch.no_grad():
        f = compiled(lambda x: x * 3, compile_mode=mode)
        for n in range(3):
            assert torch.equal(f(torch.full((4,), float(n))), torch.full((4,), 3.0 * n))
            gc.collect()
    assert newest()["cache"] == "disabled" and not list(tmp_path.iterdir())


def test_the_object_that_is_compiled(cached):
    """C71: a callable of one list that torch's cache can keep and make again."""
    import pickle
    from torch._inductor.output_code import OutputCode
    from torch.fx.experimental.proxy_tensor import make_fx
    from weft import _backend
    x = torch.ones(3)
    gm = make_fx(lambda a: [a.sin() + 5])(x)
    out = _backend.compile_fx(gm, [x], settings=_backend.Settings(None, None), kept=True)
    key, args = newest()["cache_key"], [x]
    assert isinstance(out, OutputCode) and out._boxed_call and out._time_taken_ns > 0 and len(key) == 64
    assert torch.equal(out(args)[0], x.sin() + 5) and args == []
    out.set_triton_bundle(None)
    out.prepare_for_serialization()
    again = pickle.loads(pickle.dumps(out))
    again.post_compile([x], None, {})
    assert torch.equal(again([x])[0], x.sin() + 5) and (newest()["cache"], newest()["cache_key"]) == ("hit", key)


def test_a_graph_is_called_by_torchs_wrapper_itself(cached):
    """What torch wraps around a graph it keeps is no frame of a call, when it was compiled and when it was found.  (Of a small
    one no wrapper is: test_direct.py.)"""
    x, hits = torch.ones(300, 300), torch._dynamo.utils.counters["aot_autograd"]
    hits.clear()
    for found in (0, 1):
        torch._dynamo.reset()
        f, names = torch.compile(lambda a: a * 7 + 1, backend="weft"), []
        with torch.no_grad():
            f(x)
            sys.setprofile(lambda frame, event, arg: names.append(frame.f_code.co_qualname) if event == "call" else None)
            try:
                y = f(x)
            finally:
                sys.setprofile(None)
        assert torch.equal(y, x * 7 + 1) and any("runtime_wrapper" in n for n in names)
        assert not any("SerializableCompiledFunction" in n for n in names)
        assert hits["autograd_cache_hit"] == found


def test_what_a_key_is_made_of(cached):
    """C72: each change of what is compiled is another key; the same graph by another function has the same."""
    def key(fn, *args, **options):
        torch._dynamo.reset()
        with torch.no_grad():
            run = torch.compile(fn, backend="weft", dynamic=options.pop("dynamic", False), options=options)
            run(*args)
        return newest()["cache_key"]

    def ones(x):
        return (x + torch.ones(3)) @ torch.ones(3)

    x = torch.ones(4, 3)
    base = key(ones, x)
    assert base == key(lambda y: (y + torch.ones(3)) @ torch.ones(3), x * 2, threads=1)
    others = [key(ones, x[:2]), key(ones, x.double().to(torch.bfloat16).float().t().contiguous().t()), key(ones, x, dynamic=True),
              key(lambda x: (x + torch.ones(3)) @ torch.full((3,), 2.0), x), key(ones, x, numerics="strict"),
              key(ones, x, passes_off="fold"), key(ones, x, passes=[weft.Pass("p", lambda text: None, "p 1")]),
              key(ones, x, passes=[weft.Pass("p", lambda text: None, "p 2")])]
    try:
        torch.set_default_dtype(torch.float64)
        others.append(key(lambda x: x.sum() + torch.ones(3), x))
    finally:
        torch.set_default_dtype(torch.float32)
    others.append(key(lambda x: x.sum() + torch.ones(3), x))
    assert len({base, *others}) == 1 + len(others)


def test_arguments_of_any_alignment():
    """C32: memory that begins at any byte is read where it is."""
    for offset in (1, 2, 3, 4, 6):
        x = torch.from_numpy(np.frombuffer(bytearray(offset) + np.arange(37.0, dtype=np.float32).tobytes(), np.float32, 37, offset))
        assert x.data_ptr() % 16
        with torch.no_grad():
            torch.testing.assert_close(compiled(lambda x: (x * 2).cumsum(0) + x.sum())(x), (x.clone() * 2).cumsum(0) + x.clone().sum())


@pytest.mark.parametrize("compile", [compiled, lambda gm: weft.backend(gm, (torch.ones(3), {"k": torch.ones(3)}))],
                         ids=["by torch.compile", "called directly"])
def test_a_graph_of_dynamo_export(compile):
    """C63"""
    def f(x, d):
        return {"a": x * 2, "b": [d["k"] + 1, x.sin()]}

    x, d = torch.arange(3.0), {"k": torch.ones(3)}
    gm, _ = torch._dynamo.export(f)(x, d)
    run = compile(gm)
    got = run(x, d)
    assert torch.equal(got["a"], x * 2) and torch.equal(got["b"][0], d["k"] + 1) and newest()["backend"] == "weft"


def test_lists_are_flattened_and_cleared(monkeypatch):
    """C64: what a call was given is not kept alive by it."""
    from weft import _backend
    lengths, make = [], _backend.compile_program

    def watched(program, settings):
        graph = make(program, settings)

        def call(args):
            before = len(args)
            out = graph(args)
            lengths.append((before, len(args)))
            return out
        call._boxed_call = True
        return call

    monkeypatch.setattr(_backend, "compile_program", watched)
    with torch.no_grad():
        got = compiled(lambda xs, d: xs[0] + xs[1][0] * d["k"])([torch.ones(3), (torch.ones(3),)], {"k": torch.ones(3)})
    assert torch.equal(got, torch.full((3,), 2.0)) and lengths == [(3, 0)]
