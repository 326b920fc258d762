/* build.h -- shorthand for building graphs: front ends and passes speak through it.
 *
 * Every function adds to g (borrowed by a job) and fails the job on invalid operands.  Where two
 * operands may differ in shape the caller broadcasts first (build_broadcast_to). */
#ifndef IR_BUILD_H
#define IR_BUILD_H
#include "ir/graph.h"

const struct node *build_op(struct graph *g, enum op op, uint32_t nin, const struct node *const *in,
	uint32_t nattrs, const struct attr_entry *attrs);
const struct node *build1(struct graph *g, enum op op, const struct node *a);
const struct node *build2(struct graph *g, enum op op, const struct node *a, const struct node *b);
const struct node *build3(struct graph *g, enum op op, const struct node *a, const struct node *b,
	const struct node *c);

const struct node *build_scalar(struct graph *g, enum dtype t, double v);       /* rank 0 */
const struct node *build_scalar_int(struct graph *g, enum dtype t, int64_t v);
const struct node *build_full(
	struct graph *g, const struct type *t, double v); /* scalar, broadcast */
const struct node *build_like(struct graph *g, const struct node *n, double v); /* n's type */
const struct node *build_constant(
	struct graph *g, const struct type *t, bool splat, const void *data);
const struct node *build_iota(struct graph *g, const struct type *t, int64_t dimension);
/* An i64 scalar that holds a dimension, known or symbolic, of some tensor. */
const struct node *build_size(struct graph *g, const struct node *tensor, uint32_t dimension);
/* An i64 scalar that holds dimension d, computed from the sizes of hints[] where they have it,
 * then of parameters of main (inside of another region: of what is at hand) and values. */
const struct node *build_dim(
	struct graph *g, int64_t d, uint32_t nhints, const struct node *const *hints);
/* While a region other than main is built: the tensors, parameters of it, whose sizes are at hand.
 * Sets it (borrowed until set again; NULL: main's parameters) and gives what was set before. */
struct build_hand {
	uint32_t n;
	const struct node *const *in;
};
const struct build_hand *build_at_hand(struct graph *g, const struct build_hand *hand);
/* An i64 vector of dimensions: a constant when all are numbers. */
const struct node *build_shape(struct graph *g, uint32_t rank, const int64_t *dims, uint32_t nhints,
	const struct node *const *hints);

const struct node *build_convert(struct graph *g, const struct node *a, enum dtype t);
/* The same of an op's result that was computed wider: rounded as its numerics have it, by default
 * not before it is stored. */
const struct node *build_unrounded(struct graph *g, const struct node *a, enum dtype t);
const struct node *build_compare(struct graph *g, const char *direction, const struct node *a,
	const struct node *b);                        /* compare_type follows the dtype */
const struct node *build_select(struct graph *g, const struct node *p, const struct node *a,
	const struct node *b);

const struct node *build_reshape(struct graph *g, const struct node *a, uint32_t rank,
	const int64_t *dims);                         /* symbolic dims: dynamic_reshape */
const struct node *build_transpose(
	struct graph *g, const struct node *a, const int64_t *permutation);
/* Operand dimension i becomes result dimension at[i]; size 1 stretches. */
const struct node *build_broadcast(struct graph *g, const struct node *a, uint32_t rank,
	const int64_t *dims, const int64_t *at);
/* numpy's rule: dimensions align at the right. */
const struct node *build_broadcast_to(struct graph *g, const struct node *a, uint32_t rank,
	const int64_t *dims);
/* start and limit may be symbolic (real_dynamic_slice). */
const struct node *build_slice(struct graph *g, const struct node *a, const int64_t *start,
	const int64_t *limit, const int64_t *stride);
const struct node *build_pad(struct graph *g, const struct node *a, const struct node *value,
	const int64_t *low, const int64_t *high, const int64_t *interior);
const struct node *build_concat(
	struct graph *g, uint32_t n, const struct node *const *in, int64_t dimension);

/* reduce over `dims` with the associative op and its neutral element (add, multiply, maximum,
 * minimum, and, or). */
const struct node *build_reduce(struct graph *g, enum op op, const struct node *a, uint32_t ndims,
	const int64_t *dims);
/* n dimensions of a product's lhs, each with the one of its rhs that it goes with. */
struct dim_pairs {
	uint32_t n;
	const int64_t *lhs, *rhs;
};
/* lhs[batch, m, k] x rhs[batch, k, n] by dimension numbers, as dot_general; result dtype t. */
const struct node *build_dot(struct graph *g, const struct node *lhs, const struct node *rhs,
	struct dim_pairs batch, struct dim_pairs contract, enum dtype t);
/* The same without batches, over dimension `of_lhs` of lhs and `of_rhs` of rhs. */
const struct node *build_dot_over(struct graph *g, const struct node *lhs, int64_t of_lhs,
	const struct node *rhs, int64_t of_rhs, enum dtype t);
/* Value x where `by`, an op that goes, declares it of type t.  A size or bound that t has and x's
 * type lacks is one that a run checks: the result is a transpose by the identity that says so, with
 * `by` as its KEY_callee for messages; else x.  In tuples, of each element. */
const struct node *build_declared(
	struct graph *g, const struct node *x, const struct type *t, enum op by);
/* A composite of that name: decomposition is a closed region over in[]; attributes are the
 * node's. */
const struct node *build_composite(struct graph *g, const char *name, uint32_t nin,
	const struct node *const *in, const struct attrs *attributes,
	const struct region *decomposition);
#endif
