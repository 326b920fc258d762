/* row.c -- CORE_row: rows one after the other, several passes over each.
 *
 * A reduce that needs another reduce first (the sum of exp(x - max)) is one STAGE later.  Pass p
 * goes over the row and computes all reduces of stage p + 1 at once; the last pass stores.
 *
 *   pass 0: max = max(x)      pass 1: e = exp(x - max), keep e; sum += e      pass 2: store e / sum
 *
 * R1  Element i of a row goes to lane i % LANES of the first accumulator or, in the odd ones of the
 *     pairs of whole blocks, the second; the two are added, then the lanes as 8 + 8, 4 + 4, 2 + 2,
 *     1 + 1.  The order depends on the row's length alone.  Reducers without a neutral element
 *     have one accumulator.
 * R2  What is dear and needed in more than one pass is kept in a row of the scratch.
 * R3  Where the reducer is one known op its lanes start at that op's neutral element and the
 *     initial value comes in once, at the end; otherwise they start at the initial value, which
 *     StableHLO wants to be neutral.
 * R4  Unless numerics are strict, e / sum of softmax is e times the sum's reciprocal, which is
 *     computed once a row: e is at most 1 and the sum at least that, so neither end of the range
 *     is near. */
#include "gen/math/math_impl.h"
#include "gen/row_impl.h"

#define FETCH_LEAST (1 << 20)            /* bytes of an operand whose next row is asked for */
#define FETCH_MAX_ROW (32 << 10)         /* bytes of a row: more is not there any more */
#define FETCH_FAR (32 << 20)             /* bytes of an operand that comes from memory */
#define FETCH_NEAR 128                   /* bytes ahead, of what comes from a cache and once */

/* ---- values of their own -------------------------------------------------------------------- */

struct value_of {
	struct row *w;
	const struct row_reduce *reduce;
	const struct kept *kept;
};

static struct val reduce_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct value_of *a = b->arg;
	const struct row_reduce *r = a->reduce;
	int64_t which = n->op == OP_result ? node_int(n, KEY_index, 0) : 0;

	(void)ix;
	if (a->w->piped ? a->w->pass < r->stage : !r->done)
		gen_fail(g, WEFT_INTERNAL, "a reduction is used before its pass");
	return a->w->piped ? r->before[a->w->pass - r->stage] : r->total[which];
}

/* n past bind b, of which there may be another. */
static struct val value_under(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct bind *up = b->up;

	while (up && up->node != n)
		up = up->up;
	return up ? up->at(g, up, n, ix) : value_compute(g, n, ix);
}

/* Where the row that the pass at hand is at keeps x. */
static LLVMValueRef kept_row(const struct row *w, const struct kept *x)
{
	return w->piped ? x->row[w->pass] : x->at;
}

static struct val kept_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	const struct value_of *a = b->arg;
	struct row *w = a->w;
	bool here = w->pass > a->kept->pass;

	for (uint32_t i = 0; here && i < n->type->rank; i++)
		here = n->type->dims[i] == 1 ||
		       (ix[i].v == w->ix[i].v && ix[i].step == w->ix[i].step &&
			       ix[i].vec == w->ix[i].vec);
	if (!here)
		return value_under(g, b, n, ix);
	LLVMTypeRef t = reg_type(g, n->type->dtype);
	struct val v = { .lanes = true, .level = w->block.level };
	if (v.level < w->level)
		v.level = w->level;
	gen_at(g, v.level);
	v.v = LLVMBuildLoad2(g->b, lanes_of(t), gep(g, t, kept_row(w, a->kept), w->block.v), "");
	LLVMSetAlignment(v.v, 16);
	return v;
}

static void add_bind(struct gen *g, const struct node *n,
	struct val (*at)(struct gen *, const struct bind *, const struct node *, const struct ix *),
	void *arg)
{
	struct bind *b = job_alloc(g->job, sizeof *b);

	*b = (struct bind){ g->binds, n, at, arg };
	g->binds = b;
}

