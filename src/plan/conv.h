/* conv.h -- between the files of plan/: convolutions, and the contractions over windows that they
 * become. */
#ifndef PLAN_CONV_H
#define PLAN_CONV_H
#include "plan/plan_impl.h"

/* Sizes of a convolution. */
struct conv {
	int64_t batch, features, groups;         /* of input, output */
	int64_t out_features, in_features;       /* of the whole; of one group */
	uint32_t nspatial;
	const int64_t *in_spatial, *kernel_spatial, *out_spatial;
	int64_t window, positions;               /* products */
};
/* Are all sizes of convolution n numbers, but for how many images there are? */
bool conv_is_static(const struct node *n, const struct node *const *in);
/* Are its kernel's sizes numbers, and how many features there are? */
bool conv_knows_features(const struct node *n, const struct node *const *in);
/* Are there zeros between the places of its input? */
bool conv_is_dilated(const struct node *n, const struct conv *c);
/* a - b, below 0 too, of dimensions; false: it is no number. */
bool conv_difference(struct graph *g, int64_t a, int64_t b, int64_t *out);
/* How many images ways are weighed by, and how long an image's dim is. */
double conv_images(const struct conv *c);
double conv_extent(const struct graph *g, int64_t d);
/* Weights of convolution n as [groups, out features of a group, in features * window]. */
const struct node *conv_rows(struct graph *g, const struct node *n, const struct node *w,
	const struct conv *c);
/* The same for weights of a gradient by the input, turned and with the features that are summed
 * outermost: made by a step of its own, whose vectors are whole windows. */
const struct node *conv_rows_made(struct graph *g, const struct node *n, const struct node *w,
	const struct conv *c, const struct plan_options *o);
/* The input x of convolution n as [features, batch, spatial...], padded by so many elements before
 * and behind of each spatial dim. */
const struct node *conv_image(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c, const int64_t *before, const int64_t *behind);
/* The same as [batch, spatial..., features], and padded along its features; of what lies so. */
const struct node *conv_padded_last(struct graph *g, const struct node *x, const int64_t *before,
	const int64_t *behind);
const struct node *conv_image_last(struct graph *g, const struct node *n, const struct node *x,
	const struct conv *c, const int64_t *before, const int64_t *behind);
/* n, a convolution, by the ops that kernels are made of. */
const struct node *plan_lower_convolution(
	struct graph *g, const struct node *n, const struct plan_options *o);
/* How a convolution's kernel wishes features to lie: behind the batch, or last. */
enum conv_wish { CONV_first, CONV_last, CONV_either };
/* Convolution n, whose input is dilated, as one a phase; NULL: it is not, or not so. */
const struct node *plan_lower_phases(struct graph *g, const struct node *n, const struct conv *c,
	const struct plan_options *o);
/* How the kernels of its phases wish features to lie; CONV_first: it has none. */
enum conv_wish plan_phases_wish(struct graph *g, const struct node *n, const struct conv *c,
	const struct plan_options *o);
/* The same as one product, where there are many phases or windows do not overlap; whether it is
 * that, and how that wishes features to lie. */
bool plan_has_many_phases(struct graph *g, const struct node *n, const struct conv *c);
enum conv_wish plan_many_phases_wish(
	struct graph *g, const struct node *n, const struct conv *c);
const struct node *plan_lower_many_phases(
	struct graph *g, const struct node *n, const struct conv *c);
/* Convolution n as a contraction over windows of its padded input; NULL: patches serve better. */
const struct node *plan_lower_windows(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o);
/* The same of windows of one place each, features behind the batch, over images of any height and
 * width; NULL: it is another. */
bool plan_is_planes(const struct node *n, const struct node *const *in, const struct conv *c);
const struct node *plan_lower_planes(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o);

/* Convolution n of few places by large windows, as the gradient by the weights is one, as a
 * contraction whose rows are gathered from the image in runs; NULL: it is another, or other ways
 * serve better. */
const struct node *plan_lower_wide(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o);
/* Convolution n in groups of few features and places by large windows, as dot products of runs of
 * both; NULL: it is another, or patches serve better. */
const struct node *plan_lower_lines(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o);
/* Convolution n, the gradient of a depthwise one by its weights, as sums of products of images with
 * their features last; NULL: it is another, or they lie otherwise. */
const struct node *plan_lower_sums(
	struct graph *g, const struct node *n, const struct plan_options *o);
