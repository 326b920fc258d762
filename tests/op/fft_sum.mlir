// test: op
// in: dense<[2.0, -1.0, 0.5]> : tensor<3xf32>
// out: dense<[0.5, 1.5, 4.5, 1.5, 1.5]> : tensor<5xf32>
// tolerance: 1e-30
// What torch's transforms are: nothing is divided, and each result is rounded once.
func.func @main(%a: tensor<3xf32>) -> tensor<5xf32> {
  %z = stablehlo.constant dense<0.0> : tensor<3xf32>
  %c = stablehlo.complex %a, %z : tensor<3xcomplex<f32>>
  %r = stablehlo.fft %c, type = IRFFT, length = [4] {weft.sum} : (tensor<3xcomplex<f32>>) -> tensor<4xf32>
  %i = stablehlo.fft %c, type = IFFT, length = [3] {weft.sum} : (tensor<3xcomplex<f32>>) -> tensor<3xcomplex<f32>>
  %x = stablehlo.real %i : (tensor<3xcomplex<f32>>) -> tensor<3xf32>
  %f = stablehlo.slice %x [0:1] : (tensor<3xf32>) -> tensor<1xf32>
  %o = stablehlo.concatenate %r, %f, dim = 0 : (tensor<4xf32>, tensor<1xf32>) -> tensor<5xf32>
  return %o : tensor<5xf32>
}
