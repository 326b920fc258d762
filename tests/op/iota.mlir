// test: op
// out: dense<[[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0]]> : tensor<3x4xf32>
func.func @main() -> tensor<3x4xf32> {
  %r = stablehlo.iota dim = 1 : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// -----
// out: dense<[[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]]> : tensor<3x4xi32>
func.func @main() -> tensor<3x4xi32> {
  %r = stablehlo.iota dim = 1 : tensor<3x4xi32>
  return %r : tensor<3x4xi32>
}
// -----
// out: dense<[[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]]> : tensor<3x4xui8>
func.func @main() -> tensor<3x4xui8> {
  %r = stablehlo.iota dim = 1 : tensor<3x4xui8>
  return %r : tensor<3x4xui8>
}
// -----
// out: dense<[[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0]]> : tensor<3x4xbf16>
func.func @main() -> tensor<3x4xbf16> {
  %r = stablehlo.iota dim = 1 : tensor<3x4xbf16>
  return %r : tensor<3x4xbf16>
}
// -----
// out: dense<[[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0]]> : tensor<3x4xf64>
func.func @main() -> tensor<3x4xf64> {
  %r = stablehlo.iota dim = 1 : tensor<3x4xf64>
  return %r : tensor<3x4xf64>
}
