// test: op
// A size may be read from what lowering makes anew, here behind a product: what has that size waits for it, in a branch and with
// other results beside it, too.
// in: dense<[[1.0, 2.0], [3.0, -4.0], [-5.0, 6.0]]> : tensor<3x2xf32>
// in: dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>
// out: dense<1.0> : tensor<4x2xf32>
// out: dense<[8.0, 2.0]> : tensor<2xf32>
// out: dense<4.0> : tensor<f32>
func.func @main(%x: tensor<3x2xf32>, %w: tensor<2x2xf32>) -> (tensor<?x2xf32>, tensor<2xf32>, tensor<f32>) {
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %n0 = stablehlo.constant dense<0> : tensor<i64>
  %two = stablehlo.constant dense<2> : tensor<1xi64>
  %zeros = stablehlo.constant dense<0.0> : tensor<3x2xf32>
  %0 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [0] : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %p = stablehlo.compare GT, %0, %zeros : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xi1>
  %i = stablehlo.convert %p : (tensor<3x2xi1>) -> tensor<3x2xi64>
  %n = stablehlo.reduce(%i init: %n0) applies stablehlo.add across dimensions = [0, 1] : (tensor<3x2xi64>, tensor<i64>) -> tensor<i64>
  %n1 = stablehlo.reshape %n : (tensor<i64>) -> tensor<1xi64>
  %shape = stablehlo.concatenate %n1, %two, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %row = stablehlo.reduce(%w init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<2x2xf32>, tensor<f32>) -> tensor<2xf32>
  %r = stablehlo.dynamic_broadcast_in_dim %row, %shape, dims = [1] : (tensor<2xf32>, tensor<2xi64>) -> tensor<?x2xf32>
  %s = stablehlo.reduce(%r init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<?x2xf32>, tensor<f32>) -> tensor<2xf32>
  %v = stablehlo.slice %s [0:1] : (tensor<2xf32>) -> tensor<1xf32>
  %v0 = stablehlo.slice %w [0:1, 0:1] : (tensor<2x2xf32>) -> tensor<1x1xf32>
  %v1 = stablehlo.reshape %v0 : (tensor<1x1xf32>) -> tensor<1xf32>
  %v2 = stablehlo.add %v, %v : tensor<1xf32>
  %v3 = stablehlo.add %v1, %v1 : tensor<1xf32>
  %v4 = stablehlo.concatenate %v2, %v3, dim = 0 : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
  %c = stablehlo.compare GT, %n, %n0 : (tensor<i64>, tensor<i64>) -> tensor<i1>
  %b = "stablehlo.if"(%c) ({
    %b0 = stablehlo.dot_general %w, %w, contracting_dims = [1] x [0] : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %b1 = stablehlo.convert %b0 : (tensor<2x2xf32>) -> tensor<2x2xi64>
    %b2 = stablehlo.reduce(%b1 init: %n0) applies stablehlo.add across dimensions = [0, 1] : (tensor<2x2xi64>, tensor<i64>) -> tensor<i64>
    %b3 = stablehlo.reshape %b2 : (tensor<i64>) -> tensor<1xi64>
    %b4 = stablehlo.concatenate %b3, %two, dim = 0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
    %b5 = stablehlo.dynamic_broadcast_in_dim %row, %b4, dims = [1] : (tensor<2xf32>, tensor<2xi64>) -> tensor<?x2xf32>
    %b6 = stablehlo.reduce(%b5 init: %zero) applies stablehlo.add across dimensions = [0, 1] : (tensor<?x2xf32>, tensor<f32>) -> tensor<f32>
    stablehlo.return %b6 : tensor<f32>
  }, {
    stablehlo.return %zero : tensor<f32>
  }) : (tensor<i1>) -> tensor<f32>
  return %r, %v4, %b : tensor<?x2xf32>, tensor<2xf32>, tensor<f32>
}
