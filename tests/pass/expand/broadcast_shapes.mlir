// test: pass expand
// both stretch
func.func @main(%x: tensor<2x1xf32>, %y: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_add %x, %y : (tensor<2x1xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x1xf32>, %y: tensor<1x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %x, dims = [0, 1] : (tensor<2x1xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.broadcast_in_dim %y, dims = [0, 1] : (tensor<1x3xf32>) -> tensor<2x3xf32>
//     %2 = stablehlo.add %0, %1 : tensor<2x3xf32>
//     return %2 : tensor<2x3xf32>
//   }
// }
// -----
// broadcast_dimensions says where the smaller one lies
func.func @main(%x: tensor<2x3xf32>, %y: tensor<2xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_add %x, %y {broadcast_dimensions = array<i64: 0>} : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<2xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [0] : (tensor<2xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.add %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// a comparison keeps its direction and type
func.func @main(%x: tensor<2x3xf32>, %y: tensor<f32>) -> tensor<2x3xi1> {
  %0 = chlo.broadcast_compare %x, %y {comparison_direction = #chlo<comparison_direction GE>, compare_type = #chlo<comparison_type TOTALORDER>} : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xi1>
  return %0 : tensor<2x3xi1>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<f32>) -> tensor<2x3xi1> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [] : (tensor<f32>) -> tensor<2x3xf32>
//     %1 = stablehlo.compare GE, %x, %0, TOTALORDER : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
//     return %1 : tensor<2x3xi1>
//   }
// }
// -----
// select
func.func @main(%p: tensor<i1>, %x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_select %p, %x, %y : (tensor<i1>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%p: tensor<i1>, %x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %p, dims = [] : (tensor<i1>) -> tensor<2x3xi1>
//     %1 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %2 = stablehlo.select %0, %x, %1 : tensor<2x3xi1>, tensor<2x3xf32>
//     return %2 : tensor<2x3xf32>
//   }
// }
// -----
// in a branch
func.func @main(%p: tensor<i1>, %x: tensor<4xf32>, %y: tensor<f32>) -> tensor<4xf32> {
  %0 = "stablehlo.if"(%p) ({
    %1 = chlo.broadcast_add %x, %y : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    stablehlo.return %1 : tensor<4xf32>
  }, {
    stablehlo.return %x : tensor<4xf32>
  }) : (tensor<i1>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%p: tensor<i1>, %x: tensor<4xf32>, %y: tensor<f32>) -> tensor<4xf32> {
//     %0 = "stablehlo.if"(%p) ({
//       %1 = stablehlo.broadcast_in_dim %y, dims = [] : (tensor<f32>) -> tensor<4xf32>
//       %2 = stablehlo.add %x, %1 : tensor<4xf32>
//       stablehlo.return %2 : tensor<4xf32>
//     }, {
//       stablehlo.return %x : tensor<4xf32>
//     }) : (tensor<i1>) -> tensor<4xf32>
//     return %0 : tensor<4xf32>
//   }
// }
