// test: pass simplify
// select(p, x, x) = x
// fires
func.func @main(%p: tensor<2x3xi1>, %x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.select %p, %x, %x : tensor<2x3xi1>, tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%p: tensor<2x3xi1>, %x: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     return %x : tensor<2x3xf32>
//   }
// }
// -----
// 0.0 and -0.0 compare equal and are not
func.func @main(%p: tensor<2x3xi1>) -> tensor<2x3xf32> {
  %a = stablehlo.constant dense<0.0> : tensor<2x3xf32>
  %b = stablehlo.constant dense<-0.0> : tensor<2x3xf32>
  %0 = stablehlo.select %p, %a, %b : tensor<2x3xi1>, tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%p: tensor<2x3xi1>) -> tensor<2x3xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<2x3xf32>
//     %1 = stablehlo.constant dense<-0.000000e+00> : tensor<2x3xf32>
//     %2 = stablehlo.select %p, %0, %1 : tensor<2x3xi1>, tensor<2x3xf32>
//     return %2 : tensor<2x3xf32>
//   }
// }
