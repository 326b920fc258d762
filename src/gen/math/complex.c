/* complex.c -- elementary functions of complex numbers, by their real parts.
 *
 * complex<f32> is computed in f64 and rounded once a part, so nothing overflows on the way and
 * cancellation does no harm; complex<f64> by the same formulas, which are chosen so that no part
 * loses more than a few units in the last place: sums of squares near 1 in two parts, tanh without
 * the difference in its denominator, scaling where squares leave the range.  The inverse functions
 * are in complex_inverse.c.  Both branches of a case are computed and one is chosen.
 * Infinities, zeros and what is no number are as in C's Annex G, which the interpreter's libm
 * follows. */
#include "gen/math/complex.h"

#define EXP_700 1.0142320547350045e+304

static struct z multiply(struct gen *g, struct z a, struct z b)
{
	return (struct z){ FSUB(FMUL(a.x, b.x), FMUL(a.y, b.y)),
		FADD(FMUL(a.x, b.y), FMUL(a.y, b.x)) };
}

/* The power of 2 in a, integers; of denormal numbers that of the least normal one. */
static LLVMValueRef exponent(struct gen *g, LLVMValueRef a)
{
	LLVMTypeRef t = math_int(g, a);
	LLVMValueRef e = LSHR(BITCAST(math_abs(g, a), t), ci_like(BITCAST(a, t), 52));

	return SUB(SELECT(ICMP(EQ, e, ci_like(e, 0)), ci_like(e, 1), e), ci_like(e, 1023));
}

static struct z scaled(struct gen *g, struct z z, LLVMValueRef e)
{
	return (struct z){ math_scale(g, z.x, e), math_scale(g, z.y, e) };
}

LLVMValueRef math_larger(struct gen *g, struct z z)
{
	LLVMValueRef a = math_abs(g, z.x), b = math_abs(g, z.y);

	return SELECT(FCMP(OGT, b, a), b, a);
}

LLVMValueRef math_infinite(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, inf = K(__builtin_inf());

	return OR(FCMP(OEQ, math_abs(g, a), inf), FCMP(OEQ, math_abs(g, z.y), inf));
}

/* 1 / z: conj(z) / |z|^2, scaled. */
static struct z inverse(struct gen *g, struct z z)
{
	LLVMValueRef a = math_larger(g, z), e = exponent(g, a), down = SUB(ci_like(e, 0), e);
	struct z s = scaled(g, z, down), r;
	LLVMValueRef d = FADD(FMUL(s.x, s.x), FMUL(s.y, s.y));
	LLVMValueRef far = FCMP(OEQ, a, K(__builtin_inf()));

	r = scaled(g, (struct z){ FDIV(s.x, d), FDIV(FNEG(s.y), d) }, down);
	r.x = SELECT(far, math_copysign(g, K(0), z.x), r.x);
	r.y = SELECT(far, math_copysign(g, K(0), FNEG(z.y)), r.y);
	r.x = SELECT(FCMP(OEQ, a, K(0)), math_copysign(g, K(__builtin_inf()), z.x), r.x);
	return r;
}

/* |z|, scaled by the larger part. */
LLVMValueRef math_modulus(struct gen *g, struct z z)
{
	LLVMValueRef a = math_abs(g, z.x), b = math_abs(g, z.y), inf = K(__builtin_inf());
	LLVMValueRef steep = FCMP(OGT, b, a), m = SELECT(steep, b, a), n = SELECT(steep, a, b),
		     q = FDIV(n, m);
	LLVMValueRef r = FMUL(m, call1(g, "llvm.sqrt", FADD(K(1), FMUL(q, q))));

	r = SELECT(FCMP(OEQ, m, K(0)), n, r);            /* 0, or NaN beside it */
	return SELECT(OR(FCMP(OEQ, a, inf), FCMP(OEQ, b, inf)), inf, r);
}

/* e^x (cos y + i sin y), x and y in two parts; e^700 is a factor of its own where e^x alone leaves
 * the range. */
static struct z exponential_of(struct gen *g, struct two x, struct two y)
{
	LLVMValueRef a = x.hi, high = FCMP(OGT, a, K(700)), low = FCMP(OLT, a, K(-700));
	LLVMValueRef shift = SELECT(high, K(700), SELECT(low, K(-700), K(0)));
	LLVMValueRef up = SELECT(high, K(EXP_700), K(1)), down = SELECT(low, K(1 / EXP_700), K(1));
	LLVMValueRef e = math_exp(g, FSUB(a, shift), x.lo);
	LLVMValueRef c = math_sin_cos(g, y.hi, 1), s = math_sin_cos(g, y.hi, 0);

