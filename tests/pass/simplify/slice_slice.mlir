// test: pass simplify
// slice(slice(x)) = slice(x)
// fires: starts add, strides multiply
func.func @main(%x: tensor<20x6xf32>) -> tensor<2x2xf32> {
  %0 = stablehlo.slice %x [2:17:3, 1:5] : (tensor<20x6xf32>) -> tensor<5x4xf32>
  %1 = stablehlo.slice %0 [1:5:2, 2:4] : (tensor<5x4xf32>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<20x6xf32>) -> tensor<2x2xf32> {
//     %0 = stablehlo.slice %x [5:12:6, 3:5] : (tensor<20x6xf32>) -> tensor<2x2xf32>
//     return %0 : tensor<2x2xf32>
//   }
// }
// -----
// of nothing
func.func @main(%x: tensor<20xf32>) -> tensor<0xf32> {
  %0 = stablehlo.slice %x [2:17:3] : (tensor<20xf32>) -> tensor<5xf32>
  %1 = stablehlo.slice %0 [5:5] : (tensor<5xf32>) -> tensor<0xf32>
  return %1 : tensor<0xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<20xf32>) -> tensor<0xf32> {
//     %0 = stablehlo.slice %x [2:17:3] : (tensor<20xf32>) -> tensor<5xf32>
//     %1 = stablehlo.slice %0 [5:5] : (tensor<5xf32>) -> tensor<0xf32>
//     return %1 : tensor<0xf32>
//   }
// }
