/* gen_attention.c -- CORE_attention against the interpreter: heads side by side as a fused
 * projection leaves them, tails of queries, keys and elements, masks, rows without a score. */
#include "gen_util.h"

struct shape {
	int queries, keys, head, value;
	enum dtype t;
	bool causal, masked;
	int panel;
	bool features_first;             /* of the result: values times weights, not the reverse */
};
enum { HEADS = 3 };
static const struct shape *now;          /* what fill makes a mask for */

/* The mask takes some keys from all, and from query 2 every key. */
static bool mask_fill(uint32_t input, void *data, const struct tensor *t)
{
	if (input != 3 || !now->masked)
		return false;
	float *x = data;
	int64_t keys = t->type->dims[1];
	for (int64_t i = 0; i < t->type->dims[0] * keys; i++) {
		bool taken = i / keys == 2 || i * 7919 % 11 < 3;
		x[i] = taken ? -INFINITY : (float)(i % 5) / 4;
	}
	return true;
}

static const struct node *scores(struct graph *g, const struct shape *s, const struct node *dot,
	const struct node *mask)
{
	const struct type *t = dot->type;
	const struct node *x = build2(g, OP_multiply, dot, build_like(g, dot, 0.375));

	if (s->causal) {
		const struct type *it = type_tensor(g, DTYPE_i32, 3, t->dims);
		const struct node *seen =
			build_compare(g, "GE", build_iota(g, it, 1), build_iota(g, it, 2));
		x = build_select(g, seen, x, build_like(g, x, -INFINITY));
	}
	if (s->masked)
		x = build2(g, OP_add, x,
			build_broadcast(g, mask, 3, t->dims, (int64_t[]){ 1, 2 }));
	return x;
}

static const struct node *softmax(struct graph *g, const struct node *s)
{
	static const int64_t last = 2, at[] = { 0, 1 };
	const struct type *t = s->type;
	const struct node *max = build_reduce(g, OP_maximum, s, 1, &last);
	const struct node *e = build1(g, OP_exponential,
		build2(g, OP_subtract, s, build_broadcast(g, max, 3, t->dims, at)));
	const struct node *sum = build_reduce(g, OP_add, e, 1, &last);

	return build2(g, OP_divide, e, build_broadcast(g, sum, 3, t->dims, at));
}

/* The result as the next projection reads it: [queries, heads, value]. */
static const struct node *epilogue(struct graph *g, const struct node *c)
{
	return build2(g, OP_add, build_transpose(g, c, (int64_t[]){ 1, 0, 2 }),
		build_full(g, type_tensor(g, DTYPE_f32, 3, (int64_t[]){ c->type->dims[1],
			c->type->dims[0], c->type->dims[2] }), 0.5));
}

/* [n, heads, size] as [heads, n, size], which is how products want it. */
static const struct node *by_head(struct graph *g, const struct node *x)
{
	return build_transpose(g, x, (int64_t[]){ 1, 0, 2 });
}

static void check(struct graph *g, struct job *j, const struct shape *s)
{
	static const int64_t zero = 0, one = 1, two = 2;
	const struct type *params[] = { gen_type(g, s->t, 3, s->keys, HEADS, s->value),
		gen_type(g, s->t, 3, s->keys, HEADS, s->head),
		gen_type(g, s->t, 3, s->queries, HEADS, s->head),
		gen_type(g, DTYPE_f32, 2, s->queries, s->keys) };
	const struct node *in[4];
	for (uint32_t i = 0; i < 4; i++)
		in[i] = graph_parameter(g, i, params[i]);
	const struct node *dot = build_dot(g, by_head(g, in[2]), by_head(g, in[1]),
		(struct dim_pairs){ 1, &zero, &zero }, (struct dim_pairs){ 1, &two, &two },
		DTYPE_f32);
	const struct node *v = build_convert(g, by_head(g, in[0]), DTYPE_f32);
	const struct node *weights = softmax(g, scores(g, s, dot, in[3]));
	const struct dim_pairs batch = { 1, &zero, &zero };
	const struct node *c = s->features_first
		? build_dot(g, v, weights, batch, (struct dim_pairs){ 1, &one, &two }, DTYPE_f32)
		: build_dot(g, weights, v, batch, (struct dim_pairs){ 1, &two, &one }, DTYPE_f32);
	const struct node *whole = epilogue(g, c);
	const struct type *body_params[] = { c->type, dot->type, params[3] };
	const struct node *body[] = { epilogue(g, graph_parameter(g, 0, c->type)),
		scores(g, s, graph_parameter(g, 1, dot->type), graph_parameter(g, 2, params[3])) };
	int n_block = (s->queries < 128 ? s->queries : 128) + s->panel - 1;
	struct contract values = { .nbatch = 1, .batch = { HEADS }, .left = 1, .right = 1,
		.rows_batch = { s->value },
		.m = s->value, .n = s->queries, .k = s->keys, .rows_m = 1,
		.rows_k = HEADS * s->value, .rows_type = s->t,
		.cols_type = s->t == DTYPE_bf16 ? s->t : DTYPE_f32,
		.acc = DTYPE_f32, .m_block = s->value, .n_block = n_block / s->panel * s->panel,
		.panel = s->panel, .rows_are_lhs = s->features_first };
	struct contract scores_of = values;
	scores_of.rows_are_lhs = false;
	scores_of.rows_batch[0] = scores_of.cols_batch[0] = s->head;
	scores_of.m = s->keys;
	scores_of.k = s->head;
	scores_of.rows_m = scores_of.cols_n = HEADS * s->head;
	scores_of.rows_k = scores_of.cols_k = 1;
	scores_of.cols_type = s->t;
	scores_of.m_block = PLAN_KEYS;
	struct gen_case gc = { .g = g, .job = j, .core = CORE_attention,
		.tolerance = s->t == DTYPE_bf16 ? 2e-2 : 1e-5, .low = -2, .high = 2,
		.fill = mask_fill, .region = gen_region(g, 4, params, 1, &whole),
		.body = gen_region(g, 3, body_params, 2, body), .contract = values,
		.attention = { .scores = scores_of, .causal = s->causal } };

	now = s;
	gen_check(&gc);
}

static void shapes(struct graph *g, struct job *j)
{
	static const struct shape list[] = {
		{ 17, 17, 8, 8, DTYPE_f32, false, false, 16, false },
		{ 33, 1, 64, 24, DTYPE_f32, false, true, 32, false },
		{ 129, 129, 40, 64, DTYPE_f32, true, false, 32, false },
		{ 32, 400, 17, 33, DTYPE_f32, false, true, 16, false },
		{ 300, 300, 16, 16, DTYPE_f32, true, true, 32, false },
		{ 40, 225, 64, 64, DTYPE_bf16, false, true, 32, false },
		{ 129, 259, 33, 40, DTYPE_bf16, true, false, 32, false },
		{ 20, 70, 64, 32, DTYPE_bf16, false, false, 16, false },
		{ 20, 70, 64, 32, DTYPE_f16, false, false, 32, false },
		{ 49, 49, 16, 16, DTYPE_f32, false, false, 32, true },
		{ 300, 70, 8, 33, DTYPE_f32, true, true, 16, true },
		{ 40, 225, 64, 24, DTYPE_bf16, false, true, 32, true },
	};
	for (unsigned i = 0; i < sizeof list / sizeof *list; i++)
		check(g, j, &list[i]);
}

void test_gen_attention__shapes(void)
{
	gen_with_graph(shapes);
}
