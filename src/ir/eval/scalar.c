/* scalar.c -- the meanings of op.def over scalars, once per compute class.
 *
 * Floats are computed in double, which is exact enough that rounding the result to f32 or narrower
 * gives the correctly rounded value of + - * / sqrt and all but a few of the others; where libm's
 * f64 functions or plain formulas lose more than an ULP, in long double.  Signed and unsigned
 * integers are computed in 64 bits and wrap to their width when stored.  Complex numbers are
 * computed in long double, whose exponent range keeps squares from overflowing.  A word that means
 * nothing for a class is MISSING: UNIMPLEMENTED, never a guess. */
#include "ir/eval/complex.h"
#include <assert.h>
#include <math.h>
#include <string.h>

noreturn static void scalar_missing(const struct scalar *s)
{
	eval_fail(s->c, WEFT_UNIMPLEMENTED, "no meaning for %s", dtype_table[s->dtype].text);
}
#define MISSING (scalar_missing(s), 0)
#define _ MISSING

/* ---- helpers of floats ---------------------------------------------------------------------- */

/* r; a NaN that neither operand is becomes the positive one, whatever the C library gives. */
static double no_number(double a, double b, double r)
{
	return isnan(r) && !isnan(a) && !isnan(b) ? NAN : r;
}

/* A NaN keeps its sign, which TOTALORDER sees.  Of two the result is the one with a sign by maximum
 * and the one without by minimum, as LLVM has it for x86, so their order does not matter. */
static double float_max(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) && (!isnan(b) || signbit(a)) ? a : b;
	return a > b ? a : a < b ? b : signbit(a) ? b : a;
}

static double float_min(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) && (!isnan(b) || !signbit(a)) ? a : b;
	return a < b ? a : a > b ? b : signbit(a) ? a : b;
}

static double float_sign(double a)
{
	return a > 0 ? 1 : a < 0 ? -1 : a;
}

static double float_logistic(double a)
{
	return (double)(1 / (1 + expl(-(long double)a)));
}

/* cosh and sinh of f32 are CHLO's definition, rounded step by step: it loses some ULP of the true
 * value, and programs and their answers are made with it.  Answers in other types do not show
 * it. */
static double float_exp_sum(enum dtype t, double a, bool cosine)
{
	const float log_half = -0.693147182f;

	if (!cosine && fabs(a) < 1)
		return sinh(a);
	if (t == DTYPE_f32) {
		float up = (float)exp((double)((float)a + log_half));
		float down = (float)exp((double)(-(float)a + log_half));
		return (double)(cosine ? up + down : up - down);
	}
	return cosine ? cosh(a) : sinh(a);
}

/* The neighbour of a towards b in dtype t: a step of the sign-magnitude integer. */
static double float_next_after(enum dtype t, double a, double b)
{
	unsigned char raw[8] = { 0 };

	if (isnan(a) || isnan(b))
		return NAN;
	if (a == b)
		return b;
	dtype_store_f64(t, raw, a);
	uint64_t bits = dtype_code_load(t, raw), sign = (uint64_t)1 << (dtype_table[t].bits - 1);
	if (a == 0)
		bits = b < 0 ? sign | 1 : 1;
	else if ((a < b) == (a > 0))
		bits++;
	else
		bits--;
	dtype_code_store(t, raw, bits);
	return dtype_load_f64(t, raw);
}

/* ---- helpers of integers -------------------------------------------------------------------- */

static int64_t wrap_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t wrap_sub(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t wrap_mul(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a * (uint64_t)b);
}

/* Total: x / 0 is -1, the least integer by -1 is itself. */
static int64_t sint_div(int64_t a, int64_t b)
{
	return b == 0 ? -1 : b == -1 ? wrap_sub(0, a) : a / b;
}

static int64_t sint_rem(int64_t a, int64_t b)
{
	return b == 0 ? a : b == -1 ? 0 : a % b;
}

static uint64_t uint_pow(uint64_t a, uint64_t b)
{
	uint64_t r = 1;

	for (; b; b >>= 1, a *= a)
		if (b & 1)
			r *= a;
	return r;
}

/* A negative exponent gives the reciprocal truncated to an integer. */
static int64_t sint_pow(int64_t a, int64_t b)
{
	if (b >= 0)
		return (int64_t)uint_pow((uint64_t)a, (uint64_t)b);
	return a == 1 ? 1 : a == -1 ? (b & 1 ? -1 : 1) : 0;
}

