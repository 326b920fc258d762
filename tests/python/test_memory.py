"""Memory of training: saved activations end within the backward pass where nobody else has them, and nowhere else.

Memory that is nobody's is NaN here, so what ends too early is seen by whoever reads it later.
"""
import gc
import threading
import weakref

import pytest
import torch
import torch.nn.functional as F
import torch.utils.checkpoint
from torch import nn

from common import compiled, no_fallback
from weft import _native

N = 192                                              # 144 KiB a matrix: large enough for memory of its own to be found


class Layers(nn.Module):
    def __init__(self, depth=6):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.ModuleList(nn.Linear(N, N) for _ in range(depth))

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x)) * torch.sigmoid(x)
        return x


def inputs(rows=N):
    return torch.randn(rows, N, generator=torch.Generator().manual_seed(1))


def gradients(model, run, *args, **kw):
    for p in model.parameters():
        p.grad = None
    run(*args).square().mean().backward(**kw)
    return [p.grad.clone() for p in model.parameters()]


@pytest.fixture(autouse=True)
def fresh():
    torch._dynamo.reset()
    _native.library().scrub(True)
    with no_fallback():
        yield
    _native.library().scrub(False)


def expected(x):
    model = Layers()
    return gradients(model, model, x)


def close(got, want):
    torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("dynamic", [False, True])
def test_backward_again_and_again(dynamic):
    model = Layers()
    run = compiled(model, dynamic=dynamic)
    first = gradients(model, run, inputs())
    close(first, expected(inputs()))
    for rows in (N, 2 * N, N):
        got = gradients(model, run, inputs(rows))
        if rows == N:
            assert all(torch.equal(a, b) for a, b in zip(got, first))
        else:
            close(got, expected(inputs(rows)))


def saved(out):
    """What the compiled forward pass behind out keeps, apart from parameters."""
    node = out.grad_fn
    while not node.name().startswith("CompiledFunction"):
        node = node.next_functions[0][0]
    return [t for t in node.saved_tensors if isinstance(t, torch.Tensor) and not isinstance(t, nn.Parameter)]


def test_kept_graphs_run_again():
    model = Layers()
    with torch._functorch.config.patch(donated_buffer=False):
        loss = compiled(model)(inputs()).square().mean()
        for _ in range(3):
            for p in model.parameters():
                p.grad = None
            loss.backward(retain_graph=True)
            close([p.grad for p in model.parameters()], expected(inputs()))
        loss.backward()
        with pytest.raises(RuntimeError, match="second time"):
            loss.backward()


def test_what_the_program_keeps_is_kept():
    model = Layers()
    out = compiled(model)(inputs())
    kept = saved(out)
    before = [t.clone() for t in kept]
    views = [t.flatten()[5:] for t in kept]
    assert sum(t.nbytes >= 1 << 16 for t in kept) >= 6
    arrays = [t.numpy() for t in kept]
    del kept
    out.square().mean().backward()
    close([p.grad for p in model.parameters()], expected(inputs()))
    torch.rand(64, N, N)                              # takes what was freed, if anything was
    gradients(model, compiled(model), inputs())
    for b, v, a in zip(before, views, arrays):
        assert torch.equal(b.flatten()[5:], v) and torch.equal(b, torch.from_numpy(a))


def test_what_nobody_keeps_is_used_again():
    """Of the memory where activations lay a part is gradients' behind the backward pass."""
    model = Layers(12)
    run = compiled(model)
    gradients(model, run, inputs())
    for p in model.parameters():
        p.grad = None
    out = run(inputs())
    lay = {t.data_ptr() for t in saved(out)}
    gc.collect()
    out.square().mean().backward()
    del out
    assert len(lay & {p.grad.data_ptr() for p in model.parameters()}) >= 3


def test_hooks_that_pack():
    model, packed = Layers(), []
    run = compiled(model)

    def pack(t):
        packed.append(t)
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        out = run(inputs())
    before = [t.clone() for t in packed]
    out.square().mean().backward()
    close([p.grad for p in model.parameters()], expected(inputs()))
    assert packed and all(torch.equal(a, b) for a, b in zip(packed, before))


