/* lower_conv.c -- convolution and its gradients: each one StableHLO convolution.
 *
 * With y = conv(x, w), strides s, dilations d, padding p (Dumoulin and Visin, "A guide to
 * convolution arithmetic for deep learning", 2016):
 *   x' = conv(y' spread by s, w turned round and its channels swapped), dilation d
 *   w' = conv(x as [C,N,...], y' as [O,N,...]), stride d, dilation s: the batch is what is summed
 *   over,
 *        groups are groups of the batch
 * A transposed convolution is the first of these, so its gradients are a plain convolution and w'
 * with x and y' changing places.
 *
 * Paddings are numbers.  Where sizes are symbolic, so that the one at the end is not, x' is made as
 * long as it can be and cut, and w' is a product with what the window's taps read of x. */
#include "front/aten/take.h"

/* A kernel of a transposed convolution: [in, out/groups, ...] to [out, in/groups, ...]. */
static const struct node *swap_groups(struct lower *l, const struct node *w, int64_t groups)
{
	uint32_t rank = w->type->rank;
	const int64_t *d = w->type->dims;
	int64_t dims[ATEN_MAX_RANK], p[ATEN_MAX_RANK];
	if (groups == 1) {
		for (uint32_t i = 0; i < rank; i++)
			p[i] = i < 2 ? 1 - (int64_t)i : (int64_t)i;
		return build_transpose(l->g, w, p);
	}
	dims[0] = groups;
	dims[1] = d[0] / groups;
	for (uint32_t i = 1; i < rank; i++)
		dims[i + 1] = d[i];
	w = build_reshape(l->g, w, rank + 1, dims);
	for (uint32_t i = 0; i <= rank; i++)
		p[i] = i == 1 ? 2 : i == 2 ? 1 : (int64_t)i;
	w = build_transpose(l->g, w, p);
	dims[0] = groups * d[1];
	dims[1] = d[0] / groups;
	for (uint32_t i = 2; i < rank; i++)
		dims[i] = d[i];
	return build_reshape(l->g, w, rank, dims);
}

struct window {
	uint32_t n;
	int64_t stride[8], pad[16], lhs[8], rhs[8], reversal[8], spatial[8];
	/* Where batch and channels lie; 1: channels first, as for the gradient of a weight. */
	int64_t turned;
	int64_t groups, batch_groups;
};

static void read_window(struct lower *l, const struct node *w, struct window *win)
{
	int64_t pad[8], extra[8];
	bool transposed = lower_bool(l, 6);
	uint32_t n = win->n;
	lower_ints_n(l, 3, n, 1, win->stride);
	lower_ints_n(l, 4, n, 0, pad);
	lower_ints_n(l, 5, n, 1, win->rhs);
	lower_ints_n(l, 7, n, 0, extra);
	for (uint32_t i = 0; i < n; i++) {
		if (win->stride[i] < 1 || win->rhs[i] < 1 || pad[i] < 0 || extra[i] < 0)
			lower_fail(l, "a stride or dilation below one, or a padding below zero");
		win->spatial[i] = i + 2;
		win->lhs[i] = transposed ? win->stride[i] : 1;
		win->reversal[i] = transposed;
		win->pad[2 * i] = win->pad[2 * i + 1] = pad[i];
		if (transposed) {
			int64_t reach = (w->type->dims[i + 2] - 1) * win->rhs[i];
			win->pad[2 * i] = reach - pad[i];
			win->pad[2 * i + 1] = reach - pad[i] + extra[i];
			win->stride[i] = 1;
		}
	}
}

/* Is type made of so few products in three dimensions that sums in f64 cost next to nothing?
 * There, with a window of dozens and one channel or two, a sum in order of f32 is further off than
 * what eager's libraries make of it. */
#define FEW_PRODUCTS 0x80000
static bool few_products(const struct node *x, const struct node *w, const struct window *win,
	const struct type *type)
{
	int64_t each = 1;

	if (win->n != 3 || type->dtype != DTYPE_f32 || !type_is_static(type) ||
		!type_is_static(x->type) || !type_is_static(w->type))
		return false;
	for (uint32_t i = 0; i < w->type->rank; i++)
		each *= i == win->turned ? 1 : w->type->dims[i];
	return type_elements(type) <= FEW_PRODUCTS && each <= FEW_PRODUCTS &&
	       type_elements(type) * each <= FEW_PRODUCTS;
}

