// test: verify
// Types that Weft has no values of are kept in functions and calls, and refused by ops.
func.func @main(%x: tensor<3xi10>) -> tensor<3xi10> {
  %0 = stablehlo.add %x, %x : tensor<3xi10>  // error 8: add: operand 0: expected a ranked tensor of an element type the op takes, found tensor<3xi10>
  return %0 : tensor<3xi10>
}
// -----
func.func @main(%x: tensor<4x!quant.uniform<si8:f32, 1.0>>) {
  %0 = stablehlo.uniform_dequantize %x : (tensor<4x!quant.uniform<si8:f32, 1.0>>) -> tensor<4xf32>  // error 8: found tensor<4x!quant.uniform<si8:f32, 1.0>>
  return
}
// -----
func.func @main(%x: tensor<2xindex>) {
  %0 = stablehlo.negate %x : tensor<2xindex>  // error 8: found tensor<2xindex>
  return
}
// -----
func.func @main(%x: tensor<2xf32>) -> memref<2xf32> {
  %0 = "stablehlo.custom_call"(%x) {call_target_name = "Pin", api_version = 4 : i32} : (tensor<2xf32>) -> memref<2xf32>
  %1 = "stablehlo.custom_call"(%0) {call_target_name = "Unpin", api_version = 4 : i32} : (memref<2xf32>) -> tensor<3xf32>  // error 8: custom_call: Unpin: expected a tensor and a buffer of one shape and element
  return %0 : memref<2xf32>
}
// -----
func.func @main(%p: tensor<i1>, %x: memref<2xf32>) {
  %0 = "stablehlo.if"(%p) ({  // error 8: expected tensors or tokens as results, found memref<2xf32>
    stablehlo.return %x : memref<2xf32>
  }, {
    stablehlo.return %x : memref<2xf32>
  }) : (tensor<i1>) -> memref<2xf32>
  return
}
// -----
func.func private @f() -> !stablehlo.future<f32>  // error 27: a future holds ranked tensors, not f32
// -----
func.func @main(%x: tensor<2xf32>) {
  %0 = stablehlo.sine %x : (tensor<2xf32>) -> tensor<*xf32>  // error 8: expected a ranked tensor as result
  return
}
