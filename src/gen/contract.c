/* contract.c -- CORE_contract: C[b,m,n] = sum over k of R[b,m,k] * V[b,k,n], then the body over C.
 *
 *   a chunk:  for each group of columns, some panels
 *               for each block of SUM of k                  R's block of rows: second-level cache
 *                 (R where it is narrow, or lies along m: copy the block's part, converted)
 *                 for each panel of the group               V's panel, SUM rows of it:
 *                 first-level cache
 *                   (V as it lies: the first tile packs the panel's part as it reads it; else it
 *                   is copied, converted, into scratch; for few rows that of all panels, before)
 *                   for each tile of `rows` rows            C's tile: registers
 *                     tile += R's scalars x V's vectors
 *                     behind the last block of k, of many rows: the body over the tile's of C
 *               else the body over the group's columns of C, from scratch
 *
 * A sum runs over SUM of k in order in one accumulator, by FMA where the machine has it, and the
 * sums of the blocks are added in order: its bits depend on nothing else, and its error grows with
 * SUM + k / SUM instead of k: of 128 it is no larger than that of the libraries eager torch
 * calls, of 256 it was a quarter more.  Few rows whose columns lie along k have no tiles, and other
 * sums (contract_line.c). */
#include "gen/contract_impl.h"

#define SHARED_BYTES (4 << 20)           /* of R that threads may all read: their cache keeps it */
#define SOME_ROWS 4                      /* of a tile that takes as long as one of a single row */

/* ---- one group of columns ------------------------------------------------------------------- */

LLVMValueRef in_panels(
	struct gen *g, const struct contraction *x, LLVMValueRef j, LLVMValueRef i, int64_t rows)
{
	LLVMValueRef cols = c64(g, x->cols), p = LLVMBuildUDiv(g->b, j, cols, "");

	return ADD(MUL(p, c64(g, rows * x->cols)),
		ADD(MUL(i, cols), LLVMBuildURem(g->b, j, cols, "")));
}

/* at + the batch indices by their strides, in elements. */
LLVMValueRef batch_offset(struct gen *g, const struct contraction *x, const int64_t *strides,
	int64_t at)
{
	LLVMValueRef e = gen_extent(g, at), s;

	for (uint32_t i = 0; i < x->c->nbatch; i++) {
		s = gen_extent(g, strides[i]);
		gen_here(g);
		e = ADD(e, MUL(x->batches[i].v, s));
	}
	gen_here(g);
	return e;
}

/* Where row m of the block lies behind its first one; m: the first row of a tile. */
static LLVMValueRef row_at(
	struct gen *g, const struct contraction *x, LLVMValueRef m, LLVMValueRef rows_m)
{
	const struct contract *c = x->c;

	if (!c->span)
		return MUL(m, rows_m);
	LLVMValueRef span = c64(g, c->span), line = LLVMBuildUDiv(g->b, m, span, "");
	return ADD(MUL(line, c64(g, c->span_pitch)), MUL(SUB(m, MUL(line, span)), rows_m));
}

void call_tiles(struct gen *g, struct contraction *x, LLVMValueRef fn, uint32_t step,
	LLVMValueRef lo, LLVMValueRef hi, const struct operands *o)
{
	LLVMValueRef rows_m = gen_extent(g, x->rows_m), rows_k = gen_extent(g, x->rows_k);
	struct loop *l = job_alloc(g->job, sizeof *l);

	loop_begin(g, l, lo, hi, step);
	gen_here(g);
	if (o->from && fn == x->tile)
		fn = SELECT(ICMP(EQ, l->iv, c64(g, 0)), x->packing, fn);
	LLVMValueRef number = LLVMBuildUDiv(g->b, l->iv, c64(g, x->rows ? x->rows : step), "");
	LLVMValueRef args[P_COUNT] = {
		[P_ROWS] = gep(g, x->rows_elem, o->rows, row_at(g, x, l->iv, rows_m)),
		[P_PANEL] = o->panel,
		[P_NEXT] = o->next ? o->next : LLVMConstNull(g->ptr),
		[P_PART] = MUL(number, c64(g, x->ahead.lines)),
		[P_OUT] = gep(g, x->acc, o->out, MUL(l->iv, c64(g, x->cols))),
		[P_K] = o->k,
		[P_FIRST] = o->first,
		[P_ROWS_M] = rows_m,
		[P_ROWS_K] = rows_k,
		[P_FROM] = o->from ? o->from : LLVMConstNull(g->ptr),
		[P_BEHIND] = o->behind ? o->behind : c64(g, 0),
	};
	LLVMBuildCall2(g->b, tile_type(g), fn, args, P_COUNT, "");
	loop_end(g, l);
}

