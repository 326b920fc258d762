/* plan_layout.c -- where transposes are put for convolutions, and that values stay. */
#include "gen_util.h"
#include "plan/plan_impl.h"
#include "stablehlo/stablehlo.h"
#include <ctype.h>
#include <string.h>

/* Types and ops of the programs, short. */
#define CONV3 " dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], " \
	"window = {pad = [[1, 1], [1, 1]]} {batch_group_count = 1 : i64, " \
	"feature_group_count = 1 : i64} : (T, W) -> T\n"
#define FIRST3 " dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], " \
	"window = {pad = [[1, 1], [1, 1]]} {batch_group_count = 1 : i64, " \
	"feature_group_count = 1 : i64} : (T, W) -> T\n"
#define DEEP3 " dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], " \
	"window = {pad = [[1, 1], [1, 1]]} {batch_group_count = 1 : i64, " \
	"feature_group_count = 4 : i64} : (T, W) -> T\n"
#define RELU(to, of) to "z = stablehlo.constant dense<0.0> : T\n" \
	to " = stablehlo.maximum " of ", " to "z : T\n"
#define BIAS(to, of) to "b = stablehlo.broadcast_in_dim %v, dims = [3] : (V) -> T\n" \
	to " = stablehlo.add " of ", " to "b : T\n"
#define ZERO "%zero = stablehlo.constant dense<0.0> : tensor<f32>\n"
#define ARGS "%x: T, %w: W, %v: V"

struct program {
	const char *name, *type, *weights, *vector;
	const char *text;
	uint32_t constants;          /* bits: arguments that are */
	uint32_t transposes;
};

