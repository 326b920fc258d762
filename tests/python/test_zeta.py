"""chlo.zeta and chlo.polygamma at their edges and of huge operands, by both backends: values of mpmath with 70 digits, and
where a function has none those of ir/eval/special.c (NaN at poles of odd order, infinity at those of even order)."""
import math

import capi
import numpy as np
import pytest

INF, NAN = math.inf, math.nan
POLYGAMMA = [
    (0, 1, -0.5772156649015329), (1, 1, 1.6449340668482264), (1, INF, 0), (1, 0, INF), (1, -3, INF), (2, 0, NAN),
    (10, -15.5, -3.2423137378727693e-07), (50, -15.5, -259.28317137306954), (1, -3e6 - 0.25, 19.73920846884547),
    (10, -1e15 - 0.25, 15220204740668.342), (171, 367.9, 1.6521588209934133e-132), (1001, 367.9, 0.5935341458138195),
    (1001, 736, 1.3253897296223195e-302), (2000, 736, -0.08469191158465071), (2000, INF, -0.0), (1e6, 367879.5, -0.006217028365779899),
    (1e6, 1e6, -0.0), (1000001, 1e6, 0), (1e6, 3, -INF), (2.0**53, 0, NAN), (2.0**53, -0.3, INF), (1e30, 1, -INF), (1e30, 1e30, -0.0),
    (1e30, -0.5, -INF), (1.7e308, 1e30, -INF), (1.7e308, 1.7e308, -0.0), (INF, 1, NAN), (NAN, 1, NAN), (1, NAN, NAN), (-1, 1, NAN), (0.5, 1, NAN)]
ZETA = [
    (2, 1, 1.6449340668482264), (1, 2, INF), (0.5, 2, NAN), (-1, 2, NAN), (2, 0, INF), (3, -1, NAN), (2.5, -0.5, NAN),
    (2, -3e6 - 0.25, 19.73920846884547), (5, -1e15 - 0.25, -1020.0656159509382), (51, -15.5, 8.525099520588792e-63),
    (1000001, -0.5, 0), (1e6, -0.3, INF), (1000001, -0.3, -INF), (1e30, 1, 1), (1e30, 1.5, 0), (1e30, 0.5, INF), (1.7e308, 1e300, 0),
    (INF, 1, 1), (INF, 2, 0), (INF, 0.5, INF), (2, INF, 0), (NAN, 1, NAN), (2, NAN, NAN)]


@pytest.mark.parametrize("backend", ["weft", "interp"])
@pytest.mark.parametrize("name, cases", [("polygamma", POLYGAMMA), ("zeta", ZETA)], ids=["polygamma", "zeta"])
def test_edges(name, cases, backend):
    a, b, want = (np.array(column, np.float64) for column in zip(*cases))
    t = f"tensor<{a.size}xf64>"
    program = capi.Weft(backend).compile(f"func.func @main(%a: {t}, %b: {t}) -> {t} {{\n  %0 = chlo.{name} %a, %b : {t}, {t} -> {t}\n"
                                         f"  return %0 : {t}\n}}", name)
    got = program(a, b)[0]
    with np.errstate(all="ignore"):
        near = np.abs(got - want) <= 3 * np.spacing(np.abs(want))
    right = near | (got == want) | (np.isnan(got) & np.isnan(want))
    assert right.all(), [(a[i], b[i], got[i], want[i]) for i in np.flatnonzero(~right)]


@pytest.mark.parametrize("backend", ["weft", "interp"])
def test_far_left_is_no_loop(backend):
    """Zeta far left of 0, where a term by term sum would be 1e15 terms each."""
    q = -1e15 - 0.25 - np.arange(1 << 14)
    t = f"tensor<{q.size}xf64>"
    program = capi.Weft(backend).compile(f"func.func @main(%s: {t}, %q: {t}) -> {t} {{\n  %0 = chlo.zeta %s, %q : {t}, {t} -> {t}\n"
                                         f"  return %0 : {t}\n}}", "zeta")
    assert np.allclose(program(np.full(q.size, 2.0), q)[0], 19.739208802178716, rtol=1e-14)
