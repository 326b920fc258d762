/* gen_map.c -- CORE_map against the interpreter: elementwise, movement, loops inside. */
#include "gen_util.h"
#include "plan/plan_impl.h"
#include <stdio.h>

/* The kernel of a body over matrices of type t, four rows at a time. */
static struct kernel matrix_kernel(struct graph *g, const struct region *body, uint32_t ninputs,
	const struct type *t, int64_t chunks, const char *name)
{
	struct kernel k = { .graph = g, .core = CORE_map, .body = body, .rank = 2,
		.space = t->dims, .outer_grain = 4, .chunks = chunks, .ninputs = ninputs,
		.noutputs = 1 };

	snprintf(k.name, sizeof k.name, "%s", name);
	return k;
}

static const struct node *param(struct graph *g, uint32_t i, const struct type *t)
{
	return graph_parameter(g, i, t);
}

static void check_map(struct graph *g, struct job *j, uint32_t n, const struct type *const *params,
	const struct node *result, double tolerance)
{
	struct gen_case c = { .g = g,
		.job = j,
		.core = CORE_map,
		.tolerance = tolerance,
		.outer_grain = 3,
		.region = gen_region(g, n, params, 1, &result) };

	gen_check(&c);
	c.outer_grain = 1;
	if (result->type->rank) {
		c.inner_grain = 48;
		gen_check(&c);
	}
}

static void add_mul(struct graph *g, struct job *j)
{
	const struct type *t[] = { gen_type(g, DTYPE_f32, 2, 7, 37), gen_type(g, DTYPE_f32, 1, 37),
		gen_type(g, DTYPE_f32, 0) };
	const struct node *x = param(g, 0, t[0]);
	const struct node *y = build_broadcast_to(g, param(g, 1, t[1]), 2, t[0]->dims);
	const struct node *z = build_broadcast_to(g, param(g, 2, t[2]), 2, t[0]->dims);

	check_map(g, j, 3, t, build2(g, OP_add, build2(g, OP_multiply, x, y), z), 0);
}

void test_gen_map__elementwise(void)
{
	gen_with_graph(add_mul);
}

static void moves(struct graph *g, struct job *j)
{
	const struct type *t[] = { gen_type(g, DTYPE_f32, 3, 4, 6, 32), gen_type(g, DTYPE_f32, 0) };
	const struct node *x = param(g, 0, t[0]), *s = param(g, 1, t[1]);
	int64_t p[] = { 2, 0, 1 }, p2[] = { 1, 0, 2 };

	check_map(g, j, 2, t, build_transpose(g, x, p), 0);
	check_map(g, j, 2, t, build_transpose(g, x, p2), 0);
	check_map(g, j, 2, t, build_reshape(g, build_transpose(g, x, p2), 2, (int64_t[]){ 6, 128 }),
		0);
	check_map(g, j, 2, t, build_reshape(g, x, 3, (int64_t[]){ 8, 3, 32 }), 0);
	check_map(g, j, 2, t, build_reshape(g, x, 2, (int64_t[]){ 64, 12 }), 0);
	check_map(g, j, 2, t, build_reshape(g, x, 1, (int64_t[]){ 768 }), 0);
	check_map(g, j, 2, t, build_slice(g, x, (int64_t[]){ 1, 0, 3 }, (int64_t[]){ 4, 5, 30 },
		(int64_t[]){ 2, 1, 1 }), 0);
	check_map(g, j, 2, t, build_slice(g, x, (int64_t[]){ 0, 0, 1 }, (int64_t[]){ 4, 6, 32 },
		(int64_t[]){ 1, 1, 3 }), 0);
	check_map(g, j, 2, t, build_pad(g, x, s, (int64_t[]){ 1, 0, 3 }, (int64_t[]){ 0, 2, 1 },
		(int64_t[]){ 0, 0, 0 }), 0);
	check_map(g, j, 2, t, build_pad(g, x, s, (int64_t[]){ 1, -1, -2 }, (int64_t[]){ 0, 2, 1 },
		(int64_t[]){ 0, 1, 2 }), 0);
	const struct node *both[] = { x, build1(g, OP_negate, x), build2(g, OP_add, x, x) };
	check_map(g, j, 2, t, build_concat(g, 3, both, 0), 0);
	check_map(g, j, 2, t, build_concat(g, 3, both, 2), 0);
	const struct node *cut = build_slice(g, x, (int64_t[]){ 0, 0, 3 }, (int64_t[]){ 4, 6, 10 },
		(int64_t[]){ 1, 1, 1 });
	check_map(g, j, 2, t, build_concat(g, 2, (const struct node *[]){ cut, x }, 2), 0);
}

/* Rows with edges, of one block to more than are made one by one: behind a concatenation and a
 * padding of the row, elements are exact whatever their place. */
