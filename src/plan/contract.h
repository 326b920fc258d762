/* contract.h -- what CORE_contract and CORE_attention multiply, how it lies and how it is cut: of
 * struct kernel. */
#ifndef PLAN_CONTRACT_H
#define PLAN_CONTRACT_H
#include "abi/isa.h"
#include "ir/graph.h"

/* R: the rows side, read as scalars as it lies.  V: the columns side, read as vectors of n:
 * packed panels [batch][ceil(n / panel)][k][panel], zero beyond n, in words of several k where the
 * level multiplies such, or as it lies when n or k has stride 1.  Strides are in elements, extents
 * like dims; rows_at and cols_at are first elements.
 * The dot_general's result index is (batch dims, lhs free dims, rhs free dims); rows_are_lhs says
 * which of the two m counts (row-major over that side's free dims), n counts the other's. */
#define PLAN_MAX_BATCH 4
#define PLAN_PANEL 32                        /* columns of a panel, at most */
#define PLAN_NARROW 8                        /* a last panel's tile has a multiple of as many */
#define PLAN_WAY 4096                        /* bytes: rows so far apart share a set of the cache */
#define PLAN_MERGED (1 << 20)                /* bytes of a block of rows, at least, that a thread
					      * reads once for blocks of columns in a row */
#define PLAN_WIDE 256                        /* columns of a tile of few rows, at most */
#define PLAN_STREAM_ROWS 8                   /* rows of a product that V streams through, at most */
#define PLAN_MAX_TAPS 256                    /* of a window, 16 x 16 */
#define PLAN_ROW_PIECES 4                    /* rows of a window's image that a vector is in */
#define PLAN_RUNS 3
#define PLAN_RUN_ODD 64                      /* elements: pairs of k may begin in a shorter run */

/* R's rows as windows of an image that share its features: number k of a row lies in one of
 * runs[0] * runs[1] * runs[2] runs of `run` elements side by side, which begin pitch[] apart.  Rows
 * count features, or images, rows_m apart, times places: of dims 0 and 1 step[] elements apart; the
 * last dim lies in `planes`, and its place p is element p * step[2] / planes of number
 * p * step[2] % planes of them.  Where the contraction has `bands`, a block of k is so manieth part
 * of it, or as few bands are, all.
 *
 * by_k: it is k that counts places, and images rows_m apart; a row is element m of a window's line,
 * of which as many are `run`, behind where each place lies.  runs[] and pitch[] are not used. */
struct contract_runs {
	bool by_k;
	int64_t run;                               /* 0: R's rows are no such */
	int64_t runs[PLAN_RUNS];
	int64_t pitch[PLAN_RUNS];                  /* extents, as those below; but of planes */
	int64_t places[PLAN_RUNS], step[PLAN_RUNS];
	int64_t planes, plane;
};

/* A dimension of a product that is cut where the kernel's third input says, [groups + 1] places
 * that ascend: of rows or columns of C, each group is multiplied with a matrix of its own of the
 * other side, and a chunk has those of one group; of k, each group is a product of its own. */
enum contract_groups { GROUPS_none, GROUPS_rows, GROUPS_cols, GROUPS_k };

struct contract {
	enum contract_groups groups;               /* batch[0]: how many, the only batch */
	bool rows_are_lhs;
	bool cols_packed;
	uint32_t nbatch;
	int64_t batch[PLAN_MAX_BATCH];             /* extents, outermost first */
	int64_t rows_batch[PLAN_MAX_BATCH];        /* strides */
	/* strides; unused when packed (panels are dense) */
	int64_t cols_batch[PLAN_MAX_BATCH];
	int64_t m, n, k;
	int64_t rows_at, cols_at;                  /* first elements; cols_at: 0 when packed */
	int64_t rows_m, rows_k;                    /* strides */
	/* strides, one of them 1 (n's: or 0); unused when packed */
	int64_t cols_k, cols_n;
	/* of the buffers; converted to the accumulator's */
	enum dtype rows_type, cols_type;
	enum dtype acc;                            /* f32, f64, or i32 */
	/* rows of C a chunk makes: a number, multiple of the tile */
	int64_t m_block;
	/* columns: a number, multiple of panel, or n when 0 */
	int64_t n_block;
	/* columns of a panel and of the tile; 0: PLAN_PANEL.  More than PLAN_PANEL: all rows are
	 * one tile, n is a multiple, and V lies along n and is read without a copy; of more than
	 * PLAN_WIDE the sums are in memory */
	int64_t panel;
	/* Elements of k that lie together in packed panels, [...][words][panel][word], zero beyond
	 * k, words an extent; 0 and 1: single ones, k of them are the words.  Else it is
	 * contract_unit.  Words of four bytes are as contract_flips has them */
	uint32_t word;
	int64_t words;
	/* V's columns are windows over a padded image, along n: number k of one is tap[k % taps] +
	 * k / taps * cols_k behind its first element.  0: one tap, at 0 */
	uint32_t taps;
	int32_t tap[PLAN_MAX_TAPS];
	/* R's rows are windows over a padded image with its features last: `span` of them begin
	 * rows_m apart, then the next ones span_pitch behind those; of k there are `bands`, of
	 * k / bands elements side by side, `pieces` of them piece_pitch apart, then the next ones
	 * band_pitch behind those.  0: rows step by rows_m, k by rows_k */
	int64_t span, span_pitch, bands, pieces, piece_pitch, band_pitch;
	int64_t tile;                              /* rows of the tile; 0: the level's */
	uint32_t cols_shared;              /* batch dims, the first, that panels have none of */
	/* V's columns are `row` side by side, then as many row_all behind those, each at most
	 * PLAN_ROW_PIECES a vector; 0: all side by side */
	int64_t row, row_all;
	struct contract_runs runs;
	uint32_t left, right;                      /* dims of C: the lhs' free ones, the rhs' */
};

