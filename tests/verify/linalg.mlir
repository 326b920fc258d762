// test: verify
// Constraints of linear algebra, Fourier, normalisation, random numbers, each broken once.
func.func @main(%a: tensor<2x3xf32>) {
  %0 = "stablehlo.cholesky"(%a) {lower = true} : (tensor<2x3xf32>) -> tensor<2x3xf32>  // error: cholesky_c3
  func.return
}
// -----
func.func @main(%a: tensor<2x2xf32>, %b: tensor<3x2xf32>) {
  %0 = "stablehlo.triangular_solve"(%a, %b) {left_side = true, lower = true, unit_diagonal = false, transpose_a = #stablehlo<transpose NO_TRANSPOSE>} : (tensor<2x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>  // error: triangular_solve_c3
  func.return
}
// -----
func.func @main(%a: tensor<8xf32>) {
  %0 = "stablehlo.fft"(%a) {fft_type = #stablehlo<fft_type FFT>, fft_length = array<i64: 8>} : (tensor<8xf32>) -> tensor<8xf32>  // error: fft_c2
  func.return
}
// -----
func.func @main(%a: tensor<8xf32>) {
  %0 = "stablehlo.fft"(%a) {fft_type = #stablehlo<fft_type RFFT>, fft_length = array<i64: 7>} : (tensor<8xf32>) -> tensor<4xcomplex<f32>>  // error: fft_c4
  func.return
}
// -----
func.func @main(%a: tensor<8xf32>) {
  %0 = "stablehlo.fft"(%a) {fft_type = #stablehlo<fft_type RFFT>, fft_length = array<i64: 8>} : (tensor<8xf32>) -> tensor<8xcomplex<f32>>  // error: fft_c5: expected result type tensor<5xcomplex<f32>>
  func.return
}
// -----
func.func @main(%a: tensor<4x3xf32>, %s: tensor<4xf32>) {
  %0 = "stablehlo.batch_norm_inference"(%a, %s, %s, %s, %s) {epsilon = 1.0e-5 : f32, feature_index = 1 : i64} : (tensor<4x3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4x3xf32>  // error: batch_norm_inference_c3
  func.return
}
// -----
func.func @main(%a: tensor<i32>, %s: tensor<1xi64>) {
  %0 = "stablehlo.rng"(%a, %a, %s) {rng_distribution = #stablehlo<rng_distribution NORMAL>} : (tensor<i32>, tensor<i32>, tensor<1xi64>) -> tensor<?xi32>  // error: rng_c2
  func.return
}
