/* contract_cut.c -- how a product's work is cut into blocks and chunks, by shape and cache alone:
 * no bit depends on who makes which. */
#include "plan/contract_cut.h"
#include "plan/contract_side.h"

/* Of fewer chunks, blocks of columns are halved; of rows that are copied, blocks of rows, unless
 * they have as few rows. */
#define CHUNKS 16
#define CHUNKS_COPIED 8
#define CHUNKS_ANY 8                     /* the same of AMX's, where one side has any size */
#define CHUNKS_LARGE 12                  /* the same of blocks of rows of more elements than */
#define ROWS_LARGE (1 << 18)             /* this, which each of them reads again */
#define ROWS_FEW 48
#define CONTRACT_HIGH 512                /* rows of a block of which there are many */
#define BLOCK_WIDTH 128                  /* columns of a block, to begin with */
#define TAIL_LEAST 4                     /* rows of a tile that keep multipliers busy */
#define WIDE_MOST 512                    /* columns of a block that is no AMX's, at most */
#define SQUARES_LOW 64                   /* rows of a block that meets any number of columns */
#define SETS_BYTES (128 << 10)           /* apart, lines share a set of the second cache, */
#define SETS_WAYS 8                      /* of which rows of a block may take so many ways */
#define WORK_LEAST (1 << 20)             /* products of a chunk that are worth a thread */

int64_t contract_tile_rows(const struct contract *c, enum isa isa, bool strict)
{
	if (c->span)                             /* a block has whole spans */
		return c->span > c->tile ? c->span : c->tile;
	return contract_has_squares(c, &isa_table[isa], strict) ? SQUARE_ROWS : isa_table[isa].rows;
}

/* Blocks of `all` rows or columns in groups, at most: whole ones, and one that is not of each group
 * that has any. */
static int64_t group_blocks(struct graph *g, int64_t all, int64_t block, int64_t groups)
{
	if (block == 1)
		return all;
	return dim_add(g, dim_floordiv(g, all, block), dim_min(g, all, groups));
}

int64_t contract_chunks(struct graph *g, const struct contract *c)
{
	bool rows = c->groups == GROUPS_rows, cols = c->groups == GROUPS_cols;
	int64_t chunks = rows ? group_blocks(g, c->m, c->m_block, c->batch[0])
		: dim_ceildiv(g, c->m, c->m_block);

	if (cols)
		return dim_mul(g, chunks, group_blocks(g, c->n, c->n_block, c->batch[0]));
	if (c->n_block)
		chunks = dim_mul(g, chunks, dim_ceildiv(g, c->n, c->n_block));
	for (uint32_t i = 0; i < c->nbatch && !rows; i++)
		chunks = dim_mul(g, chunks, c->batch[i]);
	return chunks;
}

/* Rows of a block of at least `rows`: whole tiles, but where blocks are alike without: threads then
 * have as much to do, and what is left of a tile is one of that many rows.  AMX has no such. */
static int64_t block_rows(const struct contract *c, int64_t rows, int64_t tile)
{
	bool alike = c->m > rows && c->m % rows == 0 && rows % tile >= TAIL_LEAST;

	if (alike && !c->span && tile < SQUARE_ROWS)
		return rows;
	return (rows + tile - 1) / tile * tile;
}

/* Rows that lie along m are copied once for each block of columns: those stay wide, and of few
 * blocks it is those of rows that become more, unless the last would have few. */
static void block_copied(struct contract *c, int64_t tile, int64_t others)
{
	int64_t half = c->m_block, blocks = (c->m + half - 1) / half;

	while (half > ROWS_FEW && others * blocks < CHUNKS_COPIED) {
		half = block_rows(c, half / 2, tile);
		blocks = (c->m + half - 1) / half;
		if (blocks * half - c->m <= c->m / 8)
			c->m_block = half;
	}
}

/* Rows of a block of AMX's, which may lie as far apart as push each other out of the second cache:
 * 256 of 8 KiB took all ways of some of its sets, and 2048 x 4096 by 4096 x 2048 a sixth longer. */
