/* gen_scatter.c -- CORE_scatter against the interpreter, in chunks that each own some rows. */
#include "gen_util.h"

static const struct region *sum_of_two(struct graph *g, enum dtype t)
{
	const struct type *x = type_scalar(g, t), *params[] = { x, x };
	const struct node *sum =
		build2(g, OP_add, graph_parameter(g, 0, x), graph_parameter(g, 1, x));

	return graph_region(g, 2, params, 1, &sum);
}

static const struct node *sums(
	struct graph *g, const struct node *const *in, const struct attr_entry *e, uint32_t ne)
{
	const struct region *body = sum_of_two(g, in[0]->type->dtype);

	return graph_node(g, &(struct node_spec){ .op = OP_scatter,
		.nin = 3, .in = in, .attrs = attrs_cons(g, ne, e),
		.nregions = 1, .regions = &body });
}

/* params: the operand, indices, updates. */
static void check(struct graph *g, struct job *j, const struct type *const *params,
	const struct attr_entry *e, uint32_t ne)
{
	const struct node *in[3];

	for (uint32_t i = 0; i < 3; i++)
		in[i] = graph_parameter(g, i, params[i]);
	const struct node *n = sums(g, in, e, ne);
	struct gen_case c = { .g = g, .job = j, .core = CORE_scatter,
		.region = gen_region(g, 3, params, 1, &n), .low = -3, .high = 12 };

	/* repeated indices, and some that lie outside */
	for (c.outer_grain = 1; c.outer_grain < 30; c.outer_grain = 3 * c.outer_grain + 1)
		gen_check(&c);
}

enum { BY_ROWS = 4 };

static void by_rows(struct graph *g, struct attr_entry e[BY_ROWS])
{
	e[0] = (struct attr_entry){ KEY_index_vector_dim, NULL, attr_int(g, 1) };
	e[1] = (struct attr_entry){ KEY_inserted_window_dims, NULL,
		attr_ints(g, 1, (int64_t[]){ 0 }) };
	e[2] = (struct attr_entry){ KEY_scatter_dims_to_operand_dims, NULL,
		attr_ints(g, 1, (int64_t[]){ 0 }) };
	e[3] = (struct attr_entry){ KEY_update_window_dims, NULL,
		attr_ints(g, 1, (int64_t[]){ 1 }) };
}

/* index_add: updates [40, columns] go to rows of [11, columns]. */
static void rows(struct graph *g, struct job *j)
{
	static const int columns[] = { 1, 16, 19, 45 };
	struct attr_entry e[BY_ROWS];

	by_rows(g, e);
	for (unsigned i = 0; i < sizeof columns / sizeof *columns; i++) {
		const struct type *params[] = { gen_type(g, DTYPE_f32, 2, 11, columns[i]),
			gen_type(g, DTYPE_i32, 2, 40, 1),
			gen_type(g, DTYPE_f32, 2, 40, columns[i]) };
		check(g, j, params, e, BY_ROWS);
	}
}

void test_gen_scatter__rows(void)
{
	gen_with_graph(rows);
}

/* Rows of x that `index` says. */
static const struct node *rows_of(
	struct graph *g, const struct node *x, const struct node *index)
{
	const struct node *in[] = { x, index };
	const struct attr_entry e[] = {
		{ KEY_collapsed_slice_dims, NULL, attr_ints(g, 1, (int64_t[]){ 0 }) },
		{ KEY_index_vector_dim, NULL, attr_int(g, 1) },
		{ KEY_offset_dims, NULL, attr_ints(g, 1, (int64_t[]){ 1 }) },
		{ KEY_slice_sizes, NULL, attr_ints(g, 2, (int64_t[]){ 1, x->type->dims[1] }) },
		{ KEY_start_index_map, NULL, attr_ints(g, 1, (int64_t[]){ 0 }) },
	};

	return graph_node(g, &(struct node_spec){ .op = OP_gather,
		.nin = 2, .in = in, .attrs = attrs_cons(g, 5, e) });
}

/* Rows of a table, twice each: those of a large one are asked for ahead, none behind the last. */
static void gathered(struct graph *g, struct job *j)
{
	static const struct {
		int rows;
		bool asks;
	} of[] = { { 2000, true }, { 100, false } };
	struct attr_entry e[BY_ROWS];

	by_rows(g, e);
	for (unsigned i = 0; i < sizeof of / sizeof *of; i++) {
		const struct type *index = gen_type(g, DTYPE_i32, 2, 40, 1);
		const struct type *t[] = { gen_type(g, DTYPE_f32, 2, 11, 45), index, index,
			gen_type(g, DTYPE_f32, 2, of[i].rows, 45) };
		const struct node *p[4];
		for (uint32_t k = 0; k < 4; k++)
			p[k] = graph_parameter(g, k, t[k]);
		const struct node *taken = rows_of(g, p[3], p[2]);
		const struct node *in[] = { p[0], p[1], build2(g, OP_add, taken, taken) };
		const struct node *n = sums(g, in, e, BY_ROWS);
		struct gen_case c = { .g = g, .job = j, .core = CORE_scatter, .outer_grain = 4,
			.region = gen_region(g, 4, t, 1, &n), .low = -3, .high = 12 };
		struct kernel k = { .graph = g, .core = CORE_scatter, .body = c.region, .rank = 2,
			.space = t[0]->dims, .outer_grain = 4, .chunks = 3, .ninputs = 4,
			.noutputs = 1, .name = "gathered" };
		gen_check(&c);
		CHECK(gen_code_says(&k, ISA_LEVEL_avx2, "prefetch") == of[i].asks);
	}
}

/* Four updates in a row go to each row but the first and the last: of rows in registers and of
 * wider ones, which are asked for ahead as well. */
