// test: op
// in: dense<[[[3.125, -1.75, -1.875, -0.375], [3.25, -3.125, -2.0, 0.125], [-2.125, -0.75, -1.25, -3.5]], [[-3.75, -3.25, 1.375, 4.0], [3.5, 1.625, 3.375, -0.375], [0.375, 1.125, -0.75, -1.875]]]> : tensor<2x3x4xf32>
// in: dense<[-4.0, 1.625, -2.375]> : tensor<3xf32>
// in: dense<[-3.5, -4.0, -3.125]> : tensor<3xf32>
// in: dense<[1.375, 3.75, 2.625]> : tensor<3xf32>
// out: dense<[[[-13.399396, 14.177492, 14.884591, 6.399395], [-4.8124957, -15.171819, -13.343703, -9.890595], [4.852028, 2.5428884, 3.3825755, 7.1611676]], [[25.491087, 22.662687, -3.5000002, -18.349094], [-4.406248, -7.453108, -4.6093717, -10.703092], [0.6535922, -0.6059385, 2.5428884, 4.4321847]]]> : tensor<2x3x4xf32>
// tolerance: 2e-05
func.func @main(%a: tensor<2x3x4xf32>, %b: tensor<3xf32>, %c: tensor<3xf32>, %d: tensor<3xf32>) -> tensor<2x3x4xf32> {
  %v = stablehlo.constant dense<[0.5, 1.0, 2.0]> : tensor<3xf32>
  %r = "stablehlo.batch_norm_inference"(%a, %b, %c, %d, %v) <{epsilon = 1.0e-5 : f32, feature_index = 1 : i64}> : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
