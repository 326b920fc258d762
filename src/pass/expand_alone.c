/* expand_alone.c -- what a single process makes of collectives, and older spellings: dot and einsum
 * as dot_general, elements of tuples, asynchronous ops, dynamic_conv. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "pass/expand.h"
#include <string.h>

#define MOST 64                          /* dimensions */

/* ---- collectives ---------------------------------------------------------------------------- */

static bool sends_to_itself(const struct node *n)
{
	uint32_t count;
	const int64_t *pairs = node_ints(n, KEY_source_target_pairs, &count);

	for (uint32_t i = 0; i + 1 < count; i += 2)
		if (pairs[i] == 0 && pairs[i + 1] == 0)
			return true;
	return false;
}

static bool of_one_shape(const struct type *a, const struct type *b)
{
	bool same = a->rank == b->rank && !a->unranked && !b->unranked;

	for (uint32_t d = 0; same && d < a->rank; d++)
		same = dim_same(a->dims[d], b->dims[d]);
	return same;
}

const struct node *expand_collective(
	struct graph *g, const struct node *n, const struct node *const *in, uint32_t which)
{
	if (n->op == OP_partition_id || n->op == OP_replica_id)
		return build_full(g, n->type, 0);
	const struct type *t = node_result_type(n, which);
	if (!node_is_alone(n) || !of_one_shape(t, in[which]->type))
		return NULL;
	if (n->op == OP_collective_permute && !sends_to_itself(n))
		return build_full(g, t, 0);
	return build_convert(g, in[which], t->dtype);
}

/* ---- dot, einsum ---------------------------------------------------------------------------- */

/* Operands of types that differ and are not both floats, as the result's: what XLA does. */
static bool operands_differ(const struct node *const *in)
{
	enum dtype t = in[0]->type->dtype, u = in[1]->type->dtype;
	bool quantised = in[0]->type->quant || in[1]->type->quant;

	return t != u && !quantised && !(dtype_is_float(t) && dtype_is_float(u));
}

const struct node *expand_dot(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	bool differ = operands_differ(in);
	const struct node *l = differ ? build_convert(g, in[0], n->type->dtype) : in[0],
			  *r = differ ? build_convert(g, in[1], n->type->dtype) : in[1];

	return build_dot_over(g, l, (int64_t)l->type->rank - 1, r, 0, n->type->dtype);
}

const struct node *expand_dot_general(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	if (!operands_differ(in) || n->type->quant)
		return NULL;
	return node_with_operands(g, n, (const struct node *const[]){
		build_convert(g, in[0], n->type->dtype), build_convert(g, in[1], n->type->dtype) });
}

struct labelled {
	const struct node *x;
	char label[MOST];
	uint32_t n;
};

static int64_t label_at(const struct labelled *a, char c)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (a->label[i] == c)
			return i;
	return -1;
}

static void drop_dim(struct graph *g, struct labelled *a, int64_t d)
{
	a->x = build_reduce(g, OP_add, a->x, 1, &d);
	memmove(a->label + d, a->label + d + 1, a->n - (size_t)d - 1);
	a->n--;
}

/* A label that an operand has twice means its diagonal. */
static void take_diagonals(struct graph *g, struct labelled *a)
{
	for (uint32_t d = 1; d < a->n; d++) {
		int64_t first = label_at(a, a->label[d]);
		if (first == d)
			continue;
		const struct type *t = type_with_dtype(g, a->x->type, DTYPE_i64);
		const struct node *on =
			build_compare(g, "EQ", build_iota(g, t, first), build_iota(g, t, d));
		a->x = build_select(g, on, a->x, build_like(g, a->x, 0));
		drop_dim(g, a, d--);
	}
}

/* Sums over the dimensions of a that neither `other` (NULL: none) nor the result has. */
static void sum_own(
	struct graph *g, struct labelled *a, const struct labelled *other, const struct labelled *r)
{
	for (uint32_t d = a->n; d-- > 0;)
		if (label_at(r, a->label[d]) < 0 && (!other || label_at(other, a->label[d]) < 0))
			drop_dim(g, a, d);
}

