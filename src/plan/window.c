/* window.c -- a convolution as a contraction that reads its columns from the padded input.
 *
 * The input is padded once, and where the stride is s, what s apart lies is put side by side: s
 * planes a dim (space to depth).  Then what one tap of the window reads of a feature, for all
 * positions of the result in order, is one run of the plane; only where a row of the result ends
 * and the next begins are there places between, which whoever packs the run leaves out.
 *
 *     a plane, padded, row_all wide      3 x 3 taps, result `row` wide
 *       p p p p p p                        run of tap (0, 0)  a b c d . . e f g h
 *       p a b c d p                        run of tap (0, 1)  one further on
 *       p e f g h p                        run of tap (1, 0)  row_all further on
 *
 * So windows are never copied out (im2col): k counts features and taps, and a tap is an offset.
 * Of three spatial dims, places along the first are one contraction each.  Of windows of one place
 * the run is all places, however many there are (plan_lower_planes).
 * (The idea of Dukhan, The Indirect Convolution Algorithm, 2019, with offsets for pointers.) */
#include "ir/build.h"
#include "plan/conv.h"
#include <string.h>

#define SPATIAL 3                        /* dims, at most; the ones that are not come first */
#define WASTE_MOST 1.34                  /* columns multiplied for one that is stored */
#define PLACES_MOST (1 << 20)            /* thought of where any number is */

/* A spatial dim. */
struct along {
	int64_t in, out, window, stride, dilation, low, interior;
	int64_t planes, extent;          /* after padding: of one plane */
	int64_t take;                    /* a window of one place: every how manieth is read */
};

static bool along_of(const struct node *n, const struct node *const *in, const struct conv *c,
	uint32_t d, struct along *a)
{
	*a = (struct along){
		.in = in[0]->type->dims[c->in_spatial[d]],
		.out = n->type->dims[c->out_spatial[d]],
		.window = in[1]->type->dims[c->kernel_spatial[d]],
		.stride = node_int_at(n, KEY_window_strides, d, 1),
		.dilation = node_int_at(n, KEY_rhs_dilation, d, 1),
		.interior = node_int_at(n, KEY_lhs_dilation, d, 1) - 1,
		.low = node_int_at(n, KEY_padding, 2 * d, 0),
		.take = 1,
	};
	if (a->in < 1 || a->out < 1 || a->window < 1)
		return false;
	if (a->window == 1) {
		a->take = a->stride;
		a->stride = 1;
	}
	int64_t reach = (a->out - 1) * a->stride + (a->window - 1) * a->dilation + 1;
	a->planes = a->stride;
	a->extent = (reach + a->stride - 1) / a->stride;
	return true;
}

/* The input as [batch, features, spatial], padded to whole planes. */
static const struct node *padded(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c, const struct along *a)
{
	int64_t perm[2 + SPATIAL], low[2 + SPATIAL] = { 0 }, high[2 + SPATIAL] = { 0 },
		interior[2 + SPATIAL] = { 0 };
	int64_t start[2 + SPATIAL] = { 0 }, step[2 + SPATIAL] = { 1, 1 };
	bool pads = false, takes = false;
	perm[0] = node_int(n, KEY_input_batch_dimension, 0);
	perm[1] = node_int(n, KEY_input_feature_dimension, 1);
	for (uint32_t d = 0; d < c->nspatial; d++) {
		int64_t whole = (a[d].in - 1) * (a[d].interior + 1) + 1;
		int64_t need = ((a[d].extent * a[d].planes) - 1) * a[d].take + 1;
		perm[2 + d] = c->in_spatial[d];
		low[2 + d] = a[d].low;
		interior[2 + d] = a[d].interior;
		high[2 + d] = need - a[d].low - whole;
		step[2 + d] = a[d].take;
		pads |= low[2 + d] || high[2 + d] || interior[2 + d];
		takes |= a[d].take != 1;
	}
	x = build_transpose(g, x, perm);
	if (pads)
		x = build_pad(
			g, x, build_scalar(g, x->type->dtype, 0), low, high, interior);
	return takes ? build_slice(g, x, start, x->type->dims, step) : x;
}

