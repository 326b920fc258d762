/* reduce.c -- ops that run a region over elements: reduce, windows, sort, scan.
 *
 * Every step runs the region on scalars (struct body), whose results are rounded to their dtype, in
 * row-major order of what is reduced: slow, and the one order the specification allows anyone. */
#include "ir/eval/eval_impl.h"
#include <string.h>

/* ---- the region ----------------------------------------------------------------------------- */

void body_init(struct call *c, uint32_t region, uint32_t nscalars, struct body *b)
{
	uint32_t ncaptures = node_ncaptures(c->n), first = c->nin - ncaptures;

	b->r = c->n->regions[region];
	b->nscalars = nscalars;
	if (b->r->nparams < nscalars)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "the region has %u parameters, wanted %u",
			b->r->nparams, nscalars);
	size_t nargs = (size_t)nscalars + ncaptures, n = nargs + b->r->nresults;
	memset(b->room, 0, sizeof b->room);
	b->args = n <= 16 ? b->room : job_array(c->e->j, n, sizeof *b->args);
	b->results = b->args + nargs;
	for (uint32_t i = 0; i < nscalars; i++) {
		const struct type *t = b->r->params[i];
		if (t->kind != TYPE_tensor || t->rank)
			eval_fail(c, WEFT_UNIMPLEMENTED, "a region over other than scalars");
		b->args[i] = eval_temp_of(c, t, 0, NULL);
	}
	for (uint32_t i = 0; i < ncaptures; i++)
		b->args[nscalars + i] = c->in[first + i];
}

static void move_scalar(enum dtype from, const void *at, enum dtype to, void *out)
{
	if (from == to)
		memcpy(out, at, dtype_bytes(from));
	else
		scalar_convert(from, at, to, out);
}

void body_set(struct body *b, uint32_t arg, enum dtype t, const void *at)
{
	move_scalar(t, at, b->args[arg]->type->dtype, b->args[arg]->data);
}

void body_run(struct call *c, struct body *b)
{
	for (uint32_t i = 0; i < b->r->nresults; i++)
		if (b->results[i])
			eval_drop(c->e, b->results[i]);
	eval_run(c, b->r, b->nscalars + node_ncaptures(c->n), b->args, b->results);
}

void body_get(struct call *c, struct body *b, uint32_t result, enum dtype t, void *out)
{
	if (result >= b->r->nresults)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "the region has no result %u", result);
	move_scalar(b->results[result]->type->dtype, b->results[result]->data, t, out);
}

static bool body_true(struct body *b)
{
	return *(const unsigned char *)b->results[0]->data != 0;
}

void body_fini(struct call *c, struct body *b)
{
	for (uint32_t i = 0; i < b->nscalars; i++)
		eval_drop(c->e, b->args[i]);
	for (uint32_t i = 0; i < b->r->nresults; i++)
		if (b->results[i])
			eval_drop(c->e, b->results[i]);
}

/* out[k] at `to` = body(out[..] at `to`, in[..] at `from`); from below 0: the init values. */
static void accumulate(struct call *c, struct body *b, uint32_t n, int64_t to, int64_t from)
{
	for (uint32_t k = 0; k < n; k++) {
		const struct tensor *v = from < 0 ? c->in[n + k] : c->in[k];
		body_set(b, k, c->out[k]->type->dtype, tensor_at(c->out[k], to));
		body_set(b, n + k, v->type->dtype, tensor_at(v, from < 0 ? 0 : from));
	}
	body_run(c, b);
	for (uint32_t k = 0; k < n; k++)
		body_get(c, b, k, c->out[k]->type->dtype, tensor_at(c->out[k], to));
}

/* Results of those dims, filled with the init values, which are operands n.. */
static void start_with_inits(struct call *c, uint32_t n, uint32_t rank, const int64_t *dims)
{
	for (uint32_t k = 0; k < n; k++) {
		struct tensor *out = eval_new(c, k, rank, dims);
		for (int64_t i = 0, size = tensor_elements(out); i < size; i++)
			move_scalar(c->in[n + k]->type->dtype, c->in[n + k]->data, out->type->dtype,
				tensor_at(out, i));
	}
}

