"""Outputs that are views: what is kept for a backward takes no memory of its own, and results alias as in eager torch."""
import pytest
import torch
import torch.nn as nn

import weft  # noqa: F401


def compiled(f, **options):
    return torch.compile(f, backend="weft", options={"fallback": "error", **options})


def shares(a, b) -> bool:
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


def show_one_memory(got, want):
    """The first is written to, as eager's: the others show it, and lie as eager's do."""
    assert all(shares(t, got[0]) for t in got)
    got[0].fill_(7)
    want[0].fill_(7)
    for a, b in zip(got, want, strict=True):
        torch.testing.assert_close(a, b)
        assert a.stride() == b.stride() and a.storage_offset() == b.storage_offset()


class Layers(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(12, 20), nn.Linear(20, 6)
        self.norm = nn.BatchNorm1d(20)

    def forward(self, x):
        return self.b(torch.tanh(self.norm(self.a(x).flatten(0, 1)))).view(*x.shape[:2], -1)


def test_weights_are_kept_as_they_lie():
    """Backward reads the transpose of b's weight: it is the weight."""
    torch.manual_seed(1)
    m, x = Layers(), torch.randn(3, 5, 12)
    y = compiled(m)(x)
    kept = [t for t in y.grad_fn.saved_tensors if shares(t, m.b.weight)]
    assert [t.stride() for t in kept] in ([(1, 20)], [(20, 1)])
    assert any(shares(t, x) for t in y.grad_fn.saved_tensors)


def test_gradients_and_buffers():
    """Of three steps; batch norm writes its buffers behind what was kept."""
    torch.manual_seed(2)
    m, x = Layers(), torch.randn(3, 5, 12)
    twin = Layers()
    twin.load_state_dict(m.state_dict())
    f = compiled(m)
    for _ in range(3):
        for module, forward in ((m, f), (twin, twin)):
            for p in module.parameters():
                p.grad = None
            forward(x).square().sum().backward()
            with torch.no_grad():
                for p in module.parameters():
                    p -= 0.01 * p.grad
    for (name, a), b in zip(m.state_dict().items(), twin.state_dict().values()):
        torch.testing.assert_close(a, b, msg=name)


def test_a_weight_written_before_backward():
    """As in eager torch it is an error: what backward needs is gone."""
    m, x = Layers(), torch.randn(3, 5, 12)
    y = compiled(m)(x)
    with torch.no_grad():
        m.b.weight.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


@pytest.mark.parametrize("view", [lambda y: y[:, 0], lambda y: y.transpose(0, 2)[1:], lambda y: y.split(2, 1)[1],
                                  lambda y: y.flatten(1), lambda y: y[0].expand(3, -1, -1), lambda y: y.diagonal(0, 1, 2)])
@pytest.mark.parametrize("first", [False, True])
def test_results_alias_as_in_eager(view, first):
    def f(x):
        y = torch.exp(x)
        return (view(y), y) if first else (y, view(y))

    x = torch.randn(2, 4, 4)
    with torch.no_grad():
        got, want = compiled(f)(x), f(x)
    for a, b in zip(got, want):
        torch.testing.assert_close(a, b)
        assert a.stride() == b.stride() and a.storage_offset() == b.storage_offset()
    assert shares(*got)


def test_what_had_to_be_copied_is_no_view():
    """An operator that may give a view, and here cannot: its result has values of its own."""
    from torch.fx.experimental.proxy_tensor import make_fx
    import torch._inductor.inductor_prims             # as torch.compile has by then
    from weft import _backend

    def f(x):
        y = torch.exp(x)
        return y, torch.ops.aten.reshape.default(y.t(), [-1])

    x = torch.randn(3, 4)
    graph = make_fx(f, pre_dispatch=True)(x)
    assert any("reshape" in str(n.target) for n in graph.graph.nodes)
    got = _backend.compile_fx(graph, [x], settings=_backend.Settings(None, None))([x])
    for a, b in zip(got, f(x)):
        torch.testing.assert_close(a, b)
    assert not shares(*got)


def test_an_input_with_an_offset():
    """What is kept of an argument that is a piece of another tensor is that piece."""
    whole, w = torch.randn(4, 6, 8), torch.randn(8, 8, requires_grad=True)
    y = compiled(lambda x, w: torch.tanh(x.flatten(0, 1) @ w))(whole[2:], w)
    assert any(shares(t, whole) and t.storage_offset() == 96 for t in y.grad_fn.saved_tensors)
    y.sum().backward()
    got, w.grad = w.grad, None
    torch.tanh(whole[2:].flatten(0, 1) @ w).sum().backward()
    torch.testing.assert_close(got, w.grad)


def test_sizes_that_change():
    """What is kept of them is a view too, whose places a call says."""
    m = nn.Sequential(nn.Linear(12, 20), nn.Tanh(), nn.Linear(20, 6))
    f = torch.compile(m, backend="weft", dynamic=True, options={"fallback": "error"})
    for n in (3, 4, 7):
        x = torch.randn(n, 5, 12)
        y = f(x)
        kept = [t for t in y.grad_fn.saved_tensors if shares(t, x)]
        assert [tuple(t.shape) for t in kept] == [(5 * n, 12)]
        got = torch.autograd.grad(y.square().sum(), m[0].weight)[0]
        want = torch.autograd.grad(m(x).square().sum(), m[0].weight)[0]
        torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("fn", [lambda y: (y, y[:, 0]), lambda y: (y[:, 1:], y[1:]), lambda y: (y.flatten(), y.mT[1:], y),
                                lambda y: y.split(2, 1), lambda y: (y, y[0].expand(3, -1, -1), y[-1, -1])])
def test_results_of_any_size_alias_as_in_eager(fn):
    f = torch.compile(lambda x: fn(x.sin()), backend="weft", dynamic=True, options={"fallback": "error"})
    for shape in ((3, 4, 6), (5, 4, 6), (2, 4, 9), (4, 4, 7)):
        x = torch.randn(shape)
        with torch.no_grad():
            got, want = f(x), fn(x.sin())
            show_one_memory(got, want)


@pytest.mark.parametrize("fn", [lambda y: (y[:, 1:], y[1:]), lambda y: y.chunk(2, 1), lambda y: y.unbind(1),
                                lambda y: (y[1:], y[1:].t(), y.view(-1)[3:]), lambda y: (y.diagonal(1), y[1])])
def test_views_of_what_is_no_result(fn):
    """They show one memory, as in eager, though nobody is given all of it."""
    x = torch.randn(4, 4)
    with torch.no_grad():
        got, want = compiled(lambda x: fn(x.sin()))(x), fn(x.sin())
        show_one_memory(got, want)


@pytest.mark.parametrize("cut", [lambda b: (b[4:9], b[6:13]), lambda b: (b[::2], b[1::2]),
                                 lambda b: (b.view(4, 5)[1:], b.view(4, 5).t()[1:])])
def test_arguments_that_overlap_and_are_written(cut):
    """AOTAutograd cuts the results out of their common memory by the places that ours have."""
    whole, twin = torch.randn(20), torch.empty(20)
    twin.copy_(whole)

    def f(x, y):
        return x.add_(1), y.mul_(2)

    got, want = compiled(f)(*cut(whole)), f(*cut(twin))
    assert torch.equal(whole, twin)
    for a, b in zip(got, want):
        assert torch.equal(a, b) and shares(a, whole)


def test_the_memory_that_arguments_overlap_in_is_not_in_a_key():
    """Two functions that torch's cache takes for one, whose arguments lie in memories of two sizes."""
    for size in (6, 8):
        b = torch.arange(float(size))
        torch._dynamo.reset()
        y = compiled(lambda x, y: (x.add_(1), y * 2)[1])(b[:3], b[1:4])
        assert y.tolist() == [4, 6, 6] and b[:4].tolist() == [1, 2, 3, 3]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])
