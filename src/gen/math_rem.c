/* math_rem.c -- the remainder of a division of floats, exactly.
 *
 * There is no instruction for it and LLVM would call fmod.  A small function of the kernel's own
 * does it in integers, one binary digit of the quotient at a time, for one lane; f32 goes through
 * f64, where the remainder of two f32 is exact and is an f32 again. */
#include "gen/math_impl.h"
#include <string.h>

#define HIDDEN ((int64_t)1 << 52)

struct unpacked { LLVMValueRef man, exp; };      /* man: 53 bits, the top one set */

static struct unpacked unpack(struct gen *g, LLVMValueRef bits)
{
	LLVMValueRef exp = LSHR(bits, c64(g, 52)), man = AND(bits, c64(g, HIDDEN - 1));
	LLVMValueRef denormal = ICMP(EQ, exp, c64(g, 0));
	LLVMTypeRef t = g->i64;
	unsigned id = LLVMLookupIntrinsicID("llvm.ctlz", 9);
	LLVMValueRef args[] = { man, LLVMConstInt(g->i1, 0, false) };
	LLVMValueRef zeros = LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, &t, 1),
		LLVMGetIntrinsicDeclaration(g->module, id, &t, 1), args, 2, "");
	/* zero is looked at elsewhere */
	LLVMValueRef up = SUB(AND(zeros, c64(g, 63)), c64(g, 11));
	LLVMValueRef shift = AND(up, c64(g, 63));

	return (struct unpacked){ SELECT(denormal, SHL(man, shift), OR(man, c64(g, HIDDEN))),
		SELECT(denormal, SUB(c64(g, 1), up), exp) };
}

static LLVMValueRef pack(struct gen *g, LLVMValueRef man, LLVMValueRef exp)
{
	LLVMTypeRef t = g->i64;
	unsigned id = LLVMLookupIntrinsicID("llvm.ctlz", 9);
	LLVMValueRef args[] = { man, LLVMConstInt(g->i1, 0, false) };
	LLVMValueRef zeros = LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, &t, 1),
		LLVMGetIntrinsicDeclaration(g->module, id, &t, 1), args, 2, "");
	LLVMValueRef up = AND(SUB(zeros, c64(g, 11)), c64(g, 63));
	LLVMValueRef e = SUB(exp, up), normal = ICMP(SGT, e, c64(g, 0));
	LLVMValueRef high = SHL(man, up);
	LLVMValueRef n = OR(AND(high, c64(g, HIDDEN - 1)), SHL(e, c64(g, 52)));
	/* Denormal: back by 1 - e, which is at most as far as it went up. */
	LLVMValueRef back = AND(SUB(c64(g, 1), e), c64(g, 63));
	LLVMValueRef r = SELECT(normal, n, LSHR(high, back));

	return SELECT(ICMP(EQ, man, c64(g, 0)), c64(g, 0), r);
}

static LLVMValueRef make_function(struct gen *g)
{
	LLVMTypeRef params[] = { g->f64, g->f64 };
	LLVMValueRef f =
		LLVMAddFunction(g->module, "remainder", LLVMFunctionType(g->f64, params, 2, false));
	LLVMBuilderRef outer = g->b;
	LLVMBasicBlockRef entry = LLVMAppendBasicBlockInContext(g->llvm, f, "entry");
	LLVMBasicBlockRef body = LLVMAppendBasicBlockInContext(g->llvm, f, "digit");
	LLVMBasicBlockRef done = LLVMAppendBasicBlockInContext(g->llvm, f, "done");

	LLVMSetLinkage(f, LLVMInternalLinkage);
	for (const char *const *a = (const char *const[]){ "nounwind", "noinline", NULL }; *a; a++)
		LLVMAddAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
			LLVMCreateEnumAttribute(
				g->llvm, LLVMGetEnumAttributeKindForName(*a, strlen(*a)), 0));
	g->b = LLVMCreateBuilderInContext(g->llvm);
	LLVMPositionBuilderAtEnd(g->b, entry);
	LLVMValueRef a = LLVMGetParam(f, 0), b = LLVMGetParam(f, 1);
	LLVMValueRef xb = AND(BITCAST(a, g->i64), c64(g, INT64_MAX)),
		     yb = AND(BITCAST(b, g->i64), c64(g, INT64_MAX));
	struct unpacked x = unpack(g, xb), y = unpack(g, yb);
	int64_t inf = (int64_t)0x7ff << 52;
	LLVMValueRef nan = OR(ICMP(UGE, xb, c64(g, inf)),
		OR(ICMP(UGT, yb, c64(g, inf)), ICMP(EQ, yb, c64(g, 0))));
	LLVMValueRef own = ICMP(ULT, xb, yb);
	LLVMValueRef steps = SELECT(OR(nan, own), c64(g, 0), SUB(x.exp, y.exp));
	LLVMBuildBr(g->b, body);
	LLVMPositionBuilderAtEnd(g->b, body);
	LLVMValueRef m = LLVMBuildPhi(g->b, g->i64, "m"), left = LLVMBuildPhi(g->b, g->i64, "left");
	LLVMValueRef less = SUB(m, y.man), rest = SELECT(ICMP(SGE, less, c64(g, 0)), less, m);
	LLVMValueRef mnext = SHL(rest, c64(g, 1)), lnext = SUB(left, c64(g, 1));
	LLVMBasicBlockRef blocks[] = { entry, body };
	LLVMAddIncoming(m, (LLVMValueRef[]){ x.man, mnext }, blocks, 2);
	LLVMAddIncoming(left, (LLVMValueRef[]){ steps, lnext }, blocks, 2);
	LLVMBuildCondBr(g->b, ICMP(SGT, left, c64(g, 0)), body, done);
	LLVMPositionBuilderAtEnd(g->b, done);
	LLVMValueRef r = BITCAST(pack(g, rest, y.exp), g->f64);
	r = math_copysign(g, r, a);
	r = SELECT(own, a, r);
	/* as C makes it, with the sign that the machine gives: finite types tell them apart */
	LLVMValueRef product = FMUL(a, b);
	r = SELECT(nan, FDIV(product, product), r);
	LLVMBuildRet(g->b, r);
	LLVMDisposeBuilder(g->b);
	g->b = outer;
	return f;
}

static LLVMValueRef one_lane(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef args[] = { a, b };

	return LLVMBuildCall2(
		g->b, LLVMGlobalGetValueType(g->remainder), g->remainder, args, 2, "");
}

LLVMValueRef math_remainder(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	bool wide = math_wide(g, a);
	LLVMTypeRef t = LLVMTypeOf(a);
	LLVMValueRef r;

	if (!g->remainder)
		g->remainder = make_function(g);
	if (!wide) {
		a = LLVMBuildFPExt(g->b, a, like(a, g->f64), "");
		b = LLVMBuildFPExt(g->b, b, like(b, g->f64), "");
	}
	if (is_vector(a)) {
		r = LLVMGetPoison(LLVMTypeOf(a));
		for (int lane = 0; lane < LANES; lane++) {
			LLVMValueRef l = c32(g, lane);
			LLVMValueRef x = LLVMBuildExtractElement(g->b, a, l, "");
			r = LLVMBuildInsertElement(g->b, r,
				one_lane(g, x, LLVMBuildExtractElement(g->b, b, l, "")), l, "");
		}
	} else {
		r = one_lane(g, a, b);
	}
	return wide ? r : LLVMBuildFPTrunc(g->b, r, t, "");
}
