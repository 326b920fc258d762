/* quantise.c -- quantised tensors become their storage integers, in the signature too; an op over
 * them becomes dequantize, the op over the expressed dtype, quantize, as the specification has it.
 * Ops that only move elements, and those with regions, keep the integers (quant_moves).
 *
 *   dequantize  (x - zero) * scale             quantize  round(clamp(x / scale + zero))
 *
 * Both as the interpreter computes them, bit for bit: x - zero exactly, in f32 where the storage
 * has 16 bits at most, else in f64; from there on every step is rounded to the expressed dtype. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "pass/pass.h"

/* ---- types ---------------------------------------------------------------------------------- */

static bool type_has_quant(const struct type *t)
{
	bool has = t->kind == TYPE_tensor && t->quant;
	for (uint32_t i = 0; i < t->n; i++)
		has |= type_has_quant(t->elem[i]);
	return has;
}

/* t with quantised tensors as those of their storage, or of their expressed dtype. */
static const struct type *type_without(struct graph *g, const struct type *t, bool expressed)
{
	if (!type_has_quant(t))
		return t;
	if (t->kind == TYPE_tensor) {
		struct type plain = *t;
		plain.dtype = expressed ? t->quant->expressed : t->dtype;
		plain.quant = NULL;
		return type_cons(g, &plain);
	}
	const struct type **elem = job_array(graph_job(g), t->n, sizeof *elem);
	for (uint32_t i = 0; i < t->n; i++)
		elem[i] = type_without(g, t->elem[i], expressed);
	return type_list(g, t->kind, t->n, elem);
}

/* ---- conversions ---------------------------------------------------------------------------- */

/* What computes in the expressed dtype, before it is rounded to that. */
static enum dtype quant_wide(const struct quant *q)
{
	return q->expressed == DTYPE_f64 ? DTYPE_f64 : DTYPE_f32;
}

/* v, rounded to the expressed dtype. */
static const struct node *expressed(struct graph *g, const struct node *v, const struct quant *q)
{
	return build_convert(g, build_convert(g, v, q->expressed), quant_wide(q));
}

static double rounded(enum dtype t, double v)
{
	unsigned char at[16];
	dtype_store_f64(t, at, v);
	return dtype_load_f64(t, at);
}

/* The scales (as the expressed dtype has them) or zero points of q, in x's shape and dtype. */
static const struct node *parameters(
	struct graph *g, const struct quant *q, const struct node *x, bool zeros)
{
	enum dtype t = x->type->dtype;
	if (q->axis < 0 || q->n < 2)
		return build_like(
			g, x, zeros ? (double)q->zeros[0] : rounded(q->expressed, q->scales[0]));
	unsigned char *data = job_array(graph_job(g), q->n, dtype_bytes(t));
	for (uint32_t i = 0; i < q->n; i++)
		dtype_store_f64(t, data + i * dtype_bytes(t),
			zeros ? (double)q->zeros[i] : rounded(q->expressed, q->scales[i]));
	const int64_t n = q->n, axis = q->axis;
	const struct node *v = build_constant(g, type_tensor(g, t, 1, &n), false, data);
	return build_broadcast(g, v, x->type->rank, x->type->dims, &axis);
}

static bool has_zeros(const struct quant *q)
{
	bool any = false;
	for (uint32_t i = 0; i < q->n; i++)
		any |= q->zeros[i] != 0;
	return any;
}

static const struct node *dequantize(struct graph *g, const struct node *x, const struct type *t)
{
	const struct quant *q = t->quant;
	bool small = dtype_table[t->dtype].bits <= 16;
	const struct node *v = build_convert(g, x, small ? DTYPE_f32 : DTYPE_f64);
	if (has_zeros(q))
		v = build2(g, OP_subtract, v, parameters(g, q, v, true));
	v = expressed(g, v, q);
	v = build2(g, OP_multiply, v, parameters(g, q, v, false));
	return build_convert(g, v, q->expressed);
}

/* v within the storage's bounds, which the expressed dtype may not hold: a first clamp is to what
 * it makes of them, as specified, a second one to them. */
