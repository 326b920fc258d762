/* exp.c -- e^x and what comes of it: expm1, tanh, logistic.
 *
 * Method: x = k ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts so that k times the first is
 * exact; e^r = 1 + r + r^2 P(r) by a near-minimax polynomial; times 2^k in two steps, so that
 * results may be denormal.  k comes from adding a number so large that the sum's last bits are k:
 * no conversion, and NaN stays NaN.  Where a register holds a table, f32 takes 2^(k mod 1) from one
 * and k goes in steps of 1/16.  doc/ulp.md has the errors of all elementary functions. */
#include "gen/math/math_impl.h"

#define LN2_HI_F32 0x1.63p-1
#define LN2_LO_F32 -0x1.bd0105c610ca8p-13
#define LN2_HI_F64 0x1.62e42fee00000p-1
#define LN2_LO_F64 0x1.a39ef35793c76p-33

/* VSCALEFPS: the same bits in one instruction, k in the type of a. */
static LLVMValueRef scale_at_once(struct gen *g, LLVMValueRef a, LLVMValueRef k)
{
	static const char name[] = "llvm.x86.avx512.mask.scalef.ps.512";
	enum { CURRENT_ROUNDING = 4 };
	unsigned id = LLVMLookupIntrinsicID(name, sizeof name - 1);
	LLVMValueRef args[] = { a, k, LLVMConstNull(LLVMTypeOf(a)),
		LLVMConstAllOnes(g->i16), c32(g, CURRENT_ROUNDING) };

	return LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, NULL, 0),
		LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0), args, 5, "");
}

static bool scales_at_once(struct gen *g, LLVMValueRef a)
{
	return g->isa->instr & ISA_SCALE && is_vector(a) && !math_wide(g, a);
}

LLVMValueRef math_scale(struct gen *g, LLVMValueRef a, LLVMValueRef k)
{
	if (scales_at_once(g, a))
		return scale_at_once(g, a, LLVMBuildSIToFP(g->b, k, LLVMTypeOf(a), ""));
	bool wide = math_wide(g, a);
	int man = wide ? 52 : 23, bias = wide ? 1023 : 127;
	LLVMValueRef k1 = ASHR(k, ci_like(k, 1)), k2 = SUB(k, k1);
	LLVMValueRef s1 = SHL(ADD(k1, ci_like(k, bias)), ci_like(k, man));
	LLVMValueRef s2 = SHL(ADD(k2, ci_like(k, bias)), ci_like(k, man));

	return FMUL(FMUL(a, BITCAST(s1, LLVMTypeOf(a))), BITCAST(s2, LLVMTypeOf(a)));
}

/* e^x = (1 + r + r^2 p) 2^k; r + c nearer to x - k ln 2 */
struct reduced { LLVMValueRef r, c, p, k; };

static struct reduced reduce(struct gen *g, LLVMValueRef a, LLVMValueRef low)
{
	bool wide = math_wide(g, a);
	double lo = wide ? -746 : -104, hi = wide ? 712 : 90, magic = wide ? 0x1.8p52 : 0x1.8p23;
	struct reduced out;

	a = SELECT(FCMP(OLT, a, K(lo)), K(lo), a);
	a = SELECT(FCMP(OGT, a, K(hi)), K(hi), a);
	LLVMValueRef sum = fma3(g, a, K(1.44269504088896340736), K(magic)), k = FSUB(sum, K(magic));
	LLVMTypeRef t = math_int(g, a);
	out.k = SUB(BITCAST(sum, t), BITCAST(K(magic), t));
	LLVMValueRef hi_part = fma3(g, k, K(wide ? -LN2_HI_F64 : -LN2_HI_F32), a);
	out.r = fma3(g, k, K(wide ? -LN2_LO_F64 : -LN2_LO_F32), hi_part);
	out.c = fma3(g, k, K(wide ? -LN2_LO_F64 : -LN2_LO_F32), FSUB(hi_part, out.r));
	if (low)
		out.r = FADD(out.r, low);
	out.p = wide ? POLY(out.r, math_exp_f64) : POLY(out.r, math_exp_f32);
	return out;
}

/* ---- where numbers are looked up ------------------------------------------------------------- */

static bool looks_up(struct gen *g, LLVMValueRef a)
{
	return g->isa->instr & ISA_LOOKUP && g->isa->instr & ISA_SCALE && !math_wide(g, a);
}

/* Each lane one of 16 numbers, by the last bits of `which`: VPERMPS. */
static LLVMValueRef one_of_16(struct gen *g, const double *table, LLVMValueRef which)
{
	static const char name[] = "llvm.x86.avx512.permvar.sf.512";
	unsigned id = LLVMLookupIntrinsicID(name, sizeof name - 1);
	LLVMValueRef c[LANES];

	for (int i = 0; i < LANES; i++)
		c[i] = LLVMConstReal(g->f32, table[i]);
	LLVMValueRef args[] = { LLVMConstVector(c, LANES), which };
	return LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, NULL, 0),
		LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0), args, 2, "");
}

/* The same with k in steps of 1/16: r is so small that e^r - 1 = r + r^2 P(r) needs a P of two
 * terms.  The sum with a large number has 16 k in its last bits, which look up 2^(k mod 1), and
 * VSCALEFPS takes k's floor. */
