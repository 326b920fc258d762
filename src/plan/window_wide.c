/* window_wide.c -- a convolution of few places by large windows, as the gradient by the weights is
 * one: a contraction whose rows are gathered from the image in runs (gen/contract_run.c).
 *
 * A window's elements are what is summed, k; a row is a feature of the image at a place, and reads
 * line by line what the window covers there.  Windows are the columns, packed once: of the two
 * operands they are the one that every place reads as it is.  Where a window has holes, as that of
 * a stride has, the last dim of the image is cut into so many planes, in which lines are whole:
 *
 *     a line, holes of 2     p q r s t u v      its planes     p r t v   q s u
 *       place 0 reads p r t, place 1 q s u, place 2 r t v
 *
 * Patches would write every place's window to memory, and read it once a block of columns.
 *
 * Of few rows and columns there are few blocks, and the sum is cut: parts of k, each with a sum of
 * its own, which are added then.  Where all rows are one block, as of an image of few features,
 * large windows are read once: a feature is a part, or some, and its windows are packed as they are
 * multiplied. */
#include "ir/build.h"
#include "plan/conv.h"

#define SPATIAL PLAN_RUNS
#define RUN_LEAST 4                      /* elements: of fewer, patches are as good */
#define COLUMNS_LEAST 8                  /* of a group: fewer leave most of a vector */
#define ROWS_MOST 192                    /* of a block, and as few if there are many */
#define ROWS_FEW 60
#define BLOCKS 16                        /* that there should be, */
#define BLOCKS_FEW 8                     /* and of fewer the sum is cut in parts, of so many */
#define PART_LEAST 1024                  /* elements of k at least */
#define COLUMNS 128                      /* of a block */
#define LIES_LEAST 4096                  /* elements of a window that is no longer in a cache */

/* A spatial dim, of size 1 where there is none. */
struct wide_dim {
	int64_t window, holes, out, step, low, high;
	int64_t extent;                  /* of the padded image */
};

struct wide {
	struct wide_dim d[SPATIAL];
	int64_t parts, features;         /* of the sum; the image's features a part sums */
	bool turned;                     /* windows are turned around */
	bool lies;                       /* windows are packed as they are multiplied, */
	int64_t cuts;                    /* in so many parts each */
};

static bool wide_of(const struct node *n, const struct node *const *in, const struct conv *c,
	struct wide *w)
{
	const struct wide_dim none = { .window = 1, .holes = 1, .out = 1, .step = 1, .extent = 1 };

	*w = (struct wide){ .d = { none, none, none } };
	for (uint32_t d = 0; d < c->nspatial; d++) {
		struct wide_dim *a = &w->d[SPATIAL - c->nspatial + d];
		if (node_int_at(n, KEY_lhs_dilation, d, 1) != 1)
			return false;
		a->window = in[1]->type->dims[c->kernel_spatial[d]];
		a->holes = node_int_at(n, KEY_rhs_dilation, d, 1);
		a->out = n->type->dims[c->out_spatial[d]];
		a->step = node_int_at(n, KEY_window_strides, d, 1);
		a->low = node_int_at(n, KEY_padding, 2 * d, 0);
		w->turned |= node_int_at(n, KEY_window_reversal, d, 0) != 0;
		a->extent = (a->out - 1) * a->step + (a->window - 1) * a->holes + 1;
	}
	struct wide_dim *last = &w->d[SPATIAL - 1];      /* is cut into whole planes */
	last->extent = (last->extent + last->holes - 1) / last->holes * last->holes;
	for (uint32_t d = 0; d < c->nspatial; d++) {
		struct wide_dim *a = &w->d[SPATIAL - c->nspatial + d];
		a->high = a->extent - a->low - in[0]->type->dims[c->in_spatial[d]];
	}
	return true;
}

static bool fits(const struct node *n, const struct node *const *in, const struct conv *c,
	const struct plan_options *o)
{
	const struct type *x = in[0]->type, *w = in[1]->type;
	enum dtype t = x->dtype;
	struct contract pairs = { .rows_type = t, .cols_type = t, .acc = DTYPE_f32 };
	bool known = t == DTYPE_f64 || t == DTYPE_f32 || t == DTYPE_bf16 || t == DTYPE_f16;

	return known && w->dtype == t && (n->type->dtype == t || n->type->dtype == DTYPE_f32) &&
	       !x->quant && !w->quant && c->nspatial >= 1 && c->nspatial <= SPATIAL &&
	       type_is_static(x) && type_is_static(w) && type_is_static(n->type) &&
	       type_elements(x) && type_elements(w) &&
	       !contract_has_squares(&pairs, &isa_table[o->isa], o->strict) &&
	       c->positions > 1 && c->positions < c->window * c->in_features &&
	       (c->groups == 1 || c->out_features / c->groups >= COLUMNS_LEAST);
}

/* Are runs long enough, and windows so large that it is they that are summed? */
static bool pays(const struct conv *c, const struct wide *w, int64_t unit)
{
	int64_t run = w->d[SPATIAL - 1].window;

	return run >= RUN_LEAST && c->window > c->positions &&
	       (run % unit == 0 || run <= PLAN_RUN_ODD);
}

