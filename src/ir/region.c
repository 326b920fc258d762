/* region.c -- regions: closed functions, consed like nodes; their order and their copies.
 *
 * Everything here is iterative: a graph may be a chain of any length. */
#include "ir/graph_impl.h"
#include "ir/node_map.h"
#include <string.h>

static uint64_t region_hash(const struct region *r)
{
	uint64_t h = (uint64_t)r->nparams | (uint64_t)r->nresults << 32;

	for (uint32_t i = 0; i < r->nparams; i++)
		h = hash_mix(h, r->params[i]->hash);
	for (uint32_t i = 0; i < r->nresults; i++)
		h = hash_mix(h, r->results[i]->hash);
	return h;
}

static bool region_eq(const void *item, const void *key)
{
	const struct region *a = item, *b = key;

	return a->nparams == b->nparams && a->nresults == b->nresults &&
	       (!a->nparams || !memcmp(a->params, b->params, a->nparams * sizeof(*a->params))) &&
	       (!a->nresults || !memcmp(a->results, b->results, a->nresults * sizeof(*a->results)));
}

static void *region_make(struct graph *g, const void *key, uint64_t hash)
{
	struct region *r = graph_copy(g, key, 1, sizeof *r);

	r->params = graph_copy(g, r->params, r->nparams, sizeof *r->params);
	r->results = graph_copy(g, r->results, r->nresults, sizeof *r->results);
	r->hash = hash;
	r->id = g->now.nregions++;
	return r;
}

const struct region *graph_region(struct graph *g, uint32_t nparams,
	const struct type *const *params, uint32_t nresults, const struct node *const *results)
{
	struct region key = { .nparams = nparams, .nresults = nresults, .params = params,
		.results = results };

	return graph_cons(g, &g->regions, region_hash(&key), region_eq, region_make, &key);
}

/* ---- order ---------------------------------------------------------------------------------- */

/* Sorts by id: least significant digit first, 11 bits at a time; few nodes by insertion. */
static const struct node **nodes_sort(struct job *j, const struct node **v, uint32_t n)
{
	enum { BITS = 11, DIGITS = 1 << BITS };

	if (n < 64) {
		for (uint32_t i = 1; i < n; i++) {
			const struct node *x = v[i];
			uint32_t at = i;
			for (; at && v[at - 1]->id > x->id; at--)
				v[at] = v[at - 1];
			v[at] = x;
		}
		return v;
	}
	const struct node **from = v, **to = job_array(j, n, sizeof(const struct node *));
	for (unsigned shift = 0; shift < 32; shift += BITS) {
		uint32_t start[DIGITS + 1] = { 0 };
		for (uint32_t i = 0; i < n; i++)
			start[(from[i]->id >> shift & (DIGITS - 1)) + 1]++;
		for (uint32_t d = 0; d < DIGITS; d++)
			start[d + 1] += start[d];
		for (uint32_t i = 0; i < n; i++)
			to[start[from[i]->id >> shift & (DIGITS - 1)]++] = from[i];
		const struct node **t = from;
		from = to;
		to = t;
	}
	return from;
}

struct node_list {
	struct job *job;
	const struct node **v;
	uint32_t n, cap;
};

static void node_list_add(struct node_list *l, const struct node *n)
{
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 32;
		l->v = job_grow(l->job, l->v, l->cap, cap, sizeof *l->v);
		l->cap = cap;
	}
	l->v[l->n++] = n;
}

const struct node **region_order(struct job *j, const struct region *r, uint32_t *count)
{
	struct node_list found = { .job = j };
	struct node_map seen;

	/* The list is its own work list: what is behind `done` has its operands in it. */
	node_map_init(&seen, j);
	for (uint32_t i = 0; i < r->nresults; i++)
		if (node_map_add(&seen, r->results[i]))
			node_list_add(&found, r->results[i]);
	for (uint32_t done = 0; done < found.n; done++) {
		const struct node *n = found.v[done];
		for (uint32_t i = 0; i < n->nin; i++)
			if (node_map_add(&seen, n->in[i]))
				node_list_add(&found, n->in[i]);
	}
	*count = found.n;
	return nodes_sort(j, found.v, found.n);
}

