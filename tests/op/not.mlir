// test: op
// in: dense<[-128, 127, 0, 1, 5, 7, 100, 42, 2, 64, 3]> : tensor<11xi8>
// out: dense<[127, -128, -1, -2, -6, -8, -101, -43, -3, -65, -4]> : tensor<11xi8>
func.func @main(%a: tensor<11xi8>) -> tensor<11xi8> {
  %r = stablehlo.not %a : tensor<11xi8>
  return %r : tensor<11xi8>
}
// -----
// in: dense<[-32768, 32767, 0, 1, 5, 7, 100, 10922, 2, 64, 3]> : tensor<11xi16>
// out: dense<[32767, -32768, -1, -2, -6, -8, -101, -10923, -3, -65, -4]> : tensor<11xi16>
func.func @main(%a: tensor<11xi16>) -> tensor<11xi16> {
  %r = stablehlo.not %a : tensor<11xi16>
  return %r : tensor<11xi16>
}
// -----
// in: dense<[-2147483648, 2147483647, 0, 1, 5, 7, 100, 715827882, 2, 64, 3]> : tensor<11xi32>
// out: dense<[2147483647, -2147483648, -1, -2, -6, -8, -101, -715827883, -3, -65, -4]> : tensor<11xi32>
func.func @main(%a: tensor<11xi32>) -> tensor<11xi32> {
  %r = stablehlo.not %a : tensor<11xi32>
  return %r : tensor<11xi32>
}
// -----
// in: dense<[-9223372036854775808, 9223372036854775807, 0, 1, 5, 7, 100, 3074457345618258602, 2, 64, 3]> : tensor<11xi64>
// out: dense<[9223372036854775807, -9223372036854775808, -1, -2, -6, -8, -101, -3074457345618258603, -3, -65, -4]> : tensor<11xi64>
func.func @main(%a: tensor<11xi64>) -> tensor<11xi64> {
  %r = stablehlo.not %a : tensor<11xi64>
  return %r : tensor<11xi64>
}
// -----
// in: dense<[0, 255, 0, 1, 5, 7, 100, 85, 2, 64, 3]> : tensor<11xui8>
// out: dense<[255, 0, 255, 254, 250, 248, 155, 170, 253, 191, 252]> : tensor<11xui8>
func.func @main(%a: tensor<11xui8>) -> tensor<11xui8> {
  %r = stablehlo.not %a : tensor<11xui8>
  return %r : tensor<11xui8>
}
// -----
// in: dense<[0, 65535, 0, 1, 5, 7, 100, 21845, 2, 64, 3]> : tensor<11xui16>
// out: dense<[65535, 0, 65535, 65534, 65530, 65528, 65435, 43690, 65533, 65471, 65532]> : tensor<11xui16>
func.func @main(%a: tensor<11xui16>) -> tensor<11xui16> {
  %r = stablehlo.not %a : tensor<11xui16>
  return %r : tensor<11xui16>
}
// -----
// in: dense<[0, 4294967295, 0, 1, 5, 7, 100, 1431655765, 2, 64, 3]> : tensor<11xui32>
// out: dense<[4294967295, 0, 4294967295, 4294967294, 4294967290, 4294967288, 4294967195, 2863311530, 4294967293, 4294967231, 4294967292]> : tensor<11xui32>
func.func @main(%a: tensor<11xui32>) -> tensor<11xui32> {
  %r = stablehlo.not %a : tensor<11xui32>
  return %r : tensor<11xui32>
}
// -----
// in: dense<[0, 18446744073709551615, 0, 1, 5, 7, 100, 6148914691236517205, 2, 64, 3]> : tensor<11xui64>
// out: dense<[18446744073709551615, 0, 18446744073709551615, 18446744073709551614, 18446744073709551610, 18446744073709551608, 18446744073709551515, 12297829382473034410, 18446744073709551613, 18446744073709551551, 18446744073709551612]> : tensor<11xui64>
func.func @main(%a: tensor<11xui64>) -> tensor<11xui64> {
  %r = stablehlo.not %a : tensor<11xui64>
  return %r : tensor<11xui64>
}
// -----
// in: dense<[false, false, true, true, false, true, false, true, true, false, true]> : tensor<11xi1>
// out: dense<[true, true, false, false, true, false, true, false, false, true, false]> : tensor<11xi1>
func.func @main(%a: tensor<11xi1>) -> tensor<11xi1> {
  %r = stablehlo.not %a : tensor<11xi1>
  return %r : tensor<11xi1>
}
