/* lower_scatter.c -- scatters that reduce, and places named by masks, diagonals and strides. */
#include "front/aten/take.h"
#include <math.h>
#include <string.h>

/* ---- scatters that reduce ------------------------------------------------------------------- */

enum reduce { REDUCE_sum, REDUCE_prod, REDUCE_mean, REDUCE_amax, REDUCE_amin };

static enum reduce read_reduce(struct lower *l, uint32_t i)
{
	static const char *const names[] = { "sum", "prod", "mean", "amax", "amin" };
	for (uint32_t k = 0; k < sizeof names / sizeof names[0]; k++)
		if (!strcmp(l->args[i].s, names[k]))
			return (enum reduce)k;
	lower_fail(l, "no reduction %s", l->args[i].s);
}

static const struct node *neutral(struct lower *l, enum reduce how, enum dtype t)
{
	if (how == REDUCE_amax || how == REDUCE_amin)
		return lower_extreme_value(l, t, how == REDUCE_amin);
	const struct arg v = { .kind = ARG_int, .i = how == REDUCE_prod };
	return lower_scalar(l, &v, t);
}

/* Do k's updates, which lie as k.x does, go to whole slices of it? */
static bool takes_slices(const struct take *k, const struct type *updates)
{
	bool whole = k->m == 1 && !k->nbatching;

	for (uint32_t i = 0; whole && i < k->x->type->rank; i++)
		whole = i == k->at[0] || updates->dims[i] == k->x->type->dims[i];
	return whole;
}

/* How many of k's updates each element of k.x gets. */
static const struct node *hits(struct lower *l, const struct take *k, const struct type *updates)
{
	struct graph *g = l->g;
	struct take ones = *k;
	const struct type *shape = k->x->type;
	const int64_t at = k->at[0], n = type_elements(updates);
	enum dtype t = n >= 0 && n <= INT32_MAX ? DTYPE_i32 : DTYPE_i64;
	if (takes_slices(k, updates)) { /* the same for all of one */
		shape = type_tensor(g, t, 1, &shape->dims[at]);
		updates = k->starts->type;
		ones.at[0] = ones.first = 0;
	}
	ones.x = build_full(g, type_with_dtype(g, shape, t), 0);
	const struct node *one = build_full(g, type_with_dtype(g, updates, t), 1);
	const struct node *count = take_scatter(l, &ones, one, OP_add);
	return shape->rank == k->x->type->rank
		? count : build_broadcast(g, count, k->x->type->rank, k->x->type->dims, &at);
}

/* k.x with updates reduced into it; include_self false: what is hit starts anew. */
static const struct node *reduce_into(struct lower *l, struct take *k, const struct node *updates,
	enum reduce how, bool include_self)
{
	static const enum op ops[] = { OP_add, OP_multiply, OP_add, OP_maximum, OP_minimum };
	static const enum op bits[] = { OP_or, OP_and, OP_or, OP_or, OP_and };
	struct graph *g = l->g;
	const struct node *x = k->x, *count = NULL;
	enum dtype t = x->type->dtype;
	if (how == REDUCE_mean || !include_self)
		count = hits(l, k, updates->type);
	if (!include_self) {
		const struct node *hit = build_compare(g, "GT", count, lower_like(l, count, 0));
		k->x = build_select(g, hit, lower_shape(l, neutral(l, how, t), x->type), x);
	}
	const struct node *y = take_scatter(l, k, updates, t == DTYPE_i1 ? bits[how] : ops[how]);
	if (how != REDUCE_mean)
		return y;
	const struct node *one = lower_like(l, count, 1);
	count = include_self ? build2(g, OP_add, count, one) : build2(g, OP_maximum, count, one);
	count = build_convert(g, count, t);
	return dtype_is_int(t) ? lower_floor_divide(l, y, count) : build2(g, OP_divide, y, count);
}

/* scatter_reduce: dim, index, src, the reduction and include_self in arguments 1 to 5. */
void lower_scatter_reduce(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0), *index = lower_tensor(l, 2),
			  *v = lower_tensor(l, 3);
	enum dtype t = x->type->dtype, c = lower_compute(t);
	if (x->type->rank == 0) {
		x = lower_as_row(l, x);
		index = lower_as_row(l, index);
		v = lower_as_row(l, v);
	}
	uint32_t rank = x->type->rank;
	if (type_elements(index->type) == 0) { /* as lower_scatter */
		lower_finish(l, build_reshape(l->g, x, l->type[0]->rank, l->type[0]->dims));
		return;
	}
	if (index->type->rank != rank || v->type->rank != rank)
		lower_bail(l);
	v = lower_cast(l, v, c);
	struct take k = take_elements(
		l, lower_cast(l, x, c), lower_cast(l, index, DTYPE_i64), lower_dim(l, 1, rank), &v);
	const struct node *y = reduce_into(l, &k, v, read_reduce(l, 4), lower_bool(l, 5));
	lower_finish(l, build_reshape(l->g, y, l->type[0]->rank, l->type[0]->dims));
}