/* A node whose operands before `next` are in the list. */
struct visit {
	const struct node *n;
	uint32_t next;
};

struct walk {
	struct job *j;
	struct node_map seen;
	struct visit *stack;
	uint32_t depth, cap;
};

/* n is visited next, unless it was before. */
static void walk_push(struct walk *w, const struct node *n)
{
	if (!node_map_add(&w->seen, n))
		return;
	if (w->depth == w->cap) {
		uint32_t cap = w->cap ? w->cap * 2 : 32;
		w->stack = job_grow(w->j, w->stack, w->cap, cap, sizeof *w->stack);
		w->cap = cap;
	}
	w->stack[w->depth++] = (struct visit){ n, 0 };
}

const struct node **region_walk(struct job *j, const struct region *r, uint32_t *count)
{
	struct node_list found = { .job = j };
	struct walk w = { .j = j };

	node_map_init(&w.seen, j);
	for (uint32_t i = 0; i < r->nresults; i++) {
		walk_push(&w, r->results[i]);
		while (w.depth) {
			struct visit *top = &w.stack[w.depth - 1];
			if (top->next < top->n->nin)
				walk_push(&w, top->n->in[top->next++]);
			else
				node_list_add(&found, w.stack[--w.depth].n);
		}
	}
	*count = found.n;
	return found.v;
}

static bool is_called(enum op op)
{
	return op == OP_call || op == OP_composite;
}

/* What n adds to region e: it itself if it stays, its regions' most branches, their nodes. */
static void extent_add(
	struct region_extent *e, const struct node *n, const struct region_extent *of)
{
	uint32_t own = op_table[n->op].kind == OP_CONTROL && !is_called(n->op);

	e->nodes += n->op != OP_parameter && !is_called(n->op);
	for (uint32_t k = 0; k < n->nregions; k++) {
		const struct region_extent *x = &of[n->regions[k]->id];
		e->depth = e->depth > x->depth + own ? e->depth : x->depth + own;
		if (__builtin_add_overflow(e->nodes, x->nodes, &e->nodes))
			e->nodes = UINT64_MAX;
	}
}

/* What a region holds has lower ids than it has, so one walk by id meets regions inside out. */
struct region_extent region_extent(struct graph *g, const struct region *r)
{
	struct job *j = graph_job(g);
	const struct region **by_id = job_array(j, r->id + 1u, sizeof(struct region *));
	struct region_extent *of = job_array(j, r->id + 1u, sizeof *of);
	uint32_t count;

	by_id[r->id] = r;
	for (uint32_t id = r->id + 1; id-- > 0;) {
		const struct node **order = by_id[id] ? region_order(j, by_id[id], &count) : NULL;
		for (uint32_t i = 0; order && i < count; i++)
			for (uint32_t k = 0; k < order[i]->nregions; k++)
				by_id[order[i]->regions[k]->id] = order[i]->regions[k];
	}
	for (uint32_t id = 0; id <= r->id; id++) {
		const struct node **order = by_id[id] ? region_order(j, by_id[id], &count) : NULL;
		for (uint32_t i = 0; order && i < count; i++)
			extent_add(&of[id], order[i], of);
	}
	return of[r->id];
}

/* ---- copies --------------------------------------------------------------------------------- */

/* n over other operands.  Operands of the same types cannot change what n is; others ask its
 * rule. */
static const struct node *node_over(struct graph *g, const struct node *n, const struct node **in,
	const struct dim_swap *swap)
{
	bool same = true, alike = true;

	for (uint32_t i = 0; i < n->nin; i++) {
		same = same && in[i] == n->in[i];
		alike = alike && in[i]->type == n->in[i]->type;
	}
	if (same && !swap->n)
		return n;
	if (n->op == OP_result)
		return graph_result(g, in[0], (uint32_t)node_int(n, KEY_index, 0));
	const struct type *type = type_replace(g, n->type, swap);
	if (alike && type == n->type) {
		struct node key = *n;
		key.in = in;
		return node_cons(g, &key);
	}
	return graph_node(g, &(struct node_spec){ .op = n->op, .nin = n->nin, .in = in,
		.nregions = n->nregions, .regions = n->regions, .attrs = n->attrs, .type = type });
}

