// test: op
// A loop's rows are written where they lie: of an argument that is a result, too, and of a constant.
// in: dense<[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]> : tensor<4x4xi32>
// out: dense<[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]> : tensor<4x4xi32>
// out: dense<[[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]]> : tensor<4x4xi32>
// out: dense<[[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4], [1, 0, 1, 0]]> : tensor<4x4xi32>
// out: dense<[[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]]> : tensor<4x4xi32>
func.func @main(%a: tensor<4x4xi32>) -> (tensor<4x4xi32>, tensor<4x4xi32>, tensor<4x4xi32>, tensor<4x4xi32>) {
  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %c3 = stablehlo.constant dense<3> : tensor<i32>
  %z = stablehlo.constant dense<[[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]]> : tensor<4x4xi32>
  %r:3 = stablehlo.while(%i = %c0, %x = %a, %y = %z) : tensor<i32>, tensor<4x4xi32>, tensor<4x4xi32>
  cond {
    %p = stablehlo.compare LT, %i, %c3, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %j = stablehlo.add %i, %c1 : tensor<i32>
    %row = stablehlo.dynamic_slice %x, %i, %c0, sizes = [1, 4] : (tensor<4x4xi32>, tensor<i32>, tensor<i32>) -> tensor<1x4xi32>
    %u = stablehlo.dynamic_update_slice %x, %row, %j, %c0 : (tensor<4x4xi32>, tensor<1x4xi32>, tensor<i32>, tensor<i32>) -> tensor<4x4xi32>
    %v = stablehlo.dynamic_update_slice %y, %row, %i, %c0 : (tensor<4x4xi32>, tensor<1x4xi32>, tensor<i32>, tensor<i32>) -> tensor<4x4xi32>
    stablehlo.return %j, %u, %v : tensor<i32>, tensor<4x4xi32>, tensor<4x4xi32>
  }
  return %a, %r#1, %r#2, %z : tensor<4x4xi32>, tensor<4x4xi32>, tensor<4x4xi32>, tensor<4x4xi32>
}
// -----
// What is read after the write is as it was before: by a sum, by the next turn's other value, by a second update.
// in: dense<[1, 2, 3, 4, 5, 6, 7, 8]> : tensor<8xi32>
// out: dense<[2, 3, 4, 5, 4, 4, 7, 8]> : tensor<8xi32>
// out: dense<[2, 3, 4, 5, 5, 5, 7, 8]> : tensor<8xi32>
// out: dense<[20, 29, 38, 47, 54, 46, 77, 88]> : tensor<8xi32>
func.func @main(%a: tensor<8xi32>) -> (tensor<8xi32>, tensor<8xi32>, tensor<8xi32>) {
  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %c5 = stablehlo.constant dense<5> : tensor<i32>
  %r:4 = stablehlo.while(%i = %c0, %x = %a, %before = %a, %sums = %a) : tensor<i32>, tensor<8xi32>, tensor<8xi32>, tensor<8xi32>
  cond {
    %p = stablehlo.compare LT, %i, %c5, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %j = stablehlo.add %i, %c1 : tensor<i32>
    %e = stablehlo.dynamic_slice %before, %j, sizes = [1] : (tensor<8xi32>, tensor<i32>) -> tensor<1xi32>
    %u = stablehlo.dynamic_update_slice %x, %e, %i : (tensor<8xi32>, tensor<1xi32>, tensor<i32>) -> tensor<8xi32>
    %w = stablehlo.dynamic_update_slice %u, %e, %c5 : (tensor<8xi32>, tensor<1xi32>, tensor<i32>) -> tensor<8xi32>
    %s = stablehlo.add %sums, %x : tensor<8xi32>
    %t = stablehlo.add %s, %u : tensor<8xi32>
    stablehlo.return %j, %w, %x, %t : tensor<i32>, tensor<8xi32>, tensor<8xi32>, tensor<8xi32>
  }
  return %r#1, %r#2, %r#3 : tensor<8xi32>, tensor<8xi32>, tensor<8xi32>
}
// -----
// A slice that is read before the write and used behind it, too, and one that the update itself reads.
// in: dense<[3, 1, 4, 1, 5, 9, 2, 6]> : tensor<8xi32>
// out: dense<[3, 3, 3, 3, 3, 3, 3, -23]> : tensor<8xi32>
// out: dense<[0, -16]> : tensor<2xi32>
func.func @main(%a: tensor<8xi32>) -> (tensor<8xi32>, tensor<2xi32>) {
  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %c6 = stablehlo.constant dense<6> : tensor<i32>
  %n = stablehlo.constant dense<0> : tensor<2xi32>
  %r:3 = stablehlo.while(%i = %c0, %x = %a, %y = %n) : tensor<i32>, tensor<8xi32>, tensor<2xi32>
  cond {
    %p = stablehlo.compare LT, %i, %c6, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %j = stablehlo.add %i, %c1 : tensor<i32>
    %e = stablehlo.dynamic_slice %x, %i, sizes = [2] : (tensor<8xi32>, tensor<i32>) -> tensor<2xi32>
    %d = stablehlo.add %e, %y : tensor<2xi32>
    %u = stablehlo.dynamic_update_slice %x, %d, %j : (tensor<8xi32>, tensor<2xi32>, tensor<i32>) -> tensor<8xi32>
    %f = stablehlo.dynamic_slice %u, %i, sizes = [2] : (tensor<8xi32>, tensor<i32>) -> tensor<2xi32>
    %g = stablehlo.subtract %e, %f : tensor<2xi32>
    stablehlo.return %j, %u, %g : tensor<i32>, tensor<8xi32>, tensor<2xi32>
  }
  return %r#1, %r#2 : tensor<8xi32>, tensor<2xi32>
}
// -----
// Through a loop in the loop and a branch in that, which keeps, writes, or makes another; with a scatter.
// in: dense<[1, 2, 3, 4, 5, 6, 7, 8]> : tensor<8xi32>
// out: dense<[8, 4, 24, 32, 2, 48, 56, 64]> : tensor<8xi32>
// out: dense<[6, 7, 8, 4, 5, 6, 7, 8]> : tensor<8xi32>
func.func @main(%a: tensor<8xi32>) -> (tensor<8xi32>, tensor<8xi32>) {
  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %c3 = stablehlo.constant dense<3> : tensor<i32>
  %c5 = stablehlo.constant dense<5> : tensor<i32>
  %r:3 = stablehlo.while(%i = %c0, %x = %a, %y = %a) : tensor<i32>, tensor<8xi32>, tensor<8xi32>
  cond {
    %p = stablehlo.compare LT, %i, %c3, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %q:2 = stablehlo.while(%k = %c0, %u = %x) : tensor<i32>, tensor<8xi32>
    cond {
      %p = stablehlo.compare LT, %k, %c5, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %p : tensor<i1>
    } do {
      %which = stablehlo.remainder %k, %c3 : tensor<i32>
      %b = "stablehlo.case"(%which) ({
        stablehlo.return %u : tensor<8xi32>
      }, {
        %s = stablehlo.reshape %i : (tensor<i32>) -> tensor<1xi32>
        %v = stablehlo.dynamic_update_slice %u, %s, %k : (tensor<8xi32>, tensor<1xi32>, tensor<i32>) -> tensor<8xi32>
        stablehlo.return %v : tensor<8xi32>
      }, {
        %t = stablehlo.add %u, %u : tensor<8xi32>
        stablehlo.return %t : tensor<8xi32>
      }) : (tensor<i32>) -> tensor<8xi32>
      %k1 = stablehlo.add %k, %c1 : tensor<i32>
      stablehlo.return %k1, %b : tensor<i32>, tensor<8xi32>
    }
    %at = stablehlo.reshape %i : (tensor<i32>) -> tensor<1xi32>
    %z = "stablehlo.scatter"(%y, %at, %c5) <{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0]>}> ({
    ^bb0(%l: tensor<i32>, %m: tensor<i32>):
      %o = stablehlo.add %l, %m : tensor<i32>
      stablehlo.return %o : tensor<i32>
    }) : (tensor<8xi32>, tensor<1xi32>, tensor<i32>) -> tensor<8xi32>
    %j = stablehlo.add %i, %c1 : tensor<i32>
    stablehlo.return %j, %q#1, %z : tensor<i32>, tensor<8xi32>, tensor<8xi32>
  }
  return %r#1, %r#2 : tensor<8xi32>, tensor<8xi32>
}
// -----
// Two branches that give two tensors in different places; windows whose rows are short, and clamped.
// in: dense<[[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]]> : tensor<4x3xi32>
// out: dense<[[0, 0, 0], [0, 1, 3], [0, 1, 3], [0, 1, 3]]> : tensor<4x3xi32>
// out: dense<[[0, 0, 0], [0, -1, 2], [0, -1, 2], [0, -1, 2]]> : tensor<4x3xi32>
func.func @main(%a: tensor<4x3xi32>) -> (tensor<4x3xi32>, tensor<4x3xi32>) {
  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %c4 = stablehlo.constant dense<4> : tensor<i32>
  %z = stablehlo.constant dense<0> : tensor<4x3xi32>
  %r:3 = stablehlo.while(%i = %c0, %x = %a, %y = %z) : tensor<i32>, tensor<4x3xi32>, tensor<4x3xi32>
  cond {
    %p = stablehlo.compare LT, %i, %c4, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %q:2 = "stablehlo.case"(%i) ({
      stablehlo.return %x, %y : tensor<4x3xi32>, tensor<4x3xi32>
    }, {
      stablehlo.return %y, %x : tensor<4x3xi32>, tensor<4x3xi32>
    }, {
      %n = stablehlo.negate %x : tensor<4x3xi32>
      stablehlo.return %n, %x : tensor<4x3xi32>, tensor<4x3xi32>
    }) : (tensor<i32>) -> (tensor<4x3xi32>, tensor<4x3xi32>)
    %w = stablehlo.broadcast_in_dim %i, dims = [] : (tensor<i32>) -> tensor<3x1xi32>
    %u = stablehlo.dynamic_update_slice %q#0, %w, %i, %i : (tensor<4x3xi32>, tensor<3x1xi32>, tensor<i32>, tensor<i32>) -> tensor<4x3xi32>
    %j = stablehlo.add %i, %c1 : tensor<i32>
    stablehlo.return %j, %u, %q#1 : tensor<i32>, tensor<4x3xi32>, tensor<4x3xi32>
  }
  return %r#1, %r#2 : tensor<4x3xi32>, tensor<4x3xi32>
}
// -----
// One tensor is the start of two values that are written and of two that stay.
// in: dense<[1, 2, 3, 4]> : tensor<4xi32>
// out: dense<[2, 2, 4, 6]> : tensor<4xi32>
// out: dense<[9, 9, 9, 8]> : tensor<4xi32>
// out: dense<[2, 4, 6, 8]> : tensor<4xi32>
// out: dense<[2, 4, 6, 8]> : tensor<4xi32>
func.func @main(%a: tensor<4xi32>) -> (tensor<4xi32>, tensor<4xi32>, tensor<4xi32>, tensor<4xi32>) {
  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %c3 = stablehlo.constant dense<3> : tensor<i32>
  %n = stablehlo.constant dense<[9]> : tensor<1xi32>
  %d = stablehlo.add %a, %a : tensor<4xi32>
  %r:5 = stablehlo.while(%i = %c0, %x = %d, %y = %d, %s = %d, %t = %d) : tensor<i32>, tensor<4xi32>, tensor<4xi32>, tensor<4xi32>, tensor<4xi32>
  cond {
    %p = stablehlo.compare LT, %i, %c3, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %j = stablehlo.add %i, %c1 : tensor<i32>
    %e = stablehlo.dynamic_slice %s, %i, sizes = [1] : (tensor<4xi32>, tensor<i32>) -> tensor<1xi32>
    %u = stablehlo.dynamic_update_slice %x, %e, %j : (tensor<4xi32>, tensor<1xi32>, tensor<i32>) -> tensor<4xi32>
    %v = stablehlo.dynamic_update_slice %y, %n, %i : (tensor<4xi32>, tensor<1xi32>, tensor<i32>) -> tensor<4xi32>
    stablehlo.return %j, %u, %v, %s, %t : tensor<i32>, tensor<4xi32>, tensor<4xi32>, tensor<4xi32>, tensor<4xi32>
  }
  return %r#1, %r#2, %r#3, %r#4 : tensor<4xi32>, tensor<4xi32>, tensor<4xi32>, tensor<4xi32>
}
