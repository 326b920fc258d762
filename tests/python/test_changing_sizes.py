"""Sizes that only running decides: branches whose results differ in size, loops that change the sizes they carry. One
compilation runs at several sizes on native code, with one thread and with three, and gives what the interpreter gives; what
contradicts inside of a branch or loop is an error of the call that names the op and its place."""
import capi
import numpy as np
import pytest

V = "tensor<?xf32>"
COND = """stablehlo.compare GT, %i, %z : (tensor<i32>, tensor<i32>) -> tensor<i1>"""


def function(arguments, results, body):
    text = ", ".join(results)
    return f"func.func @main({arguments}) -> ({text}) {{\n{body}\n}}"


def loop(state, types, body, gives, cond=COND):
    """A loop over %i, which counts down to 0, and the tensors of `state`."""
    names = ["i", *state]
    all_types = ["tensor<i32>", *types]
    parameters = ", ".join(f"%{n}: {t}" for n, t in zip(names, all_types))
    listed = ", ".join(all_types)
    return f"""%r:{len(names)} = "stablehlo.while"(%n, {", ".join("%" + s + "0" for s in state)}) ({{
  ^b({parameters}):
    %z = stablehlo.constant dense<0> : tensor<i32>
    %c = {cond}
    stablehlo.return %c : tensor<i1>
  }}, {{
  ^b({parameters}):
    %o = stablehlo.constant dense<1> : tensor<i32>
    %j = stablehlo.subtract %i, %o : tensor<i32>
{body}
    stablehlo.return %j, {gives} : {listed}
  }}) : ({listed}) -> ({listed})"""


def concat(result, *parts):
    return (f"%{result} = stablehlo.concatenate {', '.join('%' + p for p in parts)}, dim = 0 : "
            f"({', '.join([V] * len(parts))}) -> {V}")


def choose(result, predicate, yes, no):
    return f"""%{result} = "stablehlo.if"(%{predicate}) ({{
{yes[0]}
    stablehlo.return %{yes[1]} : {V}
  }}, {{
{no[0]}
    stablehlo.return %{no[1]} : {V}
  }}) : (tensor<i1>) -> {V}"""


HALF = f"""    %s = stablehlo.get_dimension_size %a, dim = 0 : ({V}) -> tensor<i32>
    %two = stablehlo.constant dense<2> : tensor<i32>
    %h = stablehlo.divide %s, %two : tensor<i32>
    %h1 = stablehlo.reshape %h : (tensor<i32>) -> tensor<1xi32>
    %z1 = stablehlo.constant dense<0> : tensor<1xi32>
    %o1 = stablehlo.constant dense<1> : tensor<1xi32>
    %d = stablehlo.real_dynamic_slice %a, %z1, %h1, %o1 : ({V}, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> {V}
    %e = stablehlo.add %d, %d : {V}"""
M = "tensor<?x?xf32>"
SQUARE = f"""    %e = stablehlo.concatenate %a, %a, dim = 1 : ({M}, {M}) -> {M}
    %t = stablehlo.transpose %e, dims = [1, 0] : ({M}) -> {M}
    %d = stablehlo.dot_general %t, %e, contracting_dims = [1] x [0] : ({M}, {M}) -> {M}"""
GREATEST = """%z = stablehlo.constant dense<0> : tensor<i32>
    %m = stablehlo.reduce(%x init: %z) applies stablehlo.maximum across dimensions = [0] : (tensor<?xi32>, tensor<i32>) -> tensor<i32>"""
