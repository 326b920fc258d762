// test: check
func.func @main() {
  %x = stablehlo.constant dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  %s = stablehlo.constant dense<[3, 2, 2]> : tensor<3xi64>
  %o = stablehlo.slice %x [0:2, 1:2] : (tensor<2x3xi32>) -> tensor<2x1xi32>
  %r = stablehlo.dynamic_broadcast_in_dim %o, %s, dims = [1, 2] : (tensor<2x1xi32>, tensor<3xi64>) -> tensor<?x?x?xi32>
  %t = stablehlo.convert %r : (tensor<?x?x?xi32>) -> tensor<3x2x2xi32>
  check.expect_eq_const %t, dense<[[[1, 1], [4, 4]], [[1, 1], [4, 4]], [[1, 1], [4, 4]]]> : tensor<3x2x2xi32>
  return
}