static void edges(struct graph *g, struct job *j)
{
	static const int lengths[] = { 5, 26, 62, 300 };

	for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		int64_t n = lengths[i];
		const struct attr_entry turn = { KEY_dimensions, NULL,
			attr_ints(g, 1, (int64_t[]){ 1 }) };
		const struct type *t[] = { gen_type(g, DTYPE_f32, 2, 7, lengths[i]),
			gen_type(g, DTYPE_f32, 0) };
		const struct node *x = param(g, 0, t[0]), *s = param(g, 1, t[1]);
		const struct node *first = build_slice(g, x, (int64_t[]){ 0, 1 },
			(int64_t[]){ 7, 4 }, (int64_t[]){ 1, 1 });
		const struct node *last = build_slice(g, x, (int64_t[]){ 0, n - 3 },
			(int64_t[]){ 7, n }, (int64_t[]){ 1, 1 });
		const struct node *back = build_op(g, OP_reverse, 1, &first, 1, &turn);
		const struct node *all[] = { back, x, last };
		const struct node *wide = build_concat(g, 3, all, 1);
		check_map(g, j, 2, t, build1(g, OP_negate, wide), 0);
		check_map(g, j, 2, t, build1(g, OP_negate, build_pad(g, x, s,
			(int64_t[]){ 1, 2 }, (int64_t[]){ 0, 17 }, (int64_t[]){ 0, 0 })), 0);
		check_map(g, j, 2, t, build_concat(g, 2, (const struct node *[]){ wide, wide }, 0),
			0);
	}
}

void test_gen_map__rows_with_edges(void)
{
	gen_with_graph(edges);
}

/* Blocks that lie in two rows: of one number a row, of one row for all, of rows in a padded image,
 * of rows that were cut twice.  None of them is gathered. */
static void bent(struct graph *g, struct job *j)
{
	static const int64_t flat[] = { 4 * 6 * 37 }, padded[] = { 5 * 7 * 40 };

	for (int dt = 0; dt < 3; dt++) {
		enum dtype d = (enum dtype[]){ DTYPE_f32, DTYPE_bf16, DTYPE_i64 }[dt];
		const struct type *t[] = { gen_type(g, d, 3, 4, 6, 37), gen_type(g, d, 1, 6),
			gen_type(g, d, 1, 37), gen_type(g, d, 0) };
		const int64_t *dims = t[0]->dims;
		const struct node *x = param(g, 0, t[0]), *wide[] = { x,
			build_broadcast(g, param(g, 1, t[1]), 3, dims, (int64_t[]){ 1 }),
			build_broadcast(g, param(g, 2, t[2]), 3, dims, (int64_t[]){ 2 }) };
		const struct node *image = build_pad(g, x, param(g, 3, t[3]),
			(int64_t[]){ 0, 1, 2 }, (int64_t[]){ 1, 0, 1 }, (int64_t[]){ 0, 0, 0 });
		for (int i = 0; i < 3; i++)
			check_map(g, j, 4, t, build1(g, OP_negate,
				build_reshape(g, wide[i], 1, flat)), 0);
		check_map(g, j, 4, t, build1(g, OP_negate, build_reshape(g, image, 1, padded)), 0);
		const struct node *all = build_reshape(g, build2(g, OP_add, x, wide[1]), 1, flat);
		struct kernel k = { .graph = g, .core = CORE_map, .rank = 1, .space = flat,
			.body = gen_region(g, 2, t, 1, &all), .outer_grain = 1, .inner_grain = 48,
			.chunks = 19, .ninputs = 2, .noutputs = 1, .name = "bent" };
		CHECK(!gen_code_says(&k, ISA_LEVEL_avx512, "gather"));
		CHECK(gen_code_says(&k, ISA_LEVEL_avx512, "sub i64 37"));
	}
}

void test_gen_map__blocks_in_two_rows(void)
{
	gen_with_graph(bent);
}

/* Every second to eighth element, and rows that are cut into such: vectors, none of them gathered,
 * and nothing behind the last element. */
static void steps(struct graph *g, struct job *j)
{
	for (int64_t n = 2; n <= 9; n++) {
		for (int dt = 0; dt < 3; dt++) {
			enum dtype d = (enum dtype[]){ DTYPE_f32, DTYPE_bf16, DTYPE_f64 }[dt];
			const struct type *t = gen_type(g, d, 2, 6, 37 * n);
			const struct node *x = param(g, 0, t);
			const struct node *each = build_slice(g, x, (int64_t[]){ 0, n - 1 },
				(int64_t[]){ 6, 37 * n }, (int64_t[]){ 1, n });
			const struct node *planes = build_transpose(g, build_reshape(g, x, 3,
				(int64_t[]){ 6, 37, n }), (int64_t[]){ 0, 2, 1 });
			check_map(g, j, 1, &t, each, 0);
			check_map(g, j, 1, &t, planes, 0);
			struct kernel k = { .graph = g, .core = CORE_map, .rank = 3,
				.space = planes->type->dims,
				.body = gen_region(g, 1, &t, 1, &planes), .outer_grain = 3,
				.chunks = 2 * n, .ninputs = 1, .noutputs = 1, .name = "steps" };
			CHECK(n == 9 || !gen_code_says(&k, ISA_LEVEL_avx512, "gather"));
		}
	}
}

