"""The torch.compile backend: arguments in, results out, options, threads, counts, randomness."""
import gc
import json
import os
import subprocess
import sys
import warnings

import pytest
import torch
import torch.nn.functional as F

import weft
from common import BACKENDS, check, compiled, no_fallback, report


def run_python(code: str, **env) -> str:
    path = os.pathsep.join(p for p in (os.environ.get("PYTHONPATH"),) if p)
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300,
                         env={**os.environ, "PYTHONPATH": path, **env})
    assert out.returncode == 0, out.stderr
    return out.stdout.strip()


# ---- registration, options ----

def test_importing_loads_nothing():
    out = run_python("import weft, sys; m = open('/proc/self/maps').read(); "
                     "print('torch' in sys.modules, 'libweft' in m, 'weft._C' in sys.modules)")
    assert out == "False False False"


def test_entry_point_is_registered():
    names = {e.name for e in __import__("importlib.metadata").metadata.entry_points(
        group="torch_dynamo_backends")}
    if "weft" not in names:
        pytest.skip("the package is not installed")
    f = torch.compile(lambda x: x + 1, backend="weft")
    assert torch.equal(f(torch.ones(3)), torch.full((3,), 2.0))


def test_unknown_option_is_named():
    f = torch.compile(lambda x: x + 1, backend=weft.backend, options={"thread": 2})
    with pytest.raises(Exception, match="threads"):
        f(torch.ones(3))


def test_unknown_mode():
    with pytest.raises(Exception, match="should be one of"):
        torch.compile(lambda x: x + 1, backend=weft.backend, mode="fastest")(torch.ones(3))


# ---- arguments and results ----

def test_tensors_given_twice_are_one():
    """What backward keeps is often a result and its alias: they have the same memory, as in eager torch."""
    from torch.fx.experimental.proxy_tensor import make_fx
    import torch._inductor.inductor_prims             # as torch.compile has by then
    from weft import _backend

    def f(a):
        y = torch.exp(a)
        return y, torch.ops.aten.alias.default(y), y + 1, torch.ops.aten.alias.default(a)

    x = torch.randn(3, 4)
    run = _backend.compile_fx(make_fx(f)(x), [x], settings=_backend.Settings(None, None))
    got = run([x])
    assert all(torch.allclose(g, w) for g, w in zip(got, f(x)))
    assert got[0].data_ptr() == got[1].data_ptr() != got[2].data_ptr() and got[3] is not got[0]


def test_strides_in_and_out():
    x = torch.randn(2, 3, 4)
    for view in (x.permute(2, 0, 1), x[:, ::2], x[..., 1:3], x[:1].expand(5, 3, 4), x.flip(0),
                 x.transpose(0, 1)[1:], torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)):
        check(lambda a: a * 2 + 1, view, backends=BACKENDS)
        check(lambda a: (a.sum(0), a.mT * 3), view, backends=BACKENDS)
    check(lambda a: (a + 1).permute(2, 0, 1), x, backends=BACKENDS)
    # core_aten_decompositions() makes sums of products of baddbmm, which lie as self does: eager's are dense
    check(lambda a, b, c: torch.baddbmm(a, b, c, beta=2, alpha=3), torch.randn(2, 5, 3).mT, torch.randn(2, 3, 4), torch.randn(2, 4, 5),
          backends=BACKENDS)
    check(lambda a: torch.view_copy(a, (6, 4)), torch.randn(2, 4, 3).mT, backends=BACKENDS)      # no view of it is


@pytest.mark.parametrize("backend", BACKENDS)
def test_kinds_of_results(backend):
    x, y = torch.randn(3, 4), torch.randn(3, 4)
    f = compiled(lambda a, b: (a, a + b, None, 3, "s", b.t(), [a * 2, {"k": a - b}]), backend)
    got = f(x, y)
    assert got[0] is x and got[2:5] == (None, 3, "s")
    assert got[5].data_ptr() == y.data_ptr() and got[5].stride() == (1, 4)
    assert torch.equal(got[1], x + y) and torch.equal(got[6][1]["k"], x - y)


@pytest.mark.parametrize("backend", BACKENDS)
def test_same_result_twice(backend):
    f = compiled(lambda a: (a + 1, a + 1), backend)
    a, b = f(torch.zeros(3))
    assert torch.equal(a, b)