static const struct program programs[] = {
	{ "a chain to its means: the argument", "2x6x5x4", "3x3x4x4", "4",
		"func.func @main(" ARGS ") -> tensor<2x4xf32> {\n" ZERO
		"%a = stablehlo.convolution(%x, %w)" CONV3 BIAS("%c", "%a") RELU("%d", "%c")
		"%e = stablehlo.convolution(%d, %w)" CONV3 "%f = stablehlo.add %e, %x : T\n"
		RELU("%g", "%f")
		"%m = stablehlo.reduce(%g init: %zero) applies stablehlo.add across dimensions "
		"= [1, 2] : (T, tensor<f32>) -> tensor<2x4xf32>\nreturn %m : tensor<2x4xf32>\n}",
		0, 1 },
	{ "a chain that is a result: both ends", "2x6x5x4", "3x3x4x4", "4",
		"func.func @main(" ARGS ") -> T {\n"
		"%a = stablehlo.convolution(%x, %w)" CONV3 BIAS("%c", "%a") RELU("%d", "%c")
		"%e = stablehlo.convolution(%d, %w)" CONV3 "%f = stablehlo.add %e, %x : T\n"
		"return %f : T\n}", 0, 2 },
	{ "features first: none", "2x4x6x5", "4x4x3x3", "4",
		"func.func @main(" ARGS ") -> T {\n"
		"%a = stablehlo.convolution(%x, %w)" FIRST3 RELU("%d", "%a")
		"%e = stablehlo.convolution(%d, %w)" FIRST3 "return %e : T\n}", 0, 0 },
	{ "one place at a time: none", "2x6x5x4", "1x1x4x4", "4",
		"func.func @main(" ARGS ") -> T {\n"
		"%a = stablehlo.convolution(%x, %w) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->"
		"[b, 0, 1, f], window = {} {batch_group_count = 1 : i64, feature_group_count = "
		"1 : i64} : (T, W) -> T\nreturn %a : T\n}", 0, 0 },
	{ "as torch hands over channels_last: the program's own", "2x4x6x5", "4x4x3x3", "4",
		"func.func @main(%l: tensor<2x6x5x4xf32>, %w: W, %v: V) -> tensor<2x6x5x4xf32> {\n"
		"%x = stablehlo.transpose %l, dims = [0, 3, 1, 2] : (tensor<2x6x5x4xf32>) -> T\n"
		"%a = stablehlo.convolution(%x, %w)" FIRST3 RELU("%d", "%a")
		"%e = stablehlo.convolution(%d, %w)" FIRST3
		"%r = stablehlo.transpose %e, dims = [0, 2, 3, 1] : (T) -> tensor<2x6x5x4xf32>\n"
		"return %r : tensor<2x6x5x4xf32>\n}", 0, 2 },
	{ "the same of windows that lie either way: none", "2x4x6x5", "4x1x3x3", "4",
		"func.func @main(%l: tensor<2x6x5x4xf32>, %w: W, %v: V) -> tensor<2x6x5x4xf32> {\n"
		"%x = stablehlo.transpose %l, dims = [0, 3, 1, 2] : (tensor<2x6x5x4xf32>) -> T\n"
		"%a = stablehlo.convolution(%x, %w)" DEEP3 RELU("%d", "%a")
		"%e = stablehlo.convolution(%d, %w)" DEEP3
		"%r = stablehlo.transpose %e, dims = [0, 2, 3, 1] : (T) -> tensor<2x6x5x4xf32>\n"
		"return %r : tensor<2x6x5x4xf32>\n}", 0, 0 },
	{ "the same of features enough to be panels, places enough to pack for: none", "2x32x9x7",
		"32x32x3x3", "32",
		"func.func @main(%l: tensor<2x9x7x32xf32>, %w: W, %v: V)\n"
		" -> tensor<2x5x4x32xf32> {\n"
		"%x = stablehlo.transpose %l, dims = [0, 3, 1, 2] : (tensor<2x9x7x32xf32>) -> T\n"
		"%a = stablehlo.convolution(%x, %w) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->"
		"[b, f, 0, 1], window = {stride = [2, 2], pad = [[1, 1], [1, 1]]} "
		"{batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (T, W) -> "
		"tensor<2x32x5x4xf32>\n"
		"%r = stablehlo.transpose %a, dims = [0, 2, 3, 1] : (tensor<2x32x5x4xf32>) -> "
		"tensor<2x5x4x32xf32>\nreturn %r : tensor<2x5x4x32xf32>\n}", 0, 0 },
	{ "the same of one image, as torch says it: none", "1x4x6x5", "4x1x3x3", "4",
		"func.func @main(%l: tensor<6x5x1x4xf32>, %w: W, %v: V) -> tensor<6x5x1x4xf32> {\n"
		"%x = stablehlo.transpose %l, dims = [2, 3, 0, 1] : (tensor<6x5x1x4xf32>) -> T\n"
		"%a = stablehlo.convolution(%x, %w)" DEEP3 RELU("%d", "%a")
		"%r = stablehlo.transpose %d, dims = [2, 3, 0, 1] : (T) -> tensor<6x5x1x4xf32>\n"
		"return %r : tensor<6x5x1x4xf32>\n}", 0, 0 },
	{ "one end of the two lies so: the other", "2x4x6x5", "4x1x3x3", "4",
		"func.func @main(%l: tensor<2x6x5x4xf32>, %w: W, %v: V) -> T {\n"
		"%x = stablehlo.transpose %l, dims = [0, 3, 1, 2] : (tensor<2x6x5x4xf32>) -> T\n"
		"%a = stablehlo.convolution(%x, %w)" DEEP3 RELU("%d", "%a")
		"return %d : T\n}", 0, 1 },
	{ "transposes that the program has are what is needed", "2x6x5x4", "3x3x4x4", "4",
		"func.func @main(%l: tensor<2x4x6x5xf32>, %w: W, %v: V) -> tensor<2x4x6x5xf32> {\n"
		"%x = stablehlo.transpose %l, dims = [0, 2, 3, 1] : (tensor<2x4x6x5xf32>) -> T\n"
		"%a = stablehlo.convolution(%x, %w)" CONV3 RELU("%d", "%a")
		"%r = stablehlo.transpose %d, dims = [0, 3, 1, 2] : (T) -> tensor<2x4x6x5xf32>\n"
		"return %r : tensor<2x4x6x5xf32>\n}", 0, 0 },
	{ "a small edge is chosen: after the pool", "1x8x8x4", "3x3x4x4", "4",
		"func.func @main(" ARGS ") -> tensor<1x4x4x4xf32> {\n"
		"%m = stablehlo.constant dense<0xFF800000> : tensor<f32>\n"
		"%a = stablehlo.convolution(%x, %w)" CONV3 BIAS("%c", "%a")
		"%p = \"stablehlo.reduce_window\"(%c, %m) ({\n"
		"^bb0(%i: tensor<f32>, %j: tensor<f32>):\n"
		"%k = stablehlo.maximum %i, %j : tensor<f32>\n"
		"stablehlo.return %k : tensor<f32>\n}) "
		"{window_dimensions = array<i64: 1, 2, 2, 1>, "
		"window_strides = array<i64: 1, 2, 2, 1>} "
		": (T, tensor<f32>) -> tensor<1x4x4x4xf32>\n"
		"%q = stablehlo.tanh %p : tensor<1x4x4x4xf32>\n"
		"return %q : tensor<1x4x4x4xf32>\n}", 0, 2 },
	{ "ops that work on either, and what reads and gives either", "2x6x5x4", "3x3x4x4", "4",
		"func.func @main(" ARGS ") -> (tensor<3x2x4x4xf32>, T) {\n" ZERO
		"%one = stablehlo.constant dense<1.0> : tensor<f32>\n"
		"%a = stablehlo.convolution(%x, %w)" CONV3 BIAS("%c", "%a")
		"%i = stablehlo.iota dim = 3 : T\n%h = stablehlo.constant dense<2.0> : T\n"
		"%p = stablehlo.compare LT, %i, %h : (T, T) -> tensor<2x6x5x4xi1>\n"
		"%s = stablehlo.select %p, %c, %h : tensor<2x6x5x4xi1>, T\n"
		"%r = stablehlo.reverse %s, dims = [1, 3] : T\n"
		"%t = stablehlo.concatenate %r, %c, dim = 2 : (T, T) -> tensor<2x6x10x4xf32>\n"
		"%u = stablehlo.slice %t [0:2, 0:6, 1:10:2, 0:4] : (tensor<2x6x10x4xf32>) -> T\n"
		"%g = stablehlo.reduce(%u init: %zero) applies stablehlo.add across dimensions = "
		"[1, 2] : (T, tensor<f32>) -> tensor<2x4xf32>\n"
		"%k = stablehlo.reshape %g : (tensor<2x4xf32>) -> "
		"tensor<2x1x1x4xf32>\n"
		"%l = stablehlo.broadcast_in_dim %k, dims = [0, 1, 2, 3] : "
		"(tensor<2x1x1x4xf32>) -> T\n"
		"%m = stablehlo.add %u, %l : T\n"
		"%n = stablehlo.pad %m, %one, low = [0, 1, 0, 0], high = [0, -1, 0, 0], interior = "
		"[0, 0, 0, 0] : (T, tensor<f32>) -> T\n"
		"%e = stablehlo.convolution(%n, %w)" CONV3
		"%o = stablehlo.slice %e [0:2, 0:4, 0:2, 0:4] : (T) -> tensor<2x4x2x4xf32>\n"
		"%q = stablehlo.convolution(%e, %o) dim_numbers = [f, 0, 1, b]x[i, 0, 1, o]->"
		"[0, 1, b, f], window = {} {batch_group_count = 1 : i64, feature_group_count = "
		"1 : i64} : (T, tensor<2x4x2x4xf32>) -> tensor<3x4x4x4xf32>\n"
		"%y = stablehlo.slice %q [0:3, 0:2, 0:4, 0:4] : (tensor<3x4x4x4xf32>) -> "
		"tensor<3x2x4x4xf32>\nreturn %y, %e : tensor<3x2x4x4xf32>, T\n}", 0, 2 },
	{ "Winograd's, features first: both ends", "1x32x8x8", "32x32x3x3", "32",
		"func.func @main(" ARGS ") -> T {\n"
		"%a = stablehlo.convolution(%x, %w)" FIRST3 RELU("%d", "%a")
		"%e = stablehlo.convolution(%d, %w)" FIRST3 "return %e : T\n}", 2, 2 },
	{ "Winograd's, features last: none", "1x8x8x32", "3x3x32x32", "32",
		"func.func @main(" ARGS ") -> T {\n"
		"%a = stablehlo.convolution(%x, %w)" CONV3 RELU("%d", "%a")
		"%e = stablehlo.convolution(%d, %w)" CONV3 "return %e : T\n}", 2, 0 },
	{ "Winograd's by arguments: both ends", "1x32x14x14", "32x32x3x3", "32",
		"func.func @main(" ARGS ") -> T {\n"
		"%a = stablehlo.convolution(%x, %w)" FIRST3 RELU("%d", "%a")
		"%e = stablehlo.convolution(%d, %w)" FIRST3 "return %e : T\n}", 0, 2 },
	{ "constant weights, features last: none", "1x8x8x24", "3x3x24x24", "24",
		"func.func @main(" ARGS ") -> T {\n"
		"%a = stablehlo.convolution(%x, %w)" CONV3 RELU("%d", "%a")
		"%e = stablehlo.convolution(%d, %w)" CONV3 "return %e : T\n}", 2, 0 },
	{ "the same of an image of few features: as it is", "1x4x8x8", "4x4x3x3", "4",
		"func.func @main(" ARGS ") -> T {\n"
		"%a = stablehlo.convolution(%x, %w)" FIRST3 RELU("%d", "%a")
		"%e = stablehlo.convolution(%d, %w)" FIRST3 "return %e : T\n}", 2, 0 },
};

