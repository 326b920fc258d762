/* rewrite.h -- building a region from another one, node by node. */
#ifndef IR_REWRITE_H
#define IR_REWRITE_H
#include "ir/graph.h"

/* What n becomes, given what its operands became (in[0..n->nin)): a node of n's type, or NULL to
 * take n over with the new operands. */
typedef const struct node *rewrite_fn(void *arg, struct graph *g, const struct node *n,
	const struct node *const *in);

/* The region r becomes, operands before users, without recursion; nested regions are given to fn as
 * part of their op.  r itself when nothing changed. */
const struct region *region_rewrite(
	struct graph *g, const struct region *r, rewrite_fn *fn, void *arg);
/* The same, for a region with nparams parameters of those types: fn replaces each OP_parameter of
 * another type, and may make those that r has not. */
const struct region *region_rewrite_as(struct graph *g, const struct region *r, uint32_t nparams,
	const struct type *const *params, rewrite_fn *fn, void *arg);

/* n with other operands: n itself when they are n's own. */
const struct node *node_with_operands(
	struct graph *g, const struct node *n, const struct node *const *in);

/* n's type, for a rule that builds something of that shape: symbolic dimensions as in[] has them,
 * which may be others than n's operands had. */
const struct type *rewrite_type(
	struct graph *g, const struct node *n, const struct node *const *in);

/* to replaces from, and is located where it was. */
void rewrite_locate(struct graph *g, const struct node *to, const struct node *from);

/* n with each nested region replaced by what fn makes of it, and with other operands; NULL when no
 * region changed.  Recursion is by the depth of regions, which reading limits. */
const struct node *region_rewrite_nested(struct graph *g, const struct node *n,
	const struct node *const *in,
	const struct region *(*fn)(struct graph *g, const struct region *r));
#endif
