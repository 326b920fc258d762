/* check.h -- programs that check themselves: the custom calls check.expect_eq and its kin, whose
 * meanings are those of StableHLO's own test files. */
#ifndef API_CHECK_H
#define API_CHECK_H
#include "ir/eval.h"

/* Is n a check?  Its operands are what is compared, or one value and the attribute `value`. */
bool check_is(const struct node *n);
/* Compares the operands in[0..nin) of check n of g.  INVALID_ARGUMENT at n's place says where they
 * differ. */
struct weft_error *check_values(const struct graph *g, const struct node *n,
	const struct tensor *in, uint32_t nin) BASE_MUST_USE;
/* Runs g, which it changes, in a backend that compiles, and compares; adds to *counts.  A main with
 * arguments is compiled only. */
struct weft_error *check_compiled(const char *backend, const struct weft_options *o,
	struct graph *g, struct weft_check_counts *counts) BASE_MUST_USE;
#endif
