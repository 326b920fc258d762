/* lower_math.c -- elementwise overloads beyond plain arithmetic: sign bits, shifts, NaN-ignoring
 * extremes, complex numbers by their parts, orthogonal polynomials. */
#include "front/aten/lower.h"
#include <string.h>
#include <math.h>

/* The bits of n, or n seen as dtype t of the same width. */
const struct node *lower_bits(struct lower *l, const struct node *n, const struct type *t)
{
	struct node_spec s = { .op = OP_bitcast_convert,
		.nin = 1,
		.in = &n,
		.type = t,
		.at = { l->r->file, l->r->line, 1 } };
	return graph_node(l->g, &s);
}

static const struct node *bits_as(struct lower *l, const struct node *n, enum dtype t)
{
	return lower_bits(l, n, type_with_dtype(l->g, n->type, t));
}

/* Has x, a number of dtype t, its sign bit set? */
static const struct node *sign_bit(struct lower *l, const struct node *x)
{
	enum dtype t = x->type->dtype;
	if (t == DTYPE_f32 || t == DTYPE_f64)
		x = bits_as(l, x, t == DTYPE_f32 ? DTYPE_i32 : DTYPE_i64);
	return build_compare(l->g, "LT", x, lower_like(l, x, 0));
}

void lower_signbit(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	enum dtype t = lower_compute(x->type->dtype);
	if (t == DTYPE_i1)
		l->out[0] = lower_like(l, x, 0);
	else
		l->out[0] = sign_bit(l, lower_cast(l, x, t));
}

void lower_copysign(struct lower *l)
{
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *size = build1(l->g, OP_abs, lower_operand(l, 0, t));
	const struct node *below = sign_bit(l, lower_operand(l, 1, t));
	lower_finish(l, build_select(l->g, below, build1(l->g, OP_negate, size), size));
}

/* fmax, fmin: a NaN counts for nothing. */
void lower_extreme_number(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *a = lower_operand(l, 0, t), *b = lower_operand(l, 1, t);
	enum op op = (enum op)l->row->what;
	if (t == DTYPE_i1)
		op = op == OP_maximum ? OP_or : OP_and;
	const struct node *y = build2(g, op, a, b);
	if (dtype_is_float(t)) {
		y = build_select(g, build_compare(g, "NE", a, a), b, y);
		y = build_select(g, build_compare(g, "NE", b, b), a, y);
	}
	lower_finish(l, y);
}

/* In the dtype itself: the value next to a narrow float in a wider dtype rounds back to it. */
void lower_nextafter(struct lower *l)
{
	enum dtype t = lower_dtype(l);
	l->out[0] = build2(
		l->g, OP_chlo_next_after, lower_operand(l, 0, t), lower_operand(l, 1, t));
}

/* sqrt(a^2 + b^2), scaled by the larger so that no square overflows. */
void lower_hypot(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *a = build1(g, OP_abs, lower_operand(l, 0, t));
	const struct node *b = build1(g, OP_abs, lower_operand(l, 1, t));
	const struct node *large = build2(g, OP_maximum, a, b),
			  *small = build2(g, OP_minimum, a, b);
	const struct node *one = lower_like(l, a, 1), *inf = lower_like(l, a, INFINITY);
	const struct node *plain = build2(g, OP_or, build_compare(g, "EQ", large, inf),
		build_compare(g, "EQ", large, lower_like(l, a, 0)));
	const struct node *ratio =
		build2(g, OP_divide, small, build_select(g, plain, one, large));
	const struct node *y = build2(g, OP_multiply, large,
		build1(g, OP_sqrt, build2(g, OP_add, one, build2(g, OP_multiply, ratio, ratio))));
	const struct node *infinite =
		build2(g, OP_or, build_compare(g, "EQ", a, inf), build_compare(g, "EQ", b, inf));
	y = build_select(g, plain, large, y);
	lower_finish(l, build_select(g, infinite, inf, y));
}