static struct val weight_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	struct val e, sum = value_at(g, n->in[1], ix);

	(void)b;
	if (sum.lanes)
		return value_compute(g, n, ix);
	e = value_at(g, n->in[0], ix);
	gen_at(g, sum.level);
	LLVMValueRef over = FDIV(cf_like(sum.v, 1), sum.v);
	if (e.lanes)
		over = splat(g, over);
	e.level = e.level > sum.level ? e.level : sum.level;
	gen_at(g, e.level);
	e.v = FMUL(e.v, over);
	return e;
}

static struct val below_at(
	struct gen *g, const struct bind *b, const struct node *n, const struct ix *ix)
{
	struct val v = value_at(g, n->in[0], ix);

	(void)b;
	gen_at(g, v.level);
	v.v = math_exp_below(g, v.v);
	return v;
}

static void row_bind(struct gen *g, struct row *w)
{
	for (uint32_t i = 0; i < w->count; i++) {
		if (row_is_below(w->nodes[i]))
			add_bind(g, w->nodes[i], below_at, NULL);
		if (!g->k->strict && row_is_weight(w->nodes[i]))
			add_bind(g, w->nodes[i], weight_at, NULL);
	}
	for (uint32_t i = 0; i < w->nreduces; i++) {
		struct value_of *a = job_alloc(g->job, sizeof *a);
		*a = (struct value_of){ .w = w, .reduce = &w->reduces[i] };
		add_bind(g, a->reduce->op, reduce_at, a);
		for (uint32_t k = 0; k < w->count; k++)
			if (w->nodes[k]->op == OP_result && w->nodes[k]->in[0] == a->reduce->op)
				add_bind(g, w->nodes[k], reduce_at, a);
	}
	for (uint32_t i = 0; i < w->nkept; i++) {
		struct value_of *a = job_alloc(g->job, sizeof *a);
		*a = (struct value_of){ .w = w, .kept = &w->kept[i] };
		add_bind(g, w->kept[i].node, kept_at, a);
	}
}

/* ---- passes --------------------------------------------------------------------------------- */

/* Does a row of t lie where the row of the space does, of so much memory that it is in no cache? */
static bool row_fetches(const struct row *w, const struct kernel *k, const struct type *t)
{
	int64_t n = static_product(t->rank, t->dims), bytes = (int64_t)dtype_bytes(t->dtype);

	return n > 0 && n == static_product(k->rank, k->space) && n * bytes >= FETCH_LEAST &&
	       w->length * bytes <= FETCH_MAX_ROW && !dtype_is_complex(t->dtype);
}

/* Asks for the next row while this one is reduced for the last time: a processor guesses no further
 * than to the end of a page, and memory would rest until the next row begins.  A cache is nearer:
 * of what it holds a row that is read once asks for the next lines, sums of rows of 8 MiB took a
 * fifth longer by the next row.  A pipeline needs none, it reads at all times: there it made layer
 * norm a fifth slower. */
static void row_ahead(struct gen *g, const struct row *w)
{
	const struct kernel *k = g->k;

	for (uint32_t i = 0; i < k->ninputs; i++) {
		const struct type *t = k->body->params[i];
		int64_t n = static_product(t->rank, t->dims);
		int64_t bytes = (int64_t)dtype_bytes(t->dtype);
		if (!row_fetches(w, k, t))
			continue;
		LLVMValueRef p = gen_buffer(g, i);
		struct ix at = ix_linear(g, k->rank, k->space, w->ix);
		bool near = w->npasses == 1 && n * bytes < FETCH_FAR;
		at = ix_addc(g, at, near ? FETCH_NEAR / bytes : w->length);
		gen_here(g);
		fetch(g, gep(g, mem_type(g, t->dtype), p, at.v), FETCH_FIRST);
	}
}

