// test: op
// in: dense<[[[[3.25, 3.0, 2.625, 2.875, -3.5, 2.5], [3.625, -2.0, -2.625, -3.375, 2.375, 3.625], [0.875, 0.875, 2.375, -4.0, 2.75, 3.375], [-3.0, 4.0, 2.875, -1.75, -0.125, 2.5], [3.25, -3.375, 1.25, -0.5, -1.25, 2.625], [1.5, -0.75, 3.125, 0.125, 2.875, -3.125]], [[3.375, 2.5, 0.25, 0.0, -1.5, -2.0], [-1.75, 2.25, -0.875, 3.875, -1.0, 0.25], [-0.875, 1.875, -1.125, 4.0, 1.125, -3.875], [3.625, 0.75, 1.5, 3.75, -1.75, -3.125], [1.5, -2.25, -4.0, 0.375, 0.375, 1.75], [3.25, 0.375, -2.125, 0.375, -3.5, -3.625]]]]> : tensor<1x2x6x6xf32>
// out: dense<[[[[3.625, 3.0, 3.625], [4.0, 4.0, 3.625], [4.0, 4.0, 2.875]], [[3.375, 3.875, 3.875], [3.625, 4.0, 4.0], [3.625, 3.75, 3.75]]]]> : tensor<1x2x3x3xf32>
func.func @main(%a: tensor<1x2x6x6xf32>) -> tensor<1x2x3x3xf32> {
  %z = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %r = "stablehlo.reduce_window"(%a, %z) <{padding = dense<[[0, 0], [0, 0], [1, 0], [1, 0]]> : tensor<4x2xi64>, window_dimensions = array<i64: 1, 1, 3, 3>, window_strides = array<i64: 1, 1, 2, 2>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.maximum %x, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<1x2x6x6xf32>, tensor<f32>) -> tensor<1x2x3x3xf32>
  return %r : tensor<1x2x3x3xf32>
}
// -----
// Padding and the holes of a dilated operand hold the initial value, which the body starts from too.
// in: dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
// in: dense<10> : tensor<i32>
// out: dense<[[41, 50, 42], [43, 50, 44], [43, 50, 44], [50, 50, 50]]> : tensor<4x3xi32>
func.func @main(%a: tensor<2x2xi32>, %z: tensor<i32>) -> tensor<4x3xi32> {
  %r = "stablehlo.reduce_window"(%a, %z) <{window_dimensions = array<i64: 2, 2>, window_dilations = array<i64: 1, 3>, base_dilations = array<i64: 2, 2>, padding = dense<[[0, 2], [0, 3]]> : tensor<2x2xi64>}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %s = stablehlo.add %x, %y : tensor<i32>
    stablehlo.return %s : tensor<i32>
  }) : (tensor<2x2xi32>, tensor<i32>) -> tensor<4x3xi32>
  return %r : tensor<4x3xi32>
}
// -----
// in: dense<[100, 100, 27]> : tensor<3xi8>
// in: dense<0> : tensor<i8>
// out: dense<[200, 127]> : tensor<2xi32>
func.func @main(%a: tensor<3xi8>, %z: tensor<i8>) -> tensor<2xi32> {
  %r = "stablehlo.reduce_window"(%a, %z) <{window_dimensions = array<i64: 2>}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %s = stablehlo.add %x, %y : tensor<i32>
    stablehlo.return %s : tensor<i32>
  }) : (tensor<3xi8>, tensor<i8>) -> tensor<2xi32>
  return %r : tensor<2xi32>
}
// -----
// test: op
// Stride and base dilation of one size: windows that begin before the operand, of bytes.
// in: dense<[1, 2, 3, 4, 5, 6, 7, 8]> : tensor<8xi8>
// in: dense<0> : tensor<i8>
// out: dense<[0, 1, 3, 5, 7, 9, 11, 13]> : tensor<8xi8>
func.func @main(%a: tensor<8xi8>, %z: tensor<i8>) -> tensor<8xi8> {
  %r = "stablehlo.reduce_window"(%a, %z) ({
  ^bb0(%x: tensor<i8>, %y: tensor<i8>):
    %s = stablehlo.add %x, %y : tensor<i8>
    stablehlo.return %s : tensor<i8>
  }) {window_dimensions = array<i64: 3>, window_strides = array<i64: 2>, base_dilations = array<i64: 2>, padding = dense<[[4, -2]]> : tensor<1x2xi64>} : (tensor<8xi8>, tensor<i8>) -> tensor<8xi8>
  return %r : tensor<8xi8>
}
// -----
// test: op
// A window over all that comes before: along the last dim, and along one with others behind it.
// in: dense<[[1.0, 2.0, 3.0, 4.0], [0.5, -1.0, 0.0, 8.0], [2.0, 2.0, -2.0, 1.0]]> : tensor<3x4xf32>
// out: dense<[[1.0, 3.0, 6.0, 10.0], [0.5, -0.5, -0.5, 7.5], [2.0, 4.0, 2.0, 3.0]]> : tensor<3x4xf32>
// out: dense<[[2.0, 4.0, 6.0, 8.0], [2.0, -8.0, 0.0, 128.0], [8.0, -32.0, -0.0, 256.0]]> : tensor<3x4xf32>
func.func @main(%x: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %one = stablehlo.constant dense<1.0> : tensor<f32>
  %sum = "stablehlo.reduce_window"(%x, %z) <{window_dimensions = array<i64: 1, 4>, padding = dense<[[0, 0], [3, 0]]> : tensor<2x2xi64>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = stablehlo.add %a, %b : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<3x4xf32>, tensor<f32>) -> tensor<3x4xf32>
  %twice = stablehlo.add %x, %x : tensor<3x4xf32>
  %product = "stablehlo.reduce_window"(%twice, %one) <{window_dimensions = array<i64: 3, 1>, padding = dense<[[2, 0], [0, 0]]> : tensor<2x2xi64>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = stablehlo.multiply %a, %b : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<3x4xf32>, tensor<f32>) -> tensor<3x4xf32>
  return %sum, %product : tensor<3x4xf32>, tensor<3x4xf32>
}
// -----
// A window longer than any dimension, all but its end padding: a scan whose length it does not say.
// in: dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
// out: dense<[[1, 3, 6], [4, 9, 15]]> : tensor<2x3xi32>
func.func @main(%a: tensor<2x3xi32>) -> tensor<2x3xi32> {
  %z = stablehlo.constant dense<0> : tensor<i32>
  %r = "stablehlo.reduce_window"(%a, %z) <{window_dimensions = array<i64: 1, 1099511627776>, padding = dense<[[0, 0], [1099511627775, 0]]> : tensor<2x2xi64>}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %s = stablehlo.add %x, %y : tensor<i32>
    stablehlo.return %s : tensor<i32>
  }) : (tensor<2x3xi32>, tensor<i32>) -> tensor<2x3xi32>
  return %r : tensor<2x3xi32>
}
