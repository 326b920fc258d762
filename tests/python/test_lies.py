"""Arguments that are parts of a tensor, read where they lie."""
import pytest
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from weft import _backend, _text

X, E = torch.randn(4, 6, 8), torch.randn(5, 1)
PARTS = {
    "rows": X[:, ::2], "columns": X[..., 1:3], "both": X[1:, 1:4, 2:7], "turned": X[:, 1:4, 2:7].permute(2, 0, 1),
    "steps": X[::2, 1:5:3, ::3], "one row": X[1, :, 3], "one column": X[:, :, 2], "of size 1": X[:, 2:3, 1:7:2],
    "heads": torch.randn(3, 7, 36)[..., 12:24].unflatten(-1, (3, 4)).transpose(1, 2), "expanded": E.expand(5, 7),
    "a number": torch.randn(1).expand(3), "expanded twice": X[:, :2, 0][None, :, :, None].expand(2, 4, 2, 5),
    "bools": (X > 0)[:, 1:4], "bytes": torch.arange(99, dtype=torch.uint8)[:96].view(8, 12)[:, 5:8].t(),
    "overlap": torch.randn(10).unfold(0, 4, 2), "odd rows": torch.randn(4, 5, 7)[:, ::2, :3],
}
COPIED = ("overlap", "odd rows")


def program(fn, *args):
    """fn as the program of one graph, which takes what strides it is given; and its inputs."""
    gm = make_fx(fn)(*args)
    return _backend.compile_fx(gm, list(args), settings=_backend.Settings(None, None)), _text.Printer(gm).inputs


@pytest.mark.parametrize("name", PARTS)
def test_values(name):
    x = PARTS[name]

    def fn(a):
        return a * 2 + 1, a.float().sum(0), a.float().softmax(-1), a.flatten(), a.float() @ a.float().mT if a.dim() > 1 else a

    run, inputs = program(fn, x)
    assert (len(inputs[0]) == 5) == (name not in COPIED)
    for g, w in zip(run([x]), fn(x), strict=True):
        torch.testing.assert_close(g, w)


def test_strides_that_were_not_compiled():
    run, _ = program(lambda a: (a + 1,), X[:, 1:4, 2:7])
    for x in (torch.randn(4, 3, 5), torch.randn(5, 3, 4).permute(2, 1, 0), torch.randn(8, 9, 10)[::2, ::3, ::2],
              torch.randn(1).expand(4, 3, 5), torch.randn(40, 6, 8)[9:13, 3:6, :5]):
        assert torch.equal(run([x])[0], x + 1)
    large = torch.randn(300, 400)
    run, _ = program(lambda a: (a + 1,), large[:, :300])                 # copied by all threads
    assert torch.equal(run([large[:, 100:].t()])[0], large[:, 100:].t() + 1)


def test_what_does_not_fit_is_an_error():
    run, _ = program(lambda a: (a + 1,), X[:, 1:4, 2:7])
    with pytest.raises(ValueError, match="dimension 2, of 6 with a stride of 1, is not what was compiled"):
        run([X[:, 1:4, 2:8]])
    run, _ = program(lambda a: (a + 1,), E.expand(5, 7))
    with pytest.raises(ValueError, match="dimension 1, of 7 with a stride of 1, is not what was compiled"):
        run([torch.randn(5, 7)])


def test_several_of_one_memory():
    qkv = torch.randn(2, 9, 96)

    def fn(q, k, v):
        q, k, v = (t.unflatten(-1, (4, 8)).transpose(1, 2) for t in (q, k, v))
        return torch.nn.functional.scaled_dot_product_attention(q, k, v)

    parts = qkv.chunk(3, -1)
    run = torch.compile(fn, backend="weft")
    torch.testing.assert_close(run(*parts), fn(*parts))
    torch.testing.assert_close(run(*parts[::-1]), fn(*parts[::-1]))


def test_written_and_returned():
    base = torch.randn(6, 10)

    def fn(a, b):
        b.add_(1)
        return a, a[:, 1:], a * b

    again = base.clone()
    got = torch.compile(fn, backend="weft")(base[:, :4], base[:, 4:8])
    want = fn(again[:, :4], again[:, 4:8])
    assert torch.equal(base, again) and all(map(torch.equal, got, want))
    assert got[1].data_ptr() == base.data_ptr() + 4


def test_gradients():
    x = torch.randn(8, 24, requires_grad=True)
    y = x.detach().clone().requires_grad_()

    def fn(a, b):
        return (a.sigmoid() * b).sum()

    torch.compile(fn, backend="weft")(x[:, :9], x[:, 9:18]).backward()
    fn(y[:, :9], y[:, 9:18]).backward()
    torch.testing.assert_close(x.grad, y.grad)
