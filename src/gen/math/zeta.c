/* zeta.c -- Hurwitz' zeta function and the polygamma functions, f64.
 *
 * zeta(s, q) = m^-s S, m the least |q + k| and S the sum of ((q + k) / m)^-s: the first terms one
 * by one, STEPS at least and until q + k passes STEPS, then Euler and Maclaurin's formula (Cephes),
 * which also gives those further left of 0 than STEPS.
 * Powers are exponentials of differences of logarithms in two parts, so neither large s nor a
 * result out of range of its factors costs digits; what terms of opposite signs do, left of 0 and
 * for odd s.  polygamma(n, x) = (-1)^(n + 1) n! zeta(n + 1, x) (Abramowitz and Stegun
 * 6.4.10). */
#include "gen/math/math_impl.h"

enum { STEPS = 12 };

/* B(2k) / (2k)! */
static const double maclaurin[] = {
	0.08333333333333333, -0.001388888888888889, 3.306878306878307e-05,
	-8.267195767195768e-07, 2.08767569878681e-08, -5.284190138687493e-10,
	1.3382536530684679e-11, -3.3896802963225827e-13, 8.586062056277845e-15,
	-2.174868698558062e-16, 5.5090028283602295e-18, -1.3954464685812522e-19,
};
enum { NMACLAURIN = sizeof maclaurin / sizeof *maclaurin };

/* What the terms have in common. */
struct terms { LLVMValueRef s, q, odd; struct two log_least; };

static LLVMValueRef is_odd(struct gen *g, LLVMValueRef a)
{
	LLVMValueRef half = FMUL(a, K(0.5));

	return AND(FCMP(OEQ, math_trunc(g, a), a), FCMP(UNE, math_trunc(g, half), half));
}

/* (|z| / m)^-s, negative when z is and s is odd. */
static LLVMValueRef term(struct gen *g, const struct terms *t, struct two z)
{
	LLVMValueRef a = z.hi, left = FCMP(OLT, a, K(0));
	struct two log = two_log(g, two_select(g, left, two_neg(g, z), z), false);
	struct two e = two_mul_one(g, two_add(g, t->log_least, two_neg(g, log)), t->s);
	LLVMValueRef near = FCMP(OLT, math_abs(g, e.hi), K(800));
	LLVMValueRef r = math_exp(g, e.hi, SELECT(near, e.lo, K(0)));

	return SELECT(AND(left, t->odd), FNEG(r), r);
}

/* The sum of the terms from that of number `skip` on; *z: where it ended.  A loop of the function
 * being made. */
static struct two first_terms(
	struct gen *g, const struct terms *t, LLVMValueRef skip, struct two *z)
{
	LLVMBasicBlockRef before = LLVMGetInsertBlock(g->b);
	LLVMValueRef fn = LLVMGetBasicBlockParent(before), a = t->q, zero = K(0);
	LLVMBasicBlockRef loop = LLVMAppendBasicBlockInContext(g->llvm, fn, "term");
	LLVMBasicBlockRef done = LLVMAppendBasicBlockInContext(g->llvm, fn, "sum");
	LLVMValueRef first = FADD(a, skip), start[] = { skip, zero, zero, first, zero };
	LLVMValueRef phi[5], next[5];

	LLVMBuildBr(g->b, loop);
	LLVMPositionBuilderAtEnd(g->b, loop);
	for (int i = 0; i < 5; i++) {
		phi[i] = LLVMBuildPhi(g->b, LLVMTypeOf(a), "");
		LLVMAddIncoming(phi[i], &start[i], &before, 1);
	}
	LLVMValueRef k = phi[0], few = K(STEPS);
	LLVMValueRef more = OR(FCMP(OLT, k, few), FCMP(OLT, phi[3], few));
	LLVMValueRef v = term(g, t, (struct two){ phi[3], phi[4] });
	struct two sum = two_add_one(g, (struct two){ phi[1], phi[2] }, SELECT(more, v, zero));
	next[0] = SELECT(more, FADD(k, K(1)), k);
	struct two up = two_sum(g, a, next[0]);
	next[1] = sum.hi, next[2] = sum.lo, next[3] = up.hi, next[4] = up.lo;
	LLVMBasicBlockRef latch = LLVMGetInsertBlock(g->b);
	for (int i = 0; i < 5; i++)
		LLVMAddIncoming(phi[i], &next[i], &latch, 1);
	LLVMBuildCondBr(g->b, math_any_lane(g, more), loop, done);
	LLVMPositionBuilderAtEnd(g->b, done);
	*z = up;
	return sum;
}

