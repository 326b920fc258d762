// test: check
// Sums of doubles are rounded once, to the result's type.
func.func @main() {
  %a = stablehlo.constant dense<[[1.000000000931322574615478515625, -1.0]]> : tensor<1x2xf64>
  %b = stablehlo.constant dense<[[1.0], [1.0]]> : tensor<2x1xf64>
  %d = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<1x2xf64>, tensor<2x1xf64>) -> tensor<1x1xf32>
  check.expect_eq_const %d, dense<9.31322575e-10> : tensor<1x1xf32>
  %x = stablehlo.reshape %a : (tensor<1x2xf64>) -> tensor<1x1x2xf64>
  %w = stablehlo.reshape %b : (tensor<2x1xf64>) -> tensor<1x1x2xf64>
  %c = stablehlo.convolution(%x, %w) dim_numbers = [b, f, 0]x[o, i, 0]->[b, f, 0], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x1x2xf64>, tensor<1x1x2xf64>) -> tensor<1x1x1xf32>
  check.expect_eq_const %c, dense<9.31322575e-10> : tensor<1x1x1xf32>
  %i = stablehlo.constant dense<[[(0.0, 1.000000000931322574615478515625), (0.0, -1.0)]]> : tensor<1x2xcomplex<f64>>
  %j = stablehlo.constant dense<[[(1.0, 0.0)], [(1.0, 0.0)]]> : tensor<2x1xcomplex<f64>>
  %k = stablehlo.dot_general %i, %j, contracting_dims = [1] x [0] : (tensor<1x2xcomplex<f64>>, tensor<2x1xcomplex<f64>>) -> tensor<1x1xcomplex<f32>>
  check.expect_eq_const %k, dense<(0.0, 9.31322575e-10)> : tensor<1x1xcomplex<f32>>
  return
}
