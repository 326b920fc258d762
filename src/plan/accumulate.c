/* accumulate.c -- what is added up into zeros and then added to a tensor is added to that tensor.
 *
 *   x + scatter(0, i, u) by add  =  scatter(x, i, u) by add
 *
 * The gradient of an embedding is such a sum: into zeros as large as the whole table, of which a
 * program touches a row a token.  Where something else has a gradient for the table, too (the
 * product behind a model, of tied weights; another look-up), the zeros would be stored, read, and
 * added to it, which costs a table more of memory.  The scatter is then written where x lies.
 *
 * Algebraic: not under numerics=strict.  Nor of floats of 16 bits and fewer, whose small updates
 * should meet each other before they meet a large x. */
#include "ir/rewrite.h"
#include "plan/plan_impl.h"

bool plan_is_zeros(const struct node *n)
{
	while (n->op == OP_broadcast_in_dim || n->op == OP_reshape)
		n = n->in[0];
	const struct literal *l = n->op == OP_constant ? node_literal(n) : NULL;
	const unsigned char *at = l ? l->data : NULL;
	bool zero = l != NULL;
	for (size_t i = 0; zero && i < l->bytes; i++)
		zero = at[i] == 0;
	return zero;
}

static bool adds_two(const struct region *r)
{
	const struct node *sum = r->nparams == 2 && r->nresults == 1 ? r->results[0] : NULL;

	if (!sum || sum->op != OP_add || sum->in[0] == sum->in[1])
		return false;
	return sum->in[0]->op == OP_parameter && sum->in[1]->op == OP_parameter;
}

/* Is n, which becomes `now`, a sum into zeros that nothing else reads? */
static bool sums_into_zeros(const struct node *n, const struct node *now, const uint32_t *users)
{
	if (n->op != OP_scatter || now->op != OP_scatter || users[n->id] != 1 || now->nin != 3)
		return false;
	const struct type *t = now->type;
	bool small = dtype_is_narrow(t->dtype);
	if (t->kind != TYPE_tensor || t->quant || small)
		return false;
	return plan_is_zeros(now->in[0]) && adds_two(now->regions[0]);
}

static const struct node *accumulate_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const uint32_t *users = arg;

	for (uint32_t i = 0; n->op == OP_add && i < 2; i++) {
		if (in[0]->type != in[1]->type || !sums_into_zeros(n->in[i], in[i], users))
			continue;
		const struct node *operands[3] = { in[1 - i], in[i]->in[1], in[i]->in[2] };
		return node_with_operands(g, in[i], operands);
	}
	return NULL;
}

const struct region *plan_accumulate(struct graph *g, const struct region *r)
{
	struct job *j = graph_job(g);
	uint32_t count, *users = job_array(j, graph_nnodes(g), sizeof *users);
	const struct node **order = region_order(j, r, &count);

	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < order[i]->nin; k++)
			users[order[i]->in[k]->id]++;
	for (uint32_t i = 0; i < r->nresults; i++)
		users[r->results[i]->id]++;
	return region_rewrite(g, r, accumulate_node, users);
}
