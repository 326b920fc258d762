/* plan_straight.c -- what begins and ends transposed is computed as it lies (plan/straight.c). */
#include "plan_text.h"
#include "unit.h"

#define T "tensor<16x64xf32>"
#define L "tensor<64x16xf32>"
#define PROGRAM(results, ...) \
	"func.func @main(%a: " L ", %b: " L ") -> " results " {\n" \
	"%z = stablehlo.constant dense<0.0> : tensor<f32>\n" \
	"%x = stablehlo.transpose %a, dims = [1, 0] : (" L ") -> " T "\n" \
	"%y = stablehlo.transpose %b, dims = [1, 0] : (" L ") -> " T "\n" __VA_ARGS__ "}"
#define TURN(to, from) to " = stablehlo.transpose " from ", dims = [1, 0] : (" T ") -> " L "\n"
#define TWICE(to, from) to " = stablehlo.add " from ", " from " : " T "\n"
#define SUMS(to, from) \
	to " = stablehlo.reduce(" from " init: %z) applies stablehlo.add across dimensions = " \
	"[0] : (" T ", tensor<f32>) -> tensor<64xf32>\n"
#define OVER(to, from) \
	to " = stablehlo.broadcast_in_dim " from ", dims = [1] : (tensor<64xf32>) -> " T "\n"

enum { ALL = 16 * 64 };
static const struct {
	const char *name, *text;
	int64_t turned;
} programs[] = {
	{ "a map of two", PROGRAM(L, "%s = stablehlo.add %x, %y : " T "\n" TURN("%r", "%s")
		"return %r : " L "\n"), 0 },
	{ "what moves elements", PROGRAM("tensor<67x32xf32>",
		"%f = stablehlo.reverse %x, dims = [1] : " T "\n"
		"%c = stablehlo.concatenate %f, %y, dim = 0 : (" T ", " T ") -> tensor<32x64xf32>\n"
		"%p = stablehlo.pad %c, %z, low = [0, 1], high = [0, 2], interior = [0, 0] : "
		"(tensor<32x64xf32>, tensor<f32>) -> tensor<32x67xf32>\n"
		"%r = stablehlo.transpose %p, dims = [1, 0] : "
		"(tensor<32x67xf32>) -> tensor<67x32xf32>\n"
		"return %r : tensor<67x32xf32>\n"), 0 },
	{ "a norm", PROGRAM(L, TWICE("%e", "%x") SUMS("%s", "%e") OVER("%o", "%s")
		"%d = stablehlo.divide %e, %o : " T "\n" TURN("%r", "%d")
		"return %r : " L "\n"), 0 },
	{ "two results", PROGRAM("(" L ", " L ")", TWICE("%e", "%x")
		"%h = stablehlo.negate %e : " T "\n" TURN("%r", "%e") TURN("%q", "%h")
		"return %r, %q : " L ", " L "\n"), 0 },
	{ "another result of it", PROGRAM("(" L ", " T ")", TWICE("%e", "%x") TURN("%r", "%e")
		"return %r, %e : " L ", " T "\n"), 2 * ALL },
	{ "something that lies otherwise", PROGRAM(L,
		"%o = stablehlo.reshape %a : (" L ") -> " T "\n"
		"%s = stablehlo.add %x, %o : " T "\n" TURN("%r", "%s")
		"return %r : " L "\n"), 2 * ALL },
};

void test_plan_straight__is_computed_as_it_lies(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		UNIT_NOTE("%s", programs[i].name);
		CHECK_INT(plan_text(programs[i].text).turned, programs[i].turned);
	}
}
