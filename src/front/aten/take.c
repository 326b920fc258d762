/* take.c -- gathers and scatters along chosen dimensions, by index.
 *
 * Indices count from the end when negative.  Those who call claim that they are places
 * (lower_claim.c); gather clamps and scatter drops the others, as StableHLO says. */
#include "front/aten/take.h"
#include <string.h>

#define REPEAT_DEPTH 6 /* operations on an index that is stretched, as take_along_dim has */

/* ---- gather --------------------------------------------------------------------------------- */

void take_place(struct take *k)
{
	uint32_t rank = k->x->type->rank;
	k->nwindow = 0;
	bool taken[ATEN_MAX_RANK] = { 0 };
	for (uint32_t i = 0; i < k->m; i++)
		taken[k->at[i]] = true;
	for (uint32_t i = 0; i < k->nbatching; i++)
		taken[k->batching[i]] = true;
	for (uint32_t i = 0; i < rank; i++)
		if (!taken[i]) {
			k->window[k->nwindow] = k->nbatching ? i
				: k->nwindow < k->first      ? k->nwindow
							     : k->nwindow + k->batch;
			k->nwindow++;
		}
}

/* Which dimensions of k's starts are x's batching ones. */
static void starts_batching(const struct take *k, int64_t *out)
{
	for (uint32_t i = 0; i < k->nbatching; i++)
		out[i] = i + (k->batching[i] > k->at[0]);
}

/* The result of a gather from a tensor without elements, which can only be empty itself. */
static const struct node *gather_nothing(struct lower *l, const struct take *k)
{
	int64_t dims[ATEN_MAX_RANK];
	bool taken[ATEN_MAX_RANK] = { 0 };
	for (uint32_t i = 0; i < k->batch; i++)
		dims[k->first + i] = k->starts->type->dims[i];
	for (uint32_t i = 0; i < k->m; i++)
		taken[k->at[i]] = true;
	for (uint32_t i = 0, w = 0; i < k->x->type->rank; i++)
		if (!taken[i])
			dims[k->window[w++]] = k->x->type->dims[i];
	return build_full(l->g,
		type_tensor(l->g, k->x->type->dtype, k->nwindow + k->batch, dims), 0);
}

/* The starts as one number: the place in the indexed dimensions laid one behind the other. */
static const struct node *flat_starts(struct lower *l, const struct take *k)
{
	struct graph *g = l->g;
	const struct node *flat = NULL;
	for (uint32_t i = 0; i < k->m; i++) {
		const struct node *at = k->starts;
		if (k->m > 1) {
			at = lower_clip(l, at, k->batch, i, i + 1, 1);
			at = build_reshape(g, at, k->batch, at->type->dims);
		}
		at = lower_cast(l, at, DTYPE_i64);
		const struct node *size = lower_shape(
			l, lower_size_node(l, k->x->type->dims[k->at[i]]), at->type);
		at = build2(g, OP_maximum,
			build2(g, OP_minimum, at,
				build2(g, OP_subtract, size, lower_like(l, size, 1))),
			lower_like(l, at, 0));
		flat = flat ? build2(g, OP_add, build2(g, OP_multiply, flat, size), at) : at;
	}
	return flat;
}

/* A gather that takes dimensions whole whose sizes the call says: the indexed ones are made one,
 * behind batching ones, and one index selects. */
