// test: op
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf16>
// out: dense<[inf, 2.0, 1.4140625, 1.0, 0.70703125, 0.53466796875, 0.333251953125, 0.0999755859375, 0.01000213623046875, 0.0, nan, nan]> : tensor<12xf16>
// tolerance: 0.002
func.func @main(%a: tensor<12xf16>) -> tensor<12xf16> {
  %r = stablehlo.rsqrt %a : tensor<12xf16>
  return %r : tensor<12xf16>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf32>
// out: dense<[inf, 2.0, 1.4140625, 1.0, 0.70703125, 0.53515625, 0.333984375, 0.10009765625, 0.010009765625, 0.0, nan, nan]> : tensor<12xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<12xf32>) -> tensor<12xbf16> {
  %a = stablehlo.convert %a_ : (tensor<12xf32>) -> tensor<12xbf16>
  %r = stablehlo.rsqrt %a : tensor<12xbf16>
  return %r : tensor<12xbf16>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf32>
// out: dense<[inf, 2.0, 1.4142135, 1.0, 0.70710677, 0.5345225, 0.33333334, 0.1, 0.01, 0.0, nan, nan]> : tensor<12xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<12xf32>) -> tensor<12xf32> {
  %r = stablehlo.rsqrt %a : tensor<12xf32>
  return %r : tensor<12xf32>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf64>
// out: dense<[inf, 2.0, 1.414213562373095, 1.0, 0.7071067811865475, 0.5345224838248488, 0.3333333333333333, 0.1, 0.01, 0.0, nan, nan]> : tensor<12xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<12xf64>) -> tensor<12xf64> {
  %r = stablehlo.rsqrt %a : tensor<12xf64>
  return %r : tensor<12xf64>
}
