// test: pass simplify
// convert(convert(x : a) to b) to c = convert(x) to c, b holding all of a
// to a third type: one conversion
func.func @main(%x: tensor<4xbf16>) -> tensor<4xf16> {
  %0 = stablehlo.convert %x : (tensor<4xbf16>) -> tensor<4xf32>
  %1 = stablehlo.convert %0 : (tensor<4xf32>) -> tensor<4xf16>
  return %1 : tensor<4xf16>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xbf16>) -> tensor<4xf16> {
//     %0 = stablehlo.convert %x : (tensor<4xbf16>) -> tensor<4xf16>
//     return %0 : tensor<4xf16>
//   }
// }
// -----
// there and back: none
func.func @main(%x: tensor<4xi8>) -> tensor<4xi8> {
  %0 = stablehlo.convert %x : (tensor<4xi8>) -> tensor<4xi32>
  %1 = stablehlo.convert %0 : (tensor<4xi32>) -> tensor<4xi8>
  return %1 : tensor<4xi8>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xi8>) -> tensor<4xi8> {
//     return %x : tensor<4xi8>
//   }
// }
// -----
// bf16 has fewer digits than f16: rounds
func.func @main(%x: tensor<4xf16>) -> tensor<4xf32> {
  %0 = stablehlo.convert %x : (tensor<4xf16>) -> tensor<4xbf16>
  %1 = stablehlo.convert %0 : (tensor<4xbf16>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xf16>) -> tensor<4xf32> {
//     %0 = stablehlo.convert %x : (tensor<4xf16>) -> tensor<4xbf16>
//     %1 = stablehlo.convert %0 : (tensor<4xbf16>) -> tensor<4xf32>
//     return %1 : tensor<4xf32>
//   }
// }
// -----
// f16 ends earlier than bf16: overflows
func.func @main(%x: tensor<4xbf16>) -> tensor<4xf32> {
  %0 = stablehlo.convert %x : (tensor<4xbf16>) -> tensor<4xf16>
  %1 = stablehlo.convert %0 : (tensor<4xf16>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xbf16>) -> tensor<4xf32> {
//     %0 = stablehlo.convert %x : (tensor<4xbf16>) -> tensor<4xf16>
//     %1 = stablehlo.convert %0 : (tensor<4xf16>) -> tensor<4xf32>
//     return %1 : tensor<4xf32>
//   }
// }
// -----
// f32 does not hold every i32
func.func @main(%x: tensor<4xi32>) -> tensor<4xi32> {
  %0 = stablehlo.convert %x : (tensor<4xi32>) -> tensor<4xf32>
  %1 = stablehlo.convert %0 : (tensor<4xf32>) -> tensor<4xi32>
  return %1 : tensor<4xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xi32>) -> tensor<4xi32> {
//     %0 = stablehlo.convert %x : (tensor<4xi32>) -> tensor<4xf32>
//     %1 = stablehlo.convert %0 : (tensor<4xf32>) -> tensor<4xi32>
//     return %1 : tensor<4xi32>
//   }
// }
// -----
// ui8 has no negative numbers
func.func @main(%x: tensor<4xi8>) -> tensor<4xi32> {
  %0 = stablehlo.convert %x : (tensor<4xi8>) -> tensor<4xui8>
  %1 = stablehlo.convert %0 : (tensor<4xui8>) -> tensor<4xi32>
  return %1 : tensor<4xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<4xi8>) -> tensor<4xi32> {
//     %0 = stablehlo.convert %x : (tensor<4xi8>) -> tensor<4xui8>
//     %1 = stablehlo.convert %0 : (tensor<4xui8>) -> tensor<4xi32>
//     return %1 : tensor<4xi32>
//   }
// }
