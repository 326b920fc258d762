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
	return r == 0 ? 0 : narrow((wide)a / r);
}

complex_double complex_pow(complex_double a, complex_double b)
{
	if (creal(b) == 0 && cimag(b) == 0)
		return 1;
	if (creal(a) == 0 && cimag(a) == 0)
		return creal(b) > 0 ? 0 : narrow(cpowl(a, b));
	return narrow(cpowl(a, b));
}

/* The cube root of the modulus, a third of the angle; of no angle, as it is. */
complex_double complex_cbrt(complex_double a)
{
	long double r = cbrtl(cabsl(a)), angle = cargl(a) / 3;

	return narrow(wide_of(r * cosl(angle), angle == 0 ? angle : r * sinl(angle)));
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

/* The definition of cosh and sinh that floats have too (scalar.c), parts rounded to float. */
static complex_double exp_sum(complex_double a, bool cosine)
{
	float h = (float)log(0.5), x = (float)creal(a), up_x = x + h, down_x = h - x;
	complex_double up = complex_exp(complex_of((double)up_x, cimag(a)));
	complex_double down = complex_exp(complex_of((double)down_x, -cimag(a)));
	float re = (float)creal(down), im = (float)cimag(down), sign = cosine ? 1 : -1;

	return complex_of((double)((float)creal(up) + sign * re),
		(double)((float)cimag(up) + sign * im));
}

/* Of complex<f32>, where the definition's results are of a size that shows it, by that. */
complex_double complex_hyperbolic(enum dtype t, complex_double a, bool cosine)
{
	double x = fabs(creal(a)), y = cimag(a);
	complex_double r = narrow(cosine ? ccoshl(a) : csinhl(a));

	if (t != DTYPE_c64 || !(x >= 1 && x < 89) || !isfinite(y))
		return r;
	complex_double sum = exp_sum(a, cosine);
	return complex_of(creal(sum), y == 0 ? cimag(r) : cimag(sum));
}

complex_double complex_square(complex_double a)
{
	long double x = creal(a), y = cimag(a);

	long double re = fabsl(x) == fabsl(y) && isfinite(x) ? 0 : (x - y) * (x + y);
	return complex_of((double)re, (double)(2 * x * y));
}

/* Products of complex<f32> are rounded once, sums fused with the other: what processors with fused
 * multiply-add make of the definition, and what programs were tested with. */
complex_double complex_multiply(enum dtype t, complex_double a, complex_double b)
{
	double ar = creal(a), ai = cimag(a), br = creal(b), bi = cimag(b);

	if (t != DTYPE_c64) {
		/* not mended where no part is a number, as Annex G would */
		wide r = (wide)a * (wide)b;
		long double x = ar, y = ai;
		bool lost = isnan(x * br - y * bi) && isnan(y * br + x * bi);
		return lost ? complex_of(NAN, NAN) : narrow(r);
	}
	return complex_of(ar * br - (double)(float)(ai * bi), ai * br + (double)(float)(ar * bi));
}

/* atan(y / x), and half a turn more where -i log((x + i y) / sqrt(x^2 + y^2)), which loses what is
 * small, is elsewhere. */
complex_double complex_atan2(complex_double y, complex_double x)
{
	const long double half_turn = 3.14159265358979323846264338327950288L;
	wide i = wide_of(0, 1), root = csqrtl((wide)x * x + (wide)y * y);
	wide whole = -i * clogl(((wide)x + i * (wide)y) / root), r = catanl((wide)y / (wide)x);
	long double off = creall(whole) - creall(r);

	if (!(fabsl(off) < 4.5L))
		return narrow(whole);
	if (fabsl(off) < 1.5L)
		return narrow(r);
	return narrow(wide_of(creall(r) + copysignl(half_turn, -creall(r)), cimagl(r)));
}

/* Kahan, "Branch Cuts for Complex Elementary Functions" (1987): t = re(sqrt(1 - z) sqrt(1 + z)), of
 * |x| and |y| a sum of two numbers >= 0; far out |y|. */
complex_double complex_arc(complex_double z)
{
	long double x = fabsl((long double)creal(z)), y = fabsl((long double)cimag(z));
	wide p = csqrtl(wide_of(1 - x, -y)), q = csqrtl(wide_of(1 + x, y));
	long double t = creall(p) * creall(q) - cimagl(p) * cimagl(q);

	if (isinf(x) || isinf(y))
		return complex_of((double)y, INFINITY);
	return complex_of((double)(x == 0 && isnan(t) ? 1 : t), (double)fabsl(cimagl(casinl(z))));
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
