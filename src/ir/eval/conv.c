/* conv.c -- convolution with every dimension number, dilation, group and reversal, and patches,
 * its input's windows as a matrix.  For each element of the result the window is walked as the
 * specification writes it down; the innermost loop runs over the input features. */
#include "ir/eval/eval_impl.h"
#include "ir/eval/sum.h"
#include <string.h>

enum { PADDING = -1, HOLE = -2 };

struct conv {
	uint32_t n;                  /* spatial dimensions */
	int64_t in[EVAL_MAX_RANK], kernel[EVAL_MAX_RANK], out[EVAL_MAX_RANK];
	int64_t in_stride[EVAL_MAX_RANK], kernel_stride[EVAL_MAX_RANK];
	int64_t stride[EVAL_MAX_RANK], low[EVAL_MAX_RANK], high[EVAL_MAX_RANK];
	int64_t lhs_dilation[EVAL_MAX_RANK], rhs_dilation[EVAL_MAX_RANK], reversal[EVAL_MAX_RANK];
	int64_t batch, features, batch_stride, feature_stride;       /* of the input */
	int64_t feature_groups, batch_groups;
};

static int64_t entry(const int64_t *v, uint32_t n, uint32_t i, int64_t otherwise)
{
	return i < n ? v[i] : otherwise;
}

/* All but the kernel, which conv_places wants. */
static void conv_read(struct call *c, const struct tensor *padding, struct conv *v)
{
	const struct tensor *a = c->in[0];
	uint32_t ns, nl, nr, np, nv;
	const int64_t *dims = eval_ints_any(c, KEY_input_spatial_dimensions, &v->n);
	const int64_t *stride = eval_ints_any(c, KEY_window_strides, &ns);
	const int64_t *ld = eval_ints_any(c, KEY_lhs_dilation, &nl);
	const int64_t *rd = eval_ints_any(c, KEY_rhs_dilation, &nr);
	const int64_t *pad = eval_ints_any(c, KEY_padding, &np);
	const int64_t *reversal = eval_ints_any(c, KEY_window_reversal, &nv);
	int64_t strides[EVAL_MAX_RANK], b = node_int(c->n, KEY_input_batch_dimension, 0);
	int64_t f = node_int(c->n, KEY_input_feature_dimension, 1);

	if (a->rank > EVAL_MAX_RANK || v->n + 2 != a->rank)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "dimension numbers do not fit the input");
	tensor_strides(a, strides);
	for (uint32_t d = 0; d < v->n; d++) {
		v->in[d] = a->dims[dims[d]];
		v->in_stride[d] = strides[dims[d]];
		v->stride[d] = entry(stride, ns, d, 1);
		v->lhs_dilation[d] = entry(ld, nl, d, 1);
		v->rhs_dilation[d] = entry(rd, nr, d, 1);
		v->reversal[d] = entry(reversal, nv, d, 0);
		v->low[d] = padding ? eval_index(padding, 2 * d) : entry(pad, np, 2 * d, 0);
		v->high[d] =
			padding ? eval_index(padding, 2 * d + 1) : entry(pad, np, 2 * d + 1, 0);
	}
	v->batch = a->dims[b];
	v->features = a->dims[f];
	v->batch_stride = strides[b];
	v->feature_stride = strides[f];
	v->feature_groups = node_int(c->n, KEY_feature_group_count, 1);
	v->batch_groups = node_int(c->n, KEY_batch_group_count, 1);
}

static void conv_places(struct conv *v)
{
	for (uint32_t d = 0; d < v->n; d++) {
		int64_t have = v->in[d] ? (v->in[d] - 1) * v->lhs_dilation[d] + 1 : 0;
		int64_t room = have + v->low[d] + v->high[d];
		int64_t need = v->kernel[d] ? (v->kernel[d] - 1) * v->rhs_dilation[d] + 1 : 0;
		v->out[d] = room < need || room <= 0 ? 0 : (room - need) / v->stride[d] + 1;
	}
}

/* Offset in the input of window position k[] at place at[]; below 0: padding, or a hole. */
static int64_t conv_input(const struct conv *v, const int64_t *at, const int64_t *k)
{
	int64_t o = 0;
	bool inside = true;

	for (uint32_t d = 0; d < v->n; d++) {
		int64_t p = at[d] * v->stride[d] + k[d] * v->rhs_dilation[d] - v->low[d];
		if (p % v->lhs_dilation[d])
			return HOLE;
		inside = inside && p >= 0 && p / v->lhs_dilation[d] < v->in[d];
		o += p / v->lhs_dilation[d] * v->in_stride[d];
	}
	return inside ? o : PADDING;
}

static int64_t conv_kernel(const struct conv *v, const int64_t *k)
{
	int64_t o = 0;

	for (uint32_t d = 0; d < v->n; d++)
		o += (v->reversal[d] ? v->kernel[d] - 1 - k[d] : k[d]) * v->kernel_stride[d];
	return o;
}

static void check_groups(struct call *c, const struct conv *v, int64_t features, int64_t results)
{
	if (v->batch % v->batch_groups || results % v->batch_groups ||
		v->features % v->feature_groups || results % v->feature_groups)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "groups do not divide what they are of");
	if (v->features / v->feature_groups != features)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "input features do not fit the kernel's");
}