static int64_t block_apart(const struct contract *c, int64_t rows)
{
	int64_t pitch = c->rows_m * (int64_t)dtype_bytes(c->rows_type), step = pitch & -pitch;

	while (c->rows_k == 1 && step > 0 && rows >= 256 && rows * step > SETS_BYTES * SETS_WAYS)
		rows = block_rows(c, rows / 2, SQUARE_ROWS);
	return rows;
}

/* Those of AMX over packed columns.  The smaller side is near, whichever block meets it; the larger
 * one, of which each line comes from memory, is read as few times as can be: where there are few
 * blocks, for the sake of threads, it is its own that are halved; of two alike, columns, since all
 * of a block's rows meet a panel while the nearest cache holds it, and so they are where a block of
 * rows is read for several of them (PLAN_MERGED). */
static void block_squares(struct contract *c, int64_t k, int64_t batch)
{
	int64_t all = (c->n + c->panel - 1) / c->panel * c->panel;
	int64_t n = all < SQUARES_WIDE ? all : SQUARES_WIDE;
	int64_t row = k * (int64_t)dtype_bytes(c->rows_type);

	c->m_block = block_apart(c, c->m_block);
	for (;;) {
		int64_t blocks = batch * ((c->n + n - 1) / n);
		bool few = blocks * ((c->m + c->m_block - 1) / c->m_block) < CHUNKS &&
			   c->m_block * k * n > WORK_LEAST;
		bool higher = c->m_block >= 2 * SQUARE_ROWS, wider = n % (2 * c->panel) == 0;
		bool low = c->m > c->n && c->m_block * row < PLAN_MERGED;
		if (few && higher && (low || !wider))
			c->m_block = block_rows(c, c->m_block / 2, SQUARE_ROWS);
		else if (few && wider)
			n /= 2;
		else
			break;
	}
	c->n_block = n < c->n ? n : 0;
}

/* The same where rows or columns, or both, are of any number.  Of columns a block has as many as
 * one may, and of rows so few that the next block's come while one is multiplied; of any number of
 * rows it has as many as it may, since columns that are not packed are copied for each block. */
static void block_squares_any(struct contract *c)
{
	int64_t all = (c->n + c->panel - 1) / c->panel * c->panel;
	int64_t blocks = (c->m + SQUARES_LOW - 1) / SQUARES_LOW;

	c->m_block = c->m < 0 ? CONTRACT_BLOCK : blocks < CHUNKS_ANY ? SQUARE_ROWS : SQUARES_LOW;
	c->n_block = c->n < 0 || all > SQUARES_WIDE ? SQUARES_WIDE : all;
	while (c->n > 0 && c->n_block % (2 * c->panel) == 0 &&
		(c->n + c->n_block - 1) / c->n_block < CHUNKS_ANY)
		c->n_block /= 2;
}

/* Tiles copy R's block where many columns meet it: blocks of columns grow while there are many, and
 * C takes no more than a quarter of the second-level cache. */
static void block_wide(struct contract *c, int64_t l2)
{
	int64_t chunks = 1;

	if (c->m < 0 || c->n < 0 || c->k < 0 || c->n_block < 128 || c->m_block < ROWS_FEW ||
		c->taps > 1 || c->span || c->runs.run || c->rows_k != 1)
		return;
	for (uint32_t i = 0; i < c->nbatch; i++)
		chunks *= c->batch[i] > 0 ? c->batch[i] : 1;
	chunks *= (c->m + c->m_block - 1) / c->m_block;
	for (;;) {
		int64_t n = 2 * c->n_block;
		if (n > WIDE_MOST || n > c->n || c->m_block * n > l2 / 4 / 4 ||
			chunks * ((c->n + n - 1) / n) < CHUNKS)
			return;
		c->n_block = n;
	}
}

/* Rows of a block, at most: C's take a quarter of the second-level cache, of 256 columns.  Columns
 * are packed once for each block of rows that meets them, which takes a twentieth of the time of
 * products of floats; so where chunks are many, blocks of CONTRACT_HIGH halve that.  Half as many
 * columns, of which each chunk copies the rows, would take as long: 1024 x 1024 matrices on two
 * threads did a sixteenth longer. */
