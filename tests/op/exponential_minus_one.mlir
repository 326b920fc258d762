// test: op
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01000213623046875, 10.0, -9.0, inf, -inf, nan]> : tensor<13xf16>
// out: dense<[0.0, 0.6484375, -0.52734375, 1.71875, -0.77685546875, 19.078125, -0.98583984375, 0.01004791259765625, 22032.0, -1.0, inf, -1.0, nan]> : tensor<13xf16>
// tolerance: 0.002
func.func @main(%a: tensor<13xf16>) -> tensor<13xf16> {
  %r = stablehlo.exponential_minus_one %a : tensor<13xf16>
  return %r : tensor<13xf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf32>
// out: dense<[0.0, 0.6484375, -0.52734375, 1.71875, -0.77734375, 19.125, -0.984375, 0.01007080078125, 22016.0, -1.0, inf, -1.0, nan]> : tensor<13xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<13xf32>) -> tensor<13xbf16> {
  %a = stablehlo.convert %a_ : (tensor<13xf32>) -> tensor<13xbf16>
  %r = stablehlo.exponential_minus_one %a : tensor<13xbf16>
  return %r : tensor<13xbf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf32>
// out: dense<[0.0, 0.6487213, -0.5276334, 1.7182817, -0.77686983, 19.085537, -0.9857358, 0.010050166, 22025.465, -1.0, inf, -1.0, nan]> : tensor<13xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<13xf32>) -> tensor<13xf32> {
  %r = stablehlo.exponential_minus_one %a : tensor<13xf32>
  return %r : tensor<13xf32>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf64>
// out: dense<[0.0, 0.6487212707001281, -0.5276334472589853, 1.7182818284590455, -0.7768698398515702, 19.085536923187668, -0.9857357660910008, 0.010050167084168055, 22025.465794806718, -0.9999999979388464, inf, -1.0, nan]> : tensor<13xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<13xf64>) -> tensor<13xf64> {
  %r = stablehlo.exponential_minus_one %a : tensor<13xf64>
  return %r : tensor<13xf64>
}
