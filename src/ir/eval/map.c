/* map.c -- ops whose result element i depends on element i of each operand.
 *
 * Most are a meaning of op.def (scalar.c); here are those with a type or an attribute to mind,
 * and map, which runs a region for every element. */
#include "ir/eval/eval_impl.h"
#include <math.h>
#include <string.h>

static void map_convert(struct call *c)
{
	const struct tensor *a = c->in[0];
	struct tensor *out = eval_new_like(c, 0, a);
	enum dtype from = a->type->dtype, to = out->type->dtype;

	for (int64_t i = 0, n = tensor_elements(a); i < n; i++)
		scalar_convert(from, tensor_at(a, i), to, tensor_at(out, i));
}

/* Does `direction` hold for the outcome of scalar_compare? */
static bool direction_holds(const char *d, int order)
{
	if (order == 2)
		return !strcmp(d, "NE");
	return !strcmp(d, "EQ") ? order == 0 : !strcmp(d, "NE") ? order != 0 :
		!strcmp(d, "LT") ? order < 0 : !strcmp(d, "LE") ? order <= 0 :
		!strcmp(d, "GT") ? order > 0 : order >= 0;
}

static void map_compare(struct call *c)
{
	const struct tensor *a = c->in[0], *b = c->in[1];
	const char *d = node_str(c->n, KEY_comparison_direction, "EQ");
	bool total = !strcmp(node_str(c->n, KEY_compare_type, ""), "TOTALORDER");
	struct tensor *out = eval_new_like(c, 0, a);

	for (int64_t i = 0, n = tensor_elements(a); i < n; i++)
		*(bool *)tensor_at(out, i) = direction_holds(d,
			scalar_compare(a->type->dtype, tensor_at(a, i), tensor_at(b, i), total));
}

static void map_select(struct call *c)
{
	const struct tensor *p = c->in[0], *a = c->in[1], *b = c->in[2];
	struct tensor *out = eval_new_like(c, 0, a);
	size_t bytes = dtype_bytes(a->type->dtype);

	for (int64_t i = 0, n = tensor_elements(a); i < n; i++) {
		bool yes = *(const unsigned char *)tensor_at(p, p->rank ? i : 0) != 0;
		memcpy(tensor_at(out, i), tensor_at(yes ? a : b, i), bytes);
	}
}

static bool is_nan(enum dtype t, const void *v)
{
	return scalar_compare(t, v, v, false) == 2;
}

/* Of zeros -0 is the lesser one, as to minimum and maximum; 2: one is NaN, were it in one part. */
static int clamp_order(enum dtype t, const void *a, const void *b)
{
	int order = is_nan(t, a) || is_nan(t, b) ? 2 : scalar_compare(t, a, b, false);

	return order == 0 && dtype_is_float(t) ? scalar_compare(t, a, b, true) : order;
}

/* min(max(x, low), high); a NaN anywhere wins. */
static void map_clamp(struct call *c)
{
	const struct tensor *lo = c->in[0], *x = c->in[1], *hi = c->in[2];
	struct tensor *out = eval_new_like(c, 0, x);
	enum dtype t = x->type->dtype;
	size_t bytes = dtype_bytes(t);

	for (int64_t i = 0, n = tensor_elements(x); i < n; i++) {
		const void *v = tensor_at(x, i);
		const void *l = tensor_at(lo, lo->rank ? i : 0),
			   *h = tensor_at(hi, hi->rank ? i : 0);
		int order = clamp_order(t, v, l);
		if (order == 2)
			v = is_nan(t, v) ? v : l;
		else if (order < 0)
			v = l;
		order = clamp_order(t, v, h);
		if (order == 2)
			v = is_nan(t, v) ? v : h;
		else if (order > 0)
			v = h;
		memcpy(tensor_at(out, i), v, bytes);
	}
}

static void map_complex(struct call *c)
{
	const struct tensor *a = c->in[0], *b = c->in[1];
	struct tensor *out = eval_new_like(c, 0, a);
	size_t part = dtype_bytes(a->type->dtype);

	for (int64_t i = 0, n = tensor_elements(a); i < n; i++) {
		memcpy(tensor_at(out, i), tensor_at(a, i), part);
		memcpy((char *)tensor_at(out, i) + part, tensor_at(b, i), part);
	}
}

/* The parts of a complex number, its conjugate and its negative are bits that move. */
static void map_part(struct call *c, bool imag)
{
	const struct tensor *a = c->in[0];
	struct tensor *out = eval_new_like(c, 0, a);
	size_t part = dtype_bytes(out->type->dtype);

	if (!dtype_is_complex(a->type->dtype)) {
		enum dtype t = a->type->dtype;
		if (!imag)
			memcpy(out->data, a->data, (size_t)tensor_elements(a) * part);
		for (int64_t i = 0; imag && dtype_is_float(t) && i < tensor_elements(a); i++)
			dtype_store_f64(t, tensor_at(out, i), 0);    /* not all bits 0 */
		return;
	}
	for (int64_t i = 0, n = tensor_elements(a); i < n; i++)
		memcpy(tensor_at(out, i), (const char *)tensor_at(a, i) + (imag ? part : 0), part);
}

