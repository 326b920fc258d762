"""Chebyshev series of special functions, into src/ir/series.def.

    .venv/bin/python scripts/fit_series.py > src/ir/series.def

Each is fitted here, from mpmath's values with 40 digits at Chebyshev's points, and cut where what is left is below
a tenth of f64's rounding.  How a function is split and scaled follows Clenshaw, "Chebyshev series for mathematical
functions" (1962), and for erfcx Shepherd and Laframboise (1981).
"""
from __future__ import annotations

import mpmath as mp

mp.mp.dps = 40
TWO_PI = 2 / mp.pi
BIG = mp.mpf(10) ** 12                  # stands for infinity: what is left there is below a rounding


def reach(low):
    """t in [-1, 1] to x = low * 2 / (t + 1), from infinity to low."""
    return lambda t: 2 * low / (t + 1) if t > -1 + 2 * low / BIG else BIG


def scaled(f, n, power):
    """exp(+-x) sqrt(x) f(n, x) without overflow."""
    return lambda x: mp.sqrt(x) * (mp.exp(power * x) * f(n, x)) if x < 10 ** 4 else asymptote(n, x, power)


def asymptote(n, x, power):
    """The first terms of the expansion of sqrt(x) e^-x I_n(x), or of sqrt(x) e^x K_n(x)."""
    total, term, mu, sign = mp.mpf(1), mp.mpf(1), 4 * n * n, -1 if power < 0 else 1
    for k in range(1, 12):
        term *= mp.mpf(sign * (mu - (2 * k - 1) ** 2)) / (k * 8 * x)
        total += term
    return total * (1 / mp.sqrt(2 * mp.pi) if power < 0 else mp.sqrt(mp.pi / 2))


def phase(n, part):
    """P or Q of J_n(x) = sqrt(2 / (pi x)) (P cos(x - a) - Q sin(x - a)), Q divided by 8 / x."""
    def f(u):                           # u = (8 / x)^2
        if u < mp.mpf(10) ** -8:
            u = mp.mpf(10) ** -8
        x = 8 / mp.sqrt(u)
        a = x - mp.pi / 4 - n * mp.pi / 2
        j, y, root = mp.besselj(n, x), mp.bessely(n, x), mp.sqrt(mp.pi * x / 2)
        p, q = root * (j * mp.cos(a) + y * mp.sin(a)), root * (y * mp.cos(a) - j * mp.sin(a))
        return p if part == "p" else q / (8 / x)
    return f


ZETA = mp.mpf(2) / 3 * mp.mpf(5) ** mp.mpf("1.5")      # of -5, where the waves begin


def airy_tail(t):
    """2 sqrt(pi) x^(1/4) e^zeta Ai(x) by zeta = 2/3 x^(3/2), from that of 2."""
    zeta = reach(mp.mpf(2) / 3 * mp.mpf(2) ** mp.mpf("1.5"))(t)
    if zeta > 10 ** 4:                      # the first terms of its expansion
        return 1 - mp.mpf(5) / 72 / zeta + mp.mpf(385) / 10368 / zeta ** 2 - mp.mpf(85085) / 2239488 / zeta ** 3
    x = (3 * zeta / 2) ** (mp.mpf(2) / 3)
    return 2 * mp.sqrt(mp.pi) * x ** mp.mpf("0.25") * mp.exp(zeta) * mp.airyai(x)


def airy_wave(part):
    """P or Q of Ai(-z) = (P sin a - Q cos a) / (sqrt(pi) z^(1/4)), a = zeta + pi / 4, Q divided by ZETA / zeta."""
    def f(u):                               # u = (ZETA / zeta)^2
        zeta = ZETA / mp.sqrt(max(u, mp.mpf(10) ** -8))
        z, a = (3 * zeta / 2) ** (mp.mpf(2) / 3), zeta + mp.pi / 4
        root, ai, bi = mp.sqrt(mp.pi) * z ** mp.mpf("0.25"), mp.airyai(-z), mp.airybi(-z)
        p, q = ai * mp.sin(a) + bi * mp.cos(a), bi * mp.sin(a) - ai * mp.cos(a)
        return root * (p if part == "p" else q * zeta / ZETA)
    return f


