"""What a compiled function is given that it cannot take: an exception of the fitting class that names operator and line,
and a next call that is right."""
import os
import re
import signal
import subprocess
import sys
import threading
import warnings

import pytest
import torch

import fresh
import weft

HERE = os.path.basename(__file__)


def compiled(fn, **options):
    torch._dynamo.reset()
    return torch.compile(fn, backend="weft", options=options)


def line_of(fn, ahead: int = 1) -> str:
    """Where the body of fn stands, as errors say it."""
    return f"{HERE}:{fn.__code__.co_firstlineno + ahead}"


def double(x):
    return torch.relu(x) * 2


def healthy():
    """The next calls of this process: what is compiled anew, and what is there already."""
    x = torch.randn(5)
    again = compiled(double)
    for _ in range(2):
        assert torch.equal(again(x), double(x))


@pytest.fixture(autouse=True)
def next_call_is_right():
    weft.reset()
    yield
    healthy()


@pytest.fixture
def warned():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        yield lambda: [str(w.message) for w in seen if "weft" in str(w.message)]


# ---- tensors that are not dense memory on the CPU -----------------------------------------------

def dequantized(x):
    return torch.quantize_per_tensor(x, 0.1, 0, torch.qint8).dequantize() + x


def on_meta(x):
    return x.to("meta") * 2


MADE = {"quantized": (dequantized, lambda: torch.ones(3), "aten.quantize_per_tensor.default"),
        "to-meta": (on_meta, lambda: torch.ones(3), "aten._to_copy.default")}
OTHERS = {"meta": (double, lambda: torch.ones(3, device="meta"), "aten.relu.default"), **MADE}


def refused(fn, x, operator, **options):
    with pytest.raises(torch._dynamo.exc.BackendCompilerFailed) as e:
        compiled(fn, **options)(x)
    assert isinstance(e.value.inner_exception, NotImplementedError)
    assert f"{operator} at {line_of(fn)}" in str(e.value)
    return str(e.value)


@pytest.mark.parametrize("name", OTHERS)
def test_other_tensors_are_refused(name):
    fn, given, operator = OTHERS[name]
    refused(fn, given(), operator, fallback="error")


@pytest.mark.parametrize("name", MADE)
def test_other_tensors_are_left_to_torch(name, warned):
    fn, given, operator = MADE[name]
    x = given()
    got, want = compiled(fn)(x), fn(x)
    assert got.device == want.device and got.shape == want.shape
    assert got.is_meta or torch.equal(got, want)
    assert any(f"{operator} at {line_of(fn)}" in text for text in warned()), warned()
    assert any(k.startswith("graph: ") for k in weft.fallbacks())


def test_an_argument_elsewhere_is_refused_unless_allowed():
    x = torch.ones(3, device="meta")
    assert 'device meta, which options={"fallback": "allow"} leaves to torch' in refused(double, x, "aten.relu.default")
    assert compiled(double, fallback="allow")(x).is_meta
    assert any(k.startswith("graph: ") for k in weft.fallbacks())


def test_a_quantized_or_sparse_argument_is_torchs(warned):
    """Dynamo breaks its graph there, and with fullgraph=True says so; no backend is asked."""
    x = torch.quantize_per_tensor(torch.randn(6), 0.1, 0, torch.qint8)
    assert torch.equal(compiled(lambda a: a.dequantize() * 2)(x), x.dequantize() * 2)
    x = torch.eye(4) * 3
    for sparse in (x.to_sparse(), x.to_sparse_csr()):
        fn = lambda a, b: (a @ b).relu()  # noqa: E731
        assert torch.equal(compiled(fn)(sparse, x), x @ x)
        torch._dynamo.reset()
        with pytest.raises(torch._dynamo.exc.Unsupported, match="sparse Tensor"):
            torch.compile(fn, backend="weft", fullgraph=True)(sparse, x)


def test_sparse_argument_of_who_calls_the_backend():
    gm, x = torch.fx.symbolic_trace(lambda a, b: ((a @ b).relu(),)), torch.eye(4)
    with pytest.raises(NotImplementedError, match="an argument is torch.sparse_coo.* in aten.mm.default"):
        torch._dynamo.lookup_backend("weft")(gm, [x.to_sparse(), x])


def test_sparse_result(warned):
    fn = lambda a: (a * 2).to_sparse()  # noqa: E731
    got = compiled(fn)(torch.eye(3))
    assert got.is_sparse and torch.equal(got.to_dense(), torch.eye(3) * 2)


