// test: check
// How data is to lie on devices: one device has all of it, so the value stays.
module {
  sdy.mesh @mesh = <["x"=2, "y"=4]>
  func.func @main() {
    %a = stablehlo.constant dense<[[1, -2, 1], [-2, -1, -1]]> : tensor<2x3xi32>
    %0 = sdy.propagation_barrier %a allowed_direction=FORWARD : tensor<2x3xi32>
    %1 = stablehlo.add %0, %0 : tensor<2x3xi32>
    check.expect_eq_const %1, dense<[[2, -4, 2], [-4, -2, -2]]> : tensor<2x3xi32>
    return
  }
}