static const struct node *take_select(struct lower *l, const struct take *k)
{
	struct graph *g = l->g;
	int64_t order[ATEN_MAX_RANK], dims[ATEN_MAX_RANK];
	uint32_t n = 0, b = k->nbatching, rank = k->x->type->rank;
	bool taken[ATEN_MAX_RANK] = { 0 };
	for (uint32_t i = 0; i < b; i++) {
		taken[order[n++] = k->batching[i]] = true;
		dims[i] = k->x->type->dims[k->batching[i]];
	}
	dims[b] = 1;
	for (uint32_t i = 0; i < k->m; i++) {
		taken[order[n++] = k->at[i]] = true;
		dims[b] = dim_mul(g, dims[b], k->x->type->dims[k->at[i]]);
	}
	for (uint32_t i = 0; i < rank; i++)
		if (!taken[i]) {
			dims[1 + n - k->m] = k->x->type->dims[i];
			order[n++] = i;
		}
	const struct node *x = build_reshape(
		g, build_transpose(g, k->x, order), 1 + rank - k->m, dims);
	struct attr_entry e[] = { lower_attr_int(l, KEY_dimension, b),
		lower_attr_int(l, KEY_batch_dims, b) };
	x = build_op(g, OP_torch_index_select, 2,
		(const struct node *[]){ x, flat_starts(l, k) }, 2, e);
	if (b) {
		order[k->at[0]] = b;
		for (uint32_t i = 0; i < b; i++)
			order[k->batching[i]] = i;
	} else {
		for (uint32_t i = 0; i < k->batch; i++)
			order[k->first + i] = i;
	}
	for (uint32_t i = 0; i < k->nwindow; i++)
		order[k->window[i]] = k->batch + i;
	return build_transpose(g, x, order);
}

const struct node *take_gather(struct lower *l, struct take *k)
{
	int64_t sizes[ATEN_MAX_RANK], among[ATEN_MAX_RANK];
	take_place(k);
	starts_batching(k, among);
	for (uint32_t i = 0; i < k->m; i++)
		if (k->x->type->dims[k->at[i]] == 0)
			return gather_nothing(l, k);
	for (uint32_t i = 0; i < k->x->type->rank; i++)
		sizes[i] = k->x->type->dims[i];
	for (uint32_t i = 0; i < k->m; i++)
		sizes[k->at[i]] = 1;
	for (uint32_t i = 0; i < k->nbatching; i++)
		sizes[k->batching[i]] = 1;
	for (uint32_t i = 0; i < k->x->type->rank; i++)
		if (!dim_is_number(sizes[i]))
			return take_select(l, k);
	struct attr_entry e[] = {
		lower_attr_ints(l, KEY_offset_dims, k->nwindow, k->window),
		lower_attr_ints(l, KEY_collapsed_slice_dims, k->m, k->at),
		lower_attr_ints(l, KEY_operand_batching_dims, k->nbatching, k->batching),
		lower_attr_ints(l, KEY_start_indices_batching_dims, k->nbatching, among),
		lower_attr_ints(l, KEY_start_index_map, k->m, k->at),
		lower_attr_int(l, KEY_index_vector_dim, k->batch),
		lower_attr_ints(l, KEY_slice_sizes, k->x->type->rank, sizes),
	};
	const struct node *in[2] = { k->x, k->starts };
	return build_op(l->g, OP_gather, 2, in, sizeof e / sizeof e[0], e);
}

const struct node *take_one(struct lower *l, const struct node *x, int64_t dim,
	const struct node *index, uint32_t first)
{
	struct take k = {
		.x = x, .m = 1, .at = { dim }, .batch = index->type->rank, .first = first
	};
	k.starts = lower_wrap_index(l, index, x, dim);
	return take_gather(l, &k);
}

const struct node *take_coordinates(
	struct lower *l, const struct node *index, const struct node *x, int64_t dim)
{
	struct graph *g = l->g;
	uint32_t rank = index->type->rank;
	const struct node **in = job_array(l->j, rank, sizeof *in);
	int64_t dims[ATEN_MAX_RANK + 1];
	memcpy(dims, index->type->dims, rank * sizeof dims[0]);
	dims[rank] = 1;
	for (uint32_t i = 0; i < rank; i++) {
		const struct node *n = (int64_t)i == dim ? lower_wrap_index(l, index, x, dim)
							 : lower_iota(l, index->type, i);
		in[i] = build_reshape(g, n, rank + 1, dims);
	}
	return rank == 1 ? in[0] : build_concat(g, rank, in, rank);
}

