"""Higher-order operators: control flow in compiled code, effects, mutation, states of random generators."""
import copy

import pytest
import torch
import torch.utils.checkpoint
from torch._higher_order_ops import InvokeQuant, invoke_quant_packed
from torch._higher_order_ops.associative_scan import associative_scan
from torch._higher_order_ops.hints_wrap import hints_wrapper
from torch._higher_order_ops.map import map as torch_map
from torch._higher_order_ops.scan import scan
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

import weft
from common import BACKENDS, Cases, check, check_gradients, compiled, leaves, no_fallback, report

while_loop = torch._higher_order_ops.while_loop
X = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
CASES = Cases()


@torch.compiler.nested_compile_region
def layer(x, w):
    return (x @ w).sin() + 1


def branch(x):
    return torch.cond(x.sum() > 0, lambda x: x.sin() * x.shape[0], lambda x: x.cos() + 1, (x,))


def two_results(x):
    return torch.cond(x[0, 0] > 0, lambda x: (x + 1, x.sum()), lambda x: (x * 2, x.amax()), (x,))


def sums(x):
    return scan(lambda c, a: (c + a.sin(), c * a), x[0] * 0, x)


def branches_in_a_loop(x):
    def step(c, a):
        return torch.cond(a.sum() > 0, lambda c, a: c + a, lambda c, a: c - a, (c, a)), c * a
    return scan(step, x[0] * 0, x)


CASES("cond", branch, X.abs(), gradients=True)
CASES("cond false", branch, -X.abs(), gradients=True)
CASES("cond of sizes", lambda x: torch.cond(x.shape[0] > 3, lambda x: x + 1, lambda x: x.sin(), (x,)), X)
CASES("cond two results", two_results, X)
CASES("while", lambda x: while_loop(lambda i, x: i < 5, lambda i, x: (i + 1, x * 1.5), (torch.tensor(0), x)), X)
CASES("while of an int", lambda x: while_loop(lambda i, x: i < 5, lambda i, x: (i + 2, x * 1.5), (0, x)), X)
CASES("while with a capture", lambda x, y: while_loop(
    lambda x: x.sum() < 100, lambda x: (x * 1.5 + y,), (x,)), X.abs(), X.abs() + 1)
CASES("while never", lambda x: while_loop(lambda x: x.sum() < -1000, lambda x: (x + 1,), (x,)), X)
CASES("scan", sums, X, gradients=True)
CASES("scan of a cell", lambda x, w: scan(lambda c, a: ((c @ w + a).tanh(), c * 2), x[0] * 0, x), X, torch.ones(3, 3) / 3,
      gradients=True)
CASES("scan reversed", lambda x: scan(lambda c, a: (c + a.sin(), c * a), x[0] * 0, x, reverse=True), X)
CASES("scan along 1", lambda x: scan(lambda c, a: (c * 0.5 + a, c + a), x[:, 0] * 0, x, dim=1), X)
CASES("scan of branches", branches_in_a_loop, X)
CASES("map", lambda x: torch_map(lambda a, b: a.sin() * b, x, x[0].clone()), X, gradients=True)
CASES("associative_scan", lambda x, y: associative_scan(
    lambda a, b: (a[0] * b[0], a[1] * b[0] + b[1]), (x, y), 0, combine_mode="generic"), X, X + 1, gradients=True)
CASES("invoke_quant", lambda x: InvokeQuant()(lambda a, b: (a.sin() * b, a + b), x, x + 1)[0] * 2, X)
CASES("invoke_quant_packed", lambda x: invoke_quant_packed(lambda a: (a.sin(),), x)[0] * 2, X)
CASES("invoke_subgraph", lambda x, w: layer(layer(layer(x, w), w), w), X, torch.randn(3, 3), gradients=True)


