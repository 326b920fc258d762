/* backend.h -- the registry of backends, and backends of your own.
 *
 * A backend is what weft_client_open opens: it gets a program as StableHLO text and runs it.
 * Those of the library ("weft", "interp", ...), those registered by calls, and plug-ins - shared
 * objects in a directory of WEFT_PLUGIN_PATH - stand in one table, which the command (`weft run
 * --backend`), the C API and the Python package (options={"backend": ...}, weft.list_backends)
 * all read. Names are letters, digits and "_-.+", at most 63; "-" and "_" are one.
 *
 * A plug-in is a file weft_backend_NAME.so that exports
 *
 * 	const struct weft_backend *weft_backend_plugin(const struct weft_host *host);
 *
 * It is listed by its file's name and opened at the first lookup; it is never closed. It needs
 * no library of Weft's: what it calls is in host, which is valid for good.
 * examples/plugin/echo.c is one.
 *
 * Threads: every function here from any thread; a backend's functions are called from any
 * thread, run and load from several at once. */
#ifndef WEFT_BACKEND_H
#define WEFT_BACKEND_H

#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_BACKEND_VERSION 1
#define WEFT_BACKEND_SYMBOL "weft_backend_plugin"

struct weft_results;       /* where a call puts its results */

/* A dense row-major tensor; any alignment. */
struct weft_tensor {
	struct weft_tensor_type type;
	void *data;
};

/* What Weft offers a backend. */
struct weft_host {
	uint32_t version;          /* WEFT_BACKEND_VERSION of the library */
	/* An error with that text, which is copied. Never NULL. */
	struct weft_error *(*fail)(enum weft_code code, const char *text);
	/* Makes result i of the call, of that type (copied), and gives its memory, not
	 * initialised and valid until run returns. Once for each result. */
	struct weft_error *(*result)(struct weft_results *r, uint32_t i,
		struct weft_tensor_type type, void **data);
};

struct weft_backend {
	uint32_t version;          /* WEFT_BACKEND_VERSION it was written for */
	const char *name;          /* where none is given at registration; may be NULL */
	const char *doc;           /* one line */
	/* Makes of a program's StableHLO text whatever load wants to see; the artifact keeps it.
	 * bytes are released by compiled_free. NULL: the artifact keeps the text. */
	struct weft_error *(*compile)(const struct weft_host *host, const char *text, size_t size,
		void **bytes, size_t *nbytes);
	void (*compiled_free)(void *bytes);
	/* Makes *state, of an executable, of what the artifact keeps; bytes are borrowed for the
	 * call. load NULL: no state; unload may be NULL. */
	struct weft_error *(*load)(const struct weft_host *host, const void *bytes, size_t nbytes,
		void **state);
	void (*unload)(void *state);
	/* in[] is borrowed and of the dtypes and ranks of the program's signature. Every result
	 * must be made, with host->result; on error those made are released. */
	struct weft_error *(*run)(const struct weft_host *host, void *state, uint32_t nin,
		const struct weft_tensor *in, uint32_t nout, struct weft_results *out);
};
typedef const struct weft_backend *weft_backend_plugin_fn(const struct weft_host *host);

/* Puts b, which is borrowed for good, into the table under name (NULL or "": b's own name).
 * tags: words with commas, kept with the name ("debug", "experimental" or your own; NULL: none).
 * ALREADY_EXISTS "duplicate name: NAME": the first one stays; a plug-in that was only found, not
 * loaded, gives way. INVALID_ARGUMENT: no name at all, a name that is none, no run function,
 * another version. On error the table is as it was. */
WEFT_API struct weft_error *weft_backend_register(const struct weft_backend *b, const char *name,
	const char *tags);
/* The same with the tag "debug", and "experimental". */
WEFT_API struct weft_error *weft_backend_register_debug(const struct weft_backend *b,
	const char *name);
WEFT_API struct weft_error *weft_backend_register_experimental(const struct weft_backend *b,
	const char *name);

/* Loads the backend of that name. NOT_FOUND names the nearest; a plug-in that does not load is
 * the error of its loading, and is tried again at the next lookup. */
WEFT_API struct weft_error *weft_backend_lookup(const char *name);

/* The names in order, one a line, without those that have a tag in exclude (words with commas;
 * NULL or "": all names; WEFT_BACKEND_EXCLUDED is what is usual). Plug-ins not loaded yet have
 * no tags: they are listed, and not loaded by it. Freed with weft_text_free. */
#define WEFT_BACKEND_EXCLUDED "debug,experimental"
WEFT_API struct weft_error *weft_backend_list(const char *exclude, char **out);

/* A client of b itself, registered or not; b is borrowed for good. */
WEFT_API struct weft_error *weft_client_open_backend(const struct weft_backend *b,
	struct weft_client **out);

#ifdef __cplusplus
}
#endif
#endif
