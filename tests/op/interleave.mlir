// test: op
// in: dense<[[-8.0, -1.0, 6.0, -4.0, 3.0, -7.0, 0.0, 7.0, -3.0, 4.0, -6.0, 1.0, 8.0, -2.0, 5.0, -5.0, 2.0, -8.0, -1.0, 6.0, -4.0], [3.0, -7.0, 0.0, 7.0, -3.0, 4.0, -6.0, 1.0, 8.0, -2.0, 5.0, -5.0, 2.0, -8.0, -1.0, 6.0, -4.0, 3.0, -7.0, 0.0, 7.0], [-3.0, 4.0, -6.0, 1.0, 8.0, -2.0, 5.0, -5.0, 2.0, -8.0, -1.0, 6.0, -4.0, 3.0, -7.0, 0.0, 7.0, -3.0, 4.0, -6.0, 1.0]]> : tensor<3x21xf32>
// out: dense<[[-8.0, 8.0, -1.0, 1.0, 6.0, -6.0, -4.0, 4.0, 3.0, -3.0, -7.0, 7.0, 0.0, -0.0, 7.0, -7.0, -3.0, 3.0, 4.0, -4.0, -6.0, 6.0, 1.0, -1.0, 8.0, -8.0, -2.0, 2.0, 5.0, -5.0, -5.0, 5.0, 2.0, -2.0, -8.0, 8.0, -1.0, 1.0, 6.0, -6.0, -4.0, 4.0], [3.0, -3.0, -7.0, 7.0, 0.0, -0.0, 7.0, -7.0, -3.0, 3.0, 4.0, -4.0, -6.0, 6.0, 1.0, -1.0, 8.0, -8.0, -2.0, 2.0, 5.0, -5.0, -5.0, 5.0, 2.0, -2.0, -8.0, 8.0, -1.0, 1.0, 6.0, -6.0, -4.0, 4.0, 3.0, -3.0, -7.0, 7.0, 0.0, -0.0, 7.0, -7.0], [-3.0, 3.0, 4.0, -4.0, -6.0, 6.0, 1.0, -1.0, 8.0, -8.0, -2.0, 2.0, 5.0, -5.0, -5.0, 5.0, 2.0, -2.0, -8.0, 8.0, -1.0, 1.0, 6.0, -6.0, -4.0, 4.0, 3.0, -3.0, -7.0, 7.0, 0.0, -0.0, 7.0, -7.0, -3.0, 3.0, 4.0, -4.0, -6.0, 6.0, 1.0, -1.0]]> : tensor<3x42xf32>
func.func @main(%x: tensor<3x21xf32>) -> tensor<3x42xf32> {
  %one = stablehlo.constant dense<1.0> : tensor<3x21xf32>
  %q0 = stablehlo.reshape %x : (tensor<3x21xf32>) -> tensor<3x21x1xf32>
  %p1 = stablehlo.negate %x : tensor<3x21xf32>
  %q1 = stablehlo.reshape %p1 : (tensor<3x21xf32>) -> tensor<3x21x1xf32>
  %s = stablehlo.concatenate %q0, %q1, dim = 2 : (tensor<3x21x1xf32>, tensor<3x21x1xf32>) -> tensor<3x21x2xf32>
  %r = stablehlo.reshape %s : (tensor<3x21x2xf32>) -> tensor<3x42xf32>
  return %r : tensor<3x42xf32>
}
// -----
// in: dense<[[-8.0, -1.0, 6.0, -4.0, 3.0, -7.0, 0.0], [7.0, -3.0, 4.0, -6.0, 1.0, 8.0, -2.0], [5.0, -5.0, 2.0, -8.0, -1.0, 6.0, -4.0]]> : tensor<3x7xf32>
// out: dense<[[-8.0, 8.0, -16.0, -1.0, 1.0, -2.0, 6.0, -6.0, 12.0, -4.0, 4.0, -8.0, 3.0, -3.0, 6.0, -7.0, 7.0, -14.0, 0.0, -0.0, 0.0], [7.0, -7.0, 14.0, -3.0, 3.0, -6.0, 4.0, -4.0, 8.0, -6.0, 6.0, -12.0, 1.0, -1.0, 2.0, 8.0, -8.0, 16.0, -2.0, 2.0, -4.0], [5.0, -5.0, 10.0, -5.0, 5.0, -10.0, 2.0, -2.0, 4.0, -8.0, 8.0, -16.0, -1.0, 1.0, -2.0, 6.0, -6.0, 12.0, -4.0, 4.0, -8.0]]> : tensor<3x21xf32>
func.func @main(%x: tensor<3x7xf32>) -> tensor<3x21xf32> {
  %one = stablehlo.constant dense<1.0> : tensor<3x7xf32>
  %q0 = stablehlo.reshape %x : (tensor<3x7xf32>) -> tensor<3x7x1xf32>
  %p1 = stablehlo.negate %x : tensor<3x7xf32>
  %q1 = stablehlo.reshape %p1 : (tensor<3x7xf32>) -> tensor<3x7x1xf32>
  %p2 = stablehlo.add %x, %x : tensor<3x7xf32>
  %q2 = stablehlo.reshape %p2 : (tensor<3x7xf32>) -> tensor<3x7x1xf32>
  %s = stablehlo.concatenate %q0, %q1, %q2, dim = 2 : (tensor<3x7x1xf32>, tensor<3x7x1xf32>, tensor<3x7x1xf32>) -> tensor<3x7x3xf32>
  %r = stablehlo.reshape %s : (tensor<3x7x3xf32>) -> tensor<3x21xf32>
  return %r : tensor<3x21xf32>
}
// -----
// in: dense<[[-8.0, -1.0, 6.0, -4.0, 3.0], [-7.0, 0.0, 7.0, -3.0, 4.0], [-6.0, 1.0, 8.0, -2.0, 5.0]]> : tensor<3x5xf64>
// out: dense<[[-8.0, 8.0, -16.0, 64.0, -1.0, 1.0, -2.0, 1.0, 6.0, -6.0, 12.0, 36.0, -4.0, 4.0, -8.0, 16.0, 3.0, -3.0, 6.0, 9.0], [-7.0, 7.0, -14.0, 49.0, 0.0, -0.0, 0.0, 0.0, 7.0, -7.0, 14.0, 49.0, -3.0, 3.0, -6.0, 9.0, 4.0, -4.0, 8.0, 16.0], [-6.0, 6.0, -12.0, 36.0, 1.0, -1.0, 2.0, 1.0, 8.0, -8.0, 16.0, 64.0, -2.0, 2.0, -4.0, 4.0, 5.0, -5.0, 10.0, 25.0]]> : tensor<3x20xf64>
func.func @main(%x: tensor<3x5xf64>) -> tensor<3x20xf64> {
  %one = stablehlo.constant dense<1.0> : tensor<3x5xf64>
  %q0 = stablehlo.reshape %x : (tensor<3x5xf64>) -> tensor<3x5x1xf64>
  %p1 = stablehlo.negate %x : tensor<3x5xf64>
  %q1 = stablehlo.reshape %p1 : (tensor<3x5xf64>) -> tensor<3x5x1xf64>
  %p2 = stablehlo.add %x, %x : tensor<3x5xf64>
  %q2 = stablehlo.reshape %p2 : (tensor<3x5xf64>) -> tensor<3x5x1xf64>
  %p3 = stablehlo.multiply %x, %x : tensor<3x5xf64>
  %q3 = stablehlo.reshape %p3 : (tensor<3x5xf64>) -> tensor<3x5x1xf64>
  %s = stablehlo.concatenate %q0, %q1, %q2, %q3, dim = 2 : (tensor<3x5x1xf64>, tensor<3x5x1xf64>, tensor<3x5x1xf64>, tensor<3x5x1xf64>) -> tensor<3x5x4xf64>
  %r = stablehlo.reshape %s : (tensor<3x5x4xf64>) -> tensor<3x20xf64>
  return %r : tensor<3x20xf64>
}
// -----
// in: dense<[[-8.0, -1.0, 6.0, -4.0, 3.0, -7.0, 0.0, 7.0, -3.0, 4.0, -6.0, 1.0, 8.0, -2.0, 5.0, -5.0, 2.0, -8.0], [-1.0, 6.0, -4.0, 3.0, -7.0, 0.0, 7.0, -3.0, 4.0, -6.0, 1.0, 8.0, -2.0, 5.0, -5.0, 2.0, -8.0, -1.0], [6.0, -4.0, 3.0, -7.0, 0.0, 7.0, -3.0, 4.0, -6.0, 1.0, 8.0, -2.0, 5.0, -5.0, 2.0, -8.0, -1.0, 6.0]]> : tensor<3x18xf32>
// out: dense<[[-8.0, 8.0, -16.0, 64.0, -9.0, -1.0, 1.0, -2.0, 1.0, -2.0, 6.0, -6.0, 12.0, 36.0, 5.0, -4.0, 4.0, -8.0, 16.0, -5.0, 3.0, -3.0, 6.0, 9.0, 2.0, -7.0, 7.0, -14.0, 49.0, -8.0, 0.0, -0.0, 0.0, 0.0, -1.0, 7.0, -7.0, 14.0, 49.0, 6.0, -3.0, 3.0, -6.0, 9.0, -4.0, 4.0, -4.0, 8.0, 16.0, 3.0, -6.0, 6.0, -12.0, 36.0, -7.0, 1.0, -1.0, 2.0, 1.0, 0.0, 8.0, -8.0, 16.0, 64.0, 7.0, -2.0, 2.0, -4.0, 4.0, -3.0, 5.0, -5.0, 10.0, 25.0, 4.0, -5.0, 5.0, -10.0, 25.0, -6.0, 2.0, -2.0, 4.0, 4.0, 1.0, -8.0, 8.0, -16.0, 64.0, -9.0], [-1.0, 1.0, -2.0, 1.0, -2.0, 6.0, -6.0, 12.0, 36.0, 5.0, -4.0, 4.0, -8.0, 16.0, -5.0, 3.0, -3.0, 6.0, 9.0, 2.0, -7.0, 7.0, -14.0, 49.0, -8.0, 0.0, -0.0, 0.0, 0.0, -1.0, 7.0, -7.0, 14.0, 49.0, 6.0, -3.0, 3.0, -6.0, 9.0, -4.0, 4.0, -4.0, 8.0, 16.0, 3.0, -6.0, 6.0, -12.0, 36.0, -7.0, 1.0, -1.0, 2.0, 1.0, 0.0, 8.0, -8.0, 16.0, 64.0, 7.0, -2.0, 2.0, -4.0, 4.0, -3.0, 5.0, -5.0, 10.0, 25.0, 4.0, -5.0, 5.0, -10.0, 25.0, -6.0, 2.0, -2.0, 4.0, 4.0, 1.0, -8.0, 8.0, -16.0, 64.0, -9.0, -1.0, 1.0, -2.0, 1.0, -2.0], [6.0, -6.0, 12.0, 36.0, 5.0, -4.0, 4.0, -8.0, 16.0, -5.0, 3.0, -3.0, 6.0, 9.0, 2.0, -7.0, 7.0, -14.0, 49.0, -8.0, 0.0, -0.0, 0.0, 0.0, -1.0, 7.0, -7.0, 14.0, 49.0, 6.0, -3.0, 3.0, -6.0, 9.0, -4.0, 4.0, -4.0, 8.0, 16.0, 3.0, -6.0, 6.0, -12.0, 36.0, -7.0, 1.0, -1.0, 2.0, 1.0, 0.0, 8.0, -8.0, 16.0, 64.0, 7.0, -2.0, 2.0, -4.0, 4.0, -3.0, 5.0, -5.0, 10.0, 25.0, 4.0, -5.0, 5.0, -10.0, 25.0, -6.0, 2.0, -2.0, 4.0, 4.0, 1.0, -8.0, 8.0, -16.0, 64.0, -9.0, -1.0, 1.0, -2.0, 1.0, -2.0, 6.0, -6.0, 12.0, 36.0, 5.0]]> : tensor<3x90xf32>
func.func @main(%x: tensor<3x18xf32>) -> tensor<3x90xf32> {
  %one = stablehlo.constant dense<1.0> : tensor<3x18xf32>
  %q0 = stablehlo.reshape %x : (tensor<3x18xf32>) -> tensor<3x18x1xf32>
  %p1 = stablehlo.negate %x : tensor<3x18xf32>
  %q1 = stablehlo.reshape %p1 : (tensor<3x18xf32>) -> tensor<3x18x1xf32>
  %p2 = stablehlo.add %x, %x : tensor<3x18xf32>
  %q2 = stablehlo.reshape %p2 : (tensor<3x18xf32>) -> tensor<3x18x1xf32>
  %p3 = stablehlo.multiply %x, %x : tensor<3x18xf32>
  %q3 = stablehlo.reshape %p3 : (tensor<3x18xf32>) -> tensor<3x18x1xf32>
  %p4 = stablehlo.subtract %x, %one : tensor<3x18xf32>
  %q4 = stablehlo.reshape %p4 : (tensor<3x18xf32>) -> tensor<3x18x1xf32>
  %s = stablehlo.concatenate %q0, %q1, %q2, %q3, %q4, dim = 2 : (tensor<3x18x1xf32>, tensor<3x18x1xf32>, tensor<3x18x1xf32>, tensor<3x18x1xf32>, tensor<3x18x1xf32>) -> tensor<3x18x5xf32>
  %r = stablehlo.reshape %s : (tensor<3x18x5xf32>) -> tensor<3x90xf32>
  return %r : tensor<3x90xf32>
}
// -----
// in: dense<[[[[[-5.0], [0.0], [5.0], [-1.0], [4.0], [-2.0], [3.0], [-3.0], [2.0], [-4.0], [1.0], [-5.0], [0.0], [5.0], [-1.0], [4.0], [-2.0], [3.0], [-3.0]]], [[[2.0], [-4.0], [1.0], [-5.0], [0.0], [5.0], [-1.0], [4.0], [-2.0], [3.0], [-3.0], [2.0], [-4.0], [1.0], [-5.0], [0.0], [5.0], [-1.0], [4.0]]]]]> : tensor<1x2x1x19x1xf32>
// out: dense<[[[[[-5.0, -4.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0], [4.0, 5.0], [-2.0, -1.0], [3.0, 4.0], [-3.0, -2.0], [2.0, 3.0], [-4.0, -3.0], [1.0, 2.0], [-5.0, -4.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0], [4.0, 5.0], [-2.0, -1.0], [3.0, 4.0], [-3.0, -2.0]], [[-3.0, -2.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0], [6.0, 7.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0], [4.0, 5.0], [-2.0, -1.0], [3.0, 4.0], [-3.0, -2.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0], [6.0, 7.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0]]], [[[2.0, 3.0], [-4.0, -3.0], [1.0, 2.0], [-5.0, -4.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0], [4.0, 5.0], [-2.0, -1.0], [3.0, 4.0], [-3.0, -2.0], [2.0, 3.0], [-4.0, -3.0], [1.0, 2.0], [-5.0, -4.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0], [4.0, 5.0]], [[4.0, 5.0], [-2.0, -1.0], [3.0, 4.0], [-3.0, -2.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0], [6.0, 7.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0], [4.0, 5.0], [-2.0, -1.0], [3.0, 4.0], [-3.0, -2.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0], [6.0, 7.0]]]], [[[[-1.0, 0.0], [4.0, 5.0], [9.0, 10.0], [3.0, 4.0], [8.0, 9.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0], [6.0, 7.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0], [4.0, 5.0], [9.0, 10.0], [3.0, 4.0], [8.0, 9.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0]], [[1.0, 2.0], [6.0, 7.0], [11.0, 12.0], [5.0, 6.0], [10.0, 11.0], [4.0, 5.0], [9.0, 10.0], [3.0, 4.0], [8.0, 9.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0], [6.0, 7.0], [11.0, 12.0], [5.0, 6.0], [10.0, 11.0], [4.0, 5.0], [9.0, 10.0], [3.0, 4.0]]], [[[6.0, 7.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0], [4.0, 5.0], [9.0, 10.0], [3.0, 4.0], [8.0, 9.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0], [6.0, 7.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0], [4.0, 5.0], [9.0, 10.0], [3.0, 4.0], [8.0, 9.0]], [[8.0, 9.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0], [6.0, 7.0], [11.0, 12.0], [5.0, 6.0], [10.0, 11.0], [4.0, 5.0], [9.0, 10.0], [3.0, 4.0], [8.0, 9.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0], [6.0, 7.0], [11.0, 12.0], [5.0, 6.0], [10.0, 11.0]]]]]> : tensor<2x2x2x19x2xf32>
func.func @main(%x: tensor<1x2x1x19x1xf32>) -> tensor<2x2x2x19x2xf32> {
  %c0 = stablehlo.constant dense<0.0> : tensor<1x2x1x19x1xf32>
  %p0 = stablehlo.add %x, %c0 : tensor<1x2x1x19x1xf32>
  %c1 = stablehlo.constant dense<1.0> : tensor<1x2x1x19x1xf32>
  %p1 = stablehlo.add %x, %c1 : tensor<1x2x1x19x1xf32>
  %c2 = stablehlo.constant dense<2.0> : tensor<1x2x1x19x1xf32>
  %p2 = stablehlo.add %x, %c2 : tensor<1x2x1x19x1xf32>
  %c3 = stablehlo.constant dense<3.0> : tensor<1x2x1x19x1xf32>
  %p3 = stablehlo.add %x, %c3 : tensor<1x2x1x19x1xf32>
  %c4 = stablehlo.constant dense<4.0> : tensor<1x2x1x19x1xf32>
  %p4 = stablehlo.add %x, %c4 : tensor<1x2x1x19x1xf32>
  %c5 = stablehlo.constant dense<5.0> : tensor<1x2x1x19x1xf32>
  %p5 = stablehlo.add %x, %c5 : tensor<1x2x1x19x1xf32>
  %c6 = stablehlo.constant dense<6.0> : tensor<1x2x1x19x1xf32>
  %p6 = stablehlo.add %x, %c6 : tensor<1x2x1x19x1xf32>
  %c7 = stablehlo.constant dense<7.0> : tensor<1x2x1x19x1xf32>
  %p7 = stablehlo.add %x, %c7 : tensor<1x2x1x19x1xf32>
  %y0 = stablehlo.concatenate %p0, %p1, dim = 4 : (tensor<1x2x1x19x1xf32>, tensor<1x2x1x19x1xf32>) -> tensor<1x2x1x19x2xf32>
  %y1 = stablehlo.concatenate %p2, %p3, dim = 4 : (tensor<1x2x1x19x1xf32>, tensor<1x2x1x19x1xf32>) -> tensor<1x2x1x19x2xf32>
  %y2 = stablehlo.concatenate %p4, %p5, dim = 4 : (tensor<1x2x1x19x1xf32>, tensor<1x2x1x19x1xf32>) -> tensor<1x2x1x19x2xf32>
  %y3 = stablehlo.concatenate %p6, %p7, dim = 4 : (tensor<1x2x1x19x1xf32>, tensor<1x2x1x19x1xf32>) -> tensor<1x2x1x19x2xf32>
  %z0 = stablehlo.concatenate %y0, %y1, dim = 2 : (tensor<1x2x1x19x2xf32>, tensor<1x2x1x19x2xf32>) -> tensor<1x2x2x19x2xf32>
  %z1 = stablehlo.concatenate %y2, %y3, dim = 2 : (tensor<1x2x1x19x2xf32>, tensor<1x2x1x19x2xf32>) -> tensor<1x2x2x19x2xf32>
  %r = stablehlo.concatenate %z0, %z1, dim = 0 : (tensor<1x2x2x19x2xf32>, tensor<1x2x2x19x2xf32>) -> tensor<2x2x2x19x2xf32>
  return %r : tensor<2x2x2x19x2xf32>
}
// -----
// in: dense<[[[[[-5.0], [0.0], [5.0], [-1.0], [4.0], [-2.0], [3.0]]], [[[-3.0], [2.0], [-4.0], [1.0], [-5.0], [0.0], [5.0]]]]]> : tensor<1x2x1x7x1xf64>
// out: dense<[[[[[-5.0, -4.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0], [4.0, 5.0], [-2.0, -1.0], [3.0, 4.0]], [[-3.0, -2.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0], [6.0, 7.0], [0.0, 1.0], [5.0, 6.0]]], [[[-3.0, -2.0], [2.0, 3.0], [-4.0, -3.0], [1.0, 2.0], [-5.0, -4.0], [0.0, 1.0], [5.0, 6.0]], [[-1.0, 0.0], [4.0, 5.0], [-2.0, -1.0], [3.0, 4.0], [-3.0, -2.0], [2.0, 3.0], [7.0, 8.0]]]], [[[[-1.0, 0.0], [4.0, 5.0], [9.0, 10.0], [3.0, 4.0], [8.0, 9.0], [2.0, 3.0], [7.0, 8.0]], [[1.0, 2.0], [6.0, 7.0], [11.0, 12.0], [5.0, 6.0], [10.0, 11.0], [4.0, 5.0], [9.0, 10.0]]], [[[1.0, 2.0], [6.0, 7.0], [0.0, 1.0], [5.0, 6.0], [-1.0, 0.0], [4.0, 5.0], [9.0, 10.0]], [[3.0, 4.0], [8.0, 9.0], [2.0, 3.0], [7.0, 8.0], [1.0, 2.0], [6.0, 7.0], [11.0, 12.0]]]]]> : tensor<2x2x2x7x2xf64>
func.func @main(%x: tensor<1x2x1x7x1xf64>) -> tensor<2x2x2x7x2xf64> {
  %c0 = stablehlo.constant dense<0.0> : tensor<1x2x1x7x1xf64>
  %p0 = stablehlo.add %x, %c0 : tensor<1x2x1x7x1xf64>
  %c1 = stablehlo.constant dense<1.0> : tensor<1x2x1x7x1xf64>
  %p1 = stablehlo.add %x, %c1 : tensor<1x2x1x7x1xf64>
  %c2 = stablehlo.constant dense<2.0> : tensor<1x2x1x7x1xf64>
  %p2 = stablehlo.add %x, %c2 : tensor<1x2x1x7x1xf64>
  %c3 = stablehlo.constant dense<3.0> : tensor<1x2x1x7x1xf64>
  %p3 = stablehlo.add %x, %c3 : tensor<1x2x1x7x1xf64>
  %c4 = stablehlo.constant dense<4.0> : tensor<1x2x1x7x1xf64>
  %p4 = stablehlo.add %x, %c4 : tensor<1x2x1x7x1xf64>
  %c5 = stablehlo.constant dense<5.0> : tensor<1x2x1x7x1xf64>
  %p5 = stablehlo.add %x, %c5 : tensor<1x2x1x7x1xf64>
  %c6 = stablehlo.constant dense<6.0> : tensor<1x2x1x7x1xf64>
  %p6 = stablehlo.add %x, %c6 : tensor<1x2x1x7x1xf64>
  %c7 = stablehlo.constant dense<7.0> : tensor<1x2x1x7x1xf64>
  %p7 = stablehlo.add %x, %c7 : tensor<1x2x1x7x1xf64>
  %y0 = stablehlo.concatenate %p0, %p1, dim = 4 : (tensor<1x2x1x7x1xf64>, tensor<1x2x1x7x1xf64>) -> tensor<1x2x1x7x2xf64>
  %y1 = stablehlo.concatenate %p2, %p3, dim = 4 : (tensor<1x2x1x7x1xf64>, tensor<1x2x1x7x1xf64>) -> tensor<1x2x1x7x2xf64>
  %y2 = stablehlo.concatenate %p4, %p5, dim = 4 : (tensor<1x2x1x7x1xf64>, tensor<1x2x1x7x1xf64>) -> tensor<1x2x1x7x2xf64>
  %y3 = stablehlo.concatenate %p6, %p7, dim = 4 : (tensor<1x2x1x7x1xf64>, tensor<1x2x1x7x1xf64>) -> tensor<1x2x1x7x2xf64>
  %z0 = stablehlo.concatenate %y0, %y1, dim = 2 : (tensor<1x2x1x7x2xf64>, tensor<1x2x1x7x2xf64>) -> tensor<1x2x2x7x2xf64>
  %z1 = stablehlo.concatenate %y2, %y3, dim = 2 : (tensor<1x2x1x7x2xf64>, tensor<1x2x1x7x2xf64>) -> tensor<1x2x2x7x2xf64>
  %r = stablehlo.concatenate %z0, %z1, dim = 0 : (tensor<1x2x2x7x2xf64>, tensor<1x2x2x7x2xf64>) -> tensor<2x2x2x7x2xf64>
  return %r : tensor<2x2x2x7x2xf64>
}
