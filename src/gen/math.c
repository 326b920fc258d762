/* math.c -- rounding, signs, and which elementary function has which code. */
#include "gen/gen_impl.h"
#include "gen/math_impl.h"

LLVMTypeRef math_int(struct gen *g, LLVMValueRef a)
{
	return like(a, math_wide(g, a) ? g->i64 : g->i32);
}

bool math_wide(struct gen *g, LLVMValueRef a)
{
	LLVMTypeRef t = LLVMTypeOf(a);

	return (is_vector(a) ? LLVMGetElementType(t) : t) == g->f64;
}

LLVMValueRef math_abs(struct gen *g, LLVMValueRef a)
{
	return call1(g, "llvm.fabs", a);
}

LLVMValueRef math_copysign(struct gen *g, LLVMValueRef mag, LLVMValueRef sign)
{
	return call2(g, "llvm.copysign", mag, sign);
}

/* Without an instruction: numbers of 2^23 (2^52) and more are whole; below, adding and taking away
 * that number rounds to nearest even. */
LLVMValueRef math_rint(struct gen *g, LLVMValueRef a)
{
	if (g->isa->instr & ISA_ROUND)
		return call1(g, "llvm.roundeven", a);
	LLVMValueRef big = cf_like(a, math_wide(g, a) ? 0x1p52 : 0x1p23), x = math_abs(g, a);
	LLVMValueRef r = math_copysign(g, FSUB(FADD(x, big), big), a);
	return SELECT(FCMP(OLT, x, big), r, a);
}

LLVMValueRef math_floor(struct gen *g, LLVMValueRef a)
{
	if (g->isa->instr & ISA_ROUND)
		return call1(g, "llvm.floor", a);
	LLVMValueRef r = math_rint(g, a);
	r = FSUB(r, SELECT(FCMP(OGT, r, a), cf_like(a, 1), cf_like(a, 0)));
	return math_copysign(g, r, a);
}

LLVMValueRef math_ceil(struct gen *g, LLVMValueRef a)
{
	if (g->isa->instr & ISA_ROUND)
		return call1(g, "llvm.ceil", a);
	LLVMValueRef r = math_rint(g, a);
	r = FADD(r, SELECT(FCMP(OLT, r, a), cf_like(a, 1), cf_like(a, 0)));
	return math_copysign(g, r, a);
}

LLVMValueRef math_trunc(struct gen *g, LLVMValueRef a)
{
	if (g->isa->instr & ISA_ROUND)
		return call1(g, "llvm.trunc", a);
	return math_copysign(g, math_floor(g, math_abs(g, a)), a);
}

LLVMValueRef math_poly(struct gen *g, LLVMValueRef x, const double *table, int n)
{
	LLVMValueRef a = x, r = K(table[n - 1]);

	for (int i = n - 2; i >= 0; i--)
		r = fma3(g, r, x, K(table[i]));
	return r;
}

/* ---- which function has which code ---------------------------------------------------------- */

static LLVMValueRef square_root(struct gen *g, LLVMValueRef a)
{
	return call1(g, "llvm.sqrt", a);
}

LLVMValueRef math_sinh(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef x = math_abs(g, a), e = math_expm1(g, x);
	LLVMValueRef r = FMUL(K(0.5), FADD(e, FDIV(e, FADD(e, K(1)))));
	LLVMValueRef h = math_exp(g, FMUL(x, K(0.5)), NULL);     /* e^x alone may overflow */

	r = SELECT(FCMP(OGT, x, K(40)), FMUL(FMUL(h, K(0.5)), h), r);
	return math_copysign(g, r, a);
}

LLVMValueRef math_cosh(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef h = math_exp(g, FMUL(math_abs(g, a), K(0.5)), NULL);
	LLVMValueRef e = FMUL(h, h);
	LLVMValueRef r = FMUL(K(0.5), FADD(e, FDIV(K(1), e)));

	return SELECT(FCMP(OGT, e, K(1e20)), FMUL(FMUL(h, K(0.5)), h), r);
}

static LLVMValueRef asinh_of(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef x = math_abs(g, a), z = FMUL(x, x);
	LLVMValueRef root = square_root(g, FADD(z, K(1)));
	LLVMValueRef r = math_log1p(g, FADD(x, FDIV(z, FADD(K(1), root))));

	r = SELECT(FCMP(OGT, x, K(1e9)), FADD(math_log(g, x), K(0.69314718055994530942)), r);
	return math_copysign(g, r, a);
}

static LLVMValueRef acosh_of(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef t = FSUB(a, K(1));
	LLVMValueRef r = math_log1p(g, FADD(t, square_root(g, FADD(FMUL(t, t), FADD(t, t)))));

	r = SELECT(FCMP(OGT, a, K(1e9)), FADD(math_log(g, a), K(0.69314718055994530942)), r);
	return SELECT(FCMP(OLT, a, K(1)), K(__builtin_nan("")), r);
}

