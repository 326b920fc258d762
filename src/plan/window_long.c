/* window_long.c -- a convolution by windows of any height and width, or over any number of
 * features, as the gradient by the weights is one where sizes are symbolic: contractions whose k
 * counts places of the windows (gen/contract_run.c).
 *
 * For a line of the result a row is an element of a line of the small window that the gradient is
 * of, features last, and k all places of all images; what is read at a place is one run of the
 * image, whatever the place.  Features of the windows are the columns, which lie side by side:
 *
 *     one image, 2 features         place 0  a a b b     place 1  b b c c     rows 0 to 3 of the
 *       a a b b c c d d             place 2  e e f f     place 3  f f g g     result's first line
 *       e e f f g g h h
 *       i i j j k k l l             (the second line's: a line of the image further on)
 *
 * So nothing is multiplied but products, however long lines are, and what is copied is copied once
 * for a block of columns.  Of few blocks each image has a sum of its own, and these are added. */
#include "ir/build.h"
#include "plan/conv.h"

#define SPATIAL PLAN_RUNS
#define ROWS_MOST 192                    /* of a block, */
#define ROWS_FEW 60                      /* and as few, if there are not so many */
#define BLOCKS 16                        /* blocks */
#define BLOCKS_FEW 8                     /* of fewer, images are summed one by one */
#define TAIL_LEAST 4                     /* rows of a tile that keep multipliers busy */
#define COLUMNS 128                      /* of a block */

/* A spatial dim, of size 1 where there is none; those of the convolution that this is the gradient
 * of: its windows, taps apart, and how far apart its places are. */
struct long_dim {
	int64_t window, apart, out, step, low, high;
	int64_t extent, pitch;           /* of the padded image; from a place to the next */
};

struct longs {
	struct long_dim d[SPATIAL];
	int64_t images, groups, features, out_features;     /* of all groups */
	bool lines;                      /* a line of a window is one run */
	bool apart;                      /* images are summed one by one */
};

static bool fits(const struct node *n, const struct plan_options *o)
{
	const struct type *x = n->in[0]->type, *y = n->in[1]->type;
	enum dtype t = x->dtype;
	const struct contract pairs = { .rows_type = t, .cols_type = t, .acc = DTYPE_f32 };
	bool known = t == DTYPE_f64 || t == DTYPE_f32 || t == DTYPE_bf16 || t == DTYPE_f16;

	return known && y->dtype == t && (n->type->dtype == t || n->type->dtype == DTYPE_f32) &&
	       !x->quant && !y->quant && n->type->rank >= 3 && n->type->rank <= 2 + SPATIAL &&
	       !type_is_static(y) && type_is_static(n->type) && type_elements(n->type) &&
	       x->dims[node_int(n, KEY_input_batch_dimension, 0)] > 0 &&
	       y->dims[node_int(n, KEY_kernel_output_feature_dimension, 0)] > 0 &&
	       node_int(n, KEY_feature_group_count, 1) == 1 &&
	       !contract_has_squares(&pairs, &isa_table[o->isa], o->strict);
}

/* The image, without a slice of its front where no padding follows: what is behind no window reads.
 */
static const struct node *image(const struct node *n)
{
	const struct node *x = n->in[0];
	uint32_t count;
	bool front = x->op == OP_slice;

	for (uint32_t d = 0; d + 2 < n->type->rank; d++)
		front = front && node_int_at(n, KEY_padding, 2 * d + 1, 0) <= 0;
	for (uint32_t d = 0; front && d < x->type->rank; d++)
		front = !node_ints(x, KEY_start_indices, &count)[d] &&
			node_ints(x, KEY_strides, &count)[d] == 1;
	return front ? x->in[0] : x;
}

