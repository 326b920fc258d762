/* arithmetic.h -- the operations that functions in many steps are written in, by short names. */
#ifndef ATEN_ARITHMETIC_H
#define ATEN_ARITHMETIC_H
#include "front/aten/lower.h"

typedef const struct node *value;

static inline value add(struct lower *l, value a, value b)
{
	return build2(l->g, OP_add, a, b);
}

static inline value sub(struct lower *l, value a, value b)
{
	return build2(l->g, OP_subtract, a, b);
}

static inline value mul(struct lower *l, value a, value b)
{
	return build2(l->g, OP_multiply, a, b);
}

static inline value quotient(struct lower *l, value a, value b)
{
	return build2(l->g, OP_divide, a, b);
}

/* x how than: i1, element by element. */
static inline value test(struct lower *l, value x, const char *how, double than)
{
	return build_compare(l->g, how, x, lower_like(l, x, than));
}

static inline value pick(
	struct lower *l, value x, const char *how, double than, value yes, value no)
{
	return build_select(l->g, test(l, x, how, than), yes, no);
}
#endif
