/* later.h -- better versions of an executable, compiled while it already runs.
 *
 * `async+` gives the first version at once, compiled with LLVM's least work, and this compiles the
 * real one; `progressive+` goes through option sets.  A version takes its place with the next call;
 * calls that run keep theirs.  All versions come from one plan and give the same bits. */
#ifndef API_LATER_H
#define API_LATER_H
#include "api/api_impl.h"

enum compile_how {
#define COMPILE_MODE(name, ...) HOW_##name,
#include "api/compile_mode.def"
#undef COMPILE_MODE
	HOW_COUNT
};
/* Counts, for the report, an artifact made so. */
void report_how(enum compile_how how);

struct compile_mode {
	enum compile_how how;
	bool async, progressive;
};
struct compile_mode compile_mode_of(const struct weft_options *o);

/* The options of the versions to come: o's own first if `own`, then those of its option
 * `progressive` if `sets`. */
enum { LATER_SETS_MAX = 15 };
struct later_list {
	uint32_t n;
	struct weft_options *options[1 + LATER_SETS_MAX];
};
struct weft_error *later_list_make(const struct weft_options *o, bool own, bool sets,
	struct later_list *out) BASE_MUST_USE;
void later_list_free(struct later_list *l);

/* Compiles the list's versions of x from p, one after the other, in a thread of the library's.
 * Takes the list; retains x and p. */
struct weft_error *later_start(struct weft_executable *x, struct weft_program *p,
	const struct backend *b, struct later_list *l) BASE_MUST_USE;
/* What x runs as now. */
struct weft_executable *executable_now(struct weft_executable *x);
void later_free(struct weft_executable *x);  /* x's other versions, with x */
#endif
