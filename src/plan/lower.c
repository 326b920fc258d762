/* lower.c -- the graph in the ops that kernels have cores for.
 *
 * A convolution is a contraction over windows of its padded input where those lie well (window.c;
 * by constant weights, or features last, window_last.c; of any size window_any.c; by large windows
 * over few places window_wide.c, in groups window_line.c, of any size window_long.c).  Any other
 * becomes patches (im2col, never stored as such: they are packed panel by panel) and a dot_general
 * by groups; a 1x1 convolution of stride 1 reads its input as it lies.  Method: the implicit GEMM
 * of Chellapilla, Puri and Simard, High Performance Convolutional Neural Networks for Document
 * Processing, 2006.
 *
 * One whose input has holes is several without (phases.c).
 *
 * A depthwise one has nothing to multiply as a matrix: it becomes the sum over the window of the
 * shifted input times that weight of each feature, element by element. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "plan/conv.h"
#include <string.h>

#define DIRECT_TAPS 49                   /* of a window that is written out, at most */
#define DIRECT_STORED 25                 /* whose padded input is stored, at least, */
#define DIRECT_STORED_ANY 5              /* and where lines may have any length */
#define WINDOW_LEAST 5                   /* elements that are worth a vector of their own */
#define FEATURES_FEW 8                   /* an image's: what follows says how they should lie */
#define IMAGES_TYPICAL 8                 /* where their number is symbolic, */
#define EXTENT_TYPICAL 224.              /* and where their height or width is */
#define FIRST_MOST 128                   /* so many of a sort are found without sorting the rest, */
#define FIRST_PART 4                     /* where they are this part of it or less */
#define FIRST_DIGITS 256                 /* so long a sort may go by digits, which is fast */

static struct conv conv_of(struct graph *g, const struct node *n)
{
	struct conv c = { 0 };
	uint32_t count;
	const struct type *x = n->in[0]->type, *w = n->in[1]->type;
	c.in_spatial = node_ints(n, KEY_input_spatial_dimensions, &c.nspatial);
	c.kernel_spatial = node_ints(n, KEY_kernel_spatial_dimensions, &count);
	c.out_spatial = node_ints(n, KEY_output_spatial_dimensions, &count);
	c.groups = node_int(n, KEY_feature_group_count, 1);
	c.batch = x->dims[node_int(n, KEY_input_batch_dimension, 0)];
	c.features = x->dims[node_int(n, KEY_input_feature_dimension, 1)];
	c.out_features = w->dims[node_int(n, KEY_kernel_output_feature_dimension, 0)];
	c.in_features = w->dims[node_int(n, KEY_kernel_input_feature_dimension, 1)];
	c.window = c.positions = 1;
	for (uint32_t d = 0; d < c.nspatial; d++) {
		c.window = dim_mul(g, c.window, w->dims[c.kernel_spatial[d]]);
		c.positions = dim_mul(g, c.positions, n->type->dims[c.out_spatial[d]]);
	}
	return c;
}

bool conv_is_static(const struct node *n, const struct node *const *in)
{
	int64_t from = node_int(n, KEY_input_batch_dimension, 0),
		to = node_int(n, KEY_output_batch_dimension, 0);
	bool so = type_is_static(in[1]->type);

	for (uint32_t d = 0; d < n->type->rank; d++)
		so = so && (d == from || in[0]->type->dims[d] >= 0) &&
		     (d == to || n->type->dims[d] >= 0);
	return so;
}

bool conv_knows_features(const struct node *n, const struct node *const *in)
{
	return type_is_static(in[1]->type) &&
	       in[0]->type->dims[node_int(n, KEY_input_feature_dimension, 1)] >= 0 &&
	       n->type->dims[node_int(n, KEY_output_feature_dimension, 1)] >= 0;
}

bool conv_difference(struct graph *g, int64_t a, int64_t b, int64_t *out)
{
	if (a >= 0 && b >= 0) {
		*out = a - b;
		return true;
	}
	int64_t d = dim_sub(g, a, b);
	bool number = d >= 0 || dim_get(g, d)->op == DIM_number;
	*out = d >= 0 || !number ? d : dim_get(g, d)->a;
	return number;
}

double conv_images(const struct conv *c)
{
	return c->batch >= 0 ? (double)c->batch : IMAGES_TYPICAL;
}

double conv_extent(const struct graph *g, int64_t d)
{
	return d >= 0 ? (double)d : EXTENT_TYPICAL / DIM_TYPICAL * dim_typical(g, d);
}

