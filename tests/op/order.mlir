// test: op
// Places of equal keys as eager torch's sort, topk and kthvalue leave them.
// in: dense<[[1, 2, 0, 2, 1, 1, 2, 2, 2, 0, 2, 0, 1, 2, 1, 0, 0, 0, 2, 1], [0, 0, 2, 1, 0, 0, 1, 2, 2, 1, 2, 2, 0, 0, 1, 0, 2, 0, 2, 2]]> : tensor<2x20xi64>
// out: dense<[[2, 17, 16, 15, 9, 11, 19, 4, 5, 0, 12, 14, 10, 18, 13, 8, 7, 6, 3, 1], [1, 0, 4, 5, 17, 15, 12, 13, 3, 6, 9, 14, 19, 18, 16, 11, 10, 8, 7, 2]]> : tensor<2x20xi64>
// out: dense<[[11, 17, 9, 16, 2], [15, 5, 12, 4, 17]]> : tensor<2x5xi64>
// out: dense<[[11, 17, 9, 16, 2], [15, 5, 12, 4, 17]]> : tensor<2x5xi64>
// out: dense<[[12], [17]]> : tensor<2x1xi64>
func.func @main(%a: tensor<2x20xi64>) -> (tensor<2x20xi64>, tensor<2x5xi64>, tensor<2x5xi64>, tensor<2x1xi64>) {
  %s = stablehlo.custom_call @weft.order(%a) {backend_config = "sort"} : (tensor<2x20xi64>) -> tensor<2x20xi64>
  %k = stablehlo.custom_call @weft.order(%a) {backend_config = "first 5"} : (tensor<2x20xi64>) -> tensor<2x5xi64>
  %u = stablehlo.custom_call @weft.order(%a) {backend_config = "any 5"} : (tensor<2x20xi64>) -> tensor<2x5xi64>
  %q = stablehlo.custom_call @weft.order(%a) {backend_config = "kth 7"} : (tensor<2x20xi64>) -> tensor<2x1xi64>
  return %s, %k, %u, %q : tensor<2x20xi64>, tensor<2x5xi64>, tensor<2x5xi64>, tensor<2x1xi64>
}