	if (y.lo) {
		LLVMValueRef turned = FSUB(c, FMUL(s, y.lo));
		s = FADD(s, FMUL(c, y.lo));
		c = turned;
	}
	struct z r = { FMUL(FMUL(e, FMUL(c, up)), down), FMUL(FMUL(e, FMUL(s, up)), down) };
	LLVMValueRef real = FCMP(OEQ, y.hi, K(0)), none = FCMP(OEQ, a, K(-__builtin_inf()));
	LLVMValueRef angle = FCMP(OLT, math_abs(g, y.hi), K(__builtin_inf())),
		     nan = K(__builtin_nan(""));

	r.x = SELECT(angle, SELECT(none, math_copysign(g, K(0), c), r.x), nan);
	r.y = SELECT(angle, SELECT(none, math_copysign(g, K(0), s), r.y), nan);
	r.x = SELECT(real, math_exp(g, a, x.lo), r.x);
	r.y = SELECT(real, y.hi, r.y);
	return r;
}

static struct z exponential(struct gen *g, struct z z)
{
	return exponential_of(g, (struct two){ z.x, NULL }, (struct two){ z.y, NULL });
}

/* log(1 + s) / 2, s in two parts */
static LLVMValueRef half_log(struct gen *g, LLVMValueRef a, LLVMValueRef low)
{
	return FMUL(K(0.5), FADD(math_log1p(g, a), FDIV(low, FADD(a, K(1)))));
}

/* first + x^2 + y^2 in two parts: what cancels does so exactly. */
static struct two square_sum(struct gen *g, LLVMValueRef first, LLVMValueRef x, LLVMValueRef y)
{
	struct two p = two_product(g, x, x), q = two_product(g, y, y);
	struct two s = two_sum(g, first, p.hi), t = two_sum(g, s.hi, q.hi);

	return two_sum(g, t.hi, FADD(FADD(s.lo, t.lo), FADD(p.lo, q.lo)));
}

/* log |z|: near 1 from |z|^2 - 1, else from the parts divided by a power of 2. */
static LLVMValueRef log_modulus(struct gen *g, struct z z)
{
	LLVMValueRef a = math_larger(g, z), e = exponent(g, a), inf = K(__builtin_inf());
	struct z u = scaled(g, z, SUB(ci_like(e, 0), e));
	LLVMValueRef far = FMUL(K(0.5), math_log(g, FADD(FMUL(u.x, u.x), FMUL(u.y, u.y))));
	LLVMValueRef near = AND(FCMP(OGT, a, K(0.25)), FCMP(OLT, a, K(4)));
	struct two s = square_sum(g, K(-1), SELECT(near, z.x, K(1)), SELECT(near, z.y, K(0)));

	e = LLVMBuildSIToFP(g->b, LLVMBuildTrunc(g->b, e, like(a, g->i32), ""), LLVMTypeOf(a), "");
	far = fma3(g, e, K(0.69314718055994530942), far);
	far = SELECT(FCMP(OEQ, math_abs(g, z.x), inf), inf, far);
	far = SELECT(FCMP(OEQ, math_abs(g, z.y), inf), inf, far);
	return SELECT(near, half_log(g, s.hi, s.lo), far);
}

static struct z logarithm(struct gen *g, struct z z)
{
	return (struct z){ log_modulus(g, z), math_atan2(g, z.y, z.x) };
}

static struct z log_plus_one(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, x = FADD(a, K(1));
	LLVMValueRef small = FCMP(OLT, math_larger(g, z), K(2));
	struct two s = square_sum(g, SELECT(small, FADD(a, a), K(0)), SELECT(small, a, K(0)),
		SELECT(small, z.y, K(0)));
	LLVMValueRef near = AND(small, FCMP(OLT, math_abs(g, s.hi), K(0.5)));
	LLVMValueRef real = SELECT(near, half_log(g, SELECT(near, s.hi, K(0)), s.lo),
		log_modulus(g, (struct z){ x, z.y }));

	return (struct z){ real, math_atan2(g, z.y, x) };
}

