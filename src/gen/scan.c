/* scan.c -- CORE_scan: every element of the result combines those before it along one dim.
 *
 * Along the axis one after the other, as a window over all that comes before combines them: the
 * bits are the window's.  What lies behind the axis goes by lanes; where nothing does, a row is a
 * loop over numbers.  An item is one index before the axis and PLAN_SCAN_COLUMNS places behind
 * it. */
#include "gen/core_impl.h"

struct scan {
	struct lanes lanes;
	const struct node *n;
	struct ix *ix;               /* of the result */
	uint32_t axis;
	bool columns;                /* something lies behind the axis */
};

/* Goes along the axis for the lanes, or the one place, that s->ix says behind and before it. */
static void scan_along(struct gen *g, struct scan *s)
{
	const struct type *t = s->n->type;
	int64_t d = t->dims[s->axis];
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct val args[2], acc = value_at(g, s->n->in[1], NULL);

	if (s->columns)
		acc = val_lanes(g, acc);
	l->ncarried = acc.im ? 2 : 1;
	l->carried[0] = acc.v;
	l->carried[1] = acc.im;
	loop_begin(g, l, c64(g, 0), gen_extent(g, d), 1);
	args[0] = (struct val){ .v = l->carried[0], .level = g->depth, .lanes = s->columns };
	if (acc.im)
		args[0].im = l->carried[1];
	s->ix[s->axis] = ix_scalar(l->iv, l->level, 1, dim_is_number(d) ? d - 1 : INT64_MAX);
	args[1] = value_at(g, s->n->in[0], s->ix);
	region_at(g, s->n, 0, 2, args, &acc);
	if (s->columns)
		acc = val_lanes(g, acc);
	store_at(g, gen_buffer(g, g->k->ninputs), t->dtype,
		ix_linear(g, t->rank, t->dims, s->ix), acc);
	l->carried[0] = acc.v;
	l->carried[1] = acc.im;
	loop_end(g, l);
}

static void scan_block(struct gen *g, struct lanes *lanes, struct ix j)
{
	struct scan *s = (struct scan *)lanes;
	const struct type *t = s->n->type;
	uint32_t first = s->axis + 1;

	ix_delinear(g, j, t->rank - first, t->dims + first, s->ix + first);
	scan_along(g, s);
}

/* The columns of one item. */
static void scan_columns(struct gen *g, struct scan *s, LLVMValueRef piece, LLVMValueRef inner)
{
	gen_here(g);
	s->lanes.lo = MUL(piece, c64(g, PLAN_SCAN_COLUMNS));
	s->lanes.hi = min_signed(g, ADD(s->lanes.lo, c64(g, PLAN_SCAN_COLUMNS)), inner);
	s->lanes.level = g->depth;
	s->lanes.align = LANES;
	lanes_loop(g, &s->lanes);
}

void core_scan(struct gen *g)
{
	const struct kernel *k = g->k;
	struct scan s = { .lanes = { .fn = scan_block }, .n = k->body->results[0], .axis = k->axis,
		.ix = ix_array(g, k->rank) };
	const int64_t *dims = s.n->type->dims;
	uint32_t behind = k->rank - s.axis - 1;
	int64_t all = static_product(s.axis, dims);
	int64_t columns = static_product(behind, dims + s.axis + 1);
	struct loop *l = job_alloc(g->job, sizeof *l);

	s.columns = columns != 1;
	s.lanes.max = columns > 0 ? columns - 1 : INT64_MAX;
	LLVMValueRef outer = extent_product(g, s.axis, dims);
	LLVMValueRef inner = extent_product(g, behind, dims + s.axis + 1);
	LLVMValueRef grain = gen_extent(g, k->outer_grain);
	gen_here(g);
	LLVMValueRef pieces = LLVMBuildUDiv(g->b, ADD(inner, c64(g, PLAN_SCAN_COLUMNS - 1)),
		c64(g, PLAN_SCAN_COLUMNS), "");
	LLVMValueRef lo = MUL(LLVMGetParam(g->fn, 1), grain);
	LLVMValueRef hi = min_signed(g, MUL(LLVMGetParam(g->fn, 2), grain), MUL(outer, pieces));
	l->ncarried = 0;
	loop_begin(g, l, lo, hi, 1);
	gen_here(g);
	LLVMValueRef o = s.columns ? LLVMBuildUDiv(g->b, l->iv, pieces, "") : l->iv;
	LLVMValueRef piece = SUB(l->iv, MUL(o, pieces));
	struct ix before = ix_scalar(o, g->depth, 1, all > 0 ? all - 1 : INT64_MAX);
	ix_delinear(g, before, s.axis, dims, s.ix);
	for (uint32_t d = s.axis + 1; d < k->rank; d++)
		s.ix[d] = ix_const(g, 0);
	if (s.columns)
		scan_columns(g, &s, piece, inner);
	else
		scan_along(g, &s);
	loop_end(g, l);
	gen_end_function(g);
}
