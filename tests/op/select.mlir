// test: op
// in: dense<[true, false, false, true]> : tensor<4xi1>
// in: dense<[7.0, -3.0, 3.0, 2.0]> : tensor<4xf16>
// in: dense<[4.0, 1.0, 9.0, 6.0]> : tensor<4xf16>
// out: dense<[7.0, 1.0, 9.0, 2.0]> : tensor<4xf16>
func.func @main(%p: tensor<4xi1>, %a: tensor<4xf16>, %b: tensor<4xf16>) -> tensor<4xf16> {
  %r = stablehlo.select %p, %a, %b : tensor<4xi1>, tensor<4xf16>
  return %r : tensor<4xf16>
}
// -----
// in: dense<[true, false, false, true]> : tensor<4xi1>
// in: dense<[7.0, -3.0, 3.0, 2.0]> : tensor<4xf32>
// in: dense<[4.0, 1.0, 9.0, 6.0]> : tensor<4xf32>
// out: dense<[7.0, 1.0, 9.0, 2.0]> : tensor<4xf32>
func.func @main(%p: tensor<4xi1>, %a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %r = stablehlo.select %p, %a, %b : tensor<4xi1>, tensor<4xf32>
  return %r : tensor<4xf32>
}
// -----
// in: dense<[true, false, false, true]> : tensor<4xi1>
// in: dense<[7.0, -3.0, 3.0, 2.0]> : tensor<4xf32>
// in: dense<[4.0, 1.0, 9.0, 6.0]> : tensor<4xf32>
// out: dense<[7.0, 1.0, 9.0, 2.0]> : tensor<4xf32>
func.func @main(%p: tensor<4xi1>, %a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %r = stablehlo.select %p, %a, %b : tensor<4xi1>, tensor<4xf32>
  return %r : tensor<4xf32>
}
// -----
// in: dense<[true, false, false, true]> : tensor<4xi1>
// in: dense<[7.0, -3.0, 3.0, 2.0]> : tensor<4xf64>
// in: dense<[4.0, 1.0, 9.0, 6.0]> : tensor<4xf64>
// out: dense<[7.0, 1.0, 9.0, 2.0]> : tensor<4xf64>
func.func @main(%p: tensor<4xi1>, %a: tensor<4xf64>, %b: tensor<4xf64>) -> tensor<4xf64> {
  %r = stablehlo.select %p, %a, %b : tensor<4xi1>, tensor<4xf64>
  return %r : tensor<4xf64>
}
// -----
// in: dense<[true, false, false, true]> : tensor<4xi1>
// in: dense<[7, -3, 3, 2]> : tensor<4xi32>
// in: dense<[4, 1, 9, 6]> : tensor<4xi32>
// out: dense<[7, 1, 9, 2]> : tensor<4xi32>
func.func @main(%p: tensor<4xi1>, %a: tensor<4xi32>, %b: tensor<4xi32>) -> tensor<4xi32> {
  %r = stablehlo.select %p, %a, %b : tensor<4xi1>, tensor<4xi32>
  return %r : tensor<4xi32>
}
// -----
// in: dense<[true, false, false, true]> : tensor<4xi1>
// in: dense<[7, 3, 1, 2]> : tensor<4xui8>
// in: dense<[4, 1, 9, 6]> : tensor<4xui8>
// out: dense<[7, 1, 9, 2]> : tensor<4xui8>
func.func @main(%p: tensor<4xi1>, %a: tensor<4xui8>, %b: tensor<4xui8>) -> tensor<4xui8> {
  %r = stablehlo.select %p, %a, %b : tensor<4xi1>, tensor<4xui8>
  return %r : tensor<4xui8>
}