/* Is n a branch or loop, whose results may have sizes of their own? */
static bool is_control(const struct node *n)
{
	return n->op == OP_if || n->op == OP_case || n->op == OP_while;
}

/* Symbols that are sizes of n's results and nothing else's; *to: of its copy. */
static uint32_t own_symbols(
	struct graph *g, const struct node *n, int64_t *from, int64_t *to)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < node_nresults(n); i++) {
		const struct type *t = node_result_type(n, i);
		for (uint32_t d = 0; t->kind == TYPE_tensor && d < t->rank; d++) {
			const struct dim_expr *x = t->dims[d] < 0 ? dim_get(g, t->dims[d]) : NULL;
			if (!x || x->op != DIM_free)
				continue;
			if (from) {
				from[count] = t->dims[d];
				to[count] = dim_free(g, x->min, x->max);
			}
			count++;
		}
	}
	return count;
}

/* The symbols of r's parameters and what they are for these arguments; then those of the results of
 * its branches and loops, which are others in each copy. */
static struct dim_swap param_swap(struct graph *g, const struct region *r,
	const struct node *const *args, const struct node_map *copies, uint32_t count,
	const struct node *const *order)
{
	struct job *j = graph_job(g);
	uint32_t most = 0;
	struct dim_swap s = { .nodes = copies };

	for (uint32_t i = 0; i < r->nparams; i++)
		most += r->params[i]->rank;
	for (uint32_t i = 0; i < count; i++)
		most += is_control(order[i]) ? own_symbols(g, order[i], NULL, NULL) : 0;
	int64_t *from = job_array(j, most, sizeof *from), *to = job_array(j, most, sizeof *to);
	for (uint32_t i = 0; i < r->nparams; i++)
		for (uint32_t d = 0; d < r->params[i]->rank && d < args[i]->type->rank; d++)
			if (r->params[i]->dims[d] < 0 &&
				r->params[i]->dims[d] != args[i]->type->dims[d]) {
				from[s.n] = r->params[i]->dims[d];
				to[s.n++] = args[i]->type->dims[d];
			}
	for (uint32_t i = 0; i < count; i++)
		s.n += is_control(order[i])
			? own_symbols(g, order[i], from + s.n, to + s.n) : 0;
	s.from = from;
	s.to = to;
	return s;
}

void region_inline(struct graph *g, const struct region *r, const struct node *const *args,
	const struct node **results)
{
	region_inline_as(g, r, args, results, NULL);
}

void region_inline_as(struct graph *g, const struct region *r, const struct node *const *args,
	const struct node **results, const char *part)
{
	struct job *j = graph_job(g);
	uint32_t count, most = 0;
	const struct node **order = region_order(j, r, &count);
	struct node_map copies;

	for (uint32_t i = 0; i < count; i++)
		most = order[i]->nin > most ? order[i]->nin : most;
	const struct node **in = job_array(j, most, sizeof *in);
	node_map_init(&copies, j);
	const struct dim_swap swap = param_swap(g, r, args, &copies, count, order);
	for (uint32_t i = 0; i < count; i++) {
		const struct node *n = order[i], *copy;
		if (n->op == OP_parameter) {
			copy = args[node_int(n, KEY_index, 0)];
		} else {
			for (uint32_t k = 0; k < n->nin; k++)
				in[k] = node_map_get(&copies, n->in[k]);
			copy = node_over(g, n, in, &swap);
			for (const struct location *l = graph_location(g, n); l && copy != n;
				l = l->next)
				graph_locate_as(g, copy, l);
			if (part && op_table[n->op].kind != OP_LEAF)
				graph_add_part(g, copy, part);
		}
		node_map_set(&copies, n, copy);
	}
	for (uint32_t i = 0; i < r->nresults; i++)
		results[i] = node_map_get(&copies, r->results[i]);
}
