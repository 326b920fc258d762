// test: op
// Results of another kind of number than the operands: these are converted, then multiplied.
// in: dense<[1.5, 2.5]> : tensor<2xf32>
// in: dense<[2.5, 1.5]> : tensor<2xf32>
// out: dense<4> : tensor<i32>
func.func @main(%a: tensor<2xf32>, %b: tensor<2xf32>) -> tensor<i32> {
  %r = stablehlo.dot_general %a, %b, contracting_dims = [0] x [0] : (tensor<2xf32>, tensor<2xf32>) -> tensor<i32>
  return %r : tensor<i32>
}
// -----
// in: dense<[1.5, 2.5]> : tensor<2xf64>
// in: dense<[2.5, 1.5]> : tensor<2xf64>
// out: dense<4> : tensor<i32>
// out: dense<7.5> : tensor<f32>
func.func @main(%a: tensor<?xf64>, %b: tensor<?xf64>) -> (tensor<i32>, tensor<f32>) {
  %r = stablehlo.dot_general %a, %b, contracting_dims = [0] x [0] : (tensor<?xf64>, tensor<?xf64>) -> tensor<i32>
  %s = stablehlo.dot_general %a, %b, contracting_dims = [0] x [0] : (tensor<?xf64>, tensor<?xf64>) -> tensor<f32>
  return %r, %s : tensor<i32>, tensor<f32>
}
// -----
// in: dense<1099511627776> : tensor<2xi64>
// out: dense<2.4178516392292583e24> : tensor<f32>
func.func @main(%a: tensor<2xi64>) -> tensor<f32> {
  %r = stablehlo.dot_general %a, %a, contracting_dims = [0] x [0] : (tensor<2xi64>, tensor<2xi64>) -> tensor<f32>
  return %r : tensor<f32>
}
// -----
// in: dense<[[[1.5, 2.5, 3.5]]]> : tensor<1x1x3xf64>
// in: dense<[[[2.5, 1.5]]]> : tensor<1x1x2xf64>
// out: dense<[[[4, 7]]]> : tensor<1x1x2xi32>
func.func @main(%a: tensor<1x1x3xf64>, %b: tensor<1x1x2xf64>) -> tensor<1x1x2xi32> {
  %r = stablehlo.convolution(%a, %b) dim_numbers = [b, f, 0]x[o, i, 0]->[b, f, 0], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x1x3xf64>, tensor<1x1x2xf64>) -> tensor<1x1x2xi32>
  return %r : tensor<1x1x2xi32>
}
// -----
// test: check
// Real numbers of complex ones, and those of twice the bits.
func.func @main() {
  %a = stablehlo.constant dense<[(1.0, 2.0), (3.0, 4.0)]> : tensor<2xcomplex<f64>>
  %b = stablehlo.constant dense<[(5.0, 6.0), (7.0, 8.0)]> : tensor<2xcomplex<f64>>
  %r = stablehlo.dot_general %a, %b, contracting_dims = [0] x [0] : (tensor<2xcomplex<f64>>, tensor<2xcomplex<f64>>) -> tensor<f64>
  check.expect_eq_const %r, dense<26.0> : tensor<f64>
  %c = stablehlo.constant dense<[(16777216.0, 0.0), (1.0, 0.0)]> : tensor<2xcomplex<f32>>
  %d = stablehlo.constant dense<[(1.0, 0.0), (1.0, 0.0)]> : tensor<2xcomplex<f32>>
  %s = stablehlo.dot_general %c, %d, contracting_dims = [0] x [0] : (tensor<2xcomplex<f32>>, tensor<2xcomplex<f32>>) -> tensor<complex<f64>>
  check.expect_eq_const %s, dense<(16777217.0, 0.0)> : tensor<complex<f64>>
  return
}
