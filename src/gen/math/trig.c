/* trig.c -- sine, cosine and tangent, in f64 (f32 goes through it).
 *
 * Method: |x| < 2^20: x = k pi / 2 + r with pi / 2 in two parts of 33 bits, whose products with k
 * are exact, and the rest (Cody and Waite), r in two parts.  Beyond, in integers: of the bits of
 * 2 / pi only the 192 that matter after x's exponent are multiplied with x's digits (Payne and
 * Hanek 1983); no double is nearer to a multiple of pi / 2 than 2^-62 (Muller).  Then polynomials
 * in r^2, their last sum kept in two parts for the tangent.  For f32 (not `full`) r in one part and
 * shorter polynomials are enough. */
#include "gen/math/math_impl.h"

#define PIO2_1 0x1.921fb544p+0
#define PIO2_2 0x1.0b4611a6p-34
#define PIO2_3 0x1.3198a2e037073p-69
#define PIO2_TWO ((const double[2]){ 0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54 })

/* x = k pi / 2 + hi + lo; lo not looked at unless full */
struct angle { LLVMValueRef hi, lo, k; bool full; };

/* The high half of a product of unsigned 64-bit numbers. */
static LLVMValueRef multiply_high(struct gen *g, LLVMValueRef x, LLVMValueRef y)
{
	LLVMValueRef half = ci_like(x, 32), low = ci_like(x, UINT32_MAX);
	LLVMValueRef xl = AND(x, low), xh = LSHR(x, half), yl = AND(y, low), yh = LSHR(y, half);
	LLVMValueRef mid = ADD(MUL(xh, yl), LSHR(MUL(xl, yl), half));
	LLVMValueRef rest = ADD(AND(mid, low), MUL(xl, yh));

	return ADD(ADD(MUL(xh, yh), LSHR(mid, half)), LSHR(rest, half));
}

/* The upper or lower 32 bits as a number. */
static LLVMValueRef half_of(struct gen *g, LLVMValueRef x, bool upper, bool sign)
{
	LLVMValueRef v = upper ? LSHR(x, ci_like(x, 32)) : x;

	v = LLVMBuildTrunc(g->b, v, like(x, g->i32), "");
	return sign ? LLVMBuildSIToFP(g->b, v, like(x, g->f64), "") :
		      LLVMBuildUIToFP(g->b, v, like(x, g->f64), "");
}

/* One number a, at least 2^20 and finite, or the result is not looked at: v is hi, lo, k. */
static void reduce_far(struct gen *g, LLVMValueRef a, LLVMValueRef *v)
{
	LLVMValueRef table = gen_data(g, math_two_over_pi, sizeof math_two_over_pi, 64);
	LLVMValueRef bits = BITCAST(math_abs(g, a), math_int(g, a)), word[4], w[3];
	int64_t hidden = (int64_t)1 << 52;
	LLVMValueRef m = OR(AND(bits, ci_like(bits, hidden - 1)), ci_like(bits, hidden));
	/* The first bit that matters has the weight 4 / 2^e after the multiplication by m 2^e,
	 * e = exponent - 1075; the table's bit 63 is 2 / pi's whole part. */
	LLVMValueRef start = SUB(LSHR(bits, ci_like(bits, 52)), ci_like(bits, 1075 - 62));
	LLVMValueRef wanted = FCMP(OGE, math_abs(g, a), K(0x1p20));
	wanted = AND(wanted, FCMP(OLT, math_abs(g, a), K(__builtin_inf())));
	start = SELECT(wanted, start, ci_like(bits, 0));
	LLVMValueRef at = LSHR(start, ci_like(bits, 6)), shift = AND(start, ci_like(bits, 63));
	LLVMValueRef back = SUB(ci_like(bits, 63), shift), one = ci_like(bits, 1);

	for (int i = 0; i < 4; i++)
		word[i] = LLVMBuildLoad2(
			g->b, g->i64, gep(g, g->i64, table, ADD(at, ci_like(at, i))), "");
	for (int i = 0; i < 3; i++)
		w[i] = OR(SHL(word[i], shift), LSHR(LSHR(word[i + 1], one), back));
	LLVMValueRef low = MUL(m, w[2]), carry = multiply_high(g, m, w[2]), mid = MUL(m, w[1]);
	LLVMValueRef sum = ADD(mid, carry), two = ci_like(bits, 2), up = ci_like(bits, 62);
	LLVMValueRef over = LLVMBuildZExt(g->b, ICMP(ULT, sum, mid), LLVMTypeOf(sum), "");
	LLVMValueRef high = ADD(MUL(m, w[0]), ADD(multiply_high(g, m, w[1]), over));
	/* high: quadrant in the top two bits; below them the fraction, signed once it is shifted */
	LLVMValueRef f0 = OR(SHL(high, two), LSHR(sum, up)), f1 = OR(SHL(sum, two), LSHR(low, up));
	LLVMValueRef k = ADD(LSHR(high, up), LSHR(f0, ci_like(bits, 63)));
	struct two r = two_sum(g, FMUL(half_of(g, f0, true, true), K(0x1p-32)),
		FMUL(half_of(g, f0, false, false), K(0x1p-64)));
	struct two s = two_sum(g, r.hi, FMUL(half_of(g, f1, true, false), K(0x1p-96)));
	LLVMValueRef rest = FMUL(half_of(g, f1, false, false), K(0x1p-128));
	r = two_fast_sum(g, s.hi, FADD(FADD(r.lo, s.lo), rest));
	r = two_mul(g, r, two_const(g, a, PIO2_TWO));
	LLVMValueRef left = FCMP(OLT, a, K(0));
	v[0] = SELECT(left, FNEG(r.hi), r.hi);
	v[1] = SELECT(left, FNEG(r.lo), r.lo);
	v[2] = SELECT(left, SUB(ci_like(k, 0), k), k);
}