static int64_t block_most(const struct contract *c, int64_t l2, int64_t tile)
{
	int64_t most = l2 / 4 / (256 * 4), n = c->n / (2 * BLOCK_WIDTH);
	bool many = c->m >= 2 * CONTRACT_HIGH && c->m / CONTRACT_HIGH * n >= CHUNKS;
	bool plain = c->rows_k == 1 && c->k > 0 && !c->span && !c->runs.run && c->taps <= 1;

	if (most < 48)
		return 48;
	if (many && plain && tile != SQUARE_ROWS && most >= CONTRACT_HIGH)
		return CONTRACT_HIGH;
	return most > CONTRACT_BLOCK ? CONTRACT_BLOCK : most;
}

void contract_block(struct contract *c, const struct plan_options *o)
{
	int64_t tile = contract_tile_rows(c, o->isa, o->strict);
	int64_t l2 = (int64_t)(o->l2 ? o->l2 : 1 << 20);
	int64_t k = c->k > 0 ? c->k : 512, n = c->n > 0 ? c->n : 512, m = c->m > 0 ? c->m : 512;
	int64_t most = block_most(c, l2, tile), blocks = (m + most - 1) / most, batch = 1;
	if (blocks == 1 && m >= CONTRACT_BLOCK)      /* few columns have few blocks */
		blocks = 2;
	if (c->n < 0 && blocks > 1)              /* a few columns may be all there are */
		blocks += blocks % 2;
	int64_t rows = (m + blocks - 1) / blocks;
	if (c->m < 0)
		rows = 96;
	c->m_block = block_rows(c, rows, tile);
	for (uint32_t i = 0; i < c->nbatch; i++)
		batch *= c->batch[i] > 0 && c->batch[i] < 1024 ? c->batch[i] : 1;
	int64_t width = c->panel > BLOCK_WIDTH ? c->panel : BLOCK_WIDTH;
	bool large = c->rows_k == 1 && rows * k > ROWS_LARGE && tile != SQUARE_ROWS;
	int64_t chunks = large ? CHUNKS_LARGE : CHUNKS, narrow = tile == SQUARE_ROWS ? 64 : 32;
	if (c->m > 0 && c->rows_m == 1 && c->rows_k != 1 && contract_far_rows(c)) {
		block_copied(c, tile, batch * ((n + width - 1) / width));
		chunks = CHUNKS_COPIED / 2;
		blocks = (m + c->m_block - 1) / c->m_block;
	}
	while (width > narrow && width > c->panel && rows * k * width > WORK_LEAST &&
		blocks * batch * ((n + width - 1) / width) < chunks)
		width /= 2;
	c->n_block = width < n ? width : 0;
	bool squares = contract_has_squares(c, &isa_table[o->isa], o->strict);
	bool plain = c->m > 0 && c->n > 0 && !c->span && !c->runs.run;
	if (squares && c->cols_packed && plain)
		block_squares(c, k, batch);
	else if (!squares)
		block_wide(c, l2);
}

/* Blocks as of groups twice as large as most are: those of fewer would be more of them than that.
 * Of few rows, no more than groups, each is a block, as of a product of one row. */
static void block_groups(struct contract *c, int64_t group, const struct plan_options *o)
{
	bool single = c->groups == GROUPS_rows && group == 1;
	struct contract typical = *c;

	if (c->groups == GROUPS_k)
		typical.k = group;
	else
		*(c->groups == GROUPS_rows ? &typical.m : &typical.n) = single ? 1 : 2 * group;
	if (single)
		contract_stream(&typical, o);
	contract_block(&typical, o);
	c->panel = typical.panel;
	c->m_block = single ? 1 : typical.m_block;
	c->n_block = typical.n_block;
	if (c->groups == GROUPS_cols && !c->n_block)
		c->n_block = (typical.n + c->panel - 1) / c->panel * c->panel;
}

void contract_cut(struct contract *c, int64_t group, const struct plan_options *o)
{
	bool squares = contract_has_squares(c, &isa_table[o->isa], o->strict);

	if (c->groups)
		block_groups(c, group, o);
	else if (squares && (c->m < 0 || c->n < 0))
		block_squares_any(c);
	else
		contract_block(c, o);
}
