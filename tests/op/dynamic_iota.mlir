// test: check
func.func @main() {
  %x = stablehlo.constant dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  %s = stablehlo.constant dense<[2, 3]> : tensor<2xi64>
  %r = stablehlo.dynamic_iota %s, dim = 1 : (tensor<2xi64>) -> tensor<?x?xi32>
  %t = stablehlo.convert %r : (tensor<?x?xi32>) -> tensor<2x3xi32>
  check.expect_eq_const %t, dense<[[0, 1, 2], [0, 1, 2]]> : tensor<2x3xi32>
  return
}
