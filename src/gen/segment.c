/* segment.c -- reductions of rows by segment, each from its start up to the next one's.
 *
 * Where the lanes of a vector are of one segment, columns of its rows, it is a loop over these
 * (column.c: for several vectors side by side).  Where they are of several, as in a column of one
 * number a row, each lane goes through its own segment and the loop ends when all have.
 *
 * Starts may be anything: they are cut to the rows there are, so nothing else is read. */
#include "gen/control.h"
#include "gen/core_impl.h"
#include "gen/reduce_impl.h"

static struct ix rows_of(struct gen *g, const struct node *n)
{
	int64_t rows = n->in[0]->type->dims[0];

	return ix_scalar(gen_extent(g, rows), 0, 1, rows >= 0 ? rows : INT64_MAX);
}

/* Where segment b, which is there, begins. */
static struct ix start_at(struct gen *g, const struct node *n, struct ix b)
{
	const struct node *starts = n->in[2];
	struct ix at = ix_of_val(g, value_at(g, starts, &b), starts->type->dtype);

	return ix_clamp(g, at, ix_const(g, 0), rows_of(g, n));
}

struct segment segment_at(struct gen *g, const struct node *n, struct ix b)
{
	int64_t count = n->in[2]->type->dims[0];
	struct ix next = ix_addc(g, b, 1), rows = rows_of(g, n);
	struct segment s = { .lo = start_at(g, n, b) };

	if (count != n->type->dims[0]) {         /* one more: where the last ends */
		s.hi = start_at(g, n, next);
		return s;
	}
	int level;
	LLVMValueRef inside = ix_below(g, next, count, &level);
	struct ix last = ix_addc(g, ix_scalar(gen_extent(g, count), 0, 1, INT64_MAX), -1);
	s.hi = start_at(g, n, ix_clamp(g, next, ix_const(g, 0), last));
	struct val end = { .v = ix_value(g, s.hi), .level = s.hi.level, .lanes = s.hi.vec };
	rows = s.hi.vec ? ix_vec(g, rows) : rows;
	struct val all = { .v = ix_value(g, rows), .level = rows.level, .lanes = rows.vec };
	end = choose(g, inside, level, end, all);
	s.hi = (struct ix){ .v = end.v, .level = end.level, .vec = end.lanes, .align = 1,
		.max = rows.max };
	return s;
}

void segment_ahead(struct gen *g, const struct node *n, struct ix p, struct ix j)
{
	struct ix at[2] = { { 0 }, j }, last = ix_addc(g, rows_of(g, n), -1);

	at[0] = ix_clamp(g, ix_addc(g, p, ROWS_AHEAD), ix_const(g, 0), last);
	fetch_gathered(g, n->in[0], at);
	gen_here(g);
}

static void one_step(struct gen *g, struct nest *nest, struct carry *c)
{
	struct val args[2] = { c->v[0] };

	nest->operand[0] = nest->at[0];
	args[1] = value_at(g, nest->op->in[0], nest->operand);
	region_at(g, nest->op, 0, 2, args, &c->v[0]);
}

/* Of a segment that is all lanes'. */
static void one_segment(struct gen *g, const struct node *n, const struct segment *s,
	const struct ix *ix, struct carry *c)
{
	const int64_t rows = n->in[0]->type->dims[0];
	struct ix at[1], operand[2] = { { 0 }, ix[1] };
	struct nest nest = { .rank = 1, .dims = &rows, .at = at, .fn = one_step, .op = n, .ix = ix,
		.operand = operand, .lo = ix_value(g, s->lo), .hi = ix_value(g, s->hi) };

	nest_run(g, &nest, 0, c);
}

/* Of segments, a lane's each: all their first rows, then all their second ones. */
static void lanes_segments(struct gen *g, const struct node *n, const struct segment *s,
	const struct ix *ix, struct carry *c)
{
	struct turns *t = job_alloc(g->job, sizeof *t);
	struct ix lo = ix_vec(g, s->lo), hi = ix_vec(g, s->hi);
	bool complex = c->v[0].im != NULL;

	c->v[0] = val_lanes(g, c->v[0]);
	t->ncarried = 2 + complex;
	t->carried[0] = ix_value(g, lo);
	t->carried[1] = c->v[0].v;
	t->carried[1 + complex] = complex ? c->v[0].im : c->v[0].v;
	turns_begin(g, t);
	LLVMValueRef some = ICMP(SLT, t->carried[0], ix_value(g, hi));
	gen_here(g);
	some = g->tail ? AND(some, g->tail) : some;
	LLVMValueRef bits = mask_bits(g, some);
	turns_while(g, t, ICMP(NE, bits, LLVMConstNull(LLVMTypeOf(bits))));
	struct ix at[2] = { { .v = t->carried[0], .level = g->depth, .vec = true, .align = 1,
		.max = INT64_MAX }, ix[1] };
	struct val old = { .v = t->carried[1], .im = complex ? t->carried[2] : NULL,
		.level = g->depth, .lanes = true }, args[2] = { old }, next;
	struct pred_saved outer = pred_and(g, some, g->depth);
	args[1] = value_at(g, n->in[0], at);
	pred_restore(g, outer);
	region_at(g, n, 0, 2, args, &next);
	next = choose(g, some, g->depth, next, old);
	gen_here(g);
	t->carried[0] = ADD(t->carried[0], ci_like(t->carried[0], 1));
	t->carried[1] = next.v;
	t->carried[1 + complex] = complex ? next.im : next.v;
	turns_end(g, t);
	c->v[0] = (struct val){ .v = t->carried[1], .im = complex ? t->carried[2] : NULL,
		.level = g->depth, .lanes = true };
}

void segment_reduce(struct gen *g, const struct node *n, const struct ix *ix, struct carry *c)
{
	struct segment s = segment_at(g, n, ix[0]);

	c->lanes = true;
	if (s.lo.vec || s.hi.vec) {
		lanes_segments(g, n, &s, ix, c);
		return;
	}
	c->lanes = any_lanes(2, ix) || frame_lanes(g);
	one_segment(g, n, &s, ix, c);
}
