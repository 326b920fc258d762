// test: pass simplify
// get_dimension_size(f(x), d), f elementwise = get_dimension_size(x, d)
// fires, twice
func.func @main(%x: tensor<?x3xf32>) -> tensor<i32> {
  %0 = stablehlo.exponential %x : tensor<?x3xf32>
  %1 = stablehlo.negate %0 : tensor<?x3xf32>
  %2 = stablehlo.get_dimension_size %1, dim = 0 : (tensor<?x3xf32>) -> tensor<i32>
  return %2 : tensor<i32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<?x3xf32>) -> tensor<i32> {
//     %0 = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x3xf32>) -> tensor<i32>
//     return %0 : tensor<i32>
//   }
// }
// -----
// what turns dimensions is no elementwise op
func.func @main(%x: tensor<?x?xf32>) -> tensor<i32> {
  %1 = stablehlo.transpose %x, dims = [1, 0] : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = stablehlo.get_dimension_size %1, dim = 0 : (tensor<?x?xf32>) -> tensor<i32>
  return %2 : tensor<i32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<?x?xf32>) -> tensor<i32> {
//     %0 = stablehlo.transpose %x, dims = [1, 0] : (tensor<?x?xf32>) -> tensor<?x?xf32>
//     %1 = stablehlo.get_dimension_size %0, dim = 0 : (tensor<?x?xf32>) -> tensor<i32>
//     return %1 : tensor<i32>
//   }
// }