static const struct node *conv_node(struct lower *l, const struct node *x, const struct node *w,
	const struct window *win, const struct type *type)
{
	uint32_t n = win->n;
	if (few_products(x, w, win, type)) {
		const struct type *exact = type_with_dtype(l->g, type, DTYPE_f64);
		x = lower_cast(l, x, DTYPE_f64);
		w = lower_cast(l, w, DTYPE_f64);
		return lower_cast(l, conv_node(l, x, w, win, exact), DTYPE_f32);
	}
	int64_t t = win->turned;
	struct attr_entry e[] = {
		lower_attr_ints(l, KEY_window_strides, n, win->stride),
		lower_attr_ints(l, KEY_padding, 2 * n, win->pad),
		lower_attr_ints(l, KEY_lhs_dilation, n, win->lhs),
		lower_attr_ints(l, KEY_rhs_dilation, n, win->rhs),
		lower_attr_ints(l, KEY_window_reversal, n, win->reversal),
		lower_attr_int(l, KEY_input_batch_dimension, t),
		lower_attr_int(l, KEY_input_feature_dimension, 1 - t),
		lower_attr_ints(l, KEY_input_spatial_dimensions, n, win->spatial),
		lower_attr_int(l, KEY_kernel_output_feature_dimension, t),
		lower_attr_int(l, KEY_kernel_input_feature_dimension, 1 - t),
		lower_attr_ints(l, KEY_kernel_spatial_dimensions, n, win->spatial),
		lower_attr_int(l, KEY_output_batch_dimension, t),
		lower_attr_int(l, KEY_output_feature_dimension, 1 - t),
		lower_attr_ints(l, KEY_output_spatial_dimensions, n, win->spatial),
		lower_attr_int(l, KEY_feature_group_count, win->groups),
		lower_attr_int(l, KEY_batch_group_count, win->batch_groups),
		{ KEY_other, graph_string(l->g, "weft.holes", 10), attr_raw(l->g, "unit") },
	};
	uint32_t nattrs = sizeof e / sizeof e[0];
	bool holes = false;
	for (uint32_t i = 0; i < n; i++)
		holes = holes || win->lhs[i] > 1;
	const struct node *in[2] = { x, w };
	struct node_spec s = { .op = OP_convolution,
		.nin = 2,
		.in = in,
		.type = type,
		.attrs = attrs_cons(l->g, holes ? nattrs : nattrs - 1, e),
		.at = { l->r->file, l->r->line, 1 } };
	return graph_node(l->g, &s);
}

/* t with a batch of one in front. */
static const struct type *batch_of_one(struct lower *l, const struct type *t)
{
	int64_t dims[ATEN_MAX_RANK];
	dims[0] = 1;
	for (uint32_t i = 0; i < t->rank; i++)
		dims[i + 1] = t->dims[i];
	return type_tensor(l->g, t->dtype, t->rank + 1, dims);
}

/* Windows are of a known size, and so are channels that groups share out. */
static void weight_sizes(struct lower *l, const struct type *w, int64_t groups)
{
	for (uint32_t i = groups > 1 ? 0 : 2; i < w->rank; i++)
		if (!dim_is_number(w->dims[i]))
			lower_bail(l);
}

void lower_convolution(struct lower *l)
{
	struct graph *g = l->g;
	const struct node *x = lower_tensor(l, 0), *w = lower_tensor(l, 1),
			  *bias = lower_tensor(l, 2);
	const struct type *type = l->type[0];
	int64_t groups = lower_int(l, 8);
	bool transposed = lower_bool(l, 6), batched = x->type->rank == w->type->rank;
	uint32_t rank = w->type->rank;
	if (rank < 3 || rank > 8 || (x->type->rank != rank && x->type->rank != rank - 1) ||
		type->rank != x->type->rank || groups < 1)
		lower_fail(l, "the ranks of input and weight do not fit");
	weight_sizes(l, w->type, groups);
	if (transposed && w->type->dims[0] % groups)
		lower_fail(l, "the channels are no multiple of the groups");
	if (!batched) {
		type = batch_of_one(l, type);
		x = build_reshape(g, x, rank, batch_of_one(l, x->type)->dims);
	}
	struct window win = { .n = rank - 2, .groups = groups, .batch_groups = 1 };
	read_window(l, w, &win);
	if (transposed)
		w = swap_groups(l, w, groups);
	/* One with holes is several kernels, so what they make is stored: with a bias to come, in
	 * what is computed in. */
	enum dtype t = type->dtype, c = bias && transposed ? lower_compute(t) : t;
	const struct node *y = conv_node(l, x, w, &win, type_with_dtype(g, type, c));
	if (bias) {
		int64_t at = 1;
		bias = build_broadcast(g, lower_cast(l, bias, c), rank, y->type->dims, &at);
		y = lower_cast(l, build2(g, OP_add, y, bias), t);
	}
	l->out[0] = batched ? y : build_reshape(g, y, rank - 1, l->type[0]->dims);
}

/* ---- gradients ------------------------------------------------------------------------------ */

/* A convolution seen from its result: x is what its window slides over. */
struct slide {
	uint32_t rank;
	const struct node *x, *y, *w; /* input, gradient of the result, weight [O, I/groups, ...] */
	int64_t stride[8], pad[8], dilation[8], groups;
};

