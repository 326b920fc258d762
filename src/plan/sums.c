/* sums.c -- the gradient of a depthwise convolution by its weights, of images with their features
 * last: a sum over places for each tap and feature (gen/sums.c).
 *
 * As a convolution it has a group for each feature, of one window that is the gradient of the
 * result: nothing to multiply as a matrix, and read group by group one number of every place.  But
 * for one tap all features are a sum of products of two images' vectors as they lie.  So images are
 * read that lie so, one of the two at least, or of short lines, which are turned.  All lines of
 * the result are cut into parts, as many lines as the shape says, so that there is work for every
 * thread and no sum is long; then the parts are summed.  Images of sizes that are not known have
 * parts of PLAN_SUMS_LINES each; where they have other windows, they go tap by tap. */
#include "ir/build.h"
#include "plan/conv.h"
#include "plan/sums.h"

#define SPATIAL 2
#define TAP_SPATIAL 3                    /* of images of any size */
#define TAPS_MOST 64                     /* of a window, each a kernel */
#define FEATURES_LEAST 8                 /* of fewer most of a vector is empty */
#define PART_LEAST 512                   /* places of a part, where lines allow */
#define PART_MOST 4096                   /* at most, but for a line that is longer */
#define LINE_SHORT (ABI_LANES / 2)       /* places: as a row most of a vector is empty */
#define EDGE_MOST 64                     /* places of a line beside padding: each has code */

/* Lines of a part of so many: the fewest that have places enough. */
static int64_t part_lines(int64_t lines, int64_t line)
{
	for (int64_t part = 1; part <= lines && part * line <= PART_MOST; part++)
		if (lines % part == 0 && part * line >= PART_LEAST)
			return part;
	return lines * line <= PART_MOST ? lines : 1;
}

/* x as [images, lines, places, features]; *lies: it does. */
static const struct node *image(struct graph *g, const struct node *x, const int64_t *perm,
	bool *lies)
{
	int64_t dims[2 + SPATIAL], stride = 1;
	uint32_t rank = x->type->rank;
	struct view v;

	x = build_transpose(g, x, perm);
	dims[0] = x->type->dims[0];
	dims[1] = rank == 3 ? 1 : x->type->dims[1];
	dims[2] = x->type->dims[rank - 2];
	dims[3] = x->type->dims[rank - 1];
	view_of(g, x, &v);
	const struct type *base = v.base->type;
	*lies = !v.at && dim_same(dim_product(g, base->rank, base->dims),
		dim_product(g, rank, x->type->dims));
	for (uint32_t d = rank; d-- > 0; stride = dim_mul(g, stride, v.dims[d]))
		*lies &= v.dims[d] == 1 || v.strides[d] == stride;
	x = build_reshape(g, *lies ? v.base : x, 2 + SPATIAL, dims);
	return node_is_leaf(x) ? build1(g, OP_optimization_barrier, x) : x;
}

static bool is_spatial(const struct node *n, uint32_t d)
{
	uint32_t count;
	const int64_t *in = node_ints(n, KEY_input_spatial_dimensions, &count);

	for (uint32_t i = 0; i < count; i++)
		if (in[i] == d)
			return true;
	return false;
}

/* x, n's image, before a front end cut off what no window reads, places behind the last of these:
 * it pads images of any size apart. */
static const struct node *uncut(const struct node *n, const struct node *x)
{
	uint32_t count;

	if (x->op != OP_slice)
		return x;
	const int64_t *start = node_ints(x, KEY_start_indices, &count),
		      *stride = node_ints(x, KEY_strides, &count);
	for (uint32_t d = 0; d < n->type->rank; d++) {
		bool whole = dim_same(x->type->dims[d], x->in[0]->type->dims[d]);
		if ((!whole && !is_spatial(n, d)) || start[d] || stride[d] != 1)
			return x;
	}
	return x->in[0];
}

