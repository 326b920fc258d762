// test: pass quantise
// Signature and movement keep the integers; an op that computes has conversions around it.
func.func @main(%a: tensor<2x3x!quant.uniform<i8:f32, 5.0e-01:3>>, %b: tensor<2x3xf32>) -> (tensor<3x2x!quant.uniform<i8:f32, 5.0e-01:3>>, tensor<2x3x!quant.uniform<i8:f32:1, {0.5, 0.25, 2.0}>>) {
  %0 = stablehlo.uniform_quantize %b : (tensor<2x3xf32>) -> tensor<2x3x!quant.uniform<i8:f32, 5.0e-01:3>>
  %1 = stablehlo.add %a, %0 : tensor<2x3x!quant.uniform<i8:f32, 5.0e-01:3>>
  %2 = stablehlo.transpose %1, dims = [1, 0] : (tensor<2x3x!quant.uniform<i8:f32, 5.0e-01:3>>) -> tensor<3x2x!quant.uniform<i8:f32, 5.0e-01:3>>
  %3 = stablehlo.uniform_quantize %b : (tensor<2x3xf32>) -> tensor<2x3x!quant.uniform<i8:f32:1, {0.5, 0.25, 2.0}>>
  return %2, %3 : tensor<3x2x!quant.uniform<i8:f32, 5.0e-01:3>>, tensor<2x3x!quant.uniform<i8:f32:1, {0.5, 0.25, 2.0}>>
}
// expect:
// module {
//   func.func public @main(%a: tensor<2x3xi8>, %b: tensor<2x3xf32>) -> (tensor<3x2xi8>, tensor<2x3xi8>) {
//     %0 = stablehlo.constant dense<-1.280000e+02> : tensor<f32>
//     %1 = stablehlo.convert %a : (tensor<2x3xi8>) -> tensor<2x3xf32>
//     %2 = stablehlo.constant dense<3.000000e+00> : tensor<f32>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<2x3xf32>
//     %4 = stablehlo.subtract %1, %3 : tensor<2x3xf32>
//     %5 = stablehlo.constant dense<5.000000e-01> : tensor<f32>
//     %6 = stablehlo.broadcast_in_dim %5, dims = [] : (tensor<f32>) -> tensor<2x3xf32>
//     %7 = stablehlo.multiply %4, %6 : tensor<2x3xf32>
//     %8 = stablehlo.divide %b, %6 : tensor<2x3xf32>
//     %9 = stablehlo.add %8, %3 : tensor<2x3xf32>
//     %10 = stablehlo.compare NE, %9, %9, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
//     %11 = stablehlo.select %10, %3, %9 : tensor<2x3xi1>, tensor<2x3xf32>
//     %12 = stablehlo.constant dense<1.270000e+02> : tensor<f32>
//     %13 = stablehlo.clamp %0, %11, %12 : (tensor<f32>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
//     %14 = stablehlo.round_nearest_even %13 : tensor<2x3xf32>
//     %15 = stablehlo.convert %14 : (tensor<2x3xf32>) -> tensor<2x3xi8>
//     %16 = stablehlo.convert %15 : (tensor<2x3xi8>) -> tensor<2x3xf32>
//     %17 = stablehlo.subtract %16, %3 : tensor<2x3xf32>
//     %18 = stablehlo.multiply %17, %6 : tensor<2x3xf32>
//     %19 = stablehlo.add %7, %18 : tensor<2x3xf32>
//     %20 = stablehlo.divide %19, %6 : tensor<2x3xf32>
//     %21 = stablehlo.add %20, %3 : tensor<2x3xf32>
//     %22 = stablehlo.compare NE, %21, %21, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
//     %23 = stablehlo.select %22, %3, %21 : tensor<2x3xi1>, tensor<2x3xf32>
//     %24 = stablehlo.clamp %0, %23, %12 : (tensor<f32>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
//     %25 = stablehlo.round_nearest_even %24 : tensor<2x3xf32>
//     %26 = stablehlo.convert %25 : (tensor<2x3xf32>) -> tensor<2x3xi8>
//     %27 = stablehlo.transpose %26, dims = [1, 0] : (tensor<2x3xi8>) -> tensor<3x2xi8>
//     %28 = stablehlo.constant dense<[5.000000e-01, 2.500000e-01, 2.000000e+00]> : tensor<3xf32>
//     %29 = stablehlo.broadcast_in_dim %28, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %30 = stablehlo.divide %b, %29 : tensor<2x3xf32>
//     %31 = stablehlo.compare NE, %30, %30, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
//     %32 = stablehlo.constant dense<[0.000000e+00, 0.000000e+00, 0.000000e+00]> : tensor<3xf32>
//     %33 = stablehlo.broadcast_in_dim %32, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %34 = stablehlo.select %31, %33, %30 : tensor<2x3xi1>, tensor<2x3xf32>
//     %35 = stablehlo.clamp %0, %34, %12 : (tensor<f32>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
//     %36 = stablehlo.round_nearest_even %35 : tensor<2x3xf32>
//     %37 = stablehlo.convert %36 : (tensor<2x3xf32>) -> tensor<2x3xi8>
//     return %27, %37 : tensor<3x2xi8>, tensor<2x3xi8>
//   }
// }
