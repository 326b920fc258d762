// test: op
// in: dense<[3.625, 1.0, 1.5, 3.25]> : tensor<4xf32>
// in: dense<[-2.875, 2.75, 1.25, -1.125]> : tensor<4xf32>
// out: dense<[21.40625, 8.5625, 3.8125, 11.828125]> : tensor<4xf32>
// tolerance: 2e-05
func.func @main(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %c = stablehlo.complex %a, %b : tensor<4xcomplex<f32>>
  %d = stablehlo.multiply %c, %c : tensor<4xcomplex<f32>>
  %r = stablehlo.abs %d : (tensor<4xcomplex<f32>>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
// -----
// in: dense<[3.625, 1.0, 1.5, 3.25]> : tensor<4xf64>
// in: dense<[-2.875, 2.75, 1.25, -1.125]> : tensor<4xf64>
// out: dense<[21.40625, 8.5625, 3.8125, 11.828125]> : tensor<4xf64>
// tolerance: 1e-13
func.func @main(%a: tensor<4xf64>, %b: tensor<4xf64>) -> tensor<4xf64> {
  %c = stablehlo.complex %a, %b : tensor<4xcomplex<f64>>
  %d = stablehlo.multiply %c, %c : tensor<4xcomplex<f64>>
  %r = stablehlo.abs %d : (tensor<4xcomplex<f64>>) -> tensor<4xf64>
  return %r : tensor<4xf64>
}
