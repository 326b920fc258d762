/* control.c -- if, case and while in the regions that are inlined over the lanes: of map, reduce,
 * reduce_window, scatter, select_and_scatter, sort and scans.
 *
 * A branch is the values of all its regions and selects: ops are total, so computing what is not
 * taken harms nothing.  A loop runs until no lane's condition holds; a lane whose condition fails
 * keeps what it carries (predicated loops, as vector processors have them).
 *
 * What must not happen is a lane that nobody asks for and whose condition always holds.  So a loop
 * begins with the lanes that exist (g->tail) and may load (g->pred), and where a region that is not
 * for all lanes has loops, g->pred says for which: branches and loops here, and whoever else drops
 * a region's results, ask region_turns(). */
#include "gen/control.h"

enum { CONTROL_FRAME = 400, CONTROL_WHILE };

bool region_turns(struct gen *g, const struct region *r)
{
	uint64_t key[2] = { CONTROL_FRAME + 2, (uint64_t)(uintptr_t)r };
	const bool *known = memo_find(g, 2, key);

	if (known)
		return *known;
	uint32_t count;
	const struct node **nodes = region_order(g->job, r, &count);
	bool turns = false;
	for (uint32_t i = 0; i < count && !turns; i++) {
		turns = nodes[i]->op == OP_while;
		for (uint32_t k = 0; k < nodes[i]->nregions && !turns; k++)
			turns = region_turns(g, nodes[i]->regions[k]);
	}
	bool *keep = job_alloc(g->job, sizeof *keep);
	*keep = turns;
	memo_put(g, 0, 2, key, keep);
	return turns;
}

bool frame_lanes(const struct gen *g)
{
	for (const struct frame *f = g->frame; f; f = f->up)
		for (uint32_t i = 0; i < (f->place ? f->place[f->nvals] : f->nvals); i++)
			if (f->vals[i].lanes)
				return true;
	return false;
}

/* Scalars that a region captures are computed here and not where it first asks for them: in a loop
 * that would be in each turn, and in each arm of a branch. */
static void captures_at(struct gen *g, const struct node *op)
{
	uint32_t first = node_noperands(op), count = node_ncaptures(op);

	for (uint32_t i = 0; i < count; i++)
		if (op->in[first + i]->type->kind == TYPE_tensor && !op->in[first + i]->type->rank)
			value_at(g, op->in[first + i], NULL);
}

/* ---- branches ------------------------------------------------------------------------------- */

/* Result `which` of region r, where cond (NULL: never asked for) holds.  The region's frame has one
 * number, whatever the result: what two results need is computed once. */
static struct val arm_at(struct gen *g, const struct node *op, uint32_t r, uint32_t which,
	const struct ix *ix, LLVMValueRef cond, int level)
{
	uint64_t key[4] = { CONTROL_FRAME, (uint64_t)(uintptr_t)op, r,
		g->frame ? g->frame->id : 0 };
	uint32_t *id = memo_find(g, 4, key);
	struct pred_saved old = { g->pred, g->pred_level };

	if (!id) {
		id = job_alloc(g->job, sizeof *id);
		*id = ++g->nframes;
		memo_put(g, 0, 4, key, id);
	}
	struct frame f = { .up = g->frame, .id = *id, .op = op, .outer = old };
	if (region_turns(g, op->regions[r]))
		pred_and(g, cond, level);
	g->frame = &f;
	struct val v = value_at(g, op->regions[r]->results[which], ix);
	g->frame = f.up;
	pred_restore(g, old);
	return v;
}

struct val value_branch(
	struct gen *g, const struct node *op, uint32_t which, const struct ix *ix)
{
	uint32_t last = op->nregions - 1;
	struct val p = value_at(g, op->in[0], NULL);
	LLVMValueRef cond;

