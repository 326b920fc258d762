// test: pass inline
// a call in a called function
func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = func.call @twice(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = func.call @twice(%0) : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @twice(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = func.call @next(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = func.call @next(%0) : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @next(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.sine %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.sine %x : tensor<4xf32>
//     %1 = stablehlo.sine %0 : tensor<4xf32>
//     %2 = stablehlo.sine %1 : tensor<4xf32>
//     %3 = stablehlo.sine %2 : tensor<4xf32>
//     return %3 : tensor<4xf32>
//   }
//   func.func private @twice(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.sine %x : tensor<4xf32>
//     %1 = stablehlo.sine %0 : tensor<4xf32>
//     return %1 : tensor<4xf32>
//   }
//   func.func private @next(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.sine %x : tensor<4xf32>
//     return %0 : tensor<4xf32>
//   }
// }
// -----
// several results, one of them an argument, one not used
func.func public @main(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0:3 = func.call @three(%x, %y) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %0#2, %0#0 : tensor<4xf32>, tensor<4xf32>
}
func.func private @three(%a: tensor<4xf32>, %b: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %0 = stablehlo.add %a, %b : tensor<4xf32>
  %1 = stablehlo.negate %0 : tensor<4xf32>
  return %0, %1, %b : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
//     %0 = stablehlo.add %x, %y : tensor<4xf32>
//     return %y, %0 : tensor<4xf32>, tensor<4xf32>
//   }
//   func.func private @three(%a: tensor<4xf32>, %b: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
//     %0 = stablehlo.add %a, %b : tensor<4xf32>
//     %1 = stablehlo.negate %0 : tensor<4xf32>
//     return %0, %1, %b : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
//   }
// }
// -----
// a call without arguments, a constant
func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = func.call @one() : () -> tensor<4xf32>
  %1 = stablehlo.add %x, %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @one() -> tensor<4xf32> {
  %0 = stablehlo.constant dense<1.0> : tensor<4xf32>
  return %0 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.constant dense<1.000000e+00> : tensor<4xf32>
//     %1 = stablehlo.add %x, %0 : tensor<4xf32>
//     return %1 : tensor<4xf32>
//   }
//   func.func private @one() -> tensor<4xf32> {
//     %0 = stablehlo.constant dense<1.000000e+00> : tensor<4xf32>
//     return %0 : tensor<4xf32>
//   }
// }
