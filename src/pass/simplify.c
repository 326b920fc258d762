/* simplify.c -- the rules of rule.def, applied at every node, operands first, until none fires.
 *
 * A rule is given a node whose operands were simplified and says what is equal to it and simpler,
 * or NULL.
 * R1  What it gives has the node's type.   R2  It never makes what another rule undoes: each gives
 *     an
 * operand, or one op where there were two, so the number of ops only falls.   R3  Its class is said
 * in rule.def and holds for NaN, infinities and signed zeros too. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "pass/match.h"
#include "pass/pass.h"
#include <string.h>

typedef const struct node *rule_fn(struct graph *g, const struct node *n);
#define RULE(name, root, class, algebra) static rule_fn rule_##name;
#include "pass/rule.def"
#undef RULE

/* ---- matching ------------------------------------------------------------------------------- */

/* The number every element of n is, by constants and broadcasts of them. */
static bool is_number(const struct node *n, double v)
{
	double x;
	if (!node_number(n, &x))
		return false;
	return x == v && !__builtin_signbit(x) == !__builtin_signbit(v);
}

/* Does `to` hold every value of `from`? */
static bool dtype_holds(enum dtype to, enum dtype from)
{
	const struct dtype_info *a = &dtype_table[from], *b = &dtype_table[to];
	if (a->kind == DTYPE_FLOAT && b->kind == DTYPE_FLOAT)
		return a->special == DTYPE_IEEE && b->special == DTYPE_IEEE && b->exp >= a->exp &&
		       b->man >= a->man;
	if (a->kind == DTYPE_BOOL && b->kind != DTYPE_BOOL)
		return b->kind == DTYPE_SINT || b->kind == DTYPE_UINT || b->kind == DTYPE_FLOAT;
	return a->kind == b->kind && (a->kind == DTYPE_SINT || a->kind == DTYPE_UINT) &&
	       b->bits >= a->bits;
}

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

/* ---- the rules, in the order of rule.def ---------------------------------------------------- */

static const struct node *rule_convert_same(struct graph *g, const struct node *n)
{
	(void)g;
	return n->in[0]->type == n->type ? n->in[0] : NULL;
}

static const struct node *rule_convert_wider(struct graph *g, const struct node *n)
{
	const struct node *inner = n->in[0];
	if (inner->op != OP_convert || n->type->quant || inner->in[0]->type->quant ||
	    !dtype_holds(inner->type->dtype, inner->in[0]->type->dtype))
		return NULL;
	if (inner->in[0]->type == n->type)
		return inner->in[0];
	return build_convert(g, inner->in[0], n->type->dtype);
}

static const struct node *rule_reshape_same(struct graph *g, const struct node *n)
{
	(void)g;
	return n->in[0]->type == n->type ? n->in[0] : NULL;
}

static const struct node *rule_reshape_reshape(struct graph *g, const struct node *n)
{
	const struct node *inner = n->in[0];
	if (inner->op != OP_reshape || !type_is_static(n->type) ||
		!type_is_static(inner->in[0]->type))
		return NULL;
	struct node_spec s = { .op = OP_reshape, .nin = 1, .in = inner->in, .type = n->type };
	return inner->in[0]->type == n->type ? inner->in[0] : graph_node(g, &s);
}

static const struct node *rule_transpose_same(struct graph *g, const struct node *n)
{
	uint32_t count;
	const int64_t *p = node_ints(n, KEY_permutation, &count);
	(void)g;
	return is_counting(p, count) && n->type == n->in[0]->type ? n->in[0] : NULL;
}

static const struct node *rule_transpose_transpose(struct graph *g, const struct node *n)
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

static const struct node *rule_broadcast_same(struct graph *g, const struct node *n)
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

static const struct node *rule_broadcast_broadcast(struct graph *g, const struct node *n)
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

static const struct node *rule_broadcast_reshape(struct graph *g, const struct node *n)
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

static const struct node *rule_slice_whole(struct graph *g, const struct node *n)
{
	(void)g;
	return n->type == n->in[0]->type && type_is_static(n->type) && all_ints(n, KEY_strides, 1)
		       ? n->in[0]
		       : NULL;
}

static const struct node *rule_multiply_one(struct graph *g, const struct node *n)
{
	(void)g;
	if (n->type->quant)
		return NULL;
	return is_number(n->in[1], 1) ? n->in[0] : is_number(n->in[0], 1) ? n->in[1] : NULL;
}

static const struct node *rule_divide_one(struct graph *g, const struct node *n)
{
	(void)g;
	return !n->type->quant && is_number(n->in[1], 1) ? n->in[0] : NULL;
}

