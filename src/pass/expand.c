/* expand.c -- ops without a core of their own, written in others by the text of the specification.
 *
 * CHLO's broadcast ops first bring their operands to one shape (the second's dims align at the
 * right, or where broadcast_dimensions says); batch norms become reductions and arithmetic. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "pass/expand.h"
#include <string.h>

/* ---- CHLO ----------------------------------------------------------------------------------- */

static const struct {
	enum op from, to;
} broadcasts[] = {
	{ OP_chlo_broadcast_add, OP_add },
	{ OP_chlo_broadcast_and, OP_and },
	{ OP_chlo_broadcast_atan2, OP_atan2 },
	{ OP_chlo_broadcast_complex, OP_complex },
	{ OP_chlo_broadcast_divide, OP_divide },
	{ OP_chlo_broadcast_maximum, OP_maximum },
	{ OP_chlo_broadcast_minimum, OP_minimum },
	{ OP_chlo_broadcast_multiply, OP_multiply },
	{ OP_chlo_broadcast_next_after, OP_chlo_next_after },
	{ OP_chlo_broadcast_or, OP_or },
	{ OP_chlo_broadcast_polygamma, OP_chlo_polygamma },
	{ OP_chlo_broadcast_power, OP_power },
	{ OP_chlo_broadcast_remainder, OP_remainder },
	{ OP_chlo_broadcast_shift_left, OP_shift_left },
	{ OP_chlo_broadcast_shift_right_arithmetic, OP_shift_right_arithmetic },
	{ OP_chlo_broadcast_shift_right_logical, OP_shift_right_logical },
	{ OP_chlo_broadcast_subtract, OP_subtract },
	{ OP_chlo_broadcast_xor, OP_xor },
	{ OP_chlo_broadcast_zeta, OP_chlo_zeta },
	{ OP_chlo_broadcast_compare, OP_compare },
	{ OP_chlo_broadcast_select, OP_select },
};

static const struct node *to_shape(struct graph *g, const struct node *n, const struct node *a,
	const struct type *t)
{
	uint32_t count;
	const int64_t *at = node_ints(n, KEY_broadcast_dimensions, &count);
	if (at && a->type->rank == count && count < t->rank)
		return build_broadcast(g, a, t->rank, t->dims, at);
	return build_broadcast_to(g, a, t->rank, t->dims);
}

static const struct node *expand_broadcast(
	struct graph *g, const struct node *n, const struct node *const *in, enum op to)
{
	const struct node *args[3];
	const struct type *shape = rewrite_type(g, n, in);
	for (uint32_t i = 0; i < n->nin; i++)
		args[i] = to_shape(g, n, in[i], shape);
	struct attr_entry e[4];
	uint32_t ne = 0;
	for (uint32_t i = 0; n->attrs && i < n->attrs->n && ne < 4; i++)
		if (n->attrs->e[i].key != KEY_broadcast_dimensions)
			e[ne++] = n->attrs->e[i];
	/* What `to` does not take is said of n. */
	const struct location *l = graph_location(g, n);
	const struct place at = l ? (struct place){ l->file, l->line, l->column }
				  : (struct place){ 0 };
	return graph_node(g, &(struct node_spec){ .op = to, .nin = n->nin, .in = args,
		.attrs = attrs_cons(g, ne, e), .at = at });
}

/* ---- batch norms (specification: batch_norm_inference, _training, _grad) -------------------- */

static const struct node *along(
	struct graph *g, const struct node *v, const struct type *t, int64_t feature)
{
	return build_broadcast(g, v, t->rank, t->dims, &feature);
}

static const struct node *normalise(struct graph *g, const struct node *n, const struct node *x,
	const struct node *scale, const struct node *offset, const struct node *mean,
	const struct node *variance)
{
	int64_t f = node_int(n, KEY_feature_index, 0);
	const struct node *epsilon = build_like(g, variance, node_float(n, KEY_epsilon, 0));
	const struct node *deviation = build1(g, OP_sqrt, build2(g, OP_add, variance, epsilon));
	const struct node *centred = build2(g, OP_subtract, x, along(g, mean, x->type, f));
	const struct node *unit = build2(g, OP_divide, centred, along(g, deviation, x->type, f));
	return build2(g, OP_add, build2(g, OP_multiply, along(g, scale, x->type, f), unit),
		along(g, offset, x->type, f));
}

/* How many elements of x a feature has, as each element of `like`. */
static const struct node *count_of(struct graph *g, const struct node *x, int64_t feature,
	const struct node *like)
{
	const struct type *t = like->type;
	const struct node *changes = NULL;
	double count = 1;

	for (uint32_t d = 0; d < x->type->rank; d++) {
		if (d == feature)
			continue;
		if (dim_is_number(x->type->dims[d])) {
			count *= (double)x->type->dims[d];
			continue;
		}
		const struct node *size = build_size(g, x, d);
		changes = changes ? build2(g, OP_multiply, changes, size) : size;
	}
	if (!changes)
		return build_like(g, like, count);
	changes = build2(g, OP_multiply, changes, build_like(g, changes, count));
	return build_broadcast_to(g, build_convert(g, changes, t->dtype), t->rank, t->dims);
}

