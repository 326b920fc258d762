/* plan_fuse.c -- which nodes become one kernel. */
#include "gen_util.h"
#include "plan/plan_impl.h"

static const struct plan_options options;

static const struct fusion *fusion_of(struct graph *g, const struct region *r)
{
	const struct plan_source s = { .region = r };

	return plan_fuse(g, &s, NULL);
}

static const struct fusion *fused(struct graph *g, uint32_t nparams,
	const struct type *const *params, uint32_t n, const struct node *const *results)
{
	const struct region *r = gen_region(g, nparams, params, n, results);

	return fusion_of(g, plan_lower(g, r, &options));
}

static uint32_t results_of(const struct fusion *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->ngroups; i++)
		n += 1 + f->groups[i]->nouts;
	return n;
}

/* A step of an optimizer: the state is stored by the kernel that makes the parameter. */
static void states(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 2, 30, 50);
	const struct type *types[] = { t, t, t };
	const struct node *p = graph_parameter(g, 0, t), *m = graph_parameter(g, 1, t),
			  *d = graph_parameter(g, 2, t);
	const struct node *next = build2(g, OP_add, m, build1(g, OP_tanh, d));
	const struct node *r[] = { build2(g, OP_subtract, p, next), next };
	const struct fusion *f = fused(g, 3, types, 2, r);

	(void)j;
	CHECK_INT(f->ngroups, 1);
	CHECK_INT(results_of(f), 2);
}

/* Batch norm of one image: statistics and what is made of them. */
static void statistics(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 4, 1, 8, 6, 5);
	const struct node *x = graph_parameter(g, 0, t);
	int64_t over[] = { 0, 2, 3 }, at = 1;
	const struct node *mean = build_reduce(g, OP_add, x, 3, over);
	mean = build2(g, OP_divide, mean, build_like(g, mean, 30));
	const struct node *wide = build_broadcast(g, mean, 4, t->dims, &at);
	const struct node *y = build2(g, OP_subtract, x, wide);
	const struct node *var = build_reduce(g, OP_add, build2(g, OP_multiply, y, y), 3, over);
	const struct node *scale = build1(g, OP_rsqrt, var);
	wide = build_broadcast(g, scale, 4, t->dims, &at);
	const struct node *r[] = { build2(g, OP_multiply, y, wide), mean, scale };
	const struct fusion *f = fused(g, 1, &t, 3, r);

	(void)j;
	CHECK_INT(f->ngroups, 1);
	CHECK_INT(f->groups[0]->core, CORE_row);
	CHECK_INT(results_of(f), 3);
}

/* Rows of groups, scaled by group and channel, in the shape they came in: one kernel, which stores
 * the statistics too.  What it scales is stored with nothing but a reshape of it: that is one
 * buffer. */
static void groups(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 4, 2, 6, 10, 10);
	const struct type *types[] = { t, gen_type(g, DTYPE_f32, 2, 3, 2) };
	const int64_t split[] = { 2, 3, 2, 100 }, over[] = { 2, 3 }, at[] = { 0, 1 },
		      channel[] = { 1, 2 };
	const struct node *x = build_reshape(g, graph_parameter(g, 0, t), 4, split);
	const struct node *mean = build_reduce(g, OP_add, x, 2, over);
	const struct node *y = build2(g, OP_subtract, x, build_broadcast(g, mean, 4, split, at));
	y = build2(g, OP_multiply, y,
		build_broadcast(g, graph_parameter(g, 1, types[1]), 4, split, channel));
	const struct node *r[] = { build_reshape(g, y, 4, t->dims), mean, y };
	const struct fusion *f = fused(g, 2, types, 2, r);

	(void)j;
	CHECK_INT(f->ngroups, 1);
	CHECK_INT(f->groups[0]->core, CORE_row);
	CHECK_INT(results_of(f), 2);
	f = fused(g, 2, types, 3, r);
	CHECK_INT(f->ngroups, 2);
	CHECK_INT(f->groups[0]->nouts + f->groups[1]->nouts, 1);
}

/* What follows a group norm in the shape of its image is made in the norm's: one kernel, whose rows
 * are the groups.  A map with an operand that would have to be moved stays where it is. */
