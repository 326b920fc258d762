/* build.c -- shorthand for building graphs: one call a node or a small idiom.
 *
 * Where sizes are numbers the plain ops are used, where one is symbolic the dynamic_* ops, with
 * a shape operand computed from the tensors at hand (build_shape.c). */
#include "ir/build.h"
#include "ir/build_impl.h"
#include <math.h>
#include <string.h>

const struct node *build_typed(struct graph *g, enum op op, uint32_t nin,
	const struct node *const *in, uint32_t nattrs, const struct attr_entry *attrs,
	const struct type *type)
{
	return graph_node(g, &(struct node_spec){ .op = op, .nin = nin, .in = in, .type = type,
		.attrs = nattrs ? attrs_cons(g, nattrs, attrs) : NULL });
}

const struct node *build_op(struct graph *g, enum op op, uint32_t nin, const struct node *const *in,
	uint32_t nattrs, const struct attr_entry *attrs)
{
	return build_typed(g, op, nin, in, nattrs, attrs, NULL);
}

const struct node *build1(struct graph *g, enum op op, const struct node *a)
{
	return build_op(g, op, 1, &a, 0, NULL);
}

const struct node *build2(struct graph *g, enum op op, const struct node *a, const struct node *b)
{
	return build_op(g, op, 2, (const struct node *const[]){ a, b }, 0, NULL);
}

const struct node *build3(struct graph *g, enum op op, const struct node *a, const struct node *b,
	const struct node *c)
{
	return build_op(g, op, 3, (const struct node *const[]){ a, b, c }, 0, NULL);
}

/* ---- constants ------------------------------------------------------------------------------ */

const struct node *build_constant(
	struct graph *g, const struct type *t, bool splat, const void *data)
{
	return build_typed(g, OP_constant, 0, NULL, 1,
		&(struct attr_entry){ KEY_value, NULL, attr_dense(g, t, splat, data) }, t);
}

const struct node *build_scalar(struct graph *g, enum dtype t, double v)
{
	unsigned char at[16] = { 0 };

	dtype_store_f64(t, at, v);
	return build_constant(g, type_scalar(g, t), false, at);
}

const struct node *build_scalar_int(struct graph *g, enum dtype t, int64_t v)
{
	unsigned char at[16] = { 0 };

	dtype_store_i64(t, at, v);
	return build_constant(g, type_scalar(g, t), false, at);
}

/* a scalar, at every element of t; hints are tensors whose sizes t's may be taken from. */
static const struct node *scalar_fill(struct graph *g, const struct type *t, const struct node *a,
	uint32_t nhints, const struct node *const *hints)
{
	struct attr_entry at = { KEY_broadcast_dimensions, NULL, attr_ints(g, 0, NULL) };

	if (!t->rank)
		return a;
	if (type_is_static(t))
		return build_typed(g, OP_broadcast_in_dim, 1, &a, 1, &at, t);
	const struct node *in[] = { a, build_shape(g, t->rank, t->dims, nhints, hints) };
	return build_typed(g, OP_dynamic_broadcast_in_dim, 2, in, 1, &at, t);
}

const struct node *build_full(struct graph *g, const struct type *t, double v)
{
	return scalar_fill(g, t, build_scalar(g, t->dtype, v), 0, NULL);
}

const struct node *build_like(struct graph *g, const struct node *n, double v)
{
	return scalar_fill(g, n->type, build_scalar(g, n->type->dtype, v), 1, &n);
}

const struct node *build_iota(struct graph *g, const struct type *t, int64_t dimension)
{
	struct attr_entry at = { KEY_iota_dimension, NULL, attr_int(g, dimension) };

	if (type_is_static(t))
		return build_typed(g, OP_iota, 0, NULL, 1, &at, t);
	const struct node *shape = build_shape(g, t->rank, t->dims, 0, NULL);
	return build_typed(g, OP_dynamic_iota, 1, &shape, 1, &at, t);
}

/* ---- elements ------------------------------------------------------------------------------- */

const struct node *build_convert(struct graph *g, const struct node *a, enum dtype t)
{
	if (a->type->dtype == t && !a->type->quant)
		return a;
	return build_typed(g, OP_convert, 1, &a, 0, NULL, type_with_dtype(g, a->type, t));
}

