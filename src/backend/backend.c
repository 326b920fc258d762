/* backend.c -- the table of backends, lookup with did-you-mean, and the native backend, which is
 * run/. */
#include "backend/backend.h"
#include "base/str.h"
#include <string.h>

#define BACKEND(name, stages, doc) &backend_##name,
const struct backend *const backend_table[] = {
#include "backend/backend.def"
	NULL
};
#undef BACKEND

static struct weft_error *weft_backend_run(struct exe *x, void *state, const struct run_options *o,
	const struct run_tensor *in, uint32_t nin, struct run_tensor *out, uint32_t nout)
{
	(void)state;
	return exe_run(x, o, in, nin, out, nout);
}

const struct backend backend_weft = {
	.size = sizeof(struct backend), .name = "weft",
	.doc = "native code for this processor, through LLVM",
	.stages = BACKEND_PASSES | BACKEND_PLAN | BACKEND_GEN,
	.run = weft_backend_run,
};

const struct backend *backend_find(const char *name, const char **nearest)
{
	const char *names[sizeof backend_table / sizeof *backend_table];
	size_t n = 0;
	for (const struct backend *const *b = backend_table; *b; b++) {
		if (!strcmp((*b)->name, name))
			return *b;
		names[n++] = (*b)->name;
	}
	if (nearest)
		*nearest = str_nearest(name, names, n);
	return NULL;
}
