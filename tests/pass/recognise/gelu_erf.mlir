// test: pass inline,expand,fold,simplify,recognise
// torch's: x * 0.5 * (erf(x * 0.7071) + 1)
module {
  func.func public @main(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
    %0 = stablehlo.constant dense<5.000000e-01> : tensor<f32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %2 = stablehlo.multiply %x, %1 : tensor<2x8xf32>
    %3 = stablehlo.constant dense<7.0710677e-01> : tensor<f32>
    %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %5 = stablehlo.multiply %x, %4 : tensor<2x8xf32>
    %6 = chlo.erf %5 : tensor<2x8xf32> -> tensor<2x8xf32>
    %7 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
    %8 = stablehlo.broadcast_in_dim %7, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %9 = stablehlo.add %6, %8 : tensor<2x8xf32>
    %10 = stablehlo.multiply %2, %9 : tensor<2x8xf32>
    return %10 : tensor<2x8xf32>
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
//     %3 = stablehlo.constant dense<7.0710677e-01> : tensor<f32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %5 = stablehlo.multiply %arg0, %4 : tensor<2x8xf32>
//     %6 = chlo.erf %5 : tensor<2x8xf32> -> tensor<2x8xf32>
//     %7 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
//     %8 = stablehlo.broadcast_in_dim %7, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %9 = stablehlo.add %6, %8 : tensor<2x8xf32>
//     %10 = stablehlo.multiply %2, %9 : tensor<2x8xf32>
//     return %10 : tensor<2x8xf32>
//   }
// }
// -----
// another constant: no gelu
module {
  func.func public @main(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
    %0 = stablehlo.constant dense<5.000000e-01> : tensor<f32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %2 = stablehlo.multiply %x, %1 : tensor<2x8xf32>
    %3 = stablehlo.constant dense<0.75> : tensor<f32>
    %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %5 = stablehlo.multiply %x, %4 : tensor<2x8xf32>
    %6 = chlo.erf %5 : tensor<2x8xf32> -> tensor<2x8xf32>
    %7 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
    %8 = stablehlo.broadcast_in_dim %7, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
    %9 = stablehlo.add %6, %8 : tensor<2x8xf32>
    %10 = stablehlo.multiply %2, %9 : tensor<2x8xf32>
    return %10 : tensor<2x8xf32>
  }
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
//     %0 = stablehlo.constant dense<5.000000e-01> : tensor<f32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %2 = stablehlo.multiply %x, %1 : tensor<2x8xf32>
//     %3 = stablehlo.constant dense<7.500000e-01> : tensor<f32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %5 = stablehlo.multiply %x, %4 : tensor<2x8xf32>
//     %6 = chlo.erf %5 : tensor<2x8xf32> -> tensor<2x8xf32>
//     %7 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
//     %8 = stablehlo.broadcast_in_dim %7, dims = [] : (tensor<f32>) -> tensor<2x8xf32>
//     %9 = stablehlo.add %6, %8 : tensor<2x8xf32>
//     %10 = stablehlo.multiply %2, %9 : tensor<2x8xf32>
//     return %10 : tensor<2x8xf32>
//   }
// }