static void followed(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 4, 2, 6, 10, 10);
	const struct type *types[] = { t, t, gen_type(g, DTYPE_f32, 1, 10) };
	const int64_t split[] = { 2, 3, 2, 100 }, over[] = { 2, 3 }, at[] = { 0, 1 }, last = 3;
	const struct node *x = build_reshape(g, graph_parameter(g, 0, t), 4, split);
	const struct node *mean = build_reduce(g, OP_add, x, 2, over);
	const struct node *y = build2(g, OP_subtract, x, build_broadcast(g, mean, 4, split, at));
	y = build_reshape(g, y, 4, t->dims);
	y = build2(g, OP_multiply, y, build1(g, OP_logistic, y));
	y = build2(g, OP_maximum, y, build_full(g, t, 0));
	const struct node *r = build2(g, OP_add, y, graph_parameter(g, 1, t));
	const struct fusion *f = fused(g, 3, types, 1, &r);

	(void)j;
	CHECK_INT(f->ngroups, 1);
	CHECK_INT(f->groups[0]->core, CORE_row);
	CHECK_INT(f->groups[0]->rank, 4);
	CHECK_INT(f->groups[0]->space[3], 100);
	r = build2(g, OP_add, y,
		build_broadcast(g, graph_parameter(g, 2, types[2]), 4, t->dims, &last));
	f = fused(g, 3, types, 1, &r);
	CHECK_INT(f->ngroups, 2);
}

/* A norm of rows that are sums of a window's products: of 3 x 3 those are a map's, which reads a
 * vector once for several places; of fewer they are made in the row. */
static void windowed(struct graph *g, struct job *j)
{
	const struct type *image = gen_type(g, DTYPE_f32, 3, 12, 12, 32);
	const struct type *types[] = { image, gen_type(g, DTYPE_f32, 2, 9, 32) };
	const int64_t last = 2, at[] = { 0, 1 }, one[] = { 1, 1, 1 }, space[] = { 10, 10, 32 },
		      features = 32;
	const struct node *sum = NULL, *w = graph_parameter(g, 1, types[1]);

	for (int64_t i = 0; i < 9; i++) {
		int64_t from[] = { i / 3, i % 3, 0 }, to[] = { i / 3 + 10, i % 3 + 10, 32 };
		int64_t row[] = { i, 0 }, end[] = { i + 1, 32 };
		const struct node *x =
			build_slice(g, graph_parameter(g, 0, image), from, to, one);
		const struct node *f = build_reshape(
			g, build_slice(g, w, row, end, one), 1, &features);
		x = build2(g, OP_multiply, x, build_broadcast(g, f, 3, space, &last));
		sum = sum ? build2(g, OP_add, sum, x) : x;
		const struct node *y = build_reduce(g, OP_add, sum, 1, &last);
		y = build2(g, OP_subtract, sum, build_broadcast(g, y, 3, space, at));
		const struct fusion *of = fused(g, 2, types, 1, &y);
		CHECK_INT(of->ngroups, i == 8 ? 2 : 1);
	}
	(void)j;
}

/* x's elements, or its rows, where computed indices say. */
static const struct node *looked_up(struct graph *g, const struct node *x, const struct node *at,
	bool rows)
{
	const struct node *in[] = { x, at };
	const int64_t both[] = { 0, 1 }, offset[] = { 1 }, sizes[] = { 1, rows ? 40 : 1 };
	struct attr_entry e[] = {
		{ KEY_offset_dims, NULL, attr_ints(g, rows, offset) },
		{ KEY_collapsed_slice_dims, NULL, attr_ints(g, 2 - rows, both) },
		{ KEY_start_index_map, NULL, attr_ints(g, 2 - rows, both) },
		{ KEY_index_vector_dim, NULL, attr_int(g, 1) },
		{ KEY_slice_sizes, NULL, attr_ints(g, 2, sizes) },
	};

	return build_op(g, OP_gather, 2, in, 5, e);
}

/* What several look-ups compute their places from is computed once, in their kernel; and once a row
 * where rows are what is looked up. */
