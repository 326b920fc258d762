// test: op
// in: dense<[[3.125, -1.75, -1.875, -0.375, 3.25], [-3.125, -2.0, 0.125, -2.125, -0.75], [-1.25, -3.5, -3.75, -3.25, 1.375], [4.0, 3.5, 1.625, 3.375, -0.375]]> : tensor<4x5xf32>
// in: dense<[[-4.0, 1.625], [-2.375, -1.5]]> : tensor<2x2xf32>
// out: dense<[[3.125, -1.75, -4.0, 1.625, 3.25], [-3.125, -2.0, -2.375, -1.5, -0.75], [-1.25, -3.5, -3.75, -3.25, 1.375], [4.0, 3.5, 1.625, 3.375, -0.375]]> : tensor<4x5xf32>
func.func @main(%a: tensor<4x5xf32>, %b: tensor<2x2xf32>) -> tensor<4x5xf32> {
  %i = stablehlo.constant dense<-3> : tensor<i64>
  %j = stablehlo.constant dense<2> : tensor<i64>
  %r = stablehlo.dynamic_update_slice %a, %b, %i, %j : (tensor<4x5xf32>, tensor<2x2xf32>, tensor<i64>, tensor<i64>) -> tensor<4x5xf32>
  return %r : tensor<4x5xf32>
}
// -----
// in: dense<[[7, -4, -5, -1, 8], [-7, -5, 0, -5, -2], [-3, -8, -9, -8, 3], [9, 8, 4, 8, -1]]> : tensor<4x5xi8>
// in: dense<[[-9, 4], [-5, -4]]> : tensor<2x2xi8>
// out: dense<[[7, -4, -9, 4, 8], [-7, -5, -5, -4, -2], [-3, -8, -9, -8, 3], [9, 8, 4, 8, -1]]> : tensor<4x5xi8>
func.func @main(%a: tensor<4x5xi8>, %b: tensor<2x2xi8>) -> tensor<4x5xi8> {
  %i = stablehlo.constant dense<-3> : tensor<i64>
  %j = stablehlo.constant dense<2> : tensor<i64>
  %r = stablehlo.dynamic_update_slice %a, %b, %i, %j : (tensor<4x5xi8>, tensor<2x2xi8>, tensor<i64>, tensor<i64>) -> tensor<4x5xi8>
  return %r : tensor<4x5xi8>
}
