/* attention_impl.h -- between the files of attention: the form in a graph, how its operands lie,
 * the node. */
#ifndef PLAN_ATTENTION_IMPL_H
#define PLAN_ATTENTION_IMPL_H
#include "plan/plan_impl.h"

#define ATTENTION_NODES 96       /* that one may be made of */

struct attention_finder {
	struct graph *g;
	struct job *job;
	uint32_t count;
	const struct node **order;
	uint32_t *users;                 /* by node id */
	const struct node **now;         /* by node id: what it became */
	const struct plan_options *o;
};
/* What makes up one attention. */
struct attention_form {
	const struct node *scores_dot, *values_dot, *score, *weights;
	bool weights_are_lhs, lost_is_zero;
	uint32_t ninside;
	const struct node *inside[ATTENTION_NODES];      /* read by nobody else */
};
/* Every element of n is v, by a constant that is stretched. */
bool attention_number(const struct node *n, double v);
/* A float that products are made of in f32. */
static inline bool attention_float(enum dtype t)
{
	return dtype_is_float(t) && t != DTYPE_f64 && !dtype_is_complex(t);
}
/* Is the dot_general n the second product of an attention? */
bool attention_find(
	struct attention_finder *w, const struct node *n, struct attention_form *out);

/* Both products of form f in terms of how the operands lie, and the buffers those lie in; false:
 * they do not lie as CORE_attention wants them. */
bool attention_lay(struct attention_finder *w, const struct attention_form *f,
	struct contract *values, struct attention *a, const struct node *buffers[3]);
#endif
