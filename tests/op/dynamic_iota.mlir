// test: check
func.func @main() {
  %x = stablehlo.constant dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  %s = stablehlo.constant dense<[2, 3]> : tensor<2xi64>
  %r = stablehlo.dynamic_iota %s, dim = 1 : (tensor<2xi64>) -> tensor<?x?xi32>
  %t = stablehlo.convert %r : (tensor<?x?xi32>) -> tensor<2x3xi32>
  check.expect_eq_const %t, dense<[[0, 1, 2], [0, 1, 2]]> : tensor<2x3xi32>

  // 2^40 rows of nothing are nothing to go through, whatever makes them.
  %rows = stablehlo.constant dense<[1099511627776, 0]> : tensor<2xi64>
  %e = stablehlo.dynamic_iota %rows, dim = 0 : (tensor<2xi64>) -> tensor<?x?xi32>
  %o = stablehlo.optimization_barrier %e : tensor<?x?xi32>
  %j = stablehlo.concatenate %o, %e, dim = 0 : (tensor<?x?xi32>, tensor<?x?xi32>) -> tensor<?x?xi32>
  %u = stablehlo.transpose %o, dims = [1, 0] : (tensor<?x?xi32>) -> tensor<?x?xi32>
  %q = "stablehlo.sort"(%o) <{dimension = 1 : i64}> ({
  ^bb0(%a: tensor<i32>, %b: tensor<i32>):
    %c = stablehlo.compare LT, %a, %b : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  }) : (tensor<?x?xi32>) -> tensor<?x?xi32>
  %n0 = stablehlo.get_dimension_size %j, dim = 0 : (tensor<?x?xi32>) -> tensor<i32>
  %n1 = stablehlo.get_dimension_size %u, dim = 0 : (tensor<?x?xi32>) -> tensor<i32>
  %n2 = stablehlo.get_dimension_size %q, dim = 1 : (tensor<?x?xi32>) -> tensor<i32>
  check.expect_eq_const %n0, dense<0> : tensor<i32>
  check.expect_eq_const %n1, dense<0> : tensor<i32>
  check.expect_eq_const %n2, dense<0> : tensor<i32>
  return
}
