/* special.c -- the error functions and a Bessel function.
 *
 * erf in f32: up to 1 x + x P(x^2), beyond 1 - e^Q(x); where coefficients are looked up, in pieces.
 * In f64: up to 1 the same, beyond from erfc, which is e^(-x^2) times a polynomial in (x - 3.75) /
 * (x + 3.75) divided by 1 + 2 x (Shepherd and Laframboise 1981), the factors in two parts; in f32
 * too where nothing is looked up, else e^(-x^2) times what is in pieces. */
#include "gen/math/math_impl.h"

static LLVMValueRef erf_small(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef z = FMUL(a, a);

	return fma3(g, a, math_wide(g, a) ? POLY(z, math_erf_f64) : POLY(z, math_erf_f32), a);
}

/* erfc of x >= 0: e^(-x^2) P / (1 + 2 x), each factor as its rounded value and the error. */
static LLVMValueRef erfc_positive(struct gen *g, LLVMValueRef a)
{
	bool wide = math_wide(g, a);
	const double *table = wide ? math_erfc_f64 : math_erfc_f32;
	int n = (int)(wide ? sizeof math_erfc_f64 : sizeof math_erfc_f32) / (int)sizeof *table;
	LLVMValueRef most = K(wide ? 28 : 10.5), x = SELECT(FCMP(OGT, a, most), most, a);
	struct two square = two_product(g, x, x), e;
	LLVMValueRef k = math_exp_parts(g, FNEG(square.hi), FNEG(square.lo), &e);
	LLVMValueRef u = FDIV(FSUB(x, K(3.75)), FADD(x, K(3.75)));
	LLVMValueRef tail = math_poly(g, u, table + 1, n - 1);
	struct two p = two_fast_sum(g, K(table[0]), FMUL(u, tail));
	struct two d = two_sum(g, FADD(x, x), K(1));
	LLVMValueRef inverse = FDIV(K(1), d.hi), q = FMUL(p.hi, inverse);
	struct two back = two_product(g, q, d.hi);
	LLVMValueRef off = FADD(FSUB(FSUB(p.hi, back.hi), back.lo), FSUB(p.lo, FMUL(q, d.lo)));

	off = FMUL(off, inverse);
	struct two r = two_product(g, e.hi, q);
	off = FADD(r.lo, fma3(g, e.hi, off, FMUL(e.lo, q)));
	return math_scale(g, FADD(r.hi, off), k);
}

/* Each lane one of 32 numbers, by the last bits of `which`: VPERMI2PS. */
static LLVMValueRef look_up(struct gen *g, const double *table, LLVMValueRef which)
{
	static const char name[] = "llvm.x86.avx512.vpermi2var.ps.512";
	unsigned id = LLVMLookupIntrinsicID(name, sizeof name - 1);
	LLVMValueRef half[2], c[LANES];

	for (int h = 0; h < 2; h++) {
		for (int i = 0; i < LANES; i++)
			c[i] = LLVMConstReal(g->f32, table[h * LANES + i]);
		half[h] = LLVMConstVector(c, LANES);
	}
	LLVMValueRef args[] = { half[0], which, half[1] };
	return LLVMBuildCall2(g->b, LLVMIntrinsicGetType(g->llvm, id, NULL, 0),
		LLVMGetIntrinsicDeclaration(g->module, id, NULL, 0), args, 3, "");
}

/* x = i / 8 + d: x + x P_i(d), from 15/16 on 1 + P_i(d); from 3.93 on, 1.  No part waits long for
 * another, which is what a sum of the same terms one after the other would do. */
static LLVMValueRef erf_in_pieces(struct gen *g, LLVMValueRef a)
{
	enum { POWERS = sizeof math_erf_pieces / sizeof *math_erf_pieces };
	LLVMValueRef x = math_abs(g, a), magic = K(0x1.8p23), r;

	x = SELECT(FCMP(OGT, x, K(3.93)), K(3.93), x);
	LLVMValueRef sum = fma3(g, x, K(8), magic), k = FSUB(sum, magic);
	LLVMValueRef which = BITCAST(sum, math_int(g, a)), d = fma3(g, k, K(-0.125), x);
	LLVMValueRef times = SELECT(FCMP(OLT, k, K(8)), x, K(1));
	r = look_up(g, math_erf_pieces[POWERS - 1], which);
	for (int i = POWERS - 2; i >= 0; i--)
		r = fma3(g, r, d, look_up(g, math_erf_pieces[i], which));
	return math_copysign(g, fma3(g, times, r, times), a);
}

LLVMValueRef math_erf(struct gen *g, LLVMValueRef a)
{
	if (g->isa->instr & ISA_LOOKUP && !math_wide(g, a)) {
		if (is_vector(a))
			return erf_in_pieces(g, a);
		/* the same bits, of one lane */
		LLVMValueRef lanes = erf_in_pieces(g, splat(g, a));
		return LLVMBuildExtractElement(g->b, lanes, c32(g, 0), "");
	}
	LLVMValueRef x = math_abs(g, a), small = erf_small(g, a), large;

	if (math_wide(g, a)) {
		large = FSUB(K(1), erfc_positive(g, x));
	} else {
		LLVMValueRef c = SELECT(FCMP(OGT, x, K(4)), K(4), x);
		large = FSUB(K(1), math_exp(g, POLY(c, math_erfl_f32), NULL));
	}
	return SELECT(FCMP(OLT, x, K(1)), small, math_copysign(g, large, a));
}

