/* update.c -- arguments with parts replaced, whose memory the caller gives for the result.
 *
 *   concatenate(x[.., 0:a, ..], u, x[.., b:n, ..])  =  dynamic_update_slice(x, u, (.., a, ..))
 *
 * Front ends write a part of a tensor (x[:, a:b] = u) as the first form, whose pieces are made each
 * for itself, which costs the whole tensor.  Where the result may lie over x (a cache of keys that
 * takes a token's), the second form becomes a kernel over the part alone (fuse_update.c).  It is
 * worth it where the parts are small, and only then.
 *
 * A piece may be that part of x with a part replaced (x[3][:, a:b] = u): then that alone is
 * written.  Pieces that x was made with, in updates before, are as good as x's where no update
 * wrote. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "plan/plan_impl.h"

#define PARTS_MOST 4                     /* of the tensor, at most one in so many elements */
#define BACK_MOST 64                     /* updates that are looked through for a piece's tensor */

/* Of a region; ids are those of its nodes before. */
struct updates {
	struct graph *g;
	const struct node **of;          /* by id, of concatenations: what they update, or NULL */
	bool *marked;                    /* those become updates */
};

static uint32_t dim_of(const struct node *n)
{
	return (uint32_t)node_int(n, KEY_dimension, 0);
}

/* The tensor of type t that piece is the part of that begins at `at` along dim d; NULL: another. */
static const struct node *piece_of(
	const struct node *piece, const struct type *t, uint32_t d, int64_t at)
{
	if (piece->op != OP_slice || piece->in[0]->type != t)
		return NULL;
	uint32_t n;
	const int64_t *start = node_ints(piece, KEY_start_indices, &n),
		      *stride = node_ints(piece, KEY_strides, &n);
	for (uint32_t i = 0; i < t->rank; i++)
		if (start[i] != (i == d ? at : 0) || stride[i] != 1 ||
			(i != d && piece->type->dims[i] != t->dims[i]))
			return NULL;
	return piece->in[0];
}

/* Does concatenation x write none of [from, to) of its dim? */
static bool leaves(const struct updates *s, const struct node *x, int64_t from, int64_t to)
{
	uint32_t d = dim_of(x);
	int64_t at = 0;

	for (uint32_t i = 0; i < x->nin; i++) {
		int64_t end = dim_add(s->g, at, x->in[i]->type->dims[d]);
		bool apart = at >= 0 && end >= 0 && (end <= from || to <= at);
		if (!apart && !piece_of(x->in[i], x->type, d, at))
			return false;
		at = end;
	}
	return true;
}

/* Is piece i of concatenation n, at `at`, what x has there? */
static bool has_piece(
	const struct updates *s, const struct node *n, uint32_t i, int64_t at, const struct node *x)
{
	uint32_t d = dim_of(n);
	const struct node *of = piece_of(n->in[i], n->type, d, at);
	int64_t end = dim_add(s->g, at, n->in[i]->type->dims[d]);

	for (uint32_t back = 0; of && x && x != of && back < BACK_MOST; back++) {
		bool same = s->of[x->id] && dim_of(x) == d && at >= 0 && end >= 0;
		x = same && leaves(s, x, at, end) ? s->of[x->id] : NULL;
	}
	return of && x == of;
}

/* What concatenation n updates: the newest that it has pieces of; NULL: it has too little of it. */
static const struct node *updated(const struct updates *s, const struct node *n)
{
	uint32_t d = dim_of(n);
	const struct node *x = NULL;
	int64_t at = 0, other = 0;

	for (uint32_t i = 0; i < n->nin; i++) {
		const struct node *of = piece_of(n->in[i], n->type, d, at);
		x = of && (!x || of->id > x->id) ? of : x;
		at = dim_add(s->g, at, n->in[i]->type->dims[d]);
	}
	at = 0;
	for (uint32_t i = 0; x && i < n->nin; i++) {
		int64_t size = n->in[i]->type->dims[d];
		bool has = has_piece(s, n, i, at, x);
		if (!has && at < 0)
			return NULL;                     /* where it goes is symbolic */
		other = has ? other : dim_add(s->g, other, size);
		at = dim_add(s->g, at, size);
	}
	double parts = dim_typical(s->g, other), all = dim_typical(s->g, n->type->dims[d]);
	return PARTS_MOST * parts <= all ? x : NULL;
}

/* A tensor while parts are put in, and where: start[], by its dim. */
struct target {
	const struct node *x;
	int64_t *start;
};

static void put(struct graph *g, struct target *t, const struct node *u)
{
	const struct type *type = t->x->type;
	const struct node **in = job_array(graph_job(g), type->rank + 2, sizeof *in);

	in[0] = t->x;
	in[1] = u;
	for (uint32_t i = 0; i < type->rank; i++)
		in[2 + i] = build_scalar_int(g, DTYPE_i64, t->start[i]);
	t->x = build_op(g, OP_dynamic_update_slice, type->rank + 2, in, 0, NULL);
}

