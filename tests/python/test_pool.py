"""Whose threads run kernels: the bits are the same, among torch's own operators, threads and forks."""
import threading

import pytest
import torch

from common import compiled, needs_libgomp

POOLS = ("own", "auto", "host")


def made(fn, pool, **options):
    torch._dynamo.reset()
    return compiled(fn, pool=pool, **options)


def product(x):
    return (x @ x).softmax(-1)


@pytest.mark.parametrize("pool", POOLS)
def test_pools_give_the_same_bits(pool):
    if pool == "host":
        needs_libgomp()
    x = torch.randn(700, 700)

    def fn(x):
        return product(x) + torch.randn(700, 700)
    results = []
    for p in ("own", pool, "own"):
        torch.manual_seed(1)
        results.append(made(fn, p, threads=2)(x))
    assert torch.equal(results[0], results[1]) and torch.equal(results[0], results[2])


@pytest.mark.parametrize("pool", POOLS)
def test_torchs_operators_between(pool):
    """On as many threads as torch has at the time, which may be fewer or more than ours."""
    if pool == "host":
        needs_libgomp()
    x = torch.randn(512, 512)
    was = torch.get_num_threads()
    want = made(product, "own", threads=2)(x)
    fast = made(product, pool, threads=2)
    try:
        for n in (2, 1, 3, 2):
            torch.set_num_threads(n)
            for _ in range(20):
                y = torch.cumsum(x, 1)
                assert torch.equal(fast(x), want)
                assert torch.equal(torch.cumsum(x, 1), y)
    finally:
        torch.set_num_threads(was)


@pytest.mark.parametrize("pool", POOLS)
def test_several_threads_call(pool):
    if pool == "host":
        needs_libgomp()
    x = torch.randn(512, 512)
    fast = made(product, pool, threads=2)
    want, bad = fast(x), []

    def call():
        for _ in range(20):
            torch.cumsum(x, 1)
            if not torch.equal(fast(x), want):
                bad.append(1)
    threads = [threading.Thread(target=call) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not bad


class Rows(torch.utils.data.Dataset):
    def __init__(self, fn, x):
        self.fn, self.x = fn, x

    def __len__(self):
        return 4

    def __getitem__(self, i):
        return self.fn(self.x)


@pytest.mark.parametrize("pool", POOLS)
def test_a_forked_child_has_threads_of_its_own(pool):
    """libgomp's are not in it, and a region would wait for them."""
    if pool == "host":
        needs_libgomp()
    x = torch.randn(512, 512)
    fast = made(product, pool, threads=2)
    for _ in range(20):
        torch.cumsum(x, 1)
        want = fast(x)
    loader = torch.utils.data.DataLoader(Rows(fast, x), batch_size=1, num_workers=2, timeout=120)
    for got in loader:
        assert torch.equal(got[0], want)
    assert torch.equal(fast(x), want)
