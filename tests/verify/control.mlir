// test: verify
// Constraints of control flow, tuples, calls, each broken once.
func.func @main(%p: tensor<1xi1>, %a: tensor<f32>) {
  %0 = "stablehlo.if"(%p) ({  // error: if: expected a scalar as predicate
    stablehlo.return %a : tensor<f32>
  }, {
    stablehlo.return %a : tensor<f32>
  }) : (tensor<1xi1>) -> tensor<f32>
  func.return
}
// -----
func.func @main(%p: tensor<i1>, %a: tensor<f32>, %b: tensor<i32>) {
  %0 = "stablehlo.if"(%p) ({  // error: if_c2
    stablehlo.return %a : tensor<f32>
  }, {
    stablehlo.return %b : tensor<i32>
  }) : (tensor<i1>) -> tensor<f32>
  func.return
}
// -----
func.func @main(%p: tensor<i64>, %a: tensor<f32>) {
  %0 = "stablehlo.case"(%p) ({  // error: case: expected a scalar i32 as index
    stablehlo.return %a : tensor<f32>
  }) : (tensor<i64>) -> tensor<f32>
  func.return
}
// -----
func.func @main(%a: tensor<i32>) {
  %0 = "stablehlo.while"(%a) ({  // error: while_c1: expected a condition that gives tensor<i1>
  ^bb0(%x: tensor<i32>):
    stablehlo.return %x : tensor<i32>
  }, {
  ^bb0(%x: tensor<i32>):
    stablehlo.return %x : tensor<i32>
  }) : (tensor<i32>) -> tensor<i32>
  func.return
}
// -----
func.func @main(%a: tensor<i32>, %t: tensor<i1>) {
  %0 = "stablehlo.while"(%a) ({  // error: while_c2
  ^bb0(%x: tensor<i32>):
    stablehlo.return %t : tensor<i1>
  }, {
  ^bb0(%x: tensor<i32>):
    stablehlo.return %t : tensor<i1>
  }) : (tensor<i32>) -> tensor<i32>
  func.return
}
// -----
func.func @main(%a: tuple<tensor<f32>>) {
  %0 = "stablehlo.get_tuple_element"(%a) {index = 1 : i32} : (tuple<tensor<f32>>) -> tensor<f32>  // error: get_tuple_element_c1
  func.return
}
// -----
func.func @main(%a: tensor<f32>) {
  %0 = "stablehlo.tuple"(%a) : (tensor<f32>) -> tuple<tensor<i32>>  // error: tuple_c1
  func.return
}
// -----
func.func @main(%a: tensor<2x3xf32>) {
  %0 = "stablehlo.custom_call"(%a) {call_target_name = "f", operand_layouts = [dense<[0, 2]> : tensor<2xindex>], result_layouts = [dense<[1, 0]> : tensor<2xindex>]} : (tensor<2x3xf32>) -> tensor<2x3xf32>  // error: custom_call: operand 0: expected a permutation
  func.return
}
// -----
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = stablehlo.composite "a.b" %a {composite_attributes = @z, decomposition = @g} : (tensor<2xf32>) -> tensor<2xf32>  // error 8: composite: expected a dictionary of composite_attributes, found @z
  return %0 : tensor<2xf32>
}
func.func private @g(%a: tensor<2xf32>) -> tensor<2xf32> {
  return %a : tensor<2xf32>
}
// -----
func.func private @f(%a: tensor<?xf32>) -> tensor<?xf32> {
  return %a : tensor<?xf32>
}
func.func @main(%b: tensor<?xf32>) {
  %0 = func.call @f(%b) : (tensor<?xf32>) -> tensor<4xf32>  // error: call: expected result type tensor<?xf32>, found tensor<4xf32>
  func.return
}
// -----
func.func private @f(%a: tensor<?xf32, #stablehlo.bounds<4>>) -> tensor<2xf32> {
  %0 = stablehlo.constant dense<0.0> : tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @main(%b: tensor<?xf32>) {
  %0 = func.call @f(%b) : (tensor<?xf32>) -> tensor<2xf32>  // error: call: expected operand 0 of type tensor<?xf32, #stablehlo.bounds<4>>
  func.return
}
// -----
func.func @main(%b: tensor<?xf32>) {
  %0 = "stablehlo.optimization_barrier"(%b) : (tensor<?xf32>) -> tensor<?xf32, #stablehlo.bounds<4>>  // error: optimization_barrier_c1
  func.return
}
// -----
func.func @main(%p: tensor<i1>, %t: tuple<tensor<f32>>) {
  %0 = "stablehlo.if"(%p) ({  // error: if: expected tensors or tokens as results, found tuple<tensor<f32>>
    stablehlo.return %t : tuple<tensor<f32>>
  }, {
    stablehlo.return %t : tuple<tensor<f32>>
  }) : (tensor<i1>) -> tuple<tensor<f32>>
  func.return
}
// -----
func.func @main(%p: tensor<i1>, %t: tuple<tensor<f32>>) {
  %0:2 = "stablehlo.while"(%t, %p) ({  // error: while: expected tensors or tokens as operands, found tuple<tensor<f32>>
  ^bb0(%x: tuple<tensor<f32>>, %c: tensor<i1>):
    stablehlo.return %c : tensor<i1>
  }, {
  ^bb0(%x: tuple<tensor<f32>>, %c: tensor<i1>):
    stablehlo.return %x, %c : tuple<tensor<f32>>, tensor<i1>
  }) : (tuple<tensor<f32>>, tensor<i1>) -> (tuple<tensor<f32>>, tensor<i1>)
  func.return
}
