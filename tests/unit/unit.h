/* unit.h -- what a unit test may say.
 *
 * A test is a function `void test_<noun>__<what>(void)` in tests/unit/<anything>.c; it is found by
 * its name.  It runs in a child process of its own: a failed check ends it, a crash is one failure,
 * and what it leaks or breaks is gone with it. */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is printed should this test fail or crash from here on: where in a long loop it was. */
extern char *unit_note;
#define UNIT_NOTE(...) ((void)snprintf(unit_note, 200, __VA_ARGS__))

/* Fails the test with the place and a text. */
#define UNIT_FAIL(...)                                          \
	do {                                                    \
		fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
		fprintf(stderr, __VA_ARGS__);                   \
		fputc('\n', stderr);                            \
		fflush(NULL);                                   \
		_exit(1);                                       \
	} while (0)

#define CHECK(cond)                                     \
	do {                                            \
		if (!(cond))                            \
			UNIT_FAIL("not so: %s", #cond); \
	} while (0)

/* Integers of any type that fits long long. */
#define CHECK_INT(got, want)                                                                  \
	do {                                                                                  \
		long long got_ = (long long)(got), want_ = (long long)(want);                 \
		if (got_ != want_)                                                            \
			UNIT_FAIL("%s: expected %lld, got %lld", #got, want_, got_);          \
	} while (0)

#define CHECK_STR(got, want)                                                                  \
	do {                                                                                  \
		const char *got_ = (got), *want_ = (want);                                    \
		if (!got_ || strcmp(got_, want_) != 0)                                        \
			UNIT_FAIL("%s: expected \"%s\", got \"%s\"", #got, want_,              \
				got_ ? got_ : "(null)");                                      \
	} while (0)

/* No error, and an error of that code whose text contains a part.  The error is freed. */
#define CHECK_OK(call)                                                                        \
	do {                                                                                  \
		struct weft_error *error_ = (call);                                           \
		if (error_)                                                                   \
			UNIT_FAIL("%s: %s", #call, weft_error_text(error_));                  \
	} while (0)

#define CHECK_ERROR(call, code, part)                                                         \
	do {                                                                                  \
		struct weft_error *error_ = (call);                                           \
		if (!error_)                                                                  \
			UNIT_FAIL("%s: expected an error", #call);                            \
		if (weft_error_code(error_) != (code))                                        \
			UNIT_FAIL("%s: expected code %d, got %d: %s", #call, (int)(code),     \
				(int)weft_error_code(error_), weft_error_text(error_));       \
		if (!strstr(weft_error_text(error_), (part)))                                 \
			UNIT_FAIL("%s: \"%s\" is not in \"%s\"", #call, (part),               \
				weft_error_text(error_));                                     \
		weft_error_free(error_);                                                      \
	} while (0)

/* Prints why and ends the test as skipped: what it needs is not on this machine. */
#define UNIT_SKIP(...)                          \
	do {                                    \
		fprintf(stderr, __VA_ARGS__);   \
		fputc('\n', stderr);            \
		exit(77);                       \
	} while (0)
#endif
