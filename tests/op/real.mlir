// test: check
func.func @main() {
  %x = stablehlo.constant dense<[(1.000000000e+00, 2.000000000e+00), (-0.000000000e+00, -3.000000000e+00)]> : tensor<2xcomplex<f32>>
  %r = stablehlo.real %x : (tensor<2xcomplex<f32>>) -> tensor<2xf32>
  check.expect_eq_const %r, dense<[1.000000000e+00, 0.000000000e+00]> : tensor<2xf32>
  return
}
