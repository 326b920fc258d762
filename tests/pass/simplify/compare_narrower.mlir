// test: pass simplify
// compare(convert(x : a) to b, convert(y : a) to b) = compare(x, y), b holding all of a
// fires
func.func @main(%x: tensor<3xi32>, %y: tensor<3xi32>) -> tensor<3xi1> {
  %0 = stablehlo.convert %x : (tensor<3xi32>) -> tensor<3xi64>
  %1 = stablehlo.convert %y : (tensor<3xi32>) -> tensor<3xi64>
  %2 = stablehlo.compare LT, %0, %1, SIGNED : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi1>
  return %2 : tensor<3xi1>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xi32>, %y: tensor<3xi32>) -> tensor<3xi1> {
//     %0 = stablehlo.compare LT, %x, %y, SIGNED : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi1>
//     return %0 : tensor<3xi1>
//   }
// }
// -----
// with a constant
func.func @main(%x: tensor<3xui8>) -> tensor<3xi1> {
  %c = stablehlo.constant dense<255> : tensor<3xui32>
  %0 = stablehlo.convert %x : (tensor<3xui8>) -> tensor<3xui32>
  %2 = stablehlo.compare EQ, %0, %c, UNSIGNED : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xi1>
  return %2 : tensor<3xi1>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xui8>) -> tensor<3xi1> {
//     %0 = stablehlo.constant dense<255> : tensor<ui8>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<ui8>) -> tensor<3xui8>
//     %2 = stablehlo.compare EQ, %x, %1, UNSIGNED : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xi1>
//     return %2 : tensor<3xi1>
//   }
// }
// -----
// a constant beyond it is left alone, and so is a conversion between kinds
func.func @main(%x: tensor<3xui8>) -> (tensor<3xi1>, tensor<3xi1>) {
  %c = stablehlo.constant dense<256> : tensor<3xui32>
  %d = stablehlo.constant dense<2> : tensor<3xi32>
  %0 = stablehlo.convert %x : (tensor<3xui8>) -> tensor<3xui32>
  %1 = stablehlo.convert %x : (tensor<3xui8>) -> tensor<3xi32>
  %2 = stablehlo.compare LT, %0, %c, UNSIGNED : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xi1>
  %3 = stablehlo.compare LT, %1, %d, SIGNED : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi1>
  return %2, %3 : tensor<3xi1>, tensor<3xi1>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xui8>) -> (tensor<3xi1>, tensor<3xi1>) {
//     %0 = stablehlo.convert %x : (tensor<3xui8>) -> tensor<3xui32>
//     %1 = stablehlo.constant dense<256> : tensor<3xui32>
//     %2 = stablehlo.compare LT, %0, %1, UNSIGNED : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xi1>
//     %3 = stablehlo.convert %x : (tensor<3xui8>) -> tensor<3xi32>
//     %4 = stablehlo.constant dense<2> : tensor<3xi32>
//     %5 = stablehlo.compare LT, %3, %4, SIGNED : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi1>
//     return %2, %5 : tensor<3xi1>, tensor<3xi1>
//   }
// }