/* p's text with T, W and V written out. */
static const char *text_of(struct job *j, const struct program *p)
{
	struct str s = { 0 };

	for (const char *c = p->text; *c; c++) {
		char before = c == p->text ? ' ' : c[-1];
		bool alone = !isalpha((unsigned char)before) && !strchr("%_", before) &&
			     strchr(" ,)\n}", c[1]) && c[1];
		const char *type = !alone ? NULL : *c == 'T' ? p->type : *c == 'W' ? p->weights :
			*c == 'V' ? p->vector : NULL;
		if (type)
			str_addf(&s, "tensor<%sxf32>", type);
		else
			str_addf(&s, "%c", *c);
	}
	const char *copy = job_printf(j, "%s", s.text);
	str_fini(&s);
	return copy;
}

static uint32_t transposes(struct job *j, const struct region *r)
{
	uint32_t n, found = 0;
	const struct node **order = region_order(j, r, &n);

	for (uint32_t i = 0; i < n; i++)
		found += order[i]->op == OP_transpose;
	return found;
}

/* Small whole numbers: sums are exact in any order. */
static struct tensor argument(struct job *j, const struct type *t, uint32_t seed)
{
	int64_t n = type_elements(t);
	float *v = job_array(j, (size_t)n, sizeof *v);

	for (int64_t i = 0; i < n; i++)
		v[i] = (float)(((uint64_t)i * 7 + seed * 5) % 5) - 2;
	return (struct tensor){ .type = t, .rank = t->rank, .dims = t->dims, .data = v };
}

