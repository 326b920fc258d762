/* lower_polynomial.c -- orthogonal polynomials by their recurrences, all degrees of a tensor in one
 * loop up to the largest.
 *
 * P(k + 1) = ((a k + b) x + c k + d) P(k) - e(k) P(k - 1), for Laguerre's and Legendre's divided by
 * k + 1; the first two are 1 and P1 (Abramowitz and Stegun, "Handbook of mathematical functions",
 * 22.7).  In f64, so that what is lost to cancellation is not seen in f32. */
#include "front/aten/lower.h"
#include <math.h>

/* Rows by enum polynomial: P1 = slope x + offset; the factors of the recurrence. */
static const struct recurrence {
	double slope, offset;
	double a, b, c, d; /* of P(k) */
	double e, f;       /* of P(k - 1): e k + f */
	bool divided;      /* by k + 1 */
} recurrences[] = {
	[POLYNOMIAL_chebyshev_t] = { 1, 0, 0, 2, 0, 0, 0, 1, false },
	[POLYNOMIAL_chebyshev_u] = { 2, 0, 0, 2, 0, 0, 0, 1, false },
	[POLYNOMIAL_chebyshev_v] = { 2, -1, 0, 2, 0, 0, 0, 1, false },
	[POLYNOMIAL_chebyshev_w] = { 2, 1, 0, 2, 0, 0, 0, 1, false },
	[POLYNOMIAL_hermite_h] = { 2, 0, 0, 2, 0, 0, 2, 0, false },
	[POLYNOMIAL_hermite_he] = { 1, 0, 0, 1, 0, 0, 1, 0, false },
	[POLYNOMIAL_laguerre_l] = { -1, 1, 0, -1, 2, 1, 1, 0, true },
	[POLYNOMIAL_legendre_p] = { 1, 0, 2, 1, 0, 0, 1, 0, true },
};

static const struct node *linear(
	struct lower *l, const struct node *x, double slope, double offset)
{
	x = build2(l->g, OP_multiply, x, lower_like(l, x, slope));
	return build2(l->g, OP_add, x, lower_like(l, x, offset));
}

/* State: k (f64), x, the degrees, P(k - 1), P(k), and what is done. */
enum { STATE_k, STATE_x, STATE_n, STATE_before, STATE_now, STATE_result, STATE_largest, STATES };

static void turn(struct lower *l, const struct node **s, const struct recurrence *r)
{
	struct graph *g = l->g;
	const struct node *k = lower_shape(l, s[STATE_k], s[STATE_x]->type), *x = s[STATE_x];
	const struct node *factor = build2(g, OP_add,
		build2(g, OP_multiply, linear(l, k, r->a, r->b), x), linear(l, k, r->c, r->d));
	const struct node *next = build2(g, OP_subtract,
		build2(g, OP_multiply, factor, s[STATE_now]),
		build2(g, OP_multiply, linear(l, k, r->e, r->f), s[STATE_before]));
	const struct node *above = linear(l, k, 1, 1);
	if (r->divided)
		next = build2(g, OP_divide, next, above);
	s[STATE_before] = s[STATE_now];
	s[STATE_now] = next;
	s[STATE_result] = build_select(
		g, build_compare(g, "EQ", s[STATE_n], above), next, s[STATE_result]);
	s[STATE_k] = linear(l, s[STATE_k], 1, 1);
}

/* what: enum polynomial, and POLYNOMIAL_shifted: of 2 x - 1. */
void lower_polynomial(struct lower *l)
{
	struct graph *g = l->g;
	const struct recurrence *r = &recurrences[l->row->what & ~POLYNOMIAL_shifted];
	const struct node *x = lower_operand(l, 0, DTYPE_f64), *n = lower_operand(l, 1, DTYPE_f64);
	if (!dtype_is_float(lower_dtype(l)) ||
		(type_is_static(x->type) && type_elements(x->type) < 0))
		lower_bail(l);
	if (type_elements(x->type) == 0) { /* no largest degree */
		lower_finish(l, x);
		return;
	}
	if (l->row->what & POLYNOMIAL_shifted)
		x = linear(l, x, 2, -1);
	/* Degrees are integers, towards zero. */
	n = build_convert(g, build_convert(g, n, DTYPE_i64), DTYPE_f64);
	bool in[ATEN_MAX_RANK] = { 0 };
	for (uint32_t i = 0; i < n->type->rank; i++)
		in[i] = true;
	const struct node *zero = lower_like(l, x, 0), *one = lower_like(l, x, 1);
	const struct node *first = linear(l, x, r->slope, r->offset), *state[STATES];
	const struct node *none = build_compare(g, "LT", n, zero);
	const struct node *start = build_select(g, build_compare(g, "EQ", n, zero), one, first);
	const struct node *init[STATES] = { build_scalar(g, DTYPE_f64, 1), x, n, one, first,
		build_select(g, none, zero, start), lower_reduce(l, OP_maximum, n, in, false) };
	const struct type *types[STATES];
	const struct node *given[STATES];
	for (uint32_t i = 0; i < STATES; i++) {
		types[i] = init[i]->type;
		state[i] = given[i] = graph_parameter(g, i, types[i]);
	}
	const struct build_hand hand = { STATES, given }, *before = build_at_hand(g, &hand);
	const struct node *more = build_compare(g, "LT", state[STATE_k], state[STATE_largest]);
	const struct region *regions[2] = { graph_region(g, STATES, types, 1, &more), NULL };
	turn(l, state, r);
	regions[1] = graph_region(g, STATES, types, STATES, state);
	build_at_hand(g, before);
	struct node_spec s = { .op = OP_while,
		.nin = STATES,
		.in = init,
		.nregions = 2,
		.regions = regions,
		.at = { l->r->file, l->r->line, 1 } };
	const struct node *y = graph_result(g, graph_node(g, &s), STATE_result);
	int32_t kind = l->row->what;
	if (kind == POLYNOMIAL_hermite_h || kind == POLYNOMIAL_hermite_he) {
		/* Where eager gives up. */
		double limit = lower_dtype(l) == DTYPE_f64 ? 512 : 128;
		const struct node *far = build_compare(g, "GT", n, lower_like(l, n, limit));
		y = build_select(g, far, lower_like(l, y, NAN), y);
	}
	lower_finish(l, y);
}