/* void far(double x, double *out): out[0], out[LANES], out[2 LANES] become hi, lo and k's bits. */
static LLVMValueRef far_function(struct gen *g, LLVMTypeRef type)
{
	LLVMValueRef f = LLVMGetNamedFunction(g->module, "math.far"), v[3];
	LLVMBuilderRef outer = g->b;

	if (f)
		return f;
	f = LLVMAddFunction(g->module, "math.far", type);
	LLVMSetLinkage(f, LLVMInternalLinkage);
	gen_attribute(g, f, "nounwind");
	gen_attribute(g, f, "noinline");
	g->b = LLVMCreateBuilderInContext(g->llvm);
	LLVMPositionBuilderAtEnd(g->b, LLVMAppendBasicBlockInContext(g->llvm, f, "entry"));
	reduce_far(g, LLVMGetParam(f, 0), v);
	for (int i = 0; i < 3; i++)
		LLVMBuildStore(
			g->b, v[i], gep(g, g->f64, LLVMGetParam(f, 1), c64(g, i * LANES)));
	LLVMBuildRetVoid(g->b);
	LLVMDisposeBuilder(g->b);
	g->b = outer;
	return f;
}

/* v: hi, lo, k of every lane; arg: x.  A lane at a time: it is rare, and long as vector code. */
static void reduce_far_lanes(struct gen *g, LLVMValueRef *v, void *arg)
{
	LLVMValueRef a = arg, out = math_buffer(g, LLVMArrayType2(g->f64, 3 * LANES));
	LLVMTypeRef params[] = { g->f64, g->ptr };
	LLVMTypeRef type = LLVMFunctionType(g->none, params, 2, false);
	LLVMValueRef f = far_function(g, type);
	unsigned n = is_vector(a) ? LLVMGetVectorSize(LLVMTypeOf(a)) : 1;

	for (unsigned lane = 0; lane < n; lane++) {
		LLVMValueRef l = c32(g, (int32_t)lane), x = a;
		if (is_vector(a))
			x = LLVMBuildExtractElement(g->b, a, l, "");
		LLVMValueRef args[] = { x, gep(g, g->f64, out, c64(g, lane)) };
		LLVMBuildCall2(g->b, type, f, args, 2, "");
	}
	for (int i = 0; i < 3; i++) {
		v[i] = LLVMBuildLoad2(g->b, LLVMTypeOf(v[i]),
			gep(g, g->f64, out, c64(g, i * LANES)), "");
		LLVMSetAlignment(v[i], 8);
	}
}

static struct angle reduce(struct gen *g, LLVMValueRef a, bool full)
{
	LLVMTypeRef t = math_int(g, a);
	LLVMValueRef sum = fma3(g, a, K(0.63661977236758134308), K(0x1.8p52)),
		     k = FSUB(sum, K(0x1.8p52)), x = math_abs(g, a);
	LLVMValueRef first = fma3(g, k, K(-PIO2_1), a);
	struct two r = two_sum(g, first, FMUL(k, K(-PIO2_2)));

