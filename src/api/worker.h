/* worker.h -- compiling in another process: weft-worker, beside libweft.
 *
 * A worker is asked over a socket: options, backend and the program's text go there, an artifact or
 * an error comes back.  It crashes, hangs or grows alone: the caller is given an error, and the
 * next compile another worker.  Workers are started by posix_spawn, when the first compile needs
 * one; an idle one is kept for the next compile, and leaves by itself after WORKER_IDLE_S. */
#ifndef API_WORKER_H
#define API_WORKER_H
#include "api/api_impl.h"

enum { WORKER_IDLE_S = 60 };

/* What a worker compiles, and what it made: *bytes are mem_free's. */
struct worker_job {
	const char *backend;
	const struct weft_options *options;
	const char *text;            /* StableHLO */
	size_t text_size;
	void *bytes;
	size_t size;
	uint32_t kernels;            /* it compiled */
};
/* DEADLINE_EXCEEDED after the option worker_seconds, RESOURCE_EXHAUSTED above worker_memory,
 * INTERNAL when it crashed; NOT_FOUND without a weft-worker; the compiler's own errors. */
struct weft_error *worker_compile(struct worker_job *w) BASE_MUST_USE;
/* The same through the same bytes, here: the mode `serialise`. */
struct weft_error *worker_compile_here(struct worker_job *w) BASE_MUST_USE;
/* Ends the idle workers, as they do themselves after WORKER_IDLE_S. */
void workers_dismiss(void);
uint64_t workers_started(void);      /* in this process so far */
#endif
