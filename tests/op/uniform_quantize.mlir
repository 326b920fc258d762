// test: check
func.func @main() {
  %x = stablehlo.constant dense<[-1.000000000e+02, -1.299999952e+00, -2.500000000e-01, 2.500000000e-01, 7.400000095e-01, 6.300000000e+01, 1.000000000e+03]> : tensor<7xf32>
  %q = stablehlo.uniform_quantize %x : (tensor<7xf32>) -> tensor<7x!quant.uniform<i8:f32, 0.5:-10>>
  %r = stablehlo.bitcast_convert %q : (tensor<7x!quant.uniform<i8:f32, 0.5:-10>>) -> tensor<7xi8>
  check.expect_eq_const %r, dense<[-128, -13, -10, -10, -9, 116, 127]> : tensor<7xi8>
  return
}
