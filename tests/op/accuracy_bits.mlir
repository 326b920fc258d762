// test: op
// Tolerances may be hexadecimal digits, as MLIR prints an infinite one.
// in: dense<[8.0, 27.0]> : tensor<2xf32>
// out: dense<[2.0, 3.0]> : tensor<2xf32>
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = stablehlo.cbrt %a {result_accuracy = #stablehlo.result_accuracy<atol = 0x3FF0000000000000, rtol = 0x7FF0000000000000, ulps = 5, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>} : tensor<2xf32>
  return %0 : tensor<2xf32>
}
