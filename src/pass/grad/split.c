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
 * operations a byte first, and of them no more than it takes.
 *
 * The flow is Dinic's: levels by breadth, then blocking flows by depth, both without recursion. */
#include "ir/rewrite.h"
#include "pass/grad/grad.h"
#include <stdlib.h>
#include <string.h>

#define ENDLESS (INT64_MAX / 4)

struct edge {
	uint32_t to;
	uint32_t next;                       /* of the same vertex; NONE: the last */
	int64_t left;                        /* capacity not used; its pair is at index ^ 1 */
};
enum { SOURCE = 0, SINK = 1 };
#define NONE UINT32_MAX

struct network {
	struct job *j;
	uint32_t nvertices, nedges, cap;
	struct edge *edges;
	uint32_t *first, *now, *level, *queue, *path;
};

static void edge_half(struct network *n, uint32_t from, uint32_t to, int64_t capacity)
{
	if (n->nedges == n->cap) {
		uint32_t cap = 2 * n->cap + 64;
		n->edges = job_grow(n->j, n->edges, n->cap, cap, sizeof *n->edges);
		n->cap = cap;
	}
	n->edges[n->nedges] = (struct edge){ to, n->first[from], capacity };
	n->first[from] = n->nedges++;
}

static void edge_add(struct network *n, uint32_t from, uint32_t to, int64_t capacity)
{
	edge_half(n, from, to, capacity);
	edge_half(n, to, from, 0);
}

static void network_init(struct network *n, struct job *j, uint32_t nvertices)
{
	*n = (struct network){ .j = j, .nvertices = nvertices };
	n->first = job_array(j, nvertices, sizeof *n->first);
	n->now = job_array(j, nvertices, sizeof *n->now);
	n->level = job_array(j, nvertices, sizeof *n->level);
	n->queue = job_array(j, nvertices, sizeof *n->queue);
	n->path = job_array(j, nvertices, sizeof *n->path);
	memset(n->first, 0xff, nvertices * sizeof *n->first);
}

/* Levels from `from` over edges with capacity left; against them when back. */
static bool find_levels(struct network *n, uint32_t from, uint32_t to, bool back)
{
	uint32_t nqueue = 0;
	memset(n->level, 0xff, n->nvertices * sizeof *n->level);
	n->level[from] = 0;
	n->queue[nqueue++] = from;
	for (uint32_t i = 0; i < nqueue; i++) {
		uint32_t v = n->queue[i];
		for (uint32_t e = n->first[v]; e != NONE; e = n->edges[e].next) {
			uint32_t w = n->edges[e].to;
			if (n->level[w] != NONE || n->edges[back ? e ^ 1 : e].left <= 0)
				continue;
			n->level[w] = n->level[v] + 1;
			n->queue[nqueue++] = w;
		}
	}
	return n->level[to] != NONE;
}

/* One path from the source to the sink down the levels, as edges in path[]; its length, 0: none. */
static uint32_t find_path(struct network *n)
{
	uint32_t length = 0, v = SOURCE;
	while (v != SINK) {
		uint32_t e = n->now[v];
		if (e == NONE) {                     /* a dead end: back, past the edge to it */
			if (!length)
				return 0;
			v = n->edges[n->path[--length] ^ 1].to;
			n->now[v] = n->edges[n->now[v]].next;
			continue;
		}
		if (n->edges[e].left > 0 && n->level[n->edges[e].to] == n->level[v] + 1) {
			n->path[length++] = e;
			v = n->edges[e].to;
		} else {
			n->now[v] = n->edges[e].next;
		}
	}
	return length;
}

static void find_flow(struct network *n)
{
	while (find_levels(n, SOURCE, SINK, false)) {
		uint32_t length;
		memcpy(n->now, n->first, n->nvertices * sizeof *n->now);
		while ((length = find_path(n)) > 0) {
			int64_t least = ENDLESS;
			for (uint32_t i = 0; i < length; i++)
				if (n->edges[n->path[i]].left < least)
					least = n->edges[n->path[i]].left;
			for (uint32_t i = 0; i < length; i++) {
				n->edges[n->path[i]].left -= least;
				n->edges[n->path[i] ^ 1].left += least;
			}
		}
	}
}