/* The dimension of n's operand that is dimension d of reshape n, between which only dimensions of
 * one come and go; -1: others do. */
static int64_t before_reshape(const struct node *n, uint32_t d)
{
	const struct type *from = n->in[0]->type, *to = n->type;
	uint32_t k = 0;

	for (uint32_t i = 0; i <= d; i++) {
		if (to->dims[i] == 1)
			continue;
		while (k < from->rank && from->dims[k] == 1)
			k++;
		if (k == from->rank || from->dims[k++] != to->dims[i])
			return -1;
	}
	return (int64_t)k - 1;
}

/* The dimension of n's operand that dimension d of broadcast n repeats; -1: n makes it. */
static int64_t before_broadcast(const struct node *n, uint32_t d)
{
	uint32_t count;
	const int64_t *to = node_ints(n, KEY_broadcast_dimensions, &count);

	for (uint32_t k = 0; k < count; k++)
		if (to[k] == d)
			return k;
	return -1;
}

static bool repeats(const struct node *n, int64_t d, int depth);

/* Are all of map n's operands the same all along dimension d? */
static bool operands_repeat(const struct node *n, int64_t d, int depth)
{
	for (uint32_t k = 0; k < n->nin; k++) {
		bool scalar = n->in[k]->type->rank == 0;
		if (!scalar && (n->in[k]->type->rank != n->type->rank ||
				       !repeats(n->in[k], d, depth + 1)))
			return false;
	}
	return n->op != OP_map && depth < REPEAT_DEPTH;
}

static bool repeats(const struct node *n, int64_t d, int depth)
{
	for (; n->type->dims[d] != 1; n = n->in[0])
		switch (n->op) {
		case OP_constant:
			return node_literal(n) && node_literal(n)->splat;
		case OP_broadcast_in_dim: case OP_dynamic_broadcast_in_dim:
			d = before_broadcast(n, (uint32_t)d);
			if (d < 0)
				return true;
			break;
		case OP_reshape: case OP_dynamic_reshape:
			d = before_reshape(n, (uint32_t)d);
			if (d < 0)
				return false;
			break;
		default:
			return op_table[n->op].kind == OP_MAP && operands_repeat(n, d, depth);
		}
	return true;
}

/* Is n the same all along dimension d? */
static bool is_repeated(const struct node *n, uint32_t d)
{
	return repeats(n, d, 0);
}

bool take_stretched(struct lower *l, const struct node *x, const struct node *index, int64_t dim,
	struct take *k)
{
	uint32_t rank = x->type->rank, n = 0;
	int64_t zero[ATEN_MAX_RANK] = { 0 }, one[ATEN_MAX_RANK], end[ATEN_MAX_RANK],
		dims[ATEN_MAX_RANK];
	bool equal = true, rows = dim + 1 < rank && index->type->dims[rank - 1] != 1;

	*k = (struct take){ .x = x, .m = 1, .at = { dim }, .first = (uint32_t)dim };
	for (uint32_t i = 0; i < rank; i++) {
		bool same = i == dim || index->type->dims[i] == x->type->dims[i];
		bool repeated = i != dim && is_repeated(index, i);
		one[i] = 1;
		end[i] = repeated ? 1 : index->type->dims[i];
		equal &= same;
		if (i != dim && !repeated && (i > dim || !same))
			return false;
		if (i != dim && !repeated)
			k->batching[k->nbatching++] = i;
		if (!repeated)
			dims[n++] = end[i];
	}
	if (!rows && (k->nbatching || !equal))
		return false;
	index = build_slice(l->g, index, zero, end, one);
	k->starts = build_reshape(l->g, index, n, dims);
	k->batch = n;
	return true;
}

/* ---- scatter -------------------------------------------------------------------------------- */

