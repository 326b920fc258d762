// test: pass simplify
// transpose(transpose(x, p), q) = transpose(x, p after q)
// a rotation twice is the rotation the other way
func.func @main(%x: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
  %0 = stablehlo.transpose %x, dims = [1, 2, 0] : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  %1 = stablehlo.transpose %0, dims = [1, 2, 0] : (tensor<3x4x2xf32>) -> tensor<4x2x3xf32>
  return %1 : tensor<4x2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
//     %0 = stablehlo.transpose %x, dims = [2, 0, 1] : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
//     return %0 : tensor<4x2x3xf32>
//   }
// }
// -----
// there and back: none
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.transpose %x, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = stablehlo.transpose %0, dims = [1, 0] : (tensor<3x2xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     return %x : tensor<2x3xf32>
//   }
// }
// -----
// a reshape between them
func.func @main(%x: tensor<2x2xf32>) -> tensor<4x1xf32> {
  %0 = stablehlo.transpose %x, dims = [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = stablehlo.reshape %0 : (tensor<2x2xf32>) -> tensor<1x4xf32>
  %2 = stablehlo.transpose %1, dims = [1, 0] : (tensor<1x4xf32>) -> tensor<4x1xf32>
  return %2 : tensor<4x1xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x2xf32>) -> tensor<4x1xf32> {
//     %0 = stablehlo.transpose %x, dims = [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
//     %1 = stablehlo.reshape %0 : (tensor<2x2xf32>) -> tensor<1x4xf32>
//     %2 = stablehlo.transpose %1, dims = [1, 0] : (tensor<1x4xf32>) -> tensor<4x1xf32>
//     return %2 : tensor<4x1xf32>
//   }
// }
