/* contract_stream.c -- few rows whose columns lie along n: how wide the tile is, and which part of
 * k a chunk has.
 *
 * Such a product is as fast as V comes from memory, and that comes fastest in long rows: pieces of
 * 256 columns of each row of V came at three fifths of what memory gives, since a processor guesses
 * what comes next within a page of 4 KiB.  So a tile has whole rows of V, as long as the nearest
 * cache holds the sums of (gen/contract_stream.c), and chunks are parts of k, whose sums are added
 * by the kernel that follows: each is one piece of memory.  Measured, f32, 4096 x 4096 on a
 * processor with two cores: pieces 20 GB/s on one and 42 on both, rows 27 and 66. */
#include "ir/build.h"
#include "plan/contract_side.h"

#define STREAM_SUMS 8192                 /* of a tile, at most: 32 KiB */
#define STREAM_COLUMNS 4096              /* of a row of those */
#define STREAM_LEAST 32768               /* elements of V that a chunk has, at least */
#define STREAM_CHUNKS 32                 /* at most, of parts of k */
#define PART_LEAST 64                    /* elements of k */
#define WIDE_ROWS 4                      /* of a tile of as many columns as registers hold */
#define PIECES 16                        /* columns of a multiple that a tile has */

/* The widest tile of m rows that n is a multiple of; 0: there is none. */
static int64_t stream_columns(int64_t m, int64_t n)
{
	int64_t most = STREAM_SUMS / m, pieces = n / PIECES;

	most = most < STREAM_COLUMNS ? most : STREAM_COLUMNS;
	if (n % PIECES)
		return 0;
	for (int64_t by = (n + most - 1) / most; by <= pieces; by++)
		if (pieces % by == 0)
			return n / by;
	return 0;
}

/* The least part of k that is worth a chunk of so many columns of n, of which k is a multiple; 0:
 * there is none. */
static int64_t stream_part(int64_t columns, int64_t n, int64_t k, int64_t unit)
{
	int64_t most = STREAM_CHUNKS / (n / columns);

	for (int64_t parts = most; parts > 1; parts--) {
		int64_t part = k / parts;
		bool whole = k % parts == 0 && part % unit == 0;
		if (whole && part >= PART_LEAST && part * columns >= STREAM_LEAST)
			return part;
	}
	return 0;
}

/* The same of m rows in all: how wide, in *columns, and which part of k.  Half of the registers
 * have a vector of sums of each row. */
static int64_t stream_of(const struct isa_info *isa, int64_t m, int64_t n, int64_t k, int64_t unit,
	int64_t *columns)
{
	int64_t most = isa->regs / 2 / (PIECES * 4 / isa->bytes);

	most = most < PLAN_STREAM_ROWS ? most : PLAN_STREAM_ROWS;
	if (m < 1 || m > most || n < 0 || k < 0)
		return 0;
	*columns = stream_columns(m, n);
	return *columns > PLAN_WIDE ? stream_part(*columns, n, k, unit) : 0;
}

/* For few rows V is read once: a tile as wide as there are registers for takes it from where it
 * lies, a piece of each row at a time. */
static void contract_widen(struct contract *c, const struct isa_info *isa)
{
	int64_t columns = isa->rows * isa->cols / c->m, wide = PLAN_WIDE;

	while (wide > columns || c->n % wide)
		wide /= 2;
	if (wide > PLAN_PANEL)
		c->panel = wide;
}

int64_t contract_stream(struct contract *c, const struct plan_options *o)
{
	const struct isa_info *isa = &isa_table[o->isa];
	int64_t unit = contract_unit(c, isa, o->strict), columns, part;

	if (c->cols_packed || c->cols_n > 1 || c->cols_k < 0 || c->acc != DTYPE_f32)
		return 0;
	part = stream_of(isa, c->m, c->n, c->k, unit, &columns);
	if (!c->groups && !c->nbatch && part) {
		c->panel = columns;
		return part;
	}
	if (c->m >= 1 && c->m <= WIDE_ROWS && c->n >= 0 && c->k >= 0 && c->k % unit == 0)
		contract_widen(c, isa);
	return 0;
}

bool side_streams(const struct side *rows, const struct side *cols, const struct plan_options *o)
{
	enum dtype r = rows->node->type->dtype, c = cols->node->type->dtype;
	const struct contract both = { .rows_type = r, .cols_type = c, .acc = DTYPE_f32 };
	int64_t unit = contract_unit(&both, &isa_table[o->isa], o->strict), columns;
	bool floats = dtype_is_float(r) && dtype_is_float(c) && r != DTYPE_f64 && c != DTYPE_f64;
	bool lies = side_way(cols) == WAY_along_n && cols->k_stride > 0;

	return floats && lies && !rows->nbatch && !cols->nbatch &&
	       stream_of(&isa_table[o->isa], rows->free_extent, cols->free_extent,
		       rows->k_extent, unit, &columns);
}
