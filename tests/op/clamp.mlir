// test: op
// in: dense<[-1.0, 0.0, 2.0, 5.0]> : tensor<4xf16>
// in: dense<[7.0, -3.0, 3.0, 2.0]> : tensor<4xf16>
// in: dense<[4.0, 1.0, 9.0, 6.0]> : tensor<4xf16>
// out: dense<[4.0, 0.0, 3.0, 5.0]> : tensor<4xf16>
func.func @main(%a: tensor<4xf16>, %b: tensor<4xf16>, %c: tensor<4xf16>) -> tensor<4xf16> {
  %r = stablehlo.clamp %a, %b, %c : tensor<4xf16>
  return %r : tensor<4xf16>
}
// -----
// in: dense<[-1.0, 0.0, 2.0, 5.0]> : tensor<4xf32>
// in: dense<[7.0, -3.0, 3.0, 2.0]> : tensor<4xf32>
// in: dense<[4.0, 1.0, 9.0, 6.0]> : tensor<4xf32>
// out: dense<[4.0, 0.0, 3.0, 5.0]> : tensor<4xbf16>
func.func @main(%a_: tensor<4xf32>, %b_: tensor<4xf32>, %c_: tensor<4xf32>) -> tensor<4xbf16> {
  %a = stablehlo.convert %a_ : (tensor<4xf32>) -> tensor<4xbf16>
  %b = stablehlo.convert %b_ : (tensor<4xf32>) -> tensor<4xbf16>
  %c = stablehlo.convert %c_ : (tensor<4xf32>) -> tensor<4xbf16>
  %r = stablehlo.clamp %a, %b, %c : tensor<4xbf16>
  return %r : tensor<4xbf16>
}
// -----
// in: dense<[-1.0, 0.0, 2.0, 5.0]> : tensor<4xf32>
// in: dense<[7.0, -3.0, 3.0, 2.0]> : tensor<4xf32>
// in: dense<[4.0, 1.0, 9.0, 6.0]> : tensor<4xf32>
// out: dense<[4.0, 0.0, 3.0, 5.0]> : tensor<4xf32>
func.func @main(%a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>) -> tensor<4xf32> {
  %r = stablehlo.clamp %a, %b, %c : tensor<4xf32>
  return %r : tensor<4xf32>
}
// -----
// in: dense<[-1.0, 0.0, 2.0, 5.0]> : tensor<4xf64>
// in: dense<[7.0, -3.0, 3.0, 2.0]> : tensor<4xf64>
// in: dense<[4.0, 1.0, 9.0, 6.0]> : tensor<4xf64>
// out: dense<[4.0, 0.0, 3.0, 5.0]> : tensor<4xf64>
func.func @main(%a: tensor<4xf64>, %b: tensor<4xf64>, %c: tensor<4xf64>) -> tensor<4xf64> {
  %r = stablehlo.clamp %a, %b, %c : tensor<4xf64>
  return %r : tensor<4xf64>
}
// -----
// in: dense<[-1, 0, 2, 5]> : tensor<4xi32>
// in: dense<[7, -3, 3, 2]> : tensor<4xi32>
// in: dense<[4, 1, 9, 6]> : tensor<4xi32>
// out: dense<[4, 0, 3, 5]> : tensor<4xi32>
func.func @main(%a: tensor<4xi32>, %b: tensor<4xi32>, %c: tensor<4xi32>) -> tensor<4xi32> {
  %r = stablehlo.clamp %a, %b, %c : tensor<4xi32>
  return %r : tensor<4xi32>
}
// -----
// in: dense<[1, 0, 2, 5]> : tensor<4xui8>
// in: dense<[7, 3, 1, 2]> : tensor<4xui8>
// in: dense<[4, 1, 9, 6]> : tensor<4xui8>
// out: dense<[4, 1, 2, 5]> : tensor<4xui8>
func.func @main(%a: tensor<4xui8>, %b: tensor<4xui8>, %c: tensor<4xui8>) -> tensor<4xui8> {
  %r = stablehlo.clamp %a, %b, %c : tensor<4xui8>
  return %r : tensor<4xui8>
}
// -----
// Zeros, in order of their signs, which a quotient tells apart.
// test: check
func.func @main() {
  %a = stablehlo.constant dense<[-1.0, 0.0, -0.0, 0.0]> : tensor<4xf32>
  %b = stablehlo.constant dense<[0.0, -0.0, 0.0, -2.0]> : tensor<4xf32>
  %c = stablehlo.constant dense<[-0.0, 1.0, 0.0, -0.0]> : tensor<4xf32>
  %r = stablehlo.clamp %a, %b, %c : tensor<4xf32>
  %o = stablehlo.constant dense<1.0> : tensor<4xf32>
  %q = stablehlo.divide %o, %r : tensor<4xf32>
  check.expect_eq_const %q, dense<[0xFF800000, 0x7F800000, 0x7F800000, 0xFF800000]> : tensor<4xf32>
  return
}