static uint64_t uint_shl(uint64_t a, uint64_t b, unsigned bits)
{
	return b >= bits ? 0 : a << b;
}

static uint64_t uint_shr(uint64_t a, uint64_t b, unsigned bits)
{
	return b >= bits ? 0 : low_bits(a, bits) >> b;
}

static int64_t sint_sar(int64_t a, int64_t b, unsigned bits)
{
	return a >> ((uint64_t)b >= bits ? 63 : b);
}

static uint64_t uint_sar(uint64_t a, uint64_t b, unsigned bits)
{
	int64_t high = (int64_t)(a << (64 - bits)) >> (64 - bits);

	return (uint64_t)sint_sar(high, (int64_t)b, bits);
}

static uint64_t uint_clz(uint64_t a, unsigned bits)
{
	a = low_bits(a, bits);
	return a ? (uint64_t)__builtin_clzll(a) - (64 - bits) : bits;
}

static uint64_t uint_popcnt(uint64_t a, unsigned bits)
{
	return (uint64_t)__builtin_popcountll(low_bits(a, bits));
}

/* High word of a * b by the four half products. */
static uint64_t uint_mulhi64(uint64_t a, uint64_t b)
{
	uint64_t al = a & UINT32_MAX, ah = a >> 32, bl = b & UINT32_MAX, bh = b >> 32;
	uint64_t mid = ah * bl + (al * bl >> 32), low = (mid & UINT32_MAX) + al * bh;

	return ah * bh + (mid >> 32) + (low >> 32);
}

static uint64_t uint_mulhi(uint64_t a, uint64_t b, unsigned bits)
{
	return bits == 64 ? uint_mulhi64(a, b) : a * b >> bits;
}

static int64_t sint_mulhi(int64_t a, int64_t b, unsigned bits)
{
	if (bits < 64)
		return a * b >> bits;
	uint64_t h = uint_mulhi64((uint64_t)a, (uint64_t)b);
	return (int64_t)(h - (a < 0 ? (uint64_t)b : 0) - (b < 0 ? (uint64_t)a : 0));
}

/* ---- the tables ----------------------------------------------------------------------------- */

#define KIND_LEAF(name, m)
#define KIND_MOVE(name, m)
#define KIND_REDUCE(name, m)
#define KIND_WINDOW(name, m)
#define KIND_SCATTER(name, m)
#define KIND_SORT(name, m)
#define KIND_CONTRACT(name, m)
#define KIND_EXPAND(name, m)
#define KIND_LIBRARY(name, m)
#define KIND_RANDOM(name, m)
#define KIND_CONTROL(name, m)
#define KIND_CUSTOM(name, m)
#define KIND_TUPLE(name, m)
#define KIND_TOKEN(name, m)
#define KIND_COLLECTIVE(name, m)
#define OP(name, d, lo, hi, nr, kind, infer, flags, meaning) KIND_##kind(name, meaning)

/* Words that mean the same thing to no class, or are conversions with code of their own. */
#define CONVERT(a)          MISSING
#define REDUCE_PRECISION(a) MISSING
#define COMPLEX(a, b)       MISSING
#define ASIN_ACOS_KERNEL(a) MISSING

