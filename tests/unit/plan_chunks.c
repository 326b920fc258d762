/* plan_chunks.c -- into how many parts kernels are cut (plan/kernel.c), which no thread count
 * changes. */
#include "plan_text.h"
#include "unit.h"

#define T "tensor<4x4096xf32>"
#define MAP(body) "func.func @main(%x: " T ") -> " T " {\n" body "return %r : " T "\n}"
#define OP1(to, op, x) to " = stablehlo." op " " x " : " T "\n"
#define ROWS(samples, rows) "tensor<" samples "x" rows "x32xf32>"
#define SCATTER(samples, rows) \
	"func.func @main(%x: " ROWS(samples, rows) ", " \
	"%i: tensor<" samples "x" rows "x1xi32>, %u: " ROWS(samples, rows) ") -> " \
	ROWS(samples, rows) " {\n" \
	"%r = \"stablehlo.scatter\"(%x, %i, %u) <{scatter_dimension_numbers = " \
	"#stablehlo.scatter<update_window_dims = [2], inserted_window_dims = [1], " \
	"input_batching_dims = [0], scatter_indices_batching_dims = [0], " \
	"scatter_dims_to_operand_dims = [1], index_vector_dim = 2>}> ({\n" \
	"^bb0(%p: tensor<f32>, %q: tensor<f32>):\n" \
	"%s = stablehlo.add %p, %q : tensor<f32>\nstablehlo.return %s : tensor<f32>\n})" \
	" : (" ROWS(samples, rows) ", tensor<" samples "x" rows "x1xi32>, " \
	ROWS(samples, rows) ") -> " ROWS(samples, rows) "\n" \
	"return %r : " ROWS(samples, rows) "\n}"

static const struct {
	const char *name, *text;
	int64_t chunks;
} programs[] = {
	{ "a map", MAP(OP1("%r", "abs", "%x")), 1 },
	{ "one of many operations", MAP(OP1("%a", "tanh", "%x") OP1("%b", "sine", "%a")
		OP1("%c", "exponential", "%b") OP1("%d", "cosine", "%c") OP1("%e", "tanh", "%d")
		OP1("%r", "logistic", "%e")), 2 },
	{ "rows of four samples", SCATTER("4", "4096"), 4 },
	{ "of one", SCATTER("1", "4096"), 4 },
	{ "of 64, as long as a chunk", SCATTER("64", "512"), 64 },
};

void test_plan_chunks__follow_what_an_element_takes(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		UNIT_NOTE("%s", programs[i].name);
		CHECK_INT(plan_text(programs[i].text).chunks, programs[i].chunks);
	}
}

#define ADD(t) "func.func @main(%x: " t ") -> " t " {\n%r = stablehlo.add %x, %x : " t "\n" \
	"return %r : " t "\n}"
#define TANH(t) "func.func @main(%x: " t ") -> " t " {\n%r = stablehlo.tanh %x : " t "\n" \
	"return %r : " t "\n}"
#define PART(t) "func.func @main(%x: " t ") -> tensor<4xf32> {\n" \
	"%r = stablehlo.slice %x [2:6] : (" t ") -> tensor<4xf32>\nreturn %r : tensor<4xf32>\n}"
#define DOT(n) "func.func @main(%x: tensor<" n "x" n "xf32>) -> tensor<" n "x" n "xf32> {\n" \
	"%r = stablehlo.dot_general %x, %x, contracting_dims = [1] x [0] : (tensor<" n "x" n \
	"xf32>, tensor<" n "x" n "xf32>) -> tensor<" n "x" n "xf32>\n" \
	"return %r : tensor<" n "x" n "xf32>\n}"

/* What is done in less time than wide vectors cost afterwards. */
void test_plan_brief__is_what_computes_little(void)
{
	CHECK(plan_text(ADD("tensor<4xf32>")).brief);
	CHECK(plan_text(ADD("tensor<10000xf32>")).brief);
	CHECK(!plan_text(ADD("tensor<20000xf32>")).brief);
	CHECK(!plan_text(ADD("tensor<?xf32>")).brief);
	CHECK(plan_text(TANH("tensor<1000xf32>")).brief);
	CHECK(!plan_text(TANH("tensor<2000xf32>")).brief);
	CHECK(plan_text(PART("tensor<10000xf32>")).brief);
	CHECK(!plan_text(PART("tensor<100000xf32>")).brief);
	CHECK(plan_text(DOT("16")).brief);
	CHECK(!plan_text(DOT("32")).brief);
}
