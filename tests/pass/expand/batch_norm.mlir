// test: pass expand
// inference
func.func @main(%x: tensor<2x3x4xf32>, %s: tensor<3xf32>, %o: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> tensor<2x3x4xf32> {
  %0 = "stablehlo.batch_norm_inference"(%x, %s, %o, %m, %v) {epsilon = 1.0e-05 : f32, feature_index = 1 : i64} : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3x4xf32>, %s: tensor<3xf32>, %o: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> tensor<2x3x4xf32> {
//     %0 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<3xf32>
//     %2 = stablehlo.add %v, %1 : tensor<3xf32>
//     %3 = stablehlo.sqrt %2 : tensor<3xf32>
//     %4 = stablehlo.broadcast_in_dim %m, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %5 = stablehlo.subtract %x, %4 : tensor<2x3x4xf32>
//     %6 = stablehlo.broadcast_in_dim %3, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %7 = stablehlo.divide %5, %6 : tensor<2x3x4xf32>
//     %8 = stablehlo.broadcast_in_dim %o, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %9 = stablehlo.broadcast_in_dim %s, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %10 = stablehlo.multiply %9, %7 : tensor<2x3x4xf32>
//     %11 = stablehlo.add %10, %8 : tensor<2x3x4xf32>
//     return %11 : tensor<2x3x4xf32>
//   }
// }
// -----
// training
func.func @main(%x: tensor<2x3x4xf32>, %s: tensor<3xf32>, %o: tensor<3xf32>) -> (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0:3 = "stablehlo.batch_norm_training"(%x, %s, %o) {epsilon = 1.0e-05 : f32, feature_index = 1 : i64} : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1, %0#2 : tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3x4xf32>, %s: tensor<3xf32>, %o: tensor<3xf32>) -> (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>) {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %1 = stablehlo.reduce(%x init: %0) applies stablehlo.add across dimensions = [0, 2] : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<3xf32>
//     %2 = stablehlo.constant dense<8.000000e+00> : tensor<f32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<3xf32>
//     %4 = stablehlo.divide %1, %3 : tensor<3xf32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %6 = stablehlo.subtract %x, %5 : tensor<2x3x4xf32>
//     %7 = stablehlo.multiply %6, %6 : tensor<2x3x4xf32>
//     %8 = stablehlo.reduce(%7 init: %0) applies stablehlo.add across dimensions = [0, 2] : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<3xf32>
//     %9 = stablehlo.divide %8, %3 : tensor<3xf32>
//     %10 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %11 = stablehlo.broadcast_in_dim %10, dims = [] : (tensor<f32>) -> tensor<3xf32>
//     %12 = stablehlo.add %9, %11 : tensor<3xf32>
//     %13 = stablehlo.sqrt %12 : tensor<3xf32>
//     %14 = stablehlo.broadcast_in_dim %13, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %15 = stablehlo.divide %6, %14 : tensor<2x3x4xf32>
//     %16 = stablehlo.broadcast_in_dim %o, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %17 = stablehlo.broadcast_in_dim %s, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %18 = stablehlo.multiply %17, %15 : tensor<2x3x4xf32>
//     %19 = stablehlo.add %18, %16 : tensor<2x3x4xf32>
//     return %19, %4, %9 : tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>
//   }
// }
// -----
// gradient
func.func @main(%x: tensor<2x3x4xf32>, %s: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>, %g: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0:3 = "stablehlo.batch_norm_grad"(%x, %s, %m, %v, %g) {epsilon = 1.0e-05 : f32, feature_index = 1 : i64} : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1, %0#2 : tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3x4xf32>, %s: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>, %g: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>) {
//     %0 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<3xf32>
//     %2 = stablehlo.add %v, %1 : tensor<3xf32>
//     %3 = stablehlo.sqrt %2 : tensor<3xf32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %5 = stablehlo.broadcast_in_dim %m, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %6 = stablehlo.subtract %x, %5 : tensor<2x3x4xf32>
//     %7 = stablehlo.divide %6, %4 : tensor<2x3x4xf32>
//     %8 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %9 = stablehlo.reduce(%g init: %8) applies stablehlo.add across dimensions = [0, 2] : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<3xf32>
//     %10 = stablehlo.constant dense<8.000000e+00> : tensor<f32>
//     %11 = stablehlo.broadcast_in_dim %10, dims = [] : (tensor<f32>) -> tensor<3xf32>
//     %12 = stablehlo.divide %9, %11 : tensor<3xf32>
//     %13 = stablehlo.multiply %g, %7 : tensor<2x3x4xf32>
//     %14 = stablehlo.reduce(%13 init: %8) applies stablehlo.add across dimensions = [0, 2] : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<3xf32>
//     %15 = stablehlo.divide %14, %11 : tensor<3xf32>
//     %16 = stablehlo.multiply %12, %11 : tensor<3xf32>
//     %17 = stablehlo.multiply %15, %11 : tensor<3xf32>
//     %18 = stablehlo.broadcast_in_dim %12, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %19 = stablehlo.subtract %g, %18 : tensor<2x3x4xf32>
//     %20 = stablehlo.broadcast_in_dim %15, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %21 = stablehlo.multiply %7, %20 : tensor<2x3x4xf32>
//     %22 = stablehlo.subtract %19, %21 : tensor<2x3x4xf32>
//     %23 = stablehlo.broadcast_in_dim %s, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %24 = stablehlo.divide %23, %4 : tensor<2x3x4xf32>
//     %25 = stablehlo.multiply %24, %22 : tensor<2x3x4xf32>
//     return %25, %17, %16 : tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>
//   }
// }
