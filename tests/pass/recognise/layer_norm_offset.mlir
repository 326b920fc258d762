// test: pass inline,expand,fold,simplify,recognise
// jnp.mean, jnp.var, lax.rsqrt, with scale and offset
module @jit_ln attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x8x16xf32>, %arg1: tensor<16xf32>, %arg2: tensor<16xf32>) -> (tensor<2x8x16xf32> {jax.result_info = "result"}) {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %0 = stablehlo.reduce(%arg0 init: %cst) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %cst_0 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
    %2 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %3 = stablehlo.divide %1, %2 : tensor<2x8x1xf32>
    %c = stablehlo.constant dense<0> : tensor<i32>
    %4 = call @_var(%arg0, %c) : (tensor<2x8x16xf32>, tensor<i32>) -> tensor<2x8x1xf32>
    %5 = stablehlo.broadcast_in_dim %3, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %6 = stablehlo.subtract %arg0, %5 : tensor<2x8x16xf32>
    %cst_1 = stablehlo.constant dense<9.99999974E-6> : tensor<f32>
    %7 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %8 = stablehlo.add %4, %7 : tensor<2x8x1xf32>
    %9 = stablehlo.rsqrt %8 : tensor<2x8x1xf32>
    %10 = stablehlo.broadcast_in_dim %9, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %11 = stablehlo.multiply %6, %10 : tensor<2x8x16xf32>
    %12 = stablehlo.broadcast_in_dim %arg1, dims = [2] : (tensor<16xf32>) -> tensor<1x1x16xf32>
    %13 = stablehlo.broadcast_in_dim %12, dims = [0, 1, 2] : (tensor<1x1x16xf32>) -> tensor<2x8x16xf32>
    %14 = stablehlo.multiply %11, %13 : tensor<2x8x16xf32>
    %15 = stablehlo.broadcast_in_dim %arg2, dims = [2] : (tensor<16xf32>) -> tensor<1x1x16xf32>
    %16 = stablehlo.broadcast_in_dim %15, dims = [0, 1, 2] : (tensor<1x1x16xf32>) -> tensor<2x8x16xf32>
    %17 = stablehlo.add %14, %16 : tensor<2x8x16xf32>
    return %17 : tensor<2x8x16xf32>
  }
  func.func private @_var(%arg0: tensor<2x8x16xf32>, %arg1: tensor<i32>) -> tensor<2x8x1xf32> {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %0 = stablehlo.reduce(%arg0 init: %cst) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %cst_0 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
    %2 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %3 = stablehlo.divide %1, %2 : tensor<2x8x1xf32>
    %4 = stablehlo.broadcast_in_dim %3, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %5 = stablehlo.subtract %arg0, %4 : tensor<2x8x16xf32>
    %6 = chlo.square %5 : tensor<2x8x16xf32> -> tensor<2x8x16xf32>
    %7 = stablehlo.convert %arg1 : (tensor<i32>) -> tensor<f32>
    %cst_1 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
    %8 = stablehlo.subtract %cst_1, %7 : tensor<f32>
    %cst_2 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %9 = stablehlo.reduce(%6 init: %cst_2) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %10 = stablehlo.broadcast_in_dim %9, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %11 = stablehlo.broadcast_in_dim %8, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %12 = stablehlo.divide %10, %11 : tensor<2x8x1xf32>
    %cst_3 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %13 = stablehlo.compare GT, %8, %cst_3, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %cst_4 = stablehlo.constant dense<0x7FC00000> : tensor<f32>
    %14 = call @_where(%13, %12, %cst_4) : (tensor<i1>, tensor<2x8x1xf32>, tensor<f32>) -> tensor<2x8x1xf32>
    return %14 : tensor<2x8x1xf32>
  }
  func.func private @_where(%arg0: tensor<i1>, %arg1: tensor<2x8x1xf32>, %arg2: tensor<f32>) -> tensor<2x8x1xf32> {
    %0 = stablehlo.convert %arg2 : tensor<f32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %2 = stablehlo.select %arg0, %arg1, %1 : tensor<i1>, tensor<2x8x1xf32>
    return %2 : tensor<2x8x1xf32>
  }
}
// expect:
// module @jit_ln attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
//   func.func public @main(%arg0: tensor<2x8x16xf32>, %arg1: tensor<16xf32>, %arg2: tensor<16xf32>) -> (tensor<2x8x16xf32> {jax.result_info = "result"}) {
//     %0 = stablehlo.composite "weft.layer_norm" %arg0, %arg1, %arg2 {composite_attributes = {dimensions = array<i64: 2>}, decomposition = @weft.layer_norm.impl_13} : (tensor<2x8x16xf32>, tensor<16xf32>, tensor<16xf32>) -> tensor<2x8x16xf32>
//     return %0 : tensor<2x8x16xf32>
//   }
//   func.func private @_var(%arg0: tensor<2x8x16xf32>, %arg1: tensor<i32>) -> tensor<2x8x1xf32> {
//     %0 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %1 = stablehlo.convert %arg1 : (tensor<i32>) -> tensor<f32>
//     %2 = stablehlo.subtract %0, %1 : tensor<f32>
//     %3 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %4 = stablehlo.compare GT, %2, %3, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
//     %5 = stablehlo.reduce(%arg0 init: %3) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %6 = stablehlo.broadcast_in_dim %5, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
//     %7 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %8 = stablehlo.divide %6, %7 : tensor<2x8x1xf32>
//     %9 = stablehlo.broadcast_in_dim %8, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
//     %10 = stablehlo.subtract %arg0, %9 : tensor<2x8x16xf32>
//     %11 = chlo.square %10 : tensor<2x8x16xf32> -> tensor<2x8x16xf32>
//     %12 = stablehlo.reduce(%11 init: %3) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %13 = stablehlo.broadcast_in_dim %12, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
//     %14 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %15 = stablehlo.divide %13, %14 : tensor<2x8x1xf32>
//     %16 = stablehlo.constant dense<0x7FC00000> : tensor<f32>
//     %17 = stablehlo.broadcast_in_dim %16, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %18 = stablehlo.select %4, %15, %17 : tensor<i1>, tensor<2x8x1xf32>
//     return %18 : tensor<2x8x1xf32>
//   }
//   func.func private @_where(%arg0: tensor<i1>, %arg1: tensor<2x8x1xf32>, %arg2: tensor<f32>) -> tensor<2x8x1xf32> {
//     %0 = stablehlo.broadcast_in_dim %arg2, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %1 = stablehlo.select %arg0, %arg1, %0 : tensor<i1>, tensor<2x8x1xf32>
//     return %1 : tensor<2x8x1xf32>
//   }
//   func.func private @weft.layer_norm.impl_13(%arg0: tensor<2x8x16xf32>, %arg1: tensor<16xf32>, %arg2: tensor<16xf32>) -> tensor<2x8x16xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %2 = stablehlo.broadcast_in_dim %1, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
//     %3 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %5 = stablehlo.divide %2, %4 : tensor<2x8x1xf32>
//     %6 = stablehlo.broadcast_in_dim %5, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
//     %7 = stablehlo.subtract %arg0, %6 : tensor<2x8x16xf32>
//     %8 = stablehlo.constant dense<true> : tensor<i1>
//     %9 = chlo.square %7 : tensor<2x8x16xf32> -> tensor<2x8x16xf32>
//     %10 = stablehlo.reduce(%9 init: %0) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %11 = stablehlo.broadcast_in_dim %10, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
//     %12 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %13 = stablehlo.broadcast_in_dim %12, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %14 = stablehlo.divide %11, %13 : tensor<2x8x1xf32>
//     %15 = stablehlo.constant dense<0x7FC00000> : tensor<f32>
//     %16 = stablehlo.broadcast_in_dim %15, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %17 = stablehlo.select %8, %14, %16 : tensor<i1>, tensor<2x8x1xf32>
//     %18 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %19 = stablehlo.broadcast_in_dim %18, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %20 = stablehlo.add %17, %19 : tensor<2x8x1xf32>
//     %21 = stablehlo.rsqrt %20 : tensor<2x8x1xf32>
//     %22 = stablehlo.broadcast_in_dim %21, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
//     %23 = stablehlo.multiply %7, %22 : tensor<2x8x16xf32>
//     %24 = stablehlo.broadcast_in_dim %arg1, dims = [2] : (tensor<16xf32>) -> tensor<2x8x16xf32>
//     %25 = stablehlo.multiply %23, %24 : tensor<2x8x16xf32>
//     %26 = stablehlo.broadcast_in_dim %arg2, dims = [2] : (tensor<16xf32>) -> tensor<2x8x16xf32>
//     %27 = stablehlo.add %25, %26 : tensor<2x8x16xf32>
//     return %27 : tensor<2x8x16xf32>
//   }
// }
// -----
// the same of bf16: the variance in f32
module @jit_ln attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x8x16xbf16>, %arg1: tensor<16xbf16>, %arg2: tensor<16xbf16>) -> (tensor<2x8x16xbf16> {jax.result_info = "result"}) {
    %0 = stablehlo.convert %arg0 : (tensor<2x8x16xbf16>) -> tensor<2x8x16xf32>
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %1 = stablehlo.reduce(%0 init: %cst) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %2 = stablehlo.broadcast_in_dim %1, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %cst_0 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
    %3 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %4 = stablehlo.divide %2, %3 : tensor<2x8x1xf32>
    %5 = stablehlo.convert %4 : (tensor<2x8x1xf32>) -> tensor<2x8x1xbf16>
    %c = stablehlo.constant dense<0> : tensor<i32>
    %6 = call @_var(%arg0, %c) : (tensor<2x8x16xbf16>, tensor<i32>) -> tensor<2x8x1xbf16>
    %7 = stablehlo.broadcast_in_dim %5, dims = [0, 1, 2] : (tensor<2x8x1xbf16>) -> tensor<2x8x16xbf16>
    %8 = stablehlo.subtract %arg0, %7 : tensor<2x8x16xbf16>
    %cst_1 = stablehlo.constant dense<1.001360e-05> : tensor<bf16>
    %9 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<bf16>) -> tensor<2x8x1xbf16>
    %10 = stablehlo.add %6, %9 : tensor<2x8x1xbf16>
    %11 = stablehlo.rsqrt %10 : tensor<2x8x1xbf16>
    %12 = stablehlo.broadcast_in_dim %11, dims = [0, 1, 2] : (tensor<2x8x1xbf16>) -> tensor<2x8x16xbf16>
    %13 = stablehlo.multiply %8, %12 : tensor<2x8x16xbf16>
    %14 = stablehlo.broadcast_in_dim %arg1, dims = [2] : (tensor<16xbf16>) -> tensor<1x1x16xbf16>
    %15 = stablehlo.broadcast_in_dim %14, dims = [0, 1, 2] : (tensor<1x1x16xbf16>) -> tensor<2x8x16xbf16>
    %16 = stablehlo.multiply %13, %15 : tensor<2x8x16xbf16>
    %17 = stablehlo.broadcast_in_dim %arg2, dims = [2] : (tensor<16xbf16>) -> tensor<1x1x16xbf16>
    %18 = stablehlo.broadcast_in_dim %17, dims = [0, 1, 2] : (tensor<1x1x16xbf16>) -> tensor<2x8x16xbf16>
    %19 = stablehlo.add %16, %18 : tensor<2x8x16xbf16>
    return %19 : tensor<2x8x16xbf16>
  }
  func.func private @_var(%arg0: tensor<2x8x16xbf16>, %arg1: tensor<i32>) -> tensor<2x8x1xbf16> {
    %0 = stablehlo.convert %arg0 : (tensor<2x8x16xbf16>) -> tensor<2x8x16xf32>
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %1 = stablehlo.reduce(%0 init: %cst) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %2 = stablehlo.broadcast_in_dim %1, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %cst_0 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
    %3 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %4 = stablehlo.divide %2, %3 : tensor<2x8x1xf32>
    %5 = stablehlo.broadcast_in_dim %4, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %6 = stablehlo.subtract %0, %5 : tensor<2x8x16xf32>
    %7 = chlo.square %6 : tensor<2x8x16xf32> -> tensor<2x8x16xf32>
    %8 = stablehlo.convert %arg1 : (tensor<i32>) -> tensor<f32>
    %cst_1 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
    %9 = stablehlo.subtract %cst_1, %8 : tensor<f32>
    %cst_2 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %10 = stablehlo.reduce(%7 init: %cst_2) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %11 = stablehlo.broadcast_in_dim %10, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %12 = stablehlo.broadcast_in_dim %9, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %13 = stablehlo.divide %11, %12 : tensor<2x8x1xf32>
    %14 = stablehlo.convert %13 : (tensor<2x8x1xf32>) -> tensor<2x8x1xbf16>
    %cst_3 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %15 = stablehlo.compare GT, %9, %cst_3, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %cst_4 = stablehlo.constant dense<0x7FC00000> : tensor<f32>
    %16 = call @_where(%15, %14, %cst_4) : (tensor<i1>, tensor<2x8x1xbf16>, tensor<f32>) -> tensor<2x8x1xbf16>
    return %16 : tensor<2x8x1xbf16>
  }
  func.func private @_where(%arg0: tensor<i1>, %arg1: tensor<2x8x1xbf16>, %arg2: tensor<f32>) -> tensor<2x8x1xbf16> {
    %0 = stablehlo.convert %arg2 : (tensor<f32>) -> tensor<bf16>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<bf16>) -> tensor<2x8x1xbf16>
    %2 = stablehlo.select %arg0, %arg1, %1 : tensor<i1>, tensor<2x8x1xbf16>
    return %2 : tensor<2x8x1xbf16>
  }
}
// expect:
// module @jit_ln attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
//   func.func public @main(%arg0: tensor<2x8x16xbf16>, %arg1: tensor<16xbf16>, %arg2: tensor<16xbf16>) -> (tensor<2x8x16xbf16> {jax.result_info = "result"}) {
//     %0 = stablehlo.composite "weft.layer_norm" %arg0, %arg1, %arg2 {composite_attributes = {dimensions = array<i64: 2>}, decomposition = @weft.layer_norm.impl_13} : (tensor<2x8x16xbf16>, tensor<16xbf16>, tensor<16xbf16>) -> tensor<2x8x16xbf16>
//     return %0 : tensor<2x8x16xbf16>
//   }
//   func.func private @_var(%arg0: tensor<2x8x16xbf16>, %arg1: tensor<i32>) -> tensor<2x8x1xbf16> {
//     %0 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %1 = stablehlo.convert %arg1 : (tensor<i32>) -> tensor<f32>
//     %2 = stablehlo.subtract %0, %1 : tensor<f32>
//     %3 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %4 = stablehlo.compare GT, %2, %3, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
//     %5 = stablehlo.convert %arg0 : (tensor<2x8x16xbf16>) -> tensor<2x8x16xf32>
//     %6 = stablehlo.reduce(%5 init: %3) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %7 = stablehlo.broadcast_in_dim %6, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
//     %8 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %9 = stablehlo.divide %7, %8 : tensor<2x8x1xf32>
//     %10 = stablehlo.broadcast_in_dim %9, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
//     %11 = stablehlo.subtract %5, %10 : tensor<2x8x16xf32>
//     %12 = chlo.square %11 : tensor<2x8x16xf32> -> tensor<2x8x16xf32>
//     %13 = stablehlo.reduce(%12 init: %3) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %14 = stablehlo.broadcast_in_dim %13, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
//     %15 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %16 = stablehlo.divide %14, %15 : tensor<2x8x1xf32>
//     %17 = stablehlo.convert %16 : (tensor<2x8x1xf32>) -> tensor<2x8x1xbf16>
//     %18 = stablehlo.constant dense<0x7FC0> : tensor<bf16>
//     %19 = stablehlo.broadcast_in_dim %18, dims = [] : (tensor<bf16>) -> tensor<2x8x1xbf16>
//     %20 = stablehlo.select %4, %17, %19 : tensor<i1>, tensor<2x8x1xbf16>
//     return %20 : tensor<2x8x1xbf16>
//   }
//   func.func private @_where(%arg0: tensor<i1>, %arg1: tensor<2x8x1xbf16>, %arg2: tensor<f32>) -> tensor<2x8x1xbf16> {
//     %0 = stablehlo.convert %arg2 : (tensor<f32>) -> tensor<bf16>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<bf16>) -> tensor<2x8x1xbf16>
//     %2 = stablehlo.select %arg0, %arg1, %1 : tensor<i1>, tensor<2x8x1xbf16>
//     return %2 : tensor<2x8x1xbf16>
//   }
//   func.func private @weft.layer_norm.impl_13(%arg0: tensor<2x8x16xbf16>, %arg1: tensor<16xbf16>, %arg2: tensor<16xbf16>) -> tensor<2x8x16xbf16> {
//     %0 = stablehlo.convert %arg0 : (tensor<2x8x16xbf16>) -> tensor<2x8x16xf32>
//     %1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %2 = stablehlo.reduce(%0 init: %1) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
//     %4 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %6 = stablehlo.divide %3, %5 : tensor<2x8x1xf32>
//     %7 = stablehlo.convert %6 : (tensor<2x8x1xf32>) -> tensor<2x8x1xbf16>
//     %8 = stablehlo.broadcast_in_dim %7, dims = [0, 1, 2] : (tensor<2x8x1xbf16>) -> tensor<2x8x16xbf16>
//     %9 = stablehlo.subtract %arg0, %8 : tensor<2x8x16xbf16>
//     %10 = stablehlo.constant dense<true> : tensor<i1>
//     %11 = stablehlo.broadcast_in_dim %6, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
//     %12 = stablehlo.subtract %0, %11 : tensor<2x8x16xf32>
//     %13 = chlo.square %12 : tensor<2x8x16xf32> -> tensor<2x8x16xf32>
//     %14 = stablehlo.reduce(%13 init: %1) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %15 = stablehlo.broadcast_in_dim %14, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
//     %16 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %17 = stablehlo.broadcast_in_dim %16, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %18 = stablehlo.divide %15, %17 : tensor<2x8x1xf32>
//     %19 = stablehlo.convert %18 : (tensor<2x8x1xf32>) -> tensor<2x8x1xbf16>
//     %20 = stablehlo.constant dense<0x7FC0> : tensor<bf16>
//     %21 = stablehlo.broadcast_in_dim %20, dims = [] : (tensor<bf16>) -> tensor<2x8x1xbf16>
//     %22 = stablehlo.select %10, %19, %21 : tensor<i1>, tensor<2x8x1xbf16>
//     %23 = stablehlo.constant dense<1.001358e-05> : tensor<bf16>
//     %24 = stablehlo.broadcast_in_dim %23, dims = [] : (tensor<bf16>) -> tensor<2x8x1xbf16>
//     %25 = stablehlo.add %22, %24 : tensor<2x8x1xbf16>
//     %26 = stablehlo.rsqrt %25 : tensor<2x8x1xbf16>
//     %27 = stablehlo.broadcast_in_dim %26, dims = [0, 1, 2] : (tensor<2x8x1xbf16>) -> tensor<2x8x16xbf16>
//     %28 = stablehlo.multiply %9, %27 : tensor<2x8x16xbf16>
//     %29 = stablehlo.broadcast_in_dim %arg1, dims = [2] : (tensor<16xbf16>) -> tensor<2x8x16xbf16>
//     %30 = stablehlo.multiply %28, %29 : tensor<2x8x16xbf16>
//     %31 = stablehlo.broadcast_in_dim %arg2, dims = [2] : (tensor<16xbf16>) -> tensor<2x8x16xbf16>
//     %32 = stablehlo.add %30, %31 : tensor<2x8x16xbf16>
//     return %32 : tensor<2x8x16xbf16>
//   }
// }
// -----
// torch's decomposition: var_mean, add, rsqrt, sub, mul, mul, add
module {
  func.func public @main(%x: tensor<2x8x16xf32>, %w: tensor<16xf32>, %b: tensor<16xf32>) -> tensor<2x8x16xf32> {
    %0 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
    %1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %2 = stablehlo.reduce(%x init: %1) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %3 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %4 = stablehlo.divide %2, %3 : tensor<2x8xf32>
    %5 = stablehlo.broadcast_in_dim %4, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x16xf32>
    %6 = stablehlo.subtract %x, %5 : tensor<2x8x16xf32>
    %7 = stablehlo.multiply %6, %6 : tensor<2x8x16xf32>
    %8 = stablehlo.reduce(%7 init: %1) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %9 = stablehlo.subtract %0, %1 : tensor<f32>
    %10 = stablehlo.maximum %1, %9 : tensor<f32>
    %11 = stablehlo.broadcast_in_dim %10, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %12 = stablehlo.divide %8, %11 : tensor<2x8xf32>
    %13 = stablehlo.reshape %12 : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %14 = stablehlo.reshape %4 : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %15 = stablehlo.constant dense<1.000000e-12> : tensor<f32>
    %16 = stablehlo.broadcast_in_dim %15, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
    %17 = stablehlo.add %13, %16 : tensor<2x8x1xf32>
    %18 = stablehlo.rsqrt %17 : tensor<2x8x1xf32>
    %19 = stablehlo.broadcast_in_dim %14, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %20 = stablehlo.subtract %x, %19 : tensor<2x8x16xf32>
    %21 = stablehlo.broadcast_in_dim %18, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %22 = stablehlo.multiply %20, %21 : tensor<2x8x16xf32>
    %23 = stablehlo.broadcast_in_dim %w, dims = [2] : (tensor<16xf32>) -> tensor<2x8x16xf32>
    %24 = stablehlo.multiply %22, %23 : tensor<2x8x16xf32>
    %25 = stablehlo.broadcast_in_dim %b, dims = [2] : (tensor<16xf32>) -> tensor<2x8x16xf32>
    %26 = stablehlo.add %24, %25 : tensor<2x8x16xf32>
    return %26 : tensor<2x8x16xf32>
  }
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x8x16xf32>, %w: tensor<16xf32>, %b: tensor<16xf32>) -> tensor<2x8x16xf32> {
//     %0 = stablehlo.composite "weft.layer_norm" %x, %w, %b {composite_attributes = {dimensions = array<i64: 2>}, decomposition = @weft.layer_norm.impl_5} : (tensor<2x8x16xf32>, tensor<16xf32>, tensor<16xf32>) -> tensor<2x8x16xf32>
//     return %0 : tensor<2x8x16xf32>
//   }
//   func.func private @weft.layer_norm.impl_5(%arg0: tensor<2x8x16xf32>, %arg1: tensor<16xf32>, %arg2: tensor<16xf32>) -> tensor<2x8x16xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %2 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %4 = stablehlo.divide %1, %3 : tensor<2x8xf32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x16xf32>
//     %6 = stablehlo.subtract %arg0, %5 : tensor<2x8x16xf32>
//     %7 = stablehlo.multiply %6, %6 : tensor<2x8x16xf32>
//     %8 = stablehlo.reduce(%7 init: %0) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %9 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %10 = stablehlo.broadcast_in_dim %9, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %11 = stablehlo.divide %8, %10 : tensor<2x8xf32>
//     %12 = stablehlo.reshape %11 : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
//     %13 = stablehlo.constant dense<1.000000e-12> : tensor<f32>
//     %14 = stablehlo.broadcast_in_dim %13, dims = [] : (tensor<f32>) -> tensor<2x8x1xf32>
//     %15 = stablehlo.add %12, %14 : tensor<2x8x1xf32>
//     %16 = stablehlo.rsqrt %15 : tensor<2x8x1xf32>
//     %17 = stablehlo.broadcast_in_dim %16, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
//     %18 = stablehlo.multiply %6, %17 : tensor<2x8x16xf32>
//     %19 = stablehlo.broadcast_in_dim %arg1, dims = [2] : (tensor<16xf32>) -> tensor<2x8x16xf32>
//     %20 = stablehlo.multiply %18, %19 : tensor<2x8x16xf32>
//     %21 = stablehlo.broadcast_in_dim %arg2, dims = [2] : (tensor<16xf32>) -> tensor<2x8x16xf32>
//     %22 = stablehlo.add %20, %21 : tensor<2x8x16xf32>
//     return %22 : tensor<2x8x16xf32>
//   }
// }
