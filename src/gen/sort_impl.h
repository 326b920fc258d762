/* sort_impl.h -- rows being sorted: between sort.c and sort_first.c. */
#ifndef GEN_SORT_IMPL_H
#define GEN_SORT_IMPL_H
#include "gen/gen_impl.h"

struct sort {
	const struct node *n;            /* the OP_sort or OP_sort_first */
	uint32_t count, rank, axis;      /* operands; of each */
	const int64_t *dims;
	LLVMValueRef size;               /* of the dimension */
	LLVMValueRef first;              /* of OP_sort_first, how many; NULL: all */
	LLVMTypeRef it;                  /* of an index in the buffer */
	LLVMValueRef order, other;       /* the row's indices; OP_sort: their two halves */
	struct ix *at;                   /* of the row at hand; `axis` changes */
};

/* Number i of indices at p, and back. */
LLVMValueRef sort_load(struct gen *g, const struct sort *s, LLVMValueRef p, LLVMValueRef i);
void sort_store(
	struct gen *g, const struct sort *s, LLVMValueRef p, LLVMValueRef i, LLVMValueRef v);
struct ix sort_index(struct gen *g, const struct sort *s, LLVMValueRef i);
/* i1, of lanes where a or b is: does the row's element a come before b by the comparator? */
struct val sort_before(struct gen *g, struct sort *s, struct ix a, struct ix b);
/* The row's first s->first in order, in s->order. */
void sort_first(struct gen *g, struct sort *s);
#endif
