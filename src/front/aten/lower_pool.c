/* lower_pool.c -- pooling and its gradients: reduce_window, with ATen's padding and ceil_mode.
 *
 * ceil_mode may let the last window reach behind the padded input; the result's size in the text
 * says how far, and the padding at the end is made that long.  What lies there counts for
 * nothing.  Of a symbolic size it is as long as it can be, and results behind the last are cut. */
#include "front/aten/take.h"
#include <math.h>
#include <string.h>

enum { MOST_POSITIONS = 256 }; /* of a window whose maximum has a place */

struct pool {
	const struct node *x;
	const struct type *out;      /* of the pooled tensor */
	uint32_t n, rank;            /* spatial dimensions; of x */
	int64_t size[3], stride[3], pad[3], dilation[3], end[3];
	int64_t window[ATEN_MAX_RANK], strides[ATEN_MAX_RANK], ones[ATEN_MAX_RANK];
	int64_t dilations[ATEN_MAX_RANK], padding[2 * ATEN_MAX_RANK];
};

/* The windows of arguments `first` on: kernel_size, stride, padding, dilation when dilated, and
 * ceil_mode. */
static void read_pool(struct lower *l, struct pool *p, uint32_t first, bool dilated)
{
	uint32_t n = p->n;
	p->rank = p->x->type->rank;
	if (p->rank < n + 1 || p->rank > n + 2 || p->out->rank != p->rank)
		lower_fail(l, "takes %u or %u dimensions", n + 1, n + 2);
	lower_ints_n(l, first, n, 1, p->size);
	lower_ints_n(l, first + 1, n, 0, p->stride);
	lower_ints_n(l, first + 2, n, 0, p->pad);
	for (uint32_t k = 0; k < n; k++)
		p->dilation[k] = 1;
	if (dilated)
		lower_ints_n(l, first + 3, n, 1, p->dilation);
	for (uint32_t i = 0; i < p->rank; i++)
		p->window[i] = p->strides[i] = p->ones[i] = p->dilations[i] = 1;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = p->rank - n + i;
		int64_t in = p->x->type->dims[k], out = p->out->dims[k];
		if (p->stride[i] == 0)
			p->stride[i] = p->size[i];
		if (p->size[i] < 1 || p->stride[i] < 1 || p->dilation[i] < 1 || p->pad[i] < 0)
			lower_fail(l,
				"a window, stride or dilation below one, or a padding below zero");
		if (dim_is_number(in) && dim_is_number(out))
			p->end[i] = (out - 1) * p->stride[i] +
				    (p->size[i] - 1) * p->dilation[i] + 1 - in - p->pad[i];
		else
			p->end[i] = p->pad[i] +
				    (lower_bool(l, first + 3 + dilated) ? p->stride[i] - 1 : 0);
		p->window[k] = p->size[i];
		p->strides[k] = p->stride[i];
		p->dilations[k] = p->dilation[i];
		p->padding[2 * k] = p->pad[i];
		p->padding[2 * k + 1] = p->end[i];
	}
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
		stride[k] = p->stride[i];
		limit[k] = dim_mul(l->g, p->out->dims[k], stride[k]);
		limit[k] = dim_sub(l->g, dim_add(l->g, limit[k], start[k] + 1), stride[k]);
	}
	return build_slice(l->g, padded, start, limit, stride);
}

/* The number of each element in its plane. */
static const struct node *plane_index(struct lower *l, const struct pool *p)
{
	const struct type *it = type_with_dtype(l->g, p->x->type, DTYPE_i64);
	const struct node *index = lower_iota(l, it, p->rank - p->n);
	for (uint32_t i = 1; i < p->n; i++) {
		uint32_t k = p->rank - p->n + i;
		const struct node *row = lower_size_node(l, p->x->type->dims[k]);
		index = build2(l->g, OP_multiply, index, lower_shape(l, row, it));
		index = build2(l->g, OP_add, index, lower_iota(l, it, k));
	}
	return index;
}

/* Where each window's maximum lies in its plane: the last NaN, else the first maximum, as eager. */
static const struct node *max_indices(struct lower *l, const struct pool *p)
{
	struct graph *g = l->g;
	int64_t low[ATEN_MAX_RANK] = { 0 }, high[ATEN_MAX_RANK] = { 0 },
		inner[ATEN_MAX_RANK] = { 0 }, at[3] = { 0 };
	for (uint32_t i = 0; i < p->n; i++) {
		low[p->rank - p->n + i] = p->pad[i];
		high[p->rank - p->n + i] = p->end[i];
	}
	const struct node *x = build_pad(
		g, p->x, lower_extreme_value(l, p->x->type->dtype, false), low, high, inner);
	/* Padding has index -1, and so never wins. */
	const struct node *index = build_pad(g, plane_index(l, p),
		build_scalar_int(g, DTYPE_i64, -1), low, high, inner);
	const struct node *best = window_part(l, p, x, at), *where = window_part(l, p, index, at);
	for (;;) {
		uint32_t d = p->n;
		while (d-- > 0 && ++at[d] == p->size[d])
			at[d] = 0;
		if (d == UINT32_MAX)
			return where;
		const struct node *v = window_part(l, p, x, at);
		const struct node *here = window_part(l, p, index, at);
		const struct node *wins = build_compare(g, "GT", v, best);
		if (dtype_is_float(v->type->dtype))
			wins = build2(g, OP_or, wins, build_compare(g, "NE", v, v));
		wins = build2(g, OP_or, wins,
			build_compare(g, "LT", where, lower_like(l, where, 0)));
		wins = build2(
			g, OP_and, wins, build_compare(g, "GE", here, lower_like(l, here, 0)));
		best = build_select(g, wins, v, best);
		where = build_select(g, wins, here, where);
	}
}

