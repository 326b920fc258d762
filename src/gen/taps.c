/* taps.c -- windows that are written out as a sum of products of slices (plan/lower.c, depthwise):
 * several rows of the result at a time.
 *
 * Row by row each element of the operand is read for every tap that meets it, and the vectors of a
 * tap lie across lines of the cache.  Here a vector is read once for each place along the row, and
 * is multiplied for all rows of the result that it is in a window of:
 *
 *   for row q of the operand, for tap t of a row, for row r of the result that it is of:
 *       sum[r] = sum[r] + operand[q, . + t] * weight[q - r, t]
 *
 * Each element's sum is taken in the order that the body says.  Rows are those of one image, so
 * that the same operand's rows are meant by the same number. */
#include "gen/core_impl.h"
#include <string.h>

#define TAPS_MOST 64                     /* terms */
#define TAPS_SIDE 2                      /* vectors side by side, at most */

struct taps {
	uint32_t n, rows, side;
	const struct node *sum[TAPS_MOST];     /* of the terms up to each; [0]: the first term */
	int64_t row[TAPS_MOST];                /* of the operand, each term's first */
	struct ix *ix;                         /* of the space */
	struct ix at[PLAN_TAP_ROWS];           /* along the last dims but one */
	struct ix j[TAPS_SIDE];                /* and one */
	/* of each vector of each row, and how many terms are in it */
	struct val acc[PLAN_TAP_ROWS][TAPS_SIDE];
	uint32_t done[PLAN_TAP_ROWS][TAPS_SIDE];
	bool tail;                             /* the last vector has one */
	LLVMValueRef mask, count;              /* its lanes */
};

/* What a term takes a slice of, and the slice; NULL: it is none of the space's shape. */
static const struct node *slice_of(const struct gen *g, const struct node *term)
{
	const struct kernel *k = g->k;
	const struct node *x = term->op == OP_multiply ? term->in[0] : term;
	uint32_t n;

	while (x->op == OP_convert)
		x = x->in[0];
	if (x->op != OP_slice || x->type->rank != k->rank ||
		memcmp(x->type->dims, k->space, k->rank * sizeof *k->space) != 0)
		return NULL;
	const int64_t *strides = node_ints(x, KEY_strides, &n);
	return strides && strides[k->rank - 2] != 1 ? NULL : x;
}

/* The terms of the sum that ends at n, from the last on; false: they are no window. */
static bool taps_of(struct gen *g, struct taps *s, const struct node *n)
{
	const struct node *terms[TAPS_MOST], *of = NULL;
	uint32_t row = g->k->rank - 2, count;

	for (s->n = 0; s->n < TAPS_MOST; n = n->in[0]) {
		s->sum[s->n] = n;
		terms[s->n++] = n->op == OP_add ? n->in[1] : n;
		if (n->op != OP_add)
			break;
	}
	if (s->n < PLAN_TAPS || s->n == TAPS_MOST)
		return false;
	for (uint32_t i = 0; i < s->n / 2; i++) {
		const struct node *x = s->sum[i];
		s->sum[i] = s->sum[s->n - 1 - i];
		s->sum[s->n - 1 - i] = x;
	}
	for (uint32_t i = 0; i < s->n; i++) {
		const struct node *x = slice_of(g, terms[s->n - 1 - i]);
		if (!x || (of && x->in[0] != of))
			return false;
		of = x->in[0];
		s->row[i] = node_ints(x, KEY_start_indices, &count)[row];
		if (i && s->row[i] < s->row[i - 1])
			return false;
	}
	return s->row[s->n - 1] > s->row[0];
}

/* As many rows and vectors as registers hold the sums of, beside what is multiplied; false: one. */
static bool taps_fit(const struct gen *g, struct taps *s, enum dtype t)
{
	uint32_t each = LANES * (dtype_bytes(t) > 4 ? 8u : 4u) / (uint32_t)g->isa->bytes,
		 regs = (uint32_t)g->isa->regs;

	while (s->rows > 1 && (s->rows + 1) * each > regs)
		for (uint32_t old = s->rows--; old % s->rows;)
			s->rows--;
	s->side = (TAPS_SIDE * (s->rows + 1) * each < regs) ? TAPS_SIDE : 1;
	return s->rows > 1;
}

struct taps *taps_find(struct gen *g)
{
	const struct kernel *k = g->k;
	uint32_t n;
	const struct node **nodes = region_order(g->job, k->body, &n);
	struct taps *s = job_alloc(g->job, sizeof *s);

	if (k->rank < 2 || static_product(k->rank, k->space) <= 0 || k->outer_grain < 1)
		return NULL;
	s->rows = (uint32_t)plan_tap_rows(k->space[k->rank - 2]);
	if (k->outer_grain % s->rows)
		return NULL;
	for (uint32_t i = n; i-- > 0 && s->rows > 1;) {
		const struct type *t = nodes[i]->type;
		if (nodes[i]->op == OP_pad)
			return NULL;
		if (nodes[i]->op == OP_add && t->rank == k->rank && !dtype_is_complex(t->dtype) &&
			memcmp(t->dims, k->space, k->rank * sizeof *k->space) == 0 &&
			taps_of(g, s, nodes[i]))
			return taps_fit(g, s, t->dtype) ? s : NULL;
	}
	return NULL;
}

