// test: op
// in: dense<[2.0, 0.5, 10.0, 3.0, 1.5, 0.0]> : tensor<6xf16>
// in: dense<[3.0, -1.0, 0.0, 0.5, 2.25, 2.0]> : tensor<6xf16>
// out: dense<[8.0, 2.0, 1.0, 1.732421875, 2.490234375, 0.0]> : tensor<6xf16>
// tolerance: 0.002
func.func @main(%a: tensor<6xf16>, %b: tensor<6xf16>) -> tensor<6xf16> {
  %r = stablehlo.power %a, %b : tensor<6xf16>
  return %r : tensor<6xf16>
}
// -----
// in: dense<[2.0, 0.5, 10.0, 3.0, 1.5, 0.0]> : tensor<6xf32>
// in: dense<[3.0, -1.0, 0.0, 0.5, 2.25, 2.0]> : tensor<6xf32>
// out: dense<[8.0, 2.0, 1.0, 1.734375, 2.484375, 0.0]> : tensor<6xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<6xf32>, %b_: tensor<6xf32>) -> tensor<6xbf16> {
  %a = stablehlo.convert %a_ : (tensor<6xf32>) -> tensor<6xbf16>
  %b = stablehlo.convert %b_ : (tensor<6xf32>) -> tensor<6xbf16>
  %r = stablehlo.power %a, %b : tensor<6xbf16>
  return %r : tensor<6xbf16>
}
// -----
// in: dense<[2.0, 0.5, 10.0, 3.0, 1.5, 0.0]> : tensor<6xf32>
// in: dense<[3.0, -1.0, 0.0, 0.5, 2.25, 2.0]> : tensor<6xf32>
// out: dense<[8.0, 2.0, 1.0, 1.7320508, 2.4900343, 0.0]> : tensor<6xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<6xf32> {
  %r = stablehlo.power %a, %b : tensor<6xf32>
  return %r : tensor<6xf32>
}
// -----
// in: dense<[2.0, 0.5, 10.0, 3.0, 1.5, 0.0]> : tensor<6xf64>
// in: dense<[3.0, -1.0, 0.0, 0.5, 2.25, 2.0]> : tensor<6xf64>
// out: dense<[8.0, 2.0, 1.0, 1.7320508075688772, 2.4900343193257237, 0.0]> : tensor<6xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<6xf64>, %b: tensor<6xf64>) -> tensor<6xf64> {
  %r = stablehlo.power %a, %b : tensor<6xf64>
  return %r : tensor<6xf64>
}
// -----
// in: dense<[2, 3, 5, 0, 1, 7]> : tensor<6xi32>
// in: dense<[5, 4, 0, 3, 9, 2]> : tensor<6xi32>
// out: dense<[32, 81, 1, 0, 1, 49]> : tensor<6xi32>
func.func @main(%a: tensor<6xi32>, %b: tensor<6xi32>) -> tensor<6xi32> {
  %r = stablehlo.power %a, %b : tensor<6xi32>
  return %r : tensor<6xi32>
}
// -----
// in: dense<[2, 3, 5, 0, 1, 7]> : tensor<6xui8>
// in: dense<[5, 4, 0, 3, 9, 2]> : tensor<6xui8>
// out: dense<[32, 81, 1, 0, 1, 49]> : tensor<6xui8>
func.func @main(%a: tensor<6xui8>, %b: tensor<6xui8>) -> tensor<6xui8> {
  %r = stablehlo.power %a, %b : tensor<6xui8>
  return %r : tensor<6xui8>
}
