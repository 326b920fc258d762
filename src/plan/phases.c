/* phases.c -- a convolution whose input has holes, as one without holes for each phase.
 *
 * Of an input dilated by s - a transposed convolution, or the gradient by the data of one with
 * stride s - a place of the result meets numbers only at every s-th tap, and which ones depends on
 * the place modulo s, its phase, alone.  So all places of a phase are a convolution of the input
 * as it is by those taps, stride 1, and the results of the phases lie side by side.  (Shi et al.,
 * Is the deconvolution layer the same as a convolutional layer?, 2016.)
 *
 *     taps a b c over an input dilated by 2     x . y . z        even places:  a c      of x y z
 *                                                 a b c          odd ones:     b */
#include "ir/build.h"
#include "plan/plan_impl.h"
#include <string.h>

#define PHASES_MOST 16
#define SPATIAL 3

/* A spatial dim. */
struct dilated {
	int64_t in, out, window, holes, dilation, low;
	int64_t each;                    /* places of a phase, the last of some left out */
	int64_t step;                    /* from one tap of a phase to its next */
};

/* A dim's part of a phase: its places and taps, none: all are holes. */
struct phase {
	int64_t places, first, taps;
	int64_t low;                     /* before the input */
};

static bool dilated_of(const struct node *n, const struct conv *c, uint32_t d,
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
	if (a->in < 1 || a->out < 1 || a->window < 1 ||
		node_int_at(n, KEY_window_strides, d, 1) != 1)
		return false;
	a->each = (a->out + a->holes - 1) / a->holes;
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
	struct phase f = { .places = p < a->out ? (a->out - p - 1) / a->holes + 1 : 0 };

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
		pad[2 * d + 1] = f[d].places + (f[d].taps - 1) * dilation[d] - f[d].low - a[d].in;
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
		high[c->out_spatial[d]] = a[d].each - f[d].places;
	y = build_pad(g, y, build_scalar(g, y->type->dtype, 0), none, high, none);
	for (uint32_t i = 0; i < n->type->rank; i++) {
		dims[k++] = y->type->dims[i];
		for (uint32_t d = 0; d < c->nspatial; d++)
			if (c->out_spatial[d] == i)
				dims[k++] = 1;
	}
	return build_reshape(g, y, k, dims);
}

/* All phases of dims d and on, those of the dims before it chosen in f. */
static const struct node *phases(struct graph *g, const struct node *n, const struct conv *c,
	const struct plan_options *o, const struct dilated *a, struct phase *f, uint32_t d)
{
	const struct node *part[PHASES_MOST];
	int64_t at = 1, dims[PLAN_MAX_RANK];

	if (d == c->nspatial) {
		bool live = true;
		memcpy(dims, n->type->dims, n->type->rank * sizeof *dims);
		for (uint32_t i = 0; i < c->nspatial; i++) {
			dims[c->out_spatial[i]] = f[i].places;
			live &= f[i].taps > 0 && f[i].places > 0;
		}
		const struct type *t = type_tensor(g, n->type->dtype, n->type->rank, dims);
		const struct node *y = live ? plan_lower_convolution(g,
			phase_conv(g, n, c, a, f), o) : build_full(g, t, 0);
		return spread(g, n, y, c, a, f);
	}
	for (int64_t p = 0; p < a[d].holes; p++) {
		f[d] = phase_of(&a[d], p);
		part[p] = phases(g, n, c, o, a, f, d + 1);
	}
	for (uint32_t i = 0; i < c->nspatial; i++)
		at += c->out_spatial[i] < c->out_spatial[d];
	return build_concat(g, (uint32_t)a[d].holes, part, c->out_spatial[d] + at);
}

const struct node *plan_lower_phases(struct graph *g, const struct node *n, const struct conv *c,
	const struct plan_options *o)
{
	struct dilated a[SPATIAL];
	struct phase f[SPATIAL];
	int64_t all = 1, dims[PLAN_MAX_RANK], start[PLAN_MAX_RANK] = { 0 }, step[PLAN_MAX_RANK];

	if (c->nspatial < 1 || c->nspatial > SPATIAL || !type_is_static(n->type) ||
		n->type->quant || n->in[0]->type->quant || n->in[1]->type->quant ||
		n->type->rank + c->nspatial > PLAN_MAX_RANK)
		return NULL;
	for (uint32_t d = 0; d < c->nspatial; d++) {
		if (!dilated_of(n, c, d, &a[d]))
			return NULL;
		all *= a[d].holes;
	}
	if (all == 1 || all > PHASES_MOST)
		return NULL;
	const struct node *y = phases(g, n, c, o, a, f, 0);
	memcpy(dims, n->type->dims, n->type->rank * sizeof *dims);
	for (uint32_t d = 0; d < c->nspatial; d++)
		dims[c->out_spatial[d]] = a[d].each * a[d].holes;
	for (uint32_t i = 0; i < n->type->rank; i++)
		step[i] = 1;
	y = build_reshape(g, y, n->type->rank, dims);
	return build_slice(g, y, start, n->type->dims, step);
}
