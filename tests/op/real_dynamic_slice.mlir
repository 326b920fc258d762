// test: check
func.func @main() {
  %x = stablehlo.constant dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  %l = stablehlo.constant dense<[0, 0]> : tensor<2xi64>
  %h = stablehlo.constant dense<[2, 3]> : tensor<2xi64>
  %s = stablehlo.constant dense<[1, 2]> : tensor<2xi64>
  %r = stablehlo.real_dynamic_slice %x, %l, %h, %s : (tensor<2x3xi32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?xi32>
  %t = stablehlo.convert %r : (tensor<?x?xi32>) -> tensor<2x2xi32>
  check.expect_eq_const %t, dense<[[0, 2], [3, 5]]> : tensor<2x2xi32>
  return
}
