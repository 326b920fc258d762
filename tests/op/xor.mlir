// test: op
// in: dense<[-128, 127, 0, 1, 5, 7, 100, 42, 2, 64, 3]> : tensor<11xi8>
// in: dense<[3, 1, 7, 127, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xi8>
// out: dense<[-125, 126, 7, 126, 6, 5, 109, 47, 3, 71, 1]> : tensor<11xi8>
func.func @main(%a: tensor<11xi8>, %b: tensor<11xi8>) -> tensor<11xi8> {
  %r = stablehlo.xor %a, %b : tensor<11xi8>
  return %r : tensor<11xi8>
}
// -----
// in: dense<[-32768, 32767, 0, 1, 5, 7, 100, 10922, 2, 64, 3]> : tensor<11xi16>
// in: dense<[3, 1, 7, 32767, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xi16>
// out: dense<[-32765, 32766, 7, 32766, 6, 5, 109, 10927, 3, 71, 1]> : tensor<11xi16>
func.func @main(%a: tensor<11xi16>, %b: tensor<11xi16>) -> tensor<11xi16> {
  %r = stablehlo.xor %a, %b : tensor<11xi16>
  return %r : tensor<11xi16>
}
// -----
// in: dense<[-2147483648, 2147483647, 0, 1, 5, 7, 100, 715827882, 2, 64, 3]> : tensor<11xi32>
// in: dense<[3, 1, 7, 2147483647, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xi32>
// out: dense<[-2147483645, 2147483646, 7, 2147483646, 6, 5, 109, 715827887, 3, 71, 1]> : tensor<11xi32>
func.func @main(%a: tensor<11xi32>, %b: tensor<11xi32>) -> tensor<11xi32> {
  %r = stablehlo.xor %a, %b : tensor<11xi32>
  return %r : tensor<11xi32>
}
// -----
// in: dense<[-9223372036854775808, 9223372036854775807, 0, 1, 5, 7, 100, 3074457345618258602, 2, 64, 3]> : tensor<11xi64>
// in: dense<[3, 1, 7, 9223372036854775807, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xi64>
// out: dense<[-9223372036854775805, 9223372036854775806, 7, 9223372036854775806, 6, 5, 109, 3074457345618258607, 3, 71, 1]> : tensor<11xi64>
func.func @main(%a: tensor<11xi64>, %b: tensor<11xi64>) -> tensor<11xi64> {
  %r = stablehlo.xor %a, %b : tensor<11xi64>
  return %r : tensor<11xi64>
}
// -----
// in: dense<[0, 255, 0, 1, 5, 7, 100, 85, 2, 64, 3]> : tensor<11xui8>
// in: dense<[3, 1, 7, 255, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui8>
// out: dense<[3, 254, 7, 254, 6, 5, 109, 80, 3, 71, 1]> : tensor<11xui8>
func.func @main(%a: tensor<11xui8>, %b: tensor<11xui8>) -> tensor<11xui8> {
  %r = stablehlo.xor %a, %b : tensor<11xui8>
  return %r : tensor<11xui8>
}
// -----
// in: dense<[0, 65535, 0, 1, 5, 7, 100, 21845, 2, 64, 3]> : tensor<11xui16>
// in: dense<[3, 1, 7, 65535, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui16>
// out: dense<[3, 65534, 7, 65534, 6, 5, 109, 21840, 3, 71, 1]> : tensor<11xui16>
func.func @main(%a: tensor<11xui16>, %b: tensor<11xui16>) -> tensor<11xui16> {
  %r = stablehlo.xor %a, %b : tensor<11xui16>
  return %r : tensor<11xui16>
}
// -----
// in: dense<[0, 4294967295, 0, 1, 5, 7, 100, 1431655765, 2, 64, 3]> : tensor<11xui32>
// in: dense<[3, 1, 7, 4294967295, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui32>
// out: dense<[3, 4294967294, 7, 4294967294, 6, 5, 109, 1431655760, 3, 71, 1]> : tensor<11xui32>
func.func @main(%a: tensor<11xui32>, %b: tensor<11xui32>) -> tensor<11xui32> {
  %r = stablehlo.xor %a, %b : tensor<11xui32>
  return %r : tensor<11xui32>
}
// -----
// in: dense<[0, 18446744073709551615, 0, 1, 5, 7, 100, 6148914691236517205, 2, 64, 3]> : tensor<11xui64>
// in: dense<[3, 1, 7, 18446744073709551615, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui64>
// out: dense<[3, 18446744073709551614, 7, 18446744073709551614, 6, 5, 109, 6148914691236517200, 3, 71, 1]> : tensor<11xui64>
func.func @main(%a: tensor<11xui64>, %b: tensor<11xui64>) -> tensor<11xui64> {
  %r = stablehlo.xor %a, %b : tensor<11xui64>
  return %r : tensor<11xui64>
}
// -----
// in: dense<[false, false, true, true, false, true, false, true, true, false, true]> : tensor<11xi1>
// in: dense<[false, true, false, true, true, true, false, false, true, false, false]> : tensor<11xi1>
// out: dense<[false, true, true, false, true, false, false, true, false, false, true]> : tensor<11xi1>
func.func @main(%a: tensor<11xi1>, %b: tensor<11xi1>) -> tensor<11xi1> {
  %r = stablehlo.xor %a, %b : tensor<11xi1>
  return %r : tensor<11xi1>
}
