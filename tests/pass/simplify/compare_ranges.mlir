// test: pass simplify
// compare(x, y) = true or false, where what x and y count from and to decides it
// fires
func.func @main() -> (tensor<2x8xi1>, tensor<2x8xi1>) {
  %0 = stablehlo.iota dim = 0 : tensor<8xi64>
  %1 = stablehlo.constant dense<3> : tensor<8xi64>
  %2 = stablehlo.add %0, %1 : tensor<8xi64>
  %3 = stablehlo.broadcast_in_dim %2, dims = [1] : (tensor<8xi64>) -> tensor<2x8xi64>
  %4 = stablehlo.constant dense<3> : tensor<2x8xi64>
  %5 = stablehlo.compare GE, %3, %4, SIGNED : (tensor<2x8xi64>, tensor<2x8xi64>) -> tensor<2x8xi1>
  %6 = stablehlo.constant dense<11> : tensor<2x8xi64>
  %7 = stablehlo.compare EQ, %3, %6, SIGNED : (tensor<2x8xi64>, tensor<2x8xi64>) -> tensor<2x8xi1>
  return %5, %7 : tensor<2x8xi1>, tensor<2x8xi1>
}
// expect:
// module {
//   func.func public @main() -> (tensor<2x8xi1>, tensor<2x8xi1>) {
//     %0 = stablehlo.constant dense<true> : tensor<i1>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<i1>) -> tensor<2x8xi1>
//     %2 = stablehlo.constant dense<false> : tensor<i1>
//     %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<i1>) -> tensor<2x8xi1>
//     return %1, %3 : tensor<2x8xi1>, tensor<2x8xi1>
//   }
// }
// -----
// not where one element is otherwise, nor where a sum wraps
func.func @main() -> (tensor<8xi1>, tensor<128xi1>) {
  %0 = stablehlo.iota dim = 0 : tensor<8xi64>
  %1 = stablehlo.constant dense<0> : tensor<8xi64>
  %2 = stablehlo.compare GT, %0, %1, SIGNED : (tensor<8xi64>, tensor<8xi64>) -> tensor<8xi1>
  %3 = stablehlo.iota dim = 0 : tensor<128xi8>
  %4 = stablehlo.constant dense<1> : tensor<128xi8>
  %5 = stablehlo.add %3, %4 : tensor<128xi8>
  %6 = stablehlo.compare GE, %5, %4, SIGNED : (tensor<128xi8>, tensor<128xi8>) -> tensor<128xi1>
  return %2, %6 : tensor<8xi1>, tensor<128xi1>
}
// expect:
// module {
//   func.func public @main() -> (tensor<8xi1>, tensor<128xi1>) {
//     %0 = stablehlo.iota dim = 0 : tensor<8xi64>
//     %1 = stablehlo.constant dense<0> : tensor<8xi64>
//     %2 = stablehlo.compare GT, %0, %1, SIGNED : (tensor<8xi64>, tensor<8xi64>) -> tensor<8xi1>
//     %3 = stablehlo.iota dim = 0 : tensor<128xi8>
//     %4 = stablehlo.constant dense<1> : tensor<128xi8>
//     %5 = stablehlo.add %3, %4 : tensor<128xi8>
//     %6 = stablehlo.compare GE, %5, %4, SIGNED : (tensor<128xi8>, tensor<128xi8>) -> tensor<128xi1>
//     return %2, %6 : tensor<8xi1>, tensor<128xi1>
//   }
// }
