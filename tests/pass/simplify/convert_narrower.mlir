// test: pass simplify
// convert(f(convert(x), convert(y))) = f(x, y), f losing nothing
// fires: an index computed in 64 bits and kept in 32
func.func @main(%x: tensor<3xi32>, %y: tensor<3xi32>) -> tensor<3xi32> {
  %0 = stablehlo.convert %x : (tensor<3xi32>) -> tensor<3xi64>
  %1 = stablehlo.convert %y : (tensor<3xi32>) -> tensor<3xi64>
  %2 = stablehlo.multiply %0, %1 : tensor<3xi64>
  %3 = stablehlo.convert %2 : (tensor<3xi64>) -> tensor<3xi32>
  return %3 : tensor<3xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xi32>, %y: tensor<3xi32>) -> tensor<3xi32> {
//     %0 = stablehlo.multiply %x, %y : tensor<3xi32>
//     return %0 : tensor<3xi32>
//   }
// }
// -----
// a constant of few bits
func.func @main(%x: tensor<3xi8>) -> tensor<3xi8> {
  %c = stablehlo.constant dense<-128> : tensor<3xi64>
  %0 = stablehlo.convert %x : (tensor<3xi8>) -> tensor<3xi64>
  %1 = stablehlo.add %0, %c : tensor<3xi64>
  %2 = stablehlo.convert %1 : (tensor<3xi64>) -> tensor<3xi8>
  return %2 : tensor<3xi8>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xi8>) -> tensor<3xi8> {
//     %0 = stablehlo.constant dense<-128> : tensor<i8>
//     %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<i8>) -> tensor<3xi8>
//     %2 = stablehlo.add %x, %1 : tensor<3xi8>
//     return %2 : tensor<3xi8>
//   }
// }
// -----
// one of too many bits is left alone
func.func @main(%x: tensor<3xi8>) -> tensor<3xi8> {
  %c = stablehlo.constant dense<128> : tensor<3xi64>
  %0 = stablehlo.convert %x : (tensor<3xi8>) -> tensor<3xi64>
  %1 = stablehlo.add %0, %c : tensor<3xi64>
  %2 = stablehlo.convert %1 : (tensor<3xi64>) -> tensor<3xi8>
  return %2 : tensor<3xi8>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xi8>) -> tensor<3xi8> {
//     %0 = stablehlo.convert %x : (tensor<3xi8>) -> tensor<3xi64>
//     %1 = stablehlo.constant dense<128> : tensor<3xi64>
//     %2 = stablehlo.add %0, %1 : tensor<3xi64>
//     %3 = stablehlo.convert %2 : (tensor<3xi64>) -> tensor<3xi8>
//     return %3 : tensor<3xi8>
//   }
// }
// -----
// the greater of two numbers needs no more bits than they have
func.func @main(%x: tensor<3xbf16>, %y: tensor<3xbf16>) -> tensor<3xbf16> {
  %0 = stablehlo.convert %x : (tensor<3xbf16>) -> tensor<3xf32>
  %1 = stablehlo.convert %y : (tensor<3xbf16>) -> tensor<3xf32>
  %2 = stablehlo.maximum %0, %1 : tensor<3xf32>
  %3 = stablehlo.convert %2 : (tensor<3xf32>) -> tensor<3xbf16>
  return %3 : tensor<3xbf16>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xbf16>, %y: tensor<3xbf16>) -> tensor<3xbf16> {
//     %0 = stablehlo.maximum %x, %y : tensor<3xbf16>
//     return %0 : tensor<3xbf16>
//   }
// }
// -----
// their sum does
func.func @main(%x: tensor<3xbf16>, %y: tensor<3xbf16>) -> tensor<3xbf16> {
  %0 = stablehlo.convert %x : (tensor<3xbf16>) -> tensor<3xf32>
  %1 = stablehlo.convert %y : (tensor<3xbf16>) -> tensor<3xf32>
  %2 = stablehlo.add %0, %1 : tensor<3xf32>
  %3 = stablehlo.convert %2 : (tensor<3xf32>) -> tensor<3xbf16>
  return %3 : tensor<3xbf16>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xbf16>, %y: tensor<3xbf16>) -> tensor<3xbf16> {
//     %0 = stablehlo.convert %x : (tensor<3xbf16>) -> tensor<3xf32>
//     %1 = stablehlo.convert %y : (tensor<3xbf16>) -> tensor<3xf32>
//     %2 = stablehlo.add %0, %1 : tensor<3xf32>
//     %3 = stablehlo.convert %2 : (tensor<3xf32>) -> tensor<3xbf16>
//     return %3 : tensor<3xbf16>
//   }
// }
// -----
// a quotient needs the upper bits
func.func @main(%x: tensor<3xi32>, %y: tensor<3xi32>) -> tensor<3xi32> {
  %0 = stablehlo.convert %x : (tensor<3xi32>) -> tensor<3xi64>
  %1 = stablehlo.convert %y : (tensor<3xi32>) -> tensor<3xi64>
  %2 = stablehlo.divide %0, %1 : tensor<3xi64>
  %3 = stablehlo.convert %2 : (tensor<3xi64>) -> tensor<3xi32>
  return %3 : tensor<3xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<3xi32>, %y: tensor<3xi32>) -> tensor<3xi32> {
//     %0 = stablehlo.convert %x : (tensor<3xi32>) -> tensor<3xi64>
//     %1 = stablehlo.convert %y : (tensor<3xi32>) -> tensor<3xi64>
//     %2 = stablehlo.divide %0, %1 : tensor<3xi64>
//     %3 = stablehlo.convert %2 : (tensor<3xi64>) -> tensor<3xi32>
//     return %3 : tensor<3xi32>
//   }
// }