static bool dims_of(struct graph *g, const struct node *n, struct longs *w)
{
	uint32_t count, rank;
	const int64_t *in = node_ints(n, KEY_input_spatial_dimensions, &rank),
		      *of = node_ints(n, KEY_kernel_spatial_dimensions, &count),
		      *out = node_ints(n, KEY_output_spatial_dimensions, &count);
	const struct type *x = image(n)->type, *y = n->in[1]->type;

	w->images = x->dims[node_int(n, KEY_input_feature_dimension, 1)];
	w->groups = node_int(n, KEY_batch_group_count, 1);
	w->features = x->dims[node_int(n, KEY_input_batch_dimension, 0)];
	w->out_features = y->dims[node_int(n, KEY_kernel_output_feature_dimension, 0)];
	int64_t pitch = w->features;
	for (uint32_t to = SPATIAL; to-- > 0;) {
		struct long_dim *a = &w->d[to];
		*a = (struct long_dim){ 1, 1, 1, 1, 0, 0, 1, pitch };
		if (to < SPATIAL - rank)
			continue;
		uint32_t d = to - (SPATIAL - rank);
		if (node_int_at(n, KEY_lhs_dilation, d, 1) != 1 ||
			node_int_at(n, KEY_window_reversal, d, 0) ||
			node_int_at(n, KEY_padding, 2 * d, 0) < 0)
			return false;
		int64_t high = node_int_at(n, KEY_padding, 2 * d + 1, 0);
		a->window = n->type->dims[out[d]];
		a->apart = node_int_at(n, KEY_window_strides, d, 1);
		a->out = y->dims[of[d]];
		a->step = node_int_at(n, KEY_rhs_dilation, d, 1);
		a->low = node_int_at(n, KEY_padding, 2 * d, 0);
		a->high = high > 0 ? high : 0;   /* what is cut off no window reads */
		a->extent = dim_add(g, x->dims[in[d]], a->low + a->high);
		pitch = dim_mul(g, pitch, a->extent);
	}
	w->lines = w->groups == 1 && w->d[SPATIAL - 1].apart == 1;
	return true;
}

/* Operand i of n as [images, spatial..., features]. */
static const struct node *last(struct graph *g, const struct node *n, uint32_t i)
{
	int64_t perm[2 + SPATIAL];
	uint32_t rank;
	const int64_t *at = node_ints(
		n, i ? KEY_kernel_spatial_dimensions : KEY_input_spatial_dimensions, &rank);

	perm[0] = i ? node_int(n, KEY_kernel_input_feature_dimension, 1)
		    : node_int(n, KEY_input_feature_dimension, 1);
	for (uint32_t d = 0; d < rank; d++)
		perm[1 + d] = at[d];
	perm[1 + rank] = i ? node_int(n, KEY_kernel_output_feature_dimension, 0)
			   : node_int(n, KEY_input_batch_dimension, 0);
	return build_transpose(g, i ? n->in[i] : image(n), perm);
}

static bool add_batch(struct contract *k, int64_t extent, int64_t rows, int64_t cols)
{
	if (extent == 1)
		return true;
	if (k->nbatch == PLAN_MAX_BATCH)
		return false;
	k->batch[k->nbatch] = extent;
	k->rows_batch[k->nbatch] = rows;
	k->cols_batch[k->nbatch++] = cols;
	return true;
}

/* Blocks of rows and columns. */
static void cut(struct contract *k, struct longs *w, const struct plan_options *o)
{
	int64_t tile = isa_table[o->isa].rows, across = (k->n + COLUMNS - 1) / COLUMNS;
	int64_t blocks = (k->m + ROWS_MOST - 1) / ROWS_MOST;

	for (uint32_t i = 0; i < k->nbatch; i++)
		across *= k->batch[i];
	int64_t want = (BLOCKS + across - 1) / across, most = k->m / ROWS_FEW;
	if (blocks < want && most > blocks)
		blocks = want < most ? want : most;
	k->n_block = k->n > COLUMNS ? COLUMNS : 0;
	k->m_block = (k->m + blocks - 1) / blocks;
	if (k->m % k->m_block || (k->m_block % tile && k->m_block % tile < TAIL_LEAST))
		k->m_block = (k->m_block + tile - 1) / tile * tile;
	w->apart = w->images != 1 && blocks * across < BLOCKS_FEW && k->nbatch < PLAN_MAX_BATCH;
}

