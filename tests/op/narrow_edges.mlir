// test: check
// The NaN of the FNUZ dtypes has no sign: by TOTALORDER it is the greatest.
func.func @main() {
  %a = stablehlo.constant dense<[0x80, 0x80, 0x7F, 0x00, 0x80]> : tensor<5xf8E4M3FNUZ>
  %b = stablehlo.constant dense<[0x7F, 0xFF, 0x80, 0x80, 0x80]> : tensor<5xf8E4M3FNUZ>
  %0 = stablehlo.compare GT, %a, %b, TOTALORDER : (tensor<5xf8E4M3FNUZ>, tensor<5xf8E4M3FNUZ>) -> tensor<5xi1>
  check.expect_eq_const %0, dense<[true, true, false, false, false]> : tensor<5xi1>
  %c = stablehlo.constant dense<[0x80, 0x01]> : tensor<2xf8E5M2FNUZ>
  %d = stablehlo.constant dense<[0xFF, 0x80]> : tensor<2xf8E5M2FNUZ>
  %1 = stablehlo.compare LE, %c, %d, TOTALORDER : (tensor<2xf8E5M2FNUZ>, tensor<2xf8E5M2FNUZ>) -> tensor<2xi1>
  check.expect_eq_const %1, dense<[false, true]> : tensor<2xi1>
  return
}
// -----
// f8E8M0FNU has no zero: what is too small is its least number, what is too large its NaN.
func.func @main() {
  %a = stablehlo.constant dense<[0x00, 0x40, 0xFE, 0x7F, 0x01]> : tensor<5xf8E8M0FNU>
  %b = stablehlo.constant dense<[0x00, 0x10, 0xFE, 0x81, 0x7F]> : tensor<5xf8E8M0FNU>
  %0 = stablehlo.multiply %a, %b : tensor<5xf8E8M0FNU>
  check.expect_eq_const %0, dense<[0x00, 0x00, 0xFF, 0x81, 0x01]> : tensor<5xf8E8M0FNU>
  %1 = stablehlo.divide %a, %b : tensor<5xf8E8M0FNU>
  check.expect_eq_const %1, dense<[0x7F, 0xAF, 0x7F, 0x7D, 0x01]> : tensor<5xf8E8M0FNU>
  %2 = "chlo.square"(%a) : (tensor<5xf8E8M0FNU>) -> tensor<5xf8E8M0FNU>
  check.expect_eq_const %2, dense<[0x00, 0x01, 0xFF, 0x7F, 0x00]> : tensor<5xf8E8M0FNU>
  return
}
