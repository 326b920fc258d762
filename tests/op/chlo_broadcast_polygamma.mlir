// test: check --backend interp %s
func.func @main() {
  %a = stablehlo.constant dense<[[0.00000000000000000e+00], [1.00000000000000000e+00]]> : tensor<2x1xf64>
  %b = stablehlo.constant dense<[1.00000000000000000e+00]> : tensor<1xf64>
  %r = chlo.broadcast_polygamma %a, %b : (tensor<2x1xf64>, tensor<1xf64>) -> tensor<2x1xf64>
  check.expect_almost_eq_const %r, dense<[[-5.77215664901532866e-01], [1.64493406684822641e+00]]> : tensor<2x1xf64> {tolerance = 1.000000e-10 : f64}
  return
}