const struct node *conv_rows(struct graph *g, const struct node *n, const struct node *w,
	const struct conv *c)
{
	int64_t perm[PLAN_MAX_RANK], dims[3];
	perm[0] = node_int(n, KEY_kernel_output_feature_dimension, 0);
	perm[1] = node_int(n, KEY_kernel_input_feature_dimension, 1);
	uint32_t count;
	const int64_t *reversal = node_ints(n, KEY_window_reversal, &count);
	int64_t turned[PLAN_MAX_RANK];
	uint32_t nturned = 0;
	for (uint32_t d = 0; d < c->nspatial; d++) {
		perm[2 + d] = c->kernel_spatial[d];
		if (reversal && reversal[d] && w->type->dims[c->kernel_spatial[d]] != 1)
			turned[nturned++] = c->kernel_spatial[d];
	}
	if (nturned) {
		const struct attr_entry e = { KEY_dimensions, NULL, attr_ints(g, nturned, turned) };
		w = build_op(g, OP_reverse, 1, &w, 1, &e);
	}
	w = build_transpose(g, w, perm);
	dims[0] = c->groups;
	dims[1] = dim_floordiv(g, c->out_features, c->groups);
	dims[2] = dim_mul(g, c->in_features, c->window);
	return build_reshape(g, w, 3, dims);
}

/* Are the windows of n's weights w, which lie in order behind the features, turned around whole
 * (1), not at all (0), or is it neither (-1)?  *of: the weights without what turns them. */
static int windows_turned(
	const struct node *n, const struct node *w, const struct conv *c, const struct node **of)
{
	uint32_t count = 0, turned = 0, all = 0;
	const int64_t *dims = w->op == OP_reverse ? node_ints(w, KEY_dimensions, &count) : NULL;

	for (uint32_t i = 0; i < count; i++)
		turned |= 1u << dims[i];
	*of = dims ? w->in[0] : w;
	for (uint32_t d = 0; d < c->nspatial; d++) {
		int64_t at = c->kernel_spatial[d];
		if (at != 2 + d)
			return -1;
		if (node_int_at(n, KEY_window_reversal, d, 0))
			turned ^= 1u << at;
		if (w->type->dims[at] == 1)
			turned &= ~(1u << at);
		else
			all |= 1u << at;
	}
	return turned == all ? 1 : turned ? -1 : 0;
}

const struct node *conv_image(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c, const int64_t *before, const int64_t *behind)
{
	int64_t perm[PLAN_MAX_RANK], low[PLAN_MAX_RANK] = { 0 }, high[PLAN_MAX_RANK] = { 0 },
		none[PLAN_MAX_RANK] = { 0 };

	perm[0] = node_int(n, KEY_input_feature_dimension, 1);
	perm[1] = node_int(n, KEY_input_batch_dimension, 0);
	for (uint32_t d = 0; d < c->nspatial; d++) {
		perm[2 + d] = c->in_spatial[d];
		low[2 + d] = before[d];
		high[2 + d] = behind[d];
	}
	x = build_transpose(g, x, perm);
	return build_pad(g, x, build_scalar(g, x->type->dtype, 0), low, high, none);
}

const struct node *conv_rows_made(struct graph *g, const struct node *n, const struct node *w,
	const struct conv *c, const struct plan_options *o)
{
	const struct node *plain, *x;
	bool transposed = node_int(n, KEY_kernel_output_feature_dimension, 0) == 1;
	bool moves = transposed && c->in_features != 1 && c->out_features != 1;
	int turned = windows_turned(n, w, c, &plain);

	if (turned < 0 || !(turned || moves) || c->groups != 1 || c->window < WINDOW_LEAST ||
		c->window > PLAN_MAX_TAPS || !type_is_static(w->type) || plan_is_late(w, o) ||
		node_int(n, KEY_kernel_input_feature_dimension, 1) != !transposed)
		return conv_rows(g, n, w, c);
	const int64_t dims[3] = { w->type->dims[0], w->type->dims[1], c->window }, last = 2,
		      perm[3] = { transposed, !transposed, 2 },
		      rows[3] = { 1, c->out_features, c->in_features * c->window };
	const struct attr_entry e = { KEY_dimensions, NULL, attr_ints(g, 1, &last) };
	x = build_reshape(g, plain, 3, dims);
	if (turned)
		x = build_op(g, OP_reverse, 1, &x, 1, &e);
	x = build1(g, OP_optimization_barrier, build_transpose(g, x, perm));
	return build_reshape(g, x, 3, rows);
}

