// test: pass inline,expand,fold,simplify,recognise
// jax.nn.softmax
module @jit_softmax attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x8x16xf32>) -> (tensor<2x8x16xf32> {jax.result_info = "result"}) {
    %cst = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %0 = stablehlo.reduce(%arg0 init: %cst) applies stablehlo.maximum across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %cst_0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %1 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %2 = stablehlo.maximum %1, %0 : tensor<2x8xf32>
    %3 = stablehlo.broadcast_in_dim %2, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %4 = stablehlo.broadcast_in_dim %3, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %5 = stablehlo.subtract %arg0, %4 : tensor<2x8x16xf32>
    %6 = stablehlo.exponential %5 : tensor<2x8x16xf32>
    %cst_1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %7 = stablehlo.reduce(%6 init: %cst_1) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %8 = stablehlo.broadcast_in_dim %7, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %9 = stablehlo.broadcast_in_dim %8, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %10 = stablehlo.divide %6, %9 : tensor<2x8x16xf32>
    return %10 : tensor<2x8x16xf32>
  }
}
// expect:
// module @jit_softmax attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
//   func.func public @main(%arg0: tensor<2x8x16xf32>) -> (tensor<2x8x16xf32> {jax.result_info = "result"}) {
//     %0 = stablehlo.composite "weft.softmax" %arg0 {composite_attributes = {dimensions = array<i64: 2>}, decomposition = @weft.softmax.impl_3} : (tensor<2x8x16xf32>) -> tensor<2x8x16xf32>
//     return %0 : tensor<2x8x16xf32>
//   }
//   func.func private @weft.softmax.impl_3(%arg0: tensor<2x8x16xf32>) -> tensor<2x8x16xf32> {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %2 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %3 = stablehlo.maximum %1, %2 : tensor<2x8xf32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x16xf32>
//     %5 = stablehlo.subtract %arg0, %4 : tensor<2x8x16xf32>
//     %6 = stablehlo.exponential %5 : tensor<2x8x16xf32>
//     %7 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %8 = stablehlo.reduce(%6 init: %7) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %9 = stablehlo.broadcast_in_dim %8, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x16xf32>
//     %10 = stablehlo.divide %6, %9 : tensor<2x8x16xf32>
//     return %10 : tensor<2x8x16xf32>
//   }
// }
// -----
// jax.nn.softmax of bf16, not over the last dimension: sums in f32
module @jit_softmax_b attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x8x16xbf16>) -> (tensor<2x8x16xbf16> {jax.result_info = "result"}) {
    %cst = stablehlo.constant dense<0xFF80> : tensor<bf16>
    %0 = stablehlo.reduce(%arg0 init: %cst) applies stablehlo.maximum across dimensions = [1] : (tensor<2x8x16xbf16>, tensor<bf16>) -> tensor<2x16xbf16>
    %cst_0 = stablehlo.constant dense<0xFF80> : tensor<bf16>
    %1 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<bf16>) -> tensor<2x16xbf16>
    %2 = stablehlo.maximum %1, %0 : tensor<2x16xbf16>
    %3 = stablehlo.broadcast_in_dim %2, dims = [0, 2] : (tensor<2x16xbf16>) -> tensor<2x1x16xbf16>
    %4 = stablehlo.broadcast_in_dim %3, dims = [0, 1, 2] : (tensor<2x1x16xbf16>) -> tensor<2x8x16xbf16>
    %5 = stablehlo.subtract %arg0, %4 : tensor<2x8x16xbf16>
    %6 = stablehlo.exponential %5 : tensor<2x8x16xbf16>
    %7 = stablehlo.convert %6 : (tensor<2x8x16xbf16>) -> tensor<2x8x16xf32>
    %cst_1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %8 = stablehlo.reduce(%7 init: %cst_1) applies stablehlo.add across dimensions = [1] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x16xf32>
    %9 = stablehlo.broadcast_in_dim %8, dims = [0, 2] : (tensor<2x16xf32>) -> tensor<2x1x16xf32>
    %10 = stablehlo.convert %9 : (tensor<2x1x16xf32>) -> tensor<2x1x16xbf16>
    %11 = stablehlo.broadcast_in_dim %10, dims = [0, 1, 2] : (tensor<2x1x16xbf16>) -> tensor<2x8x16xbf16>
    %12 = stablehlo.divide %6, %11 : tensor<2x8x16xbf16>
    return %12 : tensor<2x8x16xbf16>
  }
}
// expect:
// module @jit_softmax_b attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
//   func.func public @main(%arg0: tensor<2x8x16xbf16>) -> (tensor<2x8x16xbf16> {jax.result_info = "result"}) {
//     %0 = stablehlo.composite "weft.softmax" %arg0 {composite_attributes = {dimensions = array<i64: 1>}, decomposition = @weft.softmax.impl_3} : (tensor<2x8x16xbf16>) -> tensor<2x8x16xbf16>
//     return %0 : tensor<2x8x16xbf16>
//   }
//   func.func private @weft.softmax.impl_3(%arg0: tensor<2x8x16xbf16>) -> tensor<2x8x16xbf16> {
//     %0 = stablehlo.constant dense<0xFF80> : tensor<bf16>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<bf16>) -> tensor<2x16xbf16>
//     %2 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [1] : (tensor<2x8x16xbf16>, tensor<bf16>) -> tensor<2x16xbf16>
//     %3 = stablehlo.maximum %1, %2 : tensor<2x16xbf16>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [0, 2] : (tensor<2x16xbf16>) -> tensor<2x8x16xbf16>
//     %5 = stablehlo.subtract %arg0, %4 : tensor<2x8x16xbf16>
//     %6 = stablehlo.exponential %5 : tensor<2x8x16xbf16>
//     %7 = stablehlo.convert %6 : (tensor<2x8x16xbf16>) -> tensor<2x8x16xf32>
//     %8 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %9 = stablehlo.reduce(%7 init: %8) applies stablehlo.add across dimensions = [1] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x16xf32>
//     %10 = stablehlo.broadcast_in_dim %9, dims = [0, 2] : (tensor<2x16xf32>) -> tensor<2x1x16xf32>
//     %11 = stablehlo.convert %10 : (tensor<2x1x16xf32>) -> tensor<2x1x16xbf16>
//     %12 = stablehlo.broadcast_in_dim %11, dims = [0, 1, 2] : (tensor<2x1x16xbf16>) -> tensor<2x8x16xbf16>
//     %13 = stablehlo.divide %6, %12 : tensor<2x8x16xbf16>
//     return %13 : tensor<2x8x16xbf16>
//   }
// }
// -----
// torch's decomposition: amax, sub, exp, sum, div
module {
  func.func public @main(%x: tensor<2x8x16xf32>) -> tensor<2x8x16xf32> {
    %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %1 = stablehlo.reduce(%x init: %0) applies stablehlo.maximum across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %2 = stablehlo.reshape %1 : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %3 = stablehlo.broadcast_in_dim %2, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %4 = stablehlo.subtract %x, %3 : tensor<2x8x16xf32>
    %5 = stablehlo.exponential %4 : tensor<2x8x16xf32>
    %6 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %7 = stablehlo.reduce(%5 init: %6) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %8 = stablehlo.reshape %7 : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %9 = stablehlo.broadcast_in_dim %8, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %10 = stablehlo.divide %5, %9 : tensor<2x8x16xf32>
    return %10 : tensor<2x8x16xf32>
  }
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x8x16xf32>) -> tensor<2x8x16xf32> {
//     %0 = stablehlo.composite "weft.softmax" %x {composite_attributes = {dimensions = array<i64: 2>}, decomposition = @weft.softmax.impl_3} : (tensor<2x8x16xf32>) -> tensor<2x8x16xf32>
//     return %0 : tensor<2x8x16xf32>
//   }
//   func.func private @weft.softmax.impl_3(%arg0: tensor<2x8x16xf32>) -> tensor<2x8x16xf32> {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %2 = stablehlo.broadcast_in_dim %1, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x16xf32>
//     %3 = stablehlo.subtract %arg0, %2 : tensor<2x8x16xf32>
//     %4 = stablehlo.exponential %3 : tensor<2x8x16xf32>
//     %5 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %6 = stablehlo.reduce(%4 init: %5) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %7 = stablehlo.broadcast_in_dim %6, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x16xf32>
//     %8 = stablehlo.divide %4, %7 : tensor<2x8x16xf32>
//     return %8 : tensor<2x8x16xf32>
//   }
// }
// -----
// torch's of a symbolic size
module {
  func.func private @weft.softmax.impl_2(%arg0: tensor<?x16xf32>) -> tensor<?x16xf32> {
    %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [0] : (tensor<?x16xf32>, tensor<f32>) -> tensor<16xf32>
    %2 = stablehlo.get_dimension_size %arg0, dim = 0 : (tensor<?x16xf32>) -> tensor<i32>
    %3 = stablehlo.convert %2 : (tensor<i32>) -> tensor<i64>
    %4 = stablehlo.reshape %3 : (tensor<i64>) -> tensor<1xi64>
    %5 = stablehlo.constant dense<16> : tensor<i64>
    %6 = stablehlo.reshape %5 : (tensor<i64>) -> tensor<1xi64>
    %7 = stablehlo.concatenate %4, %6, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
    %8 = stablehlo.dynamic_broadcast_in_dim %1, %7, dims = [1] : (tensor<16xf32>, tensor<2xi64>) -> tensor<?x16xf32>
    %9 = stablehlo.subtract %arg0, %8 : tensor<?x16xf32>
    %10 = stablehlo.exponential %9 : tensor<?x16xf32>
    %11 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %12 = stablehlo.reduce(%10 init: %11) applies stablehlo.add across dimensions = [0] : (tensor<?x16xf32>, tensor<f32>) -> tensor<16xf32>
    %13 = stablehlo.dynamic_broadcast_in_dim %12, %7, dims = [1] : (tensor<16xf32>, tensor<2xi64>) -> tensor<?x16xf32>
    %14 = stablehlo.divide %10, %13 : tensor<?x16xf32>
    return %14 : tensor<?x16xf32>
  }
  func.func private @weft.softmax.impl_3(%arg0: tensor<?x16xf32>) -> tensor<?x16xf32> {
    %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %1 = stablehlo.constant dense<16> : tensor<i64>
    %2 = stablehlo.reshape %1 : (tensor<i64>) -> tensor<1xi64>
    %3 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %4 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [1] : (tensor<?x16xf32>, tensor<f32>) -> tensor<?xf32>
    %5 = stablehlo.get_dimension_size %4, dim = 0 : (tensor<?xf32>) -> tensor<i32>
    %6 = stablehlo.convert %5 : (tensor<i32>) -> tensor<i64>
    %7 = stablehlo.reshape %6 : (tensor<i64>) -> tensor<1xi64>
    %8 = stablehlo.concatenate %7, %2, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
    %9 = stablehlo.dynamic_broadcast_in_dim %4, %8, dims = [0] : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x16xf32>
    %10 = stablehlo.subtract %arg0, %9 : tensor<?x16xf32>
    %11 = stablehlo.exponential %10 : tensor<?x16xf32>
    %12 = stablehlo.reduce(%11 init: %3) applies stablehlo.add across dimensions = [1] : (tensor<?x16xf32>, tensor<f32>) -> tensor<?xf32>
    %13 = stablehlo.get_dimension_size %12, dim = 0 : (tensor<?xf32>) -> tensor<i32>
    %14 = stablehlo.convert %13 : (tensor<i32>) -> tensor<i64>
    %15 = stablehlo.reshape %14 : (tensor<i64>) -> tensor<1xi64>
    %16 = stablehlo.concatenate %15, %2, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
    %17 = stablehlo.dynamic_broadcast_in_dim %12, %16, dims = [0] : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x16xf32>
    %18 = stablehlo.divide %11, %17 : tensor<?x16xf32>
    return %18 : tensor<?x16xf32>
  }
  func.func public @main(%x: tensor<?x16xf32>) -> tensor<?x16xf32> {
    %0 = stablehlo.composite "weft.softmax" %x {composite_attributes = {dimension = 0 : i64}, decomposition = @weft.softmax.impl_2} : (tensor<?x16xf32>) -> tensor<?x16xf32>
    %1 = stablehlo.composite "weft.softmax" %0 {composite_attributes = {dimension = 1 : i64}, decomposition = @weft.softmax.impl_3} : (tensor<?x16xf32>) -> tensor<?x16xf32>
    return %1 : tensor<?x16xf32>
  }
}
// expect:
// module {
//   func.func private @weft.softmax.impl_2(%arg0: tensor<?x16xf32>) -> tensor<?x16xf32> {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [0] : (tensor<?x16xf32>, tensor<f32>) -> tensor<16xf32>
//     %2 = stablehlo.get_dimension_size %arg0, dim = 0 : (tensor<?x16xf32>) -> tensor<i32>
//     %3 = stablehlo.convert %2 : (tensor<i32>) -> tensor<i64>
//     %4 = stablehlo.reshape %3 : (tensor<i64>) -> tensor<1xi64>
//     %5 = stablehlo.constant dense<16> : tensor<1xi64>
//     %6 = stablehlo.concatenate %4, %5, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
//     %7 = stablehlo.dynamic_broadcast_in_dim %1, %6, dims = [1] : (tensor<16xf32>, tensor<2xi64>) -> tensor<?x16xf32>
//     %8 = stablehlo.subtract %arg0, %7 : tensor<?x16xf32>
//     %9 = stablehlo.exponential %8 : tensor<?x16xf32>
//     %10 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %11 = stablehlo.reduce(%9 init: %10) applies stablehlo.add across dimensions = [0] : (tensor<?x16xf32>, tensor<f32>) -> tensor<16xf32>
//     %12 = stablehlo.dynamic_broadcast_in_dim %11, %6, dims = [1] : (tensor<16xf32>, tensor<2xi64>) -> tensor<?x16xf32>
//     %13 = stablehlo.divide %9, %12 : tensor<?x16xf32>
//     return %13 : tensor<?x16xf32>
//   }
//   func.func private @weft.softmax.impl_3(%arg0: tensor<?x16xf32>) -> tensor<?x16xf32> {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [1] : (tensor<?x16xf32>, tensor<f32>) -> tensor<?xf32>
//     %2 = stablehlo.get_dimension_size %1, dim = 0 : (tensor<?xf32>) -> tensor<i32>
//     %3 = stablehlo.convert %2 : (tensor<i32>) -> tensor<i64>
//     %4 = stablehlo.reshape %3 : (tensor<i64>) -> tensor<1xi64>
//     %5 = stablehlo.constant dense<16> : tensor<1xi64>
//     %6 = stablehlo.concatenate %4, %5, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
//     %7 = stablehlo.dynamic_broadcast_in_dim %1, %6, dims = [0] : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x16xf32>
//     %8 = stablehlo.subtract %arg0, %7 : tensor<?x16xf32>
//     %9 = stablehlo.exponential %8 : tensor<?x16xf32>
//     %10 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %11 = stablehlo.reduce(%9 init: %10) applies stablehlo.add across dimensions = [1] : (tensor<?x16xf32>, tensor<f32>) -> tensor<?xf32>
//     %12 = stablehlo.get_dimension_size %11, dim = 0 : (tensor<?xf32>) -> tensor<i32>
//     %13 = stablehlo.convert %12 : (tensor<i32>) -> tensor<i64>
//     %14 = stablehlo.reshape %13 : (tensor<i64>) -> tensor<1xi64>
//     %15 = stablehlo.concatenate %14, %5, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
//     %16 = stablehlo.dynamic_broadcast_in_dim %11, %15, dims = [0] : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x16xf32>
//     %17 = stablehlo.divide %9, %16 : tensor<?x16xf32>
//     return %17 : tensor<?x16xf32>
//   }
//   func.func public @main(%x: tensor<?x16xf32>) -> tensor<?x16xf32> {
//     %0 = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x16xf32>) -> tensor<i32>
//     %1 = stablehlo.convert %0 : (tensor<i32>) -> tensor<i64>
//     %2 = stablehlo.reshape %1 : (tensor<i64>) -> tensor<1xi64>
//     %3 = stablehlo.constant dense<16> : tensor<1xi64>
//     %4 = stablehlo.concatenate %2, %3, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
//     %5 = stablehlo.composite "weft.softmax" %x, %4 {composite_attributes = {dimensions = array<i64: 0>}, decomposition = @weft.softmax.impl_10} : (tensor<?x16xf32>, tensor<2xi64>) -> tensor<?x16xf32>
//     %6 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %7 = stablehlo.reduce(%5 init: %6) applies stablehlo.maximum across dimensions = [1] : (tensor<?x16xf32>, tensor<f32>) -> tensor<?xf32>
//     %8 = stablehlo.get_dimension_size %7, dim = 0 : (tensor<?xf32>) -> tensor<i32>
//     %9 = stablehlo.convert %8 : (tensor<i32>) -> tensor<i64>
//     %10 = stablehlo.reshape %9 : (tensor<i64>) -> tensor<1xi64>
//     %11 = stablehlo.concatenate %10, %3, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
//     %12 = stablehlo.dynamic_broadcast_in_dim %7, %11, dims = [0] : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x16xf32>
//     %13 = stablehlo.subtract %5, %12 : tensor<?x16xf32>
//     %14 = stablehlo.exponential %13 : tensor<?x16xf32>
//     %15 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %16 = stablehlo.reduce(%14 init: %15) applies stablehlo.add across dimensions = [1] : (tensor<?x16xf32>, tensor<f32>) -> tensor<?xf32>
//     %17 = stablehlo.get_dimension_size %16, dim = 0 : (tensor<?xf32>) -> tensor<i32>
//     %18 = stablehlo.convert %17 : (tensor<i32>) -> tensor<i64>
//     %19 = stablehlo.reshape %18 : (tensor<i64>) -> tensor<1xi64>
//     %20 = stablehlo.concatenate %19, %3, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
//     %21 = stablehlo.composite "weft.softmax" %5, %11, %20 {composite_attributes = {dimensions = array<i64: 1>}, decomposition = @weft.softmax.impl_11} : (tensor<?x16xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x16xf32>
//     return %21 : tensor<?x16xf32>
//   }
//   func.func private @weft.softmax.impl_10(%arg0: tensor<?x16xf32>, %arg1: tensor<2xi64>) -> tensor<?x16xf32> {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [0] : (tensor<?x16xf32>, tensor<f32>) -> tensor<16xf32>
//     %2 = stablehlo.dynamic_broadcast_in_dim %1, %arg1, dims = [1] : (tensor<16xf32>, tensor<2xi64>) -> tensor<?x16xf32>
//     %3 = stablehlo.subtract %arg0, %2 : tensor<?x16xf32>
//     %4 = stablehlo.exponential %3 : tensor<?x16xf32>
//     %5 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %6 = stablehlo.reduce(%4 init: %5) applies stablehlo.add across dimensions = [0] : (tensor<?x16xf32>, tensor<f32>) -> tensor<16xf32>
//     %7 = stablehlo.dynamic_broadcast_in_dim %6, %arg1, dims = [1] : (tensor<16xf32>, tensor<2xi64>) -> tensor<?x16xf32>
//     %8 = stablehlo.divide %4, %7 : tensor<?x16xf32>
//     return %8 : tensor<?x16xf32>
//   }
//   func.func private @weft.softmax.impl_11(%arg0: tensor<?x16xf32>, %arg1: tensor<2xi64>, %arg2: tensor<2xi64>) -> tensor<?x16xf32> {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [1] : (tensor<?x16xf32>, tensor<f32>) -> tensor<?xf32>
//     %2 = stablehlo.dynamic_broadcast_in_dim %1, %arg1, dims = [0] : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x16xf32>
//     %3 = stablehlo.subtract %arg0, %2 : tensor<?x16xf32>
//     %4 = stablehlo.exponential %3 : tensor<?x16xf32>
//     %5 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %6 = stablehlo.reduce(%4 init: %5) applies stablehlo.add across dimensions = [1] : (tensor<?x16xf32>, tensor<f32>) -> tensor<?xf32>
//     %7 = stablehlo.dynamic_broadcast_in_dim %6, %arg2, dims = [0] : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x16xf32>
//     %8 = stablehlo.divide %4, %7 : tensor<?x16xf32>
//     return %8 : tensor<?x16xf32>
//   }
// }
// -----
// the maximum is taken along one dimension and the sum along the other: no softmax
func.func @main(%x: tensor<16x16xf32>) -> tensor<16x16xf32> {
  %c = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %m = stablehlo.reduce(%x init: %c) applies stablehlo.maximum across dimensions = [0] : (tensor<16x16xf32>, tensor<f32>) -> tensor<16xf32>
  %mb = stablehlo.broadcast_in_dim %m, dims = [1] : (tensor<16xf32>) -> tensor<16x16xf32>
  %d = stablehlo.subtract %x, %mb : tensor<16x16xf32>
  %e = stablehlo.exponential %d : tensor<16x16xf32>
  %s = stablehlo.reduce(%e init: %z) applies stablehlo.add across dimensions = [1] : (tensor<16x16xf32>, tensor<f32>) -> tensor<16xf32>
  %sb = stablehlo.broadcast_in_dim %s, dims = [0] : (tensor<16xf32>) -> tensor<16x16xf32>
  %y = stablehlo.divide %e, %sb : tensor<16x16xf32>
  return %y : tensor<16x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<16x16xf32>) -> tensor<16x16xf32> {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.reduce(%x init: %0) applies stablehlo.maximum across dimensions = [0] : (tensor<16x16xf32>, tensor<f32>) -> tensor<16xf32>
//     %2 = stablehlo.broadcast_in_dim %1, dims = [1] : (tensor<16xf32>) -> tensor<16x16xf32>
//     %3 = stablehlo.subtract %x, %2 : tensor<16x16xf32>
//     %4 = stablehlo.exponential %3 : tensor<16x16xf32>
//     %5 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %6 = stablehlo.reduce(%4 init: %5) applies stablehlo.add across dimensions = [1] : (tensor<16x16xf32>, tensor<f32>) -> tensor<16xf32>
//     %7 = stablehlo.broadcast_in_dim %6, dims = [0] : (tensor<16xf32>) -> tensor<16x16xf32>
//     %8 = stablehlo.divide %4, %7 : tensor<16x16xf32>
//     return %8 : tensor<16x16xf32>
//   }
// }
// -----
// sums of rows laid along columns: no softmax
func.func @main(%x: tensor<16x16xf32>) -> tensor<16x16xf32> {
  %c = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %m = stablehlo.reduce(%x init: %c) applies stablehlo.maximum across dimensions = [1] : (tensor<16x16xf32>, tensor<f32>) -> tensor<16xf32>
  %mb = stablehlo.broadcast_in_dim %m, dims = [0] : (tensor<16xf32>) -> tensor<16x16xf32>
  %d = stablehlo.subtract %x, %mb : tensor<16x16xf32>
  %e = stablehlo.exponential %d : tensor<16x16xf32>
  %s = stablehlo.reduce(%e init: %z) applies stablehlo.add across dimensions = [1] : (tensor<16x16xf32>, tensor<f32>) -> tensor<16xf32>
  %sb = stablehlo.broadcast_in_dim %s, dims = [1] : (tensor<16xf32>) -> tensor<16x16xf32>
  %y = stablehlo.divide %e, %sb : tensor<16x16xf32>
  return %y : tensor<16x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<16x16xf32>) -> tensor<16x16xf32> {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.reduce(%x init: %0) applies stablehlo.maximum across dimensions = [1] : (tensor<16x16xf32>, tensor<f32>) -> tensor<16xf32>
//     %2 = stablehlo.broadcast_in_dim %1, dims = [0] : (tensor<16xf32>) -> tensor<16x16xf32>
//     %3 = stablehlo.subtract %x, %2 : tensor<16x16xf32>
//     %4 = stablehlo.exponential %3 : tensor<16x16xf32>
//     %5 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %6 = stablehlo.reduce(%4 init: %5) applies stablehlo.add across dimensions = [1] : (tensor<16x16xf32>, tensor<f32>) -> tensor<16xf32>
//     %7 = stablehlo.broadcast_in_dim %6, dims = [1] : (tensor<16xf32>) -> tensor<16x16xf32>
//     %8 = stablehlo.divide %4, %7 : tensor<16x16xf32>
//     return %8 : tensor<16x16xf32>
//   }
// }
// -----
// the sum of other exponentials: no softmax
module @jit_softmax attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x8x16xf32>) -> (tensor<2x8x16xf32> {jax.result_info = "result"}) {
    %cst = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %0 = stablehlo.reduce(%arg0 init: %cst) applies stablehlo.maximum across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %cst_0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %1 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %2 = stablehlo.maximum %1, %0 : tensor<2x8xf32>
    %3 = stablehlo.broadcast_in_dim %2, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %4 = stablehlo.broadcast_in_dim %3, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %5 = stablehlo.subtract %arg0, %4 : tensor<2x8x16xf32>
    %6 = stablehlo.exponential %5 : tensor<2x8x16xf32>
    %cst_1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %7 = stablehlo.reduce(%5 init: %cst_1) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
    %8 = stablehlo.broadcast_in_dim %7, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
    %9 = stablehlo.broadcast_in_dim %8, dims = [0, 1, 2] : (tensor<2x8x1xf32>) -> tensor<2x8x16xf32>
    %10 = stablehlo.divide %6, %9 : tensor<2x8x16xf32>
    return %10 : tensor<2x8x16xf32>
  }
}
// expect:
// module @jit_softmax attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
//   func.func public @main(%arg0: tensor<2x8x16xf32>) -> (tensor<2x8x16xf32> {jax.result_info = "result"}) {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %2 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %3 = stablehlo.maximum %1, %2 : tensor<2x8xf32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x16xf32>
//     %5 = stablehlo.subtract %arg0, %4 : tensor<2x8x16xf32>
//     %6 = stablehlo.exponential %5 : tensor<2x8x16xf32>
//     %7 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %8 = stablehlo.reduce(%5 init: %7) applies stablehlo.add across dimensions = [2] : (tensor<2x8x16xf32>, tensor<f32>) -> tensor<2x8xf32>
//     %9 = stablehlo.broadcast_in_dim %8, dims = [0, 1] : (tensor<2x8xf32>) -> tensor<2x8x16xf32>
//     %10 = stablehlo.divide %6, %9 : tensor<2x8x16xf32>
//     return %10 : tensor<2x8x16xf32>
//   }
// }
// -----
// in the body of a loop
func.func @main(%x: tensor<2x16xf32>, %n: tensor<i32>) -> tensor<2x16xf32> {
  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %r:2 = stablehlo.while(%i = %c0, %v = %x) : tensor<i32>, tensor<2x16xf32>
  cond {
  %p = stablehlo.compare LT, %i, %n, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
  stablehlo.return %p : tensor<i1>
  } do {
  %c = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %m = stablehlo.reduce(%v init: %c) applies stablehlo.maximum across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
  %mb = stablehlo.broadcast_in_dim %m, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %d = stablehlo.subtract %v, %mb : tensor<2x16xf32>
  %e = stablehlo.exponential %d : tensor<2x16xf32>
  %s = stablehlo.reduce(%e init: %z) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
  %sb = stablehlo.broadcast_in_dim %s, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %y = stablehlo.divide %e, %sb : tensor<2x16xf32>
  %j = stablehlo.add %i, %c1 : tensor<i32>
  stablehlo.return %j, %y : tensor<i32>, tensor<2x16xf32>
  }
  return %r#1 : tensor<2x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x16xf32>, %n: tensor<i32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.constant dense<0> : tensor<i32>
//     %1 = stablehlo.constant dense<1> : tensor<i32>
//     %2:2 = stablehlo.while(%arg0 = %0, %arg1 = %x) : tensor<i32>, tensor<2x16xf32>
//     cond {
//       %3 = stablehlo.compare LT, %arg0, %n, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
//       stablehlo.return %3 : tensor<i1>
//     } do {
//       %4 = stablehlo.add %arg0, %1 : tensor<i32>
//       %5 = stablehlo.composite "weft.softmax" %arg1 {composite_attributes = {dimensions = array<i64: 1>}, decomposition = @weft.softmax.impl_5} : (tensor<2x16xf32>) -> tensor<2x16xf32>
//       stablehlo.return %4, %5 : tensor<i32>, tensor<2x16xf32>
//     }
//     return %2#1 : tensor<2x16xf32>
//   }
//   func.func private @weft.softmax.impl_5(%arg0: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %2 = stablehlo.broadcast_in_dim %1, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %3 = stablehlo.subtract %arg0, %2 : tensor<2x16xf32>
//     %4 = stablehlo.exponential %3 : tensor<2x16xf32>
//     %5 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %6 = stablehlo.reduce(%4 init: %5) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %7 = stablehlo.broadcast_in_dim %6, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %8 = stablehlo.divide %4, %7 : tensor<2x16xf32>
//     return %8 : tensor<2x16xf32>
//   }
// }
