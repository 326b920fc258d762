// test: pass simplify
// concatenate(slice(x), slice(x)) side by side = one slice(x)
// fires: a tensor split and put together is itself
func.func @main(%x: tensor<2x6xf32>) -> tensor<2x6xf32> {
  %0 = stablehlo.slice %x [0:2, 0:2] : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %1 = stablehlo.slice %x [0:2, 2:3] : (tensor<2x6xf32>) -> tensor<2x1xf32>
  %2 = stablehlo.slice %x [0:2, 3:6] : (tensor<2x6xf32>) -> tensor<2x3xf32>
  %3 = stablehlo.concatenate %0, %1, %2, dim = 1 : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  return %3 : tensor<2x6xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x6xf32>) -> tensor<2x6xf32> {
//     return %x : tensor<2x6xf32>
//   }
// }
// -----
// those that follow each other, and one that does not
func.func @main(%x: tensor<6xf32>) -> tensor<5xf32> {
  %0 = stablehlo.slice %x [4:6] : (tensor<6xf32>) -> tensor<2xf32>
  %1 = stablehlo.slice %x [0:1] : (tensor<6xf32>) -> tensor<1xf32>
  %2 = stablehlo.slice %x [1:3] : (tensor<6xf32>) -> tensor<2xf32>
  %3 = stablehlo.concatenate %0, %1, %2, dim = 0 : (tensor<2xf32>, tensor<1xf32>, tensor<2xf32>) -> tensor<5xf32>
  return %3 : tensor<5xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<6xf32>) -> tensor<5xf32> {
//     %0 = stablehlo.slice %x [4:6] : (tensor<6xf32>) -> tensor<2xf32>
//     %1 = stablehlo.slice %x [0:3] : (tensor<6xf32>) -> tensor<3xf32>
//     %2 = stablehlo.concatenate %0, %1, dim = 0 : (tensor<2xf32>, tensor<3xf32>) -> tensor<5xf32>
//     return %2 : tensor<5xf32>
//   }
// }
// -----
// strided, of other rows, of another tensor
func.func @main(%x: tensor<2x6xf32>, %y: tensor<2x6xf32>) -> (tensor<2x4xf32>, tensor<1x4xf32>, tensor<2x4xf32>) {
  %0 = stablehlo.slice %x [0:2, 0:4:2] : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %1 = stablehlo.slice %x [0:2, 4:6] : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %2 = stablehlo.concatenate %0, %1, dim = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %3 = stablehlo.slice %x [0:1, 0:2] : (tensor<2x6xf32>) -> tensor<1x2xf32>
  %4 = stablehlo.slice %x [1:2, 2:4] : (tensor<2x6xf32>) -> tensor<1x2xf32>
  %5 = stablehlo.concatenate %3, %4, dim = 1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  %6 = stablehlo.slice %x [0:2, 2:4] : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %7 = stablehlo.slice %y [0:2, 4:6] : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %8 = stablehlo.concatenate %6, %7, dim = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  return %2, %5, %8 : tensor<2x4xf32>, tensor<1x4xf32>, tensor<2x4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x6xf32>, %y: tensor<2x6xf32>) -> (tensor<2x4xf32>, tensor<1x4xf32>, tensor<2x4xf32>) {
//     %0 = stablehlo.slice %x [0:2, 0:4:2] : (tensor<2x6xf32>) -> tensor<2x2xf32>
//     %1 = stablehlo.slice %x [0:2, 4:6] : (tensor<2x6xf32>) -> tensor<2x2xf32>
//     %2 = stablehlo.concatenate %0, %1, dim = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
//     %3 = stablehlo.slice %x [0:1, 0:2] : (tensor<2x6xf32>) -> tensor<1x2xf32>
//     %4 = stablehlo.slice %x [1:2, 2:4] : (tensor<2x6xf32>) -> tensor<1x2xf32>
//     %5 = stablehlo.concatenate %3, %4, dim = 1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
//     %6 = stablehlo.slice %x [0:2, 2:4] : (tensor<2x6xf32>) -> tensor<2x2xf32>
//     %7 = stablehlo.slice %y [0:2, 4:6] : (tensor<2x6xf32>) -> tensor<2x2xf32>
//     %8 = stablehlo.concatenate %6, %7, dim = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
//     return %2, %5, %8 : tensor<2x4xf32>, tensor<1x4xf32>, tensor<2x4xf32>
//   }
// }
