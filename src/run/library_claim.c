/* library_claim.c -- the step that fails a call whose numbers are not what the program claims. */
#include "base/claim.h"
#include "run/library.h"

/* The attributes are the sentence; operand 0 holds i32 numbers that are to be zero. */
struct weft_error *library_claim(const struct run_library_call *c)
{
	if (c->nin != 1 || c->in[0].dtype != WEFT_I32)
		FAIL(WEFT_INVALID_ARGUMENT, "a claim about something else than numbers");
	return claim_zero(c->attributes, c->in[0].rank, run_elements(&c->in[0]), c->in[0].data);
}
