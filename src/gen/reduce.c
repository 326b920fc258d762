/* reduce.c -- reductions, windows and small contractions inside of an index expression: loops over
 * what is reduced, for the lanes of one vector at a time.
 *
 * The order is index order, each lane on its own, so the bits do not depend on vector width, chunk
 * or thread.  A sum of floats is one of parts: of every dim but the innermost an index is one, of a
 * long dim NEST_PART of it, so that its error grows with their number and not with that of all
 * that is summed (Higham, The Accuracy of Floating Point Summation, 1993).  The loops are made
 * where the code is at (loop.c, R3); what does not change in them is computed before them. */
#include "gen/control.h"
#include "gen/core_impl.h"
#include "gen/reduce_impl.h"
#include <string.h>

static void carry_in(struct gen *g, struct loop *l, struct carry *c)
{
	l->ncarried = 0;
	for (uint32_t i = 0; i < c->n; i++) {
		if (c->lanes)
			c->v[i] = val_lanes(g, c->v[i]);
		l->carried[l->ncarried++] = c->v[i].v;
		if (c->v[i].im)
			l->carried[l->ncarried++] = c->v[i].im;
	}
}

static void carry_take(struct gen *g, const struct loop *l, struct carry *c)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < c->n; i++) {
		c->v[i].v = l->carried[k++];
		if (c->v[i].im)
			c->v[i].im = l->carried[k++];
		c->v[i].level = g->depth;
		c->v[i].lanes = c->lanes;
	}
}

static void carry_give(struct gen *g, struct loop *l, struct carry *c)
{
	carry_in(g, l, c);
}

bool reduce_sums(struct gen *g, const struct node *n, struct val *zero)
{
	return n->nin == 2 && dtype_is_float(dtype_part(n->in[0]->type->dtype)) &&
	       n->regions[0]->results[0]->op == OP_add && reducer_neutral(g, n, zero);
}

/* Every value of c begins anew. */
static struct carry part_begin(struct gen *g, const struct nest *n, const struct carry *c)
{
	struct carry part = *c;

	for (uint32_t i = 0; i < c->n; i++)
		part.v[i] = c->lanes ? val_lanes(g, n->zero) : n->zero;
	return part;
}

static void part_end(struct gen *g, const struct nest *n, const struct carry *part, struct carry *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		struct val args[2] = { c->v[i], part->v[i] };
		region_at(g, n->op, 0, 2, args, &c->v[i]);
	}
}

/* What is inside of dim `depth`, at one index of it. */
static void nest_inside(struct gen *g, struct nest *n, uint32_t depth, struct carry *c)
{
	if (!n->sums || depth + 1 == n->rank) {
		nest_run(g, n, depth + 1, c);
		return;
	}
	struct carry part = part_begin(g, n, c);
	nest_run(g, n, depth + 1, &part);
	part_end(g, n, &part, c);
}

/* [lo, hi) of dim `depth`. */
static void nest_dim(struct gen *g, struct nest *n, uint32_t depth, struct carry *c,
	LLVMValueRef lo, LLVMValueRef hi)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t d = n->dims[depth];

	carry_in(g, l, c);
	loop_begin(g, l, lo, hi, 1);
	carry_take(g, l, c);
	n->at[depth] = ix_scalar(l->iv, l->level, 1, d >= 0 ? d - 1 : INT64_MAX);
	if (LLVMIsAConstantInt(l->iv))
		n->at[depth] = ix_const(g, LLVMConstIntGetSExtValue(l->iv));
	nest_inside(g, n, depth, c);
	carry_give(g, l, c);
	loop_end(g, l);
	carry_take(g, l, c);
}

