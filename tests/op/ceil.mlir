// test: op
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf16>
// out: dense<[0.0, -0.0, 2.0, -2.0, 4.0, inf, -inf, nan, 1000.0, -0.0, 7.0]> : tensor<11xf16>
func.func @main(%a: tensor<11xf16>) -> tensor<11xf16> {
  %r = stablehlo.ceil %a : tensor<11xf16>
  return %r : tensor<11xf16>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf32>
// out: dense<[0.0, -0.0, 2.0, -2.0, 4.0, inf, -inf, nan, 1000.0, -0.0, 7.0]> : tensor<11xbf16>
func.func @main(%a_: tensor<11xf32>) -> tensor<11xbf16> {
  %a = stablehlo.convert %a_ : (tensor<11xf32>) -> tensor<11xbf16>
  %r = stablehlo.ceil %a : tensor<11xbf16>
  return %r : tensor<11xbf16>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf32>
// out: dense<[0.0, -0.0, 2.0, -2.0, 4.0, inf, -inf, nan, 1000.0, -0.0, 7.0]> : tensor<11xf32>
func.func @main(%a: tensor<11xf32>) -> tensor<11xf32> {
  %r = stablehlo.ceil %a : tensor<11xf32>
  return %r : tensor<11xf32>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf64>
// out: dense<[0.0, -0.0, 2.0, -2.0, 4.0, inf, -inf, nan, 1000.0, -0.0, 7.0]> : tensor<11xf64>
func.func @main(%a: tensor<11xf64>) -> tensor<11xf64> {
  %r = stablehlo.ceil %a : tensor<11xf64>
  return %r : tensor<11xf64>
}