static void convolve(struct call *c, const struct tensor *padding)
{
	const struct tensor *w = c->in[1];
	struct conv v;
	uint32_t rank = c->in[0]->rank;
	int64_t dims[EVAL_MAX_RANK], strides[EVAL_MAX_RANK], index[EVAL_MAX_RANK] = { 0 };
	int64_t at[EVAL_MAX_RANK], k[EVAL_MAX_RANK];
	int64_t ki = node_int(c->n, KEY_kernel_input_feature_dimension, 0);
	int64_t ko = node_int(c->n, KEY_kernel_output_feature_dimension, 1);
	int64_t ob = node_int(c->n, KEY_output_batch_dimension, 0);
	int64_t of = node_int(c->n, KEY_output_feature_dimension, 1);

	conv_read(c, padding, &v);
	if (w->rank != rank)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "input and kernel differ in rank");
	const int64_t *kernel_dims = eval_ints(c, KEY_kernel_spatial_dimensions, v.n);
	const int64_t *out_dims = eval_ints(c, KEY_output_spatial_dimensions, v.n);
	tensor_strides(w, strides);
	for (uint32_t d = 0; d < v.n; d++) {
		v.kernel[d] = w->dims[kernel_dims[d]];
		v.kernel_stride[d] = strides[kernel_dims[d]];
	}
	conv_places(&v);
	for (uint32_t d = 0; d < v.n; d++)
		dims[out_dims[d]] = v.out[d];
	dims[ob] = v.batch / v.batch_groups;
	dims[of] = w->dims[ko];
	check_groups(c, &v, w->dims[ki], dims[of]);
	struct tensor *out = eval_new(c, 0, rank, dims);
	enum dtype ta = c->in[0]->type->dtype, tw = w->type->dtype, to = out->type->dtype;
	struct wide_array a = wide_read(c, c->in[0], wide_as(ta, tw, to));
	struct wide_array b = wide_read(c, w, wide_as(tw, ta, to));
	bool empty = false, skips = node_skips_holes(c->n);
	for (uint32_t d = 0; d < v.n; d++)
		empty = empty || v.kernel[d] == 0;
	for (int64_t i = 0, n = tensor_elements(out); i < n; i++) {
		struct sum s = { .wide = a.wide };
		int64_t o = index[of], batch = index[ob];
		batch += o / (dims[of] / v.batch_groups) * dims[ob];
		int64_t base = batch * v.batch_stride +
			       o / (dims[of] / v.feature_groups) * w->dims[ki] * v.feature_stride;
		for (uint32_t d = 0; d < v.n; d++)
			at[d] = index[out_dims[d]];
		memset(k, 0, sizeof k);
		for (bool more = !empty; more; more = index_next(v.n, v.kernel, k)) {
			int64_t from = conv_input(&v, at, k);
			int64_t weight = o * strides[ko] + conv_kernel(&v, k);
			if (from >= 0)
				sum_products(&s, &a, base + from, v.feature_stride, &b, weight,
					strides[ki], w->dims[ki]);
			else if (from == PADDING || !skips)
				sum_zeros(&s, &b, weight, strides[ki], w->dims[ki]);
		}
		sum_store(&s, &a, out->type->dtype, tensor_at(out, i));
		index_next(rank, dims, index);
	}
	wide_free(c, &a);
	wide_free(c, &b);
}

void eval_convolution(struct call *c)
{
	convolve(c, NULL);
}

void eval_dynamic_conv(struct call *c)
{
	uint32_t n;

	eval_ints_any(c, KEY_input_spatial_dimensions, &n);
	if (tensor_elements(c->in[2]) != 2 * (int64_t)n)
		eval_fail(c, WEFT_INVALID_ARGUMENT, "padding of another size");
	convolve(c, c->in[2]);
}

/* The element that begins at `from` in every feature and image of a, to column `place` of row k of
 * the feature's in out. */
static void patches_copy(const struct conv *v, const struct tensor *a, int64_t from,
	struct tensor *out, int64_t window, int64_t k, int64_t place)
{
	size_t bytes = dtype_bytes(a->type->dtype);
	int64_t columns = out->dims[2], places = v->batch ? columns / v->batch : 0;

	for (int64_t f = 0; f < v->features; f++)
		for (int64_t b = 0; b < v->batch; b++)
			memcpy(tensor_at(out, (f * window + k) * columns + b * places + place),
				tensor_at(a, from + f * v->feature_stride + b * v->batch_stride),
				bytes);
}

/* out[group, channel * window + k, batch * places + place] */
void eval_patches(struct call *c)
{
	const struct tensor *a = c->in[0];
	struct conv v;
	int64_t window = 1, places = 1, k[EVAL_MAX_RANK] = { 0 }, at[EVAL_MAX_RANK];

	conv_read(c, NULL, &v);
	const int64_t *size = eval_ints(c, KEY_window_dimensions, v.n);
	memcpy(v.kernel, size, v.n * sizeof *size);
	conv_places(&v);
	for (uint32_t d = 0; d < v.n; d++) {
		window *= v.kernel[d];
		places *= v.out[d];
	}
	int64_t per = v.features / v.feature_groups, dims[3] = { v.feature_groups, per * window,
		v.batch * places };
	struct tensor *out = eval_new(c, 0, 3, dims);
	for (int64_t w = 0; w < window; w++, index_next(v.n, v.kernel, k)) {
		memset(at, 0, sizeof at);
		for (int64_t p = 0; p < places; p++, index_next(v.n, v.out, at)) {
			int64_t from = conv_input(&v, at, k);
			if (from >= 0)
				patches_copy(&v, a, from, out, window, w, p);
		}
	}
}
