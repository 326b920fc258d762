"""A small inference graph is called with its arguments one by one, where torch's wrappers would only make a list of them."""
from __future__ import annotations

import gc
import weakref

import pytest
import torch

import weft  # noqa: F401
from weft import _aot


@pytest.fixture
def made(monkeypatch):
    """What stands for each graph that is compiled: a weft._C.Direct, or None where torch's wrappers stay."""
    made, direct = [], _aot.direct

    def record(*args):
        made.append(direct(*args))
        return made[-1]

    torch._dynamo.reset()
    monkeypatch.setattr(_aot, "direct", record)
    return made


def compiled(fn, **kw):
    return torch.compile(fn, backend="weft", **kw)


def test_small_graphs_are_called_directly_from_cache_too(made):
    x = torch.arange(4.0)
    for _ in range(2):                               # compiled, then found by torch's cache
        torch._dynamo.reset()
        assert torch.equal(compiled(lambda t: t * 3 + 1)(x), x * 3 + 1)
    assert [type(d).__name__ for d in made] == ["Direct"] * 2
    assert torch.equal(made[1](x)[0], x * 3 + 1) and torch.equal(made[1](*[x])[0], x * 3 + 1)


def writes(t):
    t.add_(1)
    return t * 2


def leaves_gradients_on(t):
    torch.set_grad_enabled(True)
    return t + 1


@pytest.mark.parametrize("fn, x", [
    (writes, torch.ones(4)), (lambda t: t[1:], torch.ones(4)),
    (lambda t: t + 1, torch.ones(4, requires_grad=True)), (lambda t: t @ t, torch.ones(200, 200)),
    (lambda t: torch.poisson(t * 0), torch.ones(4)),
], ids=["writes", "views", "gradients", "large", "callback"])
def test_others_go_through_torchs_wrappers(made, fn, x):
    want = fn(x.detach().clone())
    got = compiled(fn)(x.clone())
    torch.testing.assert_close(got, want)
    assert set(made) == {None}


def test_modes_that_a_graph_leaves_are_set(made):
    with torch.no_grad():
        compiled(leaves_gradients_on)(torch.ones(4))
        assert torch.is_grad_enabled()


def test_autocast_is_off_within(made):
    f = compiled(lambda t: torch.mm(t, t) + 1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert f(torch.eye(4)).dtype == torch.bfloat16


def test_arguments_are_counted(made):
    x, y = torch.ones(4), torch.arange(4.0)
    compiled(lambda a, b: a + b)(x, y)
    with pytest.raises(ValueError, match="expected 2 arguments"):
        made[0](x)
    with pytest.raises(TypeError, match="keywords"):
        made[0](x, b=y)
    with pytest.raises(TypeError, match="keywords"):
        made[0](*[x], **{"b": y})
    assert torch.equal(made[0](x, y)[0], x + y)


def test_has_attributes_and_is_collected(made):
    compiled(lambda t: t + 1)(torch.ones(4))
    call = made.pop()
    assert call.__name__ == "forward" and callable(call.named_parameters)

    class Witness:
        pass

    witness = Witness()
    call.witness, witness.call = witness, call       # a cycle
    gone = weakref.ref(witness)
    del call, witness
    torch._dynamo.reset()
    gc.collect()
    assert gone() is None
