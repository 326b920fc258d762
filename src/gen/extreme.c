/* extreme.c -- the largest or the smallest of many floats, LANES at a time.
 *
 * maximum and minimum of IEEE 754-2019 propagate NaN and hold -0 below +0.  Done pair by pair that
 * is a chain of six dependent instructions an element on x86.  Over many elements three facts that
 * do not depend on each other say the same, each a chain of one or two:
 *
 *   best    the extreme by <, which skips NaN and takes either zero
 *   bits    the extreme of the bit patterns as signed integers. When best is a zero it tells which:
 *           of a maximum no element is above zero, so it is 0 where there was a +0 and below 0
 *           where not; of a minimum none is below, so it is below 0 where there was a -0
 *   nan     the last NaN; 0 where there was none
 *
 * The result has the bits of the pairwise one in any order, but for which NaN it is.  A quiet one
 * is best alone.
 *
 * Of a constant and another number, a comparison that is true of NaN says all, unless both may be
 * zeros of which the other one is wanted. */
#include "gen/core_impl.h"

static LLVMValueRef as_bits(struct gen *g, LLVMValueRef v)
{
	LLVMTypeRef t = LLVMTypeOf(v);
	bool vector = LLVMGetTypeKind(t) == LLVMVectorTypeKind;
	LLVMTypeRef i = (vector ? LLVMGetElementType(t) : t) == g->f64 ? g->i64 : g->i32;

	return BITCAST(v, vector ? lanes_of(i) : i);
}

static LLVMValueRef extreme_bits(struct gen *g, const struct extreme *e, LLVMValueRef a,
	LLVMValueRef b)
{
	return call2(g, e->max ? "llvm.smax" : "llvm.smin", a, b);
}

/* a where it is further out; b where they are equal or a is NaN. */
static LLVMValueRef extreme_of(struct gen *g, const struct extreme *e, LLVMValueRef a,
	LLVMValueRef b)
{
	return SELECT(e->max ? FCMP(OGT, a, b) : FCMP(OLT, a, b), a, b);
}

static LLVMValueRef nan_of(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	return SELECT(FCMP(UNO, a, a), a, b);
}

/* Is c one number in all lanes, which nothing else is equal to, or of a maximum +0? */
static bool is_certain(LLVMValueRef c, bool max)
{
	LLVMBool loses;

	if (!LLVMIsConstant(c))
		return false;
	if (LLVMIsNull(c))
		return max;
	if (is_vector(c)) {
		LLVMValueRef first = LLVMGetAggregateElement(c, 0);
		for (unsigned i = 1; first && i < LLVMGetVectorSize(LLVMTypeOf(c)); i++)
			if (LLVMGetAggregateElement(c, i) != first)
				return false;
		c = first;
	}
	double v = c && LLVMIsAConstantFP(c) ? LLVMConstRealGetDouble(c, &loses) : 0;
	return v < 0 || v > 0;
}

LLVMValueRef extreme_of_two(struct gen *g, LLVMValueRef a, LLVMValueRef b, bool max)
{
	bool first = is_certain(a, max);

	if (!first && !is_certain(b, max))
		return call2(g, max ? "llvm.maximum" : "llvm.minimum", a, b);
	LLVMValueRef c = first ? a : b, x = first ? b : a;
	return SELECT(max ? FCMP(UGT, x, c) : FCMP(ULT, x, c), x, c);
}

bool extreme_begin(struct gen *g, const struct node *n, struct extreme *e)
{
	const struct node *x = n->regions[0]->results[0];
	enum dtype t = x->type->dtype;
	struct val start;

	if ((x->op != OP_maximum && x->op != OP_minimum) || !dtype_is_float(t) ||
		dtype_is_complex(t) || !reducer_neutral(g, n, &start))
		return false;
	e->max = x->op == OP_maximum;
	e->quiet = false;
	gen_here(g);
	LLVMValueRef v = splat(g, start.v), zero = LLVMConstNull(LLVMTypeOf(v));
	e->part[EXTREME_best] = v;
	e->part[EXTREME_bits] = as_bits(g, v);
	e->part[EXTREME_nan] = zero;
	return true;
}

int extreme_parts(const struct extreme *e)
{
	return e->quiet ? EXTREME_best + 1 : EXTREME_PARTS;
}

void extreme_step(struct gen *g, struct extreme *e, LLVMValueRef x)
{
	LLVMValueRef *p = e->part;

	p[EXTREME_best] = extreme_of(g, e, x, p[EXTREME_best]);
	if (e->quiet)
		return;
	p[EXTREME_bits] = extreme_bits(g, e, as_bits(g, x), p[EXTREME_bits]);
	p[EXTREME_nan] = nan_of(g, x, p[EXTREME_nan]);
}

void extreme_join(struct gen *g, struct extreme *e, const struct extreme *other)
{
	LLVMValueRef *p = e->part;
	const LLVMValueRef *o = other->part;

	p[EXTREME_best] = extreme_of(g, e, o[EXTREME_best], p[EXTREME_best]);
	if (e->quiet)
		return;
	p[EXTREME_bits] = extreme_bits(g, e, o[EXTREME_bits], p[EXTREME_bits]);
	p[EXTREME_nan] = nan_of(g, o[EXTREME_nan], p[EXTREME_nan]);
}

LLVMValueRef extreme_end(struct gen *g, const struct extreme *e)
{
	struct extreme all = *e, other = *e;
	LLVMValueRef *p = all.part;

	for (int by = LANES / 2; by; by /= 2) {
		for (int i = 0; i < extreme_parts(e); i++)
			other.part[i] = lanes_rotated(g, p[i], by);
		extreme_join(g, &all, &other);
	}
	for (int i = 0; i < extreme_parts(e); i++)
		p[i] = LLVMBuildExtractElement(g->b, p[i], c32(g, 0), "");
	if (e->quiet)
		return p[EXTREME_best];
	LLVMValueRef best = p[EXTREME_best], zero = LLVMConstNull(LLVMTypeOf(best));
	LLVMValueRef below = ICMP(SLT, p[EXTREME_bits], LLVMConstNull(LLVMTypeOf(p[EXTREME_bits])));
	LLVMValueRef which = SELECT(below, FNEG(zero), zero);
	best = SELECT(FCMP(OEQ, best, zero), which, best);
	return nan_of(g, p[EXTREME_nan], best);
}
