// test: check
func.func @main() {
  %t = stablehlo.create_token : !stablehlo.token
  %u = stablehlo.after_all %t, %t : !stablehlo.token
  %a = stablehlo.constant dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
  check.expect_eq_const %a, dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
  return
}