void nest_run(struct gen *g, struct nest *n, uint32_t depth, struct carry *c)
{
	if (depth == n->rank) {
		n->fn(g, n, c);
		return;
	}
	int64_t d = n->dims[depth];
	if (n->hi) {
		nest_dim(g, n, depth, c, n->lo, n->hi);
		return;
	}
	LLVMValueRef all = gen_extent(g, d);
	if (!n->sums || (d >= 0 && d <= NEST_PART)) {
		nest_dim(g, n, depth, c, c64(g, 0), all);
		return;
	}
	struct loop *l = job_alloc(g->job, sizeof *l);
	carry_in(g, l, c);
	loop_begin(g, l, c64(g, 0), all, NEST_PART);
	carry_take(g, l, c);
	struct carry part = part_begin(g, n, c);
	gen_here(g);
	LLVMValueRef end = min_signed(g, ADD(l->iv, c64(g, NEST_PART)), all);
	nest_dim(g, n, depth, &part, l->iv, end);
	part_end(g, n, &part, c);
	carry_give(g, l, c);
	loop_end(g, l);
	carry_take(g, l, c);
}

bool any_lanes(uint32_t rank, const struct ix *ix)
{
	for (uint32_t i = 0; i < rank; i++)
		if (!ix_uniform(&ix[i]))
			return true;
	return false;
}

static void accumulate(struct gen *g, const struct node *op, uint32_t inputs, const struct ix *at,
	struct carry *c)
{
	struct val args[32], next[16];

	for (uint32_t i = 0; i < inputs; i++) {
		args[i] = c->v[i];
		args[inputs + i] = value_at(g, op->in[i], at);
	}
	region_at(g, op, 0, 2 * inputs, args, next);
	memcpy(c->v, next, inputs * sizeof *next);
}

/* ---- reduce --------------------------------------------------------------------------------- */

static void reduce_step(struct gen *g, struct nest *n, struct carry *c)
{
	const uint32_t *place = n->arg;

	for (uint32_t i = 0; i < n->rank; i++)
		n->operand[place[i]] = n->at[i];
	accumulate(g, n->op, c->n, n->operand, c);
}

static void reduce(struct gen *g, const struct node *n, const struct ix *ix, struct carry *c)
{
	const struct type *t = n->in[0]->type;
	uint32_t nred, r = 0, kept = 0;
	const int64_t *red = node_ints(n, KEY_dimensions, &nred);
	int64_t *dims = job_array(g->job, nred + 1, sizeof *dims);
	uint32_t *place = job_array(g->job, nred + 1, sizeof *place);
	struct nest nest = { .dims = dims, .fn = reduce_step, .op = n, .ix = ix, .arg = place,
		.at = ix_array(g, nred), .operand = ix_array(g, t->rank) };

	for (uint32_t d = 0; d < t->rank; d++) {
		bool reduced = false;
		for (uint32_t i = 0; i < nred; i++)
			reduced |= red[i] == d;
		if (reduced) {
			place[r] = d;
			dims[r++] = t->dims[d];
		} else {
			nest.operand[d] = ix[kept++];
		}
	}
	nest.rank = r;
	nest.sums = reduce_sums(g, n, &nest.zero);
	c->lanes = any_lanes(kept, ix) || frame_lanes(g);
	nest_run(g, &nest, 0, c);
}

/* ---- reduce_window -------------------------------------------------------------------------- */

struct window { const int64_t *strides, *dilations, *base, *padding; };

static LLVMValueRef and_like(struct gen *g, LLVMValueRef a, LLVMValueRef b, int level)
{
	if (!a || !b)
		return a ? a : b;
	gen_at(g, level);
	if (is_vector(a) && !is_vector(b))
		b = splat(g, b);
	else if (is_vector(b) && !is_vector(a))
		a = splat(g, a);
	return AND(a, b);
}

/* The operand's index along dim i, in n->operand; cond (NULL: always) says where there is one. */
static LLVMValueRef window_place(struct gen *g, struct nest *n, uint32_t i, int *level)
{
	const struct window *w = n->arg;
	const struct type *t = n->op->in[0]->type;
	struct ix x = ix_add(g, ix_mulc(g, n->ix[i], w->strides ? w->strides[i] : 1),
		ix_mulc(g, n->at[i], w->dilations ? w->dilations[i] : 1));
	LLVMValueRef whole = NULL;
	bool dilated = w->base && w->base[i] != 1;
	int at_level = 0;

	*level = 0;
	if (w->padding && w->padding[2 * i])
		x = ix_addc(g, x, -w->padding[2 * i]);
	if (dilated) {
		struct ix r;
		x.max = INT64_MAX;
		int64_t least = w->padding ? -w->padding[2 * i] : 0;
		ix_divmod_from(g, x, least, w->base[i], &x, &r);
		LLVMValueRef v = ix_value(g, r);
		gen_at(g, r.level);
		whole = ICMP(EQ, v, ci_like(v, 0));
		*level = r.level;
	}
	n->operand[i] = x;
	if (!dilated && (!w->padding || (!w->padding[2 * i] && !w->padding[2 * i + 1])))
		return NULL;
	LLVMValueRef inside = ix_below(g, x, t->dims[i], &at_level);
	*level = at_level > *level ? at_level : *level;
	return and_like(g, whole, inside, *level);
}

