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
// -----
// tf32: 19 bits of 32.
func.func @main() {
  %a = stablehlo.constant dense<[1.0, 1.0, -3.0, 13.75, 4.0, 0.0]> : tensor<6xf32>
  %b = stablehlo.constant dense<[2.0, -0.0, 0.0, 0x7FC00000, 4.0, -1.0]> : tensor<6xf32>
  %x = stablehlo.convert %a : (tensor<6xf32>) -> tensor<6xtf32>
  %y = stablehlo.convert %b : (tensor<6xf32>) -> tensor<6xtf32>
  %0 = stablehlo.compare GT, %x, %y, TOTALORDER : (tensor<6xtf32>, tensor<6xtf32>) -> tensor<6xi1>
  check.expect_eq_const %0, dense<[false, true, false, false, false, true]> : tensor<6xi1>
  %1 = stablehlo.reduce_precision %x, format = e3m3 : tensor<6xtf32>
  %2 = stablehlo.convert %1 : (tensor<6xtf32>) -> tensor<6xf32>
  check.expect_eq_const %2, dense<[1.0, 1.0, -3.0, 14.0, 4.0, 0.0]> : tensor<6xf32>
  %3 = chlo.next_after %x, %y : tensor<6xtf32>, tensor<6xtf32> -> tensor<6xtf32>
  %4 = stablehlo.convert %3 : (tensor<6xtf32>) -> tensor<6xf32>
  check.expect_eq_const %4, dense<[1.0009765625, 0.99951171875, -2.998046875, 0x7FC00000, 4.0, -1.14794365e-41]> : tensor<6xf32>
  return
}
