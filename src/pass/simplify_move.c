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

/* x's elements start, start + stride, ..: count of them in each dimension, given the slice. */
struct piece {
	int64_t start[64], limit[64], stride[64];
};

static bool piece_of(const struct node *n, struct piece *p)
{
	uint32_t count;
	if (n->op != OP_slice || n->type->rank > 64 || n->type->quant || !type_is_static(n->type) ||
		!type_is_static(n->in[0]->type))
		return false;
	const int64_t *start = node_ints(n, KEY_start_indices, &count);
	const int64_t *limit = node_ints(n, KEY_limit_indices, &count);
	const int64_t *stride = node_ints(n, KEY_strides, &count);
	for (uint32_t d = 0; d < n->type->rank; d++) {
		p->start[d] = start[d];
		p->limit[d] = limit[d];
		p->stride[d] = stride ? stride[d] : 1;
	}
	return true;
}

const struct node *rule_slice_slice(struct graph *g, const struct node *n)
{
	const struct node *inner = n->in[0];
	struct piece p, q;
	if (!piece_of(n, &p) || !piece_of(inner, &q) || type_elements(n->type) < 1)
		return NULL;
	for (uint32_t d = 0; d < n->type->rank; d++) {
		q.start[d] += p.start[d] * q.stride[d];
		q.stride[d] *= p.stride[d];
		q.limit[d] = q.start[d] + (n->type->dims[d] - 1) * q.stride[d] + 1;
	}
	return build_slice(g, inner->in[0], q.start, q.limit, q.stride);
}

const struct node *rule_slice_concatenate(struct graph *g, const struct node *n)
{
	const struct node *all = n->in[0];
	struct piece p;
	if (all->op != OP_concatenate || !piece_of(n, &p) || type_elements(n->type) < 1)
		return NULL;
	int64_t d = node_int(all, KEY_dimension, 0), at = 0;
	int64_t last = p.start[d] + (n->type->dims[d] - 1) * p.stride[d];
	for (uint32_t i = 0; i < all->nin; i++) {
		int64_t end = at + all->in[i]->type->dims[d];
		if (p.start[d] >= at && last < end) {
			p.start[d] -= at;
			p.limit[d] = last - at + 1;
			return build_slice(g, all->in[i], p.start, p.limit, p.stride);
		}
		at = end;
	}
	return NULL;
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

#define CONCATENATE_MOST 64              /* operands that nested ones become */

const struct node *rule_concatenate_concatenate(struct graph *g, const struct node *n)
{
	int64_t d = node_int(n, KEY_dimension, 0);
	const struct node *in[CONCATENATE_MOST];
	uint32_t count = 0;
	for (uint32_t i = 0; i < n->nin; i++) {
		const struct node *x = n->in[i];
		bool nested = x->op == OP_concatenate && node_int(x, KEY_dimension, 0) == d;
		uint32_t more = nested ? x->nin : 1;
		if (count + more > CONCATENATE_MOST)
			return NULL;
		for (uint32_t k = 0; k < more; k++)
			in[count++] = nested ? x->in[k] : x;
	}
	return count > n->nin && type_is_static(n->type) ? build_concat(g, count, in, d) : NULL;
}

/* Does b begin where a ends, in dimension d, and are they otherwise the same? */
static bool piece_follows(const struct piece *a, const struct piece *b, uint32_t rank, int64_t d)
{
	for (uint32_t i = 0; i < rank; i++) {
		bool same = a->start[i] == b->start[i] && a->limit[i] == b->limit[i];
		if (a->stride[i] != 1 || b->stride[i] != 1 ||
		    !(i == d ? a->limit[i] == b->start[i] : same))
			return false;
	}
	return true;
}

const struct node *rule_concatenate_slices(struct graph *g, const struct node *n)
{
	int64_t d = node_int(n, KEY_dimension, 0);
	const struct node **in = job_array(graph_job(g), n->nin + 1, sizeof *in);
	uint32_t count = 0;
	struct piece last, next;
	for (uint32_t i = 0; i < n->nin; i++) {
		const struct node *x = n->in[i], *before = count ? in[count - 1] : NULL;
		if (before && piece_of(before, &last) && piece_of(x, &next) &&
		    before->in[0] == x->in[0] && piece_follows(&last, &next, x->type->rank, d)) {
			last.limit[d] = next.limit[d];
			in[count - 1] = build_slice(
				g, x->in[0], last.start, last.limit, last.stride);
		} else
			in[count++] = x;
	}
	return count < n->nin ? (count > 1 ? build_concat(g, count, in, d) : in[0]) : NULL;
}

const struct node *rule_reverse_reverse(struct graph *g, const struct node *n)
{
	const struct node *inner = n->in[0];
	(void)g;
	return inner->op == OP_reverse && inner->attrs == n->attrs ? inner->in[0] : NULL;
}
