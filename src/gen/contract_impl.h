/* contract_impl.h -- what the files of CORE_contract share.
 *
 *   contract.c         the core: chunks, groups of columns, how R and V are read
 *   contract_block.c   the products of a group of columns, block of k by block
 *   contract_copy.c    parts of R and V from where they lie to where tiles read them
 *   contract_group.c   rows, columns or k in groups that are known when the kernel runs
 *   contract_run.c     R's rows that are windows of an image, gathered in runs
 *   contract_tile.c    the tiles: functions that multiply in registers
 *   contract_stream.c  tiles of few rows that are wider than that
 *   contract_bytes.c   words of four bytes
 *   contract_line.c    few rows with columns along k, without tiles
 *   contract_finish.c  the epilogue: the body over C
 *   attention.c        CORE_attention: two of them, a softmax between */
#ifndef GEN_CONTRACT_IMPL_H
#define GEN_CONTRACT_IMPL_H
#include "gen/core_impl.h"
#include "gen/gen_impl.h"

#define CONTRACT_DEPTH 256               /* words of k that scratch has room for */
#define CONTRACT_SUM 128                 /* of them one accumulator sums, bands apart */
#define CONTRACT_GROUP 128               /* columns of C at a time */
#define CONTRACT_MAX_ROWS 16             /* of a tile */
#define CONTRACT_SQUARE 32               /* rows and columns of AMX's, two tiles each */
#define CONTRACT_FEW_ROWS 32             /* of more, V is copied panel by panel */
#define CONTRACT_SOME_ROWS 4             /* of a tile that takes as long as one of a single row */
#define CONTRACT_WORD 4                  /* elements of a word, at most */
#define LINE 64                          /* bytes of a cache line */
#define CONTRACT_CUT INT64_MIN             /* an extent: each group's own */
#define CONTRACT_NARROWS (PLAN_PANEL / PLAN_NARROW - 1)

struct contraction {
	/* the kernel's; of groups, a copy to which what they cut is of no known size */
	const struct contract *c;
	uint32_t rows_buffer, cols_buffer;       /* where groups begin: the one behind */
	LLVMTypeRef acc, vec;
	unsigned bytes;                  /* of an accumulator */
	/* A word is what a multiply takes of a row or column at once: `unit` neighbours along k.
	 * 1: an element in the accumulator's type; 2: a pair of bf16, or of integers of 16 bits;
	 * 4: bytes, of V as contract_flips says */
	unsigned unit;
	bool flips;
	LLVMTypeRef word;
	bool whole_words;                /* k is known to be a multiple of unit */
	bool direct;                     /* V is read as it lies */
	/* scratch: [m][cols], a block's sums, where V streams by; NULL: tiles are in registers */
	LLVMValueRef stream;
	bool lines;                      /* contract_is_lines: there are no tiles */
	bool tiles, whole_tiles;         /* AMX multiplies; k is known to be whole tiles of it */
	enum dtype panel_type;           /* of a panel's elements, packed or copied */
	/* R as it lies or copied: its elements, in memory rows_elem, and its strides, along k of
	 * words */
	enum dtype rows_type;
	LLVMTypeRef rows_elem;
	int64_t rows_m, rows_k;
	int64_t bands;                   /* of k that a tile goes through, each of P_K words */
	int64_t cols, group;             /* of a panel, and of the tile; of a group of panels */
	/* of the tile; of the one that takes what is left, 0: no row ever is */
	uint32_t rows, tail_rows;
	uint32_t width;                  /* columns the tile has, a multiple of PLAN_NARROW */
	/* What is multiplied after a panel comes while the block's rows go through that: so many
	 * lines of it a tile, in runs `stride` bytes apart; 0 lines: it is near, or is not known */
	struct ahead { int64_t lines, run, stride; } ahead;
	bool rows_ahead;                 /* tiles ask for the rows of the block after theirs */
	bool deep;                       /* AMX's: rows pass the nearest cache by (square_deep) */
	/* functions; narrow: of a panel's first (i + 1) * PLAN_NARROW columns, where a last
	 * panel has no more; NULL: none has */
	LLVMValueRef tile, tail_tile;
	LLVMValueRef narrow[CONTRACT_NARROWS], narrow_tail[CONTRACT_NARROWS];
	/* of some of the rows that are left of a number that is not known; NULL: it is */
	LLVMValueRef some_tile, narrow_some[CONTRACT_NARROWS];
	/* of a panel's first rows, which reads V as it lies and leaves the panel to the tiles after
	 * it; NULL: panels are copied before they are multiplied */
	LLVMValueRef packing;
	bool packs;                      /* the function that is made is that one */
	/* scratch: [panel of the group, or one by_panel][DEPTH][cols] words, V's copy; NULL: V's
	 * panels as they lie */
	LLVMValueRef panels;
	bool by_panel;
	/* scratch: [m][DEPTH] or [DEPTH][m] words, R's copy; NULL: R as it lies */
	LLVMValueRef rows_copy;
	/* AMX's, of rows that are read as they lie as far as they are whole squares: the same of
	 * those that are left, which are copied; NULL: all are copied, or none */
	struct contraction *tail;
	bool strips_copied;              /* made strip by strip, before the first panel's tiles */
	/* Where R has runs: elements of k of a block, and scratch: [m], where each row's places
	 * lie */
	int64_t run_block;
	LLVMValueRef row_at;
	LLVMValueRef taps;               /* table of i32, contract's; NULL: one tap, at 0 */
	LLVMValueRef block;              /* scratch: C, in panels [panel of the group][pad][cols] */
	/* Rows of C that are finished at once, panel by panel, behind their last products; 0: all
	 * of the group's are, when those of all panels are there */
	int64_t strip;
	/* scratch, C with m along lanes: [group][pad], or of a panel [cols][strip] */
	LLVMValueRef turned;
	int64_t pad;                     /* rows of block, a multiple of LANES or of squares */
	bool along_m;
	bool by_columns;                 /* the chunk after one has the next rows, not columns */
	int64_t merged;                  /* chunks of columns in a row that are made as one */
	/* Where bytes flip, scratch: [pad], what each row's sum adds to its products; [pad][LANES],
	 * those sums, not yet added up */
	LLVMValueRef sums, sum_parts;
	/* of the chunk being made */
	LLVMValueRef batch, m0, mrows, n0, nv;   /* nv: columns of the group that exist */
	LLVMValueRef k_lo, k_hi;                 /* its part of k */
	struct ix batches[PLAN_MAX_BATCH];
	/* of the element being made */
	LLVMValueRef at;                 /* where the accumulators of the lanes lie */
	unsigned at_align;
	LLVMValueRef more;               /* is added to those; NULL: nothing is */
};

