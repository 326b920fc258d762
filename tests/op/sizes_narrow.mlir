// test: check
// Sizes computed in narrow integers wrap as those do: 20 * 13 is 4 in 8 bits, and 3 - 4 is 65535 in 16 without a sign.
func.func @main() {
  %s = stablehlo.constant dense<[20]> : tensor<1xi64>
  %a = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>
  %n = stablehlo.get_dimension_size %a, dim = 0 : (tensor<?xi32>) -> tensor<i32>
  %b = stablehlo.convert %n : (tensor<i32>) -> tensor<i8>
  %k = stablehlo.constant dense<13> : tensor<i8>
  %p = stablehlo.multiply %b, %k : tensor<i8>
  %w = stablehlo.convert %p : (tensor<i8>) -> tensor<i64>
  %t = stablehlo.reshape %w : (tensor<i64>) -> tensor<1xi64>
  %r = stablehlo.dynamic_iota %t, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>
  %x = stablehlo.convert %r : (tensor<?xi32>) -> tensor<4xi32>
  check.expect_eq_const %x, dense<[0, 1, 2, 3]> : tensor<4xi32>

  %17 = stablehlo.constant dense<17> : tensor<ui16>
  %16 = stablehlo.constant dense<16> : tensor<ui16>
  %m = stablehlo.convert %n : (tensor<i32>) -> tensor<ui16>
  %3 = stablehlo.subtract %m, %17 : tensor<ui16>
  %4 = stablehlo.subtract %m, %16 : tensor<ui16>
  %d = stablehlo.subtract %3, %4 : tensor<ui16>
  %k2 = stablehlo.constant dense<21845> : tensor<ui16>
  %q = stablehlo.divide %d, %k2 : tensor<ui16>
  %u = stablehlo.reshape %q : (tensor<ui16>) -> tensor<1xui16>
  %v = stablehlo.convert %u : (tensor<1xui16>) -> tensor<1xi64>
  %y = stablehlo.dynamic_iota %v, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>
  %z = stablehlo.convert %y : (tensor<?xi32>) -> tensor<3xi32>
  check.expect_eq_const %z, dense<[0, 1, 2]> : tensor<3xi32>
  return
}