static void places(struct graph *g, struct job *j)
{
	const struct type *t[] = { gen_type(g, DTYPE_f32, 2, 33, 40),
		gen_type(g, DTYPE_f32, 1, 3000) };
	const int64_t one[] = { 3000, 1 };
	const struct node *x = graph_parameter(g, 0, t[0]), *p = graph_parameter(g, 1, t[1]);
	const struct node *a = build_convert(g, build1(g, OP_tanh, p), DTYPE_i32);
	const struct node *b = build_convert(g, build1(g, OP_sine, p), DTYPE_i32);
	a = build_reshape(g, a, 2, one);
	b = build_reshape(g, b, 2, one);
	const struct node *ab[] = { a, b }, *ba[] = { b, a };
	const struct node *r = build2(g, OP_add,
		looked_up(g, x, build_concat(g, 2, ab, 1), false),
		looked_up(g, x, build_concat(g, 2, ba, 1), false));

	(void)j;
	CHECK_INT(fused(g, 2, t, 1, &r)->ngroups, 1);
	r = looked_up(g, x, a, true);
	CHECK_INT(fused(g, 2, t, 1, &r)->ngroups, 1);
}

/* e is read by a product that its other reader waits for: no kernel makes both. */
static void waits(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 2, 9, 9);
	const struct node *e = build1(g, OP_tanh, graph_parameter(g, 0, t));
	int64_t one = 1, zero = 0;
	const struct node *s = build_dot_over(g, e, 1, e, 0, DTYPE_f32);
	const struct node *h = build1(g, OP_exponential, build_reduce(g, OP_maximum, s, 1, &one));
	const struct node *r = build2(g, OP_add, e, build_broadcast(g, h, 2, t->dims, &zero));
	const struct fusion *f = fused(g, 1, &t, 1, &r);

	(void)j;
	for (uint32_t i = 0; i < f->ngroups; i++)
		CHECK_INT(f->groups[i]->nouts, 0);
	CHECK(f->ngroups >= 3);
}

static uint32_t place_of(const struct fusion *f, const struct node *n)
{
	uint32_t i = 0;

	while (i < f->count && f->order[i] != n)
		i++;
	return i;
}

/* Two kernels with a result each beside their roots, of which one reads the other's by a broadcast
 * that both compute: whoever is met first, what the other is made of comes before it. */
static void passed(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 2, 64, 128);
	const struct type *types[] = { t, t, gen_type(g, DTYPE_f32, 2, 64, 64) };
	int64_t zero = 0, one = 1;
	const struct node *y = graph_parameter(g, 1, t);
	const struct node *p = build1(g, OP_exponential, graph_parameter(g, 0, t));
	const struct node *q = build_reduce(g, OP_add, graph_parameter(g, 2, types[2]), 1, &zero);
	const struct node *n = build2(g, OP_multiply, q, build_reduce(g, OP_add, y, 1, &one));
	const struct node *wide = build_broadcast(g, n, 2, t->dims, &zero);
	const struct node *r[] = { p, build2(g, OP_subtract, p, wide), n,
		build2(g, OP_multiply, y, wide) };
	const struct fusion *f = fused(g, 3, types, 4, r);

	(void)j;
	CHECK_INT(f->ngroups, 3);
	CHECK_INT(results_of(f), 5);
	CHECK(place_of(f, r[3]) < f->count);
	CHECK(place_of(f, q) < place_of(f, r[3]));
	CHECK(place_of(f, r[3]) < place_of(f, r[1]));
}

/* What a product can store itself stays with it, though rows of it are needed. */
static void epilogues(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 2, 32, 32);
	const struct node *x = graph_parameter(g, 0, t);
	int64_t one = 1, zero = 0;
	const struct node *s = build_dot_over(g, x, 1, x, 0, DTYPE_f32);
	const struct node *h = build1(g, OP_tanh, s);
	const struct node *sum = build_reduce(g, OP_add, h, 1, &one);
	const struct node *wide = build_broadcast(g, sum, 2, t->dims, &zero);
	const struct node *r[] = { build2(g, OP_divide, h, wide), h };
	const struct fusion *f = fused(g, 1, &t, 2, r);

	(void)j;
	CHECK_INT(f->ngroups, 2);
	CHECK(f->root_of[h->id] == NULL || f->root_of[h->id]->core == CORE_contract);
	CHECK_INT(results_of(f), 2);
}