PROGRAMS = {
    "if": function(f"%p: tensor<i1>, %x: {V}", [V], choose(
        "r", "p", (concat("a", "x", "x"), "a"), (f"%b = stablehlo.negate %x : {V}", "b")) +
        f"\n%s = stablehlo.add %r, %r : {V}\nreturn %s : {V}"),
    "if in if": function(f"%p: tensor<i1>, %q: tensor<i1>, %x: {V}", [V], choose(
        "r", "p", (choose("w", "q", (concat("a", "x", "x"), "a"), ("", "x")) + f"\n%v = stablehlo.negate %w : {V}", "v"),
        (concat("b", "x", "x", "x"), "b")) + f"\n%s = stablehlo.add %r, %r : {V}\nreturn %s, %r : {V}, {V}").replace(
            f"({V}) {{\n%r", f"({V}, {V}) {{\n%r"),
    "case": function(f"%k: tensor<i32>, %x: {V}, %y: tensor<5xf32>", [V, "tensor<?xi32>"], f"""%r:2 = "stablehlo.case"(%k) ({{
    %i = stablehlo.get_dimension_size %x, dim = 0 : ({V}) -> tensor<i32>
    %j = stablehlo.reshape %i : (tensor<i32>) -> tensor<1xi32>
    %l = stablehlo.dynamic_iota %j, dim = 0 : (tensor<1xi32>) -> tensor<?xi32>
    %a = stablehlo.concatenate %x, %y, dim = 0 : ({V}, tensor<5xf32>) -> {V}
    stablehlo.return %a, %l : {V}, tensor<?xi32>
  }}, {{
    %b = stablehlo.negate %x : {V}
    %l = stablehlo.constant dense<[5, 6]> : tensor<2xi32>
    stablehlo.return %b, %l : {V}, tensor<2xi32>
  }}, {{
    %l = stablehlo.constant dense<[7, 8]> : tensor<2xi32>
    stablehlo.return %y, %l : tensor<5xf32>, tensor<2xi32>
  }}) : (tensor<i32>) -> ({V}, tensor<?xi32>)
%s = stablehlo.add %r#0, %r#0 : {V}
return %s, %r#1 : {V}, tensor<?xi32>"""),
    "double": function(f"%n: tensor<i32>, %a0: {V}", [V], loop(
        ["a"], [V], concat("d", "a", "a") + f"\n%e = stablehlo.add %d, %d : {V}", "%e") + f"\nreturn %r#1 : {V}"),
    "swap": function(f"%n: tensor<i32>, %a0: {V}, %b0: {V}", [V, V], loop(
        ["a", "b"], [V, V], "", "%b, %a") + f"\nreturn %r#1, %r#2 : {V}, {V}"),
    "halve": function(f"%n: tensor<i32>, %a0: {V}, %b0: {V}", [V, V], loop(
        ["a", "b"], [V, V], HALF + f"\n%m = stablehlo.multiply %b, %b : {V}", "%e, %m") +
        f"\nreturn %r#1, %r#2 : {V}, {V}"),
    "if in while": function(f"%n: tensor<i32>, %a0: {V}", [V], loop(
        ["a"], [V], "%k = stablehlo.and %i, %o : tensor<i32>\n"
        "%odd = stablehlo.compare EQ, %k, %o : (tensor<i32>, tensor<i32>) -> tensor<i1>\n" + choose(
            "w", "odd", (concat("d", "a", "a"), "d"), (f"%m = stablehlo.negate %a : {V}", "m")) +
        f"\n%e = stablehlo.add %w, %w : {V}", "%e") + f"\nreturn %r#1 : {V}"),
    # the loop's result is needed within the branch and, as a result, behind it: not computed there only
    "if behind while": function(f"%n: tensor<i32>, %a0: {V}, %p: tensor<i1>", [V, V], loop(
        ["a"], [V], concat("d", "a", "a"), "%d") + "\n" + choose(
            "w", "p", ("%m = stablehlo.negate %r#1 : " + V, "m"), ("", "a0")) + f"\nreturn %r#1, %w : {V}, {V}"),
    "grow": function("%n: tensor<i32>, %a0: tensor<?xi32>", ["tensor<?xi32>"], loop(
        ["a"], ["tensor<?xi32>"], "%i1 = stablehlo.reshape %i : (tensor<i32>) -> tensor<1xi32>\n"
        "%e = stablehlo.concatenate %a, %i1, dim = 0 : (tensor<?xi32>, tensor<1xi32>) -> tensor<?xi32>", "%e") +
        "\nreturn %r#1 : tensor<?xi32>"),
    "square": function(f"%n: tensor<i32>, %a0: {M}", [M, V], "%zero = stablehlo.constant dense<0.0> : tensor<f32>\n" + loop(
        ["a"], [M], SQUARE, "%d") + f"\n%q = stablehlo.reduce(%r#1 init: %zero) applies stablehlo.add across dimensions = [1] "
        f": ({M}, tensor<f32>) -> {V}\nreturn %r#1, %q : {M}, {V}"),
    "called twice": f"""func.func private @f(%p: tensor<i1>, %x: {V}) -> {V} {{
{choose("r", "p", (concat("a", "x", "x"), "a"), ("", "x"))}
return %r : {V}
}}
func.func @main(%p: tensor<i1>, %q: tensor<i1>, %x: {V}) -> {V} {{
%a = call @f(%p, %x) : (tensor<i1>, {V}) -> {V}
%b = call @f(%q, %a) : (tensor<i1>, {V}) -> {V}
%c = call @f(%q, %x) : (tensor<i1>, {V}) -> {V}
{concat("r", "a", "b", "c")}
return %r : {V}
}}""",
    # sizes that a branch computes, of its results and of what is gone when it ends
    "computed": function("%p: tensor<i1>, %x: tensor<?xi32>", ["tensor<?xi32>", "tensor<i32>"], f"""%q:2 = "stablehlo.if"(%p) ({{
    {GREATEST}
    %s = stablehlo.reshape %m : (tensor<i32>) -> tensor<1xi32>
    %r = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi32>) -> tensor<?xi32>
    %t = stablehlo.add %r, %r : tensor<?xi32>
    %u = stablehlo.reduce(%r init: %z) applies stablehlo.add across dimensions = [0] : (tensor<?xi32>, tensor<i32>) -> tensor<i32>
    stablehlo.return %t, %u : tensor<?xi32>, tensor<i32>
  }}, {{
    {GREATEST}
    stablehlo.return %x, %m : tensor<?xi32>, tensor<i32>
  }}) : (tensor<i1>) -> (tensor<?xi32>, tensor<i32>)
return %q#0, %q#1 : tensor<?xi32>, tensor<i32>"""),
    "contradiction": function(f"%n: tensor<i32>, %a0: {V}, %y: {V}", [V], loop(
        ["a"], [V], f"%m = stablehlo.add %a, %y : {V}\n" + concat("e", "m", "m"), "%e") + f"\nreturn %r#1 : {V}"),
}


