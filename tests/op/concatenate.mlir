// test: op
// in: dense<[[-3.0, -3.0, 2.375], [0.0, 0.75, 0.875]]> : tensor<2x3xf32>
// in: dense<[[3.25], [-0.875]]> : tensor<2x1xf32>
// in: dense<[[0.0, -2.75], [2.875, -4.0]]> : tensor<2x2xf32>
// out: dense<[[-3.0, -3.0, 2.375, 3.25, 0.0, -2.75], [0.0, 0.75, 0.875, -0.875, 2.875, -4.0]]> : tensor<2x6xf32>
func.func @main(%a: tensor<2x3xf32>, %b: tensor<2x1xf32>, %c: tensor<2x2xf32>) -> tensor<2x6xf32> {
  %r = stablehlo.concatenate %a, %b, %c, dim = 1 : (tensor<2x3xf32>, tensor<2x1xf32>, tensor<2x2xf32>) -> tensor<2x6xf32>
  return %r : tensor<2x6xf32>
}
// -----
// in: dense<[[1, 1, 7], [4, 5, 6]]> : tensor<2x3xui8>
// in: dense<[[8], [3]]> : tensor<2x1xui8>
// in: dense<[[5, 1], [8, 0]]> : tensor<2x2xui8>
// out: dense<[[1, 1, 7, 8, 5, 1], [4, 5, 6, 3, 8, 0]]> : tensor<2x6xui8>
func.func @main(%a: tensor<2x3xui8>, %b: tensor<2x1xui8>, %c: tensor<2x2xui8>) -> tensor<2x6xui8> {
  %r = stablehlo.concatenate %a, %b, %c, dim = 1 : (tensor<2x3xui8>, tensor<2x1xui8>, tensor<2x2xui8>) -> tensor<2x6xui8>
  return %r : tensor<2x6xui8>
}
// -----
// in: dense<[[[[-8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, -8.0, -7.0, -6.0, -5.0], [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, -8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, -8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]]]]> : tensor<1x1x3x21xf32>
// in: dense<[[[[-5.0, 0.0, 5.0, -1.0, 4.0, -2.0, 3.0, -3.0, 2.0, -4.0, 1.0, -5.0, 0.0, 5.0, -1.0, 4.0, -2.0, 3.0, -3.0, 2.0, -4.0], [1.0, -5.0, 0.0, 5.0, -1.0, 4.0, -2.0, 3.0, -3.0, 2.0, -4.0, 1.0, -5.0, 0.0, 5.0, -1.0, 4.0, -2.0, 3.0, -3.0, 2.0], [-4.0, 1.0, -5.0, 0.0, 5.0, -1.0, 4.0, -2.0, 3.0, -3.0, 2.0, -4.0, 1.0, -5.0, 0.0, 5.0, -1.0, 4.0, -2.0, 3.0, -3.0]]]]> : tensor<1x1x3x21xf32>
// out: dense<[[[[32.0, -7.0, -36.0, 0.0, -20.0, 3.0, -8.0, 2.0, 0.0, -3.0, 4.0, -12.0, 4.0, 30.0, 0.0, 35.0, -8.0, -32.0, 14.0, -18.0, 15.0], [-8.0, 12.0, -2.0, -6.0, 0.0, 5.0, -2.0, 12.0, -8.0, 15.0, -18.0, 14.0, -32.0, -8.0, -42.0, 0.0, -25.0, 4.0, -12.0, 4.0, -3.0], [0.0, 2.0, -8.0, 3.0, 24.0, 0.0, 30.0, -7.0, 32.0, 16.0, -21.0, 18.0, -10.0, 16.0, -3.0, -12.0, 0.0, 0.0, -1.0, 8.0, -6.0]], [[45.0, -0.0, -35.0, 6.0, -20.0, 8.0, -9.0, 6.0, -2.0, 0.0, 1.0, -10.0, 0.0, 20.0, -5.0, 24.0, -14.0, -27.0, 24.0, -14.0, 24.0], [-5.0, 20.0, -0.0, -10.0, 1.0, 0.0, -2.0, 6.0, -9.0, 8.0, -20.0, 6.0, -35.0, -0.0, -40.0, 7.0, -24.0, 10.0, -12.0, 9.0, -4.0], [4.0, 0.0, -5.0, 0.0, 15.0, -4.0, 20.0, -12.0, 21.0, 27.0, -16.0, 28.0, -6.0, 25.0, -0.0, -15.0, 2.0, -4.0, 0.0, 3.0, -6.0]]], [[[-40.0, 0.0, 30.0, -5.0, 16.0, -6.0, 6.0, -3.0, -0.0, 4.0, -2.0, 15.0, -0.0, -25.0, 6.0, -28.0, 16.0, 24.0, -21.0, 12.0, -20.0], [4.0, -15.0, 0.0, 5.0, 0.0, -4.0, 4.0, -9.0, 12.0, -10.0, 24.0, -7.0, 40.0, 0.0, 35.0, -6.0, 20.0, -8.0, 9.0, -6.0, 2.0], [0.0, -1.0, 10.0, -0.0, -20.0, 5.0, -24.0, 14.0, -24.0, -24.0, 14.0, -24.0, 5.0, -20.0, 0.0, 10.0, -1.0, -0.0, 2.0, -6.0, 9.0]], [[-320.0, 0.0, 180.0, -25.0, 64.0, -18.0, 12.0, -3.0, 0.0, -4.0, 4.0, -45.0, 0.0, 125.0, -36.0, 196.0, -128.0, 192.0, -147.0, 72.0, -100.0], [16.0, -45.0, 0.0, 5.0, -0.0, 4.0, -8.0, 27.0, -48.0, 50.0, -144.0, 49.0, -320.0, 0.0, 245.0, -36.0, 100.0, -32.0, 27.0, -12.0, 2.0], [-0.0, 1.0, -20.0, 0.0, 80.0, -25.0, 144.0, -98.0, 192.0, -192.0, 98.0, -144.0, 25.0, -80.0, 0.0, 20.0, -1.0, 0.0, -2.0, 12.0, -27.0]]]]> : tensor<2x2x3x21xf32>
// out: dense<[[[[32.0, -7.0, -36.0, 0.0, -20.0, 3.0, -8.0, 2.0, 0.0, -3.0, 4.0, -12.0, 4.0, 30.0, 0.0, 35.0, -8.0, -32.0, 14.0, -18.0, 15.0], [-8.0, 12.0, -2.0, -6.0, 0.0, 5.0, -2.0, 12.0, -8.0, 15.0, -18.0, 14.0, -32.0, -8.0, -42.0, 0.0, -25.0, 4.0, -12.0, 4.0, -3.0], [0.0, 2.0, -8.0, 3.0, 24.0, 0.0, 30.0, -7.0, 32.0, 16.0, -21.0, 18.0, -10.0, 16.0, -3.0, -12.0, 0.0, 0.0, -1.0, 8.0, -6.0]], [[45.0, -0.0, -35.0, 6.0, -20.0, 8.0, -9.0, 6.0, -2.0, 0.0, 1.0, -10.0, 0.0, 20.0, -5.0, 24.0, -14.0, -27.0, 24.0, -14.0, 24.0], [-5.0, 20.0, -0.0, -10.0, 1.0, 0.0, -2.0, 6.0, -9.0, 8.0, -20.0, 6.0, -35.0, -0.0, -40.0, 7.0, -24.0, 10.0, -12.0, 9.0, -4.0], [4.0, 0.0, -5.0, 0.0, 15.0, -4.0, 20.0, -12.0, 21.0, 27.0, -16.0, 28.0, -6.0, 25.0, -0.0, -15.0, 2.0, -4.0, 0.0, 3.0, -6.0]], [[-40.0, 0.0, 30.0, -5.0, 16.0, -6.0, 6.0, -3.0, -0.0, 4.0, -2.0, 15.0, -0.0, -25.0, 6.0, -28.0, 16.0, 24.0, -21.0, 12.0, -20.0], [4.0, -15.0, 0.0, 5.0, 0.0, -4.0, 4.0, -9.0, 12.0, -10.0, 24.0, -7.0, 40.0, 0.0, 35.0, -6.0, 20.0, -8.0, 9.0, -6.0, 2.0], [0.0, -1.0, 10.0, -0.0, -20.0, 5.0, -24.0, 14.0, -24.0, -24.0, 14.0, -24.0, 5.0, -20.0, 0.0, 10.0, -1.0, -0.0, 2.0, -6.0, 9.0]]]]> : tensor<1x3x3x21xf32>
func.func @main(%x: tensor<1x1x3x21xf32>, %y: tensor<1x1x3x21xf32>) -> (tensor<2x2x3x21xf32>, tensor<1x3x3x21xf32>) {
  %e = stablehlo.multiply %x, %y : tensor<1x1x3x21xf32>
  %a = stablehlo.add %e, %x : tensor<1x1x3x21xf32>
  %b = stablehlo.subtract %e, %y : tensor<1x1x3x21xf32>
  %c = stablehlo.negate %e : tensor<1x1x3x21xf32>
  %d = stablehlo.multiply %e, %x : tensor<1x1x3x21xf32>
  %p = stablehlo.concatenate %a, %b, dim = 1 : (tensor<1x1x3x21xf32>, tensor<1x1x3x21xf32>) -> tensor<1x2x3x21xf32>
  %q = stablehlo.concatenate %c, %d, dim = 1 : (tensor<1x1x3x21xf32>, tensor<1x1x3x21xf32>) -> tensor<1x2x3x21xf32>
  %r = stablehlo.concatenate %p, %q, dim = 0 : (tensor<1x2x3x21xf32>, tensor<1x2x3x21xf32>) -> tensor<2x2x3x21xf32>
  %s = stablehlo.concatenate %a, %b, %c, dim = 1 : (tensor<1x1x3x21xf32>, tensor<1x1x3x21xf32>, tensor<1x1x3x21xf32>) -> tensor<1x3x3x21xf32>
  return %r, %s : tensor<2x2x3x21xf32>, tensor<1x3x3x21xf32>
}
// -----
// in: dense<> : tensor<0x5xf32>
// in: dense<> : tensor<0x5xf32>
// out: dense<> : tensor<0x5xf32>
func.func @main(%a: tensor<0x5xf32>, %b: tensor<0x5xf32>) -> tensor<0x5xf32> {
  %r = stablehlo.concatenate %a, %b, dim = 0 : (tensor<0x5xf32>, tensor<0x5xf32>) -> tensor<0x5xf32>
  return %r : tensor<0x5xf32>
}
// -----
// in: dense<[[[7, 5, 4, 2, 2, 0, 0, 0, 1, 7, 5, 8, 4], [5, 8, 6, 5, 4, 5, 8, 2, 7, 6, 0, 3, 7]], [[4, 0, 6, 6, 7, 1, 0, 7, 0, 4, 0, 2, 4], [3, 3, 0, 0, 1, 0, 6, 4, 5, 2, 5, 6, 3]], [[4, 8, 7, 8, 3, 6, 8, 5, 7, 6, 6, 3, 7], [1, 5, 6, 7, 4, 3, 2, 3, 4, 6, 8, 0, 8]]]> : tensor<3x2x13xi32>
// in: dense<[[[4, 3, 6, 5, 2, 2, 6, 5, 4, 3, 6, 3, 2]], [[8, 2, 2, 6, 5, 0, 0, 3, 7, 3, 7, 2, 2]], [[7, 7, 0, 0, 6, 3, 5, 1, 7, 4, 8, 7, 6]]]> : tensor<3x1x13xi32>
// in: dense<[[[2, 6, 0, 5, 3, 8, 1, 8, 0, 5, 5, 8, 2], [8, 6, 8, 1, 6, 8, 0, 3, 5, 0, 4, 5, 6], [8, 3, 3, 4, 8, 1, 4, 0, 3, 8, 5, 3, 8], [5, 8, 0, 4, 7, 6, 3, 4, 3, 4, 2, 7, 0]], [[3, 2, 6, 6, 6, 8, 8, 1, 1, 1, 6, 8, 8], [6, 8, 7, 0, 1, 7, 0, 8, 7, 8, 3, 1, 4], [8, 3, 8, 3, 7, 2, 4, 2, 2, 8, 7, 1, 8], [8, 2, 3, 4, 5, 3, 1, 8, 6, 0, 7, 6, 1]], [[5, 4, 0, 8, 6, 2, 0, 0, 6, 1, 4, 8, 8], [2, 0, 4, 7, 5, 0, 5, 3, 2, 3, 7, 8, 1], [5, 6, 2, 2, 2, 1, 7, 1, 2, 1, 1, 7, 2], [7, 5, 7, 4, 6, 7, 0, 5, 4, 2, 4, 3, 4]]]> : tensor<3x4x13xi32>
// out: dense<[[5, 8, 6, 5, 4, 5, 8, 2, 7, 6, 0, 3, 7, 7, 5, 4, 2, 2, 0, 0, 0, 1, 7, 5, 8, 4, -4, -3, -6, -5, -2, -2, -6, -5, -4, -3, -6, -3, -2, 2, 6, 0, 5, 3, 8, 1, 8, 0, 5, 5, 8, 2, 8, 6, 8, 1, 6, 8, 0, 3, 5, 0, 4, 5, 6, 8, 3, 3, 4, 8, 1, 4, 0, 3, 8, 5, 3, 8, 5, 8, 0, 4, 7, 6, 3, 4, 3, 4, 2, 7, 0, 9, 11, 4, 7, 5, 8, 1, 8, 1, 12, 10, 16, 6, 15, 11, 12, 3, 8, 8, 0, 3, 6, 7, 9, 13, 10, 15, 8, 7, 6, 10, 1, 4, 0, 4, 15, 10, 11, 12, 12, 13, 4, 6, 9, 6, 3, 4, 4, 11, 7, 15, 4], [3, 3, 0, 0, 1, 0, 6, 4, 5, 2, 5, 6, 3, 4, 0, 6, 6, 7, 1, 0, 7, 0, 4, 0, 2, 4, -8, -2, -2, -6, -5, 0, 0, -3, -7, -3, -7, -2, -2, 3, 2, 6, 6, 6, 8, 8, 1, 1, 1, 6, 8, 8, 6, 8, 7, 0, 1, 7, 0, 8, 7, 8, 3, 1, 4, 8, 3, 8, 3, 7, 2, 4, 2, 2, 8, 7, 1, 8, 8, 2, 3, 4, 5, 3, 1, 8, 6, 0, 7, 6, 1, 7, 2, 12, 12, 13, 9, 8, 8, 1, 5, 6, 10, 12, 10, 8, 13, 6, 8, 8, 0, 15, 7, 12, 3, 3, 8, 12, 3, 14, 9, 14, 3, 4, 9, 2, 12, 7, 3, 12, 12, 2, 9, 10, 12, 4, 1, 15, 6, 4, 7, 8, 5], [1, 5, 6, 7, 4, 3, 2, 3, 4, 6, 8, 0, 8, 4, 8, 7, 8, 3, 6, 8, 5, 7, 6, 6, 3, 7, -7, -7, 0, 0, -6, -3, -5, -1, -7, -4, -8, -7, -6, 5, 4, 0, 8, 6, 2, 0, 0, 6, 1, 4, 8, 8, 2, 0, 4, 7, 5, 0, 5, 3, 2, 3, 7, 8, 1, 5, 6, 2, 2, 2, 1, 7, 1, 2, 1, 1, 7, 2, 7, 5, 7, 4, 6, 7, 0, 5, 4, 2, 4, 3, 4, 9, 12, 7, 16, 9, 8, 8, 5, 13, 7, 10, 11, 15, 6, 8, 11, 15, 8, 6, 13, 8, 9, 9, 13, 11, 8, 9, 14, 9, 10, 5, 7, 15, 6, 9, 7, 7, 10, 9, 11, 13, 14, 12, 9, 13, 8, 10, 11, 8, 10, 6, 11]]> : tensor<3x143xi32>
func.func @main(%a: tensor<3x2x13xi32>, %b: tensor<3x1x13xi32>, %c: tensor<3x4x13xi32>) -> tensor<3x143xi32> {
  %p = stablehlo.reverse %a, dims = [1] : tensor<3x2x13xi32>
  %q = stablehlo.negate %b : tensor<3x1x13xi32>
  %s = stablehlo.slice %a [0:3, 0:1, 0:13] : (tensor<3x2x13xi32>) -> tensor<3x1x13xi32>
  %t = stablehlo.broadcast_in_dim %s, dims = [0, 1, 2] : (tensor<3x1x13xi32>) -> tensor<3x4x13xi32>
  %u = stablehlo.add %c, %t : tensor<3x4x13xi32>
  %v = stablehlo.concatenate %p, %q, %c, %u, dim = 1 : (tensor<3x2x13xi32>, tensor<3x1x13xi32>, tensor<3x4x13xi32>, tensor<3x4x13xi32>) -> tensor<3x11x13xi32>
  %r = stablehlo.reshape %v : (tensor<3x11x13xi32>) -> tensor<3x143xi32>
  return %r : tensor<3x143xi32>
}
// -----
// in: dense<0> : tensor<i32>
// out: dense<true> : tensor<i1>
func.func @main(%z: tensor<i32>) -> tensor<i1> {
  %i = stablehlo.iota dim = 0 : tensor<130x77xi32>
  %j = stablehlo.iota dim = 1 : tensor<130x77xi32>
  %w = stablehlo.constant dense<77> : tensor<130x77xi32>
  %m = stablehlo.multiply %i, %w : tensor<130x77xi32>
  %b = stablehlo.broadcast_in_dim %z, dims = [] : (tensor<i32>) -> tensor<130x77xi32>
  %y = stablehlo.add %m, %j : tensor<130x77xi32>
  %x = stablehlo.add %y, %b : tensor<130x77xi32>
  %c0 = stablehlo.constant dense<0> : tensor<130x77xi32>
  %p0 = stablehlo.add %x, %c0 : tensor<130x77xi32>
  %c1 = stablehlo.constant dense<10010> : tensor<130x77xi32>
  %p1 = stablehlo.add %x, %c1 : tensor<130x77xi32>
  %c2 = stablehlo.constant dense<20020> : tensor<130x77xi32>
  %p2 = stablehlo.add %x, %c2 : tensor<130x77xi32>
  %c3 = stablehlo.constant dense<30030> : tensor<130x77xi32>
  %p3 = stablehlo.add %x, %c3 : tensor<130x77xi32>
  %c4 = stablehlo.constant dense<40040> : tensor<130x77xi32>
  %p4 = stablehlo.add %x, %c4 : tensor<130x77xi32>
  %c5 = stablehlo.constant dense<50050> : tensor<130x77xi32>
  %p5 = stablehlo.add %x, %c5 : tensor<130x77xi32>
  %all = stablehlo.concatenate %p0, %p1, %p2, %p3, %p4, %p5, dim = 0 : (tensor<130x77xi32>, tensor<130x77xi32>, tensor<130x77xi32>, tensor<130x77xi32>, tensor<130x77xi32>, tensor<130x77xi32>) -> tensor<780x77xi32>
  %wi = stablehlo.iota dim = 0 : tensor<60060xi32>
  %want = stablehlo.reshape %wi : (tensor<60060xi32>) -> tensor<780x77xi32>
  %e = stablehlo.compare EQ, %all, %want : (tensor<780x77xi32>, tensor<780x77xi32>) -> tensor<780x77xi1>
  %true = stablehlo.constant dense<true> : tensor<i1>
  %r = stablehlo.reduce(%e init: %true) applies stablehlo.and across dimensions = [0, 1] : (tensor<780x77xi1>, tensor<i1>) -> tensor<i1>
  return %r : tensor<i1>
}
// -----
// in: dense<0> : tensor<i32>
// out: dense<true> : tensor<i1>
func.func @main(%z: tensor<i32>) -> tensor<i1> {
  %i = stablehlo.iota dim = 0 : tensor<90x101xi32>
  %j = stablehlo.iota dim = 1 : tensor<90x101xi32>
  %w = stablehlo.constant dense<606> : tensor<90x101xi32>
  %m = stablehlo.multiply %i, %w : tensor<90x101xi32>
  %b = stablehlo.broadcast_in_dim %z, dims = [] : (tensor<i32>) -> tensor<90x101xi32>
  %y = stablehlo.add %m, %j : tensor<90x101xi32>
  %x = stablehlo.add %y, %b : tensor<90x101xi32>
  %c0 = stablehlo.constant dense<0> : tensor<90x101xi32>
  %p0 = stablehlo.add %x, %c0 : tensor<90x101xi32>
  %c1 = stablehlo.constant dense<101> : tensor<90x101xi32>
  %p1 = stablehlo.add %x, %c1 : tensor<90x101xi32>
  %c2 = stablehlo.constant dense<202> : tensor<90x101xi32>
  %p2 = stablehlo.add %x, %c2 : tensor<90x101xi32>
  %c3 = stablehlo.constant dense<303> : tensor<90x101xi32>
  %p3 = stablehlo.add %x, %c3 : tensor<90x101xi32>
  %c4 = stablehlo.constant dense<404> : tensor<90x101xi32>
  %p4 = stablehlo.add %x, %c4 : tensor<90x101xi32>
  %c5 = stablehlo.constant dense<505> : tensor<90x101xi32>
  %p5 = stablehlo.add %x, %c5 : tensor<90x101xi32>
  %all = stablehlo.concatenate %p0, %p1, %p2, %p3, %p4, %p5, dim = 1 : (tensor<90x101xi32>, tensor<90x101xi32>, tensor<90x101xi32>, tensor<90x101xi32>, tensor<90x101xi32>, tensor<90x101xi32>) -> tensor<90x606xi32>
  %wi = stablehlo.iota dim = 0 : tensor<54540xi32>
  %want = stablehlo.reshape %wi : (tensor<54540xi32>) -> tensor<90x606xi32>
  %e = stablehlo.compare EQ, %all, %want : (tensor<90x606xi32>, tensor<90x606xi32>) -> tensor<90x606xi1>
  %true = stablehlo.constant dense<true> : tensor<i1>
  %r = stablehlo.reduce(%e init: %true) applies stablehlo.and across dimensions = [0, 1] : (tensor<90x606xi1>, tensor<i1>) -> tensor<i1>
  return %r : tensor<i1>
}
// -----
// in: dense<0> : tensor<i32>
// out: dense<true> : tensor<i1>
func.func @main(%z: tensor<i32>) -> tensor<i1> {
  %i = stablehlo.iota dim = 0 : tensor<2x9001xi32>
  %j = stablehlo.iota dim = 1 : tensor<2x9001xi32>
  %w = stablehlo.constant dense<54006> : tensor<2x9001xi32>
  %m = stablehlo.multiply %i, %w : tensor<2x9001xi32>
  %b = stablehlo.broadcast_in_dim %z, dims = [] : (tensor<i32>) -> tensor<2x9001xi32>
  %y = stablehlo.add %m, %j : tensor<2x9001xi32>
  %x = stablehlo.add %y, %b : tensor<2x9001xi32>
  %c0 = stablehlo.constant dense<0> : tensor<2x9001xi32>
  %p0 = stablehlo.add %x, %c0 : tensor<2x9001xi32>
  %c1 = stablehlo.constant dense<9001> : tensor<2x9001xi32>
  %p1 = stablehlo.add %x, %c1 : tensor<2x9001xi32>
  %c2 = stablehlo.constant dense<18002> : tensor<2x9001xi32>
  %p2 = stablehlo.add %x, %c2 : tensor<2x9001xi32>
  %c3 = stablehlo.constant dense<27003> : tensor<2x9001xi32>
  %p3 = stablehlo.add %x, %c3 : tensor<2x9001xi32>
  %c4 = stablehlo.constant dense<36004> : tensor<2x9001xi32>
  %p4 = stablehlo.add %x, %c4 : tensor<2x9001xi32>
  %c5 = stablehlo.constant dense<45005> : tensor<2x9001xi32>
  %p5 = stablehlo.add %x, %c5 : tensor<2x9001xi32>
  %all = stablehlo.concatenate %p0, %p1, %p2, %p3, %p4, %p5, dim = 1 : (tensor<2x9001xi32>, tensor<2x9001xi32>, tensor<2x9001xi32>, tensor<2x9001xi32>, tensor<2x9001xi32>, tensor<2x9001xi32>) -> tensor<2x54006xi32>
  %wi = stablehlo.iota dim = 0 : tensor<108012xi32>
  %want = stablehlo.reshape %wi : (tensor<108012xi32>) -> tensor<2x54006xi32>
  %e = stablehlo.compare EQ, %all, %want : (tensor<2x54006xi32>, tensor<2x54006xi32>) -> tensor<2x54006xi1>
  %true = stablehlo.constant dense<true> : tensor<i1>
  %r = stablehlo.reduce(%e init: %true) applies stablehlo.and across dimensions = [0, 1] : (tensor<2x54006xi1>, tensor<i1>) -> tensor<i1>
  return %r : tensor<i1>
}
// -----
// Sums of columns that stand in turn in the result: columns are added several vectors at a time.
// in: dense<0> : tensor<i32>
// out: dense<[[[0, 0], [3, -3], [6, -6], [9, -9], [12, -12], [15, -15], [18, -18], [21, -21], [24, -24], [27, -27], [30, -30], [33, -33], [36, -36], [39, -39], [42, -42], [45, -45], [48, -48], [51, -51], [54, -54], [57, -57]], [[0, 0], [3, -3], [6, -6], [9, -9], [12, -12], [15, -15], [18, -18], [21, -21], [24, -24], [27, -27], [30, -30], [33, -33], [36, -36], [39, -39], [42, -42], [45, -45], [48, -48], [51, -51], [54, -54], [57, -57]]]> : tensor<2x20x2xi32>
func.func @main(%z: tensor<i32>) -> tensor<2x20x2xi32> {
  %i = stablehlo.iota dim = 1 : tensor<2x3x20xi32>
  %j = stablehlo.iota dim = 2 : tensor<2x3x20xi32>
  %b = stablehlo.broadcast_in_dim %z, dims = [] : (tensor<i32>) -> tensor<2x3x20xi32>
  %m = stablehlo.multiply %i, %j : tensor<2x3x20xi32>
  %x = stablehlo.add %m, %b : tensor<2x3x20xi32>
  %s = stablehlo.reduce(%x init: %z) applies stablehlo.add across dimensions = [1] : (tensor<2x3x20xi32>, tensor<i32>) -> tensor<2x20xi32>
  %n = stablehlo.negate %s : tensor<2x20xi32>
  %p0 = stablehlo.reshape %s : (tensor<2x20xi32>) -> tensor<2x20x1xi32>
  %p1 = stablehlo.reshape %n : (tensor<2x20xi32>) -> tensor<2x20x1xi32>
  %all = stablehlo.concatenate %p0, %p1, dim = 2 : (tensor<2x20x1xi32>, tensor<2x20x1xi32>) -> tensor<2x20x2xi32>
  return %all : tensor<2x20x2xi32>
}