/* Pieces of a stack, and of a stack of stacks, that have something dear in common. */
static void stacks(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 4, 1, 1, 30, 50);
	const struct node *x = graph_parameter(g, 0, t), *e = build1(g, OP_tanh, x), *rows[2];

	(void)j;
	for (int i = 0; i < 2; i++) {
		const struct node *p[3];
		for (int k = 0; k < 3; k++)
			p[k] = build2(g, OP_add, e, build_like(g, e, 3 * i + k));
		rows[i] = build_concat(g, 3, p, 1);
	}
	const struct node *both = build_concat(g, 2, rows, 0);
	CHECK_INT(fused(g, 1, &t, 1, rows)->ngroups, 1);
	CHECK_INT(fused(g, 1, &t, 1, &both)->ngroups, 1);
	CHECK_INT(node_stacks(both), 2);
	/* pieces in the last dim are the innermost, whatever shape the result has then */
	int64_t last[] = { 1, 1, 30, 50, 1 }, long_rows[] = { 60, 100 };
	for (int i = 0; i < 2; i++) {
		const struct node *p[2];
		for (int k = 0; k < 2; k++)
			p[k] = build_reshape(g,
				build2(g, OP_add, e, build_like(g, e, 2 * i + k)), 5, last);
		rows[i] = build_concat(g, 2, p, 4);
	}
	both = build_concat(g, 2, rows, 1);
	CHECK_INT(node_stacks(both), 2);
	CHECK_INT(node_stacks(build_concat(g, 2, rows, 4)), 0);
	both = build_reshape(g, both, 2, long_rows);
	CHECK_INT(fused(g, 1, &t, 1, &both)->ngroups, 1);
	/* long pieces are not one kernel's */
	const struct node *wide[] = { e, build1(g, OP_negate, e) };
	both = build_concat(g, 2, wide, 3);
	CHECK(!node_is_stack(both));
	both = build_concat(g, 2, wide, 2);
	CHECK(!node_is_stack(both));
}

/* Concatenations that kernels make piece by piece: not inside of another, where pieces are many,
 * and with what their pieces are of. */
static void joins(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 2, 40, 30);
	const struct node *x = graph_parameter(g, 0, t), *p[6];

	(void)j;
	for (int i = 0; i < 6; i++)
		p[i] = build1(g, OP_tanh, build2(g, OP_add, x, build_like(g, x, i)));
	const struct node *many = build_concat(g, 6, p, 0);
	const struct node *used = build1(g, OP_negate, many);
	CHECK(node_joined(many) == many);
	CHECK(node_joined(build_reshape(g, many, 1, (int64_t[]){ 7200 })) == many);
	CHECK(!node_joined(build_concat(g, 2, (const struct node *[]){ x, x }, 1)));
	CHECK_INT(fused(g, 1, &t, 1, &many)->ngroups, 1);
	CHECK_INT(fused(g, 1, &t, 1, &used)->ngroups, 2);
}

static uint32_t cores_of(const struct fusion *f, enum core core)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->ngroups; i++)
		n += f->groups[i]->core == core;
	return n;
}

/* q, k and v by weights that are constants, each moved after: one product, and the weights side by
 * side are made when they are bound.  By arguments they are three. */
static void grouped(struct graph *g, struct job *j)
{
	const struct type *x = gen_type(g, DTYPE_f32, 2, 48, 64),
			  *w = gen_type(g, DTYPE_f32, 2, 64, 32);
	const struct type *types[] = { x, w, w, w };
	const bool constant[] = { false, true, true, true };
	int64_t turned[] = { 1, 0 };
	const struct node *r[3];
	struct plan_options o = { .narguments = 4, .constant = constant };

	for (uint32_t i = 0; i < 3; i++) {
		const struct node *p = build_dot_over(g, graph_parameter(g, 0, x), 1,
			graph_parameter(g, i + 1, w), 0, DTYPE_f32);
		r[i] = build_transpose(g, p, turned);
	}
	const struct region *as_written = gen_region(g, 4, types, 3, r), *main;
	CHECK_INT(cores_of(fusion_of(g, plan_lower(g, as_written, &options)), CORE_contract), 3);
	const struct region *lowered = plan_lower(g, as_written, &o),
			    *load = plan_cut(g, lowered, &o, &main);
	CHECK(load);
	CHECK_INT(cores_of(fusion_of(g, main), CORE_contract), 1);
	CHECK_INT(cores_of(fusion_of(g, load), CORE_contract), 0);
	(void)j;
}

