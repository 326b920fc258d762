/* order.h -- rows in the order that an unstable sort leaves them: custom_call @weft.order.
 *
 * Where keys are equal the order is that of the C++ library eager torch sorts with, so that indices
 * are eager's.  Its config is a word and perhaps a number:
 *
 *   "sort"      all n, sorted                 "first K"   the first K, sorted, as topk finds them
 *   "any K"     the first K in any order      "kth K"     element K, as kthvalue finds it
 *
 * Operand 0 holds keys, i64[..., n]; the result is i64[..., count], places in the row. */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H
#include "base/error.h"
#include <stdbool.h>

enum order_how { ORDER_sort, ORDER_first, ORDER_any, ORDER_kth };
struct order {
	enum order_how how;
	int64_t k;
};
bool order_read(const char *config, struct order *out);
/* How many places a row of n keys gives; -1: it is too short. */
int64_t order_count(const struct order *o, int64_t n);
/* rows of n keys to rows of order_count() places; neither need be aligned.
 * Fails with RESOURCE_EXHAUSTED, and INVALID_ARGUMENT where a row is too short.  Any thread. */
struct weft_error *order_run(const struct order *o, int64_t rows, int64_t n, const void *keys,
	void *places) BASE_MUST_USE;
#endif