/* what: how many spatial dimensions. */
void lower_max_pool(struct lower *l)
{
	struct pool p = {
		.x = lower_tensor(l, 0), .out = l->type[0], .n = (uint32_t)l->row->what
	};
	int64_t positions = 1;
	read_pool(l, &p, 1, true);
	for (uint32_t i = 0; i < p.n; i++)
		positions *= p.size[i];
	if (positions > MOST_POSITIONS)
		lower_bail(l);
	const struct node *least = lower_extreme_value(l, lower_dtype(l), false);
	l->out[0] = lower_cut(l, window(l, &p, p.x, OP_maximum, least), p.out);
	if (lower_uses(l, 1))
		l->out[1] = max_indices(l, &p);
}

/* The gradient of a maximum pool over `what` dimensions: what each window gives goes to the place
 * in its plane that the last argument says. */
void lower_max_pool_backward(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *y = lower_tensor(l, 0), *index = lower_tensor(l, l->nargs - 1);
	const struct type *t = l->type[0];
	enum dtype c = lower_compute(t->dtype);
	uint32_t n = (uint32_t)l->row->what;
	if (t->rank < n || t->rank != y->type->rank)
		lower_bail(l);
	if (type_elements(t) == 0 || type_elements(y->type) == 0) {
		l->out[0] = build_full(g, t, 0);
		return;
	}
	int64_t from[2] = { 1, 1 }, to[2] = { 1, 1 };
	for (uint32_t i = 0; i < t->rank; i++) {
		bool plane = i + n >= t->rank;
		from[plane] = dim_mul(g, from[plane], y->type->dims[i]);
		to[plane] = dim_mul(g, to[plane], t->dims[i]);
	}
	index = build_reshape(g, index, 2, from);
	y = build_reshape(g, lower_cast(l, y, c), 2, from);
	struct take k = { .x = build_full(g, type_tensor(g, c, 2, to), 0),
		.m = 2,
		.at = { 0, 1 },
		.batch = 2 };
	k.starts = take_coordinates(l, index, k.x, 1);
	lower_finish(l, build_reshape(g, take_scatter(l, &k, y, OP_add), t->rank, t->dims));
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
	return lower_cut(l, window(l, &q, ones, OP_add, build_scalar(g, t, 0)), sum->type);
}

/* The divisor of windows: argument i when it is given, else by count_include_pad in argument
 * i - 1. */
static const struct node *read_divisor(
	struct lower *l, const struct pool *p, const struct node *sum, uint32_t i)
{
	if (i < l->nargs && !lower_is_none(l, i))
		return lower_like(l, sum, lower_float(l, i));
	return divisor(l, p, sum, lower_bool(l, i - 1));
}

void lower_avg_pool(struct lower *l)
{
	struct pool p = {
		.x = lower_tensor(l, 0), .out = l->type[0], .n = (uint32_t)l->row->what
	};
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	read_pool(l, &p, 1, false);
	const struct node *sum =
		window(l, &p, lower_cast(l, p.x, c), OP_add, build_scalar(l->g, c, 0));
	sum = lower_cut(l, sum, p.out);
	lower_finish(l, build2(l->g, OP_divide, sum, read_divisor(l, &p, sum, 6)));
}

/* Each element is summed over the windows it lies in: sums over what they gave, spread by the
 * stride. */
void lower_avg_pool_backward(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *y = lower_tensor(l, 0);
	struct pool p = { .x = lower_tensor(l, 1), .out = y->type, .n = (uint32_t)l->row->what };
	enum dtype t = lower_dtype(l), c = lower_compute(t);
	int64_t low[ATEN_MAX_RANK] = { 0 }, high[ATEN_MAX_RANK] = { 0 },
		inner[ATEN_MAX_RANK] = { 0 };
	read_pool(l, &p, 2, false);
	if (!dtype_is_float(t))
		lower_bail(l);
	y = lower_cast(l, y, c);
	y = build2(g, OP_divide, y, read_divisor(l, &p, y, 7));
	for (uint32_t i = 0; i < p.n; i++) {
		uint32_t k = p.rank - p.n + i;
		int64_t out = p.out->dims[k], in = p.x->type->dims[k];
		inner[k] = p.stride[i] - 1;
		low[k] = p.size[i] - 1 - p.pad[i];
		high[k] = low[k] + p.stride[i] - 1; /* as much as it can be */
		if (dim_is_number(in) && dim_is_number(out))
			high[k] = in + p.pad[i] - (out - 1) * p.stride[i] - 1;
		p.strides[k] = 1;
		p.padding[2 * k] = p.padding[2 * k + 1] = 0;
	}
	y = build_pad(g, y, build_scalar(g, c, 0), low, high, inner);
	lower_finish(l, lower_cut(l, window(l, &p, y, OP_add, build_scalar(g, c, 0)), l->type[0]));
}
