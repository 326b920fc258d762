/* reduce.c -- gradients of reductions, windows and sorts. */
#include "pass/grad/grad_impl.h"
#include "pass/grad/window.h"
#include <math.h>
#include <string.h>

/* ---- reduce --------------------------------------------------------------------------------- */

struct reduction {
	uint32_t n;                          /* dims[]: those summed over; at[]: those that stay */
	const int64_t *dims;
	int64_t *at;
};

static struct reduction reduction_of(struct grad *d, const struct node *n)
{
	struct reduction r = { 0 };
	uint32_t rank = n->in[0]->type->rank, k = 0;
	r.dims = node_ints(n, KEY_dimensions, &r.n);
	r.at = job_array(graph_job(d->g), (size_t)rank + 1, sizeof *r.at);
	for (uint32_t i = 0; i < rank; i++) {
		bool gone = false;
		for (uint32_t s = 0; s < r.n; s++)
			gone |= r.dims[s] == i;
		if (!gone)
			r.at[k++] = i;
	}
	return r;
}

static const struct node *widen(struct grad *d, const struct reduction *r, const struct node *x,
	const struct node *v)
{
	return build_broadcast(d->g, v, x->type->rank, x->type->dims, r->at);
}

/* Equal extremes share the gradient. */
static void add_extreme(struct grad *d, const struct reduction *r, const struct node *n,
	const struct node *ct)
{
	struct graph *g = d->g;
	const struct node *x = n->in[0];
	const struct node *here = build_convert(
		g, build_compare(g, "EQ", x, widen(d, r, x, n)), x->type->dtype);
	const struct node *count = build_reduce(g, OP_add, here, r->n, r->dims);
	const struct node *share = build2(g, OP_divide, ct, count);
	grad_flow(d, x, build2(g, OP_multiply, here, widen(d, r, x, share)));
}

/* The product of the others: y / x where no factor is zero, the product of the rest for the only
 * zero, nothing for one of several. */
static void add_product(struct grad *d, const struct reduction *r, const struct node *n,
	const struct node *ct)
{
	struct graph *g = d->g;
	const struct node *x = n->in[0], *one = build_like(g, x, 1), *none = grad_zeros(d, x);
	const struct node *zero = build_compare(g, "EQ", x, none);
	const struct node *safe = build_select(g, zero, one, x);
	const struct node *count = build_reduce(
		g, OP_add, build_convert(g, zero, x->type->dtype), r->n, r->dims);
	const struct node *product = build_reduce(g, OP_multiply, safe, r->n, r->dims);
	product = widen(d, r, x, build2(g, OP_multiply, product, ct));
	count = widen(d, r, x, count);
	const struct node *if_none = build2(g, OP_divide, product, safe);
	const struct node *if_one = build_select(g, zero, product, none);
	const struct node *v = build_select(g, build_compare(g, "EQ", count, one), if_one, none);
	grad_flow(d, x, build_select(g, build_compare(g, "EQ", count, none), if_none, v));
}

/* Is x select(p, a, b) of parameters i and n + i?  Gives p. */
static const struct node *chooser(const struct node *x, uint32_t n, uint32_t i)
{
	if (x->op != OP_select || x->in[1]->op != OP_parameter || x->in[2]->op != OP_parameter)
		return NULL;
	return node_int(x->in[1], KEY_index, -1) == i && node_int(x->in[2], KEY_index, -1) == n + i
		       ? x->in[0] : NULL;
}

/* Is p where q is, or else only where the first values are equal: or(q, and(a == b, ..))? */
static bool chooses_with(const struct node *p, const struct node *q)
{
	if (p == q)
		return true;
	if (p->op != OP_or || (p->in[0] != q && p->in[1] != q))
		return false;
	const struct node *tie = p->in[p->in[0] == q];
	for (uint32_t i = 0; tie->op == OP_and && i < 2; i++) {
		const struct node *e = tie->in[i];
		const char *how = e->op == OP_compare
			? node_str(e, KEY_comparison_direction, "") : "";
		if (!strcmp(how, "EQ") && e->in[0]->op == OP_parameter &&
			e->in[1]->op == OP_parameter &&
			node_int(e->in[0], KEY_index, -1) == 0)
			return true;
	}
	return false;
}

/* Does n choose, along one dimension, a value and its place, as argmax is written: the second
 * operand counts along it, and the region gives for both the same side's?  Equal values are one,
 * whichever place is given. */
