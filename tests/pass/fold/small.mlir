// test: pass fold
func.func @main(%a: tensor<2xf32>) -> (tensor<f32>, tensor<2xf32>, tensor<f32>) {
  %0 = stablehlo.constant dense<1.0> : tensor<f32>
  %1 = stablehlo.constant dense<6.400000e+01> : tensor<f32>
  %2 = stablehlo.negate %0 : tensor<f32>
  %3 = stablehlo.divide %2, %1 : tensor<f32>
  %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %5 = stablehlo.multiply %a, %4 : tensor<2xf32>
  %6 = stablehlo.exponential %0 : tensor<f32>
  return %3, %5, %6 : tensor<f32>, tensor<2xf32>, tensor<f32>
}
// expect:
// module {
//   func.func public @main(%a: tensor<2xf32>) -> (tensor<f32>, tensor<2xf32>, tensor<f32>) {
//     %0 = stablehlo.constant dense<-1.562500e-02> : tensor<f32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %2 = stablehlo.multiply %a, %1 : tensor<2xf32>
//     %3 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
//     %4 = stablehlo.exponential %3 : tensor<f32>
//     return %0, %2, %4 : tensor<f32>, tensor<2xf32>, tensor<f32>
//   }
// }