def test_results_own_their_memory():
    f = compiled(lambda a: a + 1)
    results = [f(torch.full((1000,), float(i))) for i in range(20)]
    for i, r in enumerate(results):
        assert torch.equal(r, torch.full((1000,), i + 1.0))
    part = results[3][10:20]
    del results
    assert torch.equal(part, torch.full((10,), 4.0))


def test_mutated_input():
    def f(a, b):
        a.add_(b)
        return a * 2

    x, y = torch.randn(4, 4), torch.randn(4, 4)
    want = x + y
    version = x._version
    got = compiled(f)(x, y)
    torch.testing.assert_close(x, want)
    torch.testing.assert_close(got, want * 2)
    assert x._version > version


def test_input_without_memory_is_refused():
    from weft import _native, _text
    gm = torch.fx.symbolic_trace(lambda a: a)
    text = "aten 1\ninput %a : f32[3]{1} user\n%b : f32[3]{1} = aten.exp.default(%a)\nreturn %b\n"
    g = _native.load().compile("weft", "t", text, {}, (("tensor", "f32", None),),
                               (("tensor", 0, None, None),), ())
    with torch._subclasses.FakeTensorMode() as mode:
        fake = mode.from_tensor(torch.randn(3))
    for bad in (fake, torch.randn(3).double(), torch.randn(4), torch.randn(3, 1), 7, None,
                torch.empty(3, device="meta")):
        with pytest.raises((ValueError, TypeError, BufferError, RuntimeError)):
            g([bad])
    args = [torch.zeros(3)]
    assert torch.equal(g(args)[0], torch.ones(3)) and args == []
    with pytest.raises(ValueError):
        g([])


def test_a_graph_inside_a_call_of_itself_and_a_wrong_call():
    from weft import _native
    text = "aten 1\ninput %a : f32[3]{1} user\n%b : f32[3]{1} = aten.exp.default(%a)\nreturn %b\n"
    g = _native.load().compile("weft", "t", text, {}, (("tensor", "f32", None),),
                               (("tensor", 0, None, None),), ())

    class Mine(torch.Tensor):                       # taking this argument calls Python
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return super().__torch_function__(func, types, args, kwargs or {})

        def as_subclass(self, cls):
            assert torch.equal(g([torch.zeros(3)])[0], torch.ones(3))
            return super().as_subclass(cls)

    assert torch.equal(g([torch.zeros(3).as_subclass(Mine)])[0], torch.ones(3))
    assert g._boxed_call and vars(g) == {"_boxed_call": True}
    for call in (lambda: g(), lambda: g([], []), lambda: g(args=[]), lambda: g(*[[]], **{"a": 1}), lambda: type(g)()):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(ValueError):
        g((torch.zeros(3),))


def test_parameters_and_subclasses():
    class Mine(torch.Tensor):
        pass

    p = torch.nn.Parameter(torch.randn(3))
    with torch.no_grad():
        assert torch.equal(compiled(lambda a: a + 1)(p), p + 1)
        mine = torch.randn(3).as_subclass(Mine)
        assert torch.equal(compiled(lambda a: a + 1, fullgraph=False)(mine).as_subclass(torch.Tensor),
                           mine.as_subclass(torch.Tensor) + 1)


def test_constants():
    small, large = torch.arange(4.0), torch.randn(3000)
    check(lambda a: a + small.sum() + large[:3] + torch.tensor([1.0, 2.0, 3.0]), torch.randn(3), backends=BACKENDS)


def test_python_numbers():
    f = compiled(lambda a, n, s: a * n + s, dynamic=True)
    for n, s in ((2, 0.5), (3, 1.5), (7, -2.0)):
        torch.testing.assert_close(f(torch.ones(3), n, s), torch.ones(3) * n + s)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_size_with_a_power(backend):
    f = compiled(lambda a, w: a.flatten(1) @ w, backend, dynamic=True)
    for n in (3, 5):
        a, w = torch.randn(2, 8, n, n), torch.randn(8 * n * n, 4)
        torch.testing.assert_close(f(a, w), a.flatten(1) @ w)


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_graph_for_many_sizes(backend):
    f = compiled(lambda a, w: F.relu(a @ w).sum(-1) + a.shape[0], backend, dynamic=True)
    w = torch.randn(5, 7)
    f(torch.randn(3, 5), w)
    before = report()["compiles"]
    for n in (2, 3, 17, 64):
        x = torch.randn(n, 5)
        torch.testing.assert_close(f(x, w), F.relu(x @ w).sum(-1) + n)
    assert report()["compiles"] == before


