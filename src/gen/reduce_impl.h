/* reduce_impl.h -- loops inside of an index expression: between reduce.c and select.c. */
#ifndef GEN_REDUCE_IMPL_H
#define GEN_REDUCE_IMPL_H
#include "gen/gen_impl.h"

/* Values carried by a loop, as struct val and as the flat list loops know. */
struct carry {
	uint32_t n;
	struct val v[16];
	bool lanes;
};

/* Loops over dims, outermost first; in the innermost, fn updates c at the index. */
struct nest {
	uint32_t rank;
	const int64_t *dims;
	struct ix *at;
	void (*fn)(struct gen *g, struct nest *n, struct carry *c);
	const struct node *op;
	const struct ix *ix;         /* of the result */
	struct ix *operand;
	void *arg;
	/* op is a sum of floats: long ones are made of parts, which begin at zero */
	bool sums;
	struct val zero;
	/* of a nest of one dim: the part of it that is gone through; NULL: all of it */
	LLVMValueRef lo, hi;
};

#define NEST_PART 64                     /* of a dim, in one part of a sum */

/* Does n add floats?  Then *zero is what a sum begins at. */
bool reduce_sums(struct gen *g, const struct node *n, struct val *zero);
void nest_run(struct gen *g, struct nest *n, uint32_t depth, struct carry *c);

/* segment.c: n, a segment_reduce, at ix; c->v[0]: the initial value in, the result out. */
void segment_reduce(struct gen *g, const struct node *n, const struct ix *ix, struct carry *c);
/* The rows [lo, hi) of its segment b. */
struct segment { struct ix lo, hi; };
struct segment segment_at(struct gen *g, const struct node *n, struct ix b);
#define ROWS_AHEAD 16                    /* so far ahead is asked for what a row gathers */
/* Asks for what a row some way behind row p of the first operand is made of, at column j. */
void segment_ahead(struct gen *g, const struct node *n, struct ix p, struct ix j);

bool any_lanes(uint32_t rank, const struct ix *ix);
/* c->v[0]: the initial value in, the result out. */
void select_and_scatter(struct gen *g, const struct node *n, const struct ix *ix, struct carry *c);
#endif
