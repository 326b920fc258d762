// test: check
func.func @main() {
  %x = stablehlo.constant dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  %i = stablehlo.constant dense<[[1], [-4], [7]]> : tensor<3x1xi64>
  %s = stablehlo.constant dense<[1, 3]> : tensor<2xi64>
  %r = "stablehlo.dynamic_gather"(%x, %i, %s) {dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>} : (tensor<2x3xi32>, tensor<3x1xi64>, tensor<2xi64>) -> tensor<?x?xi32>
  %t = stablehlo.convert %r : (tensor<?x?xi32>) -> tensor<3x3xi32>
  check.expect_eq_const %t, dense<[[3, 4, 5], [0, 1, 2], [3, 4, 5]]> : tensor<3x3xi32>
  return
}
