// test: op
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01000213623046875, 10.0, -20.0]> : tensor<10xf16>
// out: dense<[1.0, 0.87744140625, 0.7314453125, 0.54052734375, 0.07073974609375, -0.990234375, -0.446044921875, 1.0, -0.8388671875, 0.408203125]> : tensor<10xf16>
// tolerance: 0.002
func.func @main(%a: tensor<10xf16>) -> tensor<10xf16> {
  %r = stablehlo.cosine %a : tensor<10xf16>
  return %r : tensor<10xf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0]> : tensor<10xf32>
// out: dense<[1.0, 0.87890625, 0.73046875, 0.5390625, 0.07080078125, -0.98828125, -0.4453125, 1.0, -0.83984375, 0.408203125]> : tensor<10xbf16>
// tolerance: 0.01
func.func @main(%a_: tensor<10xf32>) -> tensor<10xbf16> {
  %a = stablehlo.convert %a_ : (tensor<10xf32>) -> tensor<10xbf16>
  %r = stablehlo.cosine %a : tensor<10xbf16>
  return %r : tensor<10xbf16>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0]> : tensor<10xf32>
// out: dense<[1.0, 0.87758255, 0.73168886, 0.5403023, 0.0707372, -0.9899925, -0.44608748, 0.99995, -0.8390715, 0.40808207]> : tensor<10xf32>
// tolerance: 2e-06
func.func @main(%a: tensor<10xf32>) -> tensor<10xf32> {
  %r = stablehlo.cosine %a : tensor<10xf32>
  return %r : tensor<10xf32>
}
// -----
// in: dense<[0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0]> : tensor<10xf64>
// out: dense<[1.0, 0.8775825618903728, 0.7316888688738209, 0.5403023058681398, 0.0707372016677029, -0.9899924966004454, -0.4460874899137928, 0.9999500004166653, -0.8390715290764524, 0.40808206181339196]> : tensor<10xf64>
// tolerance: 1e-14
func.func @main(%a: tensor<10xf64>) -> tensor<10xf64> {
  %r = stablehlo.cosine %a : tensor<10xf64>
  return %r : tensor<10xf64>
}
