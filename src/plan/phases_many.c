/* phases_many.c -- a convolution whose input has holes as one product and a sum of its parts.
 *
 * What an element of the input gives to a place of the result is one product of all its features by
 * the weights of one tap.  So all of them are a product of weights and input as both lie, and a
 * place is the sum of those that fall on it: of an input dilated by s and windows of s * q taps or
 * fewer there are q a dim.
 *
 *     the input x y, dilated by 2, taps a b c          xa  xb  xc
 *                                                              ya  yb  yc
 *
 * Where windows are s long nothing is summed, and the input is read once for all phases; where
 * there are many phases, as of a gradient by the data of windows that do not overlap, a kernel each
 * would be too many.  (The col2im of Chellapilla, Puri and Simard, High Performance Convolutional
 * Neural Networks for Document Processing, 2006.)  Holes are skipped: only for what does not ask
 * 0 times an infinity. */
#include "ir/build.h"
#include "plan/conv.h"
#include <string.h>

#define SPATIAL 3
#define FEW 16                           /* phases that have a kernel each (phases.c) */
#define TERMS_MOST 64                    /* read for the places that are made at once */

struct fall {
	int64_t in, out, window, holes, at;      /* at: of the first place among those fallen on */
	int64_t each;                            /* how many, at most, fall on a place */
	int64_t behind;                          /* places of the result on which none can fall */
	bool turned;
};

/* [groups, features of a group, features out of it, taps], taps in the order in which they fall,
 * `each` times `holes` a dim: that is turned around, which weights of a gradient are already. */
static const struct node *weights(struct graph *g, const struct node *n, const struct conv *c,
	const struct fall *f)
{
	int64_t dims[3 + SPATIAL] = { c->groups, c->out_features / c->groups, c->in_features },
		perm[3 + SPATIAL] = { 0, 2, 1, 3, 4, 5 }, order[2 + SPATIAL], turned[SPATIAL],
		none[3 + SPATIAL] = { 0 }, high[3 + SPATIAL] = { 0 };
	uint32_t nturned = 0;
	bool pads = false;
	const struct node *w = n->in[1];

	order[0] = node_int(n, KEY_kernel_output_feature_dimension, 0);
	order[1] = node_int(n, KEY_kernel_input_feature_dimension, 1);
	for (uint32_t d = 0; d < c->nspatial; d++) {
		order[2 + d] = c->kernel_spatial[d];
		dims[3 + d] = f[d].window;
		high[3 + d] = f[d].each * f[d].holes - f[d].window;
		pads |= high[3 + d] != 0;
		if (!node_int_at(n, KEY_window_reversal, d, 0) && f[d].window != 1)
			turned[nturned++] = c->kernel_spatial[d];
	}
	if (nturned) {
		const struct attr_entry e = { KEY_dimensions, NULL, attr_ints(g, nturned, turned) };
		w = build_op(g, OP_reverse, 1, &w, 1, &e);
	}
	w = build_reshape(g, build_transpose(g, w, order), 3 + c->nspatial, dims);
	w = build_transpose(g, w, perm);
	return pads ? build_pad(g, w, build_scalar(g, w->type->dtype, 0), none, high, none) : w;
}

/* [groups, features out, (times, phase) a dim, batch, places of the input], of type t. */
static const struct node *products(struct graph *g, const struct node *n, const struct conv *c,
	const struct fall *f, enum dtype t)
{
	const int64_t zero = 0, one = 1;
	int64_t perm[2 + SPATIAL], dims[3 + 3 * SPATIAL], flat[3] = { c->groups, c->in_features };
	uint32_t k = 2;
	const struct node *w = weights(g, n, c, f), *x;

	perm[0] = node_int(n, KEY_input_feature_dimension, 1);
	perm[1] = node_int(n, KEY_input_batch_dimension, 0);
	flat[2] = c->batch;
	dims[0] = c->groups;
	dims[1] = c->out_features / c->groups;
	for (uint32_t d = 0; d < c->nspatial; d++) {
		perm[2 + d] = c->in_spatial[d];
		flat[2] = dim_mul(g, flat[2], f[d].in);
		dims[k++] = f[d].each;
		dims[k++] = f[d].holes;
	}
	x = plan_reshape(g, build_transpose(g, n->in[0], perm), 3, flat);
	dims[k++] = c->batch;
	for (uint32_t d = 0; d < c->nspatial; d++)
		dims[k++] = f[d].in;
	flat[2] = type_elements(w->type) / (c->groups * c->in_features);
	w = build_reshape(g, w, 3, flat);
	const struct node *dot = build_dot(g, w, x, (struct dim_pairs){ 1, &zero, &zero },
		(struct dim_pairs){ 1, &one, &one }, t);
	return plan_reshape(g, dot, k, dims);
}

/* Those of y that fall first (0), second ... in each dim: [batch, groups, features, (place, phase)
 * a dim], `last` of the last dim's phases from number `first` on. */
