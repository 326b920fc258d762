/* rewrite.c -- region_rewrite: one walk in the order of ids, which is a topological order (R5),
 * with a table from old nodes to new ones.  Locations follow: what replaces a node is also located
 * where the node was, so that messages and explain can name the source after any number of
 * passes. */
#include "ir/rewrite.h"
#include "ir/graph_impl.h"
#include "ir/node_map.h"

/* n with other operands, its type as far as that is known before the rule is asked. */
static const struct node *node_with(struct graph *g, const struct node *n,
	const struct node *const *in, const struct type *type)
{
	uint32_t same = 0;
	/* what the plan makes of symbolic sizes: their types follow from no operand's value */
	bool typed = n->op == OP_reshape || n->op == OP_broadcast_in_dim;
	bool cut = n->op == OP_slice && !type_is_static(n->type);
	while (same < n->nin && n->in[same] == in[same])
		same++;
	if (same == n->nin)
		return n;
	typed = typed && type == n->type;
	if (n->op == OP_optimization_barrier) /* of its operands' types, whatever is known now */
		type = NULL;
	for (uint32_t i = same; i < n->nin; i++)
		typed = typed && n->in[i]->type == in[i]->type;
	typed = typed || cut;
	struct node_spec s = {
		.op = n->op, .nin = n->nin, .in = in, .attrs = n->attrs,
		.nregions = n->nregions, .regions = n->regions, .type = type, .trusted = typed,
	};
	return graph_node(g, &s);
}

const struct node *node_with_operands(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	return node_with(g, n, in, n->type);
}

const struct type *rewrite_type(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct node_spec s = { .op = n->op, .nin = n->nin, .in = in, .attrs = n->attrs,
		.nregions = n->nregions, .regions = n->regions };

	if (type_is_static(n->type))
		return n->type;
	const struct type *now = node_infer(g, &s);
	int64_t *dims = job_array(graph_job(g), now->rank, sizeof *dims);
	for (uint32_t d = 0; d < now->rank; d++)
		dims[d] = n->type->dims[d] < 0 ? now->dims[d] : n->type->dims[d];
	return type_tensor(g, n->type->dtype, now->rank, dims);
}

/* Sizes that were but a symbol of what stands for them now, in types of what comes behind. */
struct renamed {
	struct node_map nodes;               /* empty */
	int64_t *from, *to;
	uint32_t n, cap;
};

static void note_renamed(
	struct graph *g, const struct type *was, const struct type *is, struct renamed *r)
{
	if (was == is || was->kind != is->kind || was->rank != is->rank || was->kind != TYPE_tensor)
		return;
	for (uint32_t d = 0; d < was->rank; d++) {
		if (was->dims[d] == is->dims[d] || was->dims[d] >= 0 ||
			dim_get(g, was->dims[d])->op != DIM_free)
			continue;
		if (r->n == r->cap) {
			struct job *j = graph_job(g);
			uint32_t cap = r->cap ? 2 * r->cap : 16;
			r->from = job_grow(j, r->from, r->cap, cap, sizeof *r->from);
			r->to = job_grow(j, r->to, r->cap, cap, sizeof *r->to);
			r->cap = cap;
		}
		r->from[r->n] = was->dims[d];
		r->to[r->n++] = is->dims[d];
	}
}

static const struct type *type_renamed(
	struct graph *g, const struct type *t, const struct renamed *r)
{
	const struct dim_swap swap = {
		.n = r->n, .from = r->from, .to = r->to, .nodes = &r->nodes
	};

	return r->n ? type_replace(g, t, &swap) : t;
}

const struct node *region_rewrite_nested(struct graph *g, const struct node *n,
	const struct node *const *in,
	const struct region *(*fn)(struct graph *g, const struct region *r))
{
	bool changed = false;
	if (!n->nregions)
		return NULL;
	const struct region **regions = job_array(graph_job(g), n->nregions, sizeof *regions);
	for (uint32_t i = 0; i < n->nregions; i++) {
		regions[i] = fn(g, n->regions[i]);
		changed |= regions[i] != n->regions[i];
	}
	struct node_spec s = {
		.op = n->op, .nin = n->nin, .in = in, .attrs = n->attrs,
		.nregions = n->nregions, .regions = regions, .type = n->type,
	};
	return changed ? graph_node(g, &s) : NULL;
}

/* Where to stands already, from adds only what it is a part of. */
void rewrite_locate(struct graph *g, const struct node *to, const struct node *from)
{
	if (to == from)
		return;
	bool stands = graph_location(g, to) != NULL;
	for (const struct location *l = graph_location(g, from); l; l = l->next)
		if (location_is_part(l))
			graph_add_part(g, to, l->text);
		else if (!stands)
			graph_locate_as(g, to, l);
}

const struct region *region_rewrite(
	struct graph *g, const struct region *r, rewrite_fn *fn, void *arg)
{
	return region_rewrite_as(g, r, r->nparams, r->params, fn, arg);
}

const struct region *region_rewrite_as(struct graph *g, const struct region *r, uint32_t nparams,
	const struct type *const *params, rewrite_fn *fn, void *arg)
{
	struct job *j = graph_job(g);
	uint32_t count, limit = 0, most = 0;
	const struct node **order = region_order(j, r, &count);
	for (uint32_t i = 0; i < count; i++) {
		limit = order[i]->id + 1 > limit ? order[i]->id + 1 : limit;
		most = order[i]->nin > most ? order[i]->nin : most;
	}
	const struct node **now = job_array(j, limit, sizeof *now);
	const struct node **in = job_array(j, most, sizeof *in);
	bool changed = nparams != r->nparams;
	struct renamed names = { .n = 0 };
	node_map_init(&names.nodes, j);
	for (uint32_t i = 0; i < r->nparams && !changed; i++)
		changed = params[i] != r->params[i];
	for (uint32_t i = 0; i < count; i++) {
		const struct node *n = order[i];
		for (uint32_t k = 0; k < n->nin; k++)
			in[k] = now[n->in[k]->id];
		const struct node *m = fn(arg, g, n, in);
		if (!m)
			m = node_with(g, n, in, type_renamed(g, n->type, &names));
		note_renamed(g, n->type, m->type, &names);
		rewrite_locate(g, m, n);
		now[n->id] = m;
		changed |= m != n;
	}
	if (!changed)
		return r;
	const struct node **results = job_array(j, r->nresults, sizeof *results);
	for (uint32_t i = 0; i < r->nresults; i++)
		results[i] = now[r->results[i]->id];
	return graph_region(g, nparams, params, r->nresults, results);
}