/* Sum over all dims but the feature's. */
static const struct node *sum_of(struct graph *g, const struct node *x, int64_t feature)
{
	int64_t dims[64];
	uint32_t n = 0;
	for (uint32_t d = 0; d < x->type->rank && n < 64; d++)
		if (d != feature)
			dims[n++] = d;
	return build_reduce(g, OP_add, x, n, dims);
}

static const struct node *mean_of(struct graph *g, const struct node *x, int64_t feature)
{
	const struct node *sum = sum_of(g, x, feature);
	return build2(g, OP_divide, sum, count_of(g, x, feature, sum));
}

static void statistics(struct graph *g, const struct node *x, int64_t feature,
	const struct node **mean, const struct node **variance)
{
	*mean = mean_of(g, x, feature);
	const struct node *centred = build2(g, OP_subtract, x, along(g, *mean, x->type, feature));
	*variance = mean_of(g, build2(g, OP_multiply, centred, centred), feature);
}

/* Gradients of x, scale, offset from that of the result. */
static void batch_norm_grad(struct graph *g, const struct node *n, const struct node *const *in,
	const struct node **out)
{
	int64_t f = node_int(n, KEY_feature_index, 0);
	const struct node *x = in[0], *scale = in[1], *mean = in[2], *variance = in[3],
			  *grad = in[4];
	const struct node *epsilon = build_like(g, variance, node_float(n, KEY_epsilon, 0));
	const struct node *deviation = build1(g, OP_sqrt, build2(g, OP_add, variance, epsilon));
	const struct node *wide = along(g, deviation, x->type, f);
	const struct node *unit =
		build2(g, OP_divide, build2(g, OP_subtract, x, along(g, mean, x->type, f)), wide);
	out[2] = sum_of(g, grad, f);
	out[1] = sum_of(g, build2(g, OP_multiply, grad, unit), f);
	const struct node *count = count_of(g, x, f, out[2]);
	const struct node *mean_grad = build2(g, OP_divide, out[2], count);
	const struct node *mean_unit = build2(g, OP_divide, out[1], count);
	const struct node *left = build2(g, OP_subtract, grad, along(g, mean_grad, x->type, f));
	left = build2(g, OP_subtract, left,
		build2(g, OP_multiply, unit, along(g, mean_unit, x->type, f)));
	out[0] = build2(
		g, OP_multiply, build2(g, OP_divide, along(g, scale, x->type, f), wide), left);
}

static const struct node *expand_statistics(
	struct graph *g, const struct node *of, uint32_t i)
{
	const struct node *out[3];
	if (of->op == OP_batch_norm_grad) {
		batch_norm_grad(g, of, of->in, out);
		return out[i];
	}
	statistics(g, of->in[0], node_int(of, KEY_feature_index, 0), &out[1], &out[2]);
	out[0] = normalise(g, of, of->in[0], of->in[1], of->in[2], out[1], out[2]);
	return out[i];
}

static const struct node *expand_constant_like(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct type *t = rewrite_type(g, n, in);
	const struct attr *v = attrs_find(n->attrs, KEY_value);
	const struct literal *l = v ? v->dense : NULL;

	if (!l || l->type->dtype != n->type->dtype)
		return NULL;
	const struct node *one = build_constant(g, type_scalar(g, l->type->dtype), true, l->data);
	return build_broadcast_to(g, one, t->rank, t->dims);
}

/* Result i of an op of several. */
static const struct node *expand_result(struct graph *g, const struct node *of, uint32_t i)
{
	if (op_table[of->op].kind == OP_COLLECTIVE && node_result_type(of, i)->kind == TYPE_tensor)
		return expand_collective(g, of, of->in, i);
	switch (of->op) {
	case OP_chlo_top_k: return expand_top_k(g, of, i);
	case OP_chlo_scan: return expand_scan(g, of, i);
	case OP_custom_call: return expand_custom(g, of, of->in, i);
	case OP_reduce: case OP_reduce_window: case OP_scatter: case OP_sort:
		return expand_body(g, of, i);
	case OP_async_done:
		return of->in[0]->op == OP_async_start ? expand_async(g, of->in[0], i) : NULL;
	case OP_batch_norm_training: case OP_batch_norm_grad:
		return of->in[0]->type->quant ? NULL : expand_statistics(g, of, i);
	default: return NULL;
	}
}

/* ---- operands promoted to what the region computes with (is_promotable) ------ */

static const struct node *promoted(
	struct graph *g, const struct node *x, const struct region *r, uint32_t param)
{
	enum dtype t = r->params[param]->dtype;
	bool same = x->type->quant || x->type->dtype == t;
	return same ? x : build_convert(g, x, t);
}

