// test: op
// in: dense<[0.375, 0.5, 2.625, -0.625, 2.125, -3.25, 0.25, -1.25, -4.0]> : tensor<9xf32>
// out: dense<[0.375, 0.5, 2.5, -0.625, 2.0, -3.0, 0.25, -1.25, -4.0]> : tensor<9xf32>
func.func @main(%a: tensor<9xf32>) -> tensor<9xf32> {
  %r = stablehlo.reduce_precision %a, format = e5m2 : tensor<9xf32>
  return %r : tensor<9xf32>
}
// -----
// The dtype's own format changes nothing, denormals included; past it is what the dtype has for infinity.
// in: dense<[0.0078125, -0.001953125, 448.0, 0.3]> : tensor<4xf32>
// out: dense<[[0.0078125, -0.001953125, 448.0, 0.3125], [0.0078125, 0.0, 0x7FC00000, 0.25]]> : tensor<2x4xf32>
func.func @main(%a: tensor<4xf32>) -> tensor<2x4xf32> {
  %0 = stablehlo.convert %a : (tensor<4xf32>) -> tensor<4xf8E4M3FN>
  %1 = stablehlo.reduce_precision %0, format = e4m3 : tensor<4xf8E4M3FN>
  %2 = stablehlo.reduce_precision %0, format = e5m1 : tensor<4xf8E4M3FN>
  %3 = stablehlo.convert %1 : (tensor<4xf8E4M3FN>) -> tensor<4xf32>
  %4 = stablehlo.convert %2 : (tensor<4xf8E4M3FN>) -> tensor<4xf32>
  %5 = stablehlo.reshape %3 : (tensor<4xf32>) -> tensor<1x4xf32>
  %6 = stablehlo.reshape %4 : (tensor<4xf32>) -> tensor<1x4xf32>
  %r = stablehlo.concatenate %5, %6, dim = 0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  return %r : tensor<2x4xf32>
}
