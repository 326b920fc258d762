/* cache_impl.h -- the form of an entry, for the files of cache/. */
#ifndef CACHE_CACHE_IMPL_H
#define CACHE_CACHE_IMPL_H
#include "cache/cache.h"

#define CACHE_NAME_LEN 69            /* 64 digits and ".kept" */
#define CACHE_SUFFIX ".kept"
#define CACHE_PAGE 4096              /* what a file takes on disk is a multiple of this */

/* In front of the artifact.  Little endian, as artifacts are.  Every version has this form - one
 * that has not takes another suffix - so that an entry of another version is known for one. */
struct entry_header {
	char magic[8];
	uint32_t version;
	uint32_t reserved;
	uint64_t size;               /* of the artifact */
	uint64_t hash[2];            /* of the artifact: xxh3 with seeds 1 and 2 */
	unsigned char key[32];
	char about[64];
	uint64_t header_hash;        /* of what is in front of it */
};

void key_name(const struct cache_key *key, char out[CACHE_NAME_LEN + 1]);
/* Is name an entry's, and of which key? */
bool name_key(const char *name, struct cache_key *out);

struct entry_header header_make(
	const struct cache_key *key, const char *about, const void *bytes, size_t size);
/* OTHER: of another version of Weft, whose it stays. */
enum entry_state { ENTRY_GOOD, ENTRY_ABSENT, ENTRY_DAMAGED, ENTRY_UNREADABLE, ENTRY_OTHER };
/* GOOD, OTHER or DAMAGED. */
enum entry_state header_state(const struct entry_header *h);
/* Reads an entry; bytes NULL: its header alone. */
enum entry_state entry_read(
	const struct cache *c, const struct cache_key *key, struct entry_header *h, void **bytes);

/* Takes what is under an entry's name away: removes it, a directory that is not empty gets another
 * name.  0 or errno. */
int entry_remove(const struct cache *c, const char *name);

/* Tests: called before every call that changes the directory; an errno it gives is taken for that
 * call's.  NULL: nothing. */
enum cache_point {
	CACHE_POINT_open,
	CACHE_POINT_write,
	CACHE_POINT_fsync,
	CACHE_POINT_close,
	CACHE_POINT_rename,
	CACHE_POINT_unlink,
	CACHE_POINT_touch
};
extern int (*cache_test_point)(enum cache_point p);
int point(enum cache_point p);
#endif
