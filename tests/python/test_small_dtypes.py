"""Types of few bits: every value into every type, the places between two values from f32 and f64, and arithmetic of all
pairs, by both backends. The values are ml_dtypes', as is what stands for a number the type lacks: NaN for infinity,
the greatest for that, -0 for NaN. Rounding is to the nearest value, ties to the even code."""
import capi
import ml_dtypes
import numpy as np
import pytest

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
FLOATS = {"f4E2M1FN": 4, "f6E2M3FN": 6, "f6E3M2FN": 6, "f8E3M4": 8, "f8E4M3": 8, "f8E4M3FN": 8, "f8E4M3FNUZ": 8,
          "f8E4M3B11FNUZ": 8, "f8E5M2": 8, "f8E5M2FNUZ": 8, "f8E8M0FNU": 8}
INTEGERS = {"i2": (-2, 1), "i4": (-8, 7), "ui2": (0, 3), "ui4": (0, 15), "i8": (-128, 127), "ui8": (0, 255),
            "i16": (-2**15, 2**15 - 1), "i32": (-2**31, 2**31 - 1)}
WIDE = {"f16": np.float16, "bf16": ml_dtypes.bfloat16, "f32": np.float32, "f64": np.float64}


def values(t):
    """All values, by code, as f64."""
    name = {"f4": "float4_", "f6": "float6_", "f8": "float8_"}[t[:2]] + t[2:].lower()
    return np.arange(2**FLOATS[t], dtype=np.uint8).view(getattr(ml_dtypes, name)).astype(np.float64)


def rounded(t, x):
    """x to the nearest value of t: by code, since a finite one above 0 is greater by its code."""
    all_values = values(t)
    codes = np.arange(all_values.size)
    top = np.nanmax(np.where(np.isfinite(all_values), all_values, np.nan))
    unsigned = t == "f8E8M0FNU"
    good = np.isfinite(all_values) & ~np.signbit(all_values)
    grid, code = all_values[good], codes[good]
    order = np.argsort(grid)
    grid, code = grid[order], code[order]
    infinite, nan = np.isinf(all_values).any(), np.isnan(all_values).any()
    a = np.abs(x)
    high = np.clip(np.searchsorted(grid, a), 1, grid.size - 1)
    low = high - 1
    # differences of the two neighbours are exact here or only compared where they are far from equal
    below, above = a - grid[low], grid[high] - a
    take = np.where((above < below) | ((above == below) & (code[high] % 2 == 0)), high, low)
    if unsigned:  # one value a power of two: half way goes up
        take = np.where(above <= below, high, low)
    out = grid[take]
    step = top - grid[-2] if not unsigned else top
    with np.errstate(all="ignore"):
        over = a >= top + step / 2
        if not unsigned and code[-1] % 2 == 0:  # the middle behind an even last value goes down to it
            over = a > top + step / 2
    out = np.where(over, np.inf if infinite else np.nan if nan else top, out)
    out = np.where(np.isinf(x) & ~over, np.inf if infinite else np.nan if nan else top, out)
    out = np.copysign(out, x)
    if "FNUZ" in t:
        out = np.where(out == 0, 0.0, out)
    if unsigned:  # no zero, no sign
        out = np.where(np.signbit(x) | (x == 0), np.nan, out)
    return np.where(np.isnan(x), np.nan if nan else -0.0, out)


def edges(t):
    v = values(t)
    v = np.unique(v[np.isfinite(v)])
    middle = (v[1:] + v[:-1]) / 2
    top = v[-1]
    far = [top * f for f in (1.01, 1.06, 1.0625, 1.1, 1.125, 1.2, 1.25, 1.3, 1.5, 2, 1e3)]
    x = np.concatenate([v, middle, np.nextafter(middle, np.inf), np.nextafter(middle, -np.inf), far, np.negative(far),
                        [0.0, -0.0, np.inf, -np.inf, 1e-300, -1e-300, 5e-324, 1e300]])
    return np.concatenate([x, [np.nan]])


