/* special.c -- special functions of the reference, in long double: slow series that are right.
 *
 *   lgamma      the C library's
 *   digamma     recurrence up to x >= 20, then the asymptotic series with Bernoulli numbers
 *               (Abramowitz and Stegun 6.3.18); reflection below 0 (6.3.7)
 *   zeta        Hurwitz: sum of the first terms, then Euler-Maclaurin (A&S 23.1.30 for the series)
 *   polygamma   (-1)^(n+1) n! zeta(n + 1, x) (A&S 6.4.10)
 *   erf_inv     Newton with second order correction from Winitzki's approximation
 *   bessel_i1e  power series below 40 (A&S 9.6.10), Hankel's asymptotic expansion above (9.7.1) */
#include "ir/eval/eval_impl.h"
#include <math.h>

#define PI 3.14159265358979323846264338327950288L

/* B(2k), k = 1 .. 13. */
static const long double bernoulli[] = {
	1.0L / 6, -1.0L / 30, 1.0L / 42, -1.0L / 30, 5.0L / 66, -691.0L / 2730, 7.0L / 6,
	-3617.0L / 510, 43867.0L / 798, -174611.0L / 330, 854513.0L / 138, -236364091.0L / 2730,
	8553103.0L / 6,
};
enum { NBERNOULLI = sizeof bernoulli / sizeof *bernoulli };

long double special_lgamma(long double x)
{
	int sign;

	if (isinf(x))
		return INFINITY;
	return lgammal_r(x, &sign);
}

long double special_digamma(long double x)
{
	long double r = 0;

	if (isnan(x) || (isinf(x) && x < 0))
		return NAN;
	if (isinf(x))
		return x;
	if (x <= 0) {
		if (x == floorl(x))
			return NAN;
		long double f = x - roundl(x);
		return special_digamma(1 - x) - PI * cosl(PI * f) / sinl(PI * f);
	}
	for (; x < 20; x++)
		r -= 1 / x;
	r += logl(x) - 0.5L / x;
	long double x2 = x * x, p = 1;
	for (int k = 0; k < NBERNOULLI; k++) {
		p /= x2;
		r -= bernoulli[k] * p / (2 * k + 2);
	}
	return r;
}

long double special_zeta(long double s, long double q)
{
	long double sum = 0;

	if (isnan(s) || isnan(q) || s < 1)
		return NAN;
	if (s == 1)
		return INFINITY;
	if (q <= 0) {
		if (q == floorl(q))
			return !isinf(s) && s == floorl(s) && fmodl(s, 2) != 0 ? NAN : INFINITY;
		if (s != floorl(s))
			return NAN;
	}
	if (isinf(q))
		return 0;
	if (isinf(s))
		return q > 1 ? 0 : q == 1 ? 1 : INFINITY;
	long double a = q;
	for (int i = 0; i < 1000000 && (a < 16 || i < 16); i++, a++) {
		long double term = powl(a, -s);
		sum += term;
		if (a > 1 && fabsl(term) < fabsl(sum) * 1e-24L)
			return sum;
	}
	long double p = powl(a, -s);
	if (p == 0)
		return sum;
	sum += a * p / (s - 1) + p / 2;
	long double rising = s, factorial = 2;
	p /= a;
	for (int k = 0; k < NBERNOULLI; k++) {
		sum += bernoulli[k] * rising / factorial * p;
		rising *= (s + 2 * k + 1) * (s + 2 * k + 2);
		factorial *= (long double)(2 * k + 3) * (2 * k + 4);
		p /= a * a;
	}
	return sum;
}

long double special_polygamma(long double n, long double x)
{
	if (isnan(n) || isinf(n) || isnan(x) || n < 0 || n != floorl(n))
		return NAN;
	if (n == 0)
		return special_digamma(x);
	long double v = tgammal(n + 1) * special_zeta(n + 1, x);
	return fmodl(n, 2) != 0 ? v : -v;
}

long double special_erf_inv(long double x)
{
	if (isnan(x) || x < -1 || x > 1)
		return NAN;
	if (x == 0)
		return x;
	if (x == 1 || x == -1)
		return x * INFINITY;
	long double y = fabsl(x), l = log1pl(-y * y), a = 2 / (PI * 0.147L) + l / 2;
	long double v = sqrtl(sqrtl(a * a - l / 0.147L) - a);
	for (int i = 0; i < 6; i++) {
		long double e = (y > 0.5L ? (1 - y) - erfcl(v) : erfl(v) - y);
		e *= y > 0.5L ? 1 : 1;
		long double step = e / (2 / sqrtl(PI) * expl(-v * v));
		v -= step / (1 + v * step);
	}
	return copysignl(v, x);
}

long double special_bessel_i1e(long double x)
{
	long double a = fabsl(x);

	if (isnan(x))
		return x;
	if (isinf(x))
		return copysignl(0, x);
	if (a < 40) {
		long double q = a * a / 4, term = a / 2, sum = 0;
		for (int k = 1; k < 400 && term > sum * 1e-22L; k++) {
			sum += term;
			term *= q / ((long double)k * (k + 1));
		}
		return copysignl(sum * expl(-a), x);
	}
	long double term = 1, sum = 1;
	for (int k = 1; k < 40; k++) {
		term *= -(4 - (2.0L * k - 1) * (2.0L * k - 1)) / (k * 8 * a);
		sum += term;
		if (fabsl(term) < 1e-22L)
			break;
	}
	return copysignl(sum / sqrtl(2 * PI * a), x);
}
