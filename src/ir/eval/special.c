/* special.c -- special functions of the reference, in long double: slow series that are right.
 *
 *   lgamma      the C library's
 *   digamma     recurrence up to x >= 20, then the asymptotic series with Bernoulli numbers
 *               (Abramowitz and Stegun 6.3.18); reflection below 0 (6.3.7)
 *   zeta        Hurwitz: sum of the first terms, then Euler-Maclaurin (A&S 23.1.30 for the series);
 *               left of 0 two such sums
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

/* (z / m)^-s, d their difference, which z of large numbers does not hold. */
static long double zeta_term(long double s, long double d, long double m)
{
	return expl(-s * log1pl(d / m));
}

/* The sum of ((z + k) / m)^-s, k = 0, 1, ..., z > 0. */
static long double zeta_sum(long double s, long double z, long double m)
{
	long double sum = 0, d = z - m;

	for (int i = 0; z < 16 || i < 16; i++, z++, d++) {
		long double term = zeta_term(s, d, m);
		sum += term;
		if (z > 1 && term < sum * 1e-24L)
			return sum;
	}
	long double p = zeta_term(s, d, m), factor = s / z * p / 2;
	if (p == 0)
		return sum;
	sum += z * p / (s - 1) + p / 2;
	for (int k = 0; k < NBERNOULLI; k++) {
		sum += bernoulli[k] * factor;
		factor *= (s + 2 * k + 1) / z / (2 * k + 3) * ((s + 2 * k + 2) / z / (2 * k + 4));
	}
	return sum;
}

/* zeta(s, q) = m^-s times what is returned, m the least |q + k|.  Left of 0 the terms are two such
 * sums, from the least of either sign on, and what the one has too many. */
static long double zeta_scaled(long double s, bool odd, long double q, long double *m)
{
	if (q > 0) {
		*m = q;
		return zeta_sum(s, q, q);
	}
	long double right = q - floorl(q), left = ceill(q) - q;
	*m = odd && left == right ? 1 - q : fminl(left, right);
	if (odd && left == right)
		return zeta_sum(s, 1 - q, *m);
	long double sum = zeta_sum(s, left, *m) - zeta_sum(s, 1 - q, *m);
	return zeta_sum(s, right, *m) + (odd ? -sum : sum);
}

/* Where zeta is no sum; odd: is s odd? */
static bool zeta_special(long double s, bool odd, long double q, long double *out)
{
	bool pole = q <= 0 && q == floorl(q);

	if (isnan(s) || isnan(q) || s < 1 || (q <= 0 && !pole && s != floorl(s)))
		*out = NAN;
	else if (s == 1)
		*out = INFINITY;
	else if (pole)
		*out = odd ? NAN : INFINITY;
	else if (isinf(q))
		*out = 0;
	else if (isinf(s))
		*out = q > 1 ? 0 : q == 1 ? 1 : INFINITY;
	else
		return false;
	return true;
}

long double special_zeta(long double s, long double q)
{
	bool odd = s == floorl(s) && fabsl(fmodl(s, 2)) == 1;
	long double v, m;

	if (zeta_special(s, odd, q, &v))
		return v;
	v = zeta_scaled(s, odd, q, &m);
	return v != 0 ? v * powl(m, -s) : 0;
}

/* n! m^-(n + 1).  Of large n by Stirling's series (A&S 6.1.41), the logarithm of n / (m e) from the
 * difference of the two, because n times it is all that is left. */
static long double factorial_over(long double n, long double m)
{
	static const long double e = 2.71828182845904523536028747135266250L;
	static const long double rest = -6.788063664127784e-20L;   /* of e */

	if (n <= 1000)
		return tgammal(n + 1) * powl(m, -(n + 1));
	long double d = (fmal(-m, e, n) - m * rest) / (m * e);
	return expl(n * log1pl(d) + (1 - 1 / (30 * n * n)) / (12 * n)) * (sqrtl(2 * PI * n) / m);
}

long double special_polygamma(long double n, long double x)
{
	long double v, m;

	if (isnan(n) || isinf(n) || isnan(x) || n < 0 || n != floorl(n))
		return NAN;
	if (n == 0)
		return special_digamma(x);
	bool even = fmodl(n, 2) == 0;
	if (!zeta_special(n + 1, even, x, &v)) {
		v = zeta_scaled(n + 1, even, x, &m);
		v = v != 0 ? v * factorial_over(n, m) : 0;
	}
	return even ? -v : v;
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
