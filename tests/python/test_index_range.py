"""Indices outside of a dimension: an IndexError that names operator and line where eager raises, and never a look where
no index can be outside."""
import os
import re

import pytest
import torch
import torch.nn.functional as F

import weft

HERE = os.path.basename(__file__)
TABLE = torch.arange(20.0).reshape(5, 4)


def compiled(fn, **settings):
    torch._dynamo.reset()
    return torch.compile(fn, backend="weft", options={"fallback": "error"}, **settings)


def row(i):
    """i as eager's indices along dimension 1 of TABLE."""
    return i.reshape(1, -1)


# name: (function of indices, the dimension's size, whether -1 is an index, the operator named)
CASES = {
    "embedding": (lambda i: F.embedding(i, TABLE), 5, False, "aten.embedding.default"),
    "embedding padding_idx": (lambda i: F.embedding(i, TABLE, padding_idx=2), 5, False, "aten.embedding.default"),
    "embedding_bag": (lambda i: F.embedding_bag(row(i), TABLE), 5, False, "aten._embedding_bag"),
    "index": (lambda i: TABLE[i], 5, True, "aten.index.Tensor"),
    "index 2": (lambda i: TABLE[:, i], 4, True, "aten.index.Tensor"),
    "index pair": (lambda i: TABLE[i, i - i], 5, True, "aten.index.Tensor"),
    "index_select": (lambda i: TABLE.index_select(1, i), 4, False, "aten.index_select.default"),
    "gather": (lambda i: TABLE.gather(1, row(i)), 4, False, "aten.gather.default"),
    "take": (lambda i: TABLE.take(i), 20, True, "aten.index.Tensor"),
    "put": (lambda i: TABLE.put(i, torch.ones(i.shape)), 20, True, "aten.put.default"),
    "scatter value": (lambda i: TABLE.scatter(1, row(i), 7.0), 4, False, "aten.scatter.value"),
    "scatter": (lambda i: TABLE.scatter(1, row(i), TABLE + 1), 4, False, "aten.scatter.src"),
    "scatter_add": (lambda i: TABLE.scatter_add(1, row(i), TABLE), 4, False, "aten.scatter_add.default"),
    "scatter_reduce": (lambda i: TABLE.scatter_reduce(1, row(i), TABLE, "amax"), 4, False, "aten.scatter_reduce.two"),
    "index_put": (lambda i: TABLE.index_put((i,), TABLE[0]), 5, True, "aten.index_put.default"),
    "index_put accumulate": (lambda i: TABLE.index_put((i,), TABLE[0], True), 5, True, "aten.index_put.default"),
    "index_add": (lambda i: TABLE.index_add(0, i, torch.ones(len(i), 4)), 5, False, "aten.index_"),
    "index_copy": (lambda i: TABLE.index_copy(0, i, torch.ones(len(i), 4)), 5, False, "aten.index_"),
    "index_fill": (lambda i: TABLE.index_fill(0, i, 3.0), 5, True, "aten.index_"),
    "index_reduce": (lambda i: TABLE.index_reduce(0, i, torch.ones(len(i), 4), "prod"), 5, False,
                     "aten.index_reduce.default"),
    "nll_loss": (lambda i: F.nll_loss(TABLE[:len(i)], i), 4, False, "aten."),
    "cross_entropy": (lambda i: F.cross_entropy(TABLE[:len(i)], i), 4, False, "aten."),
}


@pytest.mark.parametrize("computed", [False, True], ids=["stored", "computed"])
@pytest.mark.parametrize("name", CASES)
def test_outside(name, computed):
    fn, size, wraps, operator = CASES[name]

    def call(i):
        return fn(i * 3 - 2 * i if computed else i)

    run = compiled(call)
    good = torch.tensor([0, size - 1, 1])
    assert torch.equal(run(good), call(good))
    ends = [good.clone(), good.clone()]
    ends[0][1], ends[1][2] = size, -size - 1
    if wraps:
        good[1] = -size
        assert torch.equal(run(good), call(good))
    else:
        ends.append(good.clone())
        ends[2][0] = -1
    for bad in ends:
        with pytest.raises((IndexError, RuntimeError)):
            call(bad)
        with pytest.raises(IndexError, match=rf"{re.escape(operator)}\S* at .*{HERE}:\d+: index -?\d+ is out of bounds"):
            run(bad)
        assert torch.equal(run(good), call(good))       # the next call is healthy


def claims(fn, *args, **settings):
    """How often the graph of fn looks at indices."""
    seen = []
    torch._dynamo.reset()
    look = weft.Pass("look", seen.append)
    torch.compile(fn, backend="weft", options={"passes": [look]}, **settings)(*args)
    return seen[-1].count("@weft.indices")


