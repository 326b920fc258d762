// test: pass inline,expand,fold,simplify,recognise
// centred, times the inverse deviation
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
  %r = stablehlo.rsqrt %ve : tensor<2xf32>
  %rb = stablehlo.broadcast_in_dim %r, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %y = stablehlo.multiply %c, %rb : tensor<2x16xf32>
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
//     %13 = stablehlo.rsqrt %12 : tensor<2xf32>
//     %14 = stablehlo.broadcast_in_dim %13, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %15 = stablehlo.multiply %6, %14 : tensor<2x16xf32>
//     return %15 : tensor<2x16xf32>
//   }
// }
// -----
// means as products with 1/16
func.func @main(%x: tensor<2x16xf32>) -> tensor<2x16xf32> {
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %s = stablehlo.reduce(%x init: %z) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
  %ns = stablehlo.constant dense<0.0625> : tensor<f32>
  %n = stablehlo.broadcast_in_dim %ns, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %m = stablehlo.multiply %s, %n : tensor<2xf32>
  %mb = stablehlo.broadcast_in_dim %m, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %c = stablehlo.subtract %x, %mb : tensor<2x16xf32>
  %q = stablehlo.multiply %c, %c : tensor<2x16xf32>
  %v = stablehlo.reduce(%q init: %z) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
  %va = stablehlo.multiply %n, %v : tensor<2xf32>
  %ts = stablehlo.constant dense<1.0e-05> : tensor<f32>
  %t = stablehlo.broadcast_in_dim %ts, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %ve = stablehlo.add %va, %t : tensor<2xf32>
  %r = stablehlo.rsqrt %ve : tensor<2xf32>
  %rb = stablehlo.broadcast_in_dim %r, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %y = stablehlo.multiply %rb, %c : tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.composite "weft.layer_norm" %x {composite_attributes = {dimensions = array<i64: 1>}, decomposition = @weft.layer_norm.impl_1} : (tensor<2x16xf32>) -> tensor<2x16xf32>
//     return %0 : tensor<2x16xf32>
//   }
//   func.func private @weft.layer_norm.impl_1(%arg0: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.constant dense<6.250000e-02> : tensor<f32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %2 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %3 = stablehlo.reduce(%arg0 init: %2) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %4 = stablehlo.multiply %3, %1 : tensor<2xf32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %6 = stablehlo.subtract %arg0, %5 : tensor<2x16xf32>
//     %7 = stablehlo.multiply %6, %6 : tensor<2x16xf32>
//     %8 = stablehlo.reduce(%7 init: %2) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %9 = stablehlo.multiply %1, %8 : tensor<2xf32>
//     %10 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %11 = stablehlo.broadcast_in_dim %10, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %12 = stablehlo.add %9, %11 : tensor<2xf32>
//     %13 = stablehlo.rsqrt %12 : tensor<2xf32>
//     %14 = stablehlo.broadcast_in_dim %13, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %15 = stablehlo.multiply %14, %6 : tensor<2x16xf32>
//     return %15 : tensor<2x16xf32>
//   }
// }
// -----
// one over the square root
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
  %os = stablehlo.constant dense<1.0> : tensor<f32>
  %o = stablehlo.broadcast_in_dim %os, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %r = stablehlo.divide %o, %sd : tensor<2xf32>
  %rb = stablehlo.broadcast_in_dim %r, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %y = stablehlo.multiply %c, %rb : tensor<2x16xf32>
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
//     %7 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
//     %8 = stablehlo.broadcast_in_dim %7, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %9 = stablehlo.multiply %6, %6 : tensor<2x16xf32>
//     %10 = stablehlo.reduce(%9 init: %0) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %11 = stablehlo.divide %10, %3 : tensor<2xf32>
//     %12 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %13 = stablehlo.broadcast_in_dim %12, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %14 = stablehlo.add %11, %13 : tensor<2xf32>
//     %15 = stablehlo.sqrt %14 : tensor<2xf32>
//     %16 = stablehlo.divide %8, %15 : tensor<2xf32>
//     %17 = stablehlo.broadcast_in_dim %16, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %18 = stablehlo.multiply %6, %17 : tensor<2x16xf32>
//     return %18 : tensor<2x16xf32>
//   }
// }
// -----
// divided by 15: the sample's variance is no layer norm
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
  %n15s = stablehlo.constant dense<15.0> : tensor<f32>
  %n15 = stablehlo.broadcast_in_dim %n15s, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %va = stablehlo.divide %v, %n15 : tensor<2xf32>
  %ts = stablehlo.constant dense<1.0e-05> : tensor<f32>
  %t = stablehlo.broadcast_in_dim %ts, dims = [] : (tensor<f32>) -> tensor<2xf32>
  %ve = stablehlo.add %va, %t : tensor<2xf32>
  %r = stablehlo.rsqrt %ve : tensor<2xf32>
  %rb = stablehlo.broadcast_in_dim %r, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
  %y = stablehlo.multiply %c, %rb : tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %1 = stablehlo.reduce(%x init: %0) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %2 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %4 = stablehlo.divide %1, %3 : tensor<2xf32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %6 = stablehlo.subtract %x, %5 : tensor<2x16xf32>
//     %7 = stablehlo.multiply %6, %6 : tensor<2x16xf32>
//     %8 = stablehlo.reduce(%7 init: %0) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %9 = stablehlo.constant dense<1.500000e+01> : tensor<f32>
//     %10 = stablehlo.broadcast_in_dim %9, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %11 = stablehlo.divide %8, %10 : tensor<2xf32>
//     %12 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %13 = stablehlo.broadcast_in_dim %12, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %14 = stablehlo.add %11, %13 : tensor<2xf32>
//     %15 = stablehlo.rsqrt %14 : tensor<2xf32>
//     %16 = stablehlo.broadcast_in_dim %15, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %17 = stablehlo.multiply %6, %16 : tensor<2x16xf32>
//     return %17 : tensor<2x16xf32>
//   }
// }
// -----
// the mean of another tensor, no layer norm
func.func @main(%x: tensor<2x16xf32>, %o: tensor<2x16xf32>) -> tensor<2x16xf32> {
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %s = stablehlo.reduce(%o init: %z) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
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
  %y = stablehlo.multiply %c, %rb : tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x16xf32>, %o: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %1 = stablehlo.reduce(%o init: %0) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %2 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %4 = stablehlo.divide %1, %3 : tensor<2xf32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %6 = stablehlo.subtract %x, %5 : tensor<2x16xf32>
//     %7 = stablehlo.composite "weft.rms_norm" %6 {composite_attributes = {dimensions = array<i64: 1>}, decomposition = @weft.rms_norm.impl_2} : (tensor<2x16xf32>) -> tensor<2x16xf32>
//     return %7 : tensor<2x16xf32>
//   }
//   func.func private @weft.rms_norm.impl_2(%arg0: tensor<2x16xf32>) -> tensor<2x16xf32> {
//     %0 = stablehlo.multiply %arg0, %arg0 : tensor<2x16xf32>
//     %1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %2 = stablehlo.reduce(%0 init: %1) applies stablehlo.add across dimensions = [1] : (tensor<2x16xf32>, tensor<f32>) -> tensor<2xf32>
//     %3 = stablehlo.constant dense<1.600000e+01> : tensor<f32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %5 = stablehlo.divide %2, %4 : tensor<2xf32>
//     %6 = stablehlo.constant dense<1.000000e-05> : tensor<f32>
//     %7 = stablehlo.broadcast_in_dim %6, dims = [] : (tensor<f32>) -> tensor<2xf32>
//     %8 = stablehlo.add %5, %7 : tensor<2xf32>
//     %9 = stablehlo.rsqrt %8 : tensor<2xf32>
//     %10 = stablehlo.broadcast_in_dim %9, dims = [0] : (tensor<2xf32>) -> tensor<2x16xf32>
//     %11 = stablehlo.multiply %arg0, %10 : tensor<2x16xf32>
//     return %11 : tensor<2x16xf32>
//   }
// }
