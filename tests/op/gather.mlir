// test: op
// in: dense<[[-0.5, 0.25, 0.125, -1.25], [3.625, -1.125, 1.25, -1.0], [-0.375, 4.0, -2.5, 1.125], [-0.625, 1.375, 2.125, -1.375], [1.375, 1.5, -0.375, -3.125], [1.0, -3.625, 3.125, 2.875]]> : tensor<6x4xf32>
// out: dense<[[[-0.5, 0.25, 0.125, -1.25], [1.0, -3.625, 3.125, 2.875], [-0.625, 1.375, 2.125, -1.375]], [[3.625, -1.125, 1.25, -1.0], [3.625, -1.125, 1.25, -1.0], [1.0, -3.625, 3.125, 2.875]]]> : tensor<2x3x4xf32>
func.func @main(%a: tensor<6x4xf32>) -> tensor<2x3x4xf32> {
  %i = stablehlo.constant dense<[[0, 5, 3], [1, 1, 9]]> : tensor<2x3xi64>
  %r = "stablehlo.gather"(%a, %i) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 4>}> : (tensor<6x4xf32>, tensor<2x3xi64>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// -----
// in: dense<[[-1, 1, 0, -3], [8, -2, 3, -2], [-1, 9, -6, 3], [-1, 3, 5, -3], [3, 3, -1, -7], [2, -9, 7, 7]]> : tensor<6x4xi64>
// out: dense<[[[-1, 1, 0, -3], [2, -9, 7, 7], [-1, 3, 5, -3]], [[8, -2, 3, -2], [8, -2, 3, -2], [2, -9, 7, 7]]]> : tensor<2x3x4xi64>
func.func @main(%a: tensor<6x4xi64>) -> tensor<2x3x4xi64> {
  %i = stablehlo.constant dense<[[0, 5, 3], [1, 1, 9]]> : tensor<2x3xi64>
  %r = "stablehlo.gather"(%a, %i) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, slice_sizes = array<i64: 1, 4>}> : (tensor<6x4xi64>, tensor<2x3xi64>) -> tensor<2x3x4xi64>
  return %r : tensor<2x3x4xi64>
}
// -----
// Unsigned indices past what signed ones hold are past the end.
// in: dense<[10, 11, 12]> : tensor<3xi32>
// in: dense<[[4294967295], [1], [2147483648], [0]]> : tensor<4x1xui32>
// out: dense<[12, 11, 12, 10]> : tensor<4xi32>
func.func @main(%a: tensor<3xi32>, %i: tensor<4x1xui32>) -> tensor<4xi32> {
  %r = "stablehlo.gather"(%a, %i) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1>, indices_are_sorted = false}> : (tensor<3xi32>, tensor<4x1xui32>) -> tensor<4xi32>
  return %r : tensor<4xi32>
}
// -----
// test: op
// Of scalars: the numbers are all nothing, and are printed for the interpreter to read again.
// in: dense<7> : tensor<ui32>
// in: dense<> : tensor<0x3xi32>
// in: dense<8> : tensor<3xui32>
// out: dense<7> : tensor<3xui32>
// out: dense<8> : tensor<ui32>
func.func @main(%a: tensor<ui32>, %i: tensor<0x3xi32>, %u: tensor<3xui32>) -> (tensor<3xui32>, tensor<ui32>) {
  %0 = "stablehlo.gather"(%a, %i) <{dimension_numbers = #stablehlo.gather<>, slice_sizes = array<i64>}> : (tensor<ui32>, tensor<0x3xi32>) -> tensor<3xui32>
  %1 = "stablehlo.scatter"(%a, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<>}> ({
  ^bb0(%x: tensor<ui32>, %y: tensor<ui32>):
    stablehlo.return %y : tensor<ui32>
  }) : (tensor<ui32>, tensor<0x3xi32>, tensor<3xui32>) -> tensor<ui32>
  return %0, %1 : tensor<3xui32>, tensor<ui32>
}
