/* expand.c -- ops without a core of their own, written in others by the text of the specification.
 *
 * What becomes of an op is a row of expansions[]; the functions of larger ones are in expand_*.c.
 * CHLO's broadcast ops first bring their operands to one shape (the second's dims align at the
 * right, or where broadcast_dimensions says). */
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
		return expand_statistics(g, of, i);
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

static const struct node *expand_tuple_element(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	if (in[0]->op != OP_tuple)
		return NULL;
	return build_declared(g, in[0]->in[node_int(n, KEY_index, 0)], n->type, n->op);
}

/* Stays as its rule demands it, a collective; where it is done its region is expanded. */
static const struct node *expand_async_start(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	(void)g, (void)n, (void)in;
	return NULL;
}

static const struct node *expand_async_done(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	bool one = n->type->kind != TYPE_results;

	return one && in[0]->op == OP_async_start ? expand_async(g, in[0], 0) : NULL;
}

static const struct node *expand_plain_dot(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	return n->type->quant ? NULL : expand_dot(g, n, in);
}

static const struct node *expand_call(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct node *m = region_rewrite_nested(g, n, in, pass_expand);
	const struct node *ops =
		n->type->kind == TYPE_results ? NULL : expand_custom(g, m ? m : n, in, 0);

	return ops ? ops : m;
}

static const struct node *expand_reduction(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	return expand_loops(g, expand_promoted(g, n, in));
}

/* n with the operands in[], its regions expanded. */
static const struct node *expand_inside(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct node *m = region_rewrite_nested(g, n, in, pass_expand);

	return m ? m : node_with_operands(g, n, in);
}

static const struct node *expand_lanes(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	return expand_loops(g, expand_inside(g, n, in));
}

static const struct node *expand_chlo_scan(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct node *m = expand_inside(g, n, in);
	const struct node *loop = n->type->kind == TYPE_results ? NULL : expand_scan(g, m, 0);

	return loop ? loop : m;
}

static const struct node *expand_control(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct node *sized = expand_sizes(g, n, in);
	const struct node *m = region_rewrite_nested(
		g, sized ? sized : n, sized ? sized->in : in, pass_expand);

	return m ? m : sized;
}

static const struct node *expand_one_result(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	return expand_result(g, in[0], (uint32_t)node_int(n, KEY_index, 0));
}

/* What becomes of a node with the operands in[], which are expanded already; NULL: it stays.  Of an
 * op of several results what it is stands at each OP_result. */
typedef const struct node *expand_fn(
	struct graph *g, const struct node *n, const struct node *const *in);

static expand_fn *const expansions[OP_COUNT] = {
	[OP_async_done] = expand_async_done,
	[OP_async_start] = expand_async_start,
	[OP_batch_norm_inference] = expand_batch_norm,
	[OP_case] = expand_control,
	[OP_chlo_constant_like] = expand_constant_like,
	[OP_chlo_ragged_dot] = expand_ragged_dot,
	[OP_chlo_scan] = expand_chlo_scan,
	[OP_cholesky] = expand_linear,
	[OP_custom_call] = expand_call,
	[OP_dot] = expand_plain_dot,
	[OP_dot_general] = expand_dot_general,
	[OP_dynamic_conv] = expand_dynamic_conv,
	[OP_einsum] = expand_einsum,
	[OP_fft] = expand_linear,
	[OP_gather] = expand_gather,
	[OP_get_tuple_element] = expand_tuple_element,
	[OP_if] = expand_control,
	[OP_map] = expand_lanes,
	[OP_reduce] = expand_reduction,
	[OP_reduce_window] = expand_reduction,
	[OP_result] = expand_one_result,
	[OP_rng] = expand_rng,
	[OP_scatter] = expand_reduction,
	[OP_select_and_scatter] = expand_reduction,
	[OP_sort] = expand_lanes,
	[OP_triangular_solve] = expand_linear,
	[OP_unary_einsum] = expand_einsum,
	[OP_while] = expand_control,
};

static const struct node *expand_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	bool tensor = n->type->kind == TYPE_tensor;

	(void)arg;
	for (size_t i = 0; tensor && i < sizeof broadcasts / sizeof *broadcasts; i++)
		if (n->op == broadcasts[i].from)
			return expand_broadcast(g, n, in, broadcasts[i].to);
	if (tensor && op_table[n->op].kind == OP_COLLECTIVE)
		return expand_collective(g, n, in, 0);
	if (expansions[n->op])
		return expansions[n->op](g, n, in);
	return region_rewrite_nested(g, n, in, pass_expand);
}

const struct region *pass_expand(struct graph *g, const struct region *r)
{
	return region_rewrite(g, r, expand_node, NULL);
}
