/* lower_pool.c -- pooling: reduce_window, with ATen's padding and ceil_mode.
 *
 * ceil_mode may let the last window reach behind the padded input; the result's size in the text
 * says how far, and the padding at the end is made that long.  What lies there counts for
 * nothing. */
#include "front/aten/aten_impl.h"
#include <math.h>
#include <string.h>

struct pool {
	const struct node *x;
	uint32_t n, rank;            /* spatial dimensions; of x */
	int64_t size[3], stride[3], pad[3], dilation[3], end[3];
	int64_t window[ATEN_MAX_RANK], strides[ATEN_MAX_RANK], ones[ATEN_MAX_RANK];
	int64_t dilations[ATEN_MAX_RANK], padding[2 * ATEN_MAX_RANK];
};

static bool read_pool(struct lower *l, struct pool *p, uint32_t n, bool dilated)
{
	p->x = lower_tensor(l, 0);
	p->n = n;
	p->rank = p->x->type->rank;
	if (p->rank < n + 1 || p->rank > n + 2 || l->type[0]->rank != p->rank)
		lower_fail(l, "takes %u or %u dimensions", n + 1, n + 2);
	lower_ints_n(l, 1, n, 1, p->size);
	lower_ints_n(l, 2, n, 0, p->stride);
	lower_ints_n(l, 3, n, 0, p->pad);
	for (uint32_t i = 0; i < n; i++)
		p->dilation[i] = 1;
	if (dilated)
		lower_ints_n(l, 4, n, 1, p->dilation);
	for (uint32_t i = 0; i < p->rank; i++)
		p->window[i] = p->strides[i] = p->ones[i] = p->dilations[i] = 1;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = p->rank - n + i;
		int64_t in = p->x->type->dims[k], out = l->type[0]->dims[k];
		if (p->stride[i] == 0)
			p->stride[i] = p->size[i];
		if (p->size[i] < 1 || p->stride[i] < 1 || p->dilation[i] < 1 || p->pad[i] < 0)
			lower_fail(l,
				"a window, stride or dilation below one, or a padding below zero");
		if (!dim_is_number(in) || !dim_is_number(out))
			return false;
		int64_t reach = (out - 1) * p->stride[i] + (p->size[i] - 1) * p->dilation[i] + 1;
		p->end[i] = reach - in - p->pad[i];
		p->window[k] = p->size[i];
		p->strides[k] = p->stride[i];
		p->dilations[k] = p->dilation[i];
		p->padding[2 * k] = p->pad[i];
		p->padding[2 * k + 1] = p->end[i];
	}
	return true;
}

static const struct node *window(struct lower *l, const struct pool *p, const struct node *x,
	enum op op, const struct node *neutral)
{
	struct graph *g = l->g;
	struct attr_entry e[] = {
		lower_attr_ints(l, KEY_window_dimensions, p->rank, p->window),
		lower_attr_ints(l, KEY_window_strides, p->rank, p->strides),
		lower_attr_ints(l, KEY_base_dilations, p->rank, p->ones),
		lower_attr_ints(l, KEY_window_dilations, p->rank, p->dilations),
		lower_attr_ints(l, KEY_padding, 2 * p->rank, p->padding),
	};
	const struct type *s = type_scalar(g, x->type->dtype), *params[2] = { s, s };
	const struct node *both = build2(g, op, graph_parameter(g, 0, s), graph_parameter(g, 1, s));
	const struct region *body = graph_region(g, 2, params, 1, &both);
	const struct node *in[2] = { x, neutral };
	struct node_spec spec = { .op = OP_reduce_window,
		.nin = 2,
		.in = in,
		.nregions = 1,
		.regions = &body,
		.attrs = attrs_cons(g, sizeof e / sizeof e[0], e),
		.at = { l->r->file, l->r->line, 1 } };
	return graph_node(g, &spec);
}

/* One position of every window: x padded, then the strided slice that starts at `at`. */
static const struct node *window_part(
	struct lower *l, const struct pool *p, const struct node *padded, const int64_t *at)
{
	int64_t start[ATEN_MAX_RANK], limit[ATEN_MAX_RANK], stride[ATEN_MAX_RANK];
	for (uint32_t i = 0; i < p->rank; i++) {
		start[i] = 0;
		limit[i] = padded->type->dims[i];
		stride[i] = 1;
	}
	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t k = p->rank - p->n + i;
		start[k] = at[i] * p->dilation[i];
		limit[k] = start[k] + (l->type[0]->dims[k] - 1) * p->stride[i] + 1;
		stride[k] = p->stride[i];
	}
	return build_slice(l->g, padded, start, limit, stride);
}

