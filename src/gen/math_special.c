/* math_special.c -- the error function.
 *
 * erf in f32: up to 1 x + x P(x^2), beyond 1 - e^Q(x).  In f64: up to 1 the same, beyond from erfc,
 * which is e^(-x^2) times a polynomial in (x - 3.75) / (x + 3.75) divided by 1 + 2 x (Shepherd and
 * Laframboise 1981), x^2 in two parts.  Errors: erf 1 ULP; erfc 4 in f32, 16 in f64 (from
 * e^(-x^2)). */
#include "gen/math_impl.h"

static LLVMValueRef erf_small(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef z = FMUL(a, a);

	return fma3(g, a, math_wide(g, a) ? POLY(z, math_erf_f64) : POLY(z, math_erf_f32), a);
}

/* erfc of x >= 0 */
static LLVMValueRef erfc_positive(struct gen *g, LLVMValueRef a)
{
	bool wide = math_wide(g, a);
	LLVMTypeRef t = math_int(g, a);
	LLVMValueRef x = SELECT(FCMP(OGT, a, K(wide ? 28 : 10.5)), K(wide ? 28 : 10.5), a);
	LLVMValueRef h =
		AND(BITCAST(x, t), ci_like(BITCAST(x, t), -((int64_t)1 << (wide ? 27 : 12))));
	LLVMValueRef xh = BITCAST(h, LLVMTypeOf(a)), rest = FMUL(FSUB(x, xh), FADD(x, xh));
	LLVMValueRef e = math_exp(g, FNEG(FMUL(xh, xh)), FNEG(rest));
	LLVMValueRef u = FDIV(FSUB(x, K(3.75)), FADD(x, K(3.75)));

	LLVMValueRef p = wide ? POLY(u, math_erfc_f64) : POLY(u, math_erfc_f32);
	return FDIV(FMUL(e, p), FADD(FADD(x, x), K(1)));
}

LLVMValueRef math_erf(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef x = math_abs(g, a), small = erf_small(g, a), large;

	if (math_wide(g, a)) {
		large = FSUB(K(1), erfc_positive(g, x));
	} else {
		LLVMValueRef c = SELECT(FCMP(OGT, x, K(4)), K(4), x);
		large = FSUB(K(1), math_exp(g, POLY(c, math_erfl_f32), NULL));
	}
	return SELECT(FCMP(OLT, x, K(1)), small, math_copysign(g, large, a));
}

LLVMValueRef math_erfc(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef x = math_abs(g, a), c = erfc_positive(g, x);
	LLVMValueRef r = SELECT(FCMP(OLT, a, K(0)), FSUB(K(2), c), c);

	return SELECT(FCMP(OLT, x, K(0.5)), FSUB(K(1), erf_small(g, a)), r);
}
