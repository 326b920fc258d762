/* complex.h -- the meanings of op.def over complex numbers (complex.c), for scalar.c. */
#ifndef IR_EVAL_COMPLEX_H
#define IR_EVAL_COMPLEX_H
#include "ir/eval/eval_impl.h"

typedef complex_wide wide;

static inline complex_double narrow(wide z)
{
	return complex_of((double)creall(z), (double)cimagl(z));
}

complex_double complex_log1p(complex_double a);
complex_double complex_expm1(complex_double a);
complex_double complex_sign(complex_double a);
complex_double complex_pow(complex_double a, complex_double b);
complex_double complex_cbrt(complex_double a);
complex_double complex_exp(complex_double a);
complex_double complex_hyperbolic(enum dtype t, complex_double a, bool cosine);
complex_double complex_square(complex_double a);
complex_double complex_multiply(enum dtype t, complex_double a, complex_double b);
complex_double complex_atan2(complex_double y, complex_double x);
/* t + i v of z: asin z = atan2(x, t) +- i v, acos z = atan2(t, x) -+ i v; t, v >= 0. */
complex_double complex_arc(complex_double z);
complex_double complex_max(complex_double a, complex_double b);
complex_double complex_min(complex_double a, complex_double b);
bool complex_finite(complex_double a);
#endif
