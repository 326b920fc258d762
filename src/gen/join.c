/* join.c -- a map kernel whose result is a concatenation: its pieces one after the other.
 *
 * Asked for by element, a concatenation holds the index against every piece and selects, for the
 * lanes of each vector.  Where it is all that a kernel makes, each piece has its own loops, which
 * know where it begins:
 *
 *   for index of the dims before the concatenation's        outer
 *       for piece: the chunk's part of it, row by row or flat
 *
 * A chunk is some of the outer indices, or, where these are few, a part of one: inner_grain rows
 * (the last dim; elements, where the pieces are of that) of all pieces together.  No element
 * depends on the loop it is made in. */
#include "gen/core_impl.h"

#define JOIN_ROW_LEAST 5                 /* shorter rows are not worth a vector each */

struct join {
	const struct node *n;
	const struct node *piece;
	struct ix *ix;               /* of the piece at hand */
	struct ix to;                /* the result's element where the piece's first goes */
	int64_t run;                 /* extent: elements of the piece at one outer index */
	uint32_t dim;
	bool rows;                   /* a chunk's unit is a row */
	bool flat;                   /* the piece at hand goes by all its elements, not by rows */
};

/* Lanes of the piece: of a row of it, or of what one outer index has of it. */
static void join_block(struct gen *g, struct lanes *lanes, struct ix j)
{
	struct join *s = lanes->arg;
	const struct type *t = s->piece->type;

	if (s->flat)
		ix_delinear(g, j, t->rank - s->dim, t->dims + s->dim, s->ix + s->dim);
	else
		s->ix[t->rank - 1] = j;
	struct val v = value_at(g, s->piece, s->ix);
	store_at(g, gen_buffer(g, g->k->ninputs), t->dtype, ix_add(g, s->to, j), v);
}

static void join_lanes(struct gen *g, struct join *s, LLVMValueRef lo, LLVMValueRef hi, bool begins)
{
	int64_t d = s->flat ? s->run : s->piece->type->dims[s->piece->type->rank - 1];
	struct lanes lanes = { .lo = lo, .hi = hi, .level = g->depth, .fn = join_block, .arg = s,
		.align = begins ? LANES : 1, .max = d > 0 ? d - 1 : INT64_MAX,
		.whole_blocks = begins && d > 0 && d % LANES == 0,
		.apart = !s->flat && rows_have_edges(g) };

	if (LLVMIsAConstantInt(lo))
		lanes.level = 0;
	lanes_loop(g, &lanes);
}

/* Units [lo, hi) of the piece; `all`: those are all there are. */
static void join_units(struct gen *g, struct join *s, LLVMValueRef lo, LLVMValueRef hi, bool all)
{
	const struct type *t = s->piece->type;
	int64_t d = t->dims[t->rank - 1];
	LLVMValueRef row = gen_extent(g, d);

	gen_here(g);
	if (s->flat) {
		join_lanes(g, s, s->rows ? MUL(lo, row) : lo, s->rows ? MUL(hi, row) : hi, all);
		return;
	}
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct ix to = s->to;
	loop_begin(g, l, lo, hi, 1);
	ix_delinear(g, ix_scalar(l->iv, l->level, 1, INT64_MAX), t->rank - s->dim - 1,
		t->dims + s->dim, s->ix + s->dim);
	s->to = ix_add(g, to, ix_mul(g, ix_scalar(l->iv, l->level, 1, INT64_MAX), d));
	join_lanes(g, s, c64(g, 0), row, true);
	loop_end(g, l);
	s->to = to;
}

/* Are the piece's elements those of a buffer side by side, whatever its rows?  Short rows are not
 * worth a vector each. */
static bool join_is_flat(const struct join *s)
{
	const struct type *t = s->piece->type;
	int64_t d = t->dims[t->rank - 1];
	const struct node *x = s->piece;

	if (s->dim + 1 == t->rank || (d > 0 && d < JOIN_ROW_LEAST))
		return true;
	while (x->nin == 1 && op_table[x->op].kind == OP_MAP)
		x = x->in[0];
	return x->op == OP_parameter;
}

