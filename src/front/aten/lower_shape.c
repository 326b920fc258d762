/* lower_shape.c -- overloads that move elements and compute none.
 *
 * Sizes a call spells with -1 or with sizes of other tensors are taken from the type the text gives
 * the result.  Views become reshapes, transposes and broadcasts, which fuse; nothing is copied
 * here. */
#include "front/aten/take.h"
#include <string.h>

static const struct node *reshape(
	struct lower *l, const struct node *n, uint32_t rank, const int64_t *dims)
{
	int64_t a = 1, b = 1;
	bool known = true;
	for (uint32_t i = 0; i < n->type->rank; i++)
		known &= dim_is_number(n->type->dims[i]) &&
			 !__builtin_mul_overflow(a, n->type->dims[i], &a);
	for (uint32_t i = 0; i < rank; i++)
		known &= dim_is_number(dims[i]) && !__builtin_mul_overflow(b, dims[i], &b);
	if (known && a != b)
		lower_fail(l, "%lld elements do not become %lld", (long long)a, (long long)b);
	return build_reshape(l->g, n, rank, dims);
}

void lower_view(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	l->out[0] = type_same_dims(x->type, l->type[0])
			    ? x
			    : reshape(l, x, l->type[0]->rank, l->type[0]->dims);
}

void lower_unsqueeze(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	int64_t dims[ATEN_MAX_RANK + 1];
	uint32_t rank = x->type->rank + 1;
	if (rank > ATEN_MAX_RANK)
		lower_fail(l, "more than %d dimensions", ATEN_MAX_RANK);
	uint32_t at = (uint32_t)lower_dim(l, 1, rank);
	for (uint32_t i = 0, k = 0; i < rank; i++)
		dims[i] = i == at ? 1 : x->type->dims[k++];
	l->out[0] = build_reshape(l->g, x, rank, dims);
}

/* x, where the result has fewer dimensions than go by their numbers: torch knows of sizes in `in`
 * that are symbols here to be 1. */
static const struct node *cut_to_one(struct lower *l, const struct node *x, const bool *in)
{
	uint32_t rank = x->type->rank, left = 0;

	for (uint32_t i = 0; i < rank; i++)
		left += !in[i] || x->type->dims[i] != 1;
	for (uint32_t i = 0; i < rank && left > l->type[0]->rank; i++) {
		if (!in[i] || dim_is_number(x->type->dims[i]))
			continue;
		x = lower_clip(l, x, i, 0, 1, 1);
		left--;
	}
	return x;
}

void lower_squeeze(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	bool in[ATEN_MAX_RANK];
	int64_t dims[ATEN_MAX_RANK];
	uint32_t k = 0;
	memset(in, 1, sizeof in);
	if (!l->row->what) {
		bool none = l->args[1].kind == ARG_list && l->args[1].n == 0;
		lower_dims(l, 1, x->type->rank, in);
		if (none)
			memset(in, 0, sizeof in);
	}
	x = cut_to_one(l, x, in);
	for (uint32_t i = 0; i < x->type->rank; i++)
		if (!in[i] || x->type->dims[i] != 1)
			dims[k++] = x->type->dims[i];
	l->out[0] = k == x->type->rank ? x : build_reshape(l->g, x, k, dims);
}

static const struct node *permute(struct lower *l, const struct node *x, const int64_t *p)
{
	bool identity = true;
	for (uint32_t i = 0; i < x->type->rank; i++)
		identity &= p[i] == (int64_t)i;
	if (identity)
		return x;
	/* Two transposes are one. */
	if (x->op == OP_transpose) {
		uint32_t n;
		const int64_t *inner = node_ints(x, KEY_permutation, &n);
		int64_t both[ATEN_MAX_RANK];
		if (inner && n == x->type->rank) {
			for (uint32_t i = 0; i < n; i++)
				both[i] = inner[p[i]];
			return permute(l, x->in[0], both);
		}
	}
	return build_transpose(l->g, x, p);
}

