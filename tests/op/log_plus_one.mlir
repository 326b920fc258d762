// test: op
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -0.5, -1.0, -2.0]> : tensor<13xf16>
// out: dense<[0.0, 0.22314453125, 0.405517578125, 0.693359375, 1.0986328125, 1.50390625, 2.302734375, 4.61328125, 9.2109375, inf, -0.693359375, -inf, nan]> : tensor<13xf16>
// tolerance: 0.002
func.func @main(%a: tensor<13xf16>) -> tensor<13xf16> {
  %r = stablehlo.log_plus_one %a : tensor<13xf16>
  return %r : tensor<13xf16>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -0.5, -1.0, -2.0]> : tensor<13xf32>
// out: dense<[0.0, 0.22265625, 0.40625, 0.69140625, 1.1015625, 1.5078125, 2.296875, 4.625, 9.1875, inf, -0.69140625, -inf, nan]> : tensor<13xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<13xf32>) -> tensor<13xbf16> {
  %a = stablehlo.convert %a_ : (tensor<13xf32>) -> tensor<13xbf16>
  %r = stablehlo.log_plus_one %a : tensor<13xbf16>
  return %r : tensor<13xbf16>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -0.5, -1.0, -2.0]> : tensor<13xf32>
// out: dense<[0.0, 0.22314355, 0.4054651, 0.6931472, 1.0986123, 1.5040774, 2.3025851, 4.6151204, 9.210441, inf, -0.6931472, -inf, nan]> : tensor<13xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<13xf32>) -> tensor<13xf32> {
  %r = stablehlo.log_plus_one %a : tensor<13xf32>
  return %r : tensor<13xf32>
}
// -----
// in: dense<[0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -0.5, -1.0, -2.0]> : tensor<13xf64>
// out: dense<[0.0, 0.22314355131420976, 0.4054651081081644, 0.6931471805599453, 1.0986122886681098, 1.5040773967762742, 2.302585092994046, 4.61512051684126, 9.210440366976517, inf, -0.6931471805599453, -inf, nan]> : tensor<13xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<13xf64>) -> tensor<13xf64> {
  %r = stablehlo.log_plus_one %a : tensor<13xf64>
  return %r : tensor<13xf64>
}
