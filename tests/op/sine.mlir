// test: op
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01000213623046875, 10.0, -20.0]> : tensor<10xf16>
// out: dense<[0.0, 0.4794921875, -0.681640625, 0.84130859375, -0.99755859375, 0.14111328125, 0.89501953125, 0.01000213623046875, -0.5439453125, -0.9130859375]> : tensor<10xf16>
// tolerance: 0.002
func.func @main(%a: tensor<10xf16>) -> tensor<10xf16> {
  %r = stablehlo.sine %a : tensor<10xf16>
  return %r : tensor<10xf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0]> : tensor<10xf32>
// out: dense<[0.0, 0.478515625, -0.6796875, 0.83984375, -0.99609375, 0.1416015625, 0.89453125, 0.010009765625, -0.54296875, -0.9140625]> : tensor<10xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<10xf32>) -> tensor<10xbf16> {
  %a = stablehlo.convert %a_ : (tensor<10xf32>) -> tensor<10xbf16>
  %r = stablehlo.sine %a : tensor<10xbf16>
  return %r : tensor<10xbf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0]> : tensor<10xf32>
// out: dense<[0.0, 0.47942555, -0.6816388, 0.84147096, -0.997495, 0.14112, 0.8949894, 0.009999833, -0.5440211, -0.9129453]> : tensor<10xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<10xf32>) -> tensor<10xf32> {
  %r = stablehlo.sine %a : tensor<10xf32>
  return %r : tensor<10xf32>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0]> : tensor<10xf64>
// out: dense<[0.0, 0.479425538604203, -0.6816387600233341, 0.8414709848078965, -0.9974949866040544, 0.1411200080598672, 0.8949893582285835, 0.009999833334166664, -0.5440211108893698, -0.9129452507276277]> : tensor<10xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<10xf64>) -> tensor<10xf64> {
  %r = stablehlo.sine %a : tensor<10xf64>
  return %r : tensor<10xf64>
}
