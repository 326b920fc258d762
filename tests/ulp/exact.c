/* exact.c -- elementary functions to ULP_BITS bits, by MPFR.
 *
 * What MPFR has not: the logistic function, the inverse error function (Newton's method from a
 * double), the Bessel function (its power series, all terms positive; Hankel's expansion far out),
 * Hurwitz' zeta function (Euler and Maclaurin's formula) and the polygamma functions from it.
 * At poles the values are the interpreter's: digamma NaN, lgamma infinity. */
#include "ulp.h"
#include <math.h>

#define RND MPFR_RNDN
#define DIRECT(name, call)                                       \
	void exact_##name(mpfr_t r, mpfr_srcptr a, mpfr_srcptr b) \
	{                                                        \
		(void)b;                                         \
		call;                                            \
	}

DIRECT(exp, mpfr_exp(r, a, RND))
DIRECT(expm1, mpfr_expm1(r, a, RND))
DIRECT(log, mpfr_zero_p(a) ? mpfr_set_inf(r, -1) : (void)mpfr_log(r, a, RND))
DIRECT(log1p, mpfr_log1p(r, a, RND))
DIRECT(sin, mpfr_sin(r, a, RND))
DIRECT(cos, mpfr_cos(r, a, RND))
DIRECT(tan, mpfr_tan(r, a, RND))
DIRECT(tanh, mpfr_tanh(r, a, RND))
DIRECT(sqrt, mpfr_sqrt(r, a, RND))
DIRECT(cbrt, mpfr_cbrt(r, a, RND))
DIRECT(pow, mpfr_pow(r, a, b, RND))
DIRECT(atan2, mpfr_atan2(r, a, b, RND))
DIRECT(acos, mpfr_acos(r, a, RND))
DIRECT(acosh, mpfr_acosh(r, a, RND))
DIRECT(asin, mpfr_asin(r, a, RND))
DIRECT(asinh, mpfr_asinh(r, a, RND))
DIRECT(atan, mpfr_atan(r, a, RND))
DIRECT(atanh, mpfr_atanh(r, a, RND))
DIRECT(cosh, mpfr_cosh(r, a, RND))
DIRECT(sinh, mpfr_sinh(r, a, RND))
DIRECT(erf, mpfr_erf(r, a, RND))
DIRECT(erfc, mpfr_erfc(r, a, RND))

/* IEEE's: the root of -0 is -0. */
void exact_rsqrt(mpfr_t r, mpfr_srcptr a, mpfr_srcptr b)
{
	(void)b;
	mpfr_rec_sqrt(r, a, RND);
	if (mpfr_zero_p(a))
		mpfr_set_inf(r, mpfr_signbit(a) ? -1 : 1);
}

void exact_logistic(mpfr_t r, mpfr_srcptr a, mpfr_srcptr b)
{
	(void)b;
	mpfr_neg(r, a, RND);
	mpfr_exp(r, r, RND);
	mpfr_add_ui(r, r, 1, RND);
	mpfr_ui_div(r, 1, r, RND);
}

void exact_lgamma(mpfr_t r, mpfr_srcptr a, mpfr_srcptr b)
{
	int sign;

	(void)b;
	if (mpfr_inf_p(a))
		mpfr_set_inf(r, 1);
	else
		mpfr_lgamma(r, &sign, a, RND);
}

void exact_digamma(mpfr_t r, mpfr_srcptr a, mpfr_srcptr b)
{
	(void)b;
	if (mpfr_zero_p(a))
		mpfr_set_nan(r);
	else
		mpfr_digamma(r, a, RND);
}