/* Rounded to argument 1 decimals, half to even. */
void lower_round_decimals(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *x = lower_operand(l, 0, t);
	int64_t decimals = lower_int(l, 1);
	if (!dtype_is_float(t)) {
		l->out[0] = x;
		return;
	}
	const struct node *ten = lower_like(l, x, pow(10, fabs((double)decimals)));
	x = build2(g, decimals < 0 ? OP_divide : OP_multiply, x, ten);
	x = build1(g, OP_round_nearest_even, x);
	lower_finish(l, build2(g, decimals < 0 ? OP_multiply : OP_divide, x, ten));
}

/* self * 2^other. */
void lower_ldexp(struct lower *l)
{
	enum dtype t = lower_compute(lower_dtype(l));
	const struct node *x = lower_operand(l, 0, t), *e = lower_operand(l, 1, t);
	lower_finish(l, build2(l->g, OP_multiply, x,
				build2(l->g, OP_power, lower_like(l, e, 2), e)));
}

/* Shifts by less than nothing, or by the whole width, leave what shifting it all out leaves. */
void lower_shift(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = lower_dtype(l);
	const struct node *x = lower_operand(l, 0, t), *by = lower_operand(l, 1, t);
	enum op op = (enum op)l->row->what;
	if (op == OP_shift_right_arithmetic && dtype_is_unsigned(t))
		op = OP_shift_right_logical;
	const struct node *width = lower_like(l, by, dtype_table[t].bits - 1);
	const struct node *all = op == OP_shift_right_arithmetic ? build2(g, op, x, width)
								 : lower_like(l, x, 0);
	const struct node *far = build_compare(g, "GT", by, width);
	far = build2(g, OP_or, far, build_compare(g, "LT", by, lower_like(l, by, 0)));
	l->out[0] = build_select(g, far, all, build2(g, op, x, by));
}

/* x = mantissa * 2^exponent, the mantissa in [0.5, 1). */
void lower_frexp(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	const struct node *x = lower_operand(l, 0, c);
	bool wide = c == DTYPE_f64;
	enum dtype it = wide ? DTYPE_i64 : DTYPE_i32;
	int32_t fraction = wide ? 52 : 23, all = wide ? 0x7ff : 0xff, half = wide ? 1022 : 126;
	const struct node *zero = lower_like(l, x, 0), *size = build1(g, OP_abs, x);
	/* Denormals are made normal first. */
	double up = wide ? 0x1p60 : 0x1p30;
	const struct node *tiny = build_compare(
		g, "LT", size, lower_like(l, x, wide ? 0x1p-1022 : 0x1p-126));
	const struct node *scaled = build_select(
		g, tiny, build2(g, OP_multiply, x, lower_like(l, x, up)), x);
	const struct node *bits = bits_as(l, scaled, it);
	const struct node *field = build2(g, OP_and,
		build2(g, OP_shift_right_logical, bits, lower_like(l, bits, fraction)),
		lower_like(l, bits, all));
	const struct node *exponent = build2(g, OP_subtract, field, lower_like(l, bits, half));
	exponent = build_select(g, tiny,
		build2(g, OP_subtract, exponent, lower_like(l, bits, wide ? 60 : 30)), exponent);
	int64_t keep = wide ? (int64_t)0x800fffffffffffff : 0x807fffff;
	const struct node *mask =
		lower_shape(l, build_scalar_int(g, it, wide ? keep : (int32_t)keep), bits->type);
	const struct node *bias = lower_shape(
		l, build_scalar_int(g, it, (int64_t)half << fraction), bits->type);
	const struct node *mantissa =
		bits_as(l, build2(g, OP_or, build2(g, OP_and, bits, mask), bias), c);
	/* Zero, infinity and NaN are their own mantissa. */
	const struct node *finite = build_compare(g, "LT", size, lower_like(l, x, INFINITY));
	const struct node *plain = build2(
		g, OP_and, finite, build_compare(g, "NE", x, zero));
	l->out[0] = lower_cast(l, build_select(g, plain, mantissa, x), t);
	l->out[1] = lower_cast(
		l, build_select(g, plain, exponent, lower_like(l, exponent, 0)), l->type[1]->dtype);
}

/* ---- complex numbers ------------------------------------------------------------------------ */

static enum dtype part_of(enum dtype t)
{
	return t == DTYPE_c128 ? DTYPE_f64 : t == DTYPE_c64 ? DTYPE_f32 : t;
}

