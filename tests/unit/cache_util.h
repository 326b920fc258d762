/* cache_util.h -- a directory of its own for each test of the cache. */
#ifndef CACHE_UTIL_H
#define CACHE_UTIL_H
#include "cache/cache_impl.h"
#include "unit.h"

/* Makes and enters a fresh private directory in $TMPDIR, WEFT_CACHE=on and WEFT_CACHE_DIR in it;
 * removed when the process that asked ends. */
const char *cache_test_dir(void);
void cache_test_remove(const char *path);        /* with all that is in it */
struct cache_key cache_test_key(int i);
/* Opens it in that mode; fails the test where it is not used. */
void cache_test_open(struct cache *c, enum cache_mode mode);
/* Names of the directory that end so; the first one in name (may be NULL). */
unsigned cache_test_files(const char *ending, char name[256]);
#endif
