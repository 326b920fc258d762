/* lower_bag.c -- sums by bag: embedding bags with their gradients, histograms.
 *
 * Bag b holds the indices from offsets[b] up to the next offset.  The bag of each index is the
 * number of offsets up to its place, less one, by which rows are scattered: what is behind the last
 * bag is dropped.  The planner knows that form, and makes it a loop over each bag's rows
 * (plan/segment.c).  Padding is a row that adds nothing; in gradients its bag is behind the end.
 * Bags of one size, as those of a matrix of indices, are its rows, and their sums reductions. */
#include "front/aten/take.h"
#include <math.h>
#include <string.h>

enum mode { MODE_sum, MODE_mean, MODE_max };

/* The size of each bag where the offsets say that of n indices all bags have one; else 0. */
static int64_t even_size(const struct node *offsets, int64_t n)
{
	while (offsets->op == OP_convert)
		offsets = offsets->in[0];
	int64_t count = offsets->type->dims[0];
	if (n < 1 || count < 1 || n % count)
		return 0;
	if (offsets->op == OP_iota)
		return n == count;
	const struct node *by = offsets->op == OP_multiply ? offsets->in[1] : NULL;
	if (!by || offsets->in[0]->op != OP_iota || by->type->dtype != DTYPE_i64)
		return 0;
	while (by->op == OP_broadcast_in_dim || by->op == OP_reshape)
		by = by->in[0];
	const struct literal *step = by->op == OP_constant ? node_literal(by) : NULL;
	int64_t size = n / count;
	bool same = step && (step->splat || type_elements(step->type) == 1) &&
		    memcmp(step->data, &size, sizeof size) == 0;
	return same ? size : 0;
}

/* The number of offsets up to each of n places, less one, as t: summed up from -1 on.  reduced: for
 * rows to be reduced by it, which the planner does without (plan/segment.c). */
static const struct node *bags_of(
	struct lower *l, const struct node *offsets, int64_t n, enum dtype t, bool reduced)
{
	struct graph *g = l->g;
	int64_t room = dim_add(g, n, 1);
	const struct type *rt = type_tensor(g, t, 1, &room);
	const struct node *at = build_iota(g, rt, 0), *none = build_full(g, rt, 0);
	offsets = lower_cast(l, offsets, DTYPE_i64);
	/* as they are: but that is to be known */
	offsets = build2(g, OP_maximum, offsets, lower_like(l, offsets, 0));
	struct take k = { .m = 1, .batch = 1, .starts = offsets, .sorted = true };
	k.x = build_select(g, build_compare(g, "EQ", at, none), build_full(g, rt, -1), none);
	const struct node *one = build_full(g, type_with_dtype(g, offsets->type, t), 1);
	const struct node *begins = lower_clip(l, take_scatter(l, &k, one, OP_add), 0, 0, n, 1);
	return reduced ? lower_prefix_window(l, begins, 0) : lower_prefix_sum(l, begins, 0);
}

static void check_bags(struct lower *l, const struct node *index, const struct node *offsets)
{
	if (index->type->rank != 1 || offsets->type->rank != 1 || index->type->dims[0] == 0)
		lower_bail(l);
}

/* Which of the indices are padding; NULL: none is. */
static const struct node *paddings(struct lower *l, const struct node *index, int64_t padding_idx)
{
	if (padding_idx < 0)
		return NULL;
	return build_compare(l->g, "EQ", index, lower_like(l, index, (double)padding_idx));
}

/* The bag of each of n indices, padding behind them all. */
static const struct node *bags(struct lower *l, const struct node *index,
	const struct node *offsets, int64_t padding_idx)
{
	struct graph *g = l->g;
	check_bags(l, index, offsets);
	int64_t n = index->type->dims[0], even = even_size(offsets, n);
	bool few = dim_is_number(n) && n < INT32_MAX && padding_idx < 0;
	const struct node *bag, *padding = paddings(l, index, padding_idx);
	if (even) {
		bag = build_iota(g, type_tensor(g, DTYPE_i64, 1, &n), 0);
		bag = build2(g, OP_divide, bag, lower_like(l, bag, (double)even));
	} else {
		bag = bags_of(l, offsets, n, few ? DTYPE_i32 : DTYPE_i64, false);
	}
	return padding ? build_select(g, padding, lower_behind(l, bag->type), bag) : bag;
}