/* Padding holds the initial value (specification, reduce_window: pad). */
static void window_step(struct gen *g, struct nest *n, struct carry *c)
{
	const struct type *t = n->op->in[0]->type;
	LLVMValueRef inside = NULL;
	struct val args[32], next[16];
	int level = 0;

	for (uint32_t i = 0; i < t->rank; i++) {
		int at_level;
		LLVMValueRef here = window_place(g, n, i, &at_level);
		level = here && at_level > level ? at_level : level;
		inside = and_like(g, inside, here, level);
	}
	for (uint32_t i = 0; i < c->n; i++) {
		struct pred_saved old = pred_and(g, inside, level);
		struct val x = value_at(g, n->op->in[i], n->operand);
		pred_restore(g, old);
		args[i] = c->v[i];
		args[c->n + i] = inside ? choose(g, inside, level, x,
			value_at(g, n->op->in[c->n + i], NULL)) : x;
	}
	region_at(g, n->op, 0, 2 * c->n, args, next);
	memcpy(c->v, next, c->n * sizeof *next);
}

static void reduce_window(struct gen *g, const struct node *n, const struct ix *ix, struct carry *c)
{
	const struct type *t = n->in[0]->type;
	uint32_t count;
	struct window w = { node_ints(n, KEY_window_strides, &count),
		node_ints(n, KEY_window_dilations, &count),
		node_ints(n, KEY_base_dilations, &count), node_ints(n, KEY_padding, &count) };
	struct nest nest = { .rank = t->rank, .dims = node_ints(n, KEY_window_dimensions, &count),
		.at = ix_array(g, t->rank), .fn = window_step, .op = n, .ix = ix,
		.operand = ix_array(g, t->rank), .arg = &w };

	c->lanes = any_lanes(t->rank, ix) || frame_lanes(g);
	nest_run(g, &nest, 0, c);
}

/* ---- dot_general ---------------------------------------------------------------------------- */

struct dot {
	uint32_t nbatch, ncontract;
	const int64_t *lb, *rb, *lc, *rc;
	struct ix *lhs, *rhs;
};

static void dot_step(struct gen *g, struct nest *n, struct carry *c)
{
	const struct dot *d = n->arg;
	enum dtype t = n->op->type->dtype;
	struct val v[2];

	for (uint32_t i = 0; i < d->ncontract; i++)
		d->lhs[d->lc[i]] = d->rhs[d->rc[i]] = n->at[i];
	v[0] = value_at(g, n->op->in[0], d->lhs);
	v[1] = value_at(g, n->op->in[1], d->rhs);
	for (int i = 0; i < 2; i++) {
		if (c->lanes)
			v[i] = val_lanes(g, v[i]);
		gen_at(g, v[i].level);
		struct val w = op_convert(g, n->op->in[i]->type->dtype, t, v[i]);
		w.level = v[i].level;
		w.lanes = v[i].lanes;
		v[i] = w;
	}
	gen_here(g);
	if (dtype_is_float(t)) {
		c->v[0].v = fma3(g, v[0].v, v[1].v, c->v[0].v);
	} else {
		struct val p = op_binary(g, OP_multiply, t, v[0], v[1]);
		if (!p.v)
			gen_unsupported(g, n->op, NULL);
		c->v[0] = op_binary(g, OP_add, t, c->v[0], p);
	}
	c->v[0].level = g->depth;
	c->v[0].lanes = c->lanes;
}

