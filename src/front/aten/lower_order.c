/* lower_order.c -- by order: sort, topk, kthvalue, medians, mode, binary search.
 *
 * Sorts are stable and carry the indices along.  A NaN counts as larger than everything, as in
 * eager. */
#include "front/aten/matrix.h"
#include "front/aten/take.h"
#include <string.h>

enum { SMALL = 16, RADIX = 32768, COUNTED = 64 };

/* a before b. */
static const struct region *before(struct lower *l, enum dtype t, bool descending)
{
	struct graph *g = l->g;
	const struct type *s = type_scalar(g, t), *i = type_scalar(g, DTYPE_i64),
			  *params[4] = { s, s, i, i };
	const struct node *a = graph_parameter(g, 0, s), *b = graph_parameter(g, 1, s);
	const struct node *first = build_compare(g, descending ? "GT" : "LT", a, b);
	if (dtype_is_float(t)) {
		const struct node *nan_a = build_compare(g, "NE", a, a),
				  *nan_b = build_compare(g, "NE", b, b);
		const struct node *by_nan =
			descending ? build2(g, OP_and, nan_a, build1(g, OP_not, nan_b))
				   : build2(g, OP_and, nan_b, build1(g, OP_not, nan_a));
		first = build2(g, OP_or, first, by_nan);
	}
	return graph_region(g, 4, params, 1, &first);
}

struct sorted {
	const struct node *value, *index;
};

static struct sorted sort(struct lower *l, const struct node *x, int64_t dim, bool descending)
{
	struct graph *g = l->g;
	const struct region *body = before(l, x->type->dtype, descending);
	struct attr_entry e[] = {
		lower_attr_int(l, KEY_dimension, dim),
		{ .key = KEY_is_stable, .value = attr_bool(g, true) },
	};
	const struct node *in[2] = { x,
		lower_iota(l, type_with_dtype(g, x->type, DTYPE_i64), dim) };
	struct node_spec s = { .op = OP_sort,
		.nin = 2,
		.in = in,
		.nregions = 1,
		.regions = &body,
		.attrs = attrs_cons(g, 2, e),
		.at = { l->r->file, l->r->line, 1 } };
	const struct node *n = graph_node(g, &s);
	return (struct sorted){ graph_result(g, n, 0), graph_result(g, n, 1) };
}

const struct node *lower_argsort(struct lower *l, const struct node *x, int64_t dim)
{
	return sort(l, x, dim, false).index;
}

/* ---- eager's order of equal elements -------------------------------------------------------- */

/* Does an unstable sort of eager's, of rows of n, matter?  Numbers of few values are often equal,
 * and then their order is eager's (base/order.h); up to 16 are sorted by insertion, a long row of
 * integers by radix: both are stable. */
static bool order_matters(const struct node *x, int64_t dim)
{
	enum dtype t = x->type->dtype;
	return t != DTYPE_f32 && t != DTYPE_f64 && t != DTYPE_ui64 && x->type->dims[dim] != 0;
}

/* x as i64 in the same order: equal where x is, a NaN last. */
static const struct node *keys_of(struct lower *l, const struct node *x, bool descending)
{
	struct graph *g = l->g;
	enum dtype t = x->type->dtype;
	enum dtype c = dtype_is_float(t) ? DTYPE_f64 : DTYPE_i64;
	const struct node *key = lower_cast(l, x, c);
	if (c == DTYPE_f64) {
		const struct node *nan = build_compare(g, "NE", key, key);
		const struct type *whole = type_with_dtype(g, x->type, DTYPE_i64);
		const struct node *bits = lower_bits(l, key, whole);
		const struct node *least = lower_like(l, bits, (double)INT64_MIN);
		/* Below zero all bits but the sign say how far. */
		key = build_select(g, build_compare(g, "LT", bits, lower_like(l, bits, 0)),
			build2(g, OP_subtract, least, bits), bits);
		key = build_select(g, nan, build1(g, OP_not, least), key);
	}
	return descending ? build1(g, OP_not, key) : key;
}