@pytest.mark.parametrize("dynamic", [None, True], ids=["static", "dynamic"])
@pytest.mark.parametrize("name", CASES.all)
def test_values(name, dynamic):
    fn, args, kw = CASES.all[name]
    if not kw.get("gradients") or not dynamic:
        check(fn, *args, dynamic=dynamic)
    if kw.get("gradients"):
        check_gradients(fn, *args, dynamic=dynamic)


def test_both_backends():
    for name in ("cond", "while", "scan of branches"):
        fn, args, _ = CASES.all[name]
        check(fn, *args, backends=BACKENDS)


@pytest.mark.parametrize("dynamic", [None, True], ids=["static", "dynamic"])
def test_one_loop_for_many_lengths(dynamic):
    from torch._dynamo.utils import counters
    graphs = {}
    for backend in ("weft", "eager"):
        torch._dynamo.reset()
        counters.clear()
        fast = compiled(sums, dynamic=dynamic) if backend == "weft" else \
            torch.compile(sums, backend="eager", dynamic=dynamic)
        for n in (4, 7, 31, 12):
            x = torch.randn(n, 3)
            torch.testing.assert_close(fast(x), sums(x))
        graphs[backend] = counters["stats"]["unique_graphs"]
    assert graphs["weft"] == graphs["eager"]


def test_equal_layers_are_compiled_once():
    def model(x, w):
        for _ in range(8):
            x = layer(x, w)
        return x
    before = report()["kernels_compiled"]
    compiled(model)(X, torch.randn(3, 3))
    assert report()["kernels_compiled"] - before <= 3


def test_strides_of_subgraphs():
    """A result that a subgraph gives turned comes out turned."""
    @torch.compiler.nested_compile_region
    def turned(x):
        return (x + 1).t()
    check(lambda x: turned(turned(x * 2)), X)
    check(lambda x: (turned(x),), X, dynamic=True)


def test_strides_of_subgraphs_in_subgraphs():
    """Recursively: callers read a result as the subgraph two below left it, and the graph's own results lie as in torch."""
    @torch.compiler.nested_compile_region
    def inner(x):
        return (x + 1).t(), x.flip(0)

    @torch.compiler.nested_compile_region
    def outer(x):
        a, b = inner(x * 2)
        return torch.cond(x.sum() > 0, lambda a: (a * 2).t().clone().t(), lambda a: (a - 1).t().clone().t(), (a,)), b.t(), a

    def both(x):
        a, b, c = outer(x)
        return a, b, c, a.t().reshape(-1), c.reshape(-1)
    check(both, X)
    check(both, X.abs())


def test_random_numbers_in_a_loop_differ():
    torch.manual_seed(3)
    def step(c, a):
        r = torch.rand_like(a)
        return c + r, r + 0 * c
    total, each = compiled(lambda x: scan(step, x[0] * 0, x))(torch.zeros(5, 1000))
    assert (each[0] - each[1]).abs().max() > 0.5 and 0.45 < each.mean() < 0.55
    torch.testing.assert_close(total, each.sum(0))


@pytest.mark.parametrize("dynamic", [None, True], ids=["static", "dynamic"])
def test_gradients_of_while_loop(dynamic):
    """What each turn gave is stacked; how often it turned is a size that the program computes."""
    def fn(x, w, n):
        return while_loop(lambda i, x, y: i < n, lambda i, x, y: (i + 1, (x * w).sin() + y[0], y * 1.5),
                          (torch.tensor(0), x, x[:2] + 1))[1:]
    for n in (3, 0, 1):
        check_gradients(fn, X, X + 0.5, torch.tensor(n), dynamic=dynamic)