def test_hooks_of_gradients():
    model, seen = Layers(), []
    for p in model.parameters():
        p.register_hook(lambda g: seen.append((g, g.clone())))
    run = compiled(model)
    for _ in range(2):
        close(gradients(model, run, inputs()), expected(inputs()))
    assert len(seen) == 24 and all(torch.equal(a, b) for a, b in seen)


def test_outputs_that_are_saved():
    """What forward gives is the caller's, though backward reads it."""
    def f(x, w):
        h = torch.tanh(x @ w)
        return h, torch.sigmoid(h @ w)

    x = inputs().double()               # sums that cancel would differ from eager's in another order
    w = torch.randn(N, N, generator=torch.Generator().manual_seed(2), dtype=x.dtype, requires_grad=True)
    h, y = compiled(f)(x, w)
    before = h.detach().clone(), y.detach().clone()
    y.sum().backward()
    assert torch.equal(h, before[0]) and torch.equal(y, before[1])
    want, = torch.autograd.grad(f(x, w)[1].sum(), w)
    torch.testing.assert_close(w.grad, want, rtol=1e-4, atol=1e-5)


def test_checkpoints():
    model = Layers()

    def run(x):
        x = torch.utils.checkpoint.checkpoint(model.layers[0], x, use_reentrant=False)
        for layer in model.layers[1:]:
            x = torch.utils.checkpoint.checkpoint(lambda y, m=layer: torch.tanh(m(y)) * y, x, use_reentrant=False)
        return x

    want = gradients(model, run, inputs())
    close(gradients(model, compiled(run), inputs()), want)


def test_checkpoints_around_compiled_code():
    model = Layers()
    run = compiled(model)
    outer = lambda x: torch.utils.checkpoint.checkpoint(run, x, use_reentrant=False)      # noqa: E731
    for _ in range(2):
        close(gradients(model, outer, inputs()), expected(inputs()))


def test_an_exception_between_forward_and_backward():
    model = Layers()
    run = compiled(model)
    for i in range(3):
        with pytest.raises(ZeroDivisionError):
            run(inputs()).square().mean()
            1 / 0
        close(gradients(model, run, inputs()), expected(inputs()))


