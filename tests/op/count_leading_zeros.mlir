// test: op
// in: dense<[-128, 127, 0, 1, 5, 7, 100, 42, 2, 64, 3]> : tensor<11xi8>
// out: dense<[0, 1, 8, 7, 5, 5, 1, 2, 6, 1, 6]> : tensor<11xi8>
func.func @main(%a: tensor<11xi8>) -> tensor<11xi8> {
  %r = stablehlo.count_leading_zeros %a : tensor<11xi8>
  return %r : tensor<11xi8>
}
// -----
// in: dense<[-32768, 32767, 0, 1, 5, 7, 100, 10922, 2, 64, 3]> : tensor<11xi16>
// out: dense<[0, 1, 16, 15, 13, 13, 9, 2, 14, 9, 14]> : tensor<11xi16>
func.func @main(%a: tensor<11xi16>) -> tensor<11xi16> {
  %r = stablehlo.count_leading_zeros %a : tensor<11xi16>
  return %r : tensor<11xi16>
}
// -----
// in: dense<[-2147483648, 2147483647, 0, 1, 5, 7, 100, 715827882, 2, 64, 3]> : tensor<11xi32>
// out: dense<[0, 1, 32, 31, 29, 29, 25, 2, 30, 25, 30]> : tensor<11xi32>
func.func @main(%a: tensor<11xi32>) -> tensor<11xi32> {
  %r = stablehlo.count_leading_zeros %a : tensor<11xi32>
  return %r : tensor<11xi32>
}
// -----
// in: dense<[-9223372036854775808, 9223372036854775807, 0, 1, 5, 7, 100, 3074457345618258602, 2, 64, 3]> : tensor<11xi64>
// out: dense<[0, 1, 64, 63, 61, 61, 57, 2, 62, 57, 62]> : tensor<11xi64>
func.func @main(%a: tensor<11xi64>) -> tensor<11xi64> {
  %r = stablehlo.count_leading_zeros %a : tensor<11xi64>
  return %r : tensor<11xi64>
}
// -----
// in: dense<[0, 255, 0, 1, 5, 7, 100, 85, 2, 64, 3]> : tensor<11xui8>
// out: dense<[8, 0, 8, 7, 5, 5, 1, 1, 6, 1, 6]> : tensor<11xui8>
func.func @main(%a: tensor<11xui8>) -> tensor<11xui8> {
  %r = stablehlo.count_leading_zeros %a : tensor<11xui8>
  return %r : tensor<11xui8>
}
// -----
// in: dense<[0, 65535, 0, 1, 5, 7, 100, 21845, 2, 64, 3]> : tensor<11xui16>
// out: dense<[16, 0, 16, 15, 13, 13, 9, 1, 14, 9, 14]> : tensor<11xui16>
func.func @main(%a: tensor<11xui16>) -> tensor<11xui16> {
  %r = stablehlo.count_leading_zeros %a : tensor<11xui16>
  return %r : tensor<11xui16>
}
// -----
// in: dense<[0, 4294967295, 0, 1, 5, 7, 100, 1431655765, 2, 64, 3]> : tensor<11xui32>
// out: dense<[32, 0, 32, 31, 29, 29, 25, 1, 30, 25, 30]> : tensor<11xui32>
func.func @main(%a: tensor<11xui32>) -> tensor<11xui32> {
  %r = stablehlo.count_leading_zeros %a : tensor<11xui32>
  return %r : tensor<11xui32>
}
// -----
// in: dense<[0, 18446744073709551615, 0, 1, 5, 7, 100, 6148914691236517205, 2, 64, 3]> : tensor<11xui64>
// out: dense<[64, 0, 64, 63, 61, 61, 57, 1, 62, 57, 62]> : tensor<11xui64>
func.func @main(%a: tensor<11xui64>) -> tensor<11xui64> {
  %r = stablehlo.count_leading_zeros %a : tensor<11xui64>
  return %r : tensor<11xui64>
}