/* y for erf y = |a|: y += (|a| - erf y) e^(y^2) sqrt pi / 2, by erfc where |a| is near 1. */
void exact_erf_inv(mpfr_t r, mpfr_srcptr a, mpfr_srcptr b)
{
	mpfr_t x, rest, y, t, slope;
	double start;

	(void)b;
	if (mpfr_nan_p(a) || mpfr_cmpabs_ui(a, 1) > 0) {
		mpfr_set_nan(r);
		return;
	}
	if (mpfr_zero_p(a) || mpfr_cmpabs_ui(a, 1) == 0) {
		mpfr_set(r, a, RND);
		if (!mpfr_zero_p(a))
			mpfr_set_inf(r, mpfr_signbit(a) ? -1 : 1);
		return;
	}
	mpfr_inits2(ULP_BITS + 64, x, rest, y, t, slope, (mpfr_ptr)0);
	mpfr_abs(x, a, RND);
	mpfr_ui_sub(rest, 1, x, RND);
	double l = log(mpfr_get_d(rest, RND)) + log1p(mpfr_get_d(x, RND));
	double k = 2 / (3.14159265358979 * 0.147) + l / 2;     /* Winitzki 2008 */
	start = sqrt(sqrt(k * k - l / 0.147) - k);
	if (mpfr_cmp_d(x, 1e-3) < 0)
		mpfr_mul_d(y, x, 0.886226925452758, RND);
	else
		mpfr_set_d(y, start, RND);
	for (int i = 0; i < 12; i++) {
		if (mpfr_cmp_d(x, 0.5) > 0) {
			mpfr_erfc(t, y, RND);
			mpfr_sub(t, t, rest, RND);
		} else {
			mpfr_erf(t, y, RND);
			mpfr_sub(t, x, t, RND);
		}
		mpfr_sqr(slope, y, RND);
		mpfr_exp(slope, slope, RND);
		mpfr_mul(t, t, slope, RND);
		mpfr_const_pi(slope, RND);
		mpfr_sqrt(slope, slope, RND);
		mpfr_mul(t, t, slope, RND);
		mpfr_div_2ui(t, t, 1, RND);
		/* of second order: t / (1 - y t) */
		mpfr_mul(slope, y, t, RND);
		mpfr_ui_sub(slope, 1, slope, RND);
		mpfr_div(t, t, slope, RND);
		mpfr_add(y, y, t, RND);
		if (mpfr_zero_p(t) || mpfr_get_exp(t) < mpfr_get_exp(y) - ULP_BITS / 2)
			break;
	}
	mpfr_copysign(r, y, a, RND);
	mpfr_clears(x, rest, y, t, slope, (mpfr_ptr)0);
}

/* e^-x I1(x): sum of x/2 (x^2/4)^k / (k! (k+1)!), for x up to 200; beyond, 1 / sqrt(2 pi x) times
 * the sum of (-1)^k (4-1)(4-9) .. (4-(2k-1)^2) / (k! (8x)^k), whose least term is below e^-400. */
void exact_bessel_i1e(mpfr_t r, mpfr_srcptr a, mpfr_srcptr b)
{
	mpfr_t x, term, sum, t;

	(void)b;
	if (mpfr_nan_p(a) || mpfr_zero_p(a)) {
		mpfr_set(r, a, RND);
		return;
	}
	if (mpfr_inf_p(a)) {
		mpfr_set_zero(r, mpfr_signbit(a) ? -1 : 1);
		return;
	}
	mpfr_inits2(ULP_BITS + 64, x, term, sum, t, (mpfr_ptr)0);
	mpfr_abs(x, a, RND);
	bool near = mpfr_cmp_ui(x, 200) <= 0;
	if (near)
		mpfr_div_2ui(term, x, 1, RND);
	else
		mpfr_set_ui(term, 1, RND);
	mpfr_set(sum, term, RND);
	for (unsigned long k = 1; k < 2000; k++) {
		if (near) {
			mpfr_sqr(t, x, RND);
			mpfr_div_2ui(t, t, 2, RND);
			mpfr_mul(term, term, t, RND);
			mpfr_div_ui(term, term, k * (k + 1), RND);
		} else {
			mpfr_mul_si(term, term, (long)((2 * k - 1) * (2 * k - 1)) - 4, RND);
			mpfr_div_ui(term, term, 8 * k, RND);
			mpfr_div(term, term, x, RND);
		}
		mpfr_add(sum, sum, term, RND);
		if (mpfr_zero_p(term) || mpfr_get_exp(term) < mpfr_get_exp(sum) - ULP_BITS)
			break;
	}
	if (near) {
		mpfr_neg(t, x, RND);
		mpfr_exp(t, t, RND);
	} else {
		mpfr_const_pi(t, RND);
		mpfr_mul(t, t, x, RND);
		mpfr_mul_2ui(t, t, 1, RND);
		mpfr_rec_sqrt(t, t, RND);
	}
	mpfr_mul(sum, sum, t, RND);
	mpfr_copysign(r, sum, a, RND);
	mpfr_clears(x, term, sum, t, (mpfr_ptr)0);
}

/* B(2k) / (2k)! = -2 (-1)^k zeta(2k) / (2 pi)^2k (Abramowitz and Stegun 23.2.16). */
static void maclaurin(mpfr_t r, unsigned long k)
{
	mpfr_t two_pi;

	mpfr_init2(two_pi, mpfr_get_prec(r));
	mpfr_const_pi(two_pi, RND);
	mpfr_mul_2ui(two_pi, two_pi, 1, RND);
	mpfr_pow_ui(two_pi, two_pi, 2 * k, RND);
	mpfr_zeta_ui(r, 2 * k, RND);
	mpfr_mul_2ui(r, r, 1, RND);
	mpfr_div(r, r, two_pi, RND);
	if (k % 2 == 0)
		mpfr_neg(r, r, RND);
	mpfr_clear(two_pi);
}

