"""ATen text: what it becomes, and errors that name file, line and column."""
import pytest

from weft import _native

HEAD = "aten 1\ninput %x : f32[2,3]{3,1} user\n"


def read(text: str) -> str:
    return _native.load().stablehlo("t.aten", text)


def test_becomes_stablehlo():
    out = read(HEAD + "%y : f32[2,3]{3,1} = aten.exp.default(%x) @ \"layer.0 model.py:3\"\nreturn %y\n")
    assert "stablehlo.exponential" in out and "tensor<2x3xf32>" in out


def test_weights_are_used_as_they_lie():
    out = read("aten 1\ninput %x : f32[2,3]{3,1} user\ninput %w : f32[4,3]{3,1} param\n"
               "%t : f32[3,4]{1,3} = aten.permute.default(%w, [1, 0])\n"
               "%y : f32[2,4]{4,1} = aten.mm.default(%x, %t)\nreturn %y\n")
    assert "contracting_dims = [1] x [1]" in out and "stablehlo.transpose" not in out


def test_attention_makes_no_transposed_copy():
    out = read("""aten 1
input %q : f32[2,4,15]{60,15,1} user
input %k : f32[2,6,15]{90,15,1} user
%q1 : f32[2,4,3,5]{60,15,5,1} = aten.view.default(%q, [2, 4, 3, 5])
%q2 : f32[2,3,4,5]{60,5,15,1} = aten.permute.default(%q1, [0, 2, 1, 3])
%q3 : f32[6,4,5]{20,5,1} = aten.view.default(%q2, [6, 4, 5])
%k1 : f32[2,6,3,5]{90,15,5,1} = aten.view.default(%k, [2, 6, 3, 5])
%k2 : f32[2,3,5,6]{90,5,1,15} = aten.permute.default(%k1, [0, 2, 3, 1])
%k3 : f32[6,5,6]{30,6,1} = aten.view.default(%k2, [6, 5, 6])
%y : f32[6,4,6]{24,6,1} = aten.bmm.default(%q3, %k3)
return %y
""")
    dot = next(line for line in out.splitlines() if "dot_general" in line)
    assert "batching_dims = [0, 2] x [0, 2]" in dot and "contracting_dims = [3] x [3]" in dot


def test_symbols():
    out = read("aten 1\nsymbol s0 in 2..64\ninput %n : sym s0\ninput %x : f32[s0,3]{3,1} user\n"
               "%y : f32[s0*3]{1} = aten.view.default(%x, [<s0*3>])\nreturn %y, <s0 + 1>\n")
    assert "?x3xf32" in out and "dynamic_reshape" in out


def test_an_unknown_overload_is_a_callback():
    out = read(HEAD + "%y : f32[4]{1} = my.op.overload(%x, [1, 2.5], None, k=True)\nreturn %y\n")
    assert "@weft.callback" in out and "my.op.overload(%0, [1, 0x1.4p+1], None, k=True) #3" in out


def test_callbacks_are_effects_in_the_order_of_the_text():
    text = "aten 1\ninput %x : f32[4]\n%a : f32[4] = my.op(%x)\n%b : f32[4] = my.op(%x)\nreturn %x\n"
    out = read(text)
    assert out.index("my.op(%0) #3") < out.index("my.op(%0) #4"), out
    assert out.count("has_side_effect = true") == 2


SUBGRAPHS = """aten 1
symbol s0 in 2..64
graph yes
input %a : f32[s0]{1}
%b : f32[s0]{1} = aten.exp.default(%a)
return %b
graph no.inner
input %a : f32[s0]{1}
%b : f32[s0]{1} = aten.mul.Tensor(%a, <s0>)
return %b
input %p : i1[]{} user
input %x : f32[s0]{1} user
%y : (f32[s0]{1}) = higher_order.cond(%p, "yes", "no.inner", [%x])
%z : f32[s0]{1} = getitem(%y, 0)
%i : (f32[s0]{1}) = higher_order.invoke_subgraph("yes", None, [%z])
%j : f32[s0]{1} = getitem(%i, 0)
return %j
"""


def test_subgraphs():
    out = read(SUBGRAPHS)
    assert out.count("stablehlo.if") == 1 and out.count("stablehlo.exponential") == 2 and "call" not in out