static struct z square_root(struct gen *g, struct z z)
{
	LLVMValueRef a = math_abs(g, z.x), b = math_abs(g, z.y), inf = K(__builtin_inf());
	LLVMValueRef most = SELECT(FCMP(OGT, b, a), b, a);
	LLVMValueRef huge = FCMP(OGT, most, K(0x1p1000)), tiny = FCMP(OLT, most, K(0x1p-900));
	/* Scaled by 4^n, so that no sum overflows or loses its bits. */
	LLVMValueRef down = SELECT(huge, K(0x1p-4), SELECT(tiny, K(0x1p200), K(1)));
	LLVMValueRef up = SELECT(huge, K(0x1p2), SELECT(tiny, K(0x1p-100), K(1)));
	LLVMValueRef x = FMUL(a, down), y = FMUL(b, down), m = math_modulus(g, (struct z){ x, y });
	LLVMValueRef root = call1(g, "llvm.sqrt", FMUL(FADD(m, x), K(0.5))), big = FMUL(root, up);
	LLVMValueRef small = FMUL(FDIV(y, FADD(root, root)), up), left = FCMP(OLT, z.x, K(0));
	LLVMValueRef steep = FCMP(OEQ, math_abs(g, z.y), inf);

	small = SELECT(FCMP(OEQ, m, K(0)), K(0), small);
	big = SELECT(steep, inf, big);
	small = SELECT(steep, inf, small);
	return (struct z){ SELECT(left, small, big),
		math_copysign(g, SELECT(left, big, small), z.y) };
}

/* a b, where 0 wins over what is infinite, and is itself beside what is no number */
static LLVMValueRef zero_wins(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef zero = FMUL(math_copysign(g, K(0), a), math_copysign(g, K(1), b));

	zero = SELECT(FCMP(UNO, a, a), b, SELECT(FCMP(UNO, b, b), a, zero));
	return SELECT(OR(FCMP(OEQ, a, K(0)), FCMP(OEQ, b, K(0))), zero, FMUL(a, b));
}

/* sinh x cos y + i cosh x sin y, cosh x cos y + i sinh x sin y: real parts are infinite where x is,
 * whatever the angle.  e^700 is a factor of its own far out, where the angle's may be tiny. */
static struct z hyperbolic(struct gen *g, struct z z, bool cosine)
{
	LLVMValueRef a = z.x, inf = K(__builtin_inf()), x = math_abs(g, a);
	LLVMValueRef s = math_sin_cos(g, z.y, 0), c = math_sin_cos(g, z.y, 1);
	LLVMValueRef far = FCMP(OGT, x, K(700)), rest = SELECT(far, K(EXP_700), K(1));
	LLVMValueRef e = FMUL(K(0.5), math_exp(g, FSUB(x, K(700)), NULL));
	LLVMValueRef sh = SELECT(far, math_copysign(g, e, a), math_sinh(g, a));
	LLVMValueRef ch = SELECT(far, e, math_cosh(g, a));
	LLVMValueRef end = AND(FCMP(OEQ, x, inf), FCMP(UNO, c, c));
	c = FMUL(c, rest);
	s = FMUL(s, rest);
	struct z r = { cosine ? FMUL(ch, c) : zero_wins(g, sh, c),
		cosine ? zero_wins(g, sh, s) : zero_wins(g, ch, s) };

	r.x = SELECT(end, inf, r.x);
	if (cosine)
		r.y = SELECT(AND(FCMP(OEQ, a, K(0)), FCMP(UNO, s, s)), K(0), r.y);
	return r;
}

static LLVMValueRef to_float_and_back(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef f = LLVMBuildFPTrunc(g->b, a, like(a, g->f32), "");

	return LLVMBuildFPExt(g->b, f, LLVMTypeOf(a), "");
}

/* e^(z + log 1/2), each part rounded to f32 */
static struct z half_exponential(struct gen *g, LLVMValueRef a, LLVMValueRef y)
{
	LLVMValueRef x = to_float_and_back(g, FADD(a, K(-0.693147182464599609375)));
	struct z r = exponential(g, (struct z){ x, y });

	return (struct z){ to_float_and_back(g, r.x), to_float_and_back(g, r.y) };
}

/* cosh and sinh of complex<f32> under strict numerics, as of f32 (math.c): CHLO's definition where
 * results are of a size that shows it. */
