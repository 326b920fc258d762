/* window_any.c -- a convolution of images of any height and width: a contraction whose rows are
 * windows of its padded input, features last, gathered from it in runs (gen/contract_run.c).
 *
 * Of known sizes a tile reads windows where they lie, lines of the result being cut as they fit
 * (window_last.c).  Where a line may have any length nothing fits: rows are all places of all
 * images, of which a block's windows are copied beside each other, as they are multiplied.  That
 * takes a load and a store for as many products as the result has features.
 *
 *     one image, 2 features         row 0  a a b b e e f f
 *       a a b b c c d d             row 1  b b c c f f g g
 *       e e f f g g h h             row 2  c c d d g g h h
 *
 * A line of a window is one run of the image; in groups, or where the window has holes, a place of
 * a group is. */
#include "ir/build.h"
#include "plan/conv.h"

#define SPATIAL PLAN_RUNS

/* A spatial dim, of size 1 where there is none; extents may be symbolic. */
struct any_dim {
	int64_t window, holes, out, step, low, high;
	int64_t extent, pitch;           /* of the padded image; from a place to the next */
};

static void dims_of(struct graph *g, const struct node *n, const struct conv *c,
	struct any_dim *a)
{
	int64_t pitch = c->features;

	for (uint32_t d = SPATIAL; d-- > 0;) {
		a[d] = (struct any_dim){ 1, 1, 1, 1, 0, 0, 1, pitch };
		if (d < SPATIAL - c->nspatial)
			continue;
		uint32_t i = d - (SPATIAL - c->nspatial);
		int64_t high = node_int_at(n, KEY_padding, 2 * i + 1, 0);
		a[d].window = n->in[1]->type->dims[c->kernel_spatial[i]];
		a[d].holes = node_int_at(n, KEY_rhs_dilation, i, 1);
		a[d].out = n->type->dims[c->out_spatial[i]];
		a[d].step = node_int_at(n, KEY_window_strides, i, 1);
		a[d].low = node_int_at(n, KEY_padding, 2 * i, 0);
		a[d].high = high > 0 ? high : 0; /* what is cut off no window reads */
		a[d].extent = dim_add(
			g, n->in[0]->type->dims[c->in_spatial[i]], a[d].low + a[d].high);
		pitch = dim_mul(g, pitch, a[d].extent);
	}
}

bool plan_is_any(const struct node *n, const struct node *const *in, const struct conv *c,
	const struct plan_options *o)
{
	const struct type *x = in[0]->type, *w = in[1]->type;
	enum dtype t = x->dtype;
	const struct contract pairs = { .rows_type = t, .cols_type = t, .acc = DTYPE_f32 };
	bool known = t == DTYPE_f64 || t == DTYPE_f32 || t == DTYPE_bf16 || t == DTYPE_f16;
	bool any = false;

	if (!known || w->dtype != t || n->type->dtype != t || x->quant || w->quant ||
		c->nspatial < 1 || c->nspatial > SPATIAL || !conv_knows_features(n, in) ||
		!type_elements(w) || contract_has_squares(&pairs, &isa_table[o->isa], o->strict))
		return false;
	for (uint32_t d = 0; d < c->nspatial; d++) {
		any |= x->dims[c->in_spatial[d]] < 0;
		if (node_int_at(n, KEY_lhs_dilation, d, 1) != 1 ||
			node_int_at(n, KEY_padding, 2 * d, 0) < 0)
			return false;
	}
	return any;
}

/* How rows and k lie in the image. */
static void gather(struct graph *g, struct contract *k, const struct conv *c,
	const struct any_dim *a)
{
	bool lines = c->groups == 1 && a[SPATIAL - 1].holes == 1;
	struct contract_runs *r = &k->runs;

	k->m = c->batch;
	for (uint32_t d = 0; d < SPATIAL; d++) {
		k->m = dim_mul(g, k->m, a[d].out);
		r->runs[d] = a[d].window;
		r->pitch[d] = dim_mul(g, a[d].holes, a[d].pitch);
		r->places[d] = a[d].out;
		r->step[d] = dim_mul(g, a[d].step, a[d].pitch);
	}
	r->run = c->in_features;
	if (lines) {
		r->run *= r->runs[SPATIAL - 1];
		r->runs[SPATIAL - 1] = 1;
	}
	r->planes = 1;
	k->pieces = r->runs[SPATIAL - 1];
	k->bands = a[0].window * a[1].window * k->pieces;
	k->rows_m = dim_mul(g, a[0].extent, a[0].pitch);
}

/* The weights, [groups, out features of a group, window, features]; one group has no dim. */
static const struct node *columns(struct graph *g, const struct node *n, const struct node *w,
	const struct conv *c)
{
	int64_t each = c->out_features / c->groups;
	const int64_t apart[4] = { c->groups, each, c->in_features, c->window },
		      perm[4] = { 0, 1, 3, 2 },
		      flat[3] = { c->groups, each, c->in_features * c->window };
	bool one = c->groups == 1;

	w = build_reshape(g, conv_rows(g, n, w, c), 4, apart);
	return build_reshape(g, build_transpose(g, w, perm), one ? 2 : 3, flat + one);
}

/* [groups, batch, places..., out features of a group] in the order of n; one group has no dim. */
static const struct node *result(struct graph *g, const struct node *n, const struct node *y,
	const struct conv *c)
{
	int64_t perm[3 + SPATIAL];
	uint32_t at = 0, before = c->groups != 1;

	for (uint32_t d = 0; d < n->type->rank; d++) {
		uint32_t i = 0;
		if (d == node_int(n, KEY_output_batch_dimension, 0)) {
			perm[at++] = before;
			continue;
		}
		if (d == node_int(n, KEY_output_feature_dimension, 1)) {
			if (before)
				perm[at++] = 0;
			perm[at++] = before + 1 + c->nspatial;
			continue;
		}
		while (c->out_spatial[i] != d)
			i++;
		perm[at++] = before + 1 + i;
	}
	return plan_reshape(g, build_transpose(g, y, perm), n->type->rank, n->type->dims);
}

const struct node *plan_lower_any(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o)
{
	struct any_dim a[SPATIAL];
	enum dtype t = in[0]->type->dtype;
	struct contract k = { .rows_are_lhs = true, .cols_packed = true, .rows_k = 1,
		.rows_type = t, .cols_type = t, .acc = t == DTYPE_f64 ? t : DTYPE_f32,
		.panel = isa_table[o->isa].cols, .left = 1 + c->nspatial, .right = 1 };
	int64_t low[SPATIAL + 1] = { 0 }, high[SPATIAL + 1] = { 0 }, dims[3 + SPATIAL];
	uint32_t at = 0;

	if (!plan_is_any(n, in, c, o))
		return NULL;
	dims_of(g, n, c, a);
	gather(g, &k, c, a);
	k.n = c->out_features / c->groups;
	k.k = c->in_features * c->window;
	if (c->groups != 1) {
		k.nbatch = 1;
		k.batch[0] = dims[at++] = c->groups;
		k.rows_batch[0] = c->in_features;
	}
	dims[at++] = c->batch;
	for (uint32_t d = 0; d < c->nspatial; d++) {
		low[d] = a[SPATIAL - c->nspatial + d].low;
		high[d] = a[SPATIAL - c->nspatial + d].high;
		dims[at++] = n->type->dims[c->out_spatial[d]];
	}
	dims[at++] = k.n;
	const struct node *y = plan_contract_runs(g, &k, conv_image_last(g, n, in[0], c, low, high),
		columns(g, n, in[1], c), type_tensor(g, t, at, dims), o);
	return result(g, n, y, c);
}