LOOP = """aten 1
graph step
input %c : f32[3]{1}
input %a : f32[3]{1}
%s : f32[3]{1} = aten.add.Tensor(%c, %a)
return %s, %s
input %x : f32[5,3]{3,1} user
input %c : f32[3]{1} user
%y : (f32[3]{1}, f32[5,3]{3,1}) = higher_order.scan("step", [%c], [%x], [])
%z : f32[5,3]{3,1} = getitem(%y, 1)
return %z
"""


def test_a_scan_is_a_loop():
    out = read(LOOP)
    assert out.count("stablehlo.while") == 1 and "dynamic_update_slice" in out


def test_an_effect_in_a_branch_is_an_effect_of_it():
    out = read("aten 1\ngraph g\ninput %a : f32[2]\n%b : f32[2] = my.op(%a)\nreturn %b\n"
               "graph h\ninput %a : f32[2]\nreturn %a\ninput %p : i1[]\ninput %x : f32[2]\n"
               "%y : (f32[2]) = higher_order.cond(%p, \"g\", \"h\", [%x])\n%z : f32[2] = my.op(%x)\nreturn %z\n")
    assert out.index("stablehlo.if") < out.index("my.op(%0) #12"), out


BAD = {
    "no header": ("", "expected 'aten 1'"),
    "truncated": (HEAD, "ends without 'return'"),
    "undefined": (HEAD + "%y : f32[2,3]{3,1} = aten.exp.default(%z)\nreturn %y", "3:40: error: %z is not"),
    "twice": (HEAD + "%x : f32[2,3]{3,1} = aten.exp.default(%x)\nreturn %x", "defined twice"),
    "type": (HEAD + "%y : f32[3,2]{2,1} = aten.exp.default(%x)\nreturn %y", ":3:"),
    "dtype": (HEAD + "%y : f64[2,3]{3,1} = aten.view.default(%x, [2, 3])\nreturn %y", "the text says f64"),
    "no dtype": ("aten 1\ninput %x : f99[2]\nreturn %x", "2:12: error: f99 is no element type"),
    "elements": (HEAD + "%y : f32[7]{1} = aten.view.default(%x, [7])\nreturn %y", "6 elements do not become 7"),
    "kind": (HEAD + "%y : f32[2,3]{3,1} = aten.exp.default(\"e\")\nreturn %y", "argument self is not a tensor"),
    "missing": (HEAD + "%y : f32[2,3]{3,1} = aten.exp.default()\nreturn %y", "argument self is missing"),
    "surplus": (HEAD + "%y : f32[2,3]{3,1} = aten.exp.default(%x, 1)\nreturn %y", "not in its schema"),
    "dimension": (HEAD + "%y : f32[2]{1} = aten.sum.dim_IntList(%x, [5])\nreturn %y", "dimension 5 is not in -2 .. 1"),
    "overflow": ("aten 1\ninput %x : f32[99999999999999999999]\nreturn %x", "does not fit in 64 bits"),
    "huge": ("aten 1\ninput %x : f32[4611686018427387904,4611686018427387904]\n"
             "%y : f32[1]{1} = aten.view.default(%x, [1])\nreturn %y", "error"),
    "strides": ("aten 1\ninput %x : f32[2,3]{3}\nreturn %x", "1 strides for 2 sizes"),
    "order": ("aten 1\ninput %x : f32[2,3]{3,1} order(0,0)\nreturn %x", "no permutation"),
    "symbol": ("aten 1\ninput %x : f32[s9]\n%y : f32[s9]{1} = aten.exp.default(%x)\nreturn %y", "s9"),
    "negative": ("aten 1\ninput %x : f32[2-5]\nreturn %x", "below zero"),
    "nesting": (HEAD + "%y : f32[1]{1} = my.op.x(" + "[" * 100000, "nest deeper"),
    "half a complex number": (HEAD + "%y : c64[2,3]{3,1} = aten.mul.Tensor(%x, complex(1.0))\nreturn %y", "3:53: error: expected ','"),
    "complex words": (HEAD + "%y : c64[2,3]{3,1} = aten.mul.Tensor(%x, complex(1, True))\nreturn %y", "3:53: error: expected a number"),
    "parentheses": ("aten 1\nsymbol s0\ninput %x : f32[" + "(" * 100000 + "]", "error"),
    "string": (HEAD + '%y : f32[1]{1} = my.op.x("abc\nreturn %y', "no end"),
    "constant": ("aten 1\nconstant %c : f32[2] = 00\nreturn %c", "fewer bytes"),
    "no hex": ("aten 1\nconstant %c : i8[2] = 0x00\nreturn %c", "hexadecimal"),
    "getitem": (HEAD + "%y : f32[2]{1} = getitem(%x, 0)\nreturn %y", "has no result 0"),
    "after return": (HEAD + "return %x\n%y : f32[2,3]{3,1} = aten.exp.default(%x)", "after return"),
    "no alias": (HEAD + "%y : f32[2,3]{3,1} = aten.exp.default(%x)\nreturn alias %y", "is no input"),
    "inner": (HEAD + "%y : f32[2,2]{2,1} = aten.mm.default(%x, %x)\nreturn %y", "inner sizes differ"),
    "two bytes": ("aten 1\ninput %x : i8[2,2]{2,1} user\ninput %w : ui8[2,2]{2,1} user\n%y : i32[2,2]{2,1} = aten._int_mm.default(%x, %w)\n"
              "return %y", "expected bytes by bytes with a sign, found i8 and ui8"),
    "conv": (HEAD + "%y : f32[2,2]{2,1} = aten.convolution.default(%x, %x, None, [1], [0], [1], False, [0], 1)"
             "\nreturn %y", "ranks"),
    "bytes": ("aten 1\ninput %x : f32[2]\n\x01\x02", "error"),
    "no graph": (HEAD + "%y : (f32[2,3]) = higher_order.invoke_subgraph(\"g\", None, [%x])\nreturn %x", "no graph g"),
    "graph twice": ("aten 1\ngraph g\nreturn\ngraph g\nreturn\nreturn", "g is defined twice"),
    "graph without end": ("aten 1\ngraph g\ninput %x : f32[2]\n", "g ends without 'return'"),
    "graph's arguments": ("aten 1\ngraph g\nreturn\ninput %x : f32[2]\n"
                          "%y : () = higher_order.invoke_subgraph(\"g\", None, [%x])\nreturn", "is given 1 arguments"),
    "graph's types": ("aten 1\ngraph g\ninput %a : f32[3]\nreturn %a\ninput %x : f32[2]\n"
                      "%y : (f32[3]) = higher_order.invoke_subgraph(\"g\", None, [%x])\nreturn", "the text says 3"),
    "graph in itself": ("aten 1\ngraph g\n%y : () = higher_order.invoke_subgraph(\"g\", None, [])\nreturn\n"
                        "%y : () = higher_order.invoke_subgraph(\"g\", None, [])\nreturn", "nest deeper"),
    "branches": ("aten 1\ngraph g\nreturn 1\ngraph h\nreturn True\ninput %p : i1[]\n"
                 "%y : (i64[]) = higher_order.cond(%p, \"g\", \"h\", [])\nreturn", "if_c2"),
    "scan": ("aten 1\ngraph g\ninput %a : f32[]\nreturn %a\ninput %x : f32[]\n"
             "%y : (f32[1]) = higher_order.map_impl(\"g\", [%x], [])\nreturn", "without dimensions"),
    "seed": (HEAD + "%y : i64[] = weft.fork_seed()\nreturn", "needs a seed"),
    "many results": (HEAD + "%y : (" + "f32[1]," * 100 + "f32[1]) = my.op.x(%x)\nreturn %x", "more than 64"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_text(name):
    text, message = BAD[name]
    with pytest.raises((ValueError, NotImplementedError)) as e:
        read(text)
    assert message in str(e.value), str(e.value)
    assert str(e.value).startswith("t.aten:"), str(e.value)


def test_every_prefix_is_an_error_or_fine():
    text = HEAD + '%y : (f32[2]{1}, i64[2]{1}) = aten.max.dim(%x, -1, False) @ "a"\n' \
        "%z : f32[2]{1} = getitem(%y, 0)\nreturn %z, 3, None\n"
    for i in range(len(text)):
        try:
            read(text[:i])
        except (ValueError, NotImplementedError) as e:
            assert str(e).startswith("t.aten:")
