/* op.h -- the operations; made from op.def. */
#ifndef IR_OP_H
#define IR_OP_H
#include "ir/type.h"

struct node_spec;

enum op {
#define OP(name, ...) OP_##name,
#include "ir/op.def"
#undef OP
	OP_COUNT
};
enum op_dialect { OP_S, OP_C, OP_F, OP_Y, OP_W };
enum op_kind {
	OP_MAP, OP_LEAF, OP_MOVE, OP_REDUCE, OP_WINDOW, OP_SCATTER, OP_SORT, OP_CONTRACT, OP_EXPAND,
	OP_LIBRARY, OP_RANDOM, OP_CONTROL, OP_CUSTOM, OP_TUPLE, OP_TOKEN, OP_COLLECTIVE,
};
enum op_flag {
	OP_COMMUTES = 1, OP_ASSOCIATES = 2, OP_IDEMPOTENT = 4, OP_EFFECT = 8, OP_FUNCTION = 16,
	OP_DIVIDES = 32,
};

/* Checks s (operands, attributes, regions) and gives the type of the result; an invalid one fails
 * the graph's job at s->at, naming op and constraint.  graph_node() calls it with captures and
 * effect token taken off s->in and s->type, after it has checked numbers of operands and regions
 * and the kinds of the attributes; spec_nparams() and spec_nresults() leave them out of the
 * regions.  The answer has no effect token either.  Where the rule leaves something open
 * (custom_call, the sizes of dynamic_*) it is taken from s->type, which may be NULL; otherwise the
 * answer is what the rule says, and graph_node() compares it with the declared type and takes the
 * more precise. */
typedef const struct type *infer_fn(struct graph *g, const struct node_spec *s);

struct op_info {
	const char *name;            /* "add", "chlo_erf" */
	const char *text;            /* "stablehlo.add", "chlo.erf", "call" */
	enum op_dialect dialect;
	int8_t lo, hi, nregions;
	enum op_kind kind;
	unsigned flags;              /* enum op_flag */
	infer_fn *infer;
};
extern const struct op_info op_table[OP_COUNT];
/* constraint.def: how many numbered constraints the specification has for an op, and the one that
 * asks for at least one operand ("c3"), or NULL. */
extern const uint8_t op_constraints[OP_COUNT];
extern const char *const op_least[OP_COUNT];
enum op op_find(const char *text, size_t len);       /* "stablehlo.add"; OP_COUNT: no such */
/* Is it a branch or a loop, whose regions run or not, and not a call, whose region always does? */
static inline bool op_branches(enum op op)
{
	return op_table[op].kind == OP_CONTROL && op != OP_call && op != OP_composite;
}
/* Does the op keep the integers of quantised tensors as they are (movement, control, regions)? */
bool quant_moves(enum op op);

#define OP(name, d, lo, hi, nr, kind, infer, flags, meaning) infer_fn infer_##infer;
#include "ir/op.def"
#undef OP
#endif
