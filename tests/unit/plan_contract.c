/* plan_contract.c -- which side of a product is read as rows, and how its work is cut. */
#include "gen_util.h"
#include "plan/plan_impl.h"

/* x[tokens, 384] by w[1536, 384] along k, as a linear layer has it. */
static const struct kernel *linear(struct graph *g, struct job *j, int64_t tokens)
{
	const struct type *params[] = { type_tensor(g, DTYPE_f32, 2, (int64_t[]){ tokens, 384 }),
		gen_type(g, DTYPE_f32, 2, 1536, 384) };
	int64_t one = 1;
	const struct node *y = build_dot(g, graph_parameter(g, 0, params[0]),
		graph_parameter(g, 1, params[1]), 0, NULL, NULL, 1, &one, &one, DTYPE_f32);
	struct plan_source s = { .name = "main", .region = gen_region(g, 2, params, 1, &y) };
	const struct plan *p = plan_make(j, g, &s, &(struct plan_options){ .isa = 0 });

	CHECK_INT(p->nkernels, 1);
	CHECK_INT(p->kernels[0]->core, CORE_contract);
	return p->kernels[0];
}

/* Whatever the number of tokens is, the weight is used as it lies: copied to panels, it would be
 * for each block of tokens. */
static void tokens(struct graph *g, struct job *j)
{
	int64_t s = dim_arg(g, 0, 0, 0, INT64_MAX);
	const struct contract *some = &linear(g, j, s)->contract;

	CHECK(!linear(g, j, 64)->contract.rows_are_lhs);
	CHECK(!some->rows_are_lhs);
	CHECK_INT(some->m, 1536);
	CHECK_INT((some->m + some->m_block - 1) / some->m_block % 2, 0);
}

void test_plan_contract__a_weight_is_not_copied_for_each_block_of_tokens(void)
{
	gen_with_graph(tokens);
}
