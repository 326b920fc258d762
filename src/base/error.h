/* error.h -- errors of the caller and of the world, never our own bugs.
 *
 * A function that can fail returns struct weft_error *: NULL is success, anything else is the
 * caller's to free.  Codes are PJRT's (include/weft/weft.h).  Inside a job (job.h) there are no
 * error paths; job_fail() takes the one way out.  Any thread. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H
#include <stdarg.h>
#include <stdnoreturn.h>
#include <weft/weft.h>

#define BASE_MUST_USE __attribute__((warn_unused_result))
#define BASE_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define BASE_RETURNS __attribute__((returns_nonnull))

/* A position in an input: file (borrowed; NULL: none), line and column from 1 (0: unknown). */
struct place {
	const char *file;
	uint32_t line, column;
};

/* Makes an error.  Never fails: without memory it returns a fixed RESOURCE_EXHAUSTED. */
struct weft_error *error_make(enum weft_code code, const char *fmt, ...)
	BASE_MUST_USE BASE_RETURNS BASE_PRINTF(2, 3);
struct weft_error *error_make_at(enum weft_code code, struct place at, const char *fmt, ...)
	BASE_MUST_USE BASE_RETURNS BASE_PRINTF(3, 4);
struct weft_error *error_vmake(enum weft_code code, struct place at, const char *fmt, va_list ap)
	BASE_MUST_USE BASE_RETURNS;

/* e, which is taken, as an error of its code whose text has fmt in front. */
struct weft_error *error_prefix(struct weft_error *e, const char *fmt, ...)
	BASE_MUST_USE BASE_RETURNS BASE_PRINTF(2, 3);

/* Prints "BUG: ..." and aborts: for broken invariants where a release build must stop too. */
noreturn void bug(const char *fmt, ...) BASE_PRINTF(1, 2);

#define BUG(...) bug(__VA_ARGS__)
#define FAIL(code, ...) return error_make(code, __VA_ARGS__)
#define TRY(call)                               \
	do {                                    \
		struct weft_error *try_ = (call); \
		if (try_)                       \
			return try_;            \
	} while (0)
#endif
