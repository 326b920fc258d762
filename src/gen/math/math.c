/* math.c -- rounding, signs, and which elementary function has which code. */
#include "gen/gen_impl.h"
#include "gen/math/math_impl.h"

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
	case OP_chlo_erfc: return math_wide(g, a) ? NULL : math_body_erfc(g, a, NULL);
	default: return NULL;
	}
}

static LLVMValueRef body_expm1(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return math_expm1(g, a);
}

static LLVMValueRef body_log1p(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return math_log1p(g, a);
}

static LLVMValueRef body_cbrt(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return math_cbrt(g, a);
}

/* What is called (apart.c), in f64; f32 is widened, but for remainders. */
static const struct { enum op op; math_body *body, *for_f32; } apart[] = {
	{ OP_exponential_minus_one, body_expm1, NULL },
	{ OP_log_plus_one, body_log1p, NULL },
	{ OP_sine, math_body_sine, math_body_sine_f32 },
	{ OP_cosine, math_body_cosine, math_body_cosine_f32 },
	{ OP_tan, math_body_tan, math_body_tan_f32 },
	{ OP_cbrt, body_cbrt, NULL },
	{ OP_power, math_power, math_power_f32 },
	{ OP_atan2, math_body_atan2, math_body_atan2_f32 },
	{ OP_remainder, math_body_remainder, NULL },
	{ OP_chlo_tan, math_body_tan, math_body_tan_f32 },
	{ OP_chlo_atan, math_body_atan, math_body_atan_f32 },
	{ OP_chlo_asin, math_body_asin, NULL },
	{ OP_chlo_acos, math_body_acos, NULL },
	{ OP_chlo_sinh, math_body_sinh, NULL },
	{ OP_chlo_cosh, math_body_cosh, NULL },
	{ OP_chlo_asinh, math_body_asinh, NULL },
	{ OP_chlo_acosh, math_body_acosh, NULL },
	{ OP_chlo_atanh, math_body_atanh, NULL },
	{ OP_chlo_erfc, math_body_erfc, NULL },
	{ OP_chlo_erf_inv, math_body_erf_inv, NULL },
	{ OP_chlo_lgamma, math_body_lgamma, math_body_lgamma_f32 },
	{ OP_chlo_digamma, math_body_digamma, math_body_digamma_f32 },
	{ OP_chlo_bessel_i1e, math_body_bessel_i1e, NULL },
	{ OP_chlo_zeta, math_body_zeta, NULL },
	{ OP_chlo_polygamma, math_body_polygamma, NULL },
};

/* sinh and cosh by CHLO's definition, every step rounded to f32: e^(a + log 1/2) less or plus
 * e^(-a + log 1/2), which does not overflow before the result does but loses some units in the
 * last place. */
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
	return SELECT(FCMP(OLT, math_abs(g, a), K(1)), math_sinh(g, a), FSUB(up, down));
}

LLVMValueRef math_call(
	struct gen *g, const struct node *n, enum op op, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef r = call_own(g, op, a);
	bool f32 = n->type->dtype == DTYPE_f32;

	if (r)
		return r;
	if (g->k->strict && f32 && (op == OP_chlo_sinh || op == OP_chlo_cosh))
		return exp_sum(g, a, op == OP_chlo_cosh);
	for (size_t i = 0; i < sizeof apart / sizeof *apart; i++) {
		math_body *body = apart[i].body;
		if (apart[i].op != op)
			continue;
		if (!math_wide(g, a) && apart[i].for_f32)
			body = apart[i].for_f32;
		return math_apart(g, op_table[op].name, body, op != OP_remainder, a, b);
	}
	gen_unsupported(g, n, NULL);
}