/* The narrowest of a panel's tiles that has its `left` columns which exist. */
static LLVMValueRef tile_for(
	struct gen *g, LLVMValueRef left, const LLVMValueRef *narrow, LLVMValueRef tile)
{
	for (unsigned i = CONTRACT_NARROWS; i-- > 0;) {
		LLVMValueRef columns = c64(g, (i + 1) * PLAN_NARROW);
		if (narrow[i])
			tile = SELECT(ICMP(SLE, left, columns), narrow[i], tile);
	}
	return tile;
}

/* Rows [lo, hi) of the block, in a panel of which `left` columns exist. */
static void call_rows(struct gen *g, struct contraction *x, const struct operands *o,
	LLVMValueRef left, LLVMValueRef lo, LLVMValueRef hi)
{
	LLVMValueRef whole = hi, tile, tail;

	gen_here(g);
	tile = tile_for(g, left, x->narrow, x->tile);
	if (x->tail_rows)
		whole = SUB(hi, LLVMBuildURem(g->b, SUB(hi, lo), c64(g, x->rows), ""));
	call_tiles(g, x, tile, x->rows, lo, whole, o);
	if (!x->tail_rows)
		return;
	if (x->some_tile) {
		LLVMValueRef from = whole;
		gen_here(g);
		tile = tile_for(g, left, x->narrow_some, x->some_tile);
		whole = SUB(hi, LLVMBuildURem(g->b, SUB(hi, from), c64(g, SOME_ROWS), ""));
		call_tiles(g, x, tile, SOME_ROWS, from, whole, o);
	}
	gen_here(g);
	tail = tile_for(g, left, x->narrow_tail, x->tail_tile);
	call_tiles(g, x, tail, x->tail_rows, whole, hi, o);
}

struct contraction one_panel(struct gen *g, const struct contraction *x, LLVMValueRef p)
{
	struct contraction one = *x;
	LLVMValueRef cols = c64(g, x->cols), before = MUL(p, cols);

	one.n0 = ADD(x->n0, before);
	one.nv = min_signed(g, SUB(x->nv, before), cols);
	if (LLVMIsAConstantInt(x->nv) && LLVMConstIntGetZExtValue(x->nv) % (uint64_t)x->cols == 0)
		one.nv = cols;
	one.block = gep(g, x->acc, x->block, MUL(before, c64(g, x->pad)));
	return one;
}

/* All rows of the block in panel p, and what is computed on them where the products are the `last`
 * ones: while they are near, and beside the next ones' multiplication. */
static void call_strips(struct gen *g, struct contraction *x, const struct operands *o,
	LLVMValueRef p, LLVMValueRef last)
{
	struct loop *l = job_alloc(g->job, sizeof *l);
	struct branch b;

	gen_here(g);
	struct contraction one = one_panel(g, x, p);
	loop_begin(g, l, c64(g, 0), x->mrows, x->strip);
	gen_here(g);
	LLVMValueRef hi = min_signed(g, ADD(l->iv, c64(g, x->strip)), x->mrows);
	branch_begin(g, &b, last);
	contract_finish_ahead(g, &one, l->iv, hi);
	branch_end(g, &b);
	call_rows(g, x, o, one.nv, l->iv, hi);
	branch_begin(g, &b, last);
	contract_finish(g, &one, l->iv, hi);
	branch_end(g, &b);
	loop_end(g, l);
}

/* All rows of the block; of long spans one after the other, for a tile has rows of one. */
static void call_all(
	struct gen *g, struct contraction *x, const struct operands *o, LLVMValueRef left)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	if (x->c->span <= x->rows) {
		call_rows(g, x, o, left, c64(g, 0), x->mrows);
		return;
	}
	loop_begin(g, l, c64(g, 0), x->mrows, x->c->span);
	gen_here(g);
	call_rows(g, x, o, left, l->iv, ADD(l->iv, c64(g, x->c->span)));
	loop_end(g, l);
}

/* V as it lies, in panel number p of the group, from element kb of k on. */
static LLVMValueRef columns_at(
	struct gen *g, struct contraction *x, LLVMValueRef p, LLVMValueRef kb)
{
	LLVMValueRef cols = gen_buffer(g, x->cols_buffer);

	gen_here(g);
	LLVMValueRef i = batch_offset(g, x, x->c->cols_batch, x->c->cols_at);
	i = ADD(i, ADD(MUL(kb, c64(g, x->c->cols_k)), x->n0));
	i = ADD(i, MUL(p, c64(g, x->cols)));
	return gep(g, mem_type(g, x->c->cols_type), cols, i);
}