/* self, dim, index: slices of self, as t, along dim. */
static struct take slices(struct lower *l, enum dtype t, bool wraps)
{
	const struct node *x = lower_as_row(l, lower_tensor(l, 0));
	const struct node *index = lower_as_row(l, lower_tensor(l, 2));
	if (index->type->rank != 1)
		lower_bail(l);
	int64_t dim = lower_dim(l, 1, x->type->rank);
	lower_check_index(l, index, (uint32_t)dim, x->type->dims[dim], wraps);
	index = lower_cast(l, index, DTYPE_i64);
	return (struct take){ .x = lower_cast(l, x, t),
		.m = 1,
		.at = { dim },
		.starts = wraps ? lower_wrap_index(l, index, x, dim) : index,
		.batch = 1,
		.first = (uint32_t)dim };
}

/* Argument 3, slices as k takes them. */
static const struct node *source_of(struct lower *l, const struct take *k)
{
	const struct node *v =
		lower_as_row(l, lower_cast(l, lower_tensor(l, 3), k->x->type->dtype));
	if (v->type->rank != k->x->type->rank)
		lower_bail(l);
	return v;
}

static void finish_slices(struct lower *l, const struct node *y)
{
	lower_finish(l, build_reshape(l->g, y, l->type[0]->rank, l->type[0]->dims));
}

/* Argument 3: a number, or a tensor of one. */
void lower_index_fill(struct lower *l)
{
	enum dtype t = l->type[0]->dtype;
	struct take k = slices(l, t, true);
	int64_t dims[ATEN_MAX_RANK];
	uint32_t rank = k.x->type->rank;
	memcpy(dims, k.x->type->dims, rank * sizeof *dims);
	dims[k.first] = k.starts->type->dims[0];
	const struct node *v = lower_scalar(l, &l->args[3], t);
	v = lower_shape(l, v, type_tensor(l->g, t, rank, dims));
	finish_slices(l, take_scatter(l, &k, v, TAKE_REPLACES));
}

/* what: TAKE_REPLACES, or OP_add of alpha (argument 4) times the source. */
void lower_index_add(struct lower *l)
{
	enum dtype t = lower_tensor(l, 0)->type->dtype;
	const struct arg *alpha = l->nargs > 4 ? &l->args[4] : NULL;
	struct take k = slices(l, t, false);
	const struct node *v = source_of(l, &k);
	enum op op = (enum op)l->row->what;
	if (alpha && !((alpha->kind == ARG_int || alpha->kind == ARG_float) && alpha->f == 1)) {
		const struct node *scale = lower_scalar(l, alpha, lower_compute(t));
		v = lower_cast(l, v, lower_compute(t));
		v = build2(l->g, t == DTYPE_i1 ? OP_and : OP_multiply, v,
			lower_shape(l, scale, v->type));
		v = lower_cast(l, v, t);
	}
	if (t == DTYPE_i1 && op == OP_add)
		op = OP_or;
	finish_slices(l, take_scatter(l, &k, v, op));
}

/* index_reduce: the same with the reduction and include_self in arguments 4 and 5. */
void lower_index_reduce(struct lower *l)
{
	struct take k = slices(l, lower_compute(lower_tensor(l, 0)->type->dtype), false);
	finish_slices(l, reduce_into(l, &k, source_of(l, &k), read_reduce(l, 4), lower_bool(l, 5)));
}

/* ---- flat places ---------------------------------------------------------------------------- */

/* The flat places of x in `index` become `updates`, both of one dimension. */
static const struct node *put_flat(struct lower *l, const struct node *x, const struct node *index,
	const struct node *updates, enum op op)
{
	struct take k = { .x = lower_flat(l, x), .m = 1, .batch = 1 };
	k.starts = lower_wrap_index(l, index, k.x, 0);
	const struct node *y =
		take_scatter(l, &k, lower_cast(l, updates, x->type->dtype), op);
	return build_reshape(l->g, y, x->type->rank, x->type->dims);
}

void lower_put(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	const struct node *index = lower_flat(l, lower_cast(l, lower_tensor(l, 1), DTYPE_i64));
	lower_check_index(
		l, index, 0, dim_product(l->g, x->type->rank, x->type->dims), true);
	l->out[0] = put_flat(l, x, index, lower_flat(l, lower_tensor(l, 2)),
		lower_bool(l, 3) ? OP_add : TAKE_REPLACES);
}

