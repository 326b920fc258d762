"""dynamic=True: decompositions of matrices, transforms and what sorting finds, of any size, by one compile and without torch."""
import pytest
import torch
from torch._dynamo.utils import counters

from common import compiled, no_fallback

LA, fft = torch.linalg, torch.fft


def positive(x):
    return x @ x.mT + x.shape[-2] * torch.eye(x.shape[-2])


def square(x):
    return x @ x.mT + torch.eye(x.shape[-2]).roll(1, 0) * 3


def from_svd(x):
    """What does not depend on the signs of vectors."""
    u, s, vh = LA.svd(x, full_matrices=False)
    return s, u * s.unsqueeze(-2) @ vh, LA.pinv(x), LA.svdvals(x)


def from_eigh(x):
    values, vectors = LA.eigh(positive(x))
    return values, vectors * values.unsqueeze(-2) @ vectors.mT, LA.eigvalsh(positive(x))


def from_lu(x):
    factors, pivots = LA.lu_factor(square(x))
    return LA.lu_solve(factors, pivots, x), LA.lu_solve(factors, pivots, x.mT, left=False, adjoint=True), *torch.lu_unpack(factors, pivots)


MATRICES = {                                   # x is [batch, rows, columns]
    "cholesky": lambda x: (LA.cholesky(positive(x)), torch.cholesky_solve(x, LA.cholesky(positive(x), upper=True), upper=True),
                           torch.cholesky_inverse(LA.cholesky(positive(x)))),
    "solve": lambda x: (LA.solve(square(x), x), LA.solve(square(x), x.mT, left=False), LA.solve(square(x), x[..., 0])),
    "inverse": lambda x: (LA.inv(square(x)), LA.det(square(x)), *LA.slogdet(square(x))),
    "triangles": lambda x: LA.solve_triangular(positive(x).tril(), x, upper=False),
    "lu": from_lu,
    "svd": from_svd,
    "eigh": from_eigh,
    "exp": lambda x: torch.matrix_exp(square(x) / x.shape[-1]),
}
WITHOUT_GRADIENT = {
    "qr": lambda x: (*LA.qr(x), *LA.qr(x, mode="complete"), LA.qr(x, mode="r")[1]),
    "eig": lambda x: torch.view_as_real(LA.eigvals(positive(x))).sum((-1, -2)),
    "ldl": lambda x: LA.ldl_solve(*LA.ldl_factor(positive(x)), x),
}


def fits(fn, sizes, make=torch.randn, backend="weft", train=True, tolerance=1e-3):
    """Right at each of the sizes, with gradients, by one graph of Dynamo's."""
    torch._dynamo.reset()
    counters.clear()
    fast = compiled(fn, backend, dynamic=True)
    for i, size in enumerate(sizes):
        torch.manual_seed(i)
        x, results = make(size), []
        for f in fast, fn:
            leaf = x.clone().requires_grad_(train)
            out = torch.utils._pytree.tree_leaves(f(leaf))
            some = [t for t in out if t.requires_grad]
            grads = torch.autograd.grad(some, leaf, [t.detach() for t in some]) if some else ()
            results.append((out, grads))
        torch.testing.assert_close(*results, rtol=tolerance, atol=tolerance, equal_nan=True)
        for a, b in zip(*(r[0] for r in results)):
            assert a.stride() == b.stride(), (size, a.stride(), b.stride())
    assert counters["stats"]["unique_graphs"] == 1


@pytest.mark.parametrize("name", [*MATRICES, *WITHOUT_GRADIENT])
def test_matrices_of_any_size(name):
    with no_fallback():
        fits((MATRICES | WITHOUT_GRADIENT)[name], [(2, 4, 7), (3, 5, 20), (2, 6, 9)], train=name in MATRICES)


@pytest.mark.parametrize("name", ["lu", "svd", "qr"])
def test_matrices_of_any_size_interpreted(name):
    fits((MATRICES | WITHOUT_GRADIENT)[name], [(2, 3, 5), (2, 4, 7)], backend="interp", train=False)


def spectrum(x):
    """A filter of a signal: there, times something, and back to the length it had."""
    y = fft.rfft(x, norm="ortho")
    return fft.irfft(y * torch.arange(y.shape[-1]), n=x.shape[-1], norm="ortho")


