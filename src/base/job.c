/* job.c -- the job: setjmp in one file, so that nothing inside a compilation returns errors.
 *
 * Requirements:
 * 1. job_run owns everything the job holds: undo list, scratch, error.  It frees all of it on
 *    both ways out.
 * 2. setjmp lives alone in job_enter() and job_attempt(): C leaves locals of its function
 *    indeterminate after a jump, and there are none but an attempt, which is not changed.
 * 3. Undo functions run last first, after the body, with the scratch still alive.  They do not
 *    fail; a failure in one is our bug.
 * 4. The struct is the same in libweft and libweft_codegen, which is built from the same files,
 *    so generator code may fail a job that libweft started. */
#include "base/job.h"
#include <assert.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

struct undo {
	struct undo *next;
	job_undo_fn *fn;
	void *obj;
};

struct attempt {
	jmp_buf out;
	struct attempt *outer;
};

struct job {
	jmp_buf out;
	struct attempt *attempt; /* the innermost */
	struct arena scratch;
	struct undo *undos;
	struct weft_error *error;
	bool ending;
};

static void job_enter(struct job *j, job_fn *fn, void *arg)
{
	if (!setjmp(j->out))
		fn(j, arg);
}

bool job_attempt(struct job *j, job_fn *fn, void *arg)
{
	struct attempt a = { .outer = j->attempt };

	j->attempt = &a;
	if (!setjmp(a.out)) {
		fn(j, arg);
		j->attempt = a.outer;
		return true;
	}
	j->attempt = a.outer;
	return false;
}

noreturn void job_give_up(struct job *j)
{
	assert(j->attempt && "there is an attempt to give up");
	longjmp(j->attempt->out, 1);
}

struct weft_error *job_run(job_fn *fn, void *arg)
{
	struct job j = { .undos = NULL };

	arena_init(&j.scratch);
	job_enter(&j, fn, arg);
	j.ending = true;
	for (struct undo *u = j.undos; u; u = u->next)
		u->fn(u->obj, j.error != NULL);
	arena_fini(&j.scratch);
	return j.error;
}

void *job_alloc(struct job *j, size_t size)
{
	return job_alloc_in(j, &j->scratch, size);
}

void *job_alloc_in(struct job *j, struct arena *a, size_t size)
{
	void *p = arena_try(a, size);

	if (!p)
		job_fail(j, WEFT_RESOURCE_EXHAUSTED, "no memory for %zu bytes", size);
	return p;
}

void *job_array(struct job *j, size_t n, size_t size)
{
	return job_alloc(j, mem_size(n, size));
}

void *job_grow(struct job *j, void *p, size_t old_n, size_t new_n, size_t size)
{
	assert(new_n >= old_n && "a job's arrays only grow");
	void *q = job_array(j, new_n, size);

	if (old_n)
		memcpy(q, p, old_n * size);
	return q;
}

struct job_mark job_mark(const struct job *j)
{
	return (struct job_mark){ arena_mark(&j->scratch), j->undos };
}

void job_reset(struct job *j, struct job_mark to)
{
	if (j->undos == to.undos)
		arena_reset(&j->scratch, to.scratch);
}

char *job_printf(struct job *j, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	char *text = job_alloc(j, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}

void job_defer(struct job *j, job_undo_fn *undo, void *obj)
{
	struct undo *u = arena_try(&j->scratch, sizeof *u);

	if (!u) {
		undo(obj, true);        /* it was made, so it must be undone even now */
		job_fail(j, WEFT_RESOURCE_EXHAUSTED, "no memory to defer");
	}
	*u = (struct undo){ j->undos, undo, obj };
	j->undos = u;
}

noreturn void job_throw(struct job *j, struct weft_error *e)
{
	if (j->ending)
		BUG("a job failed while it was ending: %s", weft_error_text(e));
	assert(e && "a job is ended by an error");
	j->error = e;
	longjmp(j->out, 1);
}

void job_try(struct job *j, struct weft_error *e)
{
	if (e)
		job_throw(j, e);
}

noreturn void job_fail(struct job *j, enum weft_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct weft_error *e = error_vmake(code, (struct place){ NULL, 0, 0 }, fmt, ap);
	va_end(ap);
	job_throw(j, e);
}

noreturn void job_fail_at(struct job *j, enum weft_code code, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct weft_error *e = error_vmake(code, at, fmt, ap);
	va_end(ap);
	job_throw(j, e);
}
