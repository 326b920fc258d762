/* backend.c -- the table of backends, lookup with did-you-mean, and the native backend, which is run/. */
#include "backend/backend.h"
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

/* Edits from a to b (Levenshtein), at most 63 characters of each. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[64];
	size_t na = strnlen(a, 63), nb = strnlen(b, 63);
	for (size_t k = 0; k <= nb; k++)
		row[k] = (unsigned)k;
	for (size_t i = 1; i <= na; i++) {
		unsigned diagonal = row[0];
		row[0] = (unsigned)i;
		for (size_t k = 1; k <= nb; k++) {
			unsigned swap = diagonal + (a[i - 1] != b[k - 1]);
			diagonal = row[k];
			unsigned best = row[k] + 1 < row[k - 1] + 1 ? row[k] + 1 : row[k - 1] + 1;
			row[k] = swap < best ? swap : best;
		}
	}
	return row[nb];
}

const struct backend *backend_find(const char *name, const char **nearest)
{
	unsigned least = ~0u;
	for (const struct backend *const *b = backend_table; *b; b++) {
		unsigned d = distance(name, (*b)->name);
		if (!d)
			return *b;
		if (nearest && d < least) {
			least = d;
			*nearest = (*b)->name;
		}
	}
	return NULL;
}
