/* attention.c -- softmax between two contractions becomes OP_attention, whose kernel keeps the
 * scores in cache (CORE_attention).
 *
 *   scores    a product of queries and keys, then element by element: scale, masks (A1)
 *   weights   exponential(scores - max) / sum, both along the keys; where all scores are -inf the
 *             program may say zero (A2)
 *   result    a product of the weights and the values
 *
 * A1  What the scores are made of besides the product is computed where it is needed, if that is
 *     cheap; its other sources are operands.
 * A2  exp is of the scores less their maximum so far, so the result has an excess-precision and an
 *     algebraic difference from the program's: never under numerics=strict.
 * A3  Nothing of it is read by anybody else: it would be computed twice.
 * A4  Between the two products dimensions are at most merged and split, so the n-th row of one is
 *     that of the other. */
#include "ir/rewrite.h"
#include "plan/attention_impl.h"
#include <math.h>
#include <string.h>

/* Cheap enough to be computed for every score. */
static bool is_cheap(const struct node *n)
{
	if (n->type->kind != TYPE_tensor || n->nregions)
		return false;
	switch (n->op) {
	case OP_broadcast_in_dim: case OP_reshape: case OP_transpose: case OP_slice: case OP_iota:
	case OP_convert: case OP_compare: case OP_select: case OP_and: case OP_or: case OP_not:
	case OP_add: case OP_subtract: case OP_multiply: case OP_negate: case OP_maximum:
	case OP_minimum: case OP_abs:
		return true;
	default:
		return node_is_leaf(n);
	}
}

struct score_region {
	struct attention_finder *w;
	const struct attention_form *f;
	uint32_t n;
	const struct node *nodes[ATTENTION_NODES];           /* what the region is made of, by id */
	uint32_t nextra;
	const struct node *extra[ATTENTION_NODES];           /* its operands but the product */
};

static bool add_node(const struct node **at, uint32_t *n, const struct node *x)
{
	for (uint32_t i = 0; i < *n; i++)
		if (at[i] == x)
			return true;
	if (*n == ATTENTION_NODES)
		return false;
	at[(*n)++] = x;
	return true;
}

static bool on_product(const struct attention_form *f, const struct node *n)
{
	for (uint32_t i = 0; i < f->ninside; i++)
		if (f->inside[i] == n)
			return true;
	return false;
}

/* The nodes of the region, from f->score down, then by id; and its operands (A1). */
static bool score_collect(struct score_region *s)
{
	add_node(s->nodes, &s->n, s->f->score);
	for (uint32_t i = 0; i < s->n; i++) {
		const struct node *x = s->nodes[i];
		if (x == s->f->scores_dot)
			continue;
		if (!on_product(s->f, x) && !is_cheap(x)) {
			if (!add_node(s->extra, &s->nextra, x))
				return false;
			continue;
		}
		for (uint32_t k = 0; k < x->nin; k++)
			if (!add_node(s->nodes, &s->n, x->in[k]))
				return false;
	}
	for (uint32_t a = 1; a < s->n; a++)
		for (uint32_t b = a; b > 0 && s->nodes[b - 1]->id > s->nodes[b]->id; b--) {
			const struct node *t = s->nodes[b];
			s->nodes[b] = s->nodes[b - 1];
			s->nodes[b - 1] = t;
		}
	return true;
}

static uint32_t index_in(const struct node *const *at, uint32_t n, const struct node *x)
{
	uint32_t i = 0;

	while (i < n && at[i] != x)
		i++;
	return i;
}

static const struct region *score_build(struct score_region *s)
{
	struct graph *g = s->w->g;
	const struct node *twin[ATTENTION_NODES], *args[ATTENTION_NODES];
	const struct type *params[ATTENTION_NODES + 1] = { s->f->scores_dot->type };

	for (uint32_t i = 0; i < s->nextra; i++)
		params[1 + i] = s->extra[i]->type;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct node *x = s->nodes[i];
		uint32_t extra = index_in(s->extra, s->nextra, x);
		if (x == s->f->scores_dot || extra < s->nextra) {
			uint32_t at = x == s->f->scores_dot ? 0 : 1 + extra;
			twin[i] = graph_parameter(g, at, x->type);
			continue;
		}
		for (uint32_t k = 0; k < x->nin; k++)
			args[k] = twin[index_in(s->nodes, s->n, x->in[k])];
		twin[i] = node_with_operands(g, x, args);
	}
	const struct node *score = twin[index_in(s->nodes, s->n, s->f->score)];
	return graph_region(g, 1 + s->nextra, params, 1, &score);
}

