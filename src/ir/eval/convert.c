/* convert.c -- scalars from one dtype to another, their order, and reduced precision.
 *
 * Integers become floats with one rounding, floats become integers towards zero and stop at the
 * ends; NaN becomes 0.  Total order is that of the bits read as sign and magnitude. */
#include "ir/eval/eval_impl.h"
#include <math.h>
#include <string.h>

/* |u| as a double that rounds to any narrower float as u does: bits that do not fit leave a
 * trace. */
static double sticky_double(uint64_t u)
{
	if (u >> 53)
		return (double)(u >> 11 | ((u & 0x7ff) != 0)) * 2048;
	return (double)u;
}

static void store_int_as_float(enum dtype from, int64_t v, enum dtype to, void *out)
{
	bool negative = dtype_is_signed(from) && v < 0;
	uint64_t u = negative ? 0 - (uint64_t)v : (uint64_t)v;
	double d = to == DTYPE_f64 || to == DTYPE_c128 ? (double)u : sticky_double(u);

	scalar_store_complex(to, out, complex_of(negative ? -d : d, 0));
}

/* Towards zero, NaN to 0, and to the nearest end where it does not fit. */
static int64_t float_to_int(double v, enum dtype to)
{
	unsigned bits = dtype_table[to].bits;

	if (isnan(v))
		return 0;
	if (dtype_is_signed(to)) {
		double end = ldexp(1, (int)bits - 1);
		if (v >= end)
			return (int64_t)(((uint64_t)1 << (bits - 1)) - 1);
		return v <= -end ? -(int64_t)(((uint64_t)1 << (bits - 1)) - 1) - 1 : (int64_t)v;
	}
	if (v <= 0)
		return 0;
	return v >= ldexp(1, (int)bits) ? (int64_t)low_bits(UINT64_MAX, bits)
					: (int64_t)(uint64_t)v;
}

void scalar_convert(enum dtype from, const void *at, enum dtype to, void *out)
{
	bool to_int = dtype_is_int(to);

	if (dtype_is_float(from) || dtype_is_complex(from)) {
		complex_double v = scalar_load_complex(from, at);
		if (to == DTYPE_i1)
			dtype_store_i64(to, out, creal(v) != 0);
		else if (to_int)
			dtype_store_i64(to, out, float_to_int(creal(v), to));
		else
			scalar_store_complex(to, out, v);
		return;
	}
	int64_t v = dtype_load_i64(from, at);
	if (to == DTYPE_i1)
		dtype_store_i64(to, out, v != 0);
	else if (to_int)
		dtype_store_i64(to, out, v);
	else
		store_int_as_float(from, v, to, out);
}

/* Floats of up to 64 bits as integers in the order -NaN < -inf < ... < -0 < +0 < ... < NaN.  A NaN
 * without a sign, that of the FNUZ dtypes, is the greatest. */
static int64_t total_key(enum dtype t, const void *at)
{
	uint64_t u = dtype_code_load(t, at);
	unsigned bits = dtype_table[t].bits;

	if (dtype_table[t].special == DTYPE_FNUZ && u == (uint64_t)1 << (bits - 1))
		return INT64_MAX;
	if (dtype_table[t].special != DTYPE_E8M0 && u >> (bits - 1) & 1)
		return -(int64_t)low_bits(u, bits - 1) - 1;
	return (int64_t)u;
}

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b) ? 1 : 0)
int scalar_compare(enum dtype t, const void *a, const void *b, bool total)
{
	if (dtype_is_float(t)) {
		if (total)
			return ORDER(total_key(t, a), total_key(t, b));
		double x = dtype_load_f64(t, a), y = dtype_load_f64(t, b);
		return isnan(x) || isnan(y) ? 2 : ORDER(x, y);
	}
	if (dtype_is_complex(t)) {
		complex_double x = scalar_load_complex(t, a), y = scalar_load_complex(t, b);
		if (isnan(creal(x)) || isnan(creal(y)))
			return 2;
		if (creal(x) != creal(y))        /* by pairs, so these say it */
			return ORDER(creal(x), creal(y));
		return isnan(cimag(x)) || isnan(cimag(y)) ? 2 : ORDER(cimag(x), cimag(y));
	}
	int64_t x = dtype_load_i64(t, a), y = dtype_load_i64(t, b);
	if (dtype_is_signed(t))
		return ORDER(x, y);
	return ORDER((uint64_t)x, (uint64_t)y);
}

void scalar_reduce_precision(enum dtype t, const void *at, void *out, int64_t e, int64_t m)
{
	const struct dtype_info *d = &dtype_table[t];
	uint64_t u = dtype_code_load(t, at), sign, most = low_bits(UINT64_MAX, d->exp + d->man);
	double v = dtype_load_f64(t, at);
	bool over;

	if (isnan(v)) {
		memcpy(out, at, d->bytes);
		return;
	}
	sign = d->special == DTYPE_E8M0 ? 0 : u & (uint64_t)1 << (d->bits - 1);
	u ^= sign;
	if (m < d->man) {
		int64_t drop = d->man - m;
		uint64_t last = (uint64_t)1 << drop;
		u += (last >> 1) - 1 + (u >> drop & 1);
		u &= ~(last - 1);
	}
	over = u > most;
	if (e < d->exp) {
		int64_t bias = ((int64_t)1 << (e - 1)) - 1, have = (int64_t)(u >> d->man) - d->bias;
		over |= have > bias;
		u = have <= -bias ? 0 : u;
	}
	u |= sign;
	if (over)
		dtype_store_f64(t, out, copysign(INFINITY, v));
	else
		dtype_code_store(t, out, u);
}