bool conv_is_dilated(const struct node *n, const struct conv *c)
{
	for (uint32_t d = 0; d < c->nspatial; d++)
		if (node_int_at(n, KEY_lhs_dilation, d, 1) != 1)
			return true;
	return false;
}

/* Has the input zeros in it or beside it? */
static bool conv_pads(const struct node *n, const struct conv *c)
{
	for (uint32_t d = 0; d < c->nspatial; d++)
		if (node_int_at(n, KEY_padding, 2 * d, 0) ||
			node_int_at(n, KEY_padding, 2 * d + 1, 0) > 0)
			return true;
	return conv_is_dilated(n, c);
}

static bool conv_is_pointwise(const struct node *n, const struct conv *c)
{
	bool last = node_int(n, KEY_input_feature_dimension, 1) == 1 + (int64_t)c->nspatial;
	/* of several images only where their places step as one */
	if (c->window != 1 || c->groups != 1 || (c->batch != 1 && !last) || conv_pads(n, c))
		return false;
	for (uint32_t d = 0; d < c->nspatial; d++)
		if (node_int_at(n, KEY_window_strides, d, 1) != 1 ||
			node_int_at(n, KEY_padding, 2 * d + 1, 0))
			return false;
	return true;
}

/* The input, feature and space before batch, where every window is all of it or every so manieth
 * place of all: the gradient by the weights of a window of one place.  NULL: it is not so. */
static const struct node *conv_whole(
	struct graph *g, const struct node *n, const struct node *x, const struct conv *c)
{
	int64_t perm[PLAN_MAX_RANK], start[PLAN_MAX_RANK] = { 0 }, step[PLAN_MAX_RANK],
		limit[PLAN_MAX_RANK];
	if (c->positions != 1 || c->window < 2 || conv_pads(n, c) || !type_is_static(x->type))
		return NULL;
	for (uint32_t d = 0; d < x->type->rank; d++) {
		limit[d] = x->type->dims[d];
		step[d] = 1;
	}
	perm[0] = node_int(n, KEY_input_feature_dimension, 1);
	for (uint32_t d = 0; d < c->nspatial; d++) {
		int64_t at = perm[1 + d] = c->in_spatial[d];
		int64_t window = n->in[1]->type->dims[c->kernel_spatial[d]];
		step[at] = node_int_at(n, KEY_rhs_dilation, d, 1);
		limit[at] = (window - 1) * step[at] + 1;
	}
	perm[1 + c->nspatial] = node_int(n, KEY_input_batch_dimension, 0);
	return build_transpose(g, build_slice(g, x, start, limit, step), perm);
}

/* The input's windows as [groups, in features * window, batch * positions]. */
static const struct node *conv_cols(struct graph *g, const struct node *n, const struct node *x,
	const struct node *w, const struct conv *c)
{
	int64_t dims[3] = { c->groups, dim_mul(g, c->in_features, c->window),
		dim_mul(g, c->batch, c->positions) };
	const struct node *whole = conv_whole(g, n, x, c);
	if (whole)
		return build_reshape(g, whole, 3, dims);
	if (conv_is_pointwise(n, c)) {
		int64_t perm[PLAN_MAX_RANK];
		perm[0] = node_int(n, KEY_input_feature_dimension, 1);
		perm[1] = node_int(n, KEY_input_batch_dimension, 0);
		for (uint32_t d = 0; d < c->nspatial; d++)
			perm[2 + d] = c->in_spatial[d];
		return build_reshape(g, build_transpose(g, x, perm), 3, dims);
	}
	int64_t window[PLAN_MAX_RANK], sizes[PLAN_MAX_RANK];
	for (uint32_t d = 0; d < c->nspatial; d++)
		window[d] = w->type->dims[c->kernel_spatial[d]];
	const enum key keep[] = { KEY_window_strides, KEY_padding, KEY_lhs_dilation,
		KEY_rhs_dilation, KEY_input_batch_dimension, KEY_input_feature_dimension,
		KEY_input_spatial_dimensions, KEY_feature_group_count };
	struct attr_entry e[10];
	uint32_t ne = 0;
	for (unsigned k = 0; k < sizeof keep / sizeof *keep; k++)
		if (attrs_find(n->attrs, keep[k]))
			e[ne++] =
				(struct attr_entry){ keep[k], NULL, attrs_find(n->attrs, keep[k]) };
	for (uint32_t d = 0; d < c->nspatial; d++)
		sizes[d] = n->type->dims[c->out_spatial[d]];
	sizes[c->nspatial] = c->features < 0 ? c->in_features : c->features / c->groups;
	e[ne++] = (struct attr_entry){ KEY_window_dimensions, NULL,
		attr_ints(g, c->nspatial, window) };
	e[ne++] = (struct attr_entry){ KEY_dimensions, NULL, attr_ints(g, c->nspatial + 1, sizes) };
	struct node_spec s = {
		.op = OP_patches, .nin = 1, .in = &x, .attrs = attrs_cons(g, ne, e),
		.type = type_tensor(g, x->type->dtype, 3, dims),
	};
	return graph_node(g, &s);
}