static inline LLVMValueRef ceil_div(struct gen *g, LLVMValueRef a, int64_t by)
{
	return LLVMBuildUDiv(g->b, ADD(a, c64(g, by - 1)), c64(g, by), "");
}

/* The operands of one panel's tiles: R's block, the panel, what is multiplied after it, C's, and
 * how many words of k; first: C is not added to.  from: V's part as it lies, if packing takes it;
 * else NULL. */
struct operands {
	LLVMValueRef rows, panel, next, from, out, k, first;
	LLVMValueRef behind;             /* elements from rows to the block after it; NULL: 0 */
	/* Where strips are copied: number of R's first element of the block; where the rows lie
	 * that tiles ask for, and how far apart: those to be copied next, else copies */
	LLVMValueRef at, lies, lies_m;
	LLVMValueRef each;               /* of squares: that a row of them asks for of the next */
};

/* A part of a copy of R: its rows from lo to hi. */
struct share { LLVMValueRef lo, hi; };

/* ---- contract.c ---- */
/* Words of k that one accumulator sums, bands apart; that a tile goes through, at most. */
int64_t contract_sum(const struct contraction *x);
int64_t contract_depth(const struct contraction *x);
/* What of x follows from x->c, cols, group and pad: words; how R is read, with scratch for it. */
void contract_words(struct gen *g, struct contraction *x);
void contract_rows(struct gen *g, struct contraction *x);

/* ---- contract_group.c ---- */
/* c as what is made knows it: the dimension that groups cut is CONTRACT_CUT. */
const struct contract *contract_of_groups(struct gen *g, const struct contract *c);
/* Of a chunk of groups of rows or columns: its batch, rows and columns from *first to *end. */
void group_place(struct gen *g, struct contraction *x, LLVMValueRef chunk, LLVMValueRef *first,
	LLVMValueRef *end);
/* Of a chunk's batch: which part of k it has. */
void group_k(struct gen *g, struct contraction *x);

/* ---- contract_block.c ---- */
/* C's rows of the chunk in the group's columns, into x->block. */
void contract_multiply(struct gen *g, struct contraction *x);
/* Panel p of the group alone is the group. */
struct contraction one_panel(struct gen *g, const struct contraction *x, LLVMValueRef p);
/* Panel number p of the group, from word 0 of the block at element kb of k. */
LLVMValueRef panel_at(struct gen *g, struct contraction *x, LLVMValueRef p, LLVMValueRef kb);
/* Bands that are summed at once: as many as are short, where each is one part of k. */
int64_t contract_bands_at_once(const struct contract *c, int64_t unit);
/* Where a band lies behind the first of those summed with it, or of all. */
LLVMValueRef contract_band_at(struct gen *g, const struct contract *c, LLVMValueRef band);
/* at + i * step, an extent. */
LLVMValueRef step_on(struct gen *g, LLVMValueRef at, LLVMValueRef i, int64_t step);
/* fn for rows [lo, hi) of the block, `step` at a time. */
void call_tiles(struct gen *g, struct contraction *x, LLVMValueRef fn, uint32_t step,
	LLVMValueRef lo, LLVMValueRef hi, const struct operands *o);
