/* contract_run.c -- R's rows that are windows of an image (struct contract_runs): a block of them,
 * gathered in runs.
 *
 *   image, a line of it     a b c d e f g h i j      run 8, places 0 1 2 of it
 *   copy, row of place 0    a b c d e f g h | the next line's run ...
 *         row of place 1    b c d e f g h i |
 *         row of place 2    c d e f g h i j |
 *
 * A row's runs lie close, so that words may begin in one and end in the next, and nothing is
 * multiplied that is no product.  Vectors are loaded and stored wherever a run begins: the last one
 * of a run ends with it, or, of a run that is shorter than a vector, has zeros behind it that the
 * next run covers.  What a place adds to an address is the same for all runs, and found once a
 * chunk.
 *
 * Where k counts places, a place has a line of the copy, of one run: [k][m]. */
#include "gen/contract_impl.h"

int64_t run_block_of(const struct contraction *x, int64_t most)
{
	int64_t run = x->c->runs.run, parts = (run + most - 1) / most;

	if (run > most)
		return ((run + parts - 1) / parts + x->unit - 1) / x->unit * x->unit;
	most /= run;
	return (run % x->unit ? most / x->unit * x->unit : most) * run;
}

/* The same as of a contraction whose bands are read where they lie. */
static int64_t band_block_of(const struct contraction *x)
{
	const struct contract *c = x->c;
	int64_t band = c->k / c->bands, most = CONTRACT_SUM * x->unit;
	bool whole = c->runs.run % x->unit == 0;

	if (band > most || !whole)
		return run_block_of(x, most);
	return contract_bands_at_once(c, x->unit) * band;
}

void runs_begin(struct gen *g, struct contraction *x)
{
	x->rows_elem = x->word;
	x->rows_type = x->c->acc;
	x->run_block = x->c->bands ? band_block_of(x) : run_block_of(x, CONTRACT_SUM * x->unit);
	/* no power of two: rows would share cache sets */
	x->rows_m = x->run_block / x->unit > CONTRACT_SUM ? CONTRACT_DEPTH * 3 / 2 + LANES
		: CONTRACT_SUM + LANES;
	x->rows_k = 1;
	x->rows_copy = gen_scratch(g, (size_t)(x->pad * x->rows_m) * x->bytes);
	x->row_at = gen_scratch(g, (size_t)x->pad * sizeof(int64_t));
}

/* i % by, an extent; *i: i / by. */
static LLVMValueRef digit(struct gen *g, LLVMValueRef *i, int64_t by)
{
	LLVMValueRef divisor = gen_extent(g, by), all = *i;

	gen_here(g);
	*i = LLVMBuildUDiv(g->b, all, divisor, "");
	return SUB(all, MUL(*i, divisor));
}

LLVMValueRef step_on(struct gen *g, LLVMValueRef at, LLVMValueRef i, int64_t step)
{
	LLVMValueRef by = gen_extent(g, step);

	gen_here(g);
	return ADD(at, MUL(i, by));
}

/* Where the places in `digits` lie, the last dim's being number 2, the feature's or image's 3. */
static LLVMValueRef place_at(struct gen *g, const struct contraction *x, LLVMValueRef *digits)
{
	const struct contract_runs *r = &x->c->runs;
	LLVMValueRef last = step_on(g, c64(g, 0), digits[2], r->step[2]);
	LLVMValueRef at = MUL(digit(g, &last, r->planes), c64(g, r->plane));

	at = ADD(at, last);
	for (int d = 1; d >= 0; d--)
		at = step_on(g, at, digits[d], r->step[d]);
	return step_on(g, at, digits[3], x->c->rows_m);
}

/* The next place's digits: no division a row, which a symbolic one takes long for. */
static void digits_on(struct gen *g, const struct contraction *x, LLVMValueRef *digits)
{
	LLVMValueRef more = c64(g, 1), zero = c64(g, 0);

	for (int d = 2; d >= 0; d--) {
		LLVMValueRef places = gen_extent(g, x->c->runs.places[d]);
		gen_here(g);
		LLVMValueRef next = ADD(digits[d], more), wraps = ICMP(EQ, next, places);
		digits[d] = SELECT(wraps, zero, next);
		more = LLVMBuildZExt(g->b, wraps, g->i64, "");
	}
	digits[3] = ADD(digits[3], more);
}