	captures_at(g, op);
	gen_at(g, p.level);
	if (op->op == OP_if)
		cond = NOT(p.v);
	else                                     /* below 0, too, is the last */
		cond = ICMP(UGE, p.v, ci_like(p.v, last));
	struct val r = arm_at(g, op, last, which, ix, cond, p.level);
	for (uint32_t k = 0; k < last; k++) {
		gen_at(g, p.level);
		cond = op->op == OP_if ? p.v : ICMP(EQ, p.v, ci_like(p.v, k));
		r = choose(g, cond, p.level, arm_at(g, op, k, which, ix, cond, p.level), r);
	}
	return r;
}

/* ---- loops ---------------------------------------------------------------------------------- */

/* A loop being made: its carried values, tensors element by element, and the lanes that go on. */
struct turning {
	const struct node *op;
	uint32_t count;              /* of elements */
	uint32_t *place;             /* of each carried tensor, its first element; and the end */
	struct val *v;
	bool lanes;
	struct turns loop;
};

/* The elements of a tensor of type t, each at an index of numbers. */
static void elements_at(struct gen *g, const struct node *n, struct val *out)
{
	const struct type *t = n->type;
	uint64_t count = (uint64_t)type_elements(t);
	struct ix *ix = ix_array(g, t->rank);

	for (uint64_t e = 0; e < count; e++) {
		uint64_t rest = e;
		for (uint32_t d = t->rank; d-- > 0; rest /= (uint64_t)t->dims[d])
			ix[d] = ix_const(g, (int64_t)(rest % (uint64_t)t->dims[d]));
		out[e] = value_at(g, n, ix);
	}
}

/* Element at ix of the tensor whose elements are v: by comparing where ix is no number. */
struct val carried_element(
	struct gen *g, const struct type *t, const struct val *v, const struct ix *ix)
{
	struct ix at = ix_linear(g, t->rank, t->dims, ix);
	int64_t known, count = (int64_t)type_elements(t);

	if (ix_is_const(&at, &known) && known >= 0 && known < count)
		return v[known];
	if (!count)
		return zero_of(g, t->dtype);
	LLVMValueRef i = ix_value(g, at);
	struct val r = v[0];
	for (int64_t e = 1; e < count; e++) {
		gen_at(g, at.level);
		r = choose(g, ICMP(EQ, i, ci_like(i, e)), at.level, v[e], r);
	}
	return r;
}

static void turning_begin(struct gen *g, struct turning *w)
{
	uint32_t n = node_noperands(w->op);

	w->place = job_array(g->job, n + 1, sizeof *w->place);
	for (uint32_t i = 0; i < n; i++) {
		const struct type *t = w->op->in[i]->type;
		if (t->kind != TYPE_tensor || !type_is_static(t))
			gen_unsupported(g, w->op, "what it carries has no fixed size");
		if (type_elements(t) > TURNS_MAX_CARRIED - w->place[i])
			gen_unsupported(g, w->op, "it carries too many numbers");
		w->place[i + 1] = w->place[i] + (uint32_t)type_elements(t);
	}
	w->count = w->place[n];
	w->v = job_array(g->job, w->count + 1, sizeof *w->v);
	captures_at(g, w->op);
	w->lanes = frame_lanes(g);
	for (uint32_t i = 0; i < n; i++)
		elements_at(g, w->op->in[i], w->v + w->place[i]);
	for (uint32_t i = 0; i < w->count; i++)
		w->lanes |= w->v[i].lanes;
}

/* The lanes that exist and are asked for. */
static LLVMValueRef lanes_first(struct gen *g, bool lanes)
{
	LLVMValueRef all = LLVMConstInt(g->i1, 1, false), p = g->pred;

	if (!lanes && p && is_vector(p)) {
		LLVMValueRef bits = mask_bits(g, p);
		return ICMP(NE, bits, ci_like(bits, 0));
	}
	if (!lanes)
		return p ? p : all;
	p = p && !is_vector(p) ? splat(g, p) : p;
	if (p && g->tail)
		return AND(g->tail, p);
	return p ? p : g->tail ? g->tail : splat(g, all);
}

static uint32_t carried_put(struct gen *g, struct turning *w)
{
	uint32_t k = 1;

	for (uint32_t i = 0; i < w->count; i++) {
		if (w->lanes)
			w->v[i] = val_lanes(g, w->v[i]);
		w->loop.carried[k++] = w->v[i].v;
		if (w->v[i].im)
			w->loop.carried[k++] = w->v[i].im;
		if (k + 1 >= TURNS_MAX_CARRIED)
			gen_unsupported(g, w->op, "it carries too many numbers");
	}
	return k;
}

