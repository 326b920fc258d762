// test: verify
// Constraints of ops on elements, each broken once.
func.func @main(%a: tensor<2xi32>, %b: tensor<3xi32>) {
  %0 = "stablehlo.add"(%a, %b) : (tensor<2xi32>, tensor<3xi32>) -> tensor<2xi32>  // error: add_c1: expected operands of one shape
  func.return
}
// -----
func.func @main(%a: tensor<2xi32>, %b: tensor<2xf32>) {
  %0 = "stablehlo.multiply"(%a, %b) : (tensor<2xi32>, tensor<2xf32>) -> tensor<2xi32>  // error: multiply_c1: expected operands of one element type
  func.return
}
// -----
func.func @main(%a: tensor<2xi32>) {
  %0 = "stablehlo.negate"(%a) : (tensor<2xi32>) -> tensor<3xi32>  // error: negate_c1: expected result type tensor<2xi32>, found tensor<3xi32>
  func.return
}
// -----
func.func @main(%a: tensor<2xi32>) {
  %0 = stablehlo.exponential %a : tensor<2xi32>  // error: exponential: operand 0: expected a ranked tensor of an element type the op takes
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>, %b: tensor<2xf32>) {
  %0 = stablehlo.and %a, %b : tensor<2xf32>  // error: and: operand 0
  func.return
}
// -----
func.func @main(%a: tensor<2xcomplex<f32>>) {
  %0 = "stablehlo.abs"(%a) : (tensor<2xcomplex<f32>>) -> tensor<2xcomplex<f32>>  // error: abs_c2: expected result type tensor<2xf32>
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>, %b: tensor<2xf64>) {
  %0 = "stablehlo.complex"(%a, %b) : (tensor<2xf32>, tensor<2xf64>) -> tensor<2xcomplex<f32>>  // error: complex_c1
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>) {
  %0 = "stablehlo.convert"(%a) : (tensor<2x3xf32>) -> tensor<3x2xi32>  // error: convert_c1
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>, %b: tensor<3xf32>) {
  %0 = "stablehlo.compare"(%a, %b) {comparison_direction = #stablehlo<comparison_direction LT>} : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xi1>  // error: compare_c2: expected operands of one shape
  func.return
}
// -----
func.func @main(%p: tensor<3xi1>, %a: tensor<2xf32>) {
  %0 = "stablehlo.select"(%p, %a, %a) : (tensor<3xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>  // error: select_c1
  func.return
}
// -----
func.func @main(%l: tensor<3xf32>, %a: tensor<2xf32>, %h: tensor<f32>) {
  %0 = "stablehlo.clamp"(%l, %a, %h) : (tensor<3xf32>, tensor<2xf32>, tensor<f32>) -> tensor<2xf32>  // error: clamp_c1
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = "stablehlo.reduce_precision"(%a) {exponent_bits = 0 : i32, mantissa_bits = 3 : i32} : (tensor<2xf32>) -> tensor<2xf32>  // error: reduce_precision_c2
  func.return
}
