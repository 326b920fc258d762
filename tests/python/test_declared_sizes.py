"""What only the declared type of an `if`, `case`, `while`, composite or element of a tuple says of its sizes, a bound or a
number, is held to what a call makes, by both backends: at any depth, of every turn."""
import capi
import numpy as np
import pytest

V = "tensor<?xf32>"
BOUND = "tensor<?xf32, #stablehlo.bounds<4>>"
FOUR = "tensor<4xf32>"
TWICE = f"stablehlo.concatenate %a, %a, dim = 0 : ({V}, {V}) -> {V}"


def branch(t, op="if", p="tensor<i1>", twice=TWICE):
    return f"""%r = "stablehlo.{op}"(%p) ({{
    %x = {twice}
    stablehlo.return %x : {V}
  }}, {{ stablehlo.return %a : {V} }}) : ({p}) -> {t}"""


def main(t, body, p="tensor<i1>"):
    return f"func.func @main(%p: {p}, %a: {V}) -> {t} {{\n{body}\nreturn %r : {t}\n}}"


def loop(state, result, turn):
    return main(result, f"""%z = stablehlo.constant dense<0> : tensor<i32>
  %w:2 = "stablehlo.while"(%a, %z) ({{
  ^bb0(%b: {state}, %i: tensor<i32>):
    %c = stablehlo.compare LT, %i, %p : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  }}, {{
  ^bb0(%b: {state}, %i: tensor<i32>):
    %o = stablehlo.constant dense<1> : tensor<i32>
    %j = stablehlo.add %i, %o : tensor<i32>
    %y = {turn}
    stablehlo.return %y, %j : {V}, tensor<i32>
  }}) : ({V}, tensor<i32>) -> ({result}, tensor<i32>)
  %r = stablehlo.negate %w#0 : {result}""", "tensor<i32>")


def composite(t):
    call = f'stablehlo.composite "my.f" %a {{decomposition = @f}} : ({V}) -> {t}'
    inner = f"""%r = "stablehlo.if"(%p) ({{
    %x = {call}
    %y = stablehlo.negate %x : ({t}) -> {V}
    stablehlo.return %y : {V}
  }}, {{ stablehlo.return %a : {V} }}) : (tensor<i1>) -> {V}"""
    f = f"func.func private @f(%a: {V}) -> {V} {{\n%0 = {TWICE}\nreturn %0 : {V}\n}}\n"
    return f + main(t, f"%r = {call}"), f + main(V, inner)


NESTED = main(V, f"""%r = "stablehlo.if"(%p) ({{
  {branch(BOUND).replace("%r", "%q")}
  %s = stablehlo.negate %q : ({BOUND}) -> {V}
  stablehlo.return %s : {V}
}}, {{ stablehlo.return %a : {V} }}) : (tensor<i1>) -> {V}""")
ELEMENT = main(BOUND, f"%t = stablehlo.tuple %a, %p : tuple<{V}, tensor<i1>>\n"
               f"%r = stablehlo.get_tuple_element %t[0] : (tuple<{V}, tensor<i1>>) -> {BOUND}")
