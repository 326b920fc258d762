// test: op
// More than there is memory for, in the branch that is not taken.
// in: dense<false> : tensor<i1>
// in: dense<[3.0, 1.0, 2.0, 4.0]> : tensor<4xf32>
// out: dense<3.0> : tensor<f32>
func.func @main(%p: tensor<i1>, %x: tensor<4xf32>) -> tensor<f32> {
  %0 = "stablehlo.if"(%p) ({
    %b = stablehlo.broadcast_in_dim %x, dims = [0] : (tensor<4xf32>) -> tensor<4x274877906944xf32>
    %c = "stablehlo.sort"(%b) ({
    ^bb0(%l: tensor<f32>, %r: tensor<f32>):
      %q = stablehlo.compare LT, %l, %r : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %q : tensor<i1>
    }) {dimension = 0 : i64} : (tensor<4x274877906944xf32>) -> tensor<4x274877906944xf32>
    %s = stablehlo.slice %c [0:1, 0:1] : (tensor<4x274877906944xf32>) -> tensor<1x1xf32>
    %r = stablehlo.reshape %s : (tensor<1x1xf32>) -> tensor<f32>
    stablehlo.return %r : tensor<f32>
  }, {
    %s = stablehlo.slice %x [0:1] : (tensor<4xf32>) -> tensor<1xf32>
    %r = stablehlo.reshape %s : (tensor<1xf32>) -> tensor<f32>
    stablehlo.return %r : tensor<f32>
  }) : (tensor<i1>) -> tensor<f32>
  return %0 : tensor<f32>
}
// -----
// As many elements as the argument's size gives, in a branch inside of the one that is taken: more than
// there is memory for.
// in: dense<1> : tensor<i32>
// in: dense<false> : tensor<i1>
// in: dense<[3.0, 1.0]> : tensor<2xf32>
// out: dense<[6.0, 2.0]> : tensor<2xf32>
func.func @main(%k: tensor<i32>, %p: tensor<i1>, %x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = "stablehlo.case"(%k) ({
    stablehlo.return %x : tensor<?xf32>
  }, {
    %a = stablehlo.add %x, %x : tensor<?xf32>
    %1 = "stablehlo.if"(%p) ({
      %m = stablehlo.constant dense<281474976710656> : tensor<1xi64>
      %j = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
      %o = stablehlo.convert %j : (tensor<i32>) -> tensor<i64>
      %y = stablehlo.reshape %o : (tensor<i64>) -> tensor<1xi64>
      %n = stablehlo.concatenate %y, %m, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
      %w = stablehlo.dynamic_broadcast_in_dim %x, %n, dims = [0] : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
      %c = "stablehlo.sort"(%w) ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %q = stablehlo.compare LT, %l, %r : (tensor<f32>, tensor<f32>) -> tensor<i1>
        stablehlo.return %q : tensor<i1>
      }) {dimension = 0 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
      %z = stablehlo.constant dense<0> : tensor<i64>
      %g = "stablehlo.dynamic_slice"(%c, %z, %z) {slice_sizes = array<i64: 1, 1>} : (tensor<?x?xf32>, tensor<i64>, tensor<i64>) -> tensor<1x1xf32>
      %h = stablehlo.reshape %g : (tensor<1x1xf32>) -> tensor<f32>
      stablehlo.return %h : tensor<f32>
    }, {
      %f = stablehlo.constant dense<0.0> : tensor<f32>
      stablehlo.return %f : tensor<f32>
    }) : (tensor<i1>) -> tensor<f32>
    %d = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
    %e = stablehlo.reshape %d : (tensor<i32>) -> tensor<1xi32>
    %s = stablehlo.dynamic_broadcast_in_dim %1, %e, dims = [] : (tensor<f32>, tensor<1xi32>) -> tensor<?xf32>
    %t = stablehlo.add %a, %s : tensor<?xf32>
    stablehlo.return %t : tensor<?xf32>
  }) : (tensor<i32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
// -----
// Both branches need sizes of the same kind, computed in neither beforehand; the loop takes each in
// turn, so that memory is taken and given back three times.
// in: dense<[[1.0, 2.0, 3.0], [6.0, 5.0, 4.0]]> : tensor<2x3xf32>
// out: dense<[[2.0, 4.0, 6.0], [8.0, 10.0, 12.0]]> : tensor<2x3xf32>
func.func @main(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %zero = stablehlo.constant dense<0> : tensor<i32>
  %0:2 = stablehlo.while(%i = %zero, %v = %x) : tensor<i32>, tensor<?x3xf32>
  cond {
    %three = stablehlo.constant dense<3> : tensor<i32>
    %q = stablehlo.compare LT, %i, %three : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %q : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %p = stablehlo.compare EQ, %i, %one : (tensor<i32>, tensor<i32>) -> tensor<i1>
    %u = "stablehlo.if"(%p) ({
      %w = stablehlo.add %v, %v : tensor<?x3xf32>
      %c = "stablehlo.sort"(%w) ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %q = stablehlo.compare LT, %l, %r : (tensor<f32>, tensor<f32>) -> tensor<i1>
        stablehlo.return %q : tensor<i1>
      }) {dimension = 1 : i64} : (tensor<?x3xf32>) -> tensor<?x3xf32>
      %r = stablehlo.reverse %c, dims = [0] : tensor<?x3xf32>
      stablehlo.return %r : tensor<?x3xf32>
    }, {
      %c = "stablehlo.sort"(%v) ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %q = stablehlo.compare GT, %l, %r : (tensor<f32>, tensor<f32>) -> tensor<i1>
        stablehlo.return %q : tensor<i1>
      }) {dimension = 0 : i64} : (tensor<?x3xf32>) -> tensor<?x3xf32>
      %r = stablehlo.reverse %c, dims = [0] : tensor<?x3xf32>
      stablehlo.return %r : tensor<?x3xf32>
    }) : (tensor<i1>) -> tensor<?x3xf32>
    %n = stablehlo.add %i, %one : tensor<i32>
    stablehlo.return %n, %u : tensor<i32>, tensor<?x3xf32>
  }
  return %0#1 : tensor<?x3xf32>
}