/* Which of the matrices that are packed is the chunk's. */
static LLVMValueRef panel_batch(struct gen *g, const struct contraction *x)
{
	uint32_t shared = x->c->cols_shared;
	LLVMValueRef at = c64(g, 0);

	if (!shared)
		return x->batch;
	for (uint32_t i = shared; i < x->c->nbatch; i++)
		at = step_on(g, x->batches[i].v, at, x->c->batch[i]);
	return at;
}

LLVMValueRef panel_at(struct gen *g, struct contraction *x, LLVMValueRef p, LLVMValueRef kb)
{
	LLVMValueRef k = gen_extent(g, x->c->k), n = gen_extent(g, x->c->n), i;
	LLVMValueRef cols = gen_buffer(g, x->cols_buffer);

	gen_here(g);
	if (x->by_panel)
		return x->panels;
	if (x->panels)
		return gep(g, x->word, x->panels, MUL(p, c64(g, CONTRACT_DEPTH * x->cols)));
	if (x->direct)
		return columns_at(g, x, p, kb);
	i = ADD(LLVMBuildUDiv(g->b, x->n0, c64(g, x->cols), ""), p);
	i = ADD(i, MUL(panel_batch(g, x), ceil_div(g, n, x->cols)));
	if (x->c->word > 1) {
		kb = LLVMBuildUDiv(g->b, kb, c64(g, x->c->word), "");
		i = MUL(ADD(MUL(i, c64(g, x->c->words)), kb), c64(g, x->cols));
		return gep(g, x->word, cols, i);
	}
	i = MUL(ADD(MUL(i, k), kb), c64(g, x->cols));
	return gep(g, mem_type(g, x->c->cols_type), cols, i);
}

/* What the panel after p of the group's `panels` is made of: packed, its next, else the first one's
 * next words, else the next group's first one; else V's part of panel p in the next block of k, or
 * of the next group. */
static LLVMValueRef panel_next(struct gen *g, struct contraction *x, LLVMValueRef p,
	LLVMValueRef panels, LLVMValueRef kb, LLVMValueRef kn)
{
	const struct contract *c = x->c;
	LLVMValueRef k = gen_extent(g, c->k), n = gen_extent(g, c->n), zero = c64(g, 0), at;
	LLVMValueRef cols = gen_buffer(g, x->cols_buffer);

	gen_here(g);
	LLVMValueRef after = ADD(p, c64(g, 1)), last = ICMP(SGE, after, panels);
	LLVMValueRef end = ADD(kb, MUL(kn, c64(g, x->bands))), done = ICMP(SGE, end, k);
	if (!x->panels) {
		after = SELECT(last, SELECT(done, panels, zero), after);
		end = SELECT(last, SELECT(done, zero, end), kb);
		return panel_at(g, x, after, end);
	}
	after = ADD(x->n0, c64(g, x->group));
	after = SELECT(done, SELECT(ICMP(SLT, after, n), after, zero), x->n0);
	after = ADD(after, MUL(p, c64(g, x->cols)));
	at = batch_offset(g, x, c->cols_batch, c->cols_at);
	at = ADD(at, MUL(SELECT(done, zero, end), c64(g, c->cols_k)));
	at = ADD(at, MUL(after, c64(g, c->cols_n)));
	return gep(g, mem_type(g, c->cols_type), cols, at);
}

/* Panel p of the group alone, into the one place there is for all: it is gone through before the
 * next, and the nearest cache holds no more. */
static void copy_panel(struct gen *g, struct contraction *x, LLVMValueRef p, LLVMValueRef kb,
	LLVMValueRef kn)
{
	gen_here(g);
	struct contraction one = one_panel(g, x, p);
	copy_group(g, &one, kb, kn);
}

/* Elements of R from the block at kb to the one that is multiplied after it: its rows' next part of
 * k, else their first one, for other columns, else that of the rows after them. */
static LLVMValueRef rows_behind(
	struct gen *g, struct contraction *x, LLVMValueRef kb, LLVMValueRef last)
{
	const struct contract *c = x->c;
	LLVMValueRef rows_m = gen_extent(g, c->rows_m), first = SUB(c64(g, 0), kb);

	gen_here(g);
	if (!c->n_block || x->by_columns)
		first = ADD(first, MUL(rows_m, c64(g, c->m_block)));
	return SELECT(last, first, c64(g, CONTRACT_SUM * x->unit));
}

/* What the block's rows add to their sums, where bytes flip. */
static void sum_block(struct gen *g, const struct contraction *x, const struct operands *o,
	LLVMValueRef kn, LLVMValueRef last)
{
	struct branch b;

	if (!x->flips)
		return;
	bytes_sum_rows(g, x, o->rows, kn, o->first);
	if (!x->strip)
		return;
	branch_begin(g, &b, last);
	bytes_sums_end(g, x);
	branch_end(g, &b);
}

