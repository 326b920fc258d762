// test: check
func.func @main() {
  %a = stablehlo.constant dense<[127, -128, 100, -3]> : tensor<4xi8>
  %b = stablehlo.constant dense<[127, -128, -100, 5]> : tensor<4xi8>
  %r = chlo.mulhi %a, %b : tensor<4xi8>, tensor<4xi8> -> tensor<4xi8>
  check.expect_eq_const %r, dense<[63, 64, -40, -1]> : tensor<4xi8>
  return
}
// -----
func.func @main() {
  %a = stablehlo.constant dense<[18446744073709551615, 9223372036854775808, 7]> : tensor<3xui64>
  %b = stablehlo.constant dense<[18446744073709551615, 4, 9]> : tensor<3xui64>
  %r = chlo.mulhi %a, %b : tensor<3xui64>, tensor<3xui64> -> tensor<3xui64>
  check.expect_eq_const %r, dense<[18446744073709551614, 2, 0]> : tensor<3xui64>
  return
}
