// test: check
// One device has all of each tensor, so what it does is what is done.
module {
  sdy.mesh @mesh = <["a"=1, "b"=1]>
  func.func @main() {
    %a = stablehlo.constant dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
    %two = stablehlo.constant dense<2> : tensor<2x3xi32>
    %r:2 = sdy.manual_computation(%a, %two) in_shardings=[<@mesh, [{"a"}, {"b", ?}]>, <@mesh, [{}, {}]>] out_shardings=[<@mesh, [{"a"}, {}]>, <@mesh, [{}, {}]>] manual_axes={"a"} (%x: tensor<2x3xi32>, %y: tensor<2x3xi32>) {
      %0 = stablehlo.multiply %x, %y : tensor<2x3xi32>
      sdy.return %0, %x : tensor<2x3xi32>, tensor<2x3xi32>
    } : (tensor<2x3xi32>, tensor<2x3xi32>) -> (tensor<2x3xi32>, tensor<2x3xi32>)
    check.expect_eq_const %r#0, dense<[[2, -4, 2], [-4, -2, -2]]> : tensor<2x3xi32>
    check.expect_eq_const %r#1, dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
    return
  }
}