/* A block of the pass at hand. */
static void block_pass(struct gen *g, struct row *w)
{
	const struct kernel *k = g->k;
	const struct region *body = k->body;
	uint32_t outer = k->rank - k->row;

	ix_delinear(g, w->block, k->row, k->space + outer, w->ix + outer);
	if (!w->piped && w->pass + 1 == w->npasses)
		row_ahead(g, w);
	for (uint32_t i = 0; i < w->nreduces; i++)
		if (w->reduces[i].stage == w->pass + 1)
			row_acc_step(g, w, &w->reduces[i]);
	for (uint32_t i = 0; i < w->nkept; i++) {
		const struct kept *x = &w->kept[i];
		if (x->pass != w->pass)
			continue;
		struct val v = val_lanes(g, value_at(g, x->node, w->ix));
		LLVMTypeRef t = reg_type(g, x->node->type->dtype);
		gen_here(g);
		LLVMValueRef to = gep(g, t, kept_row(w, x), w->block.v);
		LLVMSetAlignment(LLVMBuildStore(g->b, v.v, to), 16);
	}
	if (w->pass < w->npasses)
		return;
	for (uint32_t i = 0; i < k->noutputs; i++) {
		const struct node *r = body->results[i];
		if (!row_of_the_space(g, r))
			continue;
		struct val v = value_at(g, r, w->ix);
		LLVMValueRef p = gen_buffer(g, k->ninputs + i);
		store_at(g, p, r->type->dtype, ix_linear(g, k->rank, k->space, w->ix), v);
	}
}

/* Later passes come first: what they read of the scratch, earlier ones write over (P2). */
static void row_block(struct gen *g, struct lanes *s, struct ix j)
{
	struct row *w = (struct row *)s;

	w->block = j;
	w->set = s->second;
	for (uint32_t p = w->last + 1; p-- > w->first;) {
		w->pass = p;
		if (w->piped)
			w->ix = w->at[p];
		block_pass(g, w);
	}
}

/* Passes [first, last] in one loop. */
static void row_passes(struct gen *g, struct row *w, uint32_t first, uint32_t last)
{
	const struct kernel *k = g->k;

	w->first = w->pass = first;
	w->last = last;
	w->lanes.ncarried = 0;
	w->lanes.carried = w->carried;
	w->lanes.pairs = false;
	w->set = 0;
	for (uint32_t p = first; p <= last; p++)
		row_acc_begin(g, w, p);
	w->lanes.lo = c64(g, 0);
	w->lanes.hi = extent_product(g, k->row, k->space + (k->rank - k->row));
	lanes_loop(g, &w->lanes);
	for (uint32_t i = 0; i < w->nreduces; i++)
		if (w->reduces[i].stage > first && w->reduces[i].stage <= last + 1)
			row_acc_end(g, w, &w->reduces[i]);
}

/* Results of one value a row. */
static void row_store_totals(struct gen *g, struct row *w)
{
	const struct region *body = g->k->body;
	const struct kernel *k = g->k;

	for (uint32_t i = 0; i < k->noutputs; i++) {
		const struct node *r = body->results[i];
		const struct type *t = r->type;
		if (row_of_the_space(g, r))
			continue;
		struct ix *at = ix_array(g, t->rank);
		ix_reshape(g, k->rank - k->row, k->space, w->ix, t->rank, t->dims, at);
		struct val v = value_at(g, r, at);
		LLVMValueRef p = gen_buffer(g, k->ninputs + i);
		store_at(g, p, t->dtype, ix_linear(g, t->rank, t->dims, at), v);
	}
}

/* ---- the pipeline ---------------------------------------------------------------------------- */

/* Pass p of a row runs p turns of the loop over rows after the row is begun, so that every turn
 * goes through as many rows at once as there are passes: their loads, arithmetic, stores and the
 * waits at the end of reductions overlap, and there is one loop to leave and not several.
 *
 *   turn t:     max of row t      e and sum of row t - 1      e / sum of row t - 2
 *
 * P1  The totals of a row are carried from turn to turn until its last pass has them.
 * P2  A row of the scratch is written over when the last pass that reads it has read it.
 * P3  A chunk's first turns have no earlier rows and its last ones no later: passes then run on the
 *     chunk's first or last row, and what they store is stored again later or was stored before.
 *     So no result may lie where an operand does; only maps' results do (plan/inplace.c). */
static void pipe_begin(struct gen *g, struct row *w, struct loop *l, LLVMValueRef lo,
	LLVMValueRef hi)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->nreduces; i++)
		for (uint32_t b = w->reduces[i].stage; b <= w->npasses; b++)
			l->carried[n++] = zero_of(g, w->reduces[i].op->type->dtype).v;
	l->ncarried = n;
	loop_begin(g, l, lo, ADD(hi, c64(g, w->npasses)), 1);
	n = 0;
	for (uint32_t i = 0; i < w->nreduces; i++)
		for (uint32_t b = 0; b + w->reduces[i].stage <= w->npasses; b++)
			w->reduces[i].before[b] =
				(struct val){ .v = l->carried[n++], .level = g->depth };
}

