/* expand.h -- between the files of the pass `expand`. */
#ifndef PASS_EXPAND_H
#define PASS_EXPAND_H
#include "pass/pass.h"

/* Result `which` of n, whose operands and regions are expanded already; NULL: n stays. */
const struct node *expand_top_k(struct graph *g, const struct node *n, uint32_t which);
const struct node *expand_scan(struct graph *g, const struct node *n, uint32_t which);
/* Of x the first `count` (may be symbolic) along dimension d. */
const struct node *expand_first(
	struct graph *g, const struct node *x, uint32_t d, int64_t count);
/* The k (may be symbolic) largest of each row, or (which 1) where these are. */
const struct node *expand_largest(struct graph *g, const struct node *x, int64_t k,
	enum dtype index, uint32_t which);
/* Result `which` of a custom_call with the operands in[], the effect's token its last; NULL: n
 * stays. */
const struct node *expand_custom(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which);
/* n, a loop or branch, with regions that know the sizes of their operands; NULL: they do. */
const struct node *expand_sizes(
	struct graph *g, const struct node *n, const struct node *const *in);
/* n with the operands in[]; NULL: n stays. */
const struct node *expand_linear(
	struct graph *g, const struct node *n, const struct node *const *in);
/* A collective of one process: result `which`; NULL: others take part. */
const struct node *expand_collective(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which);
const struct node *expand_dot(struct graph *g, const struct node *n, const struct node *const *in);
const struct node *expand_dot_general(
	struct graph *g, const struct node *n, const struct node *const *in);
const struct node *expand_einsum(
	struct graph *g, const struct node *n, const struct node *const *in);
/* A gather with slices of 0 in dimensions that the result lacks: NULL where it has none. */
const struct node *expand_gather(
	struct graph *g, const struct node *n, const struct node *const *in);
const struct node *expand_dynamic_conv(
	struct graph *g, const struct node *n, const struct node *const *in);
/* batch_norm_inference; result `which` of the other two batch norms.  NULL: of quantised values. */
const struct node *expand_batch_norm(
	struct graph *g, const struct node *n, const struct node *const *in);
const struct node *expand_statistics(struct graph *g, const struct node *of, uint32_t which);
/* Result `which` of the async_done of an async_start. */
const struct node *expand_async(struct graph *g, const struct node *start, uint32_t which);
const struct node *expand_ragged_dot(
	struct graph *g, const struct node *n, const struct node *const *in);
/* The same by a product that knows groups, given where they begin and end; NULL: it is of another
 * form, or small. */
const struct node *expand_groups(struct graph *g, const struct node *n, const struct node *lhs,
	const struct node *rhs, const struct node *start, const struct node *end);
/* Result `which` of n, whose body no kernel computes over lanes, as loops; NULL: one does. */
const struct node *expand_body(struct graph *g, const struct node *n, uint32_t which);
const struct node *expand_rng(struct graph *g, const struct node *n, const struct node *const *in);
#endif
