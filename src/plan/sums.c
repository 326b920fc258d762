/* sums.c -- the gradient of a depthwise convolution by its weights, of images with their features
 * last: a sum over places for each tap and feature (gen/sums.c).
 *
 * As a convolution it has a group for each feature, of one window that is the gradient of the
 * result: nothing to multiply as a matrix, and read group by group one number of every place.  But
 * for one tap all features are a sum of products of two images' vectors as they lie.  All lines of
 * the result are cut into parts, as many lines as the shape says, so that there is work for every
 * thread and no sum is long; then the parts are summed. */
#include "ir/build.h"
#include "plan/conv.h"
#include "plan/sums.h"

#define SPATIAL 2
#define FEATURES_LEAST 8                 /* of fewer most of a vector is empty */
#define PART_LEAST 512                   /* places of a part, where lines allow */
#define PART_MOST 4096                   /* at most, but for a line that is longer */
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
	*lies = !v.at && type_elements(v.base->type) == type_elements(x->type);
	for (uint32_t d = rank; d-- > 0; stride *= v.dims[d])
		*lies &= v.dims[d] == 1 || v.strides[d] == stride;
	x = build_reshape(g, *lies ? v.base : x, 2 + SPATIAL, dims);
	return node_is_leaf(x) ? build1(g, OP_optimization_barrier, x) : x;
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
	       t->rank <= 2 + SPATIAL && type_is_static(x) && type_is_static(y) &&
	       type_is_static(t) && type_elements(x) && type_elements(y) && type_elements(t) &&
	       !x->quant && !y->quant && (t->dtype == e || t->dtype == DTYPE_f32) &&
	       x->dims[batch] == features && y->dims[of] == features;
}

/* The places; false: no such window. */
static bool places_of(const struct node *n, struct plan_sums *p)
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
		p->in[to] = n->in[0]->type->dims[in[d]];
		p->out[to] = n->in[1]->type->dims[of[d]];
		p->window[to] = n->type->dims[out[d]];
		p->step[to] = node_int_at(n, KEY_rhs_dilation, d, 1);
		p->apart[to] = node_int_at(n, KEY_window_strides, d, 1);
		p->low[to] = node_int_at(n, KEY_padding, 2 * d, 0);
	}
	if (p->window[1] > PLAN_SUMS_TAPS)
		return false;
	plan_sums_inner(p, &first, &last);
	return p->out[1] - (last - first) <= EDGE_MOST;
}

/* [window's lines and places, features] in the order of n. */
static const struct node *result(struct graph *g, const struct node *n, const struct node *y)
{
	uint32_t count, rank = n->type->rank;
	const int64_t *spatial = node_ints(n, KEY_output_spatial_dimensions, &count);
	int64_t dims[2 + SPATIAL], perm[2 + SPATIAL];

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
	int64_t parts = 0, perm[2 + SPATIAL];
	bool lies[2];

	if (!fits(n, o) || !places_of(n, &p))
		return NULL;
	perm_of(n, KEY_input_feature_dimension, KEY_input_spatial_dimensions,
		KEY_input_batch_dimension, perm);
	in[0] = image(g, n->in[0], perm, &lies[0]);
	perm_of(n, KEY_kernel_input_feature_dimension, KEY_kernel_spatial_dimensions,
		KEY_kernel_output_feature_dimension, perm);
	in[1] = image(g, n->in[1], perm, &lies[1]);
	if (!lies[0] && !lies[1])
		return NULL;
	int64_t lines = in[1]->type->dims[0] * p.out[0];
	const int64_t dims[3] = { lines / part_lines(lines, p.out[1]), p.window[0] * p.window[1],
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