static struct z hyperbolic_strict(struct gen *g, struct z z, bool cosine)
{
	LLVMValueRef a = z.x, size = math_abs(g, a);
	struct z up = half_exponential(g, a, z.y), down = half_exponential(g, FNEG(a), FNEG(z.y)),
		 r = hyperbolic(g, z, cosine);
	LLVMValueRef shows = AND(AND(FCMP(OGE, size, K(1)), FCMP(OLT, size, K(89))),
		FCMP(OLT, math_abs(g, z.y), K(__builtin_inf())));

	r.x = SELECT(shows, cosine ? FADD(up.x, down.x) : FSUB(up.x, down.x), r.x);
	shows = AND(shows, FCMP(ONE, z.y, K(0)));
	r.y = SELECT(shows, cosine ? FADD(up.y, down.y) : FSUB(up.y, down.y), r.y);
	return r;
}

static struct z hyperbolic_sine(struct gen *g, struct z z)
{
	return hyperbolic(g, z, false);
}

/* (sinh x cosh x + i sin y cos y) / (sinh^2 x + cos^2 y); far out 1 + i 4 sin y cos y e^-2x. */
static struct z hyperbolic_tangent(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, x = math_abs(g, a), far = FCMP(OGT, x, K(22));
	LLVMValueRef near = SELECT(far, K(22), x), sh = math_sinh(g, near), ch = math_cosh(g, near);
	LLVMValueRef s = math_sin_cos(g, z.y, 0), c = math_sin_cos(g, z.y, 1), sc = FMUL(s, c);
	LLVMValueRef d = FADD(FMUL(sh, sh), FMUL(c, c)), e = math_exp(g, FNEG(x), NULL);
	LLVMValueRef little = FMUL(FMUL(FMUL(K(4), sc), e), e);
	LLVMValueRef end = FCMP(OEQ, x, K(__builtin_inf())), real = FCMP(OEQ, z.y, K(0));
	LLVMValueRef nowhere = FCMP(UNO, sc, sc), angle = SELECT(nowhere, z.y, sc);
	struct z r = { FDIV(FMUL(sh, ch), d), SELECT(far, little, FDIV(sc, d)) };

	r.x = SELECT(far, K(1), r.x);
	r.y = SELECT(end, math_copysign(g, K(0), angle), r.y);
	r.y = SELECT(real, z.y, r.y);
	r.x = SELECT(AND(nowhere, FCMP(OLT, x, K(__builtin_inf()))), sc, r.x);
	r.x = SELECT(OR(FCMP(UNO, x, x), FCMP(OEQ, x, K(0))), x, r.x);
	return (struct z){ math_copysign(g, r.x, a), r.y };
}

static struct z exp_minus_one(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, half = math_sin_cos(g, FMUL(z.y, K(0.5)), 0);
	LLVMValueRef less = FMUL(K(-2), FMUL(half, half));       /* cos y - 1 */
	LLVMValueRef near = FADD(FMUL(math_expm1(g, a), math_sin_cos(g, z.y, 1)), less);
	struct z e = exponential(g, z);

	return (struct z){ SELECT(FCMP(OGT, a, K(700)), e.x, near), e.y };
}

static struct z sign_of(struct gen *g, struct z z)
{
	LLVMValueRef a = math_larger(g, z), none = FCMP(OEQ, a, K(0)), e = exponent(g, a);
	struct z s = scaled(g, z, SUB(ci_like(e, 0), e));
	LLVMValueRef m = math_modulus(g, s);

	return (struct z){ SELECT(none, K(0), FDIV(s.x, m)), SELECT(none, K(0), FDIV(s.y, m)) };
}

/* log |z| of a finite one other than 0, in two parts: of its parts divided by a power of 2. */
static struct two log_modulus_parts(struct gen *g, struct z z)
{
	static const double ln2[2] = { 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56 };
	LLVMValueRef a = math_larger(g, z), e = exponent(g, a);
	struct z u = scaled(g, z, SUB(ci_like(e, 0), e));
	struct two l = two_log(g, square_sum(g, K(0), u.x, u.y), false);

	l = (struct two){ FMUL(l.hi, K(0.5)), FMUL(l.lo, K(0.5)) };
	e = LLVMBuildSIToFP(g->b, LLVMBuildTrunc(g->b, e, like(a, g->i32), ""), LLVMTypeOf(a), "");
	return two_add(g, two_mul_one(g, two_const(g, a, ln2), e), l);
}

/* a^b by the exponential of b log a; of large and tiny a its product is hundreds, so log and
 * product are in two parts, but for where they are no numbers. */
