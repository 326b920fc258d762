// test: op
// in: dense<[[[0.0, 20.0, -5.5, 2.5], [10.5, -8.5, -8.0, 16.0], [7.0, -7.0, 1.5, 8.5]], [[-8.5, 19.0, 6.0, -3.5], [-9.0, -7.5, 3.5, 3.0], [-8.0, -2.5, -7.5, 7.5]]]> : tensor<2x3x4xf32>
// out: dense<[[6.5, 25.5, 22.0, 0.0], [35.5, 19.0, 8.0, 3.0]]> : tensor<2x4xf32>
// out: dense<27.5> : tensor<f32>
// A sort in the body of a reduce, whose order shows: the difference of what comes so far and the next.
func.func @main(%a: tensor<2x3x4xf32>) -> (tensor<2x4xf32>, tensor<f32>) {
  %i = stablehlo.constant dense<10.0> : tensor<f32>
  %r = "stablehlo.reduce"(%a, %i) <{dimensions = array<i64: 1>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %xa = stablehlo.reshape %x : (tensor<f32>) -> tensor<1xf32>
    %ya = stablehlo.reshape %y : (tensor<f32>) -> tensor<1xf32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<f32>, %q: tensor<f32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xf32>) -> tensor<2xf32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xf32>) -> tensor<1xf32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xf32>) -> tensor<1xf32>
    %l = stablehlo.reshape %lo : (tensor<1xf32>) -> tensor<f32>
    %h = stablehlo.reshape %hi : (tensor<1xf32>) -> tensor<f32>
    %d = stablehlo.subtract %h, %l : tensor<f32>
    stablehlo.return %d : tensor<f32>
  }) : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %s = "stablehlo.reduce"(%a, %i) <{dimensions = array<i64: 2, 0, 1>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %xa = stablehlo.reshape %x : (tensor<f32>) -> tensor<1xf32>
    %ya = stablehlo.reshape %y : (tensor<f32>) -> tensor<1xf32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<f32>, %q: tensor<f32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xf32>) -> tensor<2xf32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xf32>) -> tensor<1xf32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xf32>) -> tensor<1xf32>
    %l = stablehlo.reshape %lo : (tensor<1xf32>) -> tensor<f32>
    %h = stablehlo.reshape %hi : (tensor<1xf32>) -> tensor<f32>
    %d = stablehlo.subtract %h, %l : tensor<f32>
    stablehlo.return %d : tensor<f32>
  }) : (tensor<2x3x4xf32>, tensor<f32>) -> tensor<f32>
  return %r, %s : tensor<2x4xf32>, tensor<f32>
}
// -----
// in: dense<[[27, 3, 36, 7], [14, 40, 40, 37], [3, 36, 37, 25]]> : tensor<3x4xi32>
// in: dense<[[-4.25, -1.5, -4.5, 3.75], [8.5, -3.0, -0.5, 1.5], [-2.75, 3.5, -3.25, 4.0]]> : tensor<3x4xf16>
// out: dense<[5, 2, 28, 10]> : tensor<4xi32>
// out: dense<[5.5, 2.5, 9.75, 3.25]> : tensor<4xf16>
// Two tensors reduced together, by an i32 and a f16.
func.func @main(%a: tensor<3x4xi32>, %b: tensor<3x4xf16>) -> (tensor<4xi32>, tensor<4xf16>) {
  %i = stablehlo.constant dense<5> : tensor<i32>
  %j = stablehlo.constant dense<1.5> : tensor<f16>
  %r:2 = "stablehlo.reduce"(%a, %b, %i, %j) <{dimensions = array<i64: 0>}> ({
  ^bb0(%x: tensor<i32>, %u: tensor<f16>, %y: tensor<i32>, %v: tensor<f16>):
    %xa = stablehlo.reshape %x : (tensor<i32>) -> tensor<1xi32>
    %ya = stablehlo.reshape %y : (tensor<i32>) -> tensor<1xi32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<i32>, %q: tensor<i32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xi32>) -> tensor<2xi32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xi32>) -> tensor<1xi32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xi32>) -> tensor<1xi32>
    %l = stablehlo.reshape %lo : (tensor<1xi32>) -> tensor<i32>
    %h = stablehlo.reshape %hi : (tensor<1xi32>) -> tensor<i32>
    %xab = stablehlo.reshape %u : (tensor<f16>) -> tensor<1xf16>
    %yab = stablehlo.reshape %v : (tensor<f16>) -> tensor<1xf16>
    %xyb = stablehlo.concatenate %xab, %yab, dim = 0 : (tensor<1xf16>, tensor<1xf16>) -> tensor<2xf16>
    %sob = "stablehlo.sort"(%xyb) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%pb: tensor<f16>, %qb: tensor<f16>):
      %ltb = stablehlo.compare LT, %pb, %qb : (tensor<f16>, tensor<f16>) -> tensor<i1>
      stablehlo.return %ltb : tensor<i1>
    }) : (tensor<2xf16>) -> tensor<2xf16>
    %lob = stablehlo.slice %sob [0:1] : (tensor<2xf16>) -> tensor<1xf16>
    %hib = stablehlo.slice %sob [1:2] : (tensor<2xf16>) -> tensor<1xf16>
    %lb = stablehlo.reshape %lob : (tensor<1xf16>) -> tensor<f16>
    %hb = stablehlo.reshape %hib : (tensor<1xf16>) -> tensor<f16>
    %d = stablehlo.subtract %h, %l : tensor<i32>
    %e = stablehlo.subtract %hb, %lb : tensor<f16>
    stablehlo.return %d, %e : tensor<i32>, tensor<f16>
  }) : (tensor<3x4xi32>, tensor<3x4xf16>, tensor<i32>, tensor<f16>) -> (tensor<4xi32>, tensor<4xf16>)
  return %r#0, %r#1 : tensor<4xi32>, tensor<4xf16>
}
// -----
// in: dense<[[-0.5, 7.5, 16.0, 11.5, -4.5], [-7.0, 8.5, 8.0, 10.0, -4.0], [1.5, -7.0, 7.5, 12.5, -8.0], [8.0, -8.5, 9.5, -3.5, 5.5]]> : tensor<4x5xf32>
// out: dense<[[13.5, 6.0, 20.0, 2.0], [1.0, 3.5, 5.0, 0.5], [7.0, 3.5, 14.0, 3.5], [3.5, 14.0, 4.0, 10.0]]> : tensor<4x4xf32>
// Windows with strides, padding and both dilations.
func.func @main(%a: tensor<4x5xf32>) -> tensor<4x4xf32> {
  %i = stablehlo.constant dense<2.0> : tensor<f32>
  %r = "stablehlo.reduce_window"(%a, %i) <{window_dimensions = array<i64: 2, 3>, window_strides = array<i64: 2, 1>, base_dilations = array<i64: 2, 1>, window_dilations = array<i64: 1, 2>, padding = dense<[[1, 0], [2, 1]]> : tensor<2x2xi64>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %xa = stablehlo.reshape %x : (tensor<f32>) -> tensor<1xf32>
    %ya = stablehlo.reshape %y : (tensor<f32>) -> tensor<1xf32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<f32>, %q: tensor<f32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xf32>) -> tensor<2xf32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xf32>) -> tensor<1xf32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xf32>) -> tensor<1xf32>
    %l = stablehlo.reshape %lo : (tensor<1xf32>) -> tensor<f32>
    %h = stablehlo.reshape %hi : (tensor<1xf32>) -> tensor<f32>
    %d = stablehlo.subtract %h, %l : tensor<f32>
    stablehlo.return %d : tensor<f32>
  }) : (tensor<4x5xf32>, tensor<f32>) -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}
