// test: op
// out: dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>
func.func @main() -> tensor<2x2xf32> {
  %r = stablehlo.constant dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}
// -----
// out: dense<[[1, 0], [0, 1]]> : tensor<2x2xi32>
func.func @main() -> tensor<2x2xi32> {
  %r = stablehlo.constant dense<[[1, 0], [0, 1]]> : tensor<2x2xi32>
  return %r : tensor<2x2xi32>
}
// -----
// out: dense<[[true, false], [false, true]]> : tensor<2x2xi1>
func.func @main() -> tensor<2x2xi1> {
  %r = stablehlo.constant dense<[[true, false], [false, true]]> : tensor<2x2xi1>
  return %r : tensor<2x2xi1>
}
// -----
// out: dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf64>
func.func @main() -> tensor<2x2xf64> {
  %r = stablehlo.constant dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf64>
  return %r : tensor<2x2xf64>
}
