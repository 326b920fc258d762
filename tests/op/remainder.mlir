// test: op
// in: dense<[0, 255, 0, 1, 5, 7, 100, 85, 2, 64, 3]> : tensor<11xui8>
// in: dense<[3, 1, 7, 255, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui8>
// out: dense<[0, 0, 0, 1, 2, 1, 1, 0, 0, 1, 1]> : tensor<11xui8>
func.func @main(%a: tensor<11xui8>, %b: tensor<11xui8>) -> tensor<11xui8> {
  %r = stablehlo.remainder %a, %b : tensor<11xui8>
  return %r : tensor<11xui8>
}
// -----
// in: dense<[0, 65535, 0, 1, 5, 7, 100, 21845, 2, 64, 3]> : tensor<11xui16>
// in: dense<[3, 1, 7, 65535, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui16>
// out: dense<[0, 0, 0, 1, 2, 1, 1, 0, 0, 1, 1]> : tensor<11xui16>
func.func @main(%a: tensor<11xui16>, %b: tensor<11xui16>) -> tensor<11xui16> {
  %r = stablehlo.remainder %a, %b : tensor<11xui16>
  return %r : tensor<11xui16>
}
// -----
// in: dense<[0, 4294967295, 0, 1, 5, 7, 100, 1431655765, 2, 64, 3]> : tensor<11xui32>
// in: dense<[3, 1, 7, 4294967295, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui32>
// out: dense<[0, 0, 0, 1, 2, 1, 1, 0, 0, 1, 1]> : tensor<11xui32>
func.func @main(%a: tensor<11xui32>, %b: tensor<11xui32>) -> tensor<11xui32> {
  %r = stablehlo.remainder %a, %b : tensor<11xui32>
  return %r : tensor<11xui32>
}
// -----
// in: dense<[0, 18446744073709551615, 0, 1, 5, 7, 100, 6148914691236517205, 2, 64, 3]> : tensor<11xui64>
// in: dense<[3, 1, 7, 18446744073709551615, 3, 2, 9, 5, 1, 7, 2]> : tensor<11xui64>
// out: dense<[0, 0, 0, 1, 2, 1, 1, 0, 0, 1, 1]> : tensor<11xui64>
func.func @main(%a: tensor<11xui64>, %b: tensor<11xui64>) -> tensor<11xui64> {
  %r = stablehlo.remainder %a, %b : tensor<11xui64>
  return %r : tensor<11xui64>
}
// -----
// in: dense<[7, -7, 7, -7, 100, 0, -128]> : tensor<7xi8>
// in: dense<[2, 2, -2, -2, 7, 5, 3]> : tensor<7xi8>
// out: dense<[1, -1, 1, -1, 2, 0, -2]> : tensor<7xi8>
func.func @main(%a: tensor<7xi8>, %b: tensor<7xi8>) -> tensor<7xi8> {
  %r = stablehlo.remainder %a, %b : tensor<7xi8>
  return %r : tensor<7xi8>
}
// -----
// in: dense<[7, -7, 7, -7, 100, 0, -128]> : tensor<7xi16>
// in: dense<[2, 2, -2, -2, 7, 5, 3]> : tensor<7xi16>
// out: dense<[1, -1, 1, -1, 2, 0, -2]> : tensor<7xi16>
func.func @main(%a: tensor<7xi16>, %b: tensor<7xi16>) -> tensor<7xi16> {
  %r = stablehlo.remainder %a, %b : tensor<7xi16>
  return %r : tensor<7xi16>
}
// -----
// in: dense<[7, -7, 7, -7, 100, 0, -128]> : tensor<7xi32>
// in: dense<[2, 2, -2, -2, 7, 5, 3]> : tensor<7xi32>
// out: dense<[1, -1, 1, -1, 2, 0, -2]> : tensor<7xi32>
func.func @main(%a: tensor<7xi32>, %b: tensor<7xi32>) -> tensor<7xi32> {
  %r = stablehlo.remainder %a, %b : tensor<7xi32>
  return %r : tensor<7xi32>
}
// -----
// in: dense<[7, -7, 7, -7, 100, 0, -128]> : tensor<7xi64>
// in: dense<[2, 2, -2, -2, 7, 5, 3]> : tensor<7xi64>
// out: dense<[1, -1, 1, -1, 2, 0, -2]> : tensor<7xi64>
func.func @main(%a: tensor<7xi64>, %b: tensor<7xi64>) -> tensor<7xi64> {
  %r = stablehlo.remainder %a, %b : tensor<7xi64>
  return %r : tensor<7xi64>
}
// -----
// in: dense<[7.5, -7.5, 7.5, -0.5, 100.0]> : tensor<5xf16>
// in: dense<[2.0, 2.0, -2.0, 3.0, 0.3125]> : tensor<5xf16>
// out: dense<[1.5, -1.5, 1.5, -0.5, 0.0]> : tensor<5xf16>
// tolerance: 0.002
func.func @main(%a: tensor<5xf16>, %b: tensor<5xf16>) -> tensor<5xf16> {
  %r = stablehlo.remainder %a, %b : tensor<5xf16>
  return %r : tensor<5xf16>
}
// -----
// in: dense<[7.5, -7.5, 7.5, -0.5, 100.0]> : tensor<5xf32>
// in: dense<[2.0, 2.0, -2.0, 3.0, 0.3125]> : tensor<5xf32>
// out: dense<[1.5, -1.5, 1.5, -0.5, 0.0]> : tensor<5xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<5xf32>, %b_: tensor<5xf32>) -> tensor<5xbf16> {
  %a = stablehlo.convert %a_ : (tensor<5xf32>) -> tensor<5xbf16>
  %b = stablehlo.convert %b_ : (tensor<5xf32>) -> tensor<5xbf16>
  %r = stablehlo.remainder %a, %b : tensor<5xbf16>
  return %r : tensor<5xbf16>
}
// -----
// in: dense<[7.5, -7.5, 7.5, -0.5, 100.0]> : tensor<5xf32>
// in: dense<[2.0, 2.0, -2.0, 3.0, 0.3125]> : tensor<5xf32>
// out: dense<[1.5, -1.5, 1.5, -0.5, 0.0]> : tensor<5xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<5xf32>, %b: tensor<5xf32>) -> tensor<5xf32> {
  %r = stablehlo.remainder %a, %b : tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[7.5, -7.5, 7.5, -0.5, 100.0]> : tensor<5xf64>