/* The products of kn elements of k from kb on, R's first one being number `at`, for the group's
 * columns.  last: there are none behind them, if x->strip asks. */
static void multiply_block(struct gen *g, struct contraction *x, LLVMValueRef at, LLVMValueRef kb,
	LLVMValueRef kn, LLVMValueRef last)
{
	struct loop *p = job_alloc(g->job, sizeof *p);
	LLVMValueRef buffer = gen_buffer(g, x->rows_buffer);
	struct operands o;

	gen_here(g);
	o.rows = gep(g, mem_type(g, x->c->rows_type), buffer, at);
	if (x->panels && !x->by_panel)
		copy_group(g, x, kb, kn);
	if (x->row_at)
		copy_runs(g, x, kb, kn);
	else if (x->c->runs.by_k)
		copy_places(g, x, kb, kn);
	else if (x->rows_copy)
		copy_rows(g, x, at, kn);
	if (x->rows_copy)
		o.rows = x->rows_copy;
	gen_here(g);
	o.k = x->unit == 1 ? kn : ceil_div(g, kn, x->unit);
	o.first = ICMP(EQ, kb, c64(g, 0));
	sum_block(g, x, &o, kn, last);
	gen_here(g);
	LLVMValueRef panels = ceil_div(g, x->nv, x->cols);
	LLVMValueRef behind = x->rows_ahead ? rows_behind(g, x, kb, last) : NULL;
	loop_begin(g, p, c64(g, 0), panels, 1);
	if (x->by_panel && !x->packing)
		copy_panel(g, x, p->iv, kb, kn);
	gen_here(g);
	o.behind = NULL;
	if (behind)
		o.behind = SELECT(ICMP(EQ, p->iv, c64(g, 0)), behind, c64(g, 0));
	o.from = x->packing ? columns_at(g, x, p->iv, kb) : NULL;
	o.panel = panel_at(g, x, p->iv, kb);
	o.next = x->ahead.lines ? panel_next(g, x, p->iv, panels, kb, kn) : NULL;
	o.out = gep(g, x->acc, x->block,
		MUL(p->iv, c64(g, x->pad * x->cols)));
	if (x->strip)
		call_strips(g, x, &o, p->iv, last);
	else
		call_all(g, x, &o, SUB(x->nv, MUL(p->iv, c64(g, x->cols))));
	loop_end(g, p);
}

/* The same over bands, all at once where those are short, else one after the other in parts of
 * SUM words or less. */
static void multiply_bands(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;
	struct loop *b = job_alloc(g->job, sizeof *b), *l = job_alloc(g->job, sizeof *l);
	int64_t run = c->k / c->bands, depth = CONTRACT_SUM * x->unit;
	int64_t parts = (run + depth - 1) / depth, part = (run + parts - 1) / parts;
	LLVMValueRef rows_at = batch_offset(g, x, c->rows_batch, c->rows_at);

	part = (part + x->unit - 1) / x->unit * x->unit;
	loop_begin(g, b, c64(g, 0), c64(g, c->bands), x->bands);
	loop_begin(g, l, c64(g, 0), c64(g, run), part);
	gen_here(g);
	LLVMValueRef line = LLVMBuildUDiv(g->b, x->m0, c64(g, c->span), "");
	LLVMValueRef at = ADD(rows_at, MUL(line, c64(g, c->span_pitch)));
	at = ADD(ADD(at, contract_band_at(g, c, b->iv)), l->iv);
	LLVMValueRef kb = ADD(MUL(b->iv, c64(g, run)), l->iv);
	multiply_block(g, x, at, kb, min_signed(g, SUB(c64(g, run), l->iv), c64(g, part)),
		NULL);
	loop_end(g, l);
	loop_end(g, b);
}

/* The same over runs: some whole ones at a time, or one in parts. */
static void multiply_runs(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;
	struct loop *l = job_alloc(g->job, sizeof *l), *p = job_alloc(g->job, sizeof *p);
	int64_t run = c->runs.run, part = x->run_block, all = run < part ? c->k : run;

	loop_begin(g, l, c64(g, 0), c64(g, c->k), all);
	loop_begin(g, p, c64(g, 0), c64(g, all), part);
	gen_here(g);
	LLVMValueRef kn = all % part ? min_signed(g, SUB(c64(g, all), p->iv), c64(g, part))
		: c64(g, part);
	multiply_block(g, x, c64(g, 0), ADD(l->iv, p->iv), kn, NULL);
	loop_end(g, p);
	loop_end(g, l);
}

