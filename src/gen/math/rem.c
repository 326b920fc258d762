/* rem.c -- the remainder of a division of floats, exactly.
 *
 * There is no instruction for it and LLVM would call fmod.  With t <= r < 2^m t, m the bits behind
 * a float's point, q = trunc(r / t) is the quotient's whole part or, where the division rounded up,
 * one more; r - q t has a float of its own (it is less than t, in units of t's last place), so one
 * fused multiply-add gives it without error.  That is all for quotients below 2^m.  Others are
 * divided first by t = y 2^k, k such that this holds, again and again: y divides t, so what is left
 * has the same remainder. */
#include "gen/math/math_impl.h"
#include <math.h>

struct form { int bits, bias_twice; };           /* behind the point; field of 2^0, twice */

static struct form form_of(struct gen *g, LLVMValueRef a)
{
	return math_wide(g, a) ? (struct form){ 52, 2046 } : (struct form){ 23, 254 };
}

/* the exponent's field of a >= 0 */
static LLVMValueRef exponent(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef bits = BITCAST(a, math_int(g, a));

	return LSHR(bits, ci_like(bits, form_of(g, a).bits));
}

/* r - q t.  Without FMA the product is one in two parts, near 1, where those do not overflow. */
static LLVMValueRef less_product(struct gen *g, LLVMValueRef r, LLVMValueRef q, LLVMValueRef t)
{
	struct form f = form_of(g, t);

	if (g->isa->instr & ISA_FMA)
		return fma3(g, FNEG(q), t, r);
	LLVMValueRef e = exponent(g, t);
	LLVMValueRef up = SUB(ci_like(e, f.bias_twice), e), least = ci_like(e, 1);
	up = SELECT(ICMP(SLT, up, least), least, up);
	LLVMValueRef scale = BITCAST(SHL(up, ci_like(up, f.bits)), LLVMTypeOf(t));
	struct two product = two_product(g, q, FMUL(t, scale));
	return FDIV(FSUB(FSUB(FMUL(r, scale), product.hi), product.lo), scale);
}

/* The remainder of r / t, r >= 0 and t > 0 finite, their quotient below 2^bits. */
static LLVMValueRef divided(struct gen *g, LLVMValueRef r, LLVMValueRef t)
{
	LLVMValueRef a = t, rest = less_product(g, r, math_trunc(g, FDIV(r, t)), t);

	return SELECT(FCMP(OLT, rest, K(0)), FADD(rest, t), rest);
}

/* y 2^k, by which r is divided next; y is normalised */
static LLVMValueRef divisor(struct gen *g, LLVMValueRef r, LLVMValueRef y)
{
	struct form f = form_of(g, y);
	LLVMValueRef k = SUB(exponent(g, r), exponent(g, y)), none = ci_like(k, 0);

	k = SUB(k, ci_like(k, f.bits - 1));
	k = SELECT(ICMP(SLT, k, none), none, k);
	k = SHL(k, ci_like(k, f.bits));
	return BITCAST(ADD(BITCAST(y, LLVMTypeOf(k)), k), LLVMTypeOf(y));
}

/* Large quotients: v[0] becomes less than arg, |b|, or where that is denormal than 2^bits of it. */
static void reduce(struct gen *g, LLVMValueRef *v, void *arg)
{
	LLVMValueRef a = v[0], y = arg;
	struct form f = form_of(g, a);
	LLVMValueRef least = f.bits == 52 ? K(0x1p-1022) : K(0x1p-126);
	LLVMValueRef up = f.bits == 52 ? K(0x1p52) : K(0x1p23);
	LLVMValueRef ends = AND(FCMP(OLT, a, K(INFINITY)),
		AND(FCMP(OGT, y, K(0)), FCMP(OLT, y, K(INFINITY))));

	y = SELECT(FCMP(OLT, y, least), FMUL(y, up), y);
	y = SELECT(ends, y, K(1));
	LLVMValueRef first = SELECT(ends, a, K(0));
	LLVMBasicBlockRef before = LLVMGetInsertBlock(g->b);
	LLVMValueRef fn = LLVMGetBasicBlockParent(before);
	LLVMBasicBlockRef loop = LLVMAppendBasicBlockInContext(g->llvm, fn, "divide"),
			  done = LLVMAppendBasicBlockInContext(g->llvm, fn, "done");
	LLVMBuildBr(g->b, loop);
	LLVMPositionBuilderAtEnd(g->b, loop);
	LLVMValueRef r = LLVMBuildPhi(g->b, LLVMTypeOf(a), "r");
	LLVMValueRef next = divided(g, r, divisor(g, r, y));
	LLVMBasicBlockRef latch = LLVMGetInsertBlock(g->b);
	LLVMAddIncoming(r, &first, &before, 1);
	LLVMAddIncoming(r, &next, &latch, 1);
	LLVMBuildCondBr(g->b, math_any_lane(g, FCMP(OGE, next, y)), loop, done);
	LLVMPositionBuilderAtEnd(g->b, done);
	v[0] = next;
}

/* f64 or f32 */
LLVMValueRef math_body_remainder(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef x = math_abs(g, a), y = math_abs(g, b), r = x;
	LLVMValueRef large = FCMP(UGE, FDIV(x, y), K(math_wide(g, a) ? 0x1p52 : 0x1p23));

	math_if_any(g, large, 1, &r, reduce, y);
	r = math_copysign(g, divided(g, r, y), a);
	r = SELECT(FCMP(OLT, x, y), a, r);
	LLVMValueRef nan =
		OR(FCMP(UNO, a, b), OR(FCMP(OEQ, x, K(INFINITY)), FCMP(OEQ, y, K(0))));
	/* as C makes it, with the sign that the machine gives: finite types tell them apart */
	LLVMValueRef product = FMUL(a, b);
	return SELECT(nan, FDIV(product, product), r);
}
