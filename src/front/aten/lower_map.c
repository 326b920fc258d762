/* lower_map.c -- elementwise overloads.
 *
 * Operands are cast to the dtype the result is computed in: torch's promoted dtype, which the text
 * gives as the result's, or f32 where that is f16 or bf16, as eager's kernels do; then
 * broadcast. */
#include "front/aten/lower.h"
#include <math.h>

const struct node *lower_operand(struct lower *l, uint32_t i, enum dtype t)
{
	return lower_shape(l, lower_scalar(l, &l->args[i], t), l->type[0]);
}

void lower_finish(struct lower *l, const struct node *n)
{
	l->out[0] = lower_cast(l, n, lower_dtype(l));
}

static const struct node *zero(struct lower *l, const struct node *n)
{
	return lower_like(l, n, 0);
}

/* ---- one operand ---------------------------------------------------------------------------- */

void lower_unary(struct lower *l)
{
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *x = lower_tensor(l, 0);
	if (l->row->what == OP_abs && dtype_is_complex(x->type->dtype)) {
		l->out[0] = build1(l->g, OP_abs, x);
		return;
	}
	x = lower_operand(l, 0, t);
	bool rounds = l->row->what == OP_floor || l->row->what == OP_ceil ||
		      l->row->what == OP_round_nearest_even;
	if ((rounds && !dtype_is_float(t)) || (l->row->what == OP_abs && dtype_is_unsigned(t))) {
		l->out[0] = x;
		return;
	}
	lower_finish(l, build1(l->g, (enum op)l->row->what, x));
}

void lower_sign(struct lower *l)
{
	enum dtype t = lower_dtype(l);
	const struct node *x = lower_operand(l, 0, t);
	if (t == DTYPE_i1) {
		l->out[0] = x;
		return;
	}
	const struct node *up = build_compare(l->g, "GT", x, zero(l, x));
	const struct node *down = build_compare(l->g, "LT", x, zero(l, x));
	l->out[0] =
		build2(l->g, OP_subtract, build_convert(l->g, up, t), build_convert(l->g, down, t));
}

static const struct node *truncate(struct lower *l, const struct node *x)
{
	const struct node *negative = build_compare(l->g, "LT", x, zero(l, x));
	return build_select(l->g, negative, build1(l->g, OP_ceil, x), build1(l->g, OP_floor, x));
}

void lower_trunc(struct lower *l)
{
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *x = lower_operand(l, 0, t);
	lower_finish(l, dtype_is_float(t) ? truncate(l, x) : x);
}

void lower_reciprocal(struct lower *l)
{
	const struct node *x = lower_operand(l, 0, lower_compute(lower_dtype(l)));
	lower_finish(l, build2(l->g, OP_divide, lower_like(l, x, 1), x));
}

/* log to base `what`. */
void lower_log_base(struct lower *l)
{
	const struct node *x = lower_operand(l, 0, lower_compute(lower_dtype(l)));
	double scale = 1.0 / log((double)l->row->what);
	x = build1(l->g, OP_log, x);
	lower_finish(l, build2(l->g, OP_multiply, x, lower_like(l, x, scale)));
}

void lower_exp2(struct lower *l)
{
	const struct node *x = lower_operand(l, 0, lower_compute(lower_dtype(l)));
	lower_finish(l, build2(l->g, OP_power, lower_like(l, x, 2), x));
}

enum { IS_nan, IS_inf, IS_zero };
/* Is x, a float, NaN, or (IS_inf) infinite? */
static const struct node *is_special(struct lower *l, const struct node *x)
{
	if (l->row->what == IS_nan)
		return build_compare(l->g, "NE", x, x);
	const struct node *a = build1(l->g, OP_abs, x);
	return build_compare(l->g, "EQ", a, lower_like(l, a, INFINITY));
}

void lower_test(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	enum dtype t = x->type->dtype;
	if (l->row->what == IS_zero) {
		l->out[0] = t == DTYPE_i1 ? build1(l->g, OP_not, x)
					  : build_compare(l->g, "EQ", x, zero(l, x));
	} else if (dtype_is_complex(t)) { /* either part is */
		l->out[0] = build2(l->g, OP_or, is_special(l, build1(l->g, OP_real, x)),
			is_special(l, build1(l->g, OP_imag, x)));
	} else if (dtype_is_float(t)) {
		l->out[0] = is_special(l, x);
	} else {
		l->out[0] = lower_full(l, DTYPE_i1, x->type, 0);
	}
}

void lower_bitwise_not(struct lower *l)
{
	l->out[0] = build1(l->g, OP_not, lower_tensor(l, 0));
}

/* ---- two operands --------------------------------------------------------------------------- */

