// test: check
func.func @main() {
  %x = stablehlo.constant dense<[[[[0.000000000e+00, 2.000000000e+00, 0.000000000e+00, 0.000000000e+00], [3.000000000e+00, -3.000000000e+00, -2.000000000e+00, -2.000000000e+00], [-2.000000000e+00, -3.000000000e+00, -1.000000000e+00, 1.000000000e+00], [0.000000000e+00, 3.000000000e+00, 0.000000000e+00, -1.000000000e+00]]]]> : tensor<1x1x4x4xf32>
  %k = stablehlo.constant dense<[[[[1.000000000e+00, -1.000000000e+00, -3.000000000e+00], [-3.000000000e+00, 1.000000000e+00, 2.000000000e+00], [2.000000000e+00, 3.000000000e+00, -3.000000000e+00]]]]> : tensor<1x1x3x3xf32>
  %p = stablehlo.constant dense<[[1, 1], [0, 1]]> : tensor<2x2xi64>
  %r = "stablehlo.dynamic_conv"(%x, %k, %p) {dimension_numbers = #stablehlo.conv<[b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1]>, batch_group_count = 1 : i64, feature_group_count = 1 : i64, window_strides = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<1x1x3x3xf32>, tensor<2x2xi64>) -> tensor<1x1x4x3xf32>
  check.expect_eq_const %r, dense<[[[[5.000000000e+00, -1.200000000e+01, -1.000000000e+01], [-2.800000000e+01, -7.000000000e+00, 5.000000000e+00], [2.200000000e+01, 2.400000000e+01, 1.000000000e+00], [7.000000000e+00, -1.600000000e+01, -3.000000000e+00]]]]> : tensor<1x1x4x3xf32>
  return
}
// -----
// Padding known at run time only, dilated input and window, one side cut.
func.func @main() {
  %x = stablehlo.constant dense<[[[1], [2], [3], [4]]]> : tensor<1x4x1xi32>
  %k = stablehlo.constant dense<[[[1]], [[10]], [[100]]]> : tensor<3x1x1xi32>
  %p = stablehlo.constant dense<[[2, -1]]> : tensor<1x2xi32>
  %r = "stablehlo.dynamic_conv"(%x, %k, %p) {dimension_numbers = #stablehlo.conv<[b, 0, f]x[0, i, o]->[b, 0, f]>, batch_group_count = 1 : i64, feature_group_count = 1 : i64, window_strides = array<i64: 2>, lhs_dilation = array<i64: 2>, rhs_dilation = array<i64: 2>} : (tensor<1x4x1xi32>, tensor<3x1x1xi32>, tensor<1x2xi32>) -> tensor<1x2x1xi32>
  check.expect_eq_const %r, dense<[[[210], [321]]]> : tensor<1x2x1xi32>
  return
}
