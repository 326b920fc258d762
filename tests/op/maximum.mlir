// test: op
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf16>
// in: dense<[1.0, 0.0, -0.5, 4.0, 0.3125, 2.0, inf, 1.0, -3.0, nan, 7.0]> : tensor<11xf16>
// out: dense<[1.0, 0.0, 1.5, 4.0, 3.75, inf, inf, nan, 1000.0, nan, 7.0]> : tensor<11xf16>
func.func @main(%a: tensor<11xf16>, %b: tensor<11xf16>) -> tensor<11xf16> {
  %r = stablehlo.maximum %a, %b : tensor<11xf16>
  return %r : tensor<11xf16>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf32>
// in: dense<[1.0, 0.0, -0.5, 4.0, 0.3125, 2.0, inf, 1.0, -3.0, nan, 7.0]> : tensor<11xf32>
// out: dense<[1.0, 0.0, 1.5, 4.0, 3.75, inf, inf, nan, 1000.0, nan, 7.0]> : tensor<11xbf16>
func.func @main(%a_: tensor<11xf32>, %b_: tensor<11xf32>) -> tensor<11xbf16> {
  %a = stablehlo.convert %a_ : (tensor<11xf32>) -> tensor<11xbf16>
  %b = stablehlo.convert %b_ : (tensor<11xf32>) -> tensor<11xbf16>
  %r = stablehlo.maximum %a, %b : tensor<11xbf16>
  return %r : tensor<11xbf16>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf32>
// in: dense<[1.0, 0.0, -0.5, 4.0, 0.3125, 2.0, inf, 1.0, -3.0, nan, 7.0]> : tensor<11xf32>
// out: dense<[1.0, 0.0, 1.5, 4.0, 3.75, inf, inf, nan, 1000.0, nan, 7.0]> : tensor<11xf32>
func.func @main(%a: tensor<11xf32>, %b: tensor<11xf32>) -> tensor<11xf32> {
  %r = stablehlo.maximum %a, %b : tensor<11xf32>
  return %r : tensor<11xf32>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf64>
// in: dense<[1.0, 0.0, -0.5, 4.0, 0.3125, 2.0, inf, 1.0, -3.0, nan, 7.0]> : tensor<11xf64>
// out: dense<[1.0, 0.0, 1.5, 4.0, 3.75, inf, inf, nan, 1000.0, nan, 7.0]> : tensor<11xf64>
func.func @main(%a: tensor<11xf64>, %b: tensor<11xf64>) -> tensor<11xf64> {
  %r = stablehlo.maximum %a, %b : tensor<11xf64>
  return %r : tensor<11xf64>
}
// -----
// in: dense<[-128, 127, 0, 1, 5, 7, 100, 42, 2, 64, 3]> : tensor<11xi8>
// in: dense<[3, 1, 7, 127, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xi8>
// out: dense<[3, 127, 7, 127, 5, 7, 100, 42, 2, 64, 3]> : tensor<11xi8>
func.func @main(%a: tensor<11xi8>, %b: tensor<11xi8>) -> tensor<11xi8> {
  %r = stablehlo.maximum %a, %b : tensor<11xi8>
  return %r : tensor<11xi8>
}
// -----
// in: dense<[-32768, 32767, 0, 1, 5, 7, 100, 10922, 2, 64, 3]> : tensor<11xi16>
// in: dense<[3, 1, 7, 32767, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xi16>
// out: dense<[3, 32767, 7, 32767, 5, 7, 100, 10922, 2, 64, 3]> : tensor<11xi16>
func.func @main(%a: tensor<11xi16>, %b: tensor<11xi16>) -> tensor<11xi16> {
  %r = stablehlo.maximum %a, %b : tensor<11xi16>
  return %r : tensor<11xi16>
}
// -----
// in: dense<[-2147483648, 2147483647, 0, 1, 5, 7, 100, 715827882, 2, 64, 3]> : tensor<11xi32>
// in: dense<[3, 1, 7, 2147483647, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xi32>
// out: dense<[3, 2147483647, 7, 2147483647, 5, 7, 100, 715827882, 2, 64, 3]> : tensor<11xi32>
func.func @main(%a: tensor<11xi32>, %b: tensor<11xi32>) -> tensor<11xi32> {
  %r = stablehlo.maximum %a, %b : tensor<11xi32>
  return %r : tensor<11xi32>
}
// -----
// in: dense<[-9223372036854775808, 9223372036854775807, 0, 1, 5, 7, 100, 3074457345618258602, 2, 64, 3]> : tensor<11xi64>
// in: dense<[3, 1, 7, 9223372036854775807, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xi64>
// out: dense<[3, 9223372036854775807, 7, 9223372036854775807, 5, 7, 100, 3074457345618258602, 2, 64, 3]> : tensor<11xi64>
func.func @main(%a: tensor<11xi64>, %b: tensor<11xi64>) -> tensor<11xi64> {
  %r = stablehlo.maximum %a, %b : tensor<11xi64>
  return %r : tensor<11xi64>
}
// -----
// in: dense<[0, 255, 0, 1, 5, 7, 100, 85, 2, 64, 3]> : tensor<11xui8>
// in: dense<[3, 1, 7, 255, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui8>
// out: dense<[3, 255, 7, 255, 5, 7, 100, 85, 2, 64, 3]> : tensor<11xui8>
func.func @main(%a: tensor<11xui8>, %b: tensor<11xui8>) -> tensor<11xui8> {
  %r = stablehlo.maximum %a, %b : tensor<11xui8>
  return %r : tensor<11xui8>
}
// -----
// in: dense<[0, 65535, 0, 1, 5, 7, 100, 21845, 2, 64, 3]> : tensor<11xui16>
// in: dense<[3, 1, 7, 65535, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui16>
// out: dense<[3, 65535, 7, 65535, 5, 7, 100, 21845, 2, 64, 3]> : tensor<11xui16>
func.func @main(%a: tensor<11xui16>, %b: tensor<11xui16>) -> tensor<11xui16> {
  %r = stablehlo.maximum %a, %b : tensor<11xui16>
  return %r : tensor<11xui16>
}
// -----
// in: dense<[0, 4294967295, 0, 1, 5, 7, 100, 1431655765, 2, 64, 3]> : tensor<11xui32>
// in: dense<[3, 1, 7, 4294967295, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui32>
// out: dense<[3, 4294967295, 7, 4294967295, 5, 7, 100, 1431655765, 2, 64, 3]> : tensor<11xui32>
func.func @main(%a: tensor<11xui32>, %b: tensor<11xui32>) -> tensor<11xui32> {
  %r = stablehlo.maximum %a, %b : tensor<11xui32>
  return %r : tensor<11xui32>
}
// -----
// in: dense<[0, 18446744073709551615, 0, 1, 5, 7, 100, 6148914691236517205, 2, 64, 3]> : tensor<11xui64>
// in: dense<[3, 1, 7, 18446744073709551615, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui64>
// out: dense<[3, 18446744073709551615, 7, 18446744073709551615, 5, 7, 100, 6148914691236517205, 2, 64, 3]> : tensor<11xui64>
func.func @main(%a: tensor<11xui64>, %b: tensor<11xui64>) -> tensor<11xui64> {
  %r = stablehlo.maximum %a, %b : tensor<11xui64>
  return %r : tensor<11xui64>
}
// -----
// in: dense<[false, false, true, true, false, true, false, true, true, false, true]> : tensor<11xi1>
// in: dense<[false, true, false, true, true, true, false, false, true, false, false]> : tensor<11xi1>
// out: dense<[false, true, true, true, true, true, false, true, true, false, true]> : tensor<11xi1>
func.func @main(%a: tensor<11xi1>, %b: tensor<11xi1>) -> tensor<11xi1> {
  %r = stablehlo.maximum %a, %b : tensor<11xi1>
  return %r : tensor<11xi1>
}
// -----
// A NaN keeps its sign, and of two the one that has a sign is the result.
// in: dense<[0xFFC00000, 0x7FC00000, 1.0, 0xFFC00000, 0x7FC00000]> : tensor<5xf32>
// in: dense<[1.0, 1.0, 0xFFC00000, 0x7FC00000, 0xFFC00000]> : tensor<5xf32>
// out: dense<[false, true, false, false, false]> : tensor<5xi1>
func.func @main(%a: tensor<5xf32>, %b: tensor<5xf32>) -> tensor<5xi1> {
  %0 = stablehlo.maximum %a, %b : tensor<5xf32>
  %1 = stablehlo.constant dense<0.0> : tensor<5xf32>
  %r = stablehlo.compare GT, %0, %1, TOTALORDER : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xi1>
  return %r : tensor<5xi1>
}