static struct z power(struct gen *g, struct z a_, struct z b_)
{
	LLVMValueRef a = a_.x;
	LLVMValueRef base0 = AND(FCMP(OEQ, a, K(0)), FCMP(OEQ, a_.y, K(0)));
	LLVMValueRef power0 = AND(FCMP(OEQ, b_.x, K(0)), FCMP(OEQ, b_.y, K(0)));
	struct z r = exponential(g, multiply(g, b_, logarithm(g, a_)));
	struct two l = log_modulus_parts(g, a_), angle = { math_atan2(g, a_.y, a), NULL };

	angle.lo = SELECT(AND(FCMP(OEQ, a_.y, K(0)), FCMP(OLT, a, K(0))),
		math_copysign(g, K(0x1.1a62633145c07p-53), angle.hi), K(0));
	struct two x = two_add(g, two_mul_one(g, l, b_.x), two_neg(g, two_mul_one(g, angle, b_.y)));
	struct two y = two_add(g, two_mul_one(g, l, b_.y), two_mul_one(g, angle, b_.x));
	LLVMValueRef good = AND(FCMP(OLT, math_abs(g, x.hi), K(1e4)),
		FCMP(OLT, math_abs(g, y.hi), K(1e15)));
	good = AND(good, FCMP(ONE, y.hi, K(0)));
	struct z fine = exponential_of(g, x, y);
	r.x = SELECT(good, fine.x, r.x);
	r.y = SELECT(good, fine.y, r.y);

	LLVMValueRef none = AND(base0, FCMP(OGT, b_.x, K(0)));
	r.x = SELECT(power0, K(1), SELECT(none, K(0), r.x));
	r.y = SELECT(OR(power0, none), K(0), r.y);
	return r;
}

/* a + bi to the power 1/3: the cube root of the modulus, a third of the angle.  Scaled by 8^n. */
static struct z cube_root(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, most = math_larger(g, z);
	LLVMValueRef huge = FCMP(OGT, most, K(0x1p1000)), tiny = FCMP(OLT, most, K(0x1p-900));
	LLVMValueRef down = SELECT(huge, K(0x1p-6), SELECT(tiny, K(0x1p300), K(1)));
	LLVMValueRef up = SELECT(huge, K(0x1p2), SELECT(tiny, K(0x1p-100), K(1)));
	LLVMValueRef m = math_modulus(g, (struct z){ FMUL(a, down), FMUL(z.y, down) });
	m = FMUL(math_cbrt(g, m), up);
	LLVMValueRef angle = FDIV(math_atan2(g, z.y, a), K(3));
	LLVMValueRef y = FMUL(m, math_sin_cos(g, angle, 0));
	/* An angle that may be too small for a number is y / x. */
	LLVMValueRef flat = FCMP(OLT, math_abs(g, z.y), FMUL(a, K(0x1p-60)));
	y = SELECT(flat, FDIV(FMUL(FDIV(m, a), z.y), K(3)), y);

	y = SELECT(AND(FCMP(OEQ, z.y, K(0)), FCMP(OEQ, angle, K(0))), z.y, y);
	return (struct z){ FMUL(m, math_sin_cos(g, angle, 1)), y };
}

static struct z logistic(struct gen *g, struct z z)
{
	struct z e = exponential(g, (struct z){ FNEG(z.x), FNEG(z.y) });
	LLVMValueRef a = z.x;

	e.x = FADD(e.x, K(1));
	return inverse(g, e);
}

/* f(iz) / i */
static struct z turned(struct gen *g, struct z z, struct z (*f)(struct gen *g, struct z z))
{
	struct z r = f(g, (struct z){ FNEG(z.y), z.x });

	return (struct z){ r.y, FNEG(r.x) };
}

/* a b + c d, what rounding loses put back */
static LLVMValueRef two_products(
	struct gen *g, LLVMValueRef a, LLVMValueRef b, LLVMValueRef c, LLVMValueRef d)
{
	struct two p = two_product(g, a, b), q = two_product(g, c, d);
	struct two s = two_sum(g, p.hi, q.hi);
	LLVMValueRef rest = FADD(s.lo, FADD(p.lo, q.lo));

	return SELECT(FCMP(UNO, rest, rest), s.hi, FADD(s.hi, rest));
}

