// test: pass simplify
// broadcast_in_dim(x : s) to s in order = x
// fires
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.broadcast_in_dim %x, dims = [0, 1] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     return %x : tensor<2x3xf32>
//   }
// }
// -----
// a square matrix turned by it
func.func @main(%x: tensor<3x3xf32>) -> tensor<3x3xf32> {
  %0 = stablehlo.broadcast_in_dim %x, dims = [1, 0] : (tensor<3x3xf32>) -> tensor<3x3xf32>
  return %0 : tensor<3x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3x3xf32>) -> tensor<3x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %x, dims = [1, 0] : (tensor<3x3xf32>) -> tensor<3x3xf32>
//     return %0 : tensor<3x3xf32>
//   }
// }
