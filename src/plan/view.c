/* view.c -- a tensor as a strided view of a dense buffer, so that transposes, splits of heads and
 * slices in front of a contraction cost nothing.
 *
 * The chain of movement ops above a node is collected, then strides are carried down it; where an
 * op cannot be said in strides the chain starts anew there, with that op's result as a dense
 * buffer. */
#include "ir/build.h"
#include "plan/plan_impl.h"

void view_dense(struct graph *g, const struct node *n, struct view *out)
{
	const struct type *t = n->type;
	out->base = n;
	out->rank = t->rank;
	out->at = 0;
	int64_t stride = 1;
	for (uint32_t i = t->rank; i-- > 0;) {
		out->dims[i] = t->dims[i];
		out->strides[i] = stride;
		stride = dim_mul(g, stride, t->dims[i]);
	}
}

static bool view_is_dense(struct graph *g, const struct view *v)
{
	int64_t stride = 1;
	for (uint32_t i = v->rank; i-- > 0;) {
		if (v->dims[i] != 1 && v->strides[i] != stride)
			return false;
		stride = dim_mul(g, stride, v->dims[i]);
	}
	return true;
}

/* Splits and merges dims group by group of equal product; each group must step by one stride. */
static bool view_reshape(struct graph *g, struct view *v, const struct type *t)
{
	struct view old = *v;
	uint32_t i = 0, k = 0;
	v->rank = t->rank;
	for (uint32_t d = 0; d < t->rank; d++) {
		v->dims[d] = t->dims[d];
		v->strides[d] = 0;
	}
	if (view_is_dense(g, &old)) {
		int64_t stride = 1;
		for (uint32_t d = t->rank; d-- > 0;) {
			v->strides[d] = stride;
			stride = dim_mul(g, stride, t->dims[d]);
		}
		return true;
	}
	for (;;) {
		while (i < old.rank && old.dims[i] == 1)
			i++;
		while (k < t->rank && t->dims[k] == 1)
			k++;
		if (i == old.rank || k == t->rank)
			return i == old.rank && k == t->rank;
		uint32_t i0 = i, k0 = k;
		int64_t a = old.dims[i++], b = t->dims[k++];
		while (a != b) {
			if (a < 0 || b < 0)
				return false;
			if (a < b && i < old.rank && old.dims[i] >= 0)
				a *= old.dims[i++];
			else if (b < a && k < t->rank && t->dims[k] >= 0)
				b *= t->dims[k++];
			else
				return false;
		}
		for (uint32_t d = i0; d + 1 < i; d++)
			if (old.strides[d] != dim_mul(g, old.strides[d + 1], old.dims[d + 1]))
				return false;
		int64_t stride = old.strides[i - 1];
		for (uint32_t d = k; d-- > k0;) {
			v->strides[d] = stride;
			stride = dim_mul(g, stride, t->dims[d]);
		}
	}
}

static bool view_step(struct graph *g, struct view *v, const struct node *n)
{
	const struct view old = *v;
	uint32_t count;
	if (n->type->rank > PLAN_MAX_RANK)
		return false;
	switch (n->op) {
	case OP_reshape:
		return view_reshape(g, v, n->type);
	case OP_transpose: {
		const int64_t *p = node_ints(n, KEY_permutation, &count);
		for (uint32_t d = 0; d < n->type->rank; d++) {
			v->dims[d] = n->type->dims[d];
			v->strides[d] = old.strides[p[d]];
		}
		return true;
	}
	case OP_broadcast_in_dim: {
		const int64_t *at = node_ints(n, KEY_broadcast_dimensions, &count);
		v->rank = n->type->rank;
		for (uint32_t d = 0; d < v->rank; d++) {
			v->dims[d] = n->type->dims[d];
			v->strides[d] = 0;
		}
		for (uint32_t d = 0; d < count; d++)
			if (old.dims[d] == v->dims[at[d]])
				v->strides[at[d]] = old.strides[d];
			else if (old.dims[d] != 1)
				return false;
		return true;
	}
	case OP_slice: {
		const int64_t *start = node_ints(n, KEY_start_indices, &count);
		const int64_t *step = node_ints(n, KEY_strides, &count);
		for (uint32_t d = 0; d < n->type->rank; d++) {
			v->at = dim_add(g, v->at, dim_mul(g, start[d], old.strides[d]));
			v->dims[d] = n->type->dims[d];
			v->strides[d] = dim_mul(g, old.strides[d], step ? step[d] : 1);
		}
		return true;
	}
	default:
		return false;
	}
}

static bool node_is_view(const struct node *n)
{
	return n->op == OP_reshape || n->op == OP_transpose || n->op == OP_broadcast_in_dim ||
	       n->op == OP_slice;
}

/* Is n made wider in a way that a contraction does itself, of bytes and of short integers? */
static bool node_is_widened(const struct node *n)
{
	enum dtype to = n->type->dtype, from = n->op == OP_convert ? n->in[0]->type->dtype : to;

	return (dtype_is_byte(from) && dtype_is_float(to)) ||
	       (dtype_is_short(from) && to == DTYPE_i32);
}

/* The view of n, widened elements that are transposed before, as of what is widened and transposed
 * then; false: it is not that, or cannot be said in strides. */
static bool view_widened(struct graph *g, const struct node *n, struct view *out)
{
	const struct node *chain[32], *x = n->in[0];
	uint32_t depth = 0;

	while ((x->op == OP_reshape || x->op == OP_transpose) && depth < 32) {
		chain[depth++] = x;
		x = x->in[0];
	}
	bool whole = depth > 0;
	view_dense(g, x, out);
	while (whole && depth-- > 0)
		whole = view_step(g, out, chain[depth]);
	if (whole)
		out->base = build_convert(g, x, n->type->dtype);
	return whole;
}

void view_of(struct graph *g, const struct node *n, struct view *out)
{
	const struct node *chain[32];
	uint32_t depth = 0;
	while (node_is_view(n) && depth < 32) {
		chain[depth++] = n;
		n = n->in[0];
	}
	if (!node_is_widened(n) || !view_widened(g, n, out))
		view_dense(g, n, out);
	while (depth-- > 0)
		if (!view_step(g, out, chain[depth]))
			view_dense(g, chain[depth], out);
}

bool view_collapse(struct graph *g, const struct view *v, uint32_t n, const uint32_t *dims,
	int64_t *extent, int64_t *stride)
{
	bool one = true;                 /* stride, so far; the extent is that of all */
	*extent = 1;
	*stride = 0;
	for (uint32_t i = n; i-- > 0;) {
		int64_t d = v->dims[dims[i]], s = v->strides[dims[i]];
		if (d == 1)
			continue;
		one &= *extent == 1 || s == dim_mul(g, *stride, *extent);
		if (*extent == 1)
			*stride = s;
		*extent = dim_mul(g, *extent, d);
	}
	return one;
}
