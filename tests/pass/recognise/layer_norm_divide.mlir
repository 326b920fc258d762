// test: pass inline,expand,fold,simplify,recognise
// divided by the square root
func.func @main(%x: tensor<2x16xf32>) -> tensor<2x16xf32> {
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %s = stablehlo.reduce(%x init: %z) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
  %ns = stablehlo.constant dense<16.0> : tensor<f32>
  %n = stablehlo.broadcast_in_dim %ns, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %m = stablehlo.divide %s, %n : tensor<2xf32>
  %mb = stablehlo.broadcast_in_dim %m, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %c = stablehlo.subtract %x, %mb : tensor<2x16xf32>
  %q = stablehlo.multiply %c, %c : tensor<2x16xf32>
  %v = stablehlo.reduce(%q init: %z) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
  %va = stablehlo.divide %v, %n : tensor<2xf32>
  %ts = stablehlo.constant dense<1.0e-05> : tensor<f32>
  %t = stablehlo.broadcast_in_dim %ts, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %ve = stablehlo.add %va, %t : tensor<2xf32>
  %sd = stablehlo.sqrt %ve : tensor<2xf32>
  %sb = stablehlo.broadcast_in_dim %sd, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %y = stablehlo.divide %c, %sb : tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.composite "weft.layer_norm" %x {composite_attributes = {dimensions = array<i64: 1>}, decomposition = @weft.layer_norm.impl_1} : (tensor<2x16xf32>) -> tensor<2x16xf32>
//     return %0 : tensor<2x16xf32>
//   }
//   func.func private @weft.layer_norm.impl_1(%arg0: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %2 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %4 = stablehlo.divide %1, %3 : tensor<2xf32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %6 = stablehlo.subtract %arg0, %5 : tensor<2x16xf32>
//     %7 = stablehlo.multiply %6, %6 : tensor<2x16xf32>
//     %8 = stablehlo.reduce(%7 init: %0) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %9 = stablehlo.divide %8, %3 : tensor<2xf32>
//     %10 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %11 = stablehlo.broadcast_in_dim %10, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %12 = stablehlo.add %9, %11 : tensor<2xf32>
//     %13 = stablehlo.sqrt %12 : tensor<2xf32>
//     %14 = stablehlo.broadcast_in_dim %13, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %15 = stablehlo.divide %6, %14 : tensor<2x16xf32>
//     return %15 : tensor<2x16xf32>
//   }
// }
// -----
// variance by E[x*x] - E[x]*E[x]
func.func @main(%x: tensor<2x16xf32>) -> tensor<2x16xf32> {
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %s = stablehlo.reduce(%x init: %z) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
  %ns = stablehlo.constant dense<16.0> : tensor<f32>
  %n = stablehlo.broadcast_in_dim %ns, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %m = stablehlo.divide %s, %n : tensor<2xf32>
  %mb = stablehlo.broadcast_in_dim %m, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %c = stablehlo.subtract %x, %mb : tensor<2x16xf32>
  %q = stablehlo.multiply %x, %x : tensor<2x16xf32>
  %v = stablehlo.reduce(%q init: %z) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
  %vm = stablehlo.divide %v, %n : tensor<2xf32>
  %mm = stablehlo.multiply %m, %m : tensor<2xf32>
  %va = stablehlo.subtract %vm, %mm : tensor<2xf32>
  %ts = stablehlo.constant dense<1.0e-05> : tensor<f32>
  %t = stablehlo.broadcast_in_dim %ts, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %ve = stablehlo.add %va, %t : tensor<2xf32>
  %sd = stablehlo.sqrt %ve : tensor<2xf32>
  %sb = stablehlo.broadcast_in_dim %sd, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %y = stablehlo.divide %c, %sb : tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.composite "weft.layer_norm" %x {composite_attributes = {dimensions = array<i64: 1>}, decomposition = @weft.layer_norm.impl_1} : (tensor<2x16xf32>) -> tensor<2x16xf32>
//     return %0 : tensor<2x16xf32>
//   }
//   func.func private @weft.layer_norm.impl_1(%arg0: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %2 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %4 = stablehlo.divide %1, %3 : tensor<2xf32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %6 = stablehlo.subtract %arg0, %5 : tensor<2x16xf32>
//     %7 = stablehlo.multiply %arg0, %arg0 : tensor<2x16xf32>
//     %8 = stablehlo.reduce(%7 init: %0) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %9 = stablehlo.divide %8, %3 : tensor<2xf32>
//     %10 = stablehlo.multiply %4, %4 : tensor<2xf32>
//     %11 = stablehlo.subtract %9, %10 : tensor<2xf32>
//     %12 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %13 = stablehlo.broadcast_in_dim %12, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %14 = stablehlo.add %11, %13 : tensor<2xf32>
//     %15 = stablehlo.sqrt %14 : tensor<2xf32>
//     %16 = stablehlo.broadcast_in_dim %15, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %17 = stablehlo.divide %6, %16 : tensor<2x16xf32>
//     return %17 : tensor<2x16xf32>
//   }
// }
