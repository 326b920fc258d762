/* build_impl.h -- what the files of build.h share. */
#ifndef IR_BUILD_IMPL_H
#define IR_BUILD_IMPL_H
#include "ir/graph.h"

/* build_op() with a declared type. */
const struct node *build_typed(struct graph *g, enum op op, uint32_t nin,
	const struct node *const *in, uint32_t nattrs, const struct attr_entry *attrs,
	const struct type *type);
#endif
