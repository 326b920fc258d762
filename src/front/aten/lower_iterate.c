/* lower_iterate.c -- elementwise functions without a bound on their steps: one loop over whole
 * tensors, until no element goes on.
 *
 * gcd is Euclid's. The incomplete gamma functions are summed in f64 whatever is asked for: the
 * power series of P below the argument's a, Legendre's continued fraction of Q above it
 * (Abramowitz and Stegun, 6.5.29 and 6.5.31), both scaled by x^a e^-x / Gamma(a).
 */
#include "front/aten/arithmetic.h"
#include <float.h>
#include <math.h>

enum { MOST_STATES = 12, MOST_TURNS = 1 << 17 };

/* s[0..) is the state. */
typedef value goes_on_fn(struct lower *l, const value *s); /* i1: the elements that do */
typedef void turn_fn(struct lower *l, value *s);

/* s[0..n) after as many turns as some element wants. */
static void iterate(struct lower *l, uint32_t n, value *s, goes_on_fn *goes_on, turn_fn *turn)
{
	struct graph *g = l->g;
	const struct type *types[MOST_STATES + 1];
	value in[MOST_STATES + 1], param[MOST_STATES + 1], given[MOST_STATES + 1];
	bool all[ATEN_MAX_RANK];

	for (uint32_t i = 0; i < ATEN_MAX_RANK; i++)
		all[i] = true;
	for (uint32_t i = 0; i <= n; i++) { /* the last counts */
		in[i] = i < n ? s[i] : build_scalar_int(g, DTYPE_i64, 0);
		types[i] = in[i]->type;
		param[i] = given[i] = graph_parameter(g, i, types[i]);
	}
	const struct build_hand hand = { n + 1, given };
	const struct build_hand *before = build_at_hand(g, &hand);
	value more = lower_reduce(l, OP_or, goes_on(l, param), all, false);
	value left = build_compare(
		g, "LT", param[n], build_scalar_int(g, DTYPE_i64, MOST_TURNS));
	more = build2(g, OP_and, more, left);
	const struct region *regions[2] = { graph_region(g, n + 1, types, 1, &more), NULL };
	param[n] = build2(g, OP_add, param[n], build_scalar_int(g, DTYPE_i64, 1));
	turn(l, param);
	regions[1] = graph_region(g, n + 1, types, n + 1, param);
	build_at_hand(g, before);
	struct node_spec spec = { .op = OP_while,
		.nin = n + 1,
		.in = in,
		.nregions = 2,
		.regions = regions,
		.at = { l->r->file, l->r->line, 1 } };
	const struct node *loop = graph_node(g, &spec);
	for (uint32_t i = 0; i < n; i++)
		s[i] = graph_result(g, loop, i);
}

/* Is there something to go over?  Else the result is made here. */
static bool some(struct lower *l)
{
	int64_t n = type_elements(l->type[0]);
	if (n < 0 && type_is_static(l->type[0]))
		lower_bail(l);
	if (n == 0)
		l->out[0] = build_full(l->g, l->type[0], 0);
	return n != 0;
}

/* ---- the greatest common divisor ------------------------------------------------------------ */

static value divisor_left(struct lower *l, const value *s)
{
	return test(l, s[1], "NE", 0);
}

static void divide(struct lower *l, value *s)
{
	value a = s[0], b = s[1], zero = lower_like(l, b, 0);
	value rest = build2(l->g, OP_remainder, a, pick(l, b, "EQ", 0, lower_like(l, b, 1), b));
	s[0] = pick(l, b, "EQ", 0, a, b);
	s[1] = pick(l, b, "EQ", 0, zero, rest);
}

static value size_of(struct lower *l, value x)
{
	return dtype_is_unsigned(x->type->dtype) ? x : build1(l->g, OP_abs, x);
}

/* what 0: gcd; 1: lcm. */
void lower_gcd(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = lower_dtype(l);
	if (!dtype_is_int(t))
		lower_bail(l);
	if (!some(l))
		return;
	value a = lower_operand(l, 0, t), b = lower_operand(l, 1, t);
	value s[2] = { size_of(l, a), size_of(l, b) };
	iterate(l, 2, s, divisor_left, divide);
	value zero = lower_like(l, s[0], 0);
	if (l->row->what) {
		value parts = build2(
			g, OP_divide, a, pick(l, s[0], "EQ", 0, lower_like(l, s[0], 1), s[0]));
		value y = size_of(l, build2(g, OP_multiply, parts, b));
		s[0] = pick(l, s[0], "EQ", 0, zero, y);
	}
	lower_finish(l, s[0]);
}

/* ---- incomplete gamma functions ------------------------------------------------------------- */

static value plus(struct lower *l, value a, double k)
{
	return add(l, a, lower_like(l, a, k));
}

/* 1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ... */
enum { POWER_sum, POWER_term, POWER_below, POWER_x, POWER_STATES };

static value power_goes_on(struct lower *l, const value *s)
{
	value least = mul(l, s[POWER_sum], lower_like(l, s[POWER_sum], DBL_EPSILON / 2));
	return build_compare(l->g, "GT", s[POWER_term], least);
}

