// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[-3, -2], [-2, -2], [-2, 0]]> : tensor<3x2xi32>
  %i = stablehlo.constant dense<[2, 0, 2, 1]> : tensor<4xi64>
  %r = "stablehlo.torch_index_select"(%a, %i) {dim = 0 : i64, batch_dims = 0 : i64} : (tensor<3x2xi32>, tensor<4xi64>) -> tensor<4x2xi32>
  check.expect_eq_const %r, dense<[[-2, 0], [-3, -2], [-2, 0], [-2, -2]]> : tensor<4x2xi32>
  return
}
// -----
// An index beyond the dimension is the nearest within, as in gather.
func.func @main() {
  %a = stablehlo.constant dense<[1, 2, 3]> : tensor<3xi32>
  %i = stablehlo.constant dense<[-1, 2, 3, -2147483648, 2147483647]> : tensor<5xi32>
  %r = "stablehlo.torch_index_select"(%a, %i) {dim = 0 : i64, batch_dims = 0 : i64} : (tensor<3xi32>, tensor<5xi32>) -> tensor<5xi32>
  check.expect_eq_const %r, dense<[1, 3, 3, 1, 3]> : tensor<5xi32>
  return
}
// -----
// dim and batch_dims may count from the end.
func.func @main() {
  %a = stablehlo.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %i = stablehlo.constant dense<[[2], [0]]> : tensor<2x1xi32>
  %r = "stablehlo.torch_index_select"(%a, %i) {dim = -1 : i64, batch_dims = -1 : i64} : (tensor<2x3xi32>, tensor<2x1xi32>) -> tensor<2x1xi32>
  check.expect_eq_const %r, dense<[[3], [4]]> : tensor<2x1xi32>
  return
}
