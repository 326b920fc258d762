// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[1.500000000e+00], [2.000000000e+00]]> : tensor<2x1xf32>
  %b = stablehlo.constant dense<[5.000000000e-01, 2.000000000e+00, -3.000000000e+00]> : tensor<3xf32>
  %r = chlo.broadcast_power %a, %b : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  check.expect_almost_eq_const %r, dense<[[1.224744916e+00, 2.250000000e+00, 2.962962985e-01], [1.414213538e+00, 4.000000000e+00, 1.250000000e-01]]> : tensor<2x3xf32> {tolerance = 1.000000e-05 : f64}
  return
}
