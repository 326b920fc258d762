// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
  %b = stablehlo.constant dense<[[-3, -2], [-2, -2], [-2, 0]]> : tensor<3x2xi32>
  %r:2 = stablehlo.optimization_barrier %a, %b : tensor<2x3xi32>, tensor<3x2xi32>
  check.expect_eq_const %r#1, dense<[[-3, -2], [-2, -2], [-2, 0]]> : tensor<3x2xi32>
  return
}
