/* window_line.c -- a convolution in groups of few places by large windows, as the gradient by the
 * weights of a depthwise one is: dot products of lines.
 *
 * A group has too few features for panels.  But a window made as wide as the padded image, with
 * zeros, meets one run of the image from each place on, so that every number of the
 * result is the product of two runs as they lie, whose lanes run along k (gen/contract_line.c):
 *
 *     image, padded            window 2 x 2, made 2 x 3: a b 0 c d
 *       p q r                    place (0, 0)  p q r s t      place (0, 1)  q r s t u
 *       s t u                    place (1, 0)  s t u v w
 *       v w x
 *
 * Of one feature a group, rows are places side by side and the window the column; of several, rows
 * are windows and columns images.  Features of the image that are summed, the images of such a
 * gradient, are summed last: a sum has parts of no more than a run. */
#include "ir/build.h"
#include "plan/conv.h"

#define SPATIAL 2
#define ROWS_MOST 8                      /* whose sums registers hold */
#define WINDOW_LEAST 50                  /* taps: of fewer there are other ways */
#define RUN_LEAST 48                     /* elements: of fewer, patches are as good */
#define HOLES_MOST 4                     /* products with zeros for one without */

struct run {
	int64_t places[SPATIAL], step[SPATIAL], holes[SPATIAL], window[SPATIAL];
	int64_t reach[SPATIAL];          /* of a window: places it spans */
	int64_t extent[SPATIAL], low[SPATIAL], high[SPATIAL];       /* of the padded image */
	int64_t k, image, kernel;        /* elements: of a run, and of one feature */
	int64_t features;                /* of a group that the window has */
};

static bool run_of(const struct node *n, const struct node *const *in, const struct conv *c,
	struct run *r)
{
	*r = (struct run){ .places = { 1, 1 }, .step = { 1, 1 }, .holes = { 1, 1 },
		.window = { 1, 1 }, .reach = { 1, 1 }, .extent = { 1, 1 } };
	for (uint32_t d = 0; d < c->nspatial; d++) {
		uint32_t to = SPATIAL - c->nspatial + d;
		if (node_int_at(n, KEY_lhs_dilation, d, 1) != 1)
			return false;
		r->places[to] = n->type->dims[c->out_spatial[d]];
		r->step[to] = node_int_at(n, KEY_window_strides, d, 1);
		r->holes[to] = node_int_at(n, KEY_rhs_dilation, d, 1);
		r->window[to] = in[1]->type->dims[c->kernel_spatial[d]];
		r->reach[to] = (r->window[to] - 1) * r->holes[to] + 1;
		r->extent[to] = (r->places[to] - 1) * r->step[to] + r->reach[to];
		r->low[to] = node_int_at(n, KEY_padding, 2 * d, 0);
		r->high[to] = r->extent[to] - r->low[to] - in[0]->type->dims[c->in_spatial[d]];
	}
	r->k = (r->reach[0] - 1) * r->extent[1] + r->reach[1];
	r->image = r->extent[0] * r->extent[1];
	r->kernel = r->reach[0] * r->extent[1];
	r->features = c->out_features / c->groups;
	return r->k >= RUN_LEAST && r->k <= HOLES_MOST * c->window * 3 / 2;
}

static bool fits(const struct node *n, const struct node *const *in, const struct conv *c,
	const struct plan_options *o)
{
	const struct type *x = in[0]->type, *w = in[1]->type;
	bool known = x->dtype == DTYPE_f32 || x->dtype == DTYPE_bf16 || x->dtype == DTYPE_f16;

	return !o->strict && c->nspatial >= 1 && c->nspatial <= SPATIAL && c->groups > 1 &&
	       type_is_static(x) && type_is_static(w) && type_is_static(n->type) &&
	       type_elements(x) && type_elements(w) && !x->quant && !w->quant && known &&
	       w->dtype == x->dtype &&
	       (n->type->dtype == x->dtype || n->type->dtype == DTYPE_f32) &&
	       c->window >= WINDOW_LEAST && c->positions < c->window &&
	       c->out_features / c->groups <= ROWS_MOST && c->batch <= ROWS_MOST;
}