/* `all` accumulators from `to` on, a multiple of LANES, where `none` is true: zero. */
static void clear(struct gen *g, const struct contraction *x, LLVMValueRef to, int64_t all,
	LLVMValueRef none)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	gen_here(g);
	loop_begin(g, l, c64(g, 0), LLVMBuildSelect(g->b, none, c64(g, all), c64(g, 0), ""), LANES);
	gen_here(g);
	to = gep(g, x->acc, to, l->iv);
	LLVMSetAlignment(LLVMBuildStore(g->b, LLVMConstNull(x->vec), to), (unsigned)x->bytes);
	loop_end(g, l);
}

/* x->block where k, a size known at the call, is 0: there are no products, and no block of k. */
static void multiply_nothing(struct gen *g, const struct contraction *x, LLVMValueRef k)
{
	gen_here(g);
	LLVMValueRef none = ICMP(EQ, k, c64(g, 0));
	clear(g, x, x->block, x->pad * x->group, none);
	if (x->flips)
		clear(g, x, x->sum_parts, x->pad * LANES, none);
}

/* C's rows of the chunk in the group's columns, into x->block. */
static void multiply(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;
	LLVMValueRef k = gen_extent(g, c->k), rows_k = gen_extent(g, c->rows_k),
		     rows_m = gen_extent(g, c->rows_m);
	LLVMValueRef rows_at = batch_offset(g, x, c->rows_batch, c->rows_at);
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t depth = CONTRACT_SUM * x->unit;

	if (c->k < 0)
		multiply_nothing(g, x, k);
	loop_begin(g, l, c64(g, 0), k, depth);
	gen_here(g);
	LLVMValueRef kb = l->iv, kn = min_signed(g, SUB(k, kb), c64(g, depth));
	LLVMValueRef at = ADD(rows_at, ADD(MUL(x->m0, rows_m), MUL(kb, rows_k)));
	multiply_block(g, x, at, kb, kn, ICMP(SGE, ADD(kb, c64(g, depth)), k));
	loop_end(g, l);
}

/* ---- the core ------------------------------------------------------------------------------- */

/* Chunks in a row are one thread's.  A result that lies along m, of a weight's rows, is read by
 * tokens next, which are columns here: those that lie in a row go through R's blocks before the
 * next columns, unless R is so large that each thread wants a part of it alone.  Otherwise every
 * thread had a part of each token, and norms waited for the caches of the others. */
static bool contract_by_columns(const struct contraction *x)
{
	const struct contract *c = x->c;
	bool numbers = c->m > 0 && c->k > 0;

	return numbers && x->along_m && c->n_block && !x->squares &&
	       c->m * c->k <= SHARED_BYTES / (int64_t)dtype_bytes(c->rows_type);
}

/* The chunk's batch, rows and columns: of x->m0, and from *first to *end. */
static void chunk_place(struct gen *g, struct contraction *x, LLVMValueRef chunk,
	LLVMValueRef *first, LLVMValueRef *end)
{
	const struct contract *c = x->c;
	LLVMValueRef m = gen_extent(g, c->m), n = gen_extent(g, c->n), row = NULL;

	gen_here(g);
	LLVMValueRef blocks_m = ceil_div(g, m, c->m_block), column = c64(g, 0);
	*end = n;
	if (x->by_columns) {
		row = LLVMBuildURem(g->b, chunk, blocks_m, "");
		chunk = LLVMBuildUDiv(g->b, chunk, blocks_m, "");
	}
	if (c->n_block) {
		LLVMValueRef blocks_n = ceil_div(g, n, c->n_block);
		column = MUL(LLVMBuildURem(g->b, chunk, blocks_n, ""), c64(g, c->n_block));
		chunk = LLVMBuildUDiv(g->b, chunk, blocks_n, "");
		*end = min_signed(g, n, ADD(column, c64(g, c->n_block)));
	}
	if (!row) {
		row = LLVMBuildURem(g->b, chunk, blocks_m, "");
		chunk = LLVMBuildUDiv(g->b, chunk, blocks_m, "");
	}
	*first = column;
	x->m0 = MUL(row, c64(g, c->m_block));
	x->mrows = min_signed(g, SUB(m, x->m0), c64(g, c->m_block));
	if (c->runs.by_k && c->m % c->m_block == 0)
		x->mrows = c64(g, c->m_block);
	x->batch = chunk;
}

