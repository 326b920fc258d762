/* split.c -- region_split: which values forward keeps for backward, as a minimum cut.
 *
 * The network has two vertices for a value v that backward may read, joined by an edge of v's
 * bytes, and endless edges
 *
 *      source -> v_in      v is a parameter, or costly: computed once
 *      u_out  -> v_in      v is computed from u
 *      v_out  -> sink      an op behind a gradient reads v
 *
 * so a cut is a set of values from which backward computes all it reads without computing a costly
 * one again, and the least cut keeps the fewest bytes.  Parameters cost nothing: they are there
 * already.  Of equal cuts the one nearest to the sink is taken, which computes least again.
 *
 * Where that is more than the budget, costly ops may be computed again too, those with the fewest
 * operations a byte first, and of them no more than it takes. */
#include "base/flow.h"
#include "ir/rewrite.h"
#include "pass/grad/grad.h"
#include <stdlib.h>
#include <string.h>

/* ---- values --------------------------------------------------------------------------------- */

struct values {
	struct graph *g;
	const struct region *joint;
	uint32_t nparams, nresults, all;     /* forward's; of both, without a token */
	const struct node *token;            /* the last effect's, which is forward's; NULL: none */
	const struct node **order;
	uint32_t n, limit;
	bool *behind;                        /* by id: does it depend on a gradient? */
	bool *read;                          /* does an op behind one read it, or is it a result? */
	bool *kept;
	bool *again;                         /* costly, but may be computed again */
};

/* Ops that are computed once: all but elementwise ones, movement and constants. */
static bool is_costly(const struct node *x)
{
	enum op_kind k = op_table[x->op].kind;
	if (x->op == OP_parameter)
		return true;
	return node_has_effect(x) || (k != OP_MAP && k != OP_LEAF && k != OP_MOVE &&
		x->op != OP_result);
}

static void values_find(struct values *v, struct job *j)
{
	v->order = region_order(j, v->joint, &v->n);
	v->limit = v->n ? v->order[v->n - 1]->id + 1 : 0;
	v->behind = job_array(j, v->limit, sizeof *v->behind);
	v->read = job_array(j, v->limit, sizeof *v->read);
	v->kept = job_array(j, v->limit, sizeof *v->kept);
	v->again = job_array(j, v->limit, sizeof *v->again);
	for (uint32_t i = 0; i < v->n; i++) {
		const struct node *x = v->order[i];
		bool behind = x->op == OP_parameter && node_int(x, KEY_index, 0) >= v->nparams;
		for (uint32_t k = 0; k < x->nin; k++)
			behind |= v->behind[x->in[k]->id];
		v->behind[x->id] = behind;
		for (uint32_t k = 0; behind && k < x->nin; k++)
			if (!v->behind[x->in[k]->id])
				v->read[x->in[k]->id] = true;
	}
	for (uint32_t i = v->nresults; i < v->all; i++)
		if (!v->behind[v->joint->results[i]->id])
			v->read[v->joint->results[i]->id] = true;
}

static void values_cut(struct values *v, struct job *j)
{
	struct flow net;
	flow_init(&net, j, 2 * v->limit + 2);
	for (uint32_t i = 0; i < v->n; i++) {
		const struct node *x = v->order[i];
		uint32_t in = 2 + 2 * x->id, out = in + 1;
		if (v->behind[x->id])
			continue;
		flow_edge(&net, in, out, x->op == OP_parameter ? 0 : type_weight(x->type));
		if (is_costly(x) && !v->again[x->id])
			flow_edge(&net, FLOW_SOURCE, in, FLOW_ENDLESS);
		for (uint32_t k = 0; k < x->nin; k++)
			flow_edge(&net, 2 + 2 * x->in[k]->id + 1, in, FLOW_ENDLESS);
		if (v->read[x->id])
			flow_edge(&net, out, FLOW_SINK, FLOW_ENDLESS);
	}
	flow_cut(&net);
	for (uint32_t i = 0; i < v->n; i++) {
		uint32_t in = 2 + 2 * v->order[i]->id;
		v->kept[v->order[i]->id] =
			!flow_reaches_sink(&net, in) && flow_reaches_sink(&net, in + 1);
	}
}

/* ---- a budget ------------------------------------------------------------------------------- */

/* Bytes of what is kept beside forward's own results and arguments. */
static int64_t kept_bytes(const struct values *v)
{
	int64_t bytes = 0;
	for (uint32_t i = 0; i < v->n; i++) {
		const struct node *x = v->order[i];
		bool own = x->op == OP_parameter || !v->kept[x->id];
		for (uint32_t k = 0; !own && k < v->nresults; k++)
			own = v->joint->results[k] == x;
		bytes += own ? 0 : type_weight(x->type) - 1;
	}
	return bytes;
}

static bool may_compute_again(const struct node *x)
{
	enum op_kind k = op_table[x->op].kind;
	return !node_has_effect(x) && (k == OP_REDUCE || k == OP_WINDOW || k == OP_SCATTER ||
		k == OP_SORT || k == OP_CONTRACT || k == OP_LIBRARY);
}

/* About how many operations x takes; symbolic sizes count as 64, as in type_weight. */
static double operations(const struct node *x)
{
	double n = 0;
	for (uint32_t i = 0; i < x->nin; i++)
		n += (double)type_weight(x->in[i]->type);
	if (op_table[x->op].kind != OP_CONTRACT)
		return n;
	/* of [m,k] by [k,n]: as many as the geometric mean of the three sizes, to the third */
	double size = (double)type_weight(x->type);
	for (uint32_t i = 0; i < 2 && i < x->nin; i++)
		size *= (double)type_weight(x->in[i]->type);
	return size > 0 ? __builtin_sqrt(size) : n;
}