def test_a_loop_run_twice_draws_the_same_numbers():
    """Where gradients are wanted a first run counts the turns; here a draw decides when it ends."""
    def fn(x):
        return while_loop(lambda x: x.sum() < 40, lambda x: (x + torch.rand_like(x),), (x,))[0]
    x = torch.zeros(4, 3, requires_grad=True)
    fast = compiled(fn)
    for seed in range(30):
        torch.manual_seed(seed)
        y = fast(x)
        assert y.requires_grad and 40 <= y.sum() < 52


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_lstm(dtype):
    """One loop over all times, whatever their number; as near to float64 as eager."""
    torch.manual_seed(0)
    layer = torch.nn.LSTM(12, 16, bias=dtype == torch.bfloat16, bidirectional=dtype == torch.float32).to(dtype)
    exact, before = copy.deepcopy(layer).double(), report()["graphs"]
    with torch._dynamo.config.patch(allow_rnn=True), torch.no_grad(), no_fallback():
        fast = compiled(layer, dynamic=True)
        for n in (5, 9, 3):
            x = torch.randn(n, 2, 12).to(dtype)
            for got, want, true in zip(leaves(fast(x)), leaves(layer(x)), leaves(exact(x.double()))):
                assert got.dtype == dtype and got.stride() == want.stride()
                bound = 2 * (want - true).abs().max() + 4 * torch.finfo(dtype).eps * true.abs().max()
                assert (got - true).abs().max() <= bound
    assert report()["graphs"] == before + 1


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_gradients_of_lstm(dtype):
    """Of weights, of data that wants none: torch takes oneDNN's layer then, whose backward has a row of its own."""
    torch.manual_seed(0)
    layer = torch.nn.LSTM(6, 8, bias=dtype == torch.float32, bidirectional=True).to(dtype)
    exact, x, state = copy.deepcopy(layer).double(), torch.randn(5, 2, 6).to(dtype), torch.randn(2, 2, 8).to(dtype)
    exact_state, state = state.double().requires_grad_(), state.requires_grad_()

    def gradients(fn, x, state, weights):
        y, (h, c) = fn(x, (state, state * 2))
        return torch.autograd.grad((y * y).sum() + (h * c).sum() + y[2:].sum(), [state, *weights])

    with torch._dynamo.config.patch(allow_rnn=True), no_fallback():
        got = gradients(compiled(layer), x, state, layer.parameters())
    want = gradients(layer, x, state, layer.parameters())
    true = gradients(exact, x.double(), exact_state, exact.parameters())
    for g, w, t in zip(got, want, true, strict=True):
        assert g.dtype == dtype and g.shape == w.shape
        assert (g - t).abs().max() <= 2 * (w - t).abs().max() + 4 * torch.finfo(dtype).eps * t.abs().max()


@pytest.mark.parametrize("layer", [torch.nn.GRU, torch.nn.RNN])
def test_recurrent_layers_that_torch_takes_apart(layer):
    """Into their times: results and gradients by data, too."""
    torch.manual_seed(0)
    layer, x = layer(6, 8, 2, bidirectional=True), torch.randn(4, 2, 6, requires_grad=True)

    def gradients(fn):
        y, h = fn(x)
        return y, h, *torch.autograd.grad((y * y).sum() + h.sum(), [x, *layer.parameters()])

    with torch._dynamo.config.patch(allow_rnn=True), no_fallback():
        got = gradients(compiled(layer))
    torch.testing.assert_close(got, gradients(layer))


# ---- effects ----

def test_linalg_checks():
    """solve is native; a singular matrix raises what eager raises."""
    a = torch.randn(4, 4) + 4 * torch.eye(4)
    fast = compiled(lambda a, b: torch.linalg.solve(a, b))
    with no_fallback():
        torch.testing.assert_close(fast(a, X), torch.linalg.solve(a, X))
        with pytest.raises(Exception, match="singular"):
            fast(torch.zeros(4, 4), X)
        torch.testing.assert_close(fast(a, X), torch.linalg.solve(a, X))


def test_prints_in_order(capsys):
    def fn(x):
        torch._higher_order_ops.print("one {n}", n=1)
        y = x + 1
        torch._higher_order_ops.print("two {n}", n=2)
        return y
    fast = compiled(fn, fallback="allow")
    torch.testing.assert_close(fast(X), X + 1)
    assert capsys.readouterr().out.split("\n")[:2] == ["one 1", "two 2"]


