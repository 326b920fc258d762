// test: op
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf16>
// out: dense<[0.0, 0.5, 0.70703125, 1.0, 1.4140625, 1.87109375, 3.0, 10.0, 100.0, inf, nan, nan]> : tensor<12xf16>
// tolerance: 0.002
func.func @main(%a: tensor<12xf16>) -> tensor<12xf16> {
  %r = stablehlo.sqrt %a : tensor<12xf16>
  return %r : tensor<12xf16>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf32>
// out: dense<[0.0, 0.5, 0.70703125, 1.0, 1.4140625, 1.8671875, 3.0, 10.0, 100.0, inf, nan, nan]> : tensor<12xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<12xf32>) -> tensor<12xbf16> {
  %a = stablehlo.convert %a_ : (tensor<12xf32>) -> tensor<12xbf16>
  %r = stablehlo.sqrt %a : tensor<12xbf16>
  return %r : tensor<12xbf16>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf32>
// out: dense<[0.0, 0.5, 0.70710677, 1.0, 1.4142135, 1.8708287, 3.0, 10.0, 100.0, inf, nan, nan]> : tensor<12xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<12xf32>) -> tensor<12xf32> {
  %r = stablehlo.sqrt %a : tensor<12xf32>
  return %r : tensor<12xf32>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf64>
// out: dense<[0.0, 0.5, 0.7071067811865476, 1.0, 1.4142135623730951, 1.8708286933869707, 3.0, 10.0, 100.0, inf, nan, nan]> : tensor<12xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<12xf64>) -> tensor<12xf64> {
  %r = stablehlo.sqrt %a : tensor<12xf64>
  return %r : tensor<12xf64>
}
