"""Sizes that are made with Python's floats, as int(n ** 0.5) is: with dynamic=True Python computes them at each call, or the program
where its data say what of, and one compilation serves every size, forwards and backwards."""
import math

import pytest
import torch
import torch.nn.functional as F
from torch._dynamo.utils import counters
from torch.utils.checkpoint import checkpoint

from common import compiled, no_fallback

SIZES = ((2, 49), (3, 64), (2, 100), (4, 81))         # images, places of a square
PLACES = torch.randn(1, 8, 14, 14, generator=torch.Generator().manual_seed(0))
WINDOW = torch.randn(8, 1, 3, 3, generator=torch.Generator().manual_seed(1))


def image(x):
    """Tokens as the square that they are of."""
    side = int(x.shape[1] ** 0.5)
    return x.transpose(1, 2).reshape(x.shape[0], -1, side, side)


def whole(x, factor):
    return int(x.shape[1] * factor)


CASES = {
    "square": lambda x: F.conv2d(image(x), WINDOW, padding=1, groups=8).flatten(2).transpose(1, 2),
    "square-root": lambda x: (x * 2).view(x.shape[0], int(math.sqrt(x.shape[1])), -1, 8).mean(1),
    "square-channels-last": lambda x: image(x).to(memory_format=torch.channels_last) * 2,
    "places-of-any-square": lambda x: x + F.interpolate(PLACES, size=(int(x.shape[1] ** 0.5),) * 2, mode="bicubic").flatten(2).mT,
    "part": lambda x: x[:, :whole(x, 0.3) + 1] * 2,
    "parts": lambda x: torch.cat([x[:, :whole(x, 0.3)] * 2, x[:, whole(x, 0.77):]], 1),
    "part-of-a-part": lambda x: x[:, :int(whole(x, 0.7) * 0.3)] * 2,
    "quotient": lambda x: x[:, math.floor(x.shape[1] / 3.7):] * 2,
    "sum-of-two": lambda x: x[:, :max(1, math.ceil(x.shape[1] * 0.3) + round(x.shape[1] / 7))] * 2,
    "at-least-one": lambda x: x.topk(max(1, whole(x, 0.15)), 1)[0],
    "number": lambda x: x * whole(x, 0.3) + math.floor(x.shape[1] / 3.7),
    "checkpoint": lambda x: checkpoint(lambda y: image(y).sin().sum(2), x, use_reentrant=False),
    "gathered": lambda x: torch.gather(x, 1, x.argsort(1)[:, :whole(x, 0.6)]).sum(1),
    "view-of-an-argument": lambda x: x.view(x.shape[0], int(x.shape[1] ** 0.5), -1, 8),
    "slice-of-an-argument": lambda x: x[:, :whole(x, 0.3)],
    "cube-root": lambda x: x[:, :int(x.shape[1] ** (1 / 3))] * 2,
    "any-root": lambda x: x[:, :round(x.shape[1] ** 0.75)] * x.shape[1] ** (-1 / 3),
    "logarithm": lambda x: x[:, :math.floor(math.log2(x.shape[1]))] * math.log2(x.shape[1]),
    "power-of-two": lambda x: F.pad(x, (0, 0, 0, 2 ** math.ceil(math.log2(x.shape[1])) - x.shape[1])) * 2,
    "several-steps": lambda x: x[:, :int((x.shape[1] ** 0.5 * 2 + 1) / 3)] * 2,
    "products-in-order": lambda x: x[:, :int(x.shape[1] * 0.1 * 3)] * 2,
    "digits": lambda x: x[:, :int(round(x.shape[1] * 0.3, 1) * 2)] * 2,
    "remainder": lambda x: x[:, :int(x.shape[1] % 12.5) + 2] * 2,
    "steps-of-floats": lambda x: x.sum() * torch.arange(0, x.shape[1] * 0.7, 0.3),
    "function-of-a-size": lambda x: x * math.tanh(x.shape[1] / 50),
}


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_a_size_that_doubles_give(name, train):
    fn = CASES[name]
    torch._dynamo.reset()
    counters.clear()
    f = compiled(fn, dynamic=True)
    with no_fallback():
        for i, (batch, places) in enumerate(SIZES):
            x = torch.randn(batch, places, 8, generator=torch.Generator().manual_seed(i))
            a, b = x.clone().requires_grad_(train), x.clone().requires_grad_(train)
            got, want = f(a), fn(b)
            assert got.shape == want.shape and got.stride() == want.stride()
            torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-5)
            if train:
                got.sum().backward()
                want.sum().backward()
                torch.testing.assert_close(a.grad, b.grad, rtol=1e-4, atol=1e-5)
    assert counters["stats"]["unique_graphs"] == 1


