/* math_trig.c -- sine, cosine, tangent and their inverses, in f64 (f32 goes through it).
 *
 * Method: x = k pi / 2 + r with pi / 2 in three parts of 33 bits and the rest (Cody and Waite),
 * then a polynomial in r^2.  Good to 2.5 ULP while |x| < 2^20; beyond, the reduction loses about a
 * bit a doubling.  atan: beyond tan(pi / 8) by (x - 1) / (x + 1), beyond 1 by 1 / x, then a
 * polynomial. */
#include "gen/math_impl.h"

#define PIO2_1 0x1.921fb544p+0
#define PIO2_2 0x1.0b4611a6p-34
#define PIO2_3 0x1.3198a2e037073p-69

struct quadrant { LLVMValueRef sin, cos, k; };

static struct quadrant reduce(struct gen *g, LLVMValueRef a)
{
	LLVMTypeRef t = math_int(g, a);
	LLVMValueRef sum = fma3(g, a, K(0.63661977236758134308), K(0x1.8p52)),
		     k = FSUB(sum, K(0x1.8p52));
	LLVMValueRef r = fma3(g, k, K(-PIO2_1), a);
	struct quadrant out = { .k = SUB(BITCAST(sum, t), BITCAST(K(0x1.8p52), t)) };

	r = fma3(g, k, K(-PIO2_2), r);
	r = fma3(g, k, K(-PIO2_3), r);
	/* Far beyond 2^20 nothing is left of the angle: any in range will do, as long as it is
	 * one. */
	LLVMValueRef lost =
		AND(FCMP(OGT, math_abs(g, r), K(1)), FCMP(OLT, math_abs(g, a), K(__builtin_inf())));
	r = SELECT(lost, K(0), r);
	LLVMValueRef z = FMUL(r, r);
	out.sin = fma3(g, FMUL(r, z), POLY(z, math_sin_f64), r);
	/* 1 - z / 2 + z^2 q, the first difference's error put back */
	LLVMValueRef half = FMUL(z, K(0.5)), w = FSUB(K(1), half);
	LLVMValueRef rest = FSUB(FSUB(K(1), w), half);
	out.cos = FADD(w, fma3(g, FMUL(z, z), POLY(z, math_cos_f64), rest));
	return out;
}

static LLVMValueRef pick(struct gen *g, const struct quadrant *q, LLVMValueRef k)
{
	LLVMValueRef one = ci_like(k, 1), two = ci_like(k, 2), zero = ci_like(k, 0);
	LLVMValueRef r = SELECT(ICMP(EQ, AND(k, one), zero), q->sin, q->cos);

	return SELECT(ICMP(EQ, AND(k, two), zero), r, FNEG(r));
}

LLVMValueRef math_sin_cos(struct gen *g, LLVMValueRef a, int quarter)
{
	struct quadrant q = reduce(g, a);
	LLVMValueRef r = pick(g, &q, quarter ? ADD(q.k, ci_like(q.k, quarter)) : q.k);

	return quarter ? r : SELECT(FCMP(OEQ, a, K(0)), a, r);
}

LLVMValueRef math_tan(struct gen *g, LLVMValueRef a)
{
	struct quadrant q = reduce(g, a);
	LLVMValueRef r = FDIV(pick(g, &q, q.k), pick(g, &q, ADD(q.k, ci_like(q.k, 1))));

	return SELECT(FCMP(OEQ, a, K(0)), a, r);
}

/* atan of the quotient of two numbers >= 0, in 0 .. pi / 2. */
static LLVMValueRef atan_positive(struct gen *g, LLVMValueRef y, LLVMValueRef x)
{
	LLVMValueRef a = y, steep = FCMP(OGT, y, x);
	LLVMValueRef top = SELECT(steep, x, y), bottom = SELECT(steep, y, x);
	LLVMValueRef q = FDIV(top, bottom), same = FCMP(OEQ, top, bottom);

	q = SELECT(same, K(1), q);                       /* inf / inf; 0 / 0 is put right below */
	q = SELECT(FCMP(OEQ, y, K(0)), K(0), q);
	LLVMValueRef far = FCMP(OGT, q, K(0.41421356237309503));
	LLVMValueRef u = SELECT(far, FDIV(FSUB(q, K(1)), FADD(q, K(1))), q), z = FMUL(u, u);
	LLVMValueRef r = fma3(g, FMUL(u, z), POLY(z, math_atan_f64), u);
	r = SELECT(far, FADD(K(0x1.921fb54442d18p-1), FADD(r, K(0x1.1a62633145c07p-55))), r);
	return SELECT(steep, FADD(FSUB(K(0x1.921fb54442d18p+0), r), K(0x1.1a62633145c07p-54)), r);
}

/* a: y, b: x */
LLVMValueRef math_atan2(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMTypeRef t = math_int(g, a);
	LLVMValueRef r = atan_positive(g, math_abs(g, a), math_abs(g, b));
	LLVMValueRef left = ICMP(SLT, BITCAST(b, t), LLVMConstNull(t));

	r = SELECT(left, FADD(FSUB(K(0x1.921fb54442d18p+1), r), K(0x1.1a62633145c07p-53)), r);
	r = math_copysign(g, r, a);
	return SELECT(OR(FCMP(UNO, a, a), FCMP(UNO, b, b)), FADD(a, b), r);
}
