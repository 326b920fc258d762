// test: op
// in: dense<[2.5, -3.375, -2.625, -2.125]> : tensor<4xf32>
// in: dense<[2.25, 3.75, -1.875, -2.375]> : tensor<4xf32>
// out: dense<[5.625, -12.65625, 4.921875, 5.046875]> : tensor<4xf32>
func.func @main(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %r = "stablehlo.map"(%a, %b) <{dimensions = array<i64: 0>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.multiply %x, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
