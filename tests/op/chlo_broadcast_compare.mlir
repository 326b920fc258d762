// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[1.500000000e+00], [-2.000000000e+00]]> : tensor<2x1xf32>
  %b = stablehlo.constant dense<[5.000000000e-01, 2.000000000e+00, -3.000000000e+00]> : tensor<3xf32>
  %r = chlo.broadcast_compare %a, %b {comparison_direction = #chlo<comparison_direction LT>} : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  check.expect_eq_const %r, dense<[[false, true, false], [true, true, false]]> : tensor<2x3xi1>
  return
}