// -----
// in: dense<[[[11.5, 7.0, 3.5], [14.5, 0.0, 4.5], [8.5, 19.5, 4.5], [1.5, -0.5, -2.5]], [[15.0, -4.5, 12.0], [14.5, -2.5, -7.5], [8.0, -0.5, 6.5], [5.5, 18.0, 0.5]]]> : tensor<2x4x3xf32>
// in: dense<[[[4], [2], [1], [3], [-1]], [[-1], [3], [2], [0], [1]]]> : tensor<2x5x1xi32>
// in: dense<[[[-5.5, 19.5], [5.5, 3.0], [-9.0, 11.0], [-8.0, 14.0], [7.5, 8.0]], [[15.0, 18.0], [16.0, 0.0], [0.5, 12.0], [1.0, 9.0], [5.5, 8.5]]]> : tensor<2x5x2xf32>
// out: dense<[[[11.5, 7.0, 3.5], [23.5, 11.0, 4.5], [3.0, 16.5, 4.5], [9.5, 14.5, -2.5]], [[14.0, 13.5, 12.0], [9.0, 11.0, -7.5], [7.5, 12.5, 6.5], [10.5, 18.0, 0.5]]]> : tensor<2x4x3xf32>
// Rows of updates in batches, some of which go nowhere.
func.func @main(%a: tensor<2x4x3xf32>, %i: tensor<2x5x1xi32>, %u: tensor<2x5x2xf32>) -> tensor<2x4x3xf32> {
  %r = "stablehlo.scatter"(%a, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [2], inserted_window_dims = [1], input_batching_dims = [0], scatter_indices_batching_dims = [0], scatter_dims_to_operand_dims = [1], index_vector_dim = 2>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %xa = stablehlo.reshape %x : (tensor<f32>) -> tensor<1xf32>
    %ya = stablehlo.reshape %y : (tensor<f32>) -> tensor<1xf32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<f32>, %q: tensor<f32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xf32>) -> tensor<2xf32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xf32>) -> tensor<1xf32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xf32>) -> tensor<1xf32>
    %l = stablehlo.reshape %lo : (tensor<1xf32>) -> tensor<f32>
    %h = stablehlo.reshape %hi : (tensor<1xf32>) -> tensor<f32>
    %d = stablehlo.subtract %h, %l : tensor<f32>
    stablehlo.return %d : tensor<f32>
  }) : (tensor<2x4x3xf32>, tensor<2x5x1xi32>, tensor<2x5x2xf32>) -> tensor<2x4x3xf32>
  return %r : tensor<2x4x3xf32>
}
// -----
// in: dense<[[15.5, 4.5, -8.0, 16.5, -7.5], [20.0, -1.5, 5.0, 12.0, 11.0], [-8.0, -8.5, 13.0, 12.0, -0.5], [10.5, 8.0, 11.5, 16.0, 4.0]]> : tensor<4x5xf32>
// in: dense<[[-1.0, 12.5, 2.0], [18.0, 11.0, 1.0]]> : tensor<2x3xf32>
// out: dense<[[1.0, 1.0, 1.0, 9.5, 1.0], [2.0, 1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0], [17.0, 1.0, 1.0, 9.0, 1.0]]> : tensor<4x5xf32>
// A window selects what a sort puts last.
func.func @main(%a: tensor<4x5xf32>, %s: tensor<2x3xf32>) -> tensor<4x5xf32> {
  %i = stablehlo.constant dense<1.0> : tensor<f32>
  %r = "stablehlo.select_and_scatter"(%a, %s, %i) <{window_dimensions = array<i64: 2, 3>, window_strides = array<i64: 2, 2>, padding = dense<[[0, 0], [1, 1]]> : tensor<2x2xi64>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %xa = stablehlo.reshape %x : (tensor<f32>) -> tensor<1xf32>
    %ya = stablehlo.reshape %y : (tensor<f32>) -> tensor<1xf32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<f32>, %q: tensor<f32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xf32>) -> tensor<2xf32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xf32>) -> tensor<1xf32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xf32>) -> tensor<1xf32>
    %l = stablehlo.reshape %lo : (tensor<1xf32>) -> tensor<f32>
    %h = stablehlo.reshape %hi : (tensor<1xf32>) -> tensor<f32>
    %c = stablehlo.compare EQ, %h, %x : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  }, {
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %xa = stablehlo.reshape %x : (tensor<f32>) -> tensor<1xf32>
    %ya = stablehlo.reshape %y : (tensor<f32>) -> tensor<1xf32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<f32>, %q: tensor<f32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xf32>) -> tensor<2xf32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xf32>) -> tensor<1xf32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xf32>) -> tensor<1xf32>
    %l = stablehlo.reshape %lo : (tensor<1xf32>) -> tensor<f32>
    %h = stablehlo.reshape %hi : (tensor<1xf32>) -> tensor<f32>
    %d = stablehlo.subtract %h, %l : tensor<f32>
    stablehlo.return %d : tensor<f32>
  }) : (tensor<4x5xf32>, tensor<2x3xf32>, tensor<f32>) -> tensor<4x5xf32>
  return %r : tensor<4x5xf32>
}
// -----
// in: dense<[[1, 29], [22, 10], [39, 7], [31, 3], [13, 49], [18, 8], [47, 15]]> : tensor<7x2xi32>
// in: dense<[[2.5, 2.5], [19.0, 17.5], [5.5, -7.5], [-5.0, 4.0], [2.5, 7.5], [-1.5, 18.0], [-6.0, 16.0]]> : tensor<7x2xf32>
// out: dense<[[1, 8], [13, 29], [22, 49], [18, 10], [39, 7], [31, 3], [47, 15]]> : tensor<7x2xi32>
// out: dense<[[2.5, 18.0], [2.5, 2.5], [19.0, 7.5], [-1.5, 17.5], [5.5, -7.5], [-5.0, 4.0], [-6.0, 16.0]]> : tensor<7x2xf32>
// Sorted by a comparator with a sort, equal keys stay in order.
func.func @main(%a: tensor<7x2xi32>, %b: tensor<7x2xf32>) -> (tensor<7x2xi32>, tensor<7x2xf32>) {
  %r:2 = "stablehlo.sort"(%a, %b) <{dimension = 0 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>, %u: tensor<f32>, %v: tensor<f32>):
    %three = stablehlo.constant dense<3> : tensor<i32>
    %x3 = stablehlo.and %x, %three : tensor<i32>
    %y3 = stablehlo.and %y, %three : tensor<i32>
    %xa = stablehlo.reshape %x3 : (tensor<i32>) -> tensor<1xi32>
    %ya = stablehlo.reshape %y3 : (tensor<i32>) -> tensor<1xi32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<i32>, %q: tensor<i32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xi32>) -> tensor<2xi32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xi32>) -> tensor<1xi32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xi32>) -> tensor<1xi32>
    %l = stablehlo.reshape %lo : (tensor<1xi32>) -> tensor<i32>
    %h = stablehlo.reshape %hi : (tensor<1xi32>) -> tensor<i32>
    %n = stablehlo.compare NE, %h, %x3 : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %n : tensor<i1>
  }) : (tensor<7x2xi32>, tensor<7x2xf32>) -> (tensor<7x2xi32>, tensor<7x2xf32>)
  return %r#0, %r#1 : tensor<7x2xi32>, tensor<7x2xf32>
}
// -----
// in: dense<[[16.0, 25.0, 9.0], [36.0, 16.0, 9.0]]> : tensor<2x3xf32>
// in: dense<[11.5, 18.0, 2.0]> : tensor<3xf32>
// out: dense<[[2123.0, -278.5, 2035.5], [-81.0, 2123.0, 2035.5]]> : tensor<2x3xf32>
// Linear algebra, a transform, a convolution and random bits, each an element; %t is from around the map.
func.func @main(%a: tensor<2x3xf32>, %t: tensor<3xf32>) -> tensor<2x3xf32> {
  %r = "stablehlo.map"(%a) <{dimensions = array<i64: 0, 1>}> ({
  ^bb0(%x: tensor<f32>):
    %m0 = stablehlo.constant dense<[[4.0, 2.0], [2.0, 10.0]]> : tensor<2x2xf32>
    %xb = stablehlo.broadcast_in_dim %x, dims = [] : (tensor<f32>) -> tensor<2x2xf32>
    %m = stablehlo.multiply %m0, %xb : tensor<2x2xf32>
    %l = "stablehlo.cholesky"(%m) <{lower = true}> : (tensor<2x2xf32>) -> tensor<2x2xf32>
    %z = stablehlo.constant dense<0.0> : tensor<f32>
    %ls = stablehlo.reduce(%l init: %z) applies stablehlo.add across dimensions = [0, 1] : (tensor<2x2xf32>, tensor<f32>) -> tensor<f32>
    %x4 = stablehlo.broadcast_in_dim %x, dims = [] : (tensor<f32>) -> tensor<4xf32>
    %w4 = stablehlo.constant dense<[1.0, -2.0, 0.5, 3.0]> : tensor<4xf32>
    %s4 = stablehlo.multiply %x4, %w4 : tensor<4xf32>
    %f = stablehlo.fft %s4, type = RFFT, length = [4] : (tensor<4xf32>) -> tensor<3xcomplex<f32>>
    %fi = stablehlo.imag %f : (tensor<3xcomplex<f32>>) -> tensor<3xf32>
    %fs = stablehlo.reduce(%fi init: %z) applies stablehlo.add across dimensions = [0] : (tensor<3xf32>, tensor<f32>) -> tensor<f32>
    %im = stablehlo.reshape %s4 : (tensor<4xf32>) -> tensor<1x1x4xf32>
    %ke = stablehlo.reshape %t : (tensor<3xf32>) -> tensor<1x1x3xf32>
    %cv = stablehlo.convolution(%im, %ke) dim_numbers = [b, f, 0]x[o, i, 0]->[b, f, 0], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x1x4xf32>, tensor<1x1x3xf32>) -> tensor<1x1x2xf32>
    %cs = stablehlo.reduce(%cv init: %z) applies stablehlo.add across dimensions = [0, 1, 2] : (tensor<1x1x2xf32>, tensor<f32>) -> tensor<f32>
    %xi = stablehlo.convert %x : (tensor<f32>) -> tensor<ui64>
    %x1 = stablehlo.reshape %xi : (tensor<ui64>) -> tensor<1xui64>
    %k = stablehlo.concatenate %x1, %x1, dim = 0 : (tensor<1xui64>, tensor<1xui64>) -> tensor<2xui64>
    %st, %bits = stablehlo.rng_bit_generator %k, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<1xui32>)
    %c20 = stablehlo.constant dense<20> : tensor<1xui32>
    %top = stablehlo.shift_right_logical %bits, %c20 : tensor<1xui32>
    %tf = stablehlo.convert %top : (tensor<1xui32>) -> tensor<1xf32>
    %ts = stablehlo.reshape %tf : (tensor<1xf32>) -> tensor<f32>
    %s1 = stablehlo.add %ls, %fs : tensor<f32>
    %s2 = stablehlo.add %s1, %cs : tensor<f32>
    %s3 = stablehlo.add %s2, %ts : tensor<f32>
    stablehlo.return %s3 : tensor<f32>
  }) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}