/* The image that n reads before it was padded with zeros, and low[], by how many places before. */
static const struct node *unpadded(const struct node *n, int64_t *low)
{
	uint32_t count, rank = n->type->rank;
	const int64_t *in = node_ints(n, KEY_input_spatial_dimensions, &count);
	bool more = false;

	for (uint32_t d = 0; d + 2 < rank; d++) {
		low[d] = node_int_at(n, KEY_padding, 2 * d, 0);
		more |= node_int_at(n, KEY_padding, 2 * d + 1, 0) > 0;
	}
	const struct node *x = more ? n->in[0] : uncut(n, n->in[0]);
	if (more || x->op != OP_pad || !plan_is_zeros(x->in[1]))
		return n->in[0];
	const int64_t *before = node_ints(x, KEY_edge_padding_low, &count),
		      *behind = node_ints(x, KEY_edge_padding_high, &count),
		      *inner = node_ints(x, KEY_interior_padding, &count);
	for (uint32_t d = 0; d < rank; d++) {
		bool none = !before[d] && !behind[d];
		if ((!none && !is_spatial(n, d)) || inner[d] || before[d] < 0 || behind[d] < 0)
			return n->in[0];
	}
	for (uint32_t d = 0; d + 2 < rank; d++)
		low[d] += before[in[d]];
	return x->in[0];
}

static bool has_elements(const struct type *t)
{
	return !type_is_static(t) || type_elements(t);
}

static bool fits(const struct node *n, const struct plan_options *o)
{
	const struct type *x = n->in[0]->type, *y = n->in[1]->type, *t = n->type;
	enum dtype e = x->dtype;
	int64_t features = node_int(n, KEY_batch_group_count, 1);
	int64_t batch = node_int(n, KEY_input_batch_dimension, 0);
	int64_t of = node_int(n, KEY_kernel_output_feature_dimension, 0);
	bool known = e == DTYPE_f64 || e == DTYPE_f32 || e == DTYPE_bf16 || e == DTYPE_f16;

	return !o->strict && known && y->dtype == e && features >= FEATURES_LEAST &&
	       node_int(n, KEY_feature_group_count, 1) == 1 && t->rank >= 3 &&
	       t->rank <= 2 + SPATIAL && has_elements(x) && has_elements(y) &&
	       type_is_static(t) && type_elements(t) && !x->quant && !y->quant &&
	       (t->dtype == e || t->dtype == DTYPE_f32) &&
	       x->dims[batch] == features && y->dims[of] == features;
}

/* The places, those of image x padded by low[]; false: no such window. */
static bool places_of(
	const struct node *n, const struct node *x, const int64_t *low, struct plan_sums *p)
{
	uint32_t count, rank;
	const int64_t *out = node_ints(n, KEY_output_spatial_dimensions, &rank);
	const int64_t *in = node_ints(n, KEY_input_spatial_dimensions, &count);
	const int64_t *of = node_ints(n, KEY_kernel_spatial_dimensions, &count);
	int64_t first, last;

	*p = (struct plan_sums){ .in = { 1, 1 }, .out = { 1, 1 }, .window = { 1, 1 },
		.step = { 1, 1 }, .apart = { 1, 1 } };
	for (uint32_t d = 0; d < rank; d++) {
		uint32_t to = SPATIAL - rank + d;
		if (node_int_at(n, KEY_lhs_dilation, d, 1) != 1 ||
			node_int_at(n, KEY_window_reversal, d, 0))
			return false;
		p->in[to] = x->type->dims[in[d]];
		p->out[to] = n->in[1]->type->dims[of[d]];
		p->window[to] = n->type->dims[out[d]];
		p->step[to] = node_int_at(n, KEY_rhs_dilation, d, 1);
		p->apart[to] = node_int_at(n, KEY_window_strides, d, 1);
		p->low[to] = low[d];
	}
	if (p->window[1] > PLAN_SUMS_TAPS)
		return false;
	if (!plan_sums_knows_lines(p))
		return true;
	plan_sums_inner(p, &first, &last);
	return p->out[1] - (last - first) <= EDGE_MOST;
}

/* [window's lines and places, features] in the order of n. */
static const struct node *result(struct graph *g, const struct node *n, const struct node *y)
{
	uint32_t count, rank = n->type->rank;
	const int64_t *spatial = node_ints(n, KEY_output_spatial_dimensions, &count);
	int64_t dims[2 + TAP_SPATIAL], perm[2 + TAP_SPATIAL];

	for (uint32_t d = 0; d < count; d++) {
		dims[d] = n->type->dims[spatial[d]];
		perm[spatial[d]] = d;
	}
	dims[count] = n->type->dims[node_int(n, KEY_output_feature_dimension, 1)];
	perm[node_int(n, KEY_output_feature_dimension, 1)] = count;
	dims[count + 1] = 1;
	perm[node_int(n, KEY_output_batch_dimension, 0)] = count + 1;
	return build_transpose(g, build_reshape(g, y, rank, dims), perm);
}