static void contract_chunk(struct gen *g, struct contraction *x, LLVMValueRef chunk)
{
	const struct contract *c = x->c;
	LLVMValueRef first, end;
	struct loop *l = job_alloc(g->job, sizeof *l);

	chunk_place(g, x, chunk, &first, &end);
	ix_delinear(
		g, ix_scalar(x->batch, g->depth, 1, INT64_MAX), c->nbatch, c->batch, x->batches);
	if (x->row_at)
		runs_places(g, x);
	gen_here(g);
	loop_begin(g, l, first, end, x->group);
	gen_here(g);
	x->n0 = l->iv;
	x->nv = min_signed(g, SUB(end, x->n0), c64(g, x->group));
	if (c->n >= 0 && c->n % x->group == 0 && c->n_block % x->group == 0)
		x->nv = c64(g, x->group);
	if (x->lines)
		lines_multiply(g, x);
	else if (x->squares)
		squares_multiply(g, x);
	else if (c->span)
		multiply_bands(g, x);
	else if (x->row_at)
		multiply_runs(g, x);
	else
		multiply(g, x);
	if (!x->strip) {
		bytes_sums_end(g, x);
		contract_finish(g, x, c64(g, 0), x->mrows);
	}
	loop_end(g, l);
}

/* Columns of a group: CONTRACT_GROUP, or what a chunk has where that is less. */
static int64_t group_of(const struct contract *c, int64_t cols)
{
	int64_t n = c->n >= 0 && c->n < CONTRACT_GROUP ? c->n : CONTRACT_GROUP;

	n = c->n_block && c->n_block < n ? c->n_block : n;
	return (n + cols - 1) / cols * cols;
}

/* Are rows of bytes, which a tile would read a word at a time from one set of the nearest cache,
 * copied?  It takes a hundredth of the time of their products with a group's columns. */
static bool contract_copies_bytes(const struct contraction *x)
{
	const struct contract *c = x->c;
	bool far = c->rows_m > 0 && c->rows_m % PLAN_WAY == 0;

	return x->unit == CONTRACT_WORD && !x->tiles && far && c->m_block >= LANES &&
	       x->group >= 2 * x->cols;
}

/* How R is read.  It is copied where a tile would read it slowly: elements to be converted one by
 * one, or far apart; and where its words do not lie whole. */
void contract_rows(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;
	bool narrow = dtype_bytes(c->rows_type) < x->bytes,
	     narrow_words = dtype_bytes(c->rows_type) * x->unit < x->bytes;
	bool along_m = c->rows_m == 1 && c->rows_k != 1;

	x->rows_type = c->rows_type;
	x->rows_elem = mem_type(g, c->rows_type);
	if (c->runs.by_k) {
		places_begin(g, x);
		return;
	}
	if (c->runs.run) {
		runs_begin(g, x);
		return;
	}
	x->rows_m = c->rows_m;
	x->rows_k = c->rows_k < 0 ? c->rows_k : c->rows_k * x->unit;
	if (x->unit > 1) {
		bool whole_rows = c->m >= 0 && c->m % CONTRACT_SQUARE == 0 &&
				  c->m_block % CONTRACT_SQUARE == 0;
		bool whole = x->tiles ? x->whole_tiles && whole_rows : x->whole_words;
		along_m &= !x->tiles;
		if (!narrow_words && c->rows_k == 1 && whole && !contract_copies_bytes(x))
			return;
	} else {
		along_m &= narrow || c->k < 0 || c->k > CONTRACT_DEPTH / 2;
		if (!along_m && !(narrow && c->rows_k == 1))
			return;
		x->rows_type = c->acc;
	}
	x->rows_elem = x->word;
	/* no power of two: rows would share cache sets */
	x->rows_m = along_m ? 1 : CONTRACT_DEPTH + LANES;
	x->rows_k = along_m ? x->pad : 1;
	int64_t words = along_m ? CONTRACT_DEPTH * x->rows_k : x->pad * x->rows_m;
	x->rows_copy = gen_scratch(g, (size_t)words * x->bytes);
}

void contract_words(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;

	x->acc = reg_type(g, c->acc);
	x->vec = lanes_of(x->acc);
	x->bytes = (unsigned)dtype_bytes(c->acc);
	x->unit = contract_unit(c, g->isa, g->k->strict);
	x->word = x->unit == 1 ? x->acc : g->i32;
	x->whole_words = c->k >= 0 && c->k % x->unit == 0;
	x->tiles = contract_has_squares(c, g->isa, g->k->strict) && !x->lines && !c->span &&
		   x->cols == CONTRACT_SQUARE;
	x->flips = x->unit == 4 && contract_flips(c, x->tiles);
	x->whole_tiles = c->k >= 0 && c->k % (LANES * x->unit) == 0;
	g->flushes |= x->unit > 1 && c->acc == DTYPE_f32;
}

