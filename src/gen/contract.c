/* contract.c -- CORE_contract: C[b,m,n] = sum over k of R[b,m,k] * V[b,k,n], then the body over C.
 *
 *   a chunk:  for each group of columns, some panels
 *               for each block of SUM of k                  R's block of rows: second-level cache
 *                 (R where it is narrow, or lies along m: copy the block's part, converted)
 *                 (rows along k that many columns meet: the first panel's tiles copy theirs)
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
 * calls, of 256 it was a quarter more.  (AMX sums 256 pairs where rows pass the cache by.)  Few
 * rows whose columns lie along k have no tiles, and other sums (contract_line.c); of few whose
 * columns lie along n, a chunk has a part of k, whose sums another kernel adds
 * (contract_stream.c). */
#include "gen/contract_impl.h"

#define STRIP_PANELS 4                   /* of a group, at least, that strips of R are copied for */
#define MERGED_COLUMNS 512               /* of blocks that are made as one, at most */
#define SUM_DEEP 256                     /* CONTRACT_SUM of AMX's whose rows pass the cache by */
#define NEAREST_BYTES (48 << 10)         /* of the nearest cache */
#define SHARING_PITCH (1 << 10)          /* bytes between rows that share its sets */
#define NEAR_ROWS (1 << 20)              /* bytes of a block of rows that the second cache keeps */
#define SHARED_BYTES (4 << 20)           /* of R that threads may all read: their cache keeps it */

/* Chunks in a row are one thread's.  A result that lies along m, of a weight's rows, is read by
 * tokens next, which are columns here: those that lie in a row go through R's blocks before the
 * next columns, unless R is so large that each thread wants a part of it alone.  Otherwise every
 * thread had a part of each token, and norms waited for the caches of the others. */
static bool contract_by_columns(const struct contraction *x)
{
	const struct contract *c = x->c;
	bool numbers = c->m > 0 && c->k > 0;

	return numbers && x->along_m && c->n_block && !x->tiles &&
	       c->m * c->k <= SHARED_BYTES / (int64_t)dtype_bytes(c->rows_type);
}

/* The end of the columns of a chunk that begin at `first` and are number `i` of its rows': those of
 * the chunks after it too, which then have none. */
static LLVMValueRef merged_end(struct gen *g, const struct contraction *x, LLVMValueRef chunk,
	LLVMValueRef i, LLVMValueRef first)
{
	LLVMValueRef begin = LLVMGetParam(g->fn, 1), end = LLVMGetParam(g->fn, 2);
	LLVMValueRef in = LLVMBuildURem(g->b, i, c64(g, x->merged), "");
	LLVMValueRef leads = OR(ICMP(EQ, in, c64(g, 0)), ICMP(EQ, chunk, begin));
	LLVMValueRef all = min_signed(g, SUB(c64(g, x->merged), in), SUB(end, chunk));

	return ADD(first, SELECT(leads, MUL(all, c64(g, x->c->n_block)), c64(g, 0)));
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
		LLVMValueRef i = LLVMBuildURem(g->b, chunk, blocks_n, "");
		column = MUL(i, c64(g, c->n_block));
		*end = ADD(column, c64(g, c->n_block));
		if (x->merged > 1)
			*end = merged_end(g, x, chunk, i, column);
		*end = min_signed(g, n, *end);
		chunk = LLVMBuildUDiv(g->b, chunk, blocks_n, "");
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

	if (c->groups == GROUPS_rows || c->groups == GROUPS_cols)
		group_place(g, x, chunk, &first, &end);
	else
		chunk_place(g, x, chunk, &first, &end);
	ix_delinear(
		g, ix_scalar(x->batch, g->depth, 1, INT64_MAX), c->nbatch, c->batch, x->batches);
	if (x->row_at)
		runs_places(g, x);
	x->k_lo = c64(g, 0);
	if (c->groups == GROUPS_k)
		group_k(g, x);
	else
		x->k_hi = gen_extent(g, c->k);
	gen_here(g);
	loop_begin(g, l, first, end, x->group);
	gen_here(g);
	x->n0 = l->iv;
	x->nv = min_signed(g, SUB(end, x->n0), c64(g, x->group));
	if (c->n >= 0 && c->n % x->group == 0 && c->n_block % x->group == 0)
		x->nv = c64(g, x->group);
	if (x->lines)
		lines_multiply(g, x);
	else
		contract_multiply(g, x);
	if (!x->strip) {
		bytes_sums_end(g, x);
		contract_finish(g, x, c64(g, 0), x->mrows);
	}
	loop_end(g, l);
}

