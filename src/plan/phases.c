/* phases.c -- a convolution whose input has holes, as one without holes for each phase.
 *
 * Of an input dilated by s - a transposed convolution, or the gradient by the data of one with
 * stride s - a place of the result meets numbers only at every s-th tap, and which ones depends on
 * the place modulo s, its phase, alone.  So all places of a phase are a convolution of the input
 * as it is by those taps, stride 1, and the results of the phases lie side by side.  (Shi et al.,
 * Is the deconvolution layer the same as a convolutional layer?, 2016.)
 *
 *     taps a b c over an input dilated by 2     x . y . z        even places:  a c      of x y z
 *                                                 a b c          odd ones:     b
 *
 * The holes are zeros, and 0 times an infinity is NaN: a feature's places of a phase are NaN where
 * one of its weights at a tap that meets holes there is not finite.  Whether any weight is none is
 * asked first; which ones, in a branch.  A convolution of torch skips its holes. */
#include "ir/build.h"
#include "plan/conv.h"
#include <math.h>
#include <string.h>

#define PHASES_MOST 16
#define SPATIAL 3

/* A spatial dim. */
struct dilated {
	int64_t in, out, window, holes, dilation, low;
	int64_t each;                    /* places of a phase, the last of some left out */
	int64_t behind;                  /* `in` and as many are `each`; of a symbolic one */
	int64_t step;                    /* from one tap of a phase to its next */
};

/* A dim's part of a phase: its places, of a symbolic size all `each`, and taps, none: all are
 * holes. */
struct phase {
	int64_t number, places, first, taps;
	int64_t low;                     /* before the input */
};

static bool dilated_of(struct graph *g, const struct node *n, const struct conv *c, uint32_t d,
	struct dilated *a)
{
	*a = (struct dilated){
		.in = n->in[0]->type->dims[c->in_spatial[d]],
		.out = n->type->dims[c->out_spatial[d]],
		.window = n->in[1]->type->dims[c->kernel_spatial[d]],
		.holes = node_int_at(n, KEY_lhs_dilation, d, 1),
		.dilation = node_int_at(n, KEY_rhs_dilation, d, 1),
		.low = node_int_at(n, KEY_padding, 2 * d, 0),
	};
	if (!a->in || !a->out || a->window < 1 || node_int_at(n, KEY_window_strides, d, 1) != 1)
		return false;
	a->each = dim_ceildiv(g, a->out, a->holes);
	if (!conv_difference(g, a->each, a->in, &a->behind))
		return false;
	int64_t x = a->dilation, y = a->holes;
	while (y) {
		int64_t rest = x % y;
		x = y;
		y = rest;
	}
	a->step = a->holes / x;
	return true;
}

/* Place q * holes + p reads at q + (p + k * dilation - low) / holes, where that is whole. */
static struct phase phase_of(const struct dilated *a, int64_t p)
{
	struct phase f = { .number = p, .places = a->out < 0 ? a->each
		: p < a->out ? (a->out - p - 1) / a->holes + 1 : 0 };

	while (f.first < a->step && (p + f.first * a->dilation - a->low) % a->holes)
		f.first++;
	if (f.first < a->step && f.first < a->window)
		f.taps = (a->window - f.first - 1) / a->step + 1;
	f.low = -((p + f.first * a->dilation - a->low) / a->holes);
	return f;
}

/* The weights of a phase's taps. */
static const struct node *taps_of(struct graph *g, const struct node *n, const struct conv *c,
	const struct dilated *a, const struct phase *f)
{
	const struct node *w = n->in[1];
	int64_t start[PLAN_MAX_RANK] = { 0 }, limit[PLAN_MAX_RANK], step[PLAN_MAX_RANK];

	for (uint32_t i = 0; i < w->type->rank; i++) {
		limit[i] = w->type->dims[i];
		step[i] = 1;
	}
	for (uint32_t d = 0; d < c->nspatial; d++) {
		int64_t at = c->kernel_spatial[d], reach = (f[d].taps - 1) * a[d].step;
		bool turned = node_int_at(n, KEY_window_reversal, d, 0);
		start[at] = turned ? a[d].window - 1 - f[d].first - reach : f[d].first;
		limit[at] = start[at] + reach + 1;
		step[at] = a[d].step;
	}
	return build_slice(g, w, start, limit, step);
}

