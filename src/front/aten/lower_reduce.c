/* lower_reduce.c -- sums, extremes, tests, variance.
 *
 * f16 and bf16 are summed in f32.  Extremes propagate NaN, as StableHLO's maximum and minimum do;
 * an index of an extreme is the first one, and a NaN is larger (smaller) than everything. */
#include "front/aten/lower.h"
#include <math.h>
#include <string.h>

static bool keepdim(struct lower *l, uint32_t i)
{
	return l->nargs > i && lower_bool(l, i);
}

/* The dimensions argument 1 names; none of a scalar. */
static void reduced(struct lower *l, const struct node *x, bool all, bool *in)
{
	memset(in, 0, ATEN_MAX_RANK * sizeof *in);
	if (all)
		memset(in, 1, x->type->rank * sizeof *in);
	else if (x->type->rank)
		lower_dims(l, 1, x->type->rank, in);
}

/* what: 0 sum of all, 1 sum of dimensions, 2 and 3 means of the same. */
void lower_sum(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	bool in[ATEN_MAX_RANK], all = l->row->what % 2 == 0;
	reduced(l, x, all, in);
	x = lower_cast(l, x, c);
	const struct node *y = lower_reduce(l, OP_add, x, in, !all && keepdim(l, 2));
	if (l->row->what >= 2)
		y = build2(l->g, OP_divide, y, lower_shape(l, lower_count(l, x, in, c), y->type));
	l->out[0] = lower_cast(l, y, t);
}

void lower_prod(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	bool in[ATEN_MAX_RANK], all = l->row->what == 0;
	reduced(l, x, all, in);
	const struct node *y =
		lower_reduce(l, OP_multiply, lower_cast(l, x, c), in, !all && keepdim(l, 2));
	l->out[0] = lower_cast(l, y, t);
}

static void extreme(struct lower *l, bool all, bool least)
{
	const struct node *x = lower_tensor(l, 0);
	bool in[ATEN_MAX_RANK];
	reduced(l, x, all, in);
	if (all)
		lower_check_some(l, x);
	enum op op = least ? OP_minimum : OP_maximum;
	if (x->type->dtype == DTYPE_i1)
		op = least ? OP_and : OP_or;
	l->out[0] = lower_reduce(l, op, x, in, !all && keepdim(l, 2));
}

void lower_extreme(struct lower *l)
{
	extreme(l, false, l->row->what);
}

void lower_extreme_all(struct lower *l)
{
	extreme(l, true, l->row->what);
}

/* The norm of order argument 1 over the dimensions of argument 2. */
void lower_vector_norm(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0);
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	double ord = lower_float(l, 1);
	bool in[ATEN_MAX_RANK] = { 0 };
	bool powers = ord != 2 && ord != 1 && ord != 0 && !isinf(ord);
	if (dtype_is_complex(x->type->dtype)) {
		x = build1(g, OP_abs, x);
	} else if (!dtype_is_float(x->type->dtype)) {
		lower_bail(l);
	}
	if (x->type->rank)
		lower_dims(l, 2, x->type->rank, in);
	x = lower_cast(l, x, c);
	enum op op = !isinf(ord) ? OP_add : ord > 0 ? OP_maximum : OP_minimum;
	if (ord == 2)
		x = build2(g, OP_multiply, x, x);
	else if (ord == 0)
		x = build_convert(g, build_compare(g, "NE", x, lower_like(l, x, 0)), c);
	else
		x = build1(g, OP_abs, x);
	if (powers)
		x = build2(g, OP_power, x, lower_like(l, x, ord));
	const struct node *y = lower_reduce(l, op, x, in, keepdim(l, 3));
	if (powers)
		y = build2(g, OP_power, y, lower_like(l, y, 1 / ord));
	l->out[0] = lower_cast(l, ord == 2 ? build1(g, OP_sqrt, y) : y, t);
}

/* what: 0 any of all, 1 any of dimensions, 2 and 3 all. */
void lower_any(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	bool in[ATEN_MAX_RANK], everything = l->row->what % 2 == 0;
	reduced(l, x, everything, in);
	const struct node *y = lower_reduce(l, l->row->what < 2 ? OP_or : OP_and,
		lower_cast(l, x, DTYPE_i1), in, !everything && keepdim(l, 2));
	l->out[0] = lower_cast(l, y, lower_dtype(l));
}

/* The exclusive or of all bits: of floats in 64 bits, of integers widened to 64. */
void lower_hash_tensor(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	bool in[ATEN_MAX_RANK] = { 0 };
	if (dtype_is_complex(x->type->dtype) || lower_int(l, 3) != 0)
		lower_bail(l);
	if (x->type->rank)
		lower_dims(l, 1, x->type->rank, in);
	if (dtype_is_float(x->type->dtype)) {
		x = lower_cast(l, x, DTYPE_f64);
		x = lower_bits(l, x, type_with_dtype(l->g, x->type, DTYPE_ui64));
	}
	l->out[0] = lower_reduce(l, OP_xor, lower_cast(l, x, DTYPE_ui64), in, lower_bool(l, 2));
}

