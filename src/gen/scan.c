/* scan.c -- CORE_scan: every element of the result combines those before it along one dim.
 *
 * Along the axis one after the other, as a window over all that comes before combines them: the
 * bits are the window's.  What lies behind the axis goes by lanes; where nothing does, rows are a
 * loop over numbers, several rows side by side: each is a chain of dependent operations.  An item
 * is one index before the axis and PLAN_SCAN_COLUMNS places behind it.
 *
 * Where the order of combining does not show in the result - integers, extremes, a choice by one
 * order of all values - a row goes by lanes: LANES elements are scanned in four rounds, each
 * combining what lies 1, 2, 4 and 8 lanes apart (Hillis and Steele, "Data parallel algorithms",
 * 1986), and then combined with what comes before them. */
#include "gen/core_impl.h"
#include <string.h>

#define SCAN_ROWS 8                      /* at most, side by side */

struct scan {
	struct lanes lanes;
	const struct node *n;
	uint32_t count;              /* operands */
	uint32_t rows;
	struct ix *ix[SCAN_ROWS];    /* of the result */
	uint32_t axis;
	bool columns;                /* something lies behind the axis */
	bool repeats;                /* x and x combine to x */
};

/* The values of one row's operands, to and from what the loop carries. */
static uint32_t carry_put(struct gen *g, const struct scan *s, struct val *v, LLVMValueRef *to)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		if (s->columns)
			v[i] = val_lanes(g, v[i]);
		to[n++] = v[i].v;
		if (v[i].im)
			to[n++] = v[i].im;
	}
	return n;
}

static uint32_t carry_get(struct gen *g, const struct scan *s, struct val *v, LLVMValueRef *from)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		bool complex = v[i].im;
		v[i] = (struct val){ .v = from[n++], .level = g->depth, .lanes = s->columns };
		v[i].im = complex ? from[n++] : NULL;
	}
	return n;
}

static void store_row(struct gen *g, const struct scan *s, const struct ix *ix, const struct val *v)
{
	for (uint32_t i = 0; i < s->count; i++) {
		const struct type *t = node_result_type(s->n, i);
		store_at(g, gen_buffer(g, g->k->ninputs + i), t->dtype,
			ix_linear(g, t->rank, t->dims, ix), v[i]);
	}
}

/* Goes along the axis for the lanes, or the places, that s->ix says behind and before it. */
static void scan_along(struct gen *g, struct scan *s)
{
	int64_t d = s->n->in[0]->type->dims[s->axis];
	struct loop *l = job_alloc(g->job, sizeof *l);
	/* a row's: before, then what is there */
	struct val args[SCAN_ROWS][2 * PLAN_SCAN_OPERANDS];
	uint32_t at = 0;

	for (uint32_t r = 0; r < s->rows; r++) {
		for (uint32_t i = 0; i < s->count; i++)
			args[r][i] = value_at(g, s->n->in[s->count + i], NULL);
		at += carry_put(g, s, args[r], l->carried + at);
	}
	l->ncarried = at;
	loop_begin(g, l, c64(g, 0), gen_extent(g, d), 1);
	at = 0;
	for (uint32_t r = 0; r < s->rows; r++) {
		at += carry_get(g, s, args[r], l->carried + at);
		s->ix[r][s->axis] =
			ix_scalar(l->iv, l->level, 1, dim_is_number(d) ? d - 1 : INT64_MAX);
		for (uint32_t i = 0; i < s->count; i++)
			args[r][s->count + i] = value_at(g, s->n->in[i], s->ix[r]);
	}
	at = 0;
	for (uint32_t r = 0; r < s->rows; r++) {
		region_at(g, s->n, 0, 2 * s->count, args[r], args[r]);
		at += carry_put(g, s, args[r], l->carried + at);
	}
	for (uint32_t r = 0; r < s->rows; r++)
		store_row(g, s, s->ix[r], args[r]);
	loop_end(g, l);
}

/* Says that row r is number o of the indices before the axis. */
static void row_at(struct gen *g, struct scan *s, uint32_t r, LLVMValueRef o)
{
	const int64_t *dims = s->n->in[0]->type->dims;
	int64_t all = static_product(s->axis, dims);

	ix_delinear(g, ix_scalar(o, g->depth, 1, all > 0 ? all - 1 : INT64_MAX), s->axis, dims,
		s->ix[r]);
	for (uint32_t d = s->axis + 1; d < g->k->rank; d++)
		s->ix[r][d] = ix_const(g, 0);
}

static bool is_parameter(const struct node *n, uint32_t i)
{
	return n->op == OP_parameter && node_int(n, KEY_index, 0) == i;
}

static bool compares(const struct node *n, const char *how, uint32_t a, uint32_t b)
{
	const char *type = node_str(n, KEY_compare_type, "");

	return n->op == OP_compare && is_parameter(n->in[0], a) && is_parameter(n->in[1], b) &&
	       strchr(how, node_str(n, KEY_comparison_direction, "?")[0]) &&
	       strcmp(type, "TOTALORDER") != 0;
}

