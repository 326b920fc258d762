"""Tests of what `weft explain` says a program becomes: which kernels, and what is left to load."""
import json
import re

from cli_box import check

# Sizes are known at the call; the broadcasts say so by a tensor.
SOFTMAX = """func.func @main(%a: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c = stablehlo.constant dense<0.0> : tensor<f32>
  %m = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %d0 = stablehlo.get_dimension_size %a, dim = 0 : (tensor<?x?xf32>) -> tensor<i32>
  %d1 = stablehlo.get_dimension_size %a, dim = 1 : (tensor<?x?xf32>) -> tensor<i32>
  %r0 = stablehlo.reshape %d0 : (tensor<i32>) -> tensor<1xi32>
  %r1 = stablehlo.reshape %d1 : (tensor<i32>) -> tensor<1xi32>
  %s = stablehlo.concatenate %r0, %r1, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %0 = stablehlo.reduce(%a init: %m) applies stablehlo.maximum across dimensions = [1] : (tensor<?x?xf32>, tensor<f32>) -> tensor<?xf32>
  %1 = stablehlo.dynamic_broadcast_in_dim %0, %s, dims = [0] : (tensor<?xf32>, tensor<2xi32>) -> tensor<?x?xf32>
  %2 = stablehlo.subtract %a, %1 : tensor<?x?xf32>
  %3 = stablehlo.exponential %2 : tensor<?x?xf32>
  %4 = stablehlo.reduce(%3 init: %c) applies stablehlo.add across dimensions = [1] : (tensor<?x?xf32>, tensor<f32>) -> tensor<?xf32>
  %5 = stablehlo.dynamic_broadcast_in_dim %4, %s, dims = [0] : (tensor<?xf32>, tensor<2xi32>) -> tensor<?x?xf32>
  %6 = stablehlo.divide %3, %5 : tensor<?x?xf32>
  return %6 : tensor<?x?xf32>
}
"""


def test_symbolic_rows_are_one_kernel(box):
    text = box.ok("explain", box.write("softmax.mlir", SOFTMAX))
    check(text.startswith("1 kernels"), f"softmax over rows of any length in several kernels: {text}")


DEPTHWISE = """func.func @main(%x: tensor<?x8x?x?xf32>, %w: tensor<8x1x3x3xf32>) -> tensor<?x8x?x?xf32> {
  %0 = stablehlo.convolution(%x, %w) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], window = {stride = [2, 1], pad = [[1, 1], [1, 1]]}
    {batch_group_count = 1 : i64, feature_group_count = 8 : i64} : (tensor<?x8x?x?xf32>, tensor<8x1x3x3xf32>) -> tensor<?x8x?x?xf32>
  return %0 : tensor<?x8x?x?xf32>
}
"""
ANY_SIZE = """func.func @main(%x: tensor<?x?x?x48xf32>, %w: tensor<64x48x3x3xf32>) -> tensor<?x?x?x64xf32> {
  %0 = stablehlo.convolution(%x, %w) dim_numbers = [b, 0, 1, f]x[o, i, 0, 1]->[b, 0, 1, f], window = {stride = [STEP, STEP], pad = [[1, 1], [1, 1]]}
    {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<?x?x?x48xf32>, tensor<64x48x3x3xf32>) -> tensor<?x?x?x64xf32>
  return %0 : tensor<?x?x?x64xf32>
}
"""


def test_convolutions_of_any_size_gather_rows(box):
    for step in "12":
        text = box.ok("explain", box.write("any.mlir", ANY_SIZE.replace("STEP", step)))
        check("patches" not in text, f"a convolution of any size by patches: {text}")


ANY_TRANSPOSED = """aten 1
symbol s0 in 2..4096
symbol s1 in 2..4096
input %x : f32[2,32,s0,s1]{32*s0*s1,s0*s1,s1,1} user
input %w : f32[32,16,K,K]{16*K*K,K*K,K,1} param
%y : f32[2,16,2*s0,2*s1]{64*s0*s1,4*s0*s1,2*s1,1} = aten.convolution.default(%x, %w, None, [2, 2], [P, P], [1, 1], True, [0, 0], 1)
return %y
"""


def test_transposed_convolutions_of_any_size_are_without_holes(box):
    for window, pad in ("4", "1"), ("2", "0"):
        text = box.ok("explain", box.write("transposed.aten", ANY_TRANSPOSED.replace("K", window).replace("P", pad)))
        check("patches" not in text, f"a transposed convolution of any size by patches: {text}")


ANY_GRADIENT = """aten 1
symbol s0 in 2..4096
symbol s1 in 2..4096
input %y : f32[S,64,A,B]{64*A*B,A*B,B,1} user
input %x : f32[S,48,A,B]{48*A*B,A*B,B,1} user
input %w : f32[64,C,3,3]{9*C,9,3,1} param
%g : (None, f32[64,C,3,3]{9*C,9,3,1}, None) = aten.convolution_backward.default(%y, %x, %w, None, [1, 1], [1, 1], [1, 1], False, [0, 0], G, [False, True, False])
%r : f32[64,C,3,3]{9*C,9,3,1} = getitem(%g, 1)
return %r
"""


