// test: pass expand
// inference
func.func @main(%x: tensor<2x3x4xf32>, %s: tensor<3xf32>, %o: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> tensor<2x3x4xf32> {
  %0 = "stablehlo.batch_norm_inference"(%x, %s, %o, %m, %v) {epsilon = 1.0e-05 : f32, feature_index = 1 : i64} : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3x4xf32>, %s: tensor<3xf32>, %o: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> tensor<2x3x4xf32> {
//     %0 = stablehlo.broadcast_in_dim %s, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %1 = stablehlo.broadcast_in_dim %m, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %2 = stablehlo.subtract %x, %1 : tensor<2x3x4xf32>
//     %3 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<3xf32>
//     %5 = stablehlo.add %v, %4 : tensor<3xf32>
//     %6 = stablehlo.sqrt %5 : tensor<3xf32>
//     %7 = stablehlo.broadcast_in_dim %6, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %8 = stablehlo.divide %2, %7 : tensor<2x3x4xf32>
//     %9 = stablehlo.multiply %0, %8 : tensor<2x3x4xf32>
//     %10 = stablehlo.broadcast_in_dim %o, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %11 = stablehlo.add %9, %10 : tensor<2x3x4xf32>
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
//     %0 = stablehlo.broadcast_in_dim %s, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %2 = stablehlo.reduce(%x init: %1) applies stablehlo.add across dimensions = [0, 2] : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<3xf32>
//     %3 = stablehlo.constant dense<8.000000e+00> : tensor<f32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<3xf32>
//     %5 = stablehlo.divide %2, %4 : tensor<3xf32>
//     %6 = stablehlo.broadcast_in_dim %5, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %7 = stablehlo.subtract %x, %6 : tensor<2x3x4xf32>
//     %8 = stablehlo.multiply %7, %7 : tensor<2x3x4xf32>
//     %9 = stablehlo.reduce(%8 init: %1) applies stablehlo.add across dimensions = [0, 2] : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<3xf32>
//     %10 = stablehlo.divide %9, %4 : tensor<3xf32>
//     %11 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %12 = stablehlo.broadcast_in_dim %11, dims = [] : (tensor<f32>) -> tensor<3xf32>
//     %13 = stablehlo.add %10, %12 : tensor<3xf32>
//     %14 = stablehlo.sqrt %13 : tensor<3xf32>
//     %15 = stablehlo.broadcast_in_dim %14, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %16 = stablehlo.divide %7, %15 : tensor<2x3x4xf32>
//     %17 = stablehlo.multiply %0, %16 : tensor<2x3x4xf32>
//     %18 = stablehlo.broadcast_in_dim %o, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %19 = stablehlo.add %17, %18 : tensor<2x3x4xf32>
//     return %19, %5, %10 : tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>
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
//     %0 = stablehlo.broadcast_in_dim %s, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %1 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %2 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<f32>) -> tensor<3xf32>
//     %3 = stablehlo.add %v, %2 : tensor<3xf32>
//     %4 = stablehlo.sqrt %3 : tensor<3xf32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %6 = stablehlo.divide %0, %5 : tensor<2x3x4xf32>
//     %7 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %8 = stablehlo.reduce(%g init: %7) applies stablehlo.add across dimensions = [0, 2] : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<3xf32>
//     %9 = stablehlo.constant dense<8.000000e+00> : tensor<f32>
//     %10 = stablehlo.broadcast_in_dim %9, dims = [] : (tensor<f32>) -> tensor<3xf32>
//     %11 = stablehlo.divide %8, %10 : tensor<3xf32>
//     %12 = stablehlo.broadcast_in_dim %11, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %13 = stablehlo.subtract %g, %12 : tensor<2x3x4xf32>
//     %14 = stablehlo.broadcast_in_dim %m, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %15 = stablehlo.subtract %x, %14 : tensor<2x3x4xf32>
//     %16 = stablehlo.divide %15, %5 : tensor<2x3x4xf32>
//     %17 = stablehlo.multiply %g, %16 : tensor<2x3x4xf32>
//     %18 = stablehlo.reduce(%17 init: %7) applies stablehlo.add across dimensions = [0, 2] : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<3xf32>
//     %19 = stablehlo.divide %18, %10 : tensor<3xf32>
//     %20 = stablehlo.broadcast_in_dim %19, dims = [1] : (tensor<3xf32>) -> tensor<2x3x4xf32>
//     %21 = stablehlo.multiply %16, %20 : tensor<2x3x4xf32>
//     %22 = stablehlo.subtract %13, %21 : tensor<2x3x4xf32>
//     %23 = stablehlo.multiply %6, %22 : tensor<2x3x4xf32>
//     return %23, %18, %8 : tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>
//   }
// }
