/* contract_block.c -- the products of a chunk's rows with a group of columns, block of k by block:
 * what the head of contract.c has within "for each group of columns". */
#include "gen/contract_impl.h"

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
	LLVMValueRef rows = gep(g, x->rows_elem, o->rows, row_at(g, x, l->iv, rows_m));
	LLVMValueRef ahead = gep(g, x->rows_elem, rows, MUL(c64(g, step), rows_m));
	if (o->lies) {
		LLVMValueRef at = MUL(ADD(l->iv, c64(g, step)), o->lies_m);
		ahead = gep(g, x->rows_elem, o->lies, at);
	}
	LLVMValueRef args[P_COUNT] = {
		[P_ROWS] = rows,
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
		[P_AHEAD] = ahead,
		[P_AHEAD_M] = o->lies ? o->lies_m : rows_m,
	};
	if (x->tiles && x->rows_ahead)
		args[P_BEHIND] = ADD(args[P_BEHIND], MUL(l->iv, SUB(o->each, rows_m)));
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
		whole = SUB(hi, LLVMBuildURem(g->b, SUB(hi, from), c64(g, CONTRACT_SOME_ROWS), ""));
		call_tiles(g, x, tile, CONTRACT_SOME_ROWS, from, whole, o);
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
	if (x->strips_copied) {
		branch_begin(g, &b, ICMP(EQ, p, c64(g, 0)));
		copy_strip(g, x, o->at, o->k, &(struct share){ l->iv, hi });
		branch_end(g, &b);
	}
	branch_begin(g, &b, last);
	contract_finish_ahead(g, &one, l->iv, hi);
	branch_end(g, &b);
	call_rows(g, x, o, one.nv, l->iv, hi);
	branch_begin(g, &b, last);
	contract_finish(g, &one, l->iv, hi);
	branch_end(g, &b);
	loop_end(g, l);
}

/* The block's rows behind its whole squares, from their copy. */
static void call_tail(
	struct gen *g, struct contraction *x, const struct operands *o, LLVMValueRef whole)
{
	struct contraction *t = x->tail;
	struct operands rest = *o;

	gen_here(g);
	LLVMValueRef before = MUL(whole, c64(g, -t->rows_m));
	rest.rows = gep(g, t->rows_elem, t->rows_copy, before);
	call_tiles(g, t, t->tile, CONTRACT_SQUARE, whole, x->mrows, &rest);
}

/* Their copy, kn words of k of them; R's first one of the block is number `at`. */
static void copy_tail(struct gen *g, struct contraction *x, LLVMValueRef at, LLVMValueRef kn)
{
	LLVMValueRef rows_m = gen_extent(g, x->c->rows_m);
	struct contraction rest = *x;
	struct branch b;

	gen_here(g);
	LLVMValueRef whole = AND(x->mrows, c64(g, -CONTRACT_SQUARE));
	rest.mrows = SUB(x->mrows, whole);
	rest.rows_copy = x->tail->rows_copy;
	rest.rows_m = x->tail->rows_m;
	rest.rows_k = x->tail->rows_k;
	branch_begin(g, &b, ICMP(SGT, rest.mrows, c64(g, 0)));
	gen_here(g);
	copy_rows(g, &rest, ADD(at, MUL(whole, rows_m)), kn);
	branch_end(g, &b);
}

/* All rows of the block; of long spans one after the other, for a tile has rows of one. */
static void call_all(
	struct gen *g, struct contraction *x, const struct operands *o, LLVMValueRef left)
{
	struct loop *l = job_alloc(g->job, sizeof *l);

	if (x->tail) {
		LLVMValueRef whole = AND(x->mrows, c64(g, -CONTRACT_SQUARE));
		call_rows(g, x, o, left, c64(g, 0), whole);
		call_tail(g, x, o, whole);
		return;
	}
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
	LLVMValueRef cols = gen_buffer(g, x->cols_buffer), k, n, i;

	gen_here(g);
	if (x->by_panel)
		return x->panels;
	if (x->panels)
		return gep(g, x->word, x->panels, MUL(p, c64(g, CONTRACT_DEPTH * x->cols)));
	if (x->direct)
		return columns_at(g, x, p, kb);
	k = gen_extent(g, x->c->k);
	n = gen_extent(g, x->c->n);
	gen_here(g);
	i = ADD(LLVMBuildUDiv(g->b, x->n0, c64(g, x->cols), ""), p);
	i = ADD(i, MUL(panel_batch(g, x), ceil_div(g, n, x->cols)));
	if (x->c->word > 1) {
		LLVMValueRef words = gen_extent(g, x->c->words);
		gen_here(g);
		kb = LLVMBuildUDiv(g->b, kb, c64(g, x->c->word), "");
		i = MUL(ADD(MUL(i, words), kb), c64(g, x->cols));
		return gep(g, x->word, cols, i);
	}
	i = MUL(ADD(MUL(i, k), kb), c64(g, x->cols));
	return gep(g, mem_type(g, x->c->cols_type), cols, i);
}

/* What the panel after p of the group's `panels` is made of: its next one, else the first one's
 * next words, else the next group's first one. */