/* ---- reduce --------------------------------------------------------------------------------- */

void eval_reduce(struct call *c)
{
	uint32_t n = node_noperands(c->n) / 2, ndims, rank = 0;
	const int64_t *gone = eval_ints_any(c, KEY_dimensions, &ndims);
	const struct tensor *a = c->in[0];
	int64_t dims[EVAL_MAX_RANK], step[EVAL_MAX_RANK] = { 0 }, index[EVAL_MAX_RANK] = { 0 },
				     s = 1;
	uint32_t kept[EVAL_MAX_RANK];
	struct body b;

	if (a->rank > EVAL_MAX_RANK)
		eval_fail(c, WEFT_UNIMPLEMENTED, "rank over %d", EVAL_MAX_RANK);
	eval_check_same(c, 0, n);
	for (uint32_t d = 0; d < a->rank; d++) {
		bool stays = true;
		for (uint32_t i = 0; i < ndims; i++)
			stays = stays && gone[i] != d;
		if (stays) {
			kept[rank] = d;
			dims[rank++] = a->dims[d];
		}
	}
	for (uint32_t d = rank; d-- > 0; s *= dims[d])
		step[kept[d]] = s;
	start_with_inits(c, n, rank, dims);
	body_init(c, 0, 2 * n, &b);
	for (int64_t i = 0, size = tensor_elements(a); i < size; i++) {
		accumulate(c, &b, n, index_flat(a->rank, index, step), i);
		index_next(a->rank, a->dims, index);
	}
	body_fini(c, &b);
}

/* ---- windows -------------------------------------------------------------------------------- */

struct window {
	uint32_t rank;
	int64_t size[EVAL_MAX_RANK], stride[EVAL_MAX_RANK], dilation[EVAL_MAX_RANK];
	int64_t base[EVAL_MAX_RANK], low[EVAL_MAX_RANK], high[EVAL_MAX_RANK];
	int64_t places[EVAL_MAX_RANK];       /* of the window */
};

static int64_t entry(const int64_t *v, uint32_t n, uint32_t i, int64_t otherwise)
{
	return i < n ? v[i] : otherwise;
}

static void window_read(struct call *c, const struct tensor *a, struct window *w)
{
	uint32_t ns, nd, nb, np;
	const int64_t *size = eval_ints(c, KEY_window_dimensions, a->rank);
	const int64_t *stride = eval_ints_any(c, KEY_window_strides, &ns);
	const int64_t *dilation = eval_ints_any(c, KEY_window_dilations, &nd);
	const int64_t *base = eval_ints_any(c, KEY_base_dilations, &nb);
	const int64_t *pad = eval_ints_any(c, KEY_padding, &np);

	if (a->rank > EVAL_MAX_RANK)
		eval_fail(c, WEFT_UNIMPLEMENTED, "rank over %d", EVAL_MAX_RANK);
	w->rank = a->rank;
	for (uint32_t d = 0; d < a->rank; d++) {
		w->size[d] = size[d];
		w->stride[d] = entry(stride, ns, d, 1);
		w->dilation[d] = entry(dilation, nd, d, 1);
		w->base[d] = entry(base, nb, d, 1);
		w->low[d] = entry(pad, np, 2 * d, 0);
		w->high[d] = entry(pad, np, 2 * d + 1, 0);
		int64_t have = a->dims[d] ? (a->dims[d] - 1) * w->base[d] + 1 : 0;
		int64_t room = have + w->low[d] + w->high[d];
		int64_t need = w->size[d] ? (w->size[d] - 1) * w->dilation[d] + 1 : 0;
		w->places[d] = room < need || room <= 0 ? 0 : (room - need) / w->stride[d] + 1;
	}
}

