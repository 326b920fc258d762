// test: op
// Two scanned together: the largest so far, of equals the later one, and where it is from.
// Rows, eight and three at a time.
// in: dense<[[-0.5, 2.5, 3.0, 1.0, 0x7FC00000], [2.5, -0.5, -3.0, -3.0, -2.5], [0xFF800000, 0.5, 3.0, 0.0, 1.5], [0xFF800000, 0x7FC00000, -0.5, -2.0, -1.0], [2.5, 0x7FC00000, 2.0, 0xFF800000, -2.0], [-1.0, 0xFF800000, 0.5, 1.5, -2.5], [0x7FC00000, -3.0, 0.0, 1.5, 1.5], [0.5, 0.0, 0xFF800000, 0xFF800000, -3.0], [3.0, -2.5, 1.0, 1.0, -1.5], [2.0, 1.5, 1.0, 0.5, -1.5], [0.0, -0.5, -2.5, 1.5, -1.5]]> : tensor<11x5xf32>
// in: dense<[[-2, 31, 4, -1, -89], [83, -3, -17, 95, -28], [77, -45, -84, 34, 46], [71, -79, 19, 77, -77], [42, 15, -2, 82, -15], [-89, -3, 84, -38, -43], [50, -3, -74, 43, 42], [17, -56, 35, 85, 88], [44, -75, 38, 95, -46], [-30, 65, 2, -78, -59], [-22, 78, 14, -52, 69]]> : tensor<11x5xi32>
// out: dense<[[-0.5, 2.5, 3.0, 3.0, 0x7FC00000], [2.5, 2.5, 2.5, 2.5, 2.5], [0xFF800000, 0.5, 3.0, 3.0, 3.0], [0xFF800000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000], [2.5, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000], [-1.0, -1.0, 0.5, 1.5, 1.5], [0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000], [0.5, 0.5, 0.5, 0.5, 0.5], [3.0, 3.0, 3.0, 3.0, 3.0], [2.0, 2.0, 2.0, 2.0, 2.0], [0.0, 0.0, 0.0, 1.5, 1.5]]> : tensor<11x5xf32>
// out: dense<[[-2, 31, 4, 4, -89], [83, 83, 83, 83, 83], [77, -45, -84, -84, -84], [71, -79, -79, -79, -79], [42, 15, 15, 15, 15], [-89, -89, 84, -38, -38], [50, 50, 50, 50, 50], [17, 17, 17, 17, 17], [44, 44, 44, 44, 44], [-30, -30, -30, -30, -30], [-22, -22, -22, -52, -52]]> : tensor<11x5xi32>
func.func @main(%a: tensor<11x5xf32>, %i: tensor<11x5xi32>) -> (tensor<11x5xf32>, tensor<11x5xi32>) {
  %z = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %n = stablehlo.constant dense<-7> : tensor<i32>
  %r:2 = "stablehlo.reduce_window"(%a, %i, %z, %n) <{padding = dense<[[0, 0], [4, 0]]> : tensor<2x2xi64>, window_dimensions = array<i64: 1, 5>}> ({
  ^bb0(%x: tensor<f32>, %xi: tensor<i32>, %y: tensor<f32>, %yi: tensor<i32>):
    %ge = stablehlo.compare GE, %y, %x : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %nan = stablehlo.compare NE, %y, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %later = stablehlo.or %ge, %nan : tensor<i1>
    %s = stablehlo.select %later, %y, %x : tensor<i1>, tensor<f32>
    %si = stablehlo.select %later, %yi, %xi : tensor<i1>, tensor<i32>
    stablehlo.return %s, %si : tensor<f32>, tensor<i32>
  }) : (tensor<11x5xf32>, tensor<11x5xi32>, tensor<f32>, tensor<i32>) -> (tensor<11x5xf32>, tensor<11x5xi32>)
  return %r#0, %r#1 : tensor<11x5xf32>, tensor<11x5xi32>
}
// -----
// Columns behind the axis.
// in: dense<[[[0.5, 0xFF800000, 0x7FC00000], [0x7F800000, -1.5, -1.0], [-2.0, -3.0, 2.5], [-1.5, -0.5, -2.5], [-2.0, -1.0, -1.5], [0x7F800000, 0.0, -3.0]], [[3.0, 0.5, 0x7F800000], [3.0, 2.0, 1.0], [-1.5, -3.0, 1.0], [-1.0, 0x7F800000, 1.5], [-3.0, 3.0, -1.5], [0x7FC00000, -2.5, 2.0]], [[-1.0, 3.0, 2.5], [-1.5, -1.5, 2.5], [2.0, 2.5, 0.0], [0.5, -1.5, -0.5], [3.0, -1.5, 0xFF800000], [0xFF800000, -1.0, 0x7FC00000]]]> : tensor<3x6x3xf32>
// in: dense<[[[-30, 62, 72], [55, 85, 98], [-26, -47, -10], [-72, -56, -98], [-17, 28, -5], [55, -15, -69]], [[4, -35, 51], [-1, -47, 32], [-29, 41, -60], [-16, 77, -38], [-86, 65, -76], [51, 95, 23]], [[-4, -46, 38], [70, 86, -11], [10, -17, 7], [40, 6, -63], [13, 45, 59], [16, 7, 86]]]> : tensor<3x6x3xi32>
// out: dense<[[[0.5, 0xFF800000, 0x7FC00000], [0x7F800000, -1.5, 0x7FC00000], [0x7F800000, -1.5, 0x7FC00000], [0x7F800000, -0.5, 0x7FC00000], [0x7F800000, -0.5, 0x7FC00000], [0x7F800000, 0.0, 0x7FC00000]], [[3.0, 0.5, 0x7F800000], [3.0, 2.0, 0x7F800000], [3.0, 2.0, 0x7F800000], [3.0, 0x7F800000, 0x7F800000], [3.0, 0x7F800000, 0x7F800000], [0x7FC00000, 0x7F800000, 0x7F800000]], [[-1.0, 3.0, 2.5], [-1.0, 3.0, 2.5], [2.0, 3.0, 2.5], [2.0, 3.0, 2.5], [3.0, 3.0, 2.5], [3.0, 3.0, 0x7FC00000]]]> : tensor<3x6x3xf32>
// out: dense<[[[-30, 62, 72], [55, 85, 72], [55, 85, 72], [55, -56, 72], [55, -56, 72], [55, -15, 72]], [[4, -35, 51], [-1, -47, 51], [-1, -47, 51], [-1, 77, 51], [-1, 77, 51], [51, 77, 51]], [[-4, -46, 38], [-4, -46, -11], [10, -46, -11], [10, -46, -11], [13, -46, -11], [13, -46, 86]]]> : tensor<3x6x3xi32>
func.func @main(%a: tensor<3x6x3xf32>, %i: tensor<3x6x3xi32>) -> (tensor<3x6x3xf32>, tensor<3x6x3xi32>) {
  %z = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %n = stablehlo.constant dense<-7> : tensor<i32>
  %r:2 = "stablehlo.reduce_window"(%a, %i, %z, %n) <{padding = dense<[[0, 0], [5, 0], [0, 0]]> : tensor<3x2xi64>, window_dimensions = array<i64: 1, 6, 1>}> ({
  ^bb0(%x: tensor<f32>, %xi: tensor<i32>, %y: tensor<f32>, %yi: tensor<i32>):
    %ge = stablehlo.compare GE, %y, %x : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %nan = stablehlo.compare NE, %y, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %later = stablehlo.or %ge, %nan : tensor<i1>
    %s = stablehlo.select %later, %y, %x : tensor<i1>, tensor<f32>
    %si = stablehlo.select %later, %yi, %xi : tensor<i1>, tensor<i32>
    stablehlo.return %s, %si : tensor<f32>, tensor<i32>
  }) : (tensor<3x6x3xf32>, tensor<3x6x3xi32>, tensor<f32>, tensor<i32>) -> (tensor<3x6x3xf32>, tensor<3x6x3xi32>)
  return %r#0, %r#1 : tensor<3x6x3xf32>, tensor<3x6x3xi32>
}
// -----
// One row.
// in: dense<[-1.5, 1.5, -2.5, -2.0, -0.5, -1.0, -3.0]> : tensor<7xf32>
// in: dense<[-36, -53, 5, 13, 2, -97, -1]> : tensor<7xi32>
// out: dense<[-1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5]> : tensor<7xf32>
// out: dense<[-36, -53, -53, -53, -53, -53, -53]> : tensor<7xi32>
func.func @main(%a: tensor<7xf32>, %i: tensor<7xi32>) -> (tensor<7xf32>, tensor<7xi32>) {
  %z = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %n = stablehlo.constant dense<-7> : tensor<i32>
  %r:2 = "stablehlo.reduce_window"(%a, %i, %z, %n) <{padding = dense<[[6, 0]]> : tensor<1x2xi64>, window_dimensions = array<i64: 7>}> ({
  ^bb0(%x: tensor<f32>, %xi: tensor<i32>, %y: tensor<f32>, %yi: tensor<i32>):
    %ge = stablehlo.compare GE, %y, %x : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %nan = stablehlo.compare NE, %y, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %later = stablehlo.or %ge, %nan : tensor<i1>
    %s = stablehlo.select %later, %y, %x : tensor<i1>, tensor<f32>
    %si = stablehlo.select %later, %yi, %xi : tensor<i1>, tensor<i32>
    stablehlo.return %s, %si : tensor<f32>, tensor<i32>
  }) : (tensor<7xf32>, tensor<7xi32>, tensor<f32>, tensor<i32>) -> (tensor<7xf32>, tensor<7xi32>)
  return %r#0, %r#1 : tensor<7xf32>, tensor<7xi32>
}
// -----
// One element.
// in: dense<[[3.0]]> : tensor<1x1xf32>
// in: dense<[[87]]> : tensor<1x1xi32>
// out: dense<[[3.0]]> : tensor<1x1xf32>
// out: dense<[[87]]> : tensor<1x1xi32>
func.func @main(%a: tensor<1x1xf32>, %i: tensor<1x1xi32>) -> (tensor<1x1xf32>, tensor<1x1xi32>) {
  %z = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %n = stablehlo.constant dense<-7> : tensor<i32>
  %r:2 = "stablehlo.reduce_window"(%a, %i, %z, %n) <{padding = dense<[[0, 0], [0, 0]]> : tensor<2x2xi64>, window_dimensions = array<i64: 1, 1>}> ({
  ^bb0(%x: tensor<f32>, %xi: tensor<i32>, %y: tensor<f32>, %yi: tensor<i32>):
    %ge = stablehlo.compare GE, %y, %x : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %nan = stablehlo.compare NE, %y, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %later = stablehlo.or %ge, %nan : tensor<i1>
    %s = stablehlo.select %later, %y, %x : tensor<i1>, tensor<f32>
    %si = stablehlo.select %later, %yi, %xi : tensor<i1>, tensor<i32>
    stablehlo.return %s, %si : tensor<f32>, tensor<i32>
  }) : (tensor<1x1xf32>, tensor<1x1xi32>, tensor<f32>, tensor<i32>) -> (tensor<1x1xf32>, tensor<1x1xi32>)
  return %r#0, %r#1 : tensor<1x1xf32>, tensor<1x1xi32>
}
// -----
// Nothing.
// in: dense<> : tensor<0x4xf32>
// in: dense<> : tensor<0x4xi32>
// out: dense<> : tensor<0x4xf32>
// out: dense<> : tensor<0x4xi32>
func.func @main(%a: tensor<0x4xf32>, %i: tensor<0x4xi32>) -> (tensor<0x4xf32>, tensor<0x4xi32>) {
  %z = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %n = stablehlo.constant dense<-7> : tensor<i32>
  %r:2 = "stablehlo.reduce_window"(%a, %i, %z, %n) <{padding = dense<[[0, 0], [3, 0]]> : tensor<2x2xi64>, window_dimensions = array<i64: 1, 4>}> ({
  ^bb0(%x: tensor<f32>, %xi: tensor<i32>, %y: tensor<f32>, %yi: tensor<i32>):
    %ge = stablehlo.compare GE, %y, %x : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %nan = stablehlo.compare NE, %y, %y : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %later = stablehlo.or %ge, %nan : tensor<i1>
    %s = stablehlo.select %later, %y, %x : tensor<i1>, tensor<f32>
    %si = stablehlo.select %later, %yi, %xi : tensor<i1>, tensor<i32>
    stablehlo.return %s, %si : tensor<f32>, tensor<i32>
  }) : (tensor<0x4xf32>, tensor<0x4xi32>, tensor<f32>, tensor<i32>) -> (tensor<0x4xf32>, tensor<0x4xi32>)
  return %r#0, %r#1 : tensor<0x4xf32>, tensor<0x4xi32>
}
