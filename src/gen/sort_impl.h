/* sort_impl.h -- rows being sorted: between sort.c, sort_digits.c and sort_first.c. */
#ifndef GEN_SORT_IMPL_H
#define GEN_SORT_IMPL_H
#include "gen/gen_impl.h"

/* a comes before b where a's key is the smaller, or with `greater` the larger number. */
struct sort_key {
	const struct node *node;         /* of the comparator, of the first element of each pair */
	bool greater;
	bool nan_last;                   /* of floats: zeros are equal, NaN the largest */
};

struct sort {
	const struct node *n;            /* the OP_sort or OP_sort_first */
	uint32_t count, rank, axis;      /* operands; of each */
	const int64_t *dims;
	LLVMValueRef size;               /* of the dimension */
	LLVMValueRef first;              /* of OP_sort_first, how many; NULL: all */
	LLVMTypeRef it;                  /* of an index in the buffer */
	LLVMValueRef order, other;       /* the row's indices; OP_sort: their two halves */
	struct ix *at;                   /* of the row at hand; `axis` changes */
	struct sort_key key;             /* sort_digits */
};

/* Number i of indices at p, and back. */
LLVMValueRef sort_load(struct gen *g, const struct sort *s, LLVMValueRef p, LLVMValueRef i);
void sort_store(
	struct gen *g, const struct sort *s, LLVMValueRef p, LLVMValueRef i, LLVMValueRef v);
struct ix sort_index(struct gen *g, const struct sort *s, LLVMValueRef i);
/* Operand k at index i of the row. */
struct val sort_element(struct gen *g, struct sort *s, uint32_t k, LLVMValueRef i);
/* i1, of lanes where a or b is: does the row's element a come before b by the comparator? */
struct val sort_before(struct gen *g, struct sort *s, struct ix a, struct ix b);
/* Does s's comparator compare numbers, and are rows long enough to sort by their digits? */
bool sort_digits_can(const struct sort *s, struct sort_key *key);
/* Sorts the row's indices by s->key; returns the half they end in. */
LLVMValueRef sort_digits(struct gen *g, struct sort *s);
/* The row's first s->first in order, in s->order. */
void sort_first(struct gen *g, struct sort *s);
#endif
