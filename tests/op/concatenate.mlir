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