static void power_turn(struct lower *l, value *s)
{
	s[POWER_below] = plus(l, s[POWER_below], 1);
	s[POWER_term] = mul(l, s[POWER_term], quotient(l, s[POWER_x], s[POWER_below]));
	s[POWER_sum] = add(l, s[POWER_sum], s[POWER_term]);
}

static value power_series(struct lower *l, value a, value x)
{
	value one = lower_like(l, x, 1);
	value s[POWER_STATES] = { one, one, a, x };
	iterate(l, POWER_STATES, s, power_goes_on, power_turn);
	return s[POWER_sum];
}

/* 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)) by Lentz's method: the value is a product of
 * ratios of numerators and of denominators that follow each other. */
enum { LENTZ_value, LENTZ_c, LENTZ_d, LENTZ_delta, LENTZ_b, LENTZ_k, LENTZ_a, LENTZ_STATES };

static value lentz_goes_on(struct lower *l, const value *s)
{
	value off = build1(l->g, OP_abs, plus(l, s[LENTZ_delta], -1));
	return test(l, off, "GT", DBL_EPSILON);
}

static value not_zero(struct lower *l, value x)
{
	return pick(l, x, "EQ", 0, lower_like(l, x, DBL_MIN), x);
}

static void lentz_turn(struct lower *l, value *s)
{
	value one = lower_like(l, s[LENTZ_b], 1), k = s[LENTZ_k] = plus(l, s[LENTZ_k], 1);
	value over = mul(l, k, sub(l, s[LENTZ_a], k));
	value b = s[LENTZ_b] = plus(l, s[LENTZ_b], 2);
	value d = quotient(l, one, not_zero(l, add(l, b, mul(l, over, s[LENTZ_d]))));
	value c = not_zero(l, add(l, b, quotient(l, over, s[LENTZ_c])));
	value on = lentz_goes_on(l, s), delta = mul(l, c, d);
	s[LENTZ_value] = build_select(
		l->g, on, mul(l, s[LENTZ_value], delta), s[LENTZ_value]);
	s[LENTZ_delta] = build_select(l->g, on, delta, s[LENTZ_delta]);
	s[LENTZ_c] = c;
	s[LENTZ_d] = d;
}

static value fraction(struct lower *l, value a, value x)
{
	value b = plus(l, sub(l, x, a), 1);
	value first = quotient(l, lower_like(l, x, 1), not_zero(l, b));
	value s[LENTZ_STATES] = { first, lower_like(l, x, 1 / DBL_MIN), first, lower_like(l, x, 0),
		b, lower_like(l, x, 0), a };
	iterate(l, LENTZ_STATES, s, lentz_goes_on, lentz_turn);
	return s[LENTZ_value];
}

/* What P (upper: Q) is at the ends of its arguments, else y. */
static value at_ends(struct lower *l, value a, value x, value y, bool upper)
{
	value none = lower_like(l, x, upper), whole = lower_like(l, x, !upper),
	      nan = lower_like(l, x, NAN);
	value unknown = build2(
		l->g, OP_or, build_compare(l->g, "NE", x, x), build_compare(l->g, "NE", a, a));
	y = build_select(l->g, unknown, nan, y); /* the other argument may settle it */
	y = pick(l, x, "EQ", INFINITY, whole, y);
	y = pick(l, a, "EQ", INFINITY, pick(l, x, "EQ", INFINITY, nan, none), y);
	y = pick(l, x, "EQ", 0, none, y);
	y = pick(l, a, "EQ", 0, pick(l, x, "GT", 0, whole, nan), y);
	value outside = build2(l->g, OP_or, test(l, x, "LT", 0), test(l, a, "LT", 0));
	return build_select(l->g, outside, nan, y);
}

/* what 0: P(a, x); 1: Q(a, x). */
void lower_igamma(struct lower *l)
{
	struct graph *g = l->g;
	if (!some(l))
		return;
	value a = lower_operand(l, 0, DTYPE_f64), x = lower_operand(l, 1, DTYPE_f64);
	value inside = build2(g, OP_and, test(l, a, "GT", 0), test(l, x, "GT", 0));
	inside = build2(g, OP_and, inside, test(l, a, "LT", INFINITY));
	inside = build2(g, OP_and, inside, test(l, x, "LT", INFINITY));
	value one = lower_like(l, x, 1), two = lower_like(l, x, 2);
	value a0 = build_select(g, inside, a, one), x0 = build_select(g, inside, x, one);
	/* Each element is summed one way; for the other it is one that is done soon. */
	value far = build2(g, OP_and, build_compare(g, "GT", x0, a0), test(l, x0, "GT", 1.1));
	value p = power_series(l, build_select(g, far, one, a0), build_select(g, far, one, x0));
	value q = fraction(l, build_select(g, far, a0, one), build_select(g, far, x0, two));
	value scale = sub(l, mul(l, a0, build1(g, OP_log, x0)), x0);
	scale = build1(g, OP_exponential, sub(l, scale, build1(g, OP_chlo_lgamma, a0)));
	p = quotient(l, mul(l, scale, p), a0);
	q = mul(l, scale, q);
	value y = l->row->what ? build_select(g, far, q, sub(l, one, p))
			       : build_select(g, far, sub(l, one, q), p);
	lower_finish(l, at_ends(l, a, x, y, l->row->what));
}
