#!/usr/bin/env python3
"""Writes src/gen/math_table.c and .h: the polynomials of the elementary functions.

Each is a near-minimax (Chebyshev) fit by mpmath at 60 digits of the smooth part of a function, so that
the parts that must be exact (x in sin x, 1 + x in exp x) stay out of the fit.  Run by hand when a fit
changes; needs mpmath, which comes with torch.
"""
import mpmath as mp

mp.mp.dps = 60


def fit(name, fn, lo, hi, degree, comment, wide):
    # Chebyshev interpolation, then exact change to powers of x.
    poly, err = mp.chebyfit(fn, [mp.mpf(lo), mp.mpf(hi)], degree + 1, error=True)
    poly = poly[::-1]
    digits = 17 if wide else 10
    H.append(f"extern const double math_{name}[{len(poly)}];")
    C.append(f"/* {comment}; fit error {mp.nstr(err, 2)} */")
    C.append(f"const double math_{name}[{len(poly)}] = {{")
    C.extend(f"\t{mp.nstr(c, digits, min_fixed=0, max_fixed=0)}," for c in poly)
    C.append("};")


def series(fn, at0):
    """fn with its limit at (and near) 0 given by a Taylor value."""
    return lambda x: at0(x) if abs(x) < mp.mpf(10) ** -15 else fn(x)


H = ["/* math_table.h -- polynomials of the elementary functions, lowest power first.",
     " * Made by scripts/fit_math.py; do not edit. */",
     "#ifndef GEN_MATH_TABLE_H", "#define GEN_MATH_TABLE_H"]
C = ["/* math_table.c -- polynomials of the elementary functions, lowest power first: near-minimax fits.",
     " * Made by scripts/fit_math.py, which says what each is fitted to; do not edit. */",
     '#include "gen/math_table.h"', ""]
L = mp.log(2) / 2
ex = series(lambda r: (mp.exp(r) - 1 - r) / r**2, lambda r: mp.mpf(1) / 2 + r / 6)
fit("exp_f32", ex, -L, L, 4, "(e^r - 1 - r) / r^2, |r| <= ln 2 / 2", False)
fit("exp_f64", ex, -L, L, 9, "the same", True)
lo, hi = mp.sqrt(2) / 2 - 1, mp.sqrt(2) - 1
lg = series(lambda f: (mp.log(1 + f) - f + f * f / 2) / f**3, lambda f: mp.mpf(1) / 3 - f / 4)
fit("log_f32", lg, lo, hi, 8, "(log(1 + f) - f + f^2 / 2) / f^3, 1 + f in sqrt 1/2 .. sqrt 2", False)
zmax = (hi / (2 + hi)) ** 2
at = series(lambda z: (2 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 2) / z, lambda z: mp.mpf(2) / 3 + 2 * z / 5)
fit("log_f64", at, 0, zmax * mp.mpf("1.01"), 7, "(2 atanh(s) - 2 s) / s^3 in z = s^2, s = f / (2 + f)", True)
th = series(lambda z: (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, lambda z: -mp.mpf(1) / 3 + 2 * z / 15)
fit("tanh_f32", th, 0, mp.mpf("0.4"), 5, "(tanh x - x) / x^3 in z = x^2, |x| <= 0.63", False)
fit("tanh_f64", th, 0, mp.mpf("0.4"), 13, "the same", True)
er = series(lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1, lambda z: 2 / mp.sqrt(mp.pi) * (1 - z / 3) - 1)
fit("erf_f32", er, 0, 1, 6, "erf x / x - 1 in z = x^2, |x| <= 1", False)
fit("erf_f64", er, 0, 1, 13, "the same", True)
fit("erfl_f32", lambda x: mp.log(mp.erfc(x)), 1, 4, 8, "log erfc x, 1 <= x <= 4", False)


def erfcx(t):
    if t > mp.mpf("0.999999999"):
        t = mp.mpf("0.999999999")
    x = mp.mpf("3.75") * (1 + t) / (1 - t)
    if x > 40:
        # asymptotic series of sqrt(pi) x e^(x^2) erfc(x)
        s = mp.nsum(lambda n: (-1) ** int(n) * mp.fac2(2 * int(n) - 1) / (2 * x * x) ** int(n), [0, 30])
        return (1 + 2 * x) * s / (x * mp.sqrt(mp.pi))
    return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)


fit("erfc_f64", erfcx, -1, mp.mpf("0.8"), 23,
    "(1 + 2 x) e^(x^2) erfc x in t = (x - 3.75) / (x + 3.75), 0 <= x <= 33 (after Shepherd and Laframboise 1981)",
    True)
fit("erfc_f32", erfcx, -1, mp.mpf("0.48"), 10, "the same, 0 <= x <= 10.6", False)
q = mp.pi / 4 * mp.mpf("1.0001")
sn = series(lambda z: (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, lambda z: -mp.mpf(1) / 6 + z / 120)
cs = series(lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2, lambda z: mp.mpf(1) / 24 - z / 720)
fit("sin_f64", sn, 0, q * q, 6, "(sin x - x) / x^3 in z = x^2, |x| <= pi / 4", True)
fit("cos_f64", cs, 0, q * q, 6, "(cos x - 1 + x^2 / 2) / x^4 in z = x^2", True)
a = mp.tan(mp.pi / 8) * mp.mpf("1.0001")
atn = series(lambda z: (mp.atan(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, lambda z: -mp.mpf(1) / 3 + z / 5)
fit("atan_f64", atn, 0, a * a, 11, "(atan x - x) / x^3 in z = x^2, |x| <= tan(pi / 8)", True)
H.append("#endif")
for name, lines in (("c", C), ("h", H)):
    with open(f"src/gen/math_table.{name}", "w") as f:
        f.write("\n".join(lines) + "\n")
