// test: check
// More dimensions than programs have: 36, most of them 1 long, and 17 of 2.
func.func @main() {
  %m = stablehlo.constant dense<[[5.0, 0.0, 3.0], [1.0, 4.0, 2.0]]> : tensor<2x3xf32>
  %n = stablehlo.constant dense<[[10.0, 2.0], [0.0, 8.0], [6.0, 4.0]]> : tensor<3x2xf32>
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %x = stablehlo.reshape %m : (tensor<2x3xf32>) -> tensor<2x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x3xf32>
  %t = stablehlo.transpose %x, dims = [35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0] : (tensor<2x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x3xf32>) -> tensor<3x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>
  %y = stablehlo.add %t, %t : tensor<3x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>
  %e = stablehlo.reshape %n : (tensor<3x2xf32>) -> tensor<3x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>
  check.expect_eq %y, %e : tensor<3x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>
  %s = stablehlo.reduce(%y init: %z) applies stablehlo.add across dimensions = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35] : (tensor<3x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>, tensor<f32>) -> tensor<3xf32>
  check.expect_eq_const %s, dense<[12.0, 8.0, 10.0]> : tensor<3xf32>
  %d = stablehlo.dot_general %x, %n, contracting_dims = [35] x [0] : (tensor<2x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x3xf32>, tensor<3x2xf32>) -> tensor<2x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>
  %g = stablehlo.reshape %d : (tensor<2x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>) -> tensor<2x2xf32>
  check.expect_eq_const %g, dense<[[68.0, 22.0], [22.0, 42.0]]> : tensor<2x2xf32>
  %o = "stablehlo.sort"(%y) ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %c = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  }) {dimension = 35 : i64} : (tensor<3x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>) -> tensor<3x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>
  %f = stablehlo.reshape %o : (tensor<3x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>) -> tensor<3x2xf32>
  check.expect_eq_const %f, dense<[[2.0, 10.0], [0.0, 8.0], [4.0, 6.0]]> : tensor<3x2xf32>
  return
}
// -----
func.func @main() {
  %i = stablehlo.iota dim = 0 : tensor<131072xi32>
  %x = stablehlo.reshape %i : (tensor<131072xi32>) -> tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  %t = stablehlo.transpose %x, dims = [16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0] : (tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>) -> tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  %r = stablehlo.reverse %t, dims = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] : tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  %a = stablehlo.add %r, %t : tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  %e = stablehlo.constant dense<131071> : tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  check.expect_eq %a, %e : tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  %j = stablehlo.constant dense<[[1], [0], [1]]> : tensor<3x1xi32>
  %u = stablehlo.constant dense<-1> : tensor<3x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  %s = "stablehlo.scatter"(%a, %j, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], inserted_window_dims = [8], scatter_dims_to_operand_dims = [8], index_vector_dim = 1>}> ({
  ^bb0(%p: tensor<i32>, %q: tensor<i32>):
    %v = stablehlo.add %p, %q : tensor<i32>
    stablehlo.return %v : tensor<i32>
  }) : (tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>, tensor<3x1xi32>, tensor<3x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>) -> tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  %k = stablehlo.iota dim = 8 : tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  %g = stablehlo.constant dense<131070> : tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  %h = stablehlo.subtract %g, %k : tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  check.expect_eq %s, %h : tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xi32>
  return
}
