// test: check
module @all_reduce {
  func.func @f(%a: tensor<2xi64>) -> tensor<2xi64> {
    %0 = "stablehlo.all_reduce"(%a) ({
      ^bb0(%x: tensor<i64>, %y: tensor<i64>):
        %s = stablehlo.add %x, %y : tensor<i64>
        stablehlo.return %s : tensor<i64>
    }) {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>} : (tensor<2xi64>) -> tensor<2xi64>
    return %0 : tensor<2xi64>
  }
  func.func @main() {
    %0 = stablehlo.constant dense<[1, 2]> : tensor<2xi64>
    %1 = stablehlo.constant dense<[10, 20]> : tensor<2xi64>
    %r:4 = "interpreter.run_parallel"(%0, %1, %0, %1) {programs = [[@f, @f], [@f, @f]]} : (tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> (tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>)
    check.expect_eq_const %r#0, dense<[22, 44]> : tensor<2xi64>
    check.expect_eq_const %r#3, dense<[22, 44]> : tensor<2xi64>
    return
  }
}
// -----
module @cross_replica_in_two_groups {
  func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {
    %0 = "stablehlo.all_reduce"(%a) ({
      ^bb0(%x: tensor<f32>, %y: tensor<f32>):
        %s = stablehlo.maximum %x, %y : tensor<f32>
        stablehlo.return %s : tensor<f32>
    }) {replica_groups = dense<[[0, 2], [1, 3]]> : tensor<2x2xi64>} : (tensor<2xf32>) -> tensor<2xf32>
    return %0 : tensor<2xf32>
  }
  func.func @main() {
    %0 = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %1 = stablehlo.constant dense<[10.0, 20.0]> : tensor<2xf32>
    %2 = stablehlo.constant dense<[5.0, 1.0]> : tensor<2xf32>
    %r:4 = "interpreter.run_parallel"(%0, %1, %2, %2) {programs = [[@f], [@f], [@f], [@f]]} : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
    check.expect_eq_const %r#0, dense<[5.0, 2.0]> : tensor<2xf32>
    check.expect_eq_const %r#1, dense<[10.0, 20.0]> : tensor<2xf32>
    check.expect_eq_const %r#2, dense<[5.0, 2.0]> : tensor<2xf32>
    check.expect_eq_const %r#3, dense<[10.0, 20.0]> : tensor<2xf32>
    return
  }
}
// -----
module @ragged {
  func.func @f(%a: tensor<i32>) -> tensor<i32> {
    %0 = "stablehlo.all_reduce"(%a) ({
      ^bb0(%x: tensor<i32>, %y: tensor<i32>):
        %s = stablehlo.add %x, %y : tensor<i32>
        stablehlo.return %s : tensor<i32>
    }) {replica_groups = dense<[[0, 2], [1, -1]]> : tensor<2x2xi64>} : (tensor<i32>) -> tensor<i32>
    return %0 : tensor<i32>
  }
  func.func @main() {
    %0 = stablehlo.constant dense<1> : tensor<i32>
    %1 = stablehlo.constant dense<2> : tensor<i32>
    %2 = stablehlo.constant dense<4> : tensor<i32>
    %r:3 = "interpreter.run_parallel"(%0, %1, %2) {programs = [[@f], [@f], [@f]]} : (tensor<i32>, tensor<i32>, tensor<i32>) -> (tensor<i32>, tensor<i32>, tensor<i32>)
    check.expect_eq_const %r#0, dense<5> : tensor<i32>
    check.expect_eq_const %r#1, dense<2> : tensor<i32>
    check.expect_eq_const %r#2, dense<5> : tensor<i32>
    return
  }
}
// -----
module @all_to_all_cross_partition {
  func.func @f(%a: tensor<2x4xi64>) -> tensor<4x2xi64> {
    %0 = "stablehlo.all_to_all"(%a) {split_dimension = 1 : i64, concat_dimension = 0 : i64, split_count = 2 : i64,
      replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, channel_handle = #stablehlo.channel_handle<handle = 3, type = 0>} : (tensor<2x4xi64>) -> tensor<4x2xi64>
    return %0 : tensor<4x2xi64>
  }
  func.func @main() {
    %0 = stablehlo.constant dense<[[1, 2, 3, 4], [5, 6, 7, 8]]> : tensor<2x4xi64>
    %1 = stablehlo.constant dense<[[9, 10, 11, 12], [13, 14, 15, 16]]> : tensor<2x4xi64>
    %r:2 = "interpreter.run_parallel"(%0, %1) {programs = [[@f, @f]]} : (tensor<2x4xi64>, tensor<2x4xi64>) -> (tensor<4x2xi64>, tensor<4x2xi64>)
    check.expect_eq_const %r#0, dense<[[1, 2], [5, 6], [9, 10], [13, 14]]> : tensor<4x2xi64>
    check.expect_eq_const %r#1, dense<[[3, 4], [7, 8], [11, 12], [15, 16]]> : tensor<4x2xi64>
    return
  }
}
// -----
module @all_to_all_one_dimension {
  func.func @f(%a: tensor<2x4xi64>) -> tensor<2x4xi64> {
    %0 = "stablehlo.all_to_all"(%a) {split_dimension = 1 : i64, concat_dimension = 1 : i64, split_count = 2 : i64,
      replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<2x4xi64>) -> tensor<2x4xi64>
    return %0 : tensor<2x4xi64>
  }
  func.func @main() {
    %0 = stablehlo.constant dense<[[1, 2, 3, 4], [5, 6, 7, 8]]> : tensor<2x4xi64>
    %1 = stablehlo.constant dense<[[9, 10, 11, 12], [13, 14, 15, 16]]> : tensor<2x4xi64>
    %r:2 = "interpreter.run_parallel"(%0, %1) {programs = [[@f], [@f]]} : (tensor<2x4xi64>, tensor<2x4xi64>) -> (tensor<2x4xi64>, tensor<2x4xi64>)
    check.expect_eq_const %r#0, dense<[[1, 2, 9, 10], [5, 6, 13, 14]]> : tensor<2x4xi64>
    check.expect_eq_const %r#1, dense<[[3, 4, 11, 12], [7, 8, 15, 16]]> : tensor<2x4xi64>
    return
  }
}
// -----
module @broadcast {
  func.func @f(%a: tensor<1x2xi64>) -> tensor<1x2xi64> {
    %0 = "stablehlo.collective_broadcast"(%a) {replica_groups = dense<[[2, 1]]> : tensor<1x2xi64>} : (tensor<1x2xi64>) -> tensor<1x2xi64>
    return %0 : tensor<1x2xi64>
  }
  func.func @main() {
    %0 = stablehlo.constant dense<[[1, 2]]> : tensor<1x2xi64>
    %1 = stablehlo.constant dense<[[3, 4]]> : tensor<1x2xi64>
    %2 = stablehlo.constant dense<[[5, 6]]> : tensor<1x2xi64>
    %r:3 = "interpreter.run_parallel"(%0, %1, %2) {programs = [[@f], [@f], [@f]]} : (tensor<1x2xi64>, tensor<1x2xi64>, tensor<1x2xi64>) -> (tensor<1x2xi64>, tensor<1x2xi64>, tensor<1x2xi64>)
    check.expect_eq_const %r#0, dense<[[0, 0]]> : tensor<1x2xi64>
    check.expect_eq_const %r#1, dense<[[5, 6]]> : tensor<1x2xi64>
    check.expect_eq_const %r#2, dense<[[5, 6]]> : tensor<1x2xi64>
    return
  }
}
// -----
module @permute {
  func.func @f(%a: tensor<2x2xi64>) -> tensor<2x2xi64> {
    %0 = "stablehlo.collective_permute"(%a) {source_target_pairs = dense<[[0, 1], [1, 2]]> : tensor<2x2xi64>} : (tensor<2x2xi64>) -> tensor<2x2xi64>
    return %0 : tensor<2x2xi64>
  }
  func.func @main() {
    %0 = stablehlo.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi64>
    %1 = stablehlo.constant dense<[[5, 6], [7, 8]]> : tensor<2x2xi64>
    %2 = stablehlo.constant dense<9> : tensor<2x2xi64>
    %r:3 = "interpreter.run_parallel"(%0, %1, %2) {programs = [[@f], [@f], [@f]]} : (tensor<2x2xi64>, tensor<2x2xi64>, tensor<2x2xi64>) -> (tensor<2x2xi64>, tensor<2x2xi64>, tensor<2x2xi64>)
    check.expect_eq_const %r#0, dense<0> : tensor<2x2xi64>
    check.expect_eq_const %r#1, dense<[[1, 2], [3, 4]]> : tensor<2x2xi64>
    check.expect_eq_const %r#2, dense<[[5, 6], [7, 8]]> : tensor<2x2xi64>
    return
  }
}
// -----
module @ids {
  func.func @f() -> (tensor<ui32>, tensor<ui32>) {
    %0 = stablehlo.replica_id : tensor<ui32>
    %1 = stablehlo.partition_id : tensor<ui32>
    return %0, %1 : tensor<ui32>, tensor<ui32>
  }
  func.func @main() {
    %r:8 = "interpreter.run_parallel"() {programs = [[@f, @f], [@f, @f]]} : () -> (tensor<ui32>, tensor<ui32>, tensor<ui32>, tensor<ui32>, tensor<ui32>, tensor<ui32>, tensor<ui32>, tensor<ui32>)
    check.expect_eq_const %r#0, dense<0> : tensor<ui32>
    check.expect_eq_const %r#1, dense<0> : tensor<ui32>
    check.expect_eq_const %r#2, dense<0> : tensor<ui32>
    check.expect_eq_const %r#3, dense<1> : tensor<ui32>
    check.expect_eq_const %r#4, dense<1> : tensor<ui32>
    check.expect_eq_const %r#5, dense<0> : tensor<ui32>
    check.expect_eq_const %r#6, dense<1> : tensor<ui32>
    check.expect_eq_const %r#7, dense<1> : tensor<ui32>
    return
  }
}
// -----
module @infeed {
  func.func @first() -> (tensor<2xi64>, tensor<i1>) {
    %0 = stablehlo.constant dense<[1, 2]> : tensor<2xi64>
    %1 = stablehlo.constant dense<true> : tensor<i1>
    return %0, %1 : tensor<2xi64>, tensor<i1>
  }
  func.func @second() -> (tensor<2xi64>, tensor<i1>) {
    %0 = stablehlo.constant dense<[3, 4]> : tensor<2xi64>
    %1 = stablehlo.constant dense<false> : tensor<i1>
    return %0, %1 : tensor<2xi64>, tensor<i1>
  }
  func.func @f(%t: !stablehlo.token) -> (tensor<2xi64>, tensor<i1>, !stablehlo.token, tensor<2xi64>, tensor<i1>, !stablehlo.token) {
    %0:3 = "stablehlo.infeed"(%t) {infeed_config = ""} : (!stablehlo.token) -> (tensor<2xi64>, tensor<i1>, !stablehlo.token)
    %1:3 = "stablehlo.infeed"(%0#2) : (!stablehlo.token) -> (tensor<2xi64>, tensor<i1>, !stablehlo.token)
    return %0#0, %0#1, %0#2, %1#0, %1#1, %1#2 : tensor<2xi64>, tensor<i1>, !stablehlo.token, tensor<2xi64>, tensor<i1>, !stablehlo.token
  }
  func.func @main() {
    %t = stablehlo.after_all : !stablehlo.token
    %r:6 = "interpreter.run_parallel"(%t) {infeed = [@first, @second], programs = [[@f]]} : (!stablehlo.token) -> (tensor<2xi64>, tensor<i1>, !stablehlo.token, tensor<2xi64>, tensor<i1>, !stablehlo.token)
    check.expect_eq_const %r#0, dense<[1, 2]> : tensor<2xi64>
    check.expect_eq_const %r#1, dense<true> : tensor<i1>
    check.expect_eq_const %r#3, dense<[3, 4]> : tensor<2xi64>
    check.expect_eq_const %r#4, dense<false> : tensor<i1>
    return
  }
}
// -----
module @print {
  func.func @main() {
    %0 = stablehlo.constant dense<[1, 2]> : tensor<2xi64>
    %1 = interpreter.print %0 : tensor<2xi64>
    check.expect_eq_const %1, dense<[1, 2]> : tensor<2xi64>
    return
  }
}
// -----
module @in_a_loop {
  func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {
    %n = stablehlo.constant dense<0> : tensor<i32>
    %r:2 = stablehlo.while(%i = %n, %x = %a) : tensor<i32>, tensor<2xf32>
    cond {
      %three = stablehlo.constant dense<3> : tensor<i32>
      %c = stablehlo.compare LT, %i, %three : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %one = stablehlo.constant dense<1> : tensor<i32>
      %0 = "stablehlo.all_reduce"(%x) ({
        ^bb0(%p: tensor<f32>, %q: tensor<f32>):
          %s = stablehlo.add %p, %q : tensor<f32>
          stablehlo.return %s : tensor<f32>
      }) {replica_groups = dense<[[0, 1, 2]]> : tensor<1x3xi64>} : (tensor<2xf32>) -> tensor<2xf32>
      %j = stablehlo.add %i, %one : tensor<i32>
      stablehlo.return %j, %0 : tensor<i32>, tensor<2xf32>
    }
    return %r#1 : tensor<2xf32>
  }
  func.func @main() {
    %0 = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %r:3 = "interpreter.run_parallel"(%0, %0, %0) {programs = [[@f], [@f], [@f]]} : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
    check.expect_eq_const %r#2, dense<[27.0, 54.0]> : tensor<2xf32>
    return
  }
}
