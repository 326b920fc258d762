"""Reductions of segments, distinct elements, repetitions and windows at random places: compiled, as eager has them."""
import warnings

import pytest
import torch

import weft


def both(fn, *args):
    """Results and gradients of eager and of the compiled function, which leaves nothing to torch."""
    torch._dynamo.reset()
    weft.reset()
    out = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for f in (fn, torch.compile(fn, backend="weft", fullgraph=True, options={"fallback": "error"})):
            given = [a.detach().clone().requires_grad_(a.requires_grad) if isinstance(a, torch.Tensor) else a for a in args]
            y = f(*given)
            y = y if isinstance(y, tuple) else (y,)
            some = [t for t in y if t.requires_grad]
            wanted = [a for a in given if isinstance(a, torch.Tensor) and a.requires_grad]
            grads = torch.autograd.grad([t.sin().sum() for t in some], wanted) if some else ()
            out.append((*y, *grads))
    return out


def equal(fn, *args, **tolerance):
    want, got = both(fn, *args)
    for w, g in zip(want, got, strict=True):
        torch.testing.assert_close(g, w, equal_nan=True, **tolerance)


DATA = torch.tensor([[1., 3., 0., 2.], [0., 3., 0., 5.], [2., 2., -1., 7.], [-4., 1., 6., 0.5], [1., 1., 1., 1.]])


@pytest.mark.parametrize("initial", [None, 2.0])
@pytest.mark.parametrize("how", ["sum", "mean", "max", "min", "prod"])
def test_segments_by_lengths_and_offsets(how, initial):
    x = DATA.clone().requires_grad_()
    lengths = torch.tensor([2, 0, 3])
    equal(lambda x, n: torch.segment_reduce(x, how, lengths=n, axis=0, initial=initial), x, lengths)
    equal(lambda x, n: torch.segment_reduce(x, how, offsets=n, axis=0, initial=initial), x, torch.tensor([0, 2, 2, 5]))
    rows = torch.tensor([[1, 2, 1]]).expand(5, 3).contiguous()
    equal(lambda x, n: torch.segment_reduce(x, how, lengths=n, axis=1, initial=initial), x, rows)


@pytest.mark.parametrize("how", ["max", "prod", "sum"])
def test_segments_with_nan(how):
    x = DATA.clone()
    x[1, 1] = torch.nan
    x.requires_grad_()
    equal(lambda x, n: torch.segment_reduce(x, how, lengths=n, axis=0), x, torch.tensor([2, 3]))


def test_lengths_that_are_not_the_whole_are_an_error():
    fn = torch.compile(lambda x, n: torch.segment_reduce(x, "sum", lengths=n, axis=0), backend="weft")
    with pytest.raises(RuntimeError, match="to sum to data.size"):
        fn(DATA, torch.tensor([2, 1]))
    assert torch.equal(fn(DATA, torch.tensor([2, 3])), torch.stack((DATA[:2].sum(0), DATA[2:].sum(0))))


@pytest.fixture
def data_dependent():
    with torch._dynamo.config.patch(capture_dynamic_output_shape_ops=True, capture_scalar_outputs=True):
        yield


X = {"ints": torch.tensor([[3, 1, 1], [2, 3, 3]]), "floats": torch.tensor([0.5, -1.0, 0.5, 2.0, 2.0]),
     "nan": torch.tensor([1.0, torch.nan, 1.0, torch.nan]), "bools": torch.tensor([True, False, True]), "one": torch.tensor([7])}


@pytest.mark.parametrize("name", X)
def test_unique(name, data_dependent):
    x = X[name]
    equal(lambda x: torch.unique(x, return_inverse=True, return_counts=True), x)
    equal(lambda x: torch.unique(x) * 2, x)
    equal(lambda x: torch.unique_consecutive(x, return_inverse=True, return_counts=True), x)


def test_unique_consecutive_of_rows(data_dependent):
    x = torch.tensor([[1, 1, 1, 2], [3, 3, 4, 4]])
    for dim in (0, 1, -1):
        equal(lambda x, dim=dim: torch.unique_consecutive(x, return_inverse=True, return_counts=True, dim=dim), x)


def test_unique_rows(data_dependent):
    x = torch.tensor([[3, 1, 3, 1], [1, 2, 1, 0], [3, 1, 3, 1], [1, 1, 9, 9]])
    for dim in (0, 1, -1):
        equal(lambda x, dim=dim: torch.unique(x, return_inverse=True, return_counts=True, dim=dim), x)
    equal(lambda x: torch.unique(x, dim=1) * 2, torch.randint(0, 2, (2, 9, 3)).float())
    equal(lambda x: torch.unique(x, dim=0), x[0])


