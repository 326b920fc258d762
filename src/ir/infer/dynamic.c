/* dynamic.c -- ops whose result has a size that the program computes.
 *
 * A size operand is a static vector of integers; what its elements compute becomes a symbolic
 * dimension (dim_of_node), a number where it can be told. */
#include "ir/infer/infer_impl.h"

uint32_t spec_shape_operand(struct graph *g, const struct node_spec *s, const char *c, uint32_t i,
	int64_t n)
{
	const struct type *t = spec_tensor(g, s, i, ELEM_size);
	if (t->rank != 1 || t->dims[0] < 0)
		spec_fail(g, s, c, "operand %u: expected a vector of static size, found %s", i,
			spec_text(g, t));
	if (n >= 0 && t->dims[0] != n)
		spec_fail(g, s, c, "operand %u: expected %lld sizes, found %s", i, (long long)n,
			spec_text(g, t));
	if (t->dims[0] > UINT16_MAX)
		spec_fail(g, s, c, "operand %u: a rank of %lld is not supported", i,
			(long long)t->dims[0]);
	return (uint32_t)t->dims[0];
}

int64_t spec_size_of(struct graph *g, const struct node_spec *s, const char *c, uint32_t operand,
	uint32_t i)
{
	int64_t v;
	if (!node_constant_int(s->in[operand], i, &v)) {
		v = dim_of_node(g, s->in[operand], i);
		dim_reaches(g, v, 0);
		return v;
	}
	if (v < 0)
		spec_fail(g, s, c, "operand %u: expected sizes of at least 0, found %lld", operand,
			(long long)v);
	return v;
}

static int64_t *scratch(struct graph *g, uint32_t n)
{
	return job_array(graph_job(g), n ? n : 1, sizeof(int64_t));
}

/* dynamic_iota_c1, c2. */
const struct type *infer_dynamic_iota(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_declared_tensor(g, s, ELEM_int | ELEM_float | ELEM_complex |
		ELEM_quant);
	uint32_t rank = spec_shape_operand(g, s, "c2", 0, t->rank);
	int64_t d = spec_int(s, KEY_iota_dimension, -1);
	if (d < 0 || d >= rank)
		spec_fail(g, s, "c1", "expected iota_dimension in [0, %u), found %lld", rank,
			(long long)d);
	int64_t *dims = scratch(g, rank);
	for (uint32_t i = 0; i < rank; i++)
		dims[i] = spec_size_of(g, s, NULL, 0, i);
	return spec_one(g, s, NULL, type_shaped(g, t, rank, dims, NULL));
}

/* real_dynamic_slice: start, limit and strides are vectors; the rule of slice where they are
 * known. */
const struct type *infer_real_dynamic_slice(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any);
	for (uint32_t i = 1; i < 4; i++) {
		spec_shape_operand(g, s, "c2", i, t->rank);
		if (s->in[i]->type->dtype != s->in[1]->type->dtype)
			spec_fail(g, s, "c2",
				"expected start, limit and strides of one type, found "
				"%s and %s",
				spec_text(g, s->in[1]->type), spec_text(g, s->in[i]->type));
	}
	int64_t *dims = scratch(g, t->rank);
	for (uint32_t i = 0; i < t->rank; i++) {
		int64_t start = spec_size_of(g, s, "c3", 1, i), limit = spec_size_of(g, s, "c3", 2,
			i);
		int64_t stride = spec_size_of(g, s, "c4", 3, i), size = type_bound(t, i);
		if (stride == 0)
			spec_fail(g, s, "c4", "expected positive strides, found 0 in dimension %u",
				i);
		if ((start >= 0 && limit >= 0 && start > limit) || (limit >= 0 && size >= 0
			&& limit > size))
			spec_fail(g, s, "c3", "expected 0 <= start <= limit <= size in dimension "
				"%u, found start %lld, limit %lld in %s", i, (long long)start,
				(long long)limit, spec_text(g, t));
		dim_reaches(g, start, 0);
		dim_reaches(g, limit, start);
		dim_reaches(g, t->dims[i], limit);
		dim_reaches(g, stride, 1);
		dims[i] = dim_ceildiv(g, dim_sub(g, limit, start), stride);
	}
	return spec_one(g, s, "c5", type_shaped(g, t, t->rank, dims, NULL));
}

