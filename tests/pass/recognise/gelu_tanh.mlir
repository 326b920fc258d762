// test: pass inline,expand,fold,simplify,recognise
// jax.nn.gelu
module @jit_gelu_tanh attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x8x16xf32>) -> (tensor<2x8x16xf32> {jax.result_info = "result"}) {
    %0 = stablehlo.multiply %arg0, %arg0 : tensor<2x8x16xf32>
    %1 = stablehlo.multiply %0, %arg0 : tensor<2x8x16xf32>
    %cst = stablehlo.constant dense<4.471500e-02> : tensor<f32>
    %2 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<2x8x16xf32>
    %3 = stablehlo.multiply %2, %1 : tensor<2x8x16xf32>
    %4 = stablehlo.add %arg0, %3 : tensor<2x8x16xf32>
    %cst_0 = stablehlo.constant dense<0.797884583> : tensor<f32>
    %5 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x8x16xf32>
    %6 = stablehlo.multiply %5, %4 : tensor<2x8x16xf32>
    %7 = stablehlo.tanh %6 : tensor<2x8x16xf32>
    %cst_1 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
    %8 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f32>) -> tensor<2x8x16xf32>
    %9 = stablehlo.add %8, %7 : tensor<2x8x16xf32>
    %cst_2 = stablehlo.constant dense<5.000000e-01> : tensor<f32>
    %10 = stablehlo.broadcast_in_dim %cst_2, dims = [] : (tensor<f32>) -> tensor<2x8x16xf32>
    %11 = stablehlo.multiply %10, %9 : tensor<2x8x16xf32>
    %12 = stablehlo.multiply %arg0, %11 : tensor<2x8x16xf32>
    return %12 : tensor<2x8x16xf32>
  }
}
// expect:
// module @jit_gelu_tanh attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
//   func.func public @main(%arg0: tensor<2x8x16xf32>) -> (tensor<2x8x16xf32> {jax.result_info = "result"}) {
//     %0 = stablehlo.composite "weft.gelu" %arg0 {decomposition = @weft.gelu.impl_0} : (tensor<2x8x16xf32>) -> tensor<2x8x16xf32>
//     return %0 : tensor<2x8x16xf32>
//   }
//   func.func private @weft.gelu.impl_0(%arg0: tensor<2x8x16xf32>) -> tensor<2x8x16xf32> {
//     %0 = stablehlo.constant dense<5.000000e-01> : tensor<f32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8x16xf32>
//     %2 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<2x8x16xf32>
//     %4 = stablehlo.constant dense<7.978846e-01> : tensor<f32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [] : (tensor<f32>) -> tensor<2x8x16xf32>
//     %6 = stablehlo.constant dense<4.471500e-02> : tensor<f32>
//     %7 = stablehlo.broadcast_in_dim %6, dims = [] : (tensor<f32>) -> tensor<2x8x16xf32>
//     %8 = stablehlo.multiply %arg0, %arg0 : tensor<2x8x16xf32>
//     %9 = stablehlo.multiply %8, %arg0 : tensor<2x8x16xf32>
//     %10 = stablehlo.multiply %7, %9 : tensor<2x8x16xf32>
//     %11 = stablehlo.add %arg0, %10 : tensor<2x8x16xf32>
//     %12 = stablehlo.multiply %5, %11 : tensor<2x8x16xf32>
//     %13 = stablehlo.tanh %12 : tensor<2x8x16xf32>
//     %14 = stablehlo.add %3, %13 : tensor<2x8x16xf32>
//     %15 = stablehlo.multiply %1, %14 : tensor<2x8x16xf32>
//     %16 = stablehlo.multiply %arg0, %15 : tensor<2x8x16xf32>
//     return %16 : tensor<2x8x16xf32>
//   }
// }
// -----
// torch's, by pow
module {
  func.func public @main(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
    %0 = stablehlo.constant dense<5.000000e-01> : tensor<f32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %2 = stablehlo.multiply %x, %1 : tensor<2x8xf32>
    %3 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
    %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %5 = stablehlo.multiply %x, %x : tensor<2x8xf32>
    %6 = stablehlo.multiply %5, %x : tensor<2x8xf32>
    %7 = stablehlo.constant dense<4.471500e-02> : tensor<f32>
    %8 = stablehlo.broadcast_in_dim %7, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %9 = stablehlo.multiply %6, %8 : tensor<2x8xf32>
    %10 = stablehlo.add %x, %9 : tensor<2x8xf32>
    %11 = stablehlo.constant dense<7.978846e-01> : tensor<f32>
    %12 = stablehlo.broadcast_in_dim %11, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %13 = stablehlo.multiply %10, %12 : tensor<2x8xf32>
    %14 = stablehlo.tanh %13 : tensor<2x8xf32>
    %15 = stablehlo.add %14, %4 : tensor<2x8xf32>
    %16 = stablehlo.multiply %2, %15 : tensor<2x8xf32>
    return %16 : tensor<2x8xf32>
  }
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
//     %0 = stablehlo.composite "weft.gelu" %x {decomposition = @weft.gelu.impl_0} : (tensor<2x8xf32>) -> tensor<2x8xf32>
//     return %0 : tensor<2x8xf32>
//   }
//   func.func private @weft.gelu.impl_0(%arg0: tensor<2x8xf32>) -> tensor<2x8xf32> {
//     %0 = stablehlo.constant dense<5.000000e-01> : tensor<f32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %2 = stablehlo.multiply %arg0, %1 : tensor<2x8xf32>
//     %3 = stablehlo.multiply %arg0, %arg0 : tensor<2x8xf32>
//     %4 = stablehlo.multiply %3, %arg0 : tensor<2x8xf32>
//     %5 = stablehlo.constant dense<4.471500e-02> : tensor<f32>
//     %6 = stablehlo.broadcast_in_dim %5, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %7 = stablehlo.multiply %4, %6 : tensor<2x8xf32>
//     %8 = stablehlo.add %arg0, %7 : tensor<2x8xf32>
//     %9 = stablehlo.constant dense<7.978846e-01> : tensor<f32>
//     %10 = stablehlo.broadcast_in_dim %9, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %11 = stablehlo.multiply %8, %10 : tensor<2x8xf32>
//     %12 = stablehlo.tanh %11 : tensor<2x8xf32>
//     %13 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
//     %14 = stablehlo.broadcast_in_dim %13, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %15 = stablehlo.add %12, %14 : tensor<2x8xf32>
//     %16 = stablehlo.multiply %2, %15 : tensor<2x8xf32>
//     return %16 : tensor<2x8xf32>
//   }
// }