/* Rows that LANES columns which lie `row` to a row are in, at most; of vectors that begin at a
 * multiple of as many. */
static inline unsigned contract_row_pieces(int64_t row)
{
	return row % 16 ? (unsigned)(14 / row + 2) : 1;
}

static inline bool dtype_is_short(enum dtype t)
{
	return (dtype_table[t].kind == DTYPE_SINT && dtype_bytes(t) <= 2) || t == DTYPE_ui8;
}

/* A byte's integers, which are numbers of every float's of 16 bits and more. */
static inline bool dtype_is_byte(enum dtype t)
{
	return dtype_is_short(t) && dtype_bytes(t) == 1;
}

#define CONTRACT_LINES 8                     /* rows, at most, of products of lines */

/* The same of a level, whose registers hold two vectors of sums of each row and have some left. */
static inline int64_t contract_lines_most(const struct isa_info *isa, enum dtype acc)
{
	const int64_t sets = 2, spare = 4, lanes = 16;
	int64_t vector = lanes * (int64_t)dtype_bytes(acc) / isa->bytes;
	int64_t most = (isa->regs - spare) / (sets * vector);

	return most < CONTRACT_LINES ? most : CONTRACT_LINES;
}

/* Neighbours along k that a level multiplies at once: pairs of bf16 where there is an instruction,
 * unless every product has to be rounded as f32's would be; four bytes, where there is one; pairs
 * of integers of 16 bits or that are made such.  Bytes are made bf16 where there are more rows than
 * what takes less time to make f32. */
static inline uint32_t contract_unit(
	const struct contract *c, const struct isa_info *isa, bool strict)
{
	bool rows = c->rows_type == DTYPE_bf16, cols = c->cols_type == DTYPE_bf16;
	bool many = c->m < 0 || c->m > CONTRACT_LINES;
	bool bf16 = (rows && cols) || (rows && many && dtype_is_byte(c->cols_type)) ||
		    (cols && many && dtype_is_byte(c->rows_type));

	if (c->acc == DTYPE_i32) {
		bool bytes = dtype_is_byte(c->rows_type) && dtype_is_byte(c->cols_type);
		return bytes && isa->instr & ISA_BYTES ? 4 : 2;
	}
	return bf16 && c->acc == DTYPE_f32 && !strict && isa->instr & ISA_BF16 ? 2 : 1;
}

/* Are c's tiles AMX's?  They multiply pairs of bf16 and fours of bytes. */
static inline bool contract_has_squares(
	const struct contract *c, const struct isa_info *isa, bool strict)
{
	uint32_t unit = contract_unit(c, isa, strict);
	bool pairs = unit == 2 && c->acc == DTYPE_f32 && dtype_bytes(c->rows_type) == 2 &&
		     dtype_bytes(c->cols_type) == 2;

	return isa->instr & ISA_TILES && (pairs || unit == 4);
}

/* Of words of four bytes, have the columns' their highest bit changed?  One side's have a sign then
 * and the other's have none, as the multiply wants it; the sum is off by 128 times the row's.
 * Tiles (AMX's) multiply bytes of any signs. */
static inline bool contract_flips(const struct contract *c, bool tiles)
{
	return !tiles && dtype_is_unsigned(c->rows_type) == dtype_is_unsigned(c->cols_type);
}

/* Are rows that lie along m, of elements as wide as they are multiplied, copied?  A tile reads a
 * piece of a line for each k, and the next one the piece behind it: of many k, and of ones a
 * multiple of 4 KiB apart, which share a set of the nearest cache, the line is no longer there. */
#define PLAN_FAR_MOST 128                    /* k's whose lines the cache keeps */
#define PLAN_FAR_LEAST 32                    /* of one set, that are too many for it */
static inline bool contract_far_rows(const struct contract *c)
{
	int64_t pitch = c->rows_k * (int64_t)dtype_bytes(c->rows_type);
	bool shares = pitch > 0 && pitch % PLAN_WAY == 0;

	return c->k < 0 || c->k > PLAN_FAR_MOST || (shares && c->k >= PLAN_FAR_LEAST);
}

/* Keys are the k's of CORE_attention, queries its n's. */
#define PLAN_KEYS 192                        /* at a time: a multiple of every level's tile rows */
#define PLAN_QUERIES 128                     /* of a chunk, at most */
#define PLAN_HEAD 256                        /* elements of a key, query or value, at most */
struct attention {
	struct contract scores;      /* m_block PLAN_KEYS, n_block the chunk's queries */
	bool lost_is_zero;           /* where all scores of a query are -inf: 0 instead of NaN */
	bool causal;                 /* scores of keys beyond query + ahead are -inf */
	int64_t ahead;
};
#endif
