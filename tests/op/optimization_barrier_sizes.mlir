// test: op
// in: dense<[[1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0], [3.0, 6.0, 9.0, 12.0], [4.0, 8.0, 12.0, 16.0], [5.0, 10.0, 15.0, 20.0], [6.0, 12.0, 18.0, 24.0]]> : tensor<6x4xf32>
// in: dense<[[1.0, 2.0], [10.0, 20.0]]> : tensor<2x2xf32>
// in: dense<1> : tensor<i32>
// out: dense<[[21.0, 86.0], [42.0, 172.0], [63.0, 258.0], [84.0, 344.0], [105.0, 430.0], [126.0, 516.0]]> : tensor<6x2xf32>
func.func @main(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %c: tensor<i32>) -> tensor<6x?xf32> {
  %p = stablehlo.constant dense<> : tensor<0xi64>
  %q = stablehlo.reshape %p : (tensor<0xi64>) -> tensor<0x2xi64>
  %r = "stablehlo.dynamic_conv"(%a, %b, %q) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, f]x[i, o]->[b, f]>, feature_group_count = 2 : i64, lhs_dilation = array<i64>, rhs_dilation = array<i64>, window_reversal = array<i1>, window_strides = array<i64>}> : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<0x2xi64>) -> tensor<6x?xf32>
  %s:2 = stablehlo.optimization_barrier %r, %c : tensor<6x?xf32>, tensor<i32>
  return %s#0 : tensor<6x?xf32>
}
