// test: op
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf16>
// in: dense<[1.0, 0.0, -0.5, 4.0, 0.3125, 2.0, inf, 1.0, -3.0, nan, 7.0]> : tensor<11xf16>
// out: dense<[0.0, nan, -3.0, -0.5625, 12.0, inf, nan, nan, -333.25, nan, 1.0]> : tensor<11xf16>
func.func @main(%a: tensor<11xf16>, %b: tensor<11xf16>) -> tensor<11xf16> {
  %r = stablehlo.divide %a, %b : tensor<11xf16>
  return %r : tensor<11xf16>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf32>
// in: dense<[1.0, 0.0, -0.5, 4.0, 0.3125, 2.0, inf, 1.0, -3.0, nan, 7.0]> : tensor<11xf32>
// out: dense<[0.0, nan, -3.0, -0.5625, 12.0, inf, nan, nan, -334.0, nan, 1.0]> : tensor<11xbf16>
func.func @main(%a_: tensor<11xf32>, %b_: tensor<11xf32>) -> tensor<11xbf16> {
  %a = stablehlo.convert %a_ : (tensor<11xf32>) -> tensor<11xbf16>
  %b = stablehlo.convert %b_ : (tensor<11xf32>) -> tensor<11xbf16>
  %r = stablehlo.divide %a, %b : tensor<11xbf16>
  return %r : tensor<11xbf16>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf32>
// in: dense<[1.0, 0.0, -0.5, 4.0, 0.3125, 2.0, inf, 1.0, -3.0, nan, 7.0]> : tensor<11xf32>
// out: dense<[0.0, nan, -3.0, -0.5625, 12.0, inf, nan, nan, -333.33334, nan, 1.0]> : tensor<11xf32>
func.func @main(%a: tensor<11xf32>, %b: tensor<11xf32>) -> tensor<11xf32> {
  %r = stablehlo.divide %a, %b : tensor<11xf32>
  return %r : tensor<11xf32>
}
// -----
// in: dense<[0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]> : tensor<11xf64>
// in: dense<[1.0, 0.0, -0.5, 4.0, 0.3125, 2.0, inf, 1.0, -3.0, nan, 7.0]> : tensor<11xf64>
// out: dense<[0.0, nan, -3.0, -0.5625, 12.0, inf, nan, nan, -333.3333333333333, nan, 1.0]> : tensor<11xf64>
func.func @main(%a: tensor<11xf64>, %b: tensor<11xf64>) -> tensor<11xf64> {
  %r = stablehlo.divide %a, %b : tensor<11xf64>
  return %r : tensor<11xf64>
}
// -----
// in: dense<[0, 255, 0, 1, 5, 7, 100, 85, 2, 64, 3]> : tensor<11xui8>
// in: dense<[3, 1, 7, 255, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui8>
// out: dense<[0, 255, 0, 0, 1, 3, 11, 17, 2, 9, 1]> : tensor<11xui8>
func.func @main(%a: tensor<11xui8>, %b: tensor<11xui8>) -> tensor<11xui8> {
  %r = stablehlo.divide %a, %b : tensor<11xui8>
  return %r : tensor<11xui8>
}
// -----
// in: dense<[0, 65535, 0, 1, 5, 7, 100, 21845, 2, 64, 3]> : tensor<11xui16>
// in: dense<[3, 1, 7, 65535, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui16>
// out: dense<[0, 65535, 0, 0, 1, 3, 11, 4369, 2, 9, 1]> : tensor<11xui16>
func.func @main(%a: tensor<11xui16>, %b: tensor<11xui16>) -> tensor<11xui16> {
  %r = stablehlo.divide %a, %b : tensor<11xui16>
  return %r : tensor<11xui16>
}
// -----
// in: dense<[0, 4294967295, 0, 1, 5, 7, 100, 1431655765, 2, 64, 3]> : tensor<11xui32>
// in: dense<[3, 1, 7, 4294967295, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui32>
// out: dense<[0, 4294967295, 0, 0, 1, 3, 11, 286331153, 2, 9, 1]> : tensor<11xui32>
func.func @main(%a: tensor<11xui32>, %b: tensor<11xui32>) -> tensor<11xui32> {
  %r = stablehlo.divide %a, %b : tensor<11xui32>
  return %r : tensor<11xui32>
}
// -----
// in: dense<[0, 18446744073709551615, 0, 1, 5, 7, 100, 6148914691236517205, 2, 64, 3]> : tensor<11xui64>
// in: dense<[3, 1, 7, 18446744073709551615, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui64>
// out: dense<[0, 18446744073709551615, 0, 0, 1, 3, 11, 1229782938247303441, 2, 9, 1]> : tensor<11xui64>
func.func @main(%a: tensor<11xui64>, %b: tensor<11xui64>) -> tensor<11xui64> {
  %r = stablehlo.divide %a, %b : tensor<11xui64>
  return %r : tensor<11xui64>
}
// -----
// in: dense<[7, -7, 7, -7, 100, 0, -128]> : tensor<7xi8>
// in: dense<[2, 2, -2, -2, 7, 5, 3]> : tensor<7xi8>
// out: dense<[3, -3, -3, 3, 14, 0, -42]> : tensor<7xi8>
func.func @main(%a: tensor<7xi8>, %b: tensor<7xi8>) -> tensor<7xi8> {
  %r = stablehlo.divide %a, %b : tensor<7xi8>
  return %r : tensor<7xi8>
}
// -----
// in: dense<[7, -7, 7, -7, 100, 0, -128]> : tensor<7xi16>
// in: dense<[2, 2, -2, -2, 7, 5, 3]> : tensor<7xi16>
// out: dense<[3, -3, -3, 3, 14, 0, -42]> : tensor<7xi16>
func.func @main(%a: tensor<7xi16>, %b: tensor<7xi16>) -> tensor<7xi16> {
  %r = stablehlo.divide %a, %b : tensor<7xi16>
  return %r : tensor<7xi16>
}
// -----
// in: dense<[7, -7, 7, -7, 100, 0, -128]> : tensor<7xi32>
// in: dense<[2, 2, -2, -2, 7, 5, 3]> : tensor<7xi32>
// out: dense<[3, -3, -3, 3, 14, 0, -42]> : tensor<7xi32>
func.func @main(%a: tensor<7xi32>, %b: tensor<7xi32>) -> tensor<7xi32> {
  %r = stablehlo.divide %a, %b : tensor<7xi32>
  return %r : tensor<7xi32>
}
// -----
// in: dense<[7, -7, 7, -7, 100, 0, -128]> : tensor<7xi64>
// in: dense<[2, 2, -2, -2, 7, 5, 3]> : tensor<7xi64>
// out: dense<[3, -3, -3, 3, 14, 0, -42]> : tensor<7xi64>
func.func @main(%a: tensor<7xi64>, %b: tensor<7xi64>) -> tensor<7xi64> {
  %r = stablehlo.divide %a, %b : tensor<7xi64>
  return %r : tensor<7xi64>
}
