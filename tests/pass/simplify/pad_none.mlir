// test: pass simplify
// pad(x) by nothing = x
// fires
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<0.0> : tensor<f32>
  %0 = stablehlo.pad %x, %c, low = [0, 0], high = [0, 0], interior = [0, 0] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     return %x : tensor<2x3xf32>
//   }
// }
// -----
// shifted by one: as large, other elements
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<0.0> : tensor<f32>
  %0 = stablehlo.pad %x, %c, low = [0, 1], high = [0, -1], interior = [0, 0] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %1 = stablehlo.pad %x, %0, low = [0, 1], high = [0, -1], interior = [0, 0] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
