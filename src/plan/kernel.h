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
#include "plan/contract.h"

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
	/* CORE_map, CORE_row, CORE_contract: results go past the caches, which would not hold them;
	 * their buffers are ABI_ALIGN-aligned */
	bool streams;
	/* little is computed: the widest vectors slow down what follows by more than they save */
	bool brief;

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
