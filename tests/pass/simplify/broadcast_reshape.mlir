// test: pass simplify
// broadcast_in_dim(reshape(x)), the reshape only adding ones = broadcast_in_dim(x)
// fires
func.func @main(%x: tensor<2xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.reshape %x : (tensor<2xf32>) -> tensor<2x1xf32>
  %1 = stablehlo.broadcast_in_dim %0, dims = [0, 1] : (tensor<2x1xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %x, dims = [0] : (tensor<2xf32>) -> tensor<2x3xf32>
//     return %0 : tensor<2x3xf32>
//   }
// }
// -----
// a reshape that cuts a dimension
func.func @main(%x: tensor<6xf32>) -> tensor<4x2x3xf32> {
  %0 = stablehlo.reshape %x : (tensor<6xf32>) -> tensor<2x3xf32>
  %1 = stablehlo.broadcast_in_dim %0, dims = [1, 2] : (tensor<2x3xf32>) -> tensor<4x2x3xf32>
  return %1 : tensor<4x2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<6xf32>) -> tensor<4x2x3xf32> {
//     %0 = stablehlo.reshape %x : (tensor<6xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [1, 2] : (tensor<2x3xf32>) -> tensor<4x2x3xf32>
//     return %1 : tensor<4x2x3xf32>
//   }
// }