@pytest.mark.parametrize("columns", [17, 40, 64])
def test_unique_rows_of_many_columns(columns, data_dependent):
    base = torch.randint(0, 2, (5, columns), generator=torch.Generator().manual_seed(columns))
    x = base[torch.tensor([4, 0, 4, 2, 1, 0, 3, 4])]
    for y in x, x.float() - 1, x.bool(), x.reshape(8, 1, columns).expand(8, 1, columns):
        equal(lambda x: torch.unique(x, return_inverse=True, return_counts=True, dim=0), y)
    equal(lambda x: torch.unique(x, return_inverse=True, return_counts=True, dim=1), x.t())


def test_bincount(data_dependent):
    x = torch.tensor([3, 1, 1, 5, 0, 3])
    equal(lambda x: torch.bincount(x), x)
    equal(lambda x: torch.bincount(x, minlength=9) * 2, x.to(torch.uint8))
    for dtype in torch.float32, torch.float64, torch.float16, torch.int32:
        equal(lambda x, w: torch.bincount(x, w, 2), x, torch.arange(6).to(dtype))
    equal(lambda x: torch.bincount(x[x > 2]), x)
    equal(lambda x: (torch.bincount(x[x > 7]), torch.bincount(x[x > 7], minlength=3)), x)
    with pytest.raises(RuntimeError, match="bincount only supports 1-d non-negative"):
        torch.compile(lambda x: torch.bincount(x), backend="weft", fullgraph=True)(x - 1)


def test_histc_of_any_size():
    fn = torch.compile(lambda x: (torch.histc(x, 5), torch.histc(x, 4, -1, 1)), backend="weft", dynamic=True,
                       options={"fallback": "error"})
    for shape in (3, 4), (5, 6):
        x = torch.randn(shape)
        torch.testing.assert_close(fn(x), (torch.histc(x, 5), torch.histc(x, 4, -1, 1)))


def test_repeat_interleave(data_dependent):
    n, x = torch.tensor([2, 0, 3, 1]), torch.arange(8.).reshape(4, 2)
    equal(lambda n: torch.repeat_interleave(n), n)
    equal(lambda x, n: x.repeat_interleave(n, dim=0) + 1, x, n)
    equal(lambda x, n: x.repeat_interleave(n, dim=0, output_size=6) + 1, x, n)


@pytest.mark.parametrize("out", [1, 3, (2, 3)])
def test_fractional_max_pool2d(out):
    x = torch.randn(2, 3, 7, 9, generator=torch.Generator().manual_seed(1)).requires_grad_()
    s = torch.rand(2, 3, 2, generator=torch.Generator().manual_seed(2))
    equal(lambda x, s: torch.nn.functional.fractional_max_pool2d(
        x, (2, 3), output_size=out, return_indices=True, _random_samples=s), x, s)


@pytest.mark.parametrize("out", [(3, 4), None])
def test_fractional_max_pool2d_of_any_size(out):
    def fn(x, s):
        return torch.nn.functional.fractional_max_pool2d(x, 2, output_size=out or (x.shape[2] // 2, x.shape[3] // 3), _random_samples=s,
                                                         return_indices=True)
    fast = torch.compile(fn, backend="weft", dynamic=True, fullgraph=True, options={"fallback": "error"})
    for n, c, h, w in (6, 3, 7, 9), (4, 3, 8, 12), (5, 3, 31, 50):
        x, s = torch.randn(n, c, h, w), torch.rand(n, c, 2)
        torch.testing.assert_close(fast(x, s), fn(x, s), rtol=0, atol=0)


def test_fractional_max_pool3d():
    x = torch.randn(2, 2, 5, 6, 7, generator=torch.Generator().manual_seed(1)).requires_grad_()
    s = torch.rand(2, 2, 3, generator=torch.Generator().manual_seed(2))
    equal(lambda x, s: torch.nn.functional.fractional_max_pool3d(
        x, (2, 2, 3), output_size=(2, 3, 4), return_indices=True, _random_samples=s), x, s)


def test_fractional_max_pool3d_of_no_batch_takes_the_first_of_more_samples():
    equal(lambda x, s: torch.nn.functional.fractional_max_pool3d(
        x, 2, output_ratio=0.5, return_indices=True, _random_samples=s), torch.randn(4, 5, 5, 5), torch.rand(2, 4, 3))
