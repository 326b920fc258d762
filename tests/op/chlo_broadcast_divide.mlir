// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[1.500000000e+00], [-2.000000000e+00]]> : tensor<2x1xf32>
  %b = stablehlo.constant dense<[5.000000000e-01, 2.000000000e+00, -3.000000000e+00]> : tensor<3xf32>
  %r = chlo.broadcast_divide %a, %b : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  check.expect_almost_eq_const %r, dense<[[3.000000000e+00, 7.500000000e-01, -5.000000000e-01], [-4.000000000e+00, -1.000000000e+00, 6.666666865e-01]]> : tensor<2x3xf32> {tolerance = 1.000000e-06 : f64}
  return
}
