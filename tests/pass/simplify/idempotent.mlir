// test: pass simplify
// f(x, x) = x for maximum, minimum, and, or
// maximum, also of NaN
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.maximum %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
//     return %x : tensor<4xf32>
//   }
// }
// -----
// minimum, also of NaN
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.minimum %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
//     return %x : tensor<4xf32>
//   }
// }
// -----
// and
func.func @main(%x: tensor<4xi1>) -> tensor<4xi1> {
  %0 = stablehlo.and %x, %x : tensor<4xi1>
  return %0 : tensor<4xi1>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xi1>) -> tensor<4xi1> {
//     return %x : tensor<4xi1>
//   }
// }
// -----
// or
func.func @main(%x: tensor<4xi32>) -> tensor<4xi32> {
  %0 = stablehlo.or %x, %x : tensor<4xi32>
  return %0 : tensor<4xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xi32>) -> tensor<4xi32> {
//     return %x : tensor<4xi32>
//   }
// }
// -----
// x xor x is 0, not x
func.func @main(%x: tensor<4xi32>) -> tensor<4xi32> {
  %0 = stablehlo.xor %x, %x : tensor<4xi32>
  return %0 : tensor<4xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xi32>) -> tensor<4xi32> {
//     %0 = stablehlo.xor %x, %x : tensor<4xi32>
//     return %0 : tensor<4xi32>
//   }
// }
// -----
// two that may differ
func.func @main(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.maximum %x, %y : tensor<4xf32>
  return %0 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.maximum %x, %y : tensor<4xf32>
//     return %0 : tensor<4xf32>
//   }
// }
