// test: verify
// Regions of chlo.scan and of sdy's computations see nothing outside.
func.func @scan(%x: tensor<2x3xf32>, %y: tensor<3xf32>, %c: tensor<3xf32>) -> tensor<3xf32> {
  %0:2 = chlo.scan(%x) inits (%y) dimension = 0 {
  ^bb0(%a: tensor<3xf32>, %b: tensor<3xf32>):
    %1 = stablehlo.add %a, %b : tensor<3xf32>
    %2 = stablehlo.multiply %1, %c : tensor<3xf32> // error 10: outside of the region of 'chlo.scan'
    stablehlo.return %1, %2 : tensor<3xf32>, tensor<3xf32>
  } : (tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>)
  return %0#1 : tensor<3xf32>
}
// -----
module {
  func.func @main(%a: tensor<8x8xf32>, %b: tensor<8x8xf32>) -> tensor<8x8xf32> {
    %4 = sdy.named_computation<"twice">(%a) (%p: tensor<8x8xf32>) {
      %5 = stablehlo.add %p, %b : tensor<8x8xf32> // error 12: outside of the region of 'sdy.named_computation'
      sdy.return %5 : tensor<8x8xf32>
    } : (tensor<8x8xf32>) -> tensor<8x8xf32>
    return %4 : tensor<8x8xf32>
  }
}
// -----
// Within an op of the region, too.
module {
  sdy.mesh @mesh = <["x"=2]>
  func.func @main(%a: tensor<8xf32>, %b: tensor<i1>) -> tensor<8xf32> {
    %0 = sdy.manual_computation(%a) in_shardings=[<@mesh, [{}]>] out_shardings=[<@mesh, [{}]>] manual_axes={} (%p: tensor<8xf32>) {
      %1 = "stablehlo.if"(%b) ({ // error 12: outside of the region of 'sdy.manual_computation'
        stablehlo.return %p : tensor<8xf32>
      }, {
        stablehlo.return %p : tensor<8xf32>
      }) : (tensor<i1>) -> tensor<8xf32>
      sdy.return %1 : tensor<8xf32>
    } : (tensor<8xf32>) -> tensor<8xf32>
    return %0 : tensor<8xf32>
  }
}