def test_memory_of_another_kind():
    """A tensor with a layout of oneDNN's has no memory that others can read."""
    fn = compiled(double)
    with pytest.raises(RuntimeError, match=r"argument 0 .*aten.relu.default at " + line_of(double)) as e:
        fn(torch.ones(3).to_mkldnn())
    assert "frame #0" not in str(e.value)


# ---- wrong options ------------------------------------------------------------------------------

@pytest.mark.parametrize("options, text", [
    ({"falback": "error"}, "option falback.* the nearest is fallback"),
    ({"fallback": "no"}, 'fallback: "no" is none of allow, warn, error'),
    ({"threads": "many"}, "attr threads, got str should be int"),
    ({"freezing": 1}, "attr freezing, got int should be bool"),
    ({"numerics": "loose"}, "numerics"),
    ({"role": "forward"}, "option role is not torch.compile's"),
    ({"constants": "0"}, "option constants is not torch.compile's: .* freezing"),
])
def test_wrong_options(options, text):
    with pytest.raises(Exception, match=text):
        compiled(double, **options)(torch.ones(3))


def test_options_that_are_no_table():
    with pytest.raises(Exception, match="attr options, got list should be dict"):
        torch.compile(double, backend="weft", options=["freezing"])(torch.ones(3))


def test_wrong_mode():
    with pytest.raises(Exception, match="Unrecognized mode=fastest"):
        torch.compile(double, backend="weft", mode="fastest")(torch.ones(3))


# ---- memory that is not there -------------------------------------------------------------------

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 4)

    def forward(self, x):
        return torch.relu(self.linear(x)) + x


@pytest.mark.parametrize("freezing", [False, True])
def test_a_weight_that_was_freed(freezing):
    net, x = Net().train(not freezing), torch.randn(2, 4)
    with torch.no_grad():
        fn, want = compiled(net, freezing=freezing), net(x)
        torch.testing.assert_close(fn(x), want)
        weight = net.linear.weight
        kept, memory = weight.detach().clone(), weight.untyped_storage()
        memory.resize_(0)
        place = f"{HERE}:{Net.forward.__code__.co_firstlineno + 1}"
        with pytest.raises(ValueError, match=rf"argument \d+ \(%\w+, read by aten\.\S+ at .*{place}\): .*no memory"):
            fn(x)
        memory.resize_(kept.nbytes)
        weight.copy_(kept)
        weft.refresh(net)                             # for what is frozen
        torch.testing.assert_close(fn(x), want)


def test_a_module_of_torchs_own_that_is_compiled_itself():
    """No line of the user's is in it: its class is said."""
    linear, x = torch.nn.Linear(4, 4), torch.ones(2, 4)
    linear.weight.untyped_storage().resize_(0)
    with pytest.raises(ValueError, match=r"read by aten\.\S+ at torch.nn.modules.linear.Linear\): .*no memory"):
        compiled(linear)(x)


@pytest.mark.parametrize("freezing", [False, True])
def test_a_weight_whose_storage_was_cut(freezing):
    """Also where its memory lies where all of it was: what was freed is what malloc gives next."""
    net, x = Net().train(not freezing), torch.randn(2, 4)
    with torch.no_grad():
        fn, weight = compiled(net, freezing=freezing), net.linear.weight
        fn(x)
        kept, memory = weight.detach().clone(), weight.untyped_storage()
        memory.resize_(0)
        memory.resize_(kept.nbytes - 4)
        with pytest.raises(ValueError, match=r"argument \d+ \(%\w+, read by aten\.\S+ at .*test_bad_input.py:\d+\): "
                                             r".*needs 64 bytes of its storage, which was resized to 60"):
            fn(x)
        memory.resize_(kept.nbytes)
        weight.copy_(kept)
        weft.refresh(net)
        torch.testing.assert_close(fn(x), net(x))


@pytest.mark.parametrize("at", ["found", "-1"])
def test_where_a_tensors_address_is_read(at):
    """At a byte of its object that is found by looking for it, or by asking the tensor, where it is at none."""
    done = fresh.run(f"""
import torch, weft
from weft import _native
found = _native.cdata_at()
assert found > 0
_native.cdata_at = lambda: {at}
x, w = torch.ones(4), torch.nn.Parameter(torch.arange(4.0))
fn = torch.compile(lambda x, w: x + w, backend="weft")
assert torch.equal(fn(x, w), x + w) and torch.equal(fn(x[:2], w[2:]), x[:2] + w[2:])
w.untyped_storage().resize_(12)
try:
    fn(x, w)
except ValueError as e:
    print(e)
""")
    assert "needs 16 bytes of its storage, which was resized to 12" in done.stdout, done.stderr