void lower_angle(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0);
	if (dtype_is_complex(x->type->dtype)) {
		lower_finish(l, build2(g, OP_atan2, build1(g, OP_imag, x), build1(g, OP_real, x)));
		return;
	}
	x = lower_operand(l, 0, lower_compute(lower_dtype(l)));
	const struct node *zero = lower_like(l, x, 0);
	const struct node *y = build_select(
		g, build_compare(g, "LT", x, zero), lower_like(l, x, M_PI), zero);
	lower_finish(l, build_select(g, build_compare(g, "NE", x, x), x, y));
}

/* complex(re, im); what 1: polar(size, angle). */
void lower_complex(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = part_of(lower_dtype(l));
	const struct node *a = lower_operand(l, 0, t), *b = lower_operand(l, 1, t);
	if (l->row->what) {
		const struct node *size = a, *angle = b;
		a = build2(g, OP_multiply, size, build1(g, OP_cosine, angle));
		b = build2(g, OP_multiply, size, build1(g, OP_sine, angle));
	}
	l->out[0] = build2(g, OP_complex, a, b);
}

void lower_conj(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	l->out[0] = dtype_is_complex(x->type->dtype) ? build1(l->g, OP_chlo_conj, x) : x;
}

/* what: OP_real, OP_imag. */
void lower_part(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	l->out[0] = dtype_is_complex(x->type->dtype) ? build1(l->g, (enum op)l->row->what, x) : x;
}

/* A last dimension of size 2 that holds the parts. */
void lower_view_as_real(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0), *both[2];
	int64_t dims[ATEN_MAX_RANK];
	uint32_t rank = x->type->rank;
	if (!dtype_is_complex(x->type->dtype) || rank + 1 > ATEN_MAX_RANK)
		lower_fail(l, "takes a complex tensor");
	for (uint32_t i = 0; i < rank; i++)
		dims[i] = x->type->dims[i];
	dims[rank] = 1;
	for (uint32_t i = 0; i < 2; i++)
		both[i] = build_reshape(
			l->g, build1(l->g, i ? OP_imag : OP_real, x), rank + 1, dims);
	l->out[0] = build_concat(l->g, 2, both, rank);
}

void lower_view_as_complex(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0), *both[2];
	uint32_t rank = x->type->rank;
	if (!rank || x->type->dims[rank - 1] != 2)
		lower_fail(l, "the last dimension is not of size 2");
	for (int64_t i = 0; i < 2; i++)
		both[i] = build_reshape(l->g, lower_clip(l, x, rank - 1, i, i + 1, 1), rank - 1,
			x->type->dims);
	l->out[0] = build2(l->g, OP_complex, both[0], both[1]);
}

/* The same bits as another dtype: of another width, the last dimension grows or shrinks. */
void lower_view_dtype(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	enum dtype from = x->type->dtype, to = lower_dtype(l);
	uint32_t rank = x->type->rank, wide = dtype_table[from].bits, narrow = dtype_table[to].bits;
	int64_t dims[ATEN_MAX_RANK + 1] = { 0 };
	if (from == to) {
		l->out[0] = x;
		return;
	}
	if (from == DTYPE_i1 || to == DTYPE_i1 || dtype_is_complex(from) || dtype_is_complex(to) ||
		(wide != narrow && (!rank || !type_is_static(x->type))))
		lower_bail(l);
	memcpy(dims, x->type->dims, rank * sizeof *dims);
	if (wide == narrow) {
		l->out[0] = bits_as(l, x, to);
	} else if (wide > narrow) {
		dims[rank] = wide / narrow;
		x = lower_bits(l, x, type_tensor(l->g, to, rank + 1, dims));
		dims[rank - 1] *= dims[rank];
		l->out[0] = build_reshape(l->g, x, rank, dims);
	} else {
		dims[rank] = narrow / wide;
		if (dims[rank - 1] % dims[rank])
			lower_fail(l, "the last dimension is no multiple of %u", narrow / wide);
		dims[rank - 1] /= dims[rank];
		x = build_reshape(l->g, x, rank + 1, dims);
		l->out[0] = lower_bits(l, x, type_tensor(l->g, to, rank, dims));
	}
}