// -----
// in: dense<[[14, 9, 5], [11, 9, 14]]> : tensor<2x3xi32>
// out: dense<[[25, 13, 13], [40, 13, 25]]> : tensor<2x3xi32>
// A map in a map, a scatter within, and a size of the body's own.
func.func @main(%a: tensor<2x3xi32>) -> tensor<2x3xi32> {
  %r = "stablehlo.map"(%a) <{dimensions = array<i64: 0, 1>}> ({
  ^bb0(%x: tensor<i32>):
    %three = stablehlo.constant dense<3> : tensor<i32>
    %n = stablehlo.and %x, %three : tensor<i32>
    %n1 = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
    %v = stablehlo.dynamic_iota %n1, dim = 0 : (tensor<1xi32>) -> tensor<?xi32>
    %w = "stablehlo.map"(%v) <{dimensions = array<i64: 0>}> ({
    ^bb0(%e: tensor<i32>):
      %q = stablehlo.multiply %e, %x : tensor<i32>
      stablehlo.return %q : tensor<i32>
    }) : (tensor<?xi32>) -> tensor<?xi32>
    %z = stablehlo.constant dense<0> : tensor<i32>
    %s = stablehlo.reduce(%w init: %z) applies stablehlo.add across dimensions = [0] : (tensor<?xi32>, tensor<i32>) -> tensor<i32>
    %f = stablehlo.constant dense<[1, 2, 4, 8]> : tensor<4xi32>
    %o = "stablehlo.scatter"(%f, %n1, %s) <{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 0>}> ({
    ^bb0(%p: tensor<i32>, %q: tensor<i32>):
      stablehlo.return %q : tensor<i32>
    }) : (tensor<4xi32>, tensor<1xi32>, tensor<i32>) -> tensor<4xi32>
    %d = stablehlo.reduce(%o init: %z) applies stablehlo.add across dimensions = [0] : (tensor<4xi32>, tensor<i32>) -> tensor<i32>
    stablehlo.return %d : tensor<i32>
  }) : (tensor<2x3xi32>) -> tensor<2x3xi32>
  return %r : tensor<2x3xi32>
}
// -----
// in: dense<[[27, 3, 36, 7], [14, 40, 40, 37], [3, 36, 37, 25]]> : tensor<3x4xi32>
// in: dense<[[-4.25, -1.5, -4.5, 3.75], [8.5, -3.0, -0.5, 1.5], [-2.75, 3.5, -3.25, 4.0]]> : tensor<3x4xf16>
// out: dense<[5, 2, 28, 10]> : tensor<4xi32>
// out: dense<[5.5, 2.5, 9.75, 3.25]> : tensor<4xf16>
// The same with sizes that the call brings.
func.func @main(%a: tensor<?x?xi32>, %b: tensor<?x?xf16>) -> (tensor<?xi32>, tensor<?xf16>) {
  %i = stablehlo.constant dense<5> : tensor<i32>
  %j = stablehlo.constant dense<1.5> : tensor<f16>
  %r:2 = "stablehlo.reduce"(%a, %b, %i, %j) <{dimensions = array<i64: 0>}> ({
  ^bb0(%x: tensor<i32>, %u: tensor<f16>, %y: tensor<i32>, %v: tensor<f16>):
    %xa = stablehlo.reshape %x : (tensor<i32>) -> tensor<1xi32>
    %ya = stablehlo.reshape %y : (tensor<i32>) -> tensor<1xi32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<i32>, %q: tensor<i32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xi32>) -> tensor<2xi32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xi32>) -> tensor<1xi32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xi32>) -> tensor<1xi32>
    %l = stablehlo.reshape %lo : (tensor<1xi32>) -> tensor<i32>
    %h = stablehlo.reshape %hi : (tensor<1xi32>) -> tensor<i32>
    %xab = stablehlo.reshape %u : (tensor<f16>) -> tensor<1xf16>
    %yab = stablehlo.reshape %v : (tensor<f16>) -> tensor<1xf16>
    %xyb = stablehlo.concatenate %xab, %yab, dim = 0 : (tensor<1xf16>, tensor<1xf16>) -> tensor<2xf16>
    %sob = "stablehlo.sort"(%xyb) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%pb: tensor<f16>, %qb: tensor<f16>):
      %ltb = stablehlo.compare LT, %pb, %qb : (tensor<f16>, tensor<f16>) -> tensor<i1>
      stablehlo.return %ltb : tensor<i1>
    }) : (tensor<2xf16>) -> tensor<2xf16>
    %lob = stablehlo.slice %sob [0:1] : (tensor<2xf16>) -> tensor<1xf16>
    %hib = stablehlo.slice %sob [1:2] : (tensor<2xf16>) -> tensor<1xf16>
    %lb = stablehlo.reshape %lob : (tensor<1xf16>) -> tensor<f16>
    %hb = stablehlo.reshape %hib : (tensor<1xf16>) -> tensor<f16>
    %d = stablehlo.subtract %h, %l : tensor<i32>
    %e = stablehlo.subtract %hb, %lb : tensor<f16>
    stablehlo.return %d, %e : tensor<i32>, tensor<f16>
  }) : (tensor<?x?xi32>, tensor<?x?xf16>, tensor<i32>, tensor<f16>) -> (tensor<?xi32>, tensor<?xf16>)
  return %r#0, %r#1 : tensor<?xi32>, tensor<?xf16>
}
// -----
// in: dense<[[-0.5, 7.5, 16.0, 11.5, -4.5], [-7.0, 8.5, 8.0, 10.0, -4.0], [1.5, -7.0, 7.5, 12.5, -8.0], [8.0, -8.5, 9.5, -3.5, 5.5]]> : tensor<4x5xf32>
// out: dense<[[13.5, 6.0, 20.0, 2.0], [1.0, 3.5, 5.0, 0.5], [7.0, 3.5, 14.0, 3.5], [3.5, 14.0, 4.0, 10.0]]> : tensor<4x4xf32>
// Windows of a tensor of any length.
func.func @main(%a: tensor<?x5xf32>) -> tensor<?x4xf32> {
  %i = stablehlo.constant dense<2.0> : tensor<f32>
  %r = "stablehlo.reduce_window"(%a, %i) <{window_dimensions = array<i64: 2, 3>, window_strides = array<i64: 2, 1>, base_dilations = array<i64: 2, 1>, window_dilations = array<i64: 1, 2>, padding = dense<[[1, 0], [2, 1]]> : tensor<2x2xi64>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %xa = stablehlo.reshape %x : (tensor<f32>) -> tensor<1xf32>
    %ya = stablehlo.reshape %y : (tensor<f32>) -> tensor<1xf32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<f32>, %q: tensor<f32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xf32>) -> tensor<2xf32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xf32>) -> tensor<1xf32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xf32>) -> tensor<1xf32>
    %l = stablehlo.reshape %lo : (tensor<1xf32>) -> tensor<f32>
    %h = stablehlo.reshape %hi : (tensor<1xf32>) -> tensor<f32>
    %d = stablehlo.subtract %h, %l : tensor<f32>
    stablehlo.return %d : tensor<f32>
  }) : (tensor<?x5xf32>, tensor<f32>) -> tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}
