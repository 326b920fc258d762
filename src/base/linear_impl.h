/* linear_impl.h -- what the routines behind linear.def share: linear.c, linear_call.c. */
#ifndef BASE_LINEAR_IMPL_H
#define BASE_LINEAR_IMPL_H
#include "base/lapack.h"
#include "base/linear.h"
#include "base/mem.h"
#include <stdint.h>

/* One matrix: a vector is a column, a number a matrix of one element. */
struct matrix {
	char *data;
	int rows, cols;
	size_t size;                         /* bytes of an element */
};
enum { LINEAR_ROUTINES = 2 };                /* that one row calls */
struct linear_step {
	struct arena *room;                  /* emptied after each matrix of the batch */
	/* Found so far: to look for one takes as long as to factor a small matrix. */
	struct {
		const char *name;
		lapack_fn *fn;
	} routine[LINEAR_ROUTINES];
	char kind;
	size_t size, real;                   /* bytes of an element, and of its real part */
	const char *config;
	struct matrix in[LINEAR_MOST], out[LINEAR_MOST];
};
/* Lengths of strings stand last, by Fortran's convention. */
enum { ONE_CHAR = 1 };

#define LINEAR(fn, ...) struct weft_error *linear_##fn(struct linear_step *s);
#include "base/linear.def"
#undef LINEAR

static inline bool linear_is_complex(const struct linear_step *s)
{
	return s->kind == 'c' || s->kind == 'z';
}

/* LAPACK's routine of that name, a literal, for the step's kind. */
struct weft_error *linear_routine(struct linear_step *s, const char *name, lapack_fn **out);
/* n elements of so many bytes; at least one, for LAPACK wants an address. */
struct weft_error *linear_room(struct linear_step *s, int64_t n, size_t size, void *out);
/* The number of elements that a routine asked for room has put into work[0], of that size. */
struct weft_error *linear_asked(struct linear_step *s, size_t size, const void *first, int *n);
/* Operand i by columns, a copy. */
struct weft_error *linear_columns(struct linear_step *s, int i, char **out);
/* A result whose elements lie by columns, or as they are wanted. */
void linear_rows(const struct matrix *to, const char *columns);
void linear_put(const struct matrix *to, const void *numbers);
/* Real number i of an array. */
double linear_real(const struct linear_step *s, const char *a, int64_t i);
void linear_real_set(const struct linear_step *s, char *a, int64_t i, double v);
/* The vectors in the columns of v as rows of complex numbers.  Of a real matrix a pair of
 * conjugate values, wi being their imaginary parts, has its vector's parts in two columns. */
void linear_vectors(const struct linear_step *s, const struct matrix *to, const char *wi,
	const char *v);

/* Eigenvalues w and where `vectors` these in a's place, of a symmetric or Hermitian matrix by
 * columns; uplo: which triangle is read. */
struct weft_error *linear_symmetric(struct linear_step *s, const char *uplo, bool vectors, char *a,
	char *w, int *info);
/* What geev fills: of a real matrix the parts of w apart, and vectors that are complex as pairs. */
struct eigen {
	char *a, *w, *wi, *left, *right;
	int info;
};
struct weft_error *linear_general(struct linear_step *s, const char *left, const char *right,
	struct eigen *e);
/* Singular values: u of ucols columns, vt of vrows rows; no vectors for jobz N. */
struct weft_error *linear_singular(struct linear_step *s, const char *jobz, char *a, char *values,
	char *u, char *vt, int vrows, int *info);
#endif
