// test: verify
func.func private @less(%a: tensor<f32>, %b: tensor<f32>) -> tensor<i1> {
  %r = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
  return %r : tensor<i1>
}
func.func @main(%a: tensor<4xf32>, %z: tensor<f32>) -> tensor<5xf32> {
  %r = stablehlo.custom_call @ApproxTopK(%a, %z) {called_computations = [@less], mhlo.backend_config = {aggregate_to_topk = true, recall_target = 0.9 : f32, reduction_dim = 0 : i64, top_k = 5 : i64}} : (tensor<4xf32>, tensor<f32>) -> tensor<5xf32> // error: @ApproxTopK: expected top_k in [1, 4]
  return %r : tensor<5xf32>
}
// -----
func.func private @less(%a: tensor<f32>, %b: tensor<f32>) -> tensor<i1> {
  %r = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
  return %r : tensor<i1>
}
func.func @main(%a: tensor<4xf32>, %z: tensor<f32>) -> tensor<3xf32> {
  %r = stablehlo.custom_call @ApproxTopK(%a, %z) {called_computations = [@less], mhlo.backend_config = {aggregate_to_topk = true, recall_target = 0.9 : f32, reduction_dim = 0 : i64, top_k = 2 : i64}} : (tensor<4xf32>, tensor<f32>) -> tensor<3xf32> // error: @ApproxTopK: result 0: expected tensor<2xf32>, found tensor<3xf32>
  return %r : tensor<3xf32>
}
// -----
func.func private @less(%a: tensor<f32>, %b: tensor<f32>) -> tensor<i1> {
  %r = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
  return %r : tensor<i1>
}
func.func @main(%a: tensor<4xf32>, %z: tensor<f32>) -> tensor<1xf32> {
  %r = stablehlo.custom_call @ApproxTopK(%a, %z) {called_computations = [@less], mhlo.backend_config = {aggregate_to_topk = false, recall_target = 0.9 : f32, reduction_dim = 0 : i64, top_k = 2 : i64}} : (tensor<4xf32>, tensor<f32>) -> tensor<1xf32> // error: @ApproxTopK: result 0: expected a size between top_k and that of the input
  return %r : tensor<1xf32>
}
// -----
func.func private @less(%a: tensor<f32>, %b: tensor<f32>) -> tensor<i1> {
  %r = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
  return %r : tensor<i1>
}
func.func @main(%a: tensor<4xf32>, %z: tensor<f32>) -> tensor<2xf32> {
  %r = stablehlo.custom_call @ApproxTopK(%a, %z) {called_computations = [@less], mhlo.backend_config = {aggregate_to_topk = true, recall_target = 1.5 : f32, reduction_dim = 0 : i64, top_k = 2 : i64}} : (tensor<4xf32>, tensor<f32>) -> tensor<2xf32> // error: @ApproxTopK: expected recall_target in (0, 1]
  return %r : tensor<2xf32>
}
// -----
func.func private @less(%a: tensor<f32>, %b: tensor<f32>) -> tensor<i1> {
  %r = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
  return %r : tensor<i1>
}
func.func @main(%a: tensor<4xf32>, %z: tensor<f32>) -> tensor<2xf32> {
  %r = stablehlo.custom_call @ApproxTopK(%a, %z) {called_computations = [@less], mhlo.backend_config = {aggregate_to_topk = true, recall_target = 0.9 : f32, reduction_dim = 1 : i64, top_k = 2 : i64}} : (tensor<4xf32>, tensor<f32>) -> tensor<2xf32> // error: @ApproxTopK: expected reduction_dim in [0, 0]
  return %r : tensor<2xf32>
}
// -----
func.func private @less(%a: tensor<i32>, %b: tensor<i32>) -> tensor<i1> {
  %r = stablehlo.compare LT, %a, %b : (tensor<i32>, tensor<i32>) -> tensor<i1>
  return %r : tensor<i1>
}
func.func @main(%a: tensor<4xf32>, %z: tensor<f32>) -> tensor<2xf32> {
  %r = stablehlo.custom_call @ApproxTopK(%a, %z) {called_computations = [@less], mhlo.backend_config = {aggregate_to_topk = true, recall_target = 0.9 : f32, reduction_dim = 0 : i64, top_k = 2 : i64}} : (tensor<4xf32>, tensor<f32>) -> tensor<2xf32> // error: expected a scalar of the element type of tensor<4xf32>
  return %r : tensor<2xf32>
}
// -----
func.func @main(%a: tensor<4xf32>, %z: tensor<f32>) -> tensor<2xf32> {
  %r = stablehlo.custom_call @ApproxTopK(%a, %z) {mhlo.backend_config = {aggregate_to_topk = true, recall_target = 0.9 : f32, reduction_dim = 0 : i64, top_k = 2 : i64}} : (tensor<4xf32>, tensor<f32>) -> tensor<2xf32> // error: @ApproxTopK: expected 1 of called_computations
  return %r : tensor<2xf32>
}
// -----
func.func @main(%a: tensor<4xf32>, %z: tensor<f32>) -> tensor<2xf32> {
  %r = stablehlo.custom_call @ApproxTopK(%a, %z) {called_computations = [@nothing], mhlo.backend_config = {}} : (tensor<4xf32>, tensor<f32>) -> tensor<2xf32> // error: '@nothing' is not a function
  return %r : tensor<2xf32>
}
// -----
func.func @main(%a: tensor<4xf32>, %k: tensor<i32>) -> tensor<5xf32> {
  %c = stablehlo.constant dense<5> : tensor<i32>
  %r:2 = stablehlo.custom_call @stablehlo.dynamic_top_k(%a, %c) : (tensor<4xf32>, tensor<i32>) -> (tensor<5xf32>, tensor<5xi32>) // error: @stablehlo.dynamic_top_k: expected k in the last dimension of tensor<4xf32>, found 5
  return %r#0 : tensor<5xf32>
}
// -----
func.func @main(%s: tensor<2xui64>, %n: tensor<2xi32>) -> tensor<?xui32> {
  %r:2 = stablehlo.custom_call @stablehlo.dynamic_rng_bit_generator(%s, %n) {rng_algorithm = #stablehlo<rng_algorithm DEFAULT>} : (tensor<2xui64>, tensor<2xi32>) -> (tensor<2xui64>, tensor<?xui32>) // error: operand 1: expected integers of shape [1], found tensor<2xi32>
  return %r#1 : tensor<?xui32>
}
// -----
func.func private @add(%a: tensor<f32>, %b: tensor<f32>) -> tensor<f32> {
  %r = stablehlo.add %a, %b : tensor<f32>
  return %r : tensor<f32>
}
func.func @main(%a: tensor<4xf32>, %z: tensor<f32>, %p: tensor<1x2xi32>) -> tensor<?xf32> {
  %one = stablehlo.constant dense<1> : tensor<1xi32>
  %zero = stablehlo.constant dense<0> : tensor<1xi32>
  %r = stablehlo.custom_call @stablehlo.dynamic_reduce_window(%a, %z, %one, %zero, %one, %one, %p) {called_computations = [@add]} : (tensor<4xf32>, tensor<f32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1x2xi32>) -> tensor<?xf32> // error: operand 3: expected numbers of at least 1
  return %r : tensor<?xf32>
}
// -----
func.func @main(%a: tensor<i1>, %n: tensor<i8>) {
  stablehlo.custom_call @shape_assertion(%a, %n) {error_message = "no {0}", has_side_effect = true} : (tensor<i1>, tensor<i8>) -> () // error: @shape_assertion: operand 1: expected i32 or i64
  return
}
// -----
func.func @main(%a: tensor<i1>) {
  stablehlo.custom_call @shape_assertion(%a) {error_message = "no"} : (tensor<i1>) -> () // error: @shape_assertion: expected has_side_effect
  return
}
// -----
func.func @main(%a: tensor<?xf32>, %n: tensor<2xi32>) -> tensor<?xf32> {
  %r = stablehlo.custom_call @any(%a, %n) {indices_of_shape_operands = dense<1> : tensor<1xi64>} : (tensor<?xf32>, tensor<2xi32>) -> tensor<?xf32> // error: operand 1: expected integers of shape [1], found tensor<2xi32>
  return %r : tensor<?xf32>
}
// -----
func.func @main(%a: tensor<4xi32>) -> tensor<4xi32> {
  %r = stablehlo.custom_call @mhlo.erf(%a) {mhlo.attributes = {}, mhlo.version = 1 : i64} : (tensor<4xi32>) -> tensor<4xi32> // error: @mhlo.erf: expected floating-point numbers, found tensor<4xi32>
  return %r : tensor<4xi32>
}
// -----
func.func @main(%a: tensor<4xf32>) -> (tensor<5xf32>, tensor<5xi32>) {
  %r:2 = stablehlo.custom_call @mhlo.topk(%a) {mhlo.attributes = {k = 5 : i64, largest = true}, mhlo.version = 1 : i64} : (tensor<4xf32>) -> (tensor<5xf32>, tensor<5xi32>) // error: @mhlo.topk: expected k in [0, 4]
  return %r#0, %r#1 : tensor<5xf32>, tensor<5xi32>
}
// -----
func.func @main(%a: tensor<4xf32>) -> (tensor<2xf32>, tensor<2xi32>) {
  %r:2 = stablehlo.custom_call @mhlo.topk(%a) {mhlo.attributes = {k = 2 : i64, largest = false}, mhlo.version = 1 : i64} : (tensor<4xf32>) -> (tensor<2xf32>, tensor<2xi32>) // error: @mhlo.topk: expected largest = true
  return %r#0, %r#1 : tensor<2xf32>, tensor<2xi32>
}
// -----
func.func @main(%a: tensor<3x2xf32>, %o: tensor<5x3xf32>, %i: tensor<2xi32>) -> tensor<5x3xf32> {
  %r = stablehlo.custom_call @ragged_all_to_all(%a, %o, %i, %i, %i, %i) {api_version = 4 : i32, backend_config = {replica_groups = dense<0> : tensor<1x1xi64>}} : (tensor<3x2xf32>, tensor<5x3xf32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>) -> tensor<5x3xf32> // error: @ragged_all_to_all: expected rows of one type, found tensor<3x2xf32> and tensor<5x3xf32>
  return %r : tensor<5x3xf32>
}
