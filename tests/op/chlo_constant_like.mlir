// test: check
func.func @main() {
  %a = stablehlo.constant dense<[5.000000000e-01, 2.000000000e+00, -3.000000000e+00]> : tensor<3xf32>
  %r = "chlo.constant_like"(%a) {value = 3.5 : f32} : (tensor<3xf32>) -> tensor<3xf32>
  check.expect_eq_const %r, dense<[3.500000000e+00, 3.500000000e+00, 3.500000000e+00]> : tensor<3xf32>
  return
}
