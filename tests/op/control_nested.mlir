// test: op
// Values carried by a loop change places: all are read before any is written.
// in: dense<7> : tensor<i32>
// out: dense<[13, 21]> : tensor<2xi32>
// out: dense<[3, 1, 2]> : tensor<3xi32>
func.func @main(%n: tensor<i32>) -> (tensor<2xi32>, tensor<3xi32>) {
  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %a0 = stablehlo.constant dense<0> : tensor<1xi32>
  %b0 = stablehlo.constant dense<1> : tensor<1xi32>
  %x0 = stablehlo.constant dense<1> : tensor<1xi32>
  %y0 = stablehlo.constant dense<2> : tensor<1xi32>
  %z0 = stablehlo.constant dense<3> : tensor<1xi32>
  %r:6 = stablehlo.while(%i = %c0, %a = %a0, %b = %b0, %x = %x0, %y = %y0, %z = %z0) : tensor<i32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>
  cond {
    %p = stablehlo.compare LT, %i, %n, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %j = stablehlo.add %i, %c1 : tensor<i32>
    %s = stablehlo.add %a, %b : tensor<1xi32>
    stablehlo.return %j, %b, %s, %z, %x, %y : tensor<i32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>
  }
  %f = stablehlo.concatenate %r#1, %r#2, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %t = stablehlo.concatenate %r#3, %r#4, %r#5, dim = 0 : (tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> tensor<3xi32>
  return %f, %t : tensor<2xi32>, tensor<3xi32>
}
// -----
// A loop in a loop, each with values from outside; a branch in the inner one.
// in: dense<4> : tensor<i32>
// in: dense<[1.0, -2.0, 3.0]> : tensor<3xf32>
// out: dense<[2.0, -10.0, 10.0]> : tensor<3xf32>
func.func @main(%n: tensor<i32>, %w: tensor<3xf32>) -> tensor<3xf32> {
  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %c2 = stablehlo.constant dense<2> : tensor<i32>
  %z = stablehlo.constant dense<0.0> : tensor<3xf32>
  %one = stablehlo.constant dense<1.0> : tensor<3xf32>
  %r:2 = stablehlo.while(%i = %c0, %v = %z) : tensor<i32>, tensor<3xf32>
  cond {
    %p = stablehlo.compare LT, %i, %n, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %q:2 = stablehlo.while(%k = %c0, %u = %v) : tensor<i32>, tensor<3xf32>
    cond {
      %p = stablehlo.compare LT, %k, %i, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %p : tensor<i1>
    } do {
      %odd = stablehlo.and %k, %c1 : tensor<i32>
      %even = stablehlo.compare EQ, %odd, %c0, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      %b = "stablehlo.if"(%even) ({
        %s = stablehlo.add %u, %w : tensor<3xf32>
        stablehlo.return %s : tensor<3xf32>
      }, {
        %d = stablehlo.subtract %u, %one : tensor<3xf32>
        %e = stablehlo.subtract %d, %w : tensor<3xf32>
        %f = stablehlo.add %e, %w : tensor<3xf32>
        stablehlo.return %f : tensor<3xf32>
      }) : (tensor<i1>) -> tensor<3xf32>
      %k1 = stablehlo.add %k, %c1 : tensor<i32>
      stablehlo.return %k1, %b : tensor<i32>, tensor<3xf32>
    }
    %i1 = stablehlo.add %i, %c1 : tensor<i32>
    stablehlo.return %i1, %q#1 : tensor<i32>, tensor<3xf32>
  }
  return %r#1 : tensor<3xf32>
}
// -----
// The loop's values from the first iteration to the next may be an argument, a constant, the same value twice.
// in: dense<2> : tensor<i32>
// in: dense<[5.0, 6.0]> : tensor<2xf32>
// out: dense<[5.0, 6.0]> : tensor<2xf32>
// out: dense<[7.0, 7.0]> : tensor<2xf32>
// out: dense<[7.0, 7.0]> : tensor<2xf32>
func.func @main(%n: tensor<i32>, %x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %s = stablehlo.constant dense<7.0> : tensor<2xf32>
  %r:4 = stablehlo.while(%i = %c0, %a = %x, %b = %x, %c = %x) : tensor<i32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  cond {
    %p = stablehlo.compare LT, %i, %n, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %j = stablehlo.add %i, %c1 : tensor<i32>
    stablehlo.return %j, %x, %s, %s : tensor<i32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  }
  return %r#1, %r#2, %r#3 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
// -----
// A loop whose body is not run once gives its operands.
// in: dense<-1> : tensor<i32>
// in: dense<[5.0, 6.0]> : tensor<2xf32>
// out: dense<[5.0, 6.0]> : tensor<2xf32>
func.func @main(%n: tensor<i32>, %x: tensor<2xf32>) -> tensor<2xf32> {
  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %r = stablehlo.while(%a = %x) : tensor<2xf32>
  cond {
    %p = stablehlo.compare LT, %c0, %n, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %y = stablehlo.add %a, %a : tensor<2xf32>
    stablehlo.return %y : tensor<2xf32>
  }
  return %r : tensor<2xf32>
}
