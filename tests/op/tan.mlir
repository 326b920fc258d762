// test: op
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01000213623046875, 10.0, -20.0]> : tensor<10xf16>
// out: dense<[0.0, 0.54638671875, -0.931640625, 1.5576171875, -14.1015625, -0.142578125, -2.005859375, 0.01000213623046875, 0.6484375, -2.236328125]> : tensor<10xf16>
// tolerance: 0.002
func.func @main(%a: tensor<10xf16>) -> tensor<10xf16> {
  %r = stablehlo.tan %a : tensor<10xf16>
  return %r : tensor<10xf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0]> : tensor<10xf32>
// out: dense<[0.0, 0.546875, -0.9296875, 1.5546875, -14.125, -0.142578125, -2.0, 0.010009765625, 0.6484375, -2.234375]> : tensor<10xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<10xf32>) -> tensor<10xbf16> {
  %a = stablehlo.convert %a_ : (tensor<10xf32>) -> tensor<10xbf16>
  %r = stablehlo.tan %a : tensor<10xbf16>
  return %r : tensor<10xbf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0]> : tensor<10xf32>
// out: dense<[0.0, 0.5463025, -0.93159646, 1.5574077, -14.10142, -0.14254655, -2.006309, 0.010000333, 0.64836085, -2.237161]> : tensor<10xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<10xf32>) -> tensor<10xf32> {
  %r = stablehlo.tan %a : tensor<10xf32>
  return %r : tensor<10xf32>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0]> : tensor<10xf64>
// out: dense<[0.0, 0.5463024898437905, -0.9315964599440725, 1.5574077246549023, -14.101419947171719, -0.1425465430742778, -2.0063090278580593, 0.010000333346667207, 0.6483608274590866, -2.237160944224742]> : tensor<10xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<10xf64>) -> tensor<10xf64> {
  %r = stablehlo.tan %a : tensor<10xf64>
  return %r : tensor<10xf64>
}