def vector(n, dtype=np.float32):
    return np.arange(n).astype(dtype) / 4 if dtype == np.float32 else np.arange(n, dtype=dtype)


def count(n):
    return np.array(n, np.int32)


FLAGS = [np.array(False), np.array(True)]
CALLS = {
    "if": [(p, vector(n)) for p in FLAGS for n in (0, 3, 1000)],
    "if in if": [(p, q, vector(n)) for p in FLAGS for q in FLAGS for n in (0, 5)],
    "called twice": [(p, q, vector(n)) for p in FLAGS for q in FLAGS for n in (0, 5)],
    "computed": [(p, np.array(v, np.int32)) for p in FLAGS for v in ([1, 400, 2], [], [0], [-3])],
    "case": [(count(k), vector(n), vector(5)) for k in (0, 1, 2, 9) for n in (0, 3, 40)],
    "double": [(count(k), vector(n)) for k in (0, 1, 5) for n in (0, 1, 3)],
    "swap": [(count(k), vector(2), vector(5)) for k in range(4)],
    "halve": [(count(k), vector(n), vector(7)) for k in (0, 1, 3) for n in (0, 1, 17, 5000)],
    "if in while": [(count(k), vector(n)) for k in (0, 1, 4, 5) for n in (0, 1, 3)],
    "if behind while": [(count(k), vector(3), p) for k in (0, 2) for p in FLAGS],
    "grow": [(count(k), vector(n, np.int32)) for k in (0, 1, 50) for n in (0, 3)],
    "square": [(count(k), vector(2 * n).reshape(2, n)) for k in (0, 1, 2) for n in (0, 1, 3)],
}


@pytest.mark.parametrize("name", CALLS)
def test_as_the_interpreter(name):
    want = capi.Weft("interp").compile(PROGRAMS[name])
    for threads in ("1", "3"):
        run = capi.Weft("weft").compile(PROGRAMS[name], threads=threads)
        for call in CALLS[name]:
            got, expected = run(*call), want(*call)
            assert [g.shape for g in got] == [w.shape for w in expected], (threads, call)
            for g, w in zip(got, expected):
                np.testing.assert_allclose(g, w, rtol=1e-6, err_msg=f"{threads} threads, {call}")


@pytest.mark.parametrize("backend", ["weft", "interp"])
def test_contradiction_within_a_loop(backend):
    run = capi.Weft(backend).compile(PROGRAMS["contradiction"])
    result, = run(count(1), vector(3), vector(3))
    assert result.shape == (6,)
    with pytest.raises(capi.WeftError, match="stablehlo.add.*result 1 of stablehlo.while at <text>:2.*dimension 0 of argument 2 "
                       r"\('y'\).*expected 3, found 6|found 3" if backend == "weft" else "stablehlo.add"):
        run(count(2), vector(3), vector(3))
    with pytest.raises(capi.WeftError, match="stablehlo.add"):
        run(count(1), vector(3), vector(4))
    result, = run(count(0), vector(3), vector(4))
    assert result.shape == (3,)