static bool chooses_a_place(const struct node *n, const struct reduction *r)
{
	const struct region *f = n->regions[0];
	if (node_noperands(n) != 4 || n->nin != 4 || r->n != 1)
		return false;
	const struct node *p = chooser(f->results[0], 2, 0), *q = chooser(f->results[1], 2, 1);
	const struct node *places = n->in[1];
	int64_t along = node_int(places, KEY_iota_dimension, -1);
	if (places->op == OP_broadcast_in_dim && places->in[0]->op == OP_iota) {
		uint32_t count;
		const int64_t *at = node_ints(places, KEY_broadcast_dimensions, &count);
		along = node_int(places->in[0], KEY_iota_dimension, -1);
		along = along >= 0 && along < count ? at[along] : -1;
		places = places->in[0];
	}
	return p && q && chooses_with(q, p) && places->op == OP_iota && along == r->dims[0] &&
	       dtype_is_int(places->type->dtype);
}

/* The gradient of a chosen value goes to its place. */
static void add_chosen(struct grad *d, const struct reduction *r, const struct node *n,
	const struct node *ct)
{
	const struct node *x = n->in[0], *places = n->in[1];
	const struct node *here = build_compare(
		d->g, "EQ", places, widen(d, r, places, graph_result(d->g, n, 1)));
	if (ct)
		grad_flow(d, x, build_select(d->g, here, widen(d, r, x, ct), grad_zeros(d, x)));
}

void grad_reduce(struct grad *d, const struct node *n, const struct node *const *ct)
{
	struct reduction r = reduction_of(d, n);
	const struct node *x = n->in[0];
	enum op how = region_binary_op(n->regions[0]);
	if (chooses_a_place(n, &r)) {
		if (grad_wants(d, n->in[2]))
			grad_refuse(d, n, "an initial value with a gradient");
		add_chosen(d, &r, n, ct[0]);
		return;
	}
	if (node_noperands(n) != 2)
		grad_refuse(d, n, "several tensors at once, other than a value and its place");
	if (grad_wants(d, n->in[1]))
		grad_refuse(d, n, "an initial value with a gradient");
	switch (how) {
	case OP_add:
		grad_flow(d, x, widen(d, &r, x, ct[0]));
		break;
	case OP_maximum: case OP_minimum:
		add_extreme(d, &r, n, ct[0]);
		break;
	case OP_multiply:
		add_product(d, &r, n, ct[0]);
		break;
	default:
		grad_refuse(d, n, "a combination other than sum, product and extreme");
	}
}

/* ---- windows -------------------------------------------------------------------------------- */

/* A sum: each element's gradient is that of the windows it is in: the gradient with zeros for what
 * the strides left out, summed over the same windows. */
static void add_window_sum(struct grad *d, const struct node *n, const struct node *ct)
{
	struct graph *g = d->g;
	struct job *j = graph_job(g);
	const struct node *x = n->in[0];
	uint32_t rank = x->type->rank;
	const int64_t *size = window_ints(d, n, KEY_window_dimensions, rank, 1);
	const int64_t *stride = window_ints(d, n, KEY_window_strides, rank, 1);
	const int64_t *base = window_ints(d, n, KEY_base_dilations, rank, 1);
	const int64_t *dilation = window_ints(d, n, KEY_window_dilations, rank, 1);
	const int64_t *pad = window_ints(d, n, KEY_padding, 2 * rank, 0);
	int64_t *low = job_array(j, (size_t)rank + 1, sizeof *low);
	int64_t *high = job_array(j, (size_t)rank + 1, sizeof *high);
	int64_t *between = job_array(j, (size_t)rank + 1, sizeof *between);
	for (uint32_t i = 0; i < rank; i++) {
		struct window w = { x->type->dims[i], size[i], ct->type->dims[i], stride[i],
			pad[2 * i], base[i], dilation[i] };
		window_back(&w, &low[i], &high[i]);
		between[i] = stride[i] - 1;
	}
	const struct node *zero = build_scalar(g, x->type->dtype, 0);
	const struct node *in[] = { build_pad(g, ct, zero, low, high, between), zero };
	struct attr_entry e[] = {
		{ KEY_window_dimensions, NULL, attr_ints(g, rank, size) },
		{ KEY_window_strides, NULL, attr_ints(g, rank, base) },
		{ KEY_window_dilations, NULL, attr_ints(g, rank, dilation) },
	};
	grad_flow(d, x, graph_node(g, &(struct node_spec){ .op = OP_reduce_window, .nin = 2,
				       .in = in, .nregions = 1, .regions = n->regions,
				       .attrs = attrs_cons(g, 3, e) }));
}

