/* library_claim.c -- the steps that fail a call whose numbers are not what the program claims. */
#include "base/claim.h"
#include "run/library.h"
#include <string.h>

/* The attributes are the sentence; operand 0 holds i32 numbers that are to be zero. */
struct weft_error *library_claim(const struct run_library_call *c)
{
	if (c->nin != 1 || c->in[0].dtype != WEFT_I32)
		FAIL(WEFT_INVALID_ARGUMENT, "a claim about something else than numbers");
	return claim_zero(c->attributes, c->in[0].rank, run_elements(&c->in[0]), c->in[0].data);
}

/* The attributes are claim_indices()'s; operand 0 holds indices, operand 1, where there is one, the
 * size of their dimension. */
struct weft_error *library_indices(const struct run_library_call *c)
{
	int64_t size = -1;

	if (!c->nin || (c->in[0].dtype != WEFT_I64 && c->in[0].dtype != WEFT_I32) ||
		(c->nin > 1 && (c->in[1].dtype != WEFT_I64 || c->in[1].rank)))
		FAIL(WEFT_INVALID_ARGUMENT, "a claim about something else than indices");
	if (c->nin > 1)
		memcpy(&size, c->in[1].data, sizeof size);
	return claim_indices(c->attributes, size, run_elements(&c->in[0]),
		c->in[0].dtype == WEFT_I64 ? 8 : 4, c->in[0].data);
}

/* The attributes are the sentence; operand 0 says whether it holds, the others are its numbers. */
struct weft_error *library_assert(const struct run_library_call *c)
{
	int64_t numbers[CLAIM_NUMBERS];
	uint32_t n = 0;

	if (!c->nin || c->in[0].dtype != WEFT_I1 || c->in[0].rank)
		FAIL(WEFT_INVALID_ARGUMENT, "an assertion about something else than a truth value");
	for (uint32_t i = 1; i < c->nin && n < CLAIM_NUMBERS; i++) {
		bool wide = c->in[i].dtype == WEFT_I64;
		if (wide)
			memcpy(&numbers[n++], c->in[i].data, sizeof *numbers);
		else
			numbers[n++] = *(const int32_t *)c->in[i].data;
	}
	return claim_holds(*(const unsigned char *)c->in[0].data != 0, c->attributes, n, numbers);
}
