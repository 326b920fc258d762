// test: check
// What the specification leaves open, as doc/conformance.md lists it: integers.
func.func @main() {
  %a = stablehlo.constant dense<[5, -128, 127, 0, -128, 5]> : tensor<6xi8>
  %b = stablehlo.constant dense<[0, 0, 0, 0, -1, -1]> : tensor<6xi8>
  %q = stablehlo.divide %a, %b : tensor<6xi8>
  check.expect_eq_const %q, dense<[-1, -1, -1, -1, -128, -5]> : tensor<6xi8>
  %r = stablehlo.remainder %a, %b : tensor<6xi8>
  check.expect_eq_const %r, dense<[5, -128, 127, 0, 0, 0]> : tensor<6xi8>
  %m = stablehlo.abs %a : tensor<6xi8>
  check.expect_eq_const %m, dense<[5, -128, 127, 0, -128, 5]> : tensor<6xi8>
  %n = stablehlo.negate %a : tensor<6xi8>
  check.expect_eq_const %n, dense<[-5, -128, -127, 0, -128, -5]> : tensor<6xi8>
  %c = stablehlo.constant dense<[5, 0, 15, 0, 15, 5]> : tensor<6xui4>
  %d = stablehlo.constant dense<[0, 0, 0, 0, 15, 15]> : tensor<6xui4>
  %s = stablehlo.divide %c, %d : tensor<6xui4>
  check.expect_eq_const %s, dense<[15, 15, 15, 15, 1, 0]> : tensor<6xui4>
  %t = stablehlo.remainder %c, %d : tensor<6xui4>
  check.expect_eq_const %t, dense<[5, 0, 15, 0, 0, 5]> : tensor<6xui4>
  return
}
// -----
// Powers: a negative exponent gives what is left of the fraction, and 0 of 0.
func.func @main() {
  %a = stablehlo.constant dense<[0, 1, -1, -1, 2, -2, 0, 3]> : tensor<8xi32>
  %b = stablehlo.constant dense<[-1, -5, -3, -4, -1, -1, 0, 21]> : tensor<8xi32>
  %p = stablehlo.power %a, %b : tensor<8xi32>
  check.expect_eq_const %p, dense<[0, 1, -1, 1, 0, 0, 1, 1870418611]> : tensor<8xi32>
  return
}
// -----
// Shifts by as many bits as there are and more, and by less than none.
func.func @main() {
  %a = stablehlo.constant dense<[-3, 5, -3, 5]> : tensor<4xi32>
  %b = stablehlo.constant dense<[32, 33, -1, -2147483648]> : tensor<4xi32>
  %l = stablehlo.shift_left %a, %b : tensor<4xi32>
  check.expect_eq_const %l, dense<[0, 0, 0, 0]> : tensor<4xi32>
  %r = stablehlo.shift_right_logical %a, %b : tensor<4xi32>
  check.expect_eq_const %r, dense<[0, 0, 0, 0]> : tensor<4xi32>
  %s = stablehlo.shift_right_arithmetic %a, %b : tensor<4xi32>
  check.expect_eq_const %s, dense<[-1, 0, -1, 0]> : tensor<4xi32>
  return
}
// -----
// Floats that no integer is: the nearest one, and 0 of NaN; of i1 all but zeros are true.
func.func @main() {
  %a = stablehlo.constant dense<[0x7FC00000, 0x7F800000, 0xFF800000, 1.0e30, -1.0e30, -0.5, 2.9, -2.9]> : tensor<8xf32>
  %i = stablehlo.convert %a : (tensor<8xf32>) -> tensor<8xi32>
  check.expect_eq_const %i, dense<[0, 2147483647, -2147483648, 2147483647, -2147483648, 0, 2, -2]> : tensor<8xi32>
  %j = stablehlo.convert %a : (tensor<8xf32>) -> tensor<8xi4>
  check.expect_eq_const %j, dense<[0, 7, -8, 7, -8, 0, 2, -2]> : tensor<8xi4>
  %u = stablehlo.convert %a : (tensor<8xf32>) -> tensor<8xui8>
  check.expect_eq_const %u, dense<[0, 255, 0, 255, 0, 0, 2, 0]> : tensor<8xui8>
  %b = stablehlo.convert %a : (tensor<8xf32>) -> tensor<8xi1>
  check.expect_eq_const %b, dense<true> : tensor<8xi1>
  return
}
// -----
// Types without infinities: their greatest number where they have no NaN, either.
func.func @main() {
  %a = stablehlo.constant dense<[0x7FC00000, 0xFFC00000, 0x7F800000, -1.0e30]> : tensor<4xf32>
  %f = stablehlo.convert %a : (tensor<4xf32>) -> tensor<4xf4E2M1FN>
  %g = stablehlo.convert %f : (tensor<4xf4E2M1FN>) -> tensor<4xf32>
  check.expect_eq_const %g, dense<[-0.0, 0.0, 6.0, -6.0]> : tensor<4xf32>
  %h = stablehlo.convert %a : (tensor<4xf32>) -> tensor<4xf8E4M3FN>
  %k = stablehlo.convert %h : (tensor<4xf8E4M3FN>) -> tensor<4xf32>
  check.expect_eq_const %k, dense<[0x7FC00000, 0xFFC00000, 0x7FC00000, 0xFFC00000]> : tensor<4xf32>
  return
}
// -----
// A comparator that orders nothing: that of a merge sort, whose runs are merged while the later one's element is less.
func.func @main() {
  %a = stablehlo.constant dense<[3, 1, 2, 5, 4]> : tensor<5xi32>
  %s = "stablehlo.sort"(%a) ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %t = stablehlo.constant dense<true> : tensor<i1>
    stablehlo.return %t : tensor<i1>
  }) {dimension = 0 : i64, is_stable = true} : (tensor<5xi32>) -> tensor<5xi32>
  check.expect_eq_const %s, dense<[4, 5, 2, 1, 3]> : tensor<5xi32>
  return
}
// -----
// A matrix that has no factor: NaN from the column on in which that shows; zeros on the other side of the diagonal.
func.func @main() {
  %a = stablehlo.constant dense<[[1.0, 9.0, 9.0], [2.0, 1.0, 9.0], [0.0, 1.0, 1.0]]> : tensor<3x3xf32>
  %l = stablehlo.cholesky %a, lower = true : tensor<3x3xf32>
  check.expect_eq_const %l, dense<[[1.0, 0.0, 0.0], [2.0, 0x7FC00000, 0.0], [0.0, 0x7FC00000, 0x7FC00000]]> : tensor<3x3xf32>
  return
}
// -----
// Slices of 0 in a dimension that the result lacks: as of 1, and zeros where there is nothing.
func.func @main() {
  %a = stablehlo.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %i = stablehlo.constant dense<[-1, 1, 9]> : tensor<3xi32>
  %g = "stablehlo.gather"(%a, %i) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 0>}> : (tensor<3xf32>, tensor<3xi32>) -> tensor<3xf32>
  check.expect_eq_const %g, dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %e = stablehlo.slice %a [1:1] : (tensor<3xf32>) -> tensor<0xf32>
  %h = "stablehlo.gather"(%e, %i) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 0>}> : (tensor<0xf32>, tensor<3xi32>) -> tensor<3xf32>
  check.expect_eq_const %h, dense<0.0> : tensor<3xf32>
  return
}
// -----
// The same of a dynamic_gather: the 0 a constant, computed from constants.
func.func @main() {
  %a = stablehlo.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %i = stablehlo.constant dense<[-1, 1, 9]> : tensor<3xi32>
  %one = stablehlo.constant dense<1> : tensor<1xi32>
  %zero = stablehlo.constant dense<0> : tensor<1xi32>
  %s = stablehlo.subtract %one, %one : tensor<1xi32>
  %g = "stablehlo.dynamic_gather"(%a, %i, %zero) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>}> : (tensor<3xf32>, tensor<3xi32>, tensor<1xi32>) -> tensor<3xf32>
  check.expect_eq_const %g, dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %h = "stablehlo.dynamic_gather"(%a, %i, %s) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>}> : (tensor<3xf32>, tensor<3xi32>, tensor<1xi32>) -> tensor<3xf32>
  check.expect_eq_const %h, dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  return
}
// -----
// test: op
// The same of a dynamic_gather that a constant tells so.
// in: dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
// in: dense<[-1, 9]> : tensor<2xi32>
// out: dense<[1.0, 3.0]> : tensor<2xf32>
func.func @main(%a: tensor<?xf32>, %i: tensor<2xi32>) -> tensor<2xf32> {
  %s = stablehlo.constant dense<0> : tensor<1xi64>
  %g = "stablehlo.dynamic_gather"(%a, %i, %s) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>}> : (tensor<?xf32>, tensor<2xi32>, tensor<1xi64>) -> tensor<2xf32>
  return %g : tensor<2xf32>
}
