// test: pass inline,expand,fold,simplify,recognise
// jax.nn.dot_product_attention with a mask
module @jit_attn attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x8x4x16xf32>, %arg1: tensor<2x8x4x16xf32>, %arg2: tensor<2x8x4x16xf32>, %arg3: tensor<2x4x8x8xi1>) -> (tensor<2x8x4x16xf32> {jax.result_info = "result"}) {
    %0 = stablehlo.reshape %arg0 : (tensor<2x8x4x16xf32>) -> tensor<2x8x4x1x16xf32>
    %1 = stablehlo.reshape %arg3 : (tensor<2x4x8x8xi1>) -> tensor<2x4x1x8x8xi1>
    %2 = stablehlo.dot_general %0, %arg1, batching_dims = [0, 2] x [0, 2], contracting_dims = [4] x [3], precision = [DEFAULT, DEFAULT] : (tensor<2x8x4x1x16xf32>, tensor<2x8x4x16xf32>) -> tensor<2x4x8x1x8xf32>
    %cst = stablehlo.constant dense<2.500000e-01> : tensor<f32>
    %3 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<2x4x8x1x8xf32>
    %4 = stablehlo.multiply %2, %3 : tensor<2x4x8x1x8xf32>
    %c = stablehlo.constant dense<true> : tensor<i1>
    %5 = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<i1>) -> tensor<2x4x8x8xi1>
    %6 = stablehlo.broadcast_in_dim %5, dims = [1, 2, 3, 4] : (tensor<2x4x8x8xi1>) -> tensor<1x2x4x8x8xi1>
    %7 = stablehlo.transpose %1, dims = [2, 0, 1, 3, 4] : (tensor<2x4x1x8x8xi1>) -> tensor<1x2x4x8x8xi1>
    %8 = stablehlo.and %6, %7 : tensor<1x2x4x8x8xi1>
    %cst_0 = stablehlo.constant dense<-2.38197633E+38> : tensor<f32>
    %9 = call @_where(%8, %4, %cst_0) : (tensor<1x2x4x8x8xi1>, tensor<2x4x8x1x8xf32>, tensor<f32>) -> tensor<1x2x4x8x8xf32>
    %cst_1 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %10 = stablehlo.reduce(%9 init: %cst_1) applies stablehlo.maximum across dimensions = [4] : (tensor<1x2x4x8x8xf32>, tensor<f32>) -> tensor<1x2x4x8xf32>
    %cst_2 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %11 = stablehlo.broadcast_in_dim %cst_2, dims = [] : (tensor<f32>) -> tensor<1x2x4x8xf32>
    %12 = stablehlo.maximum %11, %10 : tensor<1x2x4x8xf32>
    %13 = stablehlo.broadcast_in_dim %12, dims = [0, 1, 2, 3] : (tensor<1x2x4x8xf32>) -> tensor<1x2x4x8x1xf32>
    %14 = stablehlo.broadcast_in_dim %13, dims = [0, 1, 2, 3, 4] : (tensor<1x2x4x8x1xf32>) -> tensor<1x2x4x8x8xf32>
    %15 = stablehlo.subtract %9, %14 : tensor<1x2x4x8x8xf32>
    %16 = stablehlo.exponential %15 : tensor<1x2x4x8x8xf32>
    %cst_3 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %17 = stablehlo.reduce(%16 init: %cst_3) applies stablehlo.add across dimensions = [4] : (tensor<1x2x4x8x8xf32>, tensor<f32>) -> tensor<1x2x4x8xf32>
    %18 = stablehlo.broadcast_in_dim %17, dims = [0, 1, 2, 3] : (tensor<1x2x4x8xf32>) -> tensor<1x2x4x8x1xf32>
    %19 = stablehlo.broadcast_in_dim %18, dims = [0, 1, 2, 3, 4] : (tensor<1x2x4x8x1xf32>) -> tensor<1x2x4x8x8xf32>
    %20 = stablehlo.divide %16, %19 : tensor<1x2x4x8x8xf32>
    %21 = stablehlo.dot_general %arg2, %20, batching_dims = [0, 2] x [1, 2], contracting_dims = [1] x [4], precision = [DEFAULT, DEFAULT] : (tensor<2x8x4x16xf32>, tensor<1x2x4x8x8xf32>) -> tensor<2x4x16x1x8xf32>
    %22 = stablehlo.transpose %21, dims = [3, 0, 4, 1, 2] : (tensor<2x4x16x1x8xf32>) -> tensor<1x2x8x4x16xf32>
    %23 = stablehlo.transpose %22, dims = [1, 2, 3, 0, 4] : (tensor<1x2x8x4x16xf32>) -> tensor<2x8x4x1x16xf32>
    %24 = stablehlo.reshape %23 : (tensor<2x8x4x1x16xf32>) -> tensor<2x8x4x16xf32>
    return %24 : tensor<2x8x4x16xf32>
  }
  func.func private @_where(%arg0: tensor<1x2x4x8x8xi1>, %arg1: tensor<2x4x8x1x8xf32>, %arg2: tensor<f32>) -> tensor<1x2x4x8x8xf32> {
    %0 = stablehlo.broadcast_in_dim %arg2, dims = [] : (tensor<f32>) -> tensor<2x4x8x8xf32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [1, 2, 3, 4] : (tensor<2x4x8x8xf32>) -> tensor<1x2x4x8x8xf32>
    %2 = stablehlo.transpose %arg1, dims = [3, 0, 1, 2, 4] : (tensor<2x4x8x1x8xf32>) -> tensor<1x2x4x8x8xf32>
    %3 = stablehlo.select %arg0, %2, %1 : tensor<1x2x4x8x8xi1>, tensor<1x2x4x8x8xf32>
    return %3 : tensor<1x2x4x8x8xf32>
  }
}
// expect:
// module @jit_attn attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
//   func.func public @main(%arg0: tensor<2x8x4x16xf32>, %arg1: tensor<2x8x4x16xf32>, %arg2: tensor<2x8x4x16xf32>, %arg3: tensor<2x4x8x8xi1>) -> (tensor<2x8x4x16xf32> {jax.result_info = "result"}) {
//     %0 = stablehlo.reshape %arg0 : (tensor<2x8x4x16xf32>) -> tensor<2x8x4x1x16xf32>
//     %1 = stablehlo.constant dense<true> : tensor<i1>
//     %2 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<i1>) -> tensor<1x2x4x8x8xi1>
//     %3 = stablehlo.reshape %arg3 : (tensor<2x4x8x8xi1>) -> tensor<2x4x1x8x8xi1>
//     %4 = stablehlo.transpose %3, dims = [2, 0, 1, 3, 4] : (tensor<2x4x1x8x8xi1>) -> tensor<1x2x4x8x8xi1>
//     %5 = stablehlo.and %2, %4 : tensor<1x2x4x8x8xi1>
//     %6 = stablehlo.composite "weft.attention" %0, %arg1, %arg2, %5 {decomposition = @weft.attention.impl_9} : (tensor<2x8x4x1x16xf32>, tensor<2x8x4x16xf32>, tensor<2x8x4x16xf32>, tensor<1x2x4x8x8xi1>) -> tensor<2x4x16x1x8xf32>
//     %7 = stablehlo.transpose %6, dims = [0, 4, 1, 3, 2] : (tensor<2x4x16x1x8xf32>) -> tensor<2x8x4x1x16xf32>
//     %8 = stablehlo.reshape %7 : (tensor<2x8x4x1x16xf32>) -> tensor<2x8x4x16xf32>
//     return %8 : tensor<2x8x4x16xf32>
//   }
//   func.func private @_where(%arg0: tensor<1x2x4x8x8xi1>, %arg1: tensor<2x4x8x1x8xf32>, %arg2: tensor<f32>) -> tensor<1x2x4x8x8xf32> {
//     %0 = stablehlo.transpose %arg1, dims = [3, 0, 1, 2, 4] : (tensor<2x4x8x1x8xf32>) -> tensor<1x2x4x8x8xf32>
//     %1 = stablehlo.broadcast_in_dim %arg2, dims = [] : (tensor<f32>) -> tensor<1x2x4x8x8xf32>
//     %2 = stablehlo.select %arg0, %0, %1 : tensor<1x2x4x8x8xi1>, tensor<1x2x4x8x8xf32>
//     return %2 : tensor<1x2x4x8x8xf32>
//   }
//   func.func private @weft.softmax.impl_8(%arg0: tensor<1x2x4x8x8xf32>) -> tensor<1x2x4x8x8xf32> {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<1x2x4x8xf32>
//     %2 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [4] : (tensor<1x2x4x8x8xf32>, tensor<f32>) -> tensor<1x2x4x8xf32>
//     %3 = stablehlo.maximum %1, %2 : tensor<1x2x4x8xf32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [0, 1, 2, 3] : (tensor<1x2x4x8xf32>) -> tensor<1x2x4x8x8xf32>
//     %5 = stablehlo.subtract %arg0, %4 : tensor<1x2x4x8x8xf32>
//     %6 = stablehlo.exponential %5 : tensor<1x2x4x8x8xf32>
//     %7 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %8 = stablehlo.reduce(%6 init: %7) applies stablehlo.add across dimensions = [4] : (tensor<1x2x4x8x8xf32>, tensor<f32>) -> tensor<1x2x4x8xf32>
//     %9 = stablehlo.broadcast_in_dim %8, dims = [0, 1, 2, 3] : (tensor<1x2x4x8xf32>) -> tensor<1x2x4x8x8xf32>
//     %10 = stablehlo.divide %6, %9 : tensor<1x2x4x8x8xf32>
//     return %10 : tensor<1x2x4x8x8xf32>
//   }
//   func.func private @weft.attention.impl_9(%arg0: tensor<2x8x4x1x16xf32>, %arg1: tensor<2x8x4x16xf32>, %arg2: tensor<2x8x4x16xf32>, %arg3: tensor<1x2x4x8x8xi1>) -> tensor<2x4x16x1x8xf32> {
//     %0 = stablehlo.dot_general %arg0, %arg1, batching_dims = [0, 2] x [0, 2], contracting_dims = [4] x [3] : (tensor<2x8x4x1x16xf32>, tensor<2x8x4x16xf32>) -> tensor<2x4x8x1x8xf32>
//     %1 = stablehlo.constant dense<2.500000e-01> : tensor<f32>
//     %2 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<f32>) -> tensor<2x4x8x1x8xf32>
//     %3 = stablehlo.multiply %0, %2 : tensor<2x4x8x1x8xf32>
//     %4 = stablehlo.transpose %3, dims = [3, 0, 1, 2, 4] : (tensor<2x4x8x1x8xf32>) -> tensor<1x2x4x8x8xf32>
//     %5 = stablehlo.constant dense<-2.3819763e+38> : tensor<f32>
//     %6 = stablehlo.broadcast_in_dim %5, dims = [] : (tensor<f32>) -> tensor<1x2x4x8x8xf32>
//     %7 = stablehlo.select %arg3, %4, %6 : tensor<1x2x4x8x8xi1>, tensor<1x2x4x8x8xf32>
//     %8 = stablehlo.composite "weft.softmax" %7 {composite_attributes = {dimensions = array<i64: 4>}, decomposition = @weft.softmax.impl_8} : (tensor<1x2x4x8x8xf32>) -> tensor<1x2x4x8x8xf32>
//     %9 = stablehlo.dot_general %arg2, %8, batching_dims = [0, 2] x [1, 2], contracting_dims = [1] x [4] : (tensor<2x8x4x16xf32>, tensor<1x2x4x8x8xf32>) -> tensor<2x4x16x1x8xf32>
//     return %9 : tensor<2x4x16x1x8xf32>
//   }
// }
// -----
// torch's decomposition: bmm, mul, add, softmax, bmm, with views
module {
  func.func public @main(%q: tensor<1x2x8x16xf32>, %k: tensor<1x2x8x16xf32>, %v: tensor<1x2x8x16xf32>, %o: tensor<1x1x8x8xf32>) -> tensor<1x2x8x16xf32> {
    %0 = stablehlo.dot_general %q, %k, batching_dims = [0, 1] x [0, 1], contracting_dims = [3] x [3] : (tensor<1x2x8x16xf32>, tensor<1x2x8x16xf32>) -> tensor<1x2x8x8xf32>
    %1 = stablehlo.reshape %0 : (tensor<1x2x8x8xf32>) -> tensor<2x8x8xf32>
    %2 = stablehlo.reshape %1 : (tensor<2x8x8xf32>) -> tensor<1x2x8x8xf32>
    %3 = stablehlo.constant dense<2.500000e-01> : tensor<f32>
    %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<1x2x8x8xf32>
    %5 = stablehlo.multiply %2, %4 : tensor<1x2x8x8xf32>
    %6 = stablehlo.broadcast_in_dim %o, dims = [0, 1, 2, 3] : (tensor<1x1x8x8xf32>) -> tensor<1x2x8x8xf32>
    %7 = stablehlo.add %5, %6 : tensor<1x2x8x8xf32>
    %8 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %9 = stablehlo.reduce(%7 init: %8) applies stablehlo.maximum across dimensions = [3] : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
    %10 = stablehlo.reshape %9 : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
    %11 = stablehlo.broadcast_in_dim %10, dims = [0, 1, 2, 3] : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
    %12 = stablehlo.subtract %7, %11 : tensor<1x2x8x8xf32>
    %13 = stablehlo.exponential %12 : tensor<1x2x8x8xf32>
    %14 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %15 = stablehlo.reduce(%13 init: %14) applies stablehlo.add across dimensions = [3] : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
    %16 = stablehlo.reshape %15 : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
    %17 = stablehlo.broadcast_in_dim %16, dims = [0, 1, 2, 3] : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
    %18 = stablehlo.divide %13, %17 : tensor<1x2x8x8xf32>
    %19 = stablehlo.dot_general %18, %v, batching_dims = [0, 1] x [0, 1], contracting_dims = [3] x [2] : (tensor<1x2x8x8xf32>, tensor<1x2x8x16xf32>) -> tensor<1x2x8x16xf32>
    %20 = stablehlo.reshape %19 : (tensor<1x2x8x16xf32>) -> tensor<2x8x16xf32>
    %21 = stablehlo.reshape %20 : (tensor<2x8x16xf32>) -> tensor<1x2x8x16xf32>
    return %21 : tensor<1x2x8x16xf32>
  }
}
// expect:
// module {
//   func.func public @main(%q: tensor<1x2x8x16xf32>, %k: tensor<1x2x8x16xf32>, %v: tensor<1x2x8x16xf32>, %o: tensor<1x1x8x8xf32>) -> tensor<1x2x8x16xf32> {
//     %0 = stablehlo.broadcast_in_dim %o, dims = [0, 1, 2, 3] : (tensor<1x1x8x8xf32>) -> tensor<1x2x8x8xf32>
//     %1 = stablehlo.composite "weft.attention" %q, %k, %v, %0 {decomposition = @weft.attention.impl_6} : (tensor<1x2x8x16xf32>, tensor<1x2x8x16xf32>, tensor<1x2x8x16xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x16xf32>
//     return %1 : tensor<1x2x8x16xf32>
//   }
//   func.func private @weft.softmax.impl_5(%arg0: tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32> {
//     %0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.maximum across dimensions = [3] : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
//     %2 = stablehlo.reshape %1 : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [0, 1, 2, 3] : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
//     %4 = stablehlo.subtract %arg0, %3 : tensor<1x2x8x8xf32>
//     %5 = stablehlo.exponential %4 : tensor<1x2x8x8xf32>
//     %6 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %7 = stablehlo.reduce(%5 init: %6) applies stablehlo.add across dimensions = [3] : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
//     %8 = stablehlo.reshape %7 : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
//     %9 = stablehlo.broadcast_in_dim %8, dims = [0, 1, 2, 3] : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
//     %10 = stablehlo.divide %5, %9 : tensor<1x2x8x8xf32>
//     return %10 : tensor<1x2x8x8xf32>
//   }
//   func.func private @weft.attention.impl_6(%arg0: tensor<1x2x8x16xf32>, %arg1: tensor<1x2x8x16xf32>, %arg2: tensor<1x2x8x16xf32>, %arg3: tensor<1x2x8x8xf32>) -> tensor<1x2x8x16xf32> {
//     %0 = stablehlo.dot_general %arg0, %arg1, batching_dims = [0, 1] x [0, 1], contracting_dims = [3] x [3] : (tensor<1x2x8x16xf32>, tensor<1x2x8x16xf32>) -> tensor<1x2x8x8xf32>
//     %1 = stablehlo.constant dense<2.500000e-01> : tensor<f32>
//     %2 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<f32>) -> tensor<1x2x8x8xf32>
//     %3 = stablehlo.multiply %0, %2 : tensor<1x2x8x8xf32>
//     %4 = stablehlo.add %3, %arg3 : tensor<1x2x8x8xf32>
//     %5 = stablehlo.composite "weft.softmax" %4 {composite_attributes = {dimensions = array<i64: 3>}, decomposition = @weft.softmax.impl_5} : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
//     %6 = stablehlo.dot_general %5, %arg2, batching_dims = [0, 1] x [0, 1], contracting_dims = [3] x [2] : (tensor<1x2x8x8xf32>, tensor<1x2x8x16xf32>) -> tensor<1x2x8x16xf32>
//     return %6 : tensor<1x2x8x16xf32>
//   }
// }
// -----
// two products with no softmax between them: none
func.func @main(%q: tensor<2x8x4xf32>, %k: tensor<2x8x4xf32>, %v: tensor<2x8x4xf32>) -> tensor<2x8x4xf32> {
  %s = stablehlo.dot_general %q, %k, batching_dims = [0] x [0], contracting_dims = [2] x [2] : (tensor<2x8x4xf32>, tensor<2x8x4xf32>) -> tensor<2x8x8xf32>
  %e = stablehlo.exponential %s : tensor<2x8x8xf32>
  %y = stablehlo.dot_general %e, %v, batching_dims = [0] x [0], contracting_dims = [2] x [1] : (tensor<2x8x8xf32>, tensor<2x8x4xf32>) -> tensor<2x8x4xf32>
  return %y : tensor<2x8x4xf32>
}
// expect:
// module {
//   func.func public @main(%q: tensor<2x8x4xf32>, %k: tensor<2x8x4xf32>, %v: tensor<2x8x4xf32>) -> tensor<2x8x4xf32> {
//     %0 = stablehlo.dot_general %q, %k, batching_dims = [0] x [0], contracting_dims = [2] x [2] : (tensor<2x8x4xf32>, tensor<2x8x4xf32>) -> tensor<2x8x8xf32>
//     %1 = stablehlo.exponential %0 : tensor<2x8x8xf32>
//     %2 = stablehlo.dot_general %1, %v, batching_dims = [0] x [0], contracting_dims = [2] x [1] : (tensor<2x8x8xf32>, tensor<2x8x4xf32>) -> tensor<2x8x4xf32>
//     return %2 : tensor<2x8x4xf32>
//   }
// }
