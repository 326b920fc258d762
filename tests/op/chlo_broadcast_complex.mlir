// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[1.500000000e+00], [-2.000000000e+00]]> : tensor<2x1xf32>
  %b = stablehlo.constant dense<[5.000000000e-01, 2.000000000e+00, -3.000000000e+00]> : tensor<3xf32>
  %r = chlo.broadcast_complex %a, %b : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xcomplex<f32>>
  check.expect_eq_const %r, dense<[[(1.500000000e+00, 5.000000000e-01), (1.500000000e+00, 2.000000000e+00), (1.500000000e+00, -3.000000000e+00)], [(-2.000000000e+00, 5.000000000e-01), (-2.000000000e+00, 2.000000000e+00), (-2.000000000e+00, -3.000000000e+00)]]> : tensor<2x3xcomplex<f32>>
  return
}