static void map_reduce_precision(struct call *c)
{
	const struct tensor *a = c->in[0];
	struct tensor *out = eval_new_like(c, 0, a);
	int64_t e = node_int(c->n, KEY_exponent_bits, 8), m = node_int(c->n, KEY_mantissa_bits, 23);

	for (int64_t i = 0, n = tensor_elements(a); i < n; i++)
		scalar_reduce_precision(a->type->dtype, tensor_at(a, i), tensor_at(out, i), e, m);
}

static void map_is_inf(struct call *c)
{
	const struct tensor *a = c->in[0];
	struct tensor *out = eval_new_like(c, 0, a);
	enum op op = c->n->op;

	for (int64_t i = 0, n = tensor_elements(a); i < n; i++) {
		double v = dtype_load_f64(a->type->dtype, tensor_at(a, i));
		*(bool *)tensor_at(out, i) = isinf(v) && (op == OP_chlo_is_inf ||
			(v < 0) == (op == OP_chlo_is_neg_inf));
	}
}

static void map_region(struct call *c)
{
	uint32_t n = node_noperands(c->n);
	struct body b;

	for (uint32_t i = 0; i < c->nout; i++)
		eval_new_like(c, i, c->in[0]);
	body_init(c, 0, n, &b);
	for (int64_t k = 0, size = tensor_elements(c->in[0]); k < size; k++) {
		for (uint32_t i = 0; i < n; i++)
			body_set(&b, i, c->in[i]->type->dtype, tensor_at(c->in[i], k));
		body_run(c, &b);
		for (uint32_t i = 0; i < c->nout; i++)
			body_get(c, &b, i, c->out[i]->type->dtype, tensor_at(c->out[i], k));
	}
	body_fini(c, &b);
}

/* Scalars stand for all elements in select and clamp. */
static void check_sizes(const struct call *c)
{
	bool scalars = c->n->op == OP_select || c->n->op == OP_clamp;
	const struct tensor *a = c->in[scalars];
	uint32_t n = node_noperands(c->n);           /* what map captures has any size */

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t d = 0; d < a->rank && c->in[i]->rank == a->rank; d++)
			eval_check_size(c, i, d, a->dims[d]);
}

void eval_map(struct call *c)
{
	check_sizes(c);
	switch (c->n->op) {
	case OP_convert: map_convert(c); return;
	case OP_compare: map_compare(c); return;
	case OP_select: map_select(c); return;
	case OP_clamp: map_clamp(c); return;
	case OP_complex: map_complex(c); return;
	case OP_real: map_part(c, false); return;
	case OP_imag: map_part(c, true); return;
	case OP_reduce_precision: map_reduce_precision(c); return;
	case OP_chlo_is_inf:
	case OP_chlo_is_neg_inf:
	case OP_chlo_is_pos_inf: map_is_inf(c); return;
	case OP_map: map_region(c); return;
	case OP_uniform_quantize: case OP_uniform_dequantize: {
		/* Operand and result reach this op as floats: eval_run loads and stores what is
		 * quantised. */
		struct tensor *out = eval_new_like(c, 0, c->in[0]);
		for (int64_t i = 0, n = tensor_elements(out); i < n; i++)
			scalar_convert(c->in[0]->type->dtype, tensor_at(c->in[0], i),
				out->type->dtype, tensor_at(out, i));
		return;
	}
	default:
		break;
	}
	const struct tensor *a = c->in[0], *b = c->nin > 1 ? c->in[1] : NULL;
	scalar_map(c, c->n->op, a, b, eval_new_like(c, 0, a));
}

/* ---- chlo.broadcast_* ----------------------------------------------------------------------- */

/* Operand t in the shape dims, its dimensions beginning at dimension `at` of them; size 1
 * stretches. */
static struct tensor *broadcast_operand(struct call *c, const struct tensor *t, uint32_t rank,
	const int64_t *dims, const int64_t *at)
{
	struct tensor *out = eval_temp(c, t->type->dtype, rank, dims);
	size_t bytes = dtype_bytes(t->type->dtype);
	int64_t index[EVAL_MAX_RANK] = { 0 }, strides[EVAL_MAX_RANK];

	tensor_strides(t, strides);
	for (int64_t i = 0, n = tensor_elements(out); i < n; i++) {
		int64_t from = 0;
		for (uint32_t d = 0; d < t->rank; d++)
			from += t->dims[d] == 1 ? 0 : index[at[d]] * strides[d];
		memcpy(tensor_at(out, i), tensor_at(t, from), bytes);
		index_next(rank, dims, index);
	}
	return out;
}