/* add, sub (argument 2 is alpha), mul, div, maximum, minimum, pow, atan2, and, or, xor, shifts. */
void lower_binary(struct lower *l)
{
	enum op op = (enum op)l->row->what;
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *a = lower_operand(l, 0, t), *b;
	const struct arg *alpha = l->nargs > 2 ? &l->args[2] : NULL;
	if (alpha && !((alpha->kind == ARG_int || alpha->kind == ARG_float) && alpha->f == 1)) {
		b = lower_cast(l, lower_scalar(l, &l->args[1], t), t);
		const struct node *k = lower_shape(l, lower_scalar(l, alpha, t), b->type);
		b = lower_shape(l, build2(l->g, OP_multiply, b, k), l->type[0]);
	} else {
		b = lower_operand(l, 1, t);
	}
	if (t == DTYPE_i1 && op == OP_subtract)
		op = OP_xor;
	if (t == DTYPE_i1 && (op == OP_multiply || op == OP_minimum))
		op = OP_and;
	if (t == DTYPE_i1 && (op == OP_add || op == OP_maximum))
		op = OP_or;
	lower_finish(l, build2(l->g, op, a, b));
}

void lower_logical(struct lower *l)
{
	const struct node *a =
		lower_shape(l, lower_cast(l, lower_tensor(l, 0), DTYPE_i1), l->type[0]);
	const struct node *b =
		lower_shape(l, lower_cast(l, lower_tensor(l, 1), DTYPE_i1), l->type[0]);
	l->out[0] = build2(l->g, (enum op)l->row->what, a, b);
}

enum { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE };
void lower_compare(struct lower *l)
{
	static const char *const directions[] = { "EQ", "NE", "LT", "LE", "GT", "GE" };
	const struct arg *both[2] = { &l->args[0], &l->args[1] };
	enum dtype t = lower_promote(l, 2, both);
	l->out[0] = build_compare(l->g, directions[l->row->what], lower_operand(l, 0, t),
		lower_operand(l, 1, t));
}

/* Python's modulo (what 1) or C's (what 0). */
void lower_remainder(struct lower *l)
{
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *a = lower_operand(l, 0, t), *b = lower_operand(l, 1, t);
	lower_check_divisor(l, 1, t);
	const struct node *r = build2(l->g, OP_remainder, a, b);
	if (l->row->what && !dtype_is_unsigned(t)) {
		const struct node *some = build_compare(l->g, "NE", r, zero(l, r));
		const struct node *differ =
			build2(l->g, OP_xor, build_compare(l->g, "LT", r, zero(l, r)),
				build_compare(l->g, "LT", b, zero(l, b)));
		r = build_select(
			l->g, build2(l->g, OP_and, some, differ), build2(l->g, OP_add, r, b), r);
	}
	lower_finish(l, r);
	const struct arg *by = &l->args[1];
	if (l->row->what && dtype_is_int(t) && ((by->kind == ARG_int && by->i > 0) ||
		(by->kind == ARG_sym && by->i < 0)))
		place_note(l->r, l->out[0], by->i, false);
}

const struct node *lower_floor_divide(
	struct lower *l, const struct node *a, const struct node *b)
{
	struct graph *g = l->g;
	enum dtype t = a->type->dtype;
	const struct node *mod = build2(g, OP_remainder, a, b);
	const struct node *some = build_compare(g, "NE", mod, zero(l, mod));
	const struct node *differ = build2(g, OP_xor, build_compare(g, "LT", b, zero(l, b)),
		build_compare(g, "LT", mod, zero(l, mod)));
	const struct node *adjust = build2(g, OP_and, some, differ);
	const struct node *one = lower_like(l, a, 1);
	if (!dtype_is_float(t)) {
		const struct node *q = build2(g, OP_divide, a, b);
		if (dtype_is_unsigned(t))
			return q;
		return build_select(g, adjust, build2(g, OP_subtract, q, one), q);
	}
	const struct node *q = build2(g, OP_divide, build2(g, OP_subtract, a, mod), b);
	q = build_select(g, adjust, build2(g, OP_subtract, q, one), q);
	const struct node *down = build1(g, OP_floor, q);
	const struct node *rest = build2(g, OP_subtract, q, down);
	down = build_select(g, build_compare(g, "GT", rest, lower_like(l, rest, 0.5)),
		build2(g, OP_add, down, one), down);
	const struct node *plain = build2(g, OP_divide, a, b);
	return build_select(g, build_compare(g, "EQ", b, zero(l, b)), plain, down);
}

void lower_div_mode(struct lower *l)
{
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *a = lower_operand(l, 0, t), *b = lower_operand(l, 1, t);
	const char *mode = lower_is_none(l, 2) ? "" : l->args[2].s;
	lower_check_divisor(l, 1, t);
	if (mode[0] == 'f') {
		lower_finish(l, lower_floor_divide(l, a, b));
	} else {
		const struct node *q = build2(l->g, OP_divide, a, b);
		lower_finish(l, mode[0] == 't' && dtype_is_float(t) ? truncate(l, q) : q);
	}
}

/* ---- power ---------------------------------------------------------------------------------- */

