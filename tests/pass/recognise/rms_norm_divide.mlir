// test: pass inline,expand,fold,simplify,recognise
// divided by the root
func.func @main(%x: tensor<2x16xf32>) -> tensor<2x16xf32> {
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %ns = stablehlo.constant dense<16.0> : tensor<f32>
  %n = stablehlo.broadcast_in_dim %ns, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %q = stablehlo.multiply %x, %x : tensor<2x16xf32>
  %v = stablehlo.reduce(%q init: %z) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
  %va = stablehlo.divide %v, %n : tensor<2xf32>
  %ts = stablehlo.constant dense<1.0e-05> : tensor<f32>
  %t = stablehlo.broadcast_in_dim %ts, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %ve = stablehlo.add %va, %t : tensor<2xf32>
  %sd = stablehlo.sqrt %ve : tensor<2xf32>
  %sb = stablehlo.broadcast_in_dim %sd, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %y = stablehlo.divide %x, %sb : tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.composite "weft.rms_norm" %x {composite_attributes = {dimensions = array<i64: 1>}, decomposition = @weft.rms_norm.impl_1} : (tensor<2x16xf32>) -> tensor<2x16xf32>
//     return %0 : tensor<2x16xf32>
//   }
//   func.func private @weft.rms_norm.impl_1(%arg0: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.multiply %arg0, %arg0 : tensor<2x16xf32>
//     %1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %2 = stablehlo.reduce(%0 init: %1) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %3 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %5 = stablehlo.divide %2, %4 : tensor<2xf32>
//     %6 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %7 = stablehlo.broadcast_in_dim %6, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %8 = stablehlo.add %5, %7 : tensor<2xf32>
//     %9 = stablehlo.sqrt %8 : tensor<2xf32>
//     %10 = stablehlo.broadcast_in_dim %9, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %11 = stablehlo.divide %arg0, %10 : tensor<2x16xf32>
//     return %11 : tensor<2x16xf32>
//   }
// }
