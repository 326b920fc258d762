// test: pass inline,expand,fold,simplify,recognise
// jax.nn.gelu(x, approximate=False) of bf16
module @jit_gelu_erf attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x8x16xbf16>) -> (tensor<2x8x16xbf16> {jax.result_info = "result"}) {
    %cst = stablehlo.constant dense<5.000000e-01> : tensor<bf16>
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<bf16>) -> tensor<2x8x16xbf16>
    %1 = stablehlo.multiply %0, %arg0 : tensor<2x8x16xbf16>
    %2 = stablehlo.negate %arg0 : tensor<2x8x16xbf16>
    %cst_0 = stablehlo.constant dense<7.070310e-01> : tensor<bf16>
    %3 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<bf16>) -> tensor<2x8x16xbf16>
    %4 = stablehlo.multiply %2, %3 : tensor<2x8x16xbf16>
    %5 = chlo.erfc %4 : tensor<2x8x16xbf16> -> tensor<2x8x16xbf16>
    %6 = stablehlo.multiply %1, %5 : tensor<2x8x16xbf16>
    return %6 : tensor<2x8x16xbf16>
  }
}
// expect:
// module @jit_gelu_erf attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
//   func.func public @main(%arg0: tensor<2x8x16xbf16>) -> (tensor<2x8x16xbf16> {jax.result_info = "result"}) {
//     %0 = stablehlo.composite "weft.gelu" %arg0 {decomposition = @weft.gelu.impl_0} : (tensor<2x8x16xbf16>) -> tensor<2x8x16xbf16>
//     return %0 : tensor<2x8x16xbf16>
//   }
//   func.func private @weft.gelu.impl_0(%arg0: tensor<2x8x16xbf16>) -> tensor<2x8x16xbf16> {
//     %0 = stablehlo.constant dense<5.000000e-01> : tensor<bf16>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<bf16>) -> tensor<2x8x16xbf16>
//     %2 = stablehlo.multiply %1, %arg0 : tensor<2x8x16xbf16>
//     %3 = stablehlo.negate %arg0 : tensor<2x8x16xbf16>
//     %4 = stablehlo.constant dense<7.070312e-01> : tensor<bf16>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [] : (tensor<bf16>) -> tensor<2x8x16xbf16>
//     %6 = stablehlo.multiply %3, %5 : tensor<2x8x16xbf16>
//     %7 = chlo.erfc %6 : tensor<2x8x16xbf16> -> tensor<2x8x16xbf16>
//     %8 = stablehlo.multiply %2, %7 : tensor<2x8x16xbf16>
//     return %8 : tensor<2x8x16xbf16>
//   }
// }
