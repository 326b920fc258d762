// test: op
// in: dense<[[3.25, 3.0, 2.625, 2.875, -3.5, 2.5], [3.625, -2.0, -2.625, -3.375, 2.375, 3.625], [0.875, 0.875, 2.375, -4.0, 2.75, 3.375], [-3.0, 4.0, 2.875, -1.75, -0.125, 2.5], [3.25, -3.375, 1.25, -0.5, -1.25, 2.625]]> : tensor<5x6xf32>
// out: dense<[[-4.0, 2.75, 3.375], [-1.75, -0.125, 2.5]]> : tensor<2x3xf32>
func.func @main(%a: tensor<5x6xf32>) -> tensor<2x3xf32> {
  %i = stablehlo.constant dense<2> : tensor<i64>
  %j = stablehlo.constant dense<99> : tensor<i64>
  %r = stablehlo.dynamic_slice %a, %i, %j, sizes = [2, 3] : (tensor<5x6xf32>, tensor<i64>, tensor<i64>) -> tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}
// -----
// in: dense<[[8, 7, 6, 7, -8, 6], [8, -5, -6, -8, 6, 8], [2, 2, 5, -9, 6, 8], [-7, 9, 7, -4, 0, 6], [8, -8, 3, -1, -3, 6]]> : tensor<5x6xi8>
// out: dense<[[-9, 6, 8], [-4, 0, 6]]> : tensor<2x3xi8>
func.func @main(%a: tensor<5x6xi8>) -> tensor<2x3xi8> {
  %i = stablehlo.constant dense<2> : tensor<i64>
  %j = stablehlo.constant dense<99> : tensor<i64>
  %r = stablehlo.dynamic_slice %a, %i, %j, sizes = [2, 3] : (tensor<5x6xi8>, tensor<i64>, tensor<i64>) -> tensor<2x3xi8>
  return %r : tensor<2x3xi8>
}
// -----
// An unsigned index past what signed ones hold is past the end.
// in: dense<[0, 1, 2, 3, 4]> : tensor<5xi32>
// in: dense<18446744073709551615> : tensor<ui64>
// out: dense<[3, 4]> : tensor<2xi32>
func.func @main(%a: tensor<5xi32>, %i: tensor<ui64>) -> tensor<2xi32> {
  %r = stablehlo.dynamic_slice %a, %i, sizes = [2] : (tensor<5xi32>, tensor<ui64>) -> tensor<2xi32>
  return %r : tensor<2xi32>
}
