// test: check
func.func @main() {
  %x = stablehlo.constant dense<[[[3.000000000e+00, 0.000000000e+00], [3.000000000e+00, -1.000000000e+00], [0.000000000e+00, -3.000000000e+00]], [[3.000000000e+00, 0.000000000e+00], [2.000000000e+00, 1.000000000e+00], [-2.000000000e+00, -1.000000000e+00]]]> : tensor<2x3x2xf32>
  %s = stablehlo.constant dense<[1.000000000e+00, 2.000000000e+00, 3.000000000e+00]> : tensor<3xf32>
  %o = stablehlo.constant dense<[5.000000000e-01, 0.000000000e+00, -1.000000000e+00]> : tensor<3xf32>
  %r:3 = "stablehlo.batch_norm_training"(%x, %s, %o) {epsilon = 0.001 : f32, feature_index = 1 : i64} : (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>)
  check.expect_almost_eq_const %r#0, dense<[[[1.499777794e+00, -4.997778535e-01], [2.365891218e+00, -3.041860104e+00], [3.023313046e+00, -5.023313046e+00]], [[1.499777794e+00, -4.997778535e-01], [1.013953328e+00, -3.379844725e-01], [-2.341104507e+00, 3.411043882e-01]]]> : tensor<2x3x2xf32> {tolerance = 1.000000e-05 : f64}
  check.expect_almost_eq_const %r#1, dense<[1.500000000e+00, 1.250000000e+00, -1.500000000e+00]> : tensor<3xf32> {tolerance = 1.000000e-06 : f64}
  check.expect_almost_eq_const %r#2, dense<[2.250000000e+00, 2.187500000e+00, 1.250000000e+00]> : tensor<3xf32> {tolerance = 1.000000e-05 : f64}
  return
}