void test_gen_map__steps_read_whole_vectors(void)
{
	gen_with_graph(steps);
}

void test_gen_map__movement(void)
{
	gen_with_graph(moves);
}

/* A window of 4 x 3 written out, over images of 6 x `wide` places. */
static const struct node *window(struct graph *g, const struct node *x, const struct node *w,
	const struct type *t)
{
	const struct node *sum = NULL;
	int64_t wide = t->dims[2], feature = 0, ones[] = { 1, 1, 1 };

	for (int64_t i = 0; i < 12; i++) {
		const struct node *at = build_slice(g, x, (int64_t[]){ 0, i / 3, i % 3 },
			(int64_t[]){ 3, i / 3 + 6, i % 3 + wide }, ones);
		const struct node *by = build_slice(g, w, (int64_t[]){ i, 0 },
			(int64_t[]){ i + 1, 3 }, ones);
		by = build_broadcast(g, build_reshape(g, by, 1, (int64_t[]){ 3 }), 3, t->dims,
			&feature);
		const struct node *product = build2(g, OP_multiply, at, by);
		sum = sum ? build2(g, OP_add, sum, product) : product;
	}
	return sum;
}

/* Several rows at once, of vectors one by one, in pairs and with a tail; with another sum behind
 * it; of rounded ops the interpreter's bits. */
static void written_out(struct graph *g, struct job *j)
{
	static const int wide[] = { 5, 16, 30, 37, 70, 96 };

	for (unsigned i = 0; i < 2 * sizeof wide / sizeof *wide; i++) {
		enum dtype d = i % 2 ? DTYPE_f64 : DTYPE_f32;
		const struct type *t[] = { gen_type(g, d, 3, 3, 9, wide[i / 2] + 2),
			gen_type(g, d, 2, 12, 3), gen_type(g, d, 3, 3, 6, wide[i / 2]) };
		const struct node *all = build2(g, OP_add, param(g, 2, t[2]),
			build1(g, OP_negate,
			window(g, param(g, 0, t[0]), param(g, 1, t[1]), t[2])));
		struct gen_case c = { .g = g, .job = j, .core = CORE_map, .outer_grain = 12,
			.region = gen_region(g, 3, t, 1, &all), .strict = i % 4 == 0,
			.tolerance = i % 4 == 0 ? 0 : d == DTYPE_f64 ? 1e-14 : 1e-5 };
		gen_check(&c);
		struct kernel k = { .graph = g, .core = CORE_map, .rank = 3, .space = t[2]->dims,
			.body = c.region, .outer_grain = 12, .chunks = 2, .ninputs = 3,
			.noutputs = 1, .name = "taps" };
		CHECK(gen_code_says(&k, ISA_LEVEL_avx512, "llvm.fma"));
		k.outer_grain = 4;               /* rows of two images in one chunk's step */
		CHECK(!gen_code_says(&k, ISA_LEVEL_avx512, "llvm.fma"));
	}
}

void test_gen_map__windows_written_out(void)
{
	gen_with_graph(written_out);
}

/* A window over an image with its features last, of `rows` x `taps` places. */
struct line_window {
	int64_t line, features, taps, stride, low, high;
	int64_t rows;
	bool dense;                              /* not padded, a dim of size 1 behind the line's */
};

static const struct node *line_sum(struct graph *g, const struct node *x, const struct node *w,
	const struct type *t, const struct line_window *c)
{
	const int64_t ones[] = { 1, 1, 1, 1 }, step[] = { 1, c->stride, 1, 1 };
	const int64_t flat[] = { 1, c->stride, c->stride, 1 }, feature = 3;
	const struct node *sum = NULL;

	for (int64_t i = 0; i < c->rows * c->taps; i++) {
		int64_t h = i / c->taps, v = i % c->taps;
		int64_t start[] = { 0, h, v, 0 }, limit[4];
		if (c->dense) {
			start[0] = h;
			start[1] = v;
			start[2] = 0;
		}
		const int64_t *by = c->dense ? step : flat;
		for (int d = 0; d < 4; d++)
			limit[d] = t->dims[d] < 0 ? t->dims[d]
				: start[d] + (t->dims[d] - 1) * by[d] + 1;
		const struct node *at = plan_slice(g, x, start, limit, by);
		const struct node *k = build_slice(g, w, (int64_t[]){ i, 0 },
			(int64_t[]){ i + 1, c->features }, ones);
		k = build_reshape(g, k, 1, &c->features);
		k = plan_broadcast(g, k, 4, t->dims, &feature);
		const struct node *product = build2(g, OP_multiply, at, k);
		sum = sum ? build2(g, OP_add, sum, product) : product;
	}
	return sum;
}

