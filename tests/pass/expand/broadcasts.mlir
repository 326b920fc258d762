// test: pass expand
// add
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_add %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.add %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// and
func.func @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
  %0 = chlo.broadcast_and %x, %y : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  return %0 : tensor<2x3xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xi32>) -> tensor<2x3xi32>
//     %1 = stablehlo.and %x, %0 : tensor<2x3xi32>
//     return %1 : tensor<2x3xi32>
//   }
// }
// -----
// atan2
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_atan2 %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.atan2 %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// complex
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xcomplex<f32>> {
  %0 = chlo.broadcast_complex %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xcomplex<f32>>
  return %0 : tensor<2x3xcomplex<f32>>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xcomplex<f32>> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.complex %x, %0 : tensor<2x3xcomplex<f32>>
//     return %1 : tensor<2x3xcomplex<f32>>
//   }
// }
// -----
// divide
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_divide %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.divide %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// maximum
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_maximum %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.maximum %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// minimum
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_minimum %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.minimum %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// multiply
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_multiply %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.multiply %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// next_after
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_next_after %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = chlo.next_after %x, %0 : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// or
func.func @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
  %0 = chlo.broadcast_or %x, %y : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  return %0 : tensor<2x3xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xi32>) -> tensor<2x3xi32>
//     %1 = stablehlo.or %x, %0 : tensor<2x3xi32>
//     return %1 : tensor<2x3xi32>
//   }
// }
// -----
// polygamma
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_polygamma %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = chlo.polygamma %x, %0 : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// power
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_power %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.power %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// remainder
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_remainder %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.remainder %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// shift_left
func.func @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
  %0 = chlo.broadcast_shift_left %x, %y : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  return %0 : tensor<2x3xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xi32>) -> tensor<2x3xi32>
//     %1 = stablehlo.shift_left %x, %0 : tensor<2x3xi32>
//     return %1 : tensor<2x3xi32>
//   }
// }
// -----
// shift_right_arithmetic
func.func @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
  %0 = chlo.broadcast_shift_right_arithmetic %x, %y : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  return %0 : tensor<2x3xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xi32>) -> tensor<2x3xi32>
//     %1 = stablehlo.shift_right_arithmetic %x, %0 : tensor<2x3xi32>
//     return %1 : tensor<2x3xi32>
//   }
// }
// -----
// shift_right_logical
func.func @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
  %0 = chlo.broadcast_shift_right_logical %x, %y : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  return %0 : tensor<2x3xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xi32>) -> tensor<2x3xi32>
//     %1 = stablehlo.shift_right_logical %x, %0 : tensor<2x3xi32>
//     return %1 : tensor<2x3xi32>
//   }
// }
// -----
// subtract
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_subtract %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = stablehlo.subtract %x, %0 : tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
// -----
// xor
func.func @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
  %0 = chlo.broadcast_xor %x, %y : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  return %0 : tensor<2x3xi32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xi32>, %y: tensor<3xi32>) -> tensor<2x3xi32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xi32>) -> tensor<2x3xi32>
//     %1 = stablehlo.xor %x, %0 : tensor<2x3xi32>
//     return %1 : tensor<2x3xi32>
//   }
// }
// -----
// zeta
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_zeta %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
// expect:
// module {
//   func.func public @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.broadcast_in_dim %y, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>
//     %1 = chlo.zeta %x, %0 : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x3xf32>
//     return %1 : tensor<2x3xf32>
//   }
// }
