/* lower_index.c -- overloads that index by tensors: embedding, index_select, gather, index,
 * index_put and the scatters of elements. */
#include "front/aten/take.h"
#include <string.h>

/* ---- gather --------------------------------------------------------------------------------- */

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

/* The part of x that index, of fewer places along other dimensions than dim, reaches. */
static const struct node *within(
	struct lower *l, const struct node *x, const struct node *index, int64_t dim)
{
	int64_t start[ATEN_MAX_RANK] = { 0 }, end[ATEN_MAX_RANK], step[ATEN_MAX_RANK];

	for (uint32_t i = 0; i < x->type->rank; i++) {
		end[i] = i == dim ? x->type->dims[i] : index->type->dims[i];
		step[i] = 1;
	}
	return build_slice(l->g, x, start, end, step);
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
	x = within(l, x, index, dim);
	struct take k;
	bool stretched = take_stretched(l, x, index, dim, &k);
	lower_check_index(l, stretched ? k.starts : index, (uint32_t)dim, x->type->dims[dim],
		false);
	if (stretched) {
		k.starts = lower_wrap_index(l, k.starts, x, dim);
		x = take_gather(l, &k);
		l->out[0] = build_reshape(g, x, l->type[0]->rank, l->type[0]->dims);
		return;
	}
	k = (struct take){ .x = x, .m = rank, .batch = rank };
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