/* Chunks of columns that are made as one where a thread has them in a row.  A block of rows that
 * the second-level cache does not hold whole beside others' is then read for all their columns at
 * once: of 128 rows of 3072 elements, chunks of 32 columns read 1.5 MiB each; AMX multiplies 512
 * rows of 3072 by 768 columns a sixth faster.  Rows that are copied are so once for all of them. */
static int64_t contract_merged(const struct contraction *x)
{
	const struct contract *c = x->c;
	int64_t element = (int64_t)(x->tiles ? dtype_bytes(c->rows_type) : x->bytes);
	bool rows = c->k > 0 && (x->unit == 1 || x->tiles) && !c->span && !c->runs.run &&
		    c->n >= 2 * CONTRACT_GROUP;
	bool lie = rows && c->rows_k == 1 && c->m_block * c->k * element >= PLAN_MERGED,
	     copied = rows && !x->tiles && c->rows_m == 1 && c->rows_k != 1 && contract_far_rows(c);
	int64_t most = 1;

	if (!(lie || copied) || c->groups || x->by_columns || !c->n_block ||
		c->n_block % x->cols || c->m_block <= CONTRACT_FEW_ROWS)
		return 1;
	while (2 * most * c->n_block <= MERGED_COLUMNS && most * c->n_block < c->n)
		most *= 2;
	return most;
}

/* Columns of a group: CONTRACT_GROUP, or what a chunk has where that is less, or is more and panels
 * come one by one. */
static int64_t group_of(const struct contraction *x)
{
	const struct contract *c = x->c;
	int64_t cols = x->cols, most = CONTRACT_GROUP, n = c->n;

	if (x->merged > 1)
		return x->merged * c->n_block;
	if (c->n_block > most && (c->m_block > CONTRACT_FEW_ROWS || x->tiles))
		most = c->n_block;
	n = n >= 0 && n < most ? n : most;
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
		along_m &= narrow || contract_far_rows(c);
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
			x->narrow_some[i] = tile_function(g, &narrow, CONTRACT_SOME_ROWS);
	}
}

int64_t contract_sum(const struct contraction *x)
{
	return x->deep ? SUM_DEEP : CONTRACT_SUM;
}

