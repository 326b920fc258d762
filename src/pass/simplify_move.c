/* simplify_move.c -- rules that move elements and leave their values: reshapes, transposes,
 * broadcasts, slices, pads, concatenations. */
#include "ir/build.h"
#include "pass/simplify.h"

static bool all_ints(const struct node *n, enum key k, int64_t v)
{
	uint32_t count;
	const int64_t *at = node_ints(n, k, &count);
	for (uint32_t i = 0; at && i < count; i++)
		if (at[i] != v)
			return false;
	return true;
}

static bool is_counting(const int64_t *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i] != i)
			return false;
	return true;
}

const struct node *rule_reshape_same(struct graph *g, const struct node *n)
{
	(void)g;
	return n->in[0]->type == n->type ? n->in[0] : NULL;
}

const struct node *rule_reshape_reshape(struct graph *g, const struct node *n)
{
	const struct node *inner = n->in[0];
	if (inner->op != OP_reshape || !type_is_static(n->type) ||
		!type_is_static(inner->in[0]->type))
		return NULL;
	struct node_spec s = { .op = OP_reshape, .nin = 1, .in = inner->in, .type = n->type };
	return inner->in[0]->type == n->type ? inner->in[0] : graph_node(g, &s);
}

const struct node *rule_transpose_same(struct graph *g, const struct node *n)
{
	uint32_t count;
	const int64_t *p = node_ints(n, KEY_permutation, &count);
	(void)g;
	return is_counting(p, count) && n->type == n->in[0]->type ? n->in[0] : NULL;
}

const struct node *rule_transpose_transpose(struct graph *g, const struct node *n)
{
	const struct node *inner = n->in[0];
	uint32_t count;
	int64_t both[64];
	if (inner->op != OP_transpose || n->type->rank > 64 || n->type->quant)
		return NULL;
	const int64_t *p = node_ints(inner, KEY_permutation, &count),
		      *q = node_ints(n, KEY_permutation, &count);
	for (uint32_t i = 0; i < count; i++)
		both[i] = p[q[i]];
	if (is_counting(both, count) && inner->in[0]->type == n->type)
		return inner->in[0];
	return build_transpose(g, inner->in[0], both);
}

const struct node *rule_broadcast_same(struct graph *g, const struct node *n)
{
	uint32_t count;
	const int64_t *at = node_ints(n, KEY_broadcast_dimensions, &count);
	(void)g;
	return n->type == n->in[0]->type && is_counting(at, count) ? n->in[0] : NULL;
}

static const struct node *broadcast_of(struct graph *g, const struct node *n, const struct node *x,
	const int64_t *at)
{
	const struct attr_entry e = { KEY_broadcast_dimensions, NULL,
		attr_ints(g, x->type->rank, at) };
	struct node_spec s = {
		.op = OP_broadcast_in_dim,
		.nin = 1,
		.in = &x,
		.attrs = attrs_cons(g, 1, &e),
		.type = n->type,
	};
	return graph_node(g, &s);
}

const struct node *rule_broadcast_broadcast(struct graph *g, const struct node *n)
{
	const struct node *inner = n->in[0];
	uint32_t count, outer_count;
	int64_t both[64];
	if (inner->op != OP_broadcast_in_dim || n->type->rank > 64 || n->type->quant)
		return NULL;
	const int64_t *a = node_ints(inner, KEY_broadcast_dimensions, &count);
	const int64_t *b = node_ints(n, KEY_broadcast_dimensions, &outer_count);
	for (uint32_t i = 0; i < count; i++)
		both[i] = b[a[i]];
	return broadcast_of(g, n, inner->in[0], both);
}

const struct node *rule_broadcast_reshape(struct graph *g, const struct node *n)
{
	const struct node *inner = n->in[0], *x = inner->nin ? inner->in[0] : NULL;
	uint32_t count, k = 0;
	int64_t at[64];
	if (inner->op != OP_reshape || x->type->rank > inner->type->rank || n->type->rank > 64 ||
		n->type->quant)
		return NULL;
	const int64_t *b = node_ints(n, KEY_broadcast_dimensions, &count);
	for (uint32_t d = 0; d < inner->type->rank; d++)
		if (k < x->type->rank && inner->type->dims[d] == x->type->dims[k] &&
		    (x->type->dims[k] != 1 || inner->type->rank - d == x->type->rank - k))
			at[k++] = b[d];
		else if (inner->type->dims[d] != 1)
			return NULL;
	for (uint32_t i = 1; i < k; i++)
		if (at[i] <= at[i - 1])
			return NULL;
	return k == x->type->rank ? broadcast_of(g, n, x, at) : NULL;
}

const struct node *rule_slice_whole(struct graph *g, const struct node *n)
{
	(void)g;
	return n->type == n->in[0]->type && type_is_static(n->type) && all_ints(n, KEY_strides, 1)
		       ? n->in[0]
		       : NULL;
}

const struct node *rule_pad_none(struct graph *g, const struct node *n)
{
	(void)g;
	bool none = all_ints(n, KEY_edge_padding_low, 0) && all_ints(n, KEY_edge_padding_high, 0) &&
		all_ints(n, KEY_interior_padding, 0);
	return none && n->type == n->in[0]->type ? n->in[0] : NULL;
}

const struct node *rule_concatenate_one(struct graph *g, const struct node *n)
{
	(void)g;
	return n->nin == 1 && n->type == n->in[0]->type ? n->in[0] : NULL;
}