def test_gradients_by_weights_of_any_size_count_places(box):
    for sizes in ("s0", "14", "14"), ("2", "s0", "s1"):
        for channels, groups in ("48", "1"), ("12", "4"):
            text = ANY_GRADIENT
            for k, v in zip("SABCG", (*sizes, channels, groups), strict=True):
                text = re.sub(rf"\b{k}\b", v, text)
            text = box.ok("explain", box.write("gradient.aten", text))
            check("patches" not in text and "gather" not in text, f"a gradient by weights of any size by patches: {text}")


def test_depthwise_windows_of_any_size_are_read_where_they_lie(box):
    """Of the image, padded once."""
    text = box.ok("explain", box.write("depthwise.mlir", DEPTHWISE))
    check(text.startswith("2 kernels") and "patches" not in text, f"a depthwise convolution of any size by patches: {text}")


SPLIT = """func.func @main(%x: tensor<128xf32>, %c: tensor<128xf32>, %d: tensor<128xf32>) -> (tensor<128xf32>, tensor<128xf32>) {
  %one = stablehlo.constant dense<1.0> : tensor<128xf32>
  %n = stablehlo.iota dim = 0 : tensor<128xf32>
  %0 = stablehlo.multiply %c, %d : tensor<128xf32>
  %1 = stablehlo.add %0, %one : tensor<128xf32>
  %2 = stablehlo.add %x, %1 : tensor<128xf32>
  %3 = stablehlo.subtract %x, %n : tensor<128xf32>
  return %2, %3 : tensor<128xf32>, tensor<128xf32>
}
"""


def ops_of(steps):
    return sorted(o["op"] for step in steps for o in step["ops"])


def test_what_constants_give_is_split_off(box):
    """x + (c * d + 1): the product and its sum are computed once; who names no constants computes all in the call."""
    m = box.write("split.mlir", SPLIT)
    split = json.loads(box.ok("explain", "--format=json", "--option", "constants=1-2", m))
    check(ops_of(split["load"]) == ["add", "multiply"], f"at load: {split['load']}")
    check(ops_of(split["steps"]) == ["add", "subtract"], f"in the call: {split['steps']}")
    whole = json.loads(box.ok("explain", "--format=json", m))
    check("load" not in whole and "multiply" in ops_of(whole["steps"]), f"without constants: {whole}")


def test_random_inputs_are_constants_too(box):
    """Constants that no command names files for are bound to what the seed makes: the steps timed are those of a bound program."""
    m = box.write("split.mlir", SPLIT)
    names = ["bench", "--steps", "--repeat=1", "--option", "constants=1-2", m]
    check("subtract" in box.ok(*names) and "multiply" not in box.ok(*names), "steps of the call alone")
    check("constants are not bound" in box.refused("run", "--option", "constants=1-2", m, box.npy("x.npy", [1.0] * 128)), "run has none")


def test_constructors_are_not_computed_at_load(box):
    """An iota is made where it is read, with constants or without; what only half follows from them stays whole."""
    m = box.write("split.mlir", SPLIT)
    for constants, load, call in (("1", [], ["add", "add", "multiply", "subtract"]), ("0", ["subtract"], ["add", "add", "multiply"])):
        split = json.loads(box.ok("explain", "--format=json", "--option", f"constants={constants}", m))
        check(ops_of(split.get("load", [])) == load, f"{constants}, at load: {split.get('load')}")
        check(ops_of(split["steps"]) == call, f"{constants}, in the call: {split['steps']}")


def test_operations_left_to_the_calls(box):
    """Option load_off exempts operations from what constants give, and all that follows from them; what is equal stays equal."""
    m = box.write("split.mlir", SPLIT)
    for off, load, call in (("multiply", [], ["add", "add", "multiply", "subtract"]), ("add", ["multiply"], ["add", "add", "subtract"])):
        split = json.loads(box.ok("explain", "--format=json", "--option", "constants=1-2", "--option", f"load_off={off}", m))
        check(ops_of(split.get("load", [])) == load, f"{off}, at load: {split.get('load')}")
        check(ops_of(split["steps"]) == call, f"{off}, in the call: {split['steps']}")
    for bad, near in (("multply", "multiply"), ("transpose", "")):
        text = box.run("explain", "--option", f"load_off={bad}", m, status=2)[2]
        check(f"option load_off: '{bad}' is no operation that computes; the nearest is '{near}" in text, text)


