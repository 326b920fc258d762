/* job.h -- one compilation: an error scope with a scratch arena, an undo list and one way out.
 *
 * Inside a job allocation never returns NULL and passes have no error paths: job_fail() jumps to
 * job_run(), which runs the undo list, last first, and frees the scratch.  Each undo function is
 * told whether the job failed, so that what was appended can be committed or rolled back.
 * One thread a job.  Never fail out of a callback that LLVM calls. */
#ifndef BASE_JOB_H
#define BASE_JOB_H
#include "base/error.h"
#include "base/mem.h"

struct job;
typedef void job_fn(struct job *j, void *arg);
typedef void job_undo_fn(void *obj, bool failed);

struct weft_error *job_run(job_fn *fn, void *arg) BASE_MUST_USE;

/* Runs fn(j, arg) within j; false when job_give_up(j) ended it, which ends the innermost of
 * nested ones.  A failure ends the job. */
bool job_attempt(struct job *j, job_fn *fn, void *arg) BASE_MUST_USE;
noreturn void job_give_up(struct job *j);

void *job_alloc(struct job *j, size_t size);                        /* zeroed; as long as the job */
void *job_alloc_in(struct job *j, struct arena *a, size_t size);    /* zeroed; as long as a */
void *job_array(struct job *j, size_t n, size_t size);              /* n elements of size bytes */
/* A copy of p's old_n elements with room for new_n, the rest zeroed. */
void *job_grow(struct job *j, void *p, size_t old_n, size_t new_n, size_t size);
char *job_printf(struct job *j, const char *fmt, ...) BASE_PRINTF(2, 3);
/* job_reset frees what the job gave since the mark; all of it stays where something was deferred
 * meanwhile, which may need it. */
struct job_mark {
	struct arena_mark scratch;
	const void *undos;
};
struct job_mark job_mark(const struct job *j);
void job_reset(struct job *j, struct job_mark to);
void job_defer(struct job *j, job_undo_fn *undo, void *obj);

noreturn void job_fail(struct job *j, enum weft_code code, const char *fmt, ...) BASE_PRINTF(3, 4);
noreturn void job_fail_at(struct job *j, enum weft_code code, struct place at, const char *fmt, ...)
	BASE_PRINTF(4, 5);
noreturn void job_throw(struct job *j, struct weft_error *e);       /* takes e */
void job_try(struct job *j, struct weft_error *e);                  /* throws e unless NULL */
#endif