/* Floats. */
#define ABS(a)       fabs(a)
#define CBRT(a)      ((double)cbrtl(a))
#define CEIL(a)      ceil(a)
#define COS(a)       ((double)cosl(a))
#define CLZ(a)       MISSING
#define EXP(a)       exp(a)
#define EXPM1(a)     expm1(a)
#define FLOOR(a)     floor(a)
#define IMAG(a)      (0 * (a) * 0)
#define ISFINITE(a)  (isfinite(a) ? 1 : 0)
#define LOG(a)       no_number(a, a, log(a))
#define LOG1P(a)     no_number(a, a, log1p(a))
#define LOGISTIC(a)  float_logistic(a)
#define NEG(a)       (-(a))
#define NOT(a)       MISSING
#define POPCNT(a)    MISSING
#define REAL(a)      (a)
#define ROUND(a)     round(a)
#define ROUNDEVEN(a) rint(a)
#define RSQRT(a)     ((double)(1 / sqrtl(a)))
#define SIGN(a)      float_sign(a)
#define SIN(a)       ((double)sinl(a))
#define SQRT(a)      sqrt(a)
#define TAN(a)       ((double)tanl(a))
#define TANH(a)      ((double)tanhl(a))
#define ADD(a, b)    ((a) + (b))
#define AND(a, b)    MISSING
#define ATAN2(a, b)  atan2(a, b)
#define DIV(a, b)    ((a) / (b))
#define MAX(a, b)    float_max(a, b)
#define MIN(a, b)    float_min(a, b)
#define MUL(a, b)    ((a) * (b))
#define OR(a, b)     MISSING
#define POW(a, b)    no_number(a, b, pow(a, b))
#define REM(a, b)    fmod(a, b)
#define SHL(a, b)    MISSING
#define SAR(a, b)    MISSING
#define SHR(a, b)    MISSING
#define SUB(a, b)    ((a) - (b))
#define XOR(a, b)    MISSING
#define ACOS(a)      acos(a)
#define ACOSH(a)     acosh(a)
#define ASIN(a)      asin(a)
#define ASINH(a)     asinh(a)
#define ATAN(a)      atan(a)
#define ATANH(a)     atanh(a)
#define COSH(a)      float_exp_sum(s->dtype, a, true)
#define SINH(a)      float_exp_sum(s->dtype, a, false)
#define ERF(a)       erf(a)
#define ERFC(a)      erfc(a)
#define ERF_INV(a)   ((double)special_erf_inv(a))
#define LGAMMA(a)    ((double)special_lgamma(a))
#define DIGAMMA(a)   ((double)special_digamma(a))
#define BESSEL_I1E(a) ((double)special_bessel_i1e(a))
#define POLYGAMMA(a, b) ((double)special_polygamma(a, b))
#define ZETA(a, b)   ((double)special_zeta(a, b))
#define CONJ(a)      (a)
#define SQUARE(a)    MUL(a, a)
#define NEXT_AFTER(a, b) float_next_after(s->dtype, a, b)
#define MULHI(a, b)  MISSING
#define KIND_MAP(name, meaning)                                                                    \
	static double of_float_##name(const struct scalar *s, double a, double b)                  \
	{                                                                                          \
		(void)s, (void)a, (void)b;                                                         \
		return meaning;                                                                    \
	}
#include "ir/op.def"
#undef KIND_MAP

/* Signed integers; words of floats only are missing. */
#undef ABS
#undef CBRT
#undef CEIL
#undef COS
#undef CLZ
#undef EXP
#undef EXPM1
#undef FLOOR
#undef IMAG
#undef ISFINITE
#undef LOG
#undef LOG1P
#undef LOGISTIC
#undef NEG
#undef NOT
#undef POPCNT
#undef ROUND
#undef ROUNDEVEN
#undef RSQRT
#undef SIGN
#undef SIN
#undef SQRT
#undef TAN
#undef TANH
#undef ADD
#undef AND
#undef ATAN2
#undef DIV
#undef MAX
#undef MIN
#undef MUL
#undef OR
#undef POW
#undef REM
#undef SHL
#undef SAR
#undef SHR
#undef SUB
#undef XOR
#undef ACOS
#undef ACOSH
#undef ASIN
#undef ASINH
#undef ATAN
#undef ATANH
#undef COSH
#undef SINH
#undef ERF
#undef ERFC
#undef ERF_INV
#undef LGAMMA
#undef DIGAMMA
#undef BESSEL_I1E
#undef POLYGAMMA
#undef ZETA
#undef NEXT_AFTER
#undef MULHI
#define CBRT(a)      MISSING
#define CEIL(a)      MISSING
#define COS(a)       MISSING
#define EXP(a)       MISSING
#define EXPM1(a)     MISSING
#define FLOOR(a)     MISSING
#define IMAG(a)      MISSING
#define LOG(a)       MISSING
#define LOG1P(a)     MISSING
#define LOGISTIC(a)  MISSING
#define ROUND(a)     MISSING
#define ROUNDEVEN(a) MISSING
#define RSQRT(a)     MISSING
#define SIN(a)       MISSING
#define SQRT(a)      MISSING
#define TAN(a)       MISSING
#define TANH(a)      MISSING
#define ATAN2(a, b)  MISSING
#define ACOS(a)      MISSING
#define ACOSH(a)     MISSING
#define ASIN(a)      MISSING
#define ASINH(a)     MISSING
#define ATAN(a)      MISSING
#define ATANH(a)     MISSING
#define COSH(a)      MISSING
#define SINH(a)      MISSING
#define ERF(a)       MISSING
#define ERFC(a)      MISSING
#define ERF_INV(a)   MISSING
#define LGAMMA(a)    MISSING
#define DIGAMMA(a)   MISSING
#define BESSEL_I1E(a) MISSING
#define POLYGAMMA(a, b) MISSING
#define ZETA(a, b)   MISSING
#define NEXT_AFTER(a, b) MISSING

