/* store.c -- entries got, and put: written aside, synced and renamed.
 *
 * An entry appears whole or not at all, since rename(2) replaces in one step; a writer that is
 * killed leaves a file ending in .tmp, which pruning removes an hour later.  Two writers of one key
 * write the same thing. */
#include "cache/cache_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };            /* bytes a write(2) */

bool cache_get(const struct cache *c, const struct cache_key *key, void **bytes, size_t *size)
{
	struct entry_header h;
	switch (entry_read(c, key, &h, bytes)) {
	case ENTRY_GOOD:
		*size = h.size;
		return true;
	case ENTRY_ABSENT:
	case ENTRY_OTHER:
		return false;
	case ENTRY_DAMAGED:
		cache_drop(c, key);
		return false;
	case ENTRY_UNREADABLE:
		cache_count(CACHE_read_failed);
		return false;
	}
	return false;
}

/* 0 or errno. */
static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		int code = point(CACHE_POINT_write);
		if (code)
			return code;
		ssize_t k = write(fd, p, n < CHUNK ? n : CHUNK);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return k ? errno : EIO;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

/* Opens a file nobody else writes; 0 or errno. */
static int open_aside(const struct cache *c, const char *name, char *aside, size_t size, int *fd)
{
	static atomic_uint counter;
	int code = point(CACHE_POINT_open);
	while (!code) {
		snprintf(aside, size, "%s.%ld.%u.tmp", name, (long)getpid(),
			atomic_fetch_add(&counter, 1));
		*fd = openat(
			c->fd, aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (*fd >= 0)
			return 0;
		/* a process of the same number in another container */
		if (errno != EEXIST)
			code = errno;
	}
	return code;
}

static int store(
	const struct cache *c, const char *name, const struct entry_header *h, const void *bytes)
{
	char aside[CACHE_NAME_LEN + 48];
	int fd, code = open_aside(c, name, aside, sizeof aside, &fd);
	if (code)
		return code;
	code = write_all(fd, (const char *)h, sizeof *h);
	if (!code)
		code = write_all(fd, bytes, h->size);
	if (!code)
		code = point(CACHE_POINT_fsync);
	if (!code && fsync(fd))
		code = errno;
	int closing = point(CACHE_POINT_close);
	if ((close(fd) || closing) && !code)
		code = closing ? closing : errno;
	if (!code)
		code = point(CACHE_POINT_rename);
	if (!code && renameat(c->fd, aside, c->fd, name))
		code = errno;
	if (code)
		(void)!unlinkat(c->fd, aside, 0);
	return code;
}

/* A process limited in the size of its files would get a signal for writing more. */
static bool fits(const struct cache *c, uint64_t bytes)
{
	struct rlimit r;
	return bytes <= c->limit &&
	       (getrlimit(RLIMIT_FSIZE, &r) || r.rlim_cur == RLIM_INFINITY || bytes <= r.rlim_cur);
}

/* The first store of a process looks through the directory, and then one whenever a sixteenth of
 * the limit was written: looking costs some 2 us an entry. */
static void prune_when_due(const struct cache *c, uint64_t bytes)
{
	static _Atomic uint64_t written = UINT64_MAX;
	struct cache_pruned pruned;
	uint64_t before = atomic_load(&written), now;
	do
		now = before == UINT64_MAX || before + bytes > c->limit / 16 ? 0 : before + bytes;
	while (!atomic_compare_exchange_weak(&written, &before, now));
	if (!now)
		weft_error_free(cache_prune(c, c->limit, &pruned));
}

bool cache_put(const struct cache *c, const struct cache_key *key, const char *about,
	const void *bytes, size_t size)
{
	char name[CACHE_NAME_LEN + 1];
	if (c->mode != CACHE_ON || c->fd < 0)
		return false;
	if (!fits(c, size + sizeof(struct entry_header))) {
		cache_count(CACHE_too_large);
		return false;
	}
	struct entry_header h = header_make(key, about, bytes, size);
	key_name(key, name);
	if (store(c, name, &h, bytes)) {
		cache_count(CACHE_store_failed);
		return false;
	}
	cache_count(CACHE_stored);
	prune_when_due(c, size + sizeof h);
	return true;
}
