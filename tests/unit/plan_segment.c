/* plan_segment.c -- a scatter of rows by bag, as starts say them, is a reduction of each bag's. */
#include "plan_text.h"
#include "unit.h"
#include <stdbool.h>

#define SUM(type) "({\n^bb0(%p: tensor<" type ">, %q: tensor<" type ">):\n" \
	"%t = stablehlo.add %p, %q : tensor<" type ">\nstablehlo.return %t : tensor<" type ">\n})"
#define PROGRAM(first, at, sorted, least) \
	"func.func @main(%x: tensor<50x16xf32>, %o: tensor<4xi64>) -> tensor<4x16xf32> {\n" \
	"%i = stablehlo.iota dim = 0 : tensor<51xi32>\n" \
	"%z = stablehlo.constant dense<0> : tensor<51xi32>\n" \
	"%m = stablehlo.constant dense<" first "> : tensor<51xi32>\n" \
	"%a = stablehlo.constant dense<" at "> : tensor<51xi32>\n" \
	"%f = stablehlo.compare EQ, %i, %a : (tensor<51xi32>, tensor<51xi32>) -> tensor<51xi1>\n" \
	"%b = stablehlo.select %f, %m, %z : tensor<51xi1>, tensor<51xi32>\n" \
	"%l = stablehlo.constant dense<" least "> : tensor<4xi64>\n" \
	"%s = stablehlo.maximum %o, %l : tensor<4xi64>\n" \
	"%u = stablehlo.constant dense<1> : tensor<4xi32>\n" \
	"%n = \"stablehlo.scatter\"(%b, %s, %u) <{" sorted \
	"scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], " \
	"scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> " SUM("i32") \
	" : (tensor<51xi32>, tensor<4xi64>, tensor<4xi32>) -> tensor<51xi32>\n" \
	"%k = stablehlo.slice %n [0:50] : (tensor<51xi32>) -> tensor<50xi32>\n" \
	"%c = stablehlo.constant dense<0> : tensor<i32>\n" \
	"%g = \"stablehlo.reduce_window\"(%k, %c) <{window_dimensions = array<i64: 50>, " \
	"padding = dense<[[49, 0]]> : tensor<1x2xi64>}> " SUM("i32") \
	" : (tensor<50xi32>, tensor<i32>) -> tensor<50xi32>\n" \
	"%y = stablehlo.constant dense<0.0> : tensor<4x16xf32>\n" \
	"%r = \"stablehlo.scatter\"(%y, %g, %x) <{indices_are_sorted = true, " \
	"scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], " \
	"inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> " \
	SUM("f32") " : (tensor<4x16xf32>, tensor<50xi32>, tensor<50x16xf32>) -> " \
	"tensor<4x16xf32>\n" \
	"return %r : tensor<4x16xf32>\n}"
#define SORTED "indices_are_sorted = true, "

static const struct {
	const char *name, *text;
	bool one;                            /* kernel, and no bag of a row is stored */
} programs[] = {
	{ "bags", PROGRAM("-1", "0", SORTED, "0"), true },
	{ "starts in any order", PROGRAM("-1", "0", "", "0"), false },
	{ "starts below zero", PROGRAM("-1", "0", SORTED, "-9"), false },
	{ "from the second bag on", PROGRAM("0", "0", SORTED, "0"), false },
	{ "less one elsewhere", PROGRAM("-1", "1", SORTED, "0"), false },
};

void test_plan_segment__is_one_kernel(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		UNIT_NOTE("%s", programs[i].name);
		CHECK_INT(plan_text(programs[i].text).kernels == 1, programs[i].one);
	}
}
