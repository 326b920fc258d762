// test: op
// out: dense<[[4.0, 2.0], [2.0, 5.0]]> : tensor<2x2xf32>
// tolerance: 2e-05
func.func @main() -> tensor<2x2xf32> {
  %a = stablehlo.constant dense<[[4.0, 2.0], [2.0, 5.0]]> : tensor<2x2xf32>
  %l = stablehlo.cholesky %a, lower = true : tensor<2x2xf32>
  %t = stablehlo.transpose %l, dims = [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %r = stablehlo.dot_general %l, %t, contracting_dims = [1] x [0] : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}
