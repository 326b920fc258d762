/* log.c -- logarithms, powers, cube roots.
 *
 * Method: x = 2^k m with m in sqrt 1/2 .. sqrt 2, f = m - 1.  f32: f - f^2 / 2 + f^3 P(f).  f64:
 * with s = f / (2 + f), log(1 + f) = f - (f^2 / 2 - s (f^2 / 2 + s^2 Q(s^2))), whose largest term
 * is exact (Tang 1990 for the reduction).  Powers are e^(b log a), the logarithm and the product in
 * two parts. */
#include "gen/math/math_impl.h"

#define LN2_HI_F32 0x1.63p-1
#define LN2_LO_F32 -0x1.bd0105c610ca8p-13
#define LN2_HI_F64 0x1.62e42fee00000p-1
#define LN2_LO_F64 0x1.a39ef35793c76p-33

struct split_log { LLVMValueRef f, k, whole; };  /* k as a float and as an integer */

static struct split_log take_apart(struct gen *g, LLVMValueRef a)
{
	bool wide = math_wide(g, a);
	int man = wide ? 52 : 23;
	double up = wide ? 0x1p54 : 0x1p25;
	LLVMTypeRef t = math_int(g, a);
	LLVMValueRef tiny = FCMP(OLT, a, K(wide ? 0x1p-1022 : 0x1p-126));
	LLVMValueRef x = SELECT(tiny, FMUL(a, K(up)), a);
	LLVMValueRef root = BITCAST(K(wide ? 0x1.6a09e667f3bcdp-1 : 0x1.6a09e6p-1), t);
	LLVMValueRef i = SUB(BITCAST(x, t), root), k = ASHR(i, ci_like(i, man));
	LLVMValueRef m = ADD(AND(i, ci_like(i, ((int64_t)1 << man) - 1)), root);
	LLVMTypeRef i32s = like(a, g->i32);
	struct split_log out;

	k = SUB(k, SELECT(tiny, ci_like(k, wide ? 54 : 25), ci_like(k, 0)));
	out.whole = k;
	/* Through i32: 64-bit conversions are no instruction before AVX-512. */
	if (wide)
		k = LLVMBuildTrunc(g->b, k, i32s, "");
	out.k = LLVMBuildSIToFP(g->b, k, LLVMTypeOf(a), "");
	out.f = FSUB(BITCAST(m, LLVMTypeOf(a)), K(1));
	return out;
}

static LLVMValueRef log_special(struct gen *g, LLVMValueRef a, LLVMValueRef r)
{
	LLVMValueRef inf = K(__builtin_inf());

	r = SELECT(FCMP(OLT, a, inf), r, a);             /* inf and NaN are their own */
	r = SELECT(FCMP(OEQ, a, K(0)), FNEG(inf), r);
	return SELECT(FCMP(OLT, a, K(0)), K(__builtin_nan("")), r);
}

LLVMValueRef math_log(struct gen *g, LLVMValueRef a)
{
	struct split_log x = take_apart(g, a);
	LLVMValueRef f = x.f, half = FMUL(FMUL(f, f), K(0.5)), r;

	if (math_wide(g, a)) {
		LLVMValueRef s = FDIV(f, FADD(f, K(2))), z = FMUL(s, s);
		LLVMValueRef q = FMUL(z, POLY(z, math_log_f64));
		LLVMValueRef t = fma3(g, s, FADD(half, q), FMUL(x.k, K(LN2_LO_F64)));
		r = FSUB(FMUL(x.k, K(LN2_HI_F64)), FSUB(FSUB(half, t), f));
	} else {
		LLVMValueRef cube = FMUL(FMUL(f, f), f);
		LLVMValueRef t = fma3(g, cube, POLY(f, math_log_f32), FMUL(x.k, K(LN2_LO_F32)));
		r = fma3(g, x.k, K(LN2_HI_F32), FADD(f, FSUB(t, half)));
	}
	return log_special(g, a, r);
}

LLVMValueRef math_log1p(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef u = FADD(a, K(1)), lost = FSUB(a, FSUB(u, K(1)));
	LLVMValueRef r = FADD(math_log(g, u), FDIV(lost, u));

	r = SELECT(FCMP(OEQ, u, K(1)), a, r);
	r = SELECT(FCMP(OLT, math_abs(g, a), K(__builtin_inf())), r, math_log(g, u));
	return SELECT(FCMP(OEQ, a, K(-1)), K(-__builtin_inf()), r);
}

/* log x = k ln 2 + 2 atanh s, s = (m - 1) / (m + 1), all of it in two parts; ln 2 in 41 bits, whose
 * product with k is exact, and two parts more. */
struct two two_log(struct gen *g, struct two x, bool full)
{
	static const double ln2_high = 0x1.62e42fefa3000p-1;
	static const double ln2_rest[2] = { 0x1.3de6af278ece6p-42, 0x1.f97b57a079a19p-103 };
	struct split_log e = take_apart(g, x.hi);
	LLVMValueRef a = x.hi, low = math_scale(g, x.lo, SUB(ci_like(e.whole, 0), e.whole));
	struct two top = two_fast_sum(g, e.f, low);
	struct two bottom = two_add_one(g, top, K(2)), s = two_div(g, top, bottom);
	struct two z = two_mul(g, s, s), cube = two_mul(g, s, z);

