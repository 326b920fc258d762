/* hyper.c -- hyperbolic functions and their inverses, f64; tanh is in exp.c.
 *
 * sinh: up to 1 x + x^3 P(x^2), beyond e^x / 2 - 1 / (2 e^x), halved before it overflows; cosh the
 * sum.  The inverses are logarithms of sums with roots, all of it in two parts (two.c). */
#include "gen/math/math_impl.h"

#define LN2_TWO ((const double[2]){ 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56 })

LLVMValueRef math_body_sinh(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef x = math_abs(g, a), z = FMUL(x, x);
	LLVMValueRef h = math_exp_scaled(g, x, NULL, -1), large = FSUB(h, FDIV(K(0.25), h));
	LLVMValueRef small = fma3(g, FMUL(x, z), POLY(z, math_sinh_f64), x);

	(void)b;
	return math_copysign(g, SELECT(FCMP(OLT, x, K(1)), small, large), a);
}

LLVMValueRef math_body_cosh(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef h = math_exp_scaled(g, math_abs(g, a), NULL, -1);

	(void)b;
	return FADD(h, FDIV(K(0.25), h));
}

/* log(x + sqrt(x^2 + c)), and log 2x where c no longer counts; x positive. */
static LLVMValueRef log_root(struct gen *g, LLVMValueRef x, double c)
{
	LLVMValueRef a = x, big = FCMP(OGT, x, K(0x1p28));
	LLVMValueRef m = SELECT(big, K(2), x);
	struct two square = two_add_one(g, two_product(g, m, m), K(c));
	struct two w = two_add_one(g, two_sqrt(g, square), m);
	struct two r = two_log(g, two_select(g, big, two_of(g, x), w), false);
	struct two more = two_add(g, r, two_const(g, a, LN2_TWO));

	r = two_select(g, big, more, r);
	return FADD(r.hi, r.lo);
}

LLVMValueRef math_body_asinh(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef x = math_abs(g, a);
	LLVMValueRef inside = AND(FCMP(OGT, x, K(0x1p-28)), FCMP(OLT, x, K(__builtin_inf())));
	LLVMValueRef r = log_root(g, SELECT(inside, x, K(1)), 1);

	(void)b;
	return SELECT(inside, math_copysign(g, r, a), a);
}

LLVMValueRef math_body_acosh(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef inside = AND(FCMP(OGT, a, K(1)), FCMP(OLT, a, K(__builtin_inf())));
	LLVMValueRef r = log_root(g, SELECT(inside, a, K(2)), -1);

	(void)b;
	r = SELECT(inside, r, a);
	r = SELECT(FCMP(OEQ, a, K(1)), K(0), r);
	return SELECT(FCMP(OLT, a, K(1)), K(__builtin_nan("")), r);
}

LLVMValueRef math_body_atanh(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef x = math_abs(g, a);
	LLVMValueRef inside = AND(FCMP(OGT, x, K(0x1p-28)), FCMP(OLT, x, K(1)));
	LLVMValueRef m = SELECT(inside, x, K(0.5));
	struct two q = two_div(g, two_sum(g, K(1), m), two_sum(g, K(1), FNEG(m)));
	struct two l = two_log(g, q, false);
	LLVMValueRef r = FMUL(FADD(l.hi, l.lo), K(0.5));

	(void)b;
	r = SELECT(FCMP(OEQ, x, K(1)), K(__builtin_inf()), r);
	r = SELECT(FCMP(UGT, x, K(1)), K(__builtin_nan("")), r);
	return SELECT(FCMP(OLE, x, K(0x1p-28)), a, math_copysign(g, r, a));
}

LLVMValueRef math_sinh(struct gen *g, LLVMValueRef a)
{
	return math_apart(g, "chlo_sinh", math_body_sinh, true, a, NULL);
}

LLVMValueRef math_cosh(struct gen *g, LLVMValueRef a)
{
	return math_apart(g, "chlo_cosh", math_body_cosh, true, a, NULL);
}