/* The convolution of one phase, its dims as n's. */
static const struct node *phase_conv(struct graph *g, const struct node *n, const struct conv *c,
	const struct dilated *a, const struct phase *f)
{
	int64_t ones[SPATIAL], dilation[SPATIAL], pad[2 * SPATIAL], dims[PLAN_MAX_RANK];
	struct attr_entry e[KEY_COUNT];
	uint32_t ne = 0;

	memcpy(dims, n->type->dims, n->type->rank * sizeof *dims);
	for (uint32_t d = 0; d < c->nspatial; d++) {
		ones[d] = 1;
		dilation[d] = a[d].step * a[d].dilation / a[d].holes;
		pad[2 * d] = f[d].low;
		pad[2 * d + 1] = (f[d].taps - 1) * dilation[d] - f[d].low +
			(f[d].places < 0 ? a[d].behind : f[d].places - a[d].in);
		dims[c->out_spatial[d]] = f[d].places;
	}
	for (uint32_t i = 0; i < n->attrs->n; i++) {
		enum key k = n->attrs->e[i].key;
		if (k != KEY_lhs_dilation && k != KEY_rhs_dilation && k != KEY_padding)
			e[ne++] = n->attrs->e[i];
	}
	e[ne++] = (struct attr_entry){ KEY_lhs_dilation, NULL, attr_ints(g, c->nspatial, ones) };
	e[ne++] = (struct attr_entry){ KEY_rhs_dilation, NULL,
		attr_ints(g, c->nspatial, dilation) };
	e[ne++] = (struct attr_entry){ KEY_padding, NULL, attr_ints(g, 2 * c->nspatial, pad) };
	return graph_node(g, &(struct node_spec){
		.op = OP_convolution, .nin = 2,
		.in = (const struct node *[]){ n->in[0], taps_of(g, n, c, a, f) },
		.attrs = attrs_cons(g, ne, e),
		.type = type_tensor(g, n->type->dtype, n->type->rank, dims) });
}

/* y of one phase, at `each` places a dim, every spatial dim followed by one of size 1. */
static const struct node *spread(struct graph *g, const struct node *n, const struct node *y,
	const struct conv *c, const struct dilated *a, const struct phase *f)
{
	int64_t dims[2 * PLAN_MAX_RANK], none[PLAN_MAX_RANK] = { 0 }, high[PLAN_MAX_RANK] = { 0 };
	uint32_t k = 0;

	for (uint32_t d = 0; d < c->nspatial; d++)
		high[c->out_spatial[d]] = a[d].out < 0 ? 0 : a[d].each - f[d].places;
	y = build_pad(g, y, build_scalar(g, y->type->dtype, 0), none, high, none);
	for (uint32_t i = 0; i < n->type->rank; i++) {
		dims[k++] = y->type->dims[i];
		for (uint32_t d = 0; d < c->nspatial; d++)
			if (c->out_spatial[d] == i)
				dims[k++] = 1;
	}
	return plan_reshape(g, y, k, dims);
}

/* ---- 0 times an infinity --------------------------------------------------------------------- */

/* i1, of w's shape: is it an infinity or NaN? */
static const struct node *not_finite(struct graph *g, const struct node *w)
{
	const struct node *zero = build_like(g, w, 0);

	return build_compare(g, "NE", build2(g, OP_multiply, w, zero), zero);
}

static const struct node *any_of(
	struct graph *g, const struct node *x, uint32_t ndims, const int64_t *dims)
{
	const struct node *n = build_reduce(g, OP_or, x, ndims, dims);
	const struct node *lowered = plan_lower_reduce(g, n, n->in);

	return lowered ? lowered : n;
}

/* Is any weight not finite?  Asked of what is there, before it was turned or moved. */
static const struct node *any_not_finite(struct graph *g, const struct node *w)
{
	int64_t dims[PLAN_MAX_RANK];

	while (w->op == OP_reverse || w->op == OP_transpose || w->op == OP_reshape)
		w = w->in[0];
	for (uint32_t d = 0; d < w->type->rank; d++)
		dims[d] = d;
	return any_of(g, not_finite(g, w), w->type->rank, dims);
}