/* The image as [features, batch, spatial], padded, its last dim in planes. */
static const struct node *image(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c, const struct wide *w)
{
	int64_t perm[3 + SPATIAL], low[SPATIAL], high[SPATIAL], dims[3 + SPATIAL];
	const struct wide_dim *last = &w->d[SPATIAL - 1];
	uint32_t rank = 2 + c->nspatial;

	for (uint32_t d = 0; d < c->nspatial; d++) {
		low[d] = w->d[SPATIAL - c->nspatial + d].low;
		high[d] = w->d[SPATIAL - c->nspatial + d].high;
	}
	x = conv_image(g, n, x, c, low, high);
	if (last->holes == 1)
		return x;
	for (uint32_t d = 0; d <= rank; d++) {
		dims[d] = d < rank ? x->type->dims[d] : last->holes;
		perm[d] = d;
	}
	dims[rank - 1] = last->extent / last->holes;
	perm[rank - 1] = rank;
	perm[rank] = rank - 1;
	return build_transpose(g, build_reshape(g, x, rank + 1, dims), perm);
}

/* How rows and k lie in it; rows of a feature of the batch, runs of a part. */
static struct contract_runs runs_of(const struct conv *c, const struct wide *w, int64_t one)
{
	const struct wide_dim *a = w->d;
	int64_t line = a[2].extent, sheet = a[1].extent * line;

	return (struct contract_runs){
		.run = a[2].window,
		.runs = { w->features, a[0].window, a[1].window },
		.pitch = { c->batch * one, a[0].holes * sheet, a[1].holes * line },
		.places = { a[0].out, a[1].out, a[2].out },
		.step = { a[0].step * sheet, a[1].step * line, a[2].step },
		.planes = a[2].holes,
		.plane = line / a[2].holes,
	};
}

/* Blocks and parts where windows are packed as they are multiplied: a block has all rows, and a
 * part is a feature, or where there are few of them some lines of one. */
static bool cut_lying(struct contract *k, const struct conv *c, struct wide *w, int64_t unit,
	int64_t across)
{
	int64_t lines = w->d[1].window;

	w->lies = k->m <= ROWS_MOST && c->window >= LIES_LEAST && c->window % unit == 0 &&
		  !w->turned;
	if (!w->lies)
		return false;
	w->parts = c->in_features;
	w->features = 1;
	for (int64_t i = 2; i <= lines && w->d[0].window == 1; i++) {
		bool whole = lines % i == 0 && c->window / i % unit == 0;
		if (whole && c->window / i >= PART_LEAST &&
			w->parts * w->cuts * across < BLOCKS_FEW)
			w->cuts = i;
	}
	return true;
}

/* Blocks of rows and columns, and parts of the sum. */
static void cut(struct contract *k, const struct conv *c, struct wide *w, int64_t unit,
	const struct plan_options *o)
{
	int64_t tile = isa_table[o->isa].rows, across = (k->n + COLUMNS - 1) / COLUMNS * c->groups;
	int64_t blocks = (k->m + ROWS_MOST - 1) / ROWS_MOST, want = (BLOCKS + across - 1) / across;

	k->n_block = k->n > COLUMNS ? COLUMNS : 0;
	w->cuts = 1;
	if (cut_lying(k, c, w, unit, across)) {
		k->m_block = (k->m + tile - 1) / tile * tile;
		return;
	}
	if (blocks < want && k->m / ROWS_FEW > blocks)
		blocks = want < k->m / ROWS_FEW ? want : k->m / ROWS_FEW;
	k->m_block = ((k->m + blocks - 1) / blocks + tile - 1) / tile * tile;
	for (w->parts = 1; w->parts < c->in_features; w->parts++)
		if (c->in_features % w->parts == 0 && w->parts * blocks * across >= BLOCKS_FEW)
			break;
	while (c->in_features % w->parts || (w->parts > 1 &&
		(w->parts > BLOCKS || k->k / w->parts < PART_LEAST)))
		w->parts--;
	w->features = c->in_features / w->parts;
}

/* The parts of windows that are packed as they are multiplied: of x, [features, out features,
 * window]. */
static void lie(struct contract *k, const struct conv *c, const struct wide *w)
{
	int64_t line = w->d[1].holes * w->d[2].extent;

	k->k /= w->cuts;
	k->runs.runs[2] /= w->cuts;
	k->cols_packed = false;
	k->cols_k = 1;
	k->cols_n = c->window;
	k->cols_batch[0] = k->n * c->window;
	k->cols_batch[1] = c->out_features * c->window;
	k->nbatch = 3;
	k->batch[2] = w->cuts;
	k->rows_batch[2] = k->runs.runs[2] * line;
	k->cols_batch[2] = k->k;
}

