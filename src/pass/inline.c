/* inline.c -- calls, composites that no later stage knows by name, and manual computations of one
 * device become their bodies; what says how a value lies on devices becomes the value.
 *
 * One rewrite replaces the calls of one level; the bodies may hold calls themselves, so it is
 * repeated until nothing changes.  Recursion is refused when a program is read, so this ends. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "pass/pass.h"
#include <string.h>

/* What ops of composite n are part of, "weft.softmax"; NULL where n is a call. */
static const char *part_of(struct graph *g, const struct node *n)
{
	if (n->op != OP_composite)
		return NULL;
	const char *name = node_str(n, KEY_callee, "");
	const char *outer = NULL;
	for (const struct location *l = graph_location(g, n); l; l = l->next)
		if (location_is_part(l))
			outer = l->text;
	if (outer && !strncmp(name, GRAPH_PART, strlen(GRAPH_PART)))
		return job_printf(graph_job(g), "%s/%s", outer, name + strlen(GRAPH_PART));
	return name;
}

/* Is n a manual computation whose parts are the whole: of one device? */
static bool is_whole(const struct node *n)
{
	if (n->op != OP_manual_computation && n->op != OP_sdy_named_computation)
		return false;
	for (uint32_t i = 0; i < n->nin; i++)
		if (n->in[i]->type != n->regions[0]->params[i])
			return false;
	for (uint32_t i = 0; i < node_nresults(n); i++)
		if (node_result_type(n, i) != n->regions[0]->results[i]->type)
			return false;
	return true;
}

/* Does n say only how its operand lies on devices? */
static bool says_where(const struct node *n)
{
	return op_table[n->op].dialect == OP_Y && !n->nregions;
}

/* The results of n's region, in place of n and as n declares them.  What a function declares of its
 * parameters holds of the operands. */
static const struct node **body_of(struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct region *body = n->regions[0];
	const struct node **results = job_array(graph_job(g), body->nresults + 1, sizeof *results);
	const struct node **args = job_array(graph_job(g), n->nin + 1u, sizeof *args);
	for (uint32_t i = 0; i < n->nin; i++)
		args[i] = i < body->nparams ? build_declared(g, in[i], body->params[i], n->op)
					    : in[i];
	region_inline_as(g, body, args, results, part_of(g, n));
	for (uint32_t i = 0; i < node_nresults(n) && i < body->nresults; i++)
		results[i] = build_declared(g, results[i], node_result_type(n, i), n->op);
	return results;
}

static const struct node *inline_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	/* by id of the call: what its results are now */
	const struct node **const *of_call = arg;
	if (n->op == OP_result) {
		const struct node *const *results = of_call[n->in[0]->id];
		return results ? results[node_int(n, KEY_index, 0)] : NULL;
	}
	if (says_where(n))                       /* the operand, or of a group the effect's token */
		return in[n->nin - 1];
	if (n->op != OP_call && n->op != OP_composite && !is_whole(n))
		return region_rewrite_nested(g, n, in, pass_inline);
	const struct node **results = body_of(g, n, in);
	if (n->type->kind != TYPE_results)
		return results[0];
	((const struct node ***)arg)[n->id] = results;
	/* itself: only OP_result reads it, and those are replaced */
	return NULL;
}

const struct region *pass_inline(struct graph *g, const struct region *r)
{
	for (;;) {
		const struct node ***results =
			job_array(graph_job(g), graph_nnodes(g), sizeof *results);
		const struct region *now = region_rewrite(g, r, inline_node, results);
		if (now == r)
			return r;
		r = now;
	}
}
