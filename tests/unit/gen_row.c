/* gen_row.c -- CORE_row against the interpreter. */
#include "gen_util.h"

static const struct node *keep(struct graph *g, const struct node *r, const struct type *t)
{
	int64_t at[16];

	for (uint32_t i = 0; i + 1 < t->rank; i++)
		at[i] = i;
	return build_broadcast(g, r, t->rank, t->dims, at);
}

static const struct node *row_sum(struct graph *g, const struct node *x)
{
	int64_t d = x->type->rank - 1;

	return keep(g, build_reduce(g, OP_add, x, 1, &d), x->type);
}

/* (x - mean) * rsqrt(var + eps), and the mean */
static void norms(struct graph *g, struct job *j)
{
	static const int lengths[] = { 1, 5, 16, 37, 384 };

	for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		const struct type *t = gen_type(g, DTYPE_f32, 3, 3, 4, lengths[i]);
		const struct node *x = graph_parameter(g, 0, t), *n = build_like(g, x, lengths[i]);
		const struct node *mean = build2(g, OP_divide, row_sum(g, x), n);
		const struct node *d = build2(g, OP_subtract, x, mean);
		const struct node *var =
			build2(g, OP_divide, row_sum(g, build2(g, OP_multiply, d, d)), n);
		const struct node *inv =
			build1(g, OP_rsqrt, build2(g, OP_add, var, build_like(g, x, 1e-5)));
		int64_t last = 2;
		const struct node *r[] = { build2(g, OP_multiply, d, inv),
			build_reduce(g, OP_maximum, x, 1, &last) };
		struct gen_case c = { .g = g,
			.job = j,
			.core = CORE_row,
			.row = 1,
			.outer_grain = 5,
			.tolerance = 1e-5,
			.region = gen_region(g, 1, &t, 2, r) };
		gen_check(&c);
	}
}

void test_gen_row__layer_norm(void)
{
	gen_with_graph(norms);
}

/* Every third row holds -inf, the next is nothing else, the next has inf and NaN. */
static bool rows_of_extremes(uint32_t input, void *data, const struct tensor *t)
{
	float *x = data;
	int64_t length = t->type->dims[1];

	(void)input;
	for (int64_t i = 0; i < t->type->dims[0] * length; i++) {
		int64_t row = i / length, at = i % length;
		x[i] = (float)((i * 37) % 23) - 11;
		if ((row % 3 == 0 && at % 5 == 2) || row % 4 == 1)
			x[i] = -INFINITY;
		if (row == 6 && at == length - 1)
			x[i] = INFINITY;
		if (row == 7 && at == length / 2)
			x[i] = NAN;
	}
	return true;
}

/* Blocks in pairs, an odd one and a tail, of exponentials over their sum. */
static void softmax(struct graph *g, struct job *j)
{
	static const int lengths[] = { 1, 16, 17, 32, 33, 48, 69, 384 };

	for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		const struct type *t = gen_type(g, DTYPE_f32, 2, 9, lengths[i]);
		const struct node *x = graph_parameter(g, 0, t);
		const struct node *max = build_reduce(g, OP_maximum, x, 1, (int64_t[]){ 1 });
		const struct node *e = build1(g, OP_exponential,
			build2(g, OP_subtract, x, keep(g, max, t)));
		const struct node *r[] = { build2(g, OP_divide, e, row_sum(g, e)) };
		struct gen_case c = { .g = g,
			.job = j,
			.core = CORE_row,
			.row = 1,
			.outer_grain = 4,
			.tolerance = 1e-6,
			.fill = rows_of_extremes,
			.region = gen_region(g, 1, &t, 1, r) };
		gen_check(&c);
		c.strict = true;
		gen_check(&c);
	}
}

void test_gen_row__softmax(void)
{
	gen_with_graph(softmax);
}

