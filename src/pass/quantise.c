/* quantise.c -- quantised tensors become their storage integers, in the signature too; an op over
 * them becomes dequantize, the op over the expressed dtype, quantize, as the specification has it.
 * Ops that only move elements, and those with regions, keep the integers (quant_moves).
 *
 *   dequantize  (x - zero) * scale             quantize  clamp(round(x / scale) + zero)
 *
 * Both as the interpreter computes them, bit for bit: in f32 where the storage has 16 bits at most
 * and the expressed dtype is f32 (all is exact but the last rounding), else in f64. */
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

static enum dtype quant_wide(const struct type *t)
{
	bool small = dtype_table[t->dtype].bits <= 16 && t->quant->expressed == DTYPE_f32;
	return small ? DTYPE_f32 : DTYPE_f64;
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
	const struct node *v = build_convert(g, x, quant_wide(t));
	if (has_zeros(t->quant))
		v = build2(g, OP_subtract, v, parameters(g, t->quant, v, true));
	v = build2(g, OP_multiply, v, parameters(g, t->quant, v, false));
	return build_convert(g, v, t->quant->expressed);
}

static const struct node *quantize(struct graph *g, const struct node *x, const struct type *t)
{
	const struct quant *q = t->quant;
	enum dtype divided = q->expressed == DTYPE_f64 ? DTYPE_f64 : DTYPE_f32,
		   wide = quant_wide(t);
	const struct node *y = build_convert(g, build_convert(g, x, q->expressed), divided);
	y = build2(g, OP_divide, y, parameters(g, q, y, false));
	y = build_convert(g, build_convert(g, y, q->expressed), wide);
	const struct node *zero = parameters(g, q, y, true);
	const struct node *v = build1(g, OP_round_nearest_even, y);
	v = has_zeros(q) ? build2(g, OP_add, v, zero) : v;
	v = build3(g, OP_clamp, build_scalar(g, wide, (double)q->min), v,
		build_scalar(g, wide, (double)q->max));
	/* a NaN is the zero point */
	v = build_select(g, build_compare(g, "NE", y, y), zero, v);
	return build_convert(g, v, t->dtype);
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