/* What s apart lies side by side: [..., extent * planes, ...] becomes [..., planes, ..., extent,
 * ...]. */
static const struct node *to_planes(
	struct graph *g, const struct node *x, uint32_t nspatial, const struct along *a)
{
	int64_t dims[2 + 2 * SPATIAL], perm[2 + 2 * SPATIAL] = { 0, 1 };
	bool any = false;
	dims[0] = x->type->dims[0];
	dims[1] = x->type->dims[1];
	for (uint32_t d = 0; d < nspatial; d++) {
		dims[2 + 2 * d] = a[d].extent;
		dims[3 + 2 * d] = a[d].planes;
		perm[2 + d] = 3 + 2 * d;
		perm[2 + nspatial + d] = 2 + 2 * d;
		any |= a[d].planes != 1;
	}
	if (!any)
		return x;
	return build_transpose(g, build_reshape(g, x, 2 + 2 * nspatial, dims), perm);
}

/* Places of the taps, and how the result's rows lie. */
static void lay_out(const struct along *a, struct windows *w)
{
	int64_t sheet = a[1].extent * a[2].extent, plane = a[0].extent * sheet;

	w->feature = a[0].planes * a[1].planes * a[2].planes * plane;
	for (int64_t h = 0; h < a[0].window; h++)
		for (int64_t i = 0; i < a[1].window; i++)
			for (int64_t j = 0; j < a[2].window; j++) {
				int64_t z = h * a[0].dilation, y = i * a[1].dilation,
					x = j * a[2].dilation;
				int64_t of = (z % a[0].planes * a[1].planes + y % a[1].planes) *
					a[2].planes + x % a[2].planes;
				int64_t at = z / a[0].planes * sheet +
					y / a[1].planes * a[2].extent + x / a[2].planes;
				w->tap[w->taps++] = (int32_t)(of * plane + at);
			}
	w->sheets = a[0].out;
	w->sheet = sheet;
	w->n = a[1].out * a[2].out;
	if (a[1].out > 1 && a[2].extent != a[2].out) {
		w->row = a[2].out;
		w->row_all = a[2].extent;
	}
}

/* Do tiles waste little on each image's last panel, beside patches, which know none, and are rows
 * so long that a vector is in few? */
static bool wastes_little(
	const struct windows *w, const struct conv *c, const struct plan_options *o)
{
	int64_t panel = isa_table[o->isa].cols, whole = (w->n + panel - 1) / panel * panel;
	double other = (double)c->positions;
	if (w->images == 1)
		other = (double)((c->positions + panel - 1) / panel * panel);
	return (!w->row_all || contract_row_pieces(w->row) <= PLAN_ROW_PIECES) &&
	       (double)(w->sheets * whole) <= WASTE_MOST * other;
}

static bool in_order(const struct node *n, const struct conv *c)
{
	bool so = node_int(n, KEY_output_batch_dimension, 0) == 0 &&
		  node_int(n, KEY_output_feature_dimension, 1) == 1;
	for (uint32_t d = 0; d < c->nspatial; d++)
		so = so && c->out_spatial[d] == 2 + d;
	return so;
}