/* [lo, hi), NULL: all, of the units of one outer index, that many elements before its result. */
static void join_outer(struct gen *g, struct join *s, struct ix before, LLVMValueRef lo,
	LLVMValueRef hi)
{
	uint32_t rank = s->n->type->rank, behind = rank - s->dim - 1;
	LLVMValueRef off = c64(g, 0), zero = c64(g, 0);
	LLVMValueRef row = gen_extent(g, s->n->type->dims[rank - 1]);

	for (uint32_t i = 0; i < s->n->nin; i++) {
		const struct type *t = s->n->in[i]->type;
		s->piece = s->n->in[i];
		LLVMValueRef size = extent_product(g, rank - s->dim - s->rows, t->dims + s->dim);
		LLVMValueRef a = zero, b = size;
		if (t->dims[s->dim] == 0)
			continue;
		gen_here(g);
		if (lo) {
			a = min_signed(g, call2(g, "llvm.smax", SUB(lo, off), zero), size);
			b = min_signed(g, call2(g, "llvm.smax", SUB(hi, off), zero), size);
		}
		s->run = static_product(behind + 1, t->dims + s->dim);
		s->flat = join_is_flat(s);
		gen_at(g, 0);
		LLVMValueRef first = s->rows ? MUL(off, row) : off;
		s->to = ix_add(g, before, LLVMIsAConstantInt(first)
			? ix_const(g, LLVMConstIntGetSExtValue(first))
			: ix_scalar(first, 0, 1, INT64_MAX));
		join_units(g, s, a, b, !lo);
		gen_at(g, 0);
		off = ADD(off, size);
	}
}

void map_joined(struct gen *g, LLVMValueRef first, LLVMValueRef last)
{
	const struct kernel *k = g->k;
	const struct node *n = k->joins;
	uint32_t rank = n->type->rank;
	struct join s = { .n = n, .ix = ix_array(g, rank),
		.dim = (uint32_t)node_int(n, KEY_dimension, 0) };
	struct loop *l = job_alloc(g->job, sizeof *l);
	const int64_t *dims = n->type->dims;
	int64_t total = static_product(s.dim, dims), all = static_product(rank, dims);

	s.rows = s.dim + 1 < rank;
	LLVMValueRef outer = extent_product(g, s.dim, dims);
	LLVMValueRef units = extent_product(g, rank - s.dim - s.rows, dims + s.dim);
	LLVMValueRef run = extent_product(g, rank - s.dim, dims + s.dim);
	LLVMValueRef grain = gen_extent(g, k->outer_grain), lo = first, hi = last, pieces = NULL;
	gen_here(g);
	if (k->inner_grain) {
		pieces = LLVMBuildUDiv(g->b, ADD(units, c64(g, k->inner_grain - 1)),
			c64(g, k->inner_grain), "");
	} else {
		lo = MUL(first, grain);
		hi = min_signed(g, MUL(last, grain), outer);
	}
	loop_begin(g, l, lo, hi, 1);
	gen_here(g);
	LLVMValueRef o = l->iv, from = NULL, to = NULL;
	if (pieces) {
		o = LLVMBuildUDiv(g->b, l->iv, pieces, "");
		from = MUL(SUB(l->iv, MUL(o, pieces)), c64(g, k->inner_grain));
		to = min_signed(g, ADD(from, c64(g, k->inner_grain)), units);
	}
	struct ix at = ix_scalar(o, g->depth, 1, total > 0 ? total - 1 : INT64_MAX);
	ix_delinear(g, at, s.dim, dims, s.ix);
	int64_t step = static_product(rank - s.dim, dims + s.dim);
	struct ix before = step >= 0 ? ix_mulc(g, at, step)
		: ix_scalar(MUL(o, run), g->depth, 1, INT64_MAX);
	before.max = all > 0 ? all - 1 : INT64_MAX;
	join_outer(g, &s, before, from, to);
	loop_end(g, l);
}