static const struct node *swapped(struct lower *l, const struct node *x, int64_t a, int64_t b)
{
	int64_t order[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < x->type->rank; i++)
		order[i] = i == a ? b : i == b ? a : i;
	return a == b ? x : build_transpose(l->g, x, order);
}

static const struct node *taken(
	struct lower *l, const struct node *x, const struct node *places, int64_t dim)
{
	struct take k = { .x = x, .m = x->type->rank, .batch = x->type->rank };
	for (uint32_t i = 0; i < k.m; i++)
		k.at[i] = i;
	k.starts = take_coordinates(l, places, x, dim);
	return take_gather(l, &k);
}

/* The `count` elements along dim that order `how` finds. */
static struct sorted ordered(struct lower *l, const struct node *x, int64_t dim, bool descending,
	const char *how, int64_t count)
{
	struct graph *g = l->g;
	int64_t last = (int64_t)x->type->rank - 1;
	const struct node *keys = swapped(l, keys_of(l, x, descending), dim, last), *places;
	int64_t dims[ATEN_MAX_RANK];
	memcpy(dims, keys->type->dims, x->type->rank * sizeof *dims);
	dims[last] = count;
	const struct type *type = type_tensor(g, DTYPE_i64, x->type->rank, dims);
	matrix_decomposed(l, "weft.order", how, 1, &keys, 1, &type, &places);
	places = swapped(l, places, dim, last);
	return (struct sorted){ taken(l, x, places, dim), places };
}

static struct sorted topk(
	struct lower *l, const struct node *x, int64_t dim, bool largest, bool in_order)
{
	int64_t k = lower_size(l, 1);
	if (order_matters(x, dim) && dim_is_number(k)) {
		const char *word = in_order ? "first" : "any";
		const char *how = job_printf(l->j, "%s %lld", word, (long long)k);
		return ordered(l, x, dim, largest, how, k);
	}
	struct sorted s = sort(l, x, dim, largest);
	return (struct sorted){ lower_clip(l, s.value, dim, 0, k, 1),
		lower_clip(l, s.index, dim, 0, k, 1) };
}

/* sort; what 1: topk, the first k of it; 2: sort.stable. */
void lower_sort(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	uint32_t rank = x->type->rank, d = l->row->what ? 2 : 1;
	if (rank == 0) {
		l->out[0] = x;
		l->out[1] = build_full(l->g, l->type[1], 0);
		return;
	}
	int64_t dim = lower_dim(l, d, rank), n = x->type->dims[dim];
	bool stable = l->row->what == 2 && lower_bool(l, 1), descending = lower_bool(l, d + 1);
	bool settled = rank == 1 && n >= RADIX && !descending && dtype_is_int(x->type->dtype);
	settled |= dim_is_number(n) && n <= SMALL;
	struct sorted s;
	if (l->row->what == 1)
		s = topk(l, x, dim, descending, lower_bool(l, 4));
	else if (!stable && !settled && order_matters(x, dim))
		s = ordered(l, x, dim, descending, "sort", n);
	else
		s = sort(l, x, dim, descending);
	l->out[0] = s.value;
	l->out[1] = s.index;
	place_note(l->r, s.index, x->type->dims[dim], false);
}

/* ---- one of a sorted row -------------------------------------------------------------------- */

/* The row argument `d` names, or all elements as one row. */
static const struct node *row_of(struct lower *l, int64_t d, int64_t *dim)
{
	const struct node *x = lower_tensor(l, 0);
	if (d >= 0 && x->type->rank) {
		*dim = lower_dim(l, (uint32_t)d, x->type->rank);
	} else {
		*dim = 0;
		x = lower_flat(l, x);
	}
	return x;
}