static LLVMValueRef panel_next(struct gen *g, struct contraction *x, LLVMValueRef p,
	LLVMValueRef panels, LLVMValueRef kb, LLVMValueRef kn)
{
	const struct contract *c = x->c;
	LLVMValueRef n = c->n == CONTRACT_CUT ? x->n0 : gen_extent(g, c->n), zero = c64(g, 0), at;
	LLVMValueRef cols = gen_buffer(g, x->cols_buffer), k = x->k_hi;

	gen_here(g);
	LLVMValueRef after = ADD(p, c64(g, 1)), last = ICMP(SGE, after, panels);
	LLVMValueRef end = ADD(kb, MUL(kn, c64(g, x->bands))), done = ICMP(SGE, end, k);
	LLVMValueRef from = SELECT(last, SELECT(done, zero, end), kb);
	if (!x->panels)
		return panel_at(g, x, SELECT(last, SELECT(done, panels, zero), after), from);
	LLVMValueRef group = ADD(x->n0, x->nv);
	group = SELECT(done, SELECT(ICMP(SLT, group, n), group, zero), x->n0);
	after = SELECT(last, group, ADD(x->n0, MUL(after, c64(g, x->cols))));
	at = batch_offset(g, x, c->cols_batch, c->cols_at);
	at = ADD(at, MUL(from, c64(g, c->cols_k)));
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

/* Of AMX's squares, which share out the block of rows behind theirs: where that of panel p's
 * begins, from the block at kb on, and o->each, elements that each row of them has. */
static LLVMValueRef squares_behind(struct gen *g, struct contraction *x, struct operands *o,
	LLVMValueRef p, LLVMValueRef kb, LLVMValueRef kn)
{
	const struct contract *c = x->c;
	LLVMValueRef rows = c64(g, c->m_block), next = MUL(rows, ADD(c64(g, c->rows_m), kb));

	o->each = LLVMBuildUDiv(g->b, kn, c64(g, square_sharers(x)), "");
	return ADD(SUB(next, kb), MUL(p, MUL(rows, o->each)));
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
	struct operands o = { .at = at };

	gen_here(g);
	o.rows = gep(g, mem_type(g, x->c->rows_type), buffer, at);
	if (x->panels && !x->by_panel)
		copy_group(g, x, kb, kn);
	if (x->row_at)
		copy_runs(g, x, kb, kn);
	else if (x->c->runs.by_k)
		copy_places(g, x, kb, kn);
	else if (x->rows_copy && !x->strips_copied)
		copy_rows(g, x, at, kn);
	if (x->tail)
		copy_tail(g, x, at, kn);
	LLVMValueRef lies = o.rows, lies_m = gen_extent(g, x->c->rows_m);
	if (x->rows_copy)
		o.rows = x->rows_copy;
	gen_here(g);
	o.k = x->unit == 1 ? kn : ceil_div(g, kn, x->unit);
	o.first = ICMP(EQ, kb, x->k_lo);
	sum_block(g, x, &o, kn, last);
	gen_here(g);
	LLVMValueRef panels = ceil_div(g, x->nv, x->cols);
	LLVMValueRef behind = x->rows_ahead && !x->tiles ? rows_behind(g, x, kb, last) : NULL;
	loop_begin(g, p, c64(g, 0), panels, 1);
	if (x->by_panel && !x->packing)
		copy_panel(g, x, p->iv, kb, kn);
	gen_here(g);
	if (x->strips_copied) {
		LLVMValueRef first = ICMP(EQ, p->iv, c64(g, 0));
		o.lies = SELECT(first, lies, o.rows);
		o.lies_m = SELECT(first, lies_m, c64(g, x->rows_m));
	}
	o.behind = NULL;
	if (behind)
		o.behind = SELECT(ICMP(EQ, p->iv, c64(g, 0)), behind, c64(g, 0));
	else if (x->rows_ahead)
		o.behind = squares_behind(g, x, &o, p->iv, kb, kn);
	o.from = x->packing ? columns_at(g, x, p->iv, kb) : NULL;
	o.panel = panel_at(g, x, p->iv, kb);
	o.next = x->ahead.lines ? panel_next(g, x, p->iv, panels, kb, kn) : x->stream;
	o.out = gep(g, x->acc, x->block,
		MUL(p->iv, c64(g, x->pad * x->cols)));
	if (x->strip)
		call_strips(g, x, &o, p->iv, last);
	else
		call_all(g, x, &o, SUB(x->nv, MUL(p->iv, c64(g, x->cols))));
	loop_end(g, p);
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
static void multiply_nothing(struct gen *g, const struct contraction *x)
{
	gen_here(g);
	LLVMValueRef none = ICMP(EQ, x->k_lo, x->k_hi);
	clear(g, x, x->block, x->pad * x->group, none);
	if (x->flips)
		clear(g, x, x->sum_parts, x->pad * LANES, none);
}

/* The same, k in blocks of what one accumulator sums. */
static void multiply_plain(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;
	LLVMValueRef rows_k = gen_extent(g, c->rows_k), rows_m = gen_extent(g, c->rows_m);
	LLVMValueRef rows_at = batch_offset(g, x, c->rows_batch, c->rows_at), k = x->k_hi;
	struct loop *l = job_alloc(g->job, sizeof *l);
	int64_t depth = contract_sum(x) * x->unit;

	if (c->k < 0)
		multiply_nothing(g, x);
	loop_begin(g, l, x->k_lo, k, depth);
	gen_here(g);
	LLVMValueRef kb = l->iv, kn = min_signed(g, SUB(k, kb), c64(g, depth));
	LLVMValueRef at = ADD(rows_at, ADD(MUL(x->m0, rows_m), MUL(kb, rows_k)));
	multiply_block(g, x, at, kb, kn, ICMP(SGE, ADD(kb, c64(g, depth)), k));
	loop_end(g, l);
}

void contract_multiply(struct gen *g, struct contraction *x)
{
	if (x->c->span)
		multiply_bands(g, x);
	else if (x->row_at)
		multiply_runs(g, x);
	else
		multiply_plain(g, x);
}
