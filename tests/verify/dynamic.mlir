// test: verify
// Constraints of sizes that a program computes, each broken once.
func.func @main(%a: tensor<4xf32>, %s: tensor<?xi32>) {
  %0 = stablehlo.dynamic_reshape %a, %s : (tensor<4xf32>, tensor<?xi32>) -> tensor<2x2xf32>  // error: dynamic_reshape_c4: operand 1: expected a vector of static size
  func.return
}
// -----
func.func @main(%a: tensor<4xf32>, %s: tensor<1xi32>) {
  %0 = stablehlo.dynamic_reshape %a, %s : (tensor<4xf32>, tensor<1xi32>) -> tensor<2x2xf32>  // error: dynamic_reshape_c4
  func.return
}
// -----
func.func @main(%a: tensor<3xf32>, %s: tensor<2xi32>) {
  %0 = stablehlo.dynamic_broadcast_in_dim %a, %s, dims = [0] : (tensor<3xf32>, tensor<2xi32>) -> tensor<4x?xf32>  // error: dynamic_broadcast_in_dim_c5
  func.return
}
// -----
func.func @main(%s: tensor<1xi32>) {
  %0 = "stablehlo.dynamic_iota"(%s) {iota_dimension = 1 : i64} : (tensor<1xi32>) -> tensor<?xi32>  // error: dynamic_iota_c1
  func.return
}
// -----
func.func @main(%a: tensor<?x3xf32>) {
  %0 = stablehlo.get_dimension_size %a, dim = 2 : (tensor<?x3xf32>) -> tensor<i32>  // error: get_dimension_size_c1
  func.return
}
// -----
func.func @main(%a: tensor<?x3xf32>, %b: tensor<?x4xf32>) {
  %0 = stablehlo.add %a, %b : (tensor<?x3xf32>, tensor<?x4xf32>) -> tensor<?x3xf32>  // error: add_c1
  func.return
}
// -----
func.func @main(%a: tensor<4xf32>) {
  %0 = stablehlo.broadcast_in_dim %a, dims = [0] : (tensor<4xf32>) -> tensor<4x?xf32>  // error: broadcast_in_dim: expected a result of static shape
  func.return
}
// -----
func.func @main(%a: tensor<1xf32>) {
  %0 = stablehlo.broadcast_in_dim %a, dims = [0] : (tensor<1xf32>) -> tensor<4611686018427387904x4xf32>  // error: overflows
  func.return
}