void lower_take(struct lower *l)
{
	const struct node *index = lower_cast(l, lower_tensor(l, 1), DTYPE_i64);
	const struct node *x = lower_flat(l, lower_tensor(l, 0));
	lower_check_index(l, index, 0, x->type->dims[0], true);
	l->out[0] = take_one(l, x, 0, index, 0);
}

/* True place i of the mask takes element i of the source. */
void lower_masked_scatter(struct lower *l)
{
	struct graph *g = l->g;
	const struct type *t = l->type[0];
	const struct node *x = lower_operand(l, 0, t->dtype);
	const struct node *mask = lower_shape(l, lower_cast(l, lower_tensor(l, 1), DTYPE_i1), t);
	const struct node *source = lower_flat(l, lower_tensor(l, 2));
	if (type_elements(t) == 0 || type_elements(source->type) == 0)
		lower_bail(l);
	if (!type_is_static(source->type)) { /* perhaps nothing, which has no element to take */
		const struct node *more =
			build_full(g, type_tensor(g, source->type->dtype, 1, &(int64_t){ 1 }), 0);
		source = build_concat(g, 2, (const struct node *[]){ source, more }, 0);
	}
	const struct node *ones = lower_flat(l, build_convert(g, mask, DTYPE_i64));
	const struct node *at = build2(
		g, OP_subtract, lower_prefix_sum(l, ones, 0), lower_like(l, ones, 1));
	at = build2(g, OP_maximum, at, lower_like(l, at, 0));
	const struct node *taken = build_reshape(g, take_one(l, source, 0, at, 0), t->rank,
		t->dims);
	l->out[0] = build_select(g, mask, lower_cast(l, taken, t->dtype), x);
}

/* Of the gradient of a masked scatter: its true places in a row, then zeros. */
void lower_masked_scatter_backward(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *y = lower_tensor(l, 0);
	const struct node *mask = lower_shape(l, lower_tensor(l, 1), y->type);
	int64_t n = type_elements(l->type[0]);
	if (type_elements(y->type) <= 0 || n < 0)
		lower_bail(l);
	const struct node *ones = lower_flat(l, build_convert(g, mask, DTYPE_i64));
	const struct node *at = build2(
		g, OP_subtract, lower_prefix_sum(l, ones, 0), lower_like(l, ones, 1));
	/* What is false goes behind the end, where scatter drops it. */
	const struct node *away = lower_behind(l, at->type);
	struct take k = { .x = build_full(g, type_tensor(g, y->type->dtype, 1, &n), 0),
		.m = 1,
		.batch = 1,
		.starts = build_select(g, lower_flat(l, mask), at, away) };
	y = take_scatter(l, &k, lower_flat(l, y), TAKE_REPLACES);
	l->out[0] = build_reshape(g, y, l->type[0]->rank, l->type[0]->dims);
}

/* ---- diagonals ------------------------------------------------------------------------------ */

/* The diagonal of x that arguments i .. (offset, dim1, dim2) name: n places, the last dimension. */
static struct take diagonal(struct lower *l, const struct node *x, uint32_t i, int64_t n)
{
	struct graph *g = l->g;
	uint32_t rank = x->type->rank;
	if (rank < 2)
		lower_bail(l);
	int64_t offset = lower_int(l, i), a = lower_dim(l, i + 1, rank),
		b = lower_dim(l, i + 2, rank);
	if (a == b)
		lower_fail(l, "both dimensions are %lld", (long long)a);
	int64_t from[2] = { offset < 0 ? -offset : 0, offset > 0 ? offset : 0 }, two[2] = { n, 1 };
	if (a > b) {
		int64_t t[2] = { a, from[0] };
		a = b;
		b = t[0];
		from[0] = from[1];
		from[1] = t[1];
	}
	const struct node *part[2];
	const struct node *along = lower_iota(l, type_tensor(g, DTYPE_i64, 2, two), 0);
	for (uint32_t k = 0; k < 2; k++)
		part[k] = build2(g, OP_add, along, lower_like(l, along, (double)from[k]));
	return (struct take){ .x = x,
		.m = 2,
		.at = { a, b },
		.starts = build_concat(g, 2, part, 1),
		.batch = 1,
		.first = rank - 2 };
}

void lower_diagonal(struct lower *l)
{
	const struct type *t = l->type[0];
	struct take k = diagonal(l, lower_tensor(l, 0), 1, t->rank ? t->dims[t->rank - 1] : 0);
	l->out[0] = take_gather(l, &k);
}

void lower_diagonal_scatter(struct lower *l)
{
	const struct node *src = lower_tensor(l, 1);
	uint32_t rank = src->type->rank;
	struct take k = diagonal(l, lower_tensor(l, 0), 2, rank ? src->type->dims[rank - 1] : 0);
	l->out[0] = take_scatter(
		l, &k, lower_cast(l, src, l->type[0]->dtype), TAKE_REPLACES);
}

