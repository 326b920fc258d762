"""Overloads of backward graphs, by the gradients of what they belong to, against eager.

A case is a name, a function and its arguments; floating-point arguments take gradients.
"""
import pytest
import torch
import torch.nn.functional as F

from common import BACKENDS, check_gradients

CASES = {}


def case(name, fn, *args, **kw):
    assert name not in CASES, name
    CASES[name] = (fn, args, kw)


torch.manual_seed(0)
r = torch.randn
loose = dict(rtol=1e-4, atol=1e-4)

# ---- convolution ----
for n, sizes in ((1, (9,)), (2, (9, 8)), (3, (6, 5, 4))):
    conv, turned = getattr(F, f"conv{n}d"), getattr(F, f"conv_transpose{n}d")
    for kw in ({}, dict(stride=2, padding=1), dict(stride=2, padding=2, dilation=2), dict(groups=2, stride=2),
               dict(groups=4)):
        w = r(8, 4 // kw.get("groups", 1), *[3] * n)
        case(f"conv{n}d-{kw}", lambda x, w, b, kw=kw, f=conv: f(x, w, b, **kw), r(2, 4, *sizes), w, r(8), **loose)
    for kw in ({}, dict(stride=2, padding=1, output_padding=1), dict(stride=2, dilation=2, groups=2)):
        w = r(4, 8 // kw.get("groups", 1), *[3] * n)
        case(f"conv-transpose{n}d-{kw}", lambda x, w, b, kw=kw, f=turned: f(x, w, b, **kw), r(2, 4, *sizes), w,
             r(8), **loose)
case("conv-no-bias", F.conv2d, r(2, 3, 6, 6), r(4, 3, 3, 3), **loose)
case("conv-unbatched", F.conv2d, r(3, 6, 6), r(4, 3, 3, 3), r(4), **loose)
case("conv-weight-only", lambda x, w: F.conv2d(x.detach(), w), r(2, 3, 6, 6), r(4, 3, 3, 3), **loose)
case("conv-empty-batch", F.conv2d, r(0, 3, 6, 6), r(4, 3, 3, 3), r(4), **loose)
case("conv-channels-last", F.conv2d, r(2, 3, 6, 6).to(memory_format=torch.channels_last), r(4, 3, 3, 3), r(4),
     **loose)

# ---- contractions ----
case("product-and-its-transpose", lambda a, b: (lambda z: z + z.t())(a.t() @ b), r(4, 4).t(), r(4, 4).t())


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", CASES)
def test_gradient(name, backend):
    fn, args, kw = CASES[name]
    check_gradients(fn, *args, backend=backend, **kw)
