// test: check
// One number has the bits that it has among others, whichever way its level computes lanes.
func.func @main() {
  %n = stablehlo.iota dim = 0 : tensor<64xf32>
  %step = stablehlo.constant dense<7.123000e-02> : tensor<64xf32>
  %x0 = stablehlo.multiply %n, %step : tensor<64xf32>
  %x = stablehlo.optimization_barrier %x0 : tensor<64xf32>
  %r0 = chlo.erf %x : tensor<64xf32> -> tensor<64xf32>
  %r = stablehlo.optimization_barrier %r0 : tensor<64xf32>
  %a5 = stablehlo.slice %x [5:6] : (tensor<64xf32>) -> tensor<1xf32>
  %b5 = stablehlo.reshape %a5 : (tensor<1xf32>) -> tensor<f32>
  %c5 = stablehlo.optimization_barrier %b5 : tensor<f32>
  %d5 = chlo.erf %c5 : tensor<f32> -> tensor<f32>
  %e5 = stablehlo.slice %r [5:6] : (tensor<64xf32>) -> tensor<1xf32>
  %f5 = stablehlo.reshape %e5 : (tensor<1xf32>) -> tensor<f32>
  check.expect_eq %d5, %f5 : tensor<f32>
  %a13 = stablehlo.slice %x [13:14] : (tensor<64xf32>) -> tensor<1xf32>
  %b13 = stablehlo.reshape %a13 : (tensor<1xf32>) -> tensor<f32>
  %c13 = stablehlo.optimization_barrier %b13 : tensor<f32>
  %d13 = chlo.erf %c13 : tensor<f32> -> tensor<f32>
  %e13 = stablehlo.slice %r [13:14] : (tensor<64xf32>) -> tensor<1xf32>
  %f13 = stablehlo.reshape %e13 : (tensor<1xf32>) -> tensor<f32>
  check.expect_eq %d13, %f13 : tensor<f32>
  %a40 = stablehlo.slice %x [40:41] : (tensor<64xf32>) -> tensor<1xf32>
  %b40 = stablehlo.reshape %a40 : (tensor<1xf32>) -> tensor<f32>
  %c40 = stablehlo.optimization_barrier %b40 : tensor<f32>
  %d40 = chlo.erf %c40 : tensor<f32> -> tensor<f32>
  %e40 = stablehlo.slice %r [40:41] : (tensor<64xf32>) -> tensor<1xf32>
  %f40 = stablehlo.reshape %e40 : (tensor<1xf32>) -> tensor<f32>
  check.expect_eq %d40, %f40 : tensor<f32>
  return
}
