/* equal.c -- what shape rules assume of symbolic sizes, for whoever checks it at run time.
 *
 * A rule that meets two dimensions which may be equal takes them as equal (dims_agree); the program
 * is valid for the sizes where they are.  Asking every rule again, with a list to note such pairs
 * in, gives all that a run has to check. */
#include "ir/graph_impl.h"
#include "ir/infer/infer_impl.h"

struct equalities {
	struct job *job;
	const struct node *node;     /* whose rule is asked */
	struct dim_equality *v;
	uint32_t n, cap;
};

static void note(struct equalities *l, enum dim_relation relation, int64_t a, int64_t b)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->v[i].a == a && l->v[i].b == b && l->v[i].relation == relation)
			return;
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? 2 * l->cap : 16;
		l->v = job_grow(l->job, l->v, l->cap, cap, sizeof *l->v);
		l->cap = cap;
	}
	l->v[l->n++] = (struct dim_equality){ relation, a, b, l->node };
}

bool dims_agree(struct graph *g, int64_t a, int64_t b)
{
	if (a == b)
		return true;
	if (!dim_may_equal(g, a, b))
		return false;
	if (g->equalities)
		note(g->equalities, DIMS_equal, a > b ? b : a, a > b ? a : b);
	return true;
}

void dim_reaches(struct graph *g, int64_t d, int64_t least)
{
	if ((d < 0 || least < 0) && g->equalities && dim_max(g, d, least) != d)
		note(g->equalities, DIMS_reach, d, least);
}

void dim_broadcasts(struct graph *g, int64_t d, int64_t to)
{
	if (d != to && d != 1 && g->equalities)
		note(g->equalities, DIMS_broadcast, d, to);
}

static bool is_symbolic(const struct type *t)
{
	if (t->kind == TYPE_tensor)
		return !type_is_static(t);
	for (uint32_t i = 0; i < t->n; i++)
		if (is_symbolic(t->elem[i]))
			return true;
	return false;
}

/* Do values of operands say sizes, so that one known already can be contradicted by them? */
static bool is_told_sizes(enum op op)
{
	return op == OP_dynamic_iota || op == OP_dynamic_broadcast_in_dim ||
		op == OP_dynamic_reshape || op == OP_chlo_dynamic_reshape ||
		op == OP_real_dynamic_slice || op == OP_dynamic_pad || op == OP_dynamic_gather ||
		op == OP_dynamic_conv || op == OP_set_dimension_size;
}

/* Branches and turns of a loop may differ in size: that is what their `?` says.  Bounds hold of
 * each of them. */
static void ask_branches(struct graph *g, const struct node *n)
{
	type_reaches(g, n->type, n->type);
	for (uint32_t k = 0; n->op == OP_while && k < n->nregions; k++)
		for (uint32_t i = 0; i < node_noperands(n); i++)
			type_reaches(g, n->regions[k]->params[i], n->in[i]->type);
}

static void ask(struct graph *g, struct equalities *l, const struct node *n)
{
	bool any = is_symbolic(n->type) || is_told_sizes(n->op);
	for (uint32_t i = 0; i < n->nin && !any; i++)
		any = is_symbolic(n->in[i]->type);
	if (!any || n->op == OP_parameter)
		return;
	l->node = n;
	if (op_branches(n->op)) {
		ask_branches(g, n);
		return;
	}
	node_infer(g, &(struct node_spec){ .op = n->op,
			      .nin = n->nin,
			      .in = n->in,
			      .attrs = n->attrs,
			      .nregions = n->nregions,
			      .regions = n->regions,
			      .type = n->type });
}

static void stop_noting(void *graph, bool failed)
{
	(void)failed;
	((struct graph *)graph)->equalities = NULL;
}

const struct dim_equality *region_equalities(
	struct graph *g, const struct region *r, uint32_t *count)
{
	struct job *j = graph_job(g);
	struct equalities *l = job_alloc(j, sizeof *l);
	uint32_t n;

	*count = 0;
	if (!g->now.ndims)
		return NULL;
	l->job = j;
	g->equalities = l;
	job_defer(j, stop_noting, g);
	const struct node **order = region_order(j, r, &n);
	for (uint32_t i = 0; i < n; i++)
		ask(g, l, order[i]);
	g->equalities = NULL;
	*count = l->n;
	return l->v;
}