static void carried_take(struct gen *g, struct turning *w)
{
	uint32_t k = 1;

	for (uint32_t i = 0; i < w->count; i++) {
		bool complex = w->v[i].im;
		w->v[i] = (struct val){ .v = w->loop.carried[k++], .level = g->depth,
			.lanes = w->lanes };
		w->v[i].im = complex ? w->loop.carried[k++] : NULL;
	}
}

/* A region on what is carried, for the lanes `mask`. */
static void turn_region(
	struct gen *g, struct turning *w, uint32_t r, LLVMValueRef mask, struct val *out)
{
	const struct region *body = w->op->regions[r];
	struct frame f = { .up = g->frame, .id = ++g->nframes, .nvals = node_noperands(w->op),
		.vals = w->v, .place = w->place, .op = w->op,
		.outer = { g->pred, g->pred_level } };
	uint32_t n = node_nregion_results(w->op, r);

	if (region_turns(g, body))
		pred_and(g, mask, g->depth);
	g->frame = &f;
	for (uint32_t i = 0, k = 0; i < n; i++) {
		elements_at(g, body->results[i], out + k);
		k += r ? w->place[i + 1] - w->place[i] : 1;
	}
	g->frame = f.up;
	pred_restore(g, f.outer);
}

/* What is carried is kept in its dtype, as in a loop of kernels. */
static struct val carried_round(struct gen *g, enum dtype t, struct val v)
{
	if (!dtype_is_float(t) || (dtype_bytes(t) >= 4 && t != DTYPE_tf32))
		return v;
	gen_at(g, v.level);
	v.v = narrow_round(g, t, v.v);
	return v;
}

static void turn_body(struct gen *g, struct turning *w, LLVMValueRef active)
{
	struct val *next = job_array(g->job, w->count + 1, sizeof *next);
	uint32_t n = node_noperands(w->op);

	turn_region(g, w, 1, active, next);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t e = w->place[i]; e < w->place[i + 1]; e++) {
			struct val x =
				carried_round(g, w->op->in[i]->type->dtype, next[e]);
			w->v[e] = choose(g, active, g->depth, x, w->v[e]);
		}
}

/* What op carries at its end: operand i's elements from place[i] on. */
static const struct turning *turning_of(struct gen *g, const struct node *op)
{
	uint64_t key[4] = { CONTROL_WHILE, (uint64_t)(uintptr_t)op, (uint64_t)(uintptr_t)g->pred,
		g->frame ? g->frame->id : 0 };
	struct turning *w = memo_find(g, 4, key);
	struct val cond;

	if (w)
		return w;
	w = job_alloc(g->job, sizeof *w);
	w->op = op;
	turning_begin(g, w);
	w->loop.ncarried = carried_put(g, w);
	gen_here(g);
	w->loop.carried[0] = lanes_first(g, w->lanes);
	turns_begin(g, &w->loop);
	LLVMValueRef mask = w->loop.carried[0];
	carried_take(g, w);
	turn_region(g, w, 0, mask, &cond);
	cond = w->lanes ? val_lanes(g, cond) : cond;
	gen_here(g);
	LLVMValueRef active = AND(mask, cond.v), any = active;
	if (w->lanes) {
		any = mask_bits(g, active);
		any = ICMP(NE, any, ci_like(any, 0));
	}
	turns_while(g, &w->loop, any);
	turn_body(g, w, active);
	carried_put(g, w);
	w->loop.carried[0] = active;
	turns_end(g, &w->loop);
	carried_take(g, w);
	memo_put(g, g->depth, 4, key, w);
	return w;
}

struct val value_while(
	struct gen *g, const struct node *op, uint32_t which, const struct ix *ix)
{
	const struct turning *w = turning_of(g, op);

	return carried_element(g, op->in[which]->type, w->v + w->place[which], ix);
}