const struct node *build_unrounded(struct graph *g, const struct node *a, enum dtype t)
{
	struct attr_entry at = { KEY_other, graph_string(g, "weft.unrounded", 14),
		attr_raw(g, "unit") };

	if (a->type->dtype == t)
		return a;
	return build_typed(g, OP_convert, 1, &a, 1, &at, type_with_dtype(g, a->type, t));
}

const struct node *build_compare(struct graph *g, const char *direction, const struct node *a,
	const struct node *b)
{
	enum dtype t = a->type->dtype;
	const char *how = dtype_is_float(t) || dtype_is_complex(t) ? "FLOAT"
		: dtype_is_signed(t) ? "SIGNED" : "UNSIGNED";
	struct attr_entry at[] = {
		{ KEY_comparison_direction, NULL, attr_str(g, direction) },
		{ KEY_compare_type, NULL, attr_str(g, how) },
	};

	return build_op(g, OP_compare, 2, (const struct node *const[]){ a, b }, 2, at);
}

const struct node *build_select(struct graph *g, const struct node *p, const struct node *a,
	const struct node *b)
{
	return build3(g, OP_select, p, a, b);
}

/* ---- movement ------------------------------------------------------------------------------- */

static bool dims_static(uint32_t rank, const int64_t *dims)
{
	for (uint32_t i = 0; i < rank; i++)
		if (dims[i] < 0)
			return false;
	return true;
}

static bool dims_same(const struct type *t, uint32_t rank, const int64_t *dims)
{
	return t->rank == rank && !t->unranked &&
	       (!rank || !memcmp(t->dims, dims, rank * sizeof *dims));
}

const struct node *build_reshape(
	struct graph *g, const struct node *a, uint32_t rank, const int64_t *dims)
{
	const struct type *t = type_with_dims(g, a->type, rank, dims);

	if (dims_same(a->type, rank, dims))
		return a;
	if (dims_static(rank, dims))
		return build_typed(g, OP_reshape, 1, &a, 0, NULL, t);
	const struct node *in[] = { a, build_shape(g, rank, dims, 1, &a) };
	return build_typed(g, OP_dynamic_reshape, 2, in, 0, NULL, t);
}

const struct node *build_transpose(
	struct graph *g, const struct node *a, const int64_t *permutation)
{
	bool identity = true;

	for (uint32_t i = 0; i < a->type->rank; i++)
		identity = identity && permutation[i] == i;
	if (identity)
		return a;
	struct attr_entry at = { KEY_permutation, NULL, attr_ints(g, a->type->rank, permutation) };
	return build_op(g, OP_transpose, 1, &a, 1, &at);
}

const struct node *build_broadcast(struct graph *g, const struct node *a, uint32_t rank,
	const int64_t *dims, const int64_t *at)
{
	const struct type *t = type_with_dims(g, a->type, rank, dims);
	struct attr_entry e = { KEY_broadcast_dimensions, NULL, attr_ints(g, a->type->rank, at) };
	bool identity = dims_same(a->type, rank, dims);

	for (uint32_t i = 0; i < a->type->rank; i++)
		identity = identity && at[i] == i;
	if (identity)
		return a;
	if (dims_static(rank, dims))
		return build_typed(g, OP_broadcast_in_dim, 1, &a, 1, &e, t);
	const struct node *in[] = { a, build_shape(g, rank, dims, 1, &a) };
	return build_typed(g, OP_dynamic_broadcast_in_dim, 2, in, 1, &e, t);
}

const struct node *build_broadcast_to(struct graph *g, const struct node *a, uint32_t rank,
	const int64_t *dims)
{
	uint32_t have = a->type->rank;
	int64_t *at = job_array(graph_job(g), have, sizeof *at);

	if (have > rank)
		job_fail(graph_job(g), WEFT_INVALID_ARGUMENT,
			"a tensor of rank %u broadcast to rank %u", have, rank);
	for (uint32_t i = 0; i < have; i++)
		at[i] = i + (rank - have);
	return build_broadcast(g, a, rank, dims, at);
}

