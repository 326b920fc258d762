/* pass.h -- passes of your own, run while a program is compiled.
 *
 * A pass gets the program as StableHLO text and gives the text of one that computes the same. It is
 * part of the options of a compile:
 *
 * 	struct weft_pass p = { "double_twice", "double_twice 1", WEFT_PASS_POST, run };
 * 	weft_options_add_pass(options, &p);
 */
#ifndef WEFT_PASS_H
#define WEFT_PASS_H

#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/* When it runs; in each group in the order they were added. */
enum weft_pass_group {
	WEFT_PASS_PRE = 1,         /* on the program as it was given */
	WEFT_PASS_JOINT = 2,       /* after inline, quantise, expand: no calls, plain ops */
	WEFT_PASS_POST = 3,        /* after Weft's own, which run once more on what it gives */
};
/* What a compile is of, option `role`: which a pass may ask for. */
enum weft_role {
	WEFT_ROLE_INFERENCE = 1,
	WEFT_ROLE_FORWARD = 2,     /* of training */
	WEFT_ROLE_BACKWARD = 4,
};
struct weft_pass {
	const char *name;          /* for messages */
	/* Says what the pass does, and changes when that does: it enters the cache's key. NULL: the
	 * compile neither asks nor fills the cache, and the report says why. */
	const char *identity;
	enum weft_pass_group group;
	/* Gives the new text in *out, which the library releases by calling free_text, or leaves
	 * it NULL: unchanged. text is borrowed, size bytes and a NUL. An error ends the compile.
	 * Called on the thread that compiles; from one of the library's for later versions. */
	struct weft_error *(*run)(void *arg, const char *text, size_t size, char **out);
	void (*free_text)(char *text);     /* NULL: the text is not to be released */
	void *arg;                 /* borrowed until no compile with these options runs */
	/* The roles, of enum weft_role, it runs in, on the whole program with all its regions; 0:
	 * any.  Where it does not run it enters no key. */
	unsigned roles;
};
/* name and identity are copied. INVALID_ARGUMENT for a pass without a name, a function or a group,
 * or with a role that is none.
 * A compile fails with INVALID_ARGUMENT, naming the pass, where its text is no valid program or has
 * other arguments or results. */
WEFT_API struct weft_error *weft_options_add_pass(struct weft_options *o,
	const struct weft_pass *pass);
/* The error a pass returns; the text is copied. Never NULL. */
WEFT_API struct weft_error *weft_error_create(enum weft_code code, const char *text);

#ifdef __cplusplus
}
#endif
#endif
