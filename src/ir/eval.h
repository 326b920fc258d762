/* eval.h -- the reference interpreter: what "correct" means.
 *
 * Evaluates a region over tensors in memory, one op at a time, each result rounded to its dtype.
 * Slow, plain, complete; the judge of native code and never run in its place. */
#ifndef IR_EVAL_H
#define IR_EVAL_H
#include "ir/graph.h"

/* A value: a dense row-major tensor of known dims, or a tuple or results of such, or a token. */
struct tensor {
	/* dtype and kind; dims below hold, when the type is symbolic */
	const struct type *type;
	uint32_t rank;
	const int64_t *dims;
	void *data;                  /* element as in memory (dtype.h) */
	uint32_t n;                  /* tuple, results */
	struct tensor *elem;
};
struct eval_options {
	uint64_t max_bytes;          /* of one tensor; 0: no limit */
	/* Called for every custom_call, in program order; NULL: UNIMPLEMENTED.  out[i] comes
	 * zeroed, with the size its type says. */
	struct weft_error *(*custom)(void *arg, const struct node *n, const struct tensor *in,
		uint32_t nin, struct tensor *out, uint32_t nout);
	void *custom_arg;
	/* The bytes of a SLOT_bound constant; NULL: FAILED_PRECONDITION. */
	const void *(*slot)(void *arg, uint32_t slot);
	void *slot_arg;
};
/* Evaluates r; args are borrowed; results live in j's scratch.  Fails j. */
void eval_region(struct job *j, const struct graph *g, const struct region *r,
	const struct eval_options *o, const struct tensor *args, struct tensor *results);
/* Ops that this process has evaluated so far, all threads together. */
uint64_t eval_count(void);
int64_t tensor_elements(const struct tensor *t);
#endif
