// test: check
module {
  sdy.mesh @mesh = <["x"=2, "y"=4]>
  func.func @main() {
    %a = sdy.constant dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
    %0 = sdy.named_computation<"twice">(%a) in_shardings=[<@mesh, [{"x"}, {}]>] out_shardings=[<@mesh, [{"x"}, {}]>] (%x: tensor<2x3xi32>) {
      %s = stablehlo.add %x, %x : tensor<2x3xi32>
      sdy.return %s : tensor<2x3xi32>
    } : (tensor<2x3xi32>) -> tensor<2x3xi32>
    %1 = sdy.named_computation<"same">(%0) (%x: tensor<2x3xi32>) {
      sdy.return %x : tensor<2x3xi32>
    } : (tensor<2x3xi32>) -> tensor<2x3xi32>
    check.expect_eq_const %1, dense<[[2, -4, 2], [-4, -2, -2]]> : tensor<2x3xi32>
    return
  }
}
