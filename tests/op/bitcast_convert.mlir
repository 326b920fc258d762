// test: op
// in: dense<[3.5, 1.625, 1.625, 2.625]> : tensor<4xf32>
// out: dense<[1080033280, 1070596096, 1070596096, 1076363264]> : tensor<4xi32>
func.func @main(%a: tensor<4xf32>) -> tensor<4xi32> {
  %r = stablehlo.bitcast_convert %a : (tensor<4xf32>) -> tensor<4xi32>
  return %r : tensor<4xi32>
}
// -----
// in: dense<[[9, 6, 7, 8], [2, 3, 2, 0], [4, 5, 9, 1]]> : tensor<3x4xui8>
// out: dense<[134678025, 131842, 17368324]> : tensor<3xi32>
func.func @main(%a: tensor<3x4xui8>) -> tensor<3xi32> {
  %r = stablehlo.bitcast_convert %a : (tensor<3x4xui8>) -> tensor<3xi32>
  return %r : tensor<3xi32>
}
// -----
// in: dense<[18, 255]> : tensor<2xui8>
// out: dense<[[2, 1], [-1, -1]]> : tensor<2x2xi32>
func.func @main(%a: tensor<2xui8>) -> tensor<2x2xi32> {
  %0 = stablehlo.bitcast_convert %a : (tensor<2xui8>) -> tensor<2x2xi4>
  %r = stablehlo.convert %0 : (tensor<2x2xi4>) -> tensor<2x2xi32>
  return %r : tensor<2x2xi32>
}
// -----
// in: dense<[[1, 2], [-1, 0]]> : tensor<2x2xi32>
// out: dense<[33, 15]> : tensor<2xui8>
func.func @main(%a: tensor<2x2xi32>) -> tensor<2xui8> {
  %0 = stablehlo.convert %a : (tensor<2x2xi32>) -> tensor<2x2xi4>
  %r = stablehlo.bitcast_convert %0 : (tensor<2x2xi4>) -> tensor<2xui8>
  return %r : tensor<2xui8>
}
// -----
// in: dense<[5, 130]> : tensor<2xui8>
// out: dense<[[true, false, true, false, false, false, false, false], [false, true, false, false, false, false, false, true]]> : tensor<2x8xi1>
func.func @main(%a: tensor<2xui8>) -> tensor<2x8xi1> {
  %r = stablehlo.bitcast_convert %a : (tensor<2xui8>) -> tensor<2x8xi1>
  return %r : tensor<2x8xi1>
}
// -----
// The low half of the real part is the first of two complex<f32>.
// in: dense<[1.0]> : tensor<1xf64>
// in: dense<[-2.0]> : tensor<1xf64>
// out: dense<[[0.0, 0.0]]> : tensor<1x2xf32>
// out: dense<[[1.875, -2.0]]> : tensor<1x2xf32>
func.func @main(%a: tensor<1xf64>, %b: tensor<1xf64>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %0 = stablehlo.complex %a, %b : tensor<1xcomplex<f64>>
  %1 = stablehlo.bitcast_convert %0 : (tensor<1xcomplex<f64>>) -> tensor<1x2xcomplex<f32>>
  %2 = stablehlo.real %1 : (tensor<1x2xcomplex<f32>>) -> tensor<1x2xf32>
  %3 = stablehlo.imag %1 : (tensor<1x2xcomplex<f32>>) -> tensor<1x2xf32>
  return %2, %3 : tensor<1x2xf32>, tensor<1x2xf32>
}
// -----
// in: dense<[[0.0, 0.0]]> : tensor<1x2xf32>
// in: dense<[[1.875, -2.0]]> : tensor<1x2xf32>
// out: dense<[1.0]> : tensor<1xf64>
// out: dense<[-2.0]> : tensor<1xf64>
func.func @main(%a: tensor<1x2xf32>, %b: tensor<1x2xf32>) -> (tensor<1xf64>, tensor<1xf64>) {
  %0 = stablehlo.complex %a, %b : tensor<1x2xcomplex<f32>>
  %1 = stablehlo.bitcast_convert %0 : (tensor<1x2xcomplex<f32>>) -> tensor<1xcomplex<f64>>
  %2 = stablehlo.real %1 : (tensor<1xcomplex<f64>>) -> tensor<1xf64>
  %3 = stablehlo.imag %1 : (tensor<1xcomplex<f64>>) -> tensor<1xf64>
  return %2, %3 : tensor<1xf64>, tensor<1xf64>
}
// -----
// Bits stay though a NaN has several codes, also where it is chosen and moved.
// in: dense<[249, 255, 113, 127, 126]> : tensor<5xui8>
// out: dense<[126, 127, 113, 255, 249]> : tensor<5xui8>
func.func @main(%a: tensor<5xui8>) -> tensor<5xui8> {
  %0 = stablehlo.bitcast_convert %a : (tensor<5xui8>) -> tensor<5xf8E3M4>
  %p = stablehlo.compare GE, %a, %a : (tensor<5xui8>, tensor<5xui8>) -> tensor<5xi1>
  %n = stablehlo.negate %0 : tensor<5xf8E3M4>
  %1 = stablehlo.reverse %0, dims = [0] : tensor<5xf8E3M4>
  %2 = stablehlo.select %p, %1, %n : tensor<5xi1>, tensor<5xf8E3M4>
  %r = stablehlo.bitcast_convert %2 : (tensor<5xf8E3M4>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
// -----
// Bits stay though a NaN has several codes, also where it is chosen and moved.
// in: dense<[249, 255, 121, 127, 126]> : tensor<5xui8>
// out: dense<[126, 127, 121, 255, 249]> : tensor<5xui8>
func.func @main(%a: tensor<5xui8>) -> tensor<5xui8> {
  %0 = stablehlo.bitcast_convert %a : (tensor<5xui8>) -> tensor<5xf8E4M3>
  %p = stablehlo.compare GE, %a, %a : (tensor<5xui8>, tensor<5xui8>) -> tensor<5xi1>
  %n = stablehlo.negate %0 : tensor<5xf8E4M3>
  %1 = stablehlo.reverse %0, dims = [0] : tensor<5xf8E4M3>
  %2 = stablehlo.select %p, %1, %n : tensor<5xi1>, tensor<5xf8E4M3>
  %r = stablehlo.bitcast_convert %2 : (tensor<5xf8E4M3>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
// -----
// Bits stay though a NaN has several codes, also where it is chosen and moved.
// in: dense<[253, 255, 125, 127, 126]> : tensor<5xui8>
// out: dense<[126, 127, 125, 255, 253]> : tensor<5xui8>
func.func @main(%a: tensor<5xui8>) -> tensor<5xui8> {
  %0 = stablehlo.bitcast_convert %a : (tensor<5xui8>) -> tensor<5xf8E5M2>
  %p = stablehlo.compare GE, %a, %a : (tensor<5xui8>, tensor<5xui8>) -> tensor<5xi1>
  %n = stablehlo.negate %0 : tensor<5xf8E5M2>
  %1 = stablehlo.reverse %0, dims = [0] : tensor<5xf8E5M2>
  %2 = stablehlo.select %p, %1, %n : tensor<5xi1>, tensor<5xf8E5M2>
  %r = stablehlo.bitcast_convert %2 : (tensor<5xf8E5M2>) -> tensor<5xui8>
  return %r : tensor<5xui8>
}