def test_a_line_is_the_users_not_torchs():
    """Here the innermost line is one of torch's own, which makes no part of the user's program."""
    def norm(x):
        return torch.nn.utils.get_total_norm([x]) + 1
    x, fn = torch.ones(4), compiled(norm)
    assert torch.equal(fn(x), norm(x))
    x.untyped_storage().resize_(0)
    with pytest.raises(ValueError, match=r"argument 0 \(%\w+, read by aten\.\S+ at " + line_of(norm)):
        fn(x)


def test_a_part_of_a_storage_that_was_cut():
    def add(x):
        x.add_(1)
        return x * 2

    whole = torch.zeros(12)
    x, fn = whole[4:10:2], compiled(add)               # the ninth is the last
    torch.testing.assert_close(fn(x), torch.full((3,), 2.0))
    whole.untyped_storage().resize_(36)
    torch.testing.assert_close(fn(x), torch.full((3,), 4.0))
    whole.untyped_storage().resize_(32)
    with pytest.raises(ValueError, match=r"aten\.\S+ at " + line_of(add) + r"\): .*needs 36 bytes of its storage.* to 32"):
        fn(x)


def test_a_size_beyond_all():
    def fn(x):
        return torch.ones(x.shape[0] << 40, x.shape[0] << 20, dtype=torch.int8) * 2
    with pytest.raises(ValueError, match=r"the size overflows; aten\.\S+ at " + line_of(fn)):
        torch.compile(fn, backend="weft", dynamic=True)(torch.ones(8))


BELOW_A_LIMIT = """import resource, sys, torch, weft
def fn(x):
    return (x[:, None] * x[None, :]).sort(1)[0].sum()
cube = torch.compile(fn, backend="weft", dynamic=True)
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, resource.RLIM_INFINITY))
small, large = torch.randn(7, requires_grad=True), torch.ones(40_000, requires_grad=sys.argv[1] == "backward")
cube(small).backward()
try:
    cube(large)
except MemoryError as e:
    print(e)
cube(small).backward()
"""


