/* dtype.c -- element types and the conversions between them.
 *
 * A float of any format is sign, exponent and a 64-bit significand with its top bit set;
 * encoding rounds that once, to nearest even, so nothing is rounded twice, whatever it comes
 * from.  The special values of each format are those of the OCP and IEEE formats as ml_dtypes
 * and StableHLO use them:
 *
 *              beyond the largest   NaN                  zero
 *   IEEE       infinity             kept, quiet          +0 -0
 *   FN         NaN                  all ones             +0 -0
 *   FNUZ       NaN                  the code of -0       +0
 *   FINITE     the largest          -0 (+0 for -NaN)     +0 -0
 *   E8M0       NaN                  all ones             none: NaN, as are negative numbers */
#include "ir/dtype.h"
#include <math.h>
#include <string.h>
#include <weft/weft.h>

enum {
	BOOL = DTYPE_BOOL,
	SINT = DTYPE_SINT,
	UINT = DTYPE_UINT,
	FLOAT = DTYPE_FLOAT,
	COMPLEX = DTYPE_COMPLEX,
	NONE = DTYPE_NONE,
	IEEE = DTYPE_IEEE,
	FN = DTYPE_FN,
	FNUZ = DTYPE_FNUZ,
	FINITE = DTYPE_FINITE,
	E8M0 = DTYPE_E8M0,
};

const struct dtype_info dtype_table[DTYPE_COUNT] = {
	[DTYPE_none] = { .text = "none" },
#define DTYPE(name, public, kind, bits, bytes, exp, man, bias, special, text) \
	[DTYPE_##name] = { text, (enum dtype_class)(kind), bits, bytes, exp, man, bias, \
		(enum dtype_special)(special) },
#include "ir/dtype.def"
#undef DTYPE
};

enum dtype dtype_find(const char *text)
{
	for (int t = DTYPE_none + 1; t < DTYPE_COUNT; t++)
		if (!strcmp(dtype_table[t].text, text))
			return (enum dtype)t;
	return DTYPE_none;
}

enum dtype dtype_part(enum dtype t)
{
	return t == DTYPE_c64 ? DTYPE_f32 : t == DTYPE_c128 ? DTYPE_f64 : t;
}

/* ---- narrow floats -------------------------------------------------------------------------- */

/* A finite number other than zero: mant / 2^63 * 2^exp, mant's top bit set. */
struct number {
	bool negative;
	int exp;
	uint64_t mant;
};

static uint32_t sign_bit(const struct dtype_info *f, bool negative)
{
	return negative ? 1u << (f->exp + f->man) : 0;
}

static uint32_t code_inf_ieee(const struct dtype_info *f)
{
	return ((1u << f->exp) - 1) << f->man;
}

static uint32_t code_nan(const struct dtype_info *f, bool negative)
{
	uint32_t ones = (1u << (f->exp + f->man)) - 1;

	switch (f->special) {
	case DTYPE_IEEE: return sign_bit(f, negative) | code_inf_ieee(f) | 1u << (f->man - 1);
	case DTYPE_FN: return sign_bit(f, negative) | ones;
	case DTYPE_FNUZ: return sign_bit(f, true);
	case DTYPE_FINITE: return sign_bit(f, !negative);
	case DTYPE_E8M0: return ones;
	case DTYPE_NONE: break;
	}
	return 0;
}

static uint32_t code_overflow(const struct dtype_info *f, bool negative)
{
	switch (f->special) {
	case DTYPE_IEEE: return sign_bit(f, negative) | code_inf_ieee(f);
	case DTYPE_FINITE: return sign_bit(f, negative) | ((1u << (f->exp + f->man)) - 1);
	default: return code_nan(f, negative);
	}
}

static uint32_t code_zero(const struct dtype_info *f, bool negative)
{
	if (f->special == DTYPE_E8M0)
		return code_nan(f, negative);
	return f->special == DTYPE_FNUZ ? 0 : sign_bit(f, negative);
}

/* The largest code of a finite number, without its sign. */
static uint32_t code_max(const struct dtype_info *f)
{
	uint32_t ones = (1u << (f->exp + f->man)) - 1;

	switch (f->special) {
	case DTYPE_IEEE: return code_inf_ieee(f) - 1;
	case DTYPE_FN: case DTYPE_E8M0: return ones - 1;
	default: return ones;
	}
}

/* x / 2^shift, to nearest, a tie to the even one. */
static uint64_t shift_round(uint64_t x, int shift)
{
	if (shift > 64)
		return 0;
	uint64_t kept = shift == 64 ? 0 : x >> shift;
	uint64_t half = 1ull << (shift - 1), rest = x & (half | (half - 1));
	bool up = rest > half || (rest == half && (kept & 1));
	return kept + up;
}