/* One place at a time of an image with its features last, to features last: places by features, as
 * the input and the result lie.  NULL: it is not so. */
static const struct node *conv_places(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c)
{
	uint32_t last = 1 + c->nspatial;

	if (!conv_is_pointwise(n, c) || node_int(n, KEY_input_feature_dimension, 1) != last ||
		node_int(n, KEY_output_feature_dimension, 1) != last ||
		node_int(n, KEY_input_batch_dimension, 0) ||
		node_int(n, KEY_output_batch_dimension, 0))
		return NULL;
	for (uint32_t d = 0; d < c->nspatial; d++)
		if (c->in_spatial[d] != c->out_spatial[d])
			return NULL;
	const int64_t weights[2] = { c->out_features, c->in_features },
		      places[2] = { dim_mul(g, c->batch, c->positions), c->in_features };
	const struct node *x = build_reshape(g, in[0], 2, places);
	const struct node *w = build_reshape(g, conv_rows(g, n, in[1], c), 2, weights);
	const struct node *dot = build_dot_over(g, x, 1, w, 1, n->type->dtype);
	return build_reshape(g, dot, n->type->rank, n->type->dims);
}

/* Groups of the batch as groups of features: [G*b, C, ...] becomes [b, G*C, ...]. */
static const struct node *conv_regroup(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	const enum key keep[] = { KEY_window_strides, KEY_padding, KEY_lhs_dilation,
		KEY_rhs_dilation, KEY_window_reversal, KEY_input_batch_dimension,
		KEY_input_feature_dimension, KEY_input_spatial_dimensions,
		KEY_kernel_input_feature_dimension, KEY_kernel_output_feature_dimension,
		KEY_kernel_spatial_dimensions, KEY_output_batch_dimension,
		KEY_output_feature_dimension, KEY_output_spatial_dimensions, KEY_precision_config };
	enum { KEPT = sizeof keep / sizeof *keep };
	struct attr_entry e[KEPT + 1];
	const struct type *x = in[0]->type;
	uint32_t ne = 0, rank = x->rank, k = 0;
	int64_t groups = node_int(n, KEY_batch_group_count, 1), dims[PLAN_MAX_RANK + 1],
		perm[PLAN_MAX_RANK + 1];
	int64_t batch = node_int(n, KEY_input_batch_dimension, 0);
	int64_t feature = node_int(n, KEY_input_feature_dimension, 1);
	for (uint32_t i = 0; i < KEPT; i++)
		if (attrs_find(n->attrs, keep[i]))
			e[ne++] =
				(struct attr_entry){ keep[i], NULL, attrs_find(n->attrs, keep[i]) };
	e[ne++] = (struct attr_entry){ KEY_feature_group_count, NULL, attr_int(g, groups) };
	/* The batch is split in place, then the groups move in front of the features. */
	for (uint32_t i = 0; i < rank; i++) {
		if (i == batch)
			dims[k++] = groups;
		dims[k++] = i == batch ? dim_floordiv(g, x->dims[i], groups) : x->dims[i];
	}
	const struct node *y = build_reshape(g, in[0], rank + 1, dims);
	k = 0;
	for (uint32_t i = 0; i < rank; i++) {
		if (i == feature)
			perm[k++] = batch;
		perm[k++] = (int64_t)i < batch ? i : i + 1;
		dims[i] = x->dims[i];
	}
	dims[batch] = dim_floordiv(g, dims[batch], groups);
	dims[feature] = dim_mul(g, dims[feature], groups);
	const struct node *both[2] = {
		build_reshape(g, build_transpose(g, y, perm), rank, dims), in[1]
	};
	struct node_spec s = { .op = OP_convolution,
		.nin = 2,
		.in = both,
		.attrs = attrs_cons(g, ne, e),
		.type = n->type };
	return graph_node(g, &s);
}

/* ---- depthwise ------------------------------------------------------------------------------ */

static bool conv_is_depthwise(const struct node *const *in, const struct conv *c)
{
	return c->groups > 1 && c->in_features == 1 && c->out_features == c->groups &&
	       c->window >= 1 && c->window <= DIRECT_TAPS && type_is_static(in[1]->type);
}

