/* plan_apart.c -- windows that are written out are made before their elements are gathered, or
 * their lines turned for a row kernel; what loads less is made where it is asked for (plan/fuse.c,
 * F2). */
#include "plan_text.h"
#include "unit.h"

#define LINES "tensor<32x28xf32>"
#define PROGRAM(count, index, type, sizes, dims, ...) \
	"func.func @main(%x: tensor<32x40xf32>, %i: tensor<" index ">) -> " type " {\n" \
	__VA_ARGS__ \
	"%r = \"stablehlo.gather\"(%s" count ", %i) <{slice_sizes = array<i64: " sizes ">, " \
	"dimension_numbers = #stablehlo.gather<" dims ">}> : (" LINES ", tensor<" index ">) -> " \
	type "\nreturn %r : " type "\n}"
#define ELEMENTS(count, n, ...) \
	PROGRAM(count, n "x2xi32", "tensor<" n "xf32>", "1, 1", \
		"collapsed_slice_dims = [0, 1], start_index_map = [0, 1], index_vector_dim = 1", \
		__VA_ARGS__)
#define ROWS(count, n, ...) \
	PROGRAM(count, n "xi32", "tensor<" n "x28xf32>", "1, 28", \
		"offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], " \
		"index_vector_dim = 1", __VA_ARGS__)
#define TAP(k, from, to) \
	"%t" k " = stablehlo.slice %x [0:32, " from ":" to "] : (tensor<32x40xf32>) -> " LINES "\n"
#define SUM(k, before) "%s" k " = stablehlo.add %s" before ", %t" k " : " LINES "\n"
#define NEXT(k, before, from, to) TAP(k, from, to) SUM(k, before)
#define THREE \
	"%s0 = stablehlo.slice %x [0:32, 0:28] : (tensor<32x40xf32>) -> " LINES "\n" \
	NEXT("1", "0", "1", "29") NEXT("2", "1", "2", "30")
#define NINE \
	THREE NEXT("3", "2", "3", "31") NEXT("4", "3", "4", "32") NEXT("5", "4", "5", "33") \
	NEXT("6", "5", "6", "34") NEXT("7", "6", "7", "35") NEXT("8", "7", "8", "36")

#define TURNED(count, ...) \
	"func.func @main(%x: tensor<32x40xf32>) -> tensor<28x32xf32> {\n" __VA_ARGS__ \
	"%z = stablehlo.constant dense<0.0> : tensor<f32>\n" \
	"%u = stablehlo.transpose %s" count ", dims = [1, 0] : (" LINES ") -> tensor<28x32xf32>\n"
#define LESS_SUMS \
	"%m = stablehlo.reduce(%u init: %z) applies stablehlo.add across dimensions = [1] : " \
	"(tensor<28x32xf32>, tensor<f32>) -> tensor<28xf32>\n" \
	"%b = stablehlo.broadcast_in_dim %m, dims = [0] : (tensor<28xf32>) -> " \
	"tensor<28x32xf32>\n" \
	"%r = stablehlo.subtract %u, %b : tensor<28x32xf32>\nreturn %r : tensor<28x32xf32>\n}"
#define DOUBLED \
	"%r = stablehlo.add %u, %u : tensor<28x32xf32>\nreturn %r : tensor<28x32xf32>\n}"

static const struct {
	const char *name, *text;
	int64_t kernels;
} programs[] = {
	{ "a window of three", ELEMENTS("2", "500", THREE), 1 },
	{ "a window of nine", ELEMENTS("8", "500", NINE), 2 },
	{ "a few elements of many", ELEMENTS("8", "20", NINE), 1 },
	{ "rows", ROWS("8", "20", NINE), 1 },
	{ "turned for a row kernel", TURNED("8", NINE) LESS_SUMS, 2 },
	{ "less of it", TURNED("2", THREE) LESS_SUMS, 1 },
	{ "turned in squares", TURNED("8", NINE) DOUBLED, 1 },
};

void test_plan_apart__makes_windows_before(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		UNIT_NOTE("%s", programs[i].name);
		CHECK_INT(plan_text(programs[i].text).kernels, programs[i].kernels);
	}
}
