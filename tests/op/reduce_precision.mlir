// test: op
// in: dense<[0.375, 0.5, 2.625, -0.625, 2.125, -3.25, 0.25, -1.25, -4.0]> : tensor<9xf32>
// out: dense<[0.375, 0.5, 2.5, -0.625, 2.0, -3.0, 0.25, -1.25, -4.0]> : tensor<9xf32>
func.func @main(%a: tensor<9xf32>) -> tensor<9xf32> {
  %r = stablehlo.reduce_precision %a, format = e5m2 : tensor<9xf32>
  return %r : tensor<9xf32>
}
