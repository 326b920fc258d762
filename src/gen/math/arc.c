/* arc.c -- inverse trigonometric functions, f64.
 *
 * atan2: the quotient q of the smaller by the larger, beyond tan(pi / 8) that of their difference
 * by their sum, in two parts; the angle is a multiple of pi / 4 plus or minus atan q, summed once.
 * asin, acos: up to 1/2 x + x^3 P(x^2); beyond by asin x = pi / 2 - 2 asin sqrt((1 - x) / 2), the
 * root in two parts. */
#include "gen/math/math_impl.h"

/* pi / 4: 51 bits, so that its multiples up to 4 are exact, and the rest */
#define PIO4_1 0x1.921fb54442d18p-1
#define PIO4_2 0x1.1a62633145c07p-55

/* y and x >= 0 such that neither their sum nor the error of their quotient leaves the range; where
 * one or both are 0 or infinite, with the same angle. */
static void scale_sides(struct gen *g, LLVMValueRef *y, LLVMValueRef *x)
{
	LLVMValueRef a = *y, inf = K(__builtin_inf());
	LLVMValueRef any = OR(FCMP(OEQ, *y, inf), FCMP(OEQ, *x, inf));
	LLVMValueRef most = SELECT(FCMP(OGT, *y, *x), *y, *x), none = FCMP(OEQ, most, K(0));
	LLVMValueRef by = SELECT(FCMP(OGT, most, K(0x1p900)), K(0x1p-200),
		SELECT(FCMP(OLT, most, K(0x1p-800)), K(0x1p200), K(1)));
	LLVMValueRef yi = SELECT(FCMP(OEQ, *y, inf), K(1), K(0)),
		     xi = SELECT(FCMP(OEQ, *x, inf), K(1), K(0));

	*y = SELECT(any, yi, FMUL(*y, by));
	*x = SELECT(any, xi, SELECT(none, K(1), FMUL(*x, by)));
}

/* a: y, b: x */
LLVMValueRef math_body_atan2(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMTypeRef t = math_int(g, a);
	LLVMValueRef y = math_abs(g, a), x = math_abs(g, b);
	LLVMValueRef left = ICMP(SLT, BITCAST(b, t), LLVMConstNull(t));

	scale_sides(g, &y, &x);
	LLVMValueRef steep = FCMP(OGT, y, x);
	LLVMValueRef top = SELECT(steep, x, y), bottom = SELECT(steep, y, x);
	LLVMValueRef far = FCMP(OGT, top, FMUL(bottom, K(0.41421356237309503)));
	struct two minus = two_fast_sum(g, bottom, FNEG(top)), plus = two_fast_sum(g, bottom, top);
	struct two n = two_select(g, far, two_neg(g, minus), two_of(g, top));
	struct two q = two_div(g, n, two_select(g, far, plus, two_of(g, bottom)));
	LLVMValueRef z = FMUL(q.hi, q.hi), one = K(1), zero = K(0);
	/* of a denormal's quotient there is no rest to be had, nor need of it */
	q = two_select(g, FCMP(OLT, top, K(0x1p-960)), two_of(g, FDIV(top, bottom)), q);
	/* atan q: q.hi and low */
	LLVMValueRef low = fma3(g, FMUL(q.hi, z), POLY(z, math_atan_f64), FMUL(q.lo, FSUB(one, z)));
	LLVMValueRef times = SELECT(far, one, zero);
	times = SELECT(steep, FSUB(K(2), times), times);
	times = SELECT(left, FSUB(K(4), times), times);
	LLVMValueRef back = XOR(steep, left);
	LLVMValueRef main = SELECT(back, FNEG(q.hi), q.hi), rest = SELECT(back, FNEG(low), low);
	struct two r = two_fast_sum(g, FMUL(times, K(PIO4_1)), main);
	rest = FADD(r.lo, fma3(g, times, K(PIO4_2), rest));
	LLVMValueRef v = math_copysign(g, FADD(r.hi, rest), a);
	return SELECT(OR(FCMP(UNO, a, a), FCMP(UNO, b, b)), FADD(a, b), v);
}

