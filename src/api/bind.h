/* bind.h -- the door of libweft for bindings that live in objects of their own (a Python
 * extension):  one table of functions beside those of weft.h, versioned, since both sides come from
 * one build but may be installed apart. */
#ifndef API_BIND_H
#define API_BIND_H
#include "api/api.h"
#include "base/stop.h"
#include "run/memory.h"
#include "run/pool.h"
#include "run/run.h"

#define BIND_VERSION 7

typedef struct weft_error *bind_load_fn(void *arg, void **function, char **path);

struct bind_table {
	uint32_t version;
	/* api_run, api_small, api_bind, run_resolver_set, storage_*: see there. */
	struct weft_error *(*run)(struct weft_executable *x, unsigned threads,
		const struct run_tensor *in, uint32_t nin, struct run_tensor *out, uint32_t nout);
	bool (*small)(const struct weft_executable *x);
	struct weft_error *(*bind)(struct weft_executable *x, const struct run_tensor *constants,
		uint32_t n, struct weft_executable **out);
	struct weft_error *(*resolver_set)(const char *space, run_resolver_fn *fn, void *arg);
	struct weft_error *(*storage_create)(size_t size, struct storage **out);
	void (*storage_release)(struct storage *s);
	struct storage *(*storage_find)(const void *data);
	void (*memory_scrub)(bool on); /* for tests: see there */
	/* An error with that text (copied), for callbacks to return. */
	struct weft_error *(*fail)(enum weft_code code, const char *text);
	/* Backends that are functions of the binding's language (backend_register, _announce,
	 * _lookup). load gives the function, or mem_free's-to-be *path of a plug-in: text from
	 * text_copy. *function is NULL for a backend of C's. */
	struct weft_error *(*backend_register)(const char *name, const char *tags, void *function);
	struct weft_error *(*backend_announce)(const char *name, bind_load_fn *load, void *arg);
	struct weft_error *(*backend_lookup)(const char *name, void **function);
	char *(*text_copy)(const char *text);
	/* Long runs and compiles ask fn whether to go on: see stop_set. */
	void (*stop_set)(stop_fn *fn);
	/* Starts the threads of the pool, which a first call would otherwise wait for. */
	void (*warm_up)(void);
	/* api_parallel: see there. */
	void (*parallel)(const struct weft_executable *x, unsigned threads, pool_fn *fn, void *arg,
		int64_t chunks);
};
WEFT_API extern const struct bind_table weft_bind_table;
#endif
