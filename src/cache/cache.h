/* cache.h -- artifacts kept on disk, each under the hash of everything it was made of.
 *
 * A directory of the user's own holds one file an entry, named by its key.  Nothing here is an
 * error of a compile: what fails is counted and the caller compiles.  Many processes may use a
 * directory at once; nobody waits for anybody.  doc/cache.md.  Any thread. */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache_key {
	unsigned char bytes[32];     /* BLAKE2b-256 */
};
struct cache_key cache_key_of(const void *material, size_t size);
void cache_key_text(const struct cache_key *key, char out[65]);      /* hexadecimal */

enum cache_mode { CACHE_OFF, CACHE_READ, CACHE_ON };
/* What text says, or where it is empty or NULL WEFT_CACHE.  false: the variable's value is not
 * known. */
bool cache_mode_of(const char *text, enum cache_mode *out);

/* Bytes, with K, M or G behind; NULL: the default of 4 GiB.  false: text is no size. */
bool cache_size_of(const char *text, uint64_t *out);

struct cache {
	int fd;                      /* of the directory; -1: there is none yet (mode read) */
	enum cache_mode mode;
	uint64_t limit;              /* bytes: WEFT_CACHE_SIZE */
	char path[1024];
};
/* Opens the directory, which mode CACHE_ON makes where it is missing.  NULL, or why it is not used:
 * a literal, with out->path set as far as it is known, or to the variable that is wrong.  Close
 * what was opened. */
const char *cache_open(enum cache_mode mode, struct cache *out);
void cache_close(struct cache *c);

/* The artifact under key, mem_free's, or false.  Marks it as used now; a damaged entry is
 * removed. */
bool cache_get(const struct cache *c, const struct cache_key *key, void **bytes, size_t *size);
/* Keeps an artifact; about: a few words for people.  Then prunes, when that is due.  false: it is
 * not kept, and why is counted. */
bool cache_put(const struct cache *c, const struct cache_key *key, const char *about,
	const void *bytes, size_t size);
/* The entry proved useless after all: counts it as damaged and removes it. */
void cache_drop(const struct cache *c, const struct cache_key *key);

/* ---- keeping house -------------------------------------------------------------------------- */

struct cache_entry {
	char key[65];                /* hexadecimal */
	char about[64];              /* "" where the entry is damaged or of another version */
	uint64_t bytes;              /* on disk */
	int64_t used;                /* seconds since 1970 */
	bool damaged;
	bool other;                  /* of another version of Weft: not used, and left */
};
/* Calls fn for every entry, the one used last first; check: reads and checks all of each, else its
 * header alone.  Fails only where the directory cannot be listed. */
struct weft_error *cache_each(const struct cache *c, bool check,
	void (*fn)(void *arg, const struct cache_entry *e), void *arg) BASE_MUST_USE;
struct cache_pruned {
	uint64_t entries, bytes;     /* removed */
	uint64_t left, left_bytes;
};
/* Removes those used longest ago until at most limit bytes are left, and what killed writers
 * left. */
struct weft_error *cache_prune(
	const struct cache *c, uint64_t limit, struct cache_pruned *out) BASE_MUST_USE;

/* Writes every entry to one file, or takes those of such a file in; *entries: how many.
 * PERMISSION_DENIED or RESOURCE_EXHAUSTED where it cannot be written; INVALID_ARGUMENT for a file
 * that is no export, DATA_LOSS for a damaged one: what is in front of the damage was taken in;
 * FAILED_PRECONDITION where some were left: of another version, or the directory would not. */
struct weft_error *cache_export(
	const struct cache *c, const char *path, uint64_t *entries) BASE_MUST_USE;
struct weft_error *cache_import(
	const struct cache *c, const char *path, uint64_t *entries) BASE_MUST_USE;

enum cache_count {
#define COUNT(name, doc) CACHE_##name,
#include "cache/count.def"
#undef COUNT
	CACHE_COUNTS
};
void cache_count(enum cache_count what);
uint64_t cache_counted(enum cache_count what);
const char *cache_count_name(enum cache_count what);
#endif
