// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[12], [-7]]> : tensor<2x1xi32>
  %b = stablehlo.constant dense<[3, 1, 2]> : tensor<3xi32>
  %r = chlo.broadcast_or %a, %b : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  check.expect_eq_const %r, dense<[[15, 13, 14], [-5, -7, -5]]> : tensor<2x3xi32>
  return
}
// -----
func.func @main() {
  %a = stablehlo.constant dense<[[true], [false]]> : tensor<2x1xi1>
  %b = stablehlo.constant dense<[true, false, true]> : tensor<3xi1>
  %r = chlo.broadcast_or %a, %b : (tensor<2x1xi1>, tensor<3xi1>) -> tensor<2x3xi1>
  check.expect_eq_const %r, dense<[[true, true, true], [true, false, true]]> : tensor<2x3xi1>
  return
}
