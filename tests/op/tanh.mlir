// test: op
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01000213623046875, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf16>
// out: dense<[0.0, 0.462158203125, -0.63525390625, 0.76171875, -0.9052734375, 0.9951171875, -0.99951171875, 0.01000213623046875, 1.0, -1.0, 1.0, -1.0, nan]> : tensor<13xf16>
// tolerance: 0.002
func.func @main(%a: tensor<13xf16>) -> tensor<13xf16> {
  %r = stablehlo.tanh %a : tensor<13xf16>
  return %r : tensor<13xf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf32>
// out: dense<[0.0, 0.462890625, -0.63671875, 0.76171875, -0.90625, 0.99609375, -1.0, 0.010009765625, 1.0, -1.0, 1.0, -1.0, nan]> : tensor<13xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<13xf32>) -> tensor<13xbf16> {
  %a = stablehlo.convert %a_ : (tensor<13xf32>) -> tensor<13xbf16>
  %r = stablehlo.tanh %a : tensor<13xbf16>
  return %r : tensor<13xbf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf32>
// out: dense<[0.0, 0.46211717, -0.635149, 0.7615942, -0.9051482, 0.9950547, -0.99959314, 0.009999665, 1.0, -1.0, 1.0, -1.0, nan]> : tensor<13xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<13xf32>) -> tensor<13xf32> {
  %r = stablehlo.tanh %a : tensor<13xf32>
  return %r : tensor<13xf32>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf64>
// out: dense<[0.0, 0.4621171572600098, -0.6351489523872874, 0.7615941559557649, -0.9051482536448665, 0.9950547536867305, -0.9995931460438894, 0.00999966667999946, 0.9999999958776926, -1.0, 1.0, -1.0, nan]> : tensor<13xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<13xf64>) -> tensor<13xf64> {
  %r = stablehlo.tanh %a : tensor<13xf64>
  return %r : tensor<13xf64>
}
