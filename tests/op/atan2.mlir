// test: op
// in: dense<[1.0, -2.0, 0.5, -0.25, 3.0]> : tensor<5xf16>
// in: dense<[2.0, -1.0, -4.0, 8.0, 0.0]> : tensor<5xf16>
// out: dense<[0.463623046875, -2.03515625, 3.017578125, -0.0312347412109375, 1.5703125]> : tensor<5xf16>
// tolerance: 0.002
func.func @main(%a: tensor<5xf16>, %b: tensor<5xf16>) -> tensor<5xf16> {
  %r = stablehlo.atan2 %a, %b : tensor<5xf16>
  return %r : tensor<5xf16>
}
// -----
// in: dense<[1.0, -2.0, 0.5, -0.25, 3.0]> : tensor<5xf32>
// in: dense<[2.0, -1.0, -4.0, 8.0, 0.0]> : tensor<5xf32>
// out: dense<[0.462890625, -2.03125, 3.015625, -0.03125, 1.5703125]> : tensor<5xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<5xf32>, %b_: tensor<5xf32>) -> tensor<5xbf16> {
  %a = stablehlo.convert %a_ : (tensor<5xf32>) -> tensor<5xbf16>
  %b = stablehlo.convert %b_ : (tensor<5xf32>) -> tensor<5xbf16>
  %r = stablehlo.atan2 %a, %b : tensor<5xbf16>
  return %r : tensor<5xbf16>
}
// -----
// in: dense<[1.0, -2.0, 0.5, -0.25, 3.0]> : tensor<5xf32>
// in: dense<[2.0, -1.0, -4.0, 8.0, 0.0]> : tensor<5xf32>
// out: dense<[0.4636476, -2.0344439, 3.0172377, -0.031239834, 1.5707964]> : tensor<5xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<5xf32>, %b: tensor<5xf32>) -> tensor<5xf32> {
  %r = stablehlo.atan2 %a, %b : tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[1.0, -2.0, 0.5, -0.25, 3.0]> : tensor<5xf64>
// in: dense<[2.0, -1.0, -4.0, 8.0, 0.0]> : tensor<5xf64>
// out: dense<[0.4636476090008061, -2.0344439357957027, 3.017237659043032, -0.031239833430268277, 1.5707963267948966]> : tensor<5xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<5xf64>, %b: tensor<5xf64>) -> tensor<5xf64> {
  %r = stablehlo.atan2 %a, %b : tensor<5xf64>
  return %r : tensor<5xf64>
}