static const struct node *in_order(
	struct graph *g, const struct labelled *a, const struct labelled *r)
{
	int64_t permutation[MOST];

	for (uint32_t d = 0; d < r->n; d++)
		permutation[d] = label_at(a, r->label[d]);
	return build_transpose(g, a->x, permutation);
}

/* Labels of a batch (in the result) or of a contraction: those both have. */
static uint32_t shared(const struct labelled *a, const struct labelled *b,
	const struct labelled *r, bool batch, int64_t *at_a, int64_t *at_b)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->n; i++) {
		int64_t k = label_at(b, a->label[i]);
		if (k < 0 || (label_at(r, a->label[i]) >= 0) != batch)
			continue;
		at_a[n] = i;
		at_b[n++] = k;
	}
	return n;
}

static const struct node *einsum_of_two(struct graph *g, const struct labelled *a,
	const struct labelled *b, const struct labelled *r, enum dtype t)
{
	int64_t ab[MOST], bb[MOST], ac[MOST], bc[MOST];
	uint32_t nb = shared(a, b, r, true, ab, bb), nc = shared(a, b, r, false, ac, bc);
	struct labelled all = { .x = build_dot(g, a->x, b->x, (struct dim_pairs){ nb, ab, bb },
					(struct dim_pairs){ nc, ac, bc }, t) };

	for (uint32_t i = 0; i < nb; i++)
		all.label[all.n++] = a->label[ab[i]];
	for (uint32_t i = 0; i < a->n; i++)
		if (label_at(b, a->label[i]) < 0)
			all.label[all.n++] = a->label[i];
	for (uint32_t i = 0; i < b->n; i++)
		if (label_at(a, b->label[i]) < 0)
			all.label[all.n++] = b->label[i];
	return in_order(g, &all, r);
}

/* "ab,bc->ac"; NULL: another equation. */
const struct node *expand_einsum(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	struct labelled part[3] = { { .x = in[0] }, { .x = n->nin > 1 ? in[1] : NULL } };
	const char *p = node_str(n, KEY_einsum_config, "");
	uint32_t which = 0, nops = node_noperands(n);

	for (; *p; p++) {
		if (*p == ' ')
			continue;
		if (*p == ',') {
			which++;
		} else if (*p == '-' && p[1] == '>') {
			which = 2;
			p++;
		} else if (*p == '.' || which > 2 || part[which].n == MOST) {
			return NULL;
		} else {
			part[which].label[part[which].n++] = *p;
		}
	}
	for (uint32_t i = 0; i < nops; i++) {
		if (part[i].n != part[i].x->type->rank)
			return NULL;
		take_diagonals(g, &part[i]);
	}
	for (uint32_t i = 0; i < nops; i++)
		sum_own(g, &part[i], nops > 1 ? &part[1 - i] : NULL, &part[2]);
	for (uint32_t i = 0; i < part[2].n; i++)
		if (label_at(&part[0], part[2].label[i]) < 0 &&
			(nops == 1 || label_at(&part[1], part[2].label[i]) < 0))
			return NULL;
	if (nops == 1)
		return in_order(g, &part[0], &part[2]);
	return einsum_of_two(g, &part[0], &part[1], &part[2], n->type->dtype);
}

/* ---- dynamic_conv --------------------------------------------------------------------------- */

