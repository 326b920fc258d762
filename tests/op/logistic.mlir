// test: op
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01000213623046875, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf16>
// out: dense<[0.5, 0.62255859375, 0.32080078125, 0.73095703125, 0.1824951171875, 0.95263671875, 0.01406097412109375, 0.50244140625, 1.0, 0.0, 1.0, 0.0, nan]> : tensor<13xf16>
// tolerance: 0.002
func.func @main(%a: tensor<13xf16>) -> tensor<13xf16> {
  %r = stablehlo.logistic %a : tensor<13xf16>
  return %r : tensor<13xf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf32>
// out: dense<[0.5, 0.62109375, 0.3203125, 0.73046875, 0.1826171875, 0.953125, 0.0140380859375, 0.50390625, 1.0, 2.066371962428093e-09, 1.0, 0.0, nan]> : tensor<13xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<13xf32>) -> tensor<13xbf16> {
  %a = stablehlo.convert %a_ : (tensor<13xf32>) -> tensor<13xbf16>
  %r = stablehlo.logistic %a : tensor<13xbf16>
  return %r : tensor<13xbf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf32>
// out: dense<[0.5, 0.62245935, 0.3208213, 0.7310586, 0.18242553, 0.95257413, 0.0140636265, 0.5025, 0.9999546, 2.0611537e-09, 1.0, 0.0, nan]> : tensor<13xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<13xf32>) -> tensor<13xf32> {
  %r = stablehlo.logistic %a : tensor<13xf32>
  return %r : tensor<13xf32>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]> : tensor<13xf64>
// out: dense<[0.5, 0.6224593312018546, 0.320821300824607, 0.7310585786300049, 0.18242552380635635, 0.9525741268224334, 0.014063627043245475, 0.5024999791668749, 0.9999546021312976, 2.0611536181902037e-09, 1.0, 0.0, nan]> : tensor<13xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<13xf64>) -> tensor<13xf64> {
  %r = stablehlo.logistic %a : tensor<13xf64>
  return %r : tensor<13xf64>
}
