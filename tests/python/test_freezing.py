"""options={"freezing": True}: parameters are constants of the executable, watched at each call; weft.refresh."""
import numpy as np
import pytest
import torch
import torch.nn as nn

import weft


class Net(nn.Module):
    """Layers of both layouts, a convolution with a norm behind it, a parameter on its own."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.linear = nn.Linear(8 * 36, 40)
        self.turned = nn.Parameter(torch.randn(40, 33) * 0.1)

    def forward(self, x):
        y = torch.relu(self.norm(self.conv(x))).flatten(1)
        return torch.relu(self.linear(y)) @ self.turned


def net() -> Net:
    m = Net().eval()
    with torch.no_grad():
        for b in (m.norm.running_mean, m.norm.running_var):
            b.uniform_(0.5, 1.5)
    return m


def frozen(m, **options):
    return torch.compile(m, backend="weft", options={"freezing": True, "fallback": "error", **options})


X = torch.randn(2, 3, 6, 6, generator=torch.Generator().manual_seed(1))


def same(got, want):
    torch.testing.assert_close(got, want, atol=2e-4, rtol=2e-4)


def test_values():
    m = net()
    with torch.no_grad():
        same(frozen(m)(X), m(X))
        same(frozen(m, numerics="strict")(X), m(X))


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_dtypes(dtype):
    m, x = net().to(dtype), X.to(dtype)
    with torch.no_grad():
        torch.testing.assert_close(frozen(m)(x), m(x), **({} if dtype == torch.float64 else {"atol": 0.06, "rtol": 0.06}))


# in, out features, window, stride, padding, dilation, image, batch
WINDOWS = [(3, 32, (7, 7), 2, 3, 1, (30, 30), 1), (64, 96, (3, 3), 1, 1, 1, (7, 7), 3), (16, 48, (3, 3), 2, 1, 1, (17, 35), 2),
           (300, 128, (3, 3), 1, (1, 0), 1, (9, 5), 1), (40, 64, (1, 1), 2, 0, 1, (9, 9), 2), (8, 128, (5, 3), (2, 1), (2, 1), (2, 1), (21, 19), 1),
           (32, 32, (3, 3), 1, 1, 1, (6, 6), 1)]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("shape", WINDOWS, ids=str)
def test_convolutions(shape, dtype):
    """Windows of every kind of span, by weights packed once; the result the same by one thread and by two, bit for bit."""
    fi, fo, window, stride, padding, dilation, image, batch = shape
    torch.manual_seed(2)
    m = nn.Sequential(nn.Conv2d(fi, fo, window, stride, padding, dilation), nn.ReLU()).eval().to(dtype)
    x = torch.randn(batch, fi, *image).to(dtype)
    with torch.no_grad():
        got = frozen(m)(x)
        want = m.float()(x.float())
        assert (got.float() - want).abs().max() <= (1e-5 if dtype == torch.float32 else 6e-3) * want.abs().max()
        torch._dynamo.reset()
        assert torch.equal(frozen(m.to(dtype), threads=1)(x), got)


def test_channels_last_weights_and_autocast():
    m = net().to(memory_format=torch.channels_last)
    with torch.no_grad():
        same(frozen(m)(X.to(memory_format=torch.channels_last)), m(X))
        with torch.autocast("cpu", torch.bfloat16):
            torch.testing.assert_close(frozen(m)(X), m(X), atol=0.06, rtol=0.06)


class Heads(nn.Module):
    """Three products of x that are moved only, two with something added, and one that is not moved only."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(24, 32), nn.Linear(24, 16), nn.Linear(24, 16, bias=False)
        self.gate = nn.Linear(24, 32)

    def forward(self, x):
        q, k, v = (f(x).unflatten(-1, (-1, 8)).transpose(1, 2) for f in (self.q, self.k, self.v))
        return torch.nn.functional.scaled_dot_product_attention(q, k, v, enable_gqa=True), torch.sigmoid(self.gate(x))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_products_of_one_operand(dtype):
    """With constant weights q and k are one product; values and strides are as without."""
    torch.manual_seed(3)
    m, x = Heads().eval().to(dtype), torch.randn(2, 40, 24).to(dtype)
    with torch.no_grad():
        plain = torch.compile(m, backend="weft", options={"fallback": "error"})
        got, want = frozen(m)(x), m(x)
        for a, b, c in zip(got, want, plain(x)):
            tolerance = 1e-5 if dtype == torch.float32 else 2e-2
            torch.testing.assert_close(a, b, atol=tolerance, rtol=tolerance)
            torch.testing.assert_close(a, c, atol=tolerance, rtol=tolerance)
            assert a.stride() == b.stride()


