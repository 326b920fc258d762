// test: opt %s
// Pretty and generic forms, aliases, captures and attributes as they are printed.
#alias = array<i64: 1, 0>
module @forms attributes {mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x3xf32> {mhlo.sharding = "{replicated}"}, %0: tensor<i1>) -> (tensor<3x2xf32> {jax.result_info = ""}) {
    %t = "stablehlo.transpose"(%arg0) <{permutation = #alias}> {note} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %z = "stablehlo.constant"() {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
    %u:2 = "stablehlo.if"(%0) ({
      "stablehlo.return"(%t, %z) : (tensor<3x2xf32>, tensor<f32>) -> ()
    }, {
      %n = stablehlo.negate %t : tensor<3x2xf32>
      stablehlo.return %n, %z : tensor<3x2xf32>, tensor<f32>
    }) : (tensor<i1>) -> (tensor<3x2xf32>, tensor<f32>)
    %r = "stablehlo.reduce"(%u#0, %u#1) ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %m = stablehlo.maximum %a, %b : tensor<f32>
      stablehlo.return %m : tensor<f32>
    }) {dimensions = array<i64: 1>} : (tensor<3x2xf32>, tensor<f32>) -> tensor<3xf32>
    %b = stablehlo.broadcast_in_dim %r, dims = [0] : (tensor<3xf32>) -> tensor<3x2xf32>
    %c = stablehlo.compare LT, %b, %u#0 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xi1>
    %s = stablehlo.select %c, %b, %u#0 : tensor<3x2xi1>, tensor<3x2xf32>
    stablehlo.custom_call @note(%s) {has_side_effect = true} : (tensor<3x2xf32>) -> ()
    return %s : tensor<3x2xf32>
  }
}
// expect:
// module @forms attributes {mhlo.num_replicas = 1 : i32} {
//   func.func public @main(%arg0: tensor<2x3xf32> {mhlo.sharding = "{replicated}"}, %arg1: tensor<i1>) -> (tensor<3x2xf32> {jax.result_info = ""}) {
//     %0 = stablehlo.transpose %arg0, dims = [1, 0] {note} : (tensor<2x3xf32>) -> tensor<3x2xf32>
//     %1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %2:2 = "stablehlo.if"(%arg1) ({
//       stablehlo.return %0, %1 : tensor<3x2xf32>, tensor<f32>
//     }, {
//       %3 = stablehlo.negate %0 : tensor<3x2xf32>
//       stablehlo.return %3, %1 : tensor<3x2xf32>, tensor<f32>
//     }) : (tensor<i1>) -> (tensor<3x2xf32>, tensor<f32>)
//     %4 = stablehlo.reduce(%2#0 init: %2#1) applies stablehlo.maximum across dimensions = [1] : (tensor<3x2xf32>, tensor<f32>) -> tensor<3xf32>
//     %5 = stablehlo.broadcast_in_dim %4, dims = [0] : (tensor<3xf32>) -> tensor<3x2xf32>
//     %6 = stablehlo.compare LT, %5, %2#0 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xi1>
//     %7 = stablehlo.select %6, %5, %2#0 : tensor<3x2xi1>, tensor<3x2xf32>
//     stablehlo.custom_call @note(%7) {has_side_effect = true} : (tensor<3x2xf32>) -> ()
//     return %7 : tensor<3x2xf32>
//   }
// }