static const struct node *stored(struct graph *g, const struct node *v, const struct type *t)
{
	const struct quant *q = t->quant;
	double min = rounded(q->expressed, (double)q->min);
	double max = rounded(q->expressed, (double)q->max);
	enum dtype wide = quant_wide(q);
	v = build3(g, OP_clamp, build_scalar(g, wide, min), v, build_scalar(g, wide, max));
	v = build_convert(g, build1(g, OP_round_nearest_even, v), t->dtype);
	if (min == (double)q->min && max == (double)q->max)
		return v;
	return build3(g, OP_clamp, build_scalar(g, t->dtype, (double)q->min), v,
		build_scalar(g, t->dtype, (double)q->max));
}

static const struct node *quantize(struct graph *g, const struct node *x, const struct type *t)
{
	const struct quant *q = t->quant;
	const struct node *y = expressed(g, x, q);
	y = expressed(g, build2(g, OP_divide, y, parameters(g, q, y, false)), q);
	const struct node *zero = expressed(g, parameters(g, q, y, true), q);
	const struct node *v = has_zeros(q) ? expressed(g, build2(g, OP_add, y, zero), q) : y;
	/* a NaN is the zero point */
	v = build_select(g, build_compare(g, "NE", v, v), zero, v);
	return stored(g, v, t);
}

/* ---- nodes ---------------------------------------------------------------------------------- */

static const struct node *rebuilt(struct graph *g, const struct node *n,
	const struct node *const *in, const struct type *type)
{
	const struct region **regions = job_array(graph_job(g), n->nregions, sizeof *regions);
	for (uint32_t i = 0; i < n->nregions; i++)
		regions[i] = pass_quantise(g, n->regions[i]);
	struct node_spec s = {
		.op = n->op, .nin = n->nin, .in = in, .attrs = n->attrs,
		.nregions = n->nregions, .regions = regions, .type = type,
	};
	return graph_node(g, &s);
}

static const struct node *stored_constant(struct graph *g, const struct node *n)
{
	const struct literal *l = node_literal(n);
	const struct type *type = type_without(g, n->type, false);
	return l ? build_constant(g, type, l->splat, l->data) : rebuilt(g, n, NULL, type);
}

/* An op that computes: over the expressed dtypes.  One of several results is quantized at
 * OP_result. */
static const struct node *computed(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct node **wide = job_array(graph_job(g), n->nin, sizeof *wide), *m;
	for (uint32_t i = 0; i < n->nin; i++)
		wide[i] = n->in[i]->type->quant ? dequantize(g, in[i], n->in[i]->type) : in[i];
	if (n->op == OP_uniform_quantize || n->op == OP_uniform_dequantize)
		m = wide[0];
	else
		m = rebuilt(g, n, wide, type_without(g, n->type, true));
	return n->type->kind == TYPE_tensor && n->type->quant ? quantize(g, m, n->type) : m;
}

static const struct node *node_quantise(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	(void)arg;
	bool quant = type_has_quant(n->type);
	for (uint32_t i = 0; i < n->nin; i++)
		quant |= type_has_quant(n->in[i]->type);
	if (!quant)
		return region_rewrite_nested(g, n, in, pass_quantise);
	if (n->op == OP_parameter)
		return graph_parameter(
			g, (uint32_t)node_int(n, KEY_index, 0), type_without(g, n->type, false));
	if (n->op == OP_constant)
		return stored_constant(g, n);
	if (n->op == OP_result) {
		const struct node *m = graph_result(g, in[0], (uint32_t)node_int(n, KEY_index, 0));
		return quant_moves(n->in[0]->op) || !type_has_quant(n->type)
			       ? m
			       : quantize(g, m, n->type);
	}
	if (quant_moves(n->op))
		return rebuilt(g, n, in, type_without(g, n->type, false));
	return computed(g, n, in);
}

const struct region *pass_quantise(struct graph *g, const struct region *r)
{
	const struct type **params = job_array(graph_job(g), r->nparams, sizeof *params);
	for (uint32_t i = 0; i < r->nparams; i++)
		params[i] = type_without(g, r->params[i], false);
	return region_rewrite_as(g, r, r->nparams, params, node_quantise, NULL);
}
