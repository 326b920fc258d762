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
// -----
// products of one element each, both of whose parts are made
// in: dense<[[[1.0, 2.0, 3.0]], [[1.0, -1.0, 2.0]]]> : tensor<2x1x3xf32>
// in: dense<[[[1.0], [1.0], [1.0]], [[2.0], [1.0], [1.0]]]> : tensor<2x3x1xf32>
// out: dense<[[[(6.0, -6.0)]], [[(3.0, -3.0)]]]> : tensor<2x1x1xcomplex<f32>>
func.func @main(%a: tensor<2x1x3xf32>, %b: tensor<2x3x1xf32>) -> tensor<2x1x1xcomplex<f32>> {
  %0 = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [2] x [1] : (tensor<2x1x3xf32>, tensor<2x3x1xf32>) -> tensor<2x1x1xf32>
  %1 = stablehlo.negate %0 : tensor<2x1x1xf32>
  %2 = stablehlo.complex %0, %1 : tensor<2x1x1xcomplex<f32>>
  return %2 : tensor<2x1x1xcomplex<f32>>
}
