// test: check
func.func @main() {
  %a = stablehlo.constant dense<[1.000000000e+00, 1.000000000e+00, 0.000000000e+00, -0.000000000e+00, 3.402823466e+38, 0x7FC00000]> : tensor<6xf32>
  %b = stablehlo.constant dense<[2.000000000e+00, 0.000000000e+00, -1.000000000e+00, 1.000000000e+00, 0x7F800000, 1.000000000e+00]> : tensor<6xf32>
  %r = chlo.next_after %a, %b : tensor<6xf32>, tensor<6xf32> -> tensor<6xf32>
  check.expect_eq_const %r, dense<[1.000000119e+00, 9.999999404e-01, -1.401298464e-45, 1.401298464e-45, 0x7F800000, 0x7FC00000]> : tensor<6xf32>
  return
}
