// test: check --backend interp %s
func.func @main() {
  %a = stablehlo.constant dense<[2.00000000000000000e+00, 4.00000000000000000e+00, 1.50000000000000000e+00, 1.00000000000000000e+00]> : tensor<4xf64>
  %b = stablehlo.constant dense<[1.00000000000000000e+00, 1.00000000000000000e+00, 2.50000000000000000e+00, 3.00000000000000000e+00]> : tensor<4xf64>
  %r = chlo.zeta %a, %b : tensor<4xf64>, tensor<4xf64> -> tensor<4xf64>
  check.expect_almost_eq_const %r, dense<[1.64493406684822641e+00, 1.08232323371113792e+00, 1.40377976885682565e+00, 0x7FF0000000000000]> : tensor<4xf64> {tolerance = 1.000000e-10 : f64}
  return
}
// -----
// test: check --backend weft %s
func.func @main() {
  %a = stablehlo.constant dense<[2.00000000000000000e+00, 4.00000000000000000e+00, 1.50000000000000000e+00, 1.00000000000000000e+00]> : tensor<4xf64>
  %b = stablehlo.constant dense<[1.00000000000000000e+00, 1.00000000000000000e+00, 2.50000000000000000e+00, 3.00000000000000000e+00]> : tensor<4xf64>
  %r = chlo.zeta %a, %b : tensor<4xf64>, tensor<4xf64> -> tensor<4xf64>
  check.expect_almost_eq_const %r, dense<[1.64493406684822641e+00, 1.08232323371113792e+00, 1.40377976885682565e+00, 0x7FF0000000000000]> : tensor<4xf64> {tolerance = 1.000000e-10 : f64}
  return
}
