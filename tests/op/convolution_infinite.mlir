// test: op
// Padding is zeros: an infinite weight over it makes a NaN.
// in: dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
// in: dense<[[[0x7F800000, 1.0, 2.0]]]> : tensor<1x1x3xf32>
// out: dense<[[[0x7FC00000, 0x7F800000, 0x7F800000]]]> : tensor<1x1x3xf32>
func.func @main(%a: tensor<1x1x3xf32>, %b: tensor<1x1x3xf32>) -> tensor<1x1x3xf32> {
  %r = stablehlo.convolution(%a, %b) dim_numbers = [b, f, 0]x[o, i, 0]->[b, f, 0], window = {pad = [[1, 1]]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  return %r : tensor<1x1x3xf32>
}
// -----
// in: dense<[[[[1.0, 2.0], [3.0, -4.0]]]]> : tensor<1x1x2x2xf32>
// in: dense<[[[[1.0, 2.0, 0.5], [3.0, 0x7F800000, 1.0], [1.0, 1.0, 1.0]]], [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]], [[[0x7FC00000, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]]]> : tensor<3x1x3x3xf32>
// out: dense<[[[[0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000], [0x7FC00000, 0x7F800000, 0x7FC00000, 0x7F800000, 0x7FC00000], [0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000], [0x7FC00000, 0x7F800000, 0x7FC00000, 0xFF800000, 0x7FC00000], [0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]], [[9.0, 8.0, 25.0, 16.0, 14.0], [6.0, 5.0, 16.0, 10.0, 8.0], [30.0, 26.0, -8.0, -28.0, -26.0], [18.0, 15.0, -12.0, -20.0, -16.0], [9.0, 6.0, -9.0, -8.0, -4.0]], [[0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000], [0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000], [0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000], [0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000], [0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]]]]> : tensor<1x3x5x5xf32>
// The holes of a dilated input are zeros, and 0 times an infinity or a NaN is NaN.
func.func @main(%x: tensor<1x1x2x2xf32>, %w: tensor<3x1x3x3xf32>) -> tensor<1x3x5x5xf32> {
  %y = stablehlo.convolution(%x, %w) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], window = {pad = [[2, 2], [2, 2]], lhs_dilate = [2, 2]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<3x1x3x3xf32>) -> tensor<1x3x5x5xf32>
  return %y : tensor<1x3x5x5xf32>
}