# ---- operators that write ----

@torch.library.custom_op("weft_test::scale_", mutates_args={"x"})
def scale_(x: torch.Tensor, by: float) -> None:
    x.mul_(by)


@torch.library.custom_op("weft_test::scale_and_add", mutates_args={"x"})
def scale_and_add(x: torch.Tensor, y: torch.Tensor, by: int) -> torch.Tensor:
    x.mul_(by)
    return y + x


@scale_.register_fake
def _(x, by):
    pass


@scale_and_add.register_fake
def _(x, y, by):
    return torch.empty_like(y)


def writes(x):
    y = x + 1
    scale_(y, 2.0)
    z = scale_and_add(y, x, 3)
    return y * 2, z


def writes_a_part(x):
    y = x + 1
    scale_(y[0], 2.0)
    return y * 2


def writes_the_argument(x):
    scale_(x, 3.0)
    return x + 1


@pytest.mark.parametrize("dynamic", [None, True], ids=["static", "dynamic"])
@pytest.mark.parametrize("fn", [writes, writes_a_part])
def test_operators_that_write(fn, dynamic):
    check(fn, X, dynamic=dynamic, fallback=True)
    assert any(k.startswith("weft_test.scale_") for k in weft.fallbacks())


def test_the_argument_is_written():
    a, b = X.clone(), X.clone()
    torch.testing.assert_close(compiled(writes_the_argument, fallback="allow")(a), writes_the_argument(b))
    torch.testing.assert_close(a, b)


def test_a_refused_operator_is_named():
    with pytest.raises(Exception, match="weft_test.scale_.default"):
        compiled(writes)(X)


# ---- attention with functions of the scores ----

Q, K, V = (torch.randn(2, 2, 16, 8, generator=torch.Generator().manual_seed(i)) for i in range(3))
BIAS = torch.randn(2)
CAUSAL = create_block_mask(lambda b, h, m, n: m >= n, None, None, 16, 16, device="cpu")
FLEX = {
    "plain": lambda q, k, v: flex_attention(q, k, v),
    "distance": lambda q, k, v: flex_attention(q, k, v, score_mod=lambda s, b, h, m, n: s + (m - n) * 0.1),
    "buffer": lambda q, k, v: flex_attention(q, k, v, score_mod=lambda s, b, h, m, n: s * BIAS[h]),
    "causal": lambda q, k, v: flex_attention(q, k, v, block_mask=CAUSAL),
    "groups": lambda q, k, v: flex_attention(q, k[:, :1], v[:, :1], enable_gqa=True),
}


@pytest.mark.parametrize("dynamic", [None, True], ids=["static", "dynamic"])
@pytest.mark.parametrize("name", FLEX)
def test_flex_attention(name, dynamic):
    with torch.no_grad():
        want = FLEX[name](Q, K, V)
        with no_fallback():
            got = compiled(FLEX[name], dynamic=dynamic)(Q, K, V)
    torch.testing.assert_close(got, want)


# ---- numbers drawn once and used twice ----

def dropped(x):
    def inner(y):
        return torch.nn.functional.dropout(y.sin(), 0.5).cos()
    return torch.utils.checkpoint.checkpoint(inner, x, use_reentrant=False)


def test_hints_wrapper():
    check(lambda x, w: hints_wrapper(lambda a, b: (a @ b).relu(), (x, w), {}, hints={"outer": True}), X, torch.ones(3, 3))


