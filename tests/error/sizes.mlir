// test: run --backend=weft %s
// exit: 1
// Sizes that only a run knows differ where add takes them as equal.
func.func @main() -> tensor<?xf32> {
  %c = stablehlo.constant dense<[2.0, 1000.0]> : tensor<2xf32>
  %r = stablehlo.sqrt %c : tensor<2xf32>
  %s = stablehlo.convert %r : (tensor<2xf32>) -> tensor<2xi32>
  %n = stablehlo.slice %s [0:1] : (tensor<2xi32>) -> tensor<1xi32>
  %m = stablehlo.slice %s [1:2] : (tensor<2xi32>) -> tensor<1xi32>
  %a = stablehlo.dynamic_iota %n, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>
  %b = stablehlo.dynamic_iota %m, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>
  %0 = stablehlo.add %a, %b : tensor<?xf32>
  return %0 : tensor<?xf32>
}
// -----
// test: run --backend=interp %s
// exit: 1
func.func @main() -> tensor<?xf32> {
  %c = stablehlo.constant dense<[2.0, 1000.0]> : tensor<2xf32>
  %r = stablehlo.sqrt %c : tensor<2xf32>
  %s = stablehlo.convert %r : (tensor<2xf32>) -> tensor<2xi32>
  %n = stablehlo.slice %s [0:1] : (tensor<2xi32>) -> tensor<1xi32>
  %m = stablehlo.slice %s [1:2] : (tensor<2xi32>) -> tensor<1xi32>
  %a = stablehlo.dynamic_iota %n, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>
  %b = stablehlo.dynamic_iota %m, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>
  %0 = stablehlo.add %a, %b : tensor<?xf32>
  return %0 : tensor<?xf32>
}
