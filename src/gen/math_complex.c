/* math_complex.c -- elementary functions of complex numbers, by their real parts.
 *
 * complex<f32> is computed in f64 and rounded once a part, so nothing overflows on the way and
 * cancellation does no harm; complex<f64> by the same formulas, which are chosen so that no part
 * loses more than a few units in the last place: sums of squares near 1 in two parts, tanh without
 * the difference in its denominator, scaling where squares leave the range.  The inverse functions
 * are in math_complex_inverse.c.  Both branches of a case are computed and one is chosen. */
#include "gen/math_complex.h"

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

/* e^x (cos y + i sin y); e^700 is a factor of its own where e^x alone leaves the range. */
static struct z exponential(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, high = FCMP(OGT, a, K(700)), low = FCMP(OLT, a, K(-700));
	LLVMValueRef shift = SELECT(high, K(700), SELECT(low, K(-700), K(0)));
	LLVMValueRef rest = SELECT(high, K(EXP_700), SELECT(low, K(1 / EXP_700), K(1)));
	LLVMValueRef e = math_exp(g, FSUB(a, shift), NULL);
	LLVMValueRef c = math_sin_cos(g, z.y, 1), s = math_sin_cos(g, z.y, 0);
	struct z r = { FMUL(FMUL(e, c), rest), FMUL(FMUL(e, s), rest) };
	LLVMValueRef real = FCMP(OEQ, z.y, K(0)), none = FCMP(OEQ, a, K(-__builtin_inf()));
	LLVMValueRef angle = FCMP(OLT, math_abs(g, z.y), K(__builtin_inf())),
		     nan = K(__builtin_nan(""));

	r.x = SELECT(angle, SELECT(none, K(0), r.x), nan);
	r.y = SELECT(angle, SELECT(none, K(0), r.y), nan);
	r.x = SELECT(real, math_exp(g, a, NULL), r.x);
	r.y = SELECT(real, z.y, r.y);
	return r;
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

static struct z sine(struct gen *g, struct z z, bool cosine)
{
	LLVMValueRef s = math_sin_cos(g, z.x, 0), c = math_sin_cos(g, z.x, 1);
	LLVMValueRef sh = math_sinh(g, z.y), ch = math_cosh(g, z.y);

	if (cosine)
		return (struct z){ FMUL(c, ch), FNEG(FMUL(s, sh)) };
	return (struct z){ FMUL(s, ch), FMUL(c, sh) };
}

static struct z hyperbolic_sine(struct gen *g, struct z z, bool cosine)
{
	struct z r = sine(g, (struct z){ FNEG(z.y), z.x }, cosine);

	/* cosh z = cos iz, sinh z = -i sin iz */
	return cosine ? r : (struct z){ r.y, FNEG(r.x) };
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
	struct z r = { FDIV(FMUL(sh, ch), d), SELECT(far, little, FDIV(sc, d)) };

	r.x = SELECT(far, K(1), r.x);
	r.y = SELECT(end, math_copysign(g, K(0), SELECT(FCMP(UNO, sc, sc), K(1), sc)), r.y);
	r.y = SELECT(real, z.y, r.y);
	r.x = SELECT(FCMP(UNO, x, x), x, r.x);
	return (struct z){ math_copysign(g, r.x, a), r.y };
}

static struct z exp_minus_one(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, half = math_sin_cos(g, FMUL(z.y, K(0.5)), 0);
	LLVMValueRef less = FMUL(K(-2), FMUL(half, half));       /* cos y - 1 */
	struct z e = exponential(g, z);

	return (struct z){ FADD(FMUL(math_expm1(g, a), math_sin_cos(g, z.y, 1)), less), e.y };
}

static struct z sign_of(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, m = math_modulus(g, z), none = FCMP(OEQ, m, K(0));

	return (struct z){ SELECT(none, K(0), FDIV(a, m)), SELECT(none, K(0), FDIV(z.y, m)) };
}

static struct z power(struct gen *g, struct z a_, struct z b_)
{
	LLVMValueRef a = a_.x;
	LLVMValueRef base0 = AND(FCMP(OEQ, a, K(0)), FCMP(OEQ, a_.y, K(0)));
	LLVMValueRef power0 = AND(FCMP(OEQ, b_.x, K(0)), FCMP(OEQ, b_.y, K(0)));
	struct z r = exponential(g, multiply(g, b_, logarithm(g, a_)));

	r.x = SELECT(power0, K(1), SELECT(base0, K(0), r.x));
	r.y = SELECT(OR(power0, base0), K(0), r.y);
	return r;
}

/* a + bi to the power 1/3: the cube root of the modulus, a third of the angle. */
static struct z cube_root(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, m = math_cbrt(g, math_modulus(g, z));
	LLVMValueRef angle = FDIV(math_atan2(g, z.y, a), K(3));

	return (struct z){ FMUL(m, math_sin_cos(g, angle, 1)), FMUL(m, math_sin_cos(g, angle, 0)) };
}

static struct z logistic(struct gen *g, struct z z)
{
	struct z e = exponential(g, (struct z){ FNEG(z.x), FNEG(z.y) });
	LLVMValueRef a = z.x;

	e.x = FADD(e.x, K(1));
	return inverse(g, e);
}

/* -i log((x + i y) / sqrt(x^2 + y^2)), x and y complex */
static struct z arc_tangent_of(struct gen *g, struct z y, struct z x)
{
	struct z xx = multiply(g, x, x), yy = multiply(g, y, y);
	struct z root = square_root(g, (struct z){ FADD(xx.x, yy.x), FADD(xx.y, yy.y) });
	struct z top = { FSUB(x.x, y.y), FADD(x.y, y.x) };
	struct z r = logarithm(g, multiply(g, top, inverse(g, root)));

	return (struct z){ r.y, FNEG(r.x) };
}

/* f(iz) / i */
static struct z turned(struct gen *g, struct z z, struct z (*f)(struct gen *g, struct z z))
{
	struct z r = f(g, (struct z){ FNEG(z.y), z.x });

	return (struct z){ r.y, FNEG(r.x) };
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
	case OP_sine: *out = sine(g, z, false); return true;
	case OP_cosine: *out = sine(g, z, true); return true;
	case OP_tanh: *out = hyperbolic_tangent(g, z); return true;
	case OP_sign: *out = sign_of(g, z); return true;
	case OP_power: *out = power(g, z, b); return true;
	case OP_logistic: *out = logistic(g, z); return true;
	case OP_cbrt: *out = cube_root(g, z); return true;
	case OP_atan2: *out = arc_tangent_of(g, z, b); return true;
	case OP_tan:
	case OP_chlo_tan: *out = turned(g, z, hyperbolic_tangent); return true;
	case OP_chlo_sinh: *out = hyperbolic_sine(g, z, false); return true;
	case OP_chlo_cosh: *out = hyperbolic_sine(g, z, true); return true;
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

/* a b + c d, what rounding loses put back */
static LLVMValueRef two_products(
	struct gen *g, LLVMValueRef a, LLVMValueRef b, LLVMValueRef c, LLVMValueRef d)
{
	struct two p = two_product(g, a, b), q = two_product(g, c, d);
	struct two s = two_sum(g, p.hi, q.hi);

	return FADD(s.hi, FADD(s.lo, FADD(p.lo, q.lo)));
}

/* Both divided by powers of 2, so that no product leaves the range, then a conj(b) / |b|^2. */
struct val math_complex_divide(struct gen *g, struct val a_, struct val b_)
{
	bool wide = math_wide(g, a_.v);
	struct z a = widen(g, a_, wide), b = widen(g, b_, wide), r;

	if (!wide) {
		LLVMValueRef d = FADD(FMUL(b.x, b.x), FMUL(b.y, b.y));
		r.x = FDIV(FADD(FMUL(a.x, b.x), FMUL(a.y, b.y)), d);
		r.y = FDIV(FSUB(FMUL(a.y, b.x), FMUL(a.x, b.y)), d);
		return narrowed(g, a_, r, wide);
	}
	LLVMValueRef ea = exponent(g, math_larger(g, a)), eb = exponent(g, math_larger(g, b));
	a = scaled(g, a, SUB(ci_like(ea, 0), ea));
	b = scaled(g, b, SUB(ci_like(eb, 0), eb));
	LLVMValueRef d = FADD(FMUL(b.x, b.x), FMUL(b.y, b.y));
	r.x = FDIV(two_products(g, a.x, b.x, a.y, b.y), d);
	r.y = FDIV(two_products(g, a.y, b.x, FNEG(a.x), b.y), d);
	return narrowed(g, a_, scaled(g, r, SUB(ea, eb)), wide);
}

struct val math_complex(struct gen *g, const struct node *n, struct val a, const struct val *b)
{
	bool wide = math_wide(g, a.v);
	struct z z = widen(g, a, wide), w = b ? widen(g, *b, wide) : z, out;

	if (!function(g, n->op, z, w, &out))
		gen_unsupported(g, n, NULL);
	return narrowed(g, a, out, wide);
}
