// test: check
func.func @main() {
  %x = stablehlo.constant dense<[0.000000000e+00, 0x7F800000, 0xFF800000, 0x7FC00000, 1.000000015e+30]> : tensor<5xf32>
  %r = chlo.is_inf %x : tensor<5xf32> -> tensor<5xi1>
  check.expect_eq_const %r, dense<[false, true, true, false, false]> : tensor<5xi1>
  return
}