// in: dense<[2.0, 2.0, -2.0, 3.0, 0.3125]> : tensor<5xf64>
// out: dense<[1.5, -1.5, 1.5, -0.5, 0.0]> : tensor<5xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<5xf64>, %b: tensor<5xf64>) -> tensor<5xf64> {
  %r = stablehlo.remainder %a, %b : tensor<5xf64>
  return %r : tensor<5xf64>
}
// -----
// A remainder by zero is NaN with the sign that the machine gives it, which types without NaN keep.
// test: op
// in: dense<[0.0, 1.5, -1.5]> : tensor<3xf32>
// in: dense<[0.0, -0.0, 0.0]> : tensor<3xf32>
// out: dense<true> : tensor<i1>
func.func @main(%a: tensor<3xf32>, %b: tensor<3xf32>) -> tensor<i1> {
  %x = stablehlo.convert %a : (tensor<3xf32>) -> tensor<3xf6E2M3FN>
  %y = stablehlo.convert %b : (tensor<3xf32>) -> tensor<3xf6E2M3FN>
  %r = stablehlo.remainder %x, %y : tensor<3xf6E2M3FN>
  %z = stablehlo.subtract %y, %y : tensor<3xf6E2M3FN>
  %q = stablehlo.divide %z, %z : tensor<3xf6E2M3FN>
  %c = stablehlo.compare EQ, %r, %q, TOTALORDER : (tensor<3xf6E2M3FN>, tensor<3xf6E2M3FN>) -> tensor<3xi1>
  %t = stablehlo.constant dense<true> : tensor<i1>
  %s = stablehlo.reduce(%c init: %t) applies stablehlo.and across dimensions = [0] : (tensor<3xi1>, tensor<i1>) -> tensor<i1>
  return %s : tensor<i1>
}
