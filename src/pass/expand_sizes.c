/* expand_sizes.c -- the sizes in regions of loops and branches are those of the operands.
 *
 * A region's body was built where its function was, with the symbols of that function's parameters;
 * the function is inlined by now, and the operands have sizes of main's arguments.  So parameters
 * get the operands' types, and the body's types follow.  Sizes that a region takes as integers
 * (JAX computes them once, in front) are read inside of it from a tensor that has them: else nobody
 * would know there that they are sizes of tensors.
 *
 * What a loop carries keeps its sizes if the body, given them, gives them back: induction over the
 * turns.  A dimension that comes back as another one is a symbol of the region's own, found each
 * turn (plan.h, plan_made); the rest is tried again, until nothing more changes. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "pass/expand.h"

enum { VECTOR_MOST = 16 };

struct sized {
	const struct node *n;
	const struct node *const *in;
	uint32_t skip;               /* operands in front that are no parameters */
	const struct region *r;
	const struct type **params;
	const struct node **inside;  /* what stands for a parameter; NULL: itself */
};

/* The operand's type, where it says as much as the parameter's; of a loop, but for the dimensions
 * that it changes (NULL: none). */
static const struct type *param_type(struct graph *g, const struct type *param,
	const struct type *in, const bool *changes)
{
	bool any = false;
	bool fits = param->kind == TYPE_tensor && in->kind == TYPE_tensor && !param->unranked &&
		!in->unranked && param->rank == in->rank && param->dtype == in->dtype &&
		param->quant == in->quant;

	for (uint32_t d = 0; fits && d < param->rank; d++)
		fits = !dim_is_number(param->dims[d]) || param->dims[d] == in->dims[d];
	for (uint32_t d = 0; fits && changes && d < param->rank; d++)
		any |= changes[d];
	if (!fits || (!any && (!param->bounds || param->bounds == in->bounds)))
		return fits ? in : param;
	int64_t *dims = job_array(graph_job(g), param->rank, sizeof *dims);
	int64_t *bounds = job_array(graph_job(g), param->rank, sizeof *bounds);
	bool bounded = false;
	for (uint32_t d = 0; d < param->rank; d++) {
		dims[d] = any && changes[d] ? param->dims[d] : in->dims[d];
		bounds[d] = param->bounds && dims[d] < 0 ? param->bounds[d] : -1;
		bounded |= bounds[d] >= 0;
	}
	struct type t = *param;
	t.dims = dims;
	t.bounds = bounded ? bounds : NULL;
	return type_cons(g, &t);
}

/* Is d made of sizes that the parameters have? */
static bool at_hand(struct graph *g, const struct sized *s, int64_t d, int depth)
{
	if (dim_is_number(d))
		return true;
	const struct dim_expr *e = dim_get(g, d);
	if (e->op == DIM_number)
		return true;
	for (uint32_t i = 0; i < s->r->nparams; i++) {
		const struct type *t = s->params[i];
		for (uint32_t k = 0; t->kind == TYPE_tensor && k < t->rank; k++)
			if (t->dims[k] == d)
				return true;
	}
	return e->op > DIM_number && depth < 32 && at_hand(g, s, e->a, depth + 1) &&
		at_hand(g, s, e->b, depth + 1);
}

/* Integer parameter i as what it is of the parameters' sizes; NULL: it is nothing of them. */
static const struct node *from_sizes(struct graph *g, const struct sized *s, uint32_t i,
	const struct node *const *hints)
{
	const struct node *x = s->in[i + s->skip];
	const struct type *t = x->type;
	int64_t dims[VECTOR_MOST], n = t->kind == TYPE_tensor ? type_elements(t) : -1;
	bool symbolic = false;

	if (n < 1 || n > VECTOR_MOST || t->rank > 1 || !dtype_is_int(t->dtype) || t->quant ||
		t->index || x->op == OP_constant)
		return NULL;
	for (int64_t k = 0; k < n; k++) {
		dims[k] = dim_of_node(g, x, k);
		symbolic |= !dim_is_number(dims[k]);
		if (!at_hand(g, s, dims[k], 0))
			return NULL;
	}
	if (!symbolic)
		return NULL;
	const struct node *v = t->rank ? build_shape(g, (uint32_t)n, dims, s->r->nparams, hints)
				       : build_dim(g, dims[0], s->r->nparams, hints);
	return build_convert(g, v, t->dtype);
}

