#!/usr/bin/env python3
"""Writes table.c, table.h and pieces.c of src/gen/math: the polynomials of the elementary functions.

Each is a near-minimax (Chebyshev) fit by mpmath at 60 digits of the smooth part of a function, so that
the parts that must be exact (x in sin x, 1 + x in exp x) stay out of the fit.  Run by hand when a fit
changes; needs mpmath, which comes with torch.
"""
import struct
import textwrap

import mpmath as mp

mp.mp.dps = 60


def fit(name, fn, lo, hi, degree, comment, wide):
    # Chebyshev interpolation, then exact change to powers of x.
    poly, err = mp.chebyfit(fn, [mp.mpf(lo), mp.mpf(hi)], degree + 1, error=True)
    poly = poly[::-1]
    digits = 17 if wide else 10
    H.append(f"extern const double math_{name}[{len(poly)}];")
    remark(f"{comment}; fit error {mp.nstr(err, 2)}")
    C.append(f"const double math_{name}[{len(poly)}] = {{")
    C.extend(f"\t{mp.nstr(c, digits, min_fixed=0, max_fixed=0)}," for c in poly)
    C.append("};")


def remark(text):
    lines = textwrap.wrap(text, 94)
    C.append("/* " + "\n * ".join(lines) + " */")


def pair(c):
    """c as the sum of two doubles, in text."""
    high = mp.mpf(float(c))
    return f"{{ {mp.nstr(high, 17, min_fixed=0, max_fixed=0)}, {mp.nstr(c - high, 17, min_fixed=0, max_fixed=0)} }}"


def fit_two(name, fn, lo, hi, degree, comment):
    """The same with coefficients in two parts (math/two.c)."""
    poly, err = mp.chebyfit(fn, [mp.mpf(lo), mp.mpf(hi)], degree + 1, error=True)
    poly = poly[::-1]
    H.append(f"extern const double math_{name}[{len(poly)}][2];")
    remark(f"{comment}; fit error {mp.nstr(err, 2)}")
    C.append(f"const double math_{name}[{len(poly)}][2] = {{")
    C.extend(f"\t{pair(c)}," for c in poly)
    C.append("};")


def rows(name, table, comment):
    """Rows of doubles, exact."""
    H.append(f"extern const double math_{name}[{len(table)}][{len(table[0])}];")
    remark(comment)
    C.append(f"const double math_{name}[{len(table)}][{len(table[0])}] = {{")
    for row in table:
        text = [mp.nstr(mp.mpf(float(c)), 17, min_fixed=0, max_fixed=0) for c in row]
        lines = [", ".join(text[i:i + 3]) for i in range(0, len(text), 3)]
        C.append("\t{ " + ",\n\t\t".join(lines) + " },")
    C.append("};")


def series(fn, at0):
    """fn with its limit at (and near) 0 given by a Taylor value."""
    return lambda x: at0(x) if abs(x) < mp.mpf(10) ** -15 else fn(x)


H = ["/* table.h -- polynomials of the elementary functions, lowest power first.",
     " * Made by scripts/fit_math.py; do not edit. */",
     "#ifndef GEN_MATH_TABLE_H", "#define GEN_MATH_TABLE_H", "#include <stdint.h>"]
