// test: op
// in: dense<[2.5, -3.375, -2.625, -2.125, -2.625, 2.5, 3.0, 0.625]> : tensor<8xf32>
// out: dense<[-2.125, 14.639088, -1.125, 7.808504, 2.625]> : tensor<5xf32>
// tolerance: 2e-05
func.func @main(%a: tensor<8xf32>) -> tensor<5xf32> {
  %c = stablehlo.fft %a, type = RFFT, length = [8] : (tensor<8xf32>) -> tensor<5xcomplex<f32>>
  %x = stablehlo.real %c : (tensor<5xcomplex<f32>>) -> tensor<5xf32>
  %y = stablehlo.imag %c : (tensor<5xcomplex<f32>>) -> tensor<5xf32>
  %r = stablehlo.add %x, %y : tensor<5xf32>
  return %r : tensor<5xf32>
}