static const struct node *conv_with(struct graph *g, const struct node *n, const struct node *x,
	const struct node *w, const int64_t *padding, uint32_t count, bool dilated)
{
	uint32_t ne = 0;
	struct attr_entry *e = job_array(graph_job(g), n->attrs->n + 2, sizeof *e);
	const struct node *in[] = { x, w };

	for (uint32_t i = 0; i < n->attrs->n; i++)
		if (n->attrs->e[i].key != KEY_padding &&
			(dilated || n->attrs->e[i].key != KEY_lhs_dilation))
			e[ne++] = n->attrs->e[i];
	e[ne++] = (struct attr_entry){ KEY_padding, NULL, attr_ints(g, count, padding) };
	struct node_spec s = { .op = OP_convolution,
		.nin = 2,
		.in = in,
		.attrs = attrs_cons(g, ne, e),
		.type = n->type };
	return graph_node(g, &s);
}

static const struct node *ints_of(struct graph *g, uint32_t n, const int64_t *v)
{
	int64_t dims = n;

	return build_constant(g, type_tensor(g, DTYPE_i64, 1, &dims), false, v);
}

/* Element `at` of the padding, [spatial, 2], as a vector of one i64. */
static const struct node *padding_at(struct graph *g, const struct node *padding, uint32_t at)
{
	int64_t all = type_elements(padding->type), start = at, limit = at + 1, one = 1;
	const struct node *flat = build_reshape(g, padding, 1, &all);

	return build_convert(g, build_slice(g, flat, &start, &limit, &one), DTYPE_i64);
}

/* What is added behind dimension d of x, dilated by step: the padding's element, but no more is
 * taken away than there is.  Where less than nothing is left, no window fits either. */
static const struct node *pad_behind(struct graph *g, const struct node *x, uint32_t d,
	int64_t step, const struct node *low, const struct node *high)
{
	const int64_t one = 1, less = step - 1, zero = 0;
	const struct node *size = build_reshape(g, build_size(g, x, d), 1, &one);
	const struct node *have = build2(g, OP_subtract,
		build2(g, OP_multiply, size, ints_of(g, 1, &step)), ints_of(g, 1, &less));
	const struct node *all = build2(
		g, OP_add, build2(g, OP_maximum, have, ints_of(g, 1, &zero)), low);

	return build2(g, OP_maximum, high, build1(g, OP_negate, all));
}

/* The input padded and dilated by a dynamic_pad to what the windows read, and a convolution of it
 * without padding: low is the operand's, high what is missing; of sizes that only a call knows both
 * are the operand's. */
static const struct node *conv_of_padded(struct graph *g, const struct node *n,
	const struct node *const *in, uint32_t spatial)
{
	const struct type *x = in[0]->type, *w = in[1]->type;
	uint32_t rank = x->rank, count;
	const int64_t *at = node_ints(n, KEY_input_spatial_dimensions, &count);
	const int64_t *kernel = node_ints(n, KEY_kernel_spatial_dimensions, &count);
	const int64_t *result = node_ints(n, KEY_output_spatial_dimensions, &count);
	const int64_t *strides = node_ints(n, KEY_window_strides, &count);
	const int64_t *base = node_ints(n, KEY_lhs_dilation, &count);
	const int64_t *dilate = node_ints(n, KEY_rhs_dilation, &count);
	const struct node *low[MOST], *high[MOST];
	int64_t dims[MOST], interior[MOST] = { 0 }, none[2 * MOST] = { 0 }, zero = 0;
	bool known = type_is_static(x) && type_is_static(w) && type_is_static(n->type);

	memcpy(dims, x->dims, rank * sizeof *dims);
	for (uint32_t d = 0; d < rank; d++)
		low[d] = high[d] = ints_of(g, 1, &zero);
	for (uint32_t d = 0; d < spatial; d++) {
		int64_t step = base ? base[d] : 1, size = x->dims[at[d]];
		interior[at[d]] = step - 1;
		low[at[d]] = padding_at(g, in[2], 2 * d);
		if (!known) {
			high[at[d]] = pad_behind(g, in[0], (uint32_t)at[d], step, low[at[d]],
				padding_at(g, in[2], 2 * d + 1));
			continue;
		}
		dims[at[d]] = (n->type->dims[result[d]] - 1) * (strides ? strides[d] : 1) +
			      (w->dims[kernel[d]] - 1) * (dilate ? dilate[d] : 1) + 1;
		if (dims[at[d]] < 0)             /* of no place */
			dims[at[d]] = 0;
		int64_t missing = dims[at[d]] - (size ? (size - 1) * step + 1 : 0);
		high[at[d]] = build2(g, OP_subtract, ints_of(g, 1, &missing), low[at[d]]);
	}
	const struct node *pad[] = { in[0], build_scalar(g, x->dtype, 0),
		build_concat(g, rank, low, 0), build_concat(g, rank, high, 0),
		ints_of(g, rank, interior) };
	struct node_spec s = { .op = OP_dynamic_pad,
		.nin = 5,
		.in = pad,
		.type = known ? type_tensor(g, x->dtype, rank, dims) : NULL };
	return conv_with(g, n, graph_node(g, &s), in[1], none, 2 * spatial, false);
}