def test_interpreted():
    torch._dynamo.reset()
    f = compiled(CASES["square"], backend="interp", dynamic=True)
    for batch, places in SIZES[:2]:
        x = torch.randn(batch, places, 8)
        torch.testing.assert_close(f(x), CASES["square"](x), rtol=1e-4, atol=1e-5)


def test_every_square_and_what_is_none():
    """Roots of all squares are whole, and one less than a square has the next smaller."""
    torch._dynamo.reset()
    f = compiled(lambda x: torch.arange(int(x.shape[0] ** 0.5) + 2), dynamic=True)
    for n in [*range(2, 40), *(k * k + d for k in (63, 255, 1000, 3001) for d in (-1, 0, 1))]:
        assert f(torch.empty(n, 0)).shape == (int(n ** 0.5) + 2,)


def test_roots_are_python_s():
    """The cube root of 64 is 3.9999999999999996 in Python."""
    torch._dynamo.reset()
    f = compiled(lambda x: torch.arange(int(x.shape[0] ** (1 / 3)) + 2), dynamic=True)
    with no_fallback():
        for k in range(2, 60):
            for n in (k ** 3 - 1, k ** 3, k ** 3 + 1):
                assert f(torch.empty(n, 0)).shape == (int(n ** (1 / 3)) + 2,)


def test_within_branches():
    """Sizes that only one branch makes."""
    def up(x):
        return image(x).mean(1).sum((1, 2))

    def down(x):
        return x[:, :whole(x, 0.3)].sum((1, 2)) * x.shape[1] ** (1 / 3)

    torch._dynamo.reset()
    counters.clear()
    f = compiled(lambda x: torch.cond(x.sum() > 0, up, down, (x,)), dynamic=True)
    with no_fallback():
        for sign in (1, -1):
            for batch, places in SIZES:
                x = torch.rand(batch, places, 8) * sign
                torch.testing.assert_close(f(x), up(x) if sign > 0 else down(x))
    assert counters["stats"]["unique_graphs"] == 1


def test_of_what_the_data_say():
    """A part of those that are not zero: the program computes how many that is."""
    def fn(x):
        found = x.nonzero()
        return found[:int(found.shape[0] * 0.3)] * 2

    torch._dynamo.reset()
    f = compiled(fn, dynamic=True, fullgraph=True)
    with no_fallback(), torch._dynamo.config.patch(capture_dynamic_output_shape_ops=True):
        for n in (10, 11, 100):
            x = (torch.arange(n) % 3).float()
            torch.testing.assert_close(f(x), fn(x))


def looped(x):
    """Three times the sum of a part whose size the loop's body makes."""
    def body(i, s):
        return i + 1, s + x[:, :int(x.shape[1] ** (1 / 3))].sum((1, 2))

    return torch._higher_order_ops.while_loop(lambda i, s: i < 3, body, (torch.tensor(0), x.new_zeros(x.shape[0])))[1]


def branch_of_a_branch(x):
    def outer(x):
        return torch.cond(x.mean() > -1, lambda x: x[:, :int(math.log2(x.shape[1]))].sum(1), lambda x: x.sum(1) * 2, (x,))

    return torch.cond(x.sum() < 1e9, outer, lambda x: x[:, :whole(x, 0.3)].sum(1), (x,))


@pytest.mark.parametrize("fn, plain", [
    (looped, lambda x: 3 * x[:, :int(x.shape[1] ** (1 / 3))].sum((1, 2))),
    (branch_of_a_branch, lambda x: x[:, :int(math.log2(x.shape[1]))].sum(1))], ids=["loop", "branches"])
def test_within_loops_and_branches_of_branches(fn, plain):
    torch._dynamo.reset()
    f = compiled(fn, dynamic=True)
    with no_fallback():
        for batch, places in SIZES:
            x = torch.rand(batch, places, 8)
            torch.testing.assert_close(f(x), plain(x))
