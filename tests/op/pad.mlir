// test: op
// in: dense<[[2.5, -3.375, -2.625], [-2.125, -2.625, 2.5]]> : tensor<2x3xf32>
// in: dense<2.25> : tensor<f32>
// out: dense<[[2.25, 2.25, 2.25, 2.25, 2.25, 2.25, 2.25, 2.25], [2.25, -3.375, 2.25, -2.625, 2.25, 2.25, 2.25, 2.25], [2.25, 2.25, 2.25, 2.25, 2.25, 2.25, 2.25, 2.25], [2.25, -2.625, 2.25, 2.5, 2.25, 2.25, 2.25, 2.25]]> : tensor<4x8xf32>
func.func @main(%a: tensor<2x3xf32>, %b: tensor<f32>) -> tensor<4x8xf32> {
  %r = stablehlo.pad %a, %b, low = [1, -1], high = [0, 4], interior = [1, 1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}
// -----
// in: dense<[[6, -8, -6], [-5, -6, 6]]> : tensor<2x3xi32>
// in: dense<5> : tensor<i32>
// out: dense<[[5, 5, 5, 5, 5, 5, 5, 5], [5, -8, 5, -6, 5, 5, 5, 5], [5, 5, 5, 5, 5, 5, 5, 5], [5, -6, 5, 6, 5, 5, 5, 5]]> : tensor<4x8xi32>
func.func @main(%a: tensor<2x3xi32>, %b: tensor<i32>) -> tensor<4x8xi32> {
  %r = stablehlo.pad %a, %b, low = [1, -1], high = [0, 4], interior = [1, 1] : (tensor<2x3xi32>, tensor<i32>) -> tensor<4x8xi32>
  return %r : tensor<4x8xi32>
}
// -----
// Dilation by 3 of bytes, cut and padded before: places below zero divide downwards.
// in: dense<[1, 2, 3, 4, 5, 6, 7, 8]> : tensor<8xi8>
// in: dense<9> : tensor<i8>
// out: dense<[9, 9, 9, 9, 1, 9, 9, 2, 9, 9, 3, 9, 9, 4, 9, 9, 5, 9, 9, 6, 9, 9, 7, 9]> : tensor<24xi8>
func.func @main(%a: tensor<8xi8>, %z: tensor<i8>) -> tensor<24xi8> {
  %r = stablehlo.pad %a, %z, low = [4], high = [-2], interior = [2] : (tensor<8xi8>, tensor<i8>) -> tensor<24xi8>
  return %r : tensor<24xi8>
}