	struct two p = full ? TWO_POLY(z, math_atanh_full, 9) : TWO_POLY(z, math_atanh, 2);
	cube = two_mul(g, cube, p);
	s = two_add(g, s, cube);
	s = (struct two){ FADD(s.hi, s.hi), FADD(s.lo, s.lo) };
	struct two rest = two_mul_one(g, two_const(g, a, ln2_rest), e.k);
	return two_add(g, two_add(g, two_of(g, FMUL(e.k, K(ln2_high))), rest), s);
}

/* Signs, infinities, NaN; r: |a|^b. */
static LLVMValueRef power_special(struct gen *g, LLVMValueRef a, LLVMValueRef b, LLVMValueRef r)
{
	LLVMValueRef half = FMUL(b, K(0.5)), whole = FCMP(OEQ, math_trunc(g, b), b);
	LLVMValueRef odd = AND(whole, FCMP(UNE, math_trunc(g, half), half));
	LLVMTypeRef t = math_int(g, a);
	LLVMValueRef negative = ICMP(SLT, BITCAST(a, t), LLVMConstNull(t));

	r = SELECT(AND(negative, odd), FNEG(r), r);
	LLVMValueRef undefined = AND(FCMP(OLT, a, K(0)), NOT(whole));
	undefined = AND(undefined, FCMP(OLT, math_abs(g, a), K(__builtin_inf())));
	r = SELECT(undefined, K(__builtin_nan("")), r);
	r = SELECT(OR(FCMP(UNO, a, a), FCMP(UNO, b, b)), K(__builtin_nan("")), r);
	LLVMValueRef one = OR(FCMP(OEQ, b, K(0)), FCMP(OEQ, a, K(1)));
	one = OR(one, AND(FCMP(OEQ, a, K(-1)), FCMP(OEQ, math_abs(g, b), K(__builtin_inf()))));
	return SELECT(one, K(1), r);
}

LLVMValueRef math_power_f32(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	return power_special(g, a, b, math_exp(g, FMUL(b, math_log(g, math_abs(g, a))), NULL));
}

LLVMValueRef math_power(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef x = math_abs(g, a), inf = K(__builtin_inf());
	LLVMValueRef inside = AND(FCMP(OGT, x, K(0)), FCMP(OLT, x, inf)), most = K(0x1p70);
	/* Beyond 2^70 the result is 0, 1 or infinity as it is at 2^70. */
	LLVMValueRef far = FCMP(OGT, math_abs(g, b), most);
	LLVMValueRef c = SELECT(far, math_copysign(g, most, b), b);
	struct two l = two_log(g, two_of(g, SELECT(inside, x, K(1))), false);
	struct two p = two_mul_one(g, l, c);
	/* where two parts do not hold: 0 and infinity */
	LLVMValueRef rough = FMUL(b, math_log(g, x));
	LLVMValueRef arg = SELECT(inside, p.hi, rough), near = FCMP(OLT, math_abs(g, p.hi), K(800));
	/* far out the exponential clamps its argument, and the rest of it must not count */
	LLVMValueRef low = SELECT(AND(inside, near), p.lo, K(0));

	return power_special(g, a, b, math_exp(g, arg, low));
}

/* A third of the exponent by integers, then two steps of Halley's method. */
LLVMValueRef math_cbrt(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef x = math_abs(g, a), tiny = FCMP(OLT, x, K(0x1p-1000));
	LLVMValueRef huge = FCMP(OGT, x, K(0x1p1000));
	LLVMTypeRef t = math_int(g, a);

	x = FMUL(x, SELECT(tiny, K(0x1p60), SELECT(huge, K(0x1p-60), K(1))));
	LLVMValueRef i = BITCAST(x, t), y;
	/* i / 3 + bias, the division by a multiplication in floating point */
	LLVMValueRef hi = LLVMBuildTrunc(g->b, LSHR(i, ci_like(i, 32)), like(a, g->i32), "");
	LLVMValueRef third = LLVMBuildUDiv(g->b, hi, ci_like(hi, 3), "");
	third = ADD(third, ci_like(third, 715094163));
	y = BITCAST(SHL(LLVMBuildZExt(g->b, third, t, ""), ci_like(i, 32)), LLVMTypeOf(a));
	for (int n = 0; n < 3; n++) {
		LLVMValueRef c = FMUL(FMUL(y, y), y);
		LLVMValueRef top = FADD(c, FADD(x, x)), bottom = FADD(FADD(c, c), x);
		y = FMUL(y, FDIV(top, bottom));
	}
	/* one more, as a correction */
	LLVMValueRef yy = FMUL(y, y);
	y = FSUB(y, FDIV(FSUB(FMUL(yy, y), x), FMUL(K(3), yy)));
	y = FMUL(y, SELECT(tiny, K(0x1p-20), SELECT(huge, K(0x1p20), K(1))));
	y = math_copysign(g, y, a);
	LLVMValueRef own =
		OR(FCMP(OEQ, a, K(0)), NOT(FCMP(OLT, math_abs(g, a), K(__builtin_inf()))));
	return SELECT(own, a, y);
}