/* Places of a line together, whole tiles and others, at padding and between, with vectors one by
 * one, in pairs and with a tail; of rounded ops the interpreter's bits. */
static void features_last(struct graph *g, struct job *j)
{
	static const struct line_window all[] = {
		{ 37, 16, 3, 1, 1, 1, 3, false }, { 16, 32, 3, 2, 1, 0, 3, false },
		{ 9, 37, 5, 1, 2, 2, 5, false }, { 5, 64, 7, 1, 3, 3, 7, false },
		{ 1, 16, 3, 1, 1, 1, 3, false }, { 40, 48, 2, 3, 9, -4, 3, false },
		{ 23, 19, 3, 1, 0, 0, 3, true }, { 12, 70, 3, 2, 0, 0, 4, true },
	};

	for (unsigned i = 0; i < 2 * sizeof all / sizeof *all; i++) {
		const struct line_window *c = &all[i / 2];
		enum dtype d = i % 2 ? DTYPE_f64 : DTYPE_f32;
		int64_t reach = (c->line - 1) * c->stride + c->taps, in = reach - c->low - c->high;
		int64_t grain = c->line == 1 ? 4 : c->line;      /* of one place: lines together */
		int64_t tall = 4 * c->stride + c->rows - 3;
		const struct type *t[] = {
			c->dense ? gen_type(g, d, 4, 3 + c->rows, in, 1, c->features) :
			gen_type(g, d, 4, 2, tall, in, c->features),
			gen_type(g, d, 2, c->rows * c->taps, c->features), c->dense ?
			gen_type(g, d, 4, 4, c->line, 1, c->features) :
			gen_type(g, d, 4, 2, 4, c->line, c->features) };
		const int64_t low[] = { 0, 1, c->low, 0 }, high[] = { 0, 1, c->high, 0 },
			      none[4] = { 0 };
		const struct node *x = param(g, 0, t[0]);
		if (!c->dense)
			x = build_pad(g, x, build_scalar(g, d, 0), low, high, none);
		const struct node *y = build2(g, OP_add, param(g, 2, t[2]),
			line_sum(g, x, param(g, 1, t[1]), t[2], c));
		struct gen_case check = { .g = g, .job = j, .core = CORE_map,
			.outer_grain = grain, .region = gen_region(g, 3, t, 1, &y),
			.strict = i % 4 < 2, .tolerance = i % 4 < 2 ? 0 :
			d == DTYPE_f64 ? 1e-14 : 1e-5 };
		gen_check(&check);
		struct kernel k = { .graph = g, .core = CORE_map, .rank = 4, .space = t[2]->dims,
			.body = check.region, .outer_grain = grain, .chunks = 2, .ninputs = 3,
			.noutputs = 1, .name = "lines" };
		CHECK(gen_code_says(&k, ISA_LEVEL_avx512, "llvm.fma"));
		k.outer_grain = 2 * grain - 1;           /* a part of a line in a chunk */
		CHECK(!gen_code_says(&k, ISA_LEVEL_avx512, "llvm.fma"));
	}
}

void test_gen_map__windows_of_features_last(void)
{
	gen_with_graph(features_last);
}

/* The same of any number of images: chunks are of so many lines that all are whole. */
static void features_last_of_any(struct graph *g, struct job *j)
{
	const struct line_window c = { 37, 16, 3, 1, 1, 1, 3, false };
	int64_t n = dim_arg(g, 0, 0, 1, 1000), rows = dim_mul(g, n, 4 * c.line);
	const struct type *x = type_tensor(g, DTYPE_f32, 4, (int64_t[]){ n, 4, c.line, 16 }),
		*w = gen_type(g, DTYPE_f32, 2, 9, 16);
	const int64_t pad[] = { 0, 1, 1, 0 }, none[4] = { 0 }, *t = x->dims;
	const struct node *y = line_sum(g, build_pad(g, param(g, 0, x), build_scalar(g, DTYPE_f32,
		0), pad, pad, none), param(g, 1, w), x, &c);
	struct kernel k = { .graph = g, .core = CORE_map, .rank = 4, .space = t,
		.body = gen_region(g, 2, (const struct type *[]){ x, w }, 1, &y), .ninputs = 2,
		.noutputs = 1, .nsizes = 2, .name = "lines" };
	int64_t whole = dim_mul(g, dim_ceildiv(g, rows, 16 * c.line), c.line), all[] = {
		whole, dim_ceildiv(g, rows, 16) };

	(void)j;
	for (int i = 0; i < 2; i++) {
		k.outer_grain = all[i];
		k.chunks = dim_ceildiv(g, rows, all[i]);
		k.sizes = (int64_t[]){ n, all[i] };
		CHECK_INT(gen_code_says(&k, ISA_LEVEL_avx512, "llvm.fma"), i == 0);
	}
}