# ---- training ----

def test_gradients():
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(20, 30), torch.nn.GELU(), torch.nn.LayerNorm(30),
                              torch.nn.Linear(30, 5))
    x = torch.randn(7, 20)
    net(x).square().sum().backward()
    want = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    compiled(net)(x).square().sum().backward()
    for p, w in zip(net.parameters(), want):
        torch.testing.assert_close(p.grad, w, rtol=1e-4, atol=1e-4)


def test_batch_norm_training():
    a, b = torch.nn.BatchNorm2d(3), torch.nn.BatchNorm2d(3)
    x = torch.randn(4, 3, 5, 5)
    torch.testing.assert_close(compiled(a)(x), b(x))
    torch.testing.assert_close(a.running_var, b.running_var)
    torch.testing.assert_close(a.running_mean, b.running_mean)
    assert a.num_batches_tracked == 1


# ---- randomness ----

@pytest.mark.parametrize("backend", BACKENDS)
def test_two_dropouts_are_two(backend):
    with no_fallback():
        f = compiled(lambda a: (F.dropout(a, 0.5), F.dropout(a, 0.5)), backend)
        x = torch.ones(4000)
        torch.manual_seed(3)
        a, b = f(x)
        assert not torch.equal(a, b)
        assert 0.4 < (a == b).float().mean() < 0.6
        assert 0.9 < a.mean() < 1.1 and set(a.unique().tolist()) == {0.0, 2.0}
        c, _ = f(x)
        assert not torch.equal(a, c)
        torch.manual_seed(3)
        d, e = f(x)
        assert torch.equal(a, d) and torch.equal(b, e)


DRAWS = {
    "uniform": (lambda x: torch.rand_like(x), 0.5, 1 / 12 ** 0.5),
    "uniform-range": (lambda x: torch.empty_like(x).uniform_(-1, 3), 1, 4 / 12 ** 0.5),
    "uniform-double": (lambda x: torch.rand(x.shape, dtype=torch.float64), 0.5, 1 / 12 ** 0.5),
    "normal": (lambda x: torch.randn_like(x), 0, 1),
    "normal-range": (lambda x: torch.normal(2.0, x * 3), 2, 3),
    "bernoulli": (lambda x: torch.bernoulli(x * 0.3), 0.3, 0.21 ** 0.5),
    "exponential": (lambda x: torch.empty_like(x).exponential_(2), 0.5, 0.5),
    "geometric": (lambda x: torch.empty_like(x).geometric_(0.25), 4, 12 ** 0.5),
    "log-normal": (lambda x: torch.empty_like(x).log_normal_(0, 0.5).log(), 0, 0.5),
    "integers": (lambda x: torch.randint(-3, 7, x.shape).float(), 1.5, (99 / 12) ** 0.5),
    "wide-integers": (lambda x: torch.randint(0, 1 << 50, x.shape).double() / (1 << 50), 0.5, 1 / 12 ** 0.5),
}


@pytest.mark.parametrize("name", DRAWS)
def test_distribution(name):
    """Mean and deviation within six standard errors; the same for the same seed, at any number of threads."""
    draw, mean, deviation = DRAWS[name]
    x, results = torch.ones(100, 400), []
    for threads in (1, 3):
        torch._dynamo.reset()
        torch.manual_seed(5)
        results.append(compiled(draw, threads=threads)(x))
    assert torch.equal(*results)
    got = results[0].double()
    assert abs(got.mean() - mean) < 6 * deviation / 200
    assert abs(got.std() - deviation) < 0.1 * deviation
    assert abs((got[:, 1:] - mean).mul(got[:, :-1] - mean).mean()) < 0.05 * deviation ** 2


def test_randperm():
    p = compiled(lambda x: torch.randperm(1000) + x.long())(torch.zeros(1000))
    assert torch.equal(p.sort()[0], torch.arange(1000)) and (p == torch.arange(1000)).sum() < 20


@pytest.mark.parametrize("name", ["uniform", "uniform-double", "integers", "dropout", "permutation"])
def test_draws_of_symbolic_sizes_are_those_of_fixed_ones(name):
    """Compiled, by the same counters."""
    draw = {"dropout": lambda x: F.dropout(x, 0.5), "permutation": lambda x: torch.randperm(x.shape[0] * 400)}.get(name) or \
        DRAWS[name][0]
    torch._dynamo.reset()
    for n in (5, 3):
        results = []
        for dynamic in (True, False):
            torch.manual_seed(n)
            results.append(compiled(draw, dynamic=dynamic)(torch.ones(n, 400)))
        assert torch.equal(*results)