/* ---- values --------------------------------------------------------------------------------- */

struct values {
	struct graph *g;
	const struct region *joint;
	uint32_t nparams, nresults;
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

static int64_t bytes_of(const struct type *t)
{
	int64_t n = (int64_t)dtype_bytes(t->dtype);
	if (t->kind != TYPE_tensor)
		return ENDLESS;
	for (uint32_t i = 0; i < t->rank; i++) {
		int64_t d = t->dims[i] < 0 ? 64 : t->dims[i];
		if (d && n > ENDLESS / 1024 / d)
			return ENDLESS / 1024;
		n *= d;
	}
	return n + 1;
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
	for (uint32_t i = v->nresults; i < v->joint->nresults; i++)
		if (!v->behind[v->joint->results[i]->id])
			v->read[v->joint->results[i]->id] = true;
}

static void values_cut(struct values *v, struct job *j)
{
	struct network net;
	network_init(&net, j, 2 * v->limit + 2);
	for (uint32_t i = 0; i < v->n; i++) {
		const struct node *x = v->order[i];
		uint32_t in = 2 + 2 * x->id, out = in + 1;
		if (v->behind[x->id])
			continue;
		edge_add(&net, in, out, x->op == OP_parameter ? 0 : bytes_of(x->type));
		if (is_costly(x) && !v->again[x->id])
			edge_add(&net, SOURCE, in, ENDLESS);
		for (uint32_t k = 0; k < x->nin; k++)
			edge_add(&net, 2 + 2 * x->in[k]->id + 1, in, ENDLESS);
		if (v->read[x->id])
			edge_add(&net, out, SINK, ENDLESS);
	}
	find_flow(&net);
	find_levels(&net, SINK, SOURCE, true);
	for (uint32_t i = 0; i < v->n; i++) {
		uint32_t in = 2 + 2 * v->order[i]->id;
		v->kept[v->order[i]->id] = net.level[in] == NONE && net.level[in + 1] != NONE;
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
		bytes += own ? 0 : bytes_of(x->type) - 1;
	}
	return bytes;
}

static bool may_compute_again(const struct node *x)
{
	enum op_kind k = op_table[x->op].kind;
	return !node_has_effect(x) && (k == OP_REDUCE || k == OP_WINDOW || k == OP_SCATTER ||
		k == OP_SORT || k == OP_CONTRACT || k == OP_LIBRARY);
}

/* About how many operations x takes; symbolic sizes count as 64, as in bytes_of. */
static double operations(const struct node *x)
{
	double n = 0;
	for (uint32_t i = 0; i < x->nin; i++)
		n += (double)bytes_of(x->in[i]->type);
	if (op_table[x->op].kind != OP_CONTRACT)
		return n;
	/* of [m,k] by [k,n]: as many as the geometric mean of the three sizes, to the third */
	double size = (double)bytes_of(x->type);
	for (uint32_t i = 0; i < 2 && i < x->nin; i++)
		size *= (double)bytes_of(x->in[i]->type);
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
				operations(x) / (double)(1 + bytes_of(x->type)) };
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
	const struct node **results = job_array(j, (size_t)v->n + v->nresults + 1, sizeof *results);
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
			out->bytes += bytes_of(x->type) - 1;
		if (at == nresults)
			results[nresults++] = x;
		*kept = -1 - (int32_t)at;
	}
	out->forward = graph_region(v->g, v->nparams, r->params, nresults, results);
}

static void make_backward(struct values *v, struct split *out)
{
	struct graph *g = v->g;
	struct job *j = graph_job(g);
	const struct region *r = v->joint;
	uint32_t nresults = r->nresults - v->nresults, nparams = 0, most = 0;
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
	struct values v = { .g = g, .joint = joint, .nparams = nparams, .nresults = nresults };
	*out = (struct split){ 0 };
	values_find(&v, graph_job(g));
	cut_within(&v, budget);
	make_forward(&v, out);
	make_backward(&v, out);
}
