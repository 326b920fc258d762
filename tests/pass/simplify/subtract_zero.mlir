// test: pass simplify
// x - 0 = x
// fires, also where x is -0.0: -0.0 - 0.0 = -0.0
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<0.0> : tensor<2x3xf32>
  %0 = stablehlo.subtract %x, %c : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     return %x : tensor<2x3xf32>
//   }
// }
// -----
// -0.0 - -0.0 = 0.0
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<-0.0> : tensor<2x3xf32>
  %0 = stablehlo.subtract %x, %c : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.constant dense<-0.000000e+00> : tensor<2x3xf32>
//     %1 = stablehlo.subtract %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// 0 - 0.0 = 0.0 where negate gives -0.0
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<0.0> : tensor<2x3xf32>
  %0 = stablehlo.subtract %c, %x : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<2x3xf32>
//     %1 = stablehlo.subtract %0, %x : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// x - x is not 0 for NaN and infinities
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<0.0> : tensor<2x3xf32>
  %0 = stablehlo.subtract %x, %x : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.subtract %x, %x : tensor<2x3xf32>
//     return %0 : tensor<2x3xf32>
//   }
// }
// -----
// 0.0 is no neutral element of add: -0.0 + 0.0 = 0.0
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<0.0> : tensor<2x3xf32>
  %0 = stablehlo.add %x, %c : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<2x3xf32>
//     %1 = stablehlo.add %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