/* An extreme: the gradient of a window goes to the element it was taken from. */
static void add_window_extreme(
	struct grad *d, const struct node *n, const struct node *ct, const char *better)
{
	struct graph *g = d->g;
	const struct node *x = n->in[0];
	const struct type *scalar = type_scalar(g, x->type->dtype);
	const struct type *params[] = { scalar, scalar };
	uint32_t rank = x->type->rank;
	const int64_t *base = window_ints(d, n, KEY_base_dilations, rank, 1);
	const int64_t *dilation = window_ints(d, n, KEY_window_dilations, rank, 1);
	for (uint32_t i = 0; i < rank; i++)
		if (base[i] != 1 || dilation[i] != 1)
			grad_refuse(d, n, "an extreme of dilated windows");
	const struct node *a = graph_parameter(g, 0, scalar), *b = graph_parameter(g, 1, scalar);
	const struct node *select = build_compare(g, better, a, b);
	const struct node *scatter = build2(g, OP_add, a, b);
	const struct region *regions[] = {
		graph_region(g, 2, params, 1, &select),
		graph_region(g, 2, params, 1, &scatter),
	};
	const int64_t *pad = window_ints(d, n, KEY_padding, 2 * rank, 0);
	struct attr_entry e[] = {
		{ KEY_window_dimensions, NULL,
			attr_ints(g, rank, window_ints(d, n, KEY_window_dimensions, rank, 1)) },
		{ KEY_window_strides, NULL,
			attr_ints(g, rank, window_ints(d, n, KEY_window_strides, rank, 1)) },
		{ KEY_padding, NULL, attr_ints(g, 2 * rank, pad) },
	};
	const struct node *in[] = { x, ct, build_scalar(g, x->type->dtype, 0) };
	grad_flow(d, x, graph_node(g, &(struct node_spec){ .op = OP_select_and_scatter, .nin = 3,
				       .in = in, .nregions = 2, .regions = regions,
				       .attrs = attrs_cons(g, 3, e) }));
}

void grad_reduce_window(struct grad *d, const struct node *n, const struct node *const *ct)
{
	enum op how = region_binary_op(n->regions[0]);
	if (node_noperands(n) != 2)
		grad_refuse(d, n, "several tensors at once");
	if (grad_wants(d, n->in[1]))
		grad_refuse(d, n, "an initial value with a gradient");
	if (!type_is_static(n->in[0]->type))
		grad_refuse(d, n, "a size that is not known");
	if (how == OP_add)
		add_window_sum(d, n, ct[0]);
	else if (how == OP_maximum || how == OP_minimum)
		add_window_extreme(d, n, ct[0], how == OP_maximum ? "GE" : "LE");
	else
		grad_refuse(d, n, "a combination other than sum and extreme");
}

/* The element that select_and_scatter takes of each window: "GE", "GT", "LE" or "LT"; NULL: by
 * another rule. */
static const char *selects_by(const struct node *n)
{
	const struct node *p = n->regions[0]->results[0];
	const char *how = p->op == OP_compare ? node_str(p, KEY_comparison_direction, "") : "";
	bool extreme = (*how == 'G' || *how == 'L') && p->in[0]->op == OP_parameter &&
		p->in[1]->op == OP_parameter && node_int(p->in[0], KEY_index, 0) == 0 &&
		node_int(p->in[1], KEY_index, 0) == 1;
	return extreme ? how : NULL;
}