const struct node *build_slice(struct graph *g, const struct node *a, const int64_t *start,
	const int64_t *limit, const int64_t *stride)
{
	uint32_t rank = a->type->rank;
	bool whole = true, fixed = true;

	for (uint32_t i = 0; i < rank; i++) {
		whole = whole && start[i] == 0 && stride[i] == 1 && limit[i] == a->type->dims[i];
		fixed = fixed && start[i] >= 0 && limit[i] >= 0;
	}
	if (whole)
		return a;
	if (fixed) {
		struct attr_entry at[] = {
			{ KEY_start_indices, NULL, attr_ints(g, rank, start) },
			{ KEY_limit_indices, NULL, attr_ints(g, rank, limit) },
			{ KEY_strides, NULL, attr_ints(g, rank, stride) },
		};
		return build_op(g, OP_slice, 1, &a, 3, at);
	}
	int64_t *dims = job_array(graph_job(g), rank, sizeof *dims);
	for (uint32_t i = 0; i < rank; i++)
		dims[i] = dim_ceildiv(g, dim_sub(g, limit[i], start[i]), stride[i]);
	const struct node *in[] = { a, build_shape(g, rank, start, 1, &a),
		build_shape(g, rank, limit, 1, &a), build_shape(g, rank, stride, 1, &a) };
	return build_typed(g, OP_real_dynamic_slice, 4, in, 0, NULL,
		type_with_dims(g, a->type, rank, dims));
}

const struct node *build_pad(struct graph *g, const struct node *a, const struct node *value,
	const int64_t *low, const int64_t *high, const int64_t *interior)
{
	uint32_t rank = a->type->rank;
	bool none = true;

	for (uint32_t i = 0; i < rank; i++)
		none = none && !low[i] && !high[i] && !interior[i];
	if (none)
		return a;
	struct attr_entry at[] = {
		{ KEY_edge_padding_low, NULL, attr_ints(g, rank, low) },
		{ KEY_edge_padding_high, NULL, attr_ints(g, rank, high) },
		{ KEY_interior_padding, NULL, attr_ints(g, rank, interior) },
	};
	return build_op(g, OP_pad, 2, (const struct node *const[]){ a, value }, 3, at);
}

const struct node *build_concat(
	struct graph *g, uint32_t n, const struct node *const *in, int64_t dimension)
{
	struct attr_entry at = { KEY_dimension, NULL, attr_int(g, dimension) };

	return n == 1 ? in[0] : build_op(g, OP_concatenate, n, in, 1, &at);
}

/* ---- cores ---------------------------------------------------------------------------------- */

/* The neutral element of op over t. */
static const struct node *neutral(struct graph *g, enum op op, enum dtype t)
{
	const struct dtype_info *f = &dtype_table[t];
	bool real = f->kind == DTYPE_FLOAT;
	double inf = f->special == DTYPE_IEEE ? INFINITY : ldexp(2, (1 << f->exp) - f->bias);

	switch (op) {
	case OP_add: case OP_or: case OP_xor:
		return build_scalar_int(g, t, 0);
	case OP_multiply:
		return build_scalar_int(g, t, 1);
	case OP_and:
		return build_scalar_int(g, t, -1);
	case OP_maximum: case OP_minimum:
		break;
	default:
		job_fail(graph_job(g), WEFT_INVALID_ARGUMENT,
			"%s has no neutral element to reduce with", op_table[op].text);
	}
	/* What converts to the end of the range: infinity, or saturated where there is none. */
	bool low = op == OP_maximum;
	if (!real)
		return build_scalar(g, t, low ? -INFINITY : INFINITY);
	if (f->special == DTYPE_IEEE || f->special == DTYPE_FINITE)
		return build_scalar(g, t, low ? -inf : inf);
	/* The largest finite number of formats whose overflow is NaN. */
	int top = (1 << f->exp) - 1 - f->bias;
	double most = f->special == DTYPE_E8M0 ? ldexp(1, top - 1)
		: ldexp(2 - ldexp(f->special == DTYPE_FN ? 2 : 1, -f->man), top);
	if (f->special == DTYPE_E8M0 && low)
		return build_scalar(g, t, ldexp(1, -f->bias));
	return build_scalar(g, t, low ? -most : most);
}