/* How many bags there are, a row of grad each, for each entry of `bag`. */
static const struct node *nbags(
	struct lower *l, const struct node *bag, const struct node *grad)
{
	const struct node *count = lower_size_node(l, grad->type->dims[0]);
	return lower_shape(l, lower_cast(l, count, bag->type->dtype), bag->type);
}

/* How many each of `count` bags holds. */
static const struct node *sizes(struct lower *l, const struct node *bag, int64_t count)
{
	struct take k = { .x = build_full(l->g, type_tensor(l->g, DTYPE_i64, 1, &count), 0),
		.m = 1,
		.batch = 1,
		.starts = bag };
	return take_scatter(l, &k, lower_like(l, bag, 1), OP_add);
}

/* v of [n] along the rows of `like`, [n, d]. */
static const struct node *by_row(
	struct lower *l, const struct node *v, const struct node *like)
{
	const int64_t at = 0;
	v = lower_cast(l, v, like->type->dtype);
	return build_broadcast(l->g, v, 2, like->type->dims, &at);
}

static const struct node *divided(struct lower *l, const struct node *y, const struct node *count)
{
	const struct node *by = by_row(l, count, y);
	by = build2(l->g, OP_maximum, by, lower_like(l, by, 1));
	return build2(l->g, OP_divide, y, by);
}

/* What an embedding_bag is of: `count` bags; even: all of that size, 0: as the offsets say. */
struct bag {
	const struct node *index, *offsets, *padding;
	int64_t count, even;
};

static struct bag bag_of(struct lower *l)
{
	struct bag b = { .index = lower_cast(l, lower_tensor(l, 1), DTYPE_i64),
		.offsets = lower_tensor(l, 2), .count = l->type[0]->dims[0] };
	check_bags(l, b.index, b.offsets);
	b.padding = paddings(l, b.index, lower_int(l, 8));
	if (b.offsets->type->dims[0] == b.count)
		b.even = even_size(b.offsets, b.index->type->dims[0]);
	return b;
}

/* Rows of each bag by op, from `first` on. */
static const struct node *reduced(struct lower *l, const struct bag *b, const struct node *rows,
	enum op op, double first)
{
	const int64_t *had = rows->type->dims;
	if (b->even) {
		const int64_t dims[3] = { had[0] / b->even, b->even, had[1] };
		const bool in[ATEN_MAX_RANK] = { [1] = true };
		return lower_reduce(l, op, build_reshape(l->g, rows, 3, dims), in, false);
	}
	const int64_t out[2] = { b->count, had[1] };
	bool few = dim_is_number(had[0]) && had[0] < INT32_MAX;
	struct take k = { .m = 1, .batch = 1, .sorted = true };
	k.starts = bags_of(l, b->offsets, had[0], few ? DTYPE_i32 : DTYPE_i64, true);
	k.x = build_full(l->g, type_tensor(l->g, rows->type->dtype, 2, out), first);
	return take_scatter(l, &k, rows, op);
}

/* How many indices each bag has that are no padding. */
static const struct node *counts(struct lower *l, const struct bag *b)
{
	struct graph *g = l->g;
	const struct type *t = type_tensor(g, DTYPE_i64, 1, &b->count);
	const int64_t one = 1, back = -1, none = 0;
	if (b->padding) {
		const int64_t dims[2] = { b->index->type->dims[0], 1 };
		const struct node *kept = lower_cast(l, build1(g, OP_not, b->padding), t->dtype);
		kept = reduced(l, b, build_reshape(g, kept, 2, dims), OP_add, 0);
		return build_reshape(g, kept, 1, t->dims);
	}
	if (b->even)
		return build_full(g, t, (double)b->even);
	const struct node *at = lower_cast(l, b->offsets, DTYPE_i64);
	const struct node *end = lower_size_node(l, b->index->type->dims[0]);
	bool last = at->type->dims[0] != b->count;       /* it says where the last bag ends */
	const struct node *next = build_pad(g, at, end, &back, last ? &none : &one, &none);
	at = last ? build_pad(g, at, end, &none, &back, &none) : at;
	return build2(g, OP_subtract, next, at);
}

