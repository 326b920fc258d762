// test: check
func.func @main() {
  %x = stablehlo.constant dense<[(1.000000000e+00, 2.000000000e+00), (-3.500000000e+00, -5.000000000e-01)]> : tensor<2xcomplex<f32>>
  %r = "chlo.conj"(%x) : (tensor<2xcomplex<f32>>) -> tensor<2xcomplex<f32>>
  check.expect_eq_const %r, dense<[(1.000000000e+00, -2.000000000e+00), (-3.500000000e+00, 5.000000000e-01)]> : tensor<2xcomplex<f32>>
  return
}