/* Does n's body choose between a group that was before and one that is there by one order of all
 * values: of floats NaN is above or below the others and equal to itself? */
static bool chooses_by_order(const struct node *n, uint32_t count)
{
	const struct node *by = n->regions[0]->results[0]->in[0];
	bool floats = dtype_is_float(n->in[0]->type->dtype);

	for (uint32_t i = 0; i < count; i++) {
		const struct node *x = n->regions[0]->results[i];
		if (!is_parameter(x->in[1], count + i) || !is_parameter(x->in[2], i))
			return false;
	}
	if (!floats)
		return compares(by, "GL", count, 0);
	bool first = by->op == OP_or && compares(by->in[0], "N", count, count);
	return by->op == OP_or && (first || compares(by->in[1], "N", count, count)) &&
	       compares(by->in[first], "GL", count, 0);
}

/* Is every way to put brackets into a row of s->n's combinations the same? */
static bool any_brackets(struct scan *s)
{
	const struct node *x = s->n->regions[0]->results[0];
	enum dtype t = x->type->dtype;

	s->repeats = true;
	if (s->count > 1)
		return chooses_by_order(s->n, s->count);
	if (dtype_is_complex(t) || x->nin != 2 || x->in[0]->op != OP_parameter ||
		x->in[1]->op != OP_parameter)
		return false;
	s->repeats = x->op != OP_add && x->op != OP_multiply && x->op != OP_xor;
	return x->op == OP_maximum || x->op == OP_minimum ||
	       (!dtype_is_float(t) && (x->op == OP_add || x->op == OP_multiply ||
		       x->op == OP_and || x->op == OP_or || x->op == OP_xor));
}

/* v with every lane's what is `by` lanes before; of the first ones their own. */
static LLVMValueRef lanes_before(struct gen *g, LLVMValueRef v, int by)
{
	LLVMValueRef from[LANES];

	for (int i = 0; i < LANES; i++)
		from[i] = c32(g, i < by ? i : i - by);
	return LLVMBuildShuffleVector(g->b, v, v, LLVMConstVector(from, LANES), "");
}

/* Combines a round of lanes; what has none `by` lanes before it stays. */
static void scan_round(struct gen *g, const struct scan *s, struct val *x, int by)
{
	struct val args[2 * PLAN_SCAN_OPERANDS], next[PLAN_SCAN_OPERANDS];
	LLVMValueRef some[LANES];

	for (int i = 0; i < LANES; i++)
		some[i] = LLVMConstInt(g->i1, i >= by, false);
	gen_here(g);
	for (uint32_t i = 0; i < s->count; i++) {
		args[s->count + i] = x[i];
		args[i] = (struct val){ .v = lanes_before(g, x[i].v, by), .level = g->depth,
			.lanes = true };
	}
	region_at(g, s->n, 0, 2 * s->count, args, next);
	gen_here(g);
	for (uint32_t i = 0; i < s->count; i++) {
		LLVMValueRef v = val_lanes(g, next[i]).v;
		gen_here(g);
		x[i].v = s->repeats ? v : SELECT(LLVMConstVector(some, LANES), v, x[i].v);
		x[i].level = g->depth;
	}
}

/* LANES elements of a row; carried is the last before them, in all lanes. */
static void scan_lanes(struct gen *g, struct lanes *lanes, struct ix j)
{
	struct scan *s = (struct scan *)lanes;
	struct val args[2 * PLAN_SCAN_OPERANDS], *x = args + s->count;
	LLVMValueRef last[LANES];

	for (int i = 0; i < LANES; i++)
		last[i] = c32(g, LANES - 1);
	s->ix[0][s->axis] = j;
	for (uint32_t i = 0; i < s->count; i++)
		x[i] = val_lanes(g, value_at(g, s->n->in[i], s->ix[0]));
	for (int by = 1; by < LANES; by *= 2)
		scan_round(g, s, x, by);
	for (uint32_t i = 0; i < s->count; i++)
		args[i] = (struct val){ .v = lanes->carried[i], .level = g->depth, .lanes = true };
	region_at(g, s->n, 0, 2 * s->count, args, args);
	for (uint32_t i = 0; i < s->count; i++)
		args[i] = val_lanes(g, args[i]);
	store_row(g, s, s->ix[0], args);
	gen_here(g);
	for (uint32_t i = 0; i < s->count; i++)
		lanes->carried[i] = LLVMBuildShuffleVector(
			g->b, args[i].v, args[i].v, LLVMConstVector(last, LANES), "");
}

