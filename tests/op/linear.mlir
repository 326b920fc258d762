// test: op
// in: dense<[[[2.0, 1.0], [1.0, 3.0]], [[5.0, -2.0], [-2.0, 1.0]]]> : tensor<2x2x2xf32>
// out: dense<[[[2.0, 1.0], [1.0, 3.0]], [[5.0, -2.0], [-2.0, 1.0]]]> : tensor<2x2x2xf32>
// out: dense<[[1.381966, 3.618034], [0.17157288, 5.8284271]]> : tensor<2x2xf32>
// tolerance: 2e-05
func.func @main(%a: tensor<2x2x2xf32>) -> (tensor<2x2x2xf32>, tensor<2x2xf32>) {
  %r:2 = stablehlo.custom_call @Eigh(%a) {backend_config = "1,1,100,1e-6"} : (tensor<2x2x2xf32>) -> (tensor<2x2x2xf32>, tensor<2x2xf32>)
  %v = stablehlo.transpose %r#0, dims = [0, 2, 1] : (tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  %w = stablehlo.broadcast_in_dim %r#1, dims = [0, 2] : (tensor<2x2xf32>) -> tensor<2x2x2xf32>
  %m = stablehlo.multiply %r#0, %w : tensor<2x2x2xf32>
  %p = stablehlo.dot_general %m, %v, batching_dims = [0] x [0], contracting_dims = [2] x [1] : (tensor<2x2x2xf32>, tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  return %p, %r#1 : tensor<2x2x2xf32>, tensor<2x2xf32>
}
// -----
// The upper triangle of a Hermitian matrix.
// in: dense<[[2.0, 1.0], [77.0, 3.0]]> : tensor<2x2xf64>
// out: dense<[1.3819660112501051, 3.618033988749895]> : tensor<2xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<2x2xf64>) -> tensor<2xf64> {
  %i = stablehlo.constant dense<[[0.0, 0.0], [5.0, 0.0]]> : tensor<2x2xf64>
  %c = stablehlo.complex %a, %i : tensor<2x2xcomplex<f64>>
  %w = stablehlo.custom_call @weft.eigvalsh(%c) {backend_config = "0,1"} : (tensor<2x2xcomplex<f64>>) -> tensor<2xf64>
  return %w : tensor<2xf64>
}
// -----
// in: dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]> : tensor<3x2xf32>
// out: dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]> : tensor<3x2xf32>
// tolerance: 2e-05
func.func @main(%a: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %qr:2 = stablehlo.custom_call @Qr(%a) : (tensor<3x2xf32>) -> (tensor<3x2xf32>, tensor<2xf32>)
  %q = stablehlo.custom_call @ProductOfElementaryHouseholderReflectors(%qr#0, %qr#1) : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  %i = stablehlo.iota dim = 0 : tensor<2x2xi32>
  %j = stablehlo.iota dim = 1 : tensor<2x2xi32>
  %up = stablehlo.compare LE, %i, %j : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi1>
  %t = stablehlo.slice %qr#0 [0:2, 0:2] : (tensor<3x2xf32>) -> tensor<2x2xf32>
  %z = stablehlo.constant dense<0.0> : tensor<2x2xf32>
  %r = stablehlo.select %up, %t, %z : tensor<2x2xi1>, tensor<2x2xf32>
  %p = stablehlo.dot %q, %r : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  return %p : tensor<3x2xf32>
}
// -----
// in: dense<[[1.0, 2.0, 4.0], [4.0, 4.0, 12.0]]> : tensor<2x3xf64>
// out: dense<[[4.0, 4.0, 12.0], [0.25, 1.0, 1.0]]> : tensor<2x3xf64>
// out: dense<[1, 1]> : tensor<2xi32>
// out: dense<[1, 0]> : tensor<2xi32>
// tolerance: 1e-14
func.func @main(%a: tensor<2x3xf64>) -> (tensor<2x3xf64>, tensor<2xi32>, tensor<2xi32>) {
  %r:3 = stablehlo.custom_call @LuDecomposition(%a) : (tensor<2x3xf64>) -> (tensor<2x3xf64>, tensor<2xi32>, tensor<2xi32>)
  return %r#0, %r#1, %r#2 : tensor<2x3xf64>, tensor<2xi32>, tensor<2xi32>
}
// -----
// A rotation: its eigenvalues are i and -i, and its vectors complex.
// in: dense<[[0.0, -1.0], [1.0, 0.0]]> : tensor<2x2xf32>
// out: dense<[0.0, 0.0]> : tensor<2xf32>
// out: dense<[1.0, -1.0]> : tensor<2xf32>
// out: dense<[[0.0, -1.0], [1.0, 0.0]]> : tensor<2x2xf32>
// tolerance: 1e-05
func.func @main(%a: tensor<2x2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2x2xf32>) {
  %r:2 = stablehlo.custom_call @weft.eig(%a) : (tensor<2x2xf32>) -> (tensor<2xcomplex<f32>>, tensor<2x2xcomplex<f32>>)
  %e = stablehlo.custom_call @weft.eigvals(%a) : (tensor<2x2xf32>) -> tensor<2xcomplex<f32>>
  %w = stablehlo.broadcast_in_dim %e, dims = [1] : (tensor<2xcomplex<f32>>) -> tensor<2x2xcomplex<f32>>
  %m = stablehlo.multiply %r#1, %w : tensor<2x2xcomplex<f32>>
  %i = stablehlo.imag %r#1 : (tensor<2x2xcomplex<f32>>) -> tensor<2x2xf32>
  %z = stablehlo.negate %i : tensor<2x2xf32>
  %re = stablehlo.real %r#1 : (tensor<2x2xcomplex<f32>>) -> tensor<2x2xf32>
  %conj = stablehlo.complex %re, %z : tensor<2x2xcomplex<f32>>
  %p = stablehlo.dot_general %m, %conj, contracting_dims = [1] x [1] : (tensor<2x2xcomplex<f32>>, tensor<2x2xcomplex<f32>>) -> tensor<2x2xcomplex<f32>>
  %back = stablehlo.real %p : (tensor<2x2xcomplex<f32>>) -> tensor<2x2xf32>
  %a0 = stablehlo.real %r#0 : (tensor<2xcomplex<f32>>) -> tensor<2xf32>
  %a1 = stablehlo.imag %r#0 : (tensor<2xcomplex<f32>>) -> tensor<2xf32>
  return %a0, %a1, %back : tensor<2xf32>, tensor<2xf32>, tensor<2x2xf32>
}
// -----
// in: dense<[[1.0, 2.0, 0.5], [3.0, 4.0, -1.0]]> : tensor<2x3xf32>
// out: dense<[[1.0, 2.0, 0.5], [3.0, 4.0, -1.0]]> : tensor<2x3xf32>
// out: dense<0.0> : tensor<2xf32>
// tolerance: 2e-05
func.func @main(%a: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2xf32>) {
  %r:3 = stablehlo.custom_call @weft.svd(%a) : (tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2xf32>, tensor<2x3xf32>)
  %all:3 = stablehlo.custom_call @weft.svd(%a) : (tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2xf32>, tensor<3x3xf32>)
  %s = stablehlo.custom_call @weft.svdvals(%a) : (tensor<2x3xf32>) -> tensor<2xf32>
  %w = stablehlo.broadcast_in_dim %all#1, dims = [1] : (tensor<2xf32>) -> tensor<2x2xf32>
  %m = stablehlo.multiply %r#0, %w : tensor<2x2xf32>
  %p = stablehlo.dot %m, %r#2 : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %d = stablehlo.subtract %s, %r#1 : tensor<2xf32>
  return %p, %d : tensor<2x3xf32>, tensor<2xf32>
}
// -----
// Of nothing: a unit matrix, and rows in their order.
// in: dense<> : tensor<2x0xf32>
// out: dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>
// out: dense<[0, 1]> : tensor<2xi32>
func.func @main(%a: tensor<2x0xf32>) -> (tensor<2x2xf32>, tensor<2xi32>) {
  %r:3 = stablehlo.custom_call @weft.svd(%a) : (tensor<2x0xf32>) -> (tensor<2x2xf32>, tensor<0xf32>, tensor<0x0xf32>)
  %l:3 = stablehlo.custom_call @LuDecomposition(%a) : (tensor<2x0xf32>) -> (tensor<2x0xf32>, tensor<0xi32>, tensor<2xi32>)
  return %r#0, %l#2 : tensor<2x2xf32>, tensor<2xi32>
}
// -----
// LAPACK's routines as JAX calls them: pivots from 1, info as a result, options in a dictionary.
// in: dense<[[1.0, 2.0], [4.0, 4.0]]> : tensor<2x2xf32>
// out: dense<[[4.0, 4.0], [0.25, 1.0]]> : tensor<2x2xf32>
// out: dense<[2, 2]> : tensor<2xi32>
// out: dense<0> : tensor<i32>
func.func @main(%a: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2xi32>, tensor<i32>) {
  %r:3 = stablehlo.custom_call @lapack_sgetrf_ffi(%a) {api_version = 4 : i32, backend_config = {}} : (tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2xi32>, tensor<i32>)
  return %r#0, %r#1, %r#2 : tensor<2x2xf32>, tensor<2xi32>, tensor<i32>
}
// -----
// in: dense<[[[4.0, 2.0], [2.0, 10.0]], [[-1.0, 0.0], [0.0, 1.0]]]> : tensor<2x2x2xf64>
// out: dense<[2.0, -1.0]> : tensor<2xf64>
// out: dense<[1.0, 0.0]> : tensor<2xf64>
// out: dense<[0, 1]> : tensor<2xi32>
func.func @main(%a: tensor<2x2x2xf64>) -> (tensor<2xf64>, tensor<2xf64>, tensor<2xi32>) {
  %r:2 = stablehlo.custom_call @lapack_dpotrf_ffi(%a) {backend_config = "", mhlo.backend_config = {uplo = 85 : ui8}} : (tensor<2x2x2xf64>) -> (tensor<2x2x2xf64>, tensor<2xi32>)
  %d = stablehlo.slice %r#0 [0:2, 0:1, 0:1] : (tensor<2x2x2xf64>) -> tensor<2x1x1xf64>
  %u = stablehlo.slice %r#0 [0:2, 0:1, 1:2] : (tensor<2x2x2xf64>) -> tensor<2x1x1xf64>
  %0 = stablehlo.reshape %d : (tensor<2x1x1xf64>) -> tensor<2xf64>
  %1 = stablehlo.reshape %u : (tensor<2x1x1xf64>) -> tensor<2xf64>
  return %0, %1, %r#1 : tensor<2xf64>, tensor<2xf64>, tensor<2xi32>
}
// -----
// X A = B, A unit upper triangular.
// in: dense<[[9.0, 2.0], [9.0, 9.0]]> : tensor<2x2xf32>
// in: dense<[[1.0, 5.0], [2.0, 0.0]]> : tensor<2x2xf32>
// out: dense<[[1.0, 3.0], [2.0, -4.0]]> : tensor<2x2xf32>
func.func @main(%a: tensor<2x2xf32>, %b: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %r = stablehlo.custom_call @lapack_strsm_ffi(%a, %b) {mhlo.backend_config = {diag = 85 : ui8, side = 82 : ui8, trans_x = 78 : ui8, uplo = 85 : ui8}} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}
// -----
// L D L^T of an indefinite matrix, whose first pivot is a pair; a solution by it; of nothing.
// in: dense<[[0.0, 1.0], [1.0, 0.0]]> : tensor<2x2xf64>
// in: dense<[[3.0], [5.0]]> : tensor<2x1xf64>
// in: dense<> : tensor<0x0xf64>
// out: dense<[-2, -2]> : tensor<2xi32>
// out: dense<0> : tensor<i32>
// out: dense<[[5.0], [3.0]]> : tensor<2x1xf64>
func.func @main(%a: tensor<2x2xf64>, %b: tensor<2x1xf64>, %z: tensor<0x0xf64>) -> (tensor<2xi32>, tensor<i32>, tensor<2x1xf64>) {
  %r:3 = stablehlo.custom_call @weft.ldl(%a) : (tensor<2x2xf64>) -> (tensor<2x2xf64>, tensor<2xi32>, tensor<i32>)
  %x = stablehlo.custom_call @weft.ldl_solve(%r#0, %r#1, %b) : (tensor<2x2xf64>, tensor<2xi32>, tensor<2x1xf64>) -> tensor<2x1xf64>
  %n:3 = stablehlo.custom_call @weft.ldl(%z) : (tensor<0x0xf64>) -> (tensor<0x0xf64>, tensor<0xi32>, tensor<i32>)
  return %r#1, %r#2, %x : tensor<2xi32>, tensor<i32>, tensor<2x1xf64>
}
// -----
// Of narrow floats, as JAX asks for them on platforms it does not know: computed in f32.
// in: dense<[[1.0, 2.0], [4.0, 4.0]]> : tensor<2x2xf16>
// out: dense<[[4.0, 4.0], [0.25, 1.0]]> : tensor<2x2xf16>
// out: dense<[1, 1]> : tensor<2xi32>
// out: dense<[1, 0]> : tensor<2xi32>
func.func @main(%a: tensor<2x2xf16>) -> (tensor<2x2xf16>, tensor<2xi32>, tensor<2xi32>) {
  %r:3 = stablehlo.custom_call @LuDecomposition(%a) : (tensor<2x2xf16>) -> (tensor<2x2xf16>, tensor<2xi32>, tensor<2xi32>)
  return %r#0, %r#1, %r#2 : tensor<2x2xf16>, tensor<2xi32>, tensor<2xi32>
}
// -----
// test: check
func.func @main() {
  %a = stablehlo.constant dense<[[3.0, 1.0], [4.0, 2.0]]> : tensor<2x2xbf16>
  %r:2 = stablehlo.custom_call @Qr(%a) : (tensor<2x2xbf16>) -> (tensor<2x2xbf16>, tensor<2xbf16>)
  check.expect_almost_eq_const %r#0, dense<[[-5.0, -2.2], [0.5, 0.4]]> : tensor<2x2xbf16> {tolerance = 0.01 : f64}
  check.expect_almost_eq_const %r#1, dense<[1.6, 0.0]> : tensor<2xbf16> {tolerance = 0.01 : f64}
  return
}
// -----
// test: op
// As many operands as the routine has, and the sizes of all its results.
// in: dense<[[0.0, 1.0]]> : tensor<1x2xf32>
// in: dense<[[2.0, 4.0]]> : tensor<1x2xf32>
// in: dense<[[0.0, 0.0]]> : tensor<1x2xf32>
// in: dense<[[[2.0], [5.0]]]> : tensor<1x2x1xf32>
// in: dense<1> : tensor<i32>
// out: dense<[[[1.0], [1.0]]]> : tensor<1x2x1xf32>
func.func @main(%l: tensor<1x2xf32>, %d: tensor<1x2xf32>, %u: tensor<1x2xf32>, %b: tensor<1x2x1xf32>, %n: tensor<i32>) -> tensor<?x2x1xf32> {
  %one = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %two = stablehlo.constant dense<2> : tensor<1xi32>
  %c1 = stablehlo.constant dense<1> : tensor<1xi32>
  %s2 = stablehlo.concatenate %one, %two, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %s3 = stablehlo.concatenate %one, %two, %c1, dim = 0 : (tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> tensor<3xi32>
  %r:5 = stablehlo.custom_call @lapack_sgtsv_ffi(%l, %d, %u, %b, %s2, %s2, %s2, %s3, %one) {indices_of_shape_operands = dense<[4, 5, 6, 7, 8]> : tensor<5xi64>} : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2x1xf32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<3xi32>, tensor<1xi32>) -> (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2x1xf32>, tensor<?xi32>)
  return %r#3 : tensor<?x2x1xf32>
}