def test_eager_random_is_bit_equal():
    def f(x):
        return F.dropout(x, 0.3) + torch.randn_like(x), torch.randint(0, 9, (5,)), torch.rand(3)

    x = torch.ones(200)
    torch.manual_seed(11)
    want = f(x)
    torch.manual_seed(11)
    got = compiled(f, random="eager", fallback="allow")(x)
    for g, w in zip(got, want):
        assert torch.equal(g, w)


def check_drawn_as_eager(f, p):
    torch._dynamo.reset()
    torch.manual_seed(5)
    want = f(p)
    torch.manual_seed(5)
    assert torch.equal(compiled(f, random="eager", fallback="allow")(p), want)
    torch._dynamo.reset()


def test_eager_random_draws_in_the_order_of_memory():
    """Of what does not lie row by row, too."""
    x = torch.rand(2, 3, 4, 5)
    for f in (lambda x: F.dropout(x.to(memory_format=torch.channels_last), 0.4), lambda x: torch.rand_like(x.transpose(0, 2)),
              lambda x: torch.bernoulli((x + 0).transpose(1, 3)), lambda x: torch.normal(x.mT, x.mT + 1)):
        check_drawn_as_eager(f, x)


def test_complex_draws_have_eagers_mean_and_spread():
    for draw in (lambda z: torch.randn_like(z), lambda z: z.clone().normal_(2, 3), lambda z: z.clone().uniform_(1, 4)):
        torch._dynamo.reset()
        torch.manual_seed(2)
        z = torch.zeros(20000, dtype=torch.complex64)
        got, want = (torch.view_as_real(f(z)) for f in (compiled(draw), draw))
        torch.testing.assert_close(got.mean(0), want.mean(0), atol=0.1, rtol=0)
        torch.testing.assert_close(torch.cov(got.T), torch.cov(want.T), atol=0.15, rtol=0)


def test_multinomial_draws_as_eager_does():
    p = torch.rand(3, 40).where(torch.arange(40) % 2 == 0, 0)
    for n in (1, 5):
        def f(p):
            return torch.multinomial(p, n)
        check_drawn_as_eager(f, p)
        fast = compiled(f, fallback="error")
        got = fast(p)
        assert (got % 2 == 0).all() and all(len(set(row)) == n for row in got.tolist())
        for bad, why in ((p * 0, "sum of probabilities"), (-p, "element < 0"), (p / 0, "`inf`, `nan`")):
            with pytest.raises(RuntimeError, match=why):
                fast(bad)
    q = torch.tensor([1.0, 2.0, 5.0]).expand(4000, 3).contiguous()
    share = torch.bincount(compiled(lambda q: torch.multinomial(q, 1))(q).flatten()) / 4000
    torch.testing.assert_close(share, torch.tensor([0.125, 0.25, 0.625]), atol=0.03, rtol=0)


def test_multinomial_draws_several_with_replacement_as_eager_does():
    for p in (torch.tensor([1.0, 0, 2, 5, 0]), torch.tensor([[1.0, 0, 7, 0, 0], [0, 1, 0, 0, 0]])):
        def f(p):
            return torch.multinomial(p, 4000, replacement=True)
        check_drawn_as_eager(f, p)
        fast = compiled(f, fallback="error")
        share = torch.nn.functional.one_hot(fast(p), 5).double().mean(-2)
        assert (share[p == 0] == 0).all()
        torch.testing.assert_close(share, (p / p.sum(-1, keepdim=True)).double(), atol=0.03, rtol=0)
        for bad, why in ((p * 0, "sum of probabilities"), (-p, "entry < 0"), (p / 0, "entry = infinity or NaN")):
            with pytest.raises(RuntimeError, match=why):
                fast(bad)
            with pytest.raises(RuntimeError, match=why):
                f(bad)


