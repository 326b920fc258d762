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
//     %0 = stablehlo.constant dense<5.000000e-01> : tensor<f32>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x3xf32>
//     %2 = stablehlo.divide %b, %1 : tensor<2x3xf32>
//     %3 = stablehlo.constant dense<3.000000e+00> : tensor<f32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<2x3xf32>
//     %5 = stablehlo.round_nearest_even %2 : tensor<2x3xf32>
//     %6 = stablehlo.add %5, %4 : tensor<2x3xf32>
//     %7 = stablehlo.constant dense<1.270000e+02> : tensor<f32>
//     %8 = stablehlo.constant dense<-1.280000e+02> : tensor<f32>
//     %9 = stablehlo.clamp %8, %6, %7 : (tensor<f32>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
//     %10 = stablehlo.compare NE, %2, %2, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
//     %11 = stablehlo.select %10, %4, %9 : tensor<2x3xi1>, tensor<2x3xf32>
//     %12 = stablehlo.convert %11 : (tensor<2x3xf32>) -> tensor<2x3xi8>
//     %13 = stablehlo.convert %a : (tensor<2x3xi8>) -> tensor<2x3xf32>
//     %14 = stablehlo.subtract %13, %4 : tensor<2x3xf32>
//     %15 = stablehlo.multiply %14, %1 : tensor<2x3xf32>
//     %16 = stablehlo.convert %12 : (tensor<2x3xi8>) -> tensor<2x3xf32>
//     %17 = stablehlo.subtract %16, %4 : tensor<2x3xf32>
//     %18 = stablehlo.multiply %17, %1 : tensor<2x3xf32>
//     %19 = stablehlo.add %15, %18 : tensor<2x3xf32>
//     %20 = stablehlo.divide %19, %1 : tensor<2x3xf32>
//     %21 = stablehlo.round_nearest_even %20 : tensor<2x3xf32>
//     %22 = stablehlo.add %21, %4 : tensor<2x3xf32>
//     %23 = stablehlo.clamp %8, %22, %7 : (tensor<f32>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
//     %24 = stablehlo.compare NE, %20, %20, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
//     %25 = stablehlo.select %24, %4, %23 : tensor<2x3xi1>, tensor<2x3xf32>
//     %26 = stablehlo.convert %25 : (tensor<2x3xf32>) -> tensor<2x3xi8>
//     %27 = stablehlo.transpose %26, dims = [1, 0] : (tensor<2x3xi8>) -> tensor<3x2xi8>
//     %28 = stablehlo.constant dense<[5.000000e-01, 2.500000e-01, 2.000000e+00]> : tensor<3xf32>
//     %29 = stablehlo.broadcast_in_dim %28, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %30 = stablehlo.divide %b, %29 : tensor<2x3xf32>
//     %31 = stablehlo.constant dense<[0.000000e+00, 0.000000e+00, 0.000000e+00]> : tensor<3xf32>
//     %32 = stablehlo.broadcast_in_dim %31, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %33 = stablehlo.round_nearest_even %30 : tensor<2x3xf32>
//     %34 = stablehlo.clamp %8, %33, %7 : (tensor<f32>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
//     %35 = stablehlo.compare NE, %30, %30, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
//     %36 = stablehlo.select %35, %32, %34 : tensor<2x3xi1>, tensor<2x3xf32>
//     %37 = stablehlo.convert %36 : (tensor<2x3xf32>) -> tensor<2x3xi8>
//     return %27, %37 : tensor<3x2xi8>, tensor<2x3xi8>
//   }
// }