/* [phases, taps]: does the tap, as weights lie, meet holes at the phase's places? */
static const struct node *holes_at(struct graph *g, const struct node *n, const struct conv *c,
	const struct dilated *a, int64_t all)
{
	const int64_t dims[] = { all, c->window };
	bool *at = job_array(graph_job(g), (size_t)(all * c->window), sizeof *at);

	for (int64_t i = 0; i < all * c->window; i++) {
		int64_t phase = i / c->window, tap = i % c->window;
		for (uint32_t d = c->nspatial; d-- > 0;) {
			bool turned = node_int_at(n, KEY_window_reversal, d, 0);
			int64_t k = tap % a[d].window, p = phase % a[d].holes;
			k = turned ? a[d].window - 1 - k : k;
			at[i] |= (p + k * a[d].dilation - a[d].low) % a[d].holes != 0;
			tap /= a[d].window;
			phase /= a[d].holes;
		}
	}
	return build_constant(g, type_tensor(g, DTYPE_i1, 2, dims), false, at);
}

/* i1 [phases, features]: has the feature a weight that makes NaN of the phase's holes?  NULL: there
 * is no such number. */
static const struct node *lost_features(struct graph *g, const struct node *n,
	const struct conv *c, const struct dilated *a, int64_t all)
{
	const struct node *w = n->in[1], *p, *flag, *result[2];
	const struct type *wt = w->type;
	const int64_t shape[] = { all, c->out_features }, taps[] = { c->out_features, c->window },
		      wide[] = { all, c->out_features, c->window }, last = 2,
		      at[] = { 1, 2 }, of[] = { 0, 2 },
		      in_feature = node_int(n, KEY_kernel_input_feature_dimension, 1);
	int64_t perm[PLAN_MAX_RANK];

	if (node_skips_holes(n) || (!dtype_is_float(wt->dtype) && !dtype_is_complex(wt->dtype)))
		return NULL;
	flag = any_not_finite(g, w);
	p = graph_parameter(g, 0, wt);
	perm[0] = node_int(n, KEY_kernel_output_feature_dimension, 0);
	for (uint32_t d = 0; d < c->nspatial; d++)
		perm[1 + d] = c->kernel_spatial[d];
	perm[1 + c->nspatial] = in_feature;
	const int64_t behind = c->nspatial + 1;
	const struct node *bad = any_of(g, build_transpose(g, not_finite(g, p), perm), 1, &behind);
	bad = build_broadcast(g, build_reshape(g, bad, 2, taps), 3, wide, at);
	const struct node *holes = build_broadcast(g, holes_at(g, n, c, a, all), 3, wide, of);
	result[0] = any_of(g, build2(g, OP_and, bad, holes), 1, &last);
	result[1] = build_full(g, type_tensor(g, DTYPE_i1, 2, shape), 0);
	const struct region *r[] = { graph_region(g, 1, &wt, 1, &result[0]),
		graph_region(g, 1, &wt, 1, &result[1]) };
	const struct attr_entry e = { KEY_ncaptures, NULL, attr_int(g, 1) };
	return graph_node(g, &(struct node_spec){ .op = OP_if, .nin = 2,
		.in = (const struct node *[]){ flag, w }, .attrs = attrs_cons(g, 1, &e),
		.nregions = 2, .regions = r });
}

/* y of a phase, its places NaN where the feature is lost. */
static const struct node *without_lost(struct graph *g, const struct node *n, const struct node *y,
	const struct conv *c, const struct node *lost, int64_t phase)
{
	const int64_t start[] = { phase, 0 }, limit[] = { phase + 1, c->out_features },
		      stride[] = { 1, 1 }, feature = node_int(n, KEY_output_feature_dimension, 1);

	lost = build_slice(g, lost, start, limit, stride);
	lost = build_reshape(g, lost, 1, &c->out_features);
	lost = plan_broadcast(g, lost, y->type->rank, y->type->dims, &feature);
	const struct node *nan = build_scalar(g, dtype_part(y->type->dtype), NAN);
	if (dtype_is_complex(y->type->dtype))
		nan = build2(g, OP_complex, nan, nan);
	nan = plan_broadcast(g, nan, y->type->rank, y->type->dims, NULL);
	/* the epilogue's part, not of what puts the phases together */
	return build1(g, OP_optimization_barrier, build_select(g, lost, nan, y));
}

/* All phases of dims d and on, those of the dims before it chosen in f. */
static const struct node *phases(struct graph *g, const struct node *n, const struct conv *c,
	const struct plan_options *o, const struct dilated *a, const struct node *lost,
	struct phase *f, uint32_t d)
{
	const struct node *part[PHASES_MOST];
	int64_t at = 1, dims[PLAN_MAX_RANK];

