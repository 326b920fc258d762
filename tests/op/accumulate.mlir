// test: op
// Added to a product, behind it: an index twice, one past the end.
// in: dense<[[1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, -1.0], [2.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]> : tensor<5x4xf32>
// in: dense<[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [3.0, 0.0, 1.0], [0.0, 2.0, 0.0]]> : tensor<4x3xf32>
// in: dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]> : tensor<4x3xf32>
// out: dense<[[10.0, 10.0, 5.0], [11.0, 12.0, 15.0], [5.0, 0.0, 5.0], [0.0, 0.0, 0.0], [8.0, 8.0, 9.0]]> : tensor<5x3xf32>
func.func @main(%a: tensor<5x4xf32>, %b: tensor<4x3xf32>, %u: tensor<4x3xf32>) -> tensor<5x3xf32> {
  %i = stablehlo.constant dense<[[1], [4], [9], [1]]> : tensor<4x1xi64>
  %c = stablehlo.constant dense<0.0> : tensor<f32>
  %z = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<f32>) -> tensor<5x3xf32>
  %d = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<5x4xf32>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %s = "stablehlo.scatter"(%z, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(%p: tensor<f32>, %q: tensor<f32>):
    %t = stablehlo.add %p, %q : tensor<f32>
    stablehlo.return %t : tensor<f32>
  }) : (tensor<5x3xf32>, tensor<4x1xi64>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %r = stablehlo.add %d, %s : tensor<5x3xf32>
  return %r : tensor<5x3xf32>
}
// -----
// The sum first, and the product a result, too.
// in: dense<[[1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, -1.0], [2.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]> : tensor<5x4xf32>
// in: dense<[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [3.0, 0.0, 1.0], [0.0, 2.0, 0.0]]> : tensor<4x3xf32>
// in: dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]> : tensor<4x3xf32>
// out: dense<[[10.0, 10.0, 5.0], [11.0, 12.0, 15.0], [5.0, 0.0, 5.0], [0.0, 0.0, 0.0], [8.0, 8.0, 9.0]]> : tensor<5x3xf32>
// out: dense<[[10.0, 10.0, 5.0], [0.0, -1.0, 0.0], [5.0, 0.0, 5.0], [0.0, 0.0, 0.0], [4.0, 3.0, 3.0]]> : tensor<5x3xf32>
func.func @main(%a: tensor<5x4xf32>, %b: tensor<4x3xf32>, %u: tensor<4x3xf32>) -> (tensor<5x3xf32>, tensor<5x3xf32>) {
  %i = stablehlo.constant dense<[[1], [4], [9], [1]]> : tensor<4x1xi64>
  %c = stablehlo.constant dense<0.0> : tensor<f32>
  %z = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<f32>) -> tensor<5x3xf32>
  %d = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<5x4xf32>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %s = "stablehlo.scatter"(%z, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(%p: tensor<f32>, %q: tensor<f32>):
    %t = stablehlo.add %p, %q : tensor<f32>
    stablehlo.return %t : tensor<f32>
  }) : (tensor<5x3xf32>, tensor<4x1xi64>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %r = stablehlo.add %s, %d : tensor<5x3xf32>
  %w = stablehlo.add %d, %z : tensor<5x3xf32>
  return %r, %w : tensor<5x3xf32>, tensor<5x3xf32>
}
// -----
// The sum is read elsewhere.
// in: dense<[[1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, -1.0], [2.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]> : tensor<5x4xf32>
// in: dense<[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [3.0, 0.0, 1.0], [0.0, 2.0, 0.0]]> : tensor<4x3xf32>
// in: dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]> : tensor<4x3xf32>
// out: dense<[[10.0, 10.0, 5.0], [11.0, 12.0, 15.0], [5.0, 0.0, 5.0], [0.0, 0.0, 0.0], [8.0, 8.0, 9.0]]> : tensor<5x3xf32>
// out: dense<[[0.0, 0.0, 0.0], [22.0, 26.0, 30.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [8.0, 10.0, 12.0]]> : tensor<5x3xf32>
func.func @main(%a: tensor<5x4xf32>, %b: tensor<4x3xf32>, %u: tensor<4x3xf32>) -> (tensor<5x3xf32>, tensor<5x3xf32>) {
  %i = stablehlo.constant dense<[[1], [4], [9], [1]]> : tensor<4x1xi64>
  %c = stablehlo.constant dense<0.0> : tensor<f32>
  %z = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<f32>) -> tensor<5x3xf32>
  %d = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<5x4xf32>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %s = "stablehlo.scatter"(%z, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(%p: tensor<f32>, %q: tensor<f32>):
    %t = stablehlo.add %p, %q : tensor<f32>
    stablehlo.return %t : tensor<f32>
  }) : (tensor<5x3xf32>, tensor<4x1xi64>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %r = stablehlo.add %d, %s : tensor<5x3xf32>
  %w = stablehlo.add %s, %s : tensor<5x3xf32>
  return %r, %w : tensor<5x3xf32>, tensor<5x3xf32>
}
// -----
// Two sums.
// in: dense<[[1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, -1.0], [2.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]> : tensor<5x4xf32>
// in: dense<[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [3.0, 0.0, 1.0], [0.0, 2.0, 0.0]]> : tensor<4x3xf32>
// in: dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]> : tensor<4x3xf32>
// out: dense<[[10.0, 10.0, 5.0], [22.0, 25.0, 30.0], [5.0, 0.0, 5.0], [0.0, 0.0, 0.0], [12.0, 13.0, 15.0]]> : tensor<5x3xf32>
func.func @main(%a: tensor<5x4xf32>, %b: tensor<4x3xf32>, %u: tensor<4x3xf32>) -> tensor<5x3xf32> {
  %i = stablehlo.constant dense<[[1], [4], [9], [1]]> : tensor<4x1xi64>
  %c = stablehlo.constant dense<0.0> : tensor<f32>
  %z = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<f32>) -> tensor<5x3xf32>
  %d = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<5x4xf32>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %s = "stablehlo.scatter"(%z, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(%p: tensor<f32>, %q: tensor<f32>):
    %t = stablehlo.add %p, %q : tensor<f32>
    stablehlo.return %t : tensor<f32>
  }) : (tensor<5x3xf32>, tensor<4x1xi64>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %k = stablehlo.add %d, %s : tensor<5x3xf32>
  %v = stablehlo.negate %u : tensor<4x3xf32>
  %l = stablehlo.negate %v : tensor<4x3xf32>
  %o = "stablehlo.scatter"(%z, %i, %l) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(%p: tensor<f32>, %q: tensor<f32>):
    %t = stablehlo.add %p, %q : tensor<f32>
    stablehlo.return %t : tensor<f32>
  }) : (tensor<5x3xf32>, tensor<4x1xi64>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %r = stablehlo.add %o, %k : tensor<5x3xf32>
  return %r : tensor<5x3xf32>
}
// -----
// Not into zeros, and not by addition.
// in: dense<[[1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, -1.0], [2.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]> : tensor<5x4xf32>
// in: dense<[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [3.0, 0.0, 1.0], [0.0, 2.0, 0.0]]> : tensor<4x3xf32>
// in: dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]> : tensor<4x3xf32>
// out: dense<[[20.0, 20.0, 10.0], [11.0, 11.0, 15.0], [10.0, 0.0, 10.0], [0.0, 0.0, 0.0], [12.0, 11.0, 12.0]]> : tensor<5x3xf32>
// out: dense<[[10.0, 10.0, 5.0], [10.0, 10.0, 12.0], [5.0, 0.0, 5.0], [0.0, 0.0, 0.0], [8.0, 8.0, 9.0]]> : tensor<5x3xf32>
func.func @main(%a: tensor<5x4xf32>, %b: tensor<4x3xf32>, %u: tensor<4x3xf32>) -> (tensor<5x3xf32>, tensor<5x3xf32>) {
  %i = stablehlo.constant dense<[[1], [4], [9], [1]]> : tensor<4x1xi64>
  %c = stablehlo.constant dense<0.0> : tensor<f32>
  %z = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<f32>) -> tensor<5x3xf32>
  %d = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<5x4xf32>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %s = "stablehlo.scatter"(%d, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(%p: tensor<f32>, %q: tensor<f32>):
    %t = stablehlo.add %p, %q : tensor<f32>
    stablehlo.return %t : tensor<f32>
  }) : (tensor<5x3xf32>, tensor<4x1xi64>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %m = "stablehlo.scatter"(%z, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(%p: tensor<f32>, %q: tensor<f32>):
    %t = stablehlo.maximum %p, %q : tensor<f32>
    stablehlo.return %t : tensor<f32>
  }) : (tensor<5x3xf32>, tensor<4x1xi64>, tensor<4x3xf32>) -> tensor<5x3xf32>
  %r = stablehlo.add %d, %s : tensor<5x3xf32>
  %w = stablehlo.add %d, %m : tensor<5x3xf32>
  return %r, %w : tensor<5x3xf32>, tensor<5x3xf32>
}
