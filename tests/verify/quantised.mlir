// test: verify
// Constraints of quantised types, each broken once.
func.func @main(%a: tensor<2x!quant.uniform<i8:f32, 1.0:17>>, %b: tensor<2x!quant.uniform<i16:f32, 1.0:0>>) {
  %0 = "stablehlo.add"(%a, %b) : (tensor<2x!quant.uniform<i8:f32, 1.0:17>>, tensor<2x!quant.uniform<i16:f32, 1.0:0>>) -> tensor<2x!quant.uniform<i8:f32, 1.0:17>>  // error: add_c3
  func.return
}
// -----
func.func @main(%a: tensor<2x!quant.uniform<i8:f32, 1.0:17>>, %b: tensor<2x!quant.uniform<i8:f32, 1.0:17>>) {
  %0 = "stablehlo.add"(%a, %b) : (tensor<2x!quant.uniform<i8:f32, 1.0:17>>, tensor<2x!quant.uniform<i8:f32, 1.0:17>>) -> tensor<2xf32>  // error: add_c2
  func.return
}
// -----
func.func @main(%a: tensor<2x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>, %b: tensor<2x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>) {
  %0 = "stablehlo.add"(%a, %b) : (tensor<2x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>, tensor<2x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>) -> tensor<2x!quant.uniform<i8:f32, 1.0:17>>  // error: add_c6
  func.return
}
// -----
func.func @main(%a: tensor<2x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>) {
  %0 = stablehlo.negate %a : tensor<2x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>  // error: negate: operand 0
  func.return
}
// -----
func.func @main(%a: tensor<2x3x!quant.uniform<i8:f32, 1.0:17>>) {
  %0 = stablehlo.reshape %a : (tensor<2x3x!quant.uniform<i8:f32, 1.0:17>>) -> tensor<6x!quant.uniform<i8:f32, 2.0:3>>  // error: reshape_c1
  func.return
}
// -----
func.func @main(%a: tensor<2x3x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>) {
  %0 = stablehlo.reshape %a : (tensor<2x3x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>) -> tensor<3x2x!quant.uniform<i8:f32:1, {1.0:0,2.0:0}>>  // error: reshape_c3
  func.return
}
// -----
func.func @main(%a: tensor<2x3x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>) {
  %0 = stablehlo.transpose %a, dims = [1, 0] : (tensor<2x3x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>) -> tensor<3x2x!quant.uniform<i8:f32:0, {1.0:0,2.0:0,3.0:0}>>  // error: transpose_c4
  func.return
}
// -----
func.func @main(%a: tensor<2x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>) {
  %0 = stablehlo.broadcast_in_dim %a, dims = [1] : (tensor<2x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>) -> tensor<2x2x!quant.uniform<i8:f32:0, {1.0:0,2.0:0}>>  // error: broadcast_in_dim_c6
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>, %b: tensor<3x2x!quant.uniform<i8:f16, 1.0:0>>) {
  %0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<2x3xf32>, tensor<3x2x!quant.uniform<i8:f16, 1.0:0>>) -> tensor<2x2xf32>  // error: dot_general_c20
  func.return
}
// -----
func.func @main(%a: tensor<2x3x!quant.uniform<i8:f32, 1.0:17>>, %b: tensor<3x2x!quant.uniform<i8:f32, 1.0:17>>) {
  %0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<2x3x!quant.uniform<i8:f32, 1.0:17>>, tensor<3x2x!quant.uniform<i8:f32, 1.0:17>>) -> tensor<2x2x!quant.uniform<i8:f32, 1.0:17>>  // error: dot_general_c15
  func.return
}
// -----
func.func @main(%a: tensor<2x3x!quant.uniform<i8:f32, 1.0:17>>, %b: tensor<3x2xf32>) {
  %0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<2x3x!quant.uniform<i8:f32, 1.0:17>>, tensor<3x2xf32>) -> tensor<2x2x!quant.uniform<i8:f32, 1.0:17>>  // error: dot_general_c14
  func.return
}
// -----
func.func @main(%a: tensor<2xf64>) {
  %0 = stablehlo.uniform_quantize %a : (tensor<2xf64>) -> tensor<2x!quant.uniform<i8:f32, 1.0:17>>  // error: uniform_quantize_c2
  func.return
}
// -----
func.func @main(%a: tensor<2x!quant.uniform<i8:f32, 1.0:17>>) {
  %0 = stablehlo.uniform_dequantize %a : (tensor<2x!quant.uniform<i8:f32, 1.0:17>>) -> tensor<2xf64>  // error: uniform_dequantize_c2
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>) {
  %0 = stablehlo.uniform_quantize %a : (tensor<2xf32>) -> tensor<2x!quant.uniform<i8:f32, 1.0:300>>  // error: zero points
  func.return
}
// -----
func.func private @f(tensor<2x!quant.uniform<i8:f32, 1.0e999:15>>)  // error: quantised type c6
// -----
func.func private @f(tensor<2x!quant.uniform<i8:f32, -1.0:15>>)  // error: quantised type c6
// -----
// What is moved keeps its integers, so their scale and zero point too.
func.func @main(%a: tensor<2x!quant.uniform<i8:f32, 0.5:3>>) {
  %0 = "stablehlo.reverse"(%a) {dimensions = array<i64: 0>} : (tensor<2x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<i8:f32, 0.25:3>>  // error: reverse_c1
  func.return
}
// -----
func.func @main(%a: tensor<2x!quant.uniform<i8:f32, 0.5:3>>, %b: tensor<!quant.uniform<i8:f32, 0.25:3>>) {
  %0 = stablehlo.pad %a, %b, low = [1], high = [0], interior = [0] : (tensor<2x!quant.uniform<i8:f32, 0.5:3>>, tensor<!quant.uniform<i8:f32, 0.25:3>>) -> tensor<3x!quant.uniform<i8:f32, 0.5:3>>  // error: pad_c1
  func.return
}
// -----
func.func @main(%a: tensor<2x!quant.uniform<i8:f32, 0.5:3>>, %b: tensor<2x!quant.uniform<i8:f32, 0.25:3>>) {
  %0 = stablehlo.concatenate %a, %b, dim = 0 : (tensor<2x!quant.uniform<i8:f32, 0.5:3>>, tensor<2x!quant.uniform<i8:f32, 0.25:3>>) -> tensor<4x!quant.uniform<i8:f32, 0.5:3>>  // error: concatenate_c1
  func.return
}
// -----
func.func @main(%a: tensor<2x!quant.uniform<i8:f32, 0.5:3>>, %b: tensor<1x!quant.uniform<i8:f32, 0.25:3>>, %i: tensor<i32>) {
  %0 = stablehlo.dynamic_update_slice %a, %b, %i : (tensor<2x!quant.uniform<i8:f32, 0.5:3>>, tensor<1x!quant.uniform<i8:f32, 0.25:3>>, tensor<i32>) -> tensor<2x!quant.uniform<i8:f32, 0.5:3>>  // error: dynamic_update_slice_c2
  func.return
}
// -----
func.func @main(%a: tensor<2x!quant.uniform<i8:f32, 0.5:3>>) {
  %0 = stablehlo.convert %a : (tensor<2x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<2xf32>  // error: convert: operand 0
  func.return
}
// -----
// Ranges of storage that differ are two types, and the message shows how.
func.func @main(%a: tensor<2x!quant.uniform<i8<-20:20>:f32, 1.0:3>>) {
  %0 = "stablehlo.tanh"(%a) : (tensor<2x!quant.uniform<i8<-20:20>:f32, 1.0:3>>) -> tensor<2x!quant.uniform<i8:f32, 1.0:3>>  // error: expected result type tensor<2x!quant.uniform<i8<-20:20>:f32, 1:3>>, found tensor<2x!quant.uniform<i8:f32, 1:3>>
  func.return
}
// -----
func.func @main(%p: tensor<i1>, %a: tensor<2x!quant.uniform<i8:f32, 1.0:17>>, %b: tensor<2x!quant.uniform<i8:f32, 0.5:17>>) {
  %0 = "stablehlo.if"(%p) ({  // error: if_c2: expected branches with results of one type
    stablehlo.return %a : tensor<2x!quant.uniform<i8:f32, 1.0:17>>
  }, {
    stablehlo.return %b : tensor<2x!quant.uniform<i8:f32, 0.5:17>>
  }) : (tensor<i1>) -> tensor<2x!quant.uniform<i8:f32, 1.0:17>>
  func.return
}
// -----
func.func @main(%p: tensor<i32>, %a: tensor<2x!quant.uniform<i8:f32, 1.0:17>>) {
  %0 = "stablehlo.case"(%p) ({  // error: case_c4: expected result type
    stablehlo.return %a : tensor<2x!quant.uniform<i8:f32, 1.0:17>>
  }) : (tensor<i32>) -> tensor<2x!quant.uniform<i8:f32, 0.5:17>>
  func.return
}
// -----
func.func @main(%p: tensor<i1>, %a: tensor<2x!quant.uniform<i8:f32, 1.0:17>>, %b: tensor<2x!quant.uniform<i8:f32, 0.5:17>>) {
  %0:2 = "stablehlo.while"(%a, %p) ({  // error: while_c2: expected result 0 of the body
  ^bb0(%x: tensor<2x!quant.uniform<i8:f32, 1.0:17>>, %c: tensor<i1>):
    stablehlo.return %c : tensor<i1>
  }, {
  ^bb0(%x: tensor<2x!quant.uniform<i8:f32, 1.0:17>>, %c: tensor<i1>):
    stablehlo.return %b, %c : tensor<2x!quant.uniform<i8:f32, 0.5:17>>, tensor<i1>
  }) : (tensor<2x!quant.uniform<i8:f32, 1.0:17>>, tensor<i1>) -> (tensor<2x!quant.uniform<i8:f32, 1.0:17>>, tensor<i1>)
  func.return
}
// -----
func.func @main(%t: tuple<tensor<2x!quant.uniform<i8:f32, 1.0:17>>>) {
  %0 = stablehlo.get_tuple_element %t[0] : (tuple<tensor<2x!quant.uniform<i8:f32, 1.0:17>>>) -> tensor<2x!quant.uniform<i8:f32, 0.5:17>>  // error: get_tuple_element_c2
  func.return
}
// -----
func.func @main(%a: tensor<2x!quant.uniform<i8:f32, 1.0:17>>) {
  %0 = "stablehlo.optimization_barrier"(%a) : (tensor<2x!quant.uniform<i8:f32, 1.0:17>>) -> tensor<2x!quant.uniform<i8:f32, 0.5:17>>  // error: optimization_barrier_c1
  func.return
}
// -----
func.func private @f(%a: tensor<2x!quant.uniform<i8:f32, 1.0:17>>) -> tensor<2x!quant.uniform<i8:f32, 1.0:17>> {
  return %a : tensor<2x!quant.uniform<i8:f32, 1.0:17>>
}
func.func @main(%a: tensor<2x!quant.uniform<i8:f32, 1.0:17>>) {
  %0 = stablehlo.composite "my.f" %a {decomposition = @f} : (tensor<2x!quant.uniform<i8:f32, 1.0:17>>) -> tensor<2x!quant.uniform<i8:f32, 0.5:17>>  // error: composite_c4
  func.return
}