#define ISFINITE(a)  1
#define ABS(a)       ((a) < 0 ? wrap_sub(0, a) : (a))
#define CLZ(a)       ((int64_t)uint_clz((uint64_t)(a), s->bits))
#define NEG(a)       wrap_sub(0, a)
#define NOT(a)       (~(a))
#define POPCNT(a)    ((int64_t)uint_popcnt((uint64_t)(a), s->bits))
#define SIGN(a)      ((a) > 0 ? 1 : (a) < 0 ? -1 : 0)
#define ADD(a, b)    wrap_add(a, b)
#define AND(a, b)    ((a) & (b))
#define DIV(a, b)    sint_div(a, b)
#define MAX(a, b)    ((a) > (b) ? (a) : (b))
#define MIN(a, b)    ((a) < (b) ? (a) : (b))
#define MUL(a, b)    wrap_mul(a, b)
#define OR(a, b)     ((a) | (b))
#define POW(a, b)    sint_pow(a, b)
#define REM(a, b)    sint_rem(a, b)
#define SHL(a, b)    ((int64_t)uint_shl((uint64_t)(a), (uint64_t)(b), s->bits))
#define SAR(a, b)    sint_sar(a, b, s->bits)
#define SHR(a, b)    ((int64_t)uint_shr((uint64_t)(a), (uint64_t)(b), s->bits))
#define SUB(a, b)    wrap_sub(a, b)
#define XOR(a, b)    ((a) ^ (b))
#define MULHI(a, b)  sint_mulhi(a, b, s->bits)
#define KIND_MAP(name, meaning)                                                                    \
	static int64_t of_sint_##name(const struct scalar *s, int64_t a, int64_t b)                \
	{                                                                                          \
		(void)s, (void)a, (void)b;                                                         \
		return meaning;                                                                    \
	}
#include "ir/op.def"
#undef KIND_MAP

/* Unsigned integers: where the sign matters. */
#undef ABS
#undef CLZ
#undef NEG
#undef POPCNT
#undef SIGN
#undef ADD
#undef DIV
#undef MUL
#undef POW
#undef REM
#undef SHL
#undef SAR
#undef SHR
#undef SUB
#undef MULHI
#define ABS(a)       (a)
#define CLZ(a)       uint_clz(a, s->bits)
#define NEG(a)       (0 - (a))
#define POPCNT(a)    uint_popcnt(a, s->bits)
#define SIGN(a)      ((a) > 0 ? 1 : 0)
#define ADD(a, b)    ((a) + (b))
#define DIV(a, b)    ((b) ? (a) / (b) : UINT64_MAX)
#define MUL(a, b)    ((a) * (b))
#define POW(a, b)    uint_pow(a, b)
#define REM(a, b)    ((b) ? (a) % (b) : (a))
#define SHL(a, b)    uint_shl(a, b, s->bits)
#define SAR(a, b)    uint_sar(a, b, s->bits)
#define SHR(a, b)    uint_shr(a, b, s->bits)
#define SUB(a, b)    ((a) - (b))
#define MULHI(a, b)  uint_mulhi(a, b, s->bits)
#define KIND_MAP(name, meaning)                                                                    \
	static uint64_t of_uint_##name(const struct scalar *s, uint64_t a, uint64_t b)             \
	{                                                                                          \
		(void)s, (void)a, (void)b;                                                         \
		return meaning;                                                                    \
	}
#include "ir/op.def"
#undef KIND_MAP

