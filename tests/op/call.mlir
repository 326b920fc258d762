// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
  %r:2 = call @f(%a) : (tensor<2x3xi32>) -> (tensor<2x3xi32>, tensor<2x3xi32>)
  check.expect_eq_const %r#0, dense<[[2, -4, 2], [-4, -2, -2]]> : tensor<2x3xi32>
  check.expect_eq_const %r#1, dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
  return
}
func.func private @f(%x: tensor<2x3xi32>) -> (tensor<2x3xi32>, tensor<2x3xi32>) {
  %0 = stablehlo.add %x, %x : tensor<2x3xi32>
  return %0, %x : tensor<2x3xi32>, tensor<2x3xi32>
}
// -----
// Nothing at all.
func.func @main() {
  return
}
