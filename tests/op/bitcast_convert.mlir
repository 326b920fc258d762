// test: op
// in: dense<[3.5, 1.625, 1.625, 2.625]> : tensor<4xf32>
// out: dense<[1080033280, 1070596096, 1070596096, 1076363264]> : tensor<4xi32>
func.func @main(%a: tensor<4xf32>) -> tensor<4xi32> {
  %r = stablehlo.bitcast_convert %a : (tensor<4xf32>) -> tensor<4xi32>
  return %r : tensor<4xi32>
}
// -----
// in: dense<[[9, 6, 7, 8], [2, 3, 2, 0], [4, 5, 9, 1]]> : tensor<3x4xui8>
// out: dense<[134678025, 131842, 17368324]> : tensor<3xi32>
func.func @main(%a: tensor<3x4xui8>) -> tensor<3xi32> {
  %r = stablehlo.bitcast_convert %a : (tensor<3x4xui8>) -> tensor<3xi32>
  return %r : tensor<3xi32>
}
