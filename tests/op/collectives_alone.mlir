// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %g = "stablehlo.all_gather"(%a) {all_gather_dim = 1 : i64, replica_groups = dense<[[0]]> : tensor<1x1xi64>} : (tensor<2x2xi32>) -> tensor<2x2xi32>
  check.expect_eq_const %g, dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %r:2 = "stablehlo.all_reduce"(%a, %g) ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %s = stablehlo.add %x, %y : tensor<i32>
    stablehlo.return %s : tensor<i32>
  }) {replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>} : (tensor<2x2xi32>, tensor<2x2xi32>) -> (tensor<2x2xi32>, tensor<2x2xi32>)
  check.expect_eq_const %r#1, dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %c = "stablehlo.reduce_scatter"(%r#0) ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %s = stablehlo.add %x, %y : tensor<i32>
    stablehlo.return %s : tensor<i32>
  }) {scatter_dimension = 0 : i64, replica_groups = dense<[[0]]> : tensor<1x1xi64>} : (tensor<2x2xi32>) -> tensor<2x2xi32>
  check.expect_eq_const %c, dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %t = "stablehlo.all_to_all"(%c) {split_dimension = 0 : i64, concat_dimension = 1 : i64, split_count = 1 : i64, replica_groups = dense<[[0]]> : tensor<1x1xi64>} : (tensor<2x2xi32>) -> tensor<2x2xi32>
  check.expect_eq_const %t, dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %b = "stablehlo.collective_broadcast"(%t) {replica_groups = dense<[[0]]> : tensor<1x1xi64>} : (tensor<2x2xi32>) -> tensor<2x2xi32>
  check.expect_eq_const %b, dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %p = "stablehlo.collective_permute"(%b) {source_target_pairs = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2x2xi32>) -> tensor<2x2xi32>
  check.expect_eq_const %p, dense<0> : tensor<2x2xi32>
  %i = stablehlo.partition_id : tensor<ui32>
  %j = stablehlo.replica_id : tensor<ui32>
  %k = stablehlo.add %i, %j : tensor<ui32>
  check.expect_eq_const %k, dense<0> : tensor<ui32>
  return
}
// -----
// An operand whose elements are promoted.
func.func @main() {
  %a = stablehlo.constant dense<[1.5, -2.0]> : tensor<2xf16>
  %r = "stablehlo.all_reduce"(%a) ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %s = stablehlo.add %x, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) {replica_groups = dense<[[0]]> : tensor<1x1xi64>} : (tensor<2xf16>) -> tensor<2xf32>
  check.expect_eq_const %r, dense<[1.5, -2.0]> : tensor<2xf32>
  return
}
// -----
// test: run --backend weft %s
func.func @main() -> tensor<2xi32> {
  %a = stablehlo.constant dense<[1, 2]> : tensor<2xi32>
  %r = "stablehlo.all_reduce"(%a) ({ // error: stablehlo.all_reduce
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %s = stablehlo.add %x, %y : tensor<i32>
    stablehlo.return %s : tensor<i32>
  }) {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2xi32>) -> tensor<2xi32>
  return %r : tensor<2xi32>
}
// -----
// test: run --backend interp %s
// exit: 1
func.func @main() -> tensor<2xi32> {
  %a = stablehlo.constant dense<[1, 2]> : tensor<2xi32>
  %r = "stablehlo.all_reduce"(%a) ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %s = stablehlo.add %x, %y : tensor<i32>
    stablehlo.return %s : tensor<i32>
  }) {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2xi32>) -> tensor<2xi32>
  return %r : tensor<2xi32>
}
// -----
// test: check
// Asynchronously: what runs is the collective, or the slice, where it is waited for.
func.func @main() {
  %a = stablehlo.constant dense<[[1.5, -2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %f = "stablehlo.async_start"(%a) ({
  ^bb0(%p: tensor<2x2xf32>):
    %g = "stablehlo.all_gather"(%p) {all_gather_dim = 0 : i64, replica_groups = dense<0> : tensor<1x1xi64>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
    stablehlo.return %g : tensor<2x2xf32>
  }) : (tensor<2x2xf32>) -> !stablehlo.future<tensor<2x2xf32>>
  %r = "stablehlo.async_done"(%f) : (!stablehlo.future<tensor<2x2xf32>>) -> tensor<2x2xf32>
  check.expect_eq %r, %a : tensor<2x2xf32>
  %h = "stablehlo.async_start"(%r) ({
  ^bb0(%p: tensor<2x2xf32>):
    %g = stablehlo.slice %p [1:2, 0:2] : (tensor<2x2xf32>) -> tensor<1x2xf32>
    stablehlo.return %g : tensor<1x2xf32>
  }) : (tensor<2x2xf32>) -> !stablehlo.future<tensor<1x2xf32>>
  %s = "stablehlo.async_done"(%h) : (!stablehlo.future<tensor<1x2xf32>>) -> tensor<1x2xf32>
  check.expect_eq_const %s, dense<[[3.0, 4.0]]> : tensor<1x2xf32>
  return
}
