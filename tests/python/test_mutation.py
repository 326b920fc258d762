"""Arguments that a compiled region writes: optimizers' states, running statistics, caches.  The new value is made where the
old one lies."""
import resource

import pytest
import torch
from torch._dynamo.utils import counters

import weft  # noqa: F401


def compiled(f, **kw):
    torch._dynamo.reset()
    return torch.compile(f, backend="weft", fullgraph=True, **kw)


def same(f, *args, calls=2):
    """f, compiled, leaves arguments and results as f does, without moving the arguments."""
    want = [clone_as(a) for a in args]
    places = [a.data_ptr() for a in args]
    run = compiled(f)
    with torch.no_grad():
        for _ in range(calls):
            torch.testing.assert_close(run(*args), f(*want))
            torch.testing.assert_close(list(args), want)
    assert [a.data_ptr() for a in args] == places


def clone_as(a):
    """a with strides and offset of its own memory kept."""
    whole = torch.zeros(a.untyped_storage().nbytes() // a.element_size(), dtype=a.dtype)
    whole.copy_(torch.as_strided(a.detach(), whole.shape, (1,), 0))
    return torch.as_strided(whole, a.shape, a.stride(), a.storage_offset())


def momentum(p, m, g):
    m.mul_(0.9).add_(g)
    p.sub_(m * 0.1)


@pytest.mark.parametrize("shape", [(), (1,), (3, 5), (64, 130)])
def test_state_and_parameter(shape):
    same(momentum, *(torch.randn(shape) for _ in range(3)))


def test_a_transposed_argument():
    same(momentum, torch.randn(6, 40).t(), torch.randn(40, 6), torch.randn(40, 6))


def test_a_part_of_a_tensor():
    same(momentum, torch.randn(8, 10)[:, 2:7], torch.randn(50, 7)[3:11, :5], torch.randn(8, 5))


def test_memory_that_is_not_aligned():
    same(momentum, torch.randn(101)[1:], torch.randn(100), torch.randn(100))


@pytest.mark.parametrize("first", [0, 1, 6])
def test_memory_that_is_not_aligned_is_written_where_it_lies(first):
    """As of parameters that torch maps from a file: no result is made beside them, to be copied."""
    run = compiled(momentum)
    p, m, g = torch.randn(1000 + first)[first:], torch.randn(1000), torch.randn(1000)
    run(p, m, g)
    with torch.profiler.profile() as seen:
        run(p, m, g)
    assert not [e for e in seen.events() if "copy" in e.name]


def test_the_old_value_is_read_elsewhere():
    def f(a, b):
        old = a.flip(0)                           # not the place that is written
        a.mul_(b)
        return a + old

    same(f, torch.randn(40), torch.randn(40))


def test_the_old_value_is_read_later():
    def f(a, b):
        old = a.clone()
        a.copy_(b.exp())
        return (old @ a) @ old

    same(f, *torch.randn(2, 30, 30, dtype=torch.float64))   # of f32 rounding shows: sums cancel


def test_arguments_change_places():
    def f(a, b, c):
        old = a.clone()
        a.copy_(b)
        b.copy_(c)
        c.copy_(old)

    same(f, torch.randn(50), torch.randn(50), torch.randn(50))


def test_the_new_value_is_a_result_too():
    def f(a, b):
        a.add_(b)
        return a * 1, a.sum()

    same(f, torch.randn(7, 9), torch.randn(7, 9))


def test_another_type_and_shape():
    def f(a, b):
        a.copy_(b)                                # broadcast and converted
        return a + 1

    same(f, torch.randn(4, 6, dtype=torch.float64), torch.randn(6))


def test_a_cache_takes_a_row():
    def f(cache, row, at):
        cache.index_copy_(0, at, row)
        return cache.sum(1)

    same(f, torch.randn(32, 16), torch.randn(1, 16), torch.tensor([5]))


def add_to_the_end(x, u, i):
    x[:, :, -2:] += u[:, :2]
    return u.sum()


def parts_by_each_other(x, u, i):
    x[0, 1:3].copy_(x[3, 4:6])
    x[3, 4:6] = x[0, 2:4] * 2
    x[3, 4:6].mul_(3)
    return x[3].sum()


def rows_that_overlap(x, u, i):
    x[2:4] = x[1:3].clone()
    return x[1].sum(), x.clone()


def read_before_and_behind(x, u, i):
    old = x.flip(0)[0].sum()
    x.view(-1, 4)[7].add_(1)
    x[5, :, 3] = u[:, 0]
    return old + x[5].sum(), x[5]


def places_the_call_says(x, u, i):
    x.index_copy_(1, i, u[None, :3].expand(40, -1, -1))
    x[i] += x[i + 1]
    x.index_add_(0, i, u[:3, None, :8].expand(-1, 6, -1))
    x.scatter_(0, i[:1, None, None].expand(1, 6, 8), x[7:8].clone())
    return x.sum()


@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("f", [add_to_the_end, parts_by_each_other, rows_that_overlap, read_before_and_behind,
                               places_the_call_says])
def test_parts_of_an_argument(f, offset):
    """Offset 1: memory that is not aligned, which a copy is made of and goes back to."""
    x = torch.randint(0, 9, (40 * 6 * 8 + offset,)).float()[offset:].view(40, 6, 8)
    same(f, x, torch.randint(0, 9, (6, 8)).float(), torch.tensor([2, 0, 4]))


@pytest.mark.parametrize("f", [
    lambda x, u, at: x[-3:, :5].add_(u[:3, :5]), lambda x, u, at: x[7].copy_(u[0]),
    lambda x, u, at: x.index_copy_(0, at, u), lambda x, u, at: x.index_add_(0, at, u),
    lambda x, u, at: x.view(16, -1, 1024)[3, 70:72].copy_(u[:2]),
    lambda x, u, at: (x[5:7].add_(1), x[100:103].mul_(x[6:9]))])
def test_parts_cost_what_they_are(f):
    """Pages of a tensor that nobody has touched stay so: 256 MiB would be resident."""
    def resident():
        with open("/proc/self/statm") as pages:
            return int(pages.read().split()[1]) * resource.getpagesize()

    u, at = torch.randn(4, 1024), torch.tensor([7, 70, 700, 7000])
    run = compiled(lambda x: (f(x, u, at), None)[1])
    x = torch.empty(65536, 1024)
    run(x)
    before, y = resident(), torch.empty(65536, 1024)
    run(y)
    assert resident() - before < 64 << 20


def test_complex_with_lazy_bits():
    def f(a, b):
        a.mul_(b)

    run = compiled(f)
    for bits in (torch.conj, torch.clone, torch.conj):
        x = bits(torch.randn(8, dtype=torch.complex64))
        want = x.clone() * (1 + 2j)
        run(x, torch.full((8,), 1 + 2j))
        torch.testing.assert_close(x, want)


def test_symbolic_sizes():
    run = torch.compile(momentum, backend="weft", fullgraph=True, dynamic=True)
    torch._dynamo.reset()
    for n in (5, 64, 130):
        args = [torch.randn(n, 7) for _ in range(3)]
        want = [a.clone() for a in args]
        momentum(*want)
        run(*args)
        torch.testing.assert_close(args, want)


def test_running_statistics():
    torch.manual_seed(0)
    a, b = torch.nn.BatchNorm1d(6), torch.nn.BatchNorm1d(6)
    run, x = compiled(a), torch.randn(10, 6)
    for _ in range(2):
        run(x).sum().backward()
        b(x).sum().backward()
    torch.testing.assert_close(dict(a.named_buffers()), dict(b.named_buffers()))


def test_versions_move_and_no_copies_are_made():
    p, m, g = torch.zeros(1000), torch.zeros(1000), torch.ones(1000)
    run = compiled(momentum)
    run(p, m, g)
    version = p._version
    with torch.profiler.profile() as profile:
        run(p, m, g)
    assert p._version > version
    assert not [e for e in profile.events() if "copy_" in e.name]


@pytest.mark.parametrize("make", [
    lambda ps: torch.optim.AdamW(ps, lr=0.01), lambda ps: torch.optim.AdamW(ps, lr=0.01, foreach=True),
    lambda ps: torch.optim.AdamW(ps, lr=0.01, fused=True), lambda ps: torch.optim.SGD(ps, lr=0.01, momentum=0.9)])
def test_optimizers(make):
    torch.manual_seed(3)
    nets = [torch.nn.Sequential(torch.nn.Linear(20, 30), torch.nn.ReLU(), torch.nn.Linear(30, 4)) for _ in range(2)]
    nets[1].load_state_dict(nets[0].state_dict())
    optimizers = [make(list(n.parameters())) for n in nets]
    x = torch.randn(16, 20)

    def step(net, optimizer):
        net(x).square().mean().backward()
        optimizer.step()

    torch._dynamo.reset()
    counters.clear()
    places = [p.data_ptr() for p in nets[0].parameters()]
    whole = torch.compile(step, backend="weft")
    for _ in range(3):
        for net, optimizer, run in zip(nets, optimizers, (whole, step)):
            optimizer.zero_grad(set_to_none=True)      # within, Dynamo would compile nothing up to backward()
            run(net, optimizer)
    # of the network and of the optimizer, but torch keeps its fused steps from being captured
    assert counters["stats"]["unique_graphs"] >= 2 or optimizers[0].defaults["fused"]
    assert [p.data_ptr() for p in nets[0].parameters()] == places
    torch.testing.assert_close(nets[0].state_dict(), nets[1].state_dict(), rtol=1e-4, atol=1e-5)
