// test: pass inline
// calls in both branches, with captured values
func.func public @main(%p: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = "stablehlo.if"(%p) ({
    %1 = func.call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>
    stablehlo.return %1 : tensor<4xf32>
  }, {
    %2 = func.call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>
    %3 = func.call @f(%2) : (tensor<4xf32>) -> tensor<4xf32>
    stablehlo.return %3 : tensor<4xf32>
  }) : (tensor<i1>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.exponential %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%p: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = "stablehlo.if"(%p) ({
//       %1 = stablehlo.exponential %x : tensor<4xf32>
//       stablehlo.return %1 : tensor<4xf32>
//     }, {
//       %2 = stablehlo.exponential %x : tensor<4xf32>
//       %3 = stablehlo.exponential %2 : tensor<4xf32>
//       stablehlo.return %3 : tensor<4xf32>
//     }) : (tensor<i1>) -> tensor<4xf32>
//     return %0 : tensor<4xf32>
//   }
//   func.func private @f(%x: tensor<4xf32>) -> tensor<4xf32> {
//     %0 = stablehlo.exponential %x : tensor<4xf32>
//     return %0 : tensor<4xf32>
//   }
// }
// -----
// a called function with a loop whose condition is a call
func.func public @main(%n: tensor<i32>) -> tensor<i32> {
  %0 = func.call @loop(%n) : (tensor<i32>) -> tensor<i32>
  return %0 : tensor<i32>
}
func.func private @less(%a: tensor<i32>, %b: tensor<i32>) -> tensor<i1> {
  %0 = stablehlo.compare LT, %a, %b, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
  return %0 : tensor<i1>
}
func.func private @loop(%n: tensor<i32>) -> tensor<i32> {
  %c = stablehlo.constant dense<1> : tensor<i32>
  %0 = stablehlo.while(%i = %c) : tensor<i32>
  cond {
    %1 = func.call @less(%i, %n) : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  } do {
    %2 = stablehlo.add %i, %i : tensor<i32>
    stablehlo.return %2 : tensor<i32>
  }
  return %0 : tensor<i32>
}
// expect:
// module {
//   func.func public @main(%n: tensor<i32>) -> tensor<i32> {
//     %0 = stablehlo.constant dense<1> : tensor<i32>
//     %1 = stablehlo.while(%arg0 = %0) : tensor<i32>
//     cond {
//       %2 = stablehlo.compare LT, %arg0, %n, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
//       stablehlo.return %2 : tensor<i1>
//     } do {
//       %3 = stablehlo.add %arg0, %arg0 : tensor<i32>
//       stablehlo.return %3 : tensor<i32>
//     }
//     return %1 : tensor<i32>
//   }
//   func.func private @less(%a: tensor<i32>, %b: tensor<i32>) -> tensor<i1> {
//     %0 = stablehlo.compare LT, %a, %b, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
//     return %0 : tensor<i1>
//   }
//   func.func private @loop(%n: tensor<i32>) -> tensor<i32> {
//     %0 = stablehlo.constant dense<1> : tensor<i32>
//     %1 = stablehlo.while(%arg0 = %0) : tensor<i32>
//     cond {
//       %2 = stablehlo.compare LT, %arg0, %n, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
//       stablehlo.return %2 : tensor<i1>
//     } do {
//       %3 = stablehlo.add %arg0, %arg0 : tensor<i32>
//       stablehlo.return %3 : tensor<i32>
//     }
//     return %1 : tensor<i32>
//   }
// }