/* The input in the order of the result's dimensions, padded and dilated; what padding takes away is
 * left, and no tap reads it: of a size only a call knows less than nothing might be left. */
static const struct node *direct_input(
	struct graph *g, const struct node *n, const struct node *x, const struct conv *c)
{
	int64_t perm[PLAN_MAX_RANK], low[PLAN_MAX_RANK] = { 0 }, high[PLAN_MAX_RANK] = { 0 },
		interior[PLAN_MAX_RANK] = { 0 };
	uint32_t count;
	const int64_t *padding = node_ints(n, KEY_padding, &count),
		      *dilation = node_ints(n, KEY_lhs_dilation, &count);
	perm[node_int(n, KEY_output_batch_dimension, 0)] =
		node_int(n, KEY_input_batch_dimension, 0);
	perm[node_int(n, KEY_output_feature_dimension, 1)] =
		node_int(n, KEY_input_feature_dimension, 1);
	for (uint32_t d = 0; d < c->nspatial; d++) {
		int64_t to = c->out_spatial[d];
		perm[to] = c->in_spatial[d];
		low[to] = padding && padding[2 * d] > 0 ? padding[2 * d] : 0;
		high[to] = padding && padding[2 * d + 1] > 0 ? padding[2 * d + 1] : 0;
		interior[to] = dilation ? dilation[d] - 1 : 0;
	}
	x = build_transpose(g, x, perm);
	for (uint32_t d = 0; d < n->type->rank; d++)
		if (low[d] || high[d] || interior[d])
			return build_pad(g, x, build_scalar(g, x->type->dtype, 0), low, high,
				interior);
	return x;
}

/* The weights [1, window, features]: what a tap reads lies side by side.  Of
 * constant weights that is made once. */
static const struct node *direct_weights(struct graph *g, const struct node *n,
	const struct node *w, const struct conv *c)
{
	int64_t perm[PLAN_MAX_RANK];

	perm[0] = node_int(n, KEY_kernel_input_feature_dimension, 1);
	for (uint32_t d = 0; d < c->nspatial; d++)
		perm[1 + d] = c->kernel_spatial[d];
	perm[1 + c->nspatial] = node_int(n, KEY_kernel_output_feature_dimension, 0);
	return build_transpose(g, w, perm);
}

/* One of the window's weights w, as direct_weights gives them, a value a feature, along the whole
 * result. */
static const struct node *direct_weight(struct graph *g, const struct node *n,
	const struct node *w, const struct conv *c, const int64_t *tap)
{
	int64_t start[PLAN_MAX_RANK], limit[PLAN_MAX_RANK], stride[PLAN_MAX_RANK];
	uint32_t count;
	const int64_t *reversal = node_ints(n, KEY_window_reversal, &count);
	int64_t feature = node_int(n, KEY_output_feature_dimension, 1);
	for (uint32_t d = 0; d < w->type->rank; d++) {
		start[d] = 0;
		limit[d] = w->type->dims[d];
		stride[d] = 1;
	}
	for (uint32_t d = 0; d < c->nspatial; d++) {
		int64_t k = 1 + d;
		start[k] = reversal && reversal[d] ? w->type->dims[k] - 1 - tap[d] : tap[d];
		limit[k] = start[k] + 1;
	}
	w = build_slice(g, w, start, limit, stride);
	w = build_reshape(g, w, 1, &c->out_features);
	return plan_broadcast(g, w, n->type->rank, n->type->dims, &feature);
}

