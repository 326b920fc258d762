// test: op
// A loop without end in the branch that is not taken.
// in: dense<false> : tensor<i1>
// in: dense<[1.0, 2.0]> : tensor<2xf32>
// out: dense<[1.0, 2.0]> : tensor<2xf32>
func.func @main(%p: tensor<i1>, %x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = "stablehlo.if"(%p) ({
    %r = stablehlo.while(%v = %x) : tensor<2xf32>
    cond {
      %t = stablehlo.constant dense<true> : tensor<i1>
      stablehlo.return %t : tensor<i1>
    } do {
      %w = stablehlo.add %v, %v : tensor<2xf32>
      stablehlo.return %w : tensor<2xf32>
    }
    stablehlo.return %r : tensor<2xf32>
  }, {
    stablehlo.return %x : tensor<2xf32>
  }) : (tensor<i1>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
// -----
// Both branches hold the same op, which divides by zero in one case only; and the result of each is used.
// in: dense<2> : tensor<i32>
// in: dense<[12, 9]> : tensor<2xi32>
// in: dense<[0, 3]> : tensor<2xi32>
// out: dense<[12, 12]> : tensor<2xi32>
func.func @main(%k: tensor<i32>, %x: tensor<2xi32>, %d: tensor<2xi32>) -> tensor<2xi32> {
  %0 = "stablehlo.case"(%k) ({
    %q = stablehlo.divide %x, %d : tensor<2xi32>
    stablehlo.return %q : tensor<2xi32>
  }, {
    %q = stablehlo.divide %x, %d : tensor<2xi32>
    %r = stablehlo.remainder %x, %d : tensor<2xi32>
    %s = stablehlo.add %q, %r : tensor<2xi32>
    stablehlo.return %s : tensor<2xi32>
  }, {
    %s = stablehlo.add %x, %d : tensor<2xi32>
    stablehlo.return %s : tensor<2xi32>
  }) : (tensor<i32>) -> tensor<2xi32>
  return %0 : tensor<2xi32>
}
// -----
// A branch gives an argument, the other one a constant; a branch inside a branch.
// in: dense<true> : tensor<i1>
// in: dense<false> : tensor<i1>
// in: dense<[1.0, 2.0]> : tensor<2xf32>
// out: dense<[4.0, 4.0]> : tensor<2xf32>
// out: dense<[1.0, 2.0]> : tensor<2xf32>
func.func @main(%p: tensor<i1>, %q: tensor<i1>, %x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %c = stablehlo.constant dense<4.0> : tensor<2xf32>
  %0:2 = "stablehlo.if"(%p) ({
    %1 = "stablehlo.if"(%q) ({
      stablehlo.return %x : tensor<2xf32>
    }, {
      stablehlo.return %c : tensor<2xf32>
    }) : (tensor<i1>) -> tensor<2xf32>
    stablehlo.return %1, %x : tensor<2xf32>, tensor<2xf32>
  }, {
    stablehlo.return %c, %c : tensor<2xf32>, tensor<2xf32>
  }) : (tensor<i1>) -> (tensor<2xf32>, tensor<2xf32>)
  return %0#0, %0#1 : tensor<2xf32>, tensor<2xf32>
}
// -----
// A barrier keeps its values, swapped and given back.
// in: dense<[1.0, 2.0]> : tensor<2xf32>
// in: dense<3> : tensor<i32>
// out: dense<4> : tensor<i32>
// out: dense<[1.0, 4.0]> : tensor<2xf32>
// out: dense<[1.0, 2.0]> : tensor<2xf32>
func.func @main(%x: tensor<2xf32>, %n: tensor<i32>) -> (tensor<i32>, tensor<2xf32>, tensor<2xf32>) {
  %s = stablehlo.multiply %x, %x : tensor<2xf32>
  %0:3 = stablehlo.optimization_barrier %n, %s, %x : tensor<i32>, tensor<2xf32>, tensor<2xf32>
  %c = stablehlo.constant dense<1> : tensor<i32>
  %m = stablehlo.add %0#0, %c : tensor<i32>
  return %m, %0#1, %0#2 : tensor<i32>, tensor<2xf32>, tensor<2xf32>
}
