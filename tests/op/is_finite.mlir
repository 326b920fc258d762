// test: op
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf16>
// out: dense<[true, true, true, true, true, false, false, false, true, true, true]> : tensor<11xi1>
func.func @main(%a: tensor<11xf16>) -> tensor<11xi1> {
  %r = stablehlo.is_finite %a : (tensor<11xf16>) -> tensor<11xi1>
  return %r : tensor<11xi1>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf32>
// out: dense<[true, true, true, true, true, false, false, false, true, true, true]> : tensor<11xi1>
func.func @main(%a_: tensor<11xf32>) -> tensor<11xi1> {
  %a = stablehlo.convert %a_ : (tensor<11xf32>) -> tensor<11xbf16>
  %r = stablehlo.is_finite %a : (tensor<11xbf16>) -> tensor<11xi1>
  return %r : tensor<11xi1>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf32>
// out: dense<[true, true, true, true, true, false, false, false, true, true, true]> : tensor<11xi1>
func.func @main(%a: tensor<11xf32>) -> tensor<11xi1> {
  %r = stablehlo.is_finite %a : (tensor<11xf32>) -> tensor<11xi1>
  return %r : tensor<11xi1>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf64>
// out: dense<[true, true, true, true, true, false, false, false, true, true, true]> : tensor<11xi1>
func.func @main(%a: tensor<11xf64>) -> tensor<11xi1> {
  %r = stablehlo.is_finite %a : (tensor<11xf64>) -> tensor<11xi1>
  return %r : tensor<11xi1>
}
