// test: op
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01000213623046875, 10.0, -9.0, inf, -inf, nan]> : tensor<13xf16>
// out: dense<[1.0, 1.6484375, 0.472412109375, 2.71875, 0.22314453125, 20.078125, 0.0142669677734375, 1.009765625, 22032.0, 0.0001233816146850586, inf, 0.0, nan]> : tensor<13xf16>
// tolerance: 0.002
func.func @main(%a: tensor<13xf16>) -> tensor<13xf16> {
  %r = stablehlo.exponential %a : tensor<13xf16>
  return %r : tensor<13xf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf32>
// out: dense<[1.0, 1.6484375, 0.47265625, 2.71875, 0.22265625, 20.125, 0.0142822265625, 1.0078125, 22016.0, 2.066371962428093e-09, inf, 0.0, nan]> : tensor<13xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<13xf32>) -> tensor<13xbf16> {
  %a = stablehlo.convert %a_ : (tensor<13xf32>) -> tensor<13xbf16>
  %r = stablehlo.exponential %a : tensor<13xbf16>
  return %r : tensor<13xbf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf32>
// out: dense<[1.0, 1.6487212, 0.47236654, 2.7182817, 0.22313017, 20.085537, 0.014264233, 1.0100502, 22026.465, 2.0611537e-09, inf, 0.0, nan]> : tensor<13xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<13xf32>) -> tensor<13xf32> {
  %r = stablehlo.exponential %a : tensor<13xf32>
  return %r : tensor<13xf32>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf64>
// out: dense<[1.0, 1.6487212707001282, 0.4723665527410147, 2.7182818284590455, 0.22313016014842982, 20.085536923187668, 0.014264233908999256, 1.010050167084168, 22026.465794806718, 2.061153622438558e-09, inf, 0.0, nan]> : tensor<13xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<13xf64>) -> tensor<13xf64> {
  %r = stablehlo.exponential %a : tensor<13xf64>
  return %r : tensor<13xf64>
}
