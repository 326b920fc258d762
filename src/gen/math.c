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

LLVMValueRef math_call(struct gen *g, const struct node *n, enum op op, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	switch (op) {
	case OP_sqrt: return call1(g, "llvm.sqrt", a);
	case OP_rsqrt: return FDIV(cf_like(a, 1), call1(g, "llvm.sqrt", a));
	default: gen_unsupported(g, n, NULL);
	}
}
