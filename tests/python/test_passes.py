"""Passes and partitioners of the user's, from Python."""
import functools
import json

import pytest
import torch

import weft


def doubled_becomes_tripled(text):
    return text.replace("dense<2.0", "dense<3.0") if "dense<2.0" in text else None


def compiled(passes, **more):
    return torch.compile(lambda x: x * 2 + 1, backend="weft", options={"passes": passes, **more})


@pytest.mark.parametrize("group", ["pre", "joint", "post"])
@pytest.mark.parametrize("mode", ["normal", "async+normal", "subprocess"])
def test_a_pass_changes_the_graph(group, mode):
    seen = []

    def change(text):
        seen.append(text)
        return doubled_becomes_tripled(text)

    x = torch.arange(5.0)
    got = compiled([weft.Pass("triple", change, "triple 1", group)], compile_mode=mode)(x)
    assert torch.equal(got, x * 3 + 1)
    assert seen and all("@main(" in text for text in seen)


def test_a_pass_is_for_roles():
    """Of training's two graphs and inference's, each pass sees those it is for."""
    seen = []

    def look(name):
        return lambda text: seen.append(name)

    passes = [weft.Pass(name, look(name), name, "joint", roles) for name, roles in (
        ("all", ()), ("inference", ("inference",)), ("training", ("forward", "backward")), ("backward", ("backward",)))]
    f = torch.compile(torch.tanh, backend="weft", options={"passes": passes, "cache": "off"})
    f(torch.ones(3))
    assert seen == ["all", "inference"]
    seen.clear()
    y = f(torch.ones(3, requires_grad=True))
    assert seen == ["all", "training"]
    seen.clear()
    y.sum().backward()
    assert seen == ["all", "training", "backward"]
    roles = [e["role"] for e in json.loads(weft.report(format="json"))["executables"]]
    assert roles[:3] == ["backward", "forward", "inference"]


def test_a_pass_has_an_identity(tmp_path, monkeypatch):
    """It enters the key of Weft's cache; without one nothing is kept; torch's cache has nothing of either."""
    monkeypatch.setenv("WEFT_CACHE", "on")
    monkeypatch.setenv("WEFT_CACHE_DIR", str(tmp_path / "kept"))
    from torch._dynamo.utils import counters
    counters.clear()
    x = torch.arange(5.0)

    def cached():
        return json.loads(weft.report(format="json"))["cache"]

    for identity, state in (("a", "misses"), ("a", "hits"), ("b", "misses"), (None, "bypassed")):
        torch._dynamo.reset()
        before = cached()
        assert torch.equal(compiled([weft.Pass("triple", doubled_becomes_tripled, identity)])(x), x * 3 + 1)
        after = cached()
        assert [k for k in ("misses", "hits", "bypassed") if after[k] != before[k]] == [state], identity
    assert not any("cache" in k for k in counters["aot_autograd"])


@pytest.mark.parametrize("function, text", [
    (lambda text: 1 / 0, "pass 'bad': ZeroDivisionError: division by zero"),
    (lambda text: 7, "pass 'bad' gives int, expected str"),
    (lambda text: text.encode(), "pass 'bad' gives bytes, expected str"),
    (lambda text: text + "\0more", r"pass 'bad' gives a text with a NUL at \d"),
    (lambda text: "no program", "<pass bad>:1:1: error: "),
    (lambda text: text.replace("stablehlo.multiply", "stablehlo.frob"), "<pass bad>:.*unknown operation 'stablehlo.frob'"),
    (lambda text: "func.func @main(%x: tensor<5xf32>) -> tensor<5xf64> {\n"
                  "  %0 = stablehlo.convert %x : (tensor<5xf32>) -> tensor<5xf64>\n  return %0 : tensor<5xf64>\n}", "another signature")])
def test_a_pass_that_fails_is_named(function, text):
    with pytest.raises(torch._dynamo.exc.BackendCompilerFailed, match=text):
        compiled([weft.Pass("bad", function)])(torch.arange(5.0))


def test_bad_options():
    x = torch.arange(5.0)
    with pytest.raises(Exception, match="attr passes, got function should be weft.Pass"):
        compiled([doubled_becomes_tripled])(x)
    with pytest.raises(Exception, match='pass p: group "last" is none of pre, joint, post'):
        compiled([weft.Pass("p", doubled_becomes_tripled, None, "last")])(x)
    for roles in ("forward", ("forwards",), None):
        with pytest.raises(Exception, match="pass p: roles .* is no tuple of inference, forward, backward"):
            compiled([weft.Pass("p", doubled_becomes_tripled, None, "pre", roles)])(x)
    with pytest.raises(Exception, match="attr partitioner, got int"):
        compiled([], partitioner=3)(x)
    with pytest.raises(Exception, match="attr passes, got function should be a list of weft.Pass"):
        compiled(doubled_becomes_tripled)(x)
    with pytest.raises(Exception, match="pass 'p': expected weft.Pass.*found Pass.name='p', function=3"):
        compiled([weft.Pass("p", 3)])(x)
    for backend in (None, 3):
        with pytest.raises(Exception, match="attr backend, got .* should be str, or a function"):
            compiled([], backend=backend)(x)


@pytest.mark.parametrize("function, text", [
    (lambda *a, **k: {}["boom"], "partitioner <lambda>: KeyError: 'boom'"),
    (lambda *a, **k: (1, 2), "partitioner <lambda> gives tuple, expected two graph modules")])
def test_a_partitioner_that_fails_is_named(function, text):
    x = torch.linspace(-1, 1, 7, requires_grad=True)
    with pytest.raises(Exception, match=text):
        torch.compile(lambda x: x.sin() * 2, backend="weft", options={"partitioner": function})(x)


def test_a_partitioner():
    from torch._functorch.partitioners import min_cut_rematerialization_partition
    calls = []

    @functools.wraps(min_cut_rematerialization_partition)
    def partitioner(*args, **kw):
        calls.append(args)
        return min_cut_rematerialization_partition(*args, **kw)

    def step(fn):
        x = torch.linspace(-1, 1, 7, requires_grad=True)
        fn(x).sum().backward()
        return x.grad

    def fn(x):
        return (x.sin() * x.exp()).tanh()

    assert torch.allclose(step(torch.compile(fn, backend="weft", options={"partitioner": partitioner})), step(fn), atol=1e-6)
    assert len(calls) == 1


def test_what_can_be_recomputed_is_not_kept():
    x = torch.linspace(-1, 1, 7, requires_grad=True)
    y = torch.compile(lambda x: x.sin().exp().tanh(), backend="weft")(x)
    assert {t.data_ptr() for t in y.grad_fn.saved_tensors} == {x.data_ptr(), y.data_ptr()}
    y.sum().backward()
    want, = torch.autograd.grad(x.sin().exp().tanh().sum(), x)
    assert torch.allclose(x.grad, want, atol=1e-6)
