/* lower_fft.c -- Fourier transforms: one dimension after the other, moved to the end for it. */
#include "front/aten/matrix.h"
#include <math.h>
#include <string.h>

static const struct node *swap_last(struct lower *l, const struct node *x, int64_t dim)
{
	int64_t p[ATEN_MAX_RANK], last = (int64_t)x->type->rank - 1;
	for (int64_t i = 0; i <= last; i++)
		p[i] = i == dim ? last : i == last ? dim : i;
	return dim == last ? x : build_transpose(l->g, x, p);
}

/* x along its last dimension, whose length is a symbol's: the call that stands for fft there. */
static const struct node *along_symbol(
	struct lower *l, const struct node *x, const char *how, int64_t length)
{
	enum dtype t = dtype_part(x->type->dtype);
	uint32_t last = x->type->rank - 1;
	int64_t dims[ATEN_MAX_RANK];
	const struct node *out;

	memcpy(dims, x->type->dims, x->type->rank * sizeof *dims);
	dims[last] = length;
	if (!strcmp(how, "RFFT"))
		dims[last] = dim_add(l->g, dim_floordiv(l->g, length, 2), 1);
	if (strcmp(how, "IRFFT") != 0)
		t = t == DTYPE_f64 ? DTYPE_c128 : DTYPE_c64;
	const struct type *type = type_tensor(l->g, t, x->type->rank, dims);
	const char *config = job_printf(l->j, "%s SUM last", how);
	matrix_decomposed(l, "weft.fft", config, 1, &x, 1, &type, &out);
	return out;
}

/* `weft.sum`: nothing is divided, and rounded once a dimension (base/fft.h). */
static const struct node *along(
	struct lower *l, const struct node *x, int64_t dim, const char *how, int64_t length)
{
	x = swap_last(l, x, dim);
	if (!dim_is_number(length))
		return swap_last(l, along_symbol(l, x, how, length), dim);
	struct attr_entry e[] = {
		{ .key = KEY_fft_type, .value = attr_str(l->g, how) },
		lower_attr_ints(l, KEY_fft_length, 1, &length),
		{ KEY_other, graph_string(l->g, "weft.sum", 8), attr_raw(l->g, "unit") },
	};
	return swap_last(l, build_op(l->g, OP_fft, 1, &x, 3, e), dim);
}

/* The dimensions of argument 1, in the order of the call. */
static const int64_t *transformed(struct lower *l, const struct type *t, uint32_t *n)
{
	const int64_t *v = lower_ints(l, 1, n);
	int64_t *dims = job_array(l->j, *n + 1, sizeof *dims);
	for (uint32_t i = 0; i < *n; i++)
		dims[i] = lower_wrap_dim(l, v[i], t->rank);
	if (type_elements(t) == 0)
		lower_bail(l);
	return dims;
}

/* Argument 2: 0 the bare sum, 1 by the root of how many, 2 by how many. */
static void normalised(struct lower *l, const struct node *x, int64_t n)
{
	struct graph *g = l->g;
	int64_t by = lower_int(l, 2);
	const struct node *factor;
	if (by == 0 || n == 1) {
		l->out[0] = x;
		return;
	}
	if (dim_is_number(n)) {
		factor = lower_like(l, x, by == 1 ? 1 / sqrt((double)n) : 1 / (double)n);
	} else {
		factor = build_convert(g, lower_size_node(l, n), DTYPE_f64);
		factor = by == 1 ? build1(g, OP_sqrt, factor) : factor;
		factor = build2(g, OP_divide, build_scalar(g, DTYPE_f64, 1), factor);
		factor = lower_cast(l, factor, dtype_part(x->type->dtype));
		factor = lower_shape(l, lower_cast(l, factor, x->type->dtype), x->type);
	}
	l->out[0] = build2(g, OP_multiply, x, factor);
}

/* x transformed by `kind` along each of n dims, whose sizes are multiplied to *count. */
static const struct node *along_each(struct lower *l, const struct node *x, uint32_t n,
	const int64_t *dims, const char *kind, int64_t *count)
{
	for (uint32_t i = 0; i < n; i++) {
		int64_t size = x->type->dims[dims[i]];
		x = along(l, x, dims[i], kind, size);
		*count = dim_mul(l->g, *count, size);
	}
	return x;
}

void lower_fft_c2c(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	uint32_t n;
	const int64_t *dims = transformed(l, x->type, &n);
	int64_t count = 1;
	x = along_each(l, x, n, dims, lower_bool(l, 3) ? "FFT" : "IFFT", &count);
	normalised(l, x, count);
}

/* The last dimension named is the real one; argument 3: only its first half and one is wanted. */
void lower_fft_r2c(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	uint32_t n;
	const int64_t *dims = transformed(l, x->type, &n);
	bool half = lower_bool(l, 3);
	int64_t count = 1;
	if (n == 0 || !dtype_is_float(x->type->dtype))
		lower_bail(l);
	if (!half)
		x = build_convert(l->g, x, lower_dtype(l));
	for (uint32_t i = n; i-- > 0;) {
		int64_t size = x->type->dims[dims[i]];
		x = along(l, x, dims[i], half && i + 1 == n ? "RFFT" : "FFT", size);
		count = dim_mul(l->g, count, size);
	}
	normalised(l, x, count);
}

/* Back to real numbers: argument 3 is the size of the last dimension named. */
void lower_fft_c2r(struct lower *l)
{
	const struct node *x = lower_tensor(l, 0);
	uint32_t n;
	const int64_t *dims = transformed(l, x->type, &n);
	int64_t length = lower_size(l, 3), count = length, half, given;
	if (n == 0 || length == 0)
		lower_bail(l);
	half = dim_add(l->g, dim_floordiv(l->g, length, 2), 1);
	given = x->type->dims[dims[n - 1]];
	if (dim_is_number(half) && dim_is_number(given) && half != given)
		lower_bail(l);
	if (!dim_same(half, given))
		x = lower_clip(l, x, dims[n - 1], 0, half, 1);
	x = along_each(l, x, n - 1, dims, "IFFT", &count);
	x = along(l, x, dims[n - 1], "IRFFT", length);
	normalised(l, x, count);
}
