// test: check
func.func @main() {
  %x = stablehlo.constant dense<[[3.000000000e+00, 1.000000000e+00, 3.000000000e+00, 0x7FC00000, -1.000000000e+00], [0.000000000e+00, -0.000000000e+00, 5.000000000e+00, 5.000000000e+00, 2.000000000e+00]]> : tensor<2x5xf32>
  %v, %i = chlo.top_k(%x, k = 3) : tensor<2x5xf32> -> (tensor<2x3xf32>, tensor<2x3xi32>)
  check.expect_eq_const %v, dense<[[0x7FC00000, 3.000000000e+00, 3.000000000e+00], [5.000000000e+00, 5.000000000e+00, 2.000000000e+00]]> : tensor<2x3xf32>
  check.expect_eq_const %i, dense<[[3, 0, 2], [2, 3, 4]]> : tensor<2x3xi32>
  return
}
