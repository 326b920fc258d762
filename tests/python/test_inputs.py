"""Tensors that lie in unusual ways, as arguments: values, strides and writes as in eager."""
import numpy
import pytest
import torch

from common import compiled

torch.manual_seed(0)


def misaligned(shape, by, dtype=torch.float32):
    """Memory that begins `by` bytes behind an aligned place."""
    n = int(torch.empty(shape).numel())
    room = numpy.zeros(n * dtype.itemsize + 64 + by, dtype=numpy.uint8)
    start = -room.ctypes.data % 64 + by
    t = torch.frombuffer(room, dtype=torch.uint8)[start:start + n * dtype.itemsize].view(dtype).view(shape)
    t.copy_(torch.randn(shape))
    assert t.data_ptr() % 64 == by % 64
    return t


base = torch.randn(6, 8)
c = torch.complex(torch.randn(3, 5), torch.randn(3, 5))
INPUTS = {
    "no-elements": torch.randn(0, 4), "no-rows-between": torch.randn(3, 0, 4), "one-number": torch.tensor(2.5),
    "expanded": torch.randn(4, 1).expand(4, 7), "expanded-number": torch.tensor(1.5).expand(3, 3),
    "overlapping": torch.randn(10).as_strided((4, 4), (2, 1)), "every-other": base[::2, 1::3], "turned": base.t(),
    "behind-the-front": base[2:, 3:], "misaligned-4": misaligned((5, 7), 4), "misaligned-60": misaligned((64,), 60),
    "misaligned-half": misaligned((3, 33), 2, torch.bfloat16), "channels-last": torch.randn(2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
    "negative": torch._neg_view(torch.randn(3, 5)), "imaginary": c.conj().imag, "special": torch.tensor([float("nan"), float("inf"), -0.0, 1e-40])}
FUNCTIONS = {"map": lambda a: torch.relu(a) * 2 + a, "sum": lambda a: a.sum(), "rows": lambda a: a.reshape(-1, a.shape[-1] if a.dim() else 1).sum(0),
             "view": lambda a: a.unsqueeze(0).mT if a.dim() > 1 else a[None]}


@pytest.mark.parametrize("name", INPUTS)
def test_argument(name):
    x = INPUTS[name]
    torch._dynamo.reset()
    fn = compiled(lambda a: tuple(f(a) for f in FUNCTIONS.values()), dynamic=False)
    want = tuple(f(x) for f in FUNCTIONS.values())
    for what, a, b in zip(FUNCTIONS, fn(x), want):
        torch.testing.assert_close(a, b, equal_nan=True, rtol=2e-2 if x.dtype == torch.bfloat16 else None,
                                   atol=2e-2 if x.dtype == torch.bfloat16 else None, msg=what)
        if what == "map":
            assert a.stride() == b.stride()


@pytest.mark.parametrize("conj", [False, True])
def test_conjugates(conj):
    x = c.conj() if conj else c
    torch._dynamo.reset()
    fn = compiled(lambda a, b: (a * b, a.conj().sum(), a.imag + 1, (a @ b.mT).conj()))
    torch.testing.assert_close(fn(x, c), (x * c, x.conj().sum(), x.imag + 1, (x @ c.mT).conj()))


@pytest.mark.parametrize("name", ["every-other", "turned", "behind-the-front", "misaligned-4", "channels-last", "negative"])
def test_writes(name):
    """Into the argument itself, and nothing beside it."""
    mine, theirs = ([INPUTS[name].clone(memory_format=torch.preserve_format)] if name == "negative" else
                    [torch.empty(0).set_(INPUTS[name].untyped_storage().clone(), INPUTS[name].storage_offset(),
                                         INPUTS[name].shape, INPUTS[name].stride())] for _ in range(2))
    torch._dynamo.reset()

    def write(a):
        a.mul_(2)
        return a.add_(1).sum()

    torch.testing.assert_close(compiled(write)(mine[0]), write(theirs[0]))
    assert torch.equal(mine[0], theirs[0])
    assert mine[0].untyped_storage().tolist() == theirs[0].untyped_storage().tolist()


@pytest.mark.parametrize("dtype", [torch.int8, torch.int32, torch.int64, torch.uint8])
def test_whole_numbers(dtype):
    """Division rounds as asked, shifts beyond the width as ATen's."""
    a = torch.tensor([-7, -1, 0, 1, 7, 100]).to(dtype)
    b = torch.tensor([2, 3, 5, 7, -2 if dtype.is_signed else 2, 3]).to(dtype)
    s = torch.tensor([0, 1, 7, 8, 63, 64]).to(dtype)
    torch._dynamo.reset()

    def fn(a, b, s):
        return (a // b, a % b, torch.div(a, b, rounding_mode="trunc"), torch.fmod(a, b), a / b, a << s, a >> s, torch.gcd(a, b), ~a)

    for x, y in zip(compiled(fn, fallback="allow")(a, b, s), fn(a, b, s)):
        assert torch.equal(x, y) and x.dtype == y.dtype
