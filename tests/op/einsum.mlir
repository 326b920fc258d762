// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
  %b = stablehlo.constant dense<[[-3, -2], [-2, -2], [-2, 0]]> : tensor<3x2xi32>
  %r = "stablehlo.einsum"(%a, %b) {einsum_config = "ij,jk->ki"} : (tensor<2x3xi32>, tensor<3x2xi32>) -> tensor<2x2xi32>
  check.expect_eq_const %r, dense<[[-1, 10], [2, 6]]> : tensor<2x2xi32>
  return
}
// -----
// A batch, a sum over what one operand has alone, a diagonal.
func.func @main() {
  %a = stablehlo.constant dense<[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]> : tensor<2x2x2xi32>
  %b = stablehlo.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %r = "stablehlo.einsum"(%a, %b) {einsum_config = "bij,bk->kb"} : (tensor<2x2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  check.expect_eq_const %r, dense<[[10, 78], [20, 104]]> : tensor<2x2xi32>
  %d = "stablehlo.einsum"(%a, %b) {einsum_config = "iij,jk->ik"} : (tensor<2x2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  check.expect_eq_const %d, dense<[[7, 10], [31, 46]]> : tensor<2x2xi32>
  return
}
