/* sized.c -- ops whose result's sizes a tensor says, as the ones whose type alone does.
 *
 * A program that computes sizes hands them to dynamic_reshape, dynamic_broadcast_in_dim and
 * real_dynamic_slice as tensors.  Types know the same sizes, symbolic or not, and kernels take them
 * from the size table: what is planned is a reshape, a broadcast_in_dim, and of a slice whose
 * starts and strides are numbers a slice.  Of such a one limit_indices holds dimensions, as types
 * have them, and no reader or rule before the plan knows it. */
#include "ir/build.h"
#include "plan/plan_impl.h"

/* The op on a, of type t. */
static const struct node *sized(struct graph *g, enum op op, const struct node *a,
	const struct attrs *attrs, const struct type *t)
{
	return graph_node(g, &(struct node_spec){ .op = op, .nin = 1, .in = &a, .attrs = attrs,
		.type = t, .trusted = true });
}

static const struct node *sized_slice(struct graph *g, const struct node *a, const int64_t *start,
	const int64_t *limit, const int64_t *stride, const struct type *t)
{
	const struct attr_entry e[] = {
		{ KEY_start_indices, NULL, attr_ints(g, t->rank, start) },
		{ KEY_limit_indices, NULL, attr_ints(g, t->rank, limit) },
		{ KEY_strides, NULL, attr_ints(g, t->rank, stride) },
	};

	return sized(g, OP_slice, a, attrs_cons(g, 3, e), t);
}

const struct node *plan_reshape(
	struct graph *g, const struct node *a, uint32_t rank, const int64_t *dims)
{
	const struct type *t = type_with_dims(g, a->type, rank, dims);

	if (type_is_static(t) || t == a->type)
		return build_reshape(g, a, rank, dims);
	return sized(g, OP_reshape, a, NULL, t);
}

const struct node *plan_broadcast(struct graph *g, const struct node *a, uint32_t rank,
	const int64_t *dims, const int64_t *at)
{
	const struct type *t = type_with_dims(g, a->type, rank, dims);
	const struct attr_entry e = { KEY_broadcast_dimensions, NULL,
		attr_ints(g, a->type->rank, at) };

	if (type_is_static(t) || t == a->type)
		return build_broadcast(g, a, rank, dims, at);
	return sized(g, OP_broadcast_in_dim, a, attrs_cons(g, 1, &e), t);
}

const struct node *plan_slice(struct graph *g, const struct node *a, const int64_t *start,
	const int64_t *limit, const int64_t *stride)
{
	uint32_t rank = a->type->rank;
	int64_t dims[PLAN_MAX_RANK] = { 0 };
	bool whole = true;

	for (uint32_t d = 0; d < rank; d++) {
		dims[d] = dim_ceildiv(g, dim_sub(g, limit[d], start[d]), stride[d]);
		whole &= !start[d] && stride[d] == 1 && limit[d] == a->type->dims[d];
	}
	const struct type *t = type_with_dims(g, a->type, rank, dims);
	if (whole || type_is_static(t))
		return build_slice(g, a, start, limit, stride);
	return sized_slice(g, a, start, limit, stride, t);
}

/* A broadcast only where it is known which dimensions stretch. */
static const struct node *lower_broadcast(
	struct graph *g, const struct node *n, const struct node *a)
{
	uint32_t count;
	const int64_t *at = node_ints(n, KEY_broadcast_dimensions, &count);
	const struct attr_entry e = { KEY_broadcast_dimensions, NULL, attr_ints(g, count, at) };

	for (uint32_t i = 0; i < count; i++)
		if (a->type->dims[i] != 1 && a->type->dims[i] != n->type->dims[at[i]])
			return NULL;
	return sized(g, OP_broadcast_in_dim, a, attrs_cons(g, 1, &e), n->type);
}

/* A slice where starts and strides are numbers. */
static const struct node *lower_slice(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	int64_t start[PLAN_MAX_RANK], limit[PLAN_MAX_RANK], stride[PLAN_MAX_RANK];
	const struct type *t = n->type;

	if (t->rank > PLAN_MAX_RANK || t->bounds)
		return NULL;
	for (uint32_t d = 0; d < t->rank; d++) {
		if (!node_shape_number(in[1], d, &start[d]) || start[d] < 0 ||
			!node_shape_number(in[3], d, &stride[d]) || stride[d] < 1)
			return NULL;
		limit[d] = t->dims[d] ? dim_add(g, start[d] + 1,
			dim_mul(g, dim_sub(g, t->dims[d], 1), stride[d])) : start[d];
	}
	return sized_slice(g, in[0], start, limit, stride, t);
}

const struct node *plan_lower_sized(
	struct graph *g, const struct node *n, const struct node *const *in)
{
	switch (n->op) {
	case OP_dynamic_reshape: return sized(g, OP_reshape, in[0], NULL, n->type);
	case OP_dynamic_broadcast_in_dim: return lower_broadcast(g, n, in[0]);
	case OP_real_dynamic_slice: return lower_slice(g, n, in);
	default: return NULL;
	}
}
