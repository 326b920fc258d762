// test: op
// in: dense<3> : tensor<i32>
// out: dense<12> : tensor<i32>
func.func @main(%a: tensor<i32>) -> tensor<i32> {
  %ten = stablehlo.constant dense<10> : tensor<i32>
  %three = stablehlo.constant dense<3> : tensor<i32>
  %r = stablehlo.while(%i = %a) : tensor<i32>
  cond {
    %c = stablehlo.compare LT, %i, %ten : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  } do {
    %n = stablehlo.add %i, %three : tensor<i32>
    stablehlo.return %n : tensor<i32>
  }
  return %r : tensor<i32>
}
// -----
// in: dense<1.375> : tensor<f32>
// out: dense<10.375> : tensor<f32>
func.func @main(%a: tensor<f32>) -> tensor<f32> {
  %ten = stablehlo.constant dense<10.0> : tensor<f32>
  %three = stablehlo.constant dense<3.0> : tensor<f32>
  %r = stablehlo.while(%i = %a) : tensor<f32>
  cond {
    %c = stablehlo.compare LT, %i, %ten : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  } do {
    %n = stablehlo.add %i, %three : tensor<f32>
    stablehlo.return %n : tensor<f32>
  }
  return %r : tensor<f32>
}