def same(got, want, exact=0):
    """exact: where it is no number the sign of a zero that stands for it is open."""
    equal = (got == want) & ((np.signbit(got) == np.signbit(want)) | np.isnan(exact))
    return equal | (np.isnan(got) & np.isnan(want))


def run(backend, text, *args, numerics="strict"):
    return capi.Weft(backend).compile(text, numerics=numerics)(*args)


def program(args, body, results):
    named = ", ".join(f"%{n}: {t}" for n, t in args)
    names, types = ", ".join(n for n, _ in results), ", ".join(t for _, t in results)
    return f"func.func @main({named}) -> ({types}) {{\n" + "\n".join(body) + f"\nreturn {names} : {types}\n}}\n"


BACKENDS = pytest.mark.parametrize("backend", ["weft", "interp"])


@BACKENDS
@pytest.mark.parametrize("t", FLOATS)
def test_from_wide(t, backend):
    for wide, kind in WIDE.items():
        with np.errstate(all="ignore"):
            x = np.unique(edges(t).astype(kind)).astype(kind)
            x = np.concatenate([x, np.array([0.0, -0.0], kind)])
        n = x.size
        text = program([("a", f"tensor<{n}x{wide}>")],
                       [f"%0 = stablehlo.convert %a : (tensor<{n}x{wide}>) -> tensor<{n}x{t}>",
                        f"%1 = stablehlo.convert %0 : (tensor<{n}x{t}>) -> tensor<{n}xf64>"],
                       [("%1", f"tensor<{n}xf64>")])
        got, want = run(backend, text, x)[0], rounded(t, x.astype(np.float64))
        right = same(got, want, x.astype(np.float64))
        assert right.all(), [(wide, x[i], got[i], want[i]) for i in np.flatnonzero(~right)[:5]]


@BACKENDS
@pytest.mark.parametrize("t", FLOATS)
def test_to_each(t, backend):
    """Every value into every other type; into integers those that they hold."""
    x = values(t)
    if t == "f8E8M0FNU":
        x = x[~np.isnan(x)]
    n = x.size
    body, results, wants = [f"%s = stablehlo.convert %a : (tensor<{n}xf64>) -> tensor<{n}x{t}>"], [], []
    for i, other in enumerate([*FLOATS, *INTEGERS, *WIDE, "i1"]):
        out = "i32" if other in INTEGERS or other == "i1" else "f64"
        body += [f"%c{i} = stablehlo.convert %s : (tensor<{n}x{t}>) -> tensor<{n}x{other}>",
                 f"%r{i} = stablehlo.convert %c{i} : (tensor<{n}x{other}>) -> tensor<{n}x{out}>"]
        results.append((f"%r{i}", f"tensor<{n}x{out}>"))
        with np.errstate(all="ignore"):
            if other in INTEGERS:
                low, high = INTEGERS[other]
                whole = np.trunc(x)
                inside = (whole >= low) & (whole <= high)
                want = np.where(inside, whole, 0).astype(np.int32)
            elif other == "i1":
                want, inside = ((x != 0) | np.isnan(x)).astype(np.int32), np.full(n, True)
            else:
                want = rounded(other, x) if other in FLOATS else x.astype(WIDE[other]).astype(np.float64)
                inside = np.full(n, True)
        wants.append((other, want, inside))
    for got, (other, want, inside) in zip(run(backend, program([("a", f"tensor<{n}xf64>")], body, results), x), wants):
        right = (got == want if want.dtype == np.int32 else same(got, want, x)) | ~inside
        assert right.all(), [(other, x[i], got[i], want[i]) for i in np.flatnonzero(~right)[:5]]


BINARY = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
          "maximum": np.maximum, "minimum": np.minimum}
UNARY = {"abs": np.abs, "negate": np.negative, "sqrt": np.sqrt, "floor": np.floor, "ceil": np.ceil}


