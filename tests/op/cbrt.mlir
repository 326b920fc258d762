// test: op
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01000213623046875, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf16>
// out: dense<[0.0, 0.79345703125, -0.90869140625, 1.0, -1.14453125, 1.4423828125, -1.6201171875, 0.2154541015625, 2.154296875, -2.71484375, inf, -inf, nan]> : tensor<13xf16>
// tolerance: 0.002
func.func @main(%a: tensor<13xf16>) -> tensor<13xf16> {
  %r = stablehlo.cbrt %a : tensor<13xf16>
  return %r : tensor<13xf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf32>
// out: dense<[0.0, 0.79296875, -0.91015625, 1.0, -1.1484375, 1.4453125, -1.6171875, 0.2158203125, 2.15625, -2.71875, inf, -inf, nan]> : tensor<13xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<13xf32>) -> tensor<13xbf16> {
  %a = stablehlo.convert %a_ : (tensor<13xf32>) -> tensor<13xbf16>
  %r = stablehlo.cbrt %a : tensor<13xbf16>
  return %r : tensor<13xbf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf32>
// out: dense<[0.0, 0.7937005, -0.9085603, 1.0, -1.1447142, 1.4422495, -1.6198059, 0.21544346, 2.1544347, -2.7144177, inf, -inf, nan]> : tensor<13xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<13xf32>) -> tensor<13xf32> {
  %r = stablehlo.cbrt %a : tensor<13xf32>
  return %r : tensor<13xf32>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf64>
// out: dense<[0.0, 0.7937005259840998, -0.9085602964160697, 1.0, -1.1447142425533317, 1.4422495703074083, -1.6198059006387417, 0.21544346900318834, 2.1544346900318834, -2.7144176165949063, inf, -inf, nan]> : tensor<13xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<13xf64>) -> tensor<13xf64> {
  %r = stablehlo.cbrt %a : tensor<13xf64>
  return %r : tensor<13xf64>
}
