// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[12], [-7]]> : tensor<2x1xi32>
  %b = stablehlo.constant dense<[3, 1, 2]> : tensor<3xi32>
  %r = chlo.broadcast_shift_right_arithmetic %a, %b : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  check.expect_eq_const %r, dense<[[1, 6, 3], [-1, -4, -2]]> : tensor<2x3xi32>
  return
}