/* The operand's element under window place at[] and window position in[]; -1: padding, a hole. */
static int64_t window_element(const struct window *w, const struct tensor *a,
	const int64_t *strides, const int64_t *at, const int64_t *in)
{
	int64_t o = 0;

	for (uint32_t d = 0; d < w->rank; d++) {
		int64_t p = at[d] * w->stride[d] + in[d] * w->dilation[d] - w->low[d];
		if (p < 0 || p % w->base[d] || p / w->base[d] >= a->dims[d])
			return -1;
		o += p / w->base[d] * strides[d];
	}
	return o;
}

/* The one dimension in which windows have more than one place; -1: none, or several. */
static int64_t only_wide(const struct window *w)
{
	int64_t wide = -1;

	for (uint32_t d = 0; d < w->rank; d++)
		if (w->size[d] != 1)
			wide = wide < 0 ? (int64_t)d : (int64_t)w->rank;
	return wide < (int64_t)w->rank ? wide : -1;
}

/* The padding in front, once one more of it changes nothing: in[] becomes its last place. */
static void skip_padding(const struct window *w, int64_t wide, const int64_t *at, int64_t *in)
{
	int64_t before = w->low[wide] - at[wide] * w->stride[wide];
	int64_t last = (before + w->dilation[wide] - 1) / w->dilation[wide] - 1;

	if (last > in[wide])
		in[wide] = last < w->size[wide] - 1 ? last : w->size[wide] - 1;
}

/* The bytes of results i, one behind the other. */
static size_t results_at(struct call *c, uint32_t n, int64_t i, unsigned char *out)
{
	size_t bytes = 0;

	for (uint32_t k = 0; k < n; k++) {
		size_t one = dtype_bytes(c->out[k]->type->dtype);
		memcpy(out + bytes, tensor_at(c->out[k], i), one);
		bytes += one;
	}
	return bytes;
}

void eval_reduce_window(struct call *c)
{
	uint32_t n = node_noperands(c->n) / 2;
	const struct tensor *a = c->in[0];
	struct window w;
	struct body b;
	int64_t strides[EVAL_MAX_RANK], at[EVAL_MAX_RANK] = { 0 }, in[EVAL_MAX_RANK];

	eval_check_same(c, 0, n);
	window_read(c, a, &w);
	start_with_inits(c, n, a->rank, w.places);
	body_init(c, 0, 2 * n, &b);
	tensor_strides(a, strides);
	int64_t wide = only_wide(&w);
	/* what an element's results are before padding is taken in, and behind it */
	unsigned char *before = job_alloc(c->e->j, 32 * (size_t)n), *now = before + 16 * (size_t)n;
	for (int64_t i = 0, size = tensor_elements(c->out[0]); i < size; i++) {
		bool some = true;
		for (uint32_t d = 0; d < w.rank; d++)
			some = some && w.size[d] > 0;
		memset(in, 0, sizeof in);
		while (some) {
			int64_t from = window_element(&w, a, strides, at, in);
			bool pads = from < 0 && wide >= 0;
			if (pads)
				results_at(c, n, i, before);
			accumulate(c, &b, n, i, from);
			if (pads && !memcmp(before, now, results_at(c, n, i, now)))
				skip_padding(&w, wide, at, in);
			some = index_next(w.rank, w.size, in);
		}
		index_next(w.rank, w.places, at);
	}
	body_fini(c, &b);
}

/* The element a window selects, among those inside the operand; -1: none is. */
static int64_t window_select(struct call *c, struct body *select, const struct window *w,
	const int64_t *strides, const int64_t *at)
{
	const struct tensor *a = c->in[0];
	int64_t in[EVAL_MAX_RANK] = { 0 }, best = -1;

	do {
		int64_t e = window_element(w, a, strides, at, in);
		if (e < 0)
			continue;
		if (best >= 0) {
			body_set(select, 0, a->type->dtype, tensor_at(a, best));
			body_set(select, 1, a->type->dtype, tensor_at(a, e));
			body_run(c, select);
			if (body_true(select))
				continue;
		}
		best = e;
	} while (index_next(w->rank, w->size, in));
	return best;
}