void test_gen_map__windows_of_any_number_of_images(void)
{
	gen_with_graph(features_last_of_any);
}

static const struct node *with_ints(struct graph *g, enum op op, uint32_t nin,
	const struct node *const *in, enum key k, uint32_t n, const int64_t *v)
{
	struct attr_entry e = { k, NULL, attr_ints(g, n, v) };

	return build_op(g, op, nin, in, 1, &e);
}

static bool fill_starts(uint32_t input, void *data, const struct tensor *t)
{
	if (input == 0)
		return false;
	for (int64_t i = 0; i < tensor_elements(t); i++)
		((int32_t *)data)[i] = (int32_t)((i * 7 + input) % 40) - 5;
	return true;
}

static void dynamic(struct graph *g, struct job *j)
{
	const struct type *i32 = gen_type(g, DTYPE_i32, 0);
	const struct type *t[] = { gen_type(g, DTYPE_f32, 2, 9, 40), i32, i32,
		gen_type(g, DTYPE_f32, 2, 3, 18) };
	const struct node *x = param(g, 0, t[0]), *a = param(g, 1, i32), *b = param(g, 2, i32);
	struct gen_case c = { .g = g, .job = j, .core = CORE_map, .fill = fill_starts };
	const struct node *r = with_ints(g, OP_dynamic_slice, 3, (const struct node *[]){ x, a, b },
		KEY_slice_sizes, 2, (int64_t[]){ 4, 18 });

	c.region = gen_region(g, 3, t, 1, &r);
	gen_check(&c);
	const struct node *u = with_ints(g, OP_dynamic_slice, 3, (const struct node *[]){ x, b, a },
		KEY_slice_sizes, 2, (int64_t[]){ 3, 21 });
	r = build_op(g, OP_dynamic_update_slice, 4,
		(const struct node *[]){ x, build1(g, OP_negate, u), a, b }, 0, NULL);
	c.region = gen_region(g, 3, t, 1, &r);
	gen_check(&c);
	r = with_ints(g, OP_reverse, 1, &x, KEY_dimensions, 2, (int64_t[]){ 0, 1 });
	c.region = gen_region(g, 1, t, 1, &r);
	gen_check(&c);
}

void test_gen_map__dynamic_slices(void)
{
	gen_with_graph(dynamic);
}

static void gathers(struct graph *g, struct job *j)
{
	const struct type *t[] = { gen_type(g, DTYPE_f32, 2, 33, 40),
		gen_type(g, DTYPE_i32, 2, 5, 7) };
	const struct node *in[] = { param(g, 0, t[0]), param(g, 1, t[1]) };
	struct gen_case c = { .g = g, .job = j, .core = CORE_map, .fill = fill_starts };
	struct attr_entry rows[] = {
		{ KEY_offset_dims, NULL, attr_ints(g, 1, (int64_t[]){ 2 }) },
		{ KEY_collapsed_slice_dims, NULL, attr_ints(g, 1, (int64_t[]){ 0 }) },
		{ KEY_start_index_map, NULL, attr_ints(g, 1, (int64_t[]){ 0 }) },
		{ KEY_index_vector_dim, NULL, attr_int(g, 2) },
		{ KEY_slice_sizes, NULL, attr_ints(g, 2, (int64_t[]){ 1, 40 }) },
	};
	const struct node *r = build_op(g, OP_gather, 2, in, 5, rows);

	c.region = gen_region(g, 2, t, 1, &r);
	gen_check(&c);
	struct attr_entry single[] = {
		{ KEY_offset_dims, NULL, attr_ints(g, 0, (int64_t[]){ 2 }) },
		{ KEY_collapsed_slice_dims, NULL, attr_ints(g, 2, (int64_t[]){ 0, 1 }) },
		{ KEY_start_index_map, NULL, attr_ints(g, 2, (int64_t[]){ 1, 0 }) },
		{ KEY_index_vector_dim, NULL, attr_int(g, 1) },
		{ KEY_slice_sizes, NULL, attr_ints(g, 2, (int64_t[]){ 1, 1 }) },
	};
	t[1] = gen_type(g, DTYPE_i32, 2, 21, 2);
	in[1] = param(g, 1, t[1]);
	r = build_op(g, OP_gather, 2, in, 5, single);
	c.region = gen_region(g, 2, t, 1, &r);
	gen_check(&c);
}

void test_gen_map__gather(void)
{
	gen_with_graph(gathers);
}

static void conversions(struct graph *g, struct job *j, const struct type *t, uint32_t n,
	const struct node *const *to)
{
	struct gen_case c = { .g = g,
		.job = j,
		.core = CORE_map,
		.region = gen_region(g, 1, &t, n, to),
		.low = -300,
		.high = 300 };

	UNIT_NOTE("%s to %s and others", dtype_table[t->dtype].text,
		dtype_table[to[0]->type->dtype].text);
	gen_check(&c);
}