def test_an_exception_within_backward():
    class Stop(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            raise ZeroDivisionError

    model = Layers()
    run = compiled(model)
    with pytest.raises(ZeroDivisionError):
        run(Stop.apply(inputs().requires_grad_())).sum().backward()
    close(gradients(model, run, inputs()), expected(inputs()))


def test_double_backward_says_so():
    model = Layers(2)
    x = inputs().requires_grad_()
    with torch._functorch.config.patch(donated_buffer=False):
        g, = torch.autograd.grad(compiled(model)(x).square().sum(), x, create_graph=True)
        want, = torch.autograd.grad(model(x).square().sum(), x)
        torch.testing.assert_close(g, want, rtol=1e-4, atol=1e-4)
        with pytest.raises(RuntimeError, match="double backward"):
            g.sum().backward()


def test_two_losses_of_one_forward():
    """Activations of one call, gradients asked for in parts."""
    def f(x, w):
        h = torch.tanh(x @ w)
        return torch.sigmoid(h) * h, torch.cos(h) @ w

    w = torch.randn(N, N, generator=torch.Generator().manual_seed(2), requires_grad=True)
    with torch._functorch.config.patch(donated_buffer=False):
        a, b = compiled(f)(inputs(), w)
        ga, = torch.autograd.grad(a.sum(), w, retain_graph=True)
        gb, = torch.autograd.grad(b.sum(), w)
    a, b = f(inputs(), w)
    torch.testing.assert_close(ga, torch.autograd.grad(a.sum(), w, retain_graph=True)[0], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(gb, torch.autograd.grad(b.sum(), w)[0], rtol=1e-4, atol=1e-3)


def test_tensors_let_go_are_freed():
    """A weak reference dies with what backward reads, and may run code that compiles and runs."""
    model, ran = Layers(), []
    run, other = compiled(model), compiled(lambda x: (x @ x).tanh() @ x)
    want = other(inputs())
    out = run(inputs())
    refs = [weakref.ref(t, lambda _: ran.append(torch.equal(other(inputs()), want))) for t in saved(out)]
    out.square().mean().backward()
    close([p.grad for p in model.parameters()], expected(inputs()))
    assert len(ran) == len(refs) and all(ran)


def direct(fn, *example):
    """fn as the graph that AOTAutograd calls with a list."""
    from functorch.compile import make_boxed_func
    from torch._dynamo.backends.common import aot_autograd
    from weft import _backend
    graphs = []

    def keep(gm, inputs):
        graphs.append(_backend.compile_fx(gm, inputs, settings=_backend.Settings(None, None)))
        return make_boxed_func(gm.forward)

    torch._dynamo.reset()
    torch.compile(fn, backend=aot_autograd(fw_compiler=keep), fullgraph=True)(*example)
    return graphs[0]


def deep(a):
    h = torch.tanh(a @ a.t())
    return (h @ a).sigmoid() @ h


def read_late(a, b):
    h = deep(a)
    return h, h @ b, torch.cos(h @ b) @ a


ALONE = {"read-late": read_late,
         "written": lambda a, b: (deep(a.add_(1)), deep(b) @ a)}


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("threads", [1, 2])
def test_arguments_that_nobody_else_has(name, threads):
    """The list has the only reference to memory of Weft's, as one of a backward pass has."""
    torch.set_num_threads(threads)
    fn, make = ALONE[name], compiled(lambda t: t * 0.1)
    graph = direct(fn, torch.zeros(N, N), torch.zeros(N, N))
    for _ in range(2):
        args = [make(inputs()), make(inputs() + 1)]
        want = fn(*[a.clone() for a in args])
        got = graph(args)
        torch.rand(64, N, N)
        torch.testing.assert_close(tuple(got[-len(want):]), want, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("view", [lambda a: a.view(-1).view(N, N), lambda a: a.t(), lambda a: a.detach(),
                                  lambda a: a.flatten()[N:].expand(N, -1)[:, :N]], ids=["same", "turned", "detached", "part"])
def test_arguments_over_the_same_memory(view):
    """The second is read long after the first, and is all that keeps the memory."""
    def fn(a, b):
        return deep(a.cos()) @ b, b + 1

    make = compiled(lambda t: t * 0.1)
    example = torch.zeros(N, N)
    graph = direct(fn, example, view(example.clone()))
    for _ in range(2):
        a = make(inputs())
        args, want = [a, view(a)], fn(a.clone(), view(a.clone()))
        del a
        torch.testing.assert_close(tuple(graph(args)), want, rtol=1e-4, atol=1e-3)


def test_two_threads():
    """Each with passes of its own through one compiled function."""
    model, failed = Layers(), []
    run = compiled(model)
    parameters, want = list(model.parameters()), expected(inputs())
    gradients(model, run, inputs())

    def work():
        try:
            for _ in range(3):
                close(torch.autograd.grad(run(inputs()).square().mean(), parameters), want)
        except BaseException as e:                  # noqa: BLE001
            failed.append(e)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert not failed, failed


class Turned(nn.Module):
    """What it saves lies in other orders of dimensions, or is broadcast."""

    def forward(self, x, w):
        a = torch.tanh(x.permute(0, 2, 3, 1)) * w
        b = torch.sigmoid(a.transpose(0, 3)) * a.transpose(0, 3)
        return b.permute(3, 1, 2, 0) * w.expand(4, 24, 24, 32), a.flip(1).cumsum(1)


def test_saved_tensors_that_lie_otherwise():
    model = Turned()
    x = torch.randn(4, 32, 24, 24).to(memory_format=torch.channels_last)
    w = torch.randn(32)

    def grads(f):
        args = [t.clone().requires_grad_() for t in (x, w)]
        a, b = f(*args)
        return torch.autograd.grad((a.sin() * b).sum(), args)

    want = grads(model)
    run = compiled(model)
    for _ in range(2):
        torch.testing.assert_close(grads(run), want, rtol=1e-4, atol=1e-3)


def test_an_argument_that_comes_twice():
    def f(a, b):
        return F.relu(a @ b), a + 1

    run = compiled(f)
    x = compiled(lambda t: t * 2)(inputs())
    before = x.clone()
    got = run(x, x)
    torch.testing.assert_close(got[0], f(before, before)[0], rtol=1e-4, atol=1e-3)
    assert torch.equal(x, before) and torch.equal(got[1], before + 1)
