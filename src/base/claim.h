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
enum { CLAIM_NUMBERS = 32 };                 /* most of an assertion */
/* That something holds.  Else fails with INVALID_ARGUMENT and text, where "{i}" is numbers[i]. */
struct weft_error *claim_holds(
	bool holds, const char *text, uint32_t n, const int64_t *numbers) BASE_MUST_USE;
#endif
