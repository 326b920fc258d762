// test: check
func.func @main() {
  %x = stablehlo.constant dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  %v = stablehlo.constant dense<9> : tensor<i32>
  %l = stablehlo.constant dense<[1, -1]> : tensor<2xi64>
  %h = stablehlo.constant dense<[0, 2]> : tensor<2xi64>
  %i = stablehlo.constant dense<[1, 0]> : tensor<2xi64>
  %r = stablehlo.dynamic_pad %x, %v, %l, %h, %i : (tensor<2x3xi32>, tensor<i32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?xi32>
  %t = stablehlo.convert %r : (tensor<?x?xi32>) -> tensor<4x4xi32>
  check.expect_eq_const %t, dense<[[9, 9, 9, 9], [1, 2, 9, 9], [9, 9, 9, 9], [4, 5, 9, 9]]> : tensor<4x4xi32>
  return
}
