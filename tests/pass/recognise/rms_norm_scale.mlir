// test: pass inline,expand,fold,simplify,recognise
// jax
module @jit_rms attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x8x16xf32>, %arg1: tensor<16xf32>) -> (tensor<2x8x16xf32> {jax.result_info = "result"}) {
    %0 = chlo.square %arg0 : tensor<2x8x16xf32> -> tensor<2x8x16xf32>
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %1 = stablehlo.reduce(%0 init: %cst) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %2 = stablehlo.broadcast_in_dim %1, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %cst_0 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
    %3 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %4 = stablehlo.divide %2, %3 : tensor<2x8x1xf32>
    %cst_1 = stablehlo.constant dense<9.99999997E-7> : tensor<f32>
    %5 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %6 = stablehlo.add %4, %5 : tensor<2x8x1xf32>
    %7 = stablehlo.rsqrt %6 : tensor<2x8x1xf32>
    %8 = stablehlo.broadcast_in_dim %7, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %9 = stablehlo.multiply %arg0, %8 : tensor<2x8x16xf32>
    %10 = stablehlo.broadcast_in_dim %arg1, dims = [2] : (tensor<16xf32>) -> tensor<1x1x16xf32>
    %11 = stablehlo.broadcast_in_dim %10, dims = [0, 1, 2] : (tensor<1x1x16xf32>) -> tensor<2x8x16xf32>
    %12 = stablehlo.multiply %9, %11 : tensor<2x8x16xf32>
    return %12 : tensor<2x8x16xf32>
  }
}
// expect:
// module @jit_rms attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
//   func.func public @main(%arg0: tensor<2x8x16xf32>, %arg1: tensor<16xf32>) -> (tensor<2x8x16xf32> {jax.result_info = "result"}) {
//     %0 = stablehlo.composite "weft.rms_norm" %arg0, %arg1 {composite_attributes = {dimensions = array<i64: 2>}, decomposition = @weft.rms_norm.impl_2} : (tensor<2x8x16xf32>, tensor<16xf32>) -> tensor<2x8x16xf32>
//     return %0 : tensor<2x8x16xf32>
//   }
//   func.func private @weft.rms_norm.impl_2(%arg0: tensor<2x8x16xf32>, %arg1: tensor<16xf32>) -> tensor<2x8x16xf32> {
//     %0 = chlo.square %arg0 : tensor<2x8x16xf32> -> tensor<2x8x16xf32>
//     %1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %2 = stablehlo.reduce(%0 init: %1) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
//     %4 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %6 = stablehlo.divide %3, %5 : tensor<2x8x1xf32>
//     %7 = stablehlo.constant dense<1.000000e-06> : tensor<f32>
//     %8 = stablehlo.broadcast_in_dim %7, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %9 = stablehlo.add %6, %8 : tensor<2x8x1xf32>
//     %10 = stablehlo.rsqrt %9 : tensor<2x8x1xf32>
//     %11 = stablehlo.broadcast_in_dim %10, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
//     %12 = stablehlo.multiply %arg0, %11 : tensor<2x8x16xf32>
//     %13 = stablehlo.broadcast_in_dim %arg1, dims = [2] : (tensor<16xf32>) -> tensor<2x8x16xf32>
//     %14 = stablehlo.multiply %12, %13 : tensor<2x8x16xf32>
//     return %14 : tensor<2x8x16xf32>
//   }
// }
// -----
// torch's: pow, mean, add, rsqrt, mul, mul
module {
  func.func public @main(%x: tensor<2x8x16xf32>, %w: tensor<16xf32>) -> tensor<2x8x16xf32> {
    %0 = stablehlo.multiply %x, %x : tensor<2x8x16xf32>
    %1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %2 = stablehlo.reduce(%0 init: %1) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %3 = stablehlo.reshape %2 : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %4 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
    %5 = stablehlo.broadcast_in_dim %4, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %6 = stablehlo.divide %3, %5 : tensor<2x8x1xf32>
    %7 = stablehlo.constant dense<1.000000e-06> : tensor<f32>
    %8 = stablehlo.broadcast_in_dim %7, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %9 = stablehlo.add %6, %8 : tensor<2x8x1xf32>
    %10 = stablehlo.rsqrt %9 : tensor<2x8x1xf32>
    %11 = stablehlo.broadcast_in_dim %10, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %12 = stablehlo.multiply %x, %11 : tensor<2x8x16xf32>
    %13 = stablehlo.broadcast_in_dim %w, dims = [2] : (tensor<16xf32>) -> tensor<2x8x16xf32>
    %14 = stablehlo.multiply %13, %12 : tensor<2x8x16xf32>
    return %14 : tensor<2x8x16xf32>
  }
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x8x16xf32>, %w: tensor<16xf32>) -> tensor<2x8x16xf32> {
//     %0 = stablehlo.composite "weft.rms_norm" %x, %w {composite_attributes = {dimensions = array<i64: 2>}, decomposition = @weft.rms_norm.impl_1} : (tensor<2x8x16xf32>, tensor<16xf32>) -> tensor<2x8x16xf32>
//     return %0 : tensor<2x8x16xf32>
//   }
//   func.func private @weft.rms_norm.impl_1(%arg0: tensor<2x8x16xf32>, %arg1: tensor<16xf32>) -> tensor<2x8x16xf32> {
//     %0 = stablehlo.broadcast_in_dim %arg1, dims = [2] : (tensor<16xf32>) -> tensor<2x8x16xf32>
//     %1 = stablehlo.multiply %arg0, %arg0 : tensor<2x8x16xf32>
//     %2 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %3 = stablehlo.reduce(%1 init: %2) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %4 = stablehlo.reshape %3 : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
//     %5 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %6 = stablehlo.broadcast_in_dim %5, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %7 = stablehlo.divide %4, %6 : tensor<2x8x1xf32>
//     %8 = stablehlo.constant dense<1.000000e-06> : tensor<f32>
//     %9 = stablehlo.broadcast_in_dim %8, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %10 = stablehlo.add %7, %9 : tensor<2x8x1xf32>
//     %11 = stablehlo.rsqrt %10 : tensor<2x8x1xf32>
//     %12 = stablehlo.broadcast_in_dim %11, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
//     %13 = stablehlo.multiply %arg0, %12 : tensor<2x8x16xf32>
//     %14 = stablehlo.multiply %0, %13 : tensor<2x8x16xf32>
//     return %14 : tensor<2x8x16xf32>
//   }
// }
