// test: pass inline,expand,fold,simplify,recognise
// torch's without an offset
func.func @main(%x: tensor<2x16xf32>, %w: tensor<16xf32>) -> tensor<2x16xf32> {
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
  %r = stablehlo.rsqrt %ve : tensor<2xf32>
  %rb = stablehlo.broadcast_in_dim %r, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %u = stablehlo.multiply %c, %rb : tensor<2x16xf32>
  %wb = stablehlo.broadcast_in_dim %w, dims = [1] : (tensor<16xf32>) -> tensor<2x16xf32>
  %y = stablehlo.multiply %u, %wb : tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x16xf32>, %w: tensor<16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.composite "weft.layer_norm" %x, %w {composite_attributes = {dimensions = array<i64: 1>}, decomposition = @weft.layer_norm.impl_1} : (tensor<2x16xf32>, tensor<16xf32>) -> tensor<2x16xf32>
//     return %0 : tensor<2x16xf32>
//   }
//   func.func private @weft.layer_norm.impl_1(%arg0: tensor<2x16xf32>, %arg1: tensor<16xf32>) -> tensor<2x16xf32> {
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
//     %13 = stablehlo.rsqrt %12 : tensor<2xf32>
//     %14 = stablehlo.broadcast_in_dim %13, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %15 = stablehlo.multiply %6, %14 : tensor<2x16xf32>
//     %16 = stablehlo.broadcast_in_dim %arg1, dims = [1] : (tensor<16xf32>) -> tensor<2x16xf32>
//     %17 = stablehlo.multiply %15, %16 : tensor<2x16xf32>
//     return %17 : tensor<2x16xf32>
//   }
// }
// -----
// Flax: the inverse deviation times the scale first, variance by E[x*x] - E[x]*E[x], not below 0
func.func @main(%x: tensor<2x16xf32>, %w: tensor<16xf32>) -> tensor<2x16xf32> {
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
  %va0 = stablehlo.subtract %vm, %mm : tensor<2xf32>
  %ls = stablehlo.constant dense<0.0> : tensor<f32>
  %l = stablehlo.broadcast_in_dim %ls, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %va = stablehlo.maximum %l, %va0 : tensor<2xf32>
  %ts = stablehlo.constant dense<1.0e-05> : tensor<f32>
  %t = stablehlo.broadcast_in_dim %ts, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %ve = stablehlo.add %va, %t : tensor<2xf32>
  %r = stablehlo.rsqrt %ve : tensor<2xf32>
  %rb = stablehlo.broadcast_in_dim %r, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %wb = stablehlo.broadcast_in_dim %w, dims = [1] : (tensor<16xf32>) -> tensor<2x16xf32>
  %k = stablehlo.multiply %rb, %wb : tensor<2x16xf32>
  %y = stablehlo.multiply %c, %k : tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x16xf32>, %w: tensor<16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.composite "weft.layer_norm" %x, %w {composite_attributes = {dimensions = array<i64: 1>}, decomposition = @weft.layer_norm.impl_1} : (tensor<2x16xf32>, tensor<16xf32>) -> tensor<2x16xf32>
//     return %0 : tensor<2x16xf32>
//   }
//   func.func private @weft.layer_norm.impl_1(%arg0: tensor<2x16xf32>, %arg1: tensor<16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %1 = stablehlo.reduce(%arg0 init: %0) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %2 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %4 = stablehlo.divide %1, %3 : tensor<2xf32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %6 = stablehlo.subtract %arg0, %5 : tensor<2x16xf32>
//     %7 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %8 = stablehlo.multiply %arg0, %arg0 : tensor<2x16xf32>
//     %9 = stablehlo.reduce(%8 init: %0) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %10 = stablehlo.divide %9, %3 : tensor<2xf32>
//     %11 = stablehlo.multiply %4, %4 : tensor<2xf32>
//     %12 = stablehlo.subtract %10, %11 : tensor<2xf32>
//     %13 = stablehlo.maximum %7, %12 : tensor<2xf32>
//     %14 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %15 = stablehlo.broadcast_in_dim %14, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %16 = stablehlo.add %13, %15 : tensor<2xf32>
//     %17 = stablehlo.rsqrt %16 : tensor<2xf32>
//     %18 = stablehlo.broadcast_in_dim %17, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %19 = stablehlo.broadcast_in_dim %arg1, dims = [1] : (tensor<16xf32>) -> tensor<2x16xf32>
//     %20 = stablehlo.multiply %18, %19 : tensor<2x16xf32>
//     %21 = stablehlo.multiply %6, %20 : tensor<2x16xf32>
//     return %21 : tensor<2x16xf32>
//   }
// }
// -----
// times a whole tensor: a gate, no scale, and stays outside
func.func @main(%x: tensor<2x16xf32>, %w: tensor<2x16xf32>) -> tensor<2x16xf32> {
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
  %r = stablehlo.rsqrt %ve : tensor<2xf32>
  %rb = stablehlo.broadcast_in_dim %r, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %u = stablehlo.multiply %c, %rb : tensor<2x16xf32>
  %y = stablehlo.multiply %u, %w : tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x16xf32>, %w: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.composite "weft.layer_norm" %x {composite_attributes = {dimensions = array<i64: 1>}, decomposition = @weft.layer_norm.impl_2} : (tensor<2x16xf32>) -> tensor<2x16xf32>
//     %1 = stablehlo.multiply %0, %w : tensor<2x16xf32>
//     return %1 : tensor<2x16xf32>
//   }
//   func.func private @weft.layer_norm.impl_2(%arg0: tensor<2x16xf32>) -> tensor<2x16xf32> {
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
//     %13 = stablehlo.rsqrt %12 : tensor<2xf32>
//     %14 = stablehlo.broadcast_in_dim %13, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %15 = stablehlo.multiply %6, %14 : tensor<2x16xf32>
//     return %15 : tensor<2x16xf32>
//   }
// }