/* Tiles for a last panel that is not whole, or may not be. */
static void narrow_tiles(struct gen *g, struct contraction *x)
{
	int64_t n = x->c->n, last = n < 0 ? 0 : n % x->cols;
	struct contraction narrow = *x;

	if (x->cols > PLAN_PANEL)
		return;
	for (int i = 0; i < CONTRACT_NARROWS; i++) {
		narrow.width = (uint32_t)(i + 1) * PLAN_NARROW;
		if (narrow.width >= x->cols ||
			(n >= 0 && (last <= i * PLAN_NARROW || last > narrow.width)))
			continue;
		x->narrow[i] = tile_function(g, &narrow, x->rows);
		if (x->tail_rows)
			x->narrow_tail[i] = tile_function(g, &narrow, x->tail_rows);
		if (x->some_tile)
			x->narrow_some[i] = tile_function(g, &narrow, SOME_ROWS);
	}
}

int64_t contract_depth(const struct contraction *x)
{
	const struct contract *c = x->c;
	int64_t most = CONTRACT_SUM, words = (c->k + x->unit - 1) / x->unit;

	if (x->bands > 1)
		return words;
	if (x->run_block)
		return (x->run_block + x->unit - 1) / x->unit;
	return c->k > 0 && words < most ? words : most;
}

/* A processor follows what lies in a row, but not from one packed panel to the next, which begins
 * long before that is read, nor rows of V, of which a group has a piece each.  What all groups
 * read is near. */
static struct ahead contract_ahead(const struct contraction *x)
{
	const struct contract *c = x->c;
	int64_t words = contract_depth(x), tiles = (c->m_block + x->rows - 1) / x->rows;
	int64_t element = (int64_t)dtype_bytes(c->cols_type), runs = words * x->unit, side = 0;
	bool one_group = c->n >= 0 && c->n <= x->group, one_block = c->k >= 0 && c->k <= runs;
	struct ahead a = { .run = 1, .stride = LINE };

	if (x->direct || c->taps > 1 || (one_group && (x->panels || one_block)))
		return a;
	if (!x->panels) {
		runs = runs * x->cols * element / LINE;
	} else if (!c->cols_packed && c->cols_n == 1 && c->cols_k > 0) {
		side = x->cols * element;
		a.stride = c->cols_k * element;
	} else if (!c->cols_packed && c->cols_k == 1 && c->cols_n > 0) {
		side = runs * element;
		runs = x->cols;
		a.stride = c->cols_n * element;
	} else {
		return a;
	}
	a.run = side > LINE ? side / LINE : 1;
	a.lines = (runs * a.run + tiles - 1) / tiles;
	return a;
}

/* Scratch for V's copy.  Few rows wait for V, which comes faster in long pieces of its rows; of
 * bytes that lie along n a panel has but half a line of each. */
static void contract_panels(struct gen *g, struct contraction *x)
{
	bool half = x->unit == CONTRACT_WORD && !x->c->cols_packed && x->c->cols_n == 1;

	x->by_panel = x->c->m_block > CONTRACT_FEW_ROWS && !half;
	int64_t columns = x->by_panel ? x->cols : x->group;
	x->panels = gen_scratch(g, (size_t)(CONTRACT_DEPTH * columns) * x->bytes);
}

/* Rows of the tile for those that whole ones leave: all of them at once where every block, or every
 * span, or the last block alone has as many. */
static uint32_t contract_tail(const struct contraction *x)
{
	const struct contract *c = x->c;
	int64_t rows = x->rows;

	if (c->span > rows)
		return (uint32_t)(c->span % rows);
	if (c->m < 0 || (c->m_block % rows && c->m % c->m_block))
		return 1;
	return (uint32_t)((c->m_block % rows ? c->m_block : c->m) % rows);
}

/* Are panels packed by their first tile, while it multiplies?  Copied before, they took 3 to 5 % of
 * a large product's time, in which nothing was multiplied. */
static bool contract_packs(const struct contraction *x)
{
	const struct contract *c = x->c;
	int64_t last = c->m >= 0 ? c->m % c->m_block : 1;
	bool lies = x->panels && !c->cols_packed && c->cols_n == 1 && c->cols_k > 0 && c->taps <= 1;
	bool words = x->whole_words && (x->unit == 1 || dtype_bytes(c->cols_type) == 2);

	return x->by_panel && lies && words && !c->span && c->n > 0 && c->n % x->cols == 0 &&
	       c->m_block >= x->rows && (!last || last >= x->rows);
}

/* Rows of a strip: whole tiles, that are squares to turn.  Few rows are near anyway. */
static int64_t contract_strip(const struct contraction *x)
{
	int64_t strip = x->rows;

	if (x->c->m_block <= CONTRACT_FEW_ROWS || x->c->span || x->c->runs.run || x->c->k <= 0)
		return 0;
	while (x->along_m && strip % LANES)
		strip += x->rows;
	return strip;
}

