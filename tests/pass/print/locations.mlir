// test: opt --locations %s
// Aliases are written out; equal ops are one, from both places.
#loc1 = loc("x"("f.py":5:34 to :68))
#loc2 = loc(callsite(#loc1 at #loc3))
module {
  func.func public @main(%arg0: tensor<2x5xf32> loc("x"), %p: tensor<i1>) -> (tensor<2x5xf32>, tensor<2xf32>) {
    %0 = stablehlo.sine %arg0 : tensor<2x5xf32> loc(#loc2)
    %1 = stablehlo.sine %0 : tensor<2x5xf32> loc("f.py":6:1 to 7:2)
    %2 = stablehlo.sine %arg0 : tensor<2x5xf32> loc("other")
    %3 = stablehlo.add %1, %2 : tensor<2x5xf32> loc(fused<"meta">[#loc1, "a b\22", unknown])
    %z = stablehlo.constant dense<0.0> : tensor<f32> loc(#loc3)
    %r = stablehlo.reduce(%3 init: %z) applies stablehlo.add across dimensions = [1] : (tensor<2x5xf32>, tensor<f32>) -> tensor<2xf32> loc("red")
    %4 = "stablehlo.if"(%p) ({
      %6 = stablehlo.cosine %r : tensor<2xf32> loc("in")
      stablehlo.return %6 : tensor<2xf32> loc("in")
    }, {
      stablehlo.return %r : tensor<2xf32>
    }) : (tensor<i1>) -> tensor<2xf32> loc("if")
    return %3, %4 : tensor<2x5xf32>, tensor<2xf32>
  } loc(#loc2)
} loc(#loc)
#loc = loc(unknown)
#loc3 = loc("g.py":1:2)
// expect:
// module {
//   func.func public @main(%arg0: tensor<2x5xf32>, %p: tensor<i1>) -> (tensor<2x5xf32>, tensor<2xf32>) {
//     %0 = stablehlo.sine %arg0 : tensor<2x5xf32> loc(fused[callsite("x"("f.py":5:34 to :68) at "g.py":1:2), "other"])
//     %1 = stablehlo.sine %0 : tensor<2x5xf32> loc("f.py":6:1 to 7:2)
//     %2 = stablehlo.add %1, %0 : tensor<2x5xf32> loc(fused<"meta">["x"("f.py":5:34 to :68), "a b\"", unknown])
//     %3 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc("g.py":1:2)
//     %4 = stablehlo.reduce(%2 init: %3) applies stablehlo.add across dimensions = [1] : (tensor<2x5xf32>, tensor<f32>) -> tensor<2xf32> loc("red")
//     %5 = "stablehlo.if"(%p) ({
//       %6 = stablehlo.cosine %4 : tensor<2xf32> loc("in")
//       stablehlo.return %6 : tensor<2xf32>
//     }, {
//       stablehlo.return %4 : tensor<2xf32>
//     }) : (tensor<i1>) -> tensor<2xf32> loc("if")
//     return %2, %5 : tensor<2x5xf32>, tensor<2xf32>
//   }
// }
