// test: op
// The two largest of each row, and where they were: exactly, whatever recall is asked for.
// in: dense<[[1.0, 5.0, 3.0, 4.0], [9.0, 2.0, 9.0, 7.0]]> : tensor<2x4xf32>
// out: dense<[[5.0, 4.0], [9.0, 9.0]]> : tensor<2x2xf32>
// out: dense<[[1, 3], [0, 2]]> : tensor<2x2xi32>
func.func private @greater(%a: tensor<f32>, %b: tensor<f32>, %i: tensor<i32>, %j: tensor<i32>) -> tensor<i1> {
  %r = stablehlo.compare GT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
  return %r : tensor<i1>
}
func.func @main(%a: tensor<2x4xf32>) -> (tensor<2x2xf32>, tensor<2x2xi32>) {
  %i = stablehlo.iota dim = 1 : tensor<2x4xi32>
  %least = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %none = stablehlo.constant dense<-1> : tensor<i32>
  %r:2 = stablehlo.custom_call @ApproxTopK(%a, %i, %least, %none) {backend_config = "", called_computations = [@greater], mhlo.backend_config = {aggregate_to_topk = true, is_fallback = true, recall_target = 0.5 : f32, reduction_dim = 1 : i64, reduction_input_size_override = -1 : i64, top_k = 2 : i64}} : (tensor<2x4xf32>, tensor<2x4xi32>, tensor<f32>, tensor<i32>) -> (tensor<2x2xf32>, tensor<2x2xi32>)
  return %r#0, %r#1 : tensor<2x2xf32>, tensor<2x2xi32>
}
// -----
// Along the first dimension, and more than k of them.
// in: dense<[[1.0, 5.0], [3.0, 4.0], [9.0, 2.0], [0.0, 7.0]]> : tensor<4x2xf64>
// out: dense<[[0.0, 2.0], [1.0, 4.0], [3.0, 5.0]]> : tensor<3x2xf64>
func.func private @less(%a: tensor<f64>, %b: tensor<f64>) -> tensor<i1> {
  %r = stablehlo.compare LT, %a, %b : (tensor<f64>, tensor<f64>) -> tensor<i1>
  return %r : tensor<i1>
}
func.func @main(%a: tensor<4x2xf64>) -> tensor<3x2xf64> {
  %most = stablehlo.constant dense<0x7FF0000000000000> : tensor<f64>
  %r = stablehlo.custom_call @ApproxTopK(%a, %most) {api_version = 4 : i32, backend_config = {aggregate_to_topk = false, recall_target = 0.95 : f32, reduction_dim = 0 : i64, reduction_input_size_override = 9 : i64, top_k = 1 : i64}, called_computations = [@less]} : (tensor<4x2xf64>, tensor<f64>) -> tensor<3x2xf64>
  return %r : tensor<3x2xf64>
}
// -----
// Sizes that the program computes: k, a shape of random bits, a window over all.
// in: dense<[[1.0, 5.0, 3.0], [9.0, 2.0, 7.0]]> : tensor<2x3xf32>
// out: dense<[[5.0, 3.0], [9.0, 7.0]]> : tensor<2x2xf32>
// out: dense<[[1, 2], [0, 2]]> : tensor<2x2xi32>
// out: dense<[[1.0, 5.0, 3.0], [10.0, 7.0, 10.0]]> : tensor<2x3xf32>
// out: dense<[[10.0, 7.0, 10.0], [9.0, 2.0, 7.0]]> : tensor<2x3xf32>
// out: dense<true> : tensor<i1>
func.func private @add(%a: tensor<f32>, %b: tensor<f32>) -> tensor<f32> {
  %r = stablehlo.add %a, %b : tensor<f32>
  return %r : tensor<f32>
}
func.func @main(%a: tensor<?x?xf32>) -> (tensor<?x?xf32>, tensor<?x?xi32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<i1>) {
  %m = stablehlo.get_dimension_size %a, dim = 0 : (tensor<?x?xf32>) -> tensor<i32>
  %n = stablehlo.get_dimension_size %a, dim = 1 : (tensor<?x?xf32>) -> tensor<i32>
  %top:2 = stablehlo.custom_call @stablehlo.dynamic_top_k(%a, %m) {api_version = 2 : i32} : (tensor<?x?xf32>, tensor<i32>) -> (tensor<?x?xf32>, tensor<?x?xi32>)
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %one = stablehlo.constant dense<1> : tensor<1xi32>
  %ones = stablehlo.constant dense<1> : tensor<2xi32>
  %none = stablehlo.constant dense<0> : tensor<1xi32>
  %one_less = stablehlo.constant dense<-1> : tensor<1xi32>
  %rows = stablehlo.reshape %m : (tensor<i32>) -> tensor<1xi32>
  %window = stablehlo.concatenate %rows, %one, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %rest = stablehlo.add %rows, %one_less : tensor<1xi32>
  %before4 = stablehlo.concatenate %rest, %none, %none, %none, dim = 0 : (tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> tensor<4xi32>
  %before = stablehlo.reshape %before4 : (tensor<4xi32>) -> tensor<2x2xi32>
  %behind4 = stablehlo.concatenate %none, %rest, %none, %none, dim = 0 : (tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> tensor<4xi32>
  %behind = stablehlo.reshape %behind4 : (tensor<4xi32>) -> tensor<2x2xi32>
  %sum = stablehlo.custom_call @stablehlo.dynamic_reduce_window(%a, %zero, %window, %ones, %ones, %ones, %before) {api_version = 2 : i32, called_computations = [@add]} : (tensor<?x?xf32>, tensor<f32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2x2xi32>) -> tensor<?x?xf32>
  %back = stablehlo.custom_call @stablehlo.dynamic_reduce_window(%a, %zero, %window, %ones, %ones, %ones, %behind) {api_version = 2 : i32, called_computations = [@add]} : (tensor<?x?xf32>, tensor<f32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2x2xi32>) -> tensor<?x?xf32>
  %state = stablehlo.constant dense<[7, 9]> : tensor<2xui64>
  %shape = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %bits:2 = stablehlo.custom_call @stablehlo.dynamic_rng_bit_generator(%state, %shape) {api_version = 2 : i32, rng_algorithm = #stablehlo<rng_algorithm THREE_FRY>} : (tensor<2xui64>, tensor<1xi32>) -> (tensor<2xui64>, tensor<?xui32>)
  %next, %same = stablehlo.rng_bit_generator %state, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<3xui32>)
  %fixed = stablehlo.convert %bits#1 : (tensor<?xui32>) -> tensor<3xui32>
  %equal = stablehlo.compare EQ, %fixed, %same : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xi1>
  %yes = stablehlo.constant dense<true> : tensor<i1>
  %all = stablehlo.reduce(%equal init: %yes) applies stablehlo.and across dimensions = [0] : (tensor<3xi1>, tensor<i1>) -> tensor<i1>
  return %top#0, %top#1, %sum, %back, %all : tensor<?x?xf32>, tensor<?x?xi32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<i1>
}
// -----
// Where a value lies, on one device; what counts as used; an assertion that holds.
// in: dense<[1.0, 2.0]> : tensor<2xf32>
// out: dense<[1.0, 2.0]> : tensor<2xf32>
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %yes = stablehlo.constant dense<true> : tensor<i1>
  stablehlo.custom_call @shape_assertion(%yes) {api_version = 2 : i32, error_message = "never", has_side_effect = true} : (tensor<i1>) -> ()
  %0 = stablehlo.custom_call @Sharding(%a) {backend_config = "", mhlo.sharding = "{replicated}"} : (tensor<2xf32>) -> tensor<2xf32>
  %1 = stablehlo.custom_call @SPMDFullToShardShape(%0) {mhlo.sharding = "{manual}"} : (tensor<2xf32>) -> tensor<2xf32>
  %2 = stablehlo.custom_call @SPMDShardToFullShape(%1) {mhlo.sharding = "{replicated}"} : (tensor<2xf32>) -> tensor<2xf32>
  %3 = stablehlo.custom_call @annotate_device_placement(%2) {has_side_effect = true, mhlo.frontend_attributes = {_xla_buffer_placement = "pinned_host"}} : (tensor<2xf32>) -> tensor<2xf32>
  %4 = stablehlo.custom_call @LayoutConstraint(%3) {operand_layouts = [dense<0> : tensor<1xindex>], result_layouts = [dense<0> : tensor<1xindex>]} : (tensor<2xf32>) -> tensor<2xf32>
  stablehlo.custom_call @dce_sink(%4) {has_side_effect = true, api_version = 4 : i32, backend_config = {}} : (tensor<2xf32>) -> ()
  return %4 : tensor<2xf32>
}
// -----
// Ops of MHLO as older exporters wrote them.
// tolerance: 1e-6
// in: dense<[[1.0, 5.0, 3.0], [9.0, 2.0, 9.0]]> : tensor<2x3xf32>
// in: dense<[0.0, 1.0, -1.0]> : tensor<3xf32>
// out: dense<[[5.0, 3.0], [9.0, 9.0]]> : tensor<2x2xf32>
// out: dense<[[1, 2], [0, 2]]> : tensor<2x2xi32>
// out: dense<[0.0, 0.842700779, -0.842700779]> : tensor<3xf32>
// out: dense<[0.0, 1.17520118, -1.17520118]> : tensor<3xf32>
func.func @main(%a: tensor<2x3xf32>, %b: tensor<3xf32>) -> (tensor<2x2xf32>, tensor<2x2xi32>, tensor<3xf32>, tensor<3xf32>) {
  %top:2 = stablehlo.custom_call @mhlo.topk(%a) {mhlo.attributes = {k = 2 : i64, largest = true}, mhlo.version = 1 : i64} : (tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x2xi32>)
  %erf = stablehlo.custom_call @mhlo.erf(%b) {mhlo.attributes = {}, mhlo.version = 1 : i64} : (tensor<3xf32>) -> tensor<3xf32>
  %sinh = stablehlo.custom_call @mhlo.sinh(%b) {mhlo.attributes = {}, mhlo.version = 1 : i64} : (tensor<3xf32>) -> tensor<3xf32>
  return %top#0, %top#1, %erf, %sinh : tensor<2x2xf32>, tensor<2x2xi32>, tensor<3xf32>, tensor<3xf32>
}
// -----
// ragged_all_to_all of one participant: slices of rows, over rows of the output; the last slice that has a row gives it.
// in: dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
// in: dense<-1.0> : tensor<5x2xf32>
// in: dense<[2, 0, 1]> : tensor<3xi32>
// in: dense<[1, 2, 0]> : tensor<3xi32>
// in: dense<[4, 1, 0]> : tensor<3xi32>
// out: dense<[[-1.0, -1.0], [1.0, 2.0], [3.0, 4.0], [-1.0, -1.0], [5.0, 6.0]]> : tensor<5x2xf32>
func.func @main(%a: tensor<3x2xf32>, %o: tensor<5x2xf32>, %i: tensor<3xi32>, %n: tensor<3xi32>, %t: tensor<3xi32>) -> tensor<5x2xf32> {
  %0 = stablehlo.custom_call @ragged_all_to_all(%a, %o, %i, %n, %t, %n) {api_version = 4 : i32, backend_config = {channel_id = 1 : i64, replica_groups = dense<0> : tensor<1x1xi64>}} : (tensor<3x2xf32>, tensor<5x2xf32>, tensor<3xi32>, tensor<3xi32>, tensor<3xi32>, tensor<3xi32>) -> tensor<5x2xf32>
  return %0 : tensor<5x2xf32>
}
// -----
// Sizes of a call; slices that overlap, that leave the operand and that leave the result.
// in: dense<[1, 2, 3]> : tensor<3xi16>
// in: dense<[10, 20, 30, 40, 50]> : tensor<5xi16>
// in: dense<[0, 1, 2, -1]> : tensor<4xi64>
// in: dense<[2, 1, 4, 2]> : tensor<4xi64>
// in: dense<[0, 1, 3, -1]> : tensor<4xi64>
// out: dense<[1, 2, 30, 3, 3]> : tensor<5xi16>
func.func @main(%a: tensor<?xi16>, %o: tensor<?xi16>, %i: tensor<4xi64>, %n: tensor<4xi64>, %t: tensor<4xi64>) -> tensor<?xi16> {
  %0 = stablehlo.custom_call @ragged_all_to_all(%a, %o, %i, %n, %t, %n) {api_version = 4 : i32, backend_config = {replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>}} : (tensor<?xi16>, tensor<?xi16>, tensor<4xi64>, tensor<4xi64>, tensor<4xi64>, tensor<4xi64>) -> tensor<?xi16>
  return %0 : tensor<?xi16>
}
