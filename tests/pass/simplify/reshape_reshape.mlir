// test: pass simplify
// reshape(reshape(x)) = reshape(x)
// to a third shape: one
func.func @main(%x: tensor<2x3xf32>) -> tensor<1x6xf32> {
  %0 = stablehlo.reshape %x : (tensor<2x3xf32>) -> tensor<6xf32>
  %1 = stablehlo.reshape %0 : (tensor<6xf32>) -> tensor<1x6xf32>
  return %1 : tensor<1x6xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<1x6xf32> {
//     %0 = stablehlo.reshape %x : (tensor<2x3xf32>) -> tensor<1x6xf32>
//     return %0 : tensor<1x6xf32>
//   }
// }
// -----
// back again: none
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.reshape %x : (tensor<2x3xf32>) -> tensor<6xf32>
  %1 = stablehlo.reshape %0 : (tensor<6xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     return %x : tensor<2x3xf32>
//   }
// }
// -----
// a transpose between them moves elements
func.func @main(%x: tensor<2x3xf32>) -> tensor<6xf32> {
  %0 = stablehlo.reshape %x : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = stablehlo.transpose %0, dims = [1, 0] : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %2 = stablehlo.reshape %1 : (tensor<2x3xf32>) -> tensor<6xf32>
  return %2 : tensor<6xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<6xf32> {
//     %0 = stablehlo.reshape %x : (tensor<2x3xf32>) -> tensor<3x2xf32>
//     %1 = stablehlo.transpose %0, dims = [1, 0] : (tensor<3x2xf32>) -> tensor<2x3xf32>
//     %2 = stablehlo.reshape %1 : (tensor<2x3xf32>) -> tensor<6xf32>
//     return %2 : tensor<6xf32>
//   }
// }