	if (full)
		r = two_fast_sum(g, r.hi, fma3(g, k, K(-PIO2_3), r.lo));
	else
		r = two_of(g, fma3(g, k, K(-PIO2_3), r.hi));
	LLVMValueRef v[3] = { r.hi, r.lo, SUB(BITCAST(sum, t), BITCAST(K(0x1.8p52), t)) };
	LLVMValueRef far = AND(FCMP(OGE, x, K(0x1p20)), FCMP(OLT, x, K(__builtin_inf())));

	math_if_any(g, far, 3, v, reduce_far_lanes, a);
	return (struct angle){ v[0], v[1], v[2], full };
}

static struct two sine_of(struct gen *g, const struct angle *x)
{
	LLVMValueRef a = x->hi, z = FMUL(a, a), low;

	if (!x->full)
		return two_of(g, fma3(g, FMUL(a, z), POLY(z, math_sin_f32), a));
	low = FMUL(x->lo, fma3(g, z, K(-0.5), K(1)));
	return (struct two){ a, fma3(g, FMUL(a, z), POLY(z, math_sin_f64), low) };
}

/* 1 - z / 2 + z^2 q, the first difference's error put back */
static struct two cosine_of(struct gen *g, const struct angle *x)
{
	LLVMValueRef a = x->hi, z = FMUL(a, a), half = FMUL(z, K(0.5)), w = FSUB(K(1), half);

	if (!x->full)
		return two_of(g, fma3(g, FMUL(z, z), POLY(z, math_cos_f32), w));
	LLVMValueRef rest = FSUB(FSUB(FSUB(K(1), w), half), FMUL(a, x->lo));

	return (struct two){ w, fma3(g, FMUL(z, z), POLY(z, math_cos_f64), rest) };
}

/* Sine of x + quarter pi / 2. */
static struct two at_quadrant(struct gen *g, const struct angle *x, int quarter)
{
	LLVMValueRef k = ADD(x->k, ci_like(x->k, quarter)), zero = ci_like(k, 0);
	LLVMValueRef even = ICMP(EQ, AND(k, ci_like(k, 1)), zero);
	LLVMValueRef plus = ICMP(EQ, AND(k, ci_like(k, 2)), zero);
	struct two r = two_select(g, even, sine_of(g, x), cosine_of(g, x));

	return two_select(g, plus, r, two_neg(g, r));
}

static LLVMValueRef sine_at(struct gen *g, LLVMValueRef a, int quarter, bool full)
{
	struct angle x = reduce(g, a, full);
	struct two r = at_quadrant(g, &x, quarter);
	LLVMValueRef v = full ? FADD(r.hi, r.lo) : r.hi;

	return quarter ? v : SELECT(FCMP(OEQ, a, K(0)), a, v);
}

LLVMValueRef math_body_sine(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return sine_at(g, a, 0, true);
}

LLVMValueRef math_body_sine_f32(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return sine_at(g, a, 0, false);
}

LLVMValueRef math_body_cosine(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return sine_at(g, a, 1, true);
}

LLVMValueRef math_body_cosine_f32(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return sine_at(g, a, 1, false);
}

static LLVMValueRef tangent(struct gen *g, LLVMValueRef a, bool full)
{
	struct angle x = reduce(g, a, full);
	struct two s = at_quadrant(g, &x, 0), c = at_quadrant(g, &x, 1);
	LLVMValueRef v;

	if (full) {
		s = two_fast_sum(g, s.hi, s.lo);
		c = two_fast_sum(g, c.hi, c.lo);
		v = two_div(g, s, c).hi;
	} else {
		v = FDIV(s.hi, c.hi);
	}
	return SELECT(FCMP(OEQ, a, K(0)), a, v);
}

LLVMValueRef math_body_tan(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return tangent(g, a, true);
}

LLVMValueRef math_body_tan_f32(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return tangent(g, a, false);
}

LLVMValueRef math_sin_cos(struct gen *g, LLVMValueRef a, int quarter)
{
	return quarter ? math_apart(g, "cosine", math_body_cosine, true, a, NULL) :
			 math_apart(g, "sine", math_body_sine, true, a, NULL);
}