/* The contraction over x and y, which lie as last() says, x padded; false: it has too many dims. */
static bool contract_of(struct graph *g, struct longs *w, struct contract *k,
	const struct plan_options *o)
{
	const struct long_dim *a = w->d;
	int64_t each = w->features / w->groups, places = 1;
	bool fits = add_batch(k, w->groups, each, w->out_features / w->groups);

	for (uint32_t d = 0; d < SPATIAL; d++) {
		k->runs.places[d] = a[d].out;
		k->runs.step[d] = dim_mul(g, a[d].step, a[d].pitch);
		k->runs.runs[d] = 1;
		places = dim_mul(g, places, a[d].out);
		if (d < SPATIAL - 1 || !w->lines)
			fits = fits && add_batch(k, a[d].window,
				dim_mul(g, a[d].apart, a[d].pitch), 0);
	}
	k->m = k->runs.run = w->lines ? each * a[SPATIAL - 1].window : each;
	k->n = w->out_features / w->groups;
	k->cols_k = w->out_features;
	k->rows_m = dim_mul(g, a[0].extent, a[0].pitch);
	k->k = dim_mul(g, w->images, places);
	cut(k, w, o);
	if (fits && w->apart) {
		add_batch(k, w->images, k->rows_m, dim_mul(g, places, w->out_features));
		k->k = places;
	}
	return fits;
}

/* [groups, window..., features, features of the result] of a group in the order of n.  What is
 * stored has lines of features: a window's elements are too few for vectors. */
static const struct node *result(struct graph *g, const struct node *n, const struct node *y,
	const struct longs *w)
{
	uint32_t rank;
	const int64_t *out = node_ints(n, KEY_output_spatial_dimensions, &rank);
	int64_t dims[3 + SPATIAL], perm[3 + SPATIAL], order[2 + SPATIAL];

	dims[0] = w->groups;
	perm[0] = 0;
	perm[1] = 2 + rank;
	for (uint32_t d = 0; d < rank; d++) {
		dims[1 + d] = n->type->dims[out[d]];
		perm[2 + d] = 1 + d;
		order[out[d]] = 1 + d;
	}
	dims[1 + rank] = w->features / w->groups;
	dims[2 + rank] = w->out_features / w->groups;
	perm[2 + rank] = 1 + rank;
	y = build_transpose(g, build_reshape(g, y, 3 + rank, dims), perm);
	y = build1(g, OP_optimization_barrier, y);
	dims[0] = w->out_features;
	for (uint32_t d = 0; d <= rank; d++)
		dims[1 + d] = y->type->dims[2 + d];
	y = build_reshape(g, y, 2 + rank, dims);
	order[node_int(n, KEY_output_batch_dimension, 0)] = 1 + rank;
	order[node_int(n, KEY_output_feature_dimension, 1)] = 0;
	return build_transpose(g, y, order);
}

/* Do x's features lie side by side? */
static bool lies_last(struct graph *g, const struct node *x, int64_t feature)
{
	struct view v;

	view_of(g, x, &v);
	return v.strides[feature] == 1 && v.dims[feature] != 1;
}

/* Of a window of one place: a product of matrices.  Places that are read apart from each other are
 * copied for it, unless their features are runs. */
static bool is_product(struct graph *g, const struct node *n, const struct longs *w)
{
	bool one = w->groups == 1, all = true;

	for (uint32_t d = 0; d < SPATIAL; d++) {
		one = one && w->d[d].window == 1 && !w->d[d].low;
		all = all && w->d[d].step == 1 && w->d[d].out == w->d[d].extent;
	}
	return one && (all ||
		!lies_last(g, image(n), node_int(n, KEY_input_batch_dimension, 0)));
}