/* Sums and products of f16 and bf16 are made in f32 and rounded once. */
const struct node *take_scatter(
	struct lower *l, struct take *k, const struct node *updates, enum op op)
{
	struct graph *g = l->g;
	take_place(k);
	enum dtype t = k->x->type->dtype;
	enum dtype c = op == OP_add || op == OP_multiply ? lower_compute(t) : t;
	const struct type *s = type_scalar(g, c), *params[2] = { s, s };
	const struct node *old = graph_parameter(g, 0, s), *now = graph_parameter(g, 1, s);
	if (op != TAKE_REPLACES)
		now = build2(g, op, old, now);
	const struct region *body = graph_region(g, 2, params, 1, &now);
	int64_t among[ATEN_MAX_RANK];
	starts_batching(k, among);
	struct attr_entry e[] = {
		lower_attr_ints(l, KEY_update_window_dims, k->nwindow, k->window),
		lower_attr_ints(l, KEY_inserted_window_dims, k->m, k->at),
		lower_attr_ints(l, KEY_input_batching_dims, k->nbatching, k->batching),
		lower_attr_ints(l, KEY_scatter_indices_batching_dims, k->nbatching, among),
		lower_attr_ints(l, KEY_scatter_dims_to_operand_dims, k->m, k->at),
		lower_attr_int(l, KEY_index_vector_dim, k->batch),
		{ KEY_indices_are_sorted, NULL, attr_bool(g, true) },
	};
	const uint32_t count = sizeof e / sizeof e[0] - !k->sorted;
	const struct node *in[3] = { lower_cast(l, k->x, c), k->starts, lower_cast(l, updates, c) };
	struct node_spec spec = { .op = OP_scatter,
		.nin = 3,
		.in = in,
		.nregions = 1,
		.regions = &body,
		.attrs = attrs_cons(g, count, e),
		.at = { l->r->file, l->r->line, 1 } };
	return lower_cast(l, graph_node(g, &spec), t);
}

/* k takes elements of k->x by index along dim: each dimension of both is a batching one, or, where
 * the index has other sizes, all are indexed by coordinates. */
static void take_each(struct lower *l, struct take *k, const struct node *index, int64_t dim)
{
	uint32_t rank = k->x->type->rank;
	bool aligned = true;

	*k = (struct take){ .x = k->x, .m = 1, .at = { dim }, .batch = rank };
	for (uint32_t i = 0; i < rank; i++)
		if (i != dim) {
			aligned &= index->type->dims[i] == k->x->type->dims[i];
			k->batching[k->nbatching++] = i;
		}
	k->starts = index;
	if (aligned) {
		k->starts = lower_wrap_index(l, index, k->x, dim);
		return;
	}
	k->m = rank;
	k->nbatching = 0;
	for (uint32_t i = 0; i < rank; i++)
		k->at[i] = i;
	k->starts = take_coordinates(l, index, k->x, dim);
}

struct take take_elements(struct lower *l, const struct node *x, const struct node *index,
	int64_t dim, const struct node **v)
{
	uint32_t rank = x->type->rank;
	int64_t zero[ATEN_MAX_RANK] = { 0 }, one[ATEN_MAX_RANK] = { 1 };
	bool alone = true;
	struct take k;

	for (uint32_t i = 0; i < rank; i++) {
		alone &= i == dim || x->type->dims[i] == 1;
		one[i] = 1;
	}
	*v = build_slice(l->g, *v, zero, index->type->dims, one);
	bool stretched = take_stretched(l, x, index, dim, &k);
	lower_check_index(l, stretched ? k.starts : index, (uint32_t)dim, x->type->dims[dim],
		false);
	if (!stretched) {
		take_each(l, &k, index, dim);
		return k;
	}
	k.starts = lower_wrap_index(l, k.starts, x, dim);
	if (alone && !k.nbatching) {
		k.x = build_reshape(l->g, x, 1, &x->type->dims[dim]);
		*v = build_reshape(l->g, *v, 1, &k.starts->type->dims[0]);
		k.at[0] = k.first = 0;
	}
	return k;
}
