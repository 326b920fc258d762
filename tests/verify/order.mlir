// test: verify
func.func @main(%a: tensor<2x3xf32>) -> tensor<2x3xi64> {
  %r = stablehlo.custom_call @weft.order(%a) {backend_config = "sort"} : (tensor<2x3xf32>) -> tensor<2x3xi64> // error: @weft.order: expected i64 keys
  return %r : tensor<2x3xi64>
}
// -----
func.func @main(%a: tensor<2x3xi64>) -> tensor<2x3xi64> {
  %r = stablehlo.custom_call @weft.order(%a) {backend_config = "sorted"} : (tensor<2x3xi64>) -> tensor<2x3xi64> // error: @weft.order: expected how
  return %r : tensor<2x3xi64>
}
// -----
func.func @main(%a: tensor<2x3xi64>) -> tensor<2x4xi64> {
  %r = stablehlo.custom_call @weft.order(%a) {backend_config = "first 4"} : (tensor<2x3xi64>) -> tensor<2x4xi64> // error: does not give tensor<2x4xi64>
  return %r : tensor<2x4xi64>
}
// -----
func.func @main(%a: tensor<2x3xi64>) -> tensor<3x3xi64> {
  %r = stablehlo.custom_call @weft.order(%a) {backend_config = "sort"} : (tensor<2x3xi64>) -> tensor<3x3xi64> // error: expected the rows of tensor<2x3xi64>
  return %r : tensor<3x3xi64>
}
