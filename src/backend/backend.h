/* backend.h -- the registry of backends, and what a backend is.
 *
 * Compiling makes an artifact by the stages of the backend's row; running loads an artifact and
 * gives it to the backend whose name it bears.  Adding one: a row of backend.def, a struct,
 * tests/conform. */
#ifndef BACKEND_BACKEND_H
#define BACKEND_BACKEND_H
#include "abi/codegen.h"
#include "plan/plan.h"
#include "run/run.h"

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
	struct weft_error *(*prepare)(struct exe *x, void **state);
	void (*unprepare)(void *state);
	/* As exe_run. */
	struct weft_error *(*run)(struct exe *x, void *state, const struct run_options *o,
		const struct run_tensor *in, uint32_t nin, struct run_tensor *out, uint32_t nout);
};
#define BACKEND(name, stages, doc) extern const struct backend backend_##name;
#include "backend/backend.def"
#undef BACKEND

extern const struct backend *const backend_table[];      /* ends with NULL */
/* NULL: no such; *nearest (may be NULL) then receives the most similar name. */
const struct backend *backend_find(const char *name, const char **nearest);

/* The artifact of a plan and its code, code[i] being plan->kernels[i]'s.  Bytes are mem_free's. */
void backend_emit_plan(struct job *j, const struct plan *p, const struct codegen_code *code,
	enum isa isa, const char *explain, size_t explain_size, void **bytes, size_t *size);
/* The artifact of a backend that keeps the graph: signature and text. */
void backend_emit_text(struct job *j, const struct backend *b, struct graph *g,
	const struct func *main, const char *text, void **bytes, size_t *size);
#endif
