// test: opt --verify-only %s
// What the reader of StableHLO text refuses, each with its place.
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.add %a %a : tensor<2xf32>  // error 25: expected ':' before the types, found '%a'
  return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.add %a, %b : tensor<2xf32>  // error 26: use of undefined value '%b'
  return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.add %a, %a : tensor<3xf32>  // error 22: operand '%a' of 'stablehlo.add' has another type: expected tensor<3xf32>, found tensor<2xf32>
  return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.addd %a, %a : tensor<2xf32>  // error 8: unknown operation 'stablehlo.addd'
  return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.add %a, %a : tensor<2xf33>  // error 40: expected an element type, found 'f33'
  return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %a = stablehlo.add %a, %a : tensor<2xf32>  // error 3: '%a' is defined already
  return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0:2 = stablehlo.add %a, %a : tensor<2xf32>  // error 10: 'stablehlo.add' has 1 results, 2 are named
  return
}
// -----
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = stablehlo.add %a, %a : tensor<2xf32>
  return %0#1 : tensor<2xf32>  // error 10: '%0' has 1 results, not 2
}
// -----
func.func @main(%a: tensor<2xf32>) -> tensor<f32> {
  return %a : tensor<2xf32>  // error: result 0 of '@main': expected tensor<f32>, found tensor<2xf32>
}
// -----
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {  // error: expected a return at the end of a region
}
// -----
func.func @main() {
  %0 = stablehlo.constant dense<[1, 2, 3]> : tensor<2xi32>  // error: the shape of the elements is not that of the type
  return
}
// -----
func.func @main() {
  %0 = stablehlo.constant dense<[[1, 2], [3]]> : tensor<2x2xi32>  // error 44: expected 2 entries in dimension 1, found 1
  return
}
// -----
func.func @main() {
  %0 = stablehlo.constant dense<300> : tensor<i8>  // error: integer out of range of the element type
  return
}
// -----
func.func @main() {
  %0 = stablehlo.constant dense<1> : tensor<f32>  // error: expected a floating-point literal
  return
}
// -----
func.func @main() {
  %0 = stablehlo.constant dense<1.5> : tensor<i32>  // error: expected an integer
  return
}
// -----
func.func @main() {
  call @missing() : () -> ()  // error 3: '@missing' is not a function
  return
}
// -----
func.func @main() {  // error: '@main' calls itself: recursion is not supported
  call @main() : () -> ()
  return
}
// -----
func.func private @far()
func.func @main() {
  call @far() : () -> ()  // error 3: '@far' is declared, not defined
  return
}
// -----
func.func @main() {
  return
}
func.func @main() {  // error 11: function '@main' is defined already
  return
}
// -----
func.func @main(%a: tensor<4294967296x4294967296xf32>) {  // error 21: the size of this type overflows 64 bits
  return
}
// -----
func.func @main(%a: tensor<99999999999999999999xf32>) {  // error: a dimension out of range
  return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = "stablehlo.abs"(%a) {x = "no end} : (tensor<2xf32>) -> tensor<2xf32>  // error: a string may not run over the end of its line
  return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.broadcast_in_dim %a, dims = [0.5] : (tensor<2xf32>) -> tensor<2xf32>  // error 47: expected an integer, found '0.5'
  return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.abs %a {mhlo.sharding = #missing} : tensor<2xf32>  // error 42: undefined attribute alias '#missing'
  return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.reverse %a, dims = [0] {dimensions = array<i64: 0>} : tensor<2xf32>  // error: attribute 'dimensions' is given twice
  return
}
// -----
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  "func.return"(%a) ({  // error 21: 'func.return' has no regions
    "stablehlo.return"(%a) : (tensor<2xf32>) -> ()
  }) : (tensor<2xf32>) -> ()
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.custom_call @x(%a) {rng_algorithm = #stablehlo<rng_algorithms PHILOX>} : (tensor<2xf32>) -> tensor<2xf32>  // error 54: unknown attribute 'rng_algorithms' of stablehlo
  return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.custom_call @x(%a) {rng_algorithm = #stablehlo<rng_algorithm!PHILOX>} : (tensor<2xf32>) -> tensor<2xf32>  // error 54: unknown attribute 'rng_algorithm' of stablehlo
  return
}
