/* verify.c -- our own invariants, checked between passes: a broken one is our bug, never the
 * user's.
 *
 * R1 by looking every node up again, R2 and R4 by asking each op's verifier again, R3 and R5 by
 * walking. The verifiers fail jobs, so they run in one of their own, whose error becomes a BUG. */
#include "ir/graph_impl.h"

struct verify {
	struct graph *g;
	struct job *job;
	const struct region **todo;      /* found, the first `done` of them checked */
	uint32_t n, done, cap;
	uint8_t *seen;                   /* by region id */
};

static void verify_add(struct verify *v, const struct region *r)
{
	if (r->id >= v->g->now.nregions)
		BUG("region %u is not of this graph", r->id);
	if (v->seen[r->id])
		return;
	v->seen[r->id] = 1;
	if (v->n == v->cap) {
		uint32_t cap = v->cap ? v->cap * 2 : 16;
		v->todo = job_grow(v->job, v->todo, v->cap, cap, sizeof *v->todo);
		v->cap = cap;
	}
	v->todo[v->n++] = r;
}

static void verify_node(struct verify *v, const struct region *r, const struct node *n)
{
	struct graph *g = v->g;
	const char *op = (unsigned)n->op < OP_COUNT ? op_table[n->op].text : "?";

	if ((unsigned)n->op >= OP_COUNT || n->id >= g->now.nnodes)
		BUG("R1: node %u (%s) is not of this graph", n->id, op);
	for (uint32_t i = 0; i < n->nin; i++)
		if (n->in[i]->id >= n->id)
			BUG("R5: node %u (%s) is older than its operand %u", n->id, op,
				n->in[i]->id);
	if (node_cons(g, n) != n)
		BUG("R1: node %u (%s) has a twin", n->id, op);
	if (n->op == OP_parameter) {
		int64_t i = node_int(n, KEY_index, -1);
		if (i < 0 || i >= r->nparams || r->params[i] != n->type)
			BUG("R3: region %u has no parameter like node %u", r->id, n->id);
		return;
	}
	const struct type *t = node_infer(g, &(struct node_spec){ .op = n->op,
						     .nin = n->nin,
						     .in = n->in,
						     .nregions = n->nregions,
						     .regions = n->regions,
						     .attrs = n->attrs,
						     .type = n->type });
	if (!type_merge(g, n->type, t))
		BUG("R2: node %u (%s) is of another type than its rule says", n->id, op);
	for (uint32_t i = 0; i < n->nregions; i++)
		verify_add(v, n->regions[i]);
}

static void verify_run(struct job *j, void *arg)
{
	struct graph *g = arg;
	struct verify v = { .g = g, .job = j };

	g->job = j;
	v.seen = job_array(j, (size_t)g->now.nregions + 1, 1);
	for (uint32_t i = 0; i < g->now.funcs.n; i++)
		verify_add(&v, g->now.funcs.v[i]->region);
	while (v.done < v.n) {
		const struct region *r = v.todo[v.done++];
		uint32_t count;
		const struct node **order = region_order(j, r, &count);
		for (uint32_t i = 0; i < count; i++)
			verify_node(&v, r, order[i]);
	}
}

void graph_verify(struct graph *g)
{
	struct job *outer = graph_job(g);
	struct weft_error *e = job_run(verify_run, g);

	g->job = outer;
	if (!e)
		return;
	if (weft_error_code(e) != WEFT_RESOURCE_EXHAUSTED)
		BUG("the graph is broken: %s", weft_error_text(e));
	job_throw(outer, e);
}