static const struct node *power(struct lower *l, const struct node *x, double e)
{
	struct graph *g = l->g;
	bool real = dtype_is_float(x->type->dtype);
	const struct node *one = lower_like(l, x, 1);
	if (e == 0)
		return one;
	if (e == 1)
		return x;
	if (e == 2)
		return build2(g, OP_multiply, x, x);
	if (e == 3)
		return build2(g, OP_multiply, build2(g, OP_multiply, x, x), x);
	if (real && e == 0.5)
		return build1(g, OP_sqrt, x);
	if (real && e == -0.5)
		return build1(g, OP_rsqrt, x);
	if (real && e == -1)
		return build2(g, OP_divide, one, x);
	if (real && e == -2)
		return build2(g, OP_divide, one, build2(g, OP_multiply, x, x));
	return NULL;
}

void lower_pow(struct lower *l)
{
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *x = lower_operand(l, 0, t), *y = NULL;
	const struct arg *e = &l->args[1];
	if (e->kind == ARG_int || e->kind == ARG_float)
		y = power(l, x, e->f);
	if (!y)
		y = build2(l->g, OP_power, x, lower_operand(l, 1, t));
	lower_finish(l, y);
}

/* ---- choices -------------------------------------------------------------------------------- */

void lower_where(struct lower *l)
{
	const struct node *p = lower_cast(l, lower_tensor(l, 0), DTYPE_i1);
	enum dtype t = lower_dtype(l);
	l->out[0] = build_select(l->g, lower_shape(l, p, l->type[0]), lower_operand(l, 1, t),
		lower_operand(l, 2, t));
}

/* Bounds in arguments 1 and 2, either may be None; clamp_min and clamp_max have one: what 1, 2. */
void lower_clamp(struct lower *l)
{
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *x = lower_operand(l, 0, t);
	int what = l->row->what;
	if (what != 2 && !lower_is_none(l, 1))
		x = build2(l->g, OP_maximum, x, lower_operand(l, 1, t));
	if (what == 2)
		x = build2(l->g, OP_minimum, x, lower_operand(l, 1, t));
	else if (what == 0 && !lower_is_none(l, 2))
		x = build2(l->g, OP_minimum, x, lower_operand(l, 2, t));
	lower_finish(l, x);
}

void lower_relu(struct lower *l)
{
	const struct node *x = lower_operand(l, 0, lower_dtype(l));
	l->out[0] = build2(l->g, OP_maximum, x, zero(l, x));
}

void lower_leaky_relu(struct lower *l)
{
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *x = lower_operand(l, 0, t);
	const struct node *low = build2(l->g, OP_multiply, x, lower_operand(l, 1, t));
	lower_finish(l, build_select(l->g, build_compare(l->g, "GT", x, zero(l, x)), x, low));
}

void lower_elu(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *x = lower_operand(l, 0, t);
	double alpha = lower_float(l, 1), scale = lower_float(l, 2), input = lower_float(l, 3);
	const struct node *e = build1(
		g, OP_exponential_minus_one, build2(g, OP_multiply, x, lower_like(l, x, input)));
	const struct node *low = build2(g, OP_multiply, e, lower_like(l, x, alpha * scale));
	const struct node *high = build2(g, OP_multiply, x, lower_like(l, x, scale));
	lower_finish(l, build_select(g, build_compare(g, "GT", x, zero(l, x)), high, low));
}

/* ---- copies, constants ---------------------------------------------------------------------- */

/* The result is argument `what`, cast and broadcast. */
void lower_copy(struct lower *l)
{
	l->out[0] = lower_operand(l, (uint32_t)l->row->what, lower_dtype(l));
}

/* The number in argument `what` everywhere; -1: zero (what empty holds is nobody's business). */
void lower_full_like(struct lower *l)
{
	if (l->row->what < 0)
		l->out[0] = build_full(l->g, l->type[0], 0);
	else
		l->out[0] = lower_operand(l, (uint32_t)l->row->what, lower_dtype(l));
}

/* start + i * step; floats are computed in f64 as eager does. */
static void range(struct lower *l, const struct arg *start, const struct arg *step)
{
	enum dtype t = lower_dtype(l), c = dtype_is_float(t) ? DTYPE_f64 : DTYPE_i64;
	if (l->type[0]->rank != 1)
		lower_fail(l, "gives a tensor of one dimension");
	if (start->kind != ARG_float && step->kind != ARG_float)
		c = DTYPE_i64;
	const struct type *ct = type_with_dtype(l->g, l->type[0], c);
	const struct node *n = lower_iota(l, ct, 0);
	if (step->kind == ARG_sym || step->f != 1)
		n = build2(l->g, OP_multiply, n, lower_shape(l, lower_scalar(l, step, c), ct));
	if (start->kind == ARG_sym || start->f != 0)
		n = build2(l->g, OP_add, n, lower_shape(l, lower_scalar(l, start, c), ct));
	l->out[0] = lower_cast(l, n, t);
}

void lower_arange(struct lower *l)
{
	range(l, &l->args[0], &l->args[2]);
}

void lower_prims_iota(struct lower *l)
{
	range(l, &l->args[1], &l->args[2]);
}