/* The dims that the keys say, images first, features last. */
static void perm_of(const struct node *n, enum key images, enum key spatial, enum key features,
	int64_t *perm)
{
	uint32_t count;
	const int64_t *at = node_ints(n, spatial, &count);

	perm[0] = node_int(n, images, 0);
	for (uint32_t d = 0; d < count; d++)
		perm[1 + d] = at[d];
	perm[1 + count] = node_int(n, features, 0);
}

const struct node *plan_lower_sums(
	struct graph *g, const struct node *n, const struct plan_options *o)
{
	const struct node *in[2];
	struct plan_sums p;
	int64_t parts = 0, perm[2 + SPATIAL], low[SPATIAL];
	bool lies[2];

	if (!fits(n, o))
		return NULL;
	const struct node *x = unpadded(n, low);
	if (!places_of(n, x, low, &p))
		return NULL;
	perm_of(n, KEY_input_feature_dimension, KEY_input_spatial_dimensions,
		KEY_input_batch_dimension, perm);
	in[0] = image(g, x, perm, &lies[0]);
	perm_of(n, KEY_kernel_input_feature_dimension, KEY_kernel_spatial_dimensions,
		KEY_kernel_output_feature_dimension, perm);
	in[1] = image(g, n->in[1], perm, &lies[1]);
	bool known = type_is_static(in[0]->type) && type_is_static(in[1]->type);
	if (known && !lies[0] && !lies[1] && p.out[1] > LINE_SHORT)
		return NULL;
	int64_t lines = dim_mul(g, in[1]->type->dims[0], p.out[0]);
	bool whole = type_is_static(in[1]->type);        /* as plan_sums_of() has it */
	int64_t part = whole ? part_lines(lines, p.out[1]) : PLAN_SUMS_LINES;
	const int64_t dims[3] = { dim_ceildiv(g, lines, part), p.window[0] * p.window[1],
		in[0]->type->dims[3] }, flat[2] = { dims[0], dims[1] * dims[2] };
	const struct attr_entry e[] = {
		{ KEY_window_dimensions, NULL, attr_ints(g, SPATIAL, p.window) },
		{ KEY_window_strides, NULL, attr_ints(g, SPATIAL, p.step) },
		{ KEY_rhs_dilation, NULL, attr_ints(g, SPATIAL, p.apart) },
		{ KEY_padding, NULL, attr_ints(g, SPATIAL, p.low) },
	};
	enum dtype acc = in[0]->type->dtype == DTYPE_f64 ? DTYPE_f64 : DTYPE_f32;
	const struct node *y = graph_node(g, &(struct node_spec){
		.op = OP_window_sums, .nin = 2, .in = in,
		.attrs = attrs_cons(g, sizeof e / sizeof *e, e),
		.type = type_tensor(g, acc, 3, dims) });
	y = build_reduce(g, OP_add, build_reshape(g, y, 2, flat), 1, &parts);
	return result(g, n, build_unrounded(g, y, n->type->dtype));
}

/* ---- of any size ----------------------------------------------------------------------------- */

/* Of windows of more dims, or longer: each tap is a sum over all places of y by a slice of x, both
 * with their features last. */

static bool fits_any(const struct node *n)
{
	const struct type *x = n->in[0]->type, *y = n->in[1]->type, *t = n->type;
	int64_t features = node_int(n, KEY_batch_group_count, 1);
	bool known = dtype_is_float(x->dtype) && y->dtype == x->dtype && !x->quant && !y->quant;
	int64_t taps = 1;

	if (!known || features < FEATURES_LEAST || !type_is_static(t) || !type_elements(t) ||
		(type_is_static(x) && type_is_static(y)) || t->rank < 3 || t->rank > 5 ||
		node_int(n, KEY_feature_group_count, 1) != 1 ||
		x->dims[node_int(n, KEY_input_batch_dimension, 0)] != features ||
		y->dims[node_int(n, KEY_kernel_output_feature_dimension, 0)] != features)
		return false;
	for (uint32_t d = 0; d + 2 < t->rank; d++) {
		if (node_int_at(n, KEY_lhs_dilation, d, 1) != 1 ||
			node_int_at(n, KEY_window_reversal, d, 0) ||
			node_int_at(n, KEY_padding, 2 * d, 0) < 0)
			return false;
	}
	for (uint32_t d = 0; d < t->rank; d++)
		taps *= t->dims[d];
	return taps / features <= TAPS_MOST;
}

