/* simplify.c -- the rules of rule.def, applied at every node, operands first, until none fires; and
 * those of them that are about values. */
#include "ir/build.h"
#include "ir/rewrite.h"
#include "pass/match.h"
#include "pass/simplify.h"
#include <string.h>

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

/* n in values of t, which are those n is made of: what it was converted from, or an integer of
 * t's; NULL: it is not. */
static const struct node *narrowed(struct graph *g, const struct node *n, enum dtype t)
{
	double v;
	if (n->op == OP_convert && n->in[0]->type->dtype == t && !n->in[0]->type->quant)
		return dtype_holds(n->type->dtype, t) ? n->in[0] : NULL;
	const struct dtype_info *d = &dtype_table[t];
	if ((d->kind != DTYPE_SINT && d->kind != DTYPE_UINT) || d->bits > 32 ||
	    !type_is_static(n->type) || !node_number(n, &v) || v != __builtin_floor(v))
		return NULL;
	int64_t high = INT64_C(1) << (d->bits - (d->kind == DTYPE_SINT));
	int64_t low = d->kind == DTYPE_SINT ? -high : 0;
	return v >= (double)low && v < (double)high
		? build_full(g, type_with_dtype(g, n->type, t), v) : NULL;
}

/* The dtype the first operand that is a conversion came from; n's own: there is none. */
static enum dtype dtype_before(const struct node *n)
{
	for (uint32_t i = 0; i < n->nin; i++)
		if (n->in[i]->op == OP_convert)
			return n->in[i]->in[0]->type->dtype;
	return n->type->dtype;
}

static bool op_narrows(enum op op, enum dtype t)
{
	switch (op) {
	case OP_abs: case OP_negate: case OP_maximum: case OP_minimum:
		return dtype_is_float(t) || dtype_is_signed(t) || op != OP_abs;
	case OP_add: case OP_subtract: case OP_multiply: case OP_and: case OP_or: case OP_xor:
	case OP_not:
		return !dtype_is_float(t);
	default:
		return false;
	}
}

const struct node *rule_convert_narrower(struct graph *g, const struct node *n)
{
	const struct node *f = n->in[0], *in[2];
	enum dtype t = n->type->dtype;
	bool plain = !n->type->quant && !f->type->quant && !dtype_is_complex(t);
	if (!plain || dtype_table[t].kind == DTYPE_BOOL || f->nin > 2 || !op_narrows(f->op, t) ||
	    dtype_before(f) != t)
		return NULL;
	for (uint32_t i = 0; i < f->nin; i++)
		if (!(in[i] = narrowed(g, f->in[i], t)))
			return NULL;
	return build_op(g, f->op, f->nin, in, 0, NULL);
}

const struct node *rule_compare_narrower(struct graph *g, const struct node *n)
{
	enum dtype t = dtype_before(n), u = n->in[0]->type->dtype;
	const char *how = node_str(n, KEY_compare_type, "");
	bool plain = t != u && !n->in[0]->type->quant && !dtype_is_complex(u);
	if (!plain || dtype_table[t].kind == DTYPE_BOOL ||
	    dtype_is_float(t) != dtype_is_float(u) || !strcmp(how, "TOTALORDER"))
		return NULL;
	const struct node *a = narrowed(g, n->in[0], t), *b = narrowed(g, n->in[1], t);
	return a && b ? build_compare(g, node_str(n, KEY_comparison_direction, ""), a, b) : NULL;
}

/* Integers of at most 32 bits, or i64, from lo to hi. */
struct range {
	int64_t lo, hi;
};

/* Every value of that dtype; false: not every one is an int64_t. */
static bool range_of_dtype(enum dtype t, struct range *out)
{
	const struct dtype_info *d = &dtype_table[t];
	bool sign = d->kind == DTYPE_SINT;

	if ((!sign && d->kind != DTYPE_UINT) || d->bits > 64 || (!sign && d->bits > 63))
		return false;
	out->hi = (int64_t)((UINT64_C(1) << (d->bits - sign)) - 1);
	out->lo = sign ? -out->hi - 1 : 0;
	return true;
}

/* What n's elements are between, of one that counts, or is a number, or the sum of such. */
static bool range_of(const struct node *n, struct range *out)
{
	struct range all, b;
	double v;

	if (n->type->quant || !range_of_dtype(n->type->dtype, &all))
		return false;
	if (node_number(n, &v)) {
		out->lo = out->hi = (int64_t)v;
		return v > -0x1p53 && v < 0x1p53;
	}
	switch (n->op) {
	case OP_broadcast_in_dim: case OP_reshape: case OP_transpose: case OP_slice:
		return range_of(n->in[0], out);
	case OP_iota:
		*out = (struct range){ 0, n->type->dims[node_int(n, KEY_iota_dimension, 0)] - 1 };
		break;
	case OP_add:
		if (!range_of(n->in[0], out) || !range_of(n->in[1], &b) ||
			__builtin_add_overflow(out->lo, b.lo, &out->lo) ||
			__builtin_add_overflow(out->hi, b.hi, &out->hi))
			return false;
		break;
	default:
		return false;
	}
	return out->lo >= all.lo && out->hi <= all.hi && out->lo <= out->hi;
}

const struct node *rule_compare_ranges(struct graph *g, const struct node *n)
{
	const char *how = node_str(n, KEY_comparison_direction, "");
	struct range a, b;

	if (!type_is_static(n->type) || !range_of(n->in[0], &a) || !range_of(n->in[1], &b))
		return NULL;
	bool less = a.hi < b.lo, least = a.hi <= b.lo, more = a.lo > b.hi, most = a.lo >= b.hi;
	bool holds = !strcmp(how, "LT")   ? less
		     : !strcmp(how, "LE") ? least
		     : !strcmp(how, "GT") ? more
		     : !strcmp(how, "GE") ? most
		     : !strcmp(how, "EQ") ? least && most
					  : less || more;
	bool fails = !strcmp(how, "LT")   ? most
		     : !strcmp(how, "LE") ? more
		     : !strcmp(how, "GT") ? least
		     : !strcmp(how, "GE") ? less
		     : !strcmp(how, "EQ") ? less || more
					  : least && most;
	return holds || fails ? build_full(g, n->type, holds) : NULL;
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

const struct node *rule_twice(struct graph *g, const struct node *n)
{
	(void)g;
	bool undoes = n->op == OP_negate || n->op == OP_not;
	return undoes && n->in[0]->op == n->op && !n->type->quant ? n->in[0]->in[0] : NULL;
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
