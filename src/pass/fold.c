/* fold.c -- small constants computed when compiling: the reference interpreter evaluates a node
 * whose operands are all constants with content.
 *
 * Only ops whose result is the one correctly rounded value are folded, so that the bits are those
 * native code would give (elementary functions are not: they may differ in the last place), and
 * only up to FOLD_MOST elements, so that nothing large is made where there was something small. */
#include "ir/build.h"
#include "ir/eval.h"
#include "ir/rewrite.h"
#include "pass/pass.h"

#define FOLD_MOST 64

static bool op_is_exact(enum op op)
{
	switch (op) {
	case OP_abs: case OP_add: case OP_and: case OP_ceil: case OP_clamp: case OP_compare:
	case OP_convert:
	case OP_divide: case OP_floor: case OP_is_finite: case OP_maximum: case OP_minimum:
	case OP_multiply:
	case OP_negate: case OP_not: case OP_or: case OP_select: case OP_shift_left:
	case OP_shift_right_arithmetic: case OP_shift_right_logical: case OP_sign: case OP_sqrt:
	case OP_subtract: case OP_xor:
	case OP_reshape: case OP_slice: case OP_transpose: case OP_concatenate: case OP_reverse:
	case OP_iota:
		return true;
	default:
		return false;
	}
}

static bool node_folds(const struct node *n, const struct node *const *in)
{
	if (!op_is_exact(n->op) || n->type->kind != TYPE_tensor || n->type->quant ||
		!type_is_static(n->type) || dtype_is_complex(n->type->dtype) ||
		type_elements(n->type) > FOLD_MOST || type_elements(n->type) < 1 || !n->nin)
		return false;
	for (uint32_t i = 0; i < n->nin; i++)
		if (in[i]->op != OP_constant || !node_literal(in[i]) || in[i]->type->quant ||
		    dtype_is_complex(in[i]->type->dtype) || type_elements(in[i]->type) > FOLD_MOST)
			return false;
	return true;
}

static const struct node *fold_node(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in)
{
	(void)arg;
	if (!node_folds(n, in))
		return region_rewrite_nested(g, n, in, pass_fold);
	const struct node *now = node_with_operands(g, n, in);
	const struct region *r = graph_region(g, 0, NULL, 1, &now);
	struct tensor value = { 0 };
	eval_region(graph_job(g), g, r, &(struct eval_options){ 0 }, NULL, &value);
	return build_constant(g, n->type, false, value.data);
}

const struct region *pass_fold(struct graph *g, const struct region *r)
{
	return region_rewrite(g, r, fold_node, NULL);
}