/* What is put together and taken apart again is one kernel with what makes and reads it. */
static void pieces(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 2, 64, 40);
	const struct node *x = graph_parameter(g, 0, t);
	const struct node *p[] = { build2(g, OP_add, x, x), x }, *half[2];
	const struct node *both = build1(g, OP_tanh, build_concat(g, 2, p, 1));
	int64_t step[] = { 1, 1 };

	for (int64_t i = 0; i < 2; i++)
		half[i] = build_slice(g, both, (int64_t[]){ 0, 40 * i },
			(int64_t[]){ 64, 40 * i + 40 }, step);
	const struct node *r = build2(g, OP_multiply, half[0], half[1]);
	CHECK_INT(fused(g, 1, &t, 1, &r)->ngroups, 1);
	(void)j;
}

/* A product reads operands that are turned, and stores a turned result, without a copy. */
static void turned(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 2, 48, 64);
	const struct type *types[] = { t, t };
	int64_t order[] = { 1, 0 };

	for (int which = 0; which < 8; which++) {
		const struct node *a = graph_parameter(g, 0, t), *b = graph_parameter(g, 1, t);
		a = which & 1 ? build_transpose(g, a, order) : a;
		b = which & 2 ? build_transpose(g, b, order) : b;
		const struct node *r = build_dot_over(g, a, !(which & 1), b,
			!(which & 2), DTYPE_f32);
		r = which & 4 ? build_transpose(g, r, order) : r;
		const struct fusion *f = fused(g, 2, types, 1, &r);
		CHECK_INT(cores_of(f, CORE_contract), 1);
		/* columns may be packed */
		CHECK(f->ngroups <= 2);
	}
	(void)j;
}

/* The largest of each 3 x 3, every second one. */
static const struct node *pool_of(struct graph *g, const struct node *x)
{
	const struct type *st = gen_type(g, x->type->dtype, 0), *both[] = { st, st };
	const struct node *max = build2(
		g, OP_maximum, graph_parameter(g, 0, st), graph_parameter(g, 1, st));
	const struct region *combine = gen_region(g, 2, both, 1, &max);
	const struct attr_entry e[] = {
		{ KEY_window_dimensions, NULL, attr_ints(g, 2, (int64_t[]){ 3, 3 }) },
		{ KEY_window_strides, NULL, attr_ints(g, 2, (int64_t[]){ 2, 2 }) },
	};
	const struct node *in[] = { x, build_scalar(g, x->type->dtype, -9) };
	struct node_spec s = { .op = OP_reduce_window,
		.nin = 2,
		.in = in,
		.attrs = attrs_cons(g, 2, e),
		.nregions = 1,
		.regions = &combine };

	return graph_node(g, &s);
}

/* What a pool reads nine times an element is rounded and bounded in the product's kernel, not the
 * pool's; a product that would become wider is left as it is. */
static void pools(struct graph *g, struct job *j)
{
	const struct type *t[] = { gen_type(g, DTYPE_bf16, 2, 64, 32),
		gen_type(g, DTYPE_bf16, 2, 32, 64) };
	const struct node *y = build_dot_over(
		g, graph_parameter(g, 0, t[0]), 1, graph_parameter(g, 1, t[1]), 0, DTYPE_bf16);

	(void)j;
	for (int narrow = 0; narrow < 2; narrow++) {
		const struct node *x = build_convert(g, y, DTYPE_f32);
		x = build2(g, OP_maximum, x, build_like(g, x, 0.5));
		if (narrow)
			x = build_convert(g, x, DTYPE_bf16);
		x = pool_of(g, x);
		const struct fusion *f = fused(g, 2, t, 1, &x);
		CHECK_INT(f->ngroups, 2);
		const struct group *p = f->groups[f->groups[0]->contract == NULL];
		CHECK(p->contract);
		CHECK_INT(p->nmembers > 1, narrow);
		CHECK_INT(p->root->type->dtype, DTYPE_bf16);
	}
}

