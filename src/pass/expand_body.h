/* expand_body.h -- loops over elements, for ops whose bodies are no code over lanes (expand_body.c,
 * expand_body_scatter.c, expand_body_sort.c).
 *
 * Tensors are flat here: of rank 1, in row-major order.  Indices are i64 scalars. */
#ifndef PASS_EXPAND_BODY_H
#define PASS_EXPAND_BODY_H
#include "pass/expand.h"

/* Where the code is: what it may read.  at[0..n) are nodes of the region being built; of them the
 * last nsizes are the extents dims[], i64 scalars. */
struct site {
	struct graph *g;
	uint32_t depth;              /* of the region's parameters: graph_parameter_of() */
	uint32_t n, nsizes;
	const struct node **at;
	const int64_t *dims;
};
/* What a turn, or a branch, computes: next[] from index i and the state. */
typedef void turn_fn(void *arg, const struct site *s, const struct node *i,
	const struct node *const *state, const struct node **next);

/* The site around op n: n's operands but flat, its captures, then every symbolic extent of those
 * and of the `more` types. */
struct site site_of(struct graph *g, const struct node *n, uint32_t more,
	const struct type *const *types);
/* The site with k nodes more in front. */
struct site site_with(const struct site *s, uint32_t k, const struct node *const *front);
/* Extent d as a scalar. */
const struct node *site_extent(const struct site *s, int64_t d);

/* state[] after turns 0 to count - 1 of fn. */
void site_loop(const struct site *s, const struct node *count, uint32_t nstate,
	const struct node *const *state, turn_fn *fn, void *arg, const struct node **out);
/* state[] after fn if `cond`, else state[].  The index is NULL. */
void site_if(const struct site *s, const struct node *cond, uint32_t nstate,
	const struct node *const *state, turn_fn *fn, void *arg, const struct node **out);

/* Arithmetic of indices. */
const struct node *index_const(struct graph *g, int64_t v);
/* The index in a tensor of these dims whose place is i, and back. */
void index_split(const struct site *s, const struct node *i, uint32_t rank, const int64_t *dims,
	const struct node **out);
const struct node *index_join(
	const struct site *s, uint32_t rank, const int64_t *dims, const struct node *const *ix);
/* Is ix within dims? */
const struct node *index_within(
	const struct site *s, uint32_t rank, const int64_t *dims, const struct node *const *ix);
int64_t elements_of(struct graph *g, const struct type *t);

/* Element i of flat x, a scalar; x with v there. */
const struct node *flat_take(struct graph *g, const struct node *x, const struct node *i);
const struct node *flat_put(
	struct graph *g, const struct node *x, const struct node *i, const struct node *v);
const struct node *flat_of(struct graph *g, const struct node *x);
/* v, a scalar, as often as there are elements of type t. */
const struct node *flat_full(const struct site *s, const struct node *v, const struct type *t);

/* The results of region r of n: its captures are nodes of the site from `captures` on. */
void body_at(const struct site *s, const struct node *n, uint32_t r, uint32_t captures,
	uint32_t nargs, const struct node *const *args, const struct node **out);

/* n with the tensors front[] for its first `count` operands: no node of the graph. */
const struct node *body_with(
	struct graph *g, const struct node *n, uint32_t count, const struct node **front);

/* Flat result `which` of n. */
const struct node *body_scatter(struct graph *g, const struct node *n, uint32_t which);
const struct node *body_select_and_scatter(struct graph *g, const struct node *n);
const struct node *body_sort(struct graph *g, const struct node *n, uint32_t which);
#endif
