/* plan_fuse.c -- which nodes become one kernel. */
#include "gen_util.h"
#include "plan/plan_impl.h"

static const struct plan_options options;

static const struct fusion *fused(struct graph *g, uint32_t nparams,
	const struct type *const *params, uint32_t n, const struct node *const *results)
{
	const struct region *r = gen_region(g, nparams, params, n, results);

	return plan_fuse(g, plan_lower(g, r, &options), NULL);
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

/* e is read by a product that its other reader waits for: no kernel makes both. */
static void waits(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 2, 9, 9);
	const struct node *e = build1(g, OP_tanh, graph_parameter(g, 0, t));
	int64_t one = 1, zero = 0;
	const struct node *s = build_dot(g, e, e, 0, NULL, NULL, 1, &one, &zero, DTYPE_f32);
	const struct node *h = build1(g, OP_exponential, build_reduce(g, OP_maximum, s, 1, &one));
	const struct node *r = build2(g, OP_add, e, build_broadcast(g, h, 2, t->dims, &zero));
	const struct fusion *f = fused(g, 1, &t, 1, &r);

	(void)j;
	for (uint32_t i = 0; i < f->ngroups; i++)
		CHECK_INT(f->groups[i]->nouts, 0);
	CHECK(f->ngroups >= 3);
}

/* What a product can store itself stays with it, though rows of it are needed. */
static void epilogues(struct graph *g, struct job *j)
{
	const struct type *t = gen_type(g, DTYPE_f32, 2, 32, 32);
	const struct node *x = graph_parameter(g, 0, t);
	int64_t one = 1, zero = 0;
	const struct node *s = build_dot(g, x, x, 0, NULL, NULL, 1, &one, &zero, DTYPE_f32);
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
	/* long pieces are not one kernel's, nor are those along lanes */
	const struct node *wide[] = { e, build1(g, OP_negate, e) };
	both = build_concat(g, 2, wide, 3);
	CHECK(!node_is_stack(both));
	both = build_concat(g, 2, wide, 2);
	CHECK(!node_is_stack(both));
}

void test_plan_fuse__stores_states_on_the_way(void)
{
	gen_with_graph(states);
}

void test_plan_fuse__stores_statistics_on_the_way(void)
{
	gen_with_graph(statistics);
}

void test_plan_fuse__makes_pieces_together(void)
{
	gen_with_graph(stacks);
}

void test_plan_fuse__waits_for_no_reader(void)
{
	gen_with_graph(waits);
}

void test_plan_fuse__leaves_epilogues(void)
{
	gen_with_graph(epilogues);
}