/* Booleans: sum is or, product is and. */
#undef ABS
#undef CLZ
#undef NEG
#undef NOT
#undef POPCNT
#undef SIGN
#undef ADD
#undef AND
#undef DIV
#undef MAX
#undef MIN
#undef MUL
#undef OR
#undef POW
#undef REM
#undef SHL
#undef SAR
#undef SHR
#undef SUB
#undef XOR
#undef MULHI
#define ABS(a)       MISSING
#define CLZ(a)       MISSING
#define NEG(a)       MISSING
#define NOT(a)       (!(a))
#define POPCNT(a)    (a)
#define SIGN(a)      MISSING
#define ADD(a, b)    ((a) || (b))
#define AND(a, b)    ((a) && (b))
#define DIV(a, b)    MISSING
#define MAX(a, b)    ((a) || (b))
#define MIN(a, b)    ((a) && (b))
#define MUL(a, b)    ((a) && (b))
#define OR(a, b)     ((a) || (b))
#define POW(a, b)    ((a) || !(b))
#define REM(a, b)    MISSING
#define SHL(a, b)    MISSING
#define SAR(a, b)    MISSING
#define SHR(a, b)    MISSING
#define SUB(a, b)    ((a) != (b))
#define XOR(a, b)    ((a) != (b))
#define MULHI(a, b)  MISSING
#define KIND_MAP(name, meaning) static bool of_bool_##name(const struct scalar *s, bool a, bool b) \
	{ (void)s, (void)a, (void)b; return meaning; }
#include "ir/op.def"
#undef KIND_MAP

/* Complex numbers; a result of a real type takes the real part. */
#undef ABS
#undef CBRT
#undef COS
#undef EXP
#undef EXPM1
#undef IMAG
#undef ISFINITE
#undef LOG
#undef LOG1P
#undef LOGISTIC
#undef NEG
#undef NOT
#undef POPCNT
#undef REAL
#undef RSQRT
#undef SIGN
#undef SIN
#undef SQRT
#undef TAN
#undef TANH
#undef ADD
#undef AND
#undef ATAN2
#undef DIV
#undef MAX
#undef MIN
#undef MUL
#undef OR
#undef POW
#undef SUB
#undef XOR
#undef ACOS
#undef ACOSH
#undef ASIN
#undef ASINH
#undef ATAN
#undef ATANH
#undef COSH
#undef SINH
#undef CONJ
#undef SQUARE
#undef ASIN_ACOS_KERNEL
#define ABS(a)       ((double)cabsl(a))
#define CBRT(a)      complex_cbrt(a)
#define COS(a)       narrow(ccosl(a))
#define EXP(a)       complex_exp(a)
#define EXPM1(a)     complex_expm1(a)
#define IMAG(a)      cimag(a)
#define ISFINITE(a)  (complex_finite(a) ? 1 : 0)
#define LOG(a)       narrow(clogl(a))
#define LOG1P(a)     complex_log1p(a)
#define LOGISTIC(a)  narrow(1 / (1 + cexpl(-(wide)(a))))
#define NEG(a)       complex_of(-creal(a), -cimag(a))
#define NOT(a)       MISSING
#define POPCNT(a)    MISSING
#define REAL(a)      creal(a)
#define RSQRT(a)     narrow(1 / csqrtl(a))
#define SIGN(a)      complex_sign(a)
#define SIN(a)       narrow(csinl(a))
#define SQRT(a)      narrow(csqrtl(a))
#define TAN(a)       narrow(ctanl(a))
#define TANH(a)      narrow(ctanhl(a))
#define ADD(a, b)    ((a) + (b))
#define AND(a, b)    MISSING
#define ATAN2(a, b)  complex_atan2(a, b)
#define DIV(a, b)    narrow((wide)(a) / (wide)(b))
#define MAX(a, b)    complex_max(a, b)
#define MIN(a, b)    complex_min(a, b)
#define MUL(a, b)    complex_multiply(s->dtype, a, b)
#define OR(a, b)     MISSING
#define POW(a, b)    complex_pow(a, b)
#define SUB(a, b)    ((a) - (b))
#define XOR(a, b)    MISSING
#define ACOS(a)      narrow(cacosl(a))
#define ACOSH(a)     narrow(cacoshl(a))
#define ASIN(a)      narrow(casinl(a))
#define ASINH(a)     narrow(casinhl(a))
#define ATAN(a)      narrow(catanl(a))
#define ATANH(a)     narrow(catanhl(a))
#define COSH(a)      complex_hyperbolic(s->dtype, a, true)
#define SINH(a)      complex_hyperbolic(s->dtype, a, false)
#define CONJ(a)      conj(a)
#define SQUARE(a)    complex_square(a)
#define ASIN_ACOS_KERNEL(a) complex_arc(a)
#define KIND_MAP(name, meaning) static complex_double of_complex_##name(const struct scalar *s, \
	complex_double a, complex_double b) { (void)s, (void)a, (void)b; return meaning; }
#include "ir/op.def"
#undef KIND_MAP
#undef OP

