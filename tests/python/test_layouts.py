"""What lies otherwise than row by row: values, strides and gradients of what moves, maps, reduces and normalises it are eager's."""
import pytest
import torch
import torch.nn.functional as F
from torch.utils._pytree import tree_leaves

from common import compiled

G = torch.Generator().manual_seed(0)
LAYOUTS = {
    "transposed": torch.randn(35, 24, generator=G).t(),
    "turned": torch.randn(6, 10, 9, generator=G).permute(2, 0, 1),
    "swapped": torch.randn(6, 10, 9, generator=G).permute(0, 2, 1),
    "features-last": torch.randn(2, 7, 6, 5, generator=G).to(memory_format=torch.channels_last),
}
FUNCTIONS = {
    "map": lambda x: F.gelu(x) * x,
    "map-of-two-ways": lambda x: (x * 2, x.transpose(0, -1) * 2),
    "flip": lambda x: x.flip(-1) * 2,
    "roll": lambda x: x.roll(3, 0) + 1,
    "pad": lambda x: F.pad(x, (2, -1), value=3.0),
    "concatenate": lambda x: torch.cat([x, x * 2, torch.ones_like(x)], -1),
    "chunks": lambda x: [c * 2 for c in x.chunk(3, -1)],
    "difference": lambda x: x.diff(dim=0),
    "every-second": lambda x: x[..., 1::2] * 2,
    "places": lambda x: x + torch.arange(float(x.shape[-1])),
    "between": lambda x: torch.where((x > 0) & (x < 1), x.exp(), 0),
    "sum": lambda x: (x * x).sum(0),
    "sum-beside": lambda x: (x * 2, x.sum(0)),
    "mean": lambda x: (x.flip(-1) + x.mean(-1, keepdim=True), x.mean(0)),
    "length": lambda x: x / x.norm(dim=0, keepdim=True),
    "softmax": lambda x: x.softmax(0),
    "softmax-last": lambda x: x.softmax(-1) * x,
    "norm": lambda x: F.layer_norm(x, x.shape[-1:]),
    "spread": lambda x: (x - x.mean(0)) / x.std(0),
    "greatest": lambda x: (x.argmax(0), x.amax(-1)),
    "other-type": lambda x: (x * 10).int().double(),
}


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_as_eager(name, dynamic):
    fn = FUNCTIONS[name]
    for x in LAYOUTS.values():
        torch._dynamo.reset()
        a, b = (x.detach().clone().requires_grad_(not dynamic) for _ in range(2))
        got, want = tree_leaves(compiled(fn, dynamic=dynamic)(a)), tree_leaves(fn(b))
        for g, w in zip(got, want, strict=True):
            assert [s for s, n in zip(g.stride(), g.shape) if n > 1] == [s for s, n in zip(w.stride(), w.shape) if n > 1]
            torch.testing.assert_close(g, w, rtol=1e-4, atol=1e-4)
        if any(w.requires_grad for w in want):
            by = [torch.randn(w.shape, generator=G) for w in want]
            for tensors, leaf in ((got, a), (want, b)):
                torch.autograd.backward([t for t in tensors if t.requires_grad], [g for g, t in zip(by, tensors) if t.requires_grad])
            torch.testing.assert_close(a.grad, b.grad, rtol=1e-3, atol=1e-3)
