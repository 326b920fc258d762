// test: pass simplify
// convert(x : t) to t = x
// fires
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.convert %x : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     return %x : tensor<2x3xf32>
//   }
// }
// -----
// a conversion there and back through a narrower type rounds: both stay
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.convert %x : (tensor<2x3xf32>) -> tensor<2x3xbf16>
  %1 = stablehlo.convert %0 : (tensor<2x3xbf16>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.convert %x : (tensor<2x3xf32>) -> tensor<2x3xbf16>
//     %1 = stablehlo.convert %0 : (tensor<2x3xbf16>) -> tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
