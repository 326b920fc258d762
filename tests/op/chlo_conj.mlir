// test: check
func.func @main() {
  %x = stablehlo.constant dense<[(1.000000000e+00, 2.000000000e+00), (-3.500000000e+00, -5.000000000e-01)]> : tensor<2xcomplex<f32>>
  %r = "chlo.conj"(%x) : (tensor<2xcomplex<f32>>) -> tensor<2xcomplex<f32>>
  check.expect_eq_const %r, dense<[(1.000000000e+00, -2.000000000e+00), (-3.500000000e+00, 5.000000000e-01)]> : tensor<2xcomplex<f32>>
  return
}
// -----
// Numbers without an imaginary part are their own.
// test: check
func.func @main() {
  %f = stablehlo.constant dense<[-0.0, 2.5]> : tensor<2xf8E4M3>
  %t = "chlo.conj"(%f) : (tensor<2xf8E4M3>) -> tensor<2xf8E4M3>
  check.expect_eq_const %t, dense<[-0.0, 2.5]> : tensor<2xf8E4M3>
  return
}
