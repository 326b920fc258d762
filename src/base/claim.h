/* claim.h -- what a program claims of its own numbers while it runs: custom_call @weft.claim. */
#ifndef BASE_CLAIM_H
#define BASE_CLAIM_H
#include "base/error.h"

/* That all n numbers are zero.  Else fails with FAILED_PRECONDITION and text, where "{}" is the
 * first other number, and "{batch}" says which it is, or nothing if there is but one by rank. */
struct weft_error *claim_zero(
	const char *text, uint32_t rank, int64_t n, const void *numbers) BASE_MUST_USE;
#endif