void lower_permute(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	uint32_t n;
	const int64_t *v = lower_ints(l, 1, &n);
	int64_t p[ATEN_MAX_RANK];
	bool seen[ATEN_MAX_RANK] = { 0 };
	if (n != x->type->rank)
		lower_fail(l, "%u dimensions are named, there are %u", n, x->type->rank);
	for (uint32_t i = 0; i < n; i++) {
		p[i] = lower_wrap_dim(l, v[i], n);
		if (seen[p[i]])
			lower_fail(l, "dimension %lld is named twice", (long long)p[i]);
		seen[p[i]] = true;
	}
	l->out[0] = permute(l, x, p);
}

static void swap_dims(struct lower *l, int64_t a, int64_t b)
{
	const struct node *x = lower_tensor(l, 0);
	int64_t p[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < x->type->rank; i++)
		p[i] = i;
	if (x->type->rank) {
		p[a] = b;
		p[b] = a;
	}
	l->out[0] = permute(l, x, p);
}

void lower_transpose(struct lower *l)
{
	uint32_t rank = lower_tensor(l, 0)->type->rank;
	swap_dims(l, lower_dim(l, 1, rank), lower_dim(l, 2, rank));
}

void lower_t(struct lower *l)
{
	uint32_t rank = lower_tensor(l, 0)->type->rank;
	if (rank > 2)
		lower_fail(l, "takes at most two dimensions");
	swap_dims(l, 0, rank == 2 ? 1 : 0);
}

/* ---- slices --------------------------------------------------------------------------------- */

/* A symbolic place that is counted from the end where it is below zero. */
static int64_t from_end(struct lower *l, int64_t place, int64_t size)
{
	struct graph *g = l->g;
	if (dim_is_number(place) || dim_get(g, place)->min >= 0)
		return place;
	if (dim_get(g, place)->max < 0)
		return dim_add(g, place, size);
	int64_t counts = dim_min(g, 1, dim_max(g, 0, dim_add(g, place, 1))); /* from the front */
	return dim_add(g, place, dim_mul(g, size, dim_sub(g, 1, counts)));
}

/* The same clamped to 0 .. size. */
static int64_t within(struct lower *l, int64_t place, int64_t size)
{
	struct graph *g = l->g;
	int64_t at = from_end(l, place, size);
	bool above = dim_is_number(place) || dim_get(g, place)->max >= 0;
	at = above ? dim_min(g, at, size) : at;
	return dim_is_number(at) || dim_get(g, at)->min >= 0 ? at : dim_max(g, at, 0);
}

/* A bound of a slice: clamped to 0 .. size, counted from the end when negative. */
static int64_t bound(struct lower *l, const struct arg *a, int64_t size, int64_t otherwise)
{
	if (a->kind == ARG_none)
		return otherwise;
	if (a->kind == ARG_sym)
		return within(l, a->i, size);
	if (dim_is_number(size)) {
		int64_t v = a->i < 0 ? a->i + size : a->i;
		return v < 0 ? 0 : v > size ? size : v;
	}
	if (a->i < 0)
		return dim_sub(l->g, size, a->i == INT64_MIN ? INT64_MAX : -a->i);
	if (a->i == 0)
		return 0;
	const struct dim_expr *e = dim_get(l->g, size);
	return a->i >= e->max || a->i == INT64_MAX ? size : dim_min(l->g, a->i, size);
}

struct range {
	int64_t dim, start, limit, step;
	bool whole;
};

/* Whether dim may be below zero, as a place counted from the end of too few elements is. */
static bool may_be_before(struct lower *l, int64_t dim)
{
	return !dim_is_number(dim) && dim_get(l->g, dim)->min < 0;
}

/* Which places of r that are counted from the end lie before the first element: guards of the
 * caller's may have told, and then the text's size of the part does; else the call will. */
