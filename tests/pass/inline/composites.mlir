// test: pass inline
// a composite is its decomposition; one in it too
func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.composite "my.outer" %x {decomposition = @outer} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @outer(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.composite "my.inner" %x {decomposition = @inner, composite_attributes = {n = 1 : i64}} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = stablehlo.negate %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @inner(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.tanh %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.tanh %x : tensor<4xf32>
//     %1 = stablehlo.negate %0 : tensor<4xf32>
//     return %1 : tensor<4xf32>
//   }
//   func.func private @outer(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.tanh %x : tensor<4xf32>
//     %1 = stablehlo.negate %0 : tensor<4xf32>
//     return %1 : tensor<4xf32>
//   }
//   func.func private @inner(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.tanh %x : tensor<4xf32>
//     return %0 : tensor<4xf32>
//   }
// }