int64_t contract_depth(const struct contraction *x)
{
	const struct contract *c = x->c;
	int64_t most = contract_sum(x), words = (c->k + x->unit - 1) / x->unit;

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
	bool one_group = c->n >= 0 && c->n <= CONTRACT_GROUP, one_block = c->k >= 0 && c->k <= runs;
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

/* Scratch for V's copy.  Few rows wait for V, and so does AMX, which comes faster in long pieces of
 * its rows; of bytes that lie along n a panel has but half a line of each. */
static void contract_panels(struct gen *g, struct contraction *x)
{
	bool along_n = !x->c->cols_packed && x->c->cols_n == 1;
	bool long_pieces = along_n && (x->unit == CONTRACT_WORD || x->tiles);

	x->by_panel = x->c->m_block > CONTRACT_FEW_ROWS && !long_pieces;
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

/* Are rows that lie along k copied too, where many columns meet them?  Those that lie a multiple of
 * 4 KiB apart share a set of each cache and push each other out, and rows of another number a page
 * each; a copy of a strip is near and takes 2 % of its products with four panels, which were a
 * tenth faster. */
static void contract_strips(struct gen *g, struct contraction *x)
{
	if (!x->strip || x->rows_copy || x->unit != 1 || x->c->rows_k != 1 ||
		x->group < STRIP_PANELS * x->cols)
		return;
	x->strips_copied = true;
	x->rows_m = CONTRACT_SUM + LANES;
	x->rows_k = 1;
	x->rows_copy = gen_scratch(g, (size_t)(x->pad * x->rows_m) * x->bytes);
}

/* Rows a multiple of 1 KiB apart share so few sets of the nearest cache that they push the panel
 * and C's squares out of it.  Where they do not stay in it for the next panel anyway they pass it
 * by, and since C's squares then come from the second cache, which takes as long as two or three
 * steps of k, k is cut into half as many parts: a product of 512 x 512 matrices is a seventh
 * faster, one of 1024 or 2048 a tenth.  What is copied for each part, or comes from farther than
 * the second cache for each block of columns, does so faster in smaller ones. */
static bool square_deep(const struct contraction *x)
{
	const struct contract *c = x->c;
	int64_t element = (int64_t)dtype_bytes(c->rows_type);
	int64_t less = CONTRACT_SUM < x->group ? CONTRACT_SUM : x->group;

	if (x->rows_copy || x->panels || x->rows_ahead || c->rows_k != 1 || c->rows_m <= 0 ||
		c->k <= 0 || c->rows_m * element % SHARING_PITCH)
		return false;
	return (c->m_block * c->k * element <= NEAR_ROWS || x->merged > 1) &&
	       x->pad * less * x->bytes > NEAREST_BYTES;
}

/* Rows of pairs that lie along k, of which the last are no whole square, or may not be: it is those
 * alone that are copied.  All of them, for each block of columns, took a third of the time of 1024
 * rows by 768 x 3072 where any number of rows may come. */
static bool squares_leave_rows(const struct contraction *x)
{
	const struct contract *c = x->c;
	bool whole = c->m >= 0 && c->m % CONTRACT_SQUARE == 0 && c->m_block % CONTRACT_SQUARE == 0;

	return x->tiles && x->unit == 2 && !whole && x->whole_tiles && c->rows_k == 1 &&
	       dtype_bytes(c->rows_type) * x->unit == x->bytes && !c->runs.run && !c->runs.by_k;
}

static void contract_tail_rows(struct gen *g, struct contraction *x)
{
	struct contraction *t = job_alloc(g->job, sizeof *t);

	*t = *x;
	t->pad = t->rows = CONTRACT_SQUARE;
	contract_rows(g, t);
	x->rows_type = x->c->rows_type;
	x->rows_elem = mem_type(g, x->c->rows_type);
	x->rows_m = x->c->rows_m;
	x->rows_k = x->unit;
	x->tail = t;
}

static void contract_tiles(struct gen *g, struct contraction *x)
{
	const struct contract *c = x->c;

	if (squares_leave_rows(x))
		contract_tail_rows(g, x);
	else
		contract_rows(g, x);
	if (x->tiles) {
		x->rows = CONTRACT_SQUARE;
		x->rows_ahead = square_rows_ahead(x);
		x->deep = square_deep(x);
		x->ahead = contract_ahead(x);
		x->tile = square_function(g, x);
		if (!x->tail)
			return;
		x->tail->ahead = x->ahead;
		x->tail->tile = square_function(g, x->tail);
		return;
	}
	x->rows = g->isa->rows * g->isa->cols / (uint32_t)x->cols * 4 / x->bytes;
	if (x->direct)
		x->rows = (uint32_t)c->m;
	if (c->tile)
		x->rows = (uint32_t)c->tile;
	x->rows = x->rows < 1 ? 1 : x->rows > CONTRACT_MAX_ROWS ? CONTRACT_MAX_ROWS : x->rows;
	x->tail_rows = x->direct ? 0 : contract_tail(x);
	x->ahead = contract_ahead(x);
	x->strip = contract_strip(x);
	contract_strips(g, x);
	x->rows_ahead = x->strip && tile_rows_ahead(x);
	if (x->stream) {
		x->tile = stream_function(g, x);
		return;
	}
	x->tile = tile_function(g, x, x->rows);
	if (x->tail_rows)
		x->tail_tile = tile_function(g, x, x->tail_rows);
	if (x->tail_rows == 1 && c->m < 0 && x->rows > CONTRACT_SOME_ROWS)
		x->some_tile = tile_function(g, x, CONTRACT_SOME_ROWS);
	if (contract_packs(x)) {
		struct contraction first = *x;
		first.packs = true;
		x->packing = tile_function(g, &first, x->rows);
	}
	narrow_tiles(g, x);
}

void core_contract(struct gen *g)
{
	const struct contract *c = contract_of_groups(g, &g->k->contract);
	struct contraction *x = job_alloc(g->job, sizeof *x);

	x->c = c;
	x->cols_buffer = 1;
	x->cols = c->panel ? c->panel : PLAN_PANEL;
	x->width = (uint32_t)x->cols;
	x->along_m = lanes_along_m(g, &g->k->contract);
	x->lines = contract_is_lines(g, c);
	contract_words(g, x);
	x->by_columns = contract_by_columns(x);
	x->merged = contract_merged(x);
	x->group = group_of(x);
	int64_t step = x->tiles ? CONTRACT_SQUARE : LANES;
	x->pad = (c->m_block + step - 1) / step * step;
	x->bands = c->span ? contract_bands_at_once(c, x->unit) : 1;
	x->block = gen_scratch(g, (size_t)x->pad * (size_t)x->group * x->bytes);
	if (c->taps > 1)
		x->taps = gen_data(g, c->tap, c->taps * sizeof *c->tap, sizeof *c->tap);
	x->direct = x->cols > PLAN_PANEL;
	if (x->cols > PLAN_WIDE)
		x->stream = gen_scratch(g, (size_t)(c->m * x->cols) * x->bytes);
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
