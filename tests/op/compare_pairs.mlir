// test: check
// Pairs are ordered by their real parts; the imaginary ones are looked at where those are equal.
func.func @main() {
  %a = stablehlo.constant dense<[(1.0, 0x7FC00000), (1.0, 0x7FC00000), (0x7FC00000, 1.0), (2.0, 1.0)]> : tensor<4xcomplex<f32>>
  %b = stablehlo.constant dense<[(2.0, 0.0), (1.0, 0.0), (2.0, 0.0), (1.0, 0x7FC00000)]> : tensor<4xcomplex<f32>>
  %lt = stablehlo.compare LT, %a, %b : (tensor<4xcomplex<f32>>, tensor<4xcomplex<f32>>) -> tensor<4xi1>
  check.expect_eq_const %lt, dense<[true, false, false, false]> : tensor<4xi1>
  %ge = stablehlo.compare GE, %a, %b : (tensor<4xcomplex<f32>>, tensor<4xcomplex<f32>>) -> tensor<4xi1>
  check.expect_eq_const %ge, dense<[false, false, false, true]> : tensor<4xi1>
  %ne = stablehlo.compare NE, %a, %b : (tensor<4xcomplex<f32>>, tensor<4xcomplex<f32>>) -> tensor<4xi1>
  check.expect_eq_const %ne, dense<true> : tensor<4xi1>
  return
}