/* n as that: y, with its features, by x over all images' places, as both lie. */
static const struct node *product(struct graph *g, const struct node *n, enum dtype acc)
{
	const struct node *x = image(n), *y = n->in[1];
	uint32_t rank = x->type->rank, count;
	int64_t over[2][2 + SPATIAL], start[2 + SPATIAL] = { 0 }, limit[2 + SPATIAL],
		step[2 + SPATIAL];
	const int64_t *in = node_ints(n, KEY_input_spatial_dimensions, &count),
		      *of = node_ints(n, KEY_kernel_spatial_dimensions, &count);

	for (uint32_t d = 0; d < rank; d++) {
		limit[d] = x->type->dims[d];
		step[d] = 1;
	}
	over[0][0] = node_int(n, KEY_input_feature_dimension, 1);
	over[1][0] = node_int(n, KEY_kernel_input_feature_dimension, 1);
	for (uint32_t d = 0; d < count; d++) {
		over[0][1 + d] = in[d];
		over[1][1 + d] = of[d];
		step[in[d]] = node_int_at(n, KEY_rhs_dilation, d, 1);
		limit[in[d]] = dim_add(g, 1, dim_mul(g, step[in[d]],
			dim_sub(g, y->type->dims[of[d]], 1)));
	}
	x = plan_slice(g, x, start, limit, step);
	const struct node *sum = build_dot(g, build_convert(g, y, acc), build_convert(g, x, acc),
		(struct dim_pairs){ 0, NULL, NULL },
		(struct dim_pairs){ 1 + count, over[1], over[0] }, acc);
	int64_t dims[2 + SPATIAL] = { 1, 1, 1, 1, 1 }, order[2 + SPATIAL];
	dims[0] = sum->type->dims[0];
	dims[1] = sum->type->dims[1];
	order[node_int(n, KEY_output_feature_dimension, 1)] = 0;
	order[node_int(n, KEY_output_batch_dimension, 0)] = 1;
	of = node_ints(n, KEY_output_spatial_dimensions, &count);
	for (uint32_t d = 0; d < count; d++)
		order[of[d]] = 2 + d;
	sum = build_unrounded(g, sum, n->type->dtype);
	return build_transpose(g, build_reshape(g, sum, rank, dims), order);
}

const struct node *plan_lower_long(
	struct graph *g, const struct node *n, const struct plan_options *o)
{
	struct longs w;
	enum dtype t = n->in[0]->type->dtype, acc = t == DTYPE_f64 ? t : DTYPE_f32;
	struct contract k = { .rows_are_lhs = true, .rows_k = 1, .cols_n = 1, .rows_type = acc,
		.cols_type = acc, .acc = acc, .panel = isa_table[o->isa].cols, .left = 1,
		.right = 1, .runs = { .by_k = true, .planes = 1 } };
	int64_t low[SPATIAL + 1] = { 0 }, high[SPATIAL + 1] = { 0 };
	int64_t dims[PLAN_MAX_BATCH + 2], flat[2], images;
	uint32_t at = 0, rank = n->type->rank - 2;

	if (!fits(n, o) || !dims_of(g, n, &w) || !contract_of(g, &w, &k, o))
		return NULL;
	for (uint32_t d = 0; d < rank; d++) {
		low[d] = w.d[SPATIAL - rank + d].low;
		high[d] = w.d[SPATIAL - rank + d].high;
	}
	for (; at < k.nbatch; at++)
		dims[at] = k.batch[at];
	dims[at++] = k.m;
	dims[at++] = k.n;
	if (is_product(g, n, &w))
		return product(g, n, acc);
	const struct node *x = build_convert(g, last(g, n, 0), acc),
			  *cols = build_convert(g, last(g, n, 1), acc);
	flat[0] = dim_mul(g, k.k, w.apart ? w.images : 1);
	flat[1] = w.out_features;
	cols = plan_reshape(g, cols, 2, flat);
	const struct node *y = plan_contract_runs(g, &k, conv_padded_last(g, x, low, high), cols,
		type_tensor(g, acc, at, dims), o);
	images = k.nbatch - 1;
	if (w.apart)
		y = build_reduce(g, OP_add, y, 1, &images);
	return result(g, n, build_unrounded(g, y, n->type->dtype), &w);
}
