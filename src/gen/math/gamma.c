/* gamma.c -- log |gamma x| and digamma, f64: in two parts nearly all the way, since both have
 * zeros.
 *
 * Positive x is brought to 12 and more by gamma(x + 1) = x gamma(x), where Stirling's series holds
 * (Abramowitz and Stegun 6.1.41, 6.3.18); the product and the sum of the steps are kept in two
 * parts.  Negative x is reflected (6.1.17, 6.3.7).  What two parts do not hold:
 *
 *   lgamma near 1 and 2      its polynomial times the distance
 *   digamma near 1.46        the same
 *   negative zeros           the Taylor series there, from a table (lgamma: all of them, beyond
 *                            -18 they are nearer to the poles than numbers are; digamma: down to
 *                            -32, beyond which two parts are good to a few units at the very
 *                            nearest numbers)
 *
 * For f32 (not `full`) some 62 bits of the parts are enough, zeros included. */
#include "gen/math/math_impl.h"

#define PI_TWO ((const double[2]){ 0x1.921fb54442d18p1, 0x1.1a62633145c07p-53 })
#define LOG_PI_TWO ((const double[2]){ 0x1.250d048e7a1bdp0, 0x1.7abf2ad8d5088p-57 })
#define HALF_LOG_2PI_TWO ((const double[2]){ 0x1.d67f1c864beb5p-1, -0x1.65b5a1b7ff5dfp-55 })

/* where digamma is 0 */
#define DIGAMMA_ROOT 0x1.762d86356be3fp+0
#define DIGAMMA_ROOT_LOW 0x1.b86a722197829p-54

enum { STEPS = 12 };

/* sin(pi h) and cos(pi h), 0 <= h <= 1/2. */
static void sin_cos_pi(
	struct gen *g, LLVMValueRef h, bool full, struct two *sine, struct two *cosine)
{
	int exact = full ? 8 : 2;
	LLVMValueRef a = h, over = FCMP(OGT, h, K(0.25)), x = SELECT(over, FSUB(K(0.5), h), h);
	struct two z = two_product(g, x, x);
	struct two s = two_mul_one(g, TWO_POLY(z, math_sin_pi, exact), x);
	struct two c = TWO_POLY(z, math_cos_pi, exact);

	*sine = two_select(g, over, c, s);
	*cosine = two_select(g, over, s, c);
}

/* The row of a table of zeros for every lane: column i. */
struct zeros { LLVMValueRef table; LLVMTypeRef elem; int columns, column; };

static LLVMValueRef zero_entry(struct gen *g, LLVMValueRef row, void *arg)
{
	const struct zeros *t = arg;
	LLVMValueRef i = ADD(MUL(row, c32(g, t->columns)), c32(g, t->column));

	return LLVMBuildLoad2(g->b, g->f64,
		gep(g, g->f64, t->table, LLVMBuildSExt(g->b, i, g->i64, "")), "");
}

/* The Taylor series at the zero of the table's row: x[0] becomes its value.  x[1]: the rows. */
struct near_zero { LLVMValueRef a, row; struct zeros zeros; };

static void series_at_zero(struct gen *g, LLVMValueRef *v, void *arg)
{
	struct near_zero *n = arg;
	struct zeros *t = &n->zeros;
	LLVMValueRef a = n->a, column[16], r;

	for (t->column = 0; t->column < t->columns; t->column++)
		column[t->column] = math_by_lane(g, n->row, g->f64, zero_entry, t);
	LLVMValueRef d = FSUB(FSUB(a, column[0]), column[1]);
	r = column[t->columns - 1];
	for (int i = t->columns - 2; i >= 2; i--)
		r = fma3(g, r, d, column[i]);
	v[0] = FMUL(r, d);
}

/* r, or the series of a table's zero where |r| is below `least` and first - rows < a < first; row:
 * of those. */
static LLVMValueRef mind_zeros(struct gen *g, LLVMValueRef a, LLVMValueRef r, LLVMValueRef row,
	const double *table, int rows, int columns, double least)
{
	LLVMTypeRef t = like(a, g->i32);
	LLVMValueRef inside = AND(FCMP(OGE, row, K(0)), FCMP(OLT, row, K(rows)));
	LLVMValueRef near = AND(inside, FCMP(OLT, math_abs(g, r), K(least)));
	struct near_zero n = { .a = a };

	near = AND(near, FCMP(OLT, a, K(0)));
	n.row = LLVMBuildFPToSI(g->b, SELECT(near, row, K(0)), t, "");
	n.zeros.table = gen_data(g, table, (size_t)(rows * columns) * sizeof *table, 64);
	n.zeros.columns = columns;
	math_if_any(g, near, 1, &r, series_at_zero, &n);
	return r;
}

