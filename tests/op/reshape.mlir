// test: op
// in: dense<[[3.625, 1.0, 1.5, 3.25, 0.625, 2.25], [2.75, -2.25, -3.625, -1.625, -1.75, 3.0]]> : tensor<2x6xf32>
// out: dense<[[3.625, 1.0, 1.5, 3.25], [0.625, 2.25, 2.75, -2.25], [-3.625, -1.625, -1.75, 3.0]]> : tensor<3x4xf32>
func.func @main(%a: tensor<2x6xf32>) -> tensor<3x4xf32> {
  %r = stablehlo.reshape %a : (tensor<2x6xf32>) -> tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// -----
// in: dense<[[8, 2, 3, 8, 1, 5], [6, -5, -8, -4, -4, 7]]> : tensor<2x6xi64>
// out: dense<[[8, 2, 3, 8], [1, 5, 6, -5], [-8, -4, -4, 7]]> : tensor<3x4xi64>
func.func @main(%a: tensor<2x6xi64>) -> tensor<3x4xi64> {
  %r = stablehlo.reshape %a : (tensor<2x6xi64>) -> tensor<3x4xi64>
  return %r : tensor<3x4xi64>
}
// -----
// in: dense<[[true, true, true, true, true, true], [true, false, false, false, false, true]]> : tensor<2x6xi1>
// out: dense<[[true, true, true, true], [true, true, true, false], [false, false, false, true]]> : tensor<3x4xi1>
func.func @main(%a: tensor<2x6xi1>) -> tensor<3x4xi1> {
  %r = stablehlo.reshape %a : (tensor<2x6xi1>) -> tensor<3x4xi1>
  return %r : tensor<3x4xi1>
}
