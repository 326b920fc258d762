// test: verify
// Faults stand where StableHLO's own verifier reports them.

// An op before the ops of its regions.
func.func @main(%x: tensor<4x!quant.uniform<i8:f32:0, {0.1, 0.1, 0.1, 0.1}>>) {
  %0 = "stablehlo.sort"(%x) ({  // error 8: sort: operand 0: expected a ranked tensor of an element type the op takes
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %c = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i8>
    stablehlo.return %c : tensor<i8>
  }) : (tensor<4x!quant.uniform<i8:f32:0, {0.1, 0.1, 0.1, 0.1}>>) -> tensor<4x!quant.uniform<i8:f32:0, {0.1, 0.1, 0.1, 0.1}>>
  return
}
// -----
// An op before what is wrong with the function's results.
func.func @main(%x: tensor<4xf32>) -> tensor<5xf32> {
  %0 = stablehlo.transpose %x, dims = [1] : (tensor<4xf32>) -> tensor<4xf32>  // error: transpose_c2
  return %0 : tensor<4xf32>
}
// -----
// An attribute of StableHLO where it stands, wherever it stands.
module attributes {stablehlo.dot = #stablehlo.dot<
  lhs_batching_dimensions = [0],
  lhs_batching_dimensions = [1]  // error 3: each field once
>} {}
// -----
func.func @main(%x: tensor<4xf32>) {
  %0 = "stablehlo.compare"(%x, %x) {
    comparison_direction = #stablehlo<comparison_direction LESS>  // error 28: expected a comparison_direction of EQ NE GE GT LE LT , found 'LESS'
  } : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  return
}
// -----
func.func @main(%x: tensor<4xf32>) {
  %0 = stablehlo.compare LESS, %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>  // error 26: found 'LESS'
  return
}
// -----
module attributes {
  a = #stablehlo.dot_algorithm<  // error 7: dot_general_c22
    lhs_precision_type = f32, rhs_precision_type = f32, accumulation_type = f32,
    lhs_component_count = 0, rhs_component_count = 1,
    num_primitive_operations = 1, allow_imprecise_accumulation = false>} {}
// -----
module attributes {a = #stablehlo.channel_handle<handle = 1>} {}  // error: expected handle and type
// -----
// An attribute of another kind than its op takes: at the op.
func.func @main(%x: tensor<4xf32>) {
  %0 = "stablehlo.collective_permute"(%x) {  // error 8: attribute 'source_target_pairs': expected rows of two
    source_target_pairs = dense<[0, 1]> : tensor<2xi64>
  } : (tensor<4xf32>) -> tensor<4xf32>
  return
}
// -----
// Of a pretty form: at its attributes.
func.func @main(%x: tensor<1x8x8x4xf32>, %w: tensor<3x3x4x16xf32>) {
  %0 = stablehlo.convolution(%x, %w)
    dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f],
    window = {pad = [[1, 1], [1, 1]]}
    {batch_group_count = 1 : i64, feature_group_count = 0 : i64}  // error 5: convolution_c21
    : (tensor<1x8x8x4xf32>, tensor<3x3x4x16xf32>) -> tensor<1x8x8x16xf32>
  return
}
// -----
func.func @main(%x: tensor<4xf32>) {
  %0 = "stablehlo.transpose"(%x) : (tensor<4xf32>) -> tensor<4xf32>  // error 8: 'stablehlo.transpose' needs the attribute permutation
  return
}
// -----
func.func @main(%x: tensor<4xf32>, %y: tensor<f32>) {
  %0 = "stablehlo.pad"(%x,  // error 8: needs the attribute interior_padding
    %y) {edge_padding_low = array<i64: 0>, edge_padding_high = array<i64: 0>}
    : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return
}
// -----
// The words of an enum, of whatever dialect the attribute says it is: printed, they are StableHLO's.
func.func @main(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<f32> {
  %0 = "check.hlo.dot"(%x, %y) {
    precision_config = [#other<precision LOW>]  // error 25: expected a precision of DEFAULT HIGH HIGHEST , found 'LOW'
  } : (tensor<4xf32>, tensor<4xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}
