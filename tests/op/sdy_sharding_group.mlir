// test: check
module {
  func.func @main() {
    %a = stablehlo.constant dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
    sdy.sharding_group %a group_id=3 : tensor<2x3xi32>
    %1 = stablehlo.add %a, %a : tensor<2x3xi32>
    check.expect_eq_const %1, dense<[[2, -4, 2], [-4, -2, -2]]> : tensor<2x3xi32>
    return
  }
}
