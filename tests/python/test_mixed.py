"""Compiled code among other things: graph breaks, regions, transforms, export, subclasses, threads, forks, processes."""
import os
import subprocess
import sys
import threading

import pytest
import torch
from torch import nn
from torch._dynamo.utils import counters
from torch.testing._internal.two_tensor import TwoTensor

import weft
from common import compiled, no_fallback, report

X = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))


def net():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 4))


def test_graph_breaks():
    def fn(x):
        y = x.sin() * 2
        torch._dynamo.graph_break()
        if y.sum().item() > 0:
            y = y + 1
        return y.cos()
    fast = compiled(fn, fullgraph=False)
    with no_fallback():
        for x in (X.abs(), -X.abs()):
            torch.testing.assert_close(fast(x), fn(x))


def test_a_break_before_backward():
    """Compiling the backward graph amid the program is no part of it: Dynamo meets no more breaks than by torch's backend."""
    def fn(x):
        loss = (x * x).sum()
        loss.backward()
        return x.grad + 1
    breaks = []
    for backend in ("aot_eager", "weft"):
        torch._dynamo.reset()
        torch._dynamo.utils.counters.clear()
        x = torch.ones(3, requires_grad=True)
        assert torch.equal(torch.compile(fn, backend=backend)(x), torch.full((3,), 3.0))
        breaks.append(list(torch._dynamo.utils.counters["graph_break"].values()))
    assert breaks[0] == breaks[1]


def test_several_regions():
    a, b = net(), nn.Linear(4, 3)
    fast_a, fast_b = compiled(a), compiled(b)
    torch.testing.assert_close(fast_b(fast_a(X).relu()), b(a(X).relu()))


def test_inference_mode():
    m = net()
    with torch.inference_mode(), no_fallback():
        y = compiled(m)(X)
        assert y.is_inference()
        torch.testing.assert_close(y, m(X))


def test_exported():
    m = net()
    with torch.no_grad(), no_fallback():
        dim = torch.export.Dim("batch", min=2, max=64)
        program = torch.export.export(m, (X,), dynamic_shapes=({0: dim},))
        fast = compiled(program.module())
        for n in (6, 9):
            x = torch.randn(n, 8)
            torch.testing.assert_close(fast(x), m(x))


def test_compiled_autograd():
    """The graph that autograd walks is captured, too, and compiled by who compiles the rest."""
    m, twin = net(), net()
    m(X).square().mean().backward()
    before = report()["graphs"]
    counters["compiled_autograd"].clear()
    with torch._dynamo.config.patch(compiled_autograd=True), no_fallback():
        compiled(lambda x: twin(x).square().mean().backward(), fullgraph=False)(X)
    assert counters["compiled_autograd"]["captures"] == 1 and report()["graphs"] == before + 2
    for p, q in zip(m.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad)


@pytest.mark.parametrize("fn", [
    lambda x: torch.func.vmap(lambda r: (r * r.sum()).tanh())(x),
    lambda x: torch.func.grad(lambda y: y.sin().square().sum())(x),
    lambda x: torch.func.vmap(torch.func.grad(lambda r: (r ** 3).sum()))(x),
    lambda x: torch.func.jacrev(lambda r: r.sin() * r.sum())(x[0]),
], ids=["vmap", "grad", "vmap of grad", "jacrev"])
def test_transforms(fn):
    with no_fallback():
        torch.testing.assert_close(compiled(fn)(X), fn(X))


def test_linearize():
    def fn(x):
        return torch.func.linearize(lambda y: y.sin() * y, x)[1](x)
    with no_fallback():
        torch.testing.assert_close(compiled(fn, fullgraph=False)(X), fn(X))


def test_tensor_subclass():
    """A subclass that AOTAutograd takes apart into two tensors."""
    with no_fallback():
        y = compiled(lambda t: t.sin() + 1)(TwoTensor(X, X + 1))
    assert isinstance(y, TwoTensor)
    torch.testing.assert_close((y.a, y.b), (X.sin() + 1, (X + 1).sin() + 1))


def ragged(*lengths):
    x = torch.randn(sum(lengths), 8, generator=torch.Generator().manual_seed(len(lengths)), requires_grad=True)
    offsets = torch.tensor([0, *lengths]).cumsum(0)
    return torch.nested.nested_tensor_from_jagged(x, offsets), x


@pytest.mark.filterwarnings("ignore")                  # torch's own: its cache of nested tensors' shapes is no key
@pytest.mark.parametrize("fn", [lambda n, m: m(n).relu().values(), lambda n, m: (n.sin() + n * 2).values(),
                                lambda n, m: m(n).to_padded_tensor(3.0)], ids=["linear", "maps", "padded"])
def test_nested_tensor(fn):
    """Its ragged dimension is a size that no number stands for; numbers of rows change."""
    m = nn.Linear(8, 4)
    fast = compiled(fn)
    for lengths in ((3, 5), (2, 6, 1), (4, 4, 4, 4)):
        (n, x), (twin, y) = ragged(*lengths), ragged(*lengths)
        with no_fallback():
            got = fast(n, m)
            got.square().sum().backward()
        want = fn(twin, m)
        want.square().sum().backward()
        torch.testing.assert_close(got, want)
        torch.testing.assert_close(x.grad, y.grad)


def test_threads_call_one_module():
    m = net()
    fast, errors = compiled(m), []
    with torch.no_grad():
        fast(X)

    def work(seed):
        x = torch.randn(6, 8, generator=torch.Generator().manual_seed(seed))
        with torch.no_grad():
            want = m(x)
            for _ in range(50):
                if not torch.allclose(fast(x), want, atol=1e-6):
                    errors.append(seed)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not errors


