// test: verify
// Constraints of CHLO, each broken once.
func.func @main(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  %0 = chlo.broadcast_add %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>  // error: chlo_broadcast_add: expected operands whose shapes broadcast
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>, %b: tensor<3xi32>) {
  %0 = chlo.broadcast_add %a, %b : (tensor<2x3xf32>, tensor<3xi32>) -> tensor<2x3xf32>  // error: chlo_broadcast_add: expected operands of one element type
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>) {
  %0:2 = chlo.top_k(%a, k = 4) : tensor<2x3xf32> -> (tensor<2x4xf32>, tensor<2x4xi32>)  // error: chlo_top_k: expected k in the last dimension
  func.return
}
// -----
func.func @main(%a: tensor<2xi32>) {
  %0 = chlo.erf %a : tensor<2xi32> -> tensor<2xi32>  // error: chlo_erf: operand 0
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = chlo._asin_acos_kernel %a : tensor<2xf32> -> tensor<2xf32>  // error: chlo__asin_acos_kernel: operand 0
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  %0:2 = "chlo.scan"(%a, %b) <{dimension = 0 : i64}> ({  // error: chlo_scan: expected inputs and initial values, as operandSegmentSizes says how many
  ^bb0(%x: tensor<3xf32>, %y: tensor<3xf32>):
    stablehlo.return %x, %y : tensor<3xf32>, tensor<3xf32>
  }) : (tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>)
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  %0:2 = "chlo.scan"(%a, %b) <{dimension = 0 : i64, operandSegmentSizes = array<i32: 1, 5>}> ({  // error: 'chlo.scan' has 2 operands, operandSegmentSizes says others
  ^bb0(%x: tensor<3xf32>, %y: tensor<3xf32>):
    stablehlo.return %x, %y : tensor<3xf32>, tensor<3xf32>
  }) : (tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>)
  func.return
}
// -----
func.func @main(%a: tensor<2xi8>) -> tensor<2xi8> {
  %0 = chlo.conj %a : tensor<2xi8> -> tensor<2xi8> // error: chlo_conj
  return %0 : tensor<2xi8>
}