LONG = torch.arange(40.0).reshape(10, 4)
KNOWN = {
    "arange": lambda x, i: TABLE[torch.arange(5)] + TABLE.index_select(0, torch.arange(4, -1, -1)),
    "number": lambda x, i: TABLE[torch.tensor([0, 4, -5])],
    "argmax": lambda x, i: TABLE[x.argmax(0)] + TABLE[x.max(0).indices],
    "argsort": lambda x, i: x.gather(0, x.argsort(0)) + TABLE[x.topk(3, 0).indices].sum(),
    "clamp": lambda x, i: TABLE[i.clamp(0, 4)],
    "remainder": lambda x, i: TABLE.index_select(0, i % 5),
    "bool": lambda x, i: LONG[(x[:, 0] > 0).long()],
    "uint8": lambda x, i: torch.zeros(256)[i.to(torch.uint8).int()],
    "where": lambda x, i: LONG[torch.where(x > 0, 3, i.clamp(min=-2, max=9)[:1])],
    "unsafe": lambda x, i: torch.ops.aten._unsafe_index.Tensor(TABLE, [i]),
    "upsample": lambda x, i: F.interpolate(x[None, None], scale_factor=2.0, mode="bicubic"),
    "grid_sample": lambda x, i: F.grid_sample(x[None, None], x[None, :, :2, None].expand(1, 5, 2, 2)),
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_cannot_be_outside_is_not_looked_at(name):
    x, i = torch.randn(5, 4), torch.tensor([0, 1, 2])
    assert claims(KNOWN[name], x, i) == 0


def test_indices_are_looked_at_once():
    i = torch.tensor([0, 1, 2])
    assert claims(lambda i: TABLE[i], i) == 1
    assert claims(lambda i: F.embedding(i, TABLE) + TABLE.index_select(0, i) + TABLE[i], i) == 1
    assert claims(lambda i: TABLE[i] + LONG[i].sum(), i) == 2         # of two sizes


def test_sizes_that_change():
    def fn(x, i):
        return x[i] + x[torch.arange(i.shape[0]).clamp(max=x.shape[0] - 1)]

    run = compiled(fn, dynamic=True)
    for n in (3, 5, 8):
        x, i = torch.randn(n, 2), torch.tensor([0, n - 1, -n, 1])
        assert torch.equal(run(x, i), fn(x, i))
        for bad in (n, -n - 1):
            with pytest.raises(IndexError, match=f"index {bad} is out of bounds for dimension 0 with size {n}"):
                run(x, torch.tensor([0, bad]))
    torch._dynamo.reset()
    assert claims(lambda x: x[torch.arange(x.shape[0])], torch.randn(7, 2), dynamic=True) == 0
    x = torch.randn(0, 2)
    empty = torch.zeros(0, dtype=torch.int64)
    assert run(x[:0], empty).shape == (0, 2)


def test_losses_ignore_what_they_should():
    logits, target = torch.randn(4, 7), torch.tensor([1, -100, 6, 0])
    run = compiled(lambda a, t: F.cross_entropy(a, t) + F.nll_loss(a, t, ignore_index=9))
    for t in (target, torch.tensor([9, 1, -100, 2])):
        with pytest.raises(IndexError):
            F.nll_loss(logits, t, ignore_index=9)
    fn = lambda a, t: F.cross_entropy(a, t) + F.cross_entropy(a, t.abs() % 7, ignore_index=2)  # noqa: E731
    torch.testing.assert_close(compiled(fn)(logits, target), fn(logits, target))
    with pytest.raises(IndexError):
        run(logits, target)


def test_training():
    """Forward and backward; the step after a bad one is right."""
    torch.manual_seed(3)
    model = torch.nn.Sequential(torch.nn.Embedding(10, 8), torch.nn.Linear(8, 6))
    step = compiled(lambda i, t: F.cross_entropy(model(i), t))
    good, target = torch.tensor([1, 9, 3]), torch.tensor([0, 5, -100])

    def gradients(fn, *args):
        model.zero_grad()
        fn(*args).backward()
        return [p.grad.clone() for p in model.parameters()]

    want = gradients(lambda i, t: F.cross_entropy(model(i), t), good, target)
    for bad in ((torch.tensor([1, 10, 3]), target), (good, torch.tensor([0, 6, 1])), (good, torch.tensor([0, -1, 1]))):
        with pytest.raises(IndexError):
            gradients(step, *bad)
        for a, b in zip(gradients(step, good, target), want):
            torch.testing.assert_close(a, b)


def test_many_indices():
    """More than are looked through one by one."""
    n = 1 << 17
    fn = lambda i: TABLE[:, 0].index_select(0, i)  # noqa: E731
    run, i = compiled(fn), torch.arange(n) % 5
    assert torch.equal(run(i), fn(i))
    for bad in (5, -1, 2**62, -2**63):
        i[n - 7] = bad
        with pytest.raises(IndexError, match=f"index {bad} is out"):
            run(i)


def test_in_branches_and_loops():
    def fn(i):
        return torch.cond(i.sum() > 3, lambda i: F.embedding(i, TABLE), lambda i: TABLE[i + 1], (i,))

    run = compiled(fn)
    for i in ([0, 1, 0], [1, 4, 2]):
        assert torch.equal(run(torch.tensor(i)), fn(torch.tensor(i)))
    for i in ([5, 1, 1], [-7, 0, 0]):
        with pytest.raises(IndexError):
            run(torch.tensor(i))
    assert torch.equal(run(torch.tensor([0, 1, 0])), fn(torch.tensor([0, 1, 0])))


def test_no_library_call():
    weft.reset()
    compiled(lambda i: TABLE[i])(torch.tensor([1, 2]))
    assert weft.report(format="json").count("weft.indices") == 0


def test_an_index_made_of_many():
    """Each concatenation reads the one before 30 times: 30 ** 8 ways to the first, which nobody goes."""
    def fn(i):
        for _ in range(8):
            i = torch.cat([i] * 30)[:4]
        return F.embedding(i, TABLE)
    i = torch.tensor([0, 3, 4, 1])
    assert torch.equal(compiled(fn)(i), fn(i))
    with pytest.raises(IndexError, match="index 5 is out of bounds for dimension 0 with size 5"):
        compiled(fn)(torch.tensor([0, 3, 5, 1]))