/* What tap `tap` of the window reads of x, [images, places..., features], for all places of y. */
static const struct node *tap_of(struct graph *g, const struct node *n, const struct node *x,
	const struct node *y, const int64_t *tap)
{
	int64_t start[2 + TAP_SPATIAL] = { 0 }, limit[2 + TAP_SPATIAL], step[2 + TAP_SPATIAL];
	uint32_t rank = x->type->rank;

	for (uint32_t d = 0; d < rank; d++) {
		limit[d] = x->type->dims[d];
		step[d] = 1;
	}
	for (uint32_t d = 0; d + 2 < rank; d++) {
		uint32_t to = 1 + d;
		step[to] = node_int_at(n, KEY_rhs_dilation, d, 1);
		start[to] = tap[d] * node_int_at(n, KEY_window_strides, d, 1);
		limit[to] = dim_add(g, start[to] + 1,
			dim_mul(g, dim_sub(g, y->type->dims[to], 1), step[to]));
	}
	return plan_slice(g, x, start, limit, step);
}

/* x, [images, places..., features], padded and stored. */
static const struct node *tap_image(struct graph *g, const struct node *n)
{
	int64_t perm[2 + TAP_SPATIAL], low[2 + TAP_SPATIAL] = { 0 },
		high[2 + TAP_SPATIAL] = { 0 }, none[2 + TAP_SPATIAL] = { 0 };
	const struct node *x;

	perm_of(n, KEY_input_feature_dimension, KEY_input_spatial_dimensions,
		KEY_input_batch_dimension, perm);
	for (uint32_t d = 0; d + 2 < n->type->rank; d++) {
		int64_t behind = node_int_at(n, KEY_padding, 2 * d + 1, 0);
		low[1 + d] = node_int_at(n, KEY_padding, 2 * d, 0);
		high[1 + d] = behind > 0 ? behind : 0;   /* what is cut off no tap reads */
	}
	x = build_transpose(g, n->in[0], perm);
	x = build_pad(g, x, build_scalar(g, x->type->dtype, 0), low, high, none);
	return build1(g, OP_optimization_barrier, x);
}

/* The sum over all places of y by what tap `tap` reads of x: [1, features]. */
static const struct node *tap_sum(struct graph *g, const struct node *n, const struct node *x,
	const struct node *y, const int64_t *tap)
{
	static const int64_t places[1 + TAP_SPATIAL] = { 0, 1, 2, 3 };
	enum dtype acc = x->type->dtype == DTYPE_f64 ? DTYPE_f64 : DTYPE_f32;
	uint32_t rank = x->type->rank;
	const int64_t one[2] = { 1, x->type->dims[rank - 1] };
	const struct node *product = build2(g, OP_multiply,
		build_convert(g, tap_of(g, n, x, y, tap), acc), build_convert(g, y, acc));
	const struct node *sum = build_reduce(g, OP_add, product, rank - 1, places);
	const struct node *lowered = plan_lower_reduce(g, sum, sum->in);

	return build_reshape(g, lowered ? lowered : sum, 2, one);
}

const struct node *plan_lower_taps(
	struct graph *g, const struct node *n, const struct plan_options *o)
{
	uint32_t count, taps = 0;
	int64_t perm[2 + TAP_SPATIAL], tap[TAP_SPATIAL] = { 0 };
	const struct node *part[TAPS_MOST], *sums;

	if (!fits_any(n))
		return NULL;
	if ((sums = plan_lower_sums(g, n, o)))
		return sums;
	const int64_t *spatial = node_ints(n, KEY_output_spatial_dimensions, &count);
	perm_of(n, KEY_kernel_input_feature_dimension, KEY_kernel_spatial_dimensions,
		KEY_kernel_output_feature_dimension, perm);
	const struct node *x = tap_image(g, n);
	const struct node *y = build_transpose(g, n->in[1], perm);
	struct view v;
	uint32_t d;
	view_of(g, y, &v);
	if (v.strides[y->type->rank - 1] != 1)   /* features are made last once, not tap by tap */
		y = build1(g, OP_optimization_barrier, y);
	do {
		part[taps++] = tap_sum(g, n, x, y, tap);
		for (d = count; d-- > 0;) {
			if (++tap[d] < n->type->dims[spatial[d]])
				break;
			tap[d] = 0;
		}
	} while (d != UINT32_MAX);
	const struct node *all = taps > 1 ? build_concat(g, taps, part, 0) : part[0];
	return result(g, n, build_unrounded(g, all, n->type->dtype));
}