GIVEN = """func.func @main(%p: tensor<5x8xf32> {tf.aliasing_output = 0 : i32}, %m: tensor<5x8xf32> {tf.aliasing_output = 1 : i32},
    %g: tensor<5x8xf32>, %t: tensor<8x5xf32> {tf.aliasing_output = 2 : i32}, %s: tensor<9xf32> {tf.aliasing_output = 3 : i32})
    -> (tensor<5x8xf32>, tensor<5x8xf32>, tensor<8x5xf32>, tensor<9xf32>) {
  %n = stablehlo.add %m, %g : tensor<5x8xf32>
  %q = stablehlo.subtract %p, %n : tensor<5x8xf32>
  %u = stablehlo.transpose %g, dims = [1, 0] : (tensor<5x8xf32>) -> tensor<8x5xf32>
  %v = stablehlo.multiply %u, %t : tensor<8x5xf32>
  %r = stablehlo.reverse %s, dims = [0] : tensor<9xf32>
  return %q, %n, %v, %r : tensor<5x8xf32>, tensor<5x8xf32>, tensor<8x5xf32>, tensor<9xf32>
}
"""


def test_results_written_over_arguments(box):
    """An optimizer's state lies where it lay; what is read at other places than the written ones does not."""
    m = box.write("given.mlir", GIVEN)
    over = json.loads(box.ok("explain", "--format=json", m))["over"]
    check(over == [[0, 0], [1, 1], [2, 3]], f"over: {over}")
    m = box.write("kept.mlir", re.sub(r" {tf[^}]*}", "", GIVEN))
    check(json.loads(box.ok("explain", "--format=json", m))["over"] == [], "without being told")


PRODUCTS = """func.func @main(%x: tensor<5x8xf32>, %v: tensor<8x6xf32>, %w: tensor<8x4xf32>, %a: tensor<6xf32>, %b: tensor<4xf32>)
    -> (tensor<6x5xf32>, tensor<4x5xf32>) {
  %0 = stablehlo.dot_general %x, %v, contracting_dims = [1] x [0] : (tensor<5x8xf32>, tensor<8x6xf32>) -> tensor<5x6xf32>
  %1 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [0] : (tensor<5x8xf32>, tensor<8x4xf32>) -> tensor<5x4xf32>
  %2 = stablehlo.broadcast_in_dim %a, dims = [1] : (tensor<6xf32>) -> tensor<5x6xf32>
  %3 = stablehlo.broadcast_in_dim %b, dims = [1] : (tensor<4xf32>) -> tensor<5x4xf32>
  %4 = stablehlo.add %2, %0 : tensor<5x6xf32>
  %5 = stablehlo.add %1, %3 : tensor<5x4xf32>
  %6 = stablehlo.OP %4, dims = [1, 0] : (tensor<5x6xf32>) -> tensor<6x5xf32>
  %7 = stablehlo.transpose %5, dims = [1, 0] : (tensor<5x4xf32>) -> tensor<4x5xf32>
  return %6, %7 : tensor<6x5xf32>, tensor<4x5xf32>
}
"""


def test_products_of_one_operand_are_one(box):
    """Where the weights are constant and all that reads the products moves them."""
    m = box.write("moved.mlir", PRODUCTS.replace("stablehlo.OP", "stablehlo.transpose"))
    used = box.write("used.mlir", PRODUCTS.replace("%6 = stablehlo.OP %4", "%8 = stablehlo.negate %4 : tensor<5x6xf32>\n"
                                                   "  %6 = stablehlo.transpose %8"))

    def products(path, constants):
        steps = json.loads(box.ok("explain", "--format=json", "--option", f"constants={constants}", path))["steps"]
        return sum(o["op"] == "contract" for s in steps for o in s["ops"])

    for path, constants, n in ((m, "1-4", 1), (m, "1-3", 2), (m, "1", 2), (used, "1-4", 2)):
        check(products(path, constants) == n, f"{path}, constants {constants}: {products(path, constants)} products")


BYTES = """func.func @main(%a: tensor<64x64xTYPE>, %b: tensor<64x64xi8>) -> tensor<64x64xi32> {
  %0 = stablehlo.convert %a : (tensor<64x64xTYPE>) -> tensor<64x64xi32>
  %1 = stablehlo.convert %b : (tensor<64x64xi8>) -> tensor<64x64xi32>
  %2 = stablehlo.dot_general %0, %1, contracting_dims = [1] x [0] : (tensor<64x64xi32>, tensor<64x64xi32>) -> tensor<64x64xi32>
  return %2 : tensor<64x64xi32>
}
"""


def test_products_of_bytes_are_contractions(box):
    """Made 32 bits wide first or not; of words of 32 bits there are none."""
    for name, contracts in (("i8", True), ("ui8", True), ("i16", True), ("ui16", False)):
        m = box.write(f"{name}.mlir", BYTES.replace("TYPE", name))
        steps = json.loads(box.ok("explain", "--format=json", m))["steps"]
        check(("contract" in ops_of(steps)) == contracts, f"{name}: {ops_of(steps)}")