/* A bias of bf16 is widened where it is added, not by a kernel before the product. */
static void widened(struct graph *g, struct job *j)
{
	const struct type *t[] = { gen_type(g, DTYPE_bf16, 2, 64, 32),
		gen_type(g, DTYPE_bf16, 2, 32, 64), gen_type(g, DTYPE_bf16, 1, 64) };
	const int64_t last = 1;
	const struct node *y = build_dot_over(
		g, graph_parameter(g, 0, t[0]), 1, graph_parameter(g, 1, t[1]), 0, DTYPE_f32);
	const struct node *bias = build_convert(g, graph_parameter(g, 2, t[2]), DTYPE_f32);

	(void)j;
	y = build2(g, OP_add, y, build_broadcast(g, bias, 2, y->type->dims, &last));
	y = build_convert(g, y, DTYPE_bf16);
	CHECK_INT(fused(g, 3, t, 1, &y)->ngroups, 1);
}

/* What is turned, then reshaped, is turned in squares: its kernel goes over the turned dims. */
static void reshaped(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 3, 2, 256, 40);
	const int64_t turn[] = { 0, 2, 1 }, to[] = { 2, 40, 16, 16 };
	const struct node *x = build_transpose(g, graph_parameter(g, 0, t), turn);
	const struct node *r = build_reshape(g, x, 4, to);
	const struct fusion *f = fused(g, 1, &t, 1, &r);

	(void)j;
	CHECK_INT(f->ngroups, 1);
	CHECK_INT(f->groups[0]->rank, 3);
	CHECK_INT(f->groups[0]->space[2], 256);
}

void test_plan_fuse__turns_before_it_reshapes(void)
{
	gen_with_graph(reshaped);
}

void test_plan_fuse__widens_where_it_reads(void)
{
	gen_with_graph(widened);
}

void test_plan_fuse__groups_products(void)
{
	gen_with_graph(grouped);
}

void test_plan_fuse__puts_together_and_takes_apart(void)
{
	gen_with_graph(pieces);
}

void test_plan_fuse__turns_within_products(void)
{
	gen_with_graph(turned);
}

void test_plan_fuse__stores_states_on_the_way(void)
{
	gen_with_graph(states);
}

void test_plan_fuse__computes_places_once(void)
{
	gen_with_graph(places);
}

/* [9, 33] of rows of 70, from a memory that ends with the last of them (gen/part.c). */
static void parts(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 1, 8 * 70 + 33);
	int64_t none = 0, high = 70 - 33;
	const struct node *x = graph_parameter(g, 0, t), *zero = build_scalar(g, DTYPE_f32, 0);
	const struct node *rows = build_reshape(
		g, build_pad(g, x, zero, &none, &high, &none), 2, (int64_t[]){ 9, 70 });
	const struct node *y = build_slice(
		g, rows, (int64_t[]){ 0, 0 }, (int64_t[]){ 9, 33 }, (int64_t[]){ 1, 1 });
	const struct node *sums[] = { build_reduce(g, OP_add, y, 1, (int64_t[]){ 0 }),
		build_reduce(g, OP_add, y, 1, (int64_t[]){ 1 }) };

	(void)j;
	CHECK_INT(fused(g, 1, &t, 2, sums)->ngroups, 2);
}

void test_plan_fuse__reads_parts_in_each_kernel(void)
{
	gen_with_graph(parts);
}

void test_plan_fuse__scales_groups_in_their_kernel(void)
{
	gen_with_graph(groups);
	gen_with_graph(followed);
}

void test_plan_fuse__windowed(void)
{
	gen_with_graph(windowed);
}

void test_plan_fuse__stores_statistics_on_the_way(void)
{
	gen_with_graph(statistics);
}

void test_plan_fuse__makes_pieces_together(void)
{
	gen_with_graph(stacks);
	gen_with_graph(joins);
}

void test_plan_fuse__waits_for_no_reader(void)
{
	gen_with_graph(waits);
}

void test_plan_fuse__orders_what_several_compute(void)
{
	gen_with_graph(passed);
}

void test_plan_fuse__leaves_epilogues(void)
{
	gen_with_graph(epilogues);
}

void test_plan_fuse__ends_products_before_pools(void)
{
	gen_with_graph(pools);
}
