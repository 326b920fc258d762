/* window_last.c -- a convolution as a contraction whose rows are windows of its padded input,
 * features last: by constant weights, or where the program's image lies so.
 *
 * A line of a window, places side by side with all their features, is one run of the image; k is as
 * many runs as a window has lines, a line of the image apart.  In groups, or where lines have
 * holes, a group's features of a place are a run.  Rows are read as they lie, whatever
 * the stride, and shared by the windows they are in; weights are the columns, packed when they are
 * bound or, for places enough, in the call, in the order of the image: [lines, places, features].
 *
 *     one image, 2 features         window (0, 0)  a a b b | e e f f
 *       a a b b c c d d             window (0, 1)  b b c c | f f g g      2 bands of 4
 *       e e f f g g h h
 *
 * Where a run is no whole words of what the level multiplies, features are padded.  A tile has
 * windows of one span, a line of the result, or whole spans, so that all of its rows lie
 * at known distances and none is wasted.  (Direct convolution with the loops of Georganas et al.,
 * Anatomy of High-Performance Deep Learning Convolutions on SIMD Architectures, 2018.) */
#include "ir/build.h"
#include "plan/conv.h"

#define SPATIAL 2
#define RANK (2 + PLAN_RUNS)             /* of an image of conv_image_last */
#define VECTOR 16                        /* elements */
#define PLACES_MADE 32                   /* of fewer, packing weights in the call costs most */
#define PART_OF_CACHE 4                  /* the second one: what a part reads */
#define PART_PLACES 32                   /* of a part, at least */
#define WASTE_MOST 1.34                  /* products for one that there is */

/* A spatial dim: the image's, the result's, the window's. */
struct across {
	int64_t in, out, window, stride, dilation, low, extent;
};

static struct across across_of(
	const struct node *n, const struct node *const *in, const struct conv *c, uint32_t d)
{
	struct across a = {
		.in = in[0]->type->dims[c->in_spatial[d]],
		.out = n->type->dims[c->out_spatial[d]],
		.window = in[1]->type->dims[c->kernel_spatial[d]],
		.stride = node_int_at(n, KEY_window_strides, d, 1),
		.dilation = node_int_at(n, KEY_rhs_dilation, d, 1),
		.low = node_int_at(n, KEY_padding, 2 * d, 0),
	};
	int64_t reach = (a.out - 1) * a.stride + (a.window - 1) * a.dilation + 1;

	a.extent = a.low + a.in;
	a.extent = a.extent > reach ? a.extent : reach;
	return a;
}

/* Lines of the result of which all groups are made before others: a group reads a piece of each
 * place, and what lies beside it should still be near when its group comes. */
static int64_t part_lines(const struct across *a, int64_t line, const struct plan_options *o)
{
	int64_t l2 = (int64_t)(o->l2 ? o->l2 : 1 << 20), best = 0;

	for (int64_t n = 1; n <= a[0].out; n++) {
		int64_t reach = (n - 1) * a[0].stride + (a[0].window - 1) * a[0].dilation + 1;
		bool near = reach * line <= l2 / PART_OF_CACHE, whole = a[0].out % n == 0;
		if (whole && n * a[1].out >= PART_PLACES && (near || !best))
			best = n;
	}
	return best ? best : a[0].out;
}

/* The windows, x not yet padded. */
static struct places places_of(const struct node *n, const struct node *const *in,
	const struct conv *c, struct across *a, const struct plan_options *o)
{
	a[0] = (struct across){ .in = 1, .out = 1, .window = 1, .stride = 1, .dilation = 1,
		.extent = 1 };
	for (uint32_t d = 0; d < c->nspatial; d++)
		a[SPATIAL - c->nspatial + d] = across_of(n, in, c, d);
	int64_t unit = plan_places_unit(in[0]->type->dtype, o), f = c->in_features;
	int64_t pieces = c->groups > 1 || a[1].dilation > 1 ? a[1].window : 1;
	if (f * a[1].window / pieces % unit)     /* zeros make a run whole words */
		f = (f + unit - 1) / unit * unit;
	int64_t place = c->groups * f, line = a[1].extent * place, lines = a[0].out;
	if (c->groups > 1)
		lines = part_lines(a, line * (int64_t)dtype_bytes(in[0]->type->dtype), o);

	return (struct places){
		.images = c->batch,
		.groups = c->groups,
		.features = f,
		.image = a[0].extent * line,
		.parts = a[0].out / lines,
		.part = lines * a[0].stride * line,
		.m = lines * a[1].out,
		.k = a[0].window * a[1].window * f,
		.span = a[1].out,
		.step = a[1].stride * place,
		.span_pitch = a[0].stride * line,
		.bands = a[0].window * pieces,
		.pieces = pieces,
		.piece_pitch = a[1].dilation * place,
		.band_pitch = a[0].dilation * line,
	};
}

