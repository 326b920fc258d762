// test: verify
// Numbered constraints of the specification that no other file here breaks, each by the smallest program: all but those in the files beside this one.
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.cbrt"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: cbrt_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.ceil"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: ceil_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.cosine"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: cosine_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.exponential"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: exponential_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.exponential_minus_one"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: exponential_minus_one_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.floor"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: floor_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.log"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: log_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.log_plus_one"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: log_plus_one_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.logistic"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: logistic_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.round_nearest_afz"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: round_nearest_afz_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.round_nearest_even"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: round_nearest_even_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.rsqrt"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: rsqrt_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.sign"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: sign_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.sine"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: sine_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.sqrt"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: sqrt_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.tan"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: tan_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.tanh"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: tanh_c1
// -----
func.func @f(%0: tensor<2xi32>) { %r = "stablehlo.count_leading_zeros"(%0) : (tensor<2xi32>) -> tensor<3xi32> func.return }  // error: count_leading_zeros_c1
// -----
func.func @f(%0: tensor<2xi32>) { %r = "stablehlo.popcnt"(%0) : (tensor<2xi32>) -> tensor<3xi32> func.return }  // error: popcnt_c1
// -----
func.func @f(%0: tensor<2xi32>) { %r = "stablehlo.not"(%0) : (tensor<2xi32>) -> tensor<3xi32> func.return }  // error: not_c1
// -----
func.func @f(%0: tensor<2xi32>, %1: tensor<2xi32>) { %r = "stablehlo.and"(%0, %1) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi64> func.return }  // error: and_c1
// -----
func.func @f(%0: tensor<2xi32>, %1: tensor<2xi32>) { %r = "stablehlo.or"(%0, %1) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi64> func.return }  // error: or_c1
// -----
func.func @f(%0: tensor<2xi32>, %1: tensor<2xi32>) { %r = "stablehlo.xor"(%0, %1) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi64> func.return }  // error: xor_c1
// -----
func.func @f(%0: tensor<2xi32>, %1: tensor<2xi32>) { %r = "stablehlo.shift_left"(%0, %1) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi64> func.return }  // error: shift_left_c1
// -----
func.func @f(%0: tensor<2xi32>, %1: tensor<2xi32>) { %r = "stablehlo.shift_right_arithmetic"(%0, %1) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi64> func.return }  // error: shift_right_arithmetic_c1
// -----
func.func @f(%0: tensor<2xi32>, %1: tensor<2xi32>) { %r = "stablehlo.shift_right_logical"(%0, %1) : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi64> func.return }  // error: shift_right_logical_c1
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xf64>) { %r = "stablehlo.atan2"(%0, %1) : (tensor<2xf32>, tensor<2xf64>) -> tensor<2xf32> func.return }  // error: atan2_c1
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xf64>) { %r = "stablehlo.divide"(%0, %1) : (tensor<2xf32>, tensor<2xf64>) -> tensor<2xf32> func.return }  // error: divide_c1
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xf64>) { %r = "stablehlo.maximum"(%0, %1) : (tensor<2xf32>, tensor<2xf64>) -> tensor<2xf32> func.return }  // error: maximum_c1
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xf64>) { %r = "stablehlo.minimum"(%0, %1) : (tensor<2xf32>, tensor<2xf64>) -> tensor<2xf32> func.return }  // error: minimum_c1
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xf64>) { %r = "stablehlo.power"(%0, %1) : (tensor<2xf32>, tensor<2xf64>) -> tensor<2xf32> func.return }  // error: power_c1
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xf64>) { %r = "stablehlo.remainder"(%0, %1) : (tensor<2xf32>, tensor<2xf64>) -> tensor<2xf32> func.return }  // error: remainder_c1
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xf64>) { %r = "stablehlo.subtract"(%0, %1) : (tensor<2xf32>, tensor<2xf64>) -> tensor<2xf32> func.return }  // error: subtract_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.abs"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: abs_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.real"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: real_c1
// -----
func.func @f(%0: tensor<2xcomplex<f32>>) { %r = "stablehlo.real"(%0) : (tensor<2xcomplex<f32>>) -> tensor<2xf64> func.return }  // error: real_c2
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.imag"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: imag_c1
// -----
func.func @f(%0: tensor<2xcomplex<f32>>) { %r = "stablehlo.imag"(%0) : (tensor<2xcomplex<f32>>) -> tensor<2xf64> func.return }  // error: imag_c2
// -----
func.func @f(%0: tensor<2x!quant.uniform<i8:f32, 0.5:3>>, %1: tensor<2x!quant.uniform<i8:f32, 0.5:3>>) { %r = "stablehlo.add"(%0, %1) : (tensor<2x!quant.uniform<i8:f32, 0.5:3>>, tensor<2x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<i8:f64, 0.5:3>> func.return }  // error: add_c4
// -----
func.func @f(%0: tensor<2x!quant.uniform<i8:f32, 0.5:3>>, %1: tensor<2x!quant.uniform<i8:f32, 0.5:3>>) { %r = "stablehlo.add"(%0, %1) : (tensor<2x!quant.uniform<i8:f32, 0.5:3>>, tensor<2x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<i8:f32:0, {0.5:0, 0.5:0}>> func.return }  // error: add_c5
// -----
func.func @f(%0: tensor<2x2x!quant.uniform<i8:f32, 0.5:3>>, %1: tensor<2x2x!quant.uniform<i8:f32:0, {0.5:0, 0.5:0}>>) { %r = "stablehlo.add"(%0, %1) : (tensor<2x2x!quant.uniform<i8:f32, 0.5:3>>, tensor<2x2x!quant.uniform<i8:f32:0, {0.5:0, 0.5:0}>>) -> tensor<2x2x!quant.uniform<i8:f32:1, {0.5:0, 0.5:0}>> func.return }  // error: add_c7
// -----
func.func @f(%0: tensor<f32>, %1: tensor<2xf32>, %2: tensor<3xf32>) { %r = "stablehlo.clamp"(%0, %1, %2) : (tensor<f32>, tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32> func.return }  // error: clamp_c2
// -----
func.func @f(%0: tensor<i32>, %1: tensor<2xf32>, %2: tensor<f32>) { %r = "stablehlo.clamp"(%0, %1, %2) : (tensor<i32>, tensor<2xf32>, tensor<f32>) -> tensor<2xf32> func.return }  // error: clamp_c3
// -----
func.func @f(%0: tensor<f32>, %1: tensor<2xf32>, %2: tensor<f32>) { %r = "stablehlo.clamp"(%0, %1, %2) : (tensor<f32>, tensor<2xf32>, tensor<f32>) -> tensor<3xf32> func.return }  // error: clamp_c4
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xi32>) { %r = "stablehlo.compare"(%0, %1) {comparison_direction = #stablehlo<comparison_direction LT>} : (tensor<2xf32>, tensor<2xi32>) -> tensor<2xi1> func.return }  // error: compare_c1
// -----
func.func @f(%0: tensor<2xi32>, %1: tensor<2xi32>) { %r = "stablehlo.compare"(%0, %1) {comparison_direction = #stablehlo<comparison_direction LT>, compare_type = #stablehlo<comparison_type TOTALORDER>} : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi1> func.return }  // error: compare_c3
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xf32>) { %r = "stablehlo.complex"(%0, %1) : (tensor<2xf32>, tensor<2xf32>) -> tensor<3xcomplex<f32>> func.return }  // error: complex_c2
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xf32>) { %r = "stablehlo.complex"(%0, %1) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xcomplex<f64>> func.return }  // error: complex_c3
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.is_finite"(%0) : (tensor<2xf32>) -> tensor<3xi1> func.return }  // error: is_finite_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.reduce_precision"(%0) {exponent_bits = 5 : i32, mantissa_bits = 2 : i32} : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: reduce_precision_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.reduce_precision"(%0) {exponent_bits = 5 : i32, mantissa_bits = -1 : i32} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: reduce_precision_c3
// -----
func.func @f(%0: tensor<i1>, %1: tensor<2xf32>, %2: tensor<3xf32>) { %r = "stablehlo.select"(%0, %1, %2) : (tensor<i1>, tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32> func.return }  // error: select_c2
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.uniform_quantize"(%0) : (tensor<2xf32>) -> tensor<3x!quant.uniform<i8:f32, 0.5:3>> func.return }  // error: uniform_quantize_c1
// -----
func.func @f(%0: tensor<2x!quant.uniform<i8:f32, 0.5:3>>) { %r = "stablehlo.uniform_dequantize"(%0) : (tensor<2x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<3xf32> func.return }  // error: uniform_dequantize_c1
// -----
func.func @f() { %r = "stablehlo.constant"() {value = dense<[1.0, 2.0]> : tensor<2xf32>} : () -> tensor<3xf32> func.return }  // error: constant_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.broadcast_in_dim"(%0) {broadcast_dimensions = array<i64: 0>} : (tensor<2xf32>) -> tensor<2xi32> func.return }  // error: broadcast_in_dim_c1
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xi64>) { %r = "stablehlo.dynamic_broadcast_in_dim"(%0, %1) {broadcast_dimensions = array<i64: 0>} : (tensor<2xf32>, tensor<2xi64>) -> tensor<2x2xi32> func.return }  // error: dynamic_broadcast_in_dim_c1
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xi64>) { %r = "stablehlo.dynamic_broadcast_in_dim"(%0, %1) {broadcast_dimensions = array<i64>} : (tensor<2xf32>, tensor<2xi64>) -> tensor<2x2xf32> func.return }  // error: dynamic_broadcast_in_dim_c2
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xi64>) { %r = "stablehlo.dynamic_broadcast_in_dim"(%0, %1) {broadcast_dimensions = array<i64: 2>} : (tensor<2xf32>, tensor<2xi64>) -> tensor<2x2xf32> func.return }  // error: dynamic_broadcast_in_dim_c3
// -----
func.func @f(%0: tensor<2x2xf32>, %1: tensor<2xi64>) { %r = "stablehlo.dynamic_broadcast_in_dim"(%0, %1) {broadcast_dimensions = array<i64: 0, 0>} : (tensor<2x2xf32>, tensor<2xi64>) -> tensor<2x2xf32> func.return }  // error: dynamic_broadcast_in_dim_c4
// -----
func.func @f(%0: tensor<2x!quant.uniform<i8:f32:0, {0.5:0, 0.5:0}>>, %1: tensor<2xi64>) { %r = "stablehlo.dynamic_broadcast_in_dim"(%0, %1) {broadcast_dimensions = array<i64: 1>} : (tensor<2x!quant.uniform<i8:f32:0, {0.5:0, 0.5:0}>>, tensor<2xi64>) -> tensor<2x2x!quant.uniform<i8:f32:0, {0.5:0, 0.5:0}>> func.return }  // error: dynamic_broadcast_in_dim_c6
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<3xi64>) { %r = "stablehlo.dynamic_broadcast_in_dim"(%0, %1) {broadcast_dimensions = array<i64: 0>} : (tensor<2xf32>, tensor<3xi64>) -> tensor<2x2xf32> func.return }  // error: dynamic_broadcast_in_dim_c7
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xi64>) { %r = "stablehlo.dynamic_broadcast_in_dim"(%0, %1) {broadcast_dimensions = array<i64: 0>, known_expanding_dimensions = array<i64: 0>, known_nonexpanding_dimensions = array<i64: 0>} : (tensor<2xf32>, tensor<2xi64>) -> tensor<2x2xf32> func.return }  // error: dynamic_broadcast_in_dim_c8
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xi64>) { %r = "stablehlo.dynamic_broadcast_in_dim"(%0, %1) {broadcast_dimensions = array<i64: 0>, known_expanding_dimensions = array<i64: 1>} : (tensor<2xf32>, tensor<2xi64>) -> tensor<2x2xf32> func.return }  // error: dynamic_broadcast_in_dim_c9
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xi64>) { %r = "stablehlo.dynamic_broadcast_in_dim"(%0, %1) {broadcast_dimensions = array<i64: 0>, known_nonexpanding_dimensions = array<i64: 1>} : (tensor<2xf32>, tensor<2xi64>) -> tensor<2x2xf32> func.return }  // error: dynamic_broadcast_in_dim_c10
// -----
func.func @f(%0: tensor<4xf32>, %1: tensor<2xi64>) { %r = "stablehlo.dynamic_reshape"(%0, %1) : (tensor<4xf32>, tensor<2xi64>) -> tensor<2x2xi32> func.return }  // error: dynamic_reshape_c1
// -----
func.func @f(%0: tensor<4xf32>, %1: tensor<2xi64>) { %r = "stablehlo.dynamic_reshape"(%0, %1) : (tensor<4xf32>, tensor<2xi64>) -> tensor<2x3xf32> func.return }  // error: dynamic_reshape_c2
// -----
func.func @f(%0: tensor<2x3x!quant.uniform<i8:f32:0, {0.5:0, 0.5:0}>>, %1: tensor<2xi64>) { %r = "stablehlo.dynamic_reshape"(%0, %1) : (tensor<2x3x!quant.uniform<i8:f32:0, {0.5:0, 0.5:0}>>, tensor<2xi64>) -> tensor<3x2x!quant.uniform<i8:f32:1, {0.5:0, 0.5:0}>> func.return }  // error: dynamic_reshape_c3
// -----
func.func @f(%0: tensor<2xi64>) { %r = "stablehlo.dynamic_iota"(%0) {iota_dimension = 0 : i64} : (tensor<2xi64>) -> tensor<?xf32> func.return }  // error: dynamic_iota_c2
// -----
func.func @f(%0: tensor<2x3xf32>) { %r = "stablehlo.transpose"(%0) {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xi32> func.return }  // error: transpose_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.reverse"(%0) {dimensions = array<i64: 0, 0>} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: reverse_c2
// -----
func.func @f(%0: tensor<4xf32>) { %r = "stablehlo.slice"(%0) {start_indices = array<i64: 0, 0>, limit_indices = array<i64: 2>, strides = array<i64: 1>} : (tensor<4xf32>) -> tensor<2xf32> func.return }  // error: slice_c2
// -----
func.func @f(%0: tensor<4xf32>) { %r = "stablehlo.slice"(%0) {start_indices = array<i64: 0>, limit_indices = array<i64: 2>, strides = array<i64: 1>} : (tensor<4xf32>) -> tensor<3xf32> func.return }  // error: slice_c5
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<f32>) { %r = "stablehlo.pad"(%0, %1) {edge_padding_low = array<i64: 0, 0>, edge_padding_high = array<i64: 1>, interior_padding = array<i64: 0>} : (tensor<2xf32>, tensor<f32>) -> tensor<3xf32> func.return }  // error: pad_c2
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<i32>, %2: tensor<1xi64>, %3: tensor<1xi64>, %4: tensor<1xi64>) { %r = "stablehlo.dynamic_pad"(%0, %1, %2, %3, %4) : (tensor<2xf32>, tensor<i32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32> func.return }  // error: dynamic_pad_c1
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<f32>, %2: tensor<1xi64>, %3: tensor<2xi64>, %4: tensor<1xi64>) { %r = "stablehlo.dynamic_pad"(%0, %1, %2, %3, %4) : (tensor<2xf32>, tensor<f32>, tensor<1xi64>, tensor<2xi64>, tensor<1xi64>) -> tensor<?xf32> func.return }  // error: dynamic_pad_c2
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<f32>, %2: tensor<1xi64>) { %c = stablehlo.constant dense<-1> : tensor<1xi64>  %r = "stablehlo.dynamic_pad"(%0, %1, %2, %2, %c) : (tensor<2xf32>, tensor<f32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32> func.return }  // error: dynamic_pad_c3
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<f32>) { %c = stablehlo.constant dense<1> : tensor<1xi64>  %r = "stablehlo.dynamic_pad"(%0, %1, %c, %c, %c) : (tensor<2xf32>, tensor<f32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xf32> func.return }  // error: dynamic_pad_c4
// -----
func.func @f() { %r = "stablehlo.concatenate"() {dimension = 0 : i64} : () -> tensor<4xf32> func.return }  // error: concatenate_c3
// -----
func.func @f(%0: tensor<2xf32>, %1: tensor<2xf32>) { %r = "stablehlo.concatenate"(%0, %1) {dimension = 0 : i64} : (tensor<2xf32>, tensor<2xf32>) -> tensor<3xf32> func.return }  // error: concatenate_c6
// -----
func.func @f(%0: tensor<4x4xf32>, %1: tensor<i32>, %2: tensor<i64>) { %r = "stablehlo.dynamic_slice"(%0, %1, %2) {slice_sizes = array<i64: 2, 2>} : (tensor<4x4xf32>, tensor<i32>, tensor<i64>) -> tensor<2x2xf32> func.return }  // error: dynamic_slice_c3
// -----
func.func @f(%0: tensor<4xf32>, %1: tensor<i32>) { %r = "stablehlo.dynamic_slice"(%0, %1) {slice_sizes = array<i64: 2>} : (tensor<4xf32>, tensor<i32>) -> tensor<3xf32> func.return }  // error: dynamic_slice_c5
// -----
func.func @f(%0: tensor<4xf32>, %1: tensor<2xf32>, %2: tensor<i32>) { %r = "stablehlo.dynamic_update_slice"(%0, %1, %2) : (tensor<4xf32>, tensor<2xf32>, tensor<i32>) -> tensor<5xf32> func.return }  // error: dynamic_update_slice_c1
// -----
func.func @f(%0: tensor<4xf32>, %1: tensor<2x2xf32>, %2: tensor<i32>) { %r = "stablehlo.dynamic_update_slice"(%0, %1, %2) : (tensor<4xf32>, tensor<2x2xf32>, tensor<i32>) -> tensor<4xf32> func.return }  // error: dynamic_update_slice_c3
// -----
func.func @f(%0: tensor<4xf32>, %1: tensor<2xf32>, %2: tensor<i32>, %3: tensor<i32>) { %r = "stablehlo.dynamic_update_slice"(%0, %1, %2, %3) : (tensor<4xf32>, tensor<2xf32>, tensor<i32>, tensor<i32>) -> tensor<4xf32> func.return }  // error: dynamic_update_slice_c4
// -----
func.func @f(%0: tensor<4x4xf32>, %1: tensor<2x2xf32>, %2: tensor<i32>, %3: tensor<i64>) { %r = "stablehlo.dynamic_update_slice"(%0, %1, %2, %3) : (tensor<4x4xf32>, tensor<2x2xf32>, tensor<i32>, tensor<i64>) -> tensor<4x4xf32> func.return }  // error: dynamic_update_slice_c5
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<4xf32>, %3: tensor<4xf32>, %4: tensor<4xf32>) { %r = "stablehlo.batch_norm_inference"(%0, %1, %2, %3, %4) {epsilon = 0.0 : f32, feature_index = 2 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<3x4xf32> func.return }  // error: batch_norm_inference_c1
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf64>, %2: tensor<4xf32>, %3: tensor<4xf32>, %4: tensor<4xf32>) { %r = "stablehlo.batch_norm_inference"(%0, %1, %2, %3, %4) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf64>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<3x4xf32> func.return }  // error: batch_norm_inference_c2
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<3xf32>, %3: tensor<4xf32>, %4: tensor<4xf32>) { %r = "stablehlo.batch_norm_inference"(%0, %1, %2, %3, %4) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<3xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<3x4xf32> func.return }  // error: batch_norm_inference_c4
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<4xf32>, %3: tensor<3xf32>, %4: tensor<4xf32>) { %r = "stablehlo.batch_norm_inference"(%0, %1, %2, %3, %4) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3xf32>, tensor<4xf32>) -> tensor<3x4xf32> func.return }  // error: batch_norm_inference_c5
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<4xf32>, %3: tensor<4xf32>, %4: tensor<3xf32>) { %r = "stablehlo.batch_norm_inference"(%0, %1, %2, %3, %4) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3xf32>) -> tensor<3x4xf32> func.return }  // error: batch_norm_inference_c6
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<4xf32>, %3: tensor<4xf32>, %4: tensor<4xf32>) { %r = "stablehlo.batch_norm_inference"(%0, %1, %2, %3, %4) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<3x5xf32> func.return }  // error: batch_norm_inference_c7
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<4xf32>) { %r:3 = "stablehlo.batch_norm_training"(%0, %1, %2) {epsilon = 0.0 : f32, feature_index = 2 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) func.return }  // error: batch_norm_training_c1
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf64>, %2: tensor<4xf32>) { %r:3 = "stablehlo.batch_norm_training"(%0, %1, %2) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf64>, tensor<4xf32>) -> (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) func.return }  // error: batch_norm_training_c2
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<3xf32>, %2: tensor<4xf32>) { %r:3 = "stablehlo.batch_norm_training"(%0, %1, %2) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<3xf32>, tensor<4xf32>) -> (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) func.return }  // error: batch_norm_training_c3
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<3xf32>) { %r:3 = "stablehlo.batch_norm_training"(%0, %1, %2) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<3xf32>) -> (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) func.return }  // error: batch_norm_training_c4
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<4xf32>) { %r:3 = "stablehlo.batch_norm_training"(%0, %1, %2) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<3x4xf32>, tensor<3xf32>, tensor<4xf32>) func.return }  // error: batch_norm_training_c5
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<4xf32>) { %r:3 = "stablehlo.batch_norm_training"(%0, %1, %2) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<3x4xf32>, tensor<4xf32>, tensor<3xf32>) func.return }  // error: batch_norm_training_c6
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<4xf32>) { %r:3 = "stablehlo.batch_norm_training"(%0, %1, %2) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<3x5xf32>, tensor<4xf32>, tensor<4xf32>) func.return }  // error: batch_norm_training_c7
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<4xf32>, %3: tensor<4xf32>, %4: tensor<3x4xf32>) { %r:3 = "stablehlo.batch_norm_grad"(%0, %1, %2, %3, %4) {epsilon = 0.0 : f32, feature_index = 2 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) func.return }  // error: batch_norm_grad_c1
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<4xf32>, %3: tensor<4xf32>, %4: tensor<3x4xf64>) { %r:3 = "stablehlo.batch_norm_grad"(%0, %1, %2, %3, %4) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf64>) -> (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) func.return }  // error: batch_norm_grad_c2
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<4xf32>, %3: tensor<4xf32>, %4: tensor<3x5xf32>) { %r:3 = "stablehlo.batch_norm_grad"(%0, %1, %2, %3, %4) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x5xf32>) -> (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) func.return }  // error: batch_norm_grad_c3
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<4xf32>, %2: tensor<3xf32>, %3: tensor<4xf32>, %4: tensor<3x4xf32>) { %r:3 = "stablehlo.batch_norm_grad"(%0, %1, %2, %3, %4) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<4xf32>, tensor<3xf32>, tensor<4xf32>, tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) func.return }  // error: batch_norm_grad_c4
// -----
func.func @f(%0: tensor<3x4xf32>, %1: tensor<3xf32>, %2: tensor<4xf32>, %3: tensor<4xf32>, %4: tensor<3x4xf32>) { %r:3 = "stablehlo.batch_norm_grad"(%0, %1, %2, %3, %4) {epsilon = 0.0 : f32, feature_index = 1 : i64} : (tensor<3x4xf32>, tensor<3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) func.return }  // error: batch_norm_grad_c5
// -----
func.func @f(%0: tensor<2x2xf32>) { %r = "stablehlo.cholesky"(%0) {lower = true} : (tensor<2x2xf32>) -> tensor<3x3xf32> func.return }  // error: cholesky_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.cholesky"(%0) {lower = true} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: cholesky_c2
// -----
func.func @f(%0: tensor<2x2xf32>, %1: tensor<2x2xf64>) { %r = "stablehlo.triangular_solve"(%0, %1) {left_side = true, lower = true, unit_diagonal = false, transpose_a = #stablehlo<transpose NO_TRANSPOSE>} : (tensor<2x2xf32>, tensor<2x2xf64>) -> tensor<2x2xf32> func.return }  // error: triangular_solve_c1
// -----
func.func @f(%0: tensor<2x2xf32>, %1: tensor<1x2x2xf32>) { %r = "stablehlo.triangular_solve"(%0, %1) {left_side = true, lower = true, unit_diagonal = false, transpose_a = #stablehlo<transpose NO_TRANSPOSE>} : (tensor<2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32> func.return }  // error: triangular_solve_c2
// -----
func.func @f(%0: tensor<2x2xf32>, %1: tensor<2x3xf32>) { %r = "stablehlo.triangular_solve"(%0, %1) {left_side = true, lower = true, unit_diagonal = false, transpose_a = #stablehlo<transpose NO_TRANSPOSE>} : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<2x2xf32> func.return }  // error: triangular_solve_c4
// -----
func.func @f(%0: tensor<4xcomplex<f32>>) { %r = "stablehlo.fft"(%0) {fft_type = #stablehlo<fft_type FFT>, fft_length = array<i64: 4, 4>} : (tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>> func.return }  // error: fft_c1
// -----
func.func @f(%0: tensor<4xcomplex<f32>>) { %r = "stablehlo.fft"(%0) {fft_type = #stablehlo<fft_type FFT>, fft_length = array<i64>} : (tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>> func.return }  // error: fft_c3
// -----
func.func @f(%0: tensor<f32>, %1: tensor<f64>, %2: tensor<1xi64>) { %r = "stablehlo.rng"(%0, %1, %2) {rng_distribution = #stablehlo<rng_distribution UNIFORM>} : (tensor<f32>, tensor<f64>, tensor<1xi64>) -> tensor<?xf32> func.return }  // error: rng_c1
// -----
func.func @f(%0: tensor<f32>, %1: tensor<f32>, %2: tensor<2xi64>) { %r = "stablehlo.rng"(%0, %1, %2) {rng_distribution = #stablehlo<rng_distribution UNIFORM>} : (tensor<f32>, tensor<f32>, tensor<2xi64>) -> tensor<?xf32> func.return }  // error: rng_c3
// -----
func.func @f(%0: tensor<2xui64>) { %r:2 = "stablehlo.rng_bit_generator"(%0) {rng_algorithm = #stablehlo<rng_algorithm THREE_FRY>} : (tensor<2xui64>) -> (tensor<3xui64>, tensor<4xf32>) func.return }  // error: rng_bit_generator_c1
// -----
func.func @f(%0: tensor<3xui64>) { %r:2 = "stablehlo.rng_bit_generator"(%0) {rng_algorithm = #stablehlo<rng_algorithm THREE_FRY>} : (tensor<3xui64>) -> (tensor<3xui64>, tensor<4xf32>) func.return }  // error: rng_bit_generator_c2
// -----
func.func @f(%0: tensor<i1>) { %r = "stablehlo.if"(%0) ({^bb0(%p: tensor<f32>): stablehlo.return %p : tensor<f32>}, {%v = stablehlo.constant dense<0.0> : tensor<f32> stablehlo.return %v : tensor<f32>}) : (tensor<i1>) -> tensor<f32> func.return }  // error: if_c1
// -----
func.func @f(%0: tensor<i32>) { %r = "stablehlo.case"(%0) : (tensor<i32>) -> tensor<f32> func.return }  // error: case_c1
// -----
func.func @f(%0: tensor<i32>) { %r = "stablehlo.case"(%0) ({^bb0(%p: tensor<f32>): stablehlo.return %p : tensor<f32>}) : (tensor<i32>) -> tensor<f32> func.return }  // error: case_c2
// -----
func.func @f(%0: tensor<i32>) { %r = "stablehlo.case"(%0) ({%v = stablehlo.constant dense<0.0> : tensor<f32> stablehlo.return %v : tensor<f32>}, {%v = stablehlo.constant dense<0> : tensor<i32> stablehlo.return %v : tensor<i32>}) : (tensor<i32>) -> tensor<f32> func.return }  // error: case_c3
// -----
func.func @f(%0: tensor<i32>) { %r = "stablehlo.case"(%0) ({%v = stablehlo.constant dense<0.0> : tensor<f32> stablehlo.return %v : tensor<f32>}, {%v = stablehlo.constant dense<0.0> : tensor<f32> stablehlo.return %v : tensor<f32>}) : (tensor<i32>) -> tensor<i32> func.return }  // error: case_c4
// -----
func.func @f(%0: tensor<f32>) { %r = "stablehlo.while"(%0) ({^bb0(%p: tensor<f32>): %t = stablehlo.constant dense<false> : tensor<i1> stablehlo.return %t : tensor<i1>}, {^bb0(%p: tensor<f32>): stablehlo.return %p : tensor<f32>}) : (tensor<f32>) -> tensor<i32> func.return }  // error: while_c3
// -----
func.func private @g(%p: tensor<2xf32>) -> tensor<2xf32> { func.return %p : tensor<2xf32> }
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.composite"(%0) {name = "ab", decomposition = @g} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: composite_c1
// -----
func.func private @g(%p: tensor<2xf32>) -> tensor<2xf32> { func.return %p : tensor<2xf32> }
func.func @f(%0: tensor<3xf32>) { %r = "stablehlo.composite"(%0) {name = "a.b", decomposition = @g} : (tensor<3xf32>) -> tensor<2xf32> func.return }  // error: composite_c3
// -----
func.func private @g(%p: tensor<2xf32>) -> tensor<2xf32> { func.return %p : tensor<2xf32> }
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.composite"(%0) {name = "a.b", decomposition = @g} : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: composite_c4
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.optimization_barrier"(%0) : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: optimization_barrier_c1
// -----
func.func @f(%0: tuple<tensor<2xf32>>) { %r = "stablehlo.get_tuple_element"(%0) {index = 0 : i32} : (tuple<tensor<2xf32>>) -> tensor<3xf32> func.return }  // error: get_tuple_element_c2
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.all_gather"(%0) {all_gather_dim = 0 : i64, replica_groups = dense<[[0, 2]]> : tensor<1x2xi64>} : (tensor<2xf32>) -> tensor<4xf32> func.return }  // error: all_gather_c4
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.all_gather"(%0) {all_gather_dim = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, channel_handle = #stablehlo.channel_handle<handle = -1, type = 0>, use_global_device_ids} : (tensor<2xf32>) -> tensor<4xf32> func.return }  // error: all_gather_c5
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.all_reduce"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {replica_groups = dense<[[0, 0]]> : tensor<1x2xi64>} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: all_reduce_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.all_reduce"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {replica_groups = dense<[[0, 2]]> : tensor<1x2xi64>} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: all_reduce_c3
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.all_reduce"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, channel_handle = #stablehlo.channel_handle<handle = 0, type = 0>, use_global_device_ids} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: all_reduce_c4
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.all_reduce"(%0) ({^bb0(%p0: tensor<i32>, %p1: tensor<i32>): %s0 = stablehlo.add %p0, %p1 : tensor<i32> stablehlo.return %s0 : tensor<i32>}) {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: all_reduce_c5
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.all_reduce"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: all_reduce_c6
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.all_reduce"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2xf32>) -> tensor<2xi32> func.return }  // error: all_reduce_c7
// -----
func.func @f(%0: tensor<2x2xf32>) { %r = "stablehlo.all_to_all"(%0) {split_dimension = 2 : i64, concat_dimension = 1 : i64, split_count = 2 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2x2xf32>) -> tensor<1x4xf32> func.return }  // error: all_to_all_c1
// -----
func.func @f(%0: tensor<2x2xf32>) { %r = "stablehlo.all_to_all"(%0) {split_dimension = 0 : i64, concat_dimension = 2 : i64, split_count = 2 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2x2xf32>) -> tensor<1x4xf32> func.return }  // error: all_to_all_c3
// -----
func.func @f(%0: tensor<2x2xf32>) { %r = "stablehlo.all_to_all"(%0) {split_dimension = 0 : i64, concat_dimension = 1 : i64, split_count = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2x2xf32>) -> tensor<1x4xf32> func.return }  // error: all_to_all_c4
// -----
func.func @f(%0: tensor<2x2xf32>) { %r = "stablehlo.all_to_all"(%0) {split_dimension = 0 : i64, concat_dimension = 1 : i64, split_count = 2 : i64, replica_groups = dense<[[0, 0]]> : tensor<1x2xi64>} : (tensor<2x2xf32>) -> tensor<1x4xf32> func.return }  // error: all_to_all_c5
// -----
func.func @f(%0: tensor<2x2xf32>) { %r = "stablehlo.all_to_all"(%0) {split_dimension = 0 : i64, concat_dimension = 1 : i64, split_count = 2 : i64, replica_groups = dense<[[0, 2]]> : tensor<1x2xi64>} : (tensor<2x2xf32>) -> tensor<1x4xf32> func.return }  // error: all_to_all_c7
// -----
func.func @f(%0: tensor<4x2xf32>) { %r = "stablehlo.all_to_all"(%0) {split_dimension = 0 : i64, concat_dimension = 1 : i64, split_count = 4 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<4x2xf32>) -> tensor<1x4xf32> func.return }  // error: all_to_all_c8
// -----
func.func @f(%0: tensor<2x2xf32>) { %r = "stablehlo.all_to_all"(%0) {split_dimension = 0 : i64, concat_dimension = 1 : i64, split_count = 2 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2x2xf32>) -> tensor<2x2xf32> func.return }  // error: all_to_all_c9
// -----
func.func @f(%0: tensor<3xf32>) { %r = "stablehlo.reduce_scatter"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {scatter_dimension = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<3xf32>) -> tensor<2xf32> func.return }  // error: reduce_scatter_c1
// -----
func.func @f(%0: tensor<4xf32>) { %r = "stablehlo.reduce_scatter"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {scatter_dimension = 1 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<4xf32>) -> tensor<2xf32> func.return }  // error: reduce_scatter_c2
// -----
func.func @f(%0: tensor<4xf32>) { %r = "stablehlo.reduce_scatter"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {scatter_dimension = 0 : i64, replica_groups = dense<[[0, 0]]> : tensor<1x2xi64>} : (tensor<4xf32>) -> tensor<2xf32> func.return }  // error: reduce_scatter_c3
// -----
func.func @f(%0: tensor<4xf32>) { %r = "stablehlo.reduce_scatter"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {scatter_dimension = 0 : i64, replica_groups = dense<[[0, 2]]> : tensor<1x2xi64>} : (tensor<4xf32>) -> tensor<2xf32> func.return }  // error: reduce_scatter_c5
// -----
func.func @f(%0: tensor<4xf32>) { %r = "stablehlo.reduce_scatter"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {scatter_dimension = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, channel_handle = #stablehlo.channel_handle<handle = 0, type = 0>, use_global_device_ids} : (tensor<4xf32>) -> tensor<2xf32> func.return }  // error: reduce_scatter_c6
// -----
func.func @f(%0: tensor<4xf32>) { %r = "stablehlo.reduce_scatter"(%0) ({^bb0(%p0: tensor<i32>, %p1: tensor<i32>): %s0 = stablehlo.add %p0, %p1 : tensor<i32> stablehlo.return %s0 : tensor<i32>}) {scatter_dimension = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<4xf32>) -> tensor<2xf32> func.return }  // error: reduce_scatter_c7
// -----
func.func @f(%0: tensor<4x2xf32>) { %r = "stablehlo.reduce_scatter"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {scatter_dimension = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<4x2xf32>) -> tensor<2x3xf32> func.return }  // error: reduce_scatter_c8
// -----
func.func @f(%0: tensor<4xf32>) { %r = "stablehlo.reduce_scatter"(%0) ({^bb0(%p0: tensor<f32>, %p1: tensor<f32>): %s0 = stablehlo.add %p0, %p1 : tensor<f32> stablehlo.return %s0 : tensor<f32>}) {scatter_dimension = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<4xf32>) -> tensor<2xi32> func.return }  // error: reduce_scatter_c9
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.collective_broadcast"(%0) {replica_groups = dense<[[0, 0]]> : tensor<1x2xi64>} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: collective_broadcast_c1
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.collective_broadcast"(%0) {replica_groups = dense<[[0, -1]]> : tensor<1x2xi64>} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: collective_broadcast_c2
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.collective_broadcast"(%0) {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: collective_broadcast_c3
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.collective_permute"(%0) {source_target_pairs = dense<[[0, 1], [0, 2]]> : tensor<2x2xi64>} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: collective_permute_c2
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.collective_permute"(%0) {source_target_pairs = dense<[[0, -1]]> : tensor<1x2xi64>} : (tensor<2xf32>) -> tensor<2xf32> func.return }  // error: collective_permute_c4
// -----
func.func @f(%0: tensor<2xf32>) { %r = "stablehlo.collective_permute"(%0) {source_target_pairs = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2xf32>) -> tensor<3xf32> func.return }  // error: collective_permute_c5
// -----
func.func @f(%0: !stablehlo.token) { "stablehlo.infeed"(%0) {infeed_config = ""} : (!stablehlo.token) -> () func.return }  // error: infeed_c1
// -----
func.func @f(%0: !stablehlo.token) { %r:2 = "stablehlo.infeed"(%0) {infeed_config = ""} : (!stablehlo.token) -> (!stablehlo.token, !stablehlo.token) func.return }  // error: infeed_c2
// -----
func.func @f(%0: !stablehlo.token) { %r = "stablehlo.infeed"(%0) {infeed_config = ""} : (!stablehlo.token) -> tensor<2xf32> func.return }  // error: infeed_c3
// -----
func.func @f(%0: !stablehlo.token) { %r:2 = "stablehlo.recv"(%0) {channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, is_host_transfer = true} : (!stablehlo.token) -> (tensor<2xf32>, !stablehlo.token) func.return }  // error: recv_c1
// -----
func.func @f(%0: !stablehlo.token) { "stablehlo.recv"(%0) {channel_handle = #stablehlo.channel_handle<handle = 1, type = 3>, is_host_transfer = true} : (!stablehlo.token) -> () func.return }  // error: recv_c2
// -----
func.func @f(%0: !stablehlo.token) { %r:2 = "stablehlo.recv"(%0) {channel_handle = #stablehlo.channel_handle<handle = 1, type = 3>, is_host_transfer = true} : (!stablehlo.token) -> (!stablehlo.token, !stablehlo.token) func.return }  // error: recv_c3
// -----
func.func @f(%0: !stablehlo.token) { %r = "stablehlo.recv"(%0) {channel_handle = #stablehlo.channel_handle<handle = 1, type = 3>, is_host_transfer = true} : (!stablehlo.token) -> tensor<2xf32> func.return }  // error: recv_c4
// -----
func.func @f(%0: tensor<2xf32>, %1: !stablehlo.token) { %r = "stablehlo.send"(%0, %1) {channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, is_host_transfer = true} : (tensor<2xf32>, !stablehlo.token) -> !stablehlo.token func.return }  // error: send_c1
// -----
func.func @f(%0: tensor<2x!quant.uniform<i8:f32, 0.5:300>>) { %r = stablehlo.negate %0 : tensor<2x!quant.uniform<i8:f32, 0.5:300>> func.return }  // error: quantised type c7
// -----
func.func @f(%0: tensor<2x!quant.uniform<i8:f32:1, {0.5, 0.5}>>) { %r = stablehlo.add %0, %0 : tensor<2x!quant.uniform<i8:f32:1, {0.5, 0.5}>> func.return }  // error: quantised type c12
// -----
func.func @f(%0: tensor<2x!quant.uniform<i8:f32:0, {0.5, 0.5, 0.5}>>) { %r = stablehlo.add %0, %0 : tensor<2x!quant.uniform<i8:f32:0, {0.5, 0.5, 0.5}>> func.return }  // error: quantised type c13
