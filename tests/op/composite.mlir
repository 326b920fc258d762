// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
  %r = stablehlo.composite "my.op" %a {decomposition = @f} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  check.expect_eq_const %r, dense<[[2, -4, 2], [-4, -2, -2]]> : tensor<2x3xi32>
  return
}
func.func private @f(%x: tensor<2x3xi32>) -> tensor<2x3xi32> {
  %0 = stablehlo.add %x, %x : tensor<2x3xi32>
  return %0 : tensor<2x3xi32>
}