static void dot_general(struct gen *g, const struct node *n, const struct ix *ix, struct carry *c)
{
	const struct type *lt = n->in[0]->type, *rt = n->in[1]->type;
	struct dot d = { .lhs = ix_array(g, lt->rank), .rhs = ix_array(g, rt->rank) };
	uint32_t at = 0;
	bool lused[GEN_MAX_RANK] = { false }, rused[GEN_MAX_RANK] = { false };

	d.lb = node_ints(n, KEY_lhs_batching_dimensions, &d.nbatch);
	d.rb = node_ints(n, KEY_rhs_batching_dimensions, &d.nbatch);
	d.lc = node_ints(n, KEY_lhs_contracting_dimensions, &d.ncontract);
	d.rc = node_ints(n, KEY_rhs_contracting_dimensions, &d.ncontract);
	int64_t *dims = job_array(g->job, d.ncontract + 1, sizeof *dims);
	for (uint32_t i = 0; i < d.nbatch; i++, at++) {
		d.lhs[d.lb[i]] = d.rhs[d.rb[i]] = ix[at];
		lused[d.lb[i]] = rused[d.rb[i]] = true;
	}
	for (uint32_t i = 0; i < d.ncontract; i++) {
		dims[i] = lt->dims[d.lc[i]];
		lused[d.lc[i]] = rused[d.rc[i]] = true;
	}
	for (uint32_t i = 0; i < lt->rank; i++)
		if (!lused[i])
			d.lhs[i] = ix[at++];
	for (uint32_t i = 0; i < rt->rank; i++)
		if (!rused[i])
			d.rhs[i] = ix[at++];
	struct nest nest = { .rank = d.ncontract, .dims = dims, .at = ix_array(g, d.ncontract),
		.fn = dot_step, .op = n, .ix = ix, .arg = &d };
	c->lanes = any_lanes(n->type->rank, ix) || frame_lanes(g);
	if (c->lanes)                            /* nothing contracted: no loop that would do it */
		c->v[0] = val_lanes(g, c->v[0]);
	nest_run(g, &nest, 0, c);
}

struct val zero_of(struct gen *g, enum dtype t)
{
	struct val z = { .v = LLVMConstNull(reg_type(g, t)) };

	if (dtype_is_complex(t))
		z.im = z.v;
	return z;
}

struct val value_loop(struct gen *g, const struct node *n, uint32_t which, const struct ix *ix)
{
	struct carry c = { .n = 1 };
	uint64_t key[32 + 3 * GEN_MAX_RANK] = { 300, (uint64_t)(uintptr_t)n,
		(uint64_t)(uintptr_t)g->pred, g->frame ? g->frame->id : 0 };
	uint32_t k = 4, rank = node_result_type(n, 0)->rank;

	for (uint32_t i = 0; i < rank; i++) {
		key[k++] = (uint64_t)(uintptr_t)ix[i].v;
		key[k++] = (uint64_t)ix[i].step * 2 + ix[i].vec;
	}
	/* another result of the same loops */
	const struct carry *known = memo_find(g, k, key);
	if (known)
		return known->v[which];
	if (n->op == OP_dot_general) {
		c.v[0] = zero_of(g, n->type->dtype);
		dot_general(g, n, ix, &c);
	} else if (n->op == OP_segment_reduce) {
		c.v[0] = value_at(g, n->in[1], ix);
		segment_reduce(g, n, ix, &c);
	} else if (n->op == OP_select_and_scatter) {
		c.v[0] = value_at(g, n->in[2], NULL);
		select_and_scatter(g, n, ix, &c);
	} else {
		c.n = (node_noperands(n)) / 2;
		if (c.n > 16 || (n->op != OP_reduce && n->op != OP_reduce_window))
			gen_unsupported(g, n, NULL);
		for (uint32_t i = 0; i < c.n; i++)
			c.v[i] = value_at(g, n->in[c.n + i], NULL);
		if (n->op == OP_reduce)
			reduce(g, n, ix, &c);
		else
			reduce_window(g, n, ix, &c);
	}
	struct carry *keep = job_alloc(g->job, sizeof *keep);
	*keep = c;
	memo_put(g, g->depth, k, key, keep);
	return c.v[which];
}
