// test: op
// in: dense<[0.375, 0.5, 2.625]> : tensor<3xf32>
// out: dense<[[0.375, 0.5, 2.625], [0.375, 0.5, 2.625]]> : tensor<2x3xf32>
func.func @main(%a: tensor<3xf32>) -> tensor<2x3xf32> {
  %r = stablehlo.broadcast_in_dim %a, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}
// -----
// in: dense<[1, 1, 6]> : tensor<3xi8>
// out: dense<[[1, 1, 6], [1, 1, 6]]> : tensor<2x3xi8>
func.func @main(%a: tensor<3xi8>) -> tensor<2x3xi8> {
  %r = stablehlo.broadcast_in_dim %a, dims = [1] : (tensor<3xi8>) -> tensor<2x3xi8>
  return %r : tensor<2x3xi8>
}
// -----
// in: dense<[true, true, true]> : tensor<3xi1>
// out: dense<[[true, true, true], [true, true, true]]> : tensor<2x3xi1>
func.func @main(%a: tensor<3xi1>) -> tensor<2x3xi1> {
  %r = stablehlo.broadcast_in_dim %a, dims = [1] : (tensor<3xi1>) -> tensor<2x3xi1>
  return %r : tensor<2x3xi1>
}
// -----
// in: dense<[0.375, 0.5, 2.625]> : tensor<3xf32>
// out: dense<[[0.375, 0.5, 2.625], [0.375, 0.5, 2.625]]> : tensor<2x3xbf16>
func.func @main(%a_: tensor<3xf32>) -> tensor<2x3xbf16> {
  %a = stablehlo.convert %a_ : (tensor<3xf32>) -> tensor<3xbf16>
  %r = stablehlo.broadcast_in_dim %a, dims = [1] : (tensor<3xbf16>) -> tensor<2x3xbf16>
  return %r : tensor<2x3xbf16>
}
// -----
// in: dense<[[0.375], [0.5]]> : tensor<2x1xf32>
// out: dense<[[[0.375, 0.375, 0.375, 0.375], [0.5, 0.5, 0.5, 0.5]], [[0.375, 0.375, 0.375, 0.375], [0.5, 0.5, 0.5, 0.5]], [[0.375, 0.375, 0.375, 0.375], [0.5, 0.5, 0.5, 0.5]]]> : tensor<3x2x4xf32>
func.func @main(%a: tensor<2x1xf32>) -> tensor<3x2x4xf32> {
  %r = stablehlo.broadcast_in_dim %a, dims = [1, 2] : (tensor<2x1xf32>) -> tensor<3x2x4xf32>
  return %r : tensor<3x2x4xf32>
}
// -----
// in: dense<[[0.375], [0.5]]> : tensor<2x1xf64>
// out: dense<[[[0.375, 0.375, 0.375, 0.375], [0.5, 0.5, 0.5, 0.5]], [[0.375, 0.375, 0.375, 0.375], [0.5, 0.5, 0.5, 0.5]], [[0.375, 0.375, 0.375, 0.375], [0.5, 0.5, 0.5, 0.5]]]> : tensor<3x2x4xf64>
func.func @main(%a: tensor<2x1xf64>) -> tensor<3x2x4xf64> {
  %r = stablehlo.broadcast_in_dim %a, dims = [1, 2] : (tensor<2x1xf64>) -> tensor<3x2x4xf64>
  return %r : tensor<3x2x4xf64>
}
// -----
// in: dense<0.375> : tensor<f32>
// out: dense<> : tensor<0x4xf32>
func.func @main(%a: tensor<f32>) -> tensor<0x4xf32> {
  %r = stablehlo.broadcast_in_dim %a, dims = [] : (tensor<f32>) -> tensor<0x4xf32>
  return %r : tensor<0x4xf32>
}