static const struct node *direct(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c)
{
	enum dtype t = n->type->dtype;
	bool narrow = dtype_is_narrow(t);
	enum dtype acc = narrow ? DTYPE_f32 : t;
	const struct node *x = direct_input(g, n, in[0], c), *sum = NULL;
	bool last = node_int(n, KEY_output_feature_dimension, 1) + 1 == n->type->rank;
	/* Many taps would each ask what is padding: it is stored, as what is summed.  Of lines of a
	 * known length most vectors ask nothing; with features last one asks once for its lanes. */
	int64_t stored = c->positions < 0 ? DIRECT_STORED_ANY : DIRECT_STORED;
	if (c->window >= stored && x->op == OP_pad && !last)
		x = build1(g, OP_optimization_barrier, build_convert(g, x, acc));
	const struct node *w = direct_weights(g, n, in[1], c);
	if (last && c->window > 1)
		w = build1(g, OP_optimization_barrier, build_convert(g, w, acc));
	int64_t start[PLAN_MAX_RANK], limit[PLAN_MAX_RANK], stride[PLAN_MAX_RANK],
		tap[PLAN_MAX_RANK] = { 0 };
	uint32_t count;
	const int64_t *strides = node_ints(n, KEY_window_strides, &count),
		      *padding = node_ints(n, KEY_padding, &count),
		      *dilation = node_ints(n, KEY_rhs_dilation, &count);
	for (uint32_t d = 0; d < n->type->rank; d++) {
		start[d] = 0;
		limit[d] = n->type->dims[d];
		stride[d] = 1;
	}
	for (int64_t i = 0; i < c->window; i++) {
		for (uint32_t d = 0; d < c->nspatial; d++) {
			int64_t to = c->out_spatial[d];
			stride[to] = strides ? strides[d] : 1;
			start[to] = tap[d] * (dilation ? dilation[d] : 1);
			if (padding && padding[2 * d] < 0)
				start[to] -= padding[2 * d];
			limit[to] = dim_add(g, start[to] + 1,
				dim_mul(g, dim_sub(g, n->type->dims[to], 1), stride[to]));
		}
		const struct node *a =
			build_convert(g, plan_slice(g, x, start, limit, stride), acc);
		const struct node *b =
			build_convert(g, direct_weight(g, n, w, c, tap), acc);
		const struct node *product = build2(g, OP_multiply, a, b);
		sum = sum ? build2(g, OP_add, sum, product) : product;
		for (uint32_t d = c->nspatial; d-- > 0;) {
			if (++tap[d] < in[1]->type->dims[c->kernel_spatial[d]])
				break;
			tap[d] = 0;
		}
	}
	return build_unrounded(g, sum, t);
}

/* --------------------------------------------------------------------------------------------- */

/* n as a product of its weights and patches, or of what lies as those would. */
static const struct node *conv_product(struct graph *g, const struct node *n, const struct conv *c,
	const struct plan_options *o)
{
	const struct node *rows = conv_rows_made(g, n, n->in[1], c, o);
	const struct node *cols = conv_cols(g, n, n->in[0], n->in[1], c);
	const int64_t zero = 0, two = 2, one = 1;
	const struct node *dot = build_dot(g, rows, cols, (struct dim_pairs){ 1, &zero, &zero },
		(struct dim_pairs){ 1, &two, &one }, n->type->dtype);

	/* [groups, out, batch * positions] -> [groups, out, batch, positions...] -> the result's
	 * order */
	int64_t dims[PLAN_MAX_RANK], perm[PLAN_MAX_RANK], inverse[PLAN_MAX_RANK];
	uint32_t rank = c->nspatial + 2;
	dims[0] = c->out_features;
	dims[1] = c->batch;
	for (uint32_t d = 0; d < c->nspatial; d++)
		dims[2 + d] = n->type->dims[c->out_spatial[d]];
	inverse[0] = node_int(n, KEY_output_feature_dimension, 1);
	inverse[1] = node_int(n, KEY_output_batch_dimension, 0);
	/* only size-1 dims move */
	bool alone = c->batch == 1 && inverse[0] == 1 && inverse[1] == 0;
	for (uint32_t d = 0; d < c->nspatial; d++) {
		inverse[2 + d] = c->out_spatial[d];
		alone = alone && c->out_spatial[d] == 2 + d;
	}
	for (uint32_t d = 0; d < rank; d++)
		perm[inverse[d]] = d;
	const struct node *y = build_reshape(g, dot, rank, dims);
	if (alone) {
		dims[0] = 1;
		dims[1] = c->out_features;
		return build_reshape(g, dot, rank, dims);
	}
	return build_transpose(g, y, perm);
}

const struct node *plan_lower_convolution(
	struct graph *g, const struct node *n, const struct plan_options *o)
{
	const struct node *const *in = n->in, *lowered = plan_lower_taps(g, n, o);
	if (!lowered)
		lowered = plan_lower_long(g, n, o);
	if (lowered)
		return lowered;
	if (node_int(n, KEY_batch_group_count, 1) != 1) {
		const struct node *sums = plan_lower_sums(g, n, o);
		if (sums)
			return sums;
		n = conv_regroup(g, n, in);
		in = n->in;
	}
	struct conv c = conv_of(g, n);
	const struct node *phases = plan_lower_many_phases(g, n, &c);
	if (!phases)
		phases = plan_lower_phases(g, n, &c, o);
	if (phases)
		return phases;
	if (conv_is_depthwise(in, &c))
		return direct(g, n, in, &c);
	const struct node *other = plan_lower_winograd(g, n, in, &c, o);
	if (!other)
		other = plan_lower_last(g, n, in, &c, o);
	if (!other)
		other = plan_lower_lines(g, n, in, &c, o);
	if (!other)
		other = plan_lower_wide(g, n, in, &c, o);
	if (!other)
		other = plan_lower_windows(g, n, in, &c, o);
	if (!other)
		other = conv_places(g, n, in, &c);
	if (!other && !conv_is_pointwise(n, &c))
		other = plan_lower_planes(g, n, in, &c, o);
	if (!other && !conv_is_pointwise(n, &c))
		other = plan_lower_any(g, n, in, &c, o);
	return other ? other : conv_product(g, n, &c, o);
}