static const struct node *fallen(struct graph *g, const struct node *y, const struct conv *c,
	const struct fall *f, const int64_t *time, int64_t first, int64_t last)
{
	int64_t start[3 + 3 * SPATIAL] = { 0 }, limit[3 + 3 * SPATIAL], step[3 + 3 * SPATIAL],
		dims[3 + 2 * SPATIAL], perm[3 + 2 * SPATIAL], low[3 + 2 * SPATIAL] = { 0 },
		high[3 + 2 * SPATIAL] = { 0 }, none[3 + 2 * SPATIAL] = { 0 };
	uint32_t rank = y->type->rank, s = c->nspatial, end = 2 * s;
	bool pads = false;

	for (uint32_t d = 0; d < rank; d++) {
		limit[d] = y->type->dims[d];
		step[d] = 1;
	}
	for (uint32_t d = 0; d < s; d++) {
		start[2 + 2 * d] = time[d];
		limit[2 + 2 * d] = time[d] + 1;
	}
	start[1 + end] = first;
	limit[1 + end] = first + last;
	y = plan_slice(g, y, start, limit, step);
	dims[0] = c->groups;
	dims[1] = c->out_features / c->groups;
	dims[2 + s] = c->batch;
	perm[0] = 2 + s;
	perm[1] = 0;
	perm[2] = 1;
	for (uint32_t d = 0; d < s; d++) {
		dims[2 + d] = d + 1 == s ? last : f[d].holes;
		dims[3 + s + d] = f[d].in;
		low[3 + 2 * d] = time[d];
		high[3 + 2 * d] = f[d].each - 1 - time[d];
		perm[3 + 2 * d] = 3 + s + d;
		perm[4 + 2 * d] = 2 + d;
		pads |= f[d].each != 1;
	}
	y = build_transpose(g, plan_reshape(g, y, 3 + end, dims), perm);
	return pads ? build_pad(g, y, build_scalar(g, y->type->dtype, 0), low, high, none) : y;
}

/* The sum of all that falls on the places of `last` of the last dim's phases, of type t. */
static const struct node *sum(struct graph *g, const struct node *y, const struct conv *c,
	const struct fall *f, int64_t first, int64_t last, enum dtype t)
{
	int64_t time[SPATIAL] = { 0 };
	const struct node *all = NULL;
	uint32_t d;

	do {
		const struct node *part = fallen(g, y, c, f, time, first, last);
		all = all ? build2(g, OP_add, all, part) : part;
		for (d = c->nspatial; d-- > 0;) {
			if (++time[d] < f[d].each)
				break;
			time[d] = 0;
		}
	} while (d != UINT32_MAX);
	return all->type->dtype == t ? all : build_unrounded(g, all, t);
}

/* [batch, features, all places fallen on] as n's result. */
static const struct node *result(struct graph *g, const struct node *n, const struct node *y,
	const struct conv *c, const struct fall *f)
{
	int64_t low[2 + SPATIAL] = { 0 }, high[2 + SPATIAL] = { 0 }, none[2 + SPATIAL] = { 0 },
		perm[2 + SPATIAL];
	bool pads = false;

	perm[node_int(n, KEY_output_batch_dimension, 0)] = 0;
	perm[node_int(n, KEY_output_feature_dimension, 1)] = 1;
	for (uint32_t d = 0; d < c->nspatial; d++) {
		perm[c->out_spatial[d]] = 2 + d;
		low[2 + d] = -f[d].at;
		high[2 + d] = f[d].behind;
		pads |= low[2 + d] || high[2 + d];
	}
	if (pads)                                /* put together fast where that is all */
		y = build_pad(g, build1(g, OP_optimization_barrier, y),
			build_scalar(g, y->type->dtype, 0), low, high, none);
	return build_transpose(g, y, perm);
}

static bool fits(
	struct graph *g, const struct node *n, const struct conv *c, struct fall *f)
{
	int64_t all = 1, terms = 1;
	bool once = true;

	for (uint32_t d = 0; d < c->nspatial; d++) {
		f[d] = (struct fall){
			.in = n->in[0]->type->dims[c->in_spatial[d]],
			.out = n->type->dims[c->out_spatial[d]],
			.window = n->in[1]->type->dims[c->kernel_spatial[d]],
			.holes = node_int_at(n, KEY_lhs_dilation, d, 1),
		};
		if (!f[d].in || !f[d].out || f[d].window < 1 ||
			node_int_at(n, KEY_window_strides, d, 1) != 1 ||
			node_int_at(n, KEY_rhs_dilation, d, 1) != 1)
			return false;
		f[d].each = (f[d].window + f[d].holes - 1) / f[d].holes;
		f[d].at = f[d].window - 1 - node_int_at(n, KEY_padding, 2 * d, 0);
		int64_t fallen = dim_mul(g, dim_add(g, f[d].in, f[d].each - 1), f[d].holes);
		if (!conv_difference(g, f[d].out, fallen, &f[d].behind))
			return false;
		f[d].behind += f[d].at;
		all *= f[d].holes;
		terms *= f[d].each;
		once &= f[d].window == f[d].holes;
	}
	int64_t last = f[c->nspatial - 1].holes;
	return (all > FEW || (once && all > 1 && c->in_features > 1)) &&
	       terms * (last <= PLAN_MAX_PIECES ? last : 1) <= TERMS_MOST;
}