/* Size of a dimension d after low, high and interior padding from operands 2 to 4 at index i. */
static int64_t padded_size(struct graph *g, const struct node_spec *s, int64_t d, uint32_t i)
{
	int64_t v[3];
	bool known[3];
	for (uint32_t k = 0; k < 3; k++)
		known[k] = node_constant_int(s->in[2 + k], i, &v[k]);
	if (known[2] && v[2] < 0)
		spec_fail(g, s, "c3", "expected interior padding of at least 0, found %lld",
			(long long)v[2]);
	int64_t size = d;
	if (!known[2] || v[2]) {
		int64_t inner = known[2] ? v[2] : dim_of_node(g, s->in[4], i);
		dim_reaches(g, inner, 0);
		int64_t gaps = d >= 0 ? (d ? d - 1 : 0) : dim_max(g, 0, dim_sub(g, d, 1));
		size = dim_add(g, size, dim_mul(g, gaps, inner));
	}
	int64_t edges = 0;
	for (uint32_t k = 0; k < 2; k++) {
		if (!known[k])
			size = dim_add(g, size, dim_of_node(g, s->in[2 + k], i));
		else if (__builtin_add_overflow(edges, v[k], &edges))
			spec_fail(g, s, "c4", "the size of dimension %u overflows", i);
	}
	return spec_dim_plus(g, s, "c4", size, edges);
}

/* dynamic_pad_c1 to c4. */
const struct type *infer_dynamic_pad(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_any), *value = spec_tensor(g, s, 1,
		ELEM_any);
	if (value->rank || !elem_same(t, value))
		spec_fail(g, s, "c1", "expected a scalar of the operand's element type as padding, "
			"found %s", spec_text(g, value));
	for (uint32_t i = 2; i < 5; i++)
		spec_shape_operand(g, s, "c2", i, t->rank);
	int64_t *dims = scratch(g, t->rank);
	for (uint32_t i = 0; i < t->rank; i++) {
		dims[i] = padded_size(g, s, t->dims[i], i);
		dim_reaches(g, dims[i], 0);
	}
	spec_result_elements(g, s, "c1", 1, &t);
	return spec_one(g, s, "c4", type_shaped(g, t, t->rank, dims, NULL));
}

/* get_dimension_size_c1. */
const struct type *infer_get_dimension_size(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_all);
	int64_t d = spec_int(s, KEY_dimension, -1);
	if (d < 0 || d >= t->rank)
		spec_fail(g, s, "c1", "expected dimension in [0, %u), found %lld", t->rank,
			(long long)d);
	return spec_one(g, s, NULL, type_scalar(g, DTYPE_i32));
}

/* set_dimension_size: the dimension becomes what the scalar says, bounded by what it was. */
const struct type *infer_set_dimension_size(struct graph *g, const struct node_spec *s)
{
	const struct type *t = spec_tensor(g, s, 0, ELEM_all), *size = spec_tensor(g, s, 1,
		ELEM_size);
	int64_t d = spec_int(s, KEY_dimension, -1);
	if (d < 0 || d >= t->rank)
		spec_fail(g, s, "c1", "expected dimension in [0, %u), found %lld", t->rank,
			(long long)d);
	if (size->rank || size->dtype != DTYPE_i32)
		spec_fail(g, s, NULL, "expected a scalar i32 as size, found %s", spec_text(g,
			size));
	int64_t *dims = scratch(g, t->rank), *bounds = scratch(g, t->rank);
	for (uint32_t i = 0; i < t->rank; i++) {
		dims[i] = t->dims[i];
		bounds[i] = type_bound(t, i);
	}
	dims[d] = spec_size_of(g, s, "c1", 1, 0);
	dim_reaches(g, t->dims[d], dims[d]);
	if (dims[d] >= 0 && bounds[d] >= 0 && dims[d] > bounds[d])
		spec_fail(g, s, NULL, "expected a size of at most %lld, found %lld",
			(long long)bounds[d], (long long)dims[d]);
	return spec_one(g, s, NULL, type_shaped(g, t, t->rank, dims, bounds));
}
