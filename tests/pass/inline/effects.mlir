// test: pass inline
// what two calls of a function do happens twice, in that order
func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = func.call @say(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = stablehlo.custom_call @between(%0) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = func.call @say(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %3 = stablehlo.add %1, %2 : tensor<4xf32>
  return %3 : tensor<4xf32>
}
func.func private @say(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.custom_call @print(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.custom_call @print(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>
//     %1 = stablehlo.custom_call @between(%0) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>
//     %2 = stablehlo.custom_call @print(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>
//     %3 = stablehlo.add %1, %2 : tensor<4xf32>
//     return %3 : tensor<4xf32>
//   }
//   func.func private @say(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.custom_call @print(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>
//     return %0 : tensor<4xf32>
//   }
// }
// -----
// a result nobody reads: the effect stays
func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = func.call @say(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %x : tensor<4xf32>
}
func.func private @say(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.custom_call @print(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.custom_call @print(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>
//     return %x : tensor<4xf32>
//   }
//   func.func private @say(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.custom_call @print(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>
//     return %0 : tensor<4xf32>
//   }
// }
