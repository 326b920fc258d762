// test: op
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf16>
// out: dense<[0.0, 0.0, 1.5, 2.25, 3.75, inf, inf, nan, 1000.0, 0.125, 7.0]> : tensor<11xf16>
func.func @main(%a: tensor<11xf16>) -> tensor<11xf16> {
  %r = stablehlo.abs %a : tensor<11xf16>
  return %r : tensor<11xf16>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf32>
// out: dense<[0.0, 0.0, 1.5, 2.25, 3.75, inf, inf, nan, 1000.0, 0.125, 7.0]> : tensor<11xbf16>
func.func @main(%a_: tensor<11xf32>) -> tensor<11xbf16> {
  %a = stablehlo.convert %a_ : (tensor<11xf32>) -> tensor<11xbf16>
  %r = stablehlo.abs %a : tensor<11xbf16>
  return %r : tensor<11xbf16>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf32>
// out: dense<[0.0, 0.0, 1.5, 2.25, 3.75, inf, inf, nan, 1000.0, 0.125, 7.0]> : tensor<11xf32>
func.func @main(%a: tensor<11xf32>) -> tensor<11xf32> {
  %r = stablehlo.abs %a : tensor<11xf32>
  return %r : tensor<11xf32>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf64>
// out: dense<[0.0, 0.0, 1.5, 2.25, 3.75, inf, inf, nan, 1000.0, 0.125, 7.0]> : tensor<11xf64>
func.func @main(%a: tensor<11xf64>) -> tensor<11xf64> {
  %r = stablehlo.abs %a : tensor<11xf64>
  return %r : tensor<11xf64>
}
// -----
// in: dense<[-128, 127, 0, 1, 5, 7, 100, 42, 2, 64, 3]> : tensor<11xi8>
// out: dense<[-128, 127, 0, 1, 5, 7, 100, 42, 2, 64, 3]> : tensor<11xi8>
func.func @main(%a: tensor<11xi8>) -> tensor<11xi8> {
  %r = stablehlo.abs %a : tensor<11xi8>
  return %r : tensor<11xi8>
}
// -----
// in: dense<[-32768, 32767, 0, 1, 5, 7, 100, 10922, 2, 64, 3]> : tensor<11xi16>
// out: dense<[-32768, 32767, 0, 1, 5, 7, 100, 10922, 2, 64, 3]> : tensor<11xi16>
func.func @main(%a: tensor<11xi16>) -> tensor<11xi16> {
  %r = stablehlo.abs %a : tensor<11xi16>
  return %r : tensor<11xi16>
}
// -----
// in: dense<[-2147483648, 2147483647, 0, 1, 5, 7, 100, 715827882, 2, 64, 3]> : tensor<11xi32>
// out: dense<[-2147483648, 2147483647, 0, 1, 5, 7, 100, 715827882, 2, 64, 3]> : tensor<11xi32>
func.func @main(%a: tensor<11xi32>) -> tensor<11xi32> {
  %r = stablehlo.abs %a : tensor<11xi32>
  return %r : tensor<11xi32>
}
// -----
// in: dense<[-9223372036854775808, 9223372036854775807, 0, 1, 5, 7, 100, 3074457345618258602, 2, 64, 3]> : tensor<11xi64>
// out: dense<[-9223372036854775808, 9223372036854775807, 0, 1, 5, 7, 100, 3074457345618258602, 2, 64, 3]> : tensor<11xi64>
func.func @main(%a: tensor<11xi64>) -> tensor<11xi64> {
  %r = stablehlo.abs %a : tensor<11xi64>
  return %r : tensor<11xi64>
}
