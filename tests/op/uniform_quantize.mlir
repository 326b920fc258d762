// test: check
func.func @main() {
  %x = stablehlo.constant dense<[-1.000000000e+02, -1.299999952e+00, -2.500000000e-01, 2.500000000e-01, 7.400000095e-01, 6.300000000e+01, 1.000000000e+03]> : tensor<7xf32>
  %q = stablehlo.uniform_quantize %x : (tensor<7xf32>) -> tensor<7x!quant.uniform<i8:f32, 0.5:-10>>
  %r = stablehlo.bitcast_convert %q : (tensor<7x!quant.uniform<i8:f32, 0.5:-10>>) -> tensor<7xi8>
  check.expect_eq_const %r, dense<[-128, -13, -10, -10, -9, 116, 127]> : tensor<7xi8>
  return
}
// -----
// The zero point is added before rounding, so it decides which way a half goes.
func.func @main() {
  %x = stablehlo.constant dense<[0.25, 0.75, -0.25, 0x7FC00000, 0x7F800000, -1.0e+30]> : tensor<6xf32>
  %q = stablehlo.uniform_quantize %x : (tensor<6xf32>) -> tensor<6x!quant.uniform<i8:f32, 0.5:3>>
  %r = stablehlo.bitcast_convert %q : (tensor<6x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<6xi8>
  check.expect_eq_const %r, dense<[4, 4, 2, 3, 127, -128]> : tensor<6xi8>
  return
}
// -----
// Each step is rounded to the expressed dtype; bounds that it does not hold are kept.
func.func @main() {
  %x = stablehlo.constant dense<[1.0, 256.0, 1.0e+9, -1.0e+9]> : tensor<4xbf16>
  %q = stablehlo.uniform_quantize %x : (tensor<4xbf16>) -> tensor<4x!quant.uniform<i16<-32100:32100>:bf16, 1.0:257>>
  %r = stablehlo.bitcast_convert %q : (tensor<4x!quant.uniform<i16<-32100:32100>:bf16, 1.0:257>>) -> tensor<4xi16>
  check.expect_eq_const %r, dense<[256, 512, 32100, -32100]> : tensor<4xi16>
  %d = stablehlo.uniform_dequantize %q : (tensor<4x!quant.uniform<i16<-32100:32100>:bf16, 1.0:257>>) -> tensor<4xbf16>
  check.expect_eq_const %d, dense<[-1.0, 255.0, 31872.0, -32384.0]> : tensor<4xbf16>
  return
}
// -----
// Padding, joining and updating move integers: f16 holds few of them.
func.func @main() {
  %x = stablehlo.constant dense<[12345, -32767]> : tensor<2xi16>
  %q = stablehlo.bitcast_convert %x : (tensor<2xi16>) -> tensor<2x!quant.uniform<i16:f16, 0.3:-9>>
  %v = stablehlo.constant dense<-10805> : tensor<i16>
  %z = stablehlo.bitcast_convert %v : (tensor<i16>) -> tensor<!quant.uniform<i16:f16, 0.3:-9>>
  %p = stablehlo.pad %q, %z, low = [1], high = [0], interior = [0] : (tensor<2x!quant.uniform<i16:f16, 0.3:-9>>, tensor<!quant.uniform<i16:f16, 0.3:-9>>) -> tensor<3x!quant.uniform<i16:f16, 0.3:-9>>
  %c = stablehlo.concatenate %p, %q, dim = 0 : (tensor<3x!quant.uniform<i16:f16, 0.3:-9>>, tensor<2x!quant.uniform<i16:f16, 0.3:-9>>) -> tensor<5x!quant.uniform<i16:f16, 0.3:-9>>
  %r = stablehlo.bitcast_convert %c : (tensor<5x!quant.uniform<i16:f16, 0.3:-9>>) -> tensor<5xi16>
  check.expect_eq_const %r, dense<[-10805, 12345, -32767, 12345, -32767]> : tensor<5xi16>
  return
}
// -----
// A zero point that the expressed dtype does not hold, and the infinity it cancels.
func.func @main() {
  %x = stablehlo.constant dense<[0xFC00, 1.0]> : tensor<2xf16>
  %q = stablehlo.uniform_quantize %x : (tensor<2xf16>) -> tensor<2x!quant.uniform<u32<5:3402968968>:f16, 0.007:3402968968>>
  %r = stablehlo.bitcast_convert %q : (tensor<2x!quant.uniform<u32<5:3402968968>:f16, 0.007:3402968968>>) -> tensor<2xui32>
  check.expect_eq_const %r, dense<[3402968968, 3402968968]> : tensor<2xui32>
  return
}
