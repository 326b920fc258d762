/* gen_part.c -- parts of a tensor read from its memory, which ends with their last element, against
 * the interpreter. */
#include "gen_util.h"
#include "plan/plan_impl.h"

/* n rows of `width` elements, of each of which the memory's last row has `inner`. */
static const struct node *rows_of(
	struct graph *g, const struct node *memory, int64_t n, int64_t width, int64_t inner)
{
	const struct node *zero = build_scalar(g, memory->type->dtype, 0);
	int64_t none = 0, high = width - inner;
	const struct node *all = build_pad(g, memory, zero, &none, &high, &none);

	return build_reshape(g, all, 2, (int64_t[]){ n, width });
}

static const struct node *columns(
	struct graph *g, const struct node *x, int64_t from, int64_t to, int64_t step)
{
	return build_slice(g, x, (int64_t[]){ 0, from }, (int64_t[]){ x->type->dims[0], to },
		(int64_t[]){ 1, step });
}

static struct gen_case map_of(struct graph *g, struct job *j, const struct type *t,
	const struct node *y)
{
	return (struct gen_case){ .g = g,
		.job = j,
		.core = CORE_map,
		.outer_grain = 4,
		.region = gen_region(g, 1, &t, 1, &y) };
}

/* Columns of rows, every few, and some where the padding shows. */
static void of_rows(struct graph *g, struct job *j)
{
	static const enum dtype dtypes[] = { DTYPE_f32, DTYPE_bf16, DTYPE_i64, DTYPE_i1 };
	static const int cut[][3] = { { 0, 33, 1 }, { 5, 21, 1 }, { 0, 32, 2 }, { 1, 33, 7 },
		{ 0, 34, 1 }, { 20, 70, 3 } };

	for (unsigned d = 0; d < sizeof dtypes / sizeof *dtypes; d++)
		for (unsigned i = 0; i < sizeof cut / sizeof *cut; i++) {
			const struct type *t = gen_type(g, dtypes[d], 1, 8 * 70 + 33);
			const struct node *x = rows_of(g, graph_parameter(g, 0, t), 9, 70, 33);
			const struct node *y = columns(g, x, cut[i][0], cut[i][1], cut[i][2]);
			struct gen_case c = map_of(g, j, t, y);
			gen_check(&c);
		}
}

void test_gen_part__of_rows(void)
{
	gen_with_graph(of_rows);
}

/* [n, 3, 5] of [n, 4, 8], the rows from the second on, the result turned. */
static void of_matrices(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 1, 10 * 32 + 2 * 8 + 5);
	const struct node *x = rows_of(g, graph_parameter(g, 0, t), 11, 32, 21);
	const struct node *some = build_reshape(
		g, columns(g, x, 0, 24, 1), 3, (int64_t[]){ 11, 3, 8 });
	const struct node *y = build_slice(g, some, (int64_t[]){ 1, 0, 0 },
		(int64_t[]){ 11, 3, 5 }, (int64_t[]){ 1, 1, 1 });
	struct gen_case c = map_of(g, j, t, y);

	gen_check(&c);
	c = map_of(g, j, t, build_transpose(g, y, (int64_t[]){ 2, 1, 0 }));
	gen_check(&c);
	c = map_of(g, j, t, build_slice(g, some, (int64_t[]){ 1, 0, 0 }, (int64_t[]){ 11, 3, 6 },
		(int64_t[]){ 2, 2, 1 }));
	gen_check(&c);
}

void test_gen_part__of_matrices(void)
{
	gen_with_graph(of_matrices);
}

/* Of any number of rows it is not asked where the memory ends. */
static void of_any_rows(struct graph *g, struct job *j)
{
	int64_t n = dim_arg(g, 0, 0, 1, 1000);
	const struct type *t = type_tensor(g, DTYPE_f32, 1, &n);
	const struct node *zero = build_scalar(g, DTYPE_f32, 0);

	for (int inner = 31; inner <= 32; inner++) {
		int64_t none = 0, high = 40 - inner; /* n = (rows - 1) * 40 + inner */
		int64_t rows = dim_floordiv(g, dim_add(g, n, high), 40);
		const struct node *x = graph_parameter(g, 0, t);
		x = build_reshape(g, build_pad(g, x, zero, &none, &high, &none), 2,
			(int64_t[]){ rows, 40 });
		struct gen_case c = map_of(g, j, t, columns(g, x, 0, 32, 1));
		c.nsizes = 2;
		c.dims[0] = n;
		c.dims[1] = rows;
		struct kernel k = { .graph = g, .core = CORE_map, .body = c.region, .rank = 2,
			.space = (int64_t[]){ rows, 32 }, .outer_grain = 4, .chunks = 2,
			.ninputs = 1, .noutputs = 1, .nsizes = 2, .sizes = c.dims, .name = "part" };
		CHECK_INT(gen_code_says(&k, ISA_LEVEL_avx512, "select"), inner < 32);
		for (int r = 1; r < 9; r += 3) {
			c.sizes[0] = (r - 1) * 40 + inner;
			c.sizes[1] = r;
			gen_check(&c);
		}
	}
}

void test_gen_part__of_any_number_of_rows(void)
{
	gen_with_graph(of_any_rows);
}

/* Of any number of columns it is asked, unless it is of some that end before. */
static void of_any_columns(struct graph *g, struct job *j)
{
	int64_t n = dim_arg(g, 0, 0, 1, 1000), some = dim_arg(g, 1, 0, 1, 40);
	const struct type *t = type_tensor(g, DTYPE_f32, 1, &n);
	const struct node *zero = build_scalar(g, DTYPE_f32, 0);
	int64_t none = 0, high = 9, rows = dim_floordiv(g, dim_add(g, n, high), 40);
	const struct node *all = build_reshape(g, build_pad(g, graph_parameter(g, 0, t), zero,
		&none, &high, &none), 2, (int64_t[]){ rows, 40 });

	(void)j;
	for (int cut = 0; cut < 2; cut++) {
		const int64_t start[2] = { 0 }, one[2] = { 1, 1 }, limit[2] = { rows, some };
		const struct node *y = plan_slice(g, cut ? columns(g, all, 0, 31, 1) : all, start,
			limit, one);
		struct kernel k = { .graph = g, .core = CORE_map, .rank = 2,
			.body = gen_region(g, 1, &t, 1, &y), .space = y->type->dims,
			.outer_grain = 4, .chunks = 2, .ninputs = 1, .noutputs = 1, .nsizes = 3,
			.sizes = (int64_t[]){ n, rows, some }, .name = "part" };
		CHECK_INT(gen_code_says(&k, ISA_LEVEL_avx512, "select"), !cut);
	}
}

void test_gen_part__of_any_number_of_columns(void)
{
	gen_with_graph(of_any_columns);
}
