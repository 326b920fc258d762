// test: pass simplify
// reduce(x) over dims of size 1, from the neutral element = reshape(x)
// a sum from -0.0
func.func @main(%x: tensor<1x3xf32>) -> tensor<3xf32> {
  %c = stablehlo.constant dense<-0.0> : tensor<f32>
  %0 = stablehlo.reduce(%x init: %c) applies stablehlo.add across dimensions = [0] : (tensor<1x3xf32>, tensor<f32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<1x3xf32>) -> tensor<3xf32> {
//     %0 = stablehlo.reshape %x : (tensor<1x3xf32>) -> tensor<3xf32>
//     return %0 : tensor<3xf32>
//   }
// }
// -----
// a sum of integers
func.func @main(%x: tensor<1x3xi32>) -> tensor<3xi32> {
  %c = stablehlo.constant dense<0> : tensor<i32>
  %0 = stablehlo.reduce(%x init: %c) applies stablehlo.add across dimensions = [0] : (tensor<1x3xi32>, tensor<i32>) -> tensor<3xi32>
  return %0 : tensor<3xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<1x3xi32>) -> tensor<3xi32> {
//     %0 = stablehlo.reshape %x : (tensor<1x3xi32>) -> tensor<3xi32>
//     return %0 : tensor<3xi32>
//   }
// }
// -----
// a product
func.func @main(%x: tensor<1x3xf32>) -> tensor<3xf32> {
  %c = stablehlo.constant dense<1.0> : tensor<f32>
  %0 = stablehlo.reduce(%x init: %c) applies stablehlo.multiply across dimensions = [0] : (tensor<1x3xf32>, tensor<f32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<1x3xf32>) -> tensor<3xf32> {
//     %0 = stablehlo.reshape %x : (tensor<1x3xf32>) -> tensor<3xf32>
//     return %0 : tensor<3xf32>
//   }
// }
// -----
// a maximum
func.func @main(%x: tensor<1x3xf32>) -> tensor<3xf32> {
  %c = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %0 = stablehlo.reduce(%x init: %c) applies stablehlo.maximum across dimensions = [0] : (tensor<1x3xf32>, tensor<f32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<1x3xf32>) -> tensor<3xf32> {
//     %0 = stablehlo.reshape %x : (tensor<1x3xf32>) -> tensor<3xf32>
//     return %0 : tensor<3xf32>
//   }
// }
// -----
// 0.0 + -0.0 = 0.0: a sum from 0.0 changes bits
func.func @main(%x: tensor<1x3xf32>) -> tensor<3xf32> {
  %c = stablehlo.constant dense<0.0> : tensor<f32>
  %0 = stablehlo.reduce(%x init: %c) applies stablehlo.add across dimensions = [0] : (tensor<1x3xf32>, tensor<f32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<1x3xf32>) -> tensor<3xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %1 = stablehlo.reduce(%x init: %0) applies stablehlo.add across dimensions = [0] : (tensor<1x3xf32>, tensor<f32>) -> tensor<3xf32>
//     return %1 : tensor<3xf32>
//   }
// }
// -----
// a maximum from 0 drops what is below
func.func @main(%x: tensor<1x3xf32>) -> tensor<3xf32> {
  %c = stablehlo.constant dense<0.0> : tensor<f32>
  %0 = stablehlo.reduce(%x init: %c) applies stablehlo.maximum across dimensions = [0] : (tensor<1x3xf32>, tensor<f32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<1x3xf32>) -> tensor<3xf32> {
//     %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %1 = stablehlo.reduce(%x init: %0) applies stablehlo.maximum across dimensions = [0] : (tensor<1x3xf32>, tensor<f32>) -> tensor<3xf32>
//     return %1 : tensor<3xf32>
//   }
// }
// -----
// a dimension that is longer
func.func @main(%x: tensor<1x3xf32>) -> tensor<1xf32> {
  %c = stablehlo.constant dense<-0.0> : tensor<f32>
  %0 = stablehlo.reduce(%x init: %c) applies stablehlo.add across dimensions = [1] : (tensor<1x3xf32>, tensor<f32>) -> tensor<1xf32>
  return %0 : tensor<1xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<1x3xf32>) -> tensor<1xf32> {
//     %0 = stablehlo.constant dense<-0.000000e+00> : tensor<f32>
//     %1 = stablehlo.reduce(%x init: %0) applies stablehlo.add across dimensions = [1] : (tensor<1x3xf32>, tensor<f32>) -> tensor<1xf32>
//     return %1 : tensor<1xf32>
//   }
// }