/* The same for f32, to 2^-50: f64 has room for what two of them lack and overflow by. */
LLVMValueRef math_body_atan2_f32(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMTypeRef t = math_int(g, a);
	LLVMValueRef y = math_abs(g, a), x = math_abs(g, b), inf = K(__builtin_inf());
	LLVMValueRef left = ICMP(SLT, BITCAST(b, t), LLVMConstNull(t));
	LLVMValueRef yi = FCMP(OEQ, y, inf), xi = FCMP(OEQ, x, inf), any = OR(yi, xi);
	LLVMValueRef one = K(1), zero = K(0), none = FCMP(OEQ, FADD(x, y), zero);

	y = SELECT(any, SELECT(yi, one, zero), y);
	x = SELECT(any, SELECT(xi, one, zero), SELECT(none, one, x));
	LLVMValueRef steep = FCMP(OGT, y, x);
	LLVMValueRef top = SELECT(steep, x, y), bottom = SELECT(steep, y, x);
	LLVMValueRef far = FCMP(OGT, top, FMUL(bottom, K(0.41421356237309503)));
	LLVMValueRef q = FDIV(SELECT(far, FSUB(top, bottom), top),
		SELECT(far, FADD(top, bottom), bottom));
	LLVMValueRef z = FMUL(q, q), angle = fma3(g, FMUL(q, z), POLY(z, math_atan_f64), q);
	LLVMValueRef times = SELECT(far, one, zero);
	times = SELECT(steep, FSUB(K(2), times), times);
	times = SELECT(left, FSUB(K(4), times), times);
	angle = SELECT(XOR(steep, left), FNEG(angle), angle);
	LLVMValueRef v = math_copysign(g, fma3(g, times, K(PIO4_1), angle), a);
	return SELECT(OR(FCMP(UNO, a, a), FCMP(UNO, b, b)), FADD(a, b), v);
}

/* For |a| above 1/2: s = sqrt((1 - |a|) / 2), rest what it lacks and s^3 P; else a and a^3 P. */
static LLVMValueRef sides(struct gen *g, LLVMValueRef a, LLVMValueRef *s, LLVMValueRef *rest)
{
	LLVMValueRef x = math_abs(g, a), big = FCMP(OGT, x, K(0.5));
	LLVMValueRef half = FMUL(FSUB(K(1), x), K(0.5)), z = SELECT(big, half, FMUL(a, a));
	LLVMValueRef root = call1(g, "llvm.sqrt", z);
	struct two p = two_product(g, root, root);
	LLVMValueRef lost = FDIV(FSUB(FSUB(z, p.hi), p.lo), FADD(root, root));

	lost = SELECT(AND(big, FCMP(ONE, root, K(0))), lost, K(0));
	*s = SELECT(big, root, a);
	*rest = fma3(g, FMUL(*s, z), POLY(z, math_asin_f64), lost);
	return big;
}

/* times pi / 4 - 2 (s + rest) */
static LLVMValueRef from_multiple(
	struct gen *g, LLVMValueRef times, LLVMValueRef s, LLVMValueRef rest, double by)
{
	LLVMValueRef a = s;
	struct two r = two_fast_sum(g, FMUL(times, K(PIO4_1)), FMUL(s, K(-by)));

	rest = fma3(g, times, K(PIO4_2), FMUL(rest, K(-by)));
	return FADD(r.hi, FADD(r.lo, rest));
}

LLVMValueRef math_body_asin(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef s, rest, big = sides(g, a, &s, &rest);
	LLVMValueRef r = math_copysign(g, from_multiple(g, K(2), s, rest, 2), a);

	(void)b;
	return SELECT(big, r, math_copysign(g, FADD(s, rest), a));
}

LLVMValueRef math_body_acos(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef s, rest, big = sides(g, a, &s, &rest);
	LLVMValueRef twice = FMUL(FADD(s, rest), K(2)), left = FCMP(OLT, a, K(0));

	(void)b;
	twice = SELECT(left, from_multiple(g, K(4), s, rest, 2), twice);
	return SELECT(big, twice, from_multiple(g, K(2), s, rest, 1));
}

LLVMValueRef math_body_atan(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return math_body_atan2(g, a, K(1));
}

LLVMValueRef math_body_atan_f32(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return math_body_atan2_f32(g, a, K(1));
}

LLVMValueRef math_atan2(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	return math_apart(g, "atan2", math_body_atan2, true, a, b);
}
