/* ulp.h -- what the files of the sweep share: exact values (exact.c), arguments (arguments.c). */
#ifndef ULP_ULP_H
#define ULP_ULP_H
#include "ir/dtype.h"
#include "ir/op.h"
#include <mpfr.h>

enum { ULP_BITS = 192 };             /* of exact values: 53, and enough to know how far off */

typedef void exact_fn(mpfr_t r, mpfr_srcptr a, mpfr_srcptr b);
struct function {
	enum op op;
	int operands;
	exact_fn *exact;
	double bound32, bound64;
	int cost;
};

#define ULP(op_, operands_, name_, ...) exact_fn exact_##name_;
#include "ulp.def"
#undef ULP

/* The i-th argument (pair) of n: what is special first, then evenly over all bit patterns and over
 * those of moderate size.  The same on every run.  n at least 2. */
struct arguments;
struct arguments *arguments_new(const struct function *f, enum dtype t, uint64_t n);
void arguments_free(struct arguments *s);
uint64_t arguments_count(const struct arguments *s);
void arguments_at(const struct arguments *s, uint64_t i, double *a, double *b);
#endif
