/* grad.h -- gradients of a region, by reverse mode over the graph (grad.def).
 *
 * Nodes are consed, so what forward and backward share is one node: nothing is taped.  Which of it
 * is kept for a later backward and which is computed again is region_split's choice. */
#ifndef PASS_GRAD_GRAD_H
#define PASS_GRAD_GRAD_H
#include "ir/graph.h"

/* Can a gradient reach a tensor of that type? */
static inline bool type_has_gradient(const struct type *t)
{
	return t->kind == TYPE_tensor && !t->quant &&
	       (dtype_is_float(t->dtype) || dtype_is_complex(t->dtype));
}

/* What is wanted of the gradient of r: calls are inlined in it, ops expanded. */
struct grad_request {
	const struct region *r;
	const bool *wanted;          /* a parameter each: is its gradient a result? */
	const bool *seeded;          /* a result each: is its gradient a further parameter? */
	bool results;                /* are r's results the first results? */
};
/* The region with r's parameters, then the gradients of the seeded results; its results are r's, if
 * asked for, then the gradients of the wanted parameters: zeros where none arrives.  Wanted and
 * seeded tensors have a gradient by their type.  UNIMPLEMENTED, naming op and place, where grad.def
 * has no row. */
const struct region *region_gradient(struct graph *g, const struct grad_request *q);

/* A joint region in two. */
struct split {
	/* Of joint's first nparams parameters: its first nresults results, what is kept, and the
	 * token, if joint has effects. */
	const struct region *forward;
	/* Of what is kept, then joint's other parameters: its other results. */
	const struct region *backward;
	/* Where backward's first nkept arguments come from: a parameter of forward, or, below 0,
	 * result -1 - kept[i] of forward. */
	uint32_t nkept;
	int32_t *kept;
	int64_t bytes;                       /* of kept results; symbolic sizes count as 64 */
};
/* Divides joint where the bytes kept are fewest, among the ways that compute contractions,
 * reductions, loops, random numbers and the like once; elementwise ops and movement may be done
 * again.  (AOTAutograd's min-cut rematerialisation: a minimum cut of the network of values by
 * their bytes; the cut by Dinic's method.)  Where more than `budget` bytes were kept, contractions,
 * reductions and the like are computed again too, as few operations as it takes, or all that may
 * be when nothing is enough; INT64_MAX: never.  Effects are forward's alone: UNIMPLEMENTED where a
 * gradient takes one. */
void region_split(struct graph *g, const struct region *joint, uint32_t nparams, uint32_t nresults,
	int64_t budget, struct split *out);
#endif
