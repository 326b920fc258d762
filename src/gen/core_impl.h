/* core_impl.h -- what the cores share: loops over lanes and sizes. */
#ifndef GEN_CORE_IMPL_H
#define GEN_CORE_IMPL_H
#include "gen/gen_impl.h"

/* for (j = lo; j < hi; j += LANES), the last block with g->tail set when it is not full.  In pairs:
 * two blocks a step while there are two, fn being told which it is by `second`. */
struct lanes {
	LLVMValueRef lo, hi;
	int level;                   /* of lo */
	int64_t align, max;          /* of j */
	bool whole_blocks;           /* hi - lo is known to be a multiple of LANES */
	bool pairs, second;
	/* Few blocks are made one by one: what depends on a lane's place is a constant in each. */
	bool apart;
	uint32_t ncarried;
	LLVMValueRef *carried;       /* fn reads and replaces them */
	void (*fn)(struct gen *g, struct lanes *s, struct ix j);
	void *arg;                   /* fn's */
};
void lanes_loop(struct gen *g, struct lanes *s);
/* Do some elements of the body's rows come from elsewhere than others, by their place in it? */
bool rows_have_edges(struct gen *g);
void store_results(struct gen *g, const struct ix *ix);
/* The same, or the pieces of a stack: ix has one component more than the space. */
void store_elements(struct gen *g, struct ix *ix);
LLVMValueRef min_signed(struct gen *g, LLVMValueRef a, LLVMValueRef b);
LLVMValueRef extent_product(struct gen *g, uint32_t n, const int64_t *dims);
int64_t static_product(uint32_t n, const int64_t *dims);     /* -1: not static */
bool reducer_neutral(struct gen *g, const struct node *n, struct val *out);
LLVMValueRef lanes_rotated(struct gen *g, LLVMValueRef v, int by);   /* lane i is v's i + by */

/* move.c: asks for the elements that n at ix, which lies in one row, gathers from large memories:
 * emits nothing where there are none. */
void fetch_gathered(struct gen *g, const struct node *n, const struct ix *ix);

/* column.c: the reduction of a map kernel that goes along columns; NULL: none.  Then the loop over
 * those of [s->lo, s->hi) that are whole blocks of columns; the first column it leaves. */
#define COLUMN_VECTORS 8
const struct node *columns_find(struct gen *g);
LLVMValueRef columns_loop(struct gen *g, const struct node *reduce, struct lanes *s, struct ix *ix);

/* taps.c: a window over a map kernel's operand, written out as a sum of slices; NULL: there is
 * none.  Then the loop over rows [lo, hi) of its space, whole steps of several. */
struct taps;
struct taps *taps_find(struct gen *g);
/* Are its features last, so that vectors are of one place? */
bool taps_are_lines(const struct taps *s);
void taps_rows(struct gen *g, struct taps *s, LLVMValueRef lo, LLVMValueRef hi);

/* turned.c: the whole of a map kernel with transposed operands, its chunks [first, last), in
 * squares turned in registers; false, and nothing made: it has none worth it. */
bool map_turned(struct gen *g, LLVMValueRef first, LLVMValueRef last);

/* join.c: the whole of a map kernel that `joins`, its chunks [first, last). */
void map_joined(struct gen *g, LLVMValueRef first, LLVMValueRef last);

/* extreme.c: the maximum or minimum of floats, in parts whose chains are short. */
enum { EXTREME_best, EXTREME_bits, EXTREME_nan, EXTREME_PARTS };
struct extreme {
	bool max;
	bool quiet;                  /* the caller's: NaN and the sign of zero do not matter */
	LLVMValueRef part[EXTREME_PARTS];      /* LANES each */
};
/* false: n reduces by something else. */
bool extreme_begin(struct gen *g, const struct node *n, struct extreme *e);
int extreme_parts(const struct extreme *e);
void extreme_step(struct gen *g, struct extreme *e, LLVMValueRef x);
void extreme_join(struct gen *g, struct extreme *e, const struct extreme *other);
LLVMValueRef extreme_end(struct gen *g, const struct extreme *e);      /* one number */
/* IEEE 754-2019's maximum or minimum of two. */
LLVMValueRef extreme_of_two(struct gen *g, LLVMValueRef a, LLVMValueRef b, bool max);
#endif
