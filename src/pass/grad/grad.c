/* grad.c -- the backward walk of reverse mode, and the table of rules.
 *
 * Ids are a topological order (graph.h, R5): walking them downwards meets a node after all of its
 * users, when its gradient is complete.  A node is active when it depends on a wanted parameter
 * through ops that let gradients pass; only active nodes are given any, so constants, indices and
 * predicates cost nothing. */
#include "ir/rewrite.h"
#include "pass/grad/grad_impl.h"

#define MAP1(op, ...) [OP_##op] = { grad_##op, false },
#define MAP2(op, ...) [OP_##op] = { grad_##op, false },
#define RULE(op) [OP_##op] = { grad_##op, false },
#define ZERO(op) [OP_##op] = { NULL, true },
static const struct {
	grad_fn *fn;
	bool zero;
} rules[OP_COUNT] = {
#include "pass/grad.def"
};
#undef MAP1
#undef MAP2
#undef RULE
#undef ZERO

/* ---- what rules share ----------------------------------------------------------------------- */

noreturn void grad_refuse(struct grad *d, const struct node *n, const char *text)
{
	const struct location *l = graph_location(d->g, n);
	struct place at = { 0 };
	while (l && (location_is_part(l) || !l->line))
		l = l->next;
	if (l)
		at = (struct place){ l->file, l->line, l->column };
	job_fail_at(graph_job(d->g), WEFT_UNIMPLEMENTED, at, "no gradient of %s: %s",
		op_table[n->op].text, text);
}

void grad_flow(struct grad *d, const struct node *x, const struct node *v)
{
	if (!grad_wants(d, x))
		return;
	const struct node **sum = &d->sum[x->id];
	if (x->op == OP_result)
		sum = &d->parts[x->in[0]->id][node_int(x, KEY_index, 0)];
	*sum = *sum ? build2(d->g, OP_add, *sum, v) : v;
}

const struct node *grad_zeros(struct grad *d, const struct node *x)
{
	return build_like(d->g, x, 0);
}

enum op region_binary_op(const struct region *r)
{
	if (r->nresults != 1)
		return OP_COUNT;
	const struct node *n = r->results[0];
	if (n->op == OP_parameter)
		return node_int(n, KEY_index, 0) == 1 ? OP_parameter : OP_COUNT;
	if (n->nin != 2 || n->in[0]->op != OP_parameter || n->in[1]->op != OP_parameter)
		return OP_COUNT;
	int64_t a = node_int(n->in[0], KEY_index, 0), b = node_int(n->in[1], KEY_index, 0);
	return a + b == 1 && a != b ? n->op : OP_COUNT;
}

bool node_integer(const struct node *n, int64_t *out)
{
	const struct literal *l = node_literal(n);
	if (!l || l->type->rank || !dtype_is_int(l->type->dtype))
		return false;
	*out = dtype_load_i64(l->type->dtype, l->data);
	return true;
}

/* ---- the walk ------------------------------------------------------------------------------- */

static bool type_any_gradient(const struct type *t)
{
	bool any = type_has_gradient(t);
	for (uint32_t i = 0; t->kind == TYPE_results && i < t->n; i++)
		any |= type_has_gradient(t->elem[i]);
	return any;
}

static void find_active(struct grad *d, const bool *wanted, const struct node **order, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct node *x = order[i];
		bool active = false;
		if (x->op == OP_parameter)
			active = wanted[node_int(x, KEY_index, 0)];
		for (uint32_t k = 0; k < x->nin; k++)
			active |= d->active[x->in[k]->id];
		d->active[x->id] = active && type_any_gradient(x->type) && !rules[x->op].zero;
	}
}

/* The gradients of n's results, NULL: none arrived. */
static const struct node *const *arrived(struct grad *d, const struct node *n)
{
	if (n->type->kind != TYPE_results)
		return d->sum[n->id] ? &d->sum[n->id] : NULL;
	for (uint32_t i = 0; i < n->type->n; i++)
		if (d->parts[n->id][i])
			return d->parts[n->id];
	return NULL;
}

