"""Sizes that a mask decides, in one graph (capture_dynamic_output_shape_ops): native, and compiled once."""
import pytest
import torch

import weft


@pytest.fixture(autouse=True)
def one_graph():
    with torch._dynamo.config.patch(capture_dynamic_output_shape_ops=True, capture_scalar_outputs=True):
        yield


def put_values(x):
    y = x.clone()
    y[x > 0] = x[x > 0] * 3
    return y


def put_sums(x):
    return x.index_put((x[:, 0] > 0, torch.tensor([1])), x[x[:, 0] > 0, 2], True)


CASES = {
    "elements": lambda x: x[x > 0] * 2,
    "sum": lambda x: x[x > 0].sum(),
    "rows": lambda x: x[x[:, 0] > 0].exp(),
    "columns": lambda x: x[:, x[0] > 0],
    "middle": lambda x: x[:, None, None, :].expand(-1, 2, 3, -1)[:, torch.tensor([[True, False, True], [False, True, True]])],
    "with index": lambda x: x[x[:, 0] > 0, torch.tensor([1])],
    "with index apart": lambda x: x[x[:, 0] > 0][:, None, torch.tensor([1, 0])],
    "nonzero": lambda x: x[(x > 0).nonzero()[:, 0]] + (x > 0).nonzero()[:, 1:],
    "where": lambda x: torch.where(x > 0)[1] * 2,
    "masked_select": lambda x: x.masked_select(x[0] > 0) * 2,
    "masked_select small": lambda x: x[:, :1].masked_select(x > 0),
    "put": put_values,
    "put sums": put_sums,
    "experts": lambda x: torch.zeros_like(x).index_add(0, (x[:, 0] > 0).nonzero()[:, 0], x[x[:, 0] > 0] @ x.mT @ x),
}
NO_GRADIENT = {"where"}
AGAIN = {"masked_select", "masked_select small"}         # whose gradient torch itself traces for each size


def same(run, fn, x, gradient):
    a, b = (x.clone().requires_grad_(gradient) for _ in range(2))
    got, want = run(a), fn(b)
    torch.testing.assert_close(got, want, rtol=1e-5, atol=1e-5)
    if gradient:
        got.square().sum().backward()
        want.square().sum().backward()
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("gradient", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("name", CASES)
def test_mask(name, gradient):
    fn, graphs = CASES[name], []
    weft.reset()
    torch._dynamo.reset()
    torch.manual_seed(1)
    backend = torch._dynamo.lookup_backend("weft")

    def counting(gm, example):
        graphs.append(gm)
        return backend(gm, example, options={"fallback": "error"})

    gradient = gradient and name not in NO_GRADIENT
    run = torch.compile(fn, backend=counting, dynamic=True, fullgraph=True)
    for n in (5, 3, 8):
        x = torch.randn(n, 4)
        for given in (x, x.abs() + 0.1, -x.abs() - 0.1):          # some, all, none
            same(run, fn, given, gradient)
    assert len(graphs) == 1 or gradient and name in AGAIN
    torch._dynamo.reset()
    same(torch.compile(fn, backend="weft", dynamic=False, options={"fallback": "error"}), fn, torch.randn(5, 4), gradient)


@pytest.mark.parametrize("backend", ["weft", "interp"])
@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int64, torch.bfloat16, torch.complex64])
def test_types(dtype, backend):
    x = torch.tensor([[0, 1, 2], [3, 0, 0]]).to(dtype)
    for fn in (lambda x: x[x != 0], lambda x: x.nonzero(), lambda x: x.masked_select(x != 1)):
        torch._dynamo.reset()
        run = torch.compile(fn, backend="weft", options={"fallback": "error", "backend": backend})
        assert torch.equal(run(x), fn(x))


PRODUCTS = {
    "plain": lambda x: x.mT @ x,
    "epilogue": lambda x: (x.mT @ x) * 2 + 1,
    "large": lambda x: x.mT.repeat(20, 1) @ x.repeat(1, 20),
    "bf16": lambda x: (x.bfloat16().mT @ x.bfloat16()).float(),
    "vector": lambda x: x.mT @ x[:, 0],
    "batch": lambda x: x.mT.expand(3, -1, -1) @ x,
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_over_nothing_is_zero(name):
    torch._dynamo.reset()
    torch.manual_seed(2)
    fn = lambda x: PRODUCTS[name](x[x[:, 0] > 0])  # noqa: E731
    run = torch.compile(fn, backend="weft", options={"fallback": "error"})
    for sign in (1, -1, 1, -1):
        x = sign * (torch.randn(5, 4).abs() + 0.1)
        torch.testing.assert_close(run(x), fn(x), rtol=1e-2, atol=1e-2)
