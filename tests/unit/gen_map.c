/* gen_map.c -- CORE_map against the interpreter: elementwise, movement, loops inside. */
#include "gen_util.h"

static const struct node *param(struct graph *g, uint32_t i, const struct type *t)
{
	return graph_parameter(g, i, t);
}

static void check_map(struct graph *g, struct job *j, uint32_t n, const struct type *const *params,
	const struct node *result, double tolerance)
{
	struct gen_case c = { .g = g, .job = j, .core = CORE_map, .tolerance = tolerance, .outer_grain = 3,
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