/* The concatenation within piece i of n, at `at`, that updates what x had there, without dim d of
 * size 1; NULL: there is none. */
static const struct node *inner_of(const struct updates *s, const struct node *n, uint32_t i,
	int64_t at, const struct node *now)
{
	const struct node *c = n->in[i], *was = NULL;
	uint32_t d = dim_of(n);

	if (c->op != OP_reshape || now->op != OP_reshape || c->type->dims[d] != 1)
		return NULL;
	c = c->in[0];
	if (c->op == OP_concatenate && c->type->rank + 1 == n->type->rank)
		was = s->of[c->id];
	if (!was || was->op != OP_reshape || was->in[0]->type != n->in[i]->type)
		return NULL;
	for (uint32_t k = 0; k < c->type->rank; k++)
		if (c->type->dims[k] != n->type->dims[k + (k >= d)])
			return NULL;
	now = now->in[0];
	bool same = now->op == OP_concatenate && now->nin == c->nin;
	return same && piece_of(was->in[0], n->type, d, at) == s->of[n->id] ? c : NULL;
}

/* The pieces of inner, now in[], that are new: to t, whose dim d they lack. */
static void put_inner(const struct updates *s, const struct node *inner,
	const struct node *const *in, struct target *t, uint32_t d)
{
	int64_t dims[PLAN_MAX_RANK], at = 0;
	uint32_t rank = t->x->type->rank, of = dim_of(inner), to = of + (of >= d);

	for (uint32_t i = 0; i < inner->nin; i++) {
		if (!has_piece(s, inner, i, at, s->of[inner->id])) {
			for (uint32_t k = 0; k < rank; k++)
				dims[k] = k == d ? 1 : in[i]->type->dims[k - (k > d)];
			t->start[to] = at;
			put(s->g, t, build_reshape(s->g, in[i], rank, dims));
		}
		at = dim_add(s->g, at, inner->in[i]->type->dims[of]);
	}
	t->start[to] = 0;
}

static const struct node *update_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct updates *s = arg;
	const struct node *old = s->of[n->id];
	int64_t at = 0;

	if (!s->marked[n->id])
		return NULL;
	struct target t = { NULL, job_array(graph_job(g), n->type->rank, sizeof *t.start) };
	for (uint32_t i = 0; i < n->nin; i++)
		if (n->in[i]->op == OP_slice && n->in[i]->in[0] == old && in[i]->op == OP_slice)
			t.x = in[i]->in[0];
	for (uint32_t i = 0; t.x && i < n->nin; i++) {
		uint32_t d = dim_of(n);
		t.start[d] = at;
		if (!has_piece(s, n, i, at, old)) {
			const struct node *inner = inner_of(s, n, i, at, in[i]);
			if (inner)
				put_inner(s, inner, in[i]->in[0]->in, &t, d);
			else
				put(g, &t, in[i]);
		}
		at = dim_add(g, at, n->in[i]->type->dims[d]);
	}
	return t.x;
}

const struct node *plan_updated(const struct node *x)
{
	bool scatter = x->op == OP_scatter && node_noperands(x) == 3;

	return scatter || x->op == OP_dynamic_update_slice ? x->in[0] : NULL;
}

/* What x, a result that may lie over an argument, is that argument with updates of; NULL: none. */
static const struct node *step_back(const struct updates *s, const struct node *x)
{
	const struct node *over = x->op == OP_reshape ? x->in[0] : plan_updated(x);

	return x->op == OP_concatenate ? s->of[x->id] : over;
}

/* Marks the way from result x to parameter `to`, if it leads there; does any of it change? */
static bool mark(struct updates *s, const struct node *x, uint32_t to)
{
	const struct node *from = x;
	bool any = false;

	for (const struct node *next; (next = step_back(s, x)); x = next)
		;
	if (x->op != OP_parameter || node_int(x, KEY_index, 0) != to)
		return false;
	for (const struct node *next; (next = step_back(s, from)); from = next)
		any |= s->marked[from->id] = from->op == OP_concatenate;
	return any;
}

const struct region *plan_updates(
	struct graph *g, const struct region *r, uint32_t count, const uint32_t *given)
{
	struct job *j = graph_job(g);
	bool any = false;

	for (uint32_t i = 0; given && i < count; i++)
		any |= given[i] != 0;
	if (!any)
		return r;
	struct updates s = { g, job_array(j, graph_nnodes(g), sizeof *s.of),
		job_array(j, graph_nnodes(g), sizeof *s.marked) };
	uint32_t n;
	const struct node **order = region_order(j, r, &n);
	for (uint32_t i = 0; i < n; i++)
		if (order[i]->op == OP_concatenate && order[i]->type->rank < PLAN_MAX_RANK)
			s.of[order[i]->id] = updated(&s, order[i]);
	any = false;
	for (uint32_t i = 0; i < count; i++)
		any |= given[i] && mark(&s, r->results[i], given[i] - 1);
	return any ? region_rewrite(g, r, update_node, &s) : r;
}