/* Rows [lo, hi), by lanes. */
static void scan_rows_by_lanes(struct gen *g, struct scan *s, LLVMValueRef lo, LLVMValueRef hi)
{
	int64_t d = s->n->in[0]->type->dims[s->axis];
	struct loop *l = job_alloc(g->job, sizeof *l);
	LLVMValueRef carried[PLAN_SCAN_OPERANDS];

	loop_begin(g, l, lo, hi, 1);
	gen_here(g);
	row_at(g, s, 0, l->iv);
	for (uint32_t i = 0; i < s->count; i++)
		carried[i] = val_lanes(g, value_at(g, s->n->in[s->count + i], NULL)).v;
	gen_here(g);
	s->lanes = (struct lanes){ .lo = c64(g, 0), .hi = gen_extent(g, d), .align = LANES,
		.max = d > 0 ? d - 1 : INT64_MAX, .whole_blocks = d > 0 && d % LANES == 0,
		.ncarried = s->count, .carried = carried, .fn = scan_lanes };
	lanes_loop(g, &s->lanes);
	loop_end(g, l);
}

static void scan_block(struct gen *g, struct lanes *lanes, struct ix j)
{
	struct scan *s = (struct scan *)lanes;
	const struct type *t = s->n->in[0]->type;
	uint32_t first = s->axis + 1;

	ix_delinear(g, j, t->rank - first, t->dims + first, s->ix[0] + first);
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

/* Items [lo, hi), which are pieces of columns. */
static void scan_pieces(struct gen *g, struct scan *s, LLVMValueRef lo, LLVMValueRef hi,
	LLVMValueRef pieces, LLVMValueRef inner)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	loop_begin(g, l, lo, hi, 1);
	gen_here(g);
	LLVMValueRef o = LLVMBuildUDiv(g->b, l->iv, pieces, "");
	LLVMValueRef piece = SUB(l->iv, MUL(o, pieces));
	row_at(g, s, 0, o);
	scan_columns(g, s, piece, inner);
	loop_end(g, l);
}

/* Items [lo, hi), which are rows: `rows` at a time, whole times; the rest begins at the result. */
static LLVMValueRef scan_rows(
	struct gen *g, struct scan *s, LLVMValueRef lo, LLVMValueRef hi, uint32_t rows)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	gen_here(g);
	LLVMValueRef end = ADD(lo, AND(SUB(hi, lo), c64(g, -(int64_t)rows)));
	s->rows = rows;
	loop_begin(g, l, lo, end, rows);
	for (uint32_t r = 0; r < rows; r++) {
		gen_here(g);
		row_at(g, s, r, ADD(l->iv, c64(g, r)));
	}
	scan_along(g, s);
	loop_end(g, l);
	return end;
}

/* How many rows of a chunk go side by side. */
static uint32_t rows_together(const struct scan *s, const struct kernel *k)
{
	uint32_t rows = s->count > 2 ? SCAN_ROWS / 2 : SCAN_ROWS;

	while (k->outer_grain >= 0 && (int64_t)rows > k->outer_grain)
		rows /= 2;
	return rows;
}

void core_scan(struct gen *g)
{
	const struct kernel *k = g->k;
	const struct node *root = k->body->results[0];
	struct scan s = { .lanes = { .fn = scan_block }, .axis = k->axis, .rows = 1,
		.n = root->op == OP_result ? root->in[0] : root };
	const int64_t *dims = s.n->in[0]->type->dims;
	uint32_t behind = k->rank - s.axis - 1;
	int64_t columns = static_product(behind, dims + s.axis + 1);

	s.count = s.n->nin / 2;
	s.columns = columns != 1;
	s.lanes.max = columns > 0 ? columns - 1 : INT64_MAX;
	for (uint32_t r = 0; r < SCAN_ROWS; r++)
		s.ix[r] = ix_array(g, k->rank);
	LLVMValueRef outer = extent_product(g, s.axis, dims);
	LLVMValueRef inner = extent_product(g, behind, dims + s.axis + 1);
	LLVMValueRef grain = gen_extent(g, k->outer_grain);
	gen_here(g);
	LLVMValueRef pieces = LLVMBuildUDiv(g->b, ADD(inner, c64(g, PLAN_SCAN_COLUMNS - 1)),
		c64(g, PLAN_SCAN_COLUMNS), "");
	LLVMValueRef lo = MUL(LLVMGetParam(g->fn, 1), grain);
	LLVMValueRef hi = min_signed(g, MUL(LLVMGetParam(g->fn, 2), grain), MUL(outer, pieces));
	if (s.columns) {
		scan_pieces(g, &s, lo, hi, pieces, inner);
	} else if ((dims[s.axis] < 0 || dims[s.axis] >= LANES) && any_brackets(&s)) {
		scan_rows_by_lanes(g, &s, lo, hi);
	} else {
		uint32_t rows = rows_together(&s, k);
		if (rows > 1)
			lo = scan_rows(g, &s, lo, hi, rows);
		scan_rows(g, &s, lo, hi, 1);
	}
	gen_end_function(g);
}
