// test: op
// The first few of a sort, found without sorting the rest: ties, one, rows in order already, along rows, not
// from the start.
// in: dense<[[3.0, 9.0, 8.0, 2.0, 5.0, 9.0, 7.0, 9.0, 1.0, 9.0, 0.0, 7.0, 4.0, 8.0, 3.0, 3.0, 7.0, 8.0, 8.0, 7.0, 6.0, 2.0, 3.0, 2.0, 8.0, 6.0, 0.0, 1.0, 2.0, 9.0, 0.0, 4.0, 0.0, 4.0, 7.0, 9.0, 6.0, 6.0, 6.0, 9.0, 7.0, 2.0, 5.0, 1.0, 0.0], [2.0, 7.0, 3.0, 4.0, 6.0, 4.0, 6.0, 8.0, 6.0, 9.0, 5.0, 8.0, 9.0, 6.0, 9.0, 3.0, 5.0, 0.0, 4.0, 9.0, 2.0, 5.0, 8.0, 9.0, 9.0, 1.0, 3.0, 9.0, 4.0, 4.0, 1.0, 1.0, 7.0, 7.0, 1.0, 5.0, 1.0, 6.0, 2.0, 0.0, 4.0, 6.0, 6.0, 1.0, 0.0]]> : tensor<2x45xf32>
// out: dense<[[0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0]]> : tensor<2x5xf32>
// out: dense<[[10, 26, 30, 32, 44], [17, 39, 44, 25, 30]]> : tensor<2x5xi32>
func.func @main(%a: tensor<2x45xf32>) -> (tensor<2x5xf32>, tensor<2x5xi32>) {
  %i = stablehlo.iota dim = 1 : tensor<2x45xi32>
  %s:2 = "stablehlo.sort"(%a, %i) <{dimension = 1 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %p: tensor<i32>, %q: tensor<i32>):
    %c = stablehlo.compare LT, %x, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  }) : (tensor<2x45xf32>, tensor<2x45xi32>) -> (tensor<2x45xf32>, tensor<2x45xi32>)
  %v = stablehlo.slice %s#0 [0:2, 0:5] : (tensor<2x45xf32>) -> tensor<2x5xf32>
  %n = stablehlo.slice %s#1 [0:2, 0:5] : (tensor<2x45xi32>) -> tensor<2x5xi32>
  return %v, %n : tensor<2x5xf32>, tensor<2x5xi32>
}
// -----
// in: dense<[[38.0, 39.0, 48.0, 2.0, 24.0, 45.0, 37.0, 21.0, 35.0, 17.0, 32.0, 15.0, 2.0, 19.0, 0.0, 4.0, 6.0, 38.0, 34.0, 2.0, 12.0, 26.0, 18.0, 39.0, 16.0, 9.0, 44.0, 2.0, 21.0, 20.0, 23.0, 8.0, 24.0, 24.0, 29.0, 33.0, 24.0, 41.0, 38.0, 43.0], [35.0, 6.0, 39.0, 32.0, 17.0, 27.0, 40.0, 46.0, 45.0, 15.0, 19.0, 27.0, 16.0, 33.0, 19.0, 35.0, 21.0, 0.0, 50.0, 26.0, 37.0, 20.0, 1.0, 24.0, 39.0, 37.0, 40.0, 8.0, 3.0, 40.0, 40.0, 21.0, 29.0, 22.0, 43.0, 22.0, 38.0, 45.0, 17.0, 47.0]]> : tensor<2x40xf32>
// out: dense<[[48.0], [50.0]]> : tensor<2x1xf32>
// out: dense<[[2], [18]]> : tensor<2x1xi32>
func.func @main(%a: tensor<2x40xf32>) -> (tensor<2x1xf32>, tensor<2x1xi32>) {
  %i = stablehlo.iota dim = 1 : tensor<2x40xi32>
  %s:2 = "stablehlo.sort"(%a, %i) <{dimension = 1 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %p: tensor<i32>, %q: tensor<i32>):
    %c = stablehlo.compare GT, %x, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  }) : (tensor<2x40xf32>, tensor<2x40xi32>) -> (tensor<2x40xf32>, tensor<2x40xi32>)
  %v = stablehlo.slice %s#0 [0:2, 0:1] : (tensor<2x40xf32>) -> tensor<2x1xf32>
  %n = stablehlo.slice %s#1 [0:2, 0:1] : (tensor<2x40xi32>) -> tensor<2x1xi32>
  return %v, %n : tensor<2x1xf32>, tensor<2x1xi32>
}
// -----
// in: dense<[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0, 28.0, 29.0, 30.0, 31.0, 32.0, 33.0, 34.0, 35.0], [0.0, -1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0, -9.0, -10.0, -11.0, -12.0, -13.0, -14.0, -15.0, -16.0, -17.0, -18.0, -19.0, -20.0, -21.0, -22.0, -23.0, -24.0, -25.0, -26.0, -27.0, -28.0, -29.0, -30.0, -31.0, -32.0, -33.0, -34.0, -35.0]]> : tensor<2x36xf32>
// out: dense<[[35.0, 34.0, 33.0, 32.0, 31.0, 30.0, 29.0, 28.0, 27.0], [0.0, -1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0]]> : tensor<2x9xf32>
// out: dense<[[35, 34, 33, 32, 31, 30, 29, 28, 27], [0, 1, 2, 3, 4, 5, 6, 7, 8]]> : tensor<2x9xi32>
func.func @main(%a: tensor<2x36xf32>) -> (tensor<2x9xf32>, tensor<2x9xi32>) {
  %i = stablehlo.iota dim = 1 : tensor<2x36xi32>
  %s:2 = "stablehlo.sort"(%a, %i) <{dimension = 1 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %p: tensor<i32>, %q: tensor<i32>):
    %c = stablehlo.compare GT, %x, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  }) : (tensor<2x36xf32>, tensor<2x36xi32>) -> (tensor<2x36xf32>, tensor<2x36xi32>)
  %v = stablehlo.slice %s#0 [0:2, 0:9] : (tensor<2x36xf32>) -> tensor<2x9xf32>
  %n = stablehlo.slice %s#1 [0:2, 0:9] : (tensor<2x36xi32>) -> tensor<2x9xi32>
  return %v, %n : tensor<2x9xf32>, tensor<2x9xi32>
}
// -----
// in: dense<[[3.0, 0.0, 4.0, 0.0, 5.0], [0.0, 2.0, 2.0, 5.0, 3.0], [2.0, 4.0, 4.0, 2.0, 1.0], [2.0, 1.0, 2.0, 6.0, 2.0], [6.0, 4.0, 2.0, 2.0, 6.0], [3.0, 0.0, 6.0, 6.0, 0.0], [4.0, 5.0, 5.0, 1.0, 2.0], [4.0, 1.0, 5.0, 6.0, 2.0], [1.0, 2.0, 1.0, 5.0, 3.0], [5.0, 5.0, 0.0, 0.0, 4.0], [2.0, 2.0, 5.0, 6.0, 1.0], [3.0, 6.0, 6.0, 1.0, 0.0], [2.0, 5.0, 5.0, 1.0, 4.0], [3.0, 2.0, 1.0, 6.0, 0.0], [0.0, 4.0, 1.0, 2.0, 6.0], [6.0, 6.0, 4.0, 1.0, 6.0], [2.0, 2.0, 6.0, 6.0, 5.0], [0.0, 6.0, 4.0, 2.0, 4.0], [1.0, 3.0, 2.0, 4.0, 6.0], [6.0, 2.0, 3.0, 2.0, 5.0]]> : tensor<20x5xf32>
// out: dense<[[0.0, 0.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0, 1.0]]> : tensor<3x5xf32>
// out: dense<[[14, 5, 8, 9, 11], [17, 3, 13, 6, 13], [8, 7, 14, 11, 2]]> : tensor<3x5xi32>
func.func @main(%a: tensor<20x5xf32>) -> (tensor<3x5xf32>, tensor<3x5xi32>) {
  %i = stablehlo.iota dim = 0 : tensor<20x5xi32>
  %s:2 = "stablehlo.sort"(%a, %i) <{dimension = 0 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<f32>, %y: tensor<f32>, %p: tensor<i32>, %q: tensor<i32>):
    %c = stablehlo.compare LT, %x, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  }) : (tensor<20x5xf32>, tensor<20x5xi32>) -> (tensor<20x5xf32>, tensor<20x5xi32>)
  %v = stablehlo.slice %s#0 [1:4, 0:5] : (tensor<20x5xf32>) -> tensor<3x5xf32>
  %n = stablehlo.slice %s#1 [1:4, 0:5] : (tensor<20x5xi32>) -> tensor<3x5xi32>
  return %v, %n : tensor<3x5xf32>, tensor<3x5xi32>
}
// -----
// in: dense<[[13, 9, 13, 18, 13, 1, 13, 4, 6, 0, 15, 19, 16, 13, 17, 7, 1, 14, 16, 9, 17, 10, 7, 2, 18, 9, 3, 7, 1, 1, 16, 6, 13, 18, 1, 0, 15, 3, 5, 16, 9, 7, 0, 16, 17, 13, 1, 19, 3, 10, 4, 8, 17, 15, 1, 11, 7, 6, 3, 17, 3, 5, 7, 8, 4, 0, 15, 20, 18, 12]]> : tensor<1x70xi32>
// out: dense<[[20, 19, 19, 18, 18, 18, 18, 17, 17, 17, 17, 17, 16, 16, 16, 16, 16]]> : tensor<1x17xi32>
// out: dense<[[67, 11, 47, 3, 24, 33, 68, 14, 20, 44, 52, 59, 12, 18, 30, 39, 43]]> : tensor<1x17xi32>
func.func @main(%a: tensor<1x70xi32>) -> (tensor<1x17xi32>, tensor<1x17xi32>) {
  %i = stablehlo.iota dim = 1 : tensor<1x70xi32>
  %s:2 = "stablehlo.sort"(%a, %i) <{dimension = 1 : i64, is_stable = true}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>, %p: tensor<i32>, %q: tensor<i32>):
    %c = stablehlo.compare GT, %x, %y : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  }) : (tensor<1x70xi32>, tensor<1x70xi32>) -> (tensor<1x70xi32>, tensor<1x70xi32>)
  %v = stablehlo.slice %s#0 [0:1, 0:17] : (tensor<1x70xi32>) -> tensor<1x17xi32>
  %n = stablehlo.slice %s#1 [0:1, 0:17] : (tensor<1x70xi32>) -> tensor<1x17xi32>
  return %v, %n : tensor<1x17xi32>, tensor<1x17xi32>
}