/* A kernel for several conversions: compiling one takes the same time, nearly. */
static void dtypes(struct graph *g, struct job *j)
{
	for (int from = 1; from < DTYPE_COUNT; from++) {
		if (from == DTYPE_tf32)
			continue;
		const struct type *t = gen_type(g, (enum dtype)from, 2, 3, 21);
		const struct node *x = param(g, 0, t), *to[8];
		uint32_t n = 0;
		check_map(g, j, 1, &t, build_slice(g, x, (int64_t[]){ 0, 1 }, (int64_t[]){ 3, 20 },
			(int64_t[]){ 1, 1 }), 0);
		for (int d = 1; d < DTYPE_COUNT; d++) {
			if (d == DTYPE_tf32 || (dtype_is_complex((enum dtype)from) &&
				!dtype_is_complex((enum dtype)d)))
				continue;
			to[n++] = build_convert(g, x, (enum dtype)d);
			if (n == sizeof to / sizeof *to) {
				conversions(g, j, t, n, to);
				n = 0;
			}
		}
		if (n)
			conversions(g, j, t, n, to);
	}
}

void test_gen_map__every_dtype(void)
{
	gen_with_graph(dtypes);
}

static void integers(struct graph *g, struct job *j)
{
	static const enum op ops[] = { OP_add, OP_subtract, OP_multiply, OP_divide, OP_remainder,
		OP_maximum, OP_minimum, OP_and, OP_or, OP_xor, OP_shift_left,
		OP_shift_right_arithmetic, OP_shift_right_logical, OP_power };
	static const enum op unary[] = { OP_abs, OP_negate, OP_not, OP_sign, OP_popcnt,
		OP_count_leading_zeros };

	for (int d = DTYPE_i2; d <= DTYPE_ui64; d++) {
		const struct type *t[] = { gen_type(g, (enum dtype)d, 1, 200),
			gen_type(g, (enum dtype)d, 1, 200) };
		const struct node *x = param(g, 0, t[0]), *y = param(g, 1, t[1]);
		struct gen_case c = { .g = g, .job = j, .core = CORE_map };
		double top = ldexp(1, dtype_table[d].bits < 10 ? dtype_table[d].bits - 1 : 9) * 1.3;
		c.low = -top;
		c.high = top;
		for (unsigned i = 0; i < sizeof ops / sizeof *ops; i++) {
			const struct node *r = build2(g, ops[i], x, y);
			c.region = gen_region(g, 2, t, 1, &r);
			UNIT_NOTE("%s of %s", op_table[ops[i]].name, dtype_table[d].text);
			gen_check(&c);
		}
		for (unsigned i = 0; i < sizeof unary / sizeof *unary; i++) {
			if (dtype_is_unsigned((enum dtype)d) && (unary[i] == OP_abs ||
				unary[i] == OP_sign || unary[i] == OP_negate))
				continue;
			const struct node *r = build1(g, unary[i], x);
			c.region = gen_region(g, 1, t, 1, &r);
			UNIT_NOTE("%s of %s", op_table[unary[i]].name, dtype_table[d].text);
			gen_check(&c);
		}
		const struct node *r = build_compare(g, "LT", x, y);
		c.region = gen_region(g, 2, t, 1, &r);
		gen_check(&c);
	}
}

void test_gen_map__integers(void)
{
	gen_with_graph(integers);
}

static void loops_inside(struct graph *g, struct job *j)
{
	const struct type *t[] = { gen_type(g, DTYPE_f32, 3, 5, 6, 37),
		gen_type(g, DTYPE_f32, 2, 37, 19) };
	const struct node *x = param(g, 0, t[0]), *w = param(g, 1, t[1]);

	check_map(g, j, 1, t, build_reduce(g, OP_add, x, 1, (int64_t[]){ 1 }), 1e-6);
	check_map(g, j, 1, t, build_reduce(g, OP_maximum, x, 2, (int64_t[]){ 0, 1 }), 0);
	check_map(g, j, 1, t, build_reduce(g, OP_add, x, 3, (int64_t[]){ 0, 1, 2 }), 1e-4);
	check_map(g, j, 1, t,
		build_broadcast_to(g, build_reduce(g, OP_add, x, 2, (int64_t[]){ 0, 1 }), 2,
			(int64_t[]){ 3, 37 }),
		1e-5);
	check_map(g, j, 2, t, build_dot_over(g, x, 2, w, 0, DTYPE_f32), 1e-4);
}

void test_gen_map__loops_inside(void)
{
	gen_with_graph(loops_inside);
}