/* One more of the STEPS: p becomes p z, if there is a sum it becomes (sum z + p), z becomes z + 1,
 * while z is below STEPS. */
static void step_up(struct gen *g, struct two *z, struct two *p, struct two *sum)
{
	LLVMValueRef a = z->hi, more = FCMP(OLT, a, K(STEPS));

	if (sum)
		*sum = two_select(g, more, two_add(g, two_mul(g, *sum, *z), *p), *sum);
	*p = two_select(g, more, two_mul(g, *p, *z), *p);
	*z = two_select(g, more, two_add_one(g, *z, K(1)), *z);
}

/* lgamma z, z >= STEPS and below 2^900. */
static struct two stirling(struct gen *g, struct two z, bool full)
{
	LLVMValueRef a = z.hi;
	LLVMValueRef far = FCMP(OGT, a, K(0x1p200));
	struct two log = two_log(g, z, full), one = two_of(g, K(1));
	struct two inverse = two_div(g, one, two_select(g, far, two_of(g, K(0x1p200)), z));
	struct two w = two_mul(g, inverse, inverse);
	struct two rest = two_mul(g, inverse, TWO_POLY(w, math_stirling, full ? 7 : 2));
	struct two r = two_mul(g, z, two_add_one(g, log, K(-1)));

	log.hi = FMUL(log.hi, K(-0.5));
	log.lo = FMUL(log.lo, K(-0.5));
	r = two_add(g, r, log);
	r = two_add(g, r, two_const(g, a, HALF_LOG_2PI_TWO));
	return two_add(g, r, rest);
}

/* log |gamma y| = first - log second; y > 0. */
static struct two lgamma_parts(
	struct gen *g, LLVMValueRef y, bool full, struct two *second)
{
	LLVMValueRef a = y, near1 = FCMP(OLE, math_abs(g, FSUB(y, K(1))), K(0.25));
	LLVMValueRef near2 = FCMP(OLE, math_abs(g, FSUB(y, K(2))), K(0.25));
	LLVMValueRef t = FSUB(y, SELECT(near1, K(1), K(2)));
	struct two z = two_of(g, y), product = two_of(g, K(1));

	for (int i = 0; i < STEPS; i++)
		step_up(g, &z, &product, NULL);
	struct two first = stirling(g, z, full);
	t = SELECT(OR(near1, near2), t, K(0));
	first = two_select(g, OR(near1, near2), two_product(g, t, POLY(t, math_lgamma)), first);
	*second = two_select(g, near1, two_of(g, y), product);
	*second = two_select(g, near2, two_of(g, K(1)), *second);
	return first;
}

struct two math_lgamma_positive(struct gen *g, LLVMValueRef x)
{
	struct two second, first = lgamma_parts(g, x, true, &second);

	return two_add(g, first, two_neg(g, two_log(g, second, true)));
}

static LLVMValueRef lgamma_special(struct gen *g, LLVMValueRef a, LLVMValueRef y, LLVMValueRef r)
{
	LLVMValueRef inf = K(__builtin_inf()), down = math_floor(g, a);
	LLVMValueRef pole = AND(FCMP(OLE, a, K(0)), FCMP(OEQ, down, a));

	/* tiny: -log |x| is all */
	r = SELECT(FCMP(OLE, y, K(0x1p-60)), FNEG(math_log(g, y)), r);
	/* huge: x (log x - 1) is all, and may overflow */
	LLVMValueRef large = FSUB(math_log(g, y), K(1));
	r = SELECT(FCMP(OGE, y, K(0x1p900)), FMUL(y, large), r);
	r = SELECT(OR(pole, FCMP(OEQ, y, inf)), inf, r);
	return SELECT(FCMP(UNO, a, a), a, r);
}

static LLVMValueRef lgamma_of(struct gen *g, LLVMValueRef a, bool full)
{
	LLVMValueRef y0 = math_abs(g, a), y, left = FCMP(OLT, a, K(0));
	struct two second, sine, cosine;

	/* what lgamma_special puts right is kept out of the way */
	y = SELECT(AND(FCMP(OGT, y0, K(0x1p-60)), FCMP(OLT, y0, K(0x1p900))), y0, K(3));
	LLVMValueRef whole = math_rint(g, y), h = math_abs(g, FSUB(y, whole));
	h = SELECT(FCMP(OEQ, h, K(0)), K(0.5), h);
	struct two first = lgamma_parts(g, y, full, &second);
	sin_cos_pi(g, h, full, &sine, &cosine);
	struct two mirrored = two_div(g, two_mul_one(g, sine, y), second);
	struct two minus = two_add(g, two_const(g, a, LOG_PI_TWO), two_neg(g, first));
	first = two_select(g, left, minus, first);
	second = two_select(g, left, mirrored, second);
	struct two r = two_add(g, first, two_neg(g, two_log(g, second, full)));
	LLVMValueRef v = FADD(r.hi, r.lo);

	if (!full)
		return lgamma_special(g, a, y0, v);
	/* two zeros an interval */
	LLVMValueRef below = math_floor(g, y), second_one = FCMP(OGT, FSUB(y, below), K(0.6));
	LLVMValueRef row = FSUB(FADD(below, below), K(4));
	row = FADD(row, SELECT(second_one, K(1), K(0)));
	v = mind_zeros(g, a, v, row, &math_lgamma_zero[0][0],
		(int)(sizeof math_lgamma_zero / sizeof *math_lgamma_zero),
		(int)(sizeof *math_lgamma_zero / sizeof **math_lgamma_zero), 0x1p-7);
	return lgamma_special(g, a, y0, v);
}

