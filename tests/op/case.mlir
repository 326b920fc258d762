// test: op
// in: dense<[1.875, 3.625, 3.125]> : tensor<3xf32>
// out: dense<[-1.875, -3.625, -3.125]> : tensor<3xf32>
func.func @main(%a: tensor<3xf32>) -> tensor<3xf32> {
  %i = stablehlo.constant dense<7> : tensor<i32>
  %r = "stablehlo.case"(%i) ({
    %s = stablehlo.add %a, %a : tensor<3xf32>
    stablehlo.return %s : tensor<3xf32>
  }, {
    %s = stablehlo.negate %a : tensor<3xf32>
    stablehlo.return %s : tensor<3xf32>
  }) : (tensor<i32>) -> tensor<3xf32>
  return %r : tensor<3xf32>
}