static void results(struct lower *l, const struct node *value, const struct node *index)
{
	const struct node *both[2] = { value, index };
	for (uint32_t i = 0; i < l->nout; i++)
		l->out[i] = build_reshape(l->g, both[i], l->type[i]->rank, l->type[i]->dims);
}

void lower_kthvalue(struct lower *l)
{
	int64_t dim, k = lower_int(l, 1);
	const struct node *x = row_of(l, 2, &dim);
	if (k < 1 || (dim_is_number(x->type->dims[dim]) && k > x->type->dims[dim]))
		lower_fail(l, "k is %lld, there are %lld elements", (long long)k,
			(long long)x->type->dims[dim]);
	struct sorted s;
	if (order_matters(x, dim)) {
		const char *how = job_printf(l->j, "kth %lld", (long long)k - 1);
		s = ordered(l, x, dim, false, how, 1);
	} else {
		s = sort(l, x, dim, false);
		s.value = lower_clip(l, s.value, dim, k - 1, k, 1);
		s.index = lower_clip(l, s.index, dim, k - 1, k, 1);
	}
	results(l, s.value, s.index);
}

/* The value that is there most often, of several the least; its place is the last that eager's sort
 * gives.  In sorted rows each run's length stands at its end; the longest, the first of several, is
 * the greatest of length * n - end. */
void lower_mode(struct lower *l)
{
	struct graph *g = l->g;
	int64_t dim;
	const struct node *x = row_of(l, 1, &dim);
	int64_t n = x->type->dims[dim], low[ATEN_MAX_RANK] = { 0 }, high[ATEN_MAX_RANK] = { 0 },
		inner[ATEN_MAX_RANK] = { 0 };
	if (n == 0 || dtype_is_complex(x->type->dtype))
		lower_bail(l);
	struct sorted s = ordered(l, x, dim, false, "sort", n);
	const struct node *v = lower_cast(l, s.value, lower_compute(s.value->type->dtype));
	const struct node *step = build_convert(g,
		build_compare(g, "NE", lower_clip(l, v, dim, 0, dim_sub(g, n, 1), 1),
			lower_clip(l, v, dim, 1, n, 1)), DTYPE_i64);
	const struct node *one = build_scalar_int(g, DTYPE_i64, 1);
	high[dim] = 1;
	const struct node *ends = build_pad(g, step, one, low, high, inner);
	low[dim] = 1;
	high[dim] = 0;
	const struct node *begins = build_pad(g, step, one, low, high, inner);
	const struct node *at = lower_iota(l, ends->type, dim);
	const struct node *many = lower_like_size(l, at, n, 1);
	const struct node *begin = lower_prefix_most(l, build2(g, OP_multiply, begins, at), dim);
	const struct node *length = build2(g, OP_add, build2(g, OP_subtract, at, begin), ends);
	const struct node *score = build2(g, OP_multiply, ends,
		build2(g, OP_subtract, build2(g, OP_multiply, length, many), at));
	bool in[ATEN_MAX_RANK] = { 0 };
	in[dim] = true;
	const struct node *most = lower_reduce(l, OP_maximum, score, in, true);
	many = lower_like_size(l, most, n, 1);
	const struct node *rest = build2(g, OP_remainder, most, many);
	const struct node *end = build2(g, OP_remainder, build2(g, OP_subtract, many, rest), many);
	results(l, taken(l, s.value, end, dim), taken(l, s.index, end, dim));
}

/* How many NaNs each row has, with a dimension of size 1. */
static const struct node *count_nan(struct lower *l, const struct node *x, int64_t dim)
{
	bool in[ATEN_MAX_RANK] = { 0 };
	in[dim] = true;
	const struct node *nan = build_convert(l->g, build_compare(l->g, "NE", x, x), DTYPE_i64);
	return lower_reduce(l, OP_add, nan, in, true);
}