GROWS = f"stablehlo.concatenate %b, %b, dim = 0 : ({V}, {V}) -> {V}"
KEPT = f"stablehlo.add %b, %b : {V}"
HELD = f"stablehlo.add %b, %b : ({BOUND}, {BOUND}) -> {V}"
yes, no = np.array(True), np.array(False)
# op, program, calls (predicate or turns, size): the first ones hold what is declared, the others do not
PROGRAMS = {
    "if": ("if", main(BOUND, branch(BOUND)), [(yes, 2), (no, 4)], [(yes, 3), (no, 5)]),
    "if of one size": ("if", main(BOUND, branch(BOUND, twice=f"stablehlo.negate %a : {V}")), [(yes, 4)], [(yes, 5), (no, 5)]),
    "if of a number": ("if", main(FOUR, branch(FOUR)), [(yes, 2), (no, 4)], [(yes, 4), (no, 3)]),
    "case": ("case", main(BOUND, branch(BOUND, "case", "tensor<i32>"), "tensor<i32>"), [(0, 2), (1, 4)], [(0, 3), (7, 5)]),
    "while": ("while", loop(V, BOUND, GROWS), [(0, 4), (1, 2)], [(0, 5), (1, 3), (2, 2)]),
    "while of one size": ("while", loop(V, BOUND, KEPT), [(1, 4)], [(0, 5), (1, 5)]),
    "what a loop carries": ("while", loop(BOUND, V, HELD), [(1, 4)], [(0, 5), (1, 5)]),
    "if in if": ("if", NESTED, [(yes, 2), (no, 9)], [(yes, 3)]),
    "composite": ("composite", composite(BOUND)[0], [(yes, 2)], [(yes, 3)]),
    "composite of a number": ("composite", composite(FOUR)[0], [(yes, 2)], [(yes, 1), (yes, 3)]),
    "composite in if": ("composite", composite(BOUND)[1], [(yes, 2), (no, 9)], [(yes, 3)]),
    "element of a tuple": ("get_tuple_element", ELEMENT, [(yes, 4)], [(yes, 5)]),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_declared_sizes_hold(name):
    op, text, good, bad = PROGRAMS[name]
    runs = [capi.Weft(b).compile(text) for b in ("weft", "interp")]
    for p, n in good:
        a = np.arange(n, dtype=np.float32)
        got, want = (run(np.asarray(p, bool if p is yes or p is no else np.int32), a)[0] for run in runs)
        np.testing.assert_array_equal(got, want)
    for p, n in bad:
        for run in runs:
            with pytest.raises(capi.WeftError, match=f"stablehlo.{op}.*(expected|says) (at most )?4"):
                run(np.asarray(p, bool if p is yes or p is no else np.int32), np.zeros(n, np.float32))


def bounded(dims, bounds):
    return f"tensor<{dims}xf32, #stablehlo.bounds<{bounds}>>"


def moved(op, at, to):
    return f"func.func @main(%a: {at}) -> {to} {{\n%r = stablehlo.{op} : ({at}) -> {to}\nreturn %r : {to}\n}}"


# program, shapes that it takes, what becomes of them, a shape that it does not take
BOUNDED = {
    "broadcast": (moved("broadcast_in_dim %a, dims = [1, 0]", bounded("?x1", "8, ?"), bounded("5x?", "?, 8")),
                  [(3, 1), (8, 1), (0, 1)], lambda a: np.broadcast_to(a.T, (5, len(a))), (9, 1)),
    "rows": (moved("reshape %a", bounded("?", "8"), bounded("?x2", "4, ?")),
             [(6,), (8,), (0,)], lambda a: a.reshape(-1, 2), (3,)),
    "all in one": (moved("reshape %a", bounded("?x?", "8, 4"), bounded("?", "9")),
                   [(3, 2), (8, 1), (0, 4)], lambda a: a.reshape(-1), (5, 2)),
    "of a number": (moved("reshape %a", "tensor<6xf32>", bounded("?x2", "4, ?")), [(6,)], lambda a: a.reshape(3, 2), (8,)),
    "of none": (moved("reshape %a", bounded("?x0", "8, ?"), bounded("0x?", "?, 8")),
                [(3, 0)], lambda a: np.zeros((0, 0), np.float32), (3, 1)),
}


@pytest.mark.parametrize("name", BOUNDED)
def test_the_bounded_dimension_is_what_the_operand_leaves(name):
    text, good, what, bad = BOUNDED[name]
    for run in (capi.Weft(b).compile(text) for b in ("weft", "interp")):
        for shape in good:
            a = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
            got, = run(a)
            assert got.shape == what(a).shape
            np.testing.assert_array_equal(got, what(a))
        with pytest.raises(capi.WeftError):
            run(np.zeros(bad, np.float32))