/* Column j, a multiple of LANES, of row i in panels of `rows` rows each. */
LLVMValueRef in_panels(
	struct gen *g, const struct contraction *x, LLVMValueRef j, LLVMValueRef i, int64_t rows);
/* at + the batch indices by their strides, in elements. */
LLVMValueRef batch_offset(
	struct gen *g, const struct contraction *x, const int64_t *strides, int64_t at);

/* ---- contract_copy.c ---- */
/* Rows [kb, kb + kn) of V's group as words into x->panels; columns beyond n are not stored
 * later. */
void copy_group(struct gen *g, struct contraction *x, LLVMValueRef kb, LLVMValueRef kn);
/* The block of R, whose first element is number `first`, into x->rows_copy. */
void copy_rows(struct gen *g, struct contraction *x, LLVMValueRef first, LLVMValueRef kn);
/* A part of the same, of rows that lie along k, as x->strips_copied has it. */
void copy_strip(struct gen *g, struct contraction *x, LLVMValueRef first, LLVMValueRef kn,
	const struct share *share);
/* LANES words of k, from kw on, of the column of V (else row of R) that lies along k and has kn
 * elements, its first being number `first`; zero beyond. */
LLVMValueRef contract_words_at(struct gen *g, struct contraction *x, bool column,
	LLVMValueRef first, LLVMValueRef kn, struct ix kw);

/* Bytes v of type t as the accumulator's floats, or as bf16's bits where words are pairs. */
LLVMValueRef contract_floats(
	struct gen *g, const struct contraction *x, enum dtype t, LLVMValueRef v);
/* LANES elements of V, else of R, from number `at` on, as the halves of words or whole ones. */
LLVMValueRef contract_elements(
	struct gen *g, struct contraction *x, bool column, struct ix at);

/* ---- contract_run.c ---- */
/* Elements of k of a block of words, `most` of them or fewer: whole runs, or parts of one. */
int64_t run_block_of(const struct contraction *x, int64_t most);
/* Scratch for the block's rows, and how they lie in it. */
void runs_begin(struct gen *g, struct contraction *x);
/* Of a chunk: where its rows' places lie. */
void runs_places(struct gen *g, struct contraction *x);
/* The block's rows, number kb of k and the kn - 1 behind it, into x->rows_copy. */
void copy_runs(struct gen *g, struct contraction *x, LLVMValueRef kb, LLVMValueRef kn);
/* The same where k counts places. */
void places_begin(struct gen *g, struct contraction *x);
void copy_places(struct gen *g, struct contraction *x, LLVMValueRef kb, LLVMValueRef kn);

/* ---- contract_line.c ---- */
/* Is C made without tiles: few rows, columns along k? */
bool contract_is_lines(const struct gen *g, const struct contract *c);
/* R is read as it lies then. */
void lines_rows(struct gen *g, struct contraction *x);
/* C's rows of the chunk in the group's columns, into x->block. */
void lines_multiply(struct gen *g, struct contraction *x);

/* ---- contract_bytes.c ---- */
/* acc + r * v of words of R and V. */
LLVMValueRef bytes_multiply(struct gen *g, const struct contraction *x, LLVMValueRef r,
	LLVMValueRef v, LLVMValueRef acc);
/* V's words as they are multiplied. */
LLVMValueRef bytes_flipped(struct gen *g, const struct contraction *x, LLVMValueRef words);
/* LANES words of the bytes from p on, of which so many are left; NULL: all are. */
LLVMValueRef bytes_along_k(struct gen *g, LLVMValueRef p, LLVMValueRef left);
/* `vectors` times LANES words, whose bytes number i are part[i]'s. */
void bytes_across_k(struct gen *g, const LLVMValueRef *part, unsigned vectors, LLVMValueRef *out);
/* What rows' sums add, where there is any.  Scratch; kn elements of k of the block's rows, the
 * chunk's first ones, are summed; the last were.  Then what is added to row `row`, or to the LANES
 * rows from there on; NULL: nothing. */
void bytes_sums_begin(struct gen *g, struct contraction *x);
void bytes_sum_rows(struct gen *g, const struct contraction *x, LLVMValueRef rows, LLVMValueRef kn,
	LLVMValueRef first);
void bytes_sums_end(struct gen *g, const struct contraction *x);
LLVMValueRef bytes_sums_at(
	struct gen *g, const struct contraction *x, LLVMValueRef row, bool lanes);