/* s > 1, q no pole: the first terms until q + k passes 60 and s / 4, then the formula. */
static void hurwitz(mpfr_t r, mpfr_srcptr s, mpfr_srcptr q)
{
	mpfr_t z, minus, term, factor, t, b;

	mpfr_inits2(ULP_BITS + 128, z, minus, term, factor, t, b, (mpfr_ptr)0);
	mpfr_neg(minus, s, RND);
	mpfr_set(z, q, RND);
	mpfr_set_zero(r, 1);
	for (int k = 0; k < 2000; k++) {
		mpfr_div_2ui(t, s, 2, RND);
		if (mpfr_cmp_ui(z, 60) > 0 && mpfr_cmp(z, t) > 0)
			break;
		mpfr_pow(term, z, minus, RND);
		mpfr_add(r, r, term, RND);
		mpfr_add_ui(z, z, 1, RND);
		/* large s: the rest of the sum is nothing */
		if (mpfr_cmp_ui(z, 2) > 0 && mpfr_get_exp(term) < mpfr_get_exp(r) - 2 * ULP_BITS)
			goto done;
	}
	mpfr_pow(term, z, minus, RND);
	mpfr_sub_ui(t, s, 1, RND);
	mpfr_div(t, z, t, RND);
	mpfr_add_d(t, t, 0.5, RND);
	mpfr_div(factor, s, z, RND);
	for (unsigned long k = 1; k < 60; k++) {
		maclaurin(b, k);
		mpfr_mul(b, b, factor, RND);
		mpfr_add(t, t, b, RND);
		if (mpfr_zero_p(b) || mpfr_get_exp(b) < mpfr_get_exp(t) - ULP_BITS)
			break;
		for (unsigned long i = 2 * k - 1; i <= 2 * k; i++) {
			mpfr_add_ui(b, s, i, RND);
			mpfr_mul(factor, factor, b, RND);
			mpfr_div(factor, factor, z, RND);
		}
	}
	mpfr_mul(term, term, t, RND);
	mpfr_add(r, r, term, RND);
done:
	mpfr_clears(z, minus, term, factor, t, b, (mpfr_ptr)0);
}

/* Special values as special_zeta of ir/eval/special.c. */
void exact_zeta(mpfr_t r, mpfr_srcptr s, mpfr_srcptr q)
{
	bool whole = mpfr_number_p(s) && mpfr_integer_p(s), pole;
	bool odd = whole && mpfr_get_exp(s) < 60 && mpfr_get_si(s, MPFR_RNDZ) % 2 != 0;

	if (mpfr_nan_p(s) || mpfr_nan_p(q) || mpfr_cmp_ui(s, 1) < 0) {
		mpfr_set_nan(r);
		return;
	}
	pole = mpfr_sgn(q) <= 0 && (mpfr_inf_p(q) || mpfr_integer_p(q));
	if (mpfr_cmp_ui(s, 1) == 0)
		mpfr_set_inf(r, 1);
	else if (pole)
		odd ? mpfr_set_nan(r) : mpfr_set_inf(r, 1);
	else if (mpfr_sgn(q) < 0 && !whole && !mpfr_inf_p(s))
		mpfr_set_nan(r);
	else if (mpfr_inf_p(q))
		mpfr_set_zero(r, 1);
	else if (mpfr_inf_p(s) && mpfr_cmp_ui(q, 1) < 0)
		mpfr_set_inf(r, 1);
	else if (mpfr_inf_p(s))
		mpfr_set_ui(r, mpfr_cmp_ui(q, 1) == 0, RND);
	else
		hurwitz(r, s, q);
}

void exact_polygamma(mpfr_t r, mpfr_srcptr n, mpfr_srcptr x)
{
	mpfr_t s, f;

	if (!mpfr_number_p(n) || !mpfr_integer_p(n) || mpfr_sgn(n) < 0 || mpfr_nan_p(x)) {
		mpfr_set_nan(r);
		return;
	}
	if (mpfr_zero_p(n)) {
		exact_digamma(r, x, NULL);
		return;
	}
	mpfr_inits2(ULP_BITS, s, f, (mpfr_ptr)0);
	mpfr_add_ui(s, n, 1, RND);
	exact_zeta(r, s, x);
	mpfr_gamma(f, s, RND);
	mpfr_mul(r, r, f, RND);
	if (mpfr_get_exp(n) > 60 || mpfr_get_si(n, MPFR_RNDZ) % 2 == 0)
		mpfr_neg(r, r, RND);
	mpfr_clears(s, f, (mpfr_ptr)0);
}
