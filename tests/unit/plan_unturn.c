/* plan_unturn.c -- what reads a transposed value as it lies: reductions (plan/unturn.c), and
 * products of bytes that are made wider (plan/view.c). */
#include "plan_text.h"
#include "unit.h"

#define SUM(from, dim, to) \
	"stablehlo.reduce(" from " init: %z) applies stablehlo.add across dimensions = " \
	"[" dim "] : " to
#define PROGRAM(arguments, type, ...) \
	"func.func @main(" arguments ") -> " type " {\n" \
	"%z = stablehlo.constant dense<0.0> : tensor<f32>\n" __VA_ARGS__ \
	"return %r : " type "\n}"
#define TURN \
	"%t = stablehlo.transpose %x, dims = [1, 0] : " \
	"(tensor<64x16xf32>) -> tensor<16x64xf32>\n"

static const struct {
	const char *name, *text;
	int64_t turned, kernels;
} programs[] = {
	{ "columns", PROGRAM("%x: tensor<64x16xf32>", "tensor<64xf32>", TURN
		"%r = " SUM("%t", "0", "(tensor<16x64xf32>, tensor<f32>) -> tensor<64xf32>\n")),
		0, 1 },
	{ "maps of columns", PROGRAM("%x: tensor<64x16xf32>", "tensor<64xf32>", TURN
		"%e = stablehlo.exponential %t : tensor<16x64xf32>\n"
		"%m = stablehlo.multiply %e, %t : tensor<16x64xf32>\n"
		"%r = " SUM("%m", "0", "(tensor<16x64xf32>, tensor<f32>) -> tensor<64xf32>\n")),
		0, 1 },
	{ "places of the greatest", PROGRAM("%x: tensor<64x16xf32>", "tensor<64xi64>", TURN
		"%i = stablehlo.iota dim = 0 : tensor<16x64xi64>\n"
		"%n = stablehlo.constant dense<99> : tensor<16x64xi64>\n"
		"%m = stablehlo.constant dense<99> : tensor<i64>\n"
		"%p = stablehlo.compare GT, %t, %t : "
		"(tensor<16x64xf32>, tensor<16x64xf32>) -> tensor<16x64xi1>\n"
		"%s = stablehlo.select %p, %i, %n : tensor<16x64xi1>, tensor<16x64xi64>\n"
		"%r = stablehlo.reduce(%s init: %m) applies stablehlo.minimum across "
		"dimensions = [0] : (tensor<16x64xi64>, tensor<i64>) -> tensor<64xi64>\n"), 0, 1 },
	{ "a result that is turned", PROGRAM("%x: tensor<8x16x4xf32>", "tensor<4x8xf32>",
		"%t = stablehlo.transpose %x, dims = [2, 1, 0] : "
		"(tensor<8x16x4xf32>) -> tensor<4x16x8xf32>\n"
		"%r = " SUM("%t", "1", "(tensor<4x16x8xf32>, tensor<f32>) -> tensor<4x8xf32>\n")),
		4 * 8, 1 },
	{ "a result that is turned when it is made", PROGRAM("%x: tensor<4x16x16x16xf32>",
		"tensor<4x16x16xf32>",
		"%t = stablehlo.transpose %x, dims = [0, 3, 1, 2] : "
		"(tensor<4x16x16x16xf32>) -> tensor<4x16x16x16xf32>\n"
		"%r = " SUM("%t", "3",
			"(tensor<4x16x16x16xf32>, tensor<f32>) -> tensor<4x16x16xf32>\n")),
		4 * 16 * 16, 2 },
	{ "a number", PROGRAM("%x: tensor<f32>", "tensor<f32>",
		"%t = stablehlo.transpose %x, dims = [] : (tensor<f32>) -> tensor<f32>\n"
		"%r = stablehlo.reduce(%t init: %z) applies stablehlo.add across dimensions = [] : "
		"(tensor<f32>, tensor<f32>) -> tensor<f32>\n"), 1, 1 },
	{ "rows that stay rows", PROGRAM("%x: tensor<8x16x4xf32>", "tensor<8x4xf32>",
		"%t = stablehlo.transpose %x, dims = [1, 0, 2] : "
		"(tensor<8x16x4xf32>) -> tensor<16x8x4xf32>\n"
		"%r = " SUM("%t", "0", "(tensor<16x8x4xf32>, tensor<f32>) -> tensor<8x4xf32>\n")),
		8 * 16 * 4, 1 },
	{ "what others read", PROGRAM("%x: tensor<64x16xf32>", "tensor<16x64xf32>", TURN
		"%s = " SUM("%t", "0", "(tensor<16x64xf32>, tensor<f32>) -> tensor<64xf32>\n")
		"%b = stablehlo.broadcast_in_dim %s, dims = [1] : "
		"(tensor<64xf32>) -> tensor<16x64xf32>\n"
		"%r = stablehlo.divide %t, %b : tensor<16x64xf32>\n"), 64 * 16, -1 },
	{ "bytes", PROGRAM("%x: tensor<2x64xf32>, %w: tensor<16x64xi8>", "tensor<2x16xf32>",
		"%t = stablehlo.transpose %w, dims = [1, 0] : "
		"(tensor<16x64xi8>) -> tensor<64x16xi8>\n"
		"%f = stablehlo.convert %t : (tensor<64x16xi8>) -> tensor<64x16xf32>\n"
		"%r = stablehlo.dot_general %x, %f, contracting_dims = [1] x [0] : "
		"(tensor<2x64xf32>, tensor<64x16xf32>) -> tensor<2x16xf32>\n"), 0, 1 },
};

void test_plan_unturn__is_read_as_it_lies(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		UNIT_NOTE("%s", programs[i].name);
		struct plan_text is = plan_text(programs[i].text);
		CHECK_INT(is.turned, programs[i].turned);
		CHECK(programs[i].kernels < 0 || is.kernels == programs[i].kernels);
	}
}
