// test: check --backend interp %s
func.func @main() {
  %x = stablehlo.constant dense<[[[[0.000000000e+00, 2.000000000e+00, 0.000000000e+00, 0.000000000e+00], [3.000000000e+00, -3.000000000e+00, -2.000000000e+00, -2.000000000e+00], [-2.000000000e+00, -3.000000000e+00, -1.000000000e+00, 1.000000000e+00], [0.000000000e+00, 3.000000000e+00, 0.000000000e+00, -1.000000000e+00]]]]> : tensor<1x1x4x4xf32>
  %k = stablehlo.constant dense<[[[[1.000000000e+00, -1.000000000e+00, -3.000000000e+00], [-3.000000000e+00, 1.000000000e+00, 2.000000000e+00], [2.000000000e+00, 3.000000000e+00, -3.000000000e+00]]]]> : tensor<1x1x3x3xf32>
  %p = stablehlo.constant dense<[[1, 1], [0, 1]]> : tensor<2x2xi64>
  %r = "stablehlo.dynamic_conv"(%x, %k, %p) {dimension_numbers = #stablehlo.conv<[b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1]>, batch_group_count = 1 : i64, feature_group_count = 1 : i64, window_strides = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<1x1x3x3xf32>, tensor<2x2xi64>) -> tensor<1x1x4x3xf32>
  check.expect_eq_const %r, dense<[[[[5.000000000e+00, -1.200000000e+01, -1.000000000e+01], [-2.800000000e+01, -7.000000000e+00, 5.000000000e+00], [2.200000000e+01, 2.400000000e+01, 1.000000000e+00], [7.000000000e+00, -1.600000000e+01, -3.000000000e+00]]]]> : tensor<1x1x4x3xf32>
  return
}
