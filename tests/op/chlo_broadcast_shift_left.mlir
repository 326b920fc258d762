// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[12], [-7]]> : tensor<2x1xi32>
  %b = stablehlo.constant dense<[3, 1, 2]> : tensor<3xi32>
  %r = chlo.broadcast_shift_left %a, %b : (tensor<2x1xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  check.expect_eq_const %r, dense<[[96, 24, 48], [-56, -14, -28]]> : tensor<2x3xi32>
  return
}