/* ---- the place of an extreme ---------------------------------------------------------------- */

/* The first index along `in` where x is its extreme m: the least index of those that hold it. */
static const struct node *first_index(
	struct lower *l, const struct node *x, const struct node *m, const bool *in, int64_t dim)
{
	struct graph *g = l->g;
	const struct node *wide = lower_unreduce(l, m, in, x);
	const struct node *hit = build_compare(g, "EQ", x, wide);
	if (dtype_is_float(x->type->dtype))
		hit = build2(g, OP_or, hit, build_compare(g, "NE", x, x));
	const struct type *it = type_with_dtype(g, x->type, DTYPE_i64);
	const struct node *index = lower_iota(l, it, dim);
	const struct node *none = lower_behind(l, it);
	return lower_reduce(l, OP_minimum, build_select(g, hit, index, none), in, false);
}

static const struct node *keep(struct lower *l, const struct node *n, uint32_t i)
{
	return build_reshape(l->g, n, l->type[i]->rank, l->type[i]->dims);
}

static bool empty_along(const struct node *x, const bool *in)
{
	for (uint32_t i = 0; i < x->type->rank; i++)
		if (in[i] && x->type->dims[i] == 0)
			return true;
	return false;
}

void lower_max_dim(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	bool in[ATEN_MAX_RANK];
	reduced(l, x, false, in);
	if (empty_along(x, in))
		lower_fail(l, "the reduced dimension is empty");
	enum op op = l->row->what ? OP_minimum : OP_maximum;
	if (x->type->dtype == DTYPE_i1)
		op = l->row->what ? OP_and : OP_or;
	const struct node *m = lower_reduce(l, op, x, in, false);
	l->out[0] = keep(l, m, 0);
	if (!lower_uses(l, 1))
		return;
	if (x->type->rank == 0)
		l->out[1] = build_scalar_int(l->g, DTYPE_i64, 0);
	else
		l->out[1] = keep(l, first_index(l, x, m, in, lower_dim(l, 1, x->type->rank)), 1);
	if (x->type->rank)
		place_note(l->r, l->out[1], x->type->dims[lower_dim(l, 1, x->type->rank)], false);
}

void lower_argmax(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	bool in[ATEN_MAX_RANK];
	int64_t dim = 0;
	if (lower_is_none(l, 1) && x->type->rank != 1) {
		dim = dim_product(l->g, x->type->rank, x->type->dims);
		x = build_reshape(l->g, x, 1, &dim);
		dim = 0;
	} else if (!lower_is_none(l, 1)) {
		if (x->type->rank == 0)
			x = build_reshape(l->g, x, 1, &(int64_t){ 1 });
		dim = lower_dim(l, 1, x->type->rank);
	}
	memset(in, 0, sizeof in);
	in[dim] = true;
	if (empty_along(x, in))
		lower_fail(l, "the reduced dimension is empty");
	if (x->type->dtype == DTYPE_i1)
		x = lower_cast(l, x, DTYPE_i8);
	const struct node *m =
		lower_reduce(l, l->row->what ? OP_minimum : OP_maximum, x, in, false);
	l->out[0] = keep(l, first_index(l, x, m, in, dim), 0);
	place_note(l->r, l->out[0], x->type->dims[dim], false);
}

/* ---- variance ------------------------------------------------------------------------------- */

/* Two walks: the mean, then the squares of the differences.  what 1: argument 2 says unbiased. */
void lower_var(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0);
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	bool in[ATEN_MAX_RANK];
	if (!dtype_is_float(x->type->dtype)) {
		lower_give_up(l);
		return;
	}
	reduced(l, x, false, in);
	struct arg one = { .kind = ARG_int, .i = l->row->what == 1 ? lower_bool(l, 2) : 1 };
	bool given = l->row->what != 1 && !lower_is_none(l, 2);
	const struct node *correction = lower_scalar(l, given ? &l->args[2] : &one, c);
	x = lower_cast(l, x, c);
	const struct node *count = lower_count(l, x, in, c);
	const struct node *sum = lower_reduce(l, OP_add, x, in, false);
	const struct node *mean = build2(g, OP_divide, sum, lower_shape(l, count, sum->type));
	const struct node *d = build2(g, OP_subtract, x, lower_unreduce(l, mean, in, x));
	const struct node *squares =
		lower_reduce(l, OP_add, build2(g, OP_multiply, d, d), in, false);
	const struct node *by = build2(g, OP_maximum, build_scalar(g, c, 0),
		build2(g, OP_subtract, count, correction));
	const struct node *var = build2(g, OP_divide, squares, lower_shape(l, by, squares->type));
	l->out[0] = lower_cast(l, keep(l, var, 0), t);
	if (l->nout > 1)
		l->out[1] = lower_cast(l, keep(l, mean, 1), t);
}