static void settle(struct lower *l, struct range *r, int64_t said)
{
	struct graph *g = l->g;
	const int64_t starts[] = { r->start, 0 }, limits[] = { r->limit, 0 };

	for (uint32_t i = 0; i < 4; i++) {
		int64_t length = dim_sub(g, limits[i >> 1], starts[i & 1]);
		if (dim_ceildiv(g, length, r->step) == said) {
			r->start = starts[i & 1];
			r->limit = limits[i >> 1];
			return;
		}
	}
	r->start = dim_max(g, r->start, 0);
	r->limit = dim_max(g, r->limit, r->start);
}

/* Arguments i ..: dim, start, end, step; part: the type of that part of x. */
static struct range read_range(
	struct lower *l, uint32_t i, const struct node *x, const struct type *part)
{
	if (!x->type->rank)
		lower_fail(l, "a scalar has no dimension to slice");
	struct range r = { .dim = lower_dim(l, i, x->type->rank), .step = lower_int(l, i + 3) };
	int64_t size = x->type->dims[r.dim];
	if (r.step < 1)
		lower_fail(l, "the step is below one");
	r.start = bound(l, &l->args[i + 1], size, 0);
	r.limit = bound(l, &l->args[i + 2], size, size);
	if (may_be_before(l, r.start) || may_be_before(l, r.limit))
		settle(l, &r, part->rank == x->type->rank ? part->dims[r.dim] : INT64_MIN);
	int64_t length = dim_sub(l->g, r.limit, r.start);
	if (!dim_is_number(length) && dim_get(l->g, length)->max <= 0)
		r.limit = r.start;
	r.whole = r.start == 0 && r.limit == size && r.step == 1;
	return r;
}

void lower_slice(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	struct range r = read_range(l, 1, x, l->type[0]);
	l->out[0] = r.whole ? x : lower_clip(l, x, r.dim, r.start, r.limit, r.step);
}

static const struct node *drop_dim(struct lower *l, const struct node *x, int64_t dim)
{
	int64_t dims[ATEN_MAX_RANK];
	for (uint32_t i = 0, k = 0; i < x->type->rank; i++)
		if ((int64_t)i != dim)
			dims[k++] = x->type->dims[i];
	return build_reshape(l->g, x, x->type->rank - 1, dims);
}

static int64_t read_index(struct lower *l, uint32_t i, int64_t size)
{
	const struct arg *a = &l->args[i];
	if (a->kind == ARG_sym)
		return from_end(l, a->i, size);
	if (dim_is_number(size) && (a->i < -size || a->i >= size))
		lower_fail(l, "index %lld is outside of %lld", (long long)a->i, (long long)size);
	if (a->i >= 0)
		return a->i;
	return dim_is_number(size) ? a->i + size : dim_sub(l->g, size, -a->i);
}

void lower_select(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	if (!x->type->rank)
		lower_fail(l, "a scalar has no dimension to select from");
	int64_t dim = lower_dim(l, 1, x->type->rank);
	int64_t at = read_index(l, 2, x->type->dims[dim]);
	x = lower_clip(l, x, dim, at, dim_add(l->g, at, 1), 1);
	l->out[0] = drop_dim(l, x, dim);
}

void lower_split_with_sizes(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	int64_t dim = lower_dim(l, 2, x->type->rank), at = 0;
	if (!x->type->rank)
		lower_fail(l, "a scalar has no dimension to split");
	for (uint32_t i = 0; i < l->nout; i++) {
		int64_t to = dim_add(
			l->g, at, l->type[i]->rank == x->type->rank ? l->type[i]->dims[dim] : 0);
		if (dim_is_number(to) && dim_is_number(x->type->dims[dim]) &&
			to > x->type->dims[dim])
			lower_fail(l, "the pieces are larger than the whole");
		if (lower_uses(l, i))
			l->out[i] = at == 0 && to == x->type->dims[dim]
					    ? x
					    : lower_clip(l, x, dim, at, to, 1);
		at = to;
	}
}