const struct node *plan_lower_windows(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o)
{
	const struct along none = { .out = 1, .window = 1, .planes = 1, .extent = 1 };
	struct along a[SPATIAL] = { none, none };
	if (c->nspatial < 1 || c->nspatial > SPATIAL || c->window < 1 ||
		c->window > PLAN_MAX_TAPS || c->out_features < 1 || c->in_features < 1 ||
		!in_order(n, c))
		return NULL;
	struct along *spatial = a + SPATIAL - c->nspatial;
	for (uint32_t d = 0; d < c->nspatial; d++)
		if (!along_of(n, in, c, d, &spatial[d]))
			return NULL;
	struct windows w = {
		.images = c->batch, .groups = c->groups, .features = c->in_features
	};
	lay_out(a, &w);
	if (w.feature > INT32_MAX || !wastes_little(&w, c, o))
		return NULL;
	w.x = to_planes(g, padded(g, n, in[0], c, spatial), c->nspatial, spatial);
	/* a group's features apart from the groups, for the contraction to find its m */
	int64_t dims[3 + SPATIAL] = { c->batch, a[0].out, c->groups, c->out_features / c->groups,
		a[1].out, a[2].out };
	const struct type *t = type_tensor(g, n->type->dtype, 3 + SPATIAL, dims);
	const struct node *y =
		plan_contract_windows(g, conv_rows_made(g, n, in[1], c, o), &w, t, o);
	if (!y)
		return NULL;
	const int64_t perm[3 + SPATIAL] = { 0, 2, 3, 1, 4, 5 };
	if (a[0].out != 1)
		y = build_transpose(g, y, perm);
	return build_reshape(g, y, n->type->rank, n->type->dims);
}

/* ---- of any size ----------------------------------------------------------------------------- */

bool plan_is_planes(const struct node *n, const struct node *const *in, const struct conv *c)
{
	const struct type *x = in[0]->type;
	bool any = false, one = c->nspatial >= 1 && c->nspatial <= SPATIAL && c->window == 1 &&
		conv_knows_features(n, in) && c->in_features > 0 && in_order(n, c) &&
		node_int(n, KEY_input_batch_dimension, 0) == 0 &&
		node_int(n, KEY_input_feature_dimension, 1) == 1;

	for (uint32_t d = 0; one && d < c->nspatial; d++) {
		any |= x->dims[2 + d] < 0;
		one = c->in_spatial[d] == 2 + d && node_int_at(n, KEY_padding, 2 * d, 0) == 0 &&
			node_int_at(n, KEY_padding, 2 * d + 1, 0) <= 0 &&
			node_int_at(n, KEY_lhs_dilation, d, 1) == 1;
	}
	return one && any;
}

/* The places that the windows are of, which lie as the result's. */
static const struct node *places_read(
	struct graph *g, const struct node *n, const struct node *x, const struct conv *c)
{
	int64_t start[2 + SPATIAL] = { 0 }, step[2 + SPATIAL] = { 1, 1 }, limit[2 + SPATIAL];

	limit[0] = x->type->dims[0];
	limit[1] = x->type->dims[1];
	for (uint32_t d = 0; d < c->nspatial; d++) {
		step[2 + d] = node_int_at(n, KEY_window_strides, d, 1);
		limit[2 + d] = dim_add(g, 1, dim_mul(g, step[2 + d],
			dim_sub(g, n->type->dims[2 + d], 1)));
	}
	return plan_slice(g, x, start, limit, step);
}

const struct node *plan_lower_planes(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o)
{
	if (!plan_is_planes(n, in, c))
		return NULL;
	int64_t last = n->type->dims[1 + c->nspatial], before = 1;
	double typical = conv_extent(g, last);
	for (uint32_t d = 0; d + 1 < c->nspatial; d++) {
		before = dim_mul(g, before, n->type->dims[2 + d]);
		typical *= conv_extent(g, n->type->dims[2 + d]);
	}
	const struct windows w = { .x = places_read(g, n, in[0], c), .images = c->batch,
		.groups = c->groups, .features = c->in_features, .feature = c->positions,
		.sheets = 1, .n = c->positions, .taps = 1,
		.typical = typical < PLACES_MOST ? (int64_t)typical : PLACES_MOST };
	const int64_t dims[3 + SPATIAL] = { c->batch, 1, c->groups, c->out_features / c->groups,
		before, last };
	const struct node *y = plan_contract_windows(g, conv_rows_made(g, n, in[1], c, o), &w,
		type_tensor(g, n->type->dtype, 3 + SPATIAL, dims), o);
	return y ? plan_reshape(g, y, n->type->rank, n->type->dims) : NULL;
}