static uint32_t float_encode(const struct dtype_info *f, struct number v)
{
	int emin = 1 - f->bias;         /* exponent of the smallest normal number */

	if (f->special == DTYPE_E8M0) { /* exponents only: code 0 is 2^-127 and all below it */
		if (v.negative)
			return code_nan(f, true);
		int64_t code = v.exp + f->bias + (int64_t)shift_round(v.mant, 63) - 1;
		return code<0 ? 0 : code>(int64_t) code_max(f) ? code_nan(f, false)
							       : (uint32_t)code;
	}
	int exp = v.exp < emin ? emin : v.exp;
	uint64_t r = shift_round(v.mant, 63 - f->man + (exp - v.exp));
	if (exp - emin > 1 << f->exp)
		return code_overflow(f, v.negative);
	/* The hidden bit of r carries into the exponent, as does a mantissa rounded up to the
	 * next. */
	uint64_t code = ((uint64_t)(exp - emin) << f->man) + r;
	if (code > code_max(f))
		return code_overflow(f, v.negative);
	return code ? sign_bit(f, v.negative) | (uint32_t)code : code_zero(f, v.negative);
}

static uint32_t float_from_f64(const struct dtype_info *f, double v)
{
	bool negative = signbit(v) != 0;
	uint64_t bits;

	if (isnan(v))
		return code_nan(f, negative);
	if (isinf(v))
		return code_overflow(f, negative);
	if (v == 0)
		return code_zero(f, negative);
	memcpy(&bits, &v, sizeof bits);
	uint64_t mant = bits & (((uint64_t)1 << 52) - 1);
	int exp = (int)(bits >> 52 & 0x7FF);
	if (exp)
		return float_encode(f, (struct number){ negative, exp - 1023,
			(mant | (uint64_t)1 << 52) << 11 });
	int zeros = __builtin_clzll(mant);
	return float_encode(f, (struct number){ negative, -1011 - zeros, mant << zeros });
}

static uint32_t float_from_u64(const struct dtype_info *f, bool negative, uint64_t v)
{
	if (!v)
		return code_zero(f, false);
	int zeros = __builtin_clzll(v);
	return float_encode(f, (struct number){ negative, 63 - zeros, v << zeros });
}

static double float_decode(const struct dtype_info *f, uint32_t code)
{
	uint32_t ones = (1u << (f->exp + f->man)) - 1, magnitude = code & ones;
	bool negative = f->special != DTYPE_E8M0 && (code >> (f->exp + f->man) & 1);
	double sign = negative ? -1 : 1;
	double nan = copysign(NAN, sign);

	if (f->special == DTYPE_E8M0)
		return magnitude == ones ? nan : ldexp(1, (int)magnitude - f->bias);
	if (f->special == DTYPE_FNUZ && negative && !magnitude)
		return NAN;
	if (f->special == DTYPE_IEEE && magnitude >= code_inf_ieee(f))
		return magnitude == code_inf_ieee(f) ? sign * INFINITY : nan;
	if (f->special == DTYPE_FN && magnitude == ones)
		return nan;
	uint32_t exp = magnitude >> f->man, man = magnitude & ((1u << f->man) - 1);
	if (exp)
		man |= 1u << f->man;
	return sign * ldexp(man, (int)(exp ? exp : 1) - f->bias - f->man);
}

/* ---- memory --------------------------------------------------------------------------------- */

static uint64_t bits_load(const void *at, size_t bytes)
{
	uint8_t b;
	uint16_t h;
	uint32_t w;
	uint64_t d;

	switch (bytes) {
	case 1: memcpy(&b, at, 1); return b;
	case 2: memcpy(&h, at, 2); return h;
	case 4: memcpy(&w, at, 4); return w;
	default: memcpy(&d, at, 8); return d;
	}
}

static void bits_store(void *at, size_t bytes, uint64_t v)
{
	uint8_t b = (uint8_t)v;
	uint16_t h = (uint16_t)v;
	uint32_t w = (uint32_t)v;

	switch (bytes) {
	case 1: memcpy(at, &b, 1); break;
	case 2: memcpy(at, &h, 2); break;
	case 4: memcpy(at, &w, 4); break;
	default: memcpy(at, &v, 8); break;
	}
}

/* The lowest bits of v, sign- or zero-extended. */
static int64_t int_wrap(const struct dtype_info *f, uint64_t v)
{
	int up = 64 - f->bits;

	if (f->kind == DTYPE_BOOL)
		return v != 0;
	return f->kind == DTYPE_SINT ? (int64_t)(v << up) >> up : (int64_t)(v << up >> up);
}

/* To the nearest integer towards zero; beyond the range the nearest end; NaN 0. */
static int64_t int_from_f64(const struct dtype_info *f, double v)
{
	if (f->kind == DTYPE_BOOL)
		return v != 0;
	if (isnan(v))
		return 0;
	if (f->kind == DTYPE_UINT) {
		uint64_t most = f->bits == 64 ? UINT64_MAX : (1ull << f->bits) - 1;
		return v <= 0 ? 0 : v >= ldexp(1, f->bits) ? (int64_t)most : (int64_t)(uint64_t)v;
	}
	int64_t most = (int64_t)(UINT64_MAX >> (65 - f->bits));
	if (v >= ldexp(1, f->bits - 1))
		return most;
	return v < -ldexp(1, f->bits - 1) ? -most - 1 : (int64_t)v;
}