static struct val taps_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct taps *s = b->arg;
	uint32_t rank = g->k->rank;

	for (uint32_t r = 0; r < s->rows; r++)
		for (uint32_t v = 0; v < s->side; v++)
			if (s->done[r][v] && s->sum[s->done[r][v] - 1] == n &&
				ix[rank - 2].v == s->at[r].v && ix[rank - 1].v == s->j[v].v &&
				ix[rank - 1].step == s->j[v].step)
				return s->acc[r][v];
	return value_compute(g, n, ix);
}

static void taps_bind(struct gen *g, struct taps *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct bind *b = job_alloc(g->job, sizeof *b);
		*b = (struct bind){ g->binds, s->sum[i], taps_at, s };
		g->binds = b;
	}
}

/* The code that follows is of vector v of a block of `side`. */
static void taps_vector(struct gen *g, struct taps *s, uint32_t v, uint32_t side)
{
	bool tail = s->tail && v + 1 == side;

	g->tail = tail ? s->mask : NULL;
	g->tail_count = tail ? s->count : NULL;
	g->tail_level = tail && !LLVMIsConstant(s->mask) ? g->depth : 0;
	s->ix[g->k->rank - 1] = s->j[v];
}

/* The sum of vector v of row r with the next term: rounded once, but where every op is. */
static struct val taps_add(struct gen *g, struct taps *s, uint32_t r, uint32_t v)
{
	uint32_t i = s->done[r][v];
	const struct node *sum = s->sum[i], *term = i ? sum->in[1] : NULL;
	enum dtype t = sum->type->dtype;

	s->ix[g->k->rank - 2] = s->at[r];
	if (!i || g->k->strict || term->op != OP_multiply || (t != DTYPE_f32 && t != DTYPE_f64))
		return value_compute(g, sum, s->ix);
	struct val c = s->acc[r][v], a = val_lanes(g, value_at(g, term->in[0], s->ix)),
		   b = val_lanes(g, value_at(g, term->in[1], s->ix));
	gen_here(g);
	c = val_lanes(g, c);
	gen_here(g);
	c.v = fma3(g, a.v, b.v, c.v);
	c.level = g->depth;
	return c;
}

/* The terms of operand's row q, of all rows of the result: place by place. */
static void taps_row(struct gen *g, struct taps *s, int64_t q, uint32_t side)
{
	bool any = true;

	while (any) {
		any = false;
		for (uint32_t r = 0; r < s->rows; r++) {
			uint32_t i = s->done[r][0];
			if (i == s->n || s->row[i] + (int64_t)r != q)
				continue;
			for (uint32_t v = 0; v < side; v++) {
				taps_vector(g, s, v, side);
				s->acc[r][v] = taps_add(g, s, r, v);
				s->done[r][v]++;
			}
			any = true;
		}
	}
}

/* The block whose first vector is at j, of `side` of them. */
static void taps_block(struct gen *g, struct taps *s, struct ix j, uint32_t side)
{
	uint32_t rank = g->k->rank;

	memset(s->done, 0, sizeof s->done);
	for (uint32_t v = 0; v < side; v++)
		s->j[v] = ix_addc(g, j, (int64_t)v * LANES);
	for (int64_t q = s->row[0]; q < s->row[s->n - 1] + s->rows; q++)
		taps_row(g, s, q, side);
	for (uint32_t r = 0; r < s->rows; r++)
		for (uint32_t v = 0; v < side; v++) {
			taps_vector(g, s, v, side);
			s->ix[rank - 2] = s->at[r];
			store_results(g, s->ix);
		}
	g->tail = NULL;
}

/* Blocks of `side` vectors of elements [lo, hi) of the rows at hand; the last may have a tail. */
static void taps_blocks(struct gen *g, struct taps *s, int64_t lo, int64_t hi, uint32_t side)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t step = (int64_t)side * LANES;

	if (lo >= hi)
		return;
	s->tail = hi % LANES;
	loop_begin(g, l, c64(g, lo), c64(g, hi), step);
	gen_here(g);
	s->count = LLVMBuildTrunc(g->b, SUB(c64(g, hi - step + LANES), l->iv), g->i32, "");
	s->mask = ICMP(ULT, lane_iota(g, g->i32), splat(g, s->count));
	struct ix j = ix_lanes(l->iv, l->level, LANES, g->k->space[g->k->rank - 1] - 1);
	if (LLVMIsAConstantInt(l->iv) && lo == 0)
		j.align = 0;
	taps_block(g, s, j, side);
	loop_end(g, l);
}

void taps_rows(struct gen *g, struct taps *s, LLVMValueRef lo, LLVMValueRef hi)
{
	const struct kernel *k = g->k;
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t total = static_product(k->rank - 1, k->space), d = k->space[k->rank - 1];
	int64_t wide = (int64_t)s->side * LANES, whole = d / wide * wide;

	s->ix = ix_array(g, k->rank);
	taps_bind(g, s);
	loop_begin(g, l, lo, hi, s->rows);
	struct ix o = ix_scalar(l->iv, g->depth, s->rows, total - 1);
	ix_delinear(g, o, k->rank - 1, k->space, s->ix);
	for (uint32_t r = 0; r < s->rows; r++) {
		s->at[r] = ix_addc(g, s->ix[k->rank - 2], r);
		s->at[r].max = k->space[k->rank - 2] - 1;
	}
	taps_blocks(g, s, 0, whole, s->side);
	taps_blocks(g, s, whole, d, (uint32_t)((d - whole + LANES - 1) / LANES));
	loop_end(g, l);
}