void lower_cat(struct lower *l)
{
	const struct arg *a = &l->args[0];
	const struct node **in = job_array(l->j, a->n ? a->n : 1, sizeof *in);
	uint32_t n = 0, rank = l->type[0]->rank;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct node *x = a->list[i].node;
		/* Eager skips empty one-dimensional tensors, whatever the rank of the others. */
		if (x->type->rank == 1 && x->type->dims[0] == 0)
			continue;
		if (x->type->rank != rank)
			lower_fail(
				l, "tensor %u has %u dimensions, not %u", i, x->type->rank, rank);
		in[n++] = lower_cast(l, x, lower_dtype(l));
	}
	if (n == 0)
		l->out[0] = build_full(l->g, l->type[0], 0);
	else
		l->out[0] = n == 1 ? in[0] : build_concat(l->g, n, in, lower_dim(l, 1, rank));
}

/* ---- pads, repetition ----------------------------------------------------------------------- */

/* Entry 2 * i + high of the pads of each dimension, of which the last is first, as a vector. */
static const struct node *pads(struct lower *l, uint32_t rank, uint32_t high)
{
	const struct node *in[ATEN_MAX_RANK];
	const struct arg *a = &l->args[1];

	for (uint32_t d = 0; d < rank; d++) {
		uint32_t i = 2 * (rank - 1 - d) + high;
		const int64_t one = 1;
		in[d] = i < a->n ? lower_scalar(l, &a->list[i], DTYPE_i64)
				 : build_scalar_int(l->g, DTYPE_i64, 0);
		in[d] = build_reshape(l->g, in[d], 1, &one);
	}
	return build_concat(l->g, rank, in, 0);
}

/* Of as many places as a call says. */
static void dynamic_pad(struct lower *l, const struct node *x)
{
	struct graph *g = l->g;
	uint32_t rank = x->type->rank;
	const struct node *low = pads(l, rank, 0), *high = pads(l, rank, 1);
	const struct node *in[] = { x, lower_scalar(l, &l->args[2], x->type->dtype), low, high,
		build_like(g, low, 0) };
	struct node_spec s = { .op = OP_dynamic_pad, .nin = 5, .in = in, .type = l->type[0] };

	l->out[0] = graph_node(g, &s);
}

void lower_constant_pad(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	int64_t low[ATEN_MAX_RANK] = { 0 }, high[ATEN_MAX_RANK] = { 0 },
		interior[ATEN_MAX_RANK] = { 0 };
	uint32_t n = l->args[1].n, rank = x->type->rank;
	if (n % 2 || n / 2 > rank)
		lower_fail(l, "%u pads for %u dimensions", n, rank);
	for (uint32_t i = 0; i < n; i++)
		if (l->args[1].list[i].kind == ARG_sym) {
			dynamic_pad(l, x);
			return;
		}
	const int64_t *pad = lower_ints(l, 1, &n);
	for (uint32_t i = 0; i < n / 2; i++) {
		low[rank - 1 - i] = pad[2 * i];
		high[rank - 1 - i] = pad[2 * i + 1];
	}
	l->out[0] = build_pad(
		l->g, x, lower_scalar(l, &l->args[2], x->type->dtype), low, high, interior);
}

void lower_repeat(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	const struct type *t = l->type[0];
	int64_t dims[2 * ATEN_MAX_RANK], at[ATEN_MAX_RANK];
	uint32_t n = 0, rank = x->type->rank;
	if (t->rank < rank || 2 * t->rank > ATEN_MAX_RANK)
		lower_fail(l, "fewer repeats than dimensions");
	const struct arg *repeats = &l->args[1];
	for (uint32_t i = 0; i < t->rank; i++) {
		int64_t size = i < t->rank - rank ? 1 : x->type->dims[i - (t->rank - rank)];
		int64_t times = repeats->n == t->rank ? repeats->list[i].i : 1;
		if (times != 1 || i < t->rank - rank)
			dims[n++] = times;
		if (i >= t->rank - rank) {
			at[i - (t->rank - rank)] = n;
			dims[n++] = size;
		}
	}
	l->out[0] = reshape(l, build_broadcast(l->g, x, n, dims, at), t->rank, t->dims);
}

