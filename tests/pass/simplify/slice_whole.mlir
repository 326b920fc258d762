// test: pass simplify
// slice(x) of all of x = x
// fires
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.slice %x [0:2, 0:3] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     return %x : tensor<2x3xf32>
//   }
// }
// -----
// all rows, not all columns
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  %0 = stablehlo.slice %x [0:2, 1:3] : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
//     %0 = stablehlo.slice %x [0:2, 1:3] : (tensor<2x3xf32>) -> tensor<2x2xf32>
//     return %0 : tensor<2x2xf32>
//   }
// }
// -----
// a stride in a dimension of size 1 changes nothing, and is left alone
func.func @main(%x: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %0 = stablehlo.slice %x [0:1:2, 0:3] : (tensor<1x3xf32>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<1x3xf32>) -> tensor<1x3xf32> {
//     %0 = stablehlo.slice %x [0:1:2, 0:3] : (tensor<1x3xf32>) -> tensor<1x3xf32>
//     return %0 : tensor<1x3xf32>
//   }
// }
