// test: check
// w = _asin_acos_kernel z: asin z = atan2(x, re w) + i im w with y's sign, acos z = atan2(re w, x) - it.
func.func @main() {
  %x = stablehlo.constant dense<[0.5, -2.0, 3.0e-3, -0.75, 1.0e10, 0.0]> : tensor<6xf32>
  %y = stablehlo.constant dense<[0.25, 1.5, -7.0, -1.0e-5, 1.0e12, 0.0]> : tensor<6xf32>
  %zero = stablehlo.constant dense<0.0> : tensor<6xf32>
  %z = stablehlo.complex %x, %y : tensor<6xcomplex<f32>>
  %w = chlo._asin_acos_kernel %z : tensor<6xcomplex<f32>> -> tensor<6xcomplex<f32>>
  %t = stablehlo.real %w : (tensor<6xcomplex<f32>>) -> tensor<6xf32>
  %v = stablehlo.imag %w : (tensor<6xcomplex<f32>>) -> tensor<6xf32>
  %below = stablehlo.compare LT, %y, %zero : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xi1>
  %minus = stablehlo.negate %v : tensor<6xf32>
  %up = stablehlo.select %below, %minus, %v : tensor<6xi1>, tensor<6xf32>
  %down = stablehlo.negate %up : tensor<6xf32>
  %u = stablehlo.atan2 %x, %t : tensor<6xf32>
  %s = stablehlo.atan2 %t, %x : tensor<6xf32>
  %asin = stablehlo.complex %u, %up : tensor<6xcomplex<f32>>
  %acos = stablehlo.complex %s, %down : tensor<6xcomplex<f32>>
  %asin_want = chlo.asin %z : tensor<6xcomplex<f32>> -> tensor<6xcomplex<f32>>
  %acos_want = chlo.acos %z : tensor<6xcomplex<f32>> -> tensor<6xcomplex<f32>>
  check.expect_almost_eq %asin, %asin_want : tensor<6xcomplex<f32>>
  check.expect_almost_eq %acos, %acos_want : tensor<6xcomplex<f32>>
  return
}
// -----
// Beside a branch point, at infinity, and without numbers.
func.func @main() {
  %z = stablehlo.constant dense<[(1.0, 0.0), (-1.0, 0.0), (2.0, 0.0), (0x7FF0000000000000, 3.0), (2.0, 0xFFF0000000000000), (1.0, 1.0e-20)]> : tensor<6xcomplex<f64>>
  %r = chlo._asin_acos_kernel %z : tensor<6xcomplex<f64>> -> tensor<6xcomplex<f64>>
  check.expect_almost_eq_const %r, dense<[(0.0, 0.0), (0.0, 0.0), (0.0, 1.31695789692481670862), (3.0, 0x7FF0000000000000), (0x7FF0000000000000, 0x7FF0000000000000), (1.0e-10, 1.0e-10)]> : tensor<6xcomplex<f64>>
  return
}
