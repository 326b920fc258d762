// test: op
// in: dense<[0.5, 3.0, -2.0, 0x7FC00000, 0.25, 1.0, 100.0, 7.0, -0.5, 2.0, 12.0, 0.125, 99.0, 50.0, 25.0, 1.5, 6.0, 64.0, 0.75]> : tensor<19xf32>
// in: dense<[1.0, -3.0, 2.0, 5.0, 0x7FC00000, 1.0, 0.0, 8.0, -0.75, 2.5, -12.0, 4.0, 0.5, 50.0, -25.0, 1.25, 0.0, 2.0, 3.0]> : tensor<19xf32>
// out: dense<[4.5, 18.0, 2.0, 0x7FC00000, 0x7FC00000, 5.0, 100.0, 74.0, -1.75, 12.0, 72.0, 10.5, 99.5, 2602.0, 150.0, 2.75, 6.0, 66.0, 10.25]> : tensor<19xf32>
// Both arms are computed; the inner branch captures what the outer one captured.
func.func @main(%a: tensor<19xf32>, %b: tensor<19xf32>) -> tensor<19xf32> {
  %r = "stablehlo.map"(%a, %b) <{dimensions = array<i64: 0>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %zero = stablehlo.constant dense<0.0> : tensor<f32>
    %one = stablehlo.constant dense<1.0> : tensor<f32>
    %above = stablehlo.compare GT, %x, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %i:2 = "stablehlo.if"(%above) ({
      %p = stablehlo.subtract %x, %y : tensor<f32>
      %below = stablehlo.compare LT, %y, %zero : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %q = "stablehlo.if"(%below) ({
        %s = stablehlo.add %x, %x : tensor<f32>
        stablehlo.return %s : tensor<f32>
      }, {
        stablehlo.return %y : tensor<f32>
      }) : (tensor<i1>) -> tensor<f32>
      stablehlo.return %p, %q : tensor<f32>, tensor<f32>
    }, {
      %p = stablehlo.multiply %x, %y : tensor<f32>
      %q = stablehlo.add %y, %one : tensor<f32>
      stablehlo.return %p, %q : tensor<f32>, tensor<f32>
    }) : (tensor<i1>) -> (tensor<f32>, tensor<f32>)
    %t = stablehlo.add %i#1, %i#1 : tensor<f32>
    %s = stablehlo.add %i#0, %t : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<19xf32>, tensor<19xf32>) -> tensor<19xf32>
  return %r : tensor<19xf32>
}
// -----
// in: dense<[0, 1, 2, 3, -1, -2147483648, 2147483647, 1, 2, 0]> : tensor<10xi32>
// in: dense<[5, 6, 7, 8, 9, 10, 11, 12, 13, 14]> : tensor<10xi32>
// out: dense<[6, 36, -7, -8, -9, -10, -11, 144, -13, 15]> : tensor<10xi32>
// An index out of range takes the last arm.
func.func @main(%a: tensor<10xi32>, %b: tensor<10xi32>) -> tensor<10xi32> {
  %r = "stablehlo.map"(%a, %b) <{dimensions = array<i64: 0>}> ({
  ^bb0(%k: tensor<i32>, %v: tensor<i32>):
    %one = stablehlo.constant dense<1> : tensor<i32>
    %c = "stablehlo.case"(%k) ({
      %s = stablehlo.add %v, %one : tensor<i32>
      stablehlo.return %s : tensor<i32>
    }, {
      %s = stablehlo.multiply %v, %v : tensor<i32>
      stablehlo.return %s : tensor<i32>
    }, {
      %s = stablehlo.negate %v : tensor<i32>
      stablehlo.return %s : tensor<i32>
    }) : (tensor<i32>) -> tensor<i32>
    stablehlo.return %c : tensor<i32>
  }) : (tensor<10xi32>, tensor<10xi32>) -> tensor<10xi32>
  return %r : tensor<10xi32>
}
// -----
// in: dense<[0.5, 3.0, 2.0, 0x7FC00000, 0.25, 1.0, 100.0, 7.0, 0.5, 2.0, 12.0, 0.125, 99.0, 50.0, 25.0, 1.5, 6.0, 64.0, 0.75]> : tensor<19xf32>
// out: dense<[8128.0, 6192.0, 6128.0, 0x7FC00000, 9128.0, 7128.0, 100.0, 4112.0, 8128.0, 6128.0, 4192.0, 10128.0, 1198.0, 1100.0, 2100.0, 7192.0, 5192.0, 1128.0, 8192.0]> : tensor<19xf32>
// Doubled until 100: some elements never, one is no number, and the lanes past the end, which hold 0,
// would go on for ever.
func.func @main(%a: tensor<19xf32>) -> tensor<19xf32> {
  %r = "stablehlo.map"(%a) <{dimensions = array<i64: 0>}> ({
  ^bb0(%x: tensor<f32>):
    %lim = stablehlo.constant dense<100.0> : tensor<f32>
    %n0 = stablehlo.constant dense<0.0> : tensor<f32>
    %one = stablehlo.constant dense<1.0> : tensor<f32>
    %w:2 = stablehlo.while(%v = %x, %n = %n0) : tensor<f32>, tensor<f32>
    cond {
      %c = stablehlo.compare LT, %v, %lim : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %v2 = stablehlo.add %v, %v : tensor<f32>
      %n2 = stablehlo.add %n, %one : tensor<f32>
      stablehlo.return %v2, %n2 : tensor<f32>, tensor<f32>
    }
    %k = stablehlo.constant dense<1000.0> : tensor<f32>
    %m = stablehlo.multiply %w#1, %k : tensor<f32>
    %s = stablehlo.add %w#0, %m : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<19xf32>) -> tensor<19xf32>
  return %r : tensor<19xf32>
}
// -----
// in: dense<[1, 2, 3, 6, 7, 0, -5, 27, 9, 0, 97, 1, 16, 15, -1, 12, 19]> : tensor<17xi32>
// out: dense<[0, 1, 7, 8, 16, -1, -1, 111, 19, -1, 118, 0, 4, 17, -1, 9, 20]> : tensor<17xi32>
// The loop of an arm that is not taken would not end: 0 stays 0.
func.func @main(%a: tensor<17xi32>) -> tensor<17xi32> {
  %r = "stablehlo.map"(%a) <{dimensions = array<i64: 0>}> ({
  ^bb0(%x: tensor<i32>):
    %zero = stablehlo.constant dense<0> : tensor<i32>
    %one = stablehlo.constant dense<1> : tensor<i32>
    %two = stablehlo.constant dense<2> : tensor<i32>
    %three = stablehlo.constant dense<3> : tensor<i32>
    %p = stablehlo.compare GT, %x, %zero : (tensor<i32>, tensor<i32>) -> tensor<i1>
    %q = "stablehlo.if"(%p) ({
      %w:2 = stablehlo.while(%v = %x, %n = %zero) : tensor<i32>, tensor<i32>
      cond {
        %c = stablehlo.compare NE, %v, %one : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %c : tensor<i1>
      } do {
        %odd = stablehlo.and %v, %one : tensor<i32>
        %next = "stablehlo.case"(%odd) ({
          %h = stablehlo.divide %v, %two : tensor<i32>
          stablehlo.return %h : tensor<i32>
        }, {
          %t = stablehlo.multiply %v, %three : tensor<i32>
          %h = stablehlo.add %t, %one : tensor<i32>
          stablehlo.return %h : tensor<i32>
        }) : (tensor<i32>) -> tensor<i32>
        %m = stablehlo.add %n, %one : tensor<i32>
        stablehlo.return %next, %m : tensor<i32>, tensor<i32>
      }
      stablehlo.return %w#1 : tensor<i32>
    }, {
      %m = stablehlo.negate %one : tensor<i32>
      stablehlo.return %m : tensor<i32>
    }) : (tensor<i1>) -> tensor<i32>
    stablehlo.return %q : tensor<i32>
  }) : (tensor<17xi32>) -> tensor<17xi32>
  return %r : tensor<17xi32>
}
// -----
// in: dense<[0, 1, 2, 3, 4, 5, 1, 0, 3, 2, 7, 6, 0, 1, 2, 3, 4, 5]> : tensor<18xi32>
// out: dense<[0, 12, 18, 22, 25, 28, 12, 0, 22, 18, 32, 30, 0, 12, 18, 22, 25, 28]> : tensor<18xi32>
// The inner loop goes by steps that are 0 once the outer one has ended.
func.func @main(%a: tensor<18xi32>) -> tensor<18xi32> {
  %r = "stablehlo.map"(%a) <{dimensions = array<i64: 0>}> ({
  ^bb0(%x: tensor<i32>):
    %zero = stablehlo.constant dense<0> : tensor<i32>
    %one = stablehlo.constant dense<1> : tensor<i32>
    %end = stablehlo.constant dense<12> : tensor<i32>
    %w:2 = stablehlo.while(%d = %x, %s = %zero) : tensor<i32>, tensor<i32>
    cond {
      %c = stablehlo.compare GT, %d, %zero : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %v:2 = stablehlo.while(%i = %zero, %t = %s) : tensor<i32>, tensor<i32>
      cond {
        %c = stablehlo.compare LT, %i, %end : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %c : tensor<i1>
      } do {
        %j = stablehlo.add %i, %d : tensor<i32>
        %u = stablehlo.add %t, %one : tensor<i32>
        stablehlo.return %j, %u : tensor<i32>, tensor<i32>
      }
      %e = stablehlo.subtract %d, %one : tensor<i32>
      stablehlo.return %e, %v#1 : tensor<i32>, tensor<i32>
    }
    stablehlo.return %w#1 : tensor<i32>
  }) : (tensor<18xi32>) -> tensor<18xi32>
  return %r : tensor<18xi32>
}
// -----
// in: dense<[1.0, 2.0, -3.0, 0.5, 4.0]> : tensor<5xf32>
// in: dense<[0, 3, 1, 2, 5]> : tensor<5xi32>
// out: dense<[0.0, 16.0, -2.0, 3.5, 72.0]> : tensor<5xf32>
// What is carried may be a tensor or complex.
func.func @main(%a: tensor<5xf32>, %b: tensor<5xi32>) -> tensor<5xf32> {
  %r = "stablehlo.map"(%a, %b) <{dimensions = array<i64: 0>}> ({
  ^bb0(%x: tensor<f32>, %m: tensor<i32>):
    %zero = stablehlo.constant dense<0> : tensor<i32>
    %one = stablehlo.constant dense<1> : tensor<i32>
    %none = stablehlo.constant dense<0.0> : tensor<3xf32>
    %unit = stablehlo.constant dense<(1.0, 0.0)> : tensor<complex<f32>>
    %turn = stablehlo.constant dense<(1.0, 1.0)> : tensor<complex<f32>>
    %w:4 = stablehlo.while(%i = %zero, %t = %none, %c = %unit, %y = %x) : tensor<i32>, tensor<3xf32>, tensor<complex<f32>>, tensor<f32>
    cond {
      %p = stablehlo.compare LT, %i, %m : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %p : tensor<i1>
    } do {
      %u = stablehlo.reshape %y : (tensor<f32>) -> tensor<1xf32>
      %t2 = stablehlo.dynamic_update_slice %t, %u, %i : (tensor<3xf32>, tensor<1xf32>, tensor<i32>) -> tensor<3xf32>
      %c2 = stablehlo.multiply %c, %turn : tensor<complex<f32>>
      %y2 = stablehlo.add %y, %y : tensor<f32>
      %i2 = stablehlo.add %i, %one : tensor<i32>
      stablehlo.return %i2, %t2, %c2, %y2 : tensor<i32>, tensor<3xf32>, tensor<complex<f32>>, tensor<f32>
    }
    %z = stablehlo.constant dense<0.0> : tensor<f32>
    %s = stablehlo.reduce(%w#1 init: %z) applies stablehlo.add across dimensions = [0] : (tensor<3xf32>, tensor<f32>) -> tensor<f32>
    %im = stablehlo.imag %w#2 : (tensor<complex<f32>>) -> tensor<f32>
    %q = stablehlo.add %s, %im : tensor<f32>
    stablehlo.return %q : tensor<f32>
  }) : (tensor<5xf32>, tensor<5xi32>) -> tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[[12, 18, 24], [35, 0, 14], [0, 0, 9], [16, 40, 56]]> : tensor<4x3xi32>
// out: dense<[6, 7, 9, 8]> : tensor<4xi32>
// out: dense<[1, 2, 1]> : tensor<3xi32>
// Greatest common divisors, along rows and along columns.
func.func @main(%a: tensor<4x3xi32>) -> (tensor<4xi32>, tensor<3xi32>) {
  %init = stablehlo.constant dense<0> : tensor<i32>
  %r = "stablehlo.reduce"(%a, %init) <{dimensions = array<i64: 1>}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %z = stablehlo.constant dense<0> : tensor<i32>
    %w:2 = stablehlo.while(%p = %x, %q = %y) : tensor<i32>, tensor<i32>
    cond {
      %c = stablehlo.compare NE, %q, %z : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %m = stablehlo.remainder %p, %q : tensor<i32>
      stablehlo.return %q, %m : tensor<i32>, tensor<i32>
    }
    stablehlo.return %w#0 : tensor<i32>
  }) : (tensor<4x3xi32>, tensor<i32>) -> tensor<4xi32>
  %s = "stablehlo.reduce"(%a, %init) <{dimensions = array<i64: 0>}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>):
    %z = stablehlo.constant dense<0> : tensor<i32>
    %w:2 = stablehlo.while(%p = %x, %q = %y) : tensor<i32>, tensor<i32>
    cond {
      %c = stablehlo.compare NE, %q, %z : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %m = stablehlo.remainder %p, %q : tensor<i32>
      stablehlo.return %q, %m : tensor<i32>, tensor<i32>
    }
    stablehlo.return %w#0 : tensor<i32>
  }) : (tensor<4x3xi32>, tensor<i32>) -> tensor<3xi32>
  return %r, %s : tensor<4xi32>, tensor<3xi32>
}
// -----
// in: dense<[3.0, 0.5, 8.0, 1.0, 60.0, 2.0, 0.25]> : tensor<7xf32>
// out: dense<[132.5, 139.5, 137.5, 197.0, 191.0, 190.25, 131.25]> : tensor<7xf32>
// A window's order is its own: what came before is doubled until 100.
func.func @main(%a: tensor<7xf32>) -> tensor<7xf32> {
  %init = stablehlo.constant dense<1.0> : tensor<f32>
  %r = "stablehlo.reduce_window"(%a, %init) <{window_dimensions = array<i64: 3>, padding = dense<1> : tensor<1x2xi64>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %lim = stablehlo.constant dense<100.0> : tensor<f32>
    %n0 = stablehlo.constant dense<0.0> : tensor<f32>
    %one = stablehlo.constant dense<1.0> : tensor<f32>
    %w:2 = stablehlo.while(%v = %x, %n = %n0) : tensor<f32>, tensor<f32>
    cond {
      %c = stablehlo.compare LT, %v, %lim : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %v2 = stablehlo.add %v, %v : tensor<f32>
      %n2 = stablehlo.add %n, %one : tensor<f32>
      stablehlo.return %v2, %n2 : tensor<f32>, tensor<f32>
    }
    %s = stablehlo.add %w#0, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<7xf32>, tensor<f32>) -> tensor<7xf32>
  return %r : tensor<7xf32>
}
// -----
// in: dense<[3.0, 1.0, 2.0, 5.0, 4.0, 7.0, 6.0, 1.5]> : tensor<8xf32>
// in: dense<[2.0, 3.0, 4.0, 5.0]> : tensor<4xf32>
// out: dense<[130.0, 1.0, 1.0, 135.0, 1.0, 1.0, 133.0, 1.0]> : tensor<8xf32>
// A place of the padding, which is 0 in its lane, is never asked for.
func.func @main(%a: tensor<8xf32>, %u: tensor<4xf32>) -> tensor<8xf32> {
  %init = stablehlo.constant dense<1.0> : tensor<f32>
  %r = "stablehlo.select_and_scatter"(%a, %u, %init) <{window_dimensions = array<i64: 3>, window_strides = array<i64: 2>, padding = dense<[[1, 0]]> : tensor<1x2xi64>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %lim = stablehlo.constant dense<100.0> : tensor<f32>
    %n0 = stablehlo.constant dense<0.0> : tensor<f32>
    %one = stablehlo.constant dense<1.0> : tensor<f32>
    %w:2 = stablehlo.while(%v = %x, %n = %n0) : tensor<f32>, tensor<f32>
    cond {
      %c = stablehlo.compare LT, %v, %lim : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %v2 = stablehlo.add %v, %v : tensor<f32>
      %n2 = stablehlo.add %n, %one : tensor<f32>
      stablehlo.return %v2, %n2 : tensor<f32>, tensor<f32>
    }
    %lim2 = stablehlo.constant dense<100.0> : tensor<f32>
    %n3 = stablehlo.constant dense<0.0> : tensor<f32>
    %one2 = stablehlo.constant dense<1.0> : tensor<f32>
    %ww:2 = stablehlo.while(%v = %y, %n = %n3) : tensor<f32>, tensor<f32>
    cond {
      %c = stablehlo.compare LT, %v, %lim2 : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %v2 = stablehlo.add %v, %v : tensor<f32>
      %n2 = stablehlo.add %n, %one2 : tensor<f32>
      stablehlo.return %v2, %n2 : tensor<f32>, tensor<f32>
    }
    %s = stablehlo.compare GE, %w#0, %ww#0 : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %s : tensor<i1>
  }, {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %lim = stablehlo.constant dense<100.0> : tensor<f32>
    %n0 = stablehlo.constant dense<0.0> : tensor<f32>
    %one = stablehlo.constant dense<1.0> : tensor<f32>
    %w:2 = stablehlo.while(%v = %x, %n = %n0) : tensor<f32>, tensor<f32>
    cond {
      %c = stablehlo.compare LT, %v, %lim : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %v2 = stablehlo.add %v, %v : tensor<f32>
      %n2 = stablehlo.add %n, %one : tensor<f32>
      stablehlo.return %v2, %n2 : tensor<f32>, tensor<f32>
    }
    %s = stablehlo.add %w#0, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<8xf32>, tensor<4xf32>, tensor<f32>) -> tensor<8xf32>
  return %r : tensor<8xf32>
}
// -----
// in: dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 60.0]]> : tensor<2x3xf32>
// in: dense<[[1], [0], [1]]> : tensor<3x1xi32>
// in: dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>
// out: dense<[[132.0, 133.0, 198.0], [136.0, 170.0, 132.0]]> : tensor<2x3xf32>
// Rows of updates, by lanes of which three exist.
func.func @main(%a: tensor<2x3xf32>, %i: tensor<3x1xi32>, %u: tensor<3x3xf32>) -> tensor<2x3xf32> {
  %r = "stablehlo.scatter"(%a, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %lim = stablehlo.constant dense<100.0> : tensor<f32>
    %n0 = stablehlo.constant dense<0.0> : tensor<f32>
    %one = stablehlo.constant dense<1.0> : tensor<f32>
    %w:2 = stablehlo.while(%v = %x, %n = %n0) : tensor<f32>, tensor<f32>
    cond {
      %c = stablehlo.compare LT, %v, %lim : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %v2 = stablehlo.add %v, %v : tensor<f32>
      %n2 = stablehlo.add %n, %one : tensor<f32>
      stablehlo.return %v2, %n2 : tensor<f32>, tensor<f32>
    }
    %s = stablehlo.add %w#0, %y : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<2x3xf32>, tensor<3x1xi32>, tensor<3x3xf32>) -> tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}
// -----
// in: dense<[3.0, 100.0, 0.5, 1.0, 60.0, 2.0, 0.25, 50.0, 30.0, 0.75]> : tensor<10xf32>
// out: dense<[100.0, 60.0, 50.0, 30.0, 3.0, 2.0, 1.0, 0.5, 0.75, 0.25]> : tensor<10xf32>
// By how often each is doubled until 100.
func.func @main(%a: tensor<10xf32>) -> tensor<10xf32> {
  %r = "stablehlo.sort"(%a) <{dimension = 0 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %lim = stablehlo.constant dense<100.0> : tensor<f32>
    %n0 = stablehlo.constant dense<0.0> : tensor<f32>
    %one = stablehlo.constant dense<1.0> : tensor<f32>
    %w:2 = stablehlo.while(%v = %x, %n = %n0) : tensor<f32>, tensor<f32>
    cond {
      %c = stablehlo.compare LT, %v, %lim : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %v2 = stablehlo.add %v, %v : tensor<f32>
      %n2 = stablehlo.add %n, %one : tensor<f32>
      stablehlo.return %v2, %n2 : tensor<f32>, tensor<f32>
    }
    %lim2 = stablehlo.constant dense<100.0> : tensor<f32>
    %n3 = stablehlo.constant dense<0.0> : tensor<f32>
    %one2 = stablehlo.constant dense<1.0> : tensor<f32>
    %ww:2 = stablehlo.while(%v = %y, %n = %n3) : tensor<f32>, tensor<f32>
    cond {
      %c = stablehlo.compare LT, %v, %lim2 : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %v2 = stablehlo.add %v, %v : tensor<f32>
      %n2 = stablehlo.add %n, %one2 : tensor<f32>
      stablehlo.return %v2, %n2 : tensor<f32>, tensor<f32>
    }
    %s = stablehlo.compare LT, %w#1, %ww#1 : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %s : tensor<i1>
  }) : (tensor<10xf32>) -> tensor<10xf32>
  return %r : tensor<10xf32>
}
// -----
// in: dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
// in: dense<[4.0, 5.0]> : tensor<2xf32>
// in: dense<3> : tensor<i32>
// out: dense<[14.0, 15.0, 16.0]> : tensor<3xf32>
// Nothing in the loop differs between lanes: its operands come from around the map.
func.func @main(%a: tensor<3xf32>, %t: tensor<2xf32>, %m: tensor<i32>) -> tensor<3xf32> {
  %r = "stablehlo.map"(%a) <{dimensions = array<i64: 0>}> ({
  ^bb0(%x: tensor<f32>):
    %zero = stablehlo.constant dense<0> : tensor<i32>
    %one = stablehlo.constant dense<1> : tensor<i32>
    %w:2 = stablehlo.while(%i = %zero, %s = %x) : tensor<i32>, tensor<f32>
    cond {
      %c = stablehlo.compare LT, %i, %m : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %k = stablehlo.and %i, %one : tensor<i32>
      %e = stablehlo.dynamic_slice %t, %k, sizes = [1] : (tensor<2xf32>, tensor<i32>) -> tensor<1xf32>
      %y = stablehlo.reshape %e : (tensor<1xf32>) -> tensor<f32>
      %s2 = stablehlo.add %s, %y : tensor<f32>
      %i2 = stablehlo.add %i, %one : tensor<i32>
      stablehlo.return %i2, %s2 : tensor<i32>, tensor<f32>
    }
    stablehlo.return %w#1 : tensor<f32>
  }) : (tensor<3xf32>) -> tensor<3xf32>
  return %r : tensor<3xf32>
}
// -----
// in: dense<1.0> : tensor<5x3xf32>
// in: dense<1.0> : tensor<3x5xf32>
// out: dense<8.0> : tensor<5x5xf32>
// A product's columns that pad its panels would never end the loop.
func.func @main(%a: tensor<5x3xf32>, %b: tensor<3x5xf32>) -> tensor<5x5xf32> {
  %d = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<5x3xf32>, tensor<3x5xf32>) -> tensor<5x5xf32>
  %r = "stablehlo.map"(%d) <{dimensions = array<i64: 0, 1>}> ({
  ^bb0(%x: tensor<f32>):
    %one = stablehlo.constant dense<1.0> : tensor<f32>
    %end = stablehlo.constant dense<8.0> : tensor<f32>
    %w = stablehlo.while(%d0 = %x) : tensor<f32>
    cond {
      %c = stablehlo.compare NE, %d0, %end : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %e = stablehlo.add %d0, %one : tensor<f32>
      stablehlo.return %e : tensor<f32>
    }
    stablehlo.return %w : tensor<f32>
  }) : (tensor<5x5xf32>) -> tensor<5x5xf32>
  return %r : tensor<5x5xf32>
}
