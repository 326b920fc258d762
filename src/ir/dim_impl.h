/* dim_impl.h -- dimensions as polynomials, for the files that make them. */
#ifndef IR_DIM_IMPL_H
#define IR_DIM_IMPL_H
#include "ir/graph_impl.h"

enum { DIM_TERMS = 16, DIM_FACTORS = 6 };

struct dim_range {
	int64_t min, max;
};
/* coef times n atoms (dimensions below 0), in descending order: oldest first. */
struct term {
	int64_t coef;
	uint32_t n;
	int64_t atom[DIM_FACTORS];
};
struct poly {
	uint32_t n;
	struct term t[DIM_TERMS];    /* by term_compare() */
};
struct dim_entry {
	struct dim_expr pub;         /* first: the public handle */
	int64_t self;
	const struct poly *sum;      /* NULL: an atom, or a number below 0 */
	bool of_value, of_free;      /* a DIM_value, a DIM_free is in it */
	const struct node
		*source;   /* of a symbol: a parameter that has it as a dimension, or NULL */
	uint32_t source_dim;
};
struct dim_entry *dim_entry(const struct graph *g, int64_t d);
#endif
