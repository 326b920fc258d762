/* window_wide.c -- a convolution of few places by windows nearly as large as the image, as the
 * gradient by the weights is one: a contraction whose rows are the image as it lies.
 *
 * The window is made as wide as the padded image, with zeros.  Then what all of it reads from one
 * place on is a single run of the image, and the next place's begins one element further on:
 *
 *     image, padded            window 2 x 2, made 2 x 3: a b 0 c d
 *       p q r                    place (0, 0)  p q r s t      place (1, 0)  s t u v w
 *       s t u                    place (0, 1)  q r s t u      place (1, 1)  t u v w x
 *       v w x
 *
 * So rows are places, read where they lie: a span is a line of places of an image, a batch a line
 * of all images, k runs over the window's elements.  Windows are the columns, packed.  Patches,
 * which copy every place's window, would write the image once a place.  (As in window.c, and the
 * zeros multiply what lies between: of an image that has an infinity, places that do not reach it
 * may be NaN beside those that do.) */
#include "ir/build.h"
#include "plan/plan_impl.h"

#define SPATIAL 2
/* What an element of patches costs, and one of a result that is not written in order, beside a
 * product: measured, roughly. */
#define PATCH 50.0
#define TURNED 10.0
#define COLUMNS 16                       /* are multiplied at once */

struct wide {
	int64_t window[SPATIAL], out[SPATIAL], extent[SPATIAL], low[SPATIAL], high[SPATIAL];
	int64_t run;                             /* of a feature, the window's */
};

/* A spatial dim of the image, or of size 1. */
static bool wide_of(const struct node *n, const struct node *const *in, const struct conv *c,
	struct wide *w)
{
	const struct type *x = in[0]->type, *k = in[1]->type;

	*w = (struct wide){ .window = { 1, 1 }, .out = { 1, 1 }, .extent = { 1, 1 } };
	for (uint32_t d = 0; d < c->nspatial; d++) {
		uint32_t to = SPATIAL - c->nspatial + d;
		if (node_int_at(n, KEY_window_strides, d, 1) != 1 ||
			node_int_at(n, KEY_lhs_dilation, d, 1) != 1 ||
			node_int_at(n, KEY_rhs_dilation, d, 1) != 1)
			return false;
		w->window[to] = k->dims[c->kernel_spatial[d]];
		w->out[to] = n->type->dims[c->out_spatial[d]];
		w->extent[to] = w->out[to] + w->window[to] - 1;
		w->low[to] = node_int_at(n, KEY_padding, 2 * d, 0);
		w->high[to] = w->extent[to] - w->low[to] - x->dims[c->in_spatial[d]];
	}
	w->run = (w->window[0] - 1) * w->extent[1] + w->window[1];
	return true;
}

/* Do a line's zeros and a result that is written out of order cost less than patches? */
static bool pays(const struct conv *c, const struct wide *w)
{
	double k = (double)(c->in_features * c->window), run = (double)(c->in_features * w->run);

	double columns = (double)((c->out_features + COLUMNS - 1) / COLUMNS * COLUMNS);

	return PATCH * k > columns * (TURNED + run - k);
}

static bool fits(const struct node *n, const struct node *const *in, const struct conv *c,
	const struct plan_options *o)
{
	const struct type *x = in[0]->type;

	if (o->strict || c->nspatial < 1 || c->nspatial > SPATIAL || c->groups != 1 ||
		!type_is_static(x) || !type_is_static(in[1]->type) || !type_is_static(n->type) ||
		n->type->dtype != DTYPE_f32 || x->dtype != DTYPE_f32 ||
		in[1]->type->dtype != DTYPE_f32)
		return false;
	return c->window > PLAN_MAX_TAPS && c->positions > 1;
}

const struct node *plan_wide_image(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c, const int64_t *before, const int64_t *behind)
{
	int64_t perm[2 + SPATIAL], low[2 + SPATIAL] = { 0 }, high[2 + SPATIAL] = { 0 },
		none[2 + SPATIAL] = { 0 };

	perm[0] = node_int(n, KEY_input_feature_dimension, 1);
	perm[1] = node_int(n, KEY_input_batch_dimension, 0);
	for (uint32_t d = 0; d < c->nspatial; d++) {
		uint32_t of = SPATIAL - c->nspatial + d;
		perm[2 + d] = c->in_spatial[d];
		low[2 + d] = before[of];
		high[2 + d] = behind[of];
	}
	x = build_transpose(g, x, perm);
	return build_pad(g, x, build_scalar(g, x->type->dtype, 0), low, high, none);
}

/* The windows, as wide as the image, as a matrix [out features, features * run]. */
static const struct node *matrix(struct graph *g, const struct node *n, const struct node *k,
	const struct conv *c, const struct wide *w)
{
	const int64_t dims[4] = { c->out_features, c->in_features, w->window[0], w->window[1] },
		      lines[3] = { dims[0], dims[1], w->window[0] * w->extent[1] },
		      runs[3] = { dims[0], dims[1], w->run },
		      flat[2] = { dims[0], dims[1] * w->run }, none[4] = { 0 },
		      high[4] = { 0, 0, 0, w->extent[1] - w->window[1] }, ones[3] = { 1, 1, 1 };

	k = build_reshape(g, conv_rows(g, n, k, c), 4, dims);
	k = build_pad(g, k, build_scalar(g, k->type->dtype, 0), none, high, none);
	k = build_slice(g, build_reshape(g, k, 3, lines), none, runs, ones);
	return build_reshape(g, k, 2, flat);
}

const struct node *plan_lower_wide(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o)
{
	struct wide w;
	int64_t perm[PLAN_MAX_RANK];

	if (!fits(n, in, c, o) || !wide_of(n, in, c, &w) || !pays(c, &w))
		return NULL;
	int64_t plane = w.extent[0] * w.extent[1];
	struct places p = {
		.x = plan_wide_image(g, n, in[0], c, w.low, w.high),
		.images = w.out[0],
		.image = w.extent[1],
		.features = 1,
		.m = c->batch * w.out[1],
		.k = c->in_features * w.run,
		.span = w.out[1],
		.step = 1,
		.span_pitch = plane,
		.bands = c->in_features,
		.band_pitch = c->batch * plane,
	};
	if (!plan_places_fit(&p, DTYPE_f32, o))
		return NULL;
	const struct type *t = type_tensor(g, n->type->dtype, 4,
		(const int64_t[]){ w.out[0], c->batch, w.out[1], c->out_features });
	const struct node *y = plan_contract_places(g, &p, matrix(g, n, in[1], c, &w), t, o);
	/* [lines, batch, places, features], or without the lines, which are one */
	perm[node_int(n, KEY_output_batch_dimension, 0)] = 1;
	perm[node_int(n, KEY_output_feature_dimension, 1)] = 3;
	for (uint32_t d = 0; d < c->nspatial; d++)
		perm[c->out_spatial[d]] = SPATIAL - c->nspatial + d ? 2 : 0;
	if (c->nspatial == 1) {
		const int64_t few[3] = { c->batch, w.out[1], c->out_features };
		for (uint32_t d = 0; d < 3; d++)
			perm[d]--;
		y = build_reshape(g, y, 3, few);
	}
	return build_transpose(g, y, perm);
}