def test_results_lie_as_eagers_where_an_operand_is_expanded(dtype):
    def f(x, y):
        return (x.expand(2, 3) * y.t()).unsqueeze(0)

    args = torch.rand((), dtype=dtype), torch.rand(3, 2, dtype=dtype)
    assert compiled(f)(*args).stride() == f(*args).stride() == (2, 1, 2)

    def gradients(g):
        a, b = (torch.rand(s, dtype=dtype, requires_grad=True) for s in ((2, 2, 1), (2, 1, 2)))
        return [t.stride() for t in torch.autograd.grad(g(a, b).sum(), (a, b))]

    def product(a, b):
        return torch.tensordot(a, b, dims=([0, 1], [2, 0]))

    assert gradients(compiled(product)) == gradients(product)


@pytest.mark.parametrize("fn", [lambda x: x[x.shape[0] // 2:], lambda x: x.chunk(3), lambda x: (x.view(-1), x.t()[1:], x + 1),
                                lambda x: x.unsqueeze(1).expand(-1, x.shape[0], -1), lambda x: x[x.shape[0] // 2:].view(torch.int32),
                                lambda x: (x.mul_(2), x[x.shape[0] // 2:])[1], lambda x: x[x.shape[0] // 2:, :x.shape[1] - 1]])
@pytest.mark.parametrize("grad", [False, True])
def test_views_of_arguments_of_any_size(fn, grad):
    """AOTAutograd makes them of the argument by the places ours have: they began where the argument does, and had its first
    elements."""
    f = torch.compile(fn, backend="weft", dynamic=True, options={"fallback": "error"})
    for n, offset in ((6, 0), (9, 5)):
        got_of, want_of = (torch.arange(offset + n * 4.)[offset:].view(n, 4).requires_grad_() * 1 if grad else
                           torch.arange(offset + n * 4.)[offset:].view(n, 4) for _ in range(2))
        got, want = f(got_of), fn(want_of)
        for a, b in zip(*([got], [want]) if isinstance(want, torch.Tensor) else (got, want), strict=True):
            assert torch.equal(a, b) and (a.dtype, a.stride()) == (b.dtype, b.stride())
            assert shares(a, got_of) == shares(b, want_of) or grad


def test_views_of_a_written_argument_with_holes():
    """Its new value is compact; they lie as the argument does."""
    def fn(x):
        x.copy_(x.flip(0))
        return x[1:, x.shape[1] // 2:], x.t()

    f = torch.compile(fn, backend="weft", dynamic=True, options={"fallback": "error"})
    for n in (6, 8):
        x, twin = (torch.arange(2. * n * n).view(n, 2 * n)[:, ::2] for _ in range(2))
        for a, b in zip(f(x), fn(twin)):
            assert torch.equal(a, b) and a.stride() == b.stride() and shares(a, x)


def test_views_of_results_of_any_size_have_gradients():
    def fn(x):
        y = x + 1
        return y[y.shape[0] // 2:], y.t()

    x = torch.randn(6, 3, requires_grad=True)
    got, want = torch.compile(fn, backend="weft", dynamic=True)(x), fn(x)
    assert all(map(torch.equal, got, want))
    got, want = (torch.autograd.grad([y.square().sum() for y in ys], x)[0] for ys in (got, want))
    torch.testing.assert_close(got, want)


def test_views_by_sizes_the_program_reads():
    with torch._dynamo.config.patch(capture_scalar_outputs=True):
        x, n = torch.arange(10.), torch.tensor([3, 2, 5])
        got = compiled(lambda x, n: x.split(n.tolist()))(x, n)
    assert [t.tolist() for t in got] == [t.tolist() for t in x.split([3, 2, 5])] and all(shares(t, x) for t in got)


@pytest.mark.parametrize("grad", [False, True])
@pytest.mark.parametrize("fn", [lambda y: y.expand(5, 4, 6), lambda y: y.unfold(1, 3, 1), lambda y: y[1:3].expand(2, 2, 6),
                                lambda y: y.new_zeros(()).expand(3, 4) + 0 * y.sum().expand(3, 4),
                                lambda y: y.sum(0, keepdim=True).expand_as(y), lambda y: y.t()[:, :1].expand(6, 7)])
def test_a_result_that_overlaps_itself_is_not_spread_out(fn, grad):
    x = torch.randn(4, 6, requires_grad=grad)
    f = lambda x: fn(torch.sin(x * 2))  # noqa: E731
    got, want = compiled(f)(x), f(x)
    torch.testing.assert_close(got, want)
    assert got.stride() == want.stride()
    assert got.untyped_storage().nbytes() == want.untyped_storage().nbytes()


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("fn", [lambda x, w: (x @ w).chunk(3, -1), lambda x, w: (x @ w).unbind(1),
                                lambda x, w: [t.view(4, 2, 2).transpose(0, 1) for t in (x @ w).split(4, 1)],
                                lambda x, w: w.split([2, 4]), lambda x, w: (*(x @ w).split(4, 1), x * 2)])
def test_pieces_with_gradients_show_one_memory(fn, dynamic):
    def cut(x, w):
        return tuple(fn(x, w))
    x, w = torch.randn(4, 6, requires_grad=True), torch.randn(6, 12, requires_grad=True)
    got, want = torch.compile(cut, backend="weft", dynamic=dynamic)(x, w), cut(x, w)
    for a, b in zip(got, want, strict=True):
        torch.testing.assert_close(a, b)
        assert a.stride() == b.stride() and a.storage_offset() == b.storage_offset()
        assert shares(a, got[0]) == shares(b, want[0]) and shares(a, w) == shares(b, w)
    one = torch.autograd.grad([t.square().sum() for t in got], w)
    torch.testing.assert_close(one, torch.autograd.grad([t.square().sum() for t in want], w))


def test_pieces_share_nothing_with_what_is_kept():
    """Eager says that such a write makes backward impossible; compiled code could not see it."""
    x = torch.randn(4, 6, requires_grad=True)
    a, b, y = compiled(lambda x: (*(y := torch.exp(x)).split(2), y))(x)
    with torch.no_grad():
        a.mul_(100)
    (b.sum() + y.sum()).backward()
    torch.testing.assert_close(x.grad, torch.exp(x) * torch.tensor([1.0, 1, 2, 2])[:, None])


def test_a_result_without_elements_grows():
    """As `out=` grows one: behind a break torch itself writes there."""
    def fn(x):
        return torch.add(x.t(), 1, out=torch.empty(0))
    x = torch.randn(2, 3)
    assert torch.equal(torch.compile(fn, backend="weft")(x), x.t() + 1)
    y = compiled(lambda x: x[:0] * 2)(x)
    assert (y.shape, y.stride()) == ((0, 3), (3, 1))
    assert y.resize_(4, 2).fill_(1).sum() == 8