static bool spatial_known(const struct node *n)
{
	bool known = true;
	for (uint32_t i = 2; i < n->type->rank; i++)
		known &= dim_is_number(n->type->dims[i]);
	return known;
}

static bool slide_known(const struct slide *c)
{
	return spatial_known(c->x) && spatial_known(c->y);
}

/* conv_node() of symbolic sizes: its own type, from what slides and its window, cut to t. */
static const struct node *conv_cut(struct lower *l, const struct node *x, const struct node *w,
	const struct window *win, const struct type *t)
{
	struct graph *g = l->g;
	int64_t dims[ATEN_MAX_RANK];
	dims[0] = t->dims[0];
	dims[1] = t->dims[1];
	for (uint32_t i = 0; i < win->n; i++) {
		int64_t n = dim_mul(g, dim_sub(g, x->type->dims[i + 2], 1), win->lhs[i]);
		int64_t reach = (w->type->dims[i + 2] - 1) * win->rhs[i];
		n = dim_add(g, dim_add(g, n, 1), win->pad[2 * i]);
		n = dim_sub(g, dim_add(g, n, win->pad[2 * i + 1]), reach + 1);
		dims[i + 2] = dim_add(g, dim_floordiv(g, n, win->stride[i]), 1);
	}
	const struct type *own = type_tensor(g, t->dtype, t->rank, dims);
	return lower_cut(l, conv_node(l, x, w, win, own), t);
}

/* The gradient of what the window slides over, of type t. */
static const struct node *input_gradient(
	struct lower *l, const struct slide *c, const struct type *t)
{
	struct window win = { .n = c->rank - 2, .groups = c->groups, .batch_groups = 1 };
	bool known = slide_known(c);
	for (uint32_t i = 0; i < win.n; i++) {
		int64_t reach = (c->w->type->dims[i + 2] - 1) * c->dilation[i];
		win.spatial[i] = i + 2;
		win.stride[i] = win.reversal[i] = 1;
		win.lhs[i] = c->stride[i];
		win.rhs[i] = c->dilation[i];
		win.pad[2 * i] = reach - c->pad[i];
		win.pad[2 * i + 1] = !known ? win.pad[2 * i] + c->stride[i] - 1
					    : t->dims[i + 2] - 1 -
						      (c->y->type->dims[i + 2] - 1) *
							      c->stride[i] +
						      c->pad[i];
	}
	/* more padding than a window reaches: of symbolic sizes the parts cut off are no numbers */
	for (uint32_t i = 0; i < win.n && !known; i++)
		if (win.pad[2 * i] < 0)
			lower_bail(l);
	const struct node *w = swap_groups(l, c->w, c->groups);
	return known ? conv_node(l, c->y, w, &win, t) : conv_cut(l, c->y, w, &win, t);
}

/* The gradient of the input of a transposed convolution, of type t: x slides over the result. */
static const struct node *slid_gradient(
	struct lower *l, const struct slide *c, const struct type *t)
{
	struct window win = { .n = c->rank - 2, .groups = c->groups, .batch_groups = 1 };
	bool known = slide_known(c);
	for (uint32_t i = 0; i < win.n; i++) {
		win.spatial[i] = i + 2;
		win.stride[i] = c->stride[i];
		win.lhs[i] = 1;
		win.rhs[i] = c->dilation[i];
		win.pad[2 * i] = c->pad[i];
		win.pad[2 * i + 1] =
			!known ? c->pad[i]
			       : (t->dims[i + 2] - 1) * c->stride[i] + 1 +
					 (c->w->type->dims[i + 2] - 1) * c->dilation[i] -
					 c->x->type->dims[i + 2] - c->pad[i];
	}
	return known ? conv_node(l, c->x, c->w, &win, t) : conv_cut(l, c->x, c->w, &win, t);
}

/* x padded and cut to what windows read of it: a convolution's own padding is no symbolic size. */
static const struct node *windows_all(
	struct lower *l, const struct slide *c, const struct window *win)
{
	struct graph *g = l->g;
	int64_t dims[ATEN_MAX_RANK], pad[ATEN_MAX_RANK] = { 0 }, inner[ATEN_MAX_RANK] = { 0 };
	for (uint32_t i = 0; i < c->rank; i++) {
		dims[i] = c->x->type->dims[i];
		if (i < 2)
			continue;
		int64_t reach = (c->w->type->dims[i] - 1) * c->dilation[i - 2];
		dims[i] = dim_mul(g, dim_sub(g, c->y->type->dims[i], 1), c->stride[i - 2]);
		dims[i] = dim_add(g, dims[i], reach + 1);
		pad[i] = win->pad[2 * i - 4];
	}
	const struct node *zero = build_scalar(g, c->x->type->dtype, 0);
	return lower_cut(l, build_pad(g, c->x, zero, pad, pad, inner),
		type_tensor(g, c->x->type->dtype, c->rank, dims));
}

