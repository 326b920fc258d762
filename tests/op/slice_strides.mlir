// test: op
// Strides beyond the operand take its first element alone, up to the greatest.
// in: dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]> : tensor<4x3xf32>
// out: dense<[[2.0, 3.0]]> : tensor<1x2xf32>
func.func @main(%a: tensor<4x3xf32>) -> tensor<1x2xf32> {
  %r = stablehlo.slice %a [0:4:9223372036854775807, 1:3:1] : (tensor<4x3xf32>) -> tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}
// -----
// The same by operands.
// in: dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
// in: dense<1> : tensor<1xi64>
// in: dense<4> : tensor<1xi64>
// in: dense<9223372036854775807> : tensor<1xi64>
// out: dense<2.0> : tensor<1xf32>
func.func @main(%a: tensor<4xf32>, %s: tensor<1xi64>, %l: tensor<1xi64>, %t: tensor<1xi64>) -> tensor<?xf32> {
  %r = stablehlo.real_dynamic_slice %a, %s, %l, %t : (tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