/* The terms from z on, z at least STEPS. */
static LLVMValueRef rest_of(struct gen *g, const struct terms *t, struct two z)
{
	LLVMValueRef a = t->q, s = t->s;
	LLVMValueRef p = term(g, t, z), inverse = FDIV(K(1), z.hi), w = FMUL(inverse, inverse);
	LLVMValueRef factor = FMUL(s, inverse), series = K(0.5);

	for (int k = 0; k < NMACLAURIN; k++) {
		series = fma3(g, factor, K(maclaurin[k]), series);
		LLVMValueRef rise = FMUL(FADD(s, K(2 * k + 1)), FADD(s, K(2 * k + 2)));
		factor = FMUL(factor, FMUL(rise, w));
	}
	/* far out in s the formula means nothing and p is nothing */
	LLVMValueRef rest = FMUL(p, FADD(FDIV(z.hi, FSUB(s, K(1))), series));
	return SELECT(FCMP(OEQ, p, K(0)), K(0), rest);
}

/* log |zeta(s, q)| for sane s and q; odd: is s odd; *negative: its sign. */
static struct two log_zeta(
	struct gen *g, LLVMValueRef s, LLVMValueRef odd, LLVMValueRef q, LLVMValueRef *negative)
{
	LLVMValueRef a = q, off = math_abs(g, FSUB(q, math_rint(g, q))), left = FCMP(OLE, q, K(0));
	/* halfway, odd powers on either side of 0 cancel but for those right of -q */
	LLVMValueRef half = AND(AND(left, odd), FCMP(OEQ, off, K(0.5)));
	q = SELECT(half, FSUB(K(1), q), q);
	left = FCMP(OLE, q, K(0));
	struct terms t = { .s = s, .q = q, .odd = odd };
	t.log_least = two_log(g, two_of(g, SELECT(left, off, q)), false);
	LLVMValueRef far = FCMP(OLT, q, K(-STEPS - 1)), skip = FADD(math_floor(g, q), K(STEPS));
	skip = SELECT(far, FNEG(skip), K(0));
	struct two z, sum = first_terms(g, &t, skip, &z);
	sum = two_add_one(g, sum, rest_of(g, &t, z));
	LLVMValueRef one = SELECT(far, q, K(-STEPS)), near = FSUB(K(1), FADD(one, skip));
	LLVMValueRef skipped = FSUB(rest_of(g, &t, two_of(g, near)),
		rest_of(g, &t, two_of(g, FSUB(K(1), one))));
	skipped = SELECT(odd, FNEG(skipped), skipped);
	sum = two_add_one(g, sum, SELECT(far, skipped, K(0)));
	*negative = FCMP(OLT, sum.hi, K(0));
	struct two size = two_select(g, *negative, two_neg(g, sum), sum);
	/* of huge q it is q^(1 - s) / (s - 1), whose sum may overflow */
	LLVMValueRef huge = FCMP(OGT, q, K(0x1p60)), less = FSUB(s, K(1));
	size = two_select(g, huge, two_div(g, two_of(g, K(1)), two_of(g, less)), size);
	struct two power = two_mul_one(g, two_neg(g, t.log_least), SELECT(huge, less, s));
	return two_add(g, two_log(g, size, false), power);
}

static LLVMValueRef exp_of(struct gen *g, struct two e)
{
	LLVMValueRef a = e.hi, inside = FCMP(OLT, math_abs(g, a), K(800));

	return math_exp(g, a, SELECT(inside, e.lo, K(0)));
}

