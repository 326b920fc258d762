// test: pass simplify
// x * 1 = x
// on the right
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<1.0> : tensor<2x3xf32>
  %0 = stablehlo.multiply %x, %c : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     return %x : tensor<2x3xf32>
//   }
// }
// -----
// on the left
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<1.0> : tensor<2x3xf32>
  %0 = stablehlo.multiply %c, %x : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     return %x : tensor<2x3xf32>
//   }
// }
// -----
// a number broadcast, of integers
func.func @main(%x: tensor<2x3xi32>) -> tensor<2x3xi32> {
  %c = stablehlo.constant dense<1> : tensor<i32>
  %b = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<i32>) -> tensor<2x3xi32>
  %0 = stablehlo.multiply %x, %b : tensor<2x3xi32>
  return %0 : tensor<2x3xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xi32>) -> tensor<2x3xi32> {
//     return %x : tensor<2x3xi32>
//   }
// }
// -----
// -1 changes the sign
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<-1.0> : tensor<2x3xf32>
  %0 = stablehlo.multiply %x, %c : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.constant dense<-1.000000e+00> : tensor<2x3xf32>
//     %1 = stablehlo.multiply %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// x * 0 is not 0 for NaN, infinities and -0.0
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<0.0> : tensor<2x3xf32>
  %0 = stablehlo.multiply %x, %c : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<2x3xf32>
//     %1 = stablehlo.multiply %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// almost one
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = stablehlo.constant dense<0x3F800001> : tensor<2x3xf32>
  %0 = stablehlo.multiply %x, %c : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.constant dense<1.0000001e+00> : tensor<2x3xf32>
//     %1 = stablehlo.multiply %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