def half(t):
    return (t + 1) / 2


K0 = lambda x: mp.besselk(0, x) + mp.log(x / 2) * mp.besseli(0, x)
K1 = lambda x: x * (mp.besselk(1, x) - mp.log(x / 2) * mp.besseli(1, x))
Y0 = lambda x: mp.bessely(0, x) - TWO_PI * mp.log(x) * mp.besselj(0, x)
Y1 = lambda x: (mp.bessely(1, x) - TWO_PI * (mp.log(x) * mp.besselj(1, x) - 1 / x)) / x
tiny = lambda x: x if x > mp.mpf(10) ** -9 else mp.mpf(10) ** -9
root = lambda t, most: tiny(mp.sqrt(half(t)) * most)

SERIES = {
    "i0_low": lambda t: mp.exp(-8 * half(t)) * mp.besseli(0, 8 * half(t)),
    "i0_high": lambda t: scaled(mp.besseli, 0, -1)(reach(8)(t)),
    "i1_low": lambda t: mp.exp(-tiny(8 * half(t))) * mp.besseli(1, tiny(8 * half(t))) / tiny(8 * half(t)),
    "i1_high": lambda t: scaled(mp.besseli, 1, -1)(reach(8)(t)),
    "k0_low": lambda t: K0(root(t, 2)),
    "k0_high": lambda t: scaled(mp.besselk, 0, 1)(reach(2)(t)),
    "k1_low": lambda t: K1(root(t, 2)),
    "k1_high": lambda t: scaled(mp.besselk, 1, 1)(reach(2)(t)),
    "j0_low": lambda t: mp.besselj(0, root(t, 8)),
    "j1_low": lambda t: mp.besselj(1, root(t, 8)) / root(t, 8),
    "y0_low": lambda t: Y0(root(t, 8)),
    "y1_low": lambda t: Y1(root(t, 8)),
    "p0": lambda t: phase(0, "p")(half(t)), "q0": lambda t: phase(0, "q")(half(t)),
    "p1": lambda t: phase(1, "p")(half(t)), "q1": lambda t: phase(1, "q")(half(t)),
    "airy_low": lambda t: mp.airyai(half(t) * 7 - 5), "airy_high": airy_tail,
    "airy_p": lambda t: airy_wave("p")(half(t)), "airy_q": lambda t: airy_wave("q")(half(t)),
    # t = (x - 3.75) / (x + 3.75); times 1 + 2 x
    "erfcx": lambda t: (1 + 2 * X(t)) * mp.exp(X(t) ** 2) * mp.erfc(X(t)) if t < mp.mpf("0.97") else far_erfcx(X(t)),
}


def X(t):
    return mp.mpf("3.75") * (1 + t) / (1 - t) if t < 1 - mp.mpf(10) ** -12 else BIG


def far_erfcx(x):
    total, term = mp.mpf(1), mp.mpf(1)
    for k in range(1, 40):
        term *= -(2 * k - 1) / (2 * x * x)
        total += term
    return (1 + 2 * x) * total / (x * mp.sqrt(mp.pi))


def coefficients(f, n=64):
    points = [mp.cos(mp.pi * (k + mp.mpf("0.5")) / n) for k in range(n)]
    values = [f(p) for p in points]
    c = [2 * sum(v * mp.cos(mp.pi * j * (k + mp.mpf("0.5")) / n) for k, v in enumerate(values)) / n for j in range(n)]
    c[0] /= 2
    most = max(abs(v) for v in c)
    while abs(c[-1]) < most * mp.mpf(2) ** -56:
        c.pop()
    return c


if __name__ == "__main__":
    print("/* series.def -- Chebyshev coefficients, lowest first; made by scripts/fit_series.py, which says of what. */")
    for name, f in SERIES.items():
        c = coefficients(f)
        print(f"SERIES({name},")
        for i in range(0, len(c), 4):
            end = ")" if i + 4 >= len(c) else ","
            print("\t" + ", ".join(float(v).hex() for v in c[i:i + 4]) + end)