bool plan_has_many_phases(struct graph *g, const struct node *n, const struct conv *c)
{
	struct fall f[SPATIAL];

	return c->nspatial >= 1 && c->nspatial <= SPATIAL && conv_knows_features(n, n->in) &&
	       !n->type->quant && !n->in[0]->type->quant && !n->in[1]->type->quant && c->batch &&
	       (node_skips_holes(n) || (!dtype_is_float(n->in[1]->type->dtype) &&
					       !dtype_is_complex(n->in[1]->type->dtype))) &&
	       fits(g, n, c, f);
}

/* Does one product fall on each place, of all features? */
static bool falls_once(const struct conv *c, const struct fall *f)
{
	bool once = c->groups == 1;

	for (uint32_t d = 0; d < c->nspatial; d++)
		once &= f[d].each == 1 && f[d].window == f[d].holes;
	return once;
}

enum conv_wish plan_many_phases_wish(
	struct graph *g, const struct node *n, const struct conv *c)
{
	struct fall f[SPATIAL];

	return fits(g, n, c, f) && falls_once(c, f) ? CONV_either : CONV_first;
}

/* One that falls once, features last: places by phases and features, as the result lies but for the
 * order of its lines.  As [batch, features, all places]. */
static const struct node *fallen_last(
	struct graph *g, const struct node *n, const struct conv *c, const struct fall *f)
{
	uint32_t s = c->nspatial, k = 1;
	int64_t perm[2 + 2 * SPATIAL] = { 0 }, dims[2 + 2 * SPATIAL], order[2 + SPATIAL],
		places[2] = { c->batch, c->in_features }, parts[2 + SPATIAL], turned[2 + SPATIAL],
		flat[2] = { c->out_features * c->window, c->in_features };

	order[0] = node_int(n, KEY_input_batch_dimension, 0);
	order[1 + s] = node_int(n, KEY_input_feature_dimension, 1);
	dims[0] = c->batch;
	dims[1 + 2 * s] = parts[1] = c->out_features;
	parts[0] = c->in_features;
	for (uint32_t d = 0; d < s; d++) {
		order[1 + d] = c->in_spatial[d];
		places[0] = dim_mul(g, places[0], f[d].in);
		dims[1 + d] = f[d].in;
		dims[1 + s + d] = parts[2 + d] = f[d].holes;
		turned[d] = 2 + d;
		perm[k++] = 1 + d;
		perm[k++] = 1 + s + d;
	}
	turned[s] = 1;
	turned[s + 1] = 0;
	perm[k] = k;
	const struct node *w = build_reshape(g, weights(g, n, c, f), 2 + s, parts);
	w = build_reshape(g, build_transpose(g, w, turned), 2, flat);
	const struct node *x = plan_reshape(g, build_transpose(g, n->in[0], order), 2, places);
	const struct node *y = build_dot_over(g, x, 1, w, 1, n->type->dtype);
	y = build_transpose(g, plan_reshape(g, y, 2 + 2 * s, dims), perm);
	for (uint32_t d = 0; d < s; d++)
		dims[1 + d] = dim_mul(g, f[d].in, f[d].holes);
	dims[1 + s] = c->out_features;
	perm[1] = 1 + s;
	for (uint32_t d = 0; d < s; d++)
		perm[2 + d] = 1 + d;
	return build_transpose(g, plan_reshape(g, y, 2 + s, dims), perm);
}

const struct node *plan_lower_many_phases(
	struct graph *g, const struct node *n, const struct conv *c)
{
	struct fall f[SPATIAL];
	const struct node *part[PLAN_MAX_PIECES];
	enum dtype t = n->type->dtype, sums = dtype_is_narrow(t) ? DTYPE_f32 : t;
	int64_t dims[2 + SPATIAL];
	bool adds = false;

	if (!plan_has_many_phases(g, n, c) || !fits(g, n, c, f))
		return NULL;
	if (falls_once(c, f) && node_int(n, KEY_output_feature_dimension, 1) == 1 + c->nspatial &&
		node_int(n, KEY_input_feature_dimension, 1) == 1 + c->nspatial)
		return result(g, n, fallen_last(g, n, c, f), c, f);
	for (uint32_t d = 0; d < c->nspatial; d++)
		adds |= f[d].each != 1;
	const struct node *y = products(g, n, c, f, adds ? sums : t);
	int64_t phases = f[c->nspatial - 1].holes;
	if (phases > 1 && phases <= PLAN_MAX_PIECES) {
		for (int64_t i = 0; i < phases; i++)
			part[i] = sum(g, y, c, f, i, 1, t);
		y = build_concat(g, (uint32_t)phases, part, part[0]->type->rank - 1);
	} else {
		y = sum(g, y, c, f, 0, phases, t);
	}
	dims[0] = c->batch;
	dims[1] = c->out_features;
	for (uint32_t d = 0; d < c->nspatial; d++)
		dims[2 + d] = dim_mul(g, y->type->dims[3 + 2 * d], f[d].holes);
	return result(g, n, plan_reshape(g, y, 2 + c->nspatial, dims), c, f);
}