void lower_flip(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	uint32_t n;
	const int64_t *v = lower_ints(l, 1, &n);
	int64_t dims[ATEN_MAX_RANK];
	if (n > (x->type->rank ? x->type->rank : 1)) /* of a scalar there is one to name */
		lower_fail(l, "more dimensions than there are");
	for (uint32_t i = 0; i < n; i++)
		dims[i] = lower_wrap_dim(l, v[i], x->type->rank);
	struct attr_entry e = lower_attr_ints(l, KEY_dimensions, n, dims);
	l->out[0] = n && x->type->rank ? build_op(l->g, OP_reverse, 1, &x, 1, &e) : x;
}

#define PIECES_MOST 64

/* Windows of x along dim as the last dimension, by index. */
static const struct node *windows_by_index(
	struct lower *l, const struct node *x, int64_t dim, int64_t size, int64_t step)
{
	struct graph *g = l->g;
	uint32_t rank = x->type->rank;
	const int64_t dims[2] = { l->type[0]->dims[dim], size };
	const struct type *t = type_tensor(g, DTYPE_i64, 2, dims);
	const struct node *at = lower_iota(l, t, 0), *place = lower_iota(l, t, 1);
	int64_t last[ATEN_MAX_RANK];

	at = build2(g, OP_multiply, at, lower_like(l, at, (double)step));
	at = take_one(l, x, dim, build2(g, OP_add, at, place), (uint32_t)dim);
	for (uint32_t i = 0; i < rank; i++)
		last[i] = i > dim ? i + 1 : i;
	last[rank] = dim + 1;
	return build_transpose(g, at, last);
}

/* The same of n windows, where few steps make one: x, cut and padded to whole steps, is
 * [..., step], and a window is what lies at the same place of so many of them, one beside the
 * other. */
static const struct node *windows_by_step(
	struct lower *l, const struct node *x, int64_t dim, int64_t n, int64_t size, int64_t step)
{
	struct graph *g = l->g;
	uint32_t rank = x->type->rank;
	int64_t count = (size + step - 1) / step, whole = (n + count - 1) * step;
	int64_t none[ATEN_MAX_RANK] = { 0 }, high[ATEN_MAX_RANK] = { 0 };
	int64_t dims[ATEN_MAX_RANK], last[ATEN_MAX_RANK];
	const struct node **in = job_array(l->j, (size_t)count, sizeof *in);
	const struct arg nothing = { .kind = ARG_int };

	if (x->type->dims[dim] > whole)
		x = lower_clip(l, x, dim, 0, whole, 1);
	high[dim] = whole - x->type->dims[dim];
	if (high[dim])
		x = build_pad(g, x, lower_scalar(l, &nothing, x->type->dtype), none, high, none);
	for (uint32_t i = 0; i <= rank; i++) {
		dims[i] = i == dim	 ? whole / step
			  : i == dim + 1 ? step
					 : x->type->dims[i > dim ? i - 1 : i];
		last[i] = i <= dim ? i : i == rank ? dim + 1 : i + 1;
	}
	x = build_transpose(g, build_reshape(g, x, rank + 1, dims), last);
	for (int64_t k = 0; k < count; k++) {
		in[k] = lower_clip(l, x, dim, k, k + n, 1);
		if (k == count - 1 && size % step)
			in[k] = lower_clip(l, in[k], rank, 0, size % step, 1);
	}
	return count == 1 ? in[0] : build_concat(g, (uint32_t)count, in, rank);
}