/* The index whose row each maximum y of a bag comes from; behind the end for an empty bag. */
static const struct node *max_places(struct lower *l, const struct node *rows, const struct node *y,
	const struct node *bag, const struct node *index)
{
	struct graph *g = l->g;
	const struct node *most = take_one(l, y, 0, bag, 0);
	const struct type *it = type_with_dtype(g, rows->type, DTYPE_i64);
	const int64_t at = 0;
	const struct node *none = lower_behind(l, it);
	const struct node *place = build_select(g, build_compare(g, "EQ", rows, most),
		build_broadcast(g, index, 2, it->dims, &at), none);
	const struct type *t = type_with_dtype(g, y->type, DTYPE_i64);
	struct take k = { .m = 1, .batch = 1, .starts = bag };
	k.x = lower_behind(l, t);
	return take_scatter(l, &k, place, OP_minimum);
}

/* Places n, some behind the end, as t: there in fewer bits, too. */
static const struct node *places_as(struct lower *l, const struct node *n, enum dtype t)
{
	if (t == DTYPE_i32 && n->type->dtype == DTYPE_i64)
		n = build2(l->g, OP_minimum, n, lower_like(l, n, INT32_MAX));
	return lower_cast(l, n, t);
}

/* weight, indices, offsets, scale_grad_by_freq, mode, sparse, per_sample_weights,
 * include_last_offset, padding_idx; results: sums, the bag of each index, sizes, places of
 * maxima. */
void lower_embedding_bag(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype c = lower_compute(lower_dtype(l));
	const struct node *w = lower_tensor(l, 0);
	enum mode mode = (enum mode)lower_int(l, 4);
	if (l->type[0]->dims[0] == 0)
		lower_bail(l);
	struct bag b = bag_of(l);
	lower_check_index(l, lower_tensor(l, 1), 0, w->type->dims[0], false);
	const struct node *rows = lower_cast(l, take_one(l, w, 0, b.index, 0), c);
	if (!lower_is_none(l, 6))
		rows = build2(g, OP_multiply, rows, by_row(l, lower_tensor(l, 6), rows));
	double first = mode == MODE_max ? -(double)INFINITY : 0;
	const int64_t along = 0;
	const struct node *taken = rows, *size = counts(l, &b);
	if (b.padding)
		taken = build_select(g, build_broadcast(g, b.padding, 2, rows->type->dims, &along),
			lower_like(l, rows, first), rows);
	const struct node *y = reduced(l, &b, taken, mode == MODE_max ? OP_maximum : OP_add, first);
	if (mode == MODE_mean)
		y = divided(l, y, size);
	if (mode == MODE_max && (b.padding || !b.even)) {
		const struct node *none =
			build_compare(g, "EQ", by_row(l, size, y), lower_like(l, y, 0));
		y = build_select(g, none, lower_like(l, y, 0), y);
	}
	lower_finish(l, y);
	const struct node *bag = bags(l, b.index, b.offsets, lower_int(l, 8));
	const struct node *made[4] = { NULL, bag, size,
		mode == MODE_max ? max_places(l, rows, y, bag, b.index) : NULL };
	for (uint32_t i = 1; i < 4; i++) {
		bool fits = made[i] && made[i]->type->dims[0] == l->type[i]->dims[0];
		l->out[i] = fits ? places_as(l, made[i], l->type[i]->dtype)
				 : build_full(g, l->type[i], 0);
	}
}

/* grad, indices, offsets, ..., num_weights, scale_grad_by_freq, mode, sparse, per_sample_weights,
 * padding_idx: each row of grad to the weights of its bag. */