static void sorted(struct graph *g, struct job *j)
{
	static const int columns[] = { 45, 150 };
	struct attr_entry e[BY_ROWS + 1];

	by_rows(g, e);
	e[BY_ROWS] = (struct attr_entry){ KEY_indices_are_sorted, NULL, attr_bool(g, true) };
	for (unsigned i = 0; i < sizeof columns / sizeof *columns; i++) {
		const struct type *index = gen_type(g, DTYPE_i32, 2, 40, 1);
		const struct type *t[] = { gen_type(g, DTYPE_f32, 2, 11, columns[i]), index,
			gen_type(g, DTYPE_f32, 2, 2000, columns[i]) };
		const struct node *p[3], *to = build_iota(g, index, 0);
		for (uint32_t k = 0; k < 3; k++)
			p[k] = graph_parameter(g, k, t[k]);
		to = build2(g, OP_subtract, build2(g, OP_divide, to, build_like(g, to, 4)),
			build_like(g, to, 1));
		const struct node *in[] = { p[0], to, rows_of(g, p[2], p[1]) };
		const struct node *n = sums(g, in, e, BY_ROWS + 1);
		struct gen_case c = { .g = g, .job = j, .core = CORE_scatter,
			.region = gen_region(g, 3, t, 1, &n), .low = -3, .high = 12 };
		struct kernel k = { .graph = g, .core = CORE_scatter, .body = c.region, .rank = 2,
			.space = t[0]->dims, .outer_grain = 4, .chunks = 3, .ninputs = 3,
			.noutputs = 1, .name = "sorted" };
		for (c.outer_grain = 1; c.outer_grain < 12; c.outer_grain += 4)
			gen_check(&c);
		CHECK(gen_code_says(&k, ISA_LEVEL_avx2, "prefetch"));
	}
}

void test_gen_scatter__sorted(void)
{
	gen_with_graph(sorted);
}

void test_gen_scatter__asks_for_gathered_rows(void)
{
	gen_with_graph(gathered);
}

/* Windows of three dims, narrower than the operand's last but from its first element on. */
static void windows(struct graph *g, struct job *j)
{
	const struct attr_entry e[] = {
		{ KEY_index_vector_dim, NULL, attr_int(g, 1) },
		{ KEY_scatter_dims_to_operand_dims, NULL, attr_ints(g, 2, (int64_t[]){ 1, 0 }) },
		{ KEY_update_window_dims, NULL, attr_ints(g, 3, (int64_t[]){ 1, 2, 3 }) },
	};
	const struct type *params[] = { gen_type(g, DTYPE_bf16, 3, 12, 5, 21),
		gen_type(g, DTYPE_i32, 2, 9, 2), gen_type(g, DTYPE_bf16, 4, 9, 2, 3, 18) };

	check(g, j, params, e, 3);
}

void test_gen_scatter__windows(void)
{
	gen_with_graph(windows);
}

/* index_add along an inner dim: a chunk's rows are its updates' first dim. */
static void inner(struct graph *g, struct job *j)
{
	const struct attr_entry columns[] = {
		{ KEY_index_vector_dim, NULL, attr_int(g, 1) },
		{ KEY_inserted_window_dims, NULL, attr_ints(g, 1, (int64_t[]){ 1 }) },
		{ KEY_scatter_dims_to_operand_dims, NULL, attr_ints(g, 1, (int64_t[]){ 1 }) },
		{ KEY_update_window_dims, NULL, attr_ints(g, 1, (int64_t[]){ 0 }) },
	}, rows[] = {
		columns[0], columns[1], columns[2],
		{ KEY_update_window_dims, NULL, attr_ints(g, 2, (int64_t[]){ 0, 2 }) },
	}, part[] = {
		{ KEY_index_vector_dim, NULL, attr_int(g, 1) },
		{ KEY_scatter_dims_to_operand_dims, NULL, attr_ints(g, 1, (int64_t[]){ 1 }) },
		{ KEY_update_window_dims, NULL, attr_ints(g, 2, (int64_t[]){ 0, 2 }) },
	};
	const struct type *index = gen_type(g, DTYPE_i32, 2, 40, 1);
	const struct type *flat[] = { gen_type(g, DTYPE_f32, 2, 11, 7), index,
		gen_type(g, DTYPE_f32, 2, 11, 40) };
	const struct type *deep[] = { gen_type(g, DTYPE_f32, 3, 11, 7, 18), index,
		gen_type(g, DTYPE_f32, 3, 11, 40, 18) };
	const struct type *fewer[] = { gen_type(g, DTYPE_f32, 2, 11, 7), index,
		gen_type(g, DTYPE_f32, 3, 9, 40, 3) };

	check(g, j, flat, columns, 4);
	check(g, j, deep, rows, 4);
	check(g, j, fewer, part, 3);
}

void test_gen_scatter__inner(void)
{
	gen_with_graph(inner);
}

/* Element by element: both indices come from the tensor. */
static void elements(struct graph *g, struct job *j)
{
	const struct attr_entry e[] = {
		{ KEY_index_vector_dim, NULL, attr_int(g, 1) },
		{ KEY_inserted_window_dims, NULL, attr_ints(g, 2, (int64_t[]){ 0, 1 }) },
		{ KEY_scatter_dims_to_operand_dims, NULL, attr_ints(g, 2, (int64_t[]){ 0, 1 }) },
	};
	const struct type *params[] = { gen_type(g, DTYPE_i32, 2, 13, 6),
		gen_type(g, DTYPE_i32, 2, 50, 2), gen_type(g, DTYPE_i32, 1, 50) };

	check(g, j, params, e, 3);
}

void test_gen_scatter__elements(void)
{
	gen_with_graph(elements);
}
