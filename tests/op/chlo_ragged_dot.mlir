// test: check
func.func @main() {
  %l = stablehlo.constant dense<[[1, 2], [-3, 0], [0, 0], [-2, 0], [2, -1]]> : tensor<5x2xi32>
  %r = stablehlo.constant dense<[[[1, 3, -3], [-3, 1, -1]], [[-2, 3, 3], [-3, -2, 2]]]> : tensor<2x2x3xi32>
  %g = stablehlo.constant dense<[2, 2]> : tensor<2xi64>
  %0 = "chlo.ragged_dot"(%l, %r, %g) {ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>} : (tensor<5x2xi32>, tensor<2x2x3xi32>, tensor<2xi64>) -> tensor<5x3xi32>
  check.expect_eq_const %0, dense<[[-5, 5, -5], [-3, -9, 9], [0, 0, 0], [4, -6, -6], [0, 0, 0]]> : tensor<5x3xi32>
  return
}
// -----
func.func @main() {
  %l = stablehlo.constant dense<[[1, -3, 0, -2, 2], [2, 0, 0, 0, -1]]> : tensor<2x5xi32>
  %r = stablehlo.constant dense<[[-2, 2, -3], [-2, 1, 0], [-3, 0, 2], [3, -3, -1], [0, -3, -2]]> : tensor<5x3xi32>
  %g = stablehlo.constant dense<[2, 2]> : tensor<2xi64>
  %0 = "chlo.ragged_dot"(%l, %r, %g) {ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0], lhs_ragged_dimensions = [1], rhs_group_dimensions = []>} : (tensor<2x5xi32>, tensor<5x3xi32>, tensor<2xi64>) -> tensor<2x2x3xi32>
  check.expect_eq_const %0, dense<[[[4, -1, -3], [-4, 4, -6]], [[-6, 6, 2], [0, 0, 0]]]> : tensor<2x2x3xi32>
  return
}
// -----
// A batch with sizes of its own; infinities of other groups stay out.
func.func @main() {
  %l = stablehlo.constant dense<[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]]> : tensor<2x3x2xf32>
  %r = stablehlo.constant dense<[[[[1.0], [2.0]], [[3.0], [4.0]]], [[[0x7F800000], [1.0]], [[-1.0], [-2.0]]]]> : tensor<2x2x2x1xf32>
  %g = stablehlo.constant dense<[[2, 1], [0, 2]]> : tensor<2x2xi32>
  %0 = "chlo.ragged_dot"(%l, %r, %g) {ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [2], lhs_ragged_dimensions = [1], rhs_group_dimensions = [1]>} : (tensor<2x3x2xf32>, tensor<2x2x2x1xf32>, tensor<2x2xi32>) -> tensor<2x3x1xf32>
  check.expect_eq_const %0, dense<[[[5.0], [11.0], [39.0]], [[-1.0], [-2.0], [0.0]]]> : tensor<2x3x1xf32>
  return
}
// -----
// Nothing to contract, and so nothing to tell groups by.
func.func @main() {
  %l = stablehlo.constant dense<> : tensor<3x0xf32>
  %r = stablehlo.constant dense<> : tensor<2x0x2xf32>
  %g = stablehlo.constant dense<[2, 1]> : tensor<2xi32>
  %0 = "chlo.ragged_dot"(%l, %r, %g) {ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>} : (tensor<3x0xf32>, tensor<2x0x2xf32>, tensor<2xi32>) -> tensor<3x2xf32>
  check.expect_eq_const %0, dense<0.0> : tensor<3x2xf32>
  return
}
// -----
// A size below 0 is as one of 0.
func.func @main() {
  %l = stablehlo.constant dense<[[1], [1], [1]]> : tensor<3x1xi32>
  %r = stablehlo.constant dense<[[[1]], [[10]], [[100]]]> : tensor<3x1x1xi32>
  %g = stablehlo.constant dense<[1, -2, 2]> : tensor<3xi32>
  %0 = "chlo.ragged_dot"(%l, %r, %g) {ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>} : (tensor<3x1xi32>, tensor<3x1x1xi32>, tensor<3xi32>) -> tensor<3x1xi32>
  check.expect_eq_const %0, dense<[[1], [100], [100]]> : tensor<3x1xi32>
  return
}
// -----
// Groups end where the rows do, whatever their sizes say; large enough for a loop over blocks.
func.func @main() {
  %l = stablehlo.constant dense<1.0> : tensor<128x64xf32>
  %one = stablehlo.constant dense<[1.0, 10.0, 100.0, 1000.0]> : tensor<4xf32>
  %r = stablehlo.broadcast_in_dim %one, dims = [0] : (tensor<4xf32>) -> tensor<4x64x64xf32>
  %g = stablehlo.constant dense<[5, -3, 9223372036854775807, 9223372036854775807]> : tensor<4xi64>
  %0 = "chlo.ragged_dot"(%l, %r, %g) {ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>} : (tensor<128x64xf32>, tensor<4x64x64xf32>, tensor<4xi64>) -> tensor<128x64xf32>
  %first = stablehlo.slice %0 [3:7, 62:64] : (tensor<128x64xf32>) -> tensor<4x2xf32>
  check.expect_eq_const %first, dense<[[64.0, 64.0], [64.0, 64.0], [6400.0, 6400.0], [6400.0, 6400.0]]> : tensor<4x2xf32>
  %last = stablehlo.slice %0 [127:128, 62:64] : (tensor<128x64xf32>) -> tensor<1x2xf32>
  check.expect_eq_const %last, dense<6400.0> : tensor<1x2xf32>
  return
}