/* Where each window's maximum lies in its plane: the last NaN, else the first maximum, as eager. */
static const struct node *max_indices(struct lower *l, const struct pool *p)
{
	struct graph *g = l->g;
	int64_t low[ATEN_MAX_RANK] = { 0 }, high[ATEN_MAX_RANK] = { 0 },
		inner[ATEN_MAX_RANK] = { 0 };
	for (uint32_t i = 0; i < p->n; i++) {
		low[p->rank - p->n + i] = p->pad[i];
		high[p->rank - p->n + i] = p->end[i];
	}
	const struct type *it = type_with_dtype(g, p->x->type, DTYPE_i64);
	const struct node *row = lower_iota(l, it, p->rank - 2),
			  *column = lower_iota(l, it, p->rank - 1);
	const struct node *index = build2(g, OP_add, column,
		build2(g, OP_multiply, row,
			lower_like(l, row, (double)p->x->type->dims[p->rank - 1])));
	const struct node *x = build_pad(
		g, p->x, lower_extreme_value(l, p->x->type->dtype, false), low, high, inner);
	/* Padding has index -1, and so never wins. */
	index = build_pad(g, index, build_scalar_int(g, DTYPE_i64, -1), low, high, inner);
	const struct node *best = NULL, *where = NULL;
	for (int64_t i = 0; i < p->size[0]; i++)
		for (int64_t k = 0; k < p->size[1]; k++) {
			const struct node *v = window_part(l, p, x, (int64_t[]){ i, k });
			const struct node *at = window_part(l, p, index, (int64_t[]){ i, k });
			if (!best) {
				best = v;
				where = at;
				continue;
			}
			const struct node *wins = build_compare(g, "GT", v, best);
			if (dtype_is_float(v->type->dtype))
				wins = build2(g, OP_or, wins, build_compare(g, "NE", v, v));
			wins = build2(g, OP_or, wins,
				build_compare(g, "LT", where, lower_like(l, where, 0)));
			wins = build2(
				g, OP_and, wins, build_compare(g, "GE", at, lower_like(l, at, 0)));
			best = build_select(g, wins, v, best);
			where = build_select(g, wins, at, where);
		}
	return where;
}

void lower_max_pool(struct lower *l)
{
	struct pool p = { 0 };
	if (!read_pool(l, &p, 2, true) || p.size[0] * p.size[1] > 64) {
		lower_give_up(l);
		return;
	}
	l->out[0] = window(l, &p, p.x, OP_maximum, lower_extreme_value(l, p.x->type->dtype, false));
	if (lower_uses(l, 1))
		l->out[1] = max_indices(l, &p);
}

/* The divisor of each window: a constant, or how many positions of it count. */
static const struct node *divisor(
	struct lower *l, const struct pool *p, const struct node *sum, bool with_padding)
{
	struct graph *g = l->g;
	enum dtype t = sum->type->dtype;
	int64_t area = 1;
	bool even = true;
	for (uint32_t i = 0; i < p->n; i++) {
		area *= p->size[i];
		even &= with_padding ? p->end[i] <= p->pad[i] : p->pad[i] == 0 && p->end[i] <= 0;
	}
	if (even)
		return lower_like(l, sum, (double)area);
	/* Ones over what counts: the input, and its padding too when that counts; zeros behind. */
	int64_t low[ATEN_MAX_RANK] = { 0 }, high[ATEN_MAX_RANK] = { 0 },
		inner[ATEN_MAX_RANK] = { 0 };
	struct pool q = *p;
	for (uint32_t i = 0; with_padding && i < p->n; i++) {
		uint32_t k = p->rank - p->n + i;
		low[k] = high[k] = p->pad[i];
		q.padding[2 * k] = 0;
		q.padding[2 * k + 1] = p->end[i] - p->pad[i];
	}
	const struct node *ones = lower_full(l, t, p->x->type, 1);
	ones = build_pad(g, ones, build_scalar(g, t, 1), low, high, inner);
	return window(l, &q, ones, OP_add, build_scalar(g, t, 0));
}

void lower_avg_pool(struct lower *l)
{
	struct pool p = { 0 };
	uint32_t n = (uint32_t)l->row->what;
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	if (!read_pool(l, &p, n, false) || !dtype_is_float(t)) {
		lower_give_up(l);
		return;
	}
	const struct node *sum =
		window(l, &p, lower_cast(l, p.x, c), OP_add, build_scalar(l->g, c, 0));
	const struct node *by;
	if (n == 2 && !lower_is_none(l, 6))
		by = lower_like(l, sum, lower_float(l, 6));
	else
		by = divisor(l, &p, sum, lower_bool(l, 5));
	l->out[0] = lower_cast(l, build2(l->g, OP_divide, sum, by), t);
}

/* Windows of equal size only; others are a callback. */
void lower_adaptive_avg_pool(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0);
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	uint32_t rank = x->type->rank;
	struct pool p = { .x = x, .rank = rank };
	bool whole = true, in[ATEN_MAX_RANK] = { 0 };
	if (rank < 3 || l->type[0]->rank != rank)
		lower_fail(l, "takes three or four dimensions");
	for (uint32_t i = 0; i < rank; i++)
		p.window[i] = p.strides[i] = p.ones[i] = p.dilations[i] = 1;
	for (uint32_t i = rank - 2; i < rank; i++) {
		int64_t from = x->type->dims[i], to = l->type[0]->dims[i];
		if (!dim_is_number(from) || !dim_is_number(to) || to == 0 || from % to) {
			lower_give_up(l);
			return;
		}
		p.window[i] = p.strides[i] = from / to;
		whole &= to == 1;
		in[i] = true;
	}
	x = lower_cast(l, x, c);
	const struct node *sum = whole ? lower_reduce(l, OP_add, x, in, true)
				       : window(l, &p, x, OP_add, build_scalar(g, c, 0));
	double area = (double)(p.window[rank - 1] * p.window[rank - 2]);
	l->out[0] = lower_cast(l, build2(g, OP_divide, sum, lower_like(l, sum, area)), t);
}
