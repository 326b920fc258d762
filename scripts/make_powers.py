#!/usr/bin/env python3
"""Writes src/stablehlo/power.def: powers of five to 128 bits, for reading decimal numbers.

    scripts/make_powers.py > src/stablehlo/power.def

Row q is 5^q shifted to lie in [2^127, 2^128): rounded up where -27 <= q < 0, so that quotients that are exact come
out so, else cut off.  Rounding and range are those of Lemire, "Number parsing at a gigabyte per second" (2021): 19
digits times 10^q outside of the range is 0 or infinite.
"""

FIRST, LAST = -342, 308


def significand(q):
    power = 5 ** abs(q)
    bits = power.bit_length()
    if q >= 0:
        return power << 128 - bits if bits <= 128 else power >> bits - 128
    return (1 << 127 + bits) // power + (q >= -27)


def main():
    print("/* power.def -- 5^q, q = -342 ... 308, its first 128 bits; made by scripts/make_powers.py, which says how. */")
    for q in range(FIRST, LAST + 1):
        v = significand(q)
        assert 1 << 127 <= v < 1 << 128
        print(f"POWER(0x{v >> 64:016x}, 0x{v & (1 << 64) - 1:016x})")


if __name__ == "__main__":
    main()