/* The windows as they lie, [features, out features, elements]. */
static const struct node *matrix(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c)
{
	const int64_t flat[3] = { c->in_features, c->out_features, c->window };
	int64_t perm[2 + SPATIAL];

	perm[0] = node_int(n, KEY_kernel_input_feature_dimension, 1);
	perm[1] = node_int(n, KEY_kernel_output_feature_dimension, 0);
	for (uint32_t d = 0; d < c->nspatial; d++)
		perm[2 + d] = c->kernel_spatial[d];
	return build_reshape(g, build_transpose(g, x, perm), 3, flat);
}

/* The windows in panels, [groups, parts, panels, features, elements or words of a window, columns
 * of a panel]: squares of a window are turned, and no vector has two windows. */
static const struct node *panels(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c, const struct wide *w, int64_t unit, int64_t panel)
{
	const int64_t none[5] = { 0 }, order[6] = { 2, 0, 3, 1, 5, 4 };
	int64_t few = c->out_features / c->groups, all = c->window / unit;
	int64_t many = (few + panel - 1) / panel, high[5] = { 0, 0, 0, many * panel - few, 0 };

	x = matrix(g, n, x, c);
	if (unit > 1)
		x = words_of(g, x, unit);
	x = build_reshape(g, x, 5, (const int64_t[]){ w->parts, w->features, c->groups, few, all });
	if (high[3])
		x = build_pad(g, x, build_scalar(g, x->type->dtype, 0), none, high, none);
	x = build_reshape(g, x, 6,
		(const int64_t[]){ w->parts, w->features, c->groups, many, panel, all });
	return build_transpose(g, x, order);
}

/* The same, or where windows end in half a word, or are turned around, [groups, parts, out features
 * of a group, elements of a part]. */
static const struct node *columns(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c, const struct wide *w, int64_t unit, int64_t panel)
{
	const int64_t order[4] = { 0, 2, 1, 3 }, dims[4] = { c->groups, c->out_features / c->groups,
		w->parts, w->features * c->window };

	if (w->lies)
		return matrix(g, n, x, c);
	if (!w->turned && c->window % unit == 0)
		return panels(g, n, x, c, w, unit, panel);
	return build_transpose(g, build_reshape(g, conv_rows(g, n, x, c), 4, dims), order);
}

/* [groups, parts, batch, places..., out features of a group] in the order of n. */
static const struct node *result(struct graph *g, const struct node *n, const struct node *y,
	const struct conv *c)
{
	int64_t perm[4 + SPATIAL], parts = 0;
	uint32_t at = 0;

	perm[at++] = 1;
	for (uint32_t d = 0; d < n->type->rank; d++) {
		if (d == node_int(n, KEY_output_batch_dimension, 0)) {
			perm[at++] = 2;
		} else if (d == node_int(n, KEY_output_feature_dimension, 1)) {
			perm[at++] = 0;
			perm[at++] = 3 + c->nspatial;
		} else {
			uint32_t i = 0;
			while (c->out_spatial[i] != d)
				i++;
			perm[at++] = 3 + i;
		}
	}
	bool whole = y->type->dims[1] == 1;
	y = build_transpose(g, y, perm);
	if (!whole)
		y = build_unrounded(g, build_reduce(g, OP_add, y, 1, &parts), n->type->dtype);
	return build_reshape(g, y, n->type->rank, n->type->dims);
}

const struct node *plan_lower_wide(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o)
{
	struct wide w;
	enum dtype t = in[0]->type->dtype;
	struct contract k = { .rows_are_lhs = true, .cols_packed = true, .rows_k = 1,
		.rows_type = t, .cols_type = t, .acc = t == DTYPE_f64 ? t : DTYPE_f32,
		.panel = isa_table[o->isa].cols, .right = 1 };

	int64_t unit = contract_unit(&k, &isa_table[o->isa], o->strict);
	if (!fits(n, in, c, o) || !wide_of(n, in, c, &w) || !pays(c, &w, unit))
		return NULL;
	int64_t one = w.d[0].extent * w.d[1].extent * w.d[2].extent, each = c->batch * one;
	k.m = c->batch * c->positions;
	k.n = c->out_features / c->groups;
	k.k = c->in_features * c->window;
	cut(&k, c, &w, unit, o);
	k.k /= w.parts;
	k.rows_m = one;
	k.runs = runs_of(c, &w, one);
	k.nbatch = 2;
	k.batch[0] = c->groups;
	k.rows_batch[0] = c->in_features * each;
	k.batch[1] = w.parts;
	k.rows_batch[1] = w.features * each;
	if (w.lies)
		lie(&k, c, &w);
	int64_t sums[4 + SPATIAL] = { c->groups, w.parts * w.cuts, c->batch };
	for (uint32_t d = 0; d < c->nspatial; d++)
		sums[3 + d] = n->type->dims[c->out_spatial[d]];
	sums[3 + c->nspatial] = k.n;
	k.left = 1 + c->nspatial;
	const struct type *type = type_tensor(
		g, w.parts * w.cuts > 1 ? k.acc : n->type->dtype, 4 + c->nspatial, sums);
	const struct node *y = plan_contract_runs(g, &k, image(g, n, in[0], c, &w),
		columns(g, n, in[1], c, &w, unit, k.panel), type, o);
	return result(g, n, y, c);
}
