// test: pass simplify
// x / 1 = x
// fires
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<1.0> : tensor<2x3xf32>
  %0 = stablehlo.divide %x, %c : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     return %x : tensor<2x3xf32>
//   }
// }
// -----
// 1 / x
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<1.0> : tensor<2x3xf32>
  %0 = stablehlo.divide %c, %x : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.constant dense<1.000000e+00> : tensor<2x3xf32>
//     %1 = stablehlo.divide %0, %x : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// x / x is not 1 for 0, NaN and infinities
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<1.0> : tensor<2x3xf32>
  %0 = stablehlo.divide %x, %x : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.divide %x, %x : tensor<2x3xf32>
//     return %0 : tensor<2x3xf32>
//   }
// }
// -----
// a half is exact, but a division all the same
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<2.0> : tensor<2x3xf32>
  %0 = stablehlo.divide %x, %c : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.constant dense<2.000000e+00> : tensor<2x3xf32>
//     %1 = stablehlo.divide %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
