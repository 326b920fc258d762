// test: pass simplify
// concatenate(x, concatenate(y, z)) along one dimension = concatenate(x, y, z)
// fires
func.func @main(%x: tensor<2x1xf32>, %y: tensor<2x3xf32>) -> tensor<2x5xf32> {
  %0 = stablehlo.concatenate %y, %x, dim = 1 : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %1 = stablehlo.concatenate %x, %0, dim = 1 : (tensor<2x1xf32>, tensor<2x4xf32>) -> tensor<2x5xf32>
  return %1 : tensor<2x5xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x1xf32>, %y: tensor<2x3xf32>) -> tensor<2x5xf32> {
//     %0 = stablehlo.concatenate %x, %y, %x, dim = 1 : (tensor<2x1xf32>, tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x5xf32>
//     return %0 : tensor<2x5xf32>
//   }
// }
// -----
// along two dimensions
func.func @main(%x: tensor<2x2xf32>) -> tensor<4x4xf32> {
  %0 = stablehlo.concatenate %x, %x, dim = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %1 = stablehlo.concatenate %0, %0, dim = 0 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<4x4xf32>
  return %1 : tensor<4x4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x2xf32>) -> tensor<4x4xf32> {
//     %0 = stablehlo.concatenate %x, %x, dim = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
//     %1 = stablehlo.concatenate %0, %0, dim = 0 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<4x4xf32>
//     return %1 : tensor<4x4xf32>
//   }
// }
