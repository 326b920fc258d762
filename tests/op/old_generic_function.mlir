// test: op
// MLIR's generic form before properties: a function's own attributes stand behind its region.
// in: dense<[1.0, 2.0]> : tensor<2xf32>
// out: dense<[2.0, 4.0]> : tensor<2xf32>
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<2xf32>):
    %0 = "stablehlo.add"(%arg0, %arg0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    "func.return"(%0) : (tensor<2xf32>) -> ()
  }) {function_type = (tensor<2xf32>) -> tensor<2xf32>, sym_name = "main", x.y = 1 : i32} : () -> ()
}) {sym_name = "m"} : () -> ()
