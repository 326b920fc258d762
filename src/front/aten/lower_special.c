/* lower_special.c -- special functions by Chebyshev series (ir/series.h), in f64 whatever is asked
 * for, rounded once.
 *
 * Bessel functions are split at 8 (K at 2): a series in the argument or its square, and beyond it
 * one in the reciprocal times what the function tends to (Abramowitz and Stegun, 9.2 and 9.7). */
#include "front/aten/arithmetic.h"
#include "ir/series.h"
#include <math.h>

static value num(struct lower *l, value like, double v)
{
	return lower_like(l, like, v);
}

/* a v + b */
static value affine(struct lower *l, value v, double a, double b)
{
	return add(l, mul(l, v, num(l, v, a)), num(l, v, b));
}

static value fn(struct lower *l, enum op op, value v)
{
	return build1(l->g, op, v);
}

/* The series at t in [-1, 1], as far as the result's type can tell. */
static value series(struct lower *l, enum series which, value t)
{
	return build_series(l->g, which, t, lower_dtype(l) == DTYPE_f64);
}

static value argument(struct lower *l)
{
	return lower_operand(l, 0, DTYPE_f64);
}

/* ---- modified Bessel functions -------------------------------------------------------------- */

/* e^-a I_n(a) of a >= 0; n is 0 or 1. */
static value scaled_i(struct lower *l, value a, int n)
{
	return build_scaled_bessel_i(l->g, a, n, lower_dtype(l) == DTYPE_f64);
}

/* what 0: I0; 1: I1; 2 added: times e^-|x|. */
void lower_bessel_i(struct lower *l)
{
	int n = l->row->what & 1;
	value x = argument(l), a = fn(l, OP_abs, x), y = scaled_i(l, a, n);
	if (!(l->row->what & 2))
		y = mul(l, y, fn(l, OP_exponential, a));
	if (n)
		y = pick(l, x, "LT", 0, fn(l, OP_negate, y), y);
	lower_finish(l, y);
}

/* what 0: K0; 1: K1; 2 added: times e^x. */
void lower_bessel_k(struct lower *l)
{
	int n = l->row->what & 1;
	bool scaled = l->row->what & 2;
	value x = argument(l), grows = fn(l, OP_exponential, x), low, high;
	value i = mul(l, scaled_i(l, x, n), grows);
	value part = mul(l, fn(l, OP_log, affine(l, x, 0.5, 0)), i);
	low = series(l, n ? SERIES_k1_low : SERIES_k0_low, affine(l, mul(l, x, x), 0.5, -1));
	low = n ? add(l, quotient(l, low, x), part) : sub(l, low, part);
	if (n)
		low = pick(l, x, "EQ", 0, num(l, x, INFINITY), low);
	high = affine(l, quotient(l, num(l, x, 4), x), 1, -1);
	high = series(l, n ? SERIES_k1_high : SERIES_k0_high, high);
	high = quotient(l, high, fn(l, OP_sqrt, x));
	lower_finish(l, pick(l, x, "LE", 2, scaled ? mul(l, low, grows) : low,
				scaled ? high : quotient(l, high, grows)));
}

/* ---- Bessel functions ----------------------------------------------------------------------- */

/* Of a beyond 8: J_n, or Y_n where `second`. */
static value wave(struct lower *l, value a, int n, bool second)
{
	value by = quotient(l, num(l, a, 8), a), t = affine(l, mul(l, by, by), 2, -1);
	value p = series(l, n ? SERIES_p1 : SERIES_p0, t);
	value q = mul(l, by, series(l, n ? SERIES_q1 : SERIES_q0, t));
	value at = affine(l, a, 1, -(n ? 3 : 1) * M_PI_4);
	value c = fn(l, OP_cosine, at), s = fn(l, OP_sine, at);
	value y = second ? add(l, mul(l, p, s), mul(l, q, c)) : sub(l, mul(l, p, c), mul(l, q, s));
	return mul(l, y, fn(l, OP_sqrt, quotient(l, num(l, a, M_2_PI), a)));
}