static void contract_tiles(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;

	contract_rows(g, x);
	if (x->tiles) {
		x->rows = CONTRACT_SQUARE;
		if (x->squares) {
			squares_rows(g, x);
			x->strip = CONTRACT_SQUARE;
			return;
		}
		x->tile = square_function(g, x);
		return;
	}
	x->rows = g->isa->rows * g->isa->cols / (uint32_t)x->cols * 4 / x->bytes;
	if (x->direct)
		x->rows = (uint32_t)c->m;
	if (c->tile)
		x->rows = (uint32_t)c->tile;
	x->rows = x->rows < 1 ? 1 : x->rows > CONTRACT_MAX_ROWS ? CONTRACT_MAX_ROWS : x->rows;
	x->tail_rows = contract_tail(x);
	x->ahead = contract_ahead(x);
	x->strip = contract_strip(x);
	x->rows_ahead = x->strip && tile_rows_ahead(x);
	x->tile = tile_function(g, x, x->rows);
	if (x->tail_rows)
		x->tail_tile = tile_function(g, x, x->tail_rows);
	if (x->tail_rows == 1 && c->m < 0 && x->rows > SOME_ROWS)
		x->some_tile = tile_function(g, x, SOME_ROWS);
	if (contract_packs(x)) {
		struct contraction first = *x;
		first.packs = true;
		x->packing = tile_function(g, &first, x->rows);
	}
	narrow_tiles(g, x);
}

/* All that there are, or a line's. */
int64_t contract_bands_at_once(const struct contract *c, int64_t unit)
{
	int64_t most = CONTRACT_DEPTH * 3 / 2 * unit, band = c->k / c->bands;

	if (band > CONTRACT_SUM * unit)
		return 1;
	if (c->k <= most)
		return c->bands;
	return c->pieces > 1 && c->pieces * band <= most ? c->pieces : 1;
}

LLVMValueRef contract_band_at(struct gen *g, const struct contract *c, LLVMValueRef band)
{
	LLVMValueRef pieces = c64(g, c->pieces > 1 ? c->pieces : 1);
	LLVMValueRef line = LLVMBuildUDiv(g->b, band, pieces, ""),
		     piece = SUB(band, MUL(line, pieces));

	return ADD(MUL(line, c64(g, c->band_pitch)), MUL(piece, c64(g, c->piece_pitch)));
}

void core_contract(struct gen *g)
{
	const struct contract *c = &g->k->contract;
	struct contraction *x = job_alloc(g->job, sizeof *x);

	x->c = c;
	x->cols_buffer = 1;
	x->cols = c->panel ? c->panel : PLAN_PANEL;
	x->group = group_of(c, x->cols);
	x->width = (uint32_t)x->cols;
	x->along_m = lanes_along_m(g, c);
	x->lines = contract_is_lines(g, c);
	contract_words(g, x);
	x->squares = x->tiles && contract_is_squares(c);
	x->by_columns = contract_by_columns(x);
	if (x->squares)
		x->group = squares_group(x);
	int64_t step = x->tiles ? CONTRACT_SQUARE : LANES;
	x->pad = (c->m_block + step - 1) / step * step;
	x->bands = c->span ? contract_bands_at_once(c, x->unit) : 1;
	x->block = gen_scratch(g, (size_t)x->pad * (size_t)x->group * x->bytes);
	if (c->taps > 1)
		x->taps = gen_data(g, c->tap, c->taps * sizeof *c->tap, sizeof *c->tap);
	x->direct = x->cols > PLAN_PANEL;
	bool as_packed = c->cols_packed && (x->unit == 1 || c->word == x->unit);
	if (!x->direct && !x->lines && !as_packed)
		contract_panels(g, x);
	x->panel_type = x->panels ? c->acc : c->cols_type;
	if (x->lines)
		lines_rows(g, x);
	else
		contract_tiles(g, x);
	bytes_sums_begin(g, x);
	int64_t turned = x->strip ? x->strip * x->cols : x->pad * x->group;
	if (x->along_m)
		x->turned = gen_scratch(g, (size_t)turned * x->bytes);
	if (x->tiles)
		square_begin(g);
	struct loop *l = job_alloc(g->job, sizeof *l);
	loop_begin(g, l, LLVMGetParam(g->fn, 1), LLVMGetParam(g->fn, 2), 1);
	contract_chunk(g, x, l->iv);
	loop_end(g, l);
	if (x->tiles)
		square_end(g);
	gen_end_function(g);
}
