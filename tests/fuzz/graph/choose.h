/* choose.h -- what tests/fuzz/graph.c does to an op before it is built: operands, attributes and
 * regions by the fuzzer's bytes.  What an op refuses is found out later, so a choice need only be
 * likely.  A function says whether its choice may do. */
#ifndef FUZZ_GRAPH_CHOOSE_H
#define FUZZ_GRAPH_CHOOSE_H
#include "pool.h"

/* An op of op.def's, with all it needs. */
bool choose_op(struct source *s, struct pool *p, struct choice *c);

/* The op whose operands chlo.broadcast_X widens, else op itself. */
enum op choice_narrow(enum op op);
/* Is every result of op over t the one right value? */
bool choice_is_exact(enum op op, enum dtype t);
/* An attribute of n integers, which the caller fills. */
int64_t *choice_list(struct choice *c, const char *name, uint32_t n);
/* The result's type, of c->dims. */
void choice_result(struct choice *c, enum weft_dtype t, uint32_t rank);

/* c, whose result in the first run is `made`, for values of which the call says the sizes
 * (dynamic.c). */
bool choice_make_dynamic(
	struct source *s, struct pool *p, struct choice *c, struct weft_tensor_type made);

/* Ops that kernels have cores for (core.c). */
bool choose_reduce(struct source *s, struct pool *p, struct choice *c);
bool choose_select_and_scatter(struct source *s, struct pool *p, struct choice *c);
bool choose_sort(struct source *s, const struct pool *p, struct choice *c);
bool choose_apply(struct source *s, const struct pool *p, struct choice *c);
bool choose_gather(struct source *s, struct pool *p, struct choice *c);
bool choose_scatter(struct source *s, struct pool *p, struct choice *c);
bool choose_index_select(struct source *s, struct pool *p, struct choice *c);
bool choose_dot(struct source *s, struct pool *p, struct choice *c);
bool choose_convolution(struct source *s, struct pool *p, struct choice *c);
void choice_prefer_ranked(struct source *s, const struct pool *p, struct choice *c);
#endif