enum exp_how {
	EXP_ABOVE = 1,               /* a may be above 0 */
	EXP_FINE = 2,                /* 0.6 units of the last place and not 1 */
};
static LLVMValueRef exp_in_pieces(struct gen *g, LLVMValueRef a, LLVMValueRef low, int shift,
	unsigned how)
{
	LLVMValueRef magic = K(0x1.8p19);

	a = SELECT(FCMP(OLT, a, K(-104)), K(-104), a);
	if (how & EXP_ABOVE)
		a = SELECT(FCMP(OGT, a, K(90)), K(90), a);
	LLVMValueRef sum = fma3(g, a, K(1.44269504088896340736), magic), k = FSUB(sum, magic);
	LLVMValueRef which = BITCAST(sum, math_int(g, a));
	LLVMValueRef part = one_of_16(g, math_exp_powers, which);
	LLVMValueRef r = fma3(g, k, K(-LN2_LO_F32), fma3(g, k, K(-LN2_HI_F32), a));
	if (low)
		r = FADD(r, low);
	LLVMValueRef square = FMUL(r, r), p = POLY(r, math_exp_near);
	if (how & EXP_FINE)
		r = FADD(r, one_of_16(g, math_exp_rests, which));
	LLVMValueRef y = fma3(g, square, p, r);
	return scale_at_once(g, fma3(g, part, y, part), shift ? FADD(k, K(shift)) : k);
}

static LLVMValueRef exp_of(struct gen *g, LLVMValueRef a, LLVMValueRef low, int shift, unsigned how)
{
	if (is_vector(a))
		return exp_in_pieces(g, a, low, shift, how);
	/* the same bits, of one lane */
	LLVMValueRef lanes = exp_in_pieces(g, splat(g, a), low ? splat(g, low) : NULL, shift, how);
	return LLVMBuildExtractElement(g->b, lanes, c32(g, 0), "");
}

/* ---- the functions --------------------------------------------------------------------------- */

LLVMValueRef math_exp_scaled(struct gen *g, LLVMValueRef a, LLVMValueRef low, int shift)
{
	if (looks_up(g, a))
		return exp_of(g, a, low, shift, EXP_ABOVE);
	struct reduced x = reduce(g, a, low);
	LLVMValueRef y = FADD(fma3(g, FMUL(x.r, x.r), x.p, x.r), K(1));

	return math_scale(g, y, shift ? ADD(x.k, ci_like(x.k, shift)) : x.k);
}

LLVMValueRef math_exp(struct gen *g, LLVMValueRef a, LLVMValueRef low)
{
	return math_exp_scaled(g, a, low, 0);
}

LLVMValueRef math_exp_below(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef none = FCMP(OLT, a, K(math_wide(g, a) ? -746 : -104));

	a = SELECT(none, K(0), a);
	LLVMValueRef e = looks_up(g, a) ? exp_of(g, a, NULL, 0, 0) : math_exp(g, a, NULL);
	return SELECT(none, K(0), e);
}

/* e^a where what follows makes its error larger. */
static LLVMValueRef exp_fine(struct gen *g, LLVMValueRef a, unsigned how)
{
	return looks_up(g, a) ? exp_of(g, a, NULL, 0, how | EXP_FINE) : math_exp(g, a, NULL);
}

LLVMValueRef math_exp_fine(struct gen *g, LLVMValueRef a, LLVMValueRef low)
{
	return looks_up(g, a) ? exp_of(g, a, low, 0, EXP_FINE) : math_exp(g, a, low);
}

LLVMValueRef math_exp_parts(struct gen *g, LLVMValueRef a, LLVMValueRef low, struct two *e)
{
	struct reduced x = reduce(g, a, low);

	*e = two_fast_sum(g, K(1), FADD(fma3(g, FMUL(x.r, x.r), x.p, x.c), x.r));
	return x.k;
}

/* (2^k r + (2^k - 1)) + 2^k (r^2 p + c): the first sum holds nearly all, so little is rounded
 * twice. */
LLVMValueRef math_expm1(struct gen *g, LLVMValueRef a)
{
	struct reduced x = reduce(g, a, NULL);
	LLVMValueRef rest = fma3(g, FMUL(x.r, x.r), x.p, x.c);
	LLVMValueRef two = math_scale(g, K(1), x.k);
	LLVMValueRef y = fma3(g, two, rest, fma3(g, two, x.r, FSUB(two, K(1))));
	LLVMValueRef big = math_exp(g, a, NULL);

	y = SELECT(FCMP(OGT, a, K(600)), big, y);
	y = SELECT(FCMP(OLT, a, K(-45)), K(-1), y);
	return SELECT(FCMP(OEQ, a, K(0)), a, y);        /* -0 stays */
}

LLVMValueRef math_tanh(struct gen *g, LLVMValueRef a)
{
	bool wide = math_wide(g, a);
	LLVMValueRef x = math_abs(g, a), z = FMUL(a, a);
	LLVMValueRef p = wide ? POLY(z, math_tanh_f64) : POLY(z, math_tanh_f32);
	LLVMValueRef small = fma3(g, FMUL(a, z), p, a);
	LLVMValueRef c = SELECT(FCMP(OGT, x, K(22)), K(22), x);
	LLVMValueRef e = exp_fine(g, FADD(c, c), EXP_ABOVE);
	LLVMValueRef large = FSUB(K(1), FDIV(K(2), FADD(e, K(1))));

	return math_copysign(g, SELECT(FCMP(OLT, x, K(0.625)), small, large), a);
}

LLVMValueRef math_logistic(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef e = exp_fine(g, FNEG(math_abs(g, a)), 0);
	LLVMValueRef top = SELECT(FCMP(OLT, a, K(0)), e, K(1)), sum = FADD(K(1), e);
	LLVMValueRef r = FDIV(top, sum), lost = FSUB(e, FSUB(sum, K(1)));

	/* most of what the sum lost: r lost / sum, sum being 1 to 2 */
	return fma3(g, FNEG(r), lost, r);
}