void eval_select_and_scatter(struct call *c)
{
	const struct tensor *a = c->in[0], *source = c->in[1], *init = c->in[2];
	struct tensor *out = eval_new_like(c, 0, a);
	struct window w;
	struct body select, scatter;
	int64_t strides[EVAL_MAX_RANK], at[EVAL_MAX_RANK] = { 0 };

	window_read(c, a, &w);
	for (uint32_t d = 0; d < a->rank; d++)
		if (w.size[d] < 1 || source->dims[d] != w.places[d])
			eval_fail(c, WEFT_INVALID_ARGUMENT, "source does not fit the windows");
	for (int64_t i = 0, n = tensor_elements(out); i < n; i++)
		move_scalar(init->type->dtype, init->data, out->type->dtype, tensor_at(out, i));
	body_init(c, 0, 2, &select);
	body_init(c, 1, 2, &scatter);
	tensor_strides(a, strides);
	for (int64_t i = 0, n = tensor_elements(source); i < n; i++) {
		int64_t to = window_select(c, &select, &w, strides, at);
		if (to >= 0) {
			body_set(&scatter, 0, out->type->dtype, tensor_at(out, to));
			body_set(&scatter, 1, source->type->dtype, tensor_at(source, i));
			body_run(c, &scatter);
			body_get(c, &scatter, 0, out->type->dtype, tensor_at(out, to));
		}
		index_next(w.rank, w.places, at);
	}
	body_fini(c, &select);
	body_fini(c, &scatter);
}

/* ---- sort ----------------------------------------------------------------------------------- */

struct sorter {
	struct call *c;
	struct body *b;              /* NULL: descending by total order of in[0] (top_k) */
	int64_t base, stride;        /* of the row at work, in elements */
};

/* Does element x of the row come before element y? */
static bool sort_before(const struct sorter *s, int64_t x, int64_t y)
{
	struct call *c = s->c;

	x = s->base + x * s->stride;
	y = s->base + y * s->stride;
	if (!s->b)
		return scalar_compare(c->in[0]->type->dtype, tensor_at(c->in[0], x),
			tensor_at(c->in[0], y), true) > 0;
	for (uint32_t k = 0; k < c->nout; k++) {
		body_set(s->b, 2 * k, c->in[k]->type->dtype, tensor_at(c->in[k], x));
		body_set(s->b, 2 * k + 1, c->in[k]->type->dtype, tensor_at(c->in[k], y));
	}
	body_run(c, s->b);
	return body_true(s->b);
}

/* Merges order[lo..mid) and order[mid..hi) into other. */
static void merge(const struct sorter *s, const int64_t *order, int64_t lo, int64_t mid, int64_t hi,
	int64_t *other)
{
	int64_t i = lo, j = mid;

	for (int64_t k = lo; k < hi; k++)
		if (j >= hi || (i < mid && !sort_before(s, order[j], order[i])))
			other[k] = order[i++];
		else
			other[k] = order[j++];
}

/* Merge sort of the row's n indices from below: stable, and safe with any comparator. */
static int64_t *sort_row(const struct sorter *s, int64_t n, int64_t *order, int64_t *other)
{
	for (int64_t i = 0; i < n; i++)
		order[i] = i;
	for (int64_t width = 1; width < n; width *= 2) {
		for (int64_t lo = 0; lo < n; lo += 2 * width) {
			int64_t mid = lo + width < n ? lo + width : n;
			int64_t hi = mid + width < n ? mid + width : n;
			merge(s, order, lo, mid, hi, other);
		}
		int64_t *swap = order;
		order = other;
		other = swap;
	}
	return order;
}

