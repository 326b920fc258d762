// test: op
// Products of bf16 whose sizes a call says, of which a kernel packs AMX's columns before: last panels and words are not
// whole, or there are none.  All sums are whole numbers, as those of the products written out.
// in: dense<0> : tensor<70x33xi32>
// in: dense<0> : tensor<48x33xi32>
// in: dense<0> : tensor<33x48xi32>
// in: dense<0> : tensor<70x48xi32>
// in: dense<0> : tensor<2x100xi32>
// in: dense<0> : tensor<300x100xi32>
// in: dense<0> : tensor<100x300xi32>
// in: dense<0> : tensor<2x300xi32>
// in: dense<0> : tensor<129x64xi32>
// in: dense<0> : tensor<31x64xi32>
// in: dense<0> : tensor<64x31xi32>
// in: dense<0> : tensor<129x31xi32>
// in: dense<> : tensor<0x40xi32>
// in: dense<0> : tensor<33x40xi32>
// in: dense<0> : tensor<40x33xi32>
// in: dense<> : tensor<0x33xi32>
// in: dense<> : tensor<5x0xi32>
// in: dense<> : tensor<70x0xi32>
// in: dense<> : tensor<0x70xi32>
// in: dense<0> : tensor<5x70xi32>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
// out: dense<true> : tensor<i1>
func.func @main(%x0: tensor<?x?xi32>, %w0: tensor<?x?xi32>, %v0: tensor<?x?xi32>, %y0: tensor<?x?xi32>,
    %x1: tensor<?x?xi32>, %w1: tensor<?x?xi32>, %v1: tensor<?x?xi32>, %y1: tensor<?x?xi32>,
    %x2: tensor<?x?xi32>, %w2: tensor<?x?xi32>, %v2: tensor<?x?xi32>, %y2: tensor<?x?xi32>,
    %x3: tensor<?x?xi32>, %w3: tensor<?x?xi32>, %v3: tensor<?x?xi32>, %y3: tensor<?x?xi32>,
    %x4: tensor<?x?xi32>, %w4: tensor<?x?xi32>, %v4: tensor<?x?xi32>, %y4: tensor<?x?xi32>) -> (tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>) {
  %0:3 = call @check(%x0, %w0, %v0, %y0) : (tensor<?x?xi32>, tensor<?x?xi32>, tensor<?x?xi32>, tensor<?x?xi32>) -> (tensor<i1>, tensor<i1>, tensor<i1>)
  %1:3 = call @check(%x1, %w1, %v1, %y1) : (tensor<?x?xi32>, tensor<?x?xi32>, tensor<?x?xi32>, tensor<?x?xi32>) -> (tensor<i1>, tensor<i1>, tensor<i1>)
  %2:3 = call @check(%x2, %w2, %v2, %y2) : (tensor<?x?xi32>, tensor<?x?xi32>, tensor<?x?xi32>, tensor<?x?xi32>) -> (tensor<i1>, tensor<i1>, tensor<i1>)
  %3:3 = call @check(%x3, %w3, %v3, %y3) : (tensor<?x?xi32>, tensor<?x?xi32>, tensor<?x?xi32>, tensor<?x?xi32>) -> (tensor<i1>, tensor<i1>, tensor<i1>)
  %4:3 = call @check(%x4, %w4, %v4, %y4) : (tensor<?x?xi32>, tensor<?x?xi32>, tensor<?x?xi32>, tensor<?x?xi32>) -> (tensor<i1>, tensor<i1>, tensor<i1>)
  return %0#0, %0#1, %0#2, %1#0, %1#1, %1#2, %2#0, %2#1, %2#2, %3#0, %3#1, %3#2, %4#0, %4#1, %4#2 : tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>, tensor<i1>
}
func.func private @check(%xs: tensor<?x?xi32>, %ws: tensor<?x?xi32>, %vs: tensor<?x?xi32>, %ys: tensor<?x?xi32>) -> (tensor<i1>, tensor<i1>, tensor<i1>) {
  %x = call @numbers(%xs) : (tensor<?x?xi32>) -> tensor<?x?xbf16>
  %w = call @numbers(%ws) : (tensor<?x?xi32>) -> tensor<?x?xbf16>
  %v = call @numbers(%vs) : (tensor<?x?xi32>) -> tensor<?x?xbf16>
  %y = call @numbers(%ys) : (tensor<?x?xi32>) -> tensor<?x?xbf16>
  %vt = stablehlo.transpose %v, dims = [1, 0] : (tensor<?x?xbf16>) -> tensor<?x?xbf16>
  %xt = stablehlo.transpose %x, dims = [1, 0] : (tensor<?x?xbf16>) -> tensor<?x?xbf16>
  %yt = stablehlo.transpose %y, dims = [1, 0] : (tensor<?x?xbf16>) -> tensor<?x?xbf16>
  %0 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [1] : (tensor<?x?xbf16>, tensor<?x?xbf16>) -> tensor<?x?xf32>
  %1 = stablehlo.dot_general %x, %v, contracting_dims = [1] x [0] : (tensor<?x?xbf16>, tensor<?x?xbf16>) -> tensor<?x?xf32>
  %2 = stablehlo.dot_general %x, %y, contracting_dims = [0] x [0] : (tensor<?x?xbf16>, tensor<?x?xbf16>) -> tensor<?x?xf32>
  %r0 = call @is_product(%0, %x, %w) : (tensor<?x?xf32>, tensor<?x?xbf16>, tensor<?x?xbf16>) -> tensor<i1>
  %r1 = call @is_product(%1, %x, %vt) : (tensor<?x?xf32>, tensor<?x?xbf16>, tensor<?x?xbf16>) -> tensor<i1>
  %r2 = call @is_product(%2, %xt, %yt) : (tensor<?x?xf32>, tensor<?x?xbf16>, tensor<?x?xbf16>) -> tensor<i1>
  return %r0, %r1, %r2 : tensor<i1>, tensor<i1>, tensor<i1>
}
func.func private @shape(%zero: tensor<?x?xi32>) -> tensor<2xi32> {
  %m = stablehlo.get_dimension_size %zero, dim = 0 : (tensor<?x?xi32>) -> tensor<i32>
  %k = stablehlo.get_dimension_size %zero, dim = 1 : (tensor<?x?xi32>) -> tensor<i32>
  %m1 = stablehlo.reshape %m : (tensor<i32>) -> tensor<1xi32>
  %k1 = stablehlo.reshape %k : (tensor<i32>) -> tensor<1xi32>
  %shape = stablehlo.concatenate %m1, %k1, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  return %shape : tensor<2xi32>
}
func.func private @numbers(%zero: tensor<?x?xi32>) -> tensor<?x?xbf16> {
  %shape = call @shape(%zero) : (tensor<?x?xi32>) -> tensor<2xi32>
  %r = stablehlo.dynamic_iota %shape, dim = 0 : (tensor<2xi32>) -> tensor<?x?xi32>
  %c = stablehlo.dynamic_iota %shape, dim = 1 : (tensor<2xi32>) -> tensor<?x?xi32>
  %seven = stablehlo.constant dense<7> : tensor<i32>
  %sevens = stablehlo.dynamic_broadcast_in_dim %seven, %shape, dims = [] : (tensor<i32>, tensor<2xi32>) -> tensor<?x?xi32>
  %0 = stablehlo.multiply %r, %c : tensor<?x?xi32>
  %1 = stablehlo.add %0, %r : tensor<?x?xi32>
  %2 = stablehlo.add %1, %c : tensor<?x?xi32>
  %3 = stablehlo.remainder %2, %sevens : tensor<?x?xi32>
  %4 = stablehlo.add %3, %zero : tensor<?x?xi32>
  %5 = stablehlo.convert %4 : (tensor<?x?xi32>) -> tensor<?x?xbf16>
  return %5 : tensor<?x?xbf16>
}
func.func private @is_product(%p: tensor<?x?xf32>, %x: tensor<?x?xbf16>, %w: tensor<?x?xbf16>) -> tensor<i1> {
  %m = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x?xbf16>) -> tensor<i32>
  %n = stablehlo.get_dimension_size %w, dim = 0 : (tensor<?x?xbf16>) -> tensor<i32>
  %k = stablehlo.get_dimension_size %x, dim = 1 : (tensor<?x?xbf16>) -> tensor<i32>
  %m1 = stablehlo.reshape %m : (tensor<i32>) -> tensor<1xi32>
  %n1 = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %k1 = stablehlo.reshape %k : (tensor<i32>) -> tensor<1xi32>
  %shape = stablehlo.concatenate %m1, %n1, %k1, dim = 0 : (tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> tensor<3xi32>
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %true = stablehlo.constant dense<true> : tensor<i1>
  %a = stablehlo.convert %x : (tensor<?x?xbf16>) -> tensor<?x?xf32>
  %b = stablehlo.convert %w : (tensor<?x?xbf16>) -> tensor<?x?xf32>
  %as = stablehlo.dynamic_broadcast_in_dim %a, %shape, dims = [0, 2] : (tensor<?x?xf32>, tensor<3xi32>) -> tensor<?x?x?xf32>
  %bs = stablehlo.dynamic_broadcast_in_dim %b, %shape, dims = [1, 2] : (tensor<?x?xf32>, tensor<3xi32>) -> tensor<?x?x?xf32>
  %0 = stablehlo.multiply %as, %bs : tensor<?x?x?xf32>
  %1 = stablehlo.reduce(%0 init: %zero) applies stablehlo.add across dimensions = [2] : (tensor<?x?x?xf32>, tensor<f32>) -> tensor<?x?xf32>
  %2 = stablehlo.compare EQ, %p, %1 : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xi1>
  %3 = stablehlo.reduce(%2 init: %true) applies stablehlo.and across dimensions = [0, 1] : (tensor<?x?xi1>, tensor<i1>) -> tensor<i1>
  return %3 : tensor<i1>
}