/* ---- strides -------------------------------------------------------------------------------- */

/* strided_places where sizes, strides or the offset are symbols: a place behind the end fails the
 * call. */
static const struct node *places_of_sizes(
	struct lower *l, const struct type *t, uint32_t i, int64_t total)
{
	const struct arg *strides = &l->args[i + 1], *offset = &l->args[i + 2];
	bool none = offset->kind == ARG_none;
	if (strides->n != t->rank || (!none && offset->kind != ARG_sym && offset->i < 0))
		lower_bail(l);
	const struct type *it = type_with_dtype(l->g, t, DTYPE_i64);
	const struct node *places = lower_shape(l, lower_size_node(l, none ? 0 : offset->i), it);
	for (uint32_t k = 0; k < t->rank; k++) {
		const struct arg *stride = &strides->list[k];
		if (stride->kind != ARG_sym && stride->i < 0)
			lower_bail(l);
		const struct node *step = lower_shape(l, lower_size_node(l, stride->i), it);
		step = build2(l->g, OP_multiply, lower_iota(l, it, k), step);
		places = build2(l->g, OP_add, places, step);
	}
	lower_check_index(l, places, 0, total, false);
	return places;
}

static bool all_numbers(const struct arg *list)
{
	for (uint32_t k = 0; k < list->n; k++)
		if (list->list[k].kind == ARG_sym)
			return false;
	return true;
}

/* Where elements of a view of type t lie in x, its base: strides and offset in arguments i + 1
 * and i + 2. */
static const struct node *strided_places(
	struct lower *l, const struct type *t, uint32_t i, const struct node *x)
{
	struct graph *g = l->g;
	int64_t total = type_elements(x->type);
	if (total < 0 || !type_is_static(t) || !all_numbers(&l->args[i + 1]) ||
		l->args[i + 2].kind == ARG_sym)
		return places_of_sizes(
			l, t, i, dim_product(g, x->type->rank, x->type->dims));
	uint32_t n;
	const int64_t *strides = lower_ints(l, i + 1, &n);
	int64_t last = lower_is_none(l, i + 2) ? 0 : lower_int(l, i + 2);
	if (n != t->rank)
		lower_bail(l);
	const struct type *it = type_with_dtype(g, t, DTYPE_i64);
	const struct node *places = build_full(g, it, (double)last);
	for (uint32_t k = 0; k < n; k++) {
		if (strides[k] < 0 || last < 0 || t->dims[k] == 0)
			lower_bail(l);
		last += (t->dims[k] - 1) * strides[k];
		const struct node *along = lower_iota(l, it, k);
		along = build2(
			g, OP_multiply, along, lower_like(l, along, (double)strides[k]));
		places = build2(g, OP_add, places, along);
	}
	if (last >= total)
		lower_fail(l, "reaches behind the %lld elements", (long long)total);
	return places;
}

/* Are views of type t, strides and offset in arguments i + 1 and i + 2, all of x in its order?
 * A dimension of 1 may have any stride. */
static bool is_whole(struct lower *l, const struct node *x, const struct type *t, uint32_t i)
{
	const struct arg *strides = &l->args[i + 1], *offset = &l->args[i + 2];
	int64_t expected = 1, total = 1;
	if (strides->n != t->rank || !(offset->kind == ARG_none || offset->i == 0))
		return false;
	for (uint32_t k = t->rank; k-- > 0;) {
		if (t->dims[k] != 1 && strides->list[k].i != expected)
			return false;
		expected = dim_mul(l->g, expected, t->dims[k]);
	}
	for (uint32_t k = 0; k < x->type->rank; k++)
		total = dim_mul(l->g, total, x->type->dims[k]);
	return total == expected;
}

/* The text promises that self lies row-major (the front end that wrote it made sure). */
void lower_as_strided(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	if (is_whole(l, x, l->type[0], 1)) {
		l->out[0] = build_reshape(l->g, x, l->type[0]->rank, l->type[0]->dims);
		return;
	}
	const struct node *at = strided_places(l, l->type[0], 1, x);
	l->out[0] = take_one(l, lower_flat(l, x), 0, at, 0);
}

void lower_as_strided_scatter(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0), *src = lower_tensor(l, 1);
	if (is_whole(l, x, src->type, 2)) {
		l->out[0] = build_reshape(l->g, src, x->type->rank, x->type->dims);
		return;
	}
	const struct node *at = strided_places(l, src->type, 2, x);
	l->out[0] = put_flat(l, x, lower_flat(l, at), lower_flat(l, src), TAKE_REPLACES);
}
