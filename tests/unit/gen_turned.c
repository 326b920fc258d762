/* gen_turned.c -- maps over transposed operands, in squares, against the interpreter. */
#include "gen_util.h"

static struct gen_case map_of(struct graph *g, struct job *j, const struct region *r)
{
	return (struct gen_case){
		.g = g, .job = j, .core = CORE_map, .outer_grain = 5, .region = r };
}

/* Whole squares, and parts of them at both ends, in every dtype's way into registers. */
static void every_dtype(struct graph *g, struct job *j)
{
	static const enum dtype dtypes[] = { DTYPE_f32, DTYPE_bf16, DTYPE_f64, DTYPE_i1,
		DTYPE_i8, DTYPE_ui4, DTYPE_i16, DTYPE_i64, DTYPE_c64, DTYPE_c128 };
	static const int rows[] = { 16, 37, 8, 48 }, columns[] = { 32, 23, 9, 15 };

	for (unsigned i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
		for (unsigned s = 0; s < sizeof rows / sizeof *rows; s++) {
			const struct type *t = gen_type(g, dtypes[i], 2, columns[s], rows[s]);
			const struct node *x = graph_parameter(g, 0, t);
			const struct node *y = build_transpose(g, x, (int64_t[]){ 1, 0 });
			struct gen_case c = map_of(g, j, gen_region(g, 1, &t, 1, &y));
			gen_check(&c);
		}
}

void test_gen_turned__every_dtype(void)
{
	gen_with_graph(every_dtype);
}

/* Several pieces of both dimensions, the last ones no whole squares. */
static void several_pieces(struct graph *g, struct job *j)
{
	static const int sizes[][2] = { { 513, 265 }, { 256, 300 }, { 20, 530 }, { 600, 17 } };

	for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		const struct type *t = gen_type(g, DTYPE_f32, 3, 2, sizes[i][0], sizes[i][1]);
		const struct node *x = graph_parameter(g, 0, t);
		const struct node *y = build_transpose(g, x, (int64_t[]){ 0, 2, 1 });
		struct gen_case c = map_of(g, j, gen_region(g, 1, &t, 1, &y));
		gen_check(&c);
		c.outer_grain = 64;
		gen_check(&c);
	}
}

void test_gen_turned__several_pieces(void)
{
	gen_with_graph(several_pieces);
}

/* The operand runs along another dimension than the one before the last. */
static void three_dims(struct graph *g, struct job *j)
{
	static const int64_t orders[][3] = { { 2, 0, 1 }, { 2, 1, 0 }, { 1, 2, 0 }, { 0, 2, 1 } };

	for (unsigned i = 0; i < sizeof orders / sizeof *orders; i++) {
		const struct type *t = gen_type(g, DTYPE_f32, 3, 19, 33, 18);
		const struct node *x = graph_parameter(g, 0, t);
		const struct node *y = build_transpose(g, x, orders[i]);
		struct gen_case c = map_of(g, j, gen_region(g, 1, &t, 1, &y));
		gen_check(&c);
		c.outer_grain = 1000;
		gen_check(&c);
	}
}

void test_gen_turned__three_dims(void)
{
	gen_with_graph(three_dims);
}

/* Operands that are turned, one of them two ways and one also as it lies, ops before and behind,
 * several results. */
static void beside_others(struct graph *g, struct job *j)
{
	const struct type *t[] = { gen_type(g, DTYPE_f32, 2, 40, 40),
		gen_type(g, DTYPE_bf16, 2, 40, 40), gen_type(g, DTYPE_f32, 1, 40) };
	const int64_t order[] = { 1, 0 };
	const struct node *x = graph_parameter(g, 0, t[0]), *b = graph_parameter(g, 1, t[1]);
	const struct node *v = graph_parameter(g, 2, t[2]);
	const struct node *wide = build_broadcast(g, v, 2, t[0]->dims, (int64_t[]){ 0 });
	const struct node *xt =
		build_transpose(g, build2(g, OP_multiply, build1(g, OP_negate, x), wide), order);
	const struct node *bt = build_convert(g, build_transpose(g, b, order), DTYPE_f32);
	const struct node *sum = build2(g, OP_add, build2(g, OP_add, xt, x), bt);
	const struct node *r[] = { build2(g, OP_add, sum, wide), bt,
		build2(g, OP_maximum, xt, bt) };
	struct gen_case c = map_of(g, j, gen_region(g, 3, t, 3, r));

	c.tolerance = 1e-6;
	gen_check(&c);
}

void test_gen_turned__beside_others(void)
{
	gen_with_graph(beside_others);
}

static void symbolic(struct graph *g, struct job *j)
{
	int64_t a = dim_arg(g, 0, 0, 1, 1000), b = dim_arg(g, 0, 2, 1, 1000);
	const struct type *t = type_tensor(g, DTYPE_f32, 3, (int64_t[]){ a, 3, b });
	const struct node *x = graph_parameter(g, 0, t);
	const struct node *y = build_transpose(g, x, (int64_t[]){ 2, 1, 0 });
	struct gen_case c = map_of(g, j, gen_region(g, 1, &t, 1, &y));

	c.nsizes = 2;
	c.dims[0] = a;
	c.dims[1] = b;
	for (int n = 1; n < 50; n += 16)
		for (int m = 1; m < 40; m += 15) {
			c.sizes[0] = n;
			c.sizes[1] = m;
			gen_check(&c);
		}
}

void test_gen_turned__symbolic_sizes(void)
{
	gen_with_graph(symbolic);
}

/* What another transpose turns back is read and written as it lies. */
static void turned_back(struct graph *g, struct job *j)
{
	const struct type *t[] = { gen_type(g, DTYPE_f32, 3, 9, 37, 23),
		gen_type(g, DTYPE_f32, 3, 37, 23, 9) };
	const int64_t there[] = { 1, 2, 0 }, back[] = { 2, 0, 1 };
	const struct node *x = graph_parameter(g, 0, t[0]), *y = graph_parameter(g, 1, t[1]);
	const struct node *xt = build1(g, OP_negate, build_transpose(g, x, there));
	const struct node *straight = build2(g, OP_add, xt, build_like(g, xt, 1));
	const struct node *r[] = { build_transpose(g, straight, back),
		build_transpose(g, build2(g, OP_add, xt, y), back) };

	for (int i = 0; i < 2; i++) {
		struct gen_case c = map_of(g, j, gen_region(g, 2, t, 1, &r[i]));
		struct kernel k = { .graph = g, .core = CORE_map, .body = c.region, .rank = 3,
			.space = t[0]->dims, .outer_grain = 5, .chunks = 23, .ninputs = 2,
			.noutputs = 1, .name = "back" };
		gen_check(&c);
		CHECK_INT(gen_code_says(&k, ISA_LEVEL_avx512, "@turn"), i);
	}
}

void test_gen_turned__turned_back(void)
{
	gen_with_graph(turned_back);
}
