/* user_pass.h -- the passes of weft/pass.h in options, and running them. */
#ifndef API_USER_PASS_H
#define API_USER_PASS_H
#include "api/api_impl.h"
#include <weft/pass.h>

struct user_pass {
	struct weft_pass pass;               /* name and identity are ours */
	struct user_pass *next;
};
struct weft_error *user_passes_copy(struct weft_options *to, const struct weft_options *from)
	BASE_MUST_USE;
void user_passes_free(struct weft_options *o);
/* Option role: its word, a literal, and its bit in enum weft_role. */
const char *role_of(const struct weft_options *o, unsigned *bit);
/* Does u run in compiles with o's role? */
bool user_pass_runs(const struct user_pass *u, const struct weft_options *o);
/* Is there one without an identity that runs? */
bool user_passes_anonymous(const struct weft_options *o);
/* What o's passes make of p: a program of one reference, or *out NULL where there are none. */
struct weft_error *user_passes_run(const struct weft_program *p, const struct weft_options *o,
	struct weft_program **out) BASE_MUST_USE;
#endif
