/* straight.c -- what lies otherwise than row by row is computed as it lies.
 *
 * An argument and a result that both lie otherwise than their dims are in order, an image of
 * features last, a transposed matrix, are transposes of what the program computes with:
 *
 *     transpose(f(transpose(x, p)), q)  becomes  f'(x)      where q after p moves nothing
 *
 * f being maps and what moves elements: slices, pads, reversals, concatenations, broadcasts.  A map
 * turns nothing on its own then, in squares, nor reads single elements to reverse them.
 *
 * S1  All that f is made of is read by nothing else, or by reductions (unturn.c).
 * S2  What f begins with are transposes by p, or what lies in any way: iota, broadcasts, constants
 *     of one number. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "plan/plan_impl.h"

#define TURNS_MOST 16
#define WAYS_MOST 8                          /* permutations of results that are looked at */

struct straight {
	struct graph *g;
	const struct node **order;
	uint32_t count, rank;
	const int64_t *q;
	int64_t inverse[PLAN_MAX_RANK];      /* dim d of f becomes dim inverse[d] */
	bool *in;                            /* by node id: part of f, or of S2 */
	bool *outside;                       /* by node id: something else reads it */
	const bool *reduced;                 /* by node id: nothing but reductions comes of it */
	const struct node **made;            /* by node id: as it is to lie */
};

static bool permutes(const struct straight *s, const struct node *n)
{
	return plan_permutes(n, s->rank, s->q);
}

/* Does the transpose n undo q? */
static bool undoes(const struct straight *s, const struct node *n)
{
	uint32_t count;
	const int64_t *p = node_ints(n, KEY_permutation, &count);
	bool undone = count == s->rank;

	for (uint32_t d = 0; undone && d < count; d++)
		undone = p[s->q[d]] == d;
	return undone;
}

static bool is_dense(const struct straight *s, const struct type *t)
{
	return t->kind == TYPE_tensor && t->rank == s->rank && !t->quant && !t->bounds &&
	       !t->encoding;
}

/* Does n lie in any way, or as x does (S2)? */
static bool is_begin(const struct straight *s, const struct node *n)
{
	if (!is_dense(s, n->type))
		return false;
	return n->op == OP_iota || n->op == OP_broadcast_in_dim || plan_is_splat(n) ||
	       (n->op == OP_transpose && undoes(s, n));
}

static bool is_step(const struct straight *s, const struct node *n)
{
	if (!is_dense(s, n->type))
		return false;
	switch (n->op) {
	case OP_slice: case OP_pad: case OP_reverse: case OP_concatenate: return true;
	default: return plan_is_plain_map(n);
	}
}

/* Is operand k of the step n moved with it?  Numbers without dims are not. */
static bool is_moved(const struct straight *s, const struct node *n, uint32_t k)
{
	return n->in[k]->type->rank == s->rank && s->rank > 0;
}

static bool holds(const struct straight *s, const struct node *n)
{
	for (uint32_t k = 0; k < n->nin; k++)
		if (is_moved(s, n, k) ? !s->in[n->in[k]->id] : n->in[k]->type->rank != 0)
			return false;
	return true;
}

/* Drops what others than f and reductions read, users before what they use. */
static bool drop_read_outside(const struct straight *s, const struct region *r)
{
	bool changed = false;

	for (uint32_t i = 0; i < s->count; i++)
		s->outside[s->order[i]->id] = false;
	for (uint32_t i = 0; i < r->nresults; i++)
		s->outside[r->results[i]->id] = true;
	for (uint32_t i = s->count; i-- > 0;) {
		const struct node *n = s->order[i];
		bool in = s->in[n->id] && is_step(s, n);
		if (in && s->outside[n->id]) {
			s->in[n->id] = in = false;
			changed = true;
		}
		bool may = in || n->op == OP_reduce || permutes(s, n) ||
			   (plan_is_plain_map(n) && s->reduced[n->id]);
		for (uint32_t k = 0; k < n->nin && !may; k++)
			s->outside[n->in[k]->id] = true;
	}
	return changed;
}

/* Drops what is not made of f alone, operands first. */
static bool drop_made_otherwise(const struct straight *s)
{
	bool changed = false;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct node *n = s->order[i];
		if (!s->in[n->id] || !is_step(s, n) || holds(s, n))
			continue;
		s->in[n->id] = false;
		changed = true;
	}
	return changed;
}

/* Leaves in `in` what can be part of f; false: that takes too long to find. */
static bool find(const struct straight *s, const struct region *r)
{
	for (uint32_t i = 0; i < s->count; i++)
		s->in[s->order[i]->id] = is_begin(s, s->order[i]) || is_step(s, s->order[i]);
	for (uint32_t turn = 0; turn < TURNS_MOST; turn++) {
		bool changed = drop_made_otherwise(s);
		if (!drop_read_outside(s, r) && !changed)
			return true;
	}
	return false;
}

/* ---- as it is to lie ------------------------------------------------------------------------ */

/* An attribute with a number for each dim; absent it is `otherwise`. */
static const int64_t *moved_ints(const struct straight *s, const struct node *n, enum key k,
	int64_t otherwise, int64_t *to)
{
	uint32_t count;
	const int64_t *from = node_ints(n, k, &count);

	for (uint32_t d = 0; d < s->rank; d++)
		to[d] = from ? from[s->q[d]] : otherwise;
	return to;
}