/* A product of all features at a place, or of each feature alone, is as fast either way; so are
 * windows that are copied out. */
enum conv_wish plan_convolution_wish(
	struct graph *g, const struct node *n, const struct plan_options *o)
{
	if (n->type->rank + 2 >= PLAN_MAX_RANK || type_elements(n->type) == 0)
		return CONV_either;
	struct conv c = conv_of(g, n);
	bool place = c.window == 1 && c.groups == 1 && !conv_pads(n, &c);
	for (uint32_t d = 0; d < c.nspatial; d++)
		place = place && node_int_at(n, KEY_window_strides, d, 1) == 1 &&
			!node_int_at(n, KEY_padding, 2 * d + 1, 0);
	if (place || conv_is_depthwise(n->in, &c) || c.nspatial > 3 || c.window < 1 ||
		c.window > PLAN_MAX_TAPS)
		return CONV_either;
	if (conv_is_dilated(n, &c))
		return plan_has_many_phases(g, n, &c) ? plan_many_phases_wish(g, n, &c)
						      : plan_phases_wish(g, n, &c, o);
	if (plan_is_winograd(g, n, n->in, &c, o))
		return CONV_last;
	if (plan_is_planes(n, n->in, &c))
		return CONV_either;
	if (plan_is_any(n, n->in, &c, o))
		return c.features < FEATURES_FEW ? CONV_either : CONV_last;
	if (!plan_is_last(n, n->in, &c, o))
		return plan_goes_last(n, n->in, &c, o) ? CONV_either : CONV_first;
	return c.in_features < FEATURES_FEW ? CONV_either : CONV_last;
}

/* ---- the first of a sort -------------------------------------------------------------------- */

/* Are k insertions into the first k, and the k * ln(extent / k) that follow in a row in no order,
 * dearer than a sort of it all by four digits?  (Measured, in nanoseconds: 30 + k / 3 and 9.) */
static bool first_is_dear(enum dtype t, int64_t extent, int64_t k)
{
	double insertions = (double)k;

	if (t != DTYPE_f32 || extent < FIRST_DIGITS)
		return false;
	for (int64_t n = k; 2 * n <= extent; n *= 2)
		insertions += 0.7 * (double)k;
	return insertions * (30 + (double)k / 3) > 9 * (double)extent;
}

/* A slice of the first few along a sort's dimension needs no more of it to be sorted. */
static const struct node *lower_first(
	struct graph *g, const struct node *n, const struct node *result)
{
	const struct node *sort = result->op == OP_result ? result->in[0] : result;
	uint32_t rank = n->type->rank, count, nresults = node_noperands(sort);
	if (sort->op != OP_sort || !rank)
		return NULL;
	int64_t axis = node_int(sort, KEY_dimension, -1);
	uint32_t d = (uint32_t)(axis < 0 ? axis + rank : axis);
	const int64_t *start = node_ints(n, KEY_start_indices, &count);
	const int64_t *limit = node_ints(n, KEY_limit_indices, &count);
	const int64_t *stride = node_ints(n, KEY_strides, &count);
	int64_t k = limit[d], extent = result->type->dims[d];
	if (k < 1 || k > FIRST_MOST || (extent >= 0 && extent < FIRST_PART * k) ||
		first_is_dear(sort->in[0]->type->dtype, extent, k))
		return NULL;
	int64_t dims[PLAN_MAX_RANK];
	const struct type **types = job_array(graph_job(g), nresults, sizeof *types);
	if (rank > PLAN_MAX_RANK)
		return NULL;
	memcpy(dims, result->type->dims, rank * sizeof *dims);
	dims[d] = k;
	for (uint32_t i = 0; i < nresults; i++)
		types[i] = type_tensor(g, node_result_type(sort, i)->dtype, rank, dims);
	const struct attr_entry e[] = {
		{ KEY_dimension, NULL, attr_int(g, d) },
		{ KEY_k, NULL, attr_int(g, k) },
		{ KEY_ncaptures, NULL, attr_int(g, node_ncaptures(sort)) },
	};
	const struct node *first = graph_node(g, &(struct node_spec){
		.op = OP_sort_first,
		.nin = sort->nin, .in = sort->in,
		.attrs = attrs_cons(g, node_ncaptures(sort) ? 3 : 2, e),
		.nregions = 1, .regions = sort->regions,
		.type = nresults == 1 ? types[0] : type_list(g, TYPE_results, nresults, types) });
	first = nresults == 1 ? first
		: graph_result(g, first, (uint32_t)node_int(result, KEY_index, 0));
	return plan_slice(g, first, start, limit, stride);
}

