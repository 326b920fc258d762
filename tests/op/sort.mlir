// test: op
// in: dense<[[1.875, 3.625, 3.125, 0.125, 3.625, 3.875, 3.875, -3.375, -0.375], [0.875, -1.75, -1.0, 1.0, 2.5, 0.625, -2.625, 1.375, 3.0], [-2.25, 0.375, -1.375, 3.25, -3.625, -0.125, 3.25, -0.625, -2.875]]> : tensor<3x9xf32>
// out: dense<[[-3.375, -0.375, 0.125, 1.875, 3.125, 3.625, 3.625, 3.875, 3.875], [-2.625, -1.75, -1.0, 0.625, 0.875, 1.0, 1.375, 2.5, 3.0], [-3.625, -2.875, -2.25, -1.375, -0.625, -0.125, 0.375, 3.25, 3.25]]> : tensor<3x9xf32>
func.func @main(%a: tensor<3x9xf32>) -> tensor<3x9xf32> {
  %r = "stablehlo.sort"(%a) <{dimension = 1 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.compare LT, %x, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %s : tensor<i1>
  }) : (tensor<3x9xf32>) -> tensor<3x9xf32>
  return %r : tensor<3x9xf32>
}
// -----
// in: dense<[[4, 8, 7, 0, 8, 9, 9, -8, -1], [2, -4, -2, 2, 6, 2, -6, 3, 7], [-5, 1, -3, 8, -8, 0, 8, -1, -7]]> : tensor<3x9xi32>
// out: dense<[[-8, -1, 0, 4, 7, 8, 8, 9, 9], [-6, -4, -2, 2, 2, 2, 3, 6, 7], [-8, -7, -5, -3, -1, 0, 1, 8, 8]]> : tensor<3x9xi32>
func.func @main(%a: tensor<3x9xi32>) -> tensor<3x9xi32> {
  %r = "stablehlo.sort"(%a) <{dimension = 1 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %s = stablehlo.compare LT, %x, %y : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %s : tensor<i1>
  }) : (tensor<3x9xi32>) -> tensor<3x9xi32>
  return %r : tensor<3x9xi32>
}
// -----
// in: dense<[[3, 1, 2, 9, 7], [5, 5, 4, 0, 1], [2, 2, 1, 1, 0]]> : tensor<3x5xi32>
// out: dense<[[2, 0, 2, 1, 2], [0, 2, 0, 2, 1], [1, 1, 1, 0, 0]]> : tensor<3x5xi16>
func.func @main(%a: tensor<3x5xi32>) -> tensor<3x5xi16> {
  %i = stablehlo.iota dim = 0 : tensor<3x5xi16>
  %r:2 = "stablehlo.sort"(%a, %i) <{dimension = 0 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>, %u: tensor<i16>, %v: tensor<i16>):
    %s = stablehlo.compare LT, %x, %y : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %s : tensor<i1>
  }) : (tensor<3x5xi32>, tensor<3x5xi16>) -> (tensor<3x5xi32>, tensor<3x5xi16>)
  return %r#1 : tensor<3x5xi16>
}