static const struct node *moved_broadcast(
	const struct straight *s, const struct node *n, const struct type *t)
{
	int64_t at[PLAN_MAX_RANK], perm[PLAN_MAX_RANK], sorted[PLAN_MAX_RANK];
	uint32_t count, k = 0;
	const int64_t *to = node_ints(n, KEY_broadcast_dimensions, &count);

	for (uint32_t i = 0; i < count; i++)
		at[i] = s->inverse[to[i]];
	for (int64_t d = 0; d < t->rank; d++)    /* the operand's dims in their new order */
		for (uint32_t i = 0; i < count; i++)
			if (at[i] == d) {
				sorted[k] = d;
				perm[k++] = i;
			}
	const struct node *x = n->in[0];
	for (uint32_t i = 0; i < count; i++)
		if (perm[i] != i) {
			x = build_transpose(s->g, x, perm);
			break;
		}
	return build_broadcast(s->g, x, t->rank, t->dims, sorted);
}

static const struct node *moved_step(
	const struct straight *s, const struct node *n, const struct node *const *in,
	const struct type *t)
{
	int64_t a[PLAN_MAX_RANK], b[PLAN_MAX_RANK], c[PLAN_MAX_RANK];
	uint32_t count;

	switch (n->op) {
	case OP_slice:
		return build_slice(s->g, in[0], moved_ints(s, n, KEY_start_indices, 0, a),
			moved_ints(s, n, KEY_limit_indices, 0, b),
			moved_ints(s, n, KEY_strides, 1, c));
	case OP_pad:
		return build_pad(s->g, in[0], in[1], moved_ints(s, n, KEY_edge_padding_low, 0, a),
			moved_ints(s, n, KEY_edge_padding_high, 0, b),
			moved_ints(s, n, KEY_interior_padding, 0, c));
	case OP_concatenate:
		return build_concat(
			s->g, n->nin, in, s->inverse[node_int(n, KEY_dimension, 0)]);
	case OP_reverse: {
		const int64_t *dims = node_ints(n, KEY_dimensions, &count);
		for (uint32_t i = 0; i < count; i++)
			a[i] = s->inverse[dims[i]];
		const struct attr_entry e = { KEY_dimensions, NULL, attr_ints(s->g, count, a) };
		return graph_node(s->g, &(struct node_spec){ .op = OP_reverse, .nin = 1, .in = in,
			.attrs = attrs_cons(s->g, 1, &e), .type = t });
	}
	default:
		return graph_node(s->g, &(struct node_spec){ .op = n->op, .nin = n->nin, .in = in,
			.attrs = n->attrs, .type = t });
	}
}

/* Nodes of `in`, operands first, as they are to lie. */
static void make(const struct straight *s, const struct node *n)
{
	int64_t dims[PLAN_MAX_RANK];

	for (uint32_t d = 0; d < s->rank; d++)
		dims[d] = n->type->dims[s->q[d]];
	const struct type *t = type_tensor(s->g, n->type->dtype, s->rank, dims);
	if (n->op == OP_transpose)
		s->made[n->id] = n->in[0];
	else if (n->op == OP_iota)
		s->made[n->id] = build_iota(
			s->g, t, s->inverse[node_int(n, KEY_iota_dimension, 0)]);
	else if (n->op == OP_constant)
		s->made[n->id] = build_constant(s->g, t, true, node_literal(n)->data);
	else if (n->op == OP_broadcast_in_dim)
		s->made[n->id] = moved_broadcast(s, n, t);
	else {
		const struct node **in = job_array(graph_job(s->g), n->nin, sizeof *in);
		for (uint32_t k = 0; k < n->nin; k++)
			in[k] = is_moved(s, n, k) ? s->made[n->in[k]->id] : n->in[k];
		s->made[n->id] = moved_step(s, n, in, t);
	}
}

static const struct node *straighten(
	void *arg, struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct straight *s = arg;

	(void)g, (void)in;
	return permutes(s, n) ? s->made[n->in[0]->id] : NULL;
}

/* The region without the transposes by result's permutation that can be done without. */
static const struct region *without(
	struct graph *g, const struct region *r, const struct node *result, const bool *reduced)
{
	struct job *j = graph_job(g);
	uint32_t ids = graph_nnodes(g);
	struct straight s = { .g = g, .reduced = reduced,
		.in = job_array(j, ids, sizeof *s.in),
		.outside = job_array(j, ids, sizeof *s.outside),
		.made = job_array(j, ids, sizeof *s.made) };
	bool any = false;

	s.q = node_ints(result, KEY_permutation, &s.rank);
	for (uint32_t d = 0; d < s.rank; d++)
		s.inverse[s.q[d]] = d;
	s.order = region_order(j, r, &s.count);
	bool found = find(&s, r);
	for (uint32_t i = 0; found && i < s.count; i++)
		any |= permutes(&s, s.order[i]) && s.in[s.order[i]->in[0]->id] &&
		       !is_begin(&s, s.order[i]->in[0]);
	for (uint32_t i = 0; any && i < s.count; i++)
		if (s.in[s.order[i]->id])
			make(&s, s.order[i]);
	return any ? region_rewrite(g, r, straighten, &s) : r;
}

const struct region *plan_straight(struct graph *g, const struct region *r)
{
	const struct attrs *seen[WAYS_MOST];
	uint32_t nseen = 0;

	for (uint32_t i = 0; i < r->nresults && nseen < WAYS_MOST; i++) {
		const struct node *n = r->results[i];
		bool known = n->op != OP_transpose || n->type->rank > PLAN_MAX_RANK;
		for (uint32_t k = 0; k < nseen && !known; k++)
			known = seen[k] == n->attrs;
		if (known)
			continue;
		seen[nseen++] = n->attrs;
		r = without(g, r, n, plan_reduced(g, r));
	}
	return r;
}