/* Where a series in the square of a number up to 8 is taken. */
static value square_at(struct lower *l, value a)
{
	return affine(l, mul(l, a, a), 2.0 / 64, -1);
}

static value first_low(struct lower *l, value a, int n)
{
	value y = series(l, n ? SERIES_j1_low : SERIES_j0_low, square_at(l, a));
	return n ? mul(l, a, y) : y;
}

/* J0, J1 by what. */
void lower_bessel_j(struct lower *l)
{
	int n = l->row->what;
	value x = argument(l), a = fn(l, OP_abs, x);
	value y = pick(l, a, "LE", 8, first_low(l, a, n), wave(l, a, n, false));
	lower_finish(l, n ? pick(l, x, "LT", 0, fn(l, OP_negate, y), y) : y);
}

/* Y0, Y1 by what. */
void lower_bessel_y(struct lower *l)
{
	int n = l->row->what;
	value x = argument(l), part = mul(l, fn(l, OP_log, x), first_low(l, x, n)), low;
	low = series(l, n ? SERIES_y1_low : SERIES_y0_low, square_at(l, x));
	if (n) {
		part = sub(l, part, quotient(l, num(l, x, 1), x));
		low = mul(l, x, low);
	}
	low = add(l, low, affine(l, part, M_2_PI, 0));
	low = pick(l, x, "EQ", 0, num(l, x, -INFINITY), low);
	lower_finish(l, pick(l, x, "LE", 8, low, wave(l, x, n, true)));
}

/* Ai: a series between -5 and 2; beyond, one in the reciprocal of zeta = 2/3 |x|^(3/2) times what
 * the function tends to (Abramowitz and Stegun, 10.4.59 and 10.4.60).
 * Of an infinity eager has NaN. */
void lower_airy_ai(struct lower *l)
{
	const double from = 2.0 / 3 * 5 * 2.23606797749978969641;
	const double above = 2.0 / 3 * 2 * M_SQRT2;
	value x = argument(l), a = fn(l, OP_abs, x), root = fn(l, OP_sqrt, a);
	value zeta = affine(l, mul(l, a, root), 2.0 / 3, 0), quarter = fn(l, OP_sqrt, root);
	value low = series(l, SERIES_airy_low, affine(l, x, 2.0 / 7, 3.0 / 7));
	value high = series(l, SERIES_airy_high,
		affine(l, quotient(l, num(l, x, 2 * above), zeta), 1, -1));
	high = mul(l, high, fn(l, OP_exponential, fn(l, OP_negate, zeta)));
	high = quotient(l, high, affine(l, quarter, 3.54490770181103205460, 0));
	value by = quotient(l, num(l, x, from), zeta), t = affine(l, mul(l, by, by), 2, -1);
	value at = affine(l, zeta, 1, M_PI_4);
	value p = mul(l, series(l, SERIES_airy_p, t), fn(l, OP_sine, at));
	value q = mul(l, mul(l, by, series(l, SERIES_airy_q, t)), fn(l, OP_cosine, at));
	value wave = quotient(l, sub(l, p, q), affine(l, quarter, 1.77245385090551602730, 0));
	value y = pick(l, x, "GT", 2, high, pick(l, x, "LT", -5, wave, low));
	lower_finish(l, pick(l, a, "EQ", INFINITY, num(l, x, NAN), y));
}

/* sin x / x, by its series where that cancels. */
void lower_spherical_bessel_j0(struct lower *l)
{
	value x = argument(l), square = mul(l, x, x), low = num(l, x, 1.0 / 6227020800);
	const double factorial[] = { 39916800, 362880, 5040, 120, 6, 1 };
	for (int i = 0; i < 6; i++)
		low = add(l, mul(l, low, square),
			num(l, x, (i % 2 ? 1.0 : -1.0) / factorial[i]));
	value y = pick(l, fn(l, OP_abs, x), "LT", 0.5, low, quotient(l, fn(l, OP_sine, x), x));
	lower_finish(l, pick(l, fn(l, OP_abs, x), "EQ", INFINITY, num(l, x, 0), y));
}

