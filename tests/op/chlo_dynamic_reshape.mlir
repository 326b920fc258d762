// test: check --backend interp %s
func.func @main() {
  %a = stablehlo.constant dense<[0, 1, 2, 3, 4, 5]> : tensor<6xi32>
  %s = stablehlo.constant dense<[2, -1]> : tensor<2xi32>
  %r = "chlo.dynamic_reshape"(%a, %s) : (tensor<6xi32>, tensor<2xi32>) -> tensor<?x?xi32>
  %t = stablehlo.convert %r : (tensor<?x?xi32>) -> tensor<2x3xi32>
  check.expect_eq_const %t, dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  return
}