void lower_embedding_bag_backward(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype c = lower_compute(lower_dtype(l));
	const struct node *grad = lower_cast(l, lower_tensor(l, 0), c);
	const struct node *index = lower_cast(l, lower_tensor(l, 1), DTYPE_i64);
	enum mode mode = (enum mode)lower_int(l, 8);
	if (lower_bool(l, 7) || lower_bool(l, 9) || type_elements(grad->type) == 0)
		lower_bail(l);
	struct take k = { .m = 1, .batch = 1 };
	k.x = build_full(g, type_with_dtype(g, l->type[0], c), 0);
	if (mode == MODE_max) { /* column by column to where the maxima are */
		k.m = k.batch = 2;
		k.at[1] = 1;
		k.starts = take_coordinates(l, lower_tensor(l, 5), k.x, 0);
		lower_finish(l, take_scatter(l, &k, grad, OP_add));
		return;
	}
	const struct node *bag = bags(l, index, lower_tensor(l, 2), lower_int(l, 11));
	if (mode == MODE_mean)
		grad = divided(l, grad, sizes(l, bag, grad->type->dims[0]));
	const struct node *rows = take_one(l, grad, 0, bag, 0);
	if (!lower_is_none(l, 10))
		rows = build2(g, OP_multiply, rows, by_row(l, lower_tensor(l, 10), rows));
	/* A row of no bag goes nowhere. */
	const struct node *some = build_compare(g, "LT", bag, nbags(l, bag, grad));
	index = build_select(g, some, index, lower_behind(l, index->type));
	k.starts = index;
	lower_finish(l, take_scatter(l, &k, rows, OP_add));
}

/* grad, weight, indices, offsets, offset2bag, mode, padding_idx: of each index's factor. */
void lower_embedding_bag_weights_backward(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype c = lower_compute(lower_dtype(l));
	const struct node *grad = lower_cast(l, lower_tensor(l, 0), c);
	const struct node *index = lower_cast(l, lower_tensor(l, 2), DTYPE_i64);
	if (type_elements(grad->type) == 0)
		lower_bail(l);
	const struct node *bag = bags(l, index, lower_tensor(l, 3), lower_int(l, 6));
	const struct node *rows = lower_cast(l, take_one(l, lower_tensor(l, 1), 0, index, 0), c);
	const bool in[ATEN_MAX_RANK] = { [1] = true };
	rows = build2(g, OP_multiply, rows, take_one(l, grad, 0, bag, 0));
	const struct node *y = lower_reduce(l, OP_add, rows, in, false);
	const struct node *some = build_compare(g, "LT", bag, nbags(l, bag, grad));
	lower_finish(l, build_select(g, some, y, lower_like(l, y, 0)));
}

/* How many of self lie in each of `bins` pieces of min .. max; both the same: those of self. */
void lower_histc(struct lower *l)
{
	struct graph *g = l->g;
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	const struct node *x = lower_tensor(l, 0);
	int64_t bins = lower_int(l, 1), n = type_elements(x->type);
	double min = lower_float(l, 2), max = lower_float(l, 3);
	if (!dtype_is_float(t) || bins < 1)
		lower_bail(l);
	if (n == 0) {
		l->out[0] = lower_full(l, t, l->type[0], 0);
		return;
	}
	if (n < 0) /* symbolic, and may be 0 */
		n = dim_product(g, x->type->rank, x->type->dims);
	x = build_reshape(g, lower_cast(l, x, c), 1, &n);
	const struct node *low = build_scalar(g, c, min), *high = build_scalar(g, c, max);
	if (min == max) {
		const int64_t all = 0;
		low = build_reduce(g, OP_minimum, x, 1, &all);
		high = build_reduce(g, OP_maximum, x, 1, &all);
		const struct node *flat = build_compare(g, "EQ", low, high);
		const struct node *one = build_scalar(g, c, 1);
		const struct node *below = build2(g, OP_subtract, low, one);
		high = build_select(g, flat, build2(g, OP_add, high, one), high);
		low = build_select(g, flat, below, low);
	}
	low = lower_shape(l, low, x->type);
	high = lower_shape(l, high, x->type);
	const struct node *in = build2(g, OP_and, build_compare(g, "GE", x, low),
		build_compare(g, "LE", x, high));
	const struct node *at = build2(g, OP_multiply, build2(g, OP_subtract, x, low),
		lower_like(l, x, (double)bins));
	at = build2(g, OP_divide, at, build2(g, OP_subtract, high, low));
	at = build_convert(g, at, DTYPE_i64);
	at = build2(g, OP_minimum, at, lower_like(l, at, (double)(bins - 1)));
	at = build_select(g, in, at, lower_behind(l, at->type));
	lower_finish(l, sizes(l, at, bins));
}
