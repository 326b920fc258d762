// test: run --backend=weft --random-inputs %s
// exit: 1
// A broadcasting op of a type that the op it stands for lacks: said at its place.
func.func @main(%a: tensor<3xi1>, %b: tensor<i1>) -> tensor<3xi1> {
  %0 = chlo.broadcast_power %a, %b : (tensor<3xi1>, tensor<i1>) -> tensor<3xi1>  // error 8: power: operand 0: expected a ranked tensor of an element type the op takes, found tensor<3xi1>
  return %0 : tensor<3xi1>
}