/* The windows of a pool with rows that no vector divides are read side by side all the same. */
static void pool(struct graph *g, struct job *j)
{
	const struct type *xt = gen_type(g, DTYPE_f32, 2, 48, 41),
			  *yt = gen_type(g, DTYPE_f32, 2, 24, 21),
			  *st = gen_type(g, DTYPE_f32, 0);
	const struct type *both[] = { st, st };
	const struct node *max = build2(
		g, OP_maximum, graph_parameter(g, 0, st), graph_parameter(g, 1, st));
	const struct region *combine = gen_region(g, 2, both, 1, &max);
	const int64_t window[] = { 2, 3 }, stride[] = { 2, 2 }, pad[] = { 0, 0, 1, 1 };
	const struct attr_entry e[] = {
		{ KEY_window_dimensions, NULL, attr_ints(g, 2, window) },
		{ KEY_window_strides, NULL, attr_ints(g, 2, stride) },
		{ KEY_padding, NULL, attr_ints(g, 4, pad) },
	};
	const struct node *in[] = { graph_parameter(g, 0, xt), build_scalar(g, DTYPE_f32, -9) };
	struct node_spec s = { .op = OP_reduce_window,
		.nin = 2,
		.in = in,
		.attrs = attrs_cons(g, 3, e),
		.nregions = 1,
		.regions = &combine,
		.type = yt };
	const struct node *y = graph_node(g, &s);
	struct gen_case gc = { .g = g,
		.job = j,
		.core = CORE_map,
		.outer_grain = 4,
		.region = gen_region(g, 1, &xt, 1, &y) };
	struct kernel k = matrix_kernel(g, gc.region, 1, yt, 6, "pool");

	gen_check(&gc);
	CHECK(!gen_code_says(&k, ISA_LEVEL_avx512, "masked.gather"));
}

void test_gen_map__pools_by_vectors(void)
{
	gen_with_graph(pool);
}

/* Results past the caches: whole vectors of every width, and what is left of rows. */
static void streams(struct graph *g, struct job *j)
{
	static const enum dtype dtypes[] = { DTYPE_f32, DTYPE_bf16, DTYPE_f64, DTYPE_i8 };
	static const int columns[] = { 48, 40, 16, 24 };

	for (unsigned i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
		for (unsigned s = 0; s < sizeof columns / sizeof *columns; s++) {
			const struct type *t = gen_type(g, dtypes[i], 2, 8, columns[s]);
			const struct node *x = graph_parameter(g, 0, t);
			const struct node *y = build2(g, OP_add, x, x);
			struct gen_case c = { .g = g,
				.job = j,
				.core = CORE_map,
				.outer_grain = 4,
				.streams = true,
				.region = gen_region(g, 1, &t, 1, &y) };
			struct kernel k = matrix_kernel(g, c.region, 1, t, 2, "streams");
			gen_check(&c);
			CHECK(!gen_code_says(&k, ISA_LEVEL_sse2, "nontemporal"));
			k.streams = true;
			CHECK(gen_code_says(&k, ISA_LEVEL_sse2, "nontemporal"));
			CHECK(gen_code_says(&k, ISA_LEVEL_sse2, "sfence"));
		}
}

void test_gen_map__results_past_the_caches(void)
{
	gen_with_graph(streams);
}

/* Of a number and a constant one comparison says which, NaN and zeros of either sign among them;
 * but of two zeros the smaller. */
static void bounds(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 2, 8, 48);
	const struct node *x = param(g, 0, t);

	for (int i = 0; i < 8; i++) {
		enum op op = i % 2 ? OP_minimum : OP_maximum;
		const struct node *c = build_like(g, x, (double[]){ 0, -0.0, 2, -2 }[i / 2]);
		const struct node *y = i < 4 ? build2(g, op, c, x) : build2(g, op, x, c);
		struct kernel k = matrix_kernel(
			g, gen_region(g, 1, &t, 1, &y), 1, t, 2, "bounds");
		check_map(g, j, 1, &t, y, 0);
		CHECK_INT(gen_code_says(&k, ISA_LEVEL_avx512, "llvm.m"), i > 0 && i < 4);
	}
}

void test_gen_map__bounds_are_one_comparison(void)
{
	gen_with_graph(bounds);
}

/* A bf16 that is the larger of two is stored as it is; a sum is rounded (NaN, -0 among them). */
static void rounded_once(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_bf16, 2, 8, 48), *types[] = { t, t };
	const struct node *x = param(g, 0, t), *y = param(g, 1, t);
	const struct node *choices[] = { build2(g, OP_maximum, x, y), build1(g, OP_abs, x),
		build_select(g, build_compare(g, "GT", x, y), x, build1(g, OP_negate, y)) };
	const struct node *sum = build2(g, OP_add, x, y);

	for (int i = 0; i < 4; i++) {
		const struct node *of = i < 3 ? choices[i] : sum;
		struct kernel k = matrix_kernel(
			g, gen_region(g, 2, types, 1, &of), 2, t, 2, "rounded");
		check_map(g, j, 2, types, of, 0);
		for (int isa = ISA_LEVEL_sse2; isa <= ISA_LEVEL_avx512; isa++)
			CHECK(gen_code_says(&k, (enum isa)isa, "32767") == (i == 3));
	}
}

