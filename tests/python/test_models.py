"""Whole models, natively: right values and strides, one graph, nothing outside of compiled code."""
import copy

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

import weft
from common import compiled, report
from zoo import MODELS, build

# What may run beside compiled code: views, and what AOTAutograd's epilogue does.
HARMLESS = {"aten::view", "aten::as_strided", "aten::detach", "detach", "aten::alias", "aten::t",
            "aten::transpose", "aten::permute", "aten::expand", "aten::slice", "aten::select",
            "aten::unsqueeze", "aten::squeeze", "aten::lift_fresh", "aten::detach_", "aten::copy_",
            "aten::_unsafe_view", "aten::reshape"}


def close(got, want, model, inputs):
    """Within the defaults for float32 of eager, or no further from float64 than twice eager itself."""
    try:
        torch.testing.assert_close(got, want)
    except AssertionError:
        exact = copy.deepcopy(model).double()
        exact = exact(*(t.double() if t.is_floating_point() else t for t in inputs))
        mine, eager = (got - exact).abs().max(), (want - exact).abs().max()
        assert mine <= 2 * eager, f"{mine} from float64, eager {eager}"


@pytest.mark.parametrize("name", MODELS)
def test_model(name):
    model, inputs = build(name)
    before, fallbacks = report()["graphs"], weft.fallbacks()
    with torch.no_grad():
        want = model(*inputs)
        fast = compiled(model)
        got = fast(*inputs)
        assert got.dtype == want.dtype and got.stride() == want.stride()
        close(got, want, model, inputs)
        assert report()["graphs"] == before + 1, "not one graph"
        assert weft.fallbacks() == fallbacks
        assert torch.equal(fast(*inputs), got), "another result on the second run"
        with profile(activities=[ProfilerActivity.CPU]) as p:
            fast(*inputs)
    ran = {e.key for e in p.key_averages() if e.key.startswith("aten::")}
    assert ran <= HARMLESS, f"ATen operators ran: {sorted(ran - HARMLESS)}"


@pytest.mark.parametrize("name", ["mlp", "minilm-b1"])
def test_threads_do_not_change_bits(name):
    model, inputs = build(name)
    results = []
    with torch.no_grad():
        for threads in (1, 2, 3):
            torch._dynamo.reset()
            fast = compiled(model, threads=threads)
            results.append(fast(*inputs))
            newest = report()["executables"][0]
            assert newest["threads"] == threads
    assert torch.equal(results[0], results[1]) and torch.equal(results[0], results[2])


def test_other_weights_same_code():
    """Nothing derived from a weight outlives the call."""
    model, inputs = build("mlp")
    with torch.no_grad():
        fast = compiled(model)
        fast(*inputs)
        model[0].weight.data.mul_(0.5)
        model[2].bias.detach().numpy()[:] = 1.0
        torch.testing.assert_close(fast(*inputs), model(*inputs))
