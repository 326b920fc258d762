// test: grad --training --wrt 1,2 %s
// The contraction is kept, not done again; tanh is, and the cosine is computed again.
func.func @main(%x: tensor<4x8xf32>, %w: tensor<8x16xf32>, %b: tensor<16xf32>) -> tensor<f32> {
  %0 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [0] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %1 = stablehlo.broadcast_in_dim %b, dims = [1] : (tensor<16xf32>) -> tensor<4x16xf32>
  %2 = stablehlo.add %0, %1 : tensor<4x16xf32>
  %3 = stablehlo.tanh %2 : tensor<4x16xf32>
  %4 = stablehlo.sine %3 : tensor<4x16xf32>
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %5 = stablehlo.reduce(%4 init: %z) applies stablehlo.add across dimensions = [0, 1] : (tensor<4x16xf32>, tensor<f32>) -> tensor<f32>
  return %5 : tensor<f32>
}
// expect:
// // kept: 256 bytes
// // argument 0 of backward: argument 0 of forward
// // argument 1 of backward: result 1 of forward
// module {
//   func.func public @main(%arg0: tensor<4x8xf32>, %arg1: tensor<8x16xf32>, %arg2: tensor<16xf32>) -> (tensor<f32>, tensor<4x16xf32>) {
//     %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
//     %1 = stablehlo.broadcast_in_dim %arg2, dims = [1] : (tensor<16xf32>) -> tensor<4x16xf32>
//     %2 = stablehlo.add %0, %1 : tensor<4x16xf32>
//     %3 = stablehlo.tanh %2 : tensor<4x16xf32>
//     %4 = stablehlo.sine %3 : tensor<4x16xf32>
//     %5 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %6 = stablehlo.reduce(%4 init: %5) applies stablehlo.add across dimensions = [0, 1] : (tensor<4x16xf32>, tensor<f32>) -> tensor<f32>
//     return %6, %3 : tensor<f32>, tensor<4x16xf32>
//   }
// }
// // -----
// module {
//   func.func public @main(%arg0: tensor<4x8xf32>, %arg1: tensor<4x16xf32>, %arg2: tensor<f32>) -> (tensor<8x16xf32>, tensor<16xf32>) {
//     %0 = stablehlo.broadcast_in_dim %arg2, dims = [] : (tensor<f32>) -> tensor<4x16xf32>
//     %1 = stablehlo.cosine %arg1 : tensor<4x16xf32>
//     %2 = stablehlo.multiply %0, %1 : tensor<4x16xf32>
//     %3 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
//     %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<4x16xf32>
//     %5 = stablehlo.multiply %arg1, %arg1 : tensor<4x16xf32>
//     %6 = stablehlo.subtract %4, %5 : tensor<4x16xf32>
//     %7 = stablehlo.multiply %2, %6 : tensor<4x16xf32>
//     %8 = stablehlo.dot_general %arg0, %7, contracting_dims = [0] x [0] : (tensor<4x8xf32>, tensor<4x16xf32>) -> tensor<8x16xf32>
//     %9 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %10 = stablehlo.reduce(%7 init: %9) applies stablehlo.add across dimensions = [0] : (tensor<4x16xf32>, tensor<f32>) -> tensor<16xf32>
//     return %8, %10 : tensor<8x16xf32>, tensor<16xf32>
//   }
// }
// -----
// test: grad %s
// A loop of three turns: its carry is recorded forwards and read backwards.
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = stablehlo.constant dense<0> : tensor<i32>
  %0:2 = stablehlo.while(%i = %c, %v = %x) : tensor<i32>, tensor<2xf32>
  cond {
    %n = stablehlo.constant dense<3> : tensor<i32>
    %p = stablehlo.compare LT, %i, %n, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %next = stablehlo.add %i, %one : tensor<i32>
    %s = stablehlo.sine %v : tensor<2xf32>
    stablehlo.return %next, %s : tensor<i32>, tensor<2xf32>
  }
  return %0#1 : tensor<2xf32>
}
// expect:
// module {
//   func.func public @main(%arg0: tensor<2xf32>, %arg1: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
//     %0 = stablehlo.constant dense<0> : tensor<i32>
//     %1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
//     %2 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<f32>) -> tensor<3x2xf32>
//     %3:3 = stablehlo.while(%arg2 = %0, %arg3 = %arg0, %arg4 = %2) : tensor<i32>, tensor<2xf32>, tensor<3x2xf32>
//     cond {
//       %4 = stablehlo.constant dense<3> : tensor<i32>
//       %5 = stablehlo.compare LT, %arg2, %4, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
//       stablehlo.return %5 : tensor<i1>
//     } do {
//       %6 = stablehlo.constant dense<1> : tensor<i32>
//       %7 = stablehlo.add %arg2, %6 : tensor<i32>
//       %8 = stablehlo.sine %arg3 : tensor<2xf32>
//       %9 = stablehlo.reshape %arg3 : (tensor<2xf32>) -> tensor<1x2xf32>
//       %10 = stablehlo.constant dense<0> : tensor<i32>
//       %11 = stablehlo.dynamic_update_slice %arg4, %9, %arg2, %10 : (tensor<3x2xf32>, tensor<1x2xf32>, tensor<i32>, tensor<i32>) -> tensor<3x2xf32>
//       stablehlo.return %7, %8, %11 : tensor<i32>, tensor<2xf32>, tensor<3x2xf32>
//     }
//     %12 = stablehlo.constant dense<2> : tensor<i32>
//     %13:2 = stablehlo.while(%arg8 = %12, %arg9 = %arg1) : tensor<i32>, tensor<2xf32>
//     cond {
//       %14 = stablehlo.constant dense<0> : tensor<i32>
//       %15 = stablehlo.compare GE, %arg8, %14, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
//       stablehlo.return %15 : tensor<i1>
//     } do {
//       %16 = stablehlo.constant dense<1> : tensor<i32>
//       %17 = stablehlo.subtract %arg8, %16 : tensor<i32>
//       %18 = stablehlo.constant dense<0> : tensor<i32>
//       %19 = stablehlo.dynamic_slice %3#2, %arg8, %18, sizes = [1, 2] : (tensor<3x2xf32>, tensor<i32>, tensor<i32>) -> tensor<1x2xf32>
//       %20 = stablehlo.reshape %19 : (tensor<1x2xf32>) -> tensor<2xf32>
//       %21 = stablehlo.cosine %20 : tensor<2xf32>
//       %22 = stablehlo.multiply %arg9, %21 : tensor<2xf32>
//       stablehlo.return %17, %22 : tensor<i32>, tensor<2xf32>
//     }
//     return %3#1, %13#1 : tensor<2xf32>, tensor<2xf32>
//   }
// }
// -----
// test: grad %s
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = stablehlo.custom_call @somewhere(%x) : (tensor<2xf32>) -> tensor<2xf32> // error: no gradient of stablehlo.custom_call: the op has no rule
  return %0 : tensor<2xf32>
}
// -----
// test: grad %s
func.func @main(%x: tensor<2xf32>, %n: tensor<i32>) -> tensor<2xf32> {
  %c = stablehlo.constant dense<0> : tensor<i32>
  %0:2 = stablehlo.while(%i = %c, %v = %x) : tensor<i32>, tensor<2xf32> // error: a loop whose number of turns is not known
  cond {
    %p = stablehlo.compare LT, %i, %n, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %next = stablehlo.add %i, %one : tensor<i32>
    %s = stablehlo.sine %v : tensor<2xf32>
    stablehlo.return %next, %s : tensor<i32>, tensor<2xf32>
  }
  return %0#1 : tensor<2xf32>
}
// -----
// test: grad %s
func.func @main(%x: tensor<2xf32>) -> tensor<f32> {
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %0:2 = stablehlo.reduce(%x init: %z), (%x init: %z) across dimensions = [0] : (tensor<2xf32>, tensor<2xf32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>) // error: no gradient of stablehlo.reduce: several tensors at once, other than a value and its place
    reducer(%a: tensor<f32>, %b: tensor<f32>) (%c: tensor<f32>, %d: tensor<f32>) {
    %s = stablehlo.add %a, %b : tensor<f32>
    %m = stablehlo.multiply %c, %d : tensor<f32>
    stablehlo.return %s, %m : tensor<f32>, tensor<f32>
  }
  return %0#1 : tensor<f32>
}