int64_t dtype_load_i64(enum dtype t, const void *at)
{
	const struct dtype_info *f = &dtype_table[t];

	return int_wrap(f, bits_load(at, f->bytes));
}

double dtype_load_f64(enum dtype t, const void *at)
{
	const struct dtype_info *f = &dtype_table[t];
	float s;
	double d;

	switch (f->kind) {
	case DTYPE_COMPLEX:
		return dtype_load_f64(dtype_part(t), at);
	case DTYPE_FLOAT:
		if (t == DTYPE_f64) {
			memcpy(&d, at, sizeof d);
			return d;
		}
		if (t == DTYPE_f32 || t == DTYPE_tf32) {
			memcpy(&s, at, sizeof s);
			return s;
		}
		return float_decode(f, (uint32_t)bits_load(at, f->bytes));
	case DTYPE_UINT:
		return (double)(uint64_t)dtype_load_i64(t, at);
	default:
		return (double)dtype_load_i64(t, at);
	}
}

/* tf32 is an f32 whose lowest bits are zero. */
enum { TF32_BELOW = 13 };

uint64_t dtype_code_load(enum dtype t, const void *at)
{
	return bits_load(at, dtype_table[t].bytes) >> (t == DTYPE_tf32 ? TF32_BELOW : 0);
}

void dtype_code_store(enum dtype t, void *at, uint64_t code)
{
	bits_store(at, dtype_table[t].bytes, code << (t == DTYPE_tf32 ? TF32_BELOW : 0));
}

void dtype_store_f64(enum dtype t, void *at, double v)
{
	const struct dtype_info *f = &dtype_table[t];
	float s;

	switch (f->kind) {
	case DTYPE_COMPLEX:
		dtype_store_f64(dtype_part(t), at, v);
		dtype_store_f64(dtype_part(t), (char *)at + f->bytes / 2, 0);
		break;
	case DTYPE_FLOAT:
		if (t == DTYPE_f64) {
			memcpy(at, &v, sizeof v);
		} else if (t == DTYPE_f32) {
			s = (float)v;
			memcpy(at, &s, sizeof s);
		} else {
			dtype_code_store(t, at, float_from_f64(f, v));
		}
		break;
	default:
		bits_store(at, f->bytes, (uint64_t)int_from_f64(f, v));
	}
}

/* v, or as an unsigned number what its bits say. */
static void int_store(enum dtype t, void *at, int64_t v, bool is_unsigned)
{
	const struct dtype_info *f = &dtype_table[t];
	bool negative = !is_unsigned && v < 0;

	switch (f->kind) {
	case DTYPE_COMPLEX:
		int_store(dtype_part(t), at, v, is_unsigned);
		dtype_store_f64(dtype_part(t), (char *)at + f->bytes / 2, 0);
		break;
	case DTYPE_FLOAT:
		if (t == DTYPE_f64)
			dtype_store_f64(t, at, is_unsigned ? (double)(uint64_t)v : (double)v);
		else
			dtype_code_store(t, at,
				float_from_u64(
					f, negative, negative ? 0 - (uint64_t)v : (uint64_t)v));
		break;
	default:
		bits_store(at, f->bytes, (uint64_t)int_wrap(f, (uint64_t)v));
	}
}

void dtype_store_i64(enum dtype t, void *at, int64_t v)
{
	int_store(t, at, v, false);
}

void dtype_convert(enum dtype to, void *dst, enum dtype from, const void *src)
{
	if (dtype_is_complex(from) && dtype_is_complex(to)) {
		enum dtype a = dtype_part(from), b = dtype_part(to);
		dtype_store_f64(b, dst, dtype_load_f64(a, src));
		dtype_store_f64(b, (char *)dst + dtype_bytes(b),
			dtype_load_f64(a, (const char *)src + dtype_bytes(a)));
	} else if (dtype_is_float(from) || dtype_is_complex(from)) {
		dtype_store_f64(to, dst, dtype_load_f64(from, src));
	} else {
		int_store(to, dst, dtype_load_i64(from, src), !dtype_is_signed(from));
	}
}

/* ---- what the public header says of them ----------------------------------------------------- */

size_t weft_dtype_size(enum weft_dtype t)
{
	return (unsigned)t < DTYPE_COUNT ? dtype_bytes((enum dtype)t) : 0;
}

const char *weft_dtype_name(enum weft_dtype t)
{
	return t > WEFT_INVALID_DTYPE && (unsigned)t < DTYPE_COUNT ? dtype_table[t].text
								   : "invalid";
}

enum weft_dtype weft_dtype_find(const char *name)
{
	return (enum weft_dtype)dtype_find(name);
}