void runs_places(struct gen *g, struct contraction *x)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	l->ncarried = 4;
	l->carried[3] = x->m0;
	for (int d = 2; d >= 0; d--)
		l->carried[d] = digit(g, &l->carried[3], x->c->runs.places[d]);
	loop_begin(g, l, c64(g, 0), x->mrows, 1);
	LLVMValueRef at = place_at(g, x, l->carried);
	LLVMBuildStore(g->b, at, gep(g, g->i64, x->row_at, l->iv));
	digits_on(g, x, l->carried);
	loop_end(g, l);
}

/* A row's part of a run: its first element's number, and where it goes. */
struct run_copy {
	struct lanes lanes;
	struct contraction *x;
	LLVMValueRef from, to;
};

/* Of a word's elements. */
static LLVMTypeRef part_type(struct gen *g, const struct contraction *x)
{
	return x->unit == 1 ? x->word : x->unit == 2 ? g->i16 : g->i8;
}

static void run_vector(struct gen *g, struct lanes *s, struct ix j)
{
	struct run_copy *c = (struct run_copy *)s;
	struct ix at = ix_lanes(ADD(c->from, j.v), g->depth, 1, INT64_MAX);
	LLVMValueRef v = contract_elements(g, c->x, false, at);

	gen_here(g);
	LLVMValueRef store = LLVMBuildStore(g->b, v, gep(g, part_type(g, c->x), c->to, j.v));
	LLVMSetAlignment(store, c->x->bytes / c->x->unit);
}

/* n elements; known, unless they are a part of a run that has a shorter one. */
static void run_row(struct gen *g, struct run_copy *c, LLVMValueRef n)
{
	int64_t run = LLVMIsAConstantInt(n) ? LLVMConstIntGetSExtValue(n) : 0;

	if (run >= LANES) {
		for (int64_t j = 0; j < run; j += LANES) {
			gen_here(g);
			int64_t at = j + LANES <= run ? j : run - LANES;
			run_vector(g, &c->lanes, ix_scalar(c64(g, at), g->depth, 1, INT64_MAX));
		}
		return;
	}
	c->lanes = (struct lanes){ .lo = c64(g, 0), .hi = n, .level = g->depth, .align = LANES,
		.max = INT64_MAX, .fn = run_vector };
	lanes_loop(g, &c->lanes);
}

/* Where run number i of the batch begins. */
static LLVMValueRef run_at(struct gen *g, struct contraction *x, LLVMValueRef i)
{
	const struct contract_runs *r = &x->c->runs;
	LLVMValueRef at = batch_offset(g, x, x->c->rows_batch, x->c->rows_at);

	for (int d = PLAN_RUNS - 1; d >= 0; d--)
		at = step_on(g, at, digit(g, &i, r->runs[d]), r->pitch[d]);
	return at;
}

