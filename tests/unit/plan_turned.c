/* plan_turned.c -- transposes whose rows are read one by one are made before (plan/fuse_turned.c),
 * others in what reads them. */
#include "plan_text.h"
#include "unit.h"

#define PROGRAM(type, ...) \
	"func.func @main(%x: tensor<2x40x64xf32>, %i: tensor<128xi32>, " \
	"%f: tensor<3xi32>, %u: tensor<128x40xf32>) -> " type " {\n" \
	"%z = stablehlo.constant dense<0.0> : tensor<f32>\n" \
	"%t = stablehlo.transpose %x, dims = [0, 2, 1] : " \
	"(tensor<2x40x64xf32>) -> tensor<2x64x40xf32>\n" \
	"%a = stablehlo.reshape %t : (tensor<2x64x40xf32>) -> tensor<128x40xf32>\n" \
	__VA_ARGS__ "return %r : " type "\n}"
#define ROWS(to, of, at, n) \
	to " = \"stablehlo.gather\"(" of ", " at ") <{slice_sizes = array<i64: 1, 40>, " \
	"dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], " \
	"start_index_map = [0], index_vector_dim = 1>}> : (tensor<128x40xf32>, tensor<" n "xi32>)" \
	" -> tensor<" n "x40xf32>\n"
#define PLACES(to, of, at) \
	to " = \"stablehlo.gather\"(" of ", " at ") <{slice_sizes = array<i64: 128, 1>, " \
	"dimension_numbers = #stablehlo.gather<offset_dims = [0], collapsed_slice_dims = [1], " \
	"start_index_map = [1], index_vector_dim = 1>}> : (tensor<128x40xf32>, tensor<128xi32>)" \
	" -> tensor<128x128xf32>\n"
#define SUMS(to, of) \
	to " = stablehlo.reduce(" of " init: %z) applies stablehlo.add across dimensions = [1] : " \
	"(tensor<128x40xf32>, tensor<f32>) -> tensor<128xf32>\n"
#define TIMES(to, a, b) to " = stablehlo.multiply " a ", " b " : tensor<128x40xf32>\n"
#define SCATTER(to, updates) \
	to " = \"stablehlo.scatter\"(%u, %i, " updates ") <{scatter_dimension_numbers = " \
	"#stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], " \
	"scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({\n" \
	"^bb0(%p: tensor<f32>, %q: tensor<f32>):\n" \
	"%s = stablehlo.add %p, %q : tensor<f32>\nstablehlo.return %s : tensor<f32>\n})" \
	" : (tensor<128x40xf32>, tensor<128xi32>, tensor<128x40xf32>) -> tensor<128x40xf32>\n"

static const struct {
	const char *name, *text;
	int64_t kernels;
} programs[] = {
	{ "rows gathered", PROGRAM("tensor<128x40xf32>", ROWS("%r", "%a", "%i", "128")), 2 },
	{ "three of them", PROGRAM("tensor<3x40xf32>", ROWS("%r", "%a", "%f", "3")), 1 },
	{ "its columns", PROGRAM("tensor<128x128xf32>", PLACES("%r", "%a", "%i")), 1 },
	{ "what is not turned", PROGRAM("tensor<128x40xf32>", ROWS("%r", "%u", "%i", "128")),
		1 },
	{ "a map", PROGRAM("tensor<128x40xf32>", TIMES("%r", "%a", "%u")), 1 },
	{ "sums of its rows", PROGRAM("tensor<128xf32>", TIMES("%b", "%a", "%u") SUMS("%r", "%b")),
		1 },
	{ "sums of its rows by others, gathered",
		PROGRAM("tensor<128xf32>",
			ROWS("%b", "%u", "%i", "128") TIMES("%d", "%b", "%a") SUMS("%r", "%d")),
		2 },
	{ "a scatter of its rows", PROGRAM("tensor<128x40xf32>", SCATTER("%r", "%a")), 2 },
	{ "a scatter of others", PROGRAM("tensor<128x40xf32>", TIMES("%b", "%u", "%u")
		SCATTER("%r", "%b")), 1 },
};

void test_plan_turned__rows_read_one_by_one_are_made_before(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		UNIT_NOTE("%s", programs[i].name);
		CHECK_INT(plan_text(programs[i].text).kernels, programs[i].kernels);
	}
}