class Rows(torch.utils.data.Dataset):
    def __init__(self, fn):
        self.fn = fn

    def __len__(self):
        return 4

    def __getitem__(self, i):
        return self.fn(torch.full((8,), float(i)))


def test_workers_fork_after_a_compile():
    """A worker of a DataLoader may call what its parent compiled."""
    fast = compiled(lambda x: x.sin() + 1)
    fast(torch.zeros(8))
    loader = torch.utils.data.DataLoader(Rows(fast), batch_size=2, num_workers=2)
    got = torch.cat(list(loader))
    torch.testing.assert_close(got, torch.arange(4.0)[:, None].expand(4, 8).sin() + 1)
    torch.testing.assert_close(fast(X[0]), X[0].sin() + 1)


DDP = """
import sys, torch, torch.distributed as dist
from torch import nn
import weft
rank, port, order = int(sys.argv[1]), sys.argv[2], sys.argv[3]
dist.init_process_group("gloo", init_method=f"file://{port}", rank=rank, world_size=2)
torch.manual_seed(0)
m = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
plain = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
plain.load_state_dict(m.state_dict())
go = lambda f: torch.compile(f, backend="weft", options={"fallback": "error"})
model = go(nn.parallel.DistributedDataParallel(m)) if order == "around" else nn.parallel.DistributedDataParallel(go(m))
xs = [torch.randn(5, 8, generator=torch.Generator().manual_seed(i)) for i in range(2)]
model(xs[rank]).square().mean().backward()
(sum(plain(x).square().mean() for x in xs) / 2).backward()
for p, q in zip(m.parameters(), plain.parameters()):
    torch.testing.assert_close(p.grad, q.grad, rtol=1e-4, atol=1e-6)
dist.destroy_process_group()
"""


COLLECTIVES = """
import sys, time, torch, torch.distributed as dist
import torch.distributed._functional_collectives as fc
import weft
rank, port = int(sys.argv[1]), sys.argv[2]
dist.init_process_group("gloo", init_method=f"file://{port}", rank=rank, world_size=2)
def fn(x):
    y = x * 2
    whole = fc.all_gather_tensor(y, 0, dist.group.WORLD) + 0
    mine = fc.reduce_scatter_tensor(y, "sum", 0, dist.group.WORLD) + 0
    dist.all_reduce(x)
    return x + 1, whole, mine
go = torch.compile(fn, backend="weft", options={"fallback": "allow"})
for turn in range(3):
    x = torch.full((400, 300), rank + 1.0 + turn)
    if rank:
        time.sleep(0.1)
    total, whole, mine = go(x)
    both = 3 + 2 * turn
    assert (x == both).all() and (total == both + 1).all() and (mine == 2 * both).all(), turn
    assert (whole[:400] == 2 * (1 + turn)).all() and (whole[400:] == 2 * (2 + turn)).all(), turn
assert set(weft.fallbacks()) == {f"_c10d_functional.{op}.default" for op in
                                  ("all_gather_into_tensor", "reduce_scatter_tensor", "all_reduce")}, weft.fallbacks()
y = fc.all_reduce(torch.full((400, 300), rank + 1.0), "sum", dist.group.WORLD)        # begun outside
assert (torch.compile(lambda y: y * 2, backend="weft", options={"fallback": "allow"})(y) == 6).all()
dist.destroy_process_group()
"""


def in_two_processes(source, *args):
    jobs = [subprocess.Popen([sys.executable, "-c", source, str(rank), *args], env=os.environ,
                             stderr=subprocess.PIPE, text=True) for rank in range(2)]
    for job in jobs:
        _, text = job.communicate(timeout=200)
        assert job.returncode == 0, text[-2000:]


@pytest.mark.parametrize("order", ["around", "under"])
def test_data_parallel(order, tmp_path):
    """Compiled code around and under DistributedDataParallel: two processes, gradients of both."""
    in_two_processes(DDP, str(tmp_path / "meet"), order)


def test_distributed_tensors(tmp_path):
    """Their mesh of devices is an argument and a result of graphs; one process is enough."""
    import torch.distributed as dist
    from torch.distributed.tensor import Replicate, Shard, distribute_tensor, init_device_mesh
    dist.init_process_group("gloo", init_method=f"file://{tmp_path / 'meet'}", rank=0, world_size=1)
    try:
        mesh = init_device_mesh("cpu", (1,))

        def fn(x, w):
            return nn.functional.linear(x, w).relu().redistribute(mesh, [Replicate()]).to_local()

        results = []
        for f in (fn, compiled(fn)):
            w = distribute_tensor(X[:4].clone(), mesh, [Shard(0)]).requires_grad_()
            y = f(distribute_tensor(X, mesh, [Replicate()]), w)
            y.square().sum().backward()
            results.append((y.detach(), w.grad.to_local()))
        torch.testing.assert_close(*results)
    finally:
        dist.destroy_process_group()


def test_collectives(tmp_path):
    """torch gives their results before they are there."""
    in_two_processes(COLLECTIVES, str(tmp_path / "meet"))


def test_a_size_that_nothing_computes_is_left_to_torch():
    """A graph with a size that nothing compiled can compute runs in torch, and is counted."""
    def fn(x):
        return x.unique(dim=0).sin().sum()
    wide = torch.randn(4, 80)
    with torch._dynamo.config.patch(capture_dynamic_output_shape_ops=True):
        torch.testing.assert_close(compiled(fn, fallback="allow")(wide), fn(wide))
    assert any(k.startswith("graph: ") for k in weft.fallbacks())
