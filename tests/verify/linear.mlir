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
// -----
func.func @main(%a: tensor<2x3xf32>) -> tensor<2xi32> {
  %r:3 = stablehlo.custom_call @lapack_dgetrf_ffi(%a) : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2xi32>, tensor<i32>) // error: @lapack_dgetrf_ffi: expected another element than that of tensor<2x3xf32>
  return %r#1 : tensor<2xi32>
}
// -----
func.func @main(%a: tensor<4x2x3xf32>) -> tensor<i32> {
  %r:3 = stablehlo.custom_call @lapack_sgetrf_ffi(%a) : (tensor<4x2x3xf32>) -> (tensor<4x2x3xf32>, tensor<4x2xi32>, tensor<i32>) // error: @lapack_sgetrf_ffi: result 2: expected a tensor of rank 1 of i32
  return %r#2 : tensor<i32>
}
// -----
func.func @main(%a: tensor<3x3xcomplex<f64>>) -> tensor<3xf64> {
  %r:5 = stablehlo.custom_call @lapack_zhetrd_ffi(%a) : (tensor<3x3xcomplex<f64>>) -> (tensor<3x3xcomplex<f64>>, tensor<3xf64>, tensor<3xf64>, tensor<2xcomplex<f64>>, tensor<i32>) // error: @lapack_zhetrd_ffi: result 2: its size 0 does not fit operand 0
  return %r#1 : tensor<3xf64>
}