static void two_dims(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 4, 3, 4, 7, 9);
	const struct node *x = graph_parameter(g, 0, t);
	const struct node *s = build_reduce(g, OP_add, x, 2, (int64_t[]){ 2, 3 });
	const struct node *b = build_broadcast(g, s, 4, t->dims, (int64_t[]){ 0, 1 });
	const struct node *r[] = { build2(g, OP_subtract, x, b), s };
	struct gen_case c = { .g = g,
		.job = j,
		.core = CORE_row,
		.row = 2,
		.outer_grain = 1,
		.tolerance = 1e-5,
		.region = gen_region(g, 1, &t, 2, r) };

	gen_check(&c);
	t = gen_type(g, DTYPE_i32, 1, 1000);
	x = graph_parameter(g, 0, t);
	s = build_reduce(g, OP_minimum, x, 1, (int64_t[]){ 0 });
	const struct node *both[] = { build2(g, OP_add, x, build_broadcast(g, s, 1, t->dims, NULL)),
		s };
	c.row = 1;
	c.low = -1000;
	c.high = 1000;
	c.region = gen_region(g, 1, &t, 2, both);
	gen_check(&c);
}

void test_gen_row__two_dims_and_all(void)
{
	gen_with_graph(two_dims);
}

static void symbolic(struct graph *g, struct job *j)
{
	int64_t a = dim_arg(g, 0, 0, 1, 1000), b = dim_arg(g, 0, 1, 1, 1000);

	for (int n = 1; n < 40; n += 6) {
		const struct type *t = type_tensor(g, DTYPE_f32, 2, (int64_t[]){ a, b });
		const struct node *x = graph_parameter(g, 0, t);
		const struct node *s =
			build_reduce(g, OP_add, build2(g, OP_multiply, x, x), 1, (int64_t[]){ 1 });
		struct gen_case c = { .g = g,
			.job = j,
			.core = CORE_row,
			.row = 1,
			.outer_grain = 2,
			.tolerance = 1e-5,
			.nsizes = 2,
			.dims = { a, b },
			.sizes = { 7, n } };
		const struct node *r[] = { build1(g, OP_negate, x), s };
		c.region = gen_region(g, 1, &t, 2, r);
		gen_check(&c);
		c.core = CORE_map;
		c.region = gen_region(g, 1, &t, 1, r);
		gen_check(&c);
		c.inner_grain = 16;
		c.outer_grain = 1;
		gen_check(&c);
	}
}

void test_gen_row__symbolic_sizes(void)
{
	gen_with_graph(symbolic);
}

/* The next row is asked for where the operand is large and a row is not: and read by nobody behind
 * the last. */
static void rows_ahead(struct graph *g, struct job *j)
{
	static const struct {
		int rows, length;
		bool asks;
	} of[] = { { 1024, 256, true }, { 1023, 256, false }, { 8, 32768, false } };

	for (unsigned i = 0; i < sizeof of / sizeof *of; i++) {
		const struct type *t = gen_type(g, DTYPE_f32, 2, of[i].rows, of[i].length);
		const struct node *x = graph_parameter(g, 0, t);
		const struct node *sum = row_sum(g, x);
		const struct node *r[] = { build2(g, OP_subtract, x, sum) };
		struct gen_case c = { .g = g,
			.job = j,
			.core = CORE_row,
			.row = 1,
			.outer_grain = 100,
			.tolerance = 1e-3,
			.region = gen_region(g, 1, &t, 1, r) };
		struct kernel k = { .graph = g,
			.core = CORE_row,
			.body = c.region,
			.rank = 2,
			.row = 1,
			.space = t->dims,
			.outer_grain = 100,
			.chunks = (of[i].rows + 99) / 100,
			.ninputs = 1,
			.noutputs = 1,
			.name = "ahead" };
		if (i == 0)
			gen_check(&c);
		CHECK(gen_code_says(&k, ISA_LEVEL_avx2, "prefetch") == of[i].asks);
	}
}

void test_gen_row__asks_for_the_next_row(void)
{
	gen_with_graph(rows_ahead);
}
