/* linear.h -- decompositions of dense row-major matrices (linear.def), for the runtime and the
 * interpreter. */
#ifndef BASE_LINEAR_H
#define BASE_LINEAR_H
#include "base/error.h"
#include <stdbool.h>

struct linear_step;
struct linear_row {
	const char *target;
	const char *operands, *results;      /* as linear.def writes them */
	struct weft_error *(*one)(struct linear_step *s);
};
enum { LINEAR_MOST = 6 };                    /* operands, results */
/* The row of that target, of n characters; NULL: none.  kind may be NULL: the element's letter that
 * stands in the target, as linear_run takes it; 0: none does. */
const struct linear_row *linear_find(const char *target, size_t n, char *kind);

struct linear_array {
	void *data;                          /* any alignment */
	uint32_t rank;
	const int64_t *dims;
};
/* Decomposes every matrix of the batch; in[] and out[] are as the row says, and none overlap.  kind
 * is operand 0's element: s or d for f32 and f64, c or z for complex ones of these.
 * Fails with UNIMPLEMENTED without LAPACK, INVALID_ARGUMENT for a matrix too large for it,
 * RESOURCE_EXHAUSTED.  Any thread. */
struct weft_error *linear_run(const struct linear_row *row, char kind, const char *config,
	const struct linear_array *in, const struct linear_array *out);
/* LAPACK on a row-major matrix of n x n doubles, complex ones pairs of them, in place: the factor
 * of a Hermitian positive definite one, of which one triangle is read and written.  False: LAPACK
 * is not there, or the matrix is none such; then a is spoilt.  Any thread. */
bool linear_factor(bool is_complex, bool lower, int64_t n, double *a);
/* Likewise: x, of rows x cols, becomes what op(a) times it was, or (!left) it times op(a); trans is
 * N, T or C.  Numbers are finite and none of the diagonal's is zero. */
struct linear_triangle {
	bool is_complex, left, lower, unit;
	char trans;
	const double *a;
};
bool linear_solve(const struct linear_triangle *t, int64_t rows, int64_t cols, double *x);
/* Both of real numbers without LAPACK, for matrices of a few rows; of whatever numbers. */
void linear_factor_small(bool lower, int64_t n, double *a);
void linear_solve_small(const struct linear_triangle *t, int64_t rows, int64_t cols, double *x);
#endif
