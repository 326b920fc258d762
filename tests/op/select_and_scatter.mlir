// test: op
// in: dense<[[[[3.25], [-0.875], [-2.375], [1.75]], [[3.0], [-1.75], [-1.125], [-3.375]], [[3.75], [3.875], [1.625], [0.5]], [[0.5], [1.125], [2.0], [0.625]]]]> : tensor<1x4x4x1xf32>
// in: dense<[[[[0.0], [-2.75]], [[2.875], [-4.0]]]]> : tensor<1x2x2x1xf32>
// out: dense<[[[[0.0], [0.0], [0.0], [-2.75]], [[0.0], [0.0], [0.0], [0.0]], [[0.0], [2.875], [0.0], [0.0]], [[0.0], [0.0], [-4.0], [0.0]]]]> : tensor<1x4x4x1xf32>
func.func @main(%a: tensor<1x4x4x1xf32>, %b: tensor<1x2x2x1xf32>) -> tensor<1x4x4x1xf32> {
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %r = "stablehlo.select_and_scatter"(%a, %b, %z) <{window_dimensions = array<i64: 1, 2, 2, 1>, window_strides = array<i64: 1, 2, 2, 1>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.compare GE, %x, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %s : tensor<i1>
  }, {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.add %x, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<1x4x4x1xf32>, tensor<1x2x2x1xf32>, tensor<f32>) -> tensor<1x4x4x1xf32>
  return %r : tensor<1x4x4x1xf32>
}
