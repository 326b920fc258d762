/* backend.c -- the native backend, which is run/, the one that only hands through to it, and what
 * backends share. */
#include "backend/backend.h"

static struct weft_error *weft_backend_run(struct exe *x, void *state, const struct run_options *o,
	const struct run_tensor *in, uint32_t nin, struct run_tensor *out, uint32_t nout)
{
	(void)state;
	return exe_run(x, o, in, nin, out, nout);
}

const struct backend backend_weft = {
	.size = sizeof(struct backend),
	.name = "weft",
	.doc = "native code for this processor, through LLVM",
	.stages = BACKEND_PASSES | BACKEND_PLAN | BACKEND_GEN,
	.run = weft_backend_run,
};

const struct backend backend_pass_through = {
	.size = sizeof(struct backend),
	.name = "pass_through",
	.doc = "hands everything through to native code: what a backend around another begins with",
	.stages = BACKEND_PASSES | BACKEND_PLAN | BACKEND_GEN,
	.run = weft_backend_run,
};

struct weft_error *backend_check_call(
	struct exe *x, const struct run_tensor *in, uint32_t nin, uint32_t nout)
{
	if (nin != exe_inputs(x) || nout != exe_outputs(x))
		FAIL(WEFT_INVALID_ARGUMENT, "expected %u arguments and %u results, found %u and %u",
			exe_inputs(x), exe_outputs(x), nin, nout);
	for (uint32_t i = 0; i < nin; i++) {
		struct run_type t = exe_input(x, i);
		if (in[i].dtype != t.dtype || in[i].rank != t.rank)
			FAIL(WEFT_INVALID_ARGUMENT,
				"argument %u: expected %s of rank %u, found %s of rank %u", i,
				weft_dtype_name(t.dtype), t.rank, weft_dtype_name(in[i].dtype),
				in[i].rank);
		for (uint32_t d = 0; d < t.rank; d++)
			if (t.dims[d] >= 0 && t.dims[d] != in[i].dims[d])
				FAIL(WEFT_INVALID_ARGUMENT,
					"argument %u, dimension %u: expected %lld, found %lld", i,
					d, (long long)t.dims[d], (long long)in[i].dims[d]);
	}
	return NULL;
}
