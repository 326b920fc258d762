// test: op
// in: dense<[[3.625, 1.0, 1.5, 3.25], [0.625, 2.25, 2.75, -2.25], [-3.625, -1.625, -1.75, 3.0]]> : tensor<3x4xf32>
// out: dense<[[3.25, 1.5, 1.0, 3.625], [-2.25, 2.75, 2.25, 0.625], [3.0, -1.75, -1.625, -3.625]]> : tensor<3x4xf32>
func.func @main(%a: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %r = stablehlo.reverse %a, dims = [1] : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// -----
// in: dense<[[8, 2, 3, 8], [1, 5, 6, -5], [-8, -4, -4, 7]]> : tensor<3x4xi64>
// out: dense<[[8, 3, 2, 8], [-5, 6, 5, 1], [7, -4, -4, -8]]> : tensor<3x4xi64>
func.func @main(%a: tensor<3x4xi64>) -> tensor<3x4xi64> {
  %r = stablehlo.reverse %a, dims = [1] : tensor<3x4xi64>
  return %r : tensor<3x4xi64>
}
