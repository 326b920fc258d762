// test: op
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf16>
// out: dense<[0.0, -1.0, 100.5, 77.0, -3.75]> : tensor<5xbf16>
func.func @main(%a: tensor<5xf16>) -> tensor<5xbf16> {
  %r = stablehlo.convert %a : (tensor<5xf16>) -> tensor<5xbf16>
  return %r : tensor<5xbf16>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf16>
// out: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
func.func @main(%a: tensor<5xf16>) -> tensor<5xf32> {
  %r = stablehlo.convert %a : (tensor<5xf16>) -> tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf16>
// out: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf64>
func.func @main(%a: tensor<5xf16>) -> tensor<5xf64> {
  %r = stablehlo.convert %a : (tensor<5xf16>) -> tensor<5xf64>
  return %r : tensor<5xf64>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf16>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
func.func @main(%a: tensor<5xf16>) -> tensor<5xi8> {
  %r = stablehlo.convert %a : (tensor<5xf16>) -> tensor<5xi8>
  return %r : tensor<5xi8>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf16>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
func.func @main(%a: tensor<5xf16>) -> tensor<5xi32> {
  %r = stablehlo.convert %a : (tensor<5xf16>) -> tensor<5xi32>
  return %r : tensor<5xi32>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf16>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
func.func @main(%a: tensor<5xf16>) -> tensor<5xi64> {
  %r = stablehlo.convert %a : (tensor<5xf16>) -> tensor<5xi64>
  return %r : tensor<5xi64>
}
// -----
// in: dense<[0.0, 1.0, 100.5, 77.25, 3.75]> : tensor<5xf16>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
func.func @main(%a: tensor<5xf16>) -> tensor<5xui8> {
  %r = stablehlo.convert %a : (tensor<5xf16>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
// -----
// in: dense<[0.0, 1.0, 100.5, 77.25, 3.75]> : tensor<5xf16>
// out: dense<[false, true, true, true, true]> : tensor<5xi1>
func.func @main(%a: tensor<5xf16>) -> tensor<5xi1> {
  %r = stablehlo.convert %a : (tensor<5xf16>) -> tensor<5xi1>
  return %r : tensor<5xi1>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0.0, -1.0, 100.5, 77.0, -3.75]> : tensor<5xf16>
func.func @main(%a_: tensor<5xf32>) -> tensor<5xf16> {
  %a = stablehlo.convert %a_ : (tensor<5xf32>) -> tensor<5xbf16>
  %r = stablehlo.convert %a : (tensor<5xbf16>) -> tensor<5xf16>
  return %r : tensor<5xf16>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0.0, -1.0, 100.5, 77.0, -3.75]> : tensor<5xf32>
func.func @main(%a_: tensor<5xf32>) -> tensor<5xf32> {
  %a = stablehlo.convert %a_ : (tensor<5xf32>) -> tensor<5xbf16>
  %r = stablehlo.convert %a : (tensor<5xbf16>) -> tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0.0, -1.0, 100.5, 77.0, -3.75]> : tensor<5xf64>
func.func @main(%a_: tensor<5xf32>) -> tensor<5xf64> {
  %a = stablehlo.convert %a_ : (tensor<5xf32>) -> tensor<5xbf16>
  %r = stablehlo.convert %a : (tensor<5xbf16>) -> tensor<5xf64>
  return %r : tensor<5xf64>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
func.func @main(%a_: tensor<5xf32>) -> tensor<5xi8> {
  %a = stablehlo.convert %a_ : (tensor<5xf32>) -> tensor<5xbf16>
  %r = stablehlo.convert %a : (tensor<5xbf16>) -> tensor<5xi8>
  return %r : tensor<5xi8>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
func.func @main(%a_: tensor<5xf32>) -> tensor<5xi32> {
  %a = stablehlo.convert %a_ : (tensor<5xf32>) -> tensor<5xbf16>
  %r = stablehlo.convert %a : (tensor<5xbf16>) -> tensor<5xi32>
  return %r : tensor<5xi32>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
func.func @main(%a_: tensor<5xf32>) -> tensor<5xi64> {
  %a = stablehlo.convert %a_ : (tensor<5xf32>) -> tensor<5xbf16>
  %r = stablehlo.convert %a : (tensor<5xbf16>) -> tensor<5xi64>
  return %r : tensor<5xi64>
}
// -----
// in: dense<[0.0, 1.0, 100.5, 77.25, 3.75]> : tensor<5xf32>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
func.func @main(%a_: tensor<5xf32>) -> tensor<5xui8> {
  %a = stablehlo.convert %a_ : (tensor<5xf32>) -> tensor<5xbf16>
  %r = stablehlo.convert %a : (tensor<5xbf16>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
// -----
// in: dense<[0.0, 1.0, 100.5, 77.25, 3.75]> : tensor<5xf32>
// out: dense<[false, true, true, true, true]> : tensor<5xi1>
func.func @main(%a_: tensor<5xf32>) -> tensor<5xi1> {
  %a = stablehlo.convert %a_ : (tensor<5xf32>) -> tensor<5xbf16>
  %r = stablehlo.convert %a : (tensor<5xbf16>) -> tensor<5xi1>
  return %r : tensor<5xi1>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf16>
func.func @main(%a: tensor<5xf32>) -> tensor<5xf16> {
  %r = stablehlo.convert %a : (tensor<5xf32>) -> tensor<5xf16>
  return %r : tensor<5xf16>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0.0, -1.0, 100.5, 77.0, -3.75]> : tensor<5xbf16>
func.func @main(%a: tensor<5xf32>) -> tensor<5xbf16> {
  %r = stablehlo.convert %a : (tensor<5xf32>) -> tensor<5xbf16>
  return %r : tensor<5xbf16>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf64>
func.func @main(%a: tensor<5xf32>) -> tensor<5xf64> {
  %r = stablehlo.convert %a : (tensor<5xf32>) -> tensor<5xf64>
  return %r : tensor<5xf64>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
func.func @main(%a: tensor<5xf32>) -> tensor<5xi8> {
  %r = stablehlo.convert %a : (tensor<5xf32>) -> tensor<5xi8>
  return %r : tensor<5xi8>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
func.func @main(%a: tensor<5xf32>) -> tensor<5xi32> {
  %r = stablehlo.convert %a : (tensor<5xf32>) -> tensor<5xi32>
  return %r : tensor<5xi32>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
func.func @main(%a: tensor<5xf32>) -> tensor<5xi64> {
  %r = stablehlo.convert %a : (tensor<5xf32>) -> tensor<5xi64>
  return %r : tensor<5xi64>
}
// -----
// in: dense<[0.0, 1.0, 100.5, 77.25, 3.75]> : tensor<5xf32>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
func.func @main(%a: tensor<5xf32>) -> tensor<5xui8> {
  %r = stablehlo.convert %a : (tensor<5xf32>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
// -----
// in: dense<[0.0, 1.0, 100.5, 77.25, 3.75]> : tensor<5xf32>
// out: dense<[false, true, true, true, true]> : tensor<5xi1>
func.func @main(%a: tensor<5xf32>) -> tensor<5xi1> {
  %r = stablehlo.convert %a : (tensor<5xf32>) -> tensor<5xi1>
  return %r : tensor<5xi1>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf64>
// out: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf16>
func.func @main(%a: tensor<5xf64>) -> tensor<5xf16> {
  %r = stablehlo.convert %a : (tensor<5xf64>) -> tensor<5xf16>
  return %r : tensor<5xf16>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf64>
// out: dense<[0.0, -1.0, 100.5, 77.0, -3.75]> : tensor<5xbf16>
func.func @main(%a: tensor<5xf64>) -> tensor<5xbf16> {
  %r = stablehlo.convert %a : (tensor<5xf64>) -> tensor<5xbf16>
  return %r : tensor<5xbf16>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf64>
// out: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf32>
func.func @main(%a: tensor<5xf64>) -> tensor<5xf32> {
  %r = stablehlo.convert %a : (tensor<5xf64>) -> tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf64>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
func.func @main(%a: tensor<5xf64>) -> tensor<5xi8> {
  %r = stablehlo.convert %a : (tensor<5xf64>) -> tensor<5xi8>
  return %r : tensor<5xi8>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf64>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
func.func @main(%a: tensor<5xf64>) -> tensor<5xi32> {
  %r = stablehlo.convert %a : (tensor<5xf64>) -> tensor<5xi32>
  return %r : tensor<5xi32>
}
// -----
// in: dense<[0.0, -1.0, 100.5, 77.25, -3.75]> : tensor<5xf64>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
func.func @main(%a: tensor<5xf64>) -> tensor<5xi64> {
  %r = stablehlo.convert %a : (tensor<5xf64>) -> tensor<5xi64>
  return %r : tensor<5xi64>
}
// -----
// in: dense<[0.0, 1.0, 100.5, 77.25, 3.75]> : tensor<5xf64>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
func.func @main(%a: tensor<5xf64>) -> tensor<5xui8> {
  %r = stablehlo.convert %a : (tensor<5xf64>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
// -----
// in: dense<[0.0, 1.0, 100.5, 77.25, 3.75]> : tensor<5xf64>
// out: dense<[false, true, true, true, true]> : tensor<5xi1>
func.func @main(%a: tensor<5xf64>) -> tensor<5xi1> {
  %r = stablehlo.convert %a : (tensor<5xf64>) -> tensor<5xi1>
  return %r : tensor<5xi1>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xf16>
func.func @main(%a: tensor<5xi8>) -> tensor<5xf16> {
  %r = stablehlo.convert %a : (tensor<5xi8>) -> tensor<5xf16>
  return %r : tensor<5xf16>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xbf16>
func.func @main(%a: tensor<5xi8>) -> tensor<5xbf16> {
  %r = stablehlo.convert %a : (tensor<5xi8>) -> tensor<5xbf16>
  return %r : tensor<5xbf16>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xf32>
func.func @main(%a: tensor<5xi8>) -> tensor<5xf32> {
  %r = stablehlo.convert %a : (tensor<5xi8>) -> tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xf64>
func.func @main(%a: tensor<5xi8>) -> tensor<5xf64> {
  %r = stablehlo.convert %a : (tensor<5xi8>) -> tensor<5xf64>
  return %r : tensor<5xf64>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
func.func @main(%a: tensor<5xi8>) -> tensor<5xi32> {
  %r = stablehlo.convert %a : (tensor<5xi8>) -> tensor<5xi32>
  return %r : tensor<5xi32>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
func.func @main(%a: tensor<5xi8>) -> tensor<5xi64> {
  %r = stablehlo.convert %a : (tensor<5xi8>) -> tensor<5xi64>
  return %r : tensor<5xi64>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xi8>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
func.func @main(%a: tensor<5xi8>) -> tensor<5xui8> {
  %r = stablehlo.convert %a : (tensor<5xi8>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xi8>
// out: dense<[false, true, true, true, true]> : tensor<5xi1>
func.func @main(%a: tensor<5xi8>) -> tensor<5xi1> {
  %r = stablehlo.convert %a : (tensor<5xi8>) -> tensor<5xi1>
  return %r : tensor<5xi1>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xf16>
func.func @main(%a: tensor<5xi32>) -> tensor<5xf16> {
  %r = stablehlo.convert %a : (tensor<5xi32>) -> tensor<5xf16>
  return %r : tensor<5xf16>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xbf16>
func.func @main(%a: tensor<5xi32>) -> tensor<5xbf16> {
  %r = stablehlo.convert %a : (tensor<5xi32>) -> tensor<5xbf16>
  return %r : tensor<5xbf16>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xf32>
func.func @main(%a: tensor<5xi32>) -> tensor<5xf32> {
  %r = stablehlo.convert %a : (tensor<5xi32>) -> tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xf64>
func.func @main(%a: tensor<5xi32>) -> tensor<5xf64> {
  %r = stablehlo.convert %a : (tensor<5xi32>) -> tensor<5xf64>
  return %r : tensor<5xf64>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
func.func @main(%a: tensor<5xi32>) -> tensor<5xi8> {
  %r = stablehlo.convert %a : (tensor<5xi32>) -> tensor<5xi8>
  return %r : tensor<5xi8>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
func.func @main(%a: tensor<5xi32>) -> tensor<5xi64> {
  %r = stablehlo.convert %a : (tensor<5xi32>) -> tensor<5xi64>
  return %r : tensor<5xi64>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xi32>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
func.func @main(%a: tensor<5xi32>) -> tensor<5xui8> {
  %r = stablehlo.convert %a : (tensor<5xi32>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xi32>
// out: dense<[false, true, true, true, true]> : tensor<5xi1>
func.func @main(%a: tensor<5xi32>) -> tensor<5xi1> {
  %r = stablehlo.convert %a : (tensor<5xi32>) -> tensor<5xi1>
  return %r : tensor<5xi1>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xf16>
func.func @main(%a: tensor<5xi64>) -> tensor<5xf16> {
  %r = stablehlo.convert %a : (tensor<5xi64>) -> tensor<5xf16>
  return %r : tensor<5xf16>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xbf16>
func.func @main(%a: tensor<5xi64>) -> tensor<5xbf16> {
  %r = stablehlo.convert %a : (tensor<5xi64>) -> tensor<5xbf16>
  return %r : tensor<5xbf16>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xf32>
func.func @main(%a: tensor<5xi64>) -> tensor<5xf32> {
  %r = stablehlo.convert %a : (tensor<5xi64>) -> tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
// out: dense<[0.0, -1.0, 100.0, 77.0, -3.0]> : tensor<5xf64>
func.func @main(%a: tensor<5xi64>) -> tensor<5xf64> {
  %r = stablehlo.convert %a : (tensor<5xi64>) -> tensor<5xf64>
  return %r : tensor<5xf64>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi8>
func.func @main(%a: tensor<5xi64>) -> tensor<5xi8> {
  %r = stablehlo.convert %a : (tensor<5xi64>) -> tensor<5xi8>
  return %r : tensor<5xi8>
}
// -----
// in: dense<[0, -1, 100, 77, -3]> : tensor<5xi64>
// out: dense<[0, -1, 100, 77, -3]> : tensor<5xi32>
func.func @main(%a: tensor<5xi64>) -> tensor<5xi32> {
  %r = stablehlo.convert %a : (tensor<5xi64>) -> tensor<5xi32>
  return %r : tensor<5xi32>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xi64>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
func.func @main(%a: tensor<5xi64>) -> tensor<5xui8> {
  %r = stablehlo.convert %a : (tensor<5xi64>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xi64>
// out: dense<[false, true, true, true, true]> : tensor<5xi1>
func.func @main(%a: tensor<5xi64>) -> tensor<5xi1> {
  %r = stablehlo.convert %a : (tensor<5xi64>) -> tensor<5xi1>
  return %r : tensor<5xi1>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
// out: dense<[0.0, 1.0, 100.0, 77.0, 3.0]> : tensor<5xf16>
func.func @main(%a: tensor<5xui8>) -> tensor<5xf16> {
  %r = stablehlo.convert %a : (tensor<5xui8>) -> tensor<5xf16>
  return %r : tensor<5xf16>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
// out: dense<[0.0, 1.0, 100.0, 77.0, 3.0]> : tensor<5xbf16>
func.func @main(%a: tensor<5xui8>) -> tensor<5xbf16> {
  %r = stablehlo.convert %a : (tensor<5xui8>) -> tensor<5xbf16>
  return %r : tensor<5xbf16>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
// out: dense<[0.0, 1.0, 100.0, 77.0, 3.0]> : tensor<5xf32>
func.func @main(%a: tensor<5xui8>) -> tensor<5xf32> {
  %r = stablehlo.convert %a : (tensor<5xui8>) -> tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
// out: dense<[0.0, 1.0, 100.0, 77.0, 3.0]> : tensor<5xf64>
func.func @main(%a: tensor<5xui8>) -> tensor<5xf64> {
  %r = stablehlo.convert %a : (tensor<5xui8>) -> tensor<5xf64>
  return %r : tensor<5xf64>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xi8>
func.func @main(%a: tensor<5xui8>) -> tensor<5xi8> {
  %r = stablehlo.convert %a : (tensor<5xui8>) -> tensor<5xi8>
  return %r : tensor<5xi8>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xi32>
func.func @main(%a: tensor<5xui8>) -> tensor<5xi32> {
  %r = stablehlo.convert %a : (tensor<5xui8>) -> tensor<5xi32>
  return %r : tensor<5xi32>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xi64>
func.func @main(%a: tensor<5xui8>) -> tensor<5xi64> {
  %r = stablehlo.convert %a : (tensor<5xui8>) -> tensor<5xi64>
  return %r : tensor<5xi64>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
// out: dense<[false, true, true, true, true]> : tensor<5xi1>
func.func @main(%a: tensor<5xui8>) -> tensor<5xi1> {
  %r = stablehlo.convert %a : (tensor<5xui8>) -> tensor<5xi1>
  return %r : tensor<5xi1>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui32>
// out: dense<[0.0, 1.0, 100.0, 77.0, 3.0]> : tensor<5xf16>
func.func @main(%a: tensor<5xui32>) -> tensor<5xf16> {
  %r = stablehlo.convert %a : (tensor<5xui32>) -> tensor<5xf16>
  return %r : tensor<5xf16>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui32>
// out: dense<[0.0, 1.0, 100.0, 77.0, 3.0]> : tensor<5xbf16>
func.func @main(%a: tensor<5xui32>) -> tensor<5xbf16> {
  %r = stablehlo.convert %a : (tensor<5xui32>) -> tensor<5xbf16>
  return %r : tensor<5xbf16>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui32>
// out: dense<[0.0, 1.0, 100.0, 77.0, 3.0]> : tensor<5xf32>
func.func @main(%a: tensor<5xui32>) -> tensor<5xf32> {
  %r = stablehlo.convert %a : (tensor<5xui32>) -> tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui32>
// out: dense<[0.0, 1.0, 100.0, 77.0, 3.0]> : tensor<5xf64>
func.func @main(%a: tensor<5xui32>) -> tensor<5xf64> {
  %r = stablehlo.convert %a : (tensor<5xui32>) -> tensor<5xf64>
  return %r : tensor<5xf64>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui32>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xi8>
func.func @main(%a: tensor<5xui32>) -> tensor<5xi8> {
  %r = stablehlo.convert %a : (tensor<5xui32>) -> tensor<5xi8>
  return %r : tensor<5xi8>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui32>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xi32>
func.func @main(%a: tensor<5xui32>) -> tensor<5xi32> {
  %r = stablehlo.convert %a : (tensor<5xui32>) -> tensor<5xi32>
  return %r : tensor<5xi32>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui32>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xi64>
func.func @main(%a: tensor<5xui32>) -> tensor<5xi64> {
  %r = stablehlo.convert %a : (tensor<5xui32>) -> tensor<5xi64>
  return %r : tensor<5xi64>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui32>
// out: dense<[0, 1, 100, 77, 3]> : tensor<5xui8>
func.func @main(%a: tensor<5xui32>) -> tensor<5xui8> {
  %r = stablehlo.convert %a : (tensor<5xui32>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
// -----
// in: dense<[0, 1, 100, 77, 3]> : tensor<5xui32>
// out: dense<[false, true, true, true, true]> : tensor<5xi1>
func.func @main(%a: tensor<5xui32>) -> tensor<5xi1> {
  %r = stablehlo.convert %a : (tensor<5xui32>) -> tensor<5xi1>
  return %r : tensor<5xi1>
}
// -----
// in: dense<[false, true, false, true, true]> : tensor<5xi1>
// out: dense<[0.0, 1.0, 0.0, 1.0, 1.0]> : tensor<5xf16>
func.func @main(%a: tensor<5xi1>) -> tensor<5xf16> {
  %r = stablehlo.convert %a : (tensor<5xi1>) -> tensor<5xf16>
  return %r : tensor<5xf16>
}
// -----
// in: dense<[false, true, false, true, true]> : tensor<5xi1>
// out: dense<[0.0, 1.0, 0.0, 1.0, 1.0]> : tensor<5xbf16>
func.func @main(%a: tensor<5xi1>) -> tensor<5xbf16> {
  %r = stablehlo.convert %a : (tensor<5xi1>) -> tensor<5xbf16>
  return %r : tensor<5xbf16>
}
// -----
// in: dense<[false, true, false, true, true]> : tensor<5xi1>
// out: dense<[0.0, 1.0, 0.0, 1.0, 1.0]> : tensor<5xf32>
func.func @main(%a: tensor<5xi1>) -> tensor<5xf32> {
  %r = stablehlo.convert %a : (tensor<5xi1>) -> tensor<5xf32>
  return %r : tensor<5xf32>
}
// -----
// in: dense<[false, true, false, true, true]> : tensor<5xi1>
// out: dense<[0.0, 1.0, 0.0, 1.0, 1.0]> : tensor<5xf64>
func.func @main(%a: tensor<5xi1>) -> tensor<5xf64> {
  %r = stablehlo.convert %a : (tensor<5xi1>) -> tensor<5xf64>
  return %r : tensor<5xf64>
}
// -----
// in: dense<[false, true, false, true, true]> : tensor<5xi1>
// out: dense<[0, 1, 0, 1, 1]> : tensor<5xi8>
func.func @main(%a: tensor<5xi1>) -> tensor<5xi8> {
  %r = stablehlo.convert %a : (tensor<5xi1>) -> tensor<5xi8>
  return %r : tensor<5xi8>
}
// -----
// in: dense<[false, true, false, true, true]> : tensor<5xi1>
// out: dense<[0, 1, 0, 1, 1]> : tensor<5xi32>
func.func @main(%a: tensor<5xi1>) -> tensor<5xi32> {
  %r = stablehlo.convert %a : (tensor<5xi1>) -> tensor<5xi32>
  return %r : tensor<5xi32>
}
// -----
// in: dense<[false, true, false, true, true]> : tensor<5xi1>
// out: dense<[0, 1, 0, 1, 1]> : tensor<5xi64>
func.func @main(%a: tensor<5xi1>) -> tensor<5xi64> {
  %r = stablehlo.convert %a : (tensor<5xi1>) -> tensor<5xi64>
  return %r : tensor<5xi64>
}
// -----
// in: dense<[false, true, false, true, true]> : tensor<5xi1>
// out: dense<[0, 1, 0, 1, 1]> : tensor<5xui8>
func.func @main(%a: tensor<5xi1>) -> tensor<5xui8> {
  %r = stablehlo.convert %a : (tensor<5xi1>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