@pytest.mark.parametrize("what", ["forward", "backward"])
def test_no_memory_below_a_limit(what, tmp_path):
    """As a process with a limit of address space: what it has taken before the limit came would still serve."""
    script = tmp_path / "limit.py"
    script.write_text(BELOW_A_LIMIT)
    out = subprocess.run([sys.executable, script, what], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    assert re.search(rf"no memory for \d{{9,}} bytes; aten\.sort\.default at limit.py:3", out.stdout), out.stdout


def outer(x):
    return (x[:, None] * x[None, :]).sort(1)[0]


def test_no_memory_for_a_step():
    fn = torch.compile(outer, backend="weft", dynamic=True)
    small, many = torch.randn(7), torch.ones(4_000_000)
    assert torch.equal(fn(small), outer(small))
    with pytest.raises(MemoryError, match=r"no memory for \d{14,} bytes; aten\.sort\.default at " + line_of(outer)):
        fn(many)
    assert torch.equal(fn(small), outer(small))


# ---- a tangent beside the tensor ---------------------------------------------------------------

def test_a_tangent_that_would_be_lost():
    """Forward-mode differentiation around a compiled function: its results would have none."""
    from torch.autograd import forward_ad
    x, fn = torch.randn(3), compiled(double)
    assert torch.equal(fn(x), double(x))
    with forward_ad.dual_level():
        assert torch.equal(fn(x), double(x))
        with pytest.raises(NotImplementedError, match=r"argument 0 .*aten.relu.default at " + line_of(double)):
            fn(forward_ad.make_dual(x, x))
    assert torch.equal(fn(x), double(x))


@pytest.mark.parametrize("ask", [
    lambda f, x: torch.autograd.functional.jacobian(f, x, vectorize=True),
    lambda f, x: torch.autograd.grad(f(x), x, torch.eye(3), is_grads_batched=True)], ids=["vectorize", "is_grads_batched"])
def test_a_batch_of_gradients(ask):
    """No more can inductor's code take one."""
    x = torch.randn(3, requires_grad=True)
    with pytest.raises(RuntimeError, match=rf"read by aten.*{HERE}.*is a batch of gradients.*torch.func.jacrev"):
        ask(compiled(double), x)
    x = x.detach()
    assert torch.equal(compiled(torch.func.jacrev(double))(x), torch.func.jacrev(double)(x))


# ---- another element type -----------------------------------------------------------------------

def test_another_dtype_than_guarded():
    fn = compiled(double)
    for dtype in (torch.float32, torch.float64, torch.int32, torch.bfloat16):
        x = torch.arange(-3, 4).to(dtype)
        got = fn(x)
        assert got.dtype == dtype and torch.equal(got, double(x))


@pytest.mark.parametrize("fn", [lambda x, w: x @ w, lambda x, w: torch.addmm(w[0], x, w),
                                lambda x, w: torch.addmm(w[0], x, x)], ids=["mm", "addmm", "bias"])
def test_matrices_of_two_dtypes(fn):
    """torch's tracing has nothing against them; its kernels do."""
    text = rf"aten\.(add)?mm\.default at {HERE}:\d+: expected operands of one dtype, found f\d+ and f\d+"
    with pytest.raises(torch._dynamo.exc.BackendCompilerFailed, match=text) as e:
        compiled(fn)(torch.ones(2, 2), torch.ones(2, 2).double())
    assert isinstance(e.value.inner_exception, ValueError)


def test_a_graph_given_another_dtype():
    """Past the guards: what AOTAutograd calls."""
    graphs = []

    def catch(gm, example):
        from functorch.compile import make_boxed_func
        from torch._dynamo.backends.common import aot_autograd
        from weft import _backend

        def keep(gm, example):
            graphs.append(_backend.compile_fx(gm, example, settings=_backend.Settings(None, None)))
            return make_boxed_func(gm.forward)
        return aot_autograd(fw_compiler=keep)(gm, example)

    torch._dynamo.reset()
    torch.compile(double, backend=catch)(torch.ones(3))
    for bad in (torch.ones(3).double(), torch.ones(3).int()):
        with pytest.raises(ValueError, match=r"argument 0 .*aten\.relu\.default at " + line_of(double)):
            graphs[0]([bad])
    assert torch.equal(graphs[0]([torch.ones(3)])[0], torch.full((3,), 2.0))


# ---- exceptions on the way ----------------------------------------------------------------------

class Planned(Exception):
    """The user's own, with more in it than a text."""

    def __init__(self, text, number):
        super().__init__(text, number)
        self.number = number


raises = None


@torch.library.custom_op("bad_input::may_fail", mutates_args=())
def may_fail(x: torch.Tensor) -> torch.Tensor:
    if raises is not None:
        raises()
    return x + 1


@may_fail.register_fake
def _(x):
    return torch.empty_like(x)


def through(x):
    return may_fail(x * 2) - 1


def raising(error):
    def do():
        raise error
    return do


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(10_000):                          # Python looks for signals between its instructions
        pass


@pytest.fixture
def interruptible():
    """Who runs the tests in the background may have left SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_exception_in_a_callback(monkeypatch):
    fn, x = compiled(through, fallback="allow"), torch.randn(4)
    assert torch.equal(fn(x), through(x))
    place = f"bad_input.may_fail.default at {line_of(through)}: it was planned"
    for error in (ValueError("it was planned"), KeyError("it was planned"), MemoryError("it was planned"),
                  Planned("it was planned", 7)):
        monkeypatch.setitem(globals(), "raises", raising(error))
        with pytest.raises(type(error)) as e:
            fn(x)
        assert e.value is error and place in str(e.value)
        assert any(t.name == "may_fail" for t in e.traceback)
        assert "takes most" not in str(e.value)
        monkeypatch.setitem(globals(), "raises", None)
        assert torch.equal(fn(x), through(x))


@torch.library.custom_op("bad_input::lies", mutates_args=())
def lies(x: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return torch.ones(3, dtype=dtype)


@lies.register_fake
def _(x, dtype):
    return torch.empty_like(x)


@pytest.mark.parametrize("dtype, what", [(torch.float32, "shape"), (torch.int64, "type")])
def test_a_callback_gives_other_than_it_says(dtype, what):
    def fn(x):
        return lies(x.sin(), dtype) + 1
    text = f"bad_input.lies.default at {line_of(fn)}: a result of another {what} than the graph says"
    with pytest.raises(ValueError, match=re.escape(text)):
        compiled(fn, fallback="allow")(torch.randn(4))


@torch.library.custom_op("bad_input::elsewhere", mutates_args=())
def elsewhere(x: torch.Tensor, kind: str) -> torch.Tensor:
    return x.to("meta") if kind == "meta" else x.to_sparse()


@elsewhere.register_fake
def _(x, kind):
    return torch.empty_like(x)


@pytest.mark.parametrize("kind", ["meta", "sparse"])
def test_a_callback_gives_what_has_no_memory(kind):
    def fn(x):
        return elsewhere(x.sin(), kind) + 1
    text = f"bad_input.elsewhere.default at {line_of(fn)}: a result that is no dense memory on the CPU: .*{kind}"
    with pytest.raises(ValueError, match=text):
        compiled(fn, fallback="allow")(torch.randn(4))


def test_an_interrupt_in_a_callback(monkeypatch, interruptible):
    fn, x = compiled(through, fallback="allow"), torch.randn(4)
    fn(x)
    monkeypatch.setitem(globals(), "raises", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fn(x)
    monkeypatch.setitem(globals(), "raises", None)
    assert torch.equal(fn(x), through(x))


def test_an_interrupt_in_a_compile(interruptible):
    """Ctrl-C while C compiles: here in the middle of its passes."""
    seen = []

    def stop(text):
        seen.append(text)
        interrupt()

    fn, x = compiled(double, passes=[weft.Pass("stop", stop)]), torch.randn(4)
    with pytest.raises(KeyboardInterrupt):
        fn(x)
    assert seen
    assert torch.equal(compiled(double)(x), double(x))


def turns(x, n):
    from torch._higher_order_ops.while_loop import while_loop
    return while_loop(lambda i, x: i < n, lambda i, x: (i + 1, (x @ x).sin()), (torch.tensor(0), x))[1]


def test_an_interrupt_in_a_long_run(interruptible):
    """Ctrl-C while compiled code runs, here a loop that would not end: between its steps."""
    fn, x = compiled(turns), torch.randn(64, 64)
    want = fn(x, torch.tensor(3))
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        fn(x, torch.tensor(2**62))
    assert torch.equal(fn(x, torch.tensor(3)), want)


def test_a_refused_operator():
    with pytest.raises(torch._dynamo.exc.BackendCompilerFailed) as e:
        compiled(through, fallback="error")(torch.randn(4))
    assert isinstance(e.value.inner_exception, NotImplementedError)
    assert f"bad_input.may_fail.default at {line_of(through)} has no lowering" in str(e.value)


# ---- what eager refuses of numbers ---------------------------------------------------------------

DIVISIONS = {"//": lambda x, y: x // y, "%": lambda x, y: x % y, "fmod": torch.fmod,
             "trunc": lambda x, y: torch.div(x, y, rounding_mode="trunc")}


@pytest.mark.parametrize("name", DIVISIONS)
@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.uint8])
def test_an_integer_divided_by_zero(name, dtype):
    divide = DIVISIONS[name]

    def fn(x, y):
        return divide(x * 2, y) + 1
    x, run = torch.arange(8, dtype=dtype), compiled(fn, fallback="error")
    for y in (torch.arange(1, 9, dtype=dtype), torch.tensor(3, dtype=dtype)):
        assert torch.equal(run(x, y), fn(x, y))
        y = y.clone()
        y.view(-1)[-1] = 0
        for f, text in ((fn, "ZeroDivisionError"), (run, rf"ZeroDivisionError.* in aten\.\S+ .*{HERE}:\d+")):
            with pytest.raises(RuntimeError, match=text):
                f(x, y)
    assert torch.equal(run(x[:0], x[:0]), x[:0])


@pytest.mark.parametrize("fn", [lambda x: torch.max(x), lambda x: x.min() + 1])
def test_an_extreme_of_nothing(fn, warned):
    with pytest.raises(RuntimeError, match=rf"aten\.m..\.default at {HERE}:\d+: .*Expected reduction dim"):
        compiled(fn)(torch.ones(0, 3))
    with torch._dynamo.config.patch(capture_dynamic_output_shape_ops=True):
        run = compiled(lambda x: fn(x[x > 0]), fallback="error")
        assert run(torch.ones(3)) == fn(torch.ones(3))
        with pytest.raises(RuntimeError, match=rf"Expected reduction dim .* in aten\.m..\.default .*{HERE}:\d+"):
            run(-torch.ones(3))