/* Windows of `size` along one dimension become the last dimension. */
void lower_unfold(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	int64_t size = lower_int(l, 2), step = lower_int(l, 3);
	if (x->type->rank == 0) { /* one window of its one element, or none */
		if (size > 1)
			lower_bail(l);
		l->out[0] = build_reshape(l->g, x, l->type[0]->rank, l->type[0]->dims);
		return;
	}
	uint32_t rank = x->type->rank;
	if (rank == ATEN_MAX_RANK || size < 1 || step < 1 || l->type[0]->rank != rank + 1) {
		lower_give_up(l);
		return;
	}
	int64_t dim = lower_dim(l, 1, rank), n = l->type[0]->dims[dim];
	if (!dim_is_number(n) || !dim_is_number(x->type->dims[dim]) ||
		(size + step - 1) / step > PIECES_MOST)
		l->out[0] = windows_by_index(l, x, dim, size, step);
	else if (n == 0)
		lower_give_up(l);
	else
		l->out[0] = windows_by_step(l, x, dim, n, size, step);
}

/* ---- writing into a part -------------------------------------------------------------------- */

/* src at every r.step-th place of that range of x, x between. */
static const struct node *put_between(
	struct lower *l, const struct node *x, const struct node *src, struct range r)
{
	struct graph *g = l->g;
	int64_t none[ATEN_MAX_RANK] = { 0 }, high[ATEN_MAX_RANK] = { 0 },
		inner[ATEN_MAX_RANK] = { 0 }, length = dim_sub(g, r.limit, r.start);
	high[r.dim] = inner[r.dim] = r.step - 1; /* and what is too much is cut off */
	const struct type *flags =
		type_tensor(g, DTYPE_i1, src->type->rank, src->type->dims);
	const struct node *in_part = build_pad(g, build_full(g, flags, 1),
		build_scalar_int(g, DTYPE_i1, 0), none, high, inner);
	src = build_pad(g, src, lower_scalar(l, &(struct arg){ .kind = ARG_int }, x->type->dtype),
		none, high, inner);
	return build_select(g, lower_clip(l, in_part, r.dim, 0, length, 1),
		lower_clip(l, src, r.dim, 0, length, 1),
		lower_clip(l, x, r.dim, r.start, r.limit, 1));
}

static const struct node *put(
	struct lower *l, const struct node *x, const struct node *src, struct range r)
{
	struct graph *g = l->g;
	int64_t size = x->type->dims[r.dim], length = dim_sub(g, r.limit, r.start);
	src = lower_cast(l, src, x->type->dtype);
	int64_t part[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < x->type->rank; i++)
		part[i] = x->type->dims[i];
	part[r.dim] = r.step == 1 ? length : dim_ceildiv(g, length, r.step);
	src = lower_shape(l, src, type_tensor(g, x->type->dtype, x->type->rank, part));
	if (part[r.dim] == 0)
		return x;
	if (r.step != 1)
		src = put_between(l, x, src, r);
	else if (r.whole)
		return src;
	const struct node *in[3];
	uint32_t n = 0;
	if (r.start != 0)
		in[n++] = lower_clip(l, x, r.dim, 0, r.start, 1);
	in[n++] = src;
	if (r.limit != size)
		in[n++] = lower_clip(l, x, r.dim, r.limit, size, 1);
	return build_concat(g, n, in, r.dim);
}

void lower_slice_scatter(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	const struct node *src = lower_tensor(l, 1);
	l->out[0] = put(l, x, src, read_range(l, 2, x, src->type));
}

void lower_select_scatter(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0), *src = lower_tensor(l, 1);
	if (!x->type->rank)
		lower_fail(l, "a scalar has no dimension to select from");
	struct range r = { .dim = lower_dim(l, 2, x->type->rank), .step = 1 };
	r.start = read_index(l, 3, x->type->dims[r.dim]);
	r.limit = dim_add(l->g, r.start, 1);
	r.whole = x->type->dims[r.dim] == 1;
	int64_t dims[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < x->type->rank; i++)
		dims[i] = (int64_t)i == r.dim ? 1 : x->type->dims[i];
	l->out[0] = put(l, x, reshape(l, src, x->type->rank, dims), r);
}