struct check {
	const struct program *program;
	struct graph *graph;                 /* made by the check, whoever asked releases it */
};

static void check_program(struct job *j, void *arg)
{
	struct check *c = arg;
	const struct program *p = c->program;
	const char *text = text_of(j, p);
	job_try(j, stablehlo_read(p->name, text, strlen(text), NULL, &c->graph));
	struct graph *g = c->graph;
	graph_borrow(g, j);
	const struct region *r = graph_main(g)->region;
	bool constant[3] = { p->constants & 1, p->constants & 2, p->constants & 4 };
	struct plan_options o = { .narguments = 3, .constant = constant };
	const struct region *now = plan_layout(g, r, &o);
	struct tensor in[3], was[2] = { { 0 } }, is[2] = { { 0 } };

	UNIT_NOTE("%s", p->name);
	CHECK_INT(transposes(j, now), p->transposes);
	CHECK(plan_layout(g, now, &o) == now);
	for (uint32_t i = 0; i < r->nparams; i++)
		in[i] = argument(j, r->params[i], i);
	eval_region(j, g, r, &(struct eval_options){ 0 }, in, was);
	eval_region(j, g, now, &(struct eval_options){ 0 }, in, is);
	for (uint32_t i = 0; i < r->nresults; i++) {
		CHECK(r->results[i]->type == now->results[i]->type);
		CHECK(!memcmp(was[i].data, is[i].data, (size_t)type_bytes(was[i].type)));
	}
	graph_verify(g);
}

void test_plan_layout__turns_the_fewest_bytes(void)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		struct check c = { .program = &programs[i] };
		CHECK_OK(job_run(check_program, &c));
		graph_release(c.graph);
	}
}
