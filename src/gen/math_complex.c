/* math_complex.c -- elementary functions of complex numbers, by their real parts.
 *
 * complex<f32> is computed in f64 and rounded once a part, so nothing overflows on the way and
 * cancellation does no harm; complex<f64> by the same formulas, as good as those are.  Both
 * branches of a case are computed and one is chosen. */
#include "gen/math_impl.h"

struct z { LLVMValueRef x, y; };

static struct z multiply(struct gen *g, struct z a, struct z b)
{
	return (struct z){ FSUB(FMUL(a.x, b.x), FMUL(a.y, b.y)),
		FADD(FMUL(a.x, b.y), FMUL(a.y, b.x)) };
}

static struct z inverse(struct gen *g, struct z a)
{
	LLVMValueRef d = FADD(FMUL(a.x, a.x), FMUL(a.y, a.y));

	return (struct z){ FDIV(a.x, d), FDIV(FNEG(a.y), d) };
}

/* |z|, scaled by the larger part. */
static LLVMValueRef modulus(struct gen *g, struct z z)
{
	LLVMValueRef a = math_abs(g, z.x), b = math_abs(g, z.y), inf = K(__builtin_inf());
	LLVMValueRef steep = FCMP(OGT, b, a), m = SELECT(steep, b, a), n = SELECT(steep, a, b),
		     q = FDIV(n, m);
	LLVMValueRef r = FMUL(m, call1(g, "llvm.sqrt", FADD(K(1), FMUL(q, q))));

	r = SELECT(FCMP(OEQ, m, K(0)), n, r);            /* 0, or NaN beside it */
	return SELECT(OR(FCMP(OEQ, a, inf), FCMP(OEQ, b, inf)), inf, r);
}

static struct z exponential(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, e = math_exp(g, a, NULL);
	struct z r = { FMUL(e, math_sin_cos(g, z.y, 1)), FMUL(e, math_sin_cos(g, z.y, 0)) };
	LLVMValueRef real = FCMP(OEQ, z.y, K(0)), none = FCMP(OEQ, a, K(-__builtin_inf()));
	LLVMValueRef angle = FCMP(OLT, math_abs(g, z.y), K(__builtin_inf())),
		     nan = K(__builtin_nan(""));

	r.x = SELECT(angle, SELECT(none, K(0), r.x), nan);
	r.y = SELECT(angle, SELECT(none, K(0), r.y), nan);
	r.x = SELECT(real, e, r.x);
	r.y = SELECT(real, z.y, r.y);
	return r;
}

static struct z logarithm(struct gen *g, struct z z)
{
	return (struct z){ math_log(g, modulus(g, z)), math_atan2(g, z.y, z.x) };
}

static struct z square_root(struct gen *g, struct z z)
{
	LLVMValueRef a = math_abs(g, z.x), b = math_abs(g, z.y), inf = K(__builtin_inf());
	LLVMValueRef most = SELECT(FCMP(OGT, b, a), b, a);
	LLVMValueRef huge = FCMP(OGT, most, K(0x1p1000)), tiny = FCMP(OLT, most, K(0x1p-900));
	/* Scaled by 4^n, so that no sum overflows or loses its bits. */
	LLVMValueRef down = SELECT(huge, K(0x1p-4), SELECT(tiny, K(0x1p200), K(1)));
	LLVMValueRef up = SELECT(huge, K(0x1p2), SELECT(tiny, K(0x1p-100), K(1)));
	LLVMValueRef x = FMUL(a, down), y = FMUL(b, down), m = modulus(g, (struct z){ x, y });
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

/* (sinh 2x + i sin 2y) / (cosh 2x + cos 2y) */
static struct z hyperbolic_tangent(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, x = SELECT(FCMP(OGT, a, K(20)), K(20), a);

	x = SELECT(FCMP(OLT, a, K(-20)), K(-20), x);
	x = FADD(x, x);
	LLVMValueRef y = FADD(z.y, z.y), d = FADD(math_cosh(g, x), math_sin_cos(g, y, 1));
	return (struct z){ FDIV(math_sinh(g, x), d), FDIV(math_sin_cos(g, y, 0), d) };
}

static struct z exp_minus_one(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, half = math_sin_cos(g, FMUL(z.y, K(0.5)), 0);
	LLVMValueRef less = FMUL(K(-2), FMUL(half, half));       /* cos y - 1 */
	struct z e = exponential(g, z);

	return (struct z){ FADD(FMUL(math_expm1(g, a), math_sin_cos(g, z.y, 1)), less), e.y };
}

static struct z log_plus_one(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, s = FADD(FMUL(a, FADD(a, K(2))), FMUL(z.y, z.y));

	return (struct z){ FMUL(K(0.5), math_log1p(g, s)), math_atan2(g, z.y, FADD(a, K(1))) };
}

static struct z sign_of(struct gen *g, struct z z)
{
	LLVMValueRef a = z.x, m = modulus(g, z), none = FCMP(OEQ, m, K(0));

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

static bool function(struct gen *g, enum op op, struct z z, struct z b, struct z *out)
{
	LLVMValueRef a = z.x;

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
	case OP_logistic: {
		struct z e = exponential(g, (struct z){ FNEG(z.x), FNEG(z.y) });
		e.x = FADD(e.x, K(1));
		*out = inverse(g, e);
		return true;
	}
	case OP_abs: *out = (struct z){ modulus(g, z), NULL }; return true;
	default: return false;
	}
}

struct val math_complex(struct gen *g, const struct node *n, struct val a, const struct val *b)
{
	bool wide = math_wide(g, a.v);
	LLVMTypeRef t = LLVMTypeOf(a.v), up = like(a.v, g->f64);
	struct z z = { a.v, a.im }, w = { NULL, NULL }, out;
	struct val r = a;

	if (b)
		w = (struct z){ b->v, b->im };
	if (!wide) {
		z.x = LLVMBuildFPExt(g->b, z.x, up, "");
		z.y = LLVMBuildFPExt(g->b, z.y, up, "");
		w.x = b ? LLVMBuildFPExt(g->b, w.x, up, "") : NULL;
		w.y = b ? LLVMBuildFPExt(g->b, w.y, up, "") : NULL;
	}
	if (!function(g, n->op, z, w, &out))
		gen_unsupported(g, n, NULL);
	r.v = wide ? out.x : LLVMBuildFPTrunc(g->b, out.x, t, "");
	r.im = !out.y || wide ? out.y : LLVMBuildFPTrunc(g->b, out.y, t, "");
	return r;
}
