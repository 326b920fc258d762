"""Training from C: gradients of whole models are torch's, in one program and in forward and backward apart."""
import capi
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from weft import _text
from weft._backend import decompositions
from zoo import build


class Convnet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.norm = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8)
        self.b, self.c = nn.Conv2d(8, 16, 3, stride=2, groups=2), nn.Linear(16 * 9, 10)

    def forward(self, x, target):
        x = F.max_pool2d(F.relu(self.norm(self.a(x))), 2)
        return F.cross_entropy(self.c(F.gelu(self.b(x)).flatten(1)), target)


def convnet():
    torch.manual_seed(3)
    model = Convnet()
    nn.init.normal_(model.norm.weight)            # unlike the statistics: arguments are known by their values
    nn.init.normal_(model.norm.bias)
    return model, (torch.randn(4, 3, 16, 16), torch.randint(0, 10, (4,)))


def minilm():
    """Of six layers the first two: the rest repeats them."""
    model, inputs = build("minilm-b1")
    del model.encoder.encoder.layer[2:]
    return model, inputs


def captured(model, inputs):
    """The forward graph as ATen text, and the tensors it takes."""
    kept = []

    def keep(gm, example_inputs):
        kept.append(_text.Printer(gm, frozenset()).text)

        def call(args):
            kept.append([a.detach().clone() for a in args])
            return gm(*args)
        call._boxed_call = True
        return call

    def backend(gm, example_inputs):
        from torch._dynamo.backends.common import aot_autograd
        return aot_autograd(fw_compiler=keep, inference_compiler=keep, decompositions=decompositions())(
            gm, example_inputs)

    with torch.no_grad():
        torch.compile(model, backend=backend, fullgraph=True)(*inputs)
    return kept


@pytest.mark.parametrize("make", [convnet, minilm], ids=["convnet", "minilm"])
def test_training_step(make):
    model, inputs = make()
    text, args = captured(model, inputs)
    parameters = dict(model.named_parameters())
    places = {}
    for i, a in enumerate(args):
        for name, p in parameters.items():
            if name not in places.values() and p.shape == a.shape and torch.equal(p, a):
                places[i] = name
                break
    assert len(places) == len(parameters)
    out = model(*inputs)
    seed = torch.randn_like(out)
    want = dict(zip(parameters, torch.autograd.grad(out, parameters.values(), seed, allow_unused=True)))
    weft, wrt = capi.Weft("weft"), sorted(places)
    arrays = [a.numpy() for a in args]

    # The gradients of updated buffers are zero; the model's own result is the last.
    results = weft.compile(text, format=capi.ATEN)(*arrays)
    seeds = [np.zeros_like(r) for r in results if r.dtype == np.float32]
    seeds[-1] = seed.numpy()
    got = weft.compile(weft.gradient(text, wrt, format=capi.ATEN))(*arrays, *seeds)
    assert len(got) == len(results) + len(wrt)
    np.testing.assert_allclose(got[len(results) - 1], out.detach(), rtol=1e-4, atol=1e-5)
    for place, gradient in zip(wrt, got[len(results):]):
        expected = want[places[place]]
        expected = np.zeros_like(gradient) if expected is None else expected.numpy()
        np.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-4 * max(1e-2, np.abs(expected).max()),
                                   err_msg=places[place])

    least = weft.training(text, wrt, format=capi.ATEN)[3]
    for budget in (2**64 - 1, least // 2, 0):
        forward, backward, kept, bytes_kept = weft.training(text, wrt, budget, format=capi.ATEN)
        assert bytes_kept == least if budget > least else bytes_kept <= budget
        ran = weft.compile(forward)(*arrays)
        apart = weft.compile(backward)(*[arrays[k] if k >= 0 else ran[-1 - k] for k in kept], *seeds)
        for name, a, b in zip(wrt, apart, got[len(results):]):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5 * max(1e-2, np.abs(b).max()), err_msg=f"{budget}: {name}")