/* ---- the normal distribution ---------------------------------------------------------------- */

/* e^(x^2) erfc x. */
void lower_erfcx(struct lower *l)
{
	value x = argument(l), a = fn(l, OP_abs, x);
	value t = quotient(l, num(l, a, 7.5), affine(l, a, 1, 3.75));
	value y = quotient(l, series(l, SERIES_erfcx, affine(l, t, -1, 1)), affine(l, a, 2, 1));
	value other = fn(l, OP_exponential, mul(l, x, x));
	lower_finish(l, pick(l, x, "LT", 0, sub(l, add(l, other, other), y), y));
}

/* Of the smaller tail q: Abramowitz and Stegun 26.2.22, and two of Halley's steps. */
static value tail(struct lower *l, value q)
{
	value z = fn(l, OP_sqrt, affine(l, fn(l, OP_log, q), -2, 0));
	value below = affine(l, mul(l, z, affine(l, z, 0.04481, 0.99229)), 1, 1);
	value x = sub(l, quotient(l, affine(l, z, 0.27061, 2.30753), below), z);
	for (int i = 0; i < 2; i++) {
		value e = affine(l, fn(l, OP_chlo_erfc, affine(l, x, -M_SQRT1_2, 0)), 0.5, 0);
		value slope = fn(l, OP_exponential, affine(l, mul(l, x, x), 0.5, 0));
		value u = mul(l, sub(l, e, q), affine(l, slope, sqrt(2 * M_PI), 0));
		x = sub(l, x, quotient(l, u, affine(l, mul(l, x, u), 0.5, 1)));
	}
	return x;
}

void lower_ndtri(struct lower *l)
{
	value p = argument(l), other = affine(l, p, -1, 1);
	value x = tail(l, pick(l, p, "GT", 0.5, other, p));
	x = pick(l, p, "GT", 0.5, fn(l, OP_negate, x), x);
	x = pick(l, p, "EQ", 0, num(l, p, -INFINITY), x);
	lower_finish(l, pick(l, p, "EQ", 1, num(l, p, INFINITY), x));
}

/* ---- poles, where eager has an infinity and CHLO nothing ------------------------------------ */

/* At zero the pole of that zero's side. */
static value digamma(struct lower *l, value x)
{
	value pole = quotient(l, num(l, x, -1), x);
	return pick(l, x, "EQ", 0, pole, fn(l, OP_chlo_digamma, x));
}

void lower_digamma(struct lower *l)
{
	lower_finish(l, digamma(l, lower_operand(l, 0, lower_compute(lower_dtype(l)))));
}

/* y, but at 0, -1, -2 ... `pole`. */
static value with_poles(struct lower *l, value x, value pole, value y)
{
	value whole = build_select(l->g, build_compare(l->g, "EQ", x, fn(l, OP_floor, x)), pole, y);
	return pick(l, x, "LE", 0, whole, y);
}

void lower_polygamma(struct lower *l)
{
	enum dtype t = lower_compute(lower_dtype(l));
	value x = lower_operand(l, 1, t), y;
	int64_t n = lower_int(l, 0);
	if (n == 0) {
		y = digamma(l, x);
	} else {
		y = build2(l->g, OP_chlo_polygamma, lower_operand(l, 0, t), x);
		if (n % 2 == 0)
			y = with_poles(l, x, num(l, x, -INFINITY), y);
	}
	lower_finish(l, y);
}

void lower_zeta(struct lower *l)
{
	enum dtype t = lower_compute(lower_dtype(l));
	value s = lower_operand(l, 0, t), q = lower_operand(l, 1, t);
	value y = build2(l->g, OP_chlo_zeta, s, q);
	value pole = pick(l, s, "LT", 1, y, num(l, s, INFINITY));
	lower_finish(l, with_poles(l, q, pole, y));
}
