/* complex.c -- the meanings of op.def over complex numbers that libm has otherwise or not at all.
 *
 * Computed in long double and rounded once a part, except where programs and their answers are made
 * with a coarser definition. */
#include "ir/eval/complex.h"
#include <math.h>

complex_double complex_log1p(complex_double a)
{
	long double x = creal(a), y = cimag(a), r;

	if (fabsl(x) + fabsl(y) < 0.5L)
		r = log1pl(fmal(x, 2 + x, y * y)) / 2;
	else                                 /* near 1 clogl is careful */
		r = creall(clogl(wide_of(1 + x, y)));
	return narrow(wide_of(r, atan2l(y, 1 + x)));
}

complex_double complex_expm1(complex_double a)
{
	long double x = creal(a), y = cimag(a), e = expm1l(x), h = sinl(y / 2);
	long double im = expl(x) * sinl(y);

	if (y == 0)
		return narrow(wide_of(e, y));
	return narrow(wide_of(e * cosl(y) - 2 * h * h, im));
}

complex_double complex_sign(complex_double a)
{
	long double r = cabsl(a);

	if (isnan(creal(a)) || isnan(cimag(a)))
		return complex_of(NAN, NAN);
	return r == 0 ? a : narrow((wide)a / r);
}

complex_double complex_pow(complex_double a, complex_double b)
{
	if (creal(b) == 0 && cimag(b) == 0)
		return 1;
	if (creal(a) == 0 && cimag(a) == 0)
		return creal(b) > 0 ? 0 : narrow(cpowl(a, b));
	return narrow(cpowl(a, b));
}

/* exp(z): on the real line real; where the angle is no number, no number. */
complex_double complex_exp(complex_double a)
{
	if (cimag(a) == 0)
		return complex_of((double)expl(creal(a)), cimag(a));
	if (!isfinite(cimag(a)))
		return complex_of(NAN, NAN);
	return narrow(cexpl(a));
}

/* The same definition of cosh and sinh as for floats; parts rounded to float where that is the
 * dtype. */
complex_double complex_exp_sum(enum dtype t, complex_double a, bool cosine)
{
	double x = creal(a), y = cimag(a), log_half = log(0.5);

	if (t == DTYPE_c64) {
		float h = (float)log_half, up_x = (float)x + h, down_x = -(float)x + h;
		complex_double up = complex_exp(complex_of((double)up_x, y));
		complex_double down = complex_exp(complex_of((double)down_x, -y));
		float re = (float)creal(down), im = (float)cimag(down), sign = cosine ? 1 : -1;
		return complex_of((double)((float)creal(up) + sign * re),
			(double)((float)cimag(up) + sign * im));
	}
	complex_double up = complex_exp(complex_of(x + log_half, y));
	complex_double down = complex_exp(complex_of(-x + log_half, -y));
	return cosine ? up + down : up - down;
}

/* Products of complex<f32> are rounded once, sums fused with the other: what processors with fused
 * multiply-add make of the definition, and what programs were tested with. */
complex_double complex_multiply(enum dtype t, complex_double a, complex_double b)
{
	double ar = creal(a), ai = cimag(a), br = creal(b), bi = cimag(b);

	if (t != DTYPE_c64)
		return narrow((wide)a * (wide)b);
	return complex_of(ar * br - (double)(float)(ai * bi), ai * br + (double)(float)(ar * bi));
}

complex_double complex_atan2(complex_double y, complex_double x)
{
	wide i = wide_of(0, 1), r = csqrtl((wide)x * x + (wide)y * y);

	return narrow(-i * clogl(((wide)x + i * (wide)y) / r));
}

static bool complex_greater(complex_double a, complex_double b)
{
	return creal(a) > creal(b) || (creal(a) == creal(b) && cimag(a) > cimag(b));
}

complex_double complex_max(complex_double a, complex_double b)
{
	return isnan(creal(a)) || isnan(cimag(a)) ? a : isnan(creal(b)) || isnan(cimag(b)) ? b :
		complex_greater(a, b) ? a : b;
}

complex_double complex_min(complex_double a, complex_double b)
{
	return isnan(creal(a)) || isnan(cimag(a)) ? a : isnan(creal(b)) || isnan(cimag(b)) ? b :
		complex_greater(a, b) ? b : a;
}

bool complex_finite(complex_double a)
{
	return isfinite(creal(a)) && isfinite(cimag(a));
}