/* The position along the queries or the keys that n holds, less a constant: iota (+ c). */
static bool is_place(const struct node *n, uint32_t from_last, int64_t *offset)
{
	const struct literal *l;

	*offset = 0;
	while (n->op == OP_convert || n->op == OP_add || n->op == OP_broadcast_in_dim ||
		n->op == OP_reshape) {
		if (n->op == OP_add) {
			const struct node *c = n->in[1];
			while (c->op == OP_broadcast_in_dim || c->op == OP_reshape)
				c = c->in[0];
			l = node_literal(c);
			if (!l || type_elements(c->type) != 1 || dtype_is_float(c->type->dtype))
				return false;
			*offset += dtype_load_i64(c->type->dtype, l->data);
		}
		if (n->op == OP_broadcast_in_dim && n->in[0]->type->rank == 1) {
			uint32_t count;
			const int64_t *to = node_ints(n, KEY_broadcast_dimensions, &count);
			return to[0] == (int64_t)(n->type->rank - 1 - from_last) &&
			       n->in[0]->op == OP_iota;
		}
		if (n->op == OP_reshape || n->op == OP_broadcast_in_dim)
			return false;
		n = n->in[0];
	}
	return n->op == OP_iota &&
	       node_int(n, KEY_iota_dimension, -1) == (int64_t)n->type->rank - 1 - from_last;
}

/* A causal mask: the score is select(query (+ c) >= key, ..., -inf). */
static void find_causal(const struct attention_form *f, struct attention *a)
{
	const struct node *n = f->score;
	int64_t query, key;

	if (n->op != OP_select || !attention_number(n->in[2], -INFINITY))
		return;
	const struct node *c = n->in[0];
	if (c->op != OP_compare || strcmp(node_str(c, KEY_comparison_direction, ""), "GE"))
		return;
	if (!is_place(c->in[0], 1, &query) || !is_place(c->in[1], 0, &key))
		return;
	a->causal = true;
	a->ahead = query - key;
}

static const struct node *attention_build(
	struct attention_finder *w, const struct attention_form *f)
{
	struct graph *g = w->g;
	struct contract values = { 0 };
	struct attention a = { .lost_is_zero = f->lost_is_zero };
	struct score_region s = { .w = w, .f = f };
	const struct node *in[3 + ATTENTION_NODES];

	if (!attention_lay(w, f, &values, &a, in) || !score_collect(&s))
		return NULL;
	find_causal(f, &a);
	for (uint32_t i = 0; i < s.nextra; i++)
		in[3 + i] = w->now[s.extra[i]->id];
	int64_t ints[2 * CONTRACT_INTS + 3];
	uint32_t n = contract_ints(&values, ints);
	n += contract_ints(&a.scores, ints + n);
	ints[n++] = a.lost_is_zero;
	ints[n++] = a.causal;
	ints[n++] = a.ahead;
	const struct attr_entry e = { KEY_contract, NULL, attr_ints(g, n, ints) };
	const struct region *region = score_build(&s);
	struct node_spec spec = {
		.op = OP_attention,
		.nin = 3 + s.nextra,
		.in = in,
		.attrs = attrs_cons(g, 1, &e),
		.nregions = 1,
		.regions = &region,
		.type = f->values_dot->type,
	};
	return graph_node(g, &spec);
}

void attention_load(const struct node *n, struct attention *out)
{
	uint32_t count;
	const int64_t *in = node_ints(n, KEY_contract, &count);

	memset(out, 0, sizeof *out);
	contract_of_ints(in + CONTRACT_PLAIN, &out->scores);
	in += 2 * CONTRACT_PLAIN;
	out->lost_is_zero = in[0] != 0;
	out->causal = in[1] != 0;
	out->ahead = in[2];
}

static const struct node *lower_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	struct attention_finder *w = arg;
	const struct node *now = NULL;
	struct attention_form f;

	if (n->op == OP_dot_general && attention_float(n->type->dtype) && attention_find(w, n, &f))
		now = attention_build(w, &f);
	if (!now)
		now = node_with_operands(g, n, in);
	w->now[n->id] = now;
	return now;
}

const struct region *plan_lower_attention(
	struct graph *g, const struct region *r, const struct plan_options *o)
{
	uint32_t count, ids = graph_nnodes(g), dots = 0;
	const struct node **order = region_order(graph_job(g), r, &count);
	struct attention_finder w = {
		.g = g, .job = graph_job(g), .o = o, .count = count, .order = order
	};

	for (uint32_t i = 0; i < count; i++)
		dots += order[i]->op == OP_dot_general;
	if (o->strict || dots < 2)
		return r;
	w.users = job_array(w.job, ids, sizeof *w.users);
	w.now = job_array(w.job, ids, sizeof *w.now);
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < order[i]->nin; k++)
			w.users[order[i]->in[k]->id]++;
	for (uint32_t i = 0; i < r->nresults; i++)
		w.users[r->results[i]->id]++;
	return region_rewrite(g, r, lower_node, &w);
}