/* 1 with a's sign where it is infinite, else 0 with it */
static LLVMValueRef boxed(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef far = FCMP(OEQ, math_abs(g, a), K(__builtin_inf()));

	return math_copysign(g, SELECT(far, K(1), K(0)), a);
}

static LLVMValueRef bounded(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, inf = K(__builtin_inf());

	return AND(FCMP(OLT, math_abs(g, a), inf), FCMP(OLT, math_abs(g, z.y), inf));
}

static struct z chosen(struct gen *g, LLVMValueRef which, struct z p, struct z q)
{
	return (struct z){ SELECT(which, p.x, q.x), SELECT(which, p.y, q.y) };
}

/* The quotient r of p and q where no part of it is a number: infinite if p is or q is 0, 0 if q is
 * infinite (Annex G.5.1). */
static struct z recovered(struct gen *g, struct z p, struct z q, struct z r)
{
	LLVMValueRef a = q.x, inf = K(__builtin_inf());
	LLVMValueRef pole = AND(FCMP(OEQ, a, K(0)), FCMP(OEQ, q.y, K(0)));
	LLVMValueRef top = AND(math_infinite(g, p), bounded(g, q));
	LLVMValueRef bottom = AND(bounded(g, p), math_infinite(g, q));
	LLVMValueRef lost = AND(FCMP(UNO, r.x, r.x), FCMP(UNO, r.y, r.y));
	LLVMValueRef factor = SELECT(top, inf, K(0)), end = math_copysign(g, inf, a);
	struct z at_pole = { FMUL(end, p.x), FMUL(end, p.y) };

	p = chosen(g, top, (struct z){ boxed(g, p.x), boxed(g, p.y) }, p);
	q = chosen(g, bottom, (struct z){ boxed(g, q.x), boxed(g, q.y) }, q);
	struct z s = { FMUL(factor, FADD(FMUL(p.x, q.x), FMUL(p.y, q.y))),
		FMUL(factor, FSUB(FMUL(p.y, q.x), FMUL(p.x, q.y))) };
	s = chosen(g, pole, at_pole, s);
	return chosen(g, AND(lost, OR(pole, OR(top, bottom))), s, r);
}

/* Both divided by powers of 2, so that no product leaves the range, then a conj(b) / |b|^2. */
static struct z quotient(struct gen *g, struct z a, struct z b)
{
	LLVMValueRef ea = exponent(g, math_larger(g, a)), eb = exponent(g, math_larger(g, b));
	struct z r;

	ea = SELECT(bounded(g, a), ea, ci_like(ea, 0));
	eb = SELECT(bounded(g, b), eb, ci_like(eb, 0));
	a = scaled(g, a, SUB(ci_like(ea, 0), ea));
	b = scaled(g, b, SUB(ci_like(eb, 0), eb));
	LLVMValueRef d = FADD(FMUL(b.x, b.x), FMUL(b.y, b.y));
	r.x = FDIV(two_products(g, a.x, b.x, a.y, b.y), d);
	r.y = FDIV(two_products(g, a.y, b.x, FNEG(a.x), b.y), d);
	return scaled(g, r, SUB(ea, eb));
}

/* atan(y / x), x and y complex, and half a turn more where -i log((x + i y) / sqrt(x^2 + y^2)) is
 * elsewhere; that one's parts are divided by one power of 2. */
static struct z arc_tangent_of(struct gen *g, struct z y, struct z x)
{
	LLVMValueRef a = math_larger(g, x), b = math_larger(g, y);
	LLVMValueRef e = exponent(g, SELECT(FCMP(OGT, b, a), b, a)), down = SUB(ci_like(e, 0), e);
	struct z w = turned(g, quotient(g, y, x), math_complex_atanh);
	x = scaled(g, x, down);
	y = scaled(g, y, down);
	struct z xx = multiply(g, x, x), yy = multiply(g, y, y);
	struct z root = square_root(g, (struct z){ FADD(xx.x, yy.x), FADD(xx.y, yy.y) });
	struct z top = { FSUB(x.x, y.y), FADD(x.y, y.x) };
	struct z r = logarithm(g, multiply(g, top, inverse(g, root)));
	LLVMValueRef off = FSUB(r.y, w.x);
	LLVMValueRef near = FCMP(OLT, math_abs(g, off), K(1.5)),
		     turn = FCMP(OLT, math_abs(g, off), K(4.5));