// -----
// in: dense<[[[11.5, 7.0, 3.5], [14.5, 0.0, 4.5], [8.5, 19.5, 4.5], [1.5, -0.5, -2.5]], [[15.0, -4.5, 12.0], [14.5, -2.5, -7.5], [8.0, -0.5, 6.5], [5.5, 18.0, 0.5]]]> : tensor<2x4x3xf32>
// in: dense<[[[4], [2], [1], [3], [-1]], [[-1], [3], [2], [0], [1]]]> : tensor<2x5x1xi32>
// in: dense<[[[-5.5, 19.5], [5.5, 3.0], [-9.0, 11.0], [-8.0, 14.0], [7.5, 8.0]], [[15.0, 18.0], [16.0, 0.0], [0.5, 12.0], [1.0, 9.0], [5.5, 8.5]]]> : tensor<2x5x2xf32>
// out: dense<[[[11.5, 7.0, 3.5], [23.5, 11.0, 4.5], [3.0, 16.5, 4.5], [9.5, 14.5, -2.5]], [[14.0, 13.5, 12.0], [9.0, 11.0, -7.5], [7.5, 12.5, 6.5], [10.5, 18.0, 0.5]]]> : tensor<2x4x3xf32>
// Updates of any number.
func.func @main(%a: tensor<?x?x3xf32>, %i: tensor<?x?x1xi32>, %u: tensor<?x?x2xf32>) -> tensor<?x?x3xf32> {
  %r = "stablehlo.scatter"(%a, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [2], inserted_window_dims = [1], input_batching_dims = [0], scatter_indices_batching_dims = [0], scatter_dims_to_operand_dims = [1], index_vector_dim = 2>}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>):
    %xa = stablehlo.reshape %x : (tensor<f32>) -> tensor<1xf32>
    %ya = stablehlo.reshape %y : (tensor<f32>) -> tensor<1xf32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<f32>, %q: tensor<f32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xf32>) -> tensor<2xf32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xf32>) -> tensor<1xf32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xf32>) -> tensor<1xf32>
    %l = stablehlo.reshape %lo : (tensor<1xf32>) -> tensor<f32>
    %h = stablehlo.reshape %hi : (tensor<1xf32>) -> tensor<f32>
    %d = stablehlo.subtract %h, %l : tensor<f32>
    stablehlo.return %d : tensor<f32>
  }) : (tensor<?x?x3xf32>, tensor<?x?x1xi32>, tensor<?x?x2xf32>) -> tensor<?x?x3xf32>
  return %r : tensor<?x?x3xf32>
}
// -----
// in: dense<[[1, 29], [22, 10], [39, 7], [31, 3], [13, 49], [18, 8], [47, 15]]> : tensor<7x2xi32>
// in: dense<[[2.5, 2.5], [19.0, 17.5], [5.5, -7.5], [-5.0, 4.0], [2.5, 7.5], [-1.5, 18.0], [-6.0, 16.0]]> : tensor<7x2xf32>
// out: dense<[[1, 8], [13, 29], [22, 49], [18, 10], [39, 7], [31, 3], [47, 15]]> : tensor<7x2xi32>
// out: dense<[[2.5, 18.0], [2.5, 2.5], [19.0, 7.5], [-1.5, 17.5], [5.5, -7.5], [-5.0, 4.0], [-6.0, 16.0]]> : tensor<7x2xf32>
// Rows of any length.
func.func @main(%a: tensor<?x?xi32>, %b: tensor<?x?xf32>) -> (tensor<?x?xi32>, tensor<?x?xf32>) {
  %r:2 = "stablehlo.sort"(%a, %b) <{dimension = 0 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>, %u: tensor<f32>, %v: tensor<f32>):
    %three = stablehlo.constant dense<3> : tensor<i32>
    %x3 = stablehlo.and %x, %three : tensor<i32>
    %y3 = stablehlo.and %y, %three : tensor<i32>
    %xa = stablehlo.reshape %x3 : (tensor<i32>) -> tensor<1xi32>
    %ya = stablehlo.reshape %y3 : (tensor<i32>) -> tensor<1xi32>
    %xy = stablehlo.concatenate %xa, %ya, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
    %so = "stablehlo.sort"(%xy) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%p: tensor<i32>, %q: tensor<i32>):
      %lt = stablehlo.compare LT, %p, %q : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %lt : tensor<i1>
    }) : (tensor<2xi32>) -> tensor<2xi32>
    %lo = stablehlo.slice %so [0:1] : (tensor<2xi32>) -> tensor<1xi32>
    %hi = stablehlo.slice %so [1:2] : (tensor<2xi32>) -> tensor<1xi32>
    %l = stablehlo.reshape %lo : (tensor<1xi32>) -> tensor<i32>
    %h = stablehlo.reshape %hi : (tensor<1xi32>) -> tensor<i32>
    %n = stablehlo.compare NE, %h, %x3 : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %n : tensor<i1>
  }) : (tensor<?x?xi32>, tensor<?x?xf32>) -> (tensor<?x?xi32>, tensor<?x?xf32>)
  return %r#0, %r#1 : tensor<?x?xi32>, tensor<?x?xf32>
}