/* The lower of the two in the middle: of all elements, or along a dimension; what has MEDIAN_DIM
 * for the latter, and MEDIAN_PLAIN when NaNs do not count.  Else the first NaN is the median. */
enum { MEDIAN_DIM = 1, MEDIAN_PLAIN = 2 };
void lower_median(struct lower *l)
{
	struct graph *g = l->g;
	int64_t dim;
	const struct node *x = row_of(l, l->row->what & MEDIAN_DIM ? 1 : -1, &dim);
	int64_t n = x->type->dims[dim];
	if (n == 0)
		lower_bail(l);
	int64_t middle = dim_floordiv(g, dim_sub(g, n, 1), 2);
	struct sorted s = sort(l, x, dim, false);
	if (!dtype_is_float(x->type->dtype)) {
		int64_t next = dim_add(g, middle, 1);
		results(l, lower_clip(l, s.value, dim, middle, next, 1),
			lower_clip(l, s.index, dim, middle, next, 1));
		return;
	}
	const struct node *nans = count_nan(l, x, dim), *at;
	const struct node *numbers =
		build2(g, OP_subtract, lower_like_size(l, nans, n, 1), nans);
	const struct node *one = lower_like(l, nans, 1), *zero = lower_like(l, nans, 0);
	const struct node *before_middle = build2(g, OP_maximum, zero,
		build2(g, OP_subtract, numbers, one));
	at = build2(g, OP_shift_right_logical, before_middle, one);
	if (!(l->row->what & MEDIAN_PLAIN)) {
		const struct node *clean = build_compare(g, "EQ", nans, zero);
		at = build_select(g, clean, lower_like_size(l, nans, middle, 1), numbers);
	}
	struct take k = { .m = x->type->rank, .batch = x->type->rank };
	for (uint32_t i = 0; i < k.m; i++)
		k.at[i] = i;
	k.x = s.value;
	k.starts = take_coordinates(l, at, s.value, dim);
	const struct node *value = take_gather(l, &k);
	k.x = s.index;
	results(l, value, take_gather(l, &k));
}

/* ---- search --------------------------------------------------------------------------------- */

/* How many of `sorted`, whose rows lie along its last dimension, come before each of v: below it,
 * or up to it when `right`.  Said negatively: a NaN lies behind everything. */
struct search {
	const struct node *sorted, *v;
	bool right;
};

static const struct node *is_behind(struct lower *l, const struct search *s, const struct node *x,
	const struct node *v)
{
	return build_compare(l->g, s->right ? "GT" : "GE", x, v);
}

/* All that lie before are counted: no slower where rows are short, and of any size. */
static const struct node *search_count(struct lower *l, const struct search *s)
{
	struct graph *g = l->g;
	const struct type *st = s->sorted->type, *vt = s->v->type;
	uint32_t rank = vt->rank + 1;
	int64_t dims[ATEN_MAX_RANK], at[ATEN_MAX_RANK];
	if (rank > ATEN_MAX_RANK)
		lower_bail(l);
	for (uint32_t i = 0; i < vt->rank; i++) {
		dims[i] = vt->dims[i];
		at[i] = i;
	}
	dims[rank - 1] = st->dims[st->rank - 1];
	const struct node *v = build_broadcast(g, s->v, rank, dims, at);
	for (uint32_t i = 0; i < st->rank; i++)
		at[i] = i + 1 == st->rank ? rank - 1 : i;
	const struct node *behind =
		is_behind(l, s, build_broadcast(g, s->sorted, rank, dims, at), v);
	const struct node *passed = build_convert(g, build1(g, OP_not, behind), lower_dtype(l));
	bool in[ATEN_MAX_RANK] = { 0 };
	in[rank - 1] = true;
	return lower_reduce(l, OP_add, passed, in, false);
}

