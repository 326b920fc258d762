// test: check
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<7xui32>)
  check.expect_eq_const %s, dense<[1311768467463790320, 1]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[698981321, 629055409, 1010520186, 1888741164, 2754706343, 569486026, 1593802813]> : tensor<7xui32>
  return
}
// -----
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4x3xui32>)
  check.expect_eq_const %s, dense<[1311768467463790320, 3]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[[698981321, 1010520186, 2754706343], [629055409, 1888741164, 569486026], [1593802813, 961273596, 1379882886], [1289978105, 1692389550, 1076419981]]> : tensor<4x3xui32>
  return
}
// -----
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<7xui64>)
  check.expect_eq_const %s, dense<[1311768467463790320, 4]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[2701772409725885385, 8112081530999492730, 2445923859953712039, 5540413775124856893, 7268757770303430396, 4623188616535824262, 16385367623706935656]> : tensor<7xui64>
  return
}
// -----
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4x3xui64>)
  check.expect_eq_const %s, dense<[1311768467463790320, 9]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[[2701772409725885385, 8112081530999492730, 2445923859953712039], [5540413775124856893, 7268757770303430396, 4623188616535824262], [16385367623706935656, 18001060029506584597, 4754249918021311234], [9352431159152469126, 11080672538751705225, 4331478480766497594]]> : tensor<4x3xui64>
  return
}
// -----
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = PHILOX : (tensor<2xui64>) -> (tensor<2xui64>, tensor<7xui32>)
  check.expect_eq_const %s, dense<[1311768467463790320, 18446744073709551615]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[4111526451, 2640843875, 2613510061, 581738611, 3151517439, 3080049825, 2645875639]> : tensor<7xui32>
  return
}
// -----
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = PHILOX : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4x3xui32>)
  check.expect_eq_const %s, dense<[1311768467463790320, 0]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[[4111526451, 2640843875, 2613510061], [581738611, 3151517439, 3080049825], [2645875639, 2972309415, 1480449822], [3015399692, 3935955418, 1076038438]]> : tensor<4x3xui32>
  return
}
// -----
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = PHILOX : (tensor<2xui64>) -> (tensor<2xui64>, tensor<7xui64>)
  check.expect_eq_const %s, dense<[1311768467463790320, 1]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[11342338081078438451, 2498548311678975917, 13228713271577040639, 12765971733663767479, 12951043062988922654, 4621549904384879066, 2311151477393820915]> : tensor<7xui64>
  return
}
// -----
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = PHILOX : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4x3xui64>)
  check.expect_eq_const %s, dense<[1311768467463790320, 3]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[[11342338081078438451, 2498548311678975917, 13228713271577040639], [12765971733663767479, 12951043062988922654, 4621549904384879066], [2311151477393820915, 12915309976788939262, 12257446613617217590], [5742233398050205411, 146567561918284437, 14665322427105794120]]> : tensor<4x3xui64>
  return
}
// -----
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = DEFAULT : (tensor<2xui64>) -> (tensor<2xui64>, tensor<7xui32>)
  check.expect_eq_const %s, dense<[1311768467463790320, 18446744073709551615]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[4111526451, 2640843875, 2613510061, 581738611, 3151517439, 3080049825, 2645875639]> : tensor<7xui32>
  return
}
// -----
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = DEFAULT : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4x3xui32>)
  check.expect_eq_const %s, dense<[1311768467463790320, 0]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[[4111526451, 2640843875, 2613510061], [581738611, 3151517439, 3080049825], [2645875639, 2972309415, 1480449822], [3015399692, 3935955418, 1076038438]]> : tensor<4x3xui32>
  return
}
// -----
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = DEFAULT : (tensor<2xui64>) -> (tensor<2xui64>, tensor<7xui64>)
  check.expect_eq_const %s, dense<[1311768467463790320, 1]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[11342338081078438451, 2498548311678975917, 13228713271577040639, 12765971733663767479, 12951043062988922654, 4621549904384879066, 2311151477393820915]> : tensor<7xui64>
  return
}
// -----
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = DEFAULT : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4x3xui64>)
  check.expect_eq_const %s, dense<[1311768467463790320, 3]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[[11342338081078438451, 2498548311678975917, 13228713271577040639], [12765971733663767479, 12951043062988922654, 4621549904384879066], [2311151477393820915, 12915309976788939262, 12257446613617217590], [5742233398050205411, 146567561918284437, 14665322427105794120]]> : tensor<4x3xui64>
  return
}
// -----
// No even dimension: pairs go along the longest.
func.func @main() {
  %k = stablehlo.constant dense<[1311768467463790320, 18446744073709551613]> : tensor<2xui64>
  %s, %o = stablehlo.rng_bit_generator %k, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<3x5xui32>)
  check.expect_eq_const %s, dense<[1311768467463790320, 6]> : tensor<2xui64>
  check.expect_eq_const %o, dense<[[698981321, 629055409, 1010520186, 1888741164, 2754706343], [1593802813, 1289978105, 961273596, 1692389550, 1379882886], [1430061416, 3815015690, 523829269, 4191198393, 2165775106]]> : tensor<3x5xui32>
  return
}
