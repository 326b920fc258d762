// test: pass simplify
// slice(concatenate(x, y, ..)) within y = slice(y)
// fires: one piece, and part of one with a stride
func.func @main(%x: tensor<2x3xf32>, %y: tensor<2x5xf32>) -> (tensor<2x3xf32>, tensor<1x2xf32>) {
  %0 = stablehlo.concatenate %x, %y, dim = 1 : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
  %1 = stablehlo.slice %0 [0:2, 0:3] : (tensor<2x8xf32>) -> tensor<2x3xf32>
  %2 = stablehlo.slice %0 [1:2, 4:8:3] : (tensor<2x8xf32>) -> tensor<1x2xf32>
  return %1, %2 : tensor<2x3xf32>, tensor<1x2xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<2x5xf32>) -> (tensor<2x3xf32>, tensor<1x2xf32>) {
//     %0 = stablehlo.slice %y [1:2, 1:5:3] : (tensor<2x5xf32>) -> tensor<1x2xf32>
//     return %x, %0 : tensor<2x3xf32>, tensor<1x2xf32>
//   }
// }
// -----
// over two pieces
func.func @main(%x: tensor<3xf32>, %y: tensor<5xf32>) -> tensor<3xf32> {
  %0 = stablehlo.concatenate %x, %y, dim = 0 : (tensor<3xf32>, tensor<5xf32>) -> tensor<8xf32>
  %1 = stablehlo.slice %0 [1:4] : (tensor<8xf32>) -> tensor<3xf32>
  return %1 : tensor<3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xf32>, %y: tensor<5xf32>) -> tensor<3xf32> {
//     %0 = stablehlo.concatenate %x, %y, dim = 0 : (tensor<3xf32>, tensor<5xf32>) -> tensor<8xf32>
//     %1 = stablehlo.slice %0 [1:4] : (tensor<8xf32>) -> tensor<3xf32>
//     return %1 : tensor<3xf32>
//   }
// }
