// test: verify
func.func @main(%x: tensor<4xf32>) {
  %0 = sdy.manual_computation(%x) in_shardings=[<@mesh, [{"a"}]>] out_shardings=[<@mesh, [{}]>] manual_axes={"a"} (%y: tensor<2xi32>) {  // error 8: manual_computation: parameter 0: expected a part of tensor<4xf32>, found tensor<2xi32>
    sdy.return %y : tensor<2xi32>
  } : (tensor<4xf32>) -> tensor<2xi32>
  return
}
// -----
func.func @main(%x: tensor<4xf32>) {
  %0 = sdy.manual_computation(%x) in_shardings=[<@mesh, [{"a"}]>] out_shardings=[<@mesh, [{}]>] manual_axes={"a"} (%y: tensor<2xf32>) {
    stablehlo.return %y : tensor<2xf32>  // error 5: 'stablehlo.return' does not end this region
  } : (tensor<4xf32>) -> tensor<2xf32>
  return
}
// -----
func.func @main(%x: tensor<4xf32>) {
  %0 = sdy.manual_computation(%x) in_shardings=[<@mesh, [{"a"}]>] out_shardings=[<@mesh, [{}]>] (%y: tensor<2xf32>) {  // error 97: expected 'manual_axes'
    sdy.return %y : tensor<2xf32>
  } : (tensor<4xf32>) -> tensor<2xf32>
  return
}