/* Are nearly all products of a group of so many features asked for?  Tiles are as wide as a panel;
 * of groups, whose last panel is often the only one, as wide as vectors. */
static bool wastes_little(const struct conv *c, int64_t features, const struct plan_options *o)
{
	const struct isa_info *isa = &isa_table[o->isa];
	int64_t wide = c->groups == 1 ? isa->cols : PLAN_NARROW, n = c->out_features / c->groups;
	double products = (double)((n + wide - 1) / wide * wide * features);

	if (c->groups > 1 && features != c->in_features)
		return false;
	return products <= WASTE_MOST * (double)(n * c->in_features);
}

static bool may_be_last(const struct node *n, const struct node *const *in, const struct conv *c,
	const struct plan_options *o)
{
	const struct type *x = in[0]->type, *w = in[1]->type;
	struct across a[SPATIAL];

	if (c->nspatial < 1 || c->nspatial > SPATIAL || !conv_is_static(n, in) ||
		!type_elements(n->type) || !type_elements(x) || !type_elements(w) ||
		x->dtype != w->dtype || n->type->dtype != x->dtype || x->quant || w->quant)
		return false;
	struct places p = places_of(n, in, c, a, o);
	bool moves = c->window != 1;             /* else it may be a product as it lies */
	for (uint32_t d = 0; d < SPATIAL; d++) {
		moves |= a[d].stride != 1 || a[d].extent != a[d].in;
		if (a[d].low < 0)
			return false;
	}
	return !conv_is_dilated(n, c) && (moves || c->groups > 1) &&
	       plan_places_fit(&p, x->dtype, o) && wastes_little(c, p.features, o);
}

bool plan_is_last(const struct node *n, const struct node *const *in, const struct conv *c,
	const struct plan_options *o)
{
	return plan_is_late(in[1], o) && may_be_last(n, in, c, o);
}

bool plan_goes_last(const struct node *n, const struct node *const *in, const struct conv *c,
	const struct plan_options *o)
{
	return may_be_last(n, in, c, o) &&
	       (plan_is_late(in[1], o) ||
		       conv_images(c) * (double)c->positions >= PLACES_MADE);
}

/* x, [images, lines, places, features], padded along its lines and places: places and features are
 * one dim where features alone make no whole vectors. */
static const struct node *padded_flat(struct graph *g, const struct node *x, uint32_t nspatial,
	const int64_t *low, const int64_t *high)
{
	int64_t dims[RANK], l[RANK], h[RANK], none[RANK] = { 0 };
	int64_t features = x->type->dims[1 + nspatial];

	for (uint32_t d = 0; d <= nspatial; d++) {
		int64_t each = d == nspatial ? features : 1;
		dims[d] = dim_mul(g, x->type->dims[d], each);
		l[d] = low[d] * each;
		h[d] = high[d] * each;
	}
	const struct node *y = build_pad(g, plan_reshape(g, x, 1 + nspatial, dims),
		build_scalar(g, x->type->dtype, 0), l, h, none);
	for (uint32_t d = 0; d <= nspatial; d++)
		dims[d] = dim_add(g, x->type->dims[d], low[d] + high[d]);
	dims[1 + nspatial] = features;
	y = build1(g, OP_optimization_barrier, y);       /* what is stored has long rows */
	return plan_reshape(g, y, 2 + nspatial, dims);
}