def test_dynamic_batch():
    m = net()
    f = torch.compile(m, backend="weft", dynamic=True, options={"freezing": True, "fallback": "error"})
    with torch.no_grad():
        for n in (2, 5, 3):
            x = torch.randn(n, 3, 6, 6)
            same(f(x), m(x))


def fused_adam(m):
    for p in m.parameters():
        p.grad = torch.ones_like(p)
    torch.optim.Adam([m.linear.weight], lr=0.1, fused=True).step()


def data_write(m):
    m.linear.weight.data.mul_(0.5)


def numpy_alias(m):
    np.multiply(m.linear.weight.detach().numpy(), 2, out=m.linear.weight.detach().numpy())


def in_place(m):
    with torch.no_grad():
        m.linear.weight[0, 1] += 1      # no word that is sampled: the version says it


WRITES = [fused_adam, data_write, numpy_alias, in_place]


@pytest.mark.parametrize("write", WRITES)
def test_a_write_is_followed_without_freezing(write):
    m = net()
    f = torch.compile(m, backend="weft", options={"fallback": "error"})
    with torch.no_grad():
        f(X)
        write(m)
        same(f(X), m(X))


@pytest.mark.parametrize("write", WRITES)
def test_a_write_is_named_and_refreshed(write):
    m = net()
    f = frozen(m)
    with torch.no_grad():
        f(X)
        write(m)
        for _ in range(2):
            with pytest.raises(RuntimeError, match=r"'linear\.weight' was written after it was frozen"):
                f(X)
        assert weft.refresh(m) == 1
        same(f(X), m(X))


def test_two_modules_with_one_code():
    a, b = net(), net()
    f = frozen(a)

    def run(m, x):
        return m(x)

    g = frozen(run)
    with torch.no_grad():
        for m in (a, b, a, b):
            same(g(m, X), m(X))
        same(f(X), a(X))
        b.linear.bias.add_(1)
        same(g(a, X), a(X))
        weft.refresh(b)
        same(g(b, X), b(X))


def test_other_memory_is_another_binding():
    m = net()
    f = frozen(m)
    with torch.no_grad():
        f(X)
        m.linear.weight.data = m.linear.weight * 3
        same(f(X), m(X))
        m.load_state_dict({k: v * 0.5 for k, v in m.state_dict().items()}, assign=True)
        same(f(X), m(X))


def test_more_modules_than_bindings_are_kept():
    modules = [net() for _ in range(10)]
    g = frozen(lambda m, x: m(x))
    with torch.no_grad():
        for m in modules + modules:
            same(g(m, X), m(X))


def test_buffers_that_the_graph_writes_are_not_frozen():
    m, plain = net().train(), net()
    plain.load_state_dict(m.state_dict())
    plain.train()
    f = frozen(m)
    with torch.no_grad():
        for _ in range(3):
            same(f(X), plain(X))
    same(m.norm.running_mean, plain.norm.running_mean)


def test_training_says_that_it_is_not_frozen():
    weft.reset()
    m = net()
    with pytest.warns(UserWarning, match="freezing is for inference"):
        frozen(m)(X).sum().backward()
    assert m.linear.weight.grad is not None


def test_inference_mode_parameters():
    with torch.inference_mode():
        m = net()
        same(frozen(m)(X), m(X))


def test_wrong_value():
    with pytest.raises(Exception, match="attr freezing, got str should be bool"):
        torch.compile(net(), backend="weft", options={"freezing": "yes"})(X)
