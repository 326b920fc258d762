#!/usr/bin/env python3
"""How fast the reader takes constants, in MB of text a second of processor time, by form.

    bench/text.py [--build DIR] [--megabytes N]

Each form is a module with one constant of about N MB of text; `weft opt --verify-only` reads and
verifies it.  The time of an empty module is taken off.  The last column is what has grown from a
quarter of the size: 4 is linear.
"""
import argparse
import math
import os
import random
import resource
import subprocess
import tempfile

FORMS = {
    # name: element type, bytes of one element's text, function of a random generator and a count
    "hexadecimal, f32": ("f32", 8, lambda r, n: '"0x%s"' % r.randbytes(4 * n).hex().upper()),
    "decimal f32, as MLIR prints": ("f32", 14, lambda r, n: numbers(n, lambda: "%.8E" % r.uniform(-1, 1))),
    "decimal f64, 17 digits": ("f64", 25, lambda r, n: numbers(n, lambda: "%.17g" % (r.random() + 1))),
    "short decimal f32": ("f32", 5, lambda r, n: numbers(n, lambda: "%.1f" % r.randrange(10))),
    "decimal f64 of any exponent": ("f64", 25, lambda r, n: numbers(n, lambda: "%.16E" % math.ldexp(
        r.random() + 1, r.randrange(-1000, 1000)))),
    "decimal f64, 21 digits": ("f64", 27, lambda r, n: numbers(n, lambda: "%.20E" % r.random())),
    "decimal bf16": ("bf16", 14, lambda r, n: numbers(n, lambda: "%.6E" % r.uniform(-1, 1))),
    "decimal f8E4M3FN": ("f8E4M3FN", 14, lambda r, n: numbers(n, lambda: "%.6E" % r.uniform(-1, 1))),
    "complex<f32>": ("complex<f32>", 34, lambda r, n: numbers(n, lambda: "(%.8E,%.8E)" % (r.random(), r.random()))),
    "i64": ("i64", 10, lambda r, n: numbers(n, lambda: str(r.randrange(-10**7, 10**7)))),
    "i8": ("i8", 5, lambda r, n: numbers(n, lambda: str(r.randrange(-128, 128)))),
    "i4": ("i4", 4, lambda r, n: numbers(n, lambda: str(r.randrange(-8, 8)))),
    "i1, packed hexadecimal": ("i1", 0.25, lambda r, n: '"0x%s"' % r.randbytes(n // 8).hex().upper()),
    "i1": ("i1", 6, lambda r, n: numbers(n, lambda: r.choice(("true", "false")))),
}


def numbers(n, one):
    """A list of n elements: 1000 different ones, over and over."""
    some = ", ".join(one() for _ in range(1000))
    return "[" + ", ".join([some] * (n // 1000)) + "]"


def module(form, megabytes):
    element, size, content = FORMS[form]
    n = int(megabytes * 1e6 / size) // 1000 * 1000
    return (f"func.func @main() -> tensor<{n}x{element}> {{\n  %0 = stablehlo.constant dense<"
            f"{content(random.Random(0), n)}> : tensor<{n}x{element}>\n  return %0 : tensor<{n}x{element}>\n}}\n")


def seconds(weft, text):
    with tempfile.NamedTemporaryFile("w", suffix=".mlir") as f:
        f.write(text)
        f.flush()
        best = None
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([weft, "opt", "--verify-only", f.name], check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            best = took if best is None else min(best, took)
        return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("--megabytes", type=float, default=256)
    options = parser.parse_args()
    weft = os.path.join(options.build, "weft")
    nothing = seconds(weft, "module {}\n")
    print(f"{'constant':30} {'MB':>6} {'MB/s':>7} {'growth':>7}")
    for form in FORMS:
        times = []
        for size in (options.megabytes / 4, options.megabytes):
            text = module(form, size)
            times.append(max(seconds(weft, text) - nothing, 1e-9))
        print(f"{form:30} {len(text) / 1e6:6.0f} {len(text) / 1e6 / times[1]:7.0f} {times[1] / times[0]:7.1f}", flush=True)


if __name__ == "__main__":
    main()
