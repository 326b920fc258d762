// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[12], [-7]]> : tensor<2x1xi32>
  %b = stablehlo.constant dense<[3, 1, 2]> : tensor<3xi32>
  %r = chlo.broadcast_and %a, %b : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  check.expect_eq_const %r, dense<[[0, 0, 0], [1, 1, 0]]> : tensor<2x3xi32>
  return
}
// -----
func.func @main() {
  %a = stablehlo.constant dense<[[true], [false]]> : tensor<2x1xi1>
  %b = stablehlo.constant dense<[true, false, true]> : tensor<3xi1>
  %r = chlo.broadcast_and %a, %b : (tensor<2x1xi1>, tensor<3xi1>) -> tensor<2x3xi1>
  check.expect_eq_const %r, dense<[[true, false, true], [false, false, false]]> : tensor<2x3xi1>
  return
}