static const struct node *param_sized(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct sized *s = arg;

	(void)in;
	if (n->op != OP_parameter)
		return NULL;
	uint32_t i = (uint32_t)node_int(n, KEY_index, 0);
	return s->inside[i] ? s->inside[i] : graph_parameter_like(g, n, s->params[i]);
}

/* changes: by what a loop carries, by dimension; NULL: a branch. */
static const struct region *region_sized(struct graph *g, const struct node *n,
	const struct node *const *in, uint32_t region, const bool *const *changes)
{
	struct sized s = { .n = n, .in = in, .skip = n->op != OP_while, .r = n->regions[region] };
	uint32_t count = s.r->nparams, carried = n->op == OP_while ? node_noperands(n) : 0;
	const struct node **hints = job_array(graph_job(g), count + 1u, sizeof *hints);

	s.params = job_array(graph_job(g), count + 1u, sizeof *s.params);
	s.inside = job_array(graph_job(g), count + 1u, sizeof *s.inside);
	for (uint32_t i = 0; i < count; i++) {
		s.params[i] = param_type(g, s.r->params[i], in[i + s.skip]->type,
			changes && i < carried ? changes[i] : NULL);
		hints[i] = graph_parameter(g, i, s.params[i]);
	}
	const struct build_hand hand = { count, hints }, *before = build_at_hand(g, &hand);
	for (uint32_t i = carried; i < count; i++)
		s.inside[i] = from_sizes(g, &s, i, hints);
	const struct region *r = region_rewrite_as(g, s.r, count, s.params, param_sized, &s);
	build_at_hand(g, before);
	return r;
}

/* Notes dimensions that a turn of the loop changes; true: there are new ones.  *known becomes false
 * where a parameter's own dimension is no symbol that stands for it. */
static bool note_changes(struct graph *g, const struct node *n, const struct region *body,
	bool *const *changes, bool *known)
{
	bool any = false;

	for (uint32_t i = 0; i < node_noperands(n); i++) {
		const struct type *p = body->params[i], *t = body->results[i]->type;
		for (uint32_t d = 0; p->kind == TYPE_tensor && d < p->rank; d++) {
			bool same = t->rank == p->rank && t->dims[d] == p->dims[d];
			if (same || changes[i][d])
				continue;
			for (uint32_t r = 0; r < 2; r++) {
				int64_t own = n->regions[r]->params[i]->dims[d];
				*known &= own < 0 && dim_get(g, own)->op == DIM_free;
			}
			changes[i][d] = any = true;
		}
	}
	return any;
}

/* The regions of loop n; false: what it does to sizes cannot be said. */
static bool loop_sized(struct graph *g, const struct node *n, const struct node *const *in,
	const struct region **regions)
{
	struct job *j = graph_job(g);
	uint32_t count = node_noperands(n);
	bool **changes = job_array(j, count + 1u, sizeof *changes), known = true;

	for (uint32_t i = 0; i < count; i++) {
		const struct type *t = n->regions[1]->params[i];
		changes[i] = job_array(j, t->kind == TYPE_tensor ? t->rank + 1u : 1, sizeof(bool));
	}
	do {
		regions[1] = region_sized(g, n, in, 1, (const bool *const *)changes);
	} while (note_changes(g, n, regions[1], changes, &known));
	regions[0] = region_sized(g, n, in, 0, (const bool *const *)changes);
	return known;
}

static bool any_symbol(const struct node *n, const struct node *const *in)
{
	for (uint32_t i = 0; i < n->nin; i++)
		for (uint32_t d = 0; in[i]->type->kind == TYPE_tensor && d < in[i]->type->rank; d++)
			if (!dim_is_number(in[i]->type->dims[d]))
				return true;
	return false;
}

const struct node *expand_sizes(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct region **regions = job_array(graph_job(g), n->nregions, sizeof *regions);
	bool changed = false;

	if (!any_symbol(n, in))
		return NULL;
	if (n->op == OP_while && !loop_sized(g, n, in, regions))
		return NULL;
	for (uint32_t i = 0; i < n->nregions; i++) {
		if (n->op != OP_while)
			regions[i] = region_sized(g, n, in, i, NULL);
		changed |= regions[i] != n->regions[i];
	}
	if (!changed)
		return NULL;
	return graph_node(g, &(struct node_spec){ .op = n->op, .nin = n->nin, .in = in,
		.nregions = n->nregions, .regions = regions, .attrs = n->attrs, .type = n->type });
}
