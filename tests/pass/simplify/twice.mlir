// test: pass simplify
// f(f(x)) = x for negate and not
// fires
func.func @main(%x: tensor<3xf32>, %p: tensor<3xi8>) -> (tensor<3xf32>, tensor<3xi8>) {
  %0 = stablehlo.negate %x : tensor<3xf32>
  %1 = stablehlo.negate %0 : tensor<3xf32>
  %2 = stablehlo.not %p : tensor<3xi8>
  %3 = stablehlo.not %2 : tensor<3xi8>
  return %1, %3 : tensor<3xf32>, tensor<3xi8>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xf32>, %p: tensor<3xi8>) -> (tensor<3xf32>, tensor<3xi8>) {
//     return %x, %p : tensor<3xf32>, tensor<3xi8>
//   }
// }
// -----
// one of each
func.func @main(%p: tensor<3xi8>) -> tensor<3xi8> {
  %2 = stablehlo.not %p : tensor<3xi8>
  %3 = stablehlo.negate %2 : tensor<3xi8>
  return %3 : tensor<3xi8>
}
// expect:
// module {
//   func.func public @main(%p: tensor<3xi8>) -> tensor<3xi8> {
//     %0 = stablehlo.not %p : tensor<3xi8>
//     %1 = stablehlo.negate %0 : tensor<3xi8>
//     return %1 : tensor<3xi8>
//   }
// }