void copy_runs(struct gen *g, struct contraction *x, LLVMValueRef kb, LLVMValueRef kn)
{
	int64_t run = x->c->runs.run;
	bool whole = run <= x->run_block;
	int64_t odd = x->c->k % x->unit;
	struct loop *l = job_alloc(g->job, sizeof *l), *r = job_alloc(g->job, sizeof *r);
	struct run_copy c = { .x = x };

	gen_here(g);
	LLVMValueRef runs = c64(g, run), first = kb, inside = digit(g, &first, run);
	LLVMValueRef count = whole ? LLVMBuildUDiv(g->b, kn, runs, "") : c64(g, 1);
	loop_begin(g, l, c64(g, 0), count, 1);
	gen_here(g);
	LLVMValueRef at = ADD(run_at(g, x, ADD(first, l->iv)), inside);
	LLVMValueRef behind = MUL(l->iv, runs);
	loop_begin(g, r, c64(g, 0), x->mrows, 1);
	gen_here(g);
	LLVMValueRef place = gep(g, g->i64, x->row_at, r->iv);
	c.from = ADD(at, LLVMBuildLoad2(g->b, g->i64, place, ""));
	LLVMValueRef row = MUL(r->iv, c64(g, x->rows_m * x->unit));
	c.to = gep(g, part_type(g, x), x->rows_copy, ADD(row, behind));
	run_row(g, &c, whole ? runs : kn);
	gen_here(g);
	/* a part of a word is left: of whole runs, the last one's */
	for (int64_t i = 0; odd && i < x->unit - odd; i++) {
		LLVMValueRef to = gep(g, part_type(g, x), c.to, ADD(runs, c64(g, i)));
		LLVMBuildStore(g->b, LLVMConstNull(part_type(g, x)), to);
	}
	loop_end(g, r);
	loop_end(g, l);
}

/* ---- k counts places ------------------------------------------------------------------------- */

void places_begin(struct gen *g, struct contraction *x)
{
	int64_t lines = x->pad / LANES;

	x->rows_elem = x->word;
	x->rows_type = x->c->acc;
	x->rows_m = 1;
	/* no power of two: lines would share cache sets */
	x->rows_k = (lines % 2 ? lines : lines + 1) * LANES;
	x->rows_copy = gen_scratch(g, (size_t)(CONTRACT_SUM * x->rows_k) * x->bytes);
}

/* Places [lo, hi) of the block, which are places side by side of the image, from number *digits on,
 * into lines of the copy. */
static void copy_line(struct gen *g, struct contraction *x, LLVMValueRef *digits,
	LLVMValueRef behind, LLVMValueRef lo, LLVMValueRef hi)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct run_copy c = { .x = x };
	LLVMValueRef step = gen_extent(g, x->c->runs.step[2]);

	gen_here(g);
	l->ncarried = 1;
	l->carried[0] = ADD(behind, place_at(g, x, digits));
	loop_begin(g, l, lo, hi, 1);
	gen_here(g);
	c.from = l->carried[0];
	c.to = gep(g, x->word, x->rows_copy, MUL(l->iv, c64(g, x->rows_k)));
	run_row(g, &c, x->mrows);
	gen_here(g);
	l->carried[0] = ADD(l->carried[0], step);
	loop_end(g, l);
}

/* Line by line of the image: of the first one, places from some number on. */
void copy_places(struct gen *g, struct contraction *x, LLVMValueRef kb, LLVMValueRef kn)
{
	LLVMValueRef batch = batch_offset(g, x, x->c->rows_batch, x->c->rows_at);
	LLVMValueRef line = gen_extent(g, x->c->runs.places[2]), one;
	struct loop *l = job_alloc(g->job, sizeof *l);

	gen_here(g);
	LLVMValueRef first = ADD(batch, x->m0), zero = c64(g, 0);
	l->ncarried = 5;
	l->carried[3] = kb;
	for (int d = 2; d >= 0; d--)
		l->carried[d] = digit(g, &l->carried[3], x->c->runs.places[d]);
	gen_here(g);
	one = LLVMBuildZExt(g->b, ICMP(EQ, line, zero), g->i64, "");
	LLVMValueRef lines = SUB(ADD(ADD(l->carried[2], kn), line), c64(g, 1));
	lines = LLVMBuildUDiv(g->b, lines, ADD(line, one), "");
	l->carried[4] = zero;
	loop_begin(g, l, zero, lines, 1);
	gen_here(g);
	LLVMValueRef lo = l->carried[4];
	LLVMValueRef hi = min_signed(g, kn, ADD(lo, SUB(line, l->carried[2])));
	copy_line(g, x, l->carried, first, lo, hi);
	gen_here(g);
	l->carried[2] = SUB(line, c64(g, 1));    /* the place before the next line's first */
	digits_on(g, x, l->carried);
	l->carried[4] = hi;
	loop_end(g, l);
}