const struct node *conv_padded_last(struct graph *g, const struct node *x, const int64_t *before,
	const int64_t *behind)
{
	uint32_t nspatial = x->type->rank - 2;
	int64_t low[RANK] = { 0 }, high[RANK] = { 0 }, none[RANK] = { 0 };
	bool pads = false;

	for (uint32_t d = 0; d <= nspatial; d++) {
		low[1 + d] = before[d];
		high[1 + d] = behind[d];
		pads |= before[d] || behind[d];
	}
	if (pads && !high[1 + nspatial] && x->type->dims[1 + nspatial] % VECTOR)
		return padded_flat(g, x, nspatial, low, high);
	return pads ? build_pad(g, x, build_scalar(g, x->type->dtype, 0), low, high, none) : x;
}

const struct node *conv_image_last(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c, const int64_t *before, const int64_t *behind)
{
	int64_t perm[RANK];

	perm[0] = node_int(n, KEY_input_batch_dimension, 0);
	perm[1 + c->nspatial] = node_int(n, KEY_input_feature_dimension, 1);
	for (uint32_t d = 0; d < c->nspatial; d++)
		perm[1 + d] = c->in_spatial[d];
	return conv_padded_last(g, build_transpose(g, x, perm), before, behind);
}

/* The input as [images, lines, places, features], padded. */
static const struct node *padded(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c, const struct across *a, int64_t features)
{
	int64_t low[1 + SPATIAL] = { 0 }, high[1 + SPATIAL] = { 0 };

	for (uint32_t d = 0; d < c->nspatial; d++) {
		low[d] = a[d].low;
		high[d] = a[d].extent - a[d].low - a[d].in;
	}
	high[c->nspatial] = features - c->in_features;
	return conv_image_last(g, n, x, c, low, high);
}

/* The weights, [out features, lines, places, features] as one matrix, or one a group. */
static const struct node *matrix(struct graph *g, const struct node *n, const struct node *w,
	const struct conv *c, const struct places *p)
{
	const int64_t dims[3] = { c->out_features, c->in_features, c->window },
		      perm[3] = { 0, 2, 1 }, none[3] = { 0 },
		      flat[3] = { c->groups, c->out_features / c->groups, p->k },
		      high[3] = { 0, 0, p->features - c->in_features };

	w = build_reshape(g, conv_rows(g, n, w, c), 3, dims);
	w = build_transpose(g, w, perm);
	if (high[2])
		w = build_pad(g, w, build_scalar(g, w->type->dtype, 0), none, high, none);
	return c->groups == 1 ? build_reshape(g, w, 2, flat + 1) : build_reshape(g, w, 3, flat);
}

/* The result, of type t: [images, places..., features]. */
static const struct node *products(struct graph *g, const struct node *weights,
	const struct places *p, const struct type *t, const struct plan_options *o)
{
	const int64_t each = t->dims[t->rank - 1] / p->groups,
		      dims[5] = { p->images, p->parts, p->groups, p->m, each },
		      perm[5] = { 0, 1, 3, 2, 4 };

	if (p->groups == 1)
		return plan_contract_places(g, p, weights, t, o);
	const struct node *y = plan_contract_places(
		g, p, weights, type_tensor(g, t->dtype, 5, dims), o);
	return plan_reshape(g, build_transpose(g, y, perm), t->rank, t->dims);
}

const struct node *plan_lower_last(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o)
{
	struct across a[SPATIAL];
	int64_t dims[2 + SPATIAL], back[2 + SPATIAL];
	uint32_t last = 1 + c->nspatial; /* dim */

	if (node_int(n, KEY_input_feature_dimension, 1) != last ||
		node_int(n, KEY_output_feature_dimension, 1) != last ||
		!plan_goes_last(n, in, c, o))
		return NULL;
	struct places p = places_of(n, in, c, a, o);
	p.x = padded(g, n, in[0], c, a + SPATIAL - c->nspatial, p.features);
	dims[0] = c->batch;
	dims[last] = c->out_features;
	back[node_int(n, KEY_output_batch_dimension, 0)] = 0;
	back[node_int(n, KEY_output_feature_dimension, 1)] = last;
	for (uint32_t d = 0; d < c->nspatial; d++) {
		dims[1 + d] = n->type->dims[c->out_spatial[d]];
		back[c->out_spatial[d]] = 1 + d;
	}
	const struct node *y = products(g, matrix(g, n, in[1], c, &p), &p,
		type_tensor(g, n->type->dtype, last + 1, dims), o);
	return build_transpose(g, y, back);
}
