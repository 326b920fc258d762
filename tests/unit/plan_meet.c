/* plan_meet.c -- tokens that are made an image for a convolution, and tokens again, are never
 * turned (plan/meet.c). */
#include "plan_text.h"
#include "unit.h"
#include <stdbool.h>

#define PROGRAM(type, ...) \
	"func.func @main(%x: tensor<2x64x16xf32>, %w: tensor<3x3x1x16xf32>) -> " type " {\n" \
	"%t = stablehlo.transpose %x, dims = [0, 2, 1] : " \
	"(tensor<2x64x16xf32>) -> tensor<2x16x64xf32>\n" \
	"%i = stablehlo.reshape %t : (tensor<2x16x64xf32>) -> tensor<2x16x8x8xf32>\n" \
	"%c = stablehlo.convolution(%i, %w) dim_numbers = [b, f, 0, 1]x[0, 1, i, o]->" \
	"[b, f, 0, 1], window = {pad = [[1, 1], [1, 1]]} {batch_group_count = 1 : i64, " \
	"feature_group_count = 16 : i64} : (tensor<2x16x8x8xf32>, tensor<3x3x1x16xf32>) -> " \
	"tensor<2x16x8x8xf32>\n" \
	"%e = stablehlo.tanh %c : tensor<2x16x8x8xf32>\n" \
	__VA_ARGS__ "return %r : " type "\n}"

static const struct {
	const char *name, *text;
	bool turned;
} programs[] = {
	{ "tokens", PROGRAM("tensor<2x64x16xf32>",
		"%f = stablehlo.reshape %e : (tensor<2x16x8x8xf32>) -> tensor<2x16x64xf32>\n"
		"%r = stablehlo.transpose %f, dims = [0, 2, 1] : "
		"(tensor<2x16x64xf32>) -> tensor<2x64x16xf32>\n"), false },
	{ "heads", PROGRAM("tensor<2x4x64x4xf32>",
		"%f = stablehlo.reshape %e : (tensor<2x16x8x8xf32>) -> tensor<2x4x4x64xf32>\n"
		"%r = stablehlo.transpose %f, dims = [0, 1, 3, 2] : "
		"(tensor<2x4x4x64xf32>) -> tensor<2x4x64x4xf32>\n"), true },
	{ "an image", PROGRAM("tensor<2x16x8x8xf32>",
		"%r = stablehlo.negate %e : tensor<2x16x8x8xf32>\n"), true },
};

void test_plan_meet__tokens_are_not_turned(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		UNIT_NOTE("%s", programs[i].name);
		CHECK_INT(plan_text(programs[i].text).turned >= 2 * 64 * 16, programs[i].turned);
	}
}
