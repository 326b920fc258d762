"""Every module of bench/jax_modules, as JAX printed it, gives XLA:CPU's results natively, the small
ones the interpreter's too."""
import glob
import os

import capi
import numpy as np
import pytest
import xla

MODULES = sorted(glob.glob(os.path.join(capi.ROOT, "bench", "jax_modules", "*.mlir")))


def inputs(types):
    """Seeded; matrices are scaled by their first dimension, so that values keep their size."""
    rng = np.random.default_rng(11)
    arrays = []
    for t, shape in types:
        dtype = capi.NUMPY[t.replace("u", "ui") if t.startswith("u") else t]
        if np.issubdtype(dtype, np.integer):
            arrays.append(rng.integers(0, 10, shape).astype(dtype))
            continue
        scale = shape[0] ** -0.5 if len(shape) > 1 else 0.5
        arrays.append((rng.standard_normal(shape, np.float32) * np.float32(scale)).astype(dtype))
    return arrays


def same(got, want):
    assert len(got) == len(want)
    for i, (g, w) in enumerate(zip(got, want)):
        assert g.dtype == w.dtype and g.shape == w.shape
        narrow = w.dtype.itemsize < 4
        w = w.astype(np.float64)
        # torch.testing's relative figures; absolute in units of the result's own size, since sums cancel.
        rtol, share = (1.6e-2, 1.6e-2) if narrow else (1e-4, 1e-5)
        np.testing.assert_allclose(g.astype(np.float64), w, rtol=rtol, atol=share * np.abs(w).max(),
                                   err_msg=f"result {i}")


@pytest.mark.parametrize("path", MODULES, ids=[os.path.basename(p)[:-5] for p in MODULES])
def test_matches_xla(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    arrays = inputs(xla.parse(text))
    got = capi.Weft("weft").compile(text, path)(*arrays)
    want = xla.run(text, [a.copy() for a in arrays])
    same(got, want)


# Those that the interpreter, which computes one element after the other, does in seconds.
SMALL = [p for p in MODULES if os.path.basename(p).startswith(("tiny", "mlp"))]


@pytest.mark.parametrize("path", SMALL, ids=[os.path.basename(p)[:-5] for p in SMALL])
def test_both_backends(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    arrays = inputs(xla.parse(text))
    got = capi.Weft("weft").compile(text, path)(*arrays)
    want = capi.Weft("interp").compile(text, path)(*arrays)
    same(got, want)
