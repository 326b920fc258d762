/* backend.h -- what a backend is, and the table of them.
 *
 * Compiling makes an artifact by the stages of the backend; running loads an artifact and gives it
 * to the backend whose name it bears.  Those of the library are rows of backend.def; others come by
 * registration, as plug-ins (weft/backend.h) and from bindings, which may put functions of another
 * language under a name.  Adding one here: a row of backend.def and a struct (copy null.c). */
#ifndef BACKEND_BACKEND_H
#define BACKEND_BACKEND_H
#include "abi/codegen.h"
#include "plan/plan.h"
#include "run/run.h"
#include <weft/backend.h>

enum backend_stage {
	BACKEND_PASSES = 1,          /* the graph passes */
	BACKEND_PLAN = 2,
	BACKEND_GEN = 4,
	BACKEND_KEEP = 8,            /* the graph as text is the artifact */
};

struct backend {
	size_t size;                 /* of the struct it was built with */
	const char *name, *doc;
	unsigned stages;             /* enum backend_stage */
	/* What a loaded executable needs beside itself; NULL functions: nothing. */
	struct weft_error *(*prepare)(const struct backend *b, struct exe *x, void **state);
	void (*unprepare)(void *state);
	/* As exe_run. */
	struct weft_error *(*run)(struct exe *x, void *state, const struct run_options *o,
		const struct run_tensor *in, uint32_t nin, struct run_tensor *out, uint32_t nout);
	/* Called before code is generated with the option `plant`; gives what the artifact keeps
	 * as its text, NULL for nothing.  NULL for all but the backend that plants errors. */
	const char *(*plant)(struct job *j, struct graph *g, const char *plant);
	const struct weft_backend *plugin;   /* its table; NULL: one of ours */
};
#define BACKEND(name, tags, stages, doc) extern const struct backend backend_##name;
#include "backend/backend.def"
#undef BACKEND

/* Are these words of plant.def, for the option `plant`?  INVALID_ARGUMENT names what is none. */
struct weft_error *plant_check(const char *list) BASE_MUST_USE;

/* What stands under a name: one of these is set. */
struct backend_found {
	const struct backend *backend;
	void *foreign;               /* a function of another language; for who registered it */
};
/* Loads what is only announced.  NOT_FOUND with the nearest name; errors of loading. */
struct weft_error *backend_lookup(const char *name, struct backend_found *out) BASE_MUST_USE;
/* The same, where a function of another language is no answer: FAILED_PRECONDITION. */
struct weft_error *backend_open(const char *name, const struct backend **out) BASE_MUST_USE;
/* The backend of a plug-in's table, borrowed for good; the same one for the same table and name. */
struct weft_error *backend_of_plugin(const struct weft_backend *table, const char *name,
	const struct backend **out) BASE_MUST_USE;

/* Puts what is found under a name, as weft_backend_register. */
struct weft_error *backend_register(const char *name, const char *tags,
	struct backend_found what) BASE_MUST_USE;
/* A name whose load comes at the first lookup, without any lock held; it may fail, and is tried
 * again.  A name that is there already stays as it is. */
typedef struct weft_error *backend_load_fn(void *arg, const char *name, struct backend_found *out);
struct weft_error *backend_announce(const char *name, backend_load_fn *load,
	void *arg) BASE_MUST_USE;
/* Loads the shared object at path as the plug-in called name. */
struct weft_error *backend_load_library(const char *path, const char *name,
	struct backend_found *out) BASE_MUST_USE;
/* A name registered meanwhile, as a plug-in's initialiser may do; no loading. */
bool backend_loaded(const char *name, struct backend_found *out);

/* What b's compile makes of a program's text, with its size; the text itself where it has none. */
const void *backend_kept_text(struct job *j, const struct backend *b, const char *text,
	size_t *size);

/* Announces what WEFT_PLUGIN_PATH holds, once in a process. */
void backend_discover(void);
/* A directory of WEFT_PLUGIN_PATH that cannot be read, "" for none. */
const char *backend_unreadable(void);

/* Checks a call's numbers and types against the signature: what a backend without exe_run does
 * first. */
struct weft_error *backend_check_call(struct exe *x, const struct run_tensor *in, uint32_t nin,
	uint32_t nout) BASE_MUST_USE;

/* The artifact of a plan and its code, code[i] being plan->kernels[i]'s.  Bytes are mem_free's. */
struct backend_emission {
	const char *name;            /* of the backend */
	const struct plan *plan;
	const struct codegen_code *code;
	enum isa isa;
	const char *explain;
	size_t explain_size;
	const char *text;            /* ABI_TEXT; NULL: none */
};
void backend_emit_plan(struct job *j, const struct backend_emission *e, void **bytes,
	size_t *size);
/* The artifact of a backend that keeps the program: signature and text, which need not be one.
 * UNIMPLEMENTED where an argument or result of main is neither tensor nor token. */
struct backend_text_emission {
	const char *name;            /* of the backend */
	const struct func *main;
	const void *text;
	size_t size;
};
void backend_emit_text(struct job *j, const struct backend_text_emission *e, void **bytes,
	size_t *size);
#endif
