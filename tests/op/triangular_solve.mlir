// test: op
// in: dense<[[0.375, 0.5], [2.625, -0.625], [2.125, -3.25]]> : tensor<3x2xf32>
// out: dense<[[0.1875, 0.25], [0.609375, -0.21875], [0.96875, -4.6875]]> : tensor<3x2xf32>
// tolerance: 2e-05
func.func @main(%a: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %l = stablehlo.constant dense<[[2.0, 0.0, 0.0], [1.0, 4.0, 0.0], [-1.0, 3.0, 0.5]]> : tensor<3x3xf32>
  %r = "stablehlo.triangular_solve"(%l, %a) <{left_side = true, lower = true, transpose_a = #stablehlo<transpose NO_TRANSPOSE>, unit_diagonal = false}> : (tensor<3x3xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %r : tensor<3x2xf32>
}
// -----
// A zero on the diagonal: the loops of substitution, whose products of reals have no imaginary part.
// test: op
// in: dense<[[0.0, 7.0], [1.0, 1.0]]> : tensor<2x2xf32>
// in: dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>
// out: dense<[[inf, nan], [-inf, nan]]> : tensor<2x2xf32>
func.func @main(%a: tensor<2x2xf32>, %b: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %r = "stablehlo.triangular_solve"(%a, %b) {left_side = true, lower = true, unit_diagonal = false, transpose_a = #stablehlo<transpose NO_TRANSPOSE>} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}