static void pipe_end(struct gen *g, struct row *w, struct loop *l)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->nreduces; i++) {
		const struct row_reduce *r = &w->reduces[i];
		for (uint32_t b = 0; b + r->stage <= w->npasses; b++)
			l->carried[n++] = b ? r->before[b - 1].v : r->total[0].v;
	}
	loop_end(g, l);
}

/* Pass p's row of turn t, and where it keeps what it keeps (P3). */
static void pipe_row(struct gen *g, struct row *w, uint32_t p, LLVMValueRef t, LLVMValueRef lo,
	LLVMValueRef hi)
{
	const struct kernel *k = g->k;
	uint32_t outer = k->rank - k->row;
	LLVMValueRef row = SUB(t, c64(g, p)), last = SUB(hi, c64(g, 1));

	if (p < w->npasses)
		row = min_signed(g, row, last);
	if (p > 0)
		row = SELECT(ICMP(SLT, row, lo), lo, row);
	w->at[p] = ix_array(g, k->rank);
	struct ix o = ix_scalar(row, g->depth, 1, static_product(outer, k->space) - 1);
	ix_delinear(g, o, outer, k->space, w->at[p]);
	for (uint32_t i = 0; i < w->nkept; i++) {
		struct kept *x = &w->kept[i];
		x->row[p] = x->at;
		if (x->rows == 1)
			continue;
		gen_here(g);
		LLVMValueRef at = MUL(AND(row, c64(g, x->rows - 1)), c64(g, x->bytes));
		x->row[p] = gep(g, g->i8, x->at, at);
	}
}

static void row_pipeline(struct gen *g, struct row *w, LLVMValueRef lo, LLVMValueRef hi)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	uint32_t n = w->npasses;

	pipe_begin(g, w, l, lo, hi);
	w->level = g->depth;
	gen_here(g);
	for (uint32_t p = 0; p <= n; p++)
		pipe_row(g, w, p, l->iv, lo, hi);
	w->pass = n;
	w->ix = w->at[n];
	row_store_totals(g, w);
	row_passes(g, w, 0, row_pass_has_work(g, w, n) ? n : n - 1);
	pipe_end(g, w, l);
}

/* One row after the other. */
static void row_by_row(struct gen *g, struct row *w, LLVMValueRef lo, LLVMValueRef hi)
{
	const struct kernel *k = g->k;
	struct loop *l = job_alloc(g->job, sizeof *l);
	uint32_t outer = k->rank - k->row;
	int64_t total = static_product(outer, k->space);

	loop_begin(g, l, lo, hi, 1);
	w->level = g->depth;
	struct ix o = ix_scalar(l->iv, g->depth, 1, total > 0 ? total - 1 : INT64_MAX);
	ix_delinear(g, o, outer, k->space, w->ix);
	for (uint32_t p = 0; p <= w->npasses; p++)
		if (row_pass_has_work(g, w, p))
			row_passes(g, w, p, p);
	row_store_totals(g, w);
	loop_end(g, l);
}

void core_row(struct gen *g)
{
	const struct kernel *k = g->k;
	struct row *w = job_alloc(g->job, sizeof *w);
	uint32_t outer = k->rank - k->row;

	w->lanes = (struct lanes){ .fn = row_block, .align = LANES };
	w->ix = ix_array(g, k->rank);
	w->length = static_product(k->row, k->space + outer);
	w->lanes.max = w->length > 0 ? w->length - 1 : INT64_MAX;
	row_analyse(g, w);
	row_plan_kept(g, w);
	row_bind(g, w);
	LLVMValueRef rows = extent_product(g, outer, k->space);
	LLVMValueRef grain = gen_extent(g, k->outer_grain);
	gen_here(g);
	LLVMValueRef lo = MUL(LLVMGetParam(g->fn, 1), grain);
	LLVMValueRef hi = min_signed(g, MUL(LLVMGetParam(g->fn, 2), grain), rows);
	if (w->piped)
		row_pipeline(g, w, lo, hi);
	else
		row_by_row(g, w, lo, hi);
	gen_end_function(g);
}
