/* simplify.c -- the rules of rule.def, applied at every node, operands first, until none fires; and
 * those of them that are about values. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "pass/match.h"
#include "pass/simplify.h"

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

/* ---- the rules on values, in the order of rule.def; on places: simplify_move.c --------------- */

const struct node *rule_convert_same(struct graph *g, const struct node *n)
{
	(void)g;
	return n->in[0]->type == n->type ? n->in[0] : NULL;
}

const struct node *rule_convert_wider(struct graph *g, const struct node *n)
{
	const struct node *inner = n->in[0];
	if (inner->op != OP_convert || n->type->quant || inner->in[0]->type->quant ||
	    !dtype_holds(inner->type->dtype, inner->in[0]->type->dtype))
		return NULL;
	if (inner->in[0]->type == n->type)
		return inner->in[0];
	return build_convert(g, inner->in[0], n->type->dtype);
}

const struct node *rule_multiply_one(struct graph *g, const struct node *n)
{
	(void)g;
	if (n->type->quant)
		return NULL;
	return is_number(n->in[1], 1) ? n->in[0] : is_number(n->in[0], 1) ? n->in[1] : NULL;
}

const struct node *rule_divide_one(struct graph *g, const struct node *n)
{
	(void)g;
	return !n->type->quant && is_number(n->in[1], 1) ? n->in[0] : NULL;
}

const struct node *rule_subtract_zero(struct graph *g, const struct node *n)
{
	(void)g;
	return !n->type->quant && is_number(n->in[1], 0) ? n->in[0] : NULL;
}

const struct node *rule_select_same(struct graph *g, const struct node *n)
{
	(void)g;
	return n->in[1] == n->in[2] ? n->in[1] : NULL;
}

const struct node *rule_idempotent(struct graph *g, const struct node *n)
{
	(void)g;
	bool two = (op_table[n->op].flags & OP_IDEMPOTENT) && n->nin == 2;
	return two && n->in[0] == n->in[1] && !n->type->quant ? n->in[0] : NULL;
}

const struct node *rule_reduce_ones(struct graph *g, const struct node *n)
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

/* So that asking for a size does not keep a tensor that is else computed where it is used. */
const struct node *rule_size_of_map(struct graph *g, const struct node *n)
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
