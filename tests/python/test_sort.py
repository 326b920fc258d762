"""Sorts of rows long enough for digits (src/gen/sort_digits.c), against the interpreter, bit by bit: every form of
comparator that is a number's, and comparators near to them that are not."""
import numpy as np
import pytest

import capi

ROWS, N = 3, 211
NATIVE, INTERP = capi.Weft("weft"), capi.Weft("interp")
NAN_KEY = """
      %zero = stablehlo.constant dense<0.0> : tensor<{t}>
      %nan = stablehlo.constant dense<{nan}> : tensor<{t}>
      %ea = stablehlo.compare EQ, %a, %zero, FLOAT : (tensor<{t}>, tensor<{t}>) -> tensor<i1>
      %za = stablehlo.select %ea, %zero, %a : tensor<i1>, tensor<{t}>
      %na = stablehlo.compare NE, %a, %a, FLOAT : (tensor<{t}>, tensor<{t}>) -> tensor<i1>
      %ka = stablehlo.select %na, %nan, %za : tensor<i1>, tensor<{t}>
      %eb = stablehlo.compare EQ, %b, %zero, FLOAT : (tensor<{t}>, tensor<{t}>) -> tensor<i1>
      %zb = stablehlo.select %eb, %zero, %b : tensor<i1>, tensor<{t}>
      %nb = stablehlo.compare NE, %b, %b, FLOAT : (tensor<{t}>, tensor<{t}>) -> tensor<i1>
      %kb = stablehlo.select %nb, %nan, %zb : tensor<i1>, tensor<{t}>
      %c = stablehlo.compare {way}, %ka, %kb, TOTALORDER : (tensor<{t}>, tensor<{t}>) -> tensor<i1>"""
NAN_LAST = """
      %l = stablehlo.compare {way}, %a, %b, FLOAT : (tensor<{t}>, tensor<{t}>) -> tensor<i1>
      %na = stablehlo.compare NE, %a, %a, FLOAT : (tensor<{t}>, tensor<{t}>) -> tensor<i1>
      %nb = stablehlo.compare NE, %b, %b, FLOAT : (tensor<{t}>, tensor<{t}>) -> tensor<i1>
      %not = stablehlo.not %{x} : tensor<i1>
      %behind = stablehlo.and %{y}, %not : tensor<i1>
      %c = stablehlo.or %l, %behind : tensor<i1>"""
PLAIN = "\n      %c = stablehlo.compare {way}, %{p}, %{q}, {how} : (tensor<{t}>, tensor<{t}>) -> tensor<i1>"
SHIFTED = """
      %one = stablehlo.constant dense<{one}> : tensor<{t}>
      %sa = stablehlo.add %a, %one : tensor<{t}>
      %sb = stablehlo.add %b, %one : tensor<{t}>
      %c = stablehlo.compare LT, %s{p}, %{q}, {how} : (tensor<{t}>, tensor<{t}>) -> tensor<i1>"""


def program(t, body, dim=1):
    shape = f"{ROWS}x{N}" if dim else f"{N}x{ROWS}"
    x, i = f"tensor<{shape}x{t}>", f"tensor<{shape}xi32>"
    return f"""func.func @main(%x: {x}) -> ({x}, {i}) {{
  %i = stablehlo.iota dim = {dim} : {i}
  %r:2 = "stablehlo.sort"(%x, %i) <{{dimension = {dim} : i64, is_stable = true}}> ({{
    ^bb0(%a: tensor<{t}>, %b: tensor<{t}>, %p: tensor<i32>, %q: tensor<i32>):{body}
      stablehlo.return %c : tensor<i1>
  }}) : ({x}, {i}) -> ({x}, {i})
  return %r#0, %r#1 : {x}, {i}
}}"""


def floats(t, nan=True):
    rng = np.random.default_rng(7)
    with np.errstate(over="ignore"):
        x = rng.standard_normal((ROWS, N)).astype(capi.NUMPY[t])
    some = np.array([0.0, -0.0, np.inf, -np.inf, 1e-40, -1.5, -1.5, *([np.nan, -np.nan] if nan else [])], x.dtype)
    pick = rng.random((ROWS, N)) < 0.3
    return np.where(pick, some[rng.integers(0, len(some), (ROWS, N))], x)


def numbers(t):
    rng, kind = np.random.default_rng(8), capi.NUMPY[t]
    if t == "i1":
        return rng.random((ROWS, N)) < 0.5
    info = np.iinfo(kind)
    x = rng.integers(info.min, info.max, (ROWS, N), dtype=kind, endpoint=True)
    x[1] = rng.integers(0, 50, N)                  # one row of few values: digits that all share
    x[2] = 3
    return x


def same(text, x):
    got, want = NATIVE.compile(text)(x), INTERP.compile(text)(x)
    for g, w in zip(got, want):
        assert g.tobytes() == w.tobytes()
    return got


@pytest.mark.parametrize("way", ["LT", "GT"])
@pytest.mark.parametrize("t", ["i1", "i8", "ui8", "i16", "ui16", "i32", "ui32", "i64", "ui64"])
def test_integers(t, way):
    how = "SIGNED" if t in ("i8", "i16", "i32", "i64") else "UNSIGNED"
    same(program(t, PLAIN.format(t=t, way=way, how=how, p="a", q="b")), numbers(t))
    same(program(t, PLAIN.format(t=t, way=way, how=how, p="b", q="a"), dim=0), np.ascontiguousarray(numbers(t).T))


@pytest.mark.parametrize("way", ["LT", "GT"])
@pytest.mark.parametrize("t", ["f32", "f64", "bf16", "f16"])
def test_floats(t, way):
    nan = {"f32": "0x7FC00000", "f64": "0x7FF8000000000000", "bf16": "0x7FC0", "f16": "0x7E00"}[t]
    x, y = ("na", "nb") if way == "LT" else ("nb", "na")
    same(program(t, PLAIN.format(t=t, way=way, how="TOTALORDER", p="a", q="b")), floats(t))
    same(program(t, NAN_KEY.format(t=t, way=way, nan=nan)), floats(t))
    _, index = same(program(t, NAN_LAST.format(t=t, way=way, x=x, y=y)), floats(t))
    assert (np.sort(index, 1) == np.arange(N)).all()
    same(program(t, PLAIN.format(t=t, way=way, how="FLOAT", p="a", q="b")), floats(t, nan=False))


def test_nearly_numbers():
    """Comparators that look like a number's and are not: the order is what they say."""
    x = floats("f32", nan=False)
    same(program("i32", SHIFTED.format(t="i32", one="1", p="a", q="sb", how="SIGNED")), numbers("i32"))
    same(program("i16", SHIFTED.format(t="i16", one="1", p="a", q="b", how="SIGNED")), numbers("i16"))
    same(program("f32", NAN_LAST.format(t="f32", way="LT", x="nb", y="na")), x)
    same(program("f32", PLAIN.format(t="f32", way="LE", how="TOTALORDER", p="a", q="b")), x)
    same(program("f32", PLAIN.format(t="f32", way="LT", how="TOTALORDER", p="a", q="a")), x)
