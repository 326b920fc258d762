// test: verify
// What MLIR's parser and verifier refuse in text that is otherwise well formed.
func.func @main() attributes {y.z = 300 : i8} { // error 37: expected an integer in range
  return
}
// -----
func.func @main() attributes {y.z = -129 : i8} { // error 37: expected an integer in range
  return
}
// -----
func.func @main() attributes {y.z = 200 : si8} { // error 37: expected an integer in range
  return
}
// -----
func.func @main() attributes {y.z = -1 : ui8} { // error 37: expected an integer of at least 0
  return
}
// -----
func.func @main() attributes {y.z = 1.0 : i8} { // error 37: expected a number's type
  return
}
// -----
func.func @main() attributes {y.z = 1 : f32} { // error 37: expected a number with a point
  return
}
// -----
func.func @main() attributes {y.z = -0x3F800000 : f32} { // error 37: without a minus
  return
}
// -----
func.func @main() attributes {y.z = 0x13F800000 : f32} { // error 37: hexadecimal digits in range
  return
}
// -----
func.func @main() attributes {y.z = 1 : foo} { // error 41: expected the type of a number
  return
}
// -----
func.func @main() attributes {y.z = 1 : tensor<2xi32>} { // error 37: expected a number's type
  return
}
// -----
func.func @main() attributes {y.z = array<i8: 300>} { // error 47: expected an integer in range
  return
}
// -----
func.func @main() attributes {y.z = array<i1: true, 1>} { // error 53: expected true or false
  return
}
// -----
func.func @main() attributes {y.z = array<i64: true>} { // error: expected a number
  return
}
// -----
func.func @main() attributes {y.z = array<f32: 1.0, 2>} { // error 53: expected a number with a point
  return
}
// -----
func.func @main() attributes {y.z = array<i4: 1>} { // error: expected an element type of arrays
  return
}
// -----
func.func @main() attributes {"" = 1} { // error: expected the name of an attribute
  return
}
// -----
func.func @main() attributes {sym_name = "g"} { // error 1: is said by its text
  return
}
// -----
func.func @main(%a: tensor<4xf32> {x = 1 : i32}) { // error 1: needs the prefix of a dialect
  return
}
// -----
func.func @main(%a: tensor<4xf32>) -> (tensor<4xf32> {x = 1 : i32}) { // error 1: needs the prefix of a dialect
  return %a : tensor<4xf32>
}
// -----
module attributes {x = 1 : i32} { // error 1: needs the prefix of a dialect
}
// -----
func.func @f(tensor<4xf32>) // error 1: has no body and is not private
// -----
func.func @main(%a: tensor<4xf32>, %a: tensor<4xf32>) { // error: '%a' is defined already
  return
}
// -----
// No name hides another, in a region neither as its argument ...
func.func @main(%a: tensor<4xf32>, %z: tensor<f32>) -> tensor<f32> {
  %0 = "stablehlo.reduce"(%a, %z) ({
  ^bb0(%a: tensor<f32>, %y: tensor<f32>): // error: '%a' is defined already
    stablehlo.return %y : tensor<f32>
  }) {dimensions = array<i64: 0>} : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}
// -----
// ... nor as a result.
func.func @main(%a: tensor<4xf32>, %z: tensor<f32>) -> tensor<f32> {
  %0 = "stablehlo.reduce"(%a, %z) ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %a = stablehlo.add %x, %y : tensor<f32> // error 5: '%a' is defined already
    stablehlo.return %a : tensor<f32>
  }) {dimensions = array<i64: 0>} : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}