/* Of each row along the axis the first `most` in order. */
static void sort_rows(struct call *c, int64_t most)
{
	const struct tensor *a = c->in[0];
	int64_t axis = node_int(c->n, KEY_dimension, -1), inner = 1, dims[EVAL_MAX_RANK];
	struct body b;

	eval_check_same(c, 0, c->nout);
	axis += axis < 0 ? a->rank : 0;
	int64_t n = a->rank ? a->dims[axis] : 1, total = tensor_elements(a);
	most = most < n ? most : n;
	memcpy(dims, a->dims, a->rank * sizeof *dims);
	if (a->rank)
		dims[axis] = most;
	for (uint32_t k = 0; k < c->nout; k++)
		eval_new(c, k, a->rank, dims);
	for (uint32_t d = (uint32_t)axis + 1; d < a->rank; d++)
		inner *= a->dims[d];
	struct tensor *orders = eval_temp(c, DTYPE_i64, 2, (int64_t[]){ 2, n });
	int64_t *room = orders->data;
	body_init(c, 0, 2 * c->nout, &b);
	for (int64_t row = 0; total && row < total / n; row++) {
		struct sorter s = { c, &b, row / inner * inner * n + row % inner, inner };
		int64_t *order = sort_row(&s, n, room, room + n);
		int64_t base = row / inner * inner * most + row % inner;
		for (uint32_t k = 0; k < c->nout; k++)
			for (int64_t i = 0; i < most; i++)
				memcpy(tensor_at(c->out[k], base + i * inner),
					tensor_at(c->in[k], s.base + order[i] * inner),
					dtype_bytes(c->in[k]->type->dtype));
	}
	body_fini(c, &b);
	eval_drop(c->e, orders);
}

void eval_sort(struct call *c)
{
	sort_rows(c, INT64_MAX);
}

void eval_sort_first(struct call *c)
{
	sort_rows(c, node_int(c->n, KEY_k, 0));
}

void eval_chlo_top_k(struct call *c)
{
	const struct tensor *a = c->in[0];
	int64_t dims[EVAL_MAX_RANK], k = node_int(c->n, KEY_k, 0);

	if (!a->rank || a->rank > EVAL_MAX_RANK || k < 0 || k > a->dims[a->rank - 1])
		eval_fail(c, WEFT_INVALID_ARGUMENT, "k is %lld", (long long)k);
	int64_t n = a->dims[a->rank - 1], total = tensor_elements(a);
	memcpy(dims, a->dims, a->rank * sizeof *dims);
	dims[a->rank - 1] = k;
	struct tensor *values = eval_new(c, 0, a->rank, dims), *at = eval_new(c, 1, a->rank, dims);
	struct tensor *orders = eval_temp(c, DTYPE_i64, 2, (int64_t[]){ 2, n });
	int64_t *room = orders->data;
	for (int64_t row = 0; total && row < total / n; row++) {
		struct sorter s = { c, NULL, row * n, 1 };
		int64_t *order = sort_row(&s, n, room, room + n);
		for (int64_t i = 0; i < k; i++) {
			memcpy(tensor_at(values, row * k + i), tensor_at(a, s.base + order[i]),
				dtype_bytes(a->type->dtype));
			dtype_store_i64(at->type->dtype, tensor_at(at, row * k + i), order[i]);
		}
	}
	eval_drop(c->e, orders);
}

/* ---- scan ----------------------------------------------------------------------------------- */

/* Copies between slice i of t along axis and the dense tensor s. */
static void slice_copy(
	const struct tensor *t, int64_t axis, int64_t i, const struct tensor *s, bool out)
{
	size_t bytes = dtype_bytes(t->type->dtype);
	int64_t inner = 1, n = t->dims[axis];

	for (uint32_t d = (uint32_t)axis + 1; d < t->rank; d++)
		inner *= t->dims[d];
	for (int64_t k = 0, size = tensor_elements(s); k < size; k++) {
		void *there = tensor_at(t, (k / inner * n + i) * inner + k % inner);
		memcpy(out ? there : tensor_at(s, k), out ? tensor_at(s, k) : there, bytes);
	}
}

/* A scan as it goes: operands and carries of the turn at hand, what it gives. */
struct scan {
	struct call *c;
	int64_t axis, n;
	uint32_t nin, ncarry, nouts;
	struct tensor **args, **results;
};

