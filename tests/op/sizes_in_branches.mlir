// test: op
// The parameters of a branch and of a loop's body are numbered from 0, as main's are: a size that is read from one of theirs is no
// size that is read from main's.
// in: dense<2> : tensor<1xi64>
// in: dense<6> : tensor<1xi64>
// in: dense<0> : tensor<i32>
// out: dense<1> : tensor<i32>
// out: dense<15> : tensor<i32>
// out: dense<15> : tensor<i32>
func.func @main(%s: tensor<1xi64>, %t: tensor<1xi64>, %z: tensor<i32>) -> (tensor<i32>, tensor<i32>, tensor<i32>) {
  %p = stablehlo.compare EQ, %z, %z : (tensor<i32>, tensor<i32>) -> tensor<i1>
  %a = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>
  %b = stablehlo.reduce(%a init: %z) applies stablehlo.add across dimensions = [0] : (tensor<?xi32>, tensor<i32>) -> tensor<i32>
  %r = "stablehlo.if"(%p) ({
    %0 = stablehlo.dynamic_iota %t, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>
    %1 = stablehlo.reduce(%0 init: %z) applies stablehlo.add across dimensions = [0] : (tensor<?xi32>, tensor<i32>) -> tensor<i32>
    stablehlo.return %1 : tensor<i32>
  }, {
    stablehlo.return %z : tensor<i32>
  }) : (tensor<i1>) -> tensor<i32>
  %w:3 = stablehlo.while(%u = %t, %i = %z, %sum = %z) : tensor<1xi64>, tensor<i32>, tensor<i32> cond {
    %c = stablehlo.constant dense<5> : tensor<i32>
    %l = stablehlo.compare LT, %i, %c : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %l : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %k = stablehlo.add %i, %one : tensor<i32>
    %wide = stablehlo.convert %i : (tensor<i32>) -> tensor<i64>
    %next = stablehlo.reshape %wide : (tensor<i64>) -> tensor<1xi64>
    %0 = stablehlo.dynamic_iota %next, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>
    %1 = stablehlo.reduce(%0 init: %sum) applies stablehlo.add across dimensions = [0] : (tensor<?xi32>, tensor<i32>) -> tensor<i32>
    %2 = stablehlo.reduce(%a init: %1) applies stablehlo.add across dimensions = [0] : (tensor<?xi32>, tensor<i32>) -> tensor<i32>
    stablehlo.return %next, %k, %2 : tensor<1xi64>, tensor<i32>, tensor<i32>
  }
  return %b, %r, %w#2 : tensor<i32>, tensor<i32>, tensor<i32>
}
