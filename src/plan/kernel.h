/* kernel.h -- what a kernel is, to the planner that makes it and to the generator.
 *
 * A KERNEL is a closed region with a core.  Kernels of equal structure are one (regions are
 * consed), so twelve equal layers are compiled once.  All kernels see dense row-major buffers; a
 * transpose or reshape that costs nothing is an alias of a buffer, any other is index arithmetic
 * inside a kernel.
 *
 * An extent is a dimension as in ir/type.h: below 0 it is symbolic, and its value is at the index
 * in call->sizes where kernel->sizes holds that same extent. */
#ifndef PLAN_KERNEL_H
#define PLAN_KERNEL_H
#include "abi/abi.h"
#include "abi/isa.h"
#include "ir/graph.h"

enum core {
	/* Element by element.  All results have the dims of the space; nodes of the body are
	 * functions of an index: MAP, LEAF and MOVE ops, OP_patches, and - computed by loops
	 * inside, for the lanes of one vector at a time - reduce, reduce_window, dot_general, map,
	 * select_and_scatter as gathering loops. */
	CORE_map,
	/* Row by row.  The last `row` dims of the space are the row.  Every reduce of the body is
	 * over the row dims of something of the space's shape, or over what results from it; a
	 * result has the dims of the space (stored along the row) or of the outer dims alone (one
	 * value a row; kept dims of size 1 may stand for the row).  A reduce's value is that of the
	 * row at hand, however it is reached. */
	CORE_row,
	/* C[b,m,n] = sum over k of R[b,m,k] * V[b,k,n], then the body over C: its parameter 0 is C
	 * in the shape of the dot_general's result (struct contract); the other inputs and the
	 * results as in CORE_map, reached from C by MAP ops, reshape and transpose only. */
	CORE_contract,
	/* As CORE_contract, with W[b,k,n] in place of V: softmax over k of the scores.  Those are
	 * the body's last result, a function of its parameter 1, which is the product that
	 * `attention.scores` says: its rows are the k's and its columns the n's. */
	CORE_attention,
	/* The one scatter of the body, a chunk outer_grain rows of its results (the last dim is a
	 * row; of rank 0 and 1 all is one): results[0..] start as the inputs (copied, or in_place
	 * the same buffers), then take the updates in row-major order. */
	CORE_scatter,
	/* The one dynamic_update_slice of the body, whose result lies where its first input does: a
	 * map over the update's elements, the space, which go to their places in it. */
	CORE_update,
	/* The one sort or sort_first of the body, a chunk some rows along its dimension: all its
	 * operands are sorted together.  results[] are the sort's results; one output more holds
	 * indices while sorting, of plan_sort_index() and as many as a result has elements, of a
	 * sort twice as many. */
	CORE_sort,
	/* The one reduce_window of the body, its window all that comes before along `axis`, of one
	 * operand or of several by a body that chooses between two groups: an
	 * item is an index before the axis and PLAN_SCAN_COLUMNS places behind it, a chunk
	 * outer_grain items. */
	CORE_scan,
	/* The one window_sums of the body, which is all of it (plan/sums.h): a chunk is outer_grain
	 * items. */
	CORE_sums,
	CORE_COUNT
};

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
#define PLAN_WIDE 256                        /* columns of a tile of few rows, at most */
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
	 * one tile, n is a multiple, and V lies along n and is read without a copy */
	int64_t panel;
	/* Elements of k that lie together in packed panels, [...][words][panel][word], zero beyond
	 * k; 0 and 1: single ones, k of them are the words.  Else it is contract_unit.  Words of
	 * four bytes are as contract_flips has them */
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

#define PLAN_SCAN_COLUMNS 128
#define PLAN_SCAN_OPERANDS 4                 /* scanned together, at most */

/* The dtype of indices along a sorted dimension of that extent. */
static inline enum dtype plan_sort_index(int64_t extent)
{
	return extent >= 0 && extent <= INT32_MAX ? DTYPE_i32 : DTYPE_i64;
}

/* Rows of an image `high` that windows which are written out go over at a time (gen/taps.c). */
#define PLAN_TAP_ROWS 8
/* Slices of rows that such a window has, at least: one of 3 x 3 is faster place by place. */
#define PLAN_TAPS 10
/* The same of features that are last, whose places on a line go together. */
#define PLAN_LINE_TAPS 3
/* The dim along which they go: the last but one that has any places. */
static inline uint32_t plan_line_dim(uint32_t rank, const int64_t *space)
{
	uint32_t d = rank - 2;

	while (d && space[d] == 1)
		d--;
	return d;
}

static inline int64_t plan_tap_rows(int64_t high)
{
	int64_t rows = high > 0 ? PLAN_TAP_ROWS : 1;

	while (high % rows)
		rows--;
	return rows;
}

#define PLAN_MAX_STACKS 3
#define PLAN_MAX_PIECES 16                   /* of a stack, or of a stack of stacks */

struct kernel {
	const struct graph *graph;
	enum core core;
	const struct region *body;
	struct contract contract;
	struct attention attention;
	/* round to the dtype after every op; else f16 and bf16 stay f32 within the kernel */
	bool strict;
	/* CORE_map, CORE_row: results go past the caches, which cannot hold what the kernel moves;
	 * their buffers are ABI_ALIGN-aligned */
	bool streams;

	/* the iteration space: dims of the results (CORE_contract, CORE_attention: unused) */
	uint32_t rank;
	const int64_t *space;
	bool in_place;               /* CORE_scatter: its results are where its inputs are */
	uint32_t axis;               /* CORE_scan: along which dim */
	uint32_t row;                /* CORE_row: how many trailing dims are the row */
	/* CORE_map: its result is a stack (node_is_stack) along dim stack[0], or a stack of nstacks
	 * - 1 levels of others.  The space is 1 long in these dims: an index of it stands for the
	 * elements of all pieces, which have much to read in common.  It has no last dim where that
	 * is a stack's: lanes run along the one before, and pieces are stored a lane in turn. */
	uint32_t nstacks, stack[PLAN_MAX_STACKS];

	/* CORE_map: its result is this concatenation of the body, reshaped or not, made piece by
	 * piece; NULL: it is not.  Its chunks are as those of a space of the dims before the
	 * concatenation's, and one more: all units of one index of these.  A unit is a row, or an
	 * element where the last dim is the concatenation's. */
	const struct node *joins;

	/* A chunk is outer_grain consecutive indices of the space without its last dim (CORE_row:
	 * without the row dims) in row-major order; when inner_grain is not 0, outer_grain is 1 and
	 * the last dim is cut into pieces of inner_grain, the innermost counter of chunks.
	 * outer_grain is an extent, inner_grain a number.
	 * CORE_contract: chunk = ((batch * blocks of m) + block of m) * blocks of n + block of
	 * n; of groups of rows or columns those have blocks as plan/contract.c counts, which are
	 * the innermost. */
	int64_t outer_grain, inner_grain;
	int64_t chunks;              /* extent; a number where the space is known */

	/* Buffers: inputs, then outputs.  CORE_contract: rows, cols, then the body's parameters 1
	 * and on, the first of which is where groups begin, if it has any; CORE_attention: rows,
	 * the scores' rows and cols, then the body's parameters 2 and on; others: the body's
	 * parameters. */
	uint32_t ninputs, noutputs;
	uint32_t nsizes;
	const int64_t *sizes;        /* symbolic extents, each once */
	uint64_t hash;
	uint32_t number;             /* its place in the plan: two may have one name */
	char name[64];               /* "map_add_tanh": for messages, dumps, profiles */
};
#endif