	if (d == c->nspatial) {
		bool live = true;
		int64_t number = 0;
		memcpy(dims, n->type->dims, n->type->rank * sizeof *dims);
		for (uint32_t i = 0; i < c->nspatial; i++) {
			dims[c->out_spatial[i]] = f[i].places;
			live &= f[i].taps > 0 && f[i].places != 0;
			number = number * a[i].holes + f[i].number;
		}
		const struct type *t = type_tensor(g, n->type->dtype, n->type->rank, dims);
		const struct node *y = live ? plan_lower_convolution(g,
			phase_conv(g, n, c, a, f), o) :
			plan_broadcast(g, build_scalar(g, t->dtype, 0), t->rank, dims, NULL);
		if (lost)
			y = without_lost(g, n, y, c, lost, number);
		return spread(g, n, y, c, a, f);
	}
	for (int64_t p = 0; p < a[d].holes; p++) {
		f[d] = phase_of(&a[d], p);
		part[p] = phases(g, n, c, o, a, lost, f, d + 1);
	}
	for (uint32_t i = 0; i < c->nspatial; i++)
		at += c->out_spatial[i] < c->out_spatial[d];
	return build_concat(g, (uint32_t)a[d].holes, part, c->out_spatial[d] + at);
}

/* Are there phases to be made of n, and how many?  0: no. */
static int64_t phases_of(struct graph *g, const struct node *n, const struct conv *c,
	struct dilated *a)
{
	int64_t all = 1;

	if (c->nspatial < 1 || c->nspatial > SPATIAL || !conv_knows_features(n, n->in) ||
		n->type->quant || n->in[0]->type->quant || n->in[1]->type->quant ||
		n->type->rank + c->nspatial > PLAN_MAX_RANK)
		return 0;
	for (uint32_t d = 0; d < c->nspatial; d++) {
		if (!dilated_of(g, n, c, d, &a[d]))
			return 0;
		all *= a[d].holes;
	}
	return all == 1 || all > PHASES_MOST ? 0 : all;
}

/* One that wishes features first asks for all; of others one that wishes them last does. */
enum conv_wish plan_phases_wish(struct graph *g, const struct node *n, const struct conv *c,
	const struct plan_options *o)
{
	struct dilated a[SPATIAL];
	struct phase f[SPATIAL];
	enum conv_wish wish = CONV_either;
	int64_t all = phases_of(g, n, c, a);

	for (int64_t i = 0; i < all; i++) {
		bool live = true;
		int64_t rest = i;
		for (uint32_t d = c->nspatial; d-- > 0; rest /= a[d].holes) {
			f[d] = phase_of(&a[d], rest % a[d].holes);
			live &= f[d].taps > 0 && f[d].places != 0;
		}
		enum conv_wish one = live
			? plan_convolution_wish(g, phase_conv(g, n, c, a, f), o) : CONV_either;
		if (one == CONV_first)
			return one;
		wish = one == CONV_last ? one : wish;
	}
	return all ? wish : CONV_first;
}

const struct node *plan_lower_phases(struct graph *g, const struct node *n, const struct conv *c,
	const struct plan_options *o)
{
	struct dilated a[SPATIAL];
	struct phase f[SPATIAL];
	int64_t all = phases_of(g, n, c, a), dims[PLAN_MAX_RANK], start[PLAN_MAX_RANK] = { 0 },
		step[PLAN_MAX_RANK];

	if (!all)
		return NULL;
	const struct node *lost = lost_features(g, n, c, a, all);
	const struct node *y = phases(g, n, c, o, a, lost, f, 0);
	memcpy(dims, n->type->dims, n->type->rank * sizeof *dims);
	for (uint32_t d = 0; d < c->nspatial; d++)
		dims[c->out_spatial[d]] = dim_mul(g, a[d].each, a[d].holes);
	for (uint32_t i = 0; i < n->type->rank; i++)
		step[i] = 1;
	y = plan_reshape(g, y, n->type->rank, dims);
	/* phases are put together fast where that is all that is made; of any size, whose gradient
	 * is cut behind its convolution, it never is */
	if (!type_is_static(n->type) || memcmp(dims, n->type->dims, n->type->rank * sizeof *dims))
		y = build1(g, OP_optimization_barrier, y);
	return plan_slice(g, y, start, n->type->dims, step);
}
