/* grad_impl.h -- between the files of pass/grad. */
#ifndef PASS_GRAD_GRAD_IMPL_H
#define PASS_GRAD_GRAD_IMPL_H
#include "ir/build.h"
#include "pass/grad/grad.h"

struct grad_swap;

/* One backward walk.  Tables are by id, of nodes below `limit`. */
struct grad {
	struct graph *g;
	uint32_t limit;
	bool *active;                        /* does it depend on a wanted parameter? */
	const struct node **sum;             /* the gradient that arrived so far, NULL: none */
	const struct node ***parts;          /* of nodes with several results: one each */
	struct grad_swap *swaps;
};

/* A loop whose turns were recorded: `new` gives old's results, then the records. */
struct grad_swap {
	const struct node *old, *new;
	struct grad_swap *next;
};

/* Adds to its operands' gradients what flows through n; ct[] holds the gradients of n's results,
 * NULL where none arrived, not all NULL. */
typedef void grad_fn(struct grad *d, const struct node *n, const struct node *const *ct);
#define MAP1(op, ...) grad_fn grad_##op;
#define MAP2(op, ...) grad_fn grad_##op;
#define RULE(op) grad_fn grad_##op;
#define ZERO(op)
#include "pass/grad.def"
#undef MAP1
#undef MAP2
#undef RULE
#undef ZERO

/* Is a gradient of x wanted? */
static inline bool grad_wants(const struct grad *d, const struct node *x)
{
	return d->active[x->id];
}
/* Adds v, of x's type, to x's gradient, if one is wanted. */
void grad_flow(struct grad *d, const struct node *x, const struct node *v);
/* Fails the job with UNIMPLEMENTED at n: "no gradient of <n's op>: <text>". */
noreturn void grad_refuse(struct grad *d, const struct node *n, const char *text);

/* The op of a region of two scalars that is one op of its two parameters; OP_COUNT: it is not.
 * OP_parameter: it gives the second. */
enum op region_binary_op(const struct region *r);
/* An integer constant; false: it is none. */
bool node_integer(const struct node *n, int64_t *out);
/* Zeros of x's type. */
const struct node *grad_zeros(struct grad *d, const struct node *x);
#endif
