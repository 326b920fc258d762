// test: check
func.func @main() {
  %x = stablehlo.constant dense<[-128, -13, -10, -10, -9, 116, 127]> : tensor<7xi8>
  %q = stablehlo.bitcast_convert %x : (tensor<7xi8>) -> tensor<7x!quant.uniform<i8:f32, 0.5:-10>>
  %r = stablehlo.uniform_dequantize %q : (tensor<7x!quant.uniform<i8:f32, 0.5:-10>>) -> tensor<7xf32>
  check.expect_eq_const %r, dense<[-5.900000000e+01, -1.500000000e+00, 0.000000000e+00, 0.000000000e+00, 5.000000000e-01, 6.300000000e+01, 6.850000000e+01]> : tensor<7xf32>
  return
}
