// test: pass simplify
// broadcast_in_dim(broadcast_in_dim(x)) = broadcast_in_dim(x)
// fires
func.func @main(%x: tensor<3xf32>) -> tensor<4x2x3xf32> {
  %0 = stablehlo.broadcast_in_dim %x, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
  %1 = stablehlo.broadcast_in_dim %0, dims = [1, 2] : (tensor<2x3xf32>) -> tensor<4x2x3xf32>
  return %1 : tensor<4x2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xf32>) -> tensor<4x2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %x, dims = [2] : (tensor<3xf32>) -> tensor<4x2x3xf32>
//     return %0 : tensor<4x2x3xf32>
//   }
// }
// -----
// an op between them sees more elements, the outer one stays
func.func @main(%x: tensor<3xf32>, %y: tensor<2x3xf32>) -> tensor<4x2x3xf32> {
  %0 = stablehlo.broadcast_in_dim %x, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
  %1 = stablehlo.add %0, %y : tensor<2x3xf32>
  %2 = stablehlo.broadcast_in_dim %1, dims = [1, 2] : (tensor<2x3xf32>) -> tensor<4x2x3xf32>
  return %2 : tensor<4x2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xf32>, %y: tensor<2x3xf32>) -> tensor<4x2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %x, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.add %0, %y : tensor<2x3xf32>
//     %2 = stablehlo.broadcast_in_dim %1, dims = [1, 2] : (tensor<2x3xf32>) -> tensor<4x2x3xf32>
//     return %2 : tensor<4x2x3xf32>
//   }
// }
