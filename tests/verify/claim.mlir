// test: verify
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  stablehlo.custom_call @weft.claim(%a) {backend_config = "text", has_side_effect = true} : (tensor<2xf32>) -> () // error: @weft.claim: operand 0 is tensor<2xf32>
  return %a : tensor<2xf32>
}
// -----
func.func @main(%a: tensor<2xi8>) -> tensor<2xi8> {
  stablehlo.custom_call @weft.indices(%a) {backend_config = "plain 0 7 1 f", has_side_effect = true} : (tensor<2xi8>) -> () // error: @weft.indices: operand 0 is tensor<2xi8>
  return %a : tensor<2xi8>
}
// -----
func.func @main(%a: tensor<2xi64>) -> tensor<2xi64> {
  stablehlo.custom_call @weft.indices(%a, %a) {backend_config = "plain 0 -1 1 f", has_side_effect = true} : (tensor<2xi64>, tensor<2xi64>) -> () // error: @weft.indices: operand 1 is tensor<2xi64>
  return %a : tensor<2xi64>
}
// -----
func.func @main() {
  stablehlo.custom_call @weft.indices() {backend_config = "plain 0 7 1 f", has_side_effect = true} : () -> () // error: @weft.indices: expected indices and perhaps a size, found 0 operands
  return
}