/* The place `at` of every operand becomes an argument. */
static void scan_take(struct scan *s, int64_t at)
{
	const struct call *c = s->c;
	int64_t dims[EVAL_MAX_RANK];

	for (uint32_t k = 0; k < s->nin; k++) {
		uint32_t rank = 0;
		for (uint32_t d = 0; d < c->in[k]->rank; d++)
			if (d != s->axis)
				dims[rank++] = c->in[k]->dims[d];
		s->args[k] = eval_temp_of(s->c, c->n->regions[0]->params[k], rank, dims);
		slice_copy(c->in[k], s->axis, at, s->args[k], false);
	}
}

/* Output k, as many of the first turn's result as there are turns. */
static void scan_make(struct scan *s, uint32_t k)
{
	uint32_t rank = s->results[k]->rank + 1;
	int64_t dims[EVAL_MAX_RANK];

	for (uint32_t d = 0, e = 0; d < rank; d++)
		dims[d] = d == s->axis ? s->n : s->results[k]->dims[e++];
	eval_new(s->c, k, rank, dims);
}

/* The turn's results go to place `at` of the outputs, its carries to the next turn. */
static void scan_give(struct scan *s, int64_t at, bool first)
{
	struct call *c = s->c;

	for (uint32_t k = 0; k < s->nouts; k++) {
		if (first)
			scan_make(s, k);
		slice_copy(c->out[k], s->axis, at, s->results[k], true);
		eval_drop(c->e, s->results[k]);
	}
	for (uint32_t k = 0; k < s->nin; k++)
		eval_drop(c->e, s->args[k]);
	for (uint32_t k = 0; k < s->ncarry; k++) {
		const struct tensor *was = c->in[s->nin + k], *now = s->results[s->nouts + k];
		struct tensor *carry = eval_temp_of(c, was->type, was->rank, was->dims);
		memcpy(carry->data, now->data,
			(size_t)tensor_elements(carry) * dtype_bytes(carry->type->dtype));
		eval_drop(c->e, s->results[s->nouts + k]);
		eval_drop(c->e, s->args[s->nin + k]);
		s->args[s->nin + k] = carry;
	}
}

void eval_chlo_scan(struct call *c)
{
	uint32_t nops = node_noperands(c->n), nin = (uint32_t)node_int(c->n, KEY_ninputs, 0);
	const struct region *r = c->n->regions[0];
	int64_t axis = node_int(c->n, KEY_dimension, 0), dims[EVAL_MAX_RANK];
	bool reverse = node_bool(c->n, KEY_is_reverse, false);

	if (!nin || r->nresults < c->nout)
		eval_fail(c, WEFT_UNIMPLEMENTED, "no input");
	struct scan s = { .c = c, .axis = axis, .n = c->in[0]->dims[axis], .nin = nin,
		.ncarry = nops - nin, .nouts = c->nout - (nops - nin) };
	for (uint32_t i = 1; i < nin; i++)
		eval_check_size(c, i, (uint32_t)axis, s.n);
	s.args = job_array(c->e->j, (size_t)c->nin + r->nresults, sizeof *s.args);
	s.results = s.args + c->nin;
	for (uint32_t i = 0; i < c->nin; i++)
		s.args[i] = i >= nin && i < nops ? eval_keep(c->in[i]) : c->in[i];
	for (int64_t i = 0; i < s.n; i++) {
		int64_t at = reverse ? s.n - 1 - i : i;
		scan_take(&s, at);
		eval_run(c, r, c->nin, s.args, s.results);
		scan_give(&s, at, i == 0);
	}
	for (uint32_t k = 0; s.n == 0 && k < s.nouts; k++)
		if (eval_static_dims(c, k, dims))
			eval_new(c, k, c->types[k]->rank, dims);
	for (uint32_t k = 0; k < s.ncarry; k++) {
		eval_give(c, s.nouts + k, s.args[nin + k]);
		eval_drop(c->e, s.args[nin + k]);
	}
}
