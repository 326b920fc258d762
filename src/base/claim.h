/* claim.h -- what a program claims of its own numbers while it runs: custom_call @weft.claim,
 * @shape_assertion. */
#ifndef BASE_CLAIM_H
#define BASE_CLAIM_H
#include "base/error.h"
#include <stdbool.h>

/* That all n numbers are zero.  Else fails with FAILED_PRECONDITION and text, where "{}" is the
 * first other number, and "{batch}" says which it is, or nothing if there is but one by rank. */
struct weft_error *claim_zero(
	const char *text, uint32_t rank, int64_t n, const void *numbers) BASE_MUST_USE;
/* That all n integers, of 4 or 8 bytes, are indices of a dimension.  The text is words with a space
 * between: "wrap" where -size .. -1 count from the end, else "plain"; the dimension's number; its
 * size, which `size` replaces where that is not below 0; the line and the name of the operator.
 * Else fails with OUT_OF_RANGE, naming the first other number. */
struct weft_error *claim_indices(const char *text, int64_t size, int64_t n, unsigned bytes,
	const void *numbers) BASE_MUST_USE;
enum { CLAIM_NUMBERS = 32 };                 /* most of an assertion */
/* That something holds.  Else fails with INVALID_ARGUMENT and text, where "{i}" is numbers[i]. */
struct weft_error *claim_holds(
	bool holds, const char *text, uint32_t n, const int64_t *numbers) BASE_MUST_USE;
#endif
