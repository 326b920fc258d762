// test: op
// in: dense<[[3.625, 1.0], [1.5, 3.25], [0.625, 2.25], [2.75, -2.25], [-3.625, -1.625], [-1.75, 3.0]]> : tensor<6x2xf32>
// in: dense<[[-2.875, 2.75], [1.25, -1.125], [-3.375, 1.625]]> : tensor<3x2xf32>
// out: dense<[[3.625, 1.0], [-4.75, 7.625], [0.625, 2.25], [2.75, -2.25], [-2.375, -2.75], [-1.75, 3.0]]> : tensor<6x2xf32>
func.func @main(%a: tensor<6x2xf32>, %b: tensor<3x2xf32>) -> tensor<6x2xf32> {
  %i = stablehlo.constant dense<[[1], [4], [1]]> : tensor<3x1xi64>
  %r = "stablehlo.scatter"(%a, %i, %b) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.add %x, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<6x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<6x2xf32>
  return %r : tensor<6x2xf32>
}
// -----
// in: dense<[[8, 2], [3, 8], [1, 5], [6, -5], [-8, -4], [-4, 7]]> : tensor<6x2xi32>
// in: dense<[[-7, 6], [3, -3], [-8, 4]]> : tensor<3x2xi32>
// out: dense<[[8, 2], [-12, 18], [1, 5], [6, -5], [-5, -7], [-4, 7]]> : tensor<6x2xi32>
func.func @main(%a: tensor<6x2xi32>, %b: tensor<3x2xi32>) -> tensor<6x2xi32> {
  %i = stablehlo.constant dense<[[1], [4], [1]]> : tensor<3x1xi64>
  %r = "stablehlo.scatter"(%a, %i, %b) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %s = stablehlo.add %x, %y : tensor<i32>
    stablehlo.return %s : tensor<i32>
  }) : (tensor<6x2xi32>, tensor<3x1xi64>, tensor<3x2xi32>) -> tensor<6x2xi32>
  return %r : tensor<6x2xi32>
}
// -----
// Two tensors updated together, by a body that sees both; an index past the end changes nothing.
// in: dense<[5.0, 1.0, 3.0]> : tensor<3xf32>
// in: dense<[2.0, 4.0, 9.0, 4.5]> : tensor<4xf32>
// out: dense<[5.0, 4.5, 3.0]> : tensor<3xf32>
// out: dense<[10, 13, 12]> : tensor<3xi32>
func.func @main(%a: tensor<3xf32>, %u: tensor<4xf32>) -> (tensor<3xf32>, tensor<3xi32>) {
  %i = stablehlo.constant dense<[[0], [1], [3], [1]]> : tensor<4x1xui64>
  %b = stablehlo.constant dense<[10, 11, 12]> : tensor<3xi32>
  %v = stablehlo.iota dim = 0 : tensor<4xi32>
  %r:2 = "stablehlo.scatter"(%a, %b, %i, %u, %v) <{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, indices_are_sorted = false, unique_indices = false}> ({
  ^bb0(%x: tensor<f32>, %j: tensor<i32>, %y: tensor<f32>, %k: tensor<i32>):
    %c = stablehlo.compare GT, %y, %x : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %m = stablehlo.select %c, %y, %x : tensor<i1>, tensor<f32>
    %s = stablehlo.add %j, %k : tensor<i32>
    %n = stablehlo.select %c, %s, %j : tensor<i1>, tensor<i32>
    %o = stablehlo.constant dense<13> : tensor<i32>
    %p = stablehlo.minimum %n, %o : tensor<i32>
    stablehlo.return %m, %p : tensor<f32>, tensor<i32>
  }) : (tensor<3xf32>, tensor<3xi32>, tensor<4x1xui64>, tensor<4xf32>, tensor<4xi32>) -> (tensor<3xf32>, tensor<3xi32>)
  return %r#0, %r#1 : tensor<3xf32>, tensor<3xi32>
}
// -----
// in: dense<[[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]]]> : tensor<2x3x1xf32>
// in: dense<1> : tensor<1xi32>
// in: dense<[[8.0], [9.0]]> : tensor<2x1xf32>
// out: dense<[[[1.0], [2.0], [3.0]], [[4.0], [8.0], [9.0]]]> : tensor<2x3x1xf32>
func.func @main(%a: tensor<2x3x1xf32>, %i: tensor<1xi32>, %b: tensor<2x?xf32>) -> tensor<2x3x1xf32> {
  %one = stablehlo.constant dense<1> : tensor<1xi32>
  %at = stablehlo.concatenate %i, %one, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %r = "stablehlo.scatter"(%a, %at, %b) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [0, 1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0, 1]>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    stablehlo.return %y : tensor<f32>
  }) : (tensor<2x3x1xf32>, tensor<2xi32>, tensor<2x?xf32>) -> tensor<2x3x1xf32>
  return %r : tensor<2x3x1xf32>
}