/* Of each window the value of ct where x's extreme is: a window of pairs. */
static const struct node *gather_selected(
	struct grad *d, const struct node *n, const struct node *ct, const char *how)
{
	struct graph *g = d->g;
	const struct node *x = n->in[0], *p[4], *results[2];
	const struct type *params[4];
	for (uint32_t i = 0; i < 4; i++) {
		params[i] = type_scalar(g, (i % 2 ? ct : x)->type->dtype);
		p[i] = graph_parameter(g, i, params[i]);
	}
	const struct node *first = build_compare(g, how, p[0], p[2]);
	results[0] = build_select(g, first, p[0], p[2]);
	results[1] = build_select(g, first, p[1], p[3]);
	const struct region *region = graph_region(g, 4, params, 2, results);
	const struct node *in[] = { x, ct,
		build_scalar(g, x->type->dtype, *how == 'G' ? -INFINITY : INFINITY),
		build_scalar(g, ct->type->dtype, 0) };
	uint32_t rank = x->type->rank;
	struct attr_entry e[] = {
		{ KEY_window_dimensions, NULL,
			attr_ints(g, rank, window_ints(d, n, KEY_window_dimensions, rank, 1)) },
		{ KEY_window_strides, NULL,
			attr_ints(g, rank, window_ints(d, n, KEY_window_strides, rank, 1)) },
		{ KEY_padding, NULL,
			attr_ints(g, 2 * rank, window_ints(d, n, KEY_padding, 2 * rank, 0)) },
	};
	return graph_result(g, graph_node(g, &(struct node_spec){ .op = OP_reduce_window, .nin = 4,
					     .in = in, .nregions = 1, .regions = &region,
					     .attrs = attrs_cons(g, 3, e) }), 1);
}

/* Where things go is no function of x that has a derivative. */
void grad_select_and_scatter(struct grad *d, const struct node *n, const struct node *const *ct)
{
	const char *how = selects_by(n);
	if (!how || !dtype_is_float(n->in[0]->type->dtype))
		grad_refuse(d, n, "a selection other than of the greatest or least");
	if (region_binary_op(n->regions[1]) != OP_add)
		grad_refuse(d, n, "a combination other than sum");
	if (grad_wants(d, n->in[2]))
		grad_refuse(d, n, "an initial value with a gradient");
	if (grad_wants(d, n->in[1]))
		grad_flow(d, n->in[1], gather_selected(d, n, ct[0], how));
}

/* ---- sort ----------------------------------------------------------------------------------- */

/* n's sort with one more operand, or sorting by the first operand, integers, upwards. */
static const struct node *sort_of(struct grad *d, const struct node *n, uint32_t nin,
	const struct node *const *in, const struct region *less)
{
	struct graph *g = d->g;
	struct attr_entry e[] = {
		{ KEY_dimension, NULL, attr_int(g, node_int(n, KEY_dimension, -1)) },
		{ KEY_is_stable, NULL, attr_bool(g, node_bool(n, KEY_is_stable, false)) },
	};
	return graph_node(g, &(struct node_spec){ .op = OP_sort, .nin = nin, .in = in,
		.nregions = 1, .regions = &less, .attrs = attrs_cons(g, 2, e) });
}

static const struct type **pairs_of(struct grad *d, uint32_t n, const struct node *const *in)
{
	const struct type **t = job_array(graph_job(d->g), 2 * (size_t)n, sizeof *t);
	for (uint32_t i = 0; i < 2 * n; i++)
		t[i] = type_scalar(d->g, in[i / 2]->type->dtype);
	return t;
}

/* Sorting the places along tells where each element came from; sorting by these brings the
 * gradients back. */
void grad_sort(struct grad *d, const struct node *n, const struct node *const *ct)
{
	struct graph *g = d->g;
	uint32_t count = node_noperands(n);
	int64_t along = node_int(n, KEY_dimension, -1);
	const struct node **in = job_array(graph_job(g), (size_t)count + 1, sizeof *in);
	if (n->nin != count)
		grad_refuse(d, n, "a comparison that captures");
	along += along < 0 ? n->in[0]->type->rank : 0;
	for (uint32_t i = 0; i < count; i++)
		in[i] = n->in[i];
	in[count] = build_iota(g, type_with_dtype(g, n->in[0]->type, DTYPE_i64), along);
	const struct region *less = graph_region(
		g, 2 * count + 2, pairs_of(d, count + 1, in), 1, n->regions[0]->results);
	const struct node *place = graph_result(g, sort_of(d, n, count + 1, in, less), count);

	in[0] = place;
	uint32_t back = 1;
	for (uint32_t i = 0; i < count; i++)
		if (ct[i] && grad_wants(d, n->in[i]))
			in[back++] = ct[i];
	if (back == 1)
		return;
	const struct type **params = pairs_of(d, back, in);
	const struct node *up = build_compare(g, "LT", graph_parameter(g, 0, params[0]),
		graph_parameter(g, 1, params[1]));
	const struct node *sorted =
		sort_of(d, n, back, in, graph_region(g, 2 * back, params, 1, &up));
	back = 1;
	for (uint32_t i = 0; i < count; i++)
		if (ct[i] && grad_wants(d, n->in[i]))
			grad_flow(d, n->in[i], graph_result(g, sorted, back++));
}