/* The same of images whose sizes are not known: where it has no such window, tap by tap. */
const struct node *plan_lower_taps(
	struct graph *g, const struct node *n, const struct plan_options *o);
/* `word` neighbours along x's last dim, a multiple of as many, as words of 32 bits. */
const struct node *words_of(struct graph *g, const struct node *x, int64_t word);
/* Contraction c, of type t, of x's runs and columns: where c has them packed [batch..., n, k], or
 * those in panels, of a higher rank.  Its blocks are chosen where it has none. */
const struct node *plan_contract_runs(struct graph *g, struct contract *c, const struct node *x,
	const struct node *cols, const struct type *t, const struct plan_options *o);
/* Contraction c, its blocks not yet chosen, of type t by rows and columns along k. */
const struct node *plan_contract_lines(struct graph *g, struct contract *c,
	const struct node *rows, const struct node *cols, const struct type *t,
	const struct plan_options *o);
/* Is convolution n one whose windows plan_lower_last takes from an image with its features last,
 * wherever these lie (its weights are constants), or where they lie so? */
bool plan_is_last(const struct node *n, const struct node *const *in, const struct conv *c,
	const struct plan_options *o);
bool plan_goes_last(const struct node *n, const struct node *const *in, const struct conv *c,
	const struct plan_options *o);
/* Convolution n by packed weights as a contraction whose rows are windows of its
 * padded input with features last; NULL: it is another. */
const struct node *plan_lower_last(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o);

/* Convolution n of images of a symbolic height or width as a contraction whose rows are gathered
 * from the image in runs; NULL: it is another. */
bool plan_is_any(const struct node *n, const struct node *const *in, const struct conv *c,
	const struct plan_options *o);
const struct node *plan_lower_any(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o);

/* Convolution n by windows of a symbolic height or width, or over a symbolic number of features, as
 * the gradient by the weights is one, as a contraction whose k counts places; NULL: it is another.
 */
const struct node *plan_lower_long(
	struct graph *g, const struct node *n, const struct plan_options *o);

enum conv_wish plan_convolution_wish(
	struct graph *g, const struct node *n, const struct plan_options *o);
/* May convolution n be lowered by plan_lower_winograd? */
bool plan_is_winograd(struct graph *g, const struct node *n, const struct node *const *in,
	const struct conv *c, const struct plan_options *o);
/* Convolution n by 3 x 3 windows with fewer products; NULL: it is another, or
 * not worth it, or o says strict. */
const struct node *plan_lower_winograd(struct graph *g, const struct node *n,
	const struct node *const *in, const struct conv *c, const struct plan_options *o);

/* What a contraction over windows reads: x, dense, [images, groups, features of a group, planes],
 * and how (struct contract). */
struct windows {
	const struct node *x;
	int64_t images, groups, features;        /* images may be symbolic */
	int64_t feature;                         /* elements of one */
	int64_t sheets, sheet;                   /* places along a first dim, elements between */
	int64_t n, row, row_all;
	int64_t typical;                         /* n, where it is symbolic */
	uint32_t taps;
	int32_t tap[PLAN_MAX_TAPS];
};
/* Rows [groups, m, k] by windows, of type t: [images, sheets, groups, m, columns in two dims].
 * NULL: there is no contraction of these dtypes. */
const struct node *plan_contract_windows(struct graph *g, const struct node *rows,
	const struct windows *w, const struct type *t, const struct plan_options *o);
/* An image, dense, [images, lines, places, features], and windows over it: a window is `bands` runs
 * of k / bands elements. */
struct places {
	const struct node *x;
	int64_t images, image;                   /* how many, elements of one */
	int64_t groups, features;                /* of a place, side by side; of one */
	int64_t parts, part;                     /* of an image: how many, elements between */
	int64_t m, k;                            /* windows of a part; elements of one */
	/* struct contract; step: rows_m */
	int64_t span, step, span_pitch, bands, pieces, piece_pitch, band_pitch;
};
/* Windows by weights [n, k], of groups [groups, n, k], of type t: [images, ..., n], of groups
 * [images, parts, groups, ..., n]; both dims are there then. */
const struct node *plan_contract_places(struct graph *g, const struct places *p,
	const struct node *weights, const struct type *t, const struct plan_options *o);
/* Neighbours along k that are multiplied at once: whole runs of them. */
int64_t plan_places_unit(enum dtype t, const struct plan_options *o);
/* May plan_contract_places multiply such elements? */
bool plan_places_fit(const struct places *p, enum dtype t, const struct plan_options *o);
#endif