const struct node *build_reduce(struct graph *g, enum op op, const struct node *a, uint32_t ndims,
	const int64_t *dims)
{
	const struct type *scalar = type_scalar(g, a->type->dtype);
	const struct type *params[] = { scalar, scalar };

	if (!ndims)
		return a;
	const struct node *body =
		build2(g, op, graph_parameter(g, 0, scalar), graph_parameter(g, 1, scalar));
	const struct region *region = graph_region(g, 2, params, 1, &body);
	const struct node *in[] = { a, neutral(g, op, a->type->dtype) };
	struct attr_entry at = { KEY_dimensions, NULL, attr_ints(g, ndims, dims) };
	return graph_node(g, &(struct node_spec){ .op = OP_reduce,
				     .nin = 2,
				     .in = in,
				     .nregions = 1,
				     .regions = &region,
				     .attrs = attrs_cons(g, 1, &at) });
}

static bool among(int64_t d, uint32_t n, const int64_t *v)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i] == d)
			return true;
	return false;
}

/* The dimensions of t that are neither, in order; how many. */
static uint32_t dims_free(const struct type *t, uint32_t nbatch, const int64_t *batch,
	uint32_t ncontract, const int64_t *contract, int64_t *out)
{
	uint32_t n = 0;

	for (int64_t d = 0; d < t->rank; d++)
		if (!among(d, nbatch, batch) && !among(d, ncontract, contract))
			out[n++] = t->dims[d];
	return n;
}

const struct node *build_dot(struct graph *g, const struct node *lhs, const struct node *rhs,
	struct dim_pairs batch, struct dim_pairs contract, enum dtype t)
{
	uint32_t rank = 0;
	int64_t *dims =
		job_array(graph_job(g), (size_t)lhs->type->rank + rhs->type->rank, sizeof *dims);
	struct attr_entry at[] = {
		{ KEY_lhs_batching_dimensions, NULL, attr_ints(g, batch.n, batch.lhs) },
		{ KEY_rhs_batching_dimensions, NULL, attr_ints(g, batch.n, batch.rhs) },
		{ KEY_lhs_contracting_dimensions, NULL, attr_ints(g, contract.n, contract.lhs) },
		{ KEY_rhs_contracting_dimensions, NULL, attr_ints(g, contract.n, contract.rhs) },
	};

	for (; rank < batch.n; rank++) {
		if (batch.lhs[rank] < 0 || batch.lhs[rank] >= lhs->type->rank)
			job_fail(graph_job(g), WEFT_INVALID_ARGUMENT,
				"dot_general has no such dimension");
		dims[rank] = lhs->type->dims[batch.lhs[rank]];
	}
	rank += dims_free(lhs->type, batch.n, batch.lhs, contract.n, contract.lhs, dims + rank);
	rank += dims_free(rhs->type, batch.n, batch.rhs, contract.n, contract.rhs, dims + rank);
	return build_typed(g, OP_dot_general, 2, (const struct node *const[]){ lhs, rhs }, 4, at,
		type_tensor(g, t, rank, dims));
}

const struct node *build_dot_over(struct graph *g, const struct node *lhs, int64_t of_lhs,
	const struct node *rhs, int64_t of_rhs, enum dtype t)
{
	return build_dot(g, lhs, rhs, (struct dim_pairs){ 0 },
		(struct dim_pairs){ 1, &of_lhs, &of_rhs }, t);
}

const struct node *build_composite(struct graph *g, const char *name, uint32_t nin,
	const struct node *const *in, const struct attrs *attributes,
	const struct region *decomposition)
{
	uint32_t n = attributes ? attributes->n : 0;
	struct attr_entry *e = job_array(graph_job(g), (size_t)n + 1, sizeof *e);
	const struct type **types = job_array(graph_job(g), decomposition->nresults, sizeof *types);

	for (uint32_t i = 0; i < n; i++)
		e[i] = attributes->e[i];
	e[n] = (struct attr_entry){ KEY_callee, NULL, attr_str(g, name) };
	for (uint32_t i = 0; i < decomposition->nresults; i++)
		types[i] = decomposition->results[i]->type;
	return graph_node(g, &(struct node_spec){ .op = OP_composite,
				     .nin = nin,
				     .in = in,
				     .nregions = 1,
				     .regions = &decomposition,
				     .attrs = attrs_cons(g, n + 1, e),
				     .type = decomposition->nresults == 1
						     ? types[0]
						     : type_list(g, TYPE_results,
							       decomposition->nresults, types) });
}
