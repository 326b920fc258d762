/* two.c -- numbers in two parts, the sum of two f64 of which the second is at most half a unit
 * in the last place of the first: some 106 bits.
 *
 * Sums and products without error are Knuth's, Dekker's (1971) and, with FMA, the obvious one;
 * operations on pairs are those of Joldes, Muller and Popescu, "Tight and rigorous error bounds for
 * basic building blocks of double-word arithmetic" (2017).  Without FMA a product of numbers beyond
 * 2^995 is NaN. */
#include "gen/math/math_impl.h"

struct two two_of(struct gen *g, LLVMValueRef a)
{
	(void)g;
	return (struct two){ a, K(0) };
}

struct two two_const(struct gen *g, LLVMValueRef like_a, const double c[2])
{
	LLVMValueRef a = like_a;

	(void)g;
	return (struct two){ K(c[0]), K(c[1]) };
}

struct two two_neg(struct gen *g, struct two a)
{
	return (struct two){ FNEG(a.hi), FNEG(a.lo) };
}

struct two two_select(struct gen *g, LLVMValueRef cond, struct two a, struct two b)
{
	return (struct two){ SELECT(cond, a.hi, b.hi), SELECT(cond, a.lo, b.lo) };
}

struct two two_fast_sum(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	struct two r = { .hi = FADD(a, b) };

	r.lo = FSUB(b, FSUB(r.hi, a));
	return r;
}

struct two two_sum(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	struct two r = { .hi = FADD(a, b) };
	LLVMValueRef t = FSUB(r.hi, a);

	r.lo = FADD(FSUB(a, FSUB(r.hi, t)), FSUB(b, t));
	return r;
}

struct two two_product(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	struct two r = { .hi = FMUL(a, b) };

	if (g->isa->instr & ISA_FMA) {
		r.lo = fma3(g, a, b, FNEG(r.hi));
		return r;
	}
	LLVMValueRef half = K(math_wide(g, a) ? 0x1.0000002p27 : 0x1.001p12);
	LLVMValueRef ca = FMUL(a, half), cb = FMUL(b, half);
	LLVMValueRef ah = FSUB(ca, FSUB(ca, a)), al = FSUB(a, ah);
	LLVMValueRef bh = FSUB(cb, FSUB(cb, b)), bl = FSUB(b, bh);
	r.lo = FADD(FADD(FADD(FSUB(FMUL(ah, bh), r.hi), FMUL(ah, bl)), FMUL(al, bh)), FMUL(al, bl));
	return r;
}

struct two two_add(struct gen *g, struct two a, struct two b)
{
	struct two s = two_sum(g, a.hi, b.hi), t = two_sum(g, a.lo, b.lo);
	struct two v = two_fast_sum(g, s.hi, FADD(s.lo, t.hi));

	return two_fast_sum(g, v.hi, FADD(t.lo, v.lo));
}

struct two two_add_one(struct gen *g, struct two a, LLVMValueRef b)
{
	struct two s = two_sum(g, a.hi, b);

	return two_fast_sum(g, s.hi, FADD(a.lo, s.lo));
}

struct two two_mul(struct gen *g, struct two a, struct two b)
{
	struct two c = two_product(g, a.hi, b.hi);
	LLVMValueRef t = fma3(g, a.lo, b.hi, FMUL(a.hi, b.lo));

	return two_fast_sum(g, c.hi, FADD(c.lo, t));
}

struct two two_mul_one(struct gen *g, struct two a, LLVMValueRef b)
{
	struct two c = two_product(g, a.hi, b);

	return two_fast_sum(g, c.hi, fma3(g, a.lo, b, c.lo));
}

struct two two_div(struct gen *g, struct two a, struct two b)
{
	LLVMValueRef q = FDIV(a.hi, b.hi);
	struct two p = two_product(g, b.hi, q);
	LLVMValueRef rest = FSUB(FSUB(a.hi, p.hi), p.lo);

	rest = FADD(rest, FSUB(a.lo, FMUL(b.lo, q)));
	return two_fast_sum(g, q, FDIV(rest, b.hi));
}

/* The square root; a.hi > 0. */
struct two two_sqrt(struct gen *g, struct two a)
{
	LLVMValueRef s = call1(g, "llvm.sqrt", a.hi);
	struct two p = two_product(g, s, s);
	LLVMValueRef rest = FADD(FSUB(FSUB(a.hi, p.hi), p.lo), a.lo);

	return two_fast_sum(g, s, FDIV(rest, FADD(s, s)));
}

struct two two_poly(struct gen *g, struct two x, const double (*table)[2], int n, int exact)
{
	LLVMValueRef a = x.hi, r = K(table[n - 1][0]);
	struct two p;

	for (int i = n - 2; i >= exact; i--)
		r = fma3(g, r, x.hi, K(table[i][0]));
	p = two_of(g, r);
	for (int i = exact - 1; i >= 0; i--) {
		struct two t = i == exact - 1 ? two_mul_one(g, x, r) : two_mul(g, x, p);
		/* the coefficient is the larger of the two */
		struct two s = two_fast_sum(g, K(table[i][0]), t.hi);
		p = two_fast_sum(g, s.hi, FADD(s.lo, FADD(K(table[i][1]), t.lo)));
	}
	return p;
}
