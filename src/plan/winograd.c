/* winograd.c -- a convolution by windows of 3 x 3 with fewer products: Winograd's F(2 x 2, 3 x 3).
 *
 * Four neighbouring places of the result, a square of 2 x 2, need 16 products a feature instead of
 * 36: the square's 4 x 4 places d of the input and the window g are each taken to 16 numbers, which
 * are multiplied one by one, summed over the features and taken back
 * (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2015):
 *
 *     V = B' d B     U = G g G'     M = sum over features of U * V     y = A' M A
 *
 *     B' = 1  0 -1  0     G = 1    0    0       A' = 1  1  1  0
 *          0  1  1  0         1/2  1/2  1/2          0  1 -1 -1
 *          0 -1  1  0         1/2 -1/2  1/2
 *          0  1  0 -1         0    0    1
 *
 * The sum is 16 matrix products, of squares by features with features by features of the result.
 * All lanes run along features, so nothing is lost on images that are no multiple of a vector.
 * Where the window has holes the places of a square lie as far apart as its taps, and between them
 * those of other squares, which are dims of their own:
 *
 *     taps 2 apart, squares along a line     a b a b c d c d
 *
 * Of constant weights U is made when they are bound; of others in the call, for squares enough.
 * Roundings are some more than of the sum of products as it is, with numbers as large, and what is
 * not finite reaches all of its square: not in numerics=strict. */
#include "ir/build.h"
#include "plan/conv.h"
#include <math.h>
#include <string.h>

#define FEATURES_LEAST 32                /* of fewer, the way there and back costs what it saves */
#define SQUARES_LEAST 16                 /* of fewer, reading U's 16 numbers for 9 costs it */
#define SQUARES_MADE 48                  /* of fewer, making U in the call does */
#define FEATURES_MEMORY 96               /* of fewer, V and M cost it where no cache holds them: */
#define MEMORY_LEAST (8 << 20)           /* so many bytes; no machine's own, which bits follow */
#define WASTE_MOST 1.2                   /* places of squares for one of the result, with holes */
#define POINTS 4                         /* a dim, of a square and what it needs */
#define RANK 6                           /* of an image's squares, at most */

/* The squares of an image: [images, lines, places, features], with what lies between the places of
 * one behind each of the two dims where windows have holes. */
struct squares {
	bool holes;
	uint32_t rank, at[2];            /* the dims */
	int64_t images;
	int64_t n[2], apart[2];          /* squares a dim; from place to place of one */
};

static bool ones(const struct node *n, enum key key)
{
	uint32_t count;
	const int64_t *v = node_ints(n, key, &count);

	for (uint32_t i = 0; v && i < count; i++)
		if (v[i] != 1)
			return false;
	return true;
}

static bool fits(const struct node *n, const struct node *const *in, const struct conv *c,
	const struct plan_options *o)
{
	const struct type *x = in[0]->type, *w = in[1]->type;

	if (o->strict || c->nspatial != 2 || c->groups != 1 || n->type->dtype != DTYPE_f32 ||
		x->dtype != DTYPE_f32 || w->dtype != DTYPE_f32 || !conv_knows_features(n, in) ||
		c->in_features < FEATURES_LEAST || c->out_features < FEATURES_LEAST)
		return false;
	for (uint32_t d = 0; d < 2; d++)
		if (w->dims[c->kernel_spatial[d]] != 3)
			return false;
	return ones(n, KEY_window_strides) && ones(n, KEY_lhs_dilation) &&
	       (ones(n, KEY_rhs_dilation) || conv_is_static(n, in));
}

static struct squares squares_of(struct graph *g, const struct node *n, const struct conv *c)
{
	struct squares s = { .holes = !ones(n, KEY_rhs_dilation), .images = c->batch };

	s.rank = s.holes ? RANK : 4;
	for (uint32_t d = 0; d < 2; d++) {
		s.at[d] = s.holes ? 1 + 2 * d : 1 + d;
		s.apart[d] = node_int_at(n, KEY_rhs_dilation, d, 1);
		s.n[d] = dim_ceildiv(g, n->type->dims[c->out_spatial[d]], 2 * s.apart[d]);
	}
	return s;
}

/* Dims of an image that is so many squares' lines and places, by * n + more. */
static void squares_dims(struct graph *g, const struct squares *s, int64_t by, int64_t more,
	int64_t features, int64_t *out)
{
	out[0] = s->images;
	for (uint32_t d = 0; d < 2; d++) {
		out[s->at[d]] = dim_add(g, dim_mul(g, by, s->n[d]), more);
		if (s->holes)
			out[s->at[d] + 1] = s->apart[d];
	}
	out[s->rank - 1] = features;
}

/* x as a buffer of its own, which no kernel computes again for each of its readers. */
static const struct node *kept(struct graph *g, const struct node *x)
{
	return build1(g, OP_optimization_barrier, x);
}