static void walk(struct grad *d, const struct node **order, uint32_t n)
{
	for (uint32_t i = n; i-- > 0;) {
		const struct node *x = order[i];
		if (!d->active[x->id] || x->op == OP_parameter || x->op == OP_result)
			continue;
		const struct node *const *ct = arrived(d, x);
		if (!ct)
			continue;
		if (!rules[x->op].fn)
			grad_refuse(d, x, "the op has no rule");
		if (node_has_effect(x))
			grad_refuse(d, x, "it has an effect");
		rules[x->op].fn(d, x, ct);
	}
}

/* ---- the region ----------------------------------------------------------------------------- */

static void grad_init(struct grad *d, struct graph *g, const struct node **order, uint32_t n)
{
	struct job *j = graph_job(g);
	*d = (struct grad){ .g = g, .limit = n ? order[n - 1]->id + 1 : 0 };
	d->active = job_array(j, d->limit, sizeof *d->active);
	d->sum = job_array(j, d->limit, sizeof *d->sum);
	d->parts = job_array(j, d->limit, sizeof *d->parts);
	for (uint32_t i = 0; i < n; i++)
		if (order[i]->type->kind == TYPE_results)
			d->parts[order[i]->id] =
				job_array(j, order[i]->type->n, sizeof **d->parts);
}

/* What was computed by an old loop is taken from the new one. */
static const struct node *swap_loop(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct grad_swap *s = arg;
	const struct node *loop = n->op == OP_result ? n->in[0] : n;
	while (s && s->old != loop)
		s = s->next;
	if (!s)
		return NULL;
	if (n->op == OP_result)
		return graph_result(g, in[0], (uint32_t)node_int(n, KEY_index, 0));
	uint32_t carries = node_noperands(n), more = s->new->nin - n->nin;
	const struct node **to = job_array(graph_job(g), s->new->nin, sizeof *to);
	for (uint32_t i = 0; i < s->new->nin; i++)
		to[i] = i < carries ? in[i] : i < carries + more ? s->new->in[i] : in[i - more];
	const struct node *new = node_with_operands(g, s->new, to);
	return n->type->kind == TYPE_results ? new : graph_result(g, new, 0);
}

const struct region *region_gradient(struct graph *g, const struct grad_request *q)
{
	struct job *j = graph_job(g);
	const struct region *r = q->r;
	struct grad d;
	uint32_t n, nparams = r->nparams, nresults = 0;
	const struct node **order = region_order(j, r, &n);
	const struct type **params = job_array(j, (size_t)nparams + r->nresults, sizeof *params);
	const struct node **results = job_array(j, (size_t)nparams + r->nresults, sizeof *results);
	grad_init(&d, g, order, n);
	find_active(&d, q->wanted, order, n);
	for (uint32_t i = 0; i < nparams; i++)
		params[i] = r->params[i];
	for (uint32_t i = 0; i < r->nresults; i++) {
		const struct node *x = r->results[i];
		if (q->results && x->type->kind != TYPE_token)
			results[nresults++] = x;
		if (!q->seeded[i])
			continue;
		grad_flow(&d, x, graph_parameter(g, nparams, x->type));
		params[nparams++] = x->type;
	}
	walk(&d, order, n);
	for (uint32_t i = 0; i < r->nparams; i++) {
		if (!q->wanted[i])
			continue;
		const struct node *x = graph_parameter(g, i, r->params[i]);
		const struct node *sum = x->id < d.limit ? d.sum[x->id] : NULL;
		results[nresults++] = sum ? sum : grad_zeros(&d, x);
	}
	if (q->results && r->nresults && r->results[r->nresults - 1]->type->kind == TYPE_token)
		results[nresults++] = r->results[r->nresults - 1];
	const struct region *joint = graph_region(g, nparams, params, nresults, results);
	return d.swaps ? region_rewrite(g, joint, swap_loop, d.swaps) : joint;
}