/* ---- concatenations ------------------------------------------------------------------------- */

/* More operands than JOIN_MOST, in groups: code is made for each operand of a kernel. */
static const struct node *lower_concatenate(struct graph *g, const struct node *n,
	const struct node *const *in)
{
	uint32_t left = n->nin;
	int64_t d = node_int(n, KEY_dimension, 0);

	if (left <= JOIN_MOST)
		return NULL;
	while (left > 1) {
		uint32_t groups = (left + JOIN_MOST - 1) / JOIN_MOST;
		const struct node **part = job_array(graph_job(g), groups, sizeof *part);
		for (uint32_t i = 0; i < groups; i++) {
			uint32_t first = i * JOIN_MOST, rest = left - first;
			part[i] = build_concat(g, rest < JOIN_MOST ? rest : JOIN_MOST,
				in + first, d);
		}
		in = part;
		left = groups;
	}
	return in[0];
}

static const struct node *lower_sized(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	(void)arg;
	return plan_lower_sized(g, n, in);
}

static const struct node *lower_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct node *sunk = plan_sink_reshape(g, n, in);

	if (sunk)
		return sunk;
	switch (n->op) {
	case OP_convolution:
		if (type_elements(n->type) == 0)         /* its windows may not fit anywhere */
			return build_full(g, n->type, 0);
		return n->type->rank + 2 < PLAN_MAX_RANK
			? plan_lower_convolution(g, node_with_operands(g, n, in), arg) : NULL;
	case OP_reduce:
		return plan_lower_reduce(g, n, in);
	case OP_slice:
		return lower_first(g, n, in[0]);
	case OP_concatenate:
		return lower_concatenate(g, n, in);
	case OP_scatter:
		return plan_lower_segments(g, n, in);
	default:
		return plan_lower_sized(g, n, in);       /* of what the rows above made */
	}
}

/* A product of doubles whose result is narrower is summed as doubles, and rounded then. */
static const struct node *lower_wide_dot(struct graph *g, const struct node *n,
	const struct node *const *in, const struct plan_options *o)
{
	enum dtype wide = in[0]->type->dtype;
	const struct node *dot = graph_node(g, &(struct node_spec){ .op = OP_dot_general, .nin = 2,
		.in = in, .attrs = n->attrs, .type = type_with_dtype(g, n->type, wide),
		.trusted = true });
	const struct node *lowered = plan_lower_dot(g, dot, in, o);
	return build_convert(g, lowered ? lowered : dot, n->type->dtype);
}

static const struct node *lower_dots(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	if (n->op == OP_grouped_dot)
		return plan_lower_grouped_dot(g, n, in, arg);
	if (n->op != OP_dot_general)
		return NULL;
	enum dtype wide = in[0]->type->dtype, to = n->type->dtype;
	bool same_kind = wide == DTYPE_f64 ? dtype_is_float(to)
					   : wide == DTYPE_c128 && to == DTYPE_c64;
	if (same_kind && in[1]->type->dtype == wide && to != wide)
		return lower_wide_dot(g, n, in, arg);
	return plan_lower_dot(g, n, in, arg);
}

const struct region *plan_lower(
	struct graph *g, const struct region *r, const struct plan_options *o)
{
	struct plan_options local = *o;
	struct job_mark before = job_mark(graph_job(g));
	r = region_rewrite(g, r, lower_sized, NULL);      /* first: forms are found past these */
	if (o->narguments || graph_nslots(g))
		r = plan_merge(g, r, o);
	r = plan_lower_attention(g, r, o);
	if (!o->strict)
		r = plan_accumulate(g, plan_scale(g, r, o));
	r = plan_layout(g, plan_meet(g, plan_unturn(g, plan_straight(g, r))), o);
	r = region_rewrite(g, r, lower_node, &local);
	r = region_rewrite(g, r, lower_dots, &local);
	job_reset(graph_job(g), before);             /* nodes are the graph's */
	return r;
}
