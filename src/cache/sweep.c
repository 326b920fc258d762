/* sweep.c -- the directory as a whole: listing, checking and pruning by last use.
 *
 * The time an entry was used last is its file's modification time, which a hit sets.  Files with
 * other names are not ours and stay.  Pruning stops at nine tenths of the limit, so that the next
 * store does not prune again.  Two processes that prune at once remove the same entries. */
#include "base/mem.h"
#include "cache/cache_impl.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ABANDONED = 3600 };           /* seconds after which a .tmp has no writer any more */

struct item {
	struct cache_key key;
	uint64_t bytes;
	struct timespec used;
};
struct listing {
	struct item *at;
	size_t n, cap;
};

static bool listing_add(struct listing *l, const struct item *i)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		struct item *more = mem_resize(l->at, mem_size(cap, sizeof *more));
		if (!more)
			return false;
		l->at = more;
		l->cap = cap;
	}
	l->at[l->n++] = *i;
	return true;
}

/* The one used last first; then by key, so that the order is the same everywhere. */
static int item_order(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? 1 : -1;
	if (x->used.tv_nsec != y->used.tv_nsec)
		return x->used.tv_nsec < y->used.tv_nsec ? 1 : -1;
	return memcmp(x->key.bytes, y->key.bytes, sizeof x->key.bytes);
}

/* A file that a writer left behind: NAME.PID.NUMBER.tmp with an entry's NAME. */
static bool is_aside(const char *name)
{
	struct cache_key key;
	char front[CACHE_NAME_LEN + 1];
	size_t n = strlen(name);
	if (n < CACHE_NAME_LEN + 5 || strcmp(name + n - 4, ".tmp"))
		return false;
	memcpy(front, name, CACHE_NAME_LEN);
	front[CACHE_NAME_LEN] = '\0';
	return name_key(front, &key);
}

static bool look(const struct cache *c, const char *name, bool clean, struct listing *l)
{
	struct stat st;
	struct item i;
	if (clean && is_aside(name)) {
		if (!fstatat(c->fd, name, &st, AT_SYMLINK_NOFOLLOW) &&
			st.st_mtime + ABANDONED < time(NULL))
			(void)!unlinkat(c->fd, name, 0);
		return true;
	}
	if (!name_key(name, &i.key) || fstatat(c->fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return true;                     /* not ours, or just removed by another process */
	i.bytes = ((uint64_t)st.st_size + CACHE_PAGE - 1) / CACHE_PAGE * CACHE_PAGE;
	i.used = st.st_mtim;
	return listing_add(l, &i);
}

static struct weft_error *listing_read(const struct cache *c, bool clean, struct listing *l)
{
	*l = (struct listing){ NULL, 0, 0 };
	if (c->fd < 0)
		return NULL;
	int fd = openat(c->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (!d) {
		if (fd >= 0)
			close(fd);
		FAIL(WEFT_UNKNOWN, "%s: error: cannot list the directory", c->path);
	}
	bool ok = true;
	for (struct dirent *e; ok && (e = readdir(d));)
		ok = look(c, e->d_name, clean, l);
	closedir(d);
	if (!ok) {
		mem_free(l->at);
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory to list %s", c->path);
	}
	if (l->n)
		qsort(l->at, l->n, sizeof *l->at, item_order);
	return NULL;
}

struct weft_error *cache_each(
	const struct cache *c, bool all, void (*fn)(void *, const struct cache_entry *), void *arg)
{
	struct listing l;
	TRY(listing_read(c, false, &l));
	for (size_t i = 0; i < l.n; i++) {
		struct entry_header h;
		struct cache_entry e = { .bytes = l.at[i].bytes,
			.used = (int64_t)l.at[i].used.tv_sec };
		void *bytes = NULL;
		struct cache quiet = *c;         /* looking is no use */
		quiet.mode = CACHE_READ;
		char name[CACHE_NAME_LEN + 1];
		enum entry_state s = entry_read(&quiet, &l.at[i].key, &h, all ? &bytes : NULL);
		mem_free(bytes);
		if (s == ENTRY_ABSENT)
			continue;
		key_name(&l.at[i].key, name);
		memcpy(e.key, name, sizeof e.key - 1);
		e.damaged = s == ENTRY_DAMAGED;
		e.other = s == ENTRY_OTHER;
		if (s == ENTRY_GOOD)
			memcpy(e.about, h.about, sizeof e.about);
		if (e.damaged && all)
			cache_drop(c, &l.at[i].key);
		fn(arg, &e);
	}
	mem_free(l.at);
	return NULL;
}

struct weft_error *cache_prune(const struct cache *c, uint64_t limit, struct cache_pruned *out)
{
	struct listing l;
	*out = (struct cache_pruned){ 0 };
	TRY(listing_read(c, true, &l));
	for (size_t i = 0; i < l.n; i++)
		out->left_bytes += l.at[i].bytes;
	out->left = l.n;
	if (out->left_bytes > limit)
		limit -= limit / 10;
	for (size_t i = l.n; i-- && out->left_bytes > limit;) {
		char name[CACHE_NAME_LEN + 1];
		key_name(&l.at[i].key, name);
		if (entry_remove(c, name))
			continue;
		cache_count(CACHE_pruned);
		out->entries++;
		out->bytes += l.at[i].bytes;
		out->left--;
		out->left_bytes -= l.at[i].bytes;
	}
	mem_free(l.at);
	return NULL;
}
