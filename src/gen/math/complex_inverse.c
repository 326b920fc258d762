/* complex_inverse.c -- asin, acos, acosh and atanh of complex numbers.
 *
 * Method: Hull, Fairgrieve and Tang, "Implementing the complex arcsine and arccosine functions
 * using exception handling" (1997): with r and s the distances from -1 and 1 and a half their sum,
 * the imaginary part is log(a + sqrt(a^2 - 1)) with a - 1 by a formula without cancellation, and
 * the real part an arc tangent.  By symmetry only |x|, |y| are looked at.  atanh as Kahan (1987).
 * Branch cuts and zeros by C's Annex G. */
#include "gen/math/complex.h"

#define LN2 0.69314718055994530942
#define FAR 0x1p500                      /* squares beyond may overflow, */
#define TINY 0x1p-480                    /* below lose bits */

/* asin x + i y = atan2(x, t) + i im, acos = atan2(t, x) - i im, for x, y >= 0 */
struct arc { LLVMValueRef t, im; };

/* log(2 m) + log(1 + q^2) / 2: of numbers far out, m the larger part */
static LLVMValueRef log_twice(struct gen *g, LLVMValueRef a, LLVMValueRef least)
{
	LLVMValueRef q = FDIV(least, a), inf = K(__builtin_inf());
	LLVMValueRef rest = FMUL(K(0.5), math_log1p(g, FMUL(q, q)));

	return SELECT(FCMP(OEQ, a, inf), inf, FADD(FADD(math_log(g, a), K(LN2)), rest));
}

/* a - 1 = (r - (x + 1) + s - (1 - x)) / 2, each difference as y^2 over the sum */
static LLVMValueRef height(struct gen *g, LLVMValueRef a, LLVMValueRef y, LLVMValueRef d,
	LLVMValueRef half, LLVMValueRef behind, LLVMValueRef before)
{
	LLVMValueRef inside = FCMP(OLT, a, K(1)), tiny = AND(inside, FCMP(OLT, y, K(TINY)));
	LLVMValueRef low = FMUL(K(0.5), FADD(d, FDIV(FMUL(y, y), before)));
	LLVMValueRef high = FMUL(K(0.5), FADD(d, behind)), up = FSUB(half, K(1));
	LLVMValueRef m = SELECT(inside, SELECT(FCMP(OGT, half, K(1.5)), up, low), high);
	LLVMValueRef flat = call1(g, "llvm.sqrt", FMUL(FSUB(K(1), a), FADD(K(1), a)));
	LLVMValueRef root = call1(g, "llvm.sqrt", FMUL(m, FADD(half, K(1))));

	return SELECT(tiny, FDIV(y, flat), math_log1p(g, FADD(m, root)));
}

static struct arc arc_of(struct gen *g, struct z z)
{
	LLVMValueRef a = math_abs(g, z.x), y = math_abs(g, z.y), most = math_larger(g, z);
	LLVMValueRef far = FCMP(OGE, most, K(FAR)), least = SELECT(FCMP(OEQ, most, a), y, a);
	LLVMValueRef wide = log_twice(g, most, least), t = y;

	a = SELECT(far, K(1), a);
	y = SELECT(far, K(1), y);
	LLVMValueRef more = FADD(a, K(1)), less = FSUB(a, K(1));
	LLVMValueRef r = math_modulus(g, (struct z){ more, y });
	LLVMValueRef s = math_modulus(g, (struct z){ less, y });
	LLVMValueRef half = FMUL(K(0.5), FADD(r, s)), side = FMUL(K(0.5), FADD(half, a));
	LLVMValueRef right = FADD(r, more), d = FDIV(FMUL(y, y), right);
	LLVMValueRef behind = FADD(s, less), before = FSUB(s, less);
	LLVMValueRef in = call1(g, "llvm.sqrt", FMUL(side, FADD(d, before)));
	LLVMValueRef out = FADD(FDIV(side, right), FDIV(side, behind));
	out = FMUL(y, call1(g, "llvm.sqrt", out));
	LLVMValueRef im = height(g, a, y, d, half, behind, before);
	t = SELECT(far, t, SELECT(FCMP(OLE, a, K(1)), in, out));
	/* beside a part that is no number: a real part 0 is an angle, an infinite part is far */
	t = SELECT(AND(FCMP(OEQ, z.x, K(0)), FCMP(UNO, t, t)), K(1), t);
	im = SELECT(far, wide, im);
	return (struct arc){ t, SELECT(math_infinite(g, z), K(__builtin_inf()), im) };
}

