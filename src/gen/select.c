/* select.c -- select_and_scatter as a gathering loop, so that elements need no order among each
 * other.
 *
 * An element of the result takes the source of every window that selects it.  For each place v the
 * element may have in a window, the window is o = (i + low - v) / stride; if there is one, it is
 * gone over once more to see whether its choice is v.  Windows come in row-major order, as the
 * interpreter has them. */
#include "gen/control.h"
#include "gen/reduce_impl.h"

struct choice {
	const struct node *n;
	const struct ix *ix;             /* of the element */
	const int64_t *dims, *strides, *low;     /* of the window; low: pairs of padding, or NULL */
	/* its place in the window: the window's size less 1 and this */
	struct ix *v;
	struct ix *place, *operand;      /* of the candidate */
};

static LLVMValueRef lanes_if(struct gen *g, LLVMValueRef v, bool lanes)
{
	return lanes && !is_vector(v) ? splat(g, v) : v;
}

static LLVMValueRef both(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	bool lanes = (a && is_vector(a)) || (b && is_vector(b));

	gen_here(g);
	if (!a || !b)
		return a ? a : b;
	return AND(lanes_if(g, a, lanes), lanes_if(g, b, lanes));
}

/* The candidate at n->at: carried are the best value, its number and whether there is one. */
static void candidate(struct gen *g, struct nest *nest, struct carry *c)
{
	const struct choice *s = nest->arg;
	const struct type *t = s->n->in[0]->type;
	LLVMValueRef inside = NULL;

	for (uint32_t i = 0; i < t->rank; i++) {
		int level;
		/* i - v + p, where v is dims - 1 - s->v */
		struct ix x = ix_add(g, ix_add(g, s->ix[i], nest->at[i]), s->v[i]);
		s->operand[i] = ix_addc(g, x, 1 - s->dims[i]);
		s->operand[i].max = INT64_MAX;
		inside = both(g, inside, ix_below(g, s->operand[i], t->dims[i], &level));
	}
	struct pred_saved old = pred_and(g, inside, g->depth);
	struct val x = value_at(g, s->n->in[0], s->operand);
	pred_restore(g, old);
	struct val args[2] = { c->v[0], x }, keep;
	if (region_turns(g, s->n->regions[0])) {
		pred_and(g, inside, g->depth);
		pred_and(g, c->v[2].v, g->depth);
	}
	region_at(g, s->n, 0, 2, args, &keep);
	pred_restore(g, old);
	struct ix number = ix_linear(g, nest->rank, nest->dims, nest->at);
	gen_here(g);
	LLVMValueRef take = NOT(AND(lanes_if(g, keep.v, c->lanes), c->v[2].v));
	if (inside)
		take = AND(take, lanes_if(g, inside, c->lanes));
	x = c->lanes ? val_lanes(g, x) : x;
	gen_here(g);
	c->v[0] = op_select(g, (struct val){ .v = take }, x, c->v[0]);
	c->v[1].v = SELECT(take, lanes_if(g, number.v, c->lanes), c->v[1].v);
	c->v[2].v = OR(c->v[2].v, take);
	for (int i = 0; i < 3; i++)
		c->v[i].level = g->depth;
}

/* The window in which the element has the place v = dims - 1 - n->at. */
static void window(struct gen *g, struct nest *nest, struct carry *c)
{
	struct choice *s = nest->arg;
	const struct type *st = s->n->in[1]->type;
	struct ix *source = ix_array(g, st->rank);
	LLVMValueRef inside = NULL;
	int level;

	for (uint32_t i = 0; i < st->rank; i++) {
		struct ix rest, t = ix_add(g, s->ix[i], nest->at[i]);
		s->v[i] = nest->at[i];
		int64_t least = 1 - s->dims[i] + (s->low ? s->low[2 * i] : 0);
		t = ix_addc(g, t, least);
		t.max = INT64_MAX;
		t.align = 1;
		ix_divmod_from(g, t, least, s->strides ? s->strides[i] : 1, &source[i], &rest);
		LLVMValueRef r = ix_value(g, rest);
		gen_here(g);
		inside = both(g, inside, ICMP(EQ, r, ci_like(r, 0)));
		inside = both(g, inside, ix_below(g, source[i], st->dims[i], &level));
	}
	struct nest inner = { .rank = nest->rank,
		.dims = s->dims,
		.at = ix_array(g, nest->rank),
		.fn = candidate,
		.arg = s };
	struct carry best = { .n = 3, .lanes = c->lanes };
	enum dtype t = s->n->in[0]->type->dtype;
	best.v[0].v = LLVMConstNull(reg_type(g, t));
	if (dtype_is_complex(t))
		best.v[0].im = best.v[0].v;
	best.v[1].v = c64(g, -1);
	best.v[2].v = LLVMConstInt(g->i1, 0, false);
	nest_run(g, &inner, 0, &best);
	struct ix *mine = ix_array(g, nest->rank);
	for (uint32_t i = 0; i < nest->rank; i++)
		mine[i] = ix_rsub(g, nest->at[i], ix_const(g, s->dims[i] - 1));
	struct ix number = ix_linear(g, nest->rank, s->dims, mine);
	gen_here(g);
	LLVMValueRef chosen = ICMP(EQ, best.v[1].v, lanes_if(g, number.v, c->lanes));
	inside = both(g, inside, AND(chosen, best.v[2].v));
	struct pred_saved old = pred_and(g, inside, g->depth);
	struct val args[2] = { c->v[0], value_at(g, s->n->in[1], source) }, next;
	pred_restore(g, old);
	if (region_turns(g, s->n->regions[1]))
		pred_and(g, inside, g->depth);
	region_at(g, s->n, 1, 2, args, &next);
	pred_restore(g, old);
	next = c->lanes ? val_lanes(g, next) : next;
	gen_here(g);
	c->v[0] = op_select(g, (struct val){ .v = inside }, next, c->v[0]);
	c->v[0].level = g->depth;
	c->v[0].lanes = c->lanes;
}

void select_and_scatter(struct gen *g, const struct node *n, const struct ix *ix, struct carry *c)
{
	uint32_t rank = n->type->rank, count;
	int64_t *ones = job_array(g->job, rank + 1, sizeof *ones);
	struct choice s = {
		.n = n, .ix = ix, .v = ix_array(g, rank), .operand = ix_array(g, rank)
	};

	for (uint32_t i = 0; i < rank; i++)
		ones[i] = 1;
	s.dims = node_ints(n, KEY_window_dimensions, &count);
	s.dims = s.dims ? s.dims : ones;
	s.strides = node_ints(n, KEY_window_strides, &count);
	s.low = node_ints(n, KEY_padding, &count);
	c->lanes = any_lanes(rank, ix) || frame_lanes(g);
	struct nest nest = {
		.rank = rank, .dims = s.dims, .at = ix_array(g, rank), .fn = window, .arg = &s
	};
	nest_run(g, &nest, 0, c);
}