/* Where the row of each of v begins in all of `sorted`, as t; NULL: there is one. */
static const struct node *search_rows(
	struct lower *l, const struct search *s, const struct type *t)
{
	struct graph *g = l->g;
	const struct type *st = s->sorted->type;
	const struct node *row = NULL;
	int64_t pitch = 1;
	for (uint32_t i = st->rank; i-- > 0; pitch *= st->dims[i]) {
		if (i + 1 == st->rank)
			continue;
		const struct node *at = build_iota(g, t, i);
		at = build2(g, OP_multiply, at, lower_like(l, at, (double)pitch));
		row = row ? build2(g, OP_add, row, at) : at;
	}
	return row;
}

/* By halves, each step of all of v at once: what eager's search does, whatever order there is.  A
 * search that has ended takes further steps that change nothing. */
static const struct node *search_halves(struct lower *l, const struct search *s)
{
	struct graph *g = l->g;
	int64_t n = s->sorted->type->dims[s->sorted->type->rank - 1];
	const struct type *t = type_with_dtype(g, s->v->type, DTYPE_i32);
	const struct node *rows = search_rows(l, s, t), *first = build_full(g, t, 0),
			  *end = build_full(g, t, (double)n);
	const struct node *one = build_full(g, t, 1);
	struct take k = { .x = lower_flat(l, s->sorted), .m = 1, .batch = t->rank };
	for (int64_t left = n; left; left /= 2) {
		const struct node *half = build2(g, OP_shift_right_logical,
			build2(g, OP_subtract, end, first), one);
		const struct node *middle = build2(g, OP_add, first, half);
		k.starts = rows ? build2(g, OP_add, rows, middle) : middle;
		const struct node *behind = is_behind(l, s, take_gather(l, &k), s->v);
		const struct node *open = build_compare(g, "LT", first, end);
		const struct node *on = build2(g, OP_and, open, build1(g, OP_not, behind));
		first = build_select(g, on, build2(g, OP_add, middle, one), first);
		end = build_select(g, behind, middle, end);
	}
	return lower_cast(l, first, lower_dtype(l));
}

static void search(struct lower *l, const struct node *sorted, const struct node *v, bool right)
{
	const struct type *st = sorted->type, *vt = v->type;
	const struct arg both[2] = { { .kind = ARG_tensor, .node = sorted },
		{ .kind = ARG_tensor, .node = v } };
	enum dtype t = lower_promote(l, 2, (const struct arg *const[]){ &both[0], &both[1] });
	if (!st->rank || (st->rank > 1 && st->rank != vt->rank))
		lower_bail(l);
	struct search s = { lower_cast(l, sorted, t), lower_cast(l, v, t), right };
	int64_t n = st->dims[st->rank - 1], all = type_elements(st);
	bool counts = !dim_is_number(n) || n <= COUNTED || all < 0 || all > INT32_MAX;
	l->out[0] = counts ? search_count(l, &s) : search_halves(l, &s);
}

void lower_searchsorted(struct lower *l)
{
	bool right = lower_bool(l, 3) || (!lower_is_none(l, 4) && l->args[4].s[0] == 'r');
	const struct node *sorted = lower_tensor(l, 0), *v = l->args[1].node;
	if (!lower_is_none(l, 5)) {
		uint32_t rank = sorted->type->rank;
		struct take k = { .x = sorted, .m = rank, .batch = rank };
		for (uint32_t i = 0; i < rank; i++)
			k.at[i] = i;
		k.starts = take_coordinates(l, lower_tensor(l, 5), sorted, rank - 1);
		sorted = take_gather(l, &k);
	}
	if (!v)
		v = lower_scalar(l, &l->args[1], sorted->type->dtype);
	search(l, sorted, v, right);
}

void lower_bucketize(struct lower *l)
{
	const struct node *v = l->args[0].node;
	if (!v)
		v = lower_scalar(l, &l->args[0], lower_tensor(l, 1)->type->dtype);
	search(l, lower_tensor(l, 1), v, lower_bool(l, 3));
}