/* The gradient of the weight, of type t. */
static const struct node *weight_gradient(
	struct lower *l, const struct slide *c, const struct type *t)
{
	struct window win = {
		.n = c->rank - 2, .turned = 1, .groups = 1, .batch_groups = c->groups
	};
	bool known = slide_known(c);
	for (uint32_t i = 0; i < win.n; i++) {
		int64_t reach = (t->dims[i + 2] - 1) * c->dilation[i];
		win.spatial[i] = i + 2;
		win.stride[i] = c->dilation[i];
		win.lhs[i] = 1;
		win.rhs[i] = c->stride[i];
		win.pad[2 * i] = c->pad[i];
		if (known)
			win.pad[2 * i + 1] = reach +
				(c->y->type->dims[i + 2] - 1) * c->stride[i] + 1 -
				c->x->type->dims[i + 2] - c->pad[i];
	}
	if (known)
		return conv_node(l, c->x, c->y, &win, t);
	const struct node *x = windows_all(l, c, &win);
	for (uint32_t i = 0; i < win.n; i++)
		win.pad[2 * i] = 0;
	return conv_node(l, x, c->y, &win, t);
}

static void read_slide(struct lower *l, struct slide *c)
{
	int64_t extra[8];
	c->rank = c->w->type->rank;
	c->groups = lower_int(l, 9);
	if (c->rank < 3 || c->rank > 8 || c->groups < 1)
		lower_fail(l, "the rank of the weight or the groups do not fit");
	weight_sizes(l, c->w->type, c->groups);
	if (c->w->type->dims[0] % c->groups)
		lower_fail(l, "the channels of the weight are no multiple of the groups");
	lower_ints_n(l, 4, c->rank - 2, 1, c->stride);
	lower_ints_n(l, 5, c->rank - 2, 0, c->pad);
	lower_ints_n(l, 6, c->rank - 2, 1, c->dilation);
	lower_ints_n(l, 8, c->rank - 2, 0, extra);
	for (uint32_t i = 0; i < c->rank - 2; i++)
		if (c->stride[i] < 1 || c->dilation[i] < 1 || c->pad[i] < 0 || extra[i] < 0)
			lower_fail(l, "a stride or dilation below one, or a padding below zero");
}

/* n, or n with a batch of one. */
static const struct node *with_batch(struct lower *l, const struct node *n, uint32_t rank)
{
	if (n->type->rank != rank && n->type->rank + 1 != rank)
		lower_fail(l, "the ranks of input and weight do not fit");
	return n->type->rank == rank
		       ? n
		       : build_reshape(l->g, n, rank, batch_of_one(l, n->type)->dims);
}

/* Gradients of input, weight and bias: those whose flag in argument 10 is set. */
void lower_convolution_backward(struct lower *l)
{
	struct graph *g = l->g;
	struct slide c = { .w = lower_tensor(l, 2) };
	read_slide(l, &c);
	bool transposed = lower_bool(l, 7);
	const struct node *y = with_batch(l, lower_tensor(l, 0), c.rank);
	const struct node *x = with_batch(l, lower_tensor(l, 1), c.rank);
	bool empty = type_elements(x->type) == 0 || type_elements(y->type) == 0;
	/* A transposed convolution is the gradient of one that slides over its result. */
	c.x = transposed ? y : x;
	c.y = transposed ? x : y;
	const struct node *made[3] = { 0 };
	bool others[ATEN_MAX_RANK] = { 0 };
	for (uint32_t i = 0; i < c.rank; i++)
		others[i] = i != 1;
	if (l->type[0] && !empty) {
		made[0] =
			transposed ? slid_gradient(l, &c, x->type) : input_gradient(l, &c, x->type);
		made[0] = build_reshape(g, made[0], l->type[0]->rank, l->type[0]->dims);
	}
	if (l->type[1] && !empty)
		made[1] = weight_gradient(l, &c, c.w->type);
	if (l->type[2]) {
		enum dtype t = l->type[2]->dtype;
		/* Two sums, of each image and of these: their errors add, not their lengths. */
		bool batch[ATEN_MAX_RANK] = { true };
		others[0] = false;
		made[2] = lower_cast(l, y, lower_compute(t));
		made[2] = lower_reduce(l, OP_add, made[2], others, false);
		made[2] = lower_cast(l, lower_reduce(l, OP_add, made[2], batch, false), t);
	}
	for (uint32_t i = 0; i < 3; i++)
		if (l->type[i])
			l->out[i] = made[i] ? made[i] : build_full(g, l->type[i], 0);
}
