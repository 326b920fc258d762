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

static const struct node *row_max(struct graph *g, const struct node *x)
{
	int64_t d = x->type->rank - 1;

	return build_reduce(g, OP_maximum, x, 1, &d);
}

/* x - max(x) */
static const struct node *row_less(struct graph *g, const struct node *x)
{
	return build2(g, OP_subtract, x, keep(g, row_max(g, x), x->type));
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
		const struct node *r[] = { build2(g, OP_multiply, d, inv), row_max(g, x) };
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

/* Blocks in pairs, an odd one and a tail, of exponentials over their sum; rows one by one and in a
 * pipeline (chunks of 8 rows and more). */
static void softmax(struct graph *g, struct job *j)
{
	static const int lengths[] = { 1, 16, 17, 32, 33, 48, 69, 384 };

	for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		const struct type *t = gen_type(g, DTYPE_f32, 2, 9, lengths[i]);
		const struct node *x = graph_parameter(g, 0, t);
		const struct node *e = build1(g, OP_exponential, row_less(g, x));
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
		c.outer_grain = 8;
		gen_check(&c);
		c.strict = true;
		gen_check(&c);
	}
}

void test_gen_row__softmax(void)
{
	gen_with_graph(softmax);
}

/* Rows of zeros of both signs, of one zero above the rest, and those of extremes. */
static bool rows_of_zeros(uint32_t input, void *data, const struct tensor *t)
{
	float *x = data;
	int64_t length = t->type->dims[1];

	rows_of_extremes(input, data, t);
	for (int64_t i = 0; i < 3 * length; i++)
		x[i] = i < length ? (i % 3 ? -0.0f : 0.0f)
				  : i % length ? -200.0f : i < 2 * length ? -0.0f : 0.0f;
	return true;
}

/* A maximum may skip NaN where the sum tells all that depends on it (log of softmax), and must not
 * where something else comes of it: x - max, max itself, or a maximum of exponentials. */
static void maxima(struct graph *g, struct job *j)
{
	for (int which = 0; which < 4; which++) {
		const struct type *t = gen_type(g, DTYPE_f32, 2, 20, 69);
		const struct node *x = graph_parameter(g, 0, t);
		const struct node *less = row_less(g, x);
		const struct node *e = build1(g, OP_exponential, less), *sum = row_sum(g, e);
		const struct node *r[] = {
			build2(g, OP_subtract, less, build1(g, OP_log, sum)),
			which == 1 ? less : which == 2 ? row_max(g, x) : row_max(g, e),
		};
		struct gen_case c = { .g = g,
			.job = j,
			.core = CORE_row,
			.row = 1,
			.outer_grain = 10,
			.tolerance = 1e-6,
			.fill = rows_of_zeros,
			.region = gen_region(g, 1, &t, which ? 2 : 1, r) };
		gen_check(&c);
	}
}

void test_gen_row__maxima_of_nan(void)
{
	gen_with_graph(maxima);
}

/* Four passes, of which the last two read what the second keeps, and results of one value a row
 * made by the last; space of three dims, in chunks that are and are not whole. */
static void pipeline(struct graph *g, struct job *j)
{
	static const int lengths[] = { 1, 16, 37, 384 }, grains[] = { 4, 8, 45, 31 };

	for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		const struct type *t = gen_type(g, DTYPE_f32, 3, 5, 9, lengths[i]);
		const struct node *x = graph_parameter(g, 0, t);
		const struct node *e = build1(g, OP_exponential,
			build2(g, OP_subtract, x, keep(g, build_reduce(g, OP_minimum, x, 1,
				(int64_t[]){ 2 }), t)));
		const struct node *p = build2(g, OP_divide, e, row_sum(g, e));
		const struct node *square = row_sum(g, build2(g, OP_multiply, p, p));
		const struct node *r[] = { build2(g, OP_multiply, p, square),
			build_reduce(g, OP_add, build2(g, OP_multiply, p, square), 1,
				(int64_t[]){ 2 }) };
		struct gen_case c = { .g = g,
			.job = j,
			.core = CORE_row,
			.row = 1,
			.tolerance = 1e-5,
			.region = gen_region(g, 1, &t, 2, r) };
		for (unsigned k = 0; k < sizeof grains / sizeof *grains; k++) {
			c.outer_grain = grains[k];
			gen_check(&c);
		}
	}
}

void test_gen_row__pipeline(void)
{
	gen_with_graph(pipeline);
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

/* The next row is asked for where the operand is large and a row is not, and rows go one by one:
 * and read by nobody behind the last. */
static void rows_ahead(struct graph *g, struct job *j)
{
	static const struct {
		int rows, length;
		bool asks;
		int grain;
	} of[] = { { 1024, 256, true, 7 }, { 1023, 256, false, 7 }, { 8, 32768, false, 7 },
		{ 1024, 256, false, 100 } };

	for (unsigned i = 0; i < sizeof of / sizeof *of; i++) {
		const struct type *t = gen_type(g, DTYPE_f32, 2, of[i].rows, of[i].length);
		const struct node *x = graph_parameter(g, 0, t);
		const struct node *sum = row_sum(g, x);
		const struct node *r[] = { build2(g, OP_subtract, x, sum) };
		struct gen_case c = { .g = g,
			.job = j,
			.core = CORE_row,
			.row = 1,
			.outer_grain = of[i].grain,
			.tolerance = 1e-3,
			.region = gen_region(g, 1, &t, 1, r) };
		struct kernel k = { .graph = g,
			.core = CORE_row,
			.body = c.region,
			.rank = 2,
			.row = 1,
			.space = t->dims,
			.outer_grain = of[i].grain,
			.chunks = (of[i].rows + of[i].grain - 1) / of[i].grain,
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