struct candidate {
	const struct node *node;
	double worth;                        /* operations a byte */
};

static int by_worth(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	if (x->worth != y->worth)
		return x->worth < y->worth ? -1 : 1;
	return x->node->id < y->node->id ? -1 : x->node->id > y->node->id;
}

/* The first n candidates may be computed again, the others not: the bytes kept then. */
static int64_t cut_with(
	struct values *v, const struct candidate *c, uint32_t ncandidates, uint32_t n)
{
	for (uint32_t i = 0; i < ncandidates; i++)
		v->again[c[i].node->id] = i < n;
	values_cut(v, graph_job(v->g));
	return kept_bytes(v);
}

static void cut_within(struct values *v, int64_t budget)
{
	struct candidate *c = job_array(graph_job(v->g), (size_t)v->n + 1, sizeof *c);
	uint32_t n = 0, low = 0;
	if (cut_with(v, c, 0, 0) <= budget)
		return;
	for (uint32_t i = 0; i < v->n; i++) {
		const struct node *x = v->order[i];
		if (!v->behind[x->id] && may_compute_again(x))
			c[n++] = (struct candidate){ x,
				operations(x) / (double)(1 + type_weight(x->type)) };
	}
	qsort(c, n, sizeof *c, by_worth);
	/* more candidates never keep more; low: too few */
	uint32_t high = n;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (cut_with(v, c, n, middle) <= budget)
			high = middle;
		else
			low = middle;
	}
	cut_with(v, c, n, high);
}

/* ---- the two regions ------------------------------------------------------------------------ */

static void make_forward(struct values *v, struct split *out)
{
	struct job *j = graph_job(v->g);
	const struct region *r = v->joint;
	const struct node **results = job_array(j, (size_t)v->n + v->nresults + 2, sizeof *results);
	uint32_t nresults = v->nresults;
	for (uint32_t i = 0; i < nresults; i++)
		results[i] = r->results[i];
	out->kept = job_array(j, (size_t)v->n + 1, sizeof *out->kept);
	for (uint32_t i = 0; i < v->n; i++) {
		const struct node *x = v->order[i];
		if (!v->kept[x->id])
			continue;
		int32_t *kept = &out->kept[out->nkept++];
		if (x->op == OP_parameter) {
			*kept = (int32_t)node_int(x, KEY_index, 0);
			continue;
		}
		uint32_t at = 0;
		while (at < nresults && results[at] != x)
			at++;
		if (at >= v->nresults)
			out->bytes += type_weight(x->type) - 1;
		if (at == nresults)
			results[nresults++] = x;
		*kept = -1 - (int32_t)at;
	}
	if (v->token)
		results[nresults++] = v->token;
	out->forward = graph_region(v->g, v->nparams, r->params, nresults, results);
}

static void make_backward(struct values *v, struct split *out)
{
	struct graph *g = v->g;
	struct job *j = graph_job(g);
	const struct region *r = v->joint;
	uint32_t nresults = v->all - v->nresults, nparams = 0, most = 0;
	bool *needed = job_array(j, v->limit, sizeof *needed);
	const struct node **now = job_array(j, v->limit, sizeof *now);
	const struct type **params = job_array(j, (size_t)out->nkept + r->nparams, sizeof *params);
	const struct node **results = job_array(j, (size_t)nresults + 1, sizeof *results);
	for (uint32_t i = 0; i < nresults; i++)
		needed[r->results[v->nresults + i]->id] = true;
	for (uint32_t i = v->n; i-- > 0;) {
		const struct node *x = v->order[i];
		most = x->nin > most ? x->nin : most;
		for (uint32_t k = 0; needed[x->id] && !v->kept[x->id] && k < x->nin; k++)
			needed[x->in[k]->id] = true;
	}
	const struct node **in = job_array(j, (size_t)most + 1, sizeof *in);
	for (uint32_t i = 0; i < v->n; i++)
		if (v->kept[v->order[i]->id]) {
			now[v->order[i]->id] =
				graph_parameter(g, nparams, v->order[i]->type);
			params[nparams++] = v->order[i]->type;
		}
	for (uint32_t i = v->nparams; i < r->nparams; i++)
		params[nparams++] = r->params[i];
	for (uint32_t i = 0; i < v->n; i++) {
		const struct node *x = v->order[i];
		if (!needed[x->id] || now[x->id])
			continue;
		if (node_has_effect(x))
			job_fail(j, WEFT_UNIMPLEMENTED,
				"%s: a gradient that takes an effect has no backward of its own%s",
				op_table[x->op].text, graph_origin(j, g, x));
		for (uint32_t k = 0; k < x->nin; k++)
			in[k] = now[x->in[k]->id];
		now[x->id] = x->op == OP_parameter
			? graph_parameter(g, out->nkept + (uint32_t)node_int(x, KEY_index, 0) -
						v->nparams, x->type)
			: node_with_operands(g, x, in);
	}
	for (uint32_t i = 0; i < nresults; i++)
		results[i] = now[r->results[v->nresults + i]->id];
	out->backward = graph_region(g, nparams, params, nresults, results);
}

void region_split(struct graph *g, const struct region *joint, uint32_t nparams, uint32_t nresults,
	int64_t budget, struct split *out)
{
	struct values v = { .g = g, .joint = joint, .nparams = nparams, .nresults = nresults,
		.all = joint->nresults };
	*out = (struct split){ 0 };
	if (v.all && joint->results[v.all - 1]->type->kind == TYPE_token)
		v.token = joint->results[--v.all];
	values_find(&v, graph_job(g));
	cut_within(&v, budget);
	make_forward(&v, out);
	make_backward(&v, out);
}
