// test: check
func.func @main() {
  %x = stablehlo.constant dense<[[[3.000000000e+00, 0.000000000e+00], [3.000000000e+00, -1.000000000e+00], [0.000000000e+00, -3.000000000e+00]], [[3.000000000e+00, 0.000000000e+00], [2.000000000e+00, 1.000000000e+00], [-2.000000000e+00, -1.000000000e+00]]]> : tensor<2x3x2xf32>
  %s = stablehlo.constant dense<[1.000000000e+00, 2.000000000e+00, 3.000000000e+00]> : tensor<3xf32>
  %m = stablehlo.constant dense<[1.500000000e+00, 1.250000000e+00, -1.500000000e+00]> : tensor<3xf32>
  %v = stablehlo.constant dense<[2.250000000e+00, 2.187500000e+00, 1.250000000e+00]> : tensor<3xf32>
  %d = stablehlo.constant dense<[[[1.000000000e+00, 0.000000000e+00], [1.000000000e+00, 3.000000000e+00], [1.000000000e+00, 1.000000000e+00]], [[0.000000000e+00, 1.000000000e+00], [1.000000000e+00, 1.000000000e+00], [-3.000000000e+00, 3.000000000e+00]]]> : tensor<2x3x2xf32>
  %r:3 = "stablehlo.batch_norm_grad"(%x, %s, %m, %v, %d) {epsilon = 0.001 : f32, feature_index = 1 : i64} : (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2x3x2xf32>) -> (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>)
  check.expect_almost_eq_const %r#0, dense<[[[3.332592845e-01, -3.332592845e-01], [5.402191877e-01, 4.642363489e-01], [-1.070953965e+00, 3.753162861e+00]], [[-3.332592845e-01, 3.332592845e-01], [-1.547454596e-01, -8.497100472e-01], [-8.583711624e+00, 5.901502609e+00]]]> : tensor<2x3x2xf32> {tolerance = 1.000000e-04 : f64}
  check.expect_almost_eq_const %r#1, dense<[0.000000000e+00, -3.041860104e+00, 2.682209015e+00]> : tensor<3xf32> {tolerance = 1.000000e-04 : f64}
  check.expect_almost_eq_const %r#2, dense<[2.000000000e+00, 6.000000000e+00, 2.000000000e+00]> : tensor<3xf32> {tolerance = 1.000000e-04 : f64}
  return
}
// -----
// Of nothing: sums of nothing are 0.
func.func @main() {
  %x = stablehlo.constant dense<> : tensor<0x2xf32>
  %s = stablehlo.constant dense<1.0> : tensor<2xf32>
  %r:3 = "stablehlo.batch_norm_grad"(%x, %s, %s, %s, %x) {epsilon = 0.001 : f32, feature_index = 1 : i64} : (tensor<0x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<0x2xf32>) -> (tensor<0x2xf32>, tensor<2xf32>, tensor<2xf32>)
  check.expect_eq_const %r#1, dense<0.0> : tensor<2xf32>
  check.expect_eq_const %r#2, dense<0.0> : tensor<2xf32>
  return
}