/* a by sign, 1 or -1, to the sum; which is NULL: nothing yet, a's sign is 1 then. */
static const struct node *take(
	struct graph *g, const struct node *sum, const struct node *a, int sign)
{
	return sum ? build2(g, sign > 0 ? OP_add : OP_subtract, sum, a) : a;
}

/* The sum of x[i], `step` apart, by the signs of a row: those added first. */
static const struct node *combine(struct graph *g, const signed char *row,
	const struct node *const *x, uint32_t step)
{
	const struct node *sum = NULL;

	for (int sign = 1; sign >= -1; sign -= 2)
		for (uint32_t i = 0; i < POINTS; i++)
			if (row[i] == sign)
				sum = take(g, sum, x[i * step], sign);
	return sum;
}

/* x as [images, lines, places, features], padded to whole squares. */
static const struct node *padded(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c, const struct squares *s)
{
	uint32_t count;
	const int64_t *padding = node_ints(n, KEY_padding, &count);
	const int64_t perm[4] = { node_int(n, KEY_input_batch_dimension, 0), c->in_spatial[0],
		c->in_spatial[1], node_int(n, KEY_input_feature_dimension, 1) };
	int64_t low[4] = { 0 }, high[4] = { 0 }, none[4] = { 0 }, dims[RANK];

	x = kept(g, build_transpose(g, x, perm));
	for (uint32_t d = 0; d < 2; d++) {
		int64_t in = x->type->dims[1 + d];
		low[1 + d] = padding ? padding[2 * d] : 0;
		/* what squares of any number of places may need; more, by one, of an even one */
		high[1 + d] = in < 0 ? (padding ? padding[2 * d + 1] : 0) + 1
			: (2 * s->n[d] + 2) * s->apart[d] - low[1 + d] - in;
	}
	x = build_pad(g, x, build_scalar(g, DTYPE_f32, 0), low, high, none);
	if (!s->holes)
		return x;
	squares_dims(g, s, 2, 2, c->in_features, dims);
	return plan_reshape(g, x, s->rank, dims);
}

/* The 16 numbers of every square: [16, squares]. */
static const struct node *winograd_input(struct graph *g, const struct node *n,
	const struct node *x, const struct conv *c, const struct squares *s)
{
	static const signed char b[POINTS][POINTS] = {
		{ 1, 0, -1, 0 }, { 0, 1, 1, 0 }, { 0, -1, 1, 0 }, { 0, 1, 0, -1 }
	};
	const struct node *d[POINTS * POINTS], *half[POINTS * POINTS], *v[POINTS * POINTS];
	int64_t step[RANK] = { 1, 1, 1, 1, 1, 1 }, start[RANK] = { 0 }, limit[RANK],
		dims[1 + RANK] = { 1 };

	x = padded(g, n, x, c, s);
	squares_dims(g, s, 2, 0, c->in_features, limit);
	squares_dims(g, s, 1, 0, c->in_features, dims + 1);
	const int64_t last[2] = { dim_sub(g, limit[s->at[0]], 1), dim_sub(g, limit[s->at[1]], 1) };
	for (int64_t i = 0; i < POINTS * POINTS; i++) {
		const int64_t at[2] = { i / POINTS, i % POINTS };
		for (uint32_t k = 0; k < 2; k++) {
			step[s->at[k]] = 2;
			start[s->at[k]] = at[k];
			limit[s->at[k]] = dim_add(g, at[k], last[k]);
		}
		d[i] = plan_slice(g, x, start, limit, step);
	}
	for (uint32_t i = 0; i < POINTS * POINTS; i++)
		half[i] = combine(g, b[i / POINTS], d + i % POINTS, POINTS);
	for (uint32_t i = 0; i < POINTS * POINTS; i++)
		v[i] = plan_reshape(g, combine(g, b[i % POINTS], half + i / POINTS * POINTS, 1),
			1 + s->rank, dims);
	return build_concat(g, POINTS * POINTS, v, 0);
}

/* The windows' 16 numbers: [16, features of the result, features]. */
static const struct node *winograd_weights(
	struct graph *g, const struct node *n, const struct node *w, const struct conv *c)
{
	static const float s[POINTS][3] = {
		{ 1, 0, 0 }, { .5f, .5f, .5f }, { .5f, -.5f, .5f }, { 0, 0, 1 }
	};
	float both[POINTS * POINTS][9];
	const int64_t points[2] = { POINTS * POINTS, 9 };
	const int64_t dims[3] = { c->out_features, c->in_features, 9 };

	for (uint32_t i = 0; i < POINTS * POINTS; i++)
		for (uint32_t k = 0; k < 9; k++)
			both[i][k] = s[i / POINTS][k / 3] * s[i % POINTS][k % 3];
	const struct node *to = build_constant(
		g, type_tensor(g, DTYPE_f32, 2, points), false, both);
	w = build_reshape(g, conv_rows(g, n, w, c), 3, dims);
	return build_dot_over(g, to, 1, w, 2, DTYPE_f32);
}