void test_gen_map__what_is_rounded_is_not_rounded_again(void)
{
	gen_with_graph(rounded_once);
}

/* The panels [2, 4, 32] of the pairs of u [8, 64] that lie one below the other. */
static const struct node *packed_pairs(struct graph *g, const struct node *u)
{
	int64_t wide[] = { 4, 128 }, step[] = { 1, 1 };
	int64_t apart[] = { 4, 2, 32 }, turn[] = { 1, 0, 2 };
	const struct node *t = build_reshape(g, u, 2, wide), *part[2];

	for (int64_t i = 0; i < 2; i++) {
		int64_t from[] = { 0, 64 * i }, to[] = { 4, 64 * i + 64 };
		part[i] = build_convert(g, build_slice(g, t, from, to, step), DTYPE_ui32);
	}
	part[1] = build2(g, OP_shift_left, part[1], build_like(g, part[1], 16));
	t = build2(g, OP_or, part[0], part[1]);
	return build_transpose(g, build_reshape(g, t, 3, apart), turn);
}

/* Words that are put together of rows are made as those lie: the first half of the chunks makes the
 * first half of both panels; what moves as it lies is made as it will lie. */
static void panels_order(struct graph *g, struct job *j, bool packed)
{
	enum { N = 2 * 4 * 32 };
	int64_t turn[] = { 1, 0, 2 };
	const struct type *t = packed ? gen_type(g, DTYPE_ui16, 2, 8, 64) :
		gen_type(g, DTYPE_ui32, 3, 4, 2, 32);
	const struct node *x = param(g, 0, t),
		*r = packed ? packed_pairs(g, x) : build_transpose(g, x, turn);
	struct kernel k = { .graph = g, .core = CORE_map, .ninputs = 1, .noutputs = 1, .rank = 3,
		.space = r->type->dims, .outer_grain = 2, .chunks = 4, .name = "panels",
		.body = gen_region(g, 1, &t, 1, &r) };
	struct codegen_options o = { .isa = ISA_LEVEL_sse2, .level = 1 };
	uint32_t *from = job_array(j, N, sizeof *from), *to = job_array(j, N, sizeof *to);
	void *buffers[] = { from, to };
	struct codegen_code code;
	abi_kernel_fn *fn;

	CHECK_OK(gen_table()->compile(&k, &o, &code));
	void *entry = gen_map_code(&code);
	memcpy(&fn, &entry, sizeof fn);
	struct abi_call call = { buffers, NULL, NULL, NULL, NULL };
	for (int i = 0; i < N; i++)
		to[i] = 1;
	fn(&call, 0, 2);
	for (int i = 0; i < N; i++) {
		bool made = packed ? i / 32 % 4 < 2 : i / 32 < 4;
		CHECK_INT(to[i], made ? 0 : 1);
	}
	gen_table()->code_free(&code);
}

static void panels_orders(struct graph *g, struct job *j)
{
	panels_order(g, j, true);
	panels_order(g, j, false);
}

void test_gen_map__panels_of_words_are_made_as_rows_lie(void)
{
	gen_with_graph(panels_orders);
}

/* A brief kernel is compiled for halves of vectors, but for one that names an instruction of whole
 * ones, as products of bf16 are. */
static void halved(struct graph *g, struct job *j)
{
	static const char say[] = "\"min-legal-vector-width\"=\"256\"";
	const struct type *t = gen_type(g, DTYPE_f32, 2, 48, 64);
	const struct node *x = param(g, 0, t), *sum = build2(g, OP_add, x, x);
	struct kernel k = matrix_kernel(g, gen_region(g, 1, &t, 1, &sum), 1, t, 2, "halved");

	(void)j;
	CHECK(!gen_code_says(&k, ISA_LEVEL_avx512, say));
	k.brief = true;
	CHECK(gen_code_says(&k, ISA_LEVEL_avx512, say));
	CHECK(!gen_code_says(&k, ISA_LEVEL_avx2, say));
	k.core = CORE_contract;
	k.ninputs = 2;
	k.contract = (struct contract){ .left = 1, .right = 1, .m = 48, .n = 64, .k = 8,
		.rows_m = 8, .rows_k = 1, .cols_k = 1, .cols_n = 8, .rows_type = DTYPE_bf16,
		.cols_type = DTYPE_bf16, .acc = DTYPE_f32, .m_block = 24, .n_block = 32,
		.panel = 32 };
	CHECK(gen_code_says(&k, ISA_LEVEL_avx512, say));
	CHECK(!gen_code_says(&k, ISA_LEVEL_avx512bf16, say));
}

void test_gen_map__brief_kernels_halve_vectors(void)
{
	gen_with_graph(halved);
}