struct z math_complex_arc(struct gen *g, struct z z)
{
	struct arc arc = arc_of(g, z);

	return (struct z){ arc.t, arc.im };
}

struct z math_complex_asin(struct gen *g, struct z z)
{
	struct arc arc = arc_of(g, z);

	return (struct z){ math_atan2(g, z.x, arc.t), math_copysign(g, arc.im, z.y) };
}

struct z math_complex_acos(struct gen *g, struct z z)
{
	struct arc arc = arc_of(g, z);

	return (struct z){ math_atan2(g, arc.t, z.x), math_copysign(g, arc.im, FNEG(z.y)) };
}

/* i acos z or -i acos z, whichever has a real part >= 0 */
struct z math_complex_acosh(struct gen *g, struct z z)
{
	struct arc arc = arc_of(g, z);

	return (struct z){ arc.im, math_copysign(g, math_atan2(g, arc.t, z.x), z.y) };
}

/* x / (x^2 + y^2), far out: 1 / (1 + q^2) / x with q = y / x, at most 1 */
static LLVMValueRef real_inverse(struct gen *g, LLVMValueRef a, LLVMValueRef y)
{
	LLVMValueRef flat = FCMP(OGE, a, y), most = SELECT(flat, a, y), least = SELECT(flat, y, a);
	LLVMValueRef q = FDIV(least, most), d = FADD(K(1), FMUL(q, q));
	LLVMValueRef r = FDIV(FDIV(SELECT(flat, K(1), q), d), most);

	return SELECT(FCMP(OEQ, most, K(__builtin_inf())), K(0), r);
}

/* log1p(4 x / ((1 - x)^2 + y^2)) / 4 + i atan2(2 y, (1 - x) (1 + x) - y^2) / 2 */
struct z math_complex_atanh(struct gen *g, struct z z)
{
	LLVMValueRef a = math_abs(g, z.x), y = math_abs(g, z.y);
	LLVMValueRef far = FCMP(OGE, math_larger(g, z), K(FAR)), small = real_inverse(g, a, y);

	a = SELECT(far, K(1), a);
	y = SELECT(far, K(1), y);
	LLVMValueRef less = FSUB(K(1), a), yy = FMUL(y, y), d = FADD(FMUL(less, less), yy);
	LLVMValueRef r = FMUL(K(0.25), math_log1p(g, FDIV(FMUL(K(4), a), d)));
	/* beside 1 the square is 0 before y is */
	LLVMValueRef pole = FMUL(K(0.5), FSUB(K(LN2), math_log(g, y)));
	r = SELECT(AND(FCMP(OEQ, a, K(1)), FCMP(OLT, y, K(TINY))), pole, r);
	LLVMValueRef bottom = FSUB(FMUL(less, FADD(K(1), a)), yy);
	LLVMValueRef im = FMUL(K(0.5), math_atan2(g, FADD(y, y), bottom));

	r = SELECT(far, small, r);
	im = SELECT(far, K(1.5707963267948966), im);
	LLVMValueRef end = math_infinite(g, z);
	LLVMValueRef steep = FCMP(OEQ, math_abs(g, z.y), K(__builtin_inf()));
	r = SELECT(OR(end, FCMP(OEQ, z.x, K(0))), K(0), r);
	im = SELECT(steep, K(1.5707963267948966), SELECT(FCMP(UNO, z.y, z.y), z.y, im));
	return (struct z){ math_copysign(g, r, z.x), math_copysign(g, im, z.y) };
}
