/* null.c -- the backend that computes nothing: outputs of the right types, all zero.  What a call
 * costs beside its work is measured with it; and it is the smallest backend there is, to be
 * copied. */
#include "backend/backend.h"
#include <string.h>

static struct weft_error *null_output(struct exe *x, uint32_t i, struct run_tensor *out)
{
	struct run_type t = exe_output(x, i);
	struct storage *s;
	size_t bytes = dtype_bytes((enum dtype)t.dtype);
	for (uint32_t d = 0; d < t.rank; d++) {
		int64_t n = t.dims[d] < 0 ? 1 : t.dims[d];       /* a symbolic size is 1 here */
		if (__builtin_mul_overflow(bytes, (size_t)n, &bytes))
			FAIL(WEFT_RESOURCE_EXHAUSTED, "output %u is too large", i);
	}
	TRY(storage_create(bytes, &s));
	memset(s->data, 0, bytes);
	for (uint32_t d = 0; d < t.rank; d++)
		s->dims[d] = t.dims[d] < 0 ? 1 : t.dims[d];
	*out = (struct run_tensor){
		.dtype = t.dtype,
		.rank = t.rank,
		.dims = s->dims,
		.data = s->data,
		.bytes = bytes,
		.storage = s,
	};
	return NULL;
}

static struct weft_error *null_run(struct exe *x, void *state, const struct run_options *o,
	const struct run_tensor *in, uint32_t nin, struct run_tensor *out, uint32_t nout)
{
	(void)state, (void)o, (void)in;
	if (nin != exe_inputs(x) || nout != exe_outputs(x))
		FAIL(WEFT_INVALID_ARGUMENT, "expected %u arguments and %u results, found %u and %u",
			exe_inputs(x), exe_outputs(x), nin, nout);
	for (uint32_t i = 0; i < nout; i++) {
		struct weft_error *e = null_output(x, i, &out[i]);
		for (uint32_t k = 0; e && k < i; k++)
			storage_release(out[k].storage);
		if (e)
			return e;
	}
	return NULL;
}

const struct backend backend_null = {
	.size = sizeof(struct backend), .name = "null",
	.doc = "computes nothing, gives zeros: for measuring what surrounds it",
	.stages = BACKEND_KEEP, .run = null_run,
};
