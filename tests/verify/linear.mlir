// test: verify
func.func @main(%a: tensor<2x3xf32>) -> tensor<2xf32> {
  %r:2 = stablehlo.custom_call @Eigh(%a) : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2xf32>) // error: @Eigh: operand 0: its size 1 does not fit
  return %r#1 : tensor<2xf32>
}
// -----
func.func @main(%a: tensor<2x2xi32>) -> tensor<2xi32> {
  %r:2 = stablehlo.custom_call @Eigh(%a) : (tensor<2x2xi32>) -> (tensor<2x2xi32>, tensor<2xi32>) // error: expected f32, f64 or complex numbers
  return %r#1 : tensor<2xi32>
}
// -----
func.func @main(%a: tensor<4x2x3xcomplex<f32>>) -> tensor<4x2xcomplex<f32>> {
  %r = stablehlo.custom_call @weft.svdvals(%a) : (tensor<4x2x3xcomplex<f32>>) -> tensor<4x2xcomplex<f32>> // error: @weft.svdvals: result 0: expected a tensor of rank 2 of f32
  return %r : tensor<4x2xcomplex<f32>>
}
// -----
func.func @main(%a: tensor<4x2x3xf32>) -> tensor<3x2xf32> {
  %r = stablehlo.custom_call @weft.svdvals(%a) : (tensor<4x2x3xf32>) -> tensor<3x2xf32> // error: expected the batch of tensor<4x2x3xf32>
  return %r : tensor<3x2xf32>
}
// -----
func.func @main(%a: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %r = stablehlo.custom_call @Qr(%a) : (tensor<2x3xf32>) -> tensor<2x3xf32> // error: @Qr: expected 2 results, found 1
  return %r : tensor<2x3xf32>
}
// -----
func.func @main(%a: tensor<2x3xf32>, %t: tensor<2xf32>) -> tensor<2x3xf32> {
  %r = stablehlo.custom_call @ProductOfElementaryHouseholderReflectors(%a, %t) : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32> // error: sizes do not fit operand 0
  return %r : tensor<2x3xf32>
}
