/* bind.h -- the door of libweft for bindings that live in objects of their own (a Python
 * extension):  one table of functions beside those of weft.h, versioned, since both sides come from
 * one build but may be installed apart. */
#ifndef API_BIND_H
#define API_BIND_H
#include "api/api.h"
#include "run/memory.h"
#include "run/run.h"

#define BIND_VERSION 1

struct bind_table {
	uint32_t version;
	/* api_run, run_resolver_set, storage_*: see there. */
	struct weft_error *(*run)(struct weft_executable *x, unsigned threads,
		const struct run_tensor *in, uint32_t nin, struct run_tensor *out, uint32_t nout);
	struct weft_error *(*resolver_set)(const char *space, run_resolver_fn *fn, void *arg);
	struct weft_error *(*storage_create)(size_t size, struct storage **out);
	void (*storage_release)(struct storage *s);
	/* An error with that text (copied), for callbacks to return. */
	struct weft_error *(*fail)(enum weft_code code, const char *text);
};
WEFT_API extern const struct bind_table weft_bind_table;
#endif