/* ---- contract_tile.c ---- */
/* acc + a * b of words, a R's and b V's; of bytes VPDPBUSD; of pairs: their two products
 * (VDPBF16PS, which flushes denormals; of integers VPDPWSSD, or PMADDWD). */
LLVMValueRef tile_multiply(struct gen *g, const struct contraction *x, LLVMValueRef a,
	LLVMValueRef b, LLVMValueRef acc);
enum {
	P_ROWS, P_PANEL, P_NEXT, P_PART, P_OUT, P_K, P_FIRST, P_ROWS_M, P_ROWS_K, P_FROM, P_BEHIND,
	P_AHEAD, P_AHEAD_M, P_COUNT,
};
/* void tile(rows, panel, next, part, out, k, first, rows_m, rows_k, from, behind, ahead, ahead_m):
 * the rows of C at out are, or where !first take more of, the product of `rows` rows and a panel;
 * of what begins at next x->ahead lines are asked for, from number `part` on, of the rows what lies
 * `behind` them, and all of as many rows that begin at `ahead`, ahead_m apart.  One that packs
 * writes the panel, from V at `from`.  Strides that are known are constants in it. */
LLVMValueRef tile_function(struct gen *g, const struct contraction *x, uint32_t rows);
LLVMTypeRef tile_type(struct gen *g);        /* of every such function */
/* What they are made with: the function and its parameters, g->b at its begin; a loop, while i <
 * end, whose accumulators acc[0..n), or 0, become `sums` where a round begins, and behind it. */
#define TILE_VECTORS (PLAN_WIDE / LANES)     /* of a row of the tile */
struct tile_loop {
	LLVMBasicBlockRef head, done;
	LLVMValueRef i;
	LLVMValueRef sums[CONTRACT_MAX_ROWS * TILE_VECTORS];
};
LLVMValueRef tile_begin(struct gen *g, const struct contraction *x, const char *name,
	LLVMValueRef *param);
void tile_loop_begin(struct gen *g, const struct contraction *x, struct tile_loop *l,
	LLVMValueRef start, LLVMValueRef end, uint32_t n, LLVMValueRef *acc, bool zero);
void tile_loop_end(
	struct gen *g, struct tile_loop *l, uint32_t step, uint32_t n, LLVMValueRef *acc);
/* One element as the accumulator has it: a scalar, or some lanes of them. */
LLVMValueRef tile_load(struct gen *g, const struct contraction *x, enum dtype t, LLVMValueRef p,
	unsigned lanes);
/* LANES columns' words of V as it lies along n, from p on. */
LLVMValueRef tile_direct(struct gen *g, const struct contraction *x, LLVMValueRef p);

/* Do tiles ask for the rows of the block after theirs?  Those that few columns meet are weights, of
 * which each line comes from memory, later than in a tile's time: that cost BERT's a tenth. */
bool tile_rows_ahead(const struct contraction *x);
/* The same of AMX's squares, of rows one behind the other by a few panels, which are near. */
bool square_rows_ahead(const struct contraction *x);
/* Panels of a group that share out the block of rows behind; of any number of columns, of one that
 * is typical: those beyond it ask for rows still further on. */
int64_t square_sharers(const struct contraction *x);
/* The same of CONTRACT_SQUARE rows by AMX: all are read and written, and k words up to a multiple
 * of LANES, where the panel or the rows have to be zero. */
LLVMValueRef square_function(struct gen *g, const struct contraction *x);
/* The tile unit's state: at the kernel's entry, and at its end. */
void square_begin(struct gen *g);
void square_end(struct gen *g);

/* ---- contract_stream.c ---- */
/* A tile's function of few rows, all of them, whose sums are in memory: at out, or where !first at
 * next, to be added. */
LLVMValueRef stream_function(struct gen *g, const struct contraction *x);

/* ---- contract_finish.c ---- */
/* Do lanes of the epilogue run along m? */
bool lanes_along_m(struct gen *g, const struct contract *c);
/* n of the body, a function of C, which is its parameter `param`, at x->at: row and col of C, one
 * of them lanes.  *at, unless NULL: n's index. */
struct val contract_value(struct gen *g, struct contraction *x, uint32_t param,
	const struct node *n, struct ix row, struct ix col, struct ix **at);
/* Asks for where the results of rows [lo, hi) go: stores wait for lines one after the other. */
void contract_finish_ahead(
	struct gen *g, struct contraction *x, LLVMValueRef lo, LLVMValueRef hi);
/* The body over rows [lo, hi) of the group's columns of C, from scratch to the results. */
void contract_finish(struct gen *g, struct contraction *x, LLVMValueRef lo, LLVMValueRef hi);
#endif
