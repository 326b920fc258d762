// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
  %r = "stablehlo.unary_einsum"(%a) {einsum_config = "ij->j"} : (tensor<2x3xi32>) -> tensor<3xi32>
  check.expect_eq_const %r, dense<[-1, -3, 0]> : tensor<3xi32>
  return
}