/* Where the sum does not say it; v: the sum.  As special_zeta of ir/eval/special.c. */
static LLVMValueRef zeta_special(
	struct gen *g, LLVMValueRef s, LLVMValueRef odd, LLVMValueRef q, LLVMValueRef v)
{
	LLVMValueRef a = q, inf = K(__builtin_inf()), nan = K(__builtin_nan(""));
	LLVMValueRef at_one = FCMP(OEQ, q, K(1)), far = FCMP(OGT, q, K(1));
	LLVMValueRef at_inf = SELECT(far, K(0), SELECT(at_one, K(1), inf));

	v = SELECT(FCMP(OEQ, s, inf), at_inf, v);
	v = SELECT(FCMP(OEQ, q, inf), K(0), v);
	LLVMValueRef left = FCMP(OLE, q, K(0)), pole = AND(left, FCMP(OEQ, math_floor(g, q), q));
	v = SELECT(AND(left, FCMP(UNE, math_floor(g, s), s)), nan, v);
	v = SELECT(pole, SELECT(odd, nan, inf), v);
	v = SELECT(FCMP(OEQ, s, K(1)), inf, v);
	LLVMValueRef wrong = OR(FCMP(ULT, s, K(1)), FCMP(UNO, q, q));
	return SELECT(wrong, nan, v);
}

/* s and q where log_zeta can be asked, others out of the way. */
static LLVMValueRef sane(struct gen *g, LLVMValueRef *s, LLVMValueRef *q)
{
	LLVMValueRef a = *q, inf = K(__builtin_inf());
	LLVMValueRef ok = AND(FCMP(OGT, *s, K(1)), FCMP(OLT, *s, inf));
	LLVMValueRef up = OR(FCMP(OGT, a, K(0)), FCMP(UNE, math_floor(g, a), a));

	ok = AND(ok, AND(up, FCMP(OLT, math_abs(g, a), inf)));
	*s = SELECT(ok, SELECT(FCMP(OLT, *s, K(0x1p60)), *s, K(0x1p60)), K(2));
	*q = SELECT(ok, a, K(1));
	return ok;
}

LLVMValueRef math_body_zeta(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef s = a, q = b, negative, odd = is_odd(g, a);

	sane(g, &s, &q);
	LLVMValueRef v = exp_of(g, log_zeta(g, s, odd, q, &negative));
	return zeta_special(g, a, odd, b, SELECT(negative, FNEG(v), v));
}

LLVMValueRef math_body_polygamma(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef s = FADD(a, K(1)), q = b, x, negative, odd = is_odd(g, a), even = NOT(odd);
	LLVMValueRef wrong = OR(FCMP(ULT, a, K(0)), FCMP(UNE, math_floor(g, a), a));
	LLVMValueRef ok = sane(g, &s, &q);

	wrong = OR(wrong, OR(FCMP(UNO, b, b), FCMP(OEQ, a, K(__builtin_inf()))));
	x = SELECT(FCMP(OLT, s, K(0x1p60)), s, K(0x1p60));
	/* of greater n the quotient n / q decides between 0 and infinity */
	LLVMValueRef scaled = FADD(FMUL(q, FDIV(K(0x1p60), a)), K(1e-300));
	q = SELECT(AND(FCMP(OGT, a, K(0x1p60)), FCMP(OGT, q, K(0))), scaled, q);
	struct two factorial = math_lgamma_positive(g, x);
	struct two e = two_add(g, factorial, log_zeta(g, s, even, q, &negative));
	LLVMValueRef v = exp_of(g, e);
	v = SELECT(negative, FNEG(v), v);
	v = SELECT(ok, v, zeta_special(g, FADD(a, K(1)), even, b, v));
	v = SELECT(odd, v, FNEG(v));
	v = SELECT(FCMP(OEQ, a, K(0)), math_body_digamma(g, b, NULL), v);
	return SELECT(wrong, K(__builtin_nan("")), v);
}
