/* str.h -- a growing text.  Grows in a job's scratch (j set) or in the heap (j NULL); in the heap
 * running out of memory sets `failed` and later appends do nothing.  text is always terminated. */
#ifndef BASE_STR_H
#define BASE_STR_H
#include "base/job.h"

struct str {
	struct job *job;
	char *text;
	size_t len, cap;
	bool failed;
};
void str_init(struct str *s, struct job *j);
void str_fini(struct str *s);                       /* heap strings only; job strings may skip it */
void str_add(struct str *s, const char *text);
void str_add_bytes(struct str *s, const void *bytes, size_t n);
void str_addc(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...) BASE_PRINTF(2, 3);
void str_add_json(struct str *s, const char *text); /* quoted and escaped */

/* What stands behind `name = ` in the text of a dictionary, "{a = 1 : i64, b = true}"; NULL:
 * nothing. */
const char *str_option(const char *dictionary, const char *name);

/* Which of n names is the most like name (fewest edits); NULL when n is 0. */
const char *str_nearest(const char *name, const char *const *names, size_t n);
/* INVALID_ARGUMENT: front, then that name, len bytes, is none of the n, which are listed. */
struct weft_error *str_unknown(const char *front, const char *name, size_t len,
	const char *const *names, size_t n) BASE_MUST_USE;
#endif