def test_rrelu_draws_a_slope_for_what_is_not_above_zero():
    x = torch.linspace(-3, 3, 6001).roll(7).requires_grad_()
    for train in (True, False):
        torch._dynamo.reset()
        y = compiled(lambda x: torch.nn.functional.rrelu(x, 0.25, 0.5, training=train), fallback="error")(x)
        slope, = torch.autograd.grad(y.sum(), x)
        low = x.detach() <= 0
        torch.testing.assert_close(y, x * slope)
        assert (slope[~low] == 1).all() and (slope[low] >= 0.25).all() and (slope[low] <= 0.5).all()
        assert (slope[low].unique().numel() > 2900) == train
        torch.testing.assert_close(slope[low].mean().item(), 0.375, atol=0.01, rtol=0)
    torch.testing.assert_close(compiled(torch.nn.functional.rrelu, fallback="error")(x), torch.nn.functional.rrelu(x))


# ---- fallbacks ----

@torch.library.custom_op("weft_tests::alone", mutates_args=())
def alone(x: torch.Tensor) -> torch.Tensor:
    """What no table has a row of, whatever is compiled one day."""
    return x * 3


alone.register_fake(torch.empty_like)


def test_an_overload_without_a_row_is_counted_and_named():
    weft.reset()
    before = weft.fallbacks().get("weft_tests.alone.default", 0)
    f = compiled(lambda a: alone(a) + 1, fallback="warn")
    x = torch.randn(4, 4)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            assert torch.equal(f(x), alone(x) + 1)
    assert weft.fallbacks()["weft_tests.alone.default"] == before + 3
    assert len([w for w in caught if "weft_tests.alone.default" in str(w.message)]) == 1
    assert "weft_tests.alone.default" in weft.report()
    del f
    torch._dynamo.reset()
    gc.collect()
    assert weft.fallbacks()["weft_tests.alone.default"] == before + 3, "what ran is not forgotten with its program"


def test_fallback_may_be_an_error_or_silent():
    def f(a):
        return alone(a) + 1

    with pytest.raises(Exception, match=r"weft_tests.alone.default at test_backend.py:\d+ has no lowering"):
        compiled(f, fallback="error")(torch.randn(4, 4))
    weft.reset()
    torch._dynamo.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled(f, fallback="allow")(torch.randn(4, 4))


def test_a_graph_left_to_eager_is_counted():
    weft.reset()

    def f(x):
        return (x + 1).to(torch.complex32).to(torch.complex64).real

    fast = torch.compile(f, backend=weft.backend)
    x = torch.ones(3)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert torch.equal(fast(x), x + 1)
    assert any(k.startswith("graph: ") for k in weft.fallbacks())
    assert any("runs in eager" in str(w.message) for w in caught)
    torch._dynamo.reset()
    with pytest.raises(Exception):
        compiled(f)(x)
    weft.reset()


def test_an_input_or_a_constant_without_words_leaves_its_graph_to_eager():
    weft.reset()
    half = torch.ones(3, dtype=torch.complex32)
    bits = torch.arange(3, dtype=torch.uint8).view(torch.float4_e2m1fn_x2)
    x = torch.ones(3, requires_grad=True)
    fast = torch.compile(lambda x: x.chalf(), backend=weft.backend)
    fast(x).backward(half)                         # the gradient's graph has it as an input
    assert torch.equal(x.grad, torch.ones(3))
    assert torch.equal(compiled(lambda a: torch.view_as_real(a), fallback="allow")(half), torch.view_as_real(half))
    assert torch.equal(compiled(lambda a: a.view(torch.uint8) + 1, fallback="allow")(bits), bits.view(torch.uint8) + 1)
    assert torch.equal(compiled(lambda a: a + torch.view_as_real(half).sum(), fallback="allow")(x), x + 3)
    assert any(k == "graph: torch.complex32" for k in weft.fallbacks())
    weft.reset()


def test_errors_of_a_callback_arrive():
    @torch.library.custom_op("weft_tests::fails", mutates_args=())
    def fails(x: torch.Tensor) -> torch.Tensor:
        raise ValueError("on purpose")

    fails.register_fake(lambda x: x.clone())
    with pytest.raises(Exception, match="on purpose"):
        compiled(lambda a: torch.ops.weft_tests.fails(a) + 1, fallback="allow")(torch.ones(3))


def test_a_callback_sees_a_reshape():
    """What it is told of an operand is the operand's, not what the buffer was first."""
    @torch.library.custom_op("weft_tests::shape", mutates_args=())
    def shape(x: torch.Tensor) -> torch.Tensor:
        return torch.tensor(list(x.shape)) + x.flatten()[0].long()

    shape.register_fake(lambda x: torch.empty(x.dim(), dtype=torch.int64))
    for sizes in ((12,), (1, 12), (3, 4), (2, 1, 6)):
        check(lambda a: torch.ops.weft_tests.shape(a.view(sizes)), torch.zeros(4, 3), fallback=True, backends=BACKENDS)


