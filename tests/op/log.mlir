// test: op
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf16>
// out: dense<[-inf, -1.38671875, -0.693359375, 0.0, 0.693359375, 1.2529296875, 2.197265625, 4.60546875, 9.2109375, inf, nan, nan]> : tensor<12xf16>
// tolerance: 0.002
func.func @main(%a: tensor<12xf16>) -> tensor<12xf16> {
  %r = stablehlo.log %a : tensor<12xf16>
  return %r : tensor<12xf16>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf32>
// out: dense<[-inf, -1.3828125, -0.69140625, 0.0, 0.69140625, 1.25, 2.203125, 4.59375, 9.1875, inf, nan, nan]> : tensor<12xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<12xf32>) -> tensor<12xbf16> {
  %a = stablehlo.convert %a_ : (tensor<12xf32>) -> tensor<12xbf16>
  %r = stablehlo.log %a : tensor<12xbf16>
  return %r : tensor<12xbf16>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf32>
// out: dense<[-inf, -1.3862944, -0.6931472, 0.0, 0.6931472, 1.252763, 2.1972246, 4.6051702, 9.2103405, inf, nan, nan]> : tensor<12xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<12xf32>) -> tensor<12xf32> {
  %r = stablehlo.log %a : tensor<12xf32>
  return %r : tensor<12xf32>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]> : tensor<12xf64>
// out: dense<[-inf, -1.3862943611198906, -0.6931471805599453, 0.0, 0.6931471805599453, 1.252762968495368, 2.1972245773362196, 4.605170185988092, 9.210340371976184, inf, nan, nan]> : tensor<12xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<12xf64>) -> tensor<12xf64> {
  %r = stablehlo.log %a : tensor<12xf64>
  return %r : tensor<12xf64>
}
// -----
// The logarithm of a negative number is the positive NaN, which is -0 in a type without NaNs.
// in: dense<[-1.0, 1.0]> : tensor<2xf32>
// out: dense<[8, 0]> : tensor<2xi32>
func.func @main(%a: tensor<2xf32>) -> tensor<2xi32> {
  %0 = stablehlo.convert %a : (tensor<2xf32>) -> tensor<2xf4E2M1FN>
  %1 = stablehlo.log %0 : tensor<2xf4E2M1FN>
  %2 = stablehlo.bitcast_convert %1 : (tensor<2xf4E2M1FN>) -> tensor<2xui4>
  %r = stablehlo.convert %2 : (tensor<2xui4>) -> tensor<2xi32>
  return %r : tensor<2xi32>
}