/* The result, in n's order, from the sums [16, squares]. */
static const struct node *winograd_output(struct graph *g, const struct node *n,
	const struct node *m, const struct conv *c, const struct squares *s)
{
	static const signed char a[2][POINTS] = { { 1, 1, 1, 0 }, { 0, 1, -1, -1 } };
	const int64_t *t = m->type->dims;
	int64_t start[1 + RANK] = { 0 }, limit[1 + RANK], step[1 + RANK], dims[2 + RANK],
		all[4] = { t[1], 0, 0, t[s->rank] }, perm[4];
	const struct node *d[POINTS * POINTS], *half[2 * POINTS], *rows[2];
	uint32_t rank = 0, places[2] = { s->at[0] + 1, s->at[1] + 2 };

	for (uint32_t i = 0; i <= s->rank; i++) {
		limit[i] = t[i];
		step[i] = 1;
	}
	for (uint32_t i = 1; i <= s->rank; i++) {
		dims[rank++] = t[i];
		if (rank == places[0] || rank == places[1])
			dims[rank++] = 1;
	}
	for (int64_t i = 0; i < POINTS * POINTS; i++) {
		start[0] = i;
		limit[0] = i + 1;
		d[i] = plan_reshape(g, plan_slice(g, m, start, limit, step), rank, dims);
	}
	for (uint32_t i = 0; i < 2 * POINTS; i++)
		half[i] = combine(g, a[i / POINTS], d + i % POINTS, POINTS);
	for (uint32_t i = 0; i < 2; i++) {
		const struct node *y[2];
		for (uint32_t k = 0; k < 2; k++)
			y[k] = combine(g, a[k], half + i * POINTS, 1);
		rows[i] = build_concat(g, 2, y, places[1]);
	}
	for (uint32_t k = 0; k < 2; k++)
		all[1 + k] = dim_mul(g, 2 * s->apart[k], s->n[k]);
	const struct node *y =
		plan_reshape(g, kept(g, build_concat(g, 2, rows, places[0])), 4, all);
	limit[0] = t[1];
	limit[1] = n->type->dims[c->out_spatial[0]];
	limit[2] = n->type->dims[c->out_spatial[1]];
	limit[3] = t[s->rank];
	start[0] = 0;
	y = plan_slice(g, y, start, limit, step);
	perm[node_int(n, KEY_output_batch_dimension, 0)] = 0;
	perm[c->out_spatial[0]] = 1;
	perm[c->out_spatial[1]] = 2;
	perm[node_int(n, KEY_output_feature_dimension, 1)] = 3;
	return build_transpose(g, y, perm);
}

/* Do the products saved, of all pairs of features, exceed what V and M, 16 numbers a feature, take
 * to be written and read? */
static bool pays(const struct conv *c, double nsquares)
{
	double features = (double)(c->in_features + c->out_features);
	double bytes = POINTS * POINTS * nsquares * features * sizeof(float);

	return bytes <= MEMORY_LEAST || (double)c->in_features * (double)c->out_features >=
		FEATURES_MEMORY / 2 * features;
}

bool plan_is_winograd(struct graph *g, const struct node *n, const struct node *const *in,
	const struct conv *c, const struct plan_options *o)
{
	if (!fits(n, in, c, o))
		return false;
	double all = conv_images(c), waste = 1;
	struct squares s = squares_of(g, n, c);
	for (uint32_t d = 0; d < 2; d++) {
		double places = conv_extent(g, n->type->dims[c->out_spatial[d]]);
		double apart = (double)s.apart[d], each = ceil(places / (2 * apart)) * apart;
		all *= each;
		waste *= 2 * each / places;
	}
	return all >= (plan_is_late(in[1], o) ? SQUARES_LEAST : SQUARES_MADE) && pays(c, all) &&
	       (!s.holes || waste <= WASTE_MOST);
}

const struct node *plan_lower_winograd(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o)
{
	if (!plan_is_winograd(g, n, in, c, o))
		return NULL;
	struct squares s = squares_of(g, n, c);
	const struct node *v = winograd_input(g, n, in[0], c, &s);
	const struct node *u = winograd_weights(g, n, in[1], c);
	const int64_t *t = v->type->dims, zero = 0, two = 2;
	int64_t flat[3] = { t[0], 1, c->in_features }, dims[1 + RANK] = { t[0] };

	for (uint32_t i = 1; i < s.rank; i++)
		flat[1] = dim_mul(g, flat[1], t[i]);
	squares_dims(g, &s, 1, 0, c->out_features, dims + 1);
	const struct node *m = build_dot(g, plan_reshape(g, v, 3, flat), u,
		(struct dim_pairs){ 1, &zero, &zero }, (struct dim_pairs){ 1, &two, &two },
		DTYPE_f32);
	return winograd_output(g, n, plan_reshape(g, m, 1 + s.rank, dims), c, &s);
}