LLVMValueRef math_body_lgamma(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return lgamma_of(g, a, true);
}

LLVMValueRef math_body_lgamma_f32(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return lgamma_of(g, a, false);
}

/* digamma of z >= STEPS. */
static struct two digamma_far(struct gen *g, struct two z, bool full)
{
	LLVMValueRef a = z.hi, far = FCMP(OGT, a, K(0x1p200));
	struct two inverse =
		two_div(g, two_of(g, K(1)), two_select(g, far, two_of(g, K(0x1p200)), z));
	struct two w = two_mul(g, inverse, inverse);
	struct two rest = two_mul(g, w, TWO_POLY(w, math_digamma, full ? 7 : 2));

	inverse.hi = FMUL(inverse.hi, K(0.5));
	inverse.lo = FMUL(inverse.lo, K(0.5));
	rest = two_add(g, inverse, rest);
	return two_add(g, two_log(g, z, full), two_neg(g, rest));
}

/* pi cot(pi a), a not whole */
static struct two pi_cotangent(struct gen *g, LLVMValueRef a, bool full)
{
	LLVMValueRef f = FSUB(a, math_rint(g, a)), h = math_abs(g, f);
	struct two sine, cosine;

	h = SELECT(FCMP(OEQ, h, K(0)), K(0.5), h);
	sin_cos_pi(g, h, full, &sine, &cosine);
	struct two r = two_mul(g, two_div(g, cosine, sine), two_const(g, a, PI_TWO));
	return two_select(g, FCMP(OLT, f, K(0)), two_neg(g, r), r);
}

static LLVMValueRef digamma_of(struct gen *g, LLVMValueRef a, bool full)
{
	LLVMValueRef inf = K(__builtin_inf()), tiny = FCMP(OLT, math_abs(g, a), K(0x1p-60));
	LLVMValueRef left = FCMP(OLT, a, K(0)), big = FCMP(OGT, math_abs(g, a), K(0x1p900));
	LLVMValueRef x = SELECT(OR(tiny, big), K(3), a);
	struct two sum = two_of(g, K(0)), product = two_of(g, K(1));
	struct two z = two_select(g, left, two_sum(g, K(1), FNEG(x)), two_of(g, x));

	for (int i = 0; i < STEPS; i++)
		step_up(g, &z, &product, &sum);
	struct two r = two_add(g, digamma_far(g, z, full), two_neg(g, two_div(g, sum, product)));
	r = two_select(g, left, two_add(g, r, two_neg(g, pi_cotangent(g, x, full))), r);
	LLVMValueRef v = FADD(r.hi, r.lo);
	LLVMValueRef row = FSUB(FNEG(math_floor(g, x)), K(1));
	if (full)
		v = mind_zeros(g, a, v, row, &math_digamma_zero[0][0],
			(int)(sizeof math_digamma_zero / sizeof *math_digamma_zero),
			(int)(sizeof *math_digamma_zero / sizeof **math_digamma_zero), 0x1p-6);
	LLVMValueRef t = FSUB(FSUB(x, K(DIGAMMA_ROOT)), K(DIGAMMA_ROOT_LOW));
	LLVMValueRef at_root = FMUL(t, POLY(t, math_digamma_root));
	v = SELECT(FCMP(OLT, math_abs(g, t), K(0.125)), at_root, v);
	v = SELECT(tiny, FDIV(K(-1), a), v);
	v = SELECT(big, math_log(g, a), v);              /* inf; NaN on the left */
	LLVMValueRef pole = AND(FCMP(OLE, a, K(0)), FCMP(OEQ, math_floor(g, a), a));
	v = SELECT(pole, K(__builtin_nan("")), v);
	return SELECT(FCMP(ULT, a, inf), v, SELECT(FCMP(UNO, a, a), a, inf));
}

LLVMValueRef math_body_digamma(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return digamma_of(g, a, true);
}

LLVMValueRef math_body_digamma_f32(struct gen *g, LLVMValueRef a, LLVMValueRef b)
{
	(void)b;
	return digamma_of(g, a, false);
}