C = ["/* table.c -- polynomials of the elementary functions, lowest power first: near-minimax fits.",
     " * Made by scripts/fit_math.py, which says what each is fitted to; do not edit. */",
     '#include "gen/math/table.h"', ""]
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
fit("sin_f32", sn, 0, q * q, 3, "the sine's, as exact as f32 needs", True)
fit("cos_f32", cs, 0, q * q, 3, "the cosine's", True)
a = mp.tan(mp.pi / 8) * mp.mpf("1.0001")
atn = series(lambda z: (mp.atan(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, lambda z: -mp.mpf(1) / 3 + z / 5)
fit("atan_f64", atn, 0, a * a, 11, "(atan x - x) / x^3 in z = x^2, |x| <= tan(pi / 8)", True)
asn = series(lambda z: (mp.asin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, lambda z: mp.mpf(1) / 6 + 3 * z / 40)
fit("asin_f64", asn, 0, "0.2501", 12, "(asin x - x) / x^3 in z = x^2, |x| <= 1/2", True)
shn = series(lambda z: (mp.sinh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, lambda z: mp.mpf(1) / 6 + z / 120)
fit("sinh_f64", shn, 0, "1.0001", 7, "(sinh x - x) / x^3 in z = x^2, |x| <= 1", True)


def words(name, value, n, comment):
    """The n 64-bit words of value's bits: the first holds its whole part."""
    H.append(f"extern const uint64_t math_{name}[{n}];")
    remark(comment)
    C.append(f"const uint64_t math_{name}[{n}] = {{")
    with mp.workdps(n * 20 + 20):
        bits = int(mp.floor(value() * mp.mpf(2) ** (64 * (n - 1))))
    C.extend(f"\t0x{bits >> (64 * (n - 1 - i)) & (2**64 - 1):016x}u," for i in range(n))
    C.append("};")


words("two_over_pi", lambda: 2 / mp.pi, 22, "2 / pi: its whole part, then its fraction in words of 64 bits")
at2 = series(lambda z: (mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, lambda z: mp.mpf(1) / 3 + z / 5)
fit_two("atanh", at2, 0, zmax * mp.mpf("1.01"), 8, "(atanh s - s) / s^3 in z = s^2, s = f / (2 + f)")
fit_two("atanh_full", at2, 0, zmax * mp.mpf("1.01"), 14, "the same")
snp = series(lambda z: mp.sin(mp.pi * mp.sqrt(z)) / mp.sqrt(z), lambda z: mp.pi - mp.pi**3 * z / 6)
fit_two("sin_pi", snp, 0, mp.mpf(1) / 16, 11, "sin(pi x) / x in z = x^2, |x| <= 1/4")
fit_two("cos_pi", lambda z: mp.cos(mp.pi * mp.sqrt(z)), 0, mp.mpf(1) / 16, 11, "cos(pi x) in z = x^2")


def stirling(w):
    if w < mp.mpf(10) ** -30:
        return mp.mpf(1) / 12
    x = 1 / mp.sqrt(w)
    return (mp.loggamma(x) - (x - mp.mpf(1) / 2) * mp.log(x) + x - mp.log(2 * mp.pi) / 2) * x


def digamma_rest(w):
    if w < mp.mpf(10) ** -30:
        return mp.mpf(1) / 12
    x = 1 / mp.sqrt(w)
    return (mp.log(x) - 1 / (2 * x) - mp.digamma(x)) * x * x


def derivatives(z):
    """Taylor coefficients of log |gamma| at z, from the first power on."""
    return [mp.psi(k, z) / mp.factorial(k + 1) for k in range(9)]


def zero_row(z, taylor):
    high = mp.mpf(float(z))
    return [high, z - high] + taylor


def lgamma_zeros():
    """Of each interval -n - 1 .. -n two: near its right end, then near its left."""
    table = []
    for n in range(2, 18):
        for left in (False, True):
            f = lambda d: mp.log(abs(mp.gamma(-n - 1 + d if left else -n - d)))
            d0, d1 = mp.mpf(10) ** -20, mp.mpf("0.5") if n > 2 else mp.mpf("0.4" if left else "0.6")
            d = mp.findroot(f, (d0, d1), solver="bisect", tol=mp.mpf(10) ** -50, maxsteps=400)
            z = -n - 1 + d if left else -n - d
            table.append(zero_row(z, derivatives(z)[:8]))
    return table


def digamma_zeros():
    """Of each interval -n - 1 .. -n one."""
    table = []
    for n in range(0, 32):
        e = mp.mpf(10) ** -6
        z = mp.findroot(mp.digamma, (-n - 1 + e, -n - e), solver="bisect", tol=mp.mpf(10) ** -50, maxsteps=400)
        table.append(zero_row(z, [mp.psi(k, z) / mp.factorial(k) for k in range(1, 9)]))
    return table


fit_two("stirling", stirling, 0, mp.mpf(1) / 144, 12,
        "(lgamma x - (x - 1/2) log x + x - log(2 pi) / 2) x in w = 1 / x^2, x >= 12")
fit_two("digamma", digamma_rest, 0, mp.mpf(1) / 144, 12, "(log x - 1 / (2 x) - digamma x) x^2 in w = 1 / x^2, x >= 12")
lg2 = series(lambda t: mp.loggamma(2 + t) / t, lambda t: 1 - mp.euler + (mp.pi**2 / 6 - 1) * t / 2)
fit("lgamma", lg2, "-0.25", "0.25", 13, "lgamma(2 + t) / t, |t| <= 1/4", True)
root = mp.findroot(mp.digamma, mp.mpf("1.4616"))
dg = series(lambda t: mp.digamma(root + t) / t, lambda t: mp.psi(1, root) + mp.psi(2, root) * t / 2)
fit("digamma_root", dg, "-0.125", "0.125", 12, "digamma(1.4616.. + t) / t, |t| <= 1/8", True)
rows("lgamma_zero", lgamma_zeros(),
     "zeros of lgamma in -n - 1 .. -n, n = 2 .. 17: near the right end, near the left: z in two parts,"
     " then the Taylor coefficients there")
rows("digamma_zero", digamma_zeros(), "zeros of digamma in -n - 1 .. -n, n = 0 .. 31, the same way")


def erf_inv_mid(z):
    x = mp.sqrt(z)
    return mp.sqrt(mp.pi) / 2 * (1 + mp.pi * z / 12) if x < mp.mpf(10) ** -15 else mp.erfinv(x) / x


def erf_inv_tail(r):
    """y - r for erfc y = e^(-r^2)."""
    return mp.findroot(lambda y: mp.log(mp.erfc(y)) + r * r, r - mp.mpf("0.25")) - r


def bessel(x):
    """(1 + x)^(3/2) e^-x I1(x) / x"""
    if x > 150:                     # Hankel's expansion
        term = total = mp.mpf(1)
        for k in range(1, 400):
            term *= -mp.mpf(4 - (2 * k - 1) ** 2) / (k * 8 * x)
            total += term
            if abs(term) < mp.mpf(10) ** -45:
                break
        return total / mp.sqrt(2 * mp.pi) * (1 + 1 / x) ** mp.mpf("1.5")
    if x < mp.mpf(10) ** -25:
        return mp.mpf(1) / 2
    return mp.besseli(1, x) * mp.exp(-x) * (1 + x) ** mp.mpf("1.5") / x


mp.mp.dps = 40
fit("erf_inv", erf_inv_mid, 0, "0.5625", 22, "erf_inv x / x in z = x^2, |x| <= 3/4", True)
for name, lo, hi in (("near", "1.17", "2.3"), ("far", "2.3", "6.1")):
    c, h = (mp.mpf(lo) + mp.mpf(hi)) / 2, (mp.mpf(hi) - mp.mpf(lo)) / 2
    fit(f"erf_inv_{name}", lambda u: erf_inv_tail(c + h * u), -1, 1, 23,
        f"erf_inv(1 - e^(-r^2)) - r in (r - c) / h, {lo} <= r <= {hi}", True)
fit("bessel_near", lambda t: bessel(7 * (1 + t) / (3 - t)), -1, 1, 29,
    "(1 + x)^(3/2) e^-x I1(x) / x in (3 x - 7) / (x + 7), x <= 7", True)
fit("bessel_far", lambda t: bessel(14 / (1 + t) if 1 + t > mp.mpf(10) ** -30 else mp.mpf(10) ** 40), -1, 1, 29,
    "the same in (14 - x) / x, x >= 7", True)
mp.mp.dps = 60


def erf_piece(i, d):
    x = mp.mpf(i) / 8 + d
    return -mp.erfc(x) if i > 7 else mp.erf(x) / x - 1 if abs(x) > mp.mpf(10) ** -15 else 2 / mp.sqrt(mp.pi) - 1


def erfc_piece(i):
    """Piece i of e^(x^2) erfc x, 1 + x in 8 pieces an octave, by the last bits of its exponent and first of its mantissa:
    the middle of x, and half its width."""
    octave = mp.mpf(2) ** ((i // 8 + 1) % 4)
    return octave * (1 + mp.mpf(2 * (i % 8) + 1) / 16) - 1, octave / 16


def pieces(name, fits, comment):
    powers = len(fits[0][0])
    H.append(f"extern const double math_{name}[{powers}][32];")
    P.extend(textwrap.wrap(f"/* {comment}; fit error {mp.nstr(max(error for _, error in fits), 2)} */", 97, subsequent_indent=" * "))
    P.append(f"const double math_{name}[{powers}][32] = {{")
    for power in range(powers):
        row = [mp.nstr(poly[powers - 1 - power], 10, min_fixed=0, max_fixed=0) for poly, _ in fits]
        P.append("\t{ " + ",\n\t\t".join(", ".join(row[i:i + 4]) for i in range(0, 32, 4)) + " },")
    P.append("};")


P = ["/* pieces.c -- functions in 32 pieces, whose coefficients are looked up; lowest power first.",
     " * Made by scripts/fit_math.py, which says what each is fitted to; do not edit. */",
     '#include "gen/math/table.h"', ""]
pieces("erf_pieces", [mp.chebyfit(lambda d, i=i: erf_piece(i, d), [-mp.mpf(1) / 16, mp.mpf(1) / 16], 5, error=True) for i in range(32)],
       "erf x / x - 1, from piece 8 on -erfc x, in d = x - i / 8, |d| <= 1/16")
pieces("erfc_pieces", [mp.chebyfit(lambda d, m=m: mp.exp((m + d) ** 2) * mp.erfc(m + d), [-h, h], 6, error=True)
                       for m, h in map(erfc_piece, range(32))],
       "e^(x^2) erfc x in d = x - m, m the middle of an eighth of an octave of 1 + x: [2, 4), [4, 8), [8, 16), [1, 2)")
# Of 2^(i / 16) and the polynomial between these, for math/exp.c.
halves, error = mp.chebyfit(ex, [-L / 16, L / 16], 2, error=True)
H.append("extern const double math_exp_near[2], math_exp_powers[16], math_exp_rests[16];")
P.append(f"/* (e^r - 1 - r) / r^2, |r| <= ln 2 / 32; fit error {mp.nstr(error, 2)} */")
P.append("const double math_exp_near[2] = { " + ", ".join(mp.nstr(c, 10) for c in halves[::-1]) + " };")
exact = [mp.mpf(2) ** (mp.mpf(i) / 16) for i in range(16)]
near = [mp.mpf(struct.unpack("f", struct.pack("f", float(x)))[0]) for x in exact]
for name, row, comment in (("powers", near, "2^(i / 16) in f32"),
                           ("rests", [x / y - 1 for x, y in zip(exact, near)], "how much larger 2^(i / 16) is than that")):
    P.append(f"/* {comment} */")
    P.append(f"const double math_exp_{name}[16] = {{")
    text = [mp.nstr(x, 10, min_fixed=0, max_fixed=0) for x in row]
    P.extend("\t" + ", ".join(text[i:i + 4]) + "," for i in range(0, 16, 4))
    P.append("};")
H.append("#endif")
for name, lines in (("table.c", C), ("table.h", H), ("pieces.c", P)):
    with open(f"src/gen/math/{name}", "w") as f:
        f.write("\n".join(lines) + "\n")