/* erfc of a >= 0 is e^(-a^2) P_i(d), a being d behind the middle of an eighth of an octave of 1 +
 * a, whose number is in the exponent's last two bits and the three behind them. */
static LLVMValueRef erfc_in_pieces(struct gen *g, LLVMValueRef a)
{
	enum { POWERS = sizeof math_erfc_pieces / sizeof *math_erfc_pieces, PIECE = 20 };
	LLVMValueRef x = math_abs(g, a), r;

	x = SELECT(FCMP(OGT, x, K(10.15)), K(10.15), x);
	LLVMValueRef bits = BITCAST(FADD(x, K(1)), math_int(g, a));
	LLVMValueRef which = LSHR(bits, ci_like(bits, PIECE));
	LLVMValueRef middle = AND(bits, ci_like(bits, -(1 << PIECE)));
	middle = OR(middle, ci_like(bits, 1 << (PIECE - 1)));
	LLVMValueRef d = FSUB(x, FSUB(BITCAST(middle, LLVMTypeOf(a)), K(1)));
	r = look_up(g, math_erfc_pieces[POWERS - 1], which);
	for (int i = POWERS - 2; i >= 0; i--)
		r = fma3(g, r, d, look_up(g, math_erfc_pieces[i], which));
	LLVMValueRef square = FMUL(x, x), low = fma3(g, FNEG(x), x, square);
	r = FMUL(r, math_exp_fine(g, FNEG(square), low));
	return SELECT(FCMP(OLT, a, K(0)), FSUB(K(2), r), r);
}

LLVMValueRef math_body_erfc(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	if (g->isa->instr & ISA_LOOKUP && !math_wide(g, a)) {
		if (is_vector(a))
			return erfc_in_pieces(g, a);
		LLVMValueRef lanes = erfc_in_pieces(g, splat(g, a));
		return LLVMBuildExtractElement(g->b, lanes, c32(g, 0), "");
	}
	LLVMValueRef x = math_abs(g, a), c = erfc_positive(g, x);
	LLVMValueRef r = SELECT(FCMP(OLT, a, K(0)), FSUB(K(2), c), c);

	(void)b;
	return SELECT(FCMP(OLT, x, K(0.5)), FSUB(K(1), erf_small(g, a)), r);
}

/* ---- the inverse error function ------------------------------------------------------------- */

/* Up to 3/4 x P(x^2); beyond, with erfc y = 1 - x = e^(-r^2), y = r + Q(r) in two pieces. */
LLVMValueRef math_body_erf_inv(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef x = math_abs(g, a), z = FMUL(a, a);
	LLVMValueRef middle = FMUL(a, POLY(z, math_erf_inv)), rest = FSUB(K(1), x);
	LLVMValueRef r = call1(g, "llvm.sqrt", FNEG(math_log(g, rest))), far = FCMP(OGT, r, K(2.3));
	LLVMValueRef u = FMUL(FSUB(r, K(1.735)), K(1 / 0.565));
	LLVMValueRef v = FMUL(FSUB(r, K(4.2)), K(1 / 1.9));
	LLVMValueRef tail =
		FADD(r, SELECT(far, POLY(v, math_erf_inv_far), POLY(u, math_erf_inv_near)));

	(void)b;
	tail = SELECT(FCMP(OEQ, x, K(1)), K(__builtin_inf()), tail);
	tail = SELECT(FCMP(UGT, x, K(1)), K(__builtin_nan("")), tail);
	return SELECT(FCMP(OLE, x, K(0.75)), middle, math_copysign(g, tail, a));
}

/* ---- the modified Bessel function, e^-|x| I1(x) --------------------------------------------- */

/* A polynomial whose last sum is kept in two parts; |x| <= 1 and the first coefficient the largest
 * part of it. */
static struct two poly_in_two(struct gen *g, LLVMValueRef x, const double *table, int n)
{
	LLVMValueRef a = x;

	return two_fast_sum(g, K(table[0]), FMUL(x, math_poly(g, x, table + 1, n - 1)));
}
#define POLY_IN_TWO(x_, table_) \
	poly_in_two(g, x_, table_, (int)(sizeof table_ / sizeof *table_))

/* x / (1 + x)^(3/2) times a polynomial in a quotient less 1, below 7 and beyond, the factors in two
 * parts; what the quotient loses when 1 is taken away is put back by the slope near 0. */
LLVMValueRef math_body_bessel_i1e(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef x = math_abs(g, a), near = FCMP(OLE, x, K(7));
	LLVMValueRef m = SELECT(FCMP(OGT, x, K(0x1p900)), K(0x1p900), x);
	LLVMValueRef top = SELECT(near, FMUL(K(4), x), K(14));
	LLVMValueRef v = FDIV(top, SELECT(near, FADD(x, K(7)), x));
	struct two t = two_sum(g, K(-1), v), s = two_sum(g, m, K(1));
	struct two p = two_select(g, near, POLY_IN_TWO(t.hi, math_bessel_near),
		POLY_IN_TWO(t.hi, math_bessel_far));
	struct two q = two_div(g, two_of(g, m), s);

	(void)b;
	p.lo = SELECT(near, fma3(g, t.lo, K(0.4375), p.lo), p.lo);
	LLVMValueRef r = two_div(g, two_mul(g, q, p), two_sqrt(g, s)).hi;
	/* far out 1 / sqrt(2 pi x) */
	r = SELECT(FCMP(OGT, x, m), FDIV(p.hi, call1(g, "llvm.sqrt", x)), r);
	return math_copysign(g, SELECT(FCMP(UNO, x, x), x, r), a);
}