def test_callbacks_run_in_order_once_each():
    """Equal calls are not merged and none overtakes another.  (An unused one torch itself takes out.)"""
    import torch._inductor.inductor_prims             # as torch.compile has by then
    from weft import _backend
    seen = []
    lib = torch.library.Library("weft_tests", "FRAGMENT")
    lib.define("note(Tensor x, int what) -> Tensor", tags=[torch.Tag.nondeterministic_seeded])
    lib.impl("note", lambda x, what: (seen.append(what), x + what)[1], "CPU")
    lib.impl("note", lambda x, what: torch.empty_like(x), "Meta")

    def f(x):
        note = torch.ops.weft_tests.note
        a, b = note(x, 1), note(x, 1)
        c = note(b, 2)
        return note(a, 3) + a, c

    x = torch.randn(5)
    eager = f(x)
    before, seen[:] = list(seen), []
    torch.testing.assert_close(compiled(f, fallback="allow")(x), eager)
    assert seen == before == [1, 1, 2, 3]


# ---- report, threads ----

_kept = []


@torch.library.custom_op("weft_test::keeps", mutates_args=())
def keeps(x: torch.Tensor) -> torch.Tensor:
    _kept.append(x)
    return x + 1


@keeps.register_fake
def _(x):
    return torch.empty_like(x)


def test_a_callback_may_keep_its_argument():
    """The memory of what it reads is another's in the next step, and in the next call."""
    def fn(x):
        return (keeps(x * 2).exp() - 3).sum()
    _kept.clear()
    run = compiled(fn, fallback="allow")
    for v in (1.0, 5.0):
        run(torch.full((100_000,), v))
    assert [t.unique().tolist() for t in _kept] == [[2.0], [10.0]]


def test_report_has_its_keys():
    compiled(lambda a: a + 1)(torch.ones(3))
    r = json.loads(weft.report("json"))
    for key in ("fallbacks", "library_calls", "threads", "graphs", "compiles", "cache", "kernels"):
        assert key in r, key
    assert isinstance(r["fallbacks"], dict) and r["graphs"] >= 1
    assert isinstance(weft.report(), str)
    with pytest.raises(ValueError):
        weft.report("xml")


def test_fallbacks_are_those_of_the_report():
    compiled(lambda x: keeps(x * 2), fallback="allow")(torch.ones(3))
    fell = weft.fallbacks()
    assert any(fell.values()) and fell == json.loads(weft.report("json"))["fallbacks"]


THREADS = """
import torch, weft, json
{setup}
f = torch.compile(lambda x: (x * 2).sum(-1), backend=weft.backend, options={options})
f(torch.ones(2048, 2048))
print(json.loads(weft.report("json"))["executables"][0]["threads"])
"""


@pytest.mark.parametrize("setup, options, env, want", [
    ("", "{'threads': 3}", {"WEFT_THREADS": "2", "OMP_NUM_THREADS": "1"}, "3"),
    ("torch.set_num_threads(1)", "{}", {"WEFT_THREADS": "2", "OMP_NUM_THREADS": "1"}, "2"),
    ("torch.set_num_threads(2)", "{}", {"OMP_NUM_THREADS": "1"}, "2"),
    ("", "{}", {"OMP_NUM_THREADS": "3"}, "3"),
])
def test_who_says_how_many_threads(setup, options, env, want):
    assert run_python(THREADS.format(setup=setup, options=options), **env) == want


def test_threads_are_read_at_each_call():
    f = compiled(lambda x: (x * 2).sum(-1))
    x = torch.ones(2048, 2048)
    for n in (1, 2):
        torch.set_num_threads(n)
        f(x)
        assert report()["executables"][0]["threads"] == n


def test_a_case_a_row_refuses_is_a_callback():
    """Symbolic sizes where a lowering needs numbers: the host runs that one call."""
    check(lambda x, w: F.conv2d(x, w, groups=2), torch.randn(2, 6, 8, 8), torch.randn(4, 3, 3, 3),
          dynamic=True, fallback=True)
    assert weft.fallbacks()["aten.convolution.default"] >= 1