const struct node *expand_dynamic_conv(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const struct literal *l = in[2]->op == OP_constant ? node_literal(in[2]) : NULL;
	uint32_t spatial = in[0]->type->rank - 2;
	int64_t padding[2 * MOST];

	if (in[0]->type->rank > MOST || in[0]->type->quant || n->type->quant)
		return NULL;
	if (!l)
		return conv_of_padded(g, n, in, spatial);
	enum dtype t = in[2]->type->dtype;
	for (uint32_t i = 0; i < 2 * spatial; i++)
		padding[i] = dtype_load_i64(
			t, (const char *)l->data + (l->splat ? 0 : i) * dtype_bytes(t));
	return conv_with(g, n, in[0], in[1], padding, 2 * spatial, true);
}

/* ---- gather --------------------------------------------------------------------------------- */

/* Slices of 0 in a dimension that the result lacks are as those of 1 (doc/conformance.md): there is
 * a number for each, and an index to read it at.  Of an empty dimension they are zeros. */
const struct node *expand_gather(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	uint32_t rank, ndropped, nbatch, ne = 0;
	const int64_t *given = node_ints(n, KEY_slice_sizes, &rank);
	const int64_t *dropped = node_ints(n, KEY_collapsed_slice_dims, &ndropped);
	const int64_t *batch = node_ints(n, KEY_operand_batching_dims, &nbatch);
	int64_t *sizes = job_array(graph_job(g), rank, sizeof *sizes);
	struct attr_entry *e = job_array(graph_job(g), n->attrs->n, sizeof *e);
	bool any = false, empty = false;

	if (!rank)                               /* given may be NULL */
		return NULL;
	memcpy(sizes, given, rank * sizeof *sizes);
	for (uint32_t i = 0; i < ndropped + nbatch; i++) {
		int64_t d = i < ndropped ? dropped[i] : batch[i - ndropped];
		any |= !sizes[d];
		empty |= !sizes[d] && !in[0]->type->dims[d];
		sizes[d] = 1;
	}
	if (!any || n->type->quant)
		return NULL;
	if (empty) {
		const struct type *t = rewrite_type(g, n, in);
		return build_broadcast_to(g, build_scalar(g, t->dtype, 0), t->rank, t->dims);
	}
	for (uint32_t i = 0; i < n->attrs->n; i++) {
		e[ne] = n->attrs->e[i];
		if (e[ne].key == KEY_slice_sizes)
			e[ne].value = attr_ints(g, rank, sizes);
		ne++;
	}
	return build_op(g, OP_gather, 2, in, ne, e);
}

/* ---- asynchronous ops ----------------------------------------------------------------------- */

const struct node *expand_async(struct graph *g, const struct node *start, uint32_t which)
{
	const struct region *r = pass_expand(g, start->regions[0]);
	const struct node **results = job_array(graph_job(g), r->nresults + 1, sizeof *results);

	region_inline_as(g, r, start->in, results, NULL);
	return results[which];
}