#define KIND_MAP(name)                                                                             \
	[OP_##name] = { of_float_##name, of_sint_##name, of_uint_##name, of_bool_##name,           \
		of_complex_##name },
#undef KIND_LEAF
#undef KIND_MOVE
#undef KIND_REDUCE
#undef KIND_WINDOW
#undef KIND_SCATTER
#undef KIND_SORT
#undef KIND_CONTRACT
#undef KIND_EXPAND
#undef KIND_LIBRARY
#undef KIND_RANDOM
#undef KIND_CONTROL
#undef KIND_CUSTOM
#undef KIND_TUPLE
#undef KIND_TOKEN
#undef KIND_COLLECTIVE
#define KIND_LEAF(name)
#define KIND_MOVE(name)
#define KIND_REDUCE(name)
#define KIND_WINDOW(name)
#define KIND_SCATTER(name)
#define KIND_SORT(name)
#define KIND_CONTRACT(name)
#define KIND_EXPAND(name)
#define KIND_LIBRARY(name)
#define KIND_RANDOM(name)
#define KIND_CONTROL(name)
#define KIND_CUSTOM(name)
#define KIND_TUPLE(name)
#define KIND_TOKEN(name)
#define KIND_COLLECTIVE(name)
#define OP(name, d, lo, hi, nr, kind, infer, flags, meaning) KIND_##kind(name)
/* NULL rows: not of kind MAP. */
static const struct scalar_row scalar_table[OP_COUNT] = {
#include "ir/op.def"
};
#undef OP
#undef _

/* ---- applying a meaning --------------------------------------------------------------------- */

static void map_float(const struct scalar *s, scalar_float_fn *fn, const struct tensor *a,
	const struct tensor *b, struct tensor *out)
{
	enum dtype t = s->dtype, to = out->type->dtype;

	for (int64_t i = 0, n = tensor_elements(out); i < n; i++) {
		double y = b ? dtype_load_f64(t, tensor_at(b, i)) : 0;
		double v = fn(s, dtype_load_f64(t, tensor_at(a, i)), y);
		if (dtype_is_float(to))
			dtype_store_f64(to, tensor_at(out, i), v);
		else
			dtype_store_i64(to, tensor_at(out, i), (int64_t)v);
	}
}

static void map_complex(const struct scalar *s, scalar_complex_fn *fn, const struct tensor *a,
	const struct tensor *b, struct tensor *out)
{
	enum dtype t = s->dtype, to = out->type->dtype;

	for (int64_t i = 0, n = tensor_elements(out); i < n; i++) {
		complex_double y = b ? scalar_load_complex(t, tensor_at(b, i)) : 0;
		complex_double v = fn(s, scalar_load_complex(t, tensor_at(a, i)), y);
		if (to == DTYPE_i1)
			dtype_store_i64(to, tensor_at(out, i), creal(v) != 0);
		else
			scalar_store_complex(to, tensor_at(out, i), v);
	}
}

static void map_int(const struct scalar *s, const struct scalar_row *row, const struct tensor *a,
	const struct tensor *b, struct tensor *out)
{
	enum dtype t = s->dtype, to = out->type->dtype;

	for (int64_t i = 0, n = tensor_elements(out); i < n; i++) {
		int64_t x = dtype_load_i64(t, tensor_at(a, i)), v;
		int64_t y = b ? dtype_load_i64(t, tensor_at(b, i)) : 0;
		if (dtype_is_signed(t))
			v = row->of_sint(s, x, y);
		else if (t == DTYPE_i1)
			v = row->of_bool(s, x, y);
		else
			v = (int64_t)row->of_uint(s, (uint64_t)x, (uint64_t)y);
		dtype_store_i64(to, tensor_at(out, i), v);
	}
}

void scalar_map(const struct call *c, enum op op, const struct tensor *a, const struct tensor *b,
	struct tensor *out)
{
	const struct scalar_row *row = &scalar_table[op];
	struct scalar s = { c, a->type->dtype, dtype_table[a->type->dtype].bits };

	if (!row->of_float)
		eval_fail(c, WEFT_UNIMPLEMENTED, "no meaning over scalars");
	if (dtype_is_float(s.dtype))
		map_float(&s, row->of_float, a, b, out);
	else if (dtype_is_complex(s.dtype))
		map_complex(&s, row->of_complex, a, b, out);
	else
		map_int(&s, row, a, b, out);
}