// -----
func.func @main(%a: tensor<4xf32>) {
  %0 = stablehlo.custom_call @f(%a) {has_side_effect} : (tensor<4xf32>) -> tensor<4xf32> // error: expected true or false
  return
}
// -----
func.func @main(%a: tensor<4xf32>) {
  %0 = stablehlo.custom_call @f(%a) {output_operand_aliases = [3]} : (tensor<4xf32>) -> tensor<4xf32> // error: expected an array of aliases
  return
}
// -----
module attributes {x.y = #stablehlo.output_operand_alias<operand_index = 0, output_tuple_indices = [], operand_tuple_indices = []>} { // error 77: expected a field of output_operand_alias
}
// -----
module attributes {x.y = #stablehlo.output_operand_alias<output_tuple_indices = [0.5], operand_index = 0, operand_tuple_indices = []>} { // error: expected
}
// -----
module attributes {x.y = #stablehlo.dot_algorithm<lhs_precision_type = tf32, rhs_precision_type = tf32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count 1, num_primitive_operations = 1, allow_imprecise_accumulation = false>} { // error 175: expected '='
}
// -----
module attributes {x.y = #stablehlo.mesh_axis<name = "x">} { // error 57: expected the field size of mesh_axis
}
// -----
module attributes {x.y = #stablehlo.axis_ref<name = "x", sub_axis_info = 2>} { // error 74: expected '('
}
// -----
module attributes {x.y = #stablehlo.foo<3>} { // error 26: unknown attribute 'foo' of stablehlo
}
// -----
func.func @main(%a: f32) {
  %0 = stablehlo.optimization_barrier %a : f32 // error 8: optimization_barrier: operand 0: expected a tensor or a token
  return
}
// -----
func.func @main(%a: f32) {
  %0 = stablehlo.tuple %a : tuple<f32> // error 8: tuple: operand 0: expected a tensor, a buffer, a tuple or a token
  return
}
// -----
func.func @main(%a: f32) {
  %0 = stablehlo.custom_call @g(%a) : (f32) -> f32 // error 8: custom_call: operand 0: expected a tensor
  return
}
// -----
func.func @main(%a: tensor<4x4xf32>, %b: tensor<1xf32>) {
  %0 = stablehlo.reduce(%a init: %b) applies stablehlo.add across dimensions = [0] : (tensor<4x4xf32>, tensor<1xf32>) -> tensor<4xf32> // error 8: reduce_c6: expected a body whose results have the shapes of the initial values
  return
}
// -----
// What only moves data keeps how it is quantised.
func.func @main(%a: tensor<3x!quant.uniform<i8:f32, 0.25:-1>>) {
  %0 = stablehlo.slice %a [0:1] : (tensor<3x!quant.uniform<i8:f32, 0.25:-1>>) -> tensor<1x!quant.uniform<i8:f32, 0.5:-1>> // error 8: slice_c1: expected a result of element type
  return
}
// -----
func.func @main(%a: tensor<3x!quant.uniform<i8:f32, 0.25:-1>>) {
  %0 = stablehlo.concatenate %a, %a, dim = 0 : (tensor<3x!quant.uniform<i8:f32, 0.25:-1>>, tensor<3x!quant.uniform<i8:f32, 0.25:-1>>) -> tensor<6x!quant.uniform<i8:f32, 0.5:-1>> // error 8: concatenate_c5
  return
}
// -----
func.func @main(%a: tensor<3x!quant.uniform<i8:f32, 0.25:-1>>, %i: tensor<i32>) {
  %0 = stablehlo.dynamic_slice %a, %i, sizes = [1] : (tensor<3x!quant.uniform<i8:f32, 0.25:-1>>, tensor<i32>) -> tensor<1x!quant.uniform<i8:f32, 0.5:-1>> // error 8: dynamic_slice_c1
  return
}
// -----
func.func @main(%p: tensor<i1>, %b: tensor<4x!quant.uniform<i8:f32, 0.5:3>>) {
  %0 = "stablehlo.if"(%p) ({ // error 8: if_c3: expected result type
    stablehlo.return %b : tensor<4x!quant.uniform<i8:f32, 0.5:3>>
  }, {
    stablehlo.return %b : tensor<4x!quant.uniform<i8:f32, 0.5:3>>
  }) : (tensor<i1>) -> tensor<4xf32>
  return
}
// -----
func.func @main() attributes {y.z = -9223372036854775809} { // error 37: expected an integer in range
  return
}
// -----
func.func @main() attributes {y.z = 9223372036854775808 : index} { // error 37: expected an integer in range
  return
}
// -----
func.func @main() attributes {y.z = 1 : none} { // error 37: expected a number's type
  return
}
// -----
func.func @main() attributes {y.z = dense<-0> : tensor<ui8>} { // error 45: a negative integer for an unsigned
  return
}
// -----
func.func @main(%a: tensor<2xnone>) { // error 30: expected an element type
  return
}
// -----
func.func @main(%a: tensor<memref<2xf32>>) { // error 28: expected an element type
  return
}
// -----
// Attributes of ops have the types of StableHLO's definition: no other width, sign or rank.
func.func @main(%a: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = "stablehlo.transpose"(%a) {permutation = array<i32: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32> // error 8: expected integers of i64
  return %0 : tensor<2x2xf32>
}
// -----
func.func @main(%a: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = "stablehlo.transpose"(%a) {permutation = dense<[[1, 0]]> : tensor<1x2xi64>} : (tensor<2x2xf32>) -> tensor<2x2xf32> // error 8: expected a list
  return %0 : tensor<2x2xf32>
}
// -----
func.func @main() -> tensor<2xf32> {
  %0 = "stablehlo.iota"() {iota_dimension = 0 : i32} : () -> tensor<2xf32> // error 8: expected an integer of i64
  return %0 : tensor<2xf32>
}
// -----
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "stablehlo.reduce_precision"(%a) {exponent_bits = 5 : i32, mantissa_bits = 10} : (tensor<2xf32>) -> tensor<2xf32> // error 8: expected an integer of i32
  return %0 : tensor<2xf32>
}
// -----
func.func @main(%x: tensor<2x2xf32>, %s: tensor<2xf32>) -> tensor<2x2xf32> {
  %0 = "stablehlo.batch_norm_inference"(%x, %s, %s, %s, %s) {epsilon = 0.001, feature_index = 1 : i64} : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32> // error 8: expected a float of f32
  return %0 : tensor<2x2xf32>
}
// -----
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "stablehlo.collective_permute"(%a) {source_target_pairs = dense<0> : tensor<1x2xui64>} : (tensor<2xf32>) -> tensor<2xf32> // error 8: expected integers of i64
  return %0 : tensor<2xf32>
}
// -----
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "stablehlo.collective_broadcast"(%a) {replica_groups = dense<0> : tensor<1x1xui8>} : (tensor<2xf32>) -> tensor<2xf32> // error 8: expected integers of i64
  return %0 : tensor<2xf32>
}
// -----
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "stablehlo.collective_broadcast"(%a) {replica_groups = dense<0> : tensor<1x1xindex>} : (tensor<2xf32>) -> tensor<2xf32> // error 8: expected integers of i64
  return %0 : tensor<2xf32>
}
// -----
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "stablehlo.collective_broadcast"(%a) {replica_groups = [[0]]} : (tensor<2xf32>) -> tensor<2xf32> // error 8: expected integers of i64
  return %0 : tensor<2xf32>
}
// -----
// What MLIR parses and StableHLO has no use for (doc/conformance.md).
func.func @main() attributes {y.z = sparse<[[0]], [1.0]> : tensor<4xf32>} { // error 58: expected '}' after attributes
  return
}
// -----
func.func @main() attributes {y.z = distinct[0]<>} { // error 37: expected an attribute, found 'distinct'
  return
}
// -----
func.func @main() attributes {y.z = "a" : i32} { // error 41: expected '}' after attributes
  return
}
// -----
func.func @main() attributes {y.z = array<ui8: 1>} { // error 43: expected an element type of arrays
  return
}
// -----
func.func @main() {
  return
^b(%c: tensor<2xf32>): // error 1: a region of more than one block
  return
}
// -----
%0 = stablehlo.constant dense<1.0> : tensor<f32> // error 1: expected a function, a module or an alias
