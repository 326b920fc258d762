// test: verify
// Constraints of ops that move elements, each broken once.
func.func @main() {
  %0 = stablehlo.iota dim = 1 : tensor<4xi32>  // error: iota_c1: expected iota_dimension in [0, 1), found 1
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>) {
  %0 = stablehlo.broadcast_in_dim %a, dims = [0] : (tensor<2x3xf32>) -> tensor<2x3xf32>  // error: broadcast_in_dim_c2
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.broadcast_in_dim %a, dims = [2] : (tensor<2xf32>) -> tensor<2x3xf32>  // error: broadcast_in_dim_c3
  func.return
}
// -----
func.func @main(%a: tensor<2x2xf32>) {
  %0 = stablehlo.broadcast_in_dim %a, dims = [0, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>  // error: broadcast_in_dim_c4
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.broadcast_in_dim %a, dims = [1] : (tensor<2xf32>) -> tensor<2x3xf32>  // error: broadcast_in_dim_c5
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>) {
  %0 = stablehlo.reshape %a : (tensor<2x3xf32>) -> tensor<7xf32>  // error: reshape_c2: expected a result of 6 elements
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>) {
  %0 = stablehlo.reshape %a : (tensor<2x3xf32>) -> tensor<6xi32>  // error: reshape_c1
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>) {
  %0 = stablehlo.transpose %a, dims = [0, 0] : (tensor<2x3xf32>) -> tensor<2x2xf32>  // error: transpose_c2
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>) {
  %0 = stablehlo.transpose %a, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<2x3xf32>  // error: transpose_c3: expected result type tensor<3x2xf32>
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>) {
  %0 = stablehlo.reverse %a, dims = [2] : tensor<2x3xf32>  // error: reverse_c3
  func.return
}
// -----
func.func @main(%a: tensor<8xf32>) {
  %0 = "stablehlo.slice"(%a) {start_indices = array<i64: 0>, limit_indices = array<i64: 9>, strides = array<i64: 1>} : (tensor<8xf32>) -> tensor<9xf32>  // error: slice_c3
  func.return
}
// -----
func.func @main(%a: tensor<8xf32>) {
  %0 = "stablehlo.slice"(%a) {start_indices = array<i64: 0>, limit_indices = array<i64: 8>, strides = array<i64: 0>} : (tensor<8xf32>) -> tensor<8xf32>  // error: slice_c4
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>, %v: tensor<1xf32>) {
  %0 = stablehlo.pad %a, %v, low = [1], high = [1], interior = [0] : (tensor<2xf32>, tensor<1xf32>) -> tensor<4xf32>  // error: pad_c1
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>, %v: tensor<f32>) {
  %0 = stablehlo.pad %a, %v, low = [1], high = [1], interior = [-1] : (tensor<2xf32>, tensor<f32>) -> tensor<4xf32>  // error: pad_c3
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>, %v: tensor<f32>) {
  %0 = stablehlo.pad %a, %v, low = [-3], high = [0], interior = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<0xf32>  // error: pad_c4
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  %0 = stablehlo.concatenate %a, %b, dim = 0 : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>  // error: concatenate_c2
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>) {
  %0 = stablehlo.concatenate %a, dim = 2 : (tensor<2x3xf32>) -> tensor<2x3xf32>  // error: concatenate_c4
  func.return
}
// -----
func.func @main(%a: tensor<3xi32>) {
  %0 = stablehlo.bitcast_convert %a : (tensor<3xi32>) -> tensor<3xf64>  // error: bitcast_convert_c1
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.bitcast_convert %a : (tensor<2xf32>) -> tensor<complex<f32>>  // error: bitcast_convert_c2
  func.return
}
// -----
func.func @main(%a: tensor<4x4xf32>, %i: tensor<i32>) {
  %0 = stablehlo.dynamic_slice %a, %i, sizes = [2, 2] : (tensor<4x4xf32>, tensor<i32>) -> tensor<2x2xf32>  // error: dynamic_slice_c2
  func.return
}
// -----
func.func @main(%a: tensor<4xf32>, %i: tensor<i32>) {
  %0 = stablehlo.dynamic_slice %a, %i, sizes = [5] : (tensor<4xf32>, tensor<i32>) -> tensor<5xf32>  // error: dynamic_slice_c4
  func.return
}
// -----
func.func @main(%a: tensor<4xf32>, %u: tensor<5xf32>, %i: tensor<i32>) {
  %0 = stablehlo.dynamic_update_slice %a, %u, %i : (tensor<4xf32>, tensor<5xf32>, tensor<i32>) -> tensor<4xf32>  // error: dynamic_update_slice_c6
  func.return
}
