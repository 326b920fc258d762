/* sums.h -- what OP_window_sums says, to the planner that makes it and to the generator. */
#ifndef PLAN_SUMS_H
#define PLAN_SUMS_H
#include "ir/graph.h"

#define PLAN_SUMS_TAPS 16                /* of a group of the window's lines, at most */
#define PLAN_SUMS_FEATURES 32            /* of a block */
#define PLAN_SUMS_LINES 8                /* of a part, where there may be any number of lines */

/* x, [images, in[0], in[1], features], and y, [images, out[0], out[1], features]: at place p of y
 * tap t of the window reads place p * step + t * apart - low of x, where there is one.  Lines of y,
 * those of all images, are cut into `parts` of `part`, of which the last may have fewer where sizes
 * are symbolic; the window's into `groups` of `lines`, of which the last may have fewer. */
struct plan_sums {
	int64_t in[2], out[2], window[2], step[2], apart[2], low[2];
	int64_t features, parts, part, groups, lines;
};

static inline void plan_sums_of(const struct node *n, struct plan_sums *out)
{
	const struct type *x = n->in[0]->type, *y = n->in[1]->type;
	uint32_t count;
	const int64_t *window = node_ints(n, KEY_window_dimensions, &count),
		      *step = node_ints(n, KEY_window_strides, &count),
		      *apart = node_ints(n, KEY_rhs_dilation, &count),
		      *low = node_ints(n, KEY_padding, &count);

	*out = (struct plan_sums){ .features = x->dims[3], .parts = n->type->dims[0] };
	for (uint32_t d = 0; d < 2; d++) {
		out->in[d] = x->dims[1 + d];
		out->out[d] = y->dims[1 + d];
		out->window[d] = window[d];
		out->step[d] = step[d];
		out->apart[d] = apart[d];
		out->low[d] = low[d];
	}
	out->part = out->parts > 0 && type_is_static(y) ? y->dims[0] * y->dims[1] / out->parts
							: PLAN_SUMS_LINES;
	int64_t most = PLAN_SUMS_TAPS / window[1];
	out->groups = (window[0] + most - 1) / most;
	out->lines = (window[0] + out->groups - 1) / out->groups;
}

/* Is it known where lines end? */
static inline bool plan_sums_knows_lines(const struct plan_sums *p)
{
	return p->in[1] >= 0 && p->out[1] >= 0;
}

/* The places [*first, *last) of a line of y, of known sizes, whose windows meet no padding along
 * it. */
static inline void plan_sums_inner(const struct plan_sums *p, int64_t *first, int64_t *last)
{
	int64_t end = p->in[1] - 1 + p->low[1] - (p->window[1] - 1) * p->apart[1];

	*first = p->low[1] > 0 ? (p->low[1] + p->step[1] - 1) / p->step[1] : 0;
	*last = end < 0 ? 0 : end / p->step[1] + 1;
	*last = *last < p->out[1] ? *last : p->out[1];
	*first = *first < *last ? *first : *last;
}

/* The items of a part, group by group, block by block of features. */
static inline int64_t plan_sums_items(const struct plan_sums *p)
{
	return p->groups * ((p->features + PLAN_SUMS_FEATURES - 1) / PLAN_SUMS_FEATURES);
}
#endif
