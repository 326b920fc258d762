// test: op
// Padding is zeros: an infinite weight over it makes a NaN.
// in: dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
// in: dense<[[[0x7F800000, 1.0, 2.0]]]> : tensor<1x1x3xf32>
// out: dense<[[[0x7FC00000, 0x7F800000, 0x7F800000]]]> : tensor<1x1x3xf32>
func.func @main(%a: tensor<1x1x3xf32>, %b: tensor<1x1x3xf32>) -> tensor<1x1x3xf32> {
  %r = stablehlo.convolution(%a, %b) dim_numbers = [b, f, 0]x[o, i, 0]->[b, f, 0], window = {pad = [[1, 1]]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  return %r : tensor<1x1x3xf32>
}
