/* take.h -- indexing: what the families of index, gather and scatter share. */
#ifndef FRONT_ATEN_TAKE_H
#define FRONT_ATEN_TAKE_H
#include "front/aten/lower.h"

/* A gather (or scatter) that takes dimensions at[0..m) of x by index and the others whole. */
struct take {
	const struct node *x;
	uint32_t m;
	int64_t at[ATEN_MAX_RANK];
	const struct node *starts; /* [batch...] when m is 1, else [batch..., m] */
	uint32_t batch; /* rank of the index */
	uint32_t first; /* where the index's dimensions go in the result */
	uint32_t nwindow; /* dimensions taken whole, and where they go in the result */
	int64_t window[ATEN_MAX_RANK];
	bool sorted; /* scatter: no start is before the one before it */
	/* Dimensions of x that the index has too, if any: m is 1, starts have those and at[0], in
	 * x's order, and the result lies as x does. */
	uint32_t nbatching;
	int64_t batching[ATEN_MAX_RANK];
};
/* What scatter does with the old value and the update: the op of both, or the update alone. */
#define TAKE_REPLACES OP_result
void take_place(struct take *k); /* fills window[] */
const struct node *take_gather(struct lower *l, struct take *k);
/* updates[] lie as gather's result would. */
const struct node *take_scatter(
	struct lower *l, struct take *k, const struct node *updates, enum op op);
/* x by index along dim; the index's dimensions become result dimensions first ... */
const struct node *take_one(struct lower *l, const struct node *x, int64_t dim,
	const struct node *index, uint32_t first);
/* The index of k by which x is taken along dim: index, which lies as x does but along dim, once for
 * the dimensions along which it is the same; those are taken as they are.  False: it is the same
 * neither along all others nor along rows and all behind dim, or another dimension is not x's. */
bool take_stretched(struct lower *l, const struct node *x, const struct node *index, int64_t dim,
	struct take *k);
/* Scatter of *v into x by index, element by element along dim; claims that the indices are places.
 * *v becomes what take_scatter is given. */
struct take take_elements(struct lower *l, const struct node *x, const struct node *index,
	int64_t dim, const struct node **v);
/* Coordinates [index..., rank] of an elementwise gather or scatter: iota but along dim. */
const struct node *take_coordinates(
	struct lower *l, const struct node *index, const struct node *x, int64_t dim);

/* lower_mask.c */
/* Where x, from dimension `at` on, has a true element of mask: a row of places for each dimension
 * of the mask. */
void mask_indices(struct lower *l, const struct node *mask, const struct node *x, uint32_t at,
	const struct node **index);
#endif
