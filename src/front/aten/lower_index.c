/* lower_index.c -- indexing: gather, scatter.
 *
 * Indices count from the end when negative.  A claim fails the call where one is out of range
 * (lower_claim.c); gather clamps and scatter drops it, as StableHLO says. */
#include "front/aten/take.h"
#include <string.h>

/* ---- gather --------------------------------------------------------------------------------- */

void take_place(struct take *k)
{
	uint32_t rank = k->x->type->rank;
	k->nwindow = 0;
	bool taken[ATEN_MAX_RANK] = { 0 };
	for (uint32_t i = 0; i < k->m; i++)
		taken[k->at[i]] = true;
	for (uint32_t i = 0; i < rank; i++)
		if (!taken[i]) {
			k->window[k->nwindow] =
				k->nwindow < k->first ? k->nwindow : k->nwindow + k->batch;
			k->nwindow++;
		}
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

/* A gather that takes dimensions whole whose sizes the call says: the indexed ones are made one, in
 * front, and one index selects. */
static const struct node *take_select(struct lower *l, const struct take *k)
{
	struct graph *g = l->g;
	int64_t order[ATEN_MAX_RANK], dims[ATEN_MAX_RANK];
	uint32_t n = 0, rank = k->x->type->rank;
	bool taken[ATEN_MAX_RANK] = { 0 };
	dims[0] = 1;
	for (uint32_t i = 0; i < k->m; i++) {
		taken[order[n++] = k->at[i]] = true;
		dims[0] = dim_mul(g, dims[0], k->x->type->dims[k->at[i]]);
	}
	for (uint32_t i = 0; i < rank; i++)
		if (!taken[i]) {
			dims[1 + n - k->m] = k->x->type->dims[i];
			order[n++] = i;
		}
	const struct node *x = build_reshape(
		g, build_transpose(g, k->x, order), 1 + rank - k->m, dims);
	struct attr_entry e[] = { lower_attr_int(l, KEY_dimension, 0),
		lower_attr_int(l, KEY_batch_dims, 0) };
	x = build_op(g, OP_torch_index_select, 2,
		(const struct node *[]){ x, flat_starts(l, k) }, 2, e);
	for (uint32_t i = 0; i < k->batch; i++)
		order[k->first + i] = i;
	for (uint32_t i = 0; i < k->nwindow; i++)
		order[k->window[i]] = k->batch + i;
	return build_transpose(g, x, order);
}

const struct node *take_gather(struct lower *l, struct take *k)
{
	int64_t sizes[ATEN_MAX_RANK];
	take_place(k);
	for (uint32_t i = 0; i < k->m; i++)
		if (k->x->type->dims[k->at[i]] == 0)
			return gather_nothing(l, k);
	for (uint32_t i = 0; i < k->x->type->rank; i++)
		sizes[i] = k->x->type->dims[i];
	for (uint32_t i = 0; i < k->m; i++)
		sizes[k->at[i]] = 1;
	for (uint32_t i = 0; i < k->x->type->rank; i++)
		if (!dim_is_number(sizes[i]))
			return take_select(l, k);
	struct attr_entry e[] = {
		lower_attr_ints(l, KEY_offset_dims, k->nwindow, k->window),
		lower_attr_ints(l, KEY_collapsed_slice_dims, k->m, k->at),
		lower_attr_ints(l, KEY_operand_batching_dims, 0, NULL),
		lower_attr_ints(l, KEY_start_indices_batching_dims, 0, NULL),
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

void lower_embedding(struct lower *l)
{
	const struct node *w = lower_tensor(l, 0);
	if (w->type->rank != 2 || !dtype_is_int(lower_tensor(l, 1)->type->dtype))
		lower_fail(l, "the weight has not two dimensions, or the indices are no integers");
	lower_check_index(l, lower_tensor(l, 1), 0, w->type->dims[0], false);
	l->out[0] = take_one(l, w, 0, lower_tensor(l, 1), 0);
}

void lower_index_select(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0), *index = lower_tensor(l, 2);
	if (x->type->rank == 0) {
		l->out[0] = x;
		return;
	}
	int64_t dim = lower_dim(l, 1, x->type->rank);
	if (index->type->rank == 0)
		index = build_reshape(l->g, index, 1, &(int64_t){ 1 });
	lower_check_index(l, index, (uint32_t)dim, x->type->dims[dim], false);
	l->out[0] = take_one(l, x, dim, index, (uint32_t)dim);
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

/* Is n the same all along dimension d? */
static bool is_repeated(const struct node *n, uint32_t d)
{
	while (n->type->dims[d] != 1) {
		if (n->op == OP_constant)
			return node_literal(n) && node_literal(n)->splat;
		if (n->op == OP_broadcast_in_dim) {
			uint32_t count, k = 0;
			const int64_t *to = node_ints(n, KEY_broadcast_dimensions, &count);
			while (k < count && to[k] != d)
				k++;
			if (k == count)
				return true;
			d = k;
		} else if (n->op != OP_convert) {
			return false;
		}
		n = n->in[0];
	}
	return true;
}

const struct node *take_line(
	struct lower *l, const struct node *x, const struct node *index, int64_t dim)
{
	int64_t zero[ATEN_MAX_RANK] = { 0 }, one[ATEN_MAX_RANK], end[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < x->type->rank; i++) {
		one[i] = 1;
		end[i] = (int64_t)i == dim ? index->type->dims[i] : 1;
		if ((int64_t)i != dim &&
			(index->type->dims[i] != x->type->dims[i] || !is_repeated(index, i)))
			return NULL;
	}
	index = build_slice(l->g, index, zero, end, one);
	return build_reshape(l->g, index, 1, &end[dim]);
}

void lower_gather(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0), *index = lower_tensor(l, 2);
	uint32_t rank = x->type->rank;
	if (type_elements(index->type) == 0) { /* of any rank */
		l->out[0] = build_full(g, l->type[0], 0);
		return;
	}
	if (rank == 0 || index->type->rank == 0) { /* a scalar is a row of one */
		rank = 1;
		x = lower_as_row(l, x);
		index = lower_as_row(l, index);
	}
	if (index->type->rank != rank || x->type->rank != rank) {
		lower_give_up(l);
		return;
	}
	int64_t dim = lower_dim(l, 1, rank);
	const struct node *line = take_line(l, x, index, dim);
	lower_check_index(l, line ? line : index, (uint32_t)dim, x->type->dims[dim], false);
	if (line) {
		x = take_one(l, x, dim, line, (uint32_t)dim);
		l->out[0] = build_reshape(g, x, l->type[0]->rank, l->type[0]->dims);
		return;
	}
	struct take k = { .x = x, .m = rank, .batch = rank };
	for (uint32_t i = 0; i < rank; i++)
		k.at[i] = i;
	k.starts = take_coordinates(l, index, x, dim);
	l->out[0] = take_gather(l, &k);
}

/* ---- index.Tensor --------------------------------------------------------------------------- */

/* Is n the numbers 0, 1, ... along one dimension (*along) and of size 1 along the others? */
static bool is_range(const struct node *n, uint32_t *along)
{
	const struct type *t = n->type;
	uint32_t wide = 0;
	*along = 0;
	for (uint32_t i = 0; i < t->rank; i++)
		if (t->dims[i] != 1) {
			*along = i;
			wide++;
		}
	while (n->op == OP_reshape)
		n = n->in[0];
	return wide == 1 && n->op == OP_iota && n->type->rank == 1;
}

/* x[a.view(n,1,1), b.view(1,1,m)] with ranges over all of x is x broadcast. */
static const struct node *broadcast_ranges(struct lower *l, const struct node *x, uint32_t m,
	const struct node *const *index, const struct type *shape)
{
	int64_t at[ATEN_MAX_RANK];
	if (m != x->type->rank)
		return NULL;
	for (uint32_t i = 0; i < m; i++) {
		uint32_t along;
		if (!is_range(index[i], &along) || index[i]->type->dims[along] != x->type->dims[i])
			return NULL;
		at[i] = along + shape->rank - index[i]->type->rank;
		if (i && at[i] <= at[i - 1])
			return NULL;
	}
	return build_broadcast(l->g, x, shape->rank, shape->dims, at);
}

static const struct type *broadcast_shape(struct lower *l, uint32_t n, const struct node *const *in)
{
	int64_t dims[ATEN_MAX_RANK];
	uint32_t rank = 0;
	for (uint32_t i = 0; i < n; i++)
		rank = in[i]->type->rank > rank ? in[i]->type->rank : rank;
	for (uint32_t k = 0; k < rank; k++)
		dims[k] = 1;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < in[i]->type->rank; k++) {
			int64_t d = in[i]->type->dims[k], *to = &dims[rank - in[i]->type->rank + k];
			if (*to == 1)
				*to = d;
			else if (d != 1 && !dim_may_equal(l->g, d, *to))
				lower_fail(l, "the indices do not broadcast");
		}
	return type_tensor(l->g, DTYPE_i64, rank, dims);
}

/* Index n for x from dimension `at` on, a mask for as many as it has: false where it is none. */
static bool add_index(struct lower *l, const struct node *x, const struct node *n, uint32_t at,
	struct take *k, const struct node **index)
{
	uint32_t count = n->type->dtype == DTYPE_i1 ? n->type->rank : 1;
	if (!dtype_is_int(n->type->dtype) && n->type->dtype != DTYPE_i1)
		return false;
	if (n->type->dtype == DTYPE_ui8 || count == 0)
		return false;
	if (at + count > x->type->rank)
		lower_fail(l, "more indices than the %u dimensions", x->type->rank);
	for (uint32_t i = 0; i < count; i++)
		k->at[k->m + i] = at + i;
	if (n->type->dtype == DTYPE_i1)
		mask_indices(l, n, x, at, &index[k->m]);
	else
		index[k->m] = lower_cast(l, n, DTYPE_i64);
	k->m += count;
	return true;
}

/* The index tensors of argument 1; false: there is none, or one that is no index. */
static bool read_indices(
	struct lower *l, const struct node *x, struct take *k, const struct node **index)
{
	const struct arg *a = &l->args[1];
	uint32_t at = 0;
	if (a->n > x->type->rank)
		lower_fail(l, "%u indices for %u dimensions", a->n, x->type->rank);
	for (uint32_t i = 0; i < a->n; i++) {
		const struct node *n = a->list[i].kind == ARG_none ? NULL : a->list[i].node;
		if (n && !add_index(l, x, n, at, k, index))
			return false;
		at += n && n->type->dtype == DTYPE_i1 ? n->type->rank : 1;
	}
	k->x = x;
	if (k->m == 0)
		return false;
	bool together = true;
	for (uint32_t i = 1; i < k->m; i++)
		together &= k->at[i] == k->at[i - 1] + 1;
	k->first = together ? (uint32_t)k->at[0] : 0;
	return true;
}

/* what 1: nobody looks whether they are places. */
static void make_starts(
	struct lower *l, struct take *k, const struct node **index, const struct type *shape)
{
	struct graph *g = l->g;
	int64_t dims[ATEN_MAX_RANK + 1];
	k->batch = shape->rank;
	for (uint32_t i = 0; i < k->m && !l->row->what; i++)
		lower_check_index(
			l, index[i], (uint32_t)k->at[i], k->x->type->dims[k->at[i]], true);
	for (uint32_t i = 0; i < k->m; i++)
		index[i] = lower_shape(l, lower_wrap_index(l, index[i], k->x, k->at[i]), shape);
	if (k->m == 1) {
		k->starts = index[0];
		return;
	}
	memcpy(dims, shape->dims, shape->rank * sizeof dims[0]);
	dims[shape->rank] = 1;
	for (uint32_t i = 0; i < k->m; i++)
		index[i] = build_reshape(g, index[i], shape->rank + 1, dims);
	k->starts = build_concat(g, k->m, index, shape->rank);
}

void lower_index(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0), *index[ATEN_MAX_RANK];
	struct take k = { .m = 0 };
	if (!read_indices(l, x, &k, index)) {
		lower_give_up(l);
		return;
	}
	const struct type *shape = broadcast_shape(l, k.m, index);
	l->out[0] = broadcast_ranges(l, x, k.m, index, shape);
	if (l->out[0])
		return;
	make_starts(l, &k, index, shape);
	l->out[0] = take_gather(l, &k);
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
	int64_t others[ATEN_MAX_RANK];
	uint32_t nothers = 0;
	for (uint32_t i = 0; k->aligned && i < k->x->type->rank; i++)
		if (i != k->at[0])
			others[nothers++] = i;
	struct attr_entry e[] = {
		lower_attr_ints(l, KEY_update_window_dims, k->aligned ? 0 : k->nwindow, k->window),
		lower_attr_ints(l, KEY_inserted_window_dims, k->m, k->at),
		lower_attr_ints(l, KEY_input_batching_dims, nothers, others),
		lower_attr_ints(l, KEY_scatter_indices_batching_dims, nothers, others),
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

/* x[mask] = value of one element: a choice. */
static bool put_masked(struct lower *l)
{
	const struct arg *a = &l->args[1];
	const struct node *x = lower_tensor(l, 0), *v = lower_tensor(l, 2);
	if (a->n != 1 || a->list[0].kind != ARG_tensor || lower_bool(l, 3) || v->type->rank)
		return false;
	const struct node *mask = a->list[0].node;
	if (mask->type->dtype != DTYPE_i1 || mask->type->rank > x->type->rank)
		return false;
	int64_t at[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < mask->type->rank; i++)
		at[i] = i;
	mask = build_broadcast(l->g, mask, x->type->rank, x->type->dims, at);
	v = lower_shape(l, lower_cast(l, v, x->type->dtype), x->type);
	l->out[0] = build_select(l->g, mask, v, x);
	return true;
}

void lower_index_put(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0), *index[ATEN_MAX_RANK];
	struct take k = { .m = 0 };
	if (put_masked(l))
		return;
	if (!read_indices(l, x, &k, index)) {
		lower_give_up(l);
		return;
	}
	const struct type *shape = broadcast_shape(l, k.m, index);
	make_starts(l, &k, index, shape);
	take_place(&k);
	int64_t dims[ATEN_MAX_RANK];
	uint32_t n = 0, w = 0;
	bool taken[ATEN_MAX_RANK] = { 0 };
	for (uint32_t i = 0; i < k.m; i++)
		taken[k.at[i]] = true;
	if (k.nwindow + k.batch > ATEN_MAX_RANK)
		lower_fail(l, "more than %d dimensions", ATEN_MAX_RANK);
	for (uint32_t i = 0; i <= x->type->rank; i++) {
		if (w == k.first && n == w)
			for (uint32_t b = 0; b < k.batch; b++)
				dims[n++] = shape->dims[b];
		if (i < x->type->rank && !taken[i]) {
			dims[n++] = x->type->dims[i];
			w++;
		}
	}
	const struct node *v = lower_cast(l, lower_tensor(l, 2), x->type->dtype);
	v = lower_shape(l, v, type_tensor(l->g, x->type->dtype, n, dims));
	l->out[0] = take_scatter(l, &k, v, lower_bool(l, 3) ? OP_add : TAKE_REPLACES);
}

struct take take_elements(struct lower *l, const struct node *x, const struct node *index,
	int64_t dim, const struct node **v)
{
	uint32_t rank = x->type->rank;
	int64_t zero[ATEN_MAX_RANK] = { 0 }, one[ATEN_MAX_RANK] = { 1 };
	struct take k = { .x = x, .m = 1, .at = { dim }, .batch = rank, .aligned = true };
	bool alone = true;
	for (uint32_t i = 0; i < rank; i++) {
		k.aligned &= (int64_t)i == dim || index->type->dims[i] == x->type->dims[i];
		alone &= (int64_t)i == dim || x->type->dims[i] == 1;
		one[i] = 1;
	}
	*v = build_slice(l->g, *v, zero, index->type->dims, one);
	const struct node *line = k.aligned ? take_line(l, x, index, dim) : NULL;
	lower_check_index(l, line ? line : index, (uint32_t)dim, x->type->dims[dim], false);
	if (line && alone) {
		k.x = x = build_reshape(l->g, x, 1, &x->type->dims[dim]);
		*v = build_reshape(l->g, *v, 1, &line->type->dims[0]);
		k.at[0] = dim = 0;
	}
	if (line) {
		k.aligned = false;
		k.batch = 1;
		k.first = (uint32_t)dim;
		k.starts = lower_wrap_index(l, line, x, dim);
	} else if (k.aligned) {
		k.starts = lower_wrap_index(l, index, x, dim);
	} else {
		k.m = rank;
		for (uint32_t i = 0; i < rank; i++)
			k.at[i] = i;
		k.starts = take_coordinates(l, index, x, dim);
	}
	return k;
}

/* what: TAKE_REPLACES, or OP_add. */
void lower_scatter(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0), *index = lower_tensor(l, 2);
	const struct node *v = l->args[3].node;
	if (x->type->rank == 0) { /* one place: a row of one */
		x = build_reshape(l->g, x, 1, &(int64_t){ 1 });
		index = lower_as_row(l, index);
		v = v ? lower_as_row(l, v) : NULL;
	}
	uint32_t rank = x->type->rank;
	if (type_elements(index->type) == 0) { /* of any rank: the gradient of a gather */
		l->out[0] = build_reshape(l->g, x, l->type[0]->rank, l->type[0]->dims);
		return;
	}
	if (index->type->rank != rank)
		lower_bail(l);
	if (!v)
		v = lower_shape(l, lower_scalar(l, &l->args[3], x->type->dtype), index->type);
	else if (v->type->rank != rank)
		lower_fail(l, "source and index have different ranks");
	struct take k = take_elements(l, x, index, lower_dim(l, 1, rank), &v);
	x = take_scatter(l, &k, lower_cast(l, v, x->type->dtype), (enum op)l->row->what);
	l->out[0] = build_reshape(l->g, x, l->type[0]->rank, l->type[0]->dims);
}
