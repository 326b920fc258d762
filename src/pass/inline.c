/* inline.c -- calls, and composites that no later stage knows by name, become their bodies.
 *
 * One rewrite replaces the calls of one level; the bodies may hold calls themselves, so it is repeated
 * until nothing changes.  Recursion is refused when a program is read, so this ends. */
#include "ir/rewrite.h"
#include "pass/pass.h"

static const struct node *inline_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct node **const *of_call = arg;        /* by id of the call: what its results are now */
	if (n->op == OP_result) {
		const struct node *const *results = of_call[n->in[0]->id];
		return results ? results[node_int(n, KEY_index, 0)] : NULL;
	}
	if (n->op != OP_call && n->op != OP_composite)
		return region_rewrite_nested(g, n, in, pass_inline);
	const struct region *body = n->regions[0];
	const struct node **results = job_array(graph_job(g), body->nresults + 1, sizeof *results);
	region_inline(g, body, in, results);
	if (n->type->kind != TYPE_results)
		return results[0];
	((const struct node ***)arg)[n->id] = results;
	return NULL;                             /* itself: only OP_result reads it, and those are replaced */
}

const struct region *pass_inline(struct graph *g, const struct region *r)
{
	for (;;) {
		const struct node ***results = job_array(graph_job(g), graph_nnodes(g), sizeof *results);
		const struct region *now = region_rewrite(g, r, inline_node, results);
		if (now == r)
			return r;
		r = now;
	}
}