static const struct node *rule_subtract_zero(struct graph *g, const struct node *n)
{
	(void)g;
	return !n->type->quant && is_number(n->in[1], 0) ? n->in[0] : NULL;
}

static const struct node *rule_select_same(struct graph *g, const struct node *n)
{
	(void)g;
	return n->in[1] == n->in[2] ? n->in[1] : NULL;
}

static const struct node *rule_idempotent(struct graph *g, const struct node *n)
{
	(void)g;
	bool two = (op_table[n->op].flags & OP_IDEMPOTENT) && n->nin == 2;
	return two && n->in[0] == n->in[1] && !n->type->quant ? n->in[0] : NULL;
}

static const struct node *rule_reduce_ones(struct graph *g, const struct node *n)
{
	uint32_t count;
	const int64_t *dims = node_ints(n, KEY_dimensions, &count);
	if (n->nin != 2 || n->type->kind != TYPE_tensor || n->in[0]->type->quant ||
	    n->type->dtype != n->in[0]->type->dtype || !type_is_static(n->in[0]->type))
		return NULL;
	for (uint32_t i = 0; i < count; i++)
		if (n->in[0]->type->dims[dims[i]] != 1)
			return NULL;
	const struct node *body = n->regions[0]->results[0];
	bool neutral = (body->op == OP_add && is_number(n->in[1], -0.0)) ||
		(body->op == OP_multiply && is_number(n->in[1], 1)) ||
		(body->op == OP_add && !dtype_is_float(n->type->dtype) && is_number(n->in[1], 0)) ||
		(body->op == OP_maximum && is_number(n->in[1], -__builtin_inf())) ||
		(body->op == OP_minimum && is_number(n->in[1], __builtin_inf()));
	bool plain = body->nin == 2 && body->in[0]->op == OP_parameter &&
		     body->in[1]->op == OP_parameter && body->in[0] != body->in[1];
	return neutral && plain ? build_reshape(g, n->in[0], n->type->rank, n->type->dims) : NULL;
}

static const struct node *rule_pad_none(struct graph *g, const struct node *n)
{
	(void)g;
	bool none = all_ints(n, KEY_edge_padding_low, 0) && all_ints(n, KEY_edge_padding_high, 0) &&
		all_ints(n, KEY_interior_padding, 0);
	return none && n->type == n->in[0]->type ? n->in[0] : NULL;
}

static const struct node *rule_concatenate_one(struct graph *g, const struct node *n)
{
	(void)g;
	return n->nin == 1 && n->type == n->in[0]->type ? n->in[0] : NULL;
}

/* So that asking for a size does not keep a tensor that is else computed where it is used. */
static const struct node *rule_size_of_map(struct graph *g, const struct node *n)
{
	const struct node *f = n->in[0];
	uint32_t d = (uint32_t)node_int(n, KEY_dimension, 0);
	if (op_table[f->op].kind != OP_MAP || f->nregions)
		return NULL;
	for (uint32_t i = 0; i < f->nin; i++) {
		const struct type *x = f->in[i]->type;
		if (x->kind != TYPE_tensor || x->rank != f->type->rank ||
			x->dims[d] != f->type->dims[d])
			continue;
		struct node_spec s = {
			.op = OP_get_dimension_size,
			.nin = 1,
			.in = &f->in[i],
			.attrs = n->attrs,
			.type = n->type,
		};
		return graph_node(g, &s);
	}
	return NULL;
}

/* ---- the driver ----------------------------------------------------------------------------- */

static const struct node *apply(struct graph *g, const struct node *n)
{
	const struct node *m;
#define RULE(name, root, class, algebra)                                                           \
	if ((OP_##root == OP_COUNT || n->op == OP_##root) && (m = rule_##name(g, n))) {            \
		pass_fired(PASS_RULE_##name);                                                      \
		return m;                                                                          \
	}
#include "pass/rule.def"
#undef RULE
	return NULL;
}

static const struct node *simplify_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	const struct node *now = node_with_operands(g, n, in), *next;
	(void)arg;
	if ((next = region_rewrite_nested(g, n, in, pass_simplify)))
		now = next;
	if (now->type->kind != TYPE_tensor)
		return now == n ? NULL : now;
	while ((next = apply(g, now)))
		now = next;
	return now == n ? NULL : now;
}

const struct region *pass_simplify(struct graph *g, const struct region *r)
{
	return region_rewrite(g, r, simplify_node, NULL);
}