/* The windows as [groups * in features, out features of a group, reach as wide as the image]. */
static const struct node *kernels_of(struct graph *g, const struct node *n, const struct node *w,
	const struct conv *c, const struct run *r)
{
	const int64_t dims[5] = { c->groups, r->features, c->in_features, r->window[0],
			      r->window[1] },
		      perm[5] = { 0, 2, 1, 3, 4 }, none[5] = { 0 },
		      high[5] = { 0, 0, 0, 0, r->extent[1] - r->reach[1] },
		      inside[5] = { 0, 0, 0, r->holes[0] - 1, r->holes[1] - 1 };

	w = build_transpose(g, build_reshape(g, conv_rows(g, n, w, c), 5, dims), perm);
	return build_pad(g, w, build_scalar(g, w->type->dtype, 0), none, high, inside);
}

/* [groups * in features, lines, places, out features of a group, batch], the features not yet
 * summed. */
static const struct node *products(struct graph *g, const struct node *x, const struct node *w,
	const struct conv *c, const struct run *r, const struct plan_options *o)
{
	int64_t each = c->groups * c->in_features;
	bool alone = r->features == 1 && c->batch == 1 && r->places[1] <= ROWS_MOST;
	const int64_t dims[5] = { each, r->places[0], r->places[1], r->features, c->batch };
	struct contract a = { .rows_are_lhs = true, .k = r->k, .rows_k = 1, .cols_k = 1,
		.acc = DTYPE_f32, .rows_type = x->type->dtype, .cols_type = x->type->dtype,
		.nbatch = 2, .batch = { each, r->places[0], r->places[1] }, .left = 1,
		.right = 1 };

	if (alone) {
		a.m = r->places[1];
		a.n = 1;
		a.rows_m = r->step[1];
		a.cols_n = r->k;
		a.rows_batch[0] = r->image;
		a.cols_batch[0] = r->kernel;
		a.rows_batch[1] = r->step[0] * r->extent[1];
	} else {
		a.nbatch = 3;
		a.m = r->features;
		a.n = c->batch;
		a.rows_m = r->kernel;
		a.cols_n = r->image;
		a.rows_batch[0] = r->features * r->kernel;
		a.cols_batch[0] = c->batch * r->image;
		a.cols_batch[1] = r->step[0] * r->extent[1];
		a.cols_batch[2] = r->step[1];
	}
	const struct type *t = alone
		? type_tensor(g, DTYPE_f32, 4, (const int64_t[]){ each, dims[1], dims[2], 1 })
		: type_tensor(g, DTYPE_f32, 5, dims);
	const struct node *y = plan_contract_lines(g, &a, alone ? x : w, alone ? w : x, t, o);
	return build_reshape(g, y, 5, dims);
}

const struct node *plan_lower_lines(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o)
{
	struct run r;
	int64_t perm[PLAN_MAX_RANK];

	if (!fits(n, in, c, o) || !run_of(n, in, c, &r))
		return NULL;
	const struct node *y = products(g, conv_image(g, n, in[0], c,
		r.low + SPATIAL - c->nspatial, r.high + SPATIAL - c->nspatial),
		kernels_of(g, n, in[1], c, &r), c, &r, o);
	const int64_t apart[6] = { c->groups, c->in_features, r.places[0], r.places[1], r.features,
			      c->batch },
		      summed = 1, order[5] = { 4, 0, 3, 1, 2 },
		      whole[4] = { c->batch, c->out_features, r.places[0], r.places[1] },
		      line[3] = { c->batch, c->out_features, r.places[1] };
	y = build_reduce(g, OP_add, build_reshape(g, y, 6, apart), 1, &summed);
	y = build_transpose(g, build_unrounded(g, y, n->type->dtype), order);
	y = build_reshape(g, y, 2 + c->nspatial, c->nspatial == 1 ? line : whole);
	perm[node_int(n, KEY_output_batch_dimension, 0)] = 0;
	perm[node_int(n, KEY_output_feature_dimension, 1)] = 1;
	for (uint32_t d = 0; d < c->nspatial; d++)
		perm[c->out_spatial[d]] = 2 + d;
	return build_transpose(g, y, perm);
}
