/* matrix.h -- matrices, the last two dimensions: what lower_linalg.c has for its neighbours. */
#ifndef FRONT_ATEN_MATRIX_H
#define FRONT_ATEN_MATRIX_H
#include "front/aten/lower.h"

/* Argument i, of sizes known and numbers that LAPACK has; else the call becomes a callback. */
const struct node *matrix_argument(struct lower *l, uint32_t i);
const struct node *matrix_turned(struct lower *l, const struct node *a);
const struct node *matrix_conj(struct lower *l, const struct node *a);
const struct node *matrix_times(struct lower *l, const struct node *a, const struct node *b);
/* Of a's shape: row number compared with column number; a where mask, else a number. */
const struct node *matrix_triangle(struct lower *l, const struct node *a, const char *how);
const struct node *matrix_masked(
	struct lower *l, const struct node *a, const struct node *mask, double otherwise);
const struct node *matrix_unit(struct lower *l, const struct node *a);     /* one like a */
/* The first n rows, zeros below the diagonal. */
const struct node *matrix_upper(struct lower *l, const struct node *a, int64_t n);
/* A call of base/linear.def; config may be NULL. */
void matrix_decomposed(struct lower *l, const char *target, const char *config, uint32_t nin,
	const struct node *const *in, uint32_t nout, const struct type *const *types,
	const struct node **out);
#endif
