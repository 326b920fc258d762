// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
  %b = stablehlo.constant dense<[[-3, -2], [-2, -2], [-2, 0]]> : tensor<3x2xi32>
  %t = stablehlo.tuple %a, %b : tuple<tensor<2x3xi32>, tensor<3x2xi32>>
  %r = stablehlo.get_tuple_element %t[1] : (tuple<tensor<2x3xi32>, tensor<3x2xi32>>) -> tensor<3x2xi32>
  check.expect_eq_const %r, dense<[[-3, -2], [-2, -2], [-2, 0]]> : tensor<3x2xi32>
  return
}
