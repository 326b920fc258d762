/* kept.h -- one compile and the cache: is it asked, what is the key, what came of it. */
#ifndef API_KEPT_H
#define API_KEPT_H
#include "api/api_impl.h"
#include "cache/cache.h"

struct kept {
	enum kept_state state;
	const char *why;             /* a literal: why it was bypassed */
	struct cache cache;
	struct cache_key key;
	char about[64];
	bool remote;                 /* is there a remote store too? */
};
/* Decides, opens the directory and computes the key.  Locks p meanwhile.  kept_close ends it. */
void kept_open(struct kept *k, const struct weft_program *p, const struct backend *b,
	const struct weft_options *o, enum isa isa);
/* The executable of a kept artifact: state is KEPT_hit then, else KEPT_miss where it was looked
 * for. */
bool kept_find(struct kept *k, const struct backend *b, const struct weft_options *o,
	struct weft_executable **out);
/* Keeps what a compile gave. */
void kept_keep(const struct kept *k, const void *bytes, size_t size);
void kept_close(struct kept *k);
/* Says what went wrong with the remote store, as a notice: kept_close does, and the report, since
 * an answer may come when nobody waits for it any more. */
void kept_tell(void);
#endif
