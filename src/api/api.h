/* api.h -- what bind/ and cli/ use beside the public functions of weft.h. */
#ifndef API_API_H
#define API_API_H
#include "base/error.h"
#include "base/str.h"
#include "run/pool.h"
#include "run/run.h"

/* weft_run without handles for tensors: see exe_run.  threads 0: threads_default(). */
WEFT_API struct weft_error *api_run(struct weft_executable *x, unsigned threads,
	const struct run_tensor *in, uint32_t nin, struct run_tensor *out,
	uint32_t nout) BASE_MUST_USE;
/* Is a call so short that threads, and letting go of a lock, would cost more than it? */
WEFT_API bool api_small(const struct weft_executable *x);
/* weft_executable_bind without handles: data of constants is borrowed as long as *out lives, unless
 * storage is set: that is retained instead. */
WEFT_API struct weft_error *api_bind(struct weft_executable *x, const struct run_tensor *constants,
	uint32_t n, struct weft_executable **out) BASE_MUST_USE;
WEFT_API struct exe *api_exe(struct weft_executable *x);              /* borrowed */

/* Wall time from graph to executable; 0 when it was loaded. */
WEFT_API double api_compile_seconds(const struct weft_executable *x);

/* Runs the passes of names ("inline,simplify") on every function of p, in that order, verifying
 * after each that changed something.  INVALID_ARGUMENT for an unknown name (with the nearest). */
WEFT_API struct weft_error *api_program_passes(
	struct weft_program *p, const char *names) BASE_MUST_USE;

/* weft_program_print; with locations, loc(...) stands behind every op. */
WEFT_API struct weft_error *api_program_print(
	const struct weft_program *p, bool locations, char **out) BASE_MUST_USE;

/* How often rewrite rule i of rule.def, then form i of recognise.def, was applied in this process;
 * false: no such. */
WEFT_API bool api_rule_fired(uint32_t i, const char **name, uint32_t *times);

/* Tends the cache (doc/cache.md): action stats, list, verify, prune (to size, a text; NULL: the
 * limit), clear, export (to file) or import (from it); *out, the caller's to weft_text_free, says
 * what was found or done.  Reads nothing where there is no directory; only import makes one.
 * FAILED_PRECONDITION: the directory is not to be trusted. */
WEFT_API struct weft_error *api_cache(const char *action, const char *size, const char *file,
	bool json, char **out) BASE_MUST_USE;

/* Serves compiles that are asked for on the socket fd until it closes or nobody asks for a while;
 * memory_mib: a limit of address space, 0: none.  What weft-worker does; its exit status. */
WEFT_API int api_worker(int fd, int64_t memory_mib);

/* WEFT_THREADS, else OMP_NUM_THREADS, else the processors allowed; read at each call. */
WEFT_API unsigned threads_default(void);

/* Starts the threads of the pool, which the first call, or compile, would otherwise wait for. */
WEFT_API void api_warm_up(void);
/* Does chunks on x's threads, or on so many where it does not say how many. */
void api_parallel(const struct weft_executable *x, unsigned threads, pool_fn *fn, void *arg,
	int64_t chunks);
#endif