@torch.library.custom_op("weft_test::count_on", mutates_args={"x"})
def count_on(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    x.add_(torch.arange(x.numel()).view(x.shape))
    return x * y


@count_on.register_fake
def _(x, y):
    return torch.empty_like(x)


@pytest.mark.parametrize("dynamic", [None, True], ids=["static", "dynamic"])
@pytest.mark.parametrize("make", [lambda: torch.zeros(4, 3).t(), lambda: torch.zeros(5, 6)[:, ::2]], ids=["transposed", "gaps"])
def test_writes_of_views_of_what_is_not_row_major(make, dynamic):
    """Mutable operators are told views of arguments, and of results, by strides."""
    for view in (lambda x: x[:, 1:3], lambda x: x.transpose(0, 1)):
        def fn(x):
            y, z = view(x), view(x + 1)
            return count_on(y, y.clone()), count_on(z, z.clone()), z, x + 1
        a, b = make(), make()
        torch._dynamo.reset()
        torch.testing.assert_close(compiled(fn, dynamic=dynamic, fallback="allow")(a), fn(b))
        torch.testing.assert_close(a, b)


@torch.library.custom_op("weft_test::strides", mutates_args=())
def strides_of(x: torch.Tensor) -> torch.Tensor:
    return torch.tensor(x.stride())


@strides_of.register_fake
def _(x):
    return torch.empty(x.dim(), dtype=torch.int64)


@pytest.mark.parametrize("dynamic", [None, True], ids=["static", "dynamic"])
@pytest.mark.parametrize("view", [lambda x: x.t(), lambda x: x[:, ::2], lambda x: x[:1].expand(5, 3), lambda x: x],
                         ids=["transposed", "gaps", "expanded", "row-major"])
def test_operators_see_the_strides_of_eager(view, dynamic):
    check(lambda x: strides_of(view(x + 1)), X, dynamic=dynamic, fallback=True)


@torch.library.custom_op("weft_test::lists", mutates_args=())
def lists(x: torch.Tensor, n: int) -> tuple[torch.Tensor, list[torch.Tensor], torch.Tensor]:
    return x + 1, [x * (i + 2) for i in range(n)], x - 1


@lists.register_fake
def _(x, n):
    return x.clone(), [x.clone() for _ in range(n)], x.clone()


def test_lists_among_results():
    before = weft.fallbacks()

    def fn(x):
        a, several, b = lists(x, 3)
        return a, several[2] * 2, several[0], b
    check(fn, X, fallback=True)
    assert weft.fallbacks().keys() - before.keys() <= {"weft_test.lists.default"}


@pytest.mark.parametrize("random", ["weft", "eager"])
def test_recomputed_dropout_drops_the_same(random):
    x = torch.ones(64, 64, requires_grad=True)
    if random == "eager":                            # drawn by torch: a callback, and the rest compiled
        pytest.raises(Exception, compiled(dropped, random=random), x).match("native_dropout")
        before = weft.fallbacks()
        torch.manual_seed(3)
        want = dropped(x)
        torch.manual_seed(3)
    y = compiled(dropped, random=random, fallback="error" if random == "weft" else "allow")(x)
    if random == "eager":
        torch.testing.assert_close(y, want)
        assert not any(k.startswith("graph: ") for k in weft.fallbacks().keys() - before.keys())
    y.sum().backward()
    kept = y != 1                                    # cos(0) where dropped
    assert 0.4 < kept.float().mean() < 0.6
    assert torch.equal(x.grad != 0, kept)


def test_checkpoint_without_numbers():
    def fn(x):
        return torch.utils.checkpoint.checkpoint(lambda y: (y.sin() @ y.t()).cos(), x, use_reentrant=False)
    check_gradients(fn, X)


# ---- autocast as an operator: what torch.export leaves ----

def test_exported_autocast():
    class Cast(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = torch.nn.Linear(3, 3)

        def forward(self, x):
            with torch.autocast("cpu", torch.bfloat16):
                return self.linear(x)
    model = Cast()
    exported = torch.export.export(model, (X,))
    assert "wrap_with_autocast" in exported.graph_module.code
    with no_fallback(), torch.no_grad():
        torch.testing.assert_close(compiled(exported.module())(X), model(X), rtol=1.6e-2, atol=1e-3)