static void broadcast_operands(struct call *c, struct tensor **in)
{
	int64_t dims[EVAL_MAX_RANK], at[8][EVAL_MAX_RANK];
	uint32_t rank = 0, nbd;
	const int64_t *bd = eval_ints_any(c, KEY_broadcast_dimensions, &nbd);

	for (uint32_t i = 0; i < c->nin; i++)
		if (c->in[i]->rank > rank)
			rank = c->in[i]->rank;
	for (uint32_t d = 0; d < rank; d++)
		dims[d] = 1;
	for (uint32_t i = 0; i < c->nin; i++) {
		uint32_t r = c->in[i]->rank;
		for (uint32_t d = 0; d < r; d++) {
			at[i][d] = bd && nbd == r && r < rank ? bd[d] : d + rank - r;
			if (c->in[i]->dims[d] != 1)
				dims[at[i][d]] = c->in[i]->dims[d];
		}
	}
	for (uint32_t i = 0; i < c->nin; i++)
		for (uint32_t d = 0; d < c->in[i]->rank; d++)
			if (c->in[i]->dims[d] != 1 && c->in[i]->dims[d] != dims[at[i][d]])
				eval_fail(c, WEFT_INVALID_ARGUMENT,
					"sizes %lld and %lld do not broadcast",
					(long long)c->in[i]->dims[d], (long long)dims[at[i][d]]);
	for (uint32_t i = 0; i < c->nin; i++)
		in[i] = broadcast_operand(c, c->in[i], rank, dims, at[i]);
}

static enum op unbroadcast(enum op op)
{
	switch (op) {
	case OP_chlo_broadcast_add: return OP_add;
	case OP_chlo_broadcast_and: return OP_and;
	case OP_chlo_broadcast_atan2: return OP_atan2;
	case OP_chlo_broadcast_divide: return OP_divide;
	case OP_chlo_broadcast_maximum: return OP_maximum;
	case OP_chlo_broadcast_minimum: return OP_minimum;
	case OP_chlo_broadcast_multiply: return OP_multiply;
	case OP_chlo_broadcast_next_after: return OP_chlo_next_after;
	case OP_chlo_broadcast_or: return OP_or;
	case OP_chlo_broadcast_polygamma: return OP_chlo_polygamma;
	case OP_chlo_broadcast_power: return OP_power;
	case OP_chlo_broadcast_remainder: return OP_remainder;
	case OP_chlo_broadcast_shift_left: return OP_shift_left;
	case OP_chlo_broadcast_shift_right_arithmetic: return OP_shift_right_arithmetic;
	case OP_chlo_broadcast_shift_right_logical: return OP_shift_right_logical;
	case OP_chlo_broadcast_subtract: return OP_subtract;
	case OP_chlo_broadcast_xor: return OP_xor;
	case OP_chlo_broadcast_zeta: return OP_chlo_zeta;
	default: return OP_COUNT;
	}
}

void eval_chlo_broadcast(struct call *c)
{
	struct tensor *in[8], **old = c->in;

	if (c->nin > 3)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "more than three operands");
	broadcast_operands(c, in);
	c->in = in;
	switch (c->n->op) {
	case OP_chlo_broadcast_compare: map_compare(c); break;
	case OP_chlo_broadcast_select: map_select(c); break;
	case OP_chlo_broadcast_complex: map_complex(c); break;
	default: {
		enum op op = unbroadcast(c->n->op);
		if (op == OP_COUNT)
			eval_fail(c, WEFT_UNIMPLEMENTED, "no meaning over scalars");
		bool differs = op == OP_subtract || op == OP_power;
		if (differs && in[0]->type->dtype == DTYPE_i1)
			eval_fail(c, WEFT_UNIMPLEMENTED, "no meaning for i1");
		scalar_map(c, op, in[0], in[1], eval_new_like(c, 0, in[0]));
	}
	}
	for (uint32_t i = 0; i < c->nin; i++)
		eval_drop(c->e, in[i]);
	c->in = old;
}

void eval_chlo_broadcast_compare(struct call *c)
{
	eval_chlo_broadcast(c);
}

void eval_chlo_broadcast_select(struct call *c)
{
	eval_chlo_broadcast(c);
}

void eval_chlo_constant_like(struct call *c)
{
	const struct attr *a = attrs_find(c->n->attrs, KEY_value);
	const struct tensor *t = c->in[0];
	struct tensor *out = eval_new_like(c, 0, t);
	size_t bytes = dtype_bytes(out->type->dtype);

	if (!a || !a->dense || a->dense->type->dtype != out->type->dtype)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "no value of the result's dtype");
	for (int64_t i = 0, n = tensor_elements(out); i < n; i++)
		memcpy(tensor_at(out, i), a->dense->data, bytes);
}