	a = r.y;
	w.x = SELECT(near, w.x,
		FADD(w.x, math_copysign(g, K(3.14159265358979323846), FNEG(w.x))));
	return (struct z){ SELECT(turn, w.x, a), SELECT(turn, w.y, FNEG(r.x)) };
}

static bool function(struct gen *g, enum op op, struct z z, struct z b, struct z *out)
{
	switch (op) {
	case OP_exponential: *out = exponential(g, z); return true;
	case OP_exponential_minus_one: *out = exp_minus_one(g, z); return true;
	case OP_log: *out = logarithm(g, z); return true;
	case OP_log_plus_one: *out = log_plus_one(g, z); return true;
	case OP_sqrt: *out = square_root(g, z); return true;
	case OP_rsqrt: *out = inverse(g, square_root(g, z)); return true;
	case OP_sine: *out = turned(g, z, hyperbolic_sine); return true;
	case OP_cosine: *out = hyperbolic(g, (struct z){ FNEG(z.y), z.x }, true); return true;
	case OP_tanh: *out = hyperbolic_tangent(g, z); return true;
	case OP_sign: *out = sign_of(g, z); return true;
	case OP_power: *out = power(g, z, b); return true;
	case OP_logistic: *out = logistic(g, z); return true;
	case OP_cbrt: *out = cube_root(g, z); return true;
	case OP_atan2: *out = arc_tangent_of(g, z, b); return true;
	case OP_tan:
	case OP_chlo_tan: *out = turned(g, z, hyperbolic_tangent); return true;
	case OP_chlo_sinh: *out = hyperbolic(g, z, false); return true;
	case OP_chlo_cosh: *out = hyperbolic(g, z, true); return true;
	case OP_chlo__asin_acos_kernel: *out = math_complex_arc(g, z); return true;
	case OP_chlo_asin: *out = math_complex_asin(g, z); return true;
	case OP_chlo_acos: *out = math_complex_acos(g, z); return true;
	case OP_chlo_asinh: *out = turned(g, z, math_complex_asin); return true;
	case OP_chlo_acosh: *out = math_complex_acosh(g, z); return true;
	case OP_chlo_atanh: *out = math_complex_atanh(g, z); return true;
	case OP_chlo_atan: *out = turned(g, z, math_complex_atanh); return true;
	case OP_abs: *out = (struct z){ math_modulus(g, z), NULL }; return true;
	default: return false;
	}
}

/* In f64, whatever the parts are, and back. */
static struct z widen(struct gen *g, struct val v, bool wide)
{
	LLVMTypeRef up = like(v.v, g->f64);

	if (wide)
		return (struct z){ v.v, v.im };
	return (struct z){
		LLVMBuildFPExt(g->b, v.v, up, ""), LLVMBuildFPExt(g->b, v.im, up, "") };
}

static struct val narrowed(struct gen *g, struct val like_this, struct z z, bool wide)
{
	LLVMTypeRef t = LLVMTypeOf(like_this.v);
	struct val r = like_this;

	r.v = wide ? z.x : LLVMBuildFPTrunc(g->b, z.x, t, "");
	r.im = !z.y || wide ? z.y : LLVMBuildFPTrunc(g->b, z.y, t, "");
	return r;
}

struct val math_complex_divide(struct gen *g, struct val a_, struct val b_)
{
	bool wide = math_wide(g, a_.v);
	struct z a = widen(g, a_, wide), b = widen(g, b_, wide), r;

	if (wide) {
		r = quotient(g, a, b);
	} else {
		LLVMValueRef d = FADD(FMUL(b.x, b.x), FMUL(b.y, b.y));
		r.x = FDIV(FADD(FMUL(a.x, b.x), FMUL(a.y, b.y)), d);
		r.y = FDIV(FSUB(FMUL(a.y, b.x), FMUL(a.x, b.y)), d);
	}
	return narrowed(g, a_, recovered(g, a, b, r), wide);
}

struct val math_complex(struct gen *g, const struct node *n, struct val a, const struct val *b)
{
	bool wide = math_wide(g, a.v);
	struct z z = widen(g, a, wide), w = b ? widen(g, *b, wide) : z, out;

	if (g->k->strict && !wide && (n->op == OP_chlo_sinh || n->op == OP_chlo_cosh))
		out = hyperbolic_strict(g, z, n->op == OP_chlo_cosh);
	else if (!function(g, n->op, z, w, &out))
		gen_unsupported(g, n, NULL);
	return narrowed(g, a, out, wide);
}