@pytest.mark.parametrize("backend, numerics", [("interp", "strict"), ("weft", "strict"), ("weft", "default")])
@pytest.mark.parametrize("t", [t for t in FLOATS if t != "f8E8M0FNU"])
def test_arithmetic(t, backend, numerics):
    """What an op gives is rounded where the next one takes it up in the same kernel, whatever the numerics."""
    v = values(t)
    x, y = np.repeat(v, v.size), np.tile(v, v.size)
    n = x.size
    wide, few = f"tensor<{n}xf64>", f"tensor<{n}x{t}>"
    body = [f"%{to} = stablehlo.convert %{of} : ({wide}) -> {few}" for to, of in ("sa", "tb")]
    results = []
    for op in [*BINARY, *UNARY]:
        operands, type_ = ("%s, %t", few) if op in BINARY else ("%s", few)
        body += [f"%{op} = stablehlo.{op} {operands} : {type_}",
                 f"%{op}_w = stablehlo.convert %{op} : ({few}) -> {wide}"]
        results.append((f"%{op}_w", wide))
    got = run(backend, program([("a", wide), ("b", wide)], body, results), x, y, numerics=numerics)
    for g, (op, f) in zip(got, [*BINARY.items(), *UNARY.items()]):
        with np.errstate(all="ignore"):
            exact = f(x, y) if op in BINARY else f(x)
            want = rounded(t, exact)
        # of two zeros either is the greater
        right = same(g, want, exact) | ((g == want) & (op in ("maximum", "minimum")))
        assert right.all(), [(op, x[i], y[i], g[i], want[i]) for i in np.flatnonzero(~right)[:5]]


@BACKENDS
@pytest.mark.parametrize("t", ["i2", "i4", "ui2", "ui4"])
def test_integers(t, backend):
    low, high = INTEGERS[t]
    bits = int(t[-1])
    v = np.arange(low, high + 1)
    x, y = np.repeat(v, v.size).astype(np.int32), np.tile(v, v.size).astype(np.int32)
    mask = (1 << bits) - 1

    def wrap(z):
        z = z & mask
        return np.where((z > high) & (low < 0), z - (1 << bits), z)

    ux, uy = x & mask, y & mask
    signed = np.where(ux >> bits - 1, ux - (1 << bits), ux)
    some = np.where(y == 0, 1, y)
    quotient = np.where(y == 0, 0, (np.abs(x) // np.abs(some)) * np.sign(x) * np.sign(some))
    inside = uy < bits
    shift = np.where(inside, uy, 0)
    wants = {"add": wrap(x + y), "subtract": wrap(x - y), "multiply": wrap(x * y), "divide": wrap(quotient),
             "remainder": wrap(x - quotient * y), "and": wrap(x & y), "or": wrap(x | y), "xor": wrap(x ^ y),
             "maximum": np.maximum(x, y), "minimum": np.minimum(x, y),
             "shift_left": np.where(inside, wrap(ux << shift), 0),
             "shift_right_logical": np.where(inside, wrap(ux >> shift), 0),
             "shift_right_arithmetic": wrap(signed >> np.where(inside, uy, bits - 1)),  # by the first bit, of all types
             "not": wrap(~x), "negate": wrap(-x), "popcnt": wrap(np.array([bin(i).count("1") for i in ux])),
             "count_leading_zeros": wrap(np.array([bits - int(i).bit_length() for i in ux]))}
    if low < 0:
        wants |= {"abs": wrap(np.abs(x)), "sign": np.sign(x)}
    n = x.size
    wide, few = f"tensor<{n}xi32>", f"tensor<{n}x{t}>"
    body = [f"%{to} = stablehlo.convert %{of} : ({wide}) -> {few}" for to, of in ("sa", "tb")]
    results = []
    for op in wants:
        operands = "%s" if op in ("not", "negate", "popcnt", "count_leading_zeros", "abs", "sign") else "%s, %t"
        body += [f"%{op} = stablehlo.{op} {operands} : {few}",
                 f"%{op}_w = stablehlo.convert %{op} : ({few}) -> {wide}"]
        results.append((f"%{op}_w", wide))
    got = run(backend, program([("a", wide), ("b", wide)], body, results), x, y)
    for g, (op, want) in zip(got, wants.items()):
        right = (g == want) | ((y == 0) & (op in ("divide", "remainder")))
        assert right.all(), [(op, x[i], y[i], g[i], want[i]) for i in np.flatnonzero(~right)[:5]]