static LLVMValueRef atanh_of(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef x = math_abs(g, a);
	LLVMValueRef r = FMUL(K(0.5), math_log1p(g, FDIV(FADD(x, x), FSUB(K(1), x))));

	return math_copysign(g, r, a);
}

/* (1 - a) (1 + a), whose root is the other side of asin and acos */
static LLVMValueRef other_side(struct gen *g, LLVMValueRef a)
{
	return square_root(g, FMUL(FSUB(K(1), a), FADD(K(1), a)));
}

/* f64; NULL: no such function. */
static LLVMValueRef call_f64(
	struct gen *g, enum op op, LLVMValueRef a, LLVMValueRef b, bool for_f32)
{
	switch (op) {
	case OP_exponential_minus_one: return math_expm1(g, a);
	case OP_log_plus_one: return math_log1p(g, a);
	case OP_sine: return math_sin_cos(g, a, 0);
	case OP_cosine: return math_sin_cos(g, a, 1);
	case OP_tan:
	case OP_chlo_tan: return math_tan(g, a);
	case OP_cbrt: return math_cbrt(g, a);
	case OP_power: return for_f32 ? math_power_f32(g, a, b) : math_power(g, a, b);
	case OP_atan2: return math_atan2(g, a, b);
	case OP_chlo_atan: return math_atan2(g, a, K(1));
	case OP_chlo_asin: return math_atan2(g, a, other_side(g, a));
	case OP_chlo_acos: return math_atan2(g, other_side(g, a), a);
	case OP_chlo_sinh: return math_sinh(g, a);
	case OP_chlo_cosh: return math_cosh(g, a);
	case OP_chlo_asinh: return asinh_of(g, a);
	case OP_chlo_acosh: return acosh_of(g, a);
	case OP_chlo_atanh: return atanh_of(g, a);
	default: return NULL;
	}
}

/* What has code of its own in f32 too. */
static LLVMValueRef call_own(struct gen *g, enum op op, LLVMValueRef a)
{
	switch (op) {
	case OP_sqrt: return square_root(g, a);
	case OP_rsqrt: return FDIV(K(1), square_root(g, a));
	case OP_exponential: return math_exp(g, a, NULL);
	case OP_tanh: return math_tanh(g, a);
	case OP_logistic: return math_logistic(g, a);
	case OP_log: return math_log(g, a);
	case OP_chlo_erf: return math_erf(g, a);
	case OP_chlo_erfc: return math_erfc(g, a);
	default: return NULL;
	}
}

/* f32 as StableHLO's reference does it: e^(a + log 1/2) +- e^(-a + log 1/2), the sums in f32, which
 * does not overflow before the result does but loses a few units in the last place. */
static LLVMValueRef exp_sum(struct gen *g, LLVMValueRef a, bool cosine)
{
	LLVMTypeRef wide = like(a, g->f64), t = LLVMTypeOf(a);
	LLVMValueRef half = K(-0.693147182464599609375);
	LLVMValueRef up = math_exp(g, LLVMBuildFPExt(g->b, FADD(a, half), wide, ""), NULL);
	LLVMValueRef down = math_exp(g, LLVMBuildFPExt(g->b, FSUB(half, a), wide, ""), NULL);

	up = LLVMBuildFPTrunc(g->b, up, t, "");
	down = LLVMBuildFPTrunc(g->b, down, t, "");
	if (cosine)
		return FADD(up, down);
	LLVMValueRef small = math_sinh(g, LLVMBuildFPExt(g->b, a, wide, ""));
	LLVMValueRef near = FCMP(OLT, math_abs(g, a), K(1));
	return SELECT(near, LLVMBuildFPTrunc(g->b, small, t, ""), FSUB(up, down));
}

LLVMValueRef math_call(
	struct gen *g, const struct node *n, enum op op, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef r = call_own(g, op, a);

	if (r)
		return r;
	if (op == OP_remainder)
		return math_remainder(g, a, b);
	bool wide = math_wide(g, a);
	if (!wide && (op == OP_chlo_sinh || op == OP_chlo_cosh) && n->type->dtype == DTYPE_f32)
		return exp_sum(g, a, op == OP_chlo_cosh);
	if (!wide) {
		a = LLVMBuildFPExt(g->b, a, like(a, g->f64), "");
		b = b ? LLVMBuildFPExt(g->b, b, like(b, g->f64), "") : NULL;
	}
	r = call_f64(g, op, a, b, !wide);
	if (!r)
		gen_unsupported(g, n, NULL);
	return wide ? r : LLVMBuildFPTrunc(g->b, r, like(r, g->f32), "");
}
