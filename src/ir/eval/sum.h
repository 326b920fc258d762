/* sum.h -- wide copies of operands and sums of products, for dot.c and conv.c. */
#ifndef IR_EVAL_SUM_H
#define IR_EVAL_SUM_H
#include "ir/eval/eval_impl.h"

/* The elements of a tensor as doubles, 64-bit integers (bool too) or complex doubles. */
struct wide_array {
	bool wide;                   /* complex<f64>: sums are not rounded to f32 */
	/* DTYPE_FLOAT, DTYPE_SINT (any integer), DTYPE_BOOL, DTYPE_COMPLEX */
	enum dtype_class kind;
	double *f;
	int64_t *i;
	complex_double *z;
	struct tensor *room;
};
struct sum {
	bool wide;                   /* the operands' */
	double re, im;
	uint64_t u;
};
/* t's elements as those of dtype `as`. */
struct wide_array wide_read(struct call *c, const struct tensor *t, enum dtype as);
/* What an operand of dtype t is multiplied as, of which the other is u and the sum of dtype `out`:
 * itself, where the sum is of its kind of number; else of the sum's dtype. */
enum dtype wide_as(enum dtype t, enum dtype u, enum dtype out);
void wide_free(struct call *c, struct wide_array *w);
/* s += sum over k of a[ai + k as] * b[bi + k bs] */
void sum_products(struct sum *s, const struct wide_array *a, int64_t ai, int64_t as,
	const struct wide_array *b, int64_t bi, int64_t bs, int64_t n);
/* The same where all that is multiplied by b is zero: padding, holes. */
void sum_zeros(struct sum *s, const struct wide_array *b, int64_t bi, int64_t bs, int64_t n);
void sum_store(const struct sum *s, const struct wide_array *a, enum dtype t, void *out);
#endif