static const struct node *expand_promoted(
	struct graph *g, const struct node *n, const struct node *const *given)
{
	const struct node *m = region_rewrite_nested(g, n, given, pass_expand);
	const struct node **in = job_array(graph_job(g), n->nin, sizeof *in);
	const struct region *r = n->regions[n->nregions - 1];
	uint32_t count = n->op == OP_scatter ? (node_noperands(n) - 1) / 2 : node_noperands(n) / 2;
	for (uint32_t i = 0; i < n->nin; i++)
		in[i] = m ? m->in[i] : given[i];
	switch (n->op) {
	case OP_select_and_scatter:      /* the operand is only looked at */
		in[1] = promoted(g, in[1], r, 1);
		in[2] = promoted(g, in[2], r, 0);
		break;
	case OP_scatter:
		for (uint32_t i = 0; i < count; i++) {
			in[i] = promoted(g, in[i], r, i);
			in[count + 1 + i] = promoted(g, in[count + 1 + i], r, count + i);
		}
		break;
	default:
		for (uint32_t i = 0; i < count; i++) {
			in[i] = promoted(g, in[i], r, count + i);
			in[count + i] = promoted(g, in[count + i], r, i);
		}
	}
	return node_with_operands(g, m ? m : n, in);
}

/* n, or the loops it is where its body is not computed over lanes; of several results those at
 * each OP_result. */
static const struct node *expand_loops(struct graph *g, const struct node *n)
{
	const struct node *loops =
		n->type->kind == TYPE_results ? NULL : expand_body(g, n, 0);

	return loops ? loops : n;
}

static const struct node *expand_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	(void)arg;
	for (size_t i = 0; i < sizeof broadcasts / sizeof *broadcasts; i++)
		if (n->op == broadcasts[i].from && n->type->kind == TYPE_tensor)
			return expand_broadcast(g, n, in, broadcasts[i].to);
	if (op_table[n->op].kind == OP_COLLECTIVE && n->type->kind == TYPE_tensor)
		return expand_collective(g, n, in, 0);
	switch (n->op) {
	case OP_chlo_constant_like:
		return expand_constant_like(g, n, in);
	case OP_batch_norm_inference:
		return n->type->quant ? NULL : normalise(g, n, in[0], in[1], in[2], in[3], in[4]);
	case OP_fft: case OP_cholesky: case OP_triangular_solve:
		return expand_linear(g, n, in);
	case OP_chlo_ragged_dot: return expand_ragged_dot(g, n, in);
	case OP_dot: return n->type->quant ? NULL : expand_dot(g, n, in);
	case OP_dot_general: return expand_dot_general(g, n, in);
	case OP_einsum: case OP_unary_einsum: return expand_einsum(g, n, in);
	case OP_gather: return expand_gather(g, n, in);
	case OP_dynamic_conv: return expand_dynamic_conv(g, n, in);
	case OP_get_tuple_element:
		return in[0]->op == OP_tuple ? build_declared(
			g, in[0]->in[node_int(n, KEY_index, 0)], n->type, n->op) : NULL;
	case OP_async_done:
		return in[0]->op == OP_async_start && n->type->kind != TYPE_results ?
			expand_async(g, in[0], 0) : NULL;
	case OP_custom_call: {                   /* as chlo_scan */
		const struct node *m = region_rewrite_nested(g, n, in, pass_expand);
		const struct node *ops =
			n->type->kind == TYPE_results ? NULL : expand_custom(g, m ? m : n, in, 0);
		return ops ? ops : m;
	}
	case OP_rng:
		return expand_rng(g, n, in);
	case OP_reduce: case OP_reduce_window: case OP_scatter: case OP_select_and_scatter:
		return expand_loops(g, expand_promoted(g, n, in));
	case OP_map: case OP_sort: {
		const struct node *m = region_rewrite_nested(g, n, in, pass_expand);
		return expand_loops(g, m ? m : node_with_operands(g, n, in));
	}
	case OP_chlo_scan: {                     /* of one result; else at its OP_result */
		const struct node *m = region_rewrite_nested(g, n, in, pass_expand);
		m = m ? m : node_with_operands(g, n, in);
		const struct node *loop =
			n->type->kind == TYPE_results ? NULL : expand_scan(g, m, 0);
		return loop ? loop : m;
	}
	case OP_if: case OP_case: case OP_while: {
		const struct node *sized = expand_sizes(g, n, in);
		const struct node *m = region_rewrite_nested(
			g, sized ? sized : n, sized ? sized->in : in, pass_expand);
		return m ? m : sized;
	}
	case OP_result:
		return expand_result(g, in[0], (uint32_t)node_int(n, KEY_index, 0));
	default:
		return region_rewrite_nested(g, n, in, pass_expand);
	}
}

const struct region *pass_expand(struct graph *g, const struct region *r)
{
	return region_rewrite(g, r, expand_node, NULL);
}