TRANSFORMS = {                                 # x is [batch, height, width]
    "whole": lambda x: (fft.fft(x) * 2, fft.ifft(x, dim=1) * 2, fft.fft2(x).abs()),
    "half": lambda x: (spectrum(x), fft.irfft2(fft.rfft2(x)), fft.hfft(x), fft.ihfft(x).abs()),
    "longer": lambda x: (fft.rfft(x, n=2 * x.shape[-1]).abs(), fft.fft(x, n=4).abs()),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_of_any_size(name):
    with no_fallback():
        fits(TRANSFORMS[name], [(2, 4, 7), (3, 5, 12), (2, 30, 17)])


def test_transforms_of_any_size_interpreted():
    fits(TRANSFORMS["half"], [(2, 4, 7), (3, 5, 12)], backend="interp", train=False)


def test_a_spectrogram_of_any_length():
    def fn(x):
        return torch.stft(x, 16, 4, window=torch.hann_window(16), return_complex=True).abs()

    with no_fallback():
        fits(fn, [(2, 64), (3, 101), (2, 200)])


SORTED = {                                     # x is [batch, length]
    "median": lambda x: (x.median(), *x.median(-1), *x.median(0)),
    "nanmedian": lambda x: (torch.where(x > 1, torch.nan, x).nanmedian(-1), torch.where(x > 1, torch.nan, x).median(1)),
    "of integers": lambda x: (*(x * 3).long().median(-1), *(x * 3).long().mode(1), *(x * 3).long().kthvalue(3, 1)),
    "kthvalue": lambda x: (*x.kthvalue(2, -1), x.kthvalue(2, 0)[0]),
    "mode": lambda x: (x * 2).round().mode(-1),
}


@pytest.mark.parametrize("name", SORTED)
def test_what_sorting_finds_of_any_size(name):
    with no_fallback():
        fits(SORTED[name], [(4, 9), (3, 40), (5, 6)])


def test_functions_that_iterate_of_any_size():
    """gcd, lcm and the incomplete gamma functions: loops until no element goes on."""
    def fn(x):
        n = (x * 20).long()
        return torch.gcd(n, n.flip(0) + 6), torch.lcm(n, n + 4), torch.igamma(x.abs(), x[0].abs()), torch.igammac(x.abs() + 1, x.abs())

    with no_fallback():
        fits(fn, [(4, 9), (3, 40)], train=False)


DRAWS = {                                      # x is [batch, length]: what is drawn, and its mean and deviation
    "dropout": (lambda x: torch.nn.functional.dropout(torch.ones_like(x), 0.25), 1, 3 ** -0.5),
    "rand": (lambda x: torch.rand(x.shape[1], x.shape[0]), 0.5, 12 ** -0.5),
    "normal": (lambda x: torch.randn_like(x, dtype=torch.float64) * 2 + 1, 1, 2),
    "exponential": (lambda x: torch.empty_like(x).exponential_(2), 0.5, 0.5),
    "randint": (lambda x: torch.randint(0, x.shape[1], x.shape) / x.shape[1], 0.5, 12 ** -0.5),
    "randperm": (lambda x: torch.randperm(x.shape[1]) / x.shape[1], 0.5, 12 ** -0.5),
}


@pytest.mark.parametrize("name", DRAWS)
def test_random_numbers_of_any_size(name):
    """By the seed alone, without torch; those of dropout are the ones that a program of these sizes draws."""
    fn, mean, deviation = DRAWS[name]
    torch._dynamo.reset()
    fast = compiled(fn, dynamic=True)
    with no_fallback():
        for shape in (30, 500), (40, 700):
            x = torch.ones(shape)
            torch.manual_seed(5)
            y, z = fast(x), fast(x)
            torch.manual_seed(5)
            assert torch.equal(fast(x), y) and not torch.equal(y, z)
            assert abs(y.double().mean() - mean) < 0.02 and abs(y.double().std() - deviation) < 0.02
            if name == "dropout":
                torch.manual_seed(5)
                assert torch.equal(compiled(fn, dynamic=False)(x), y)


@pytest.mark.parametrize("shared", [False, True])
def test_attention_of_any_heads(shared):
    """Every size of it is the call's, that of a head too."""
    torch._dynamo.reset()
    groups = 2 if shared else 1

    def fn(q, k, v):
        return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=shared)

    fast = compiled(fn, dynamic=True)
    with no_fallback():
        for batch, heads, length, size in (2, 4, 6, 8), (3, 8, 9, 16):
            q, k, v = (torch.randn(batch, h, length, size, requires_grad=True) for h in (heads * groups, heads, heads))
            y, z = fast(q, k, v), fn(q, k, v)
            torch.testing.assert_close(y, z, rtol=1e-4, atol=1e-5)
            torch.testing.assert_close(*(torch.autograd.grad(t.square().sum(), (q, k, v)) for t in (y, z)), rtol=1e-4, atol=1e-4)
