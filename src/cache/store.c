/* store.c -- entries: read with every check, written aside, synced and renamed.
 *
 * An entry appears whole or not at all, since rename(2) replaces in one step; a writer that is
 * killed leaves a file ending in .tmp, which pruning removes an hour later.  Two writers of one key
 * write the same thing.  Entries are read, not mapped, so that a file cut short meanwhile is no
 * SIGBUS. */
#include "base/hash.h"
#include "base/mem.h"
#include "cache/cache_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[8] = "WEFTKEPT";
enum { VERSION = 1, CHUNK = 1 << 20 };

static uint64_t header_hash(const struct entry_header *h)
{
	return hash_bytes(h, offsetof(struct entry_header, header_hash), 0);
}

enum entry_state header_state(const struct entry_header *h)
{
	if (memcmp(h->magic, magic, sizeof magic) != 0 || h->header_hash != header_hash(h) ||
		!memchr(h->about, 0, sizeof h->about) || !h->size)
		return ENTRY_DAMAGED;
	return h->version == VERSION ? ENTRY_GOOD : ENTRY_OTHER;
}

/* 0, errno, or -1 where the file ends before. */
static int read_all(int fd, char *p, size_t n)
{
	while (n) {
		ssize_t k = read(fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return k ? errno : -1;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

static enum entry_state state_of(int code)
{
	return code > 0 ? ENTRY_UNREADABLE : code < 0 ? ENTRY_DAMAGED : ENTRY_GOOD;
}

static enum entry_state read_checked(
	int fd, const struct cache_key *key, struct entry_header *h, void **bytes)
{
	struct stat st;
	if (fstat(fd, &st))
		return ENTRY_UNREADABLE;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return ENTRY_DAMAGED;
	enum entry_state s = state_of(read_all(fd, (char *)h, sizeof *h));
	if (s != ENTRY_GOOD || (s = header_state(h)) != ENTRY_GOOD)
		return s;
	if (memcmp(h->key, key->bytes, sizeof h->key) != 0 ||
		st.st_size < (off_t)sizeof *h || h->size != (uint64_t)st.st_size - sizeof *h)
		return ENTRY_DAMAGED;
	if (!bytes)
		return ENTRY_GOOD;
	char *p = mem_alloc_aligned(64, h->size);
	if (!p)
		return ENTRY_UNREADABLE;
	s = state_of(read_all(fd, p, h->size));
	for (uint64_t i = 0; i < 2 && s == ENTRY_GOOD; i++)
		if (h->hash[i] != hash_bytes(p, h->size, i + 1))
			s = ENTRY_DAMAGED;
	if (s == ENTRY_GOOD)
		*bytes = p;
	else
		mem_free(p);
	return s;
}

enum entry_state entry_read(
	const struct cache *c, const struct cache_key *key, struct entry_header *h, void **bytes)
{
	char name[CACHE_NAME_LEN + 1];
	if (c->fd < 0)
		return ENTRY_ABSENT;
	key_name(key, name);
	/* Not blocking: a pipe of that name must not stop us. */
	int fd = openat(c->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT  ? ENTRY_ABSENT
		       : errno == ELOOP ? ENTRY_DAMAGED
					: ENTRY_UNREADABLE;
	enum entry_state s = read_checked(fd, key, h, bytes);
	if (s == ENTRY_GOOD && bytes && c->mode == CACHE_ON && !point(CACHE_POINT_touch))
		/* used now; a read-only directory may say no */
		(void)!futimens(fd, NULL);
	close(fd);
	return s;
}

int entry_remove(const struct cache *c, const char *name)
{
	static atomic_uint counter;
	char aside[CACHE_NAME_LEN + 48];
	int code = point(CACHE_POINT_unlink);
	if (code)
		return code;
	if (!unlinkat(c->fd, name, 0) ||
		(errno == EISDIR && !unlinkat(c->fd, name, AT_REMOVEDIR)))
		return 0;
	if (errno != ENOTEMPTY)
		return errno;
	/* a directory with something in it: whatever it is, it is in the way of an entry only */
	snprintf(aside, sizeof aside, "%s.%ld.%u.dir", name, (long)getpid(),
		atomic_fetch_add(&counter, 1));
	return renameat(c->fd, name, c->fd, aside) ? errno : 0;
}

void cache_drop(const struct cache *c, const struct cache_key *key)
{
	char name[CACHE_NAME_LEN + 1];
	cache_count(CACHE_damaged);
	key_name(key, name);
	if (c->mode == CACHE_ON)
		(void)entry_remove(c, name);
}

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
	struct entry_header h = { .version = VERSION, .size = size };
	if (c->mode != CACHE_ON || c->fd < 0)
		return false;
	if (!fits(c, size + sizeof h)) {
		cache_count(CACHE_too_large);
		return false;
	}
	memcpy(h.magic, magic, sizeof magic);
	memcpy(h.key, key->bytes, sizeof h.key);
	snprintf(h.about, sizeof h.about, "%s", about);
	for (uint64_t i = 0; i < 2; i++)
		h.hash[i] = hash_bytes(bytes, size, i + 1);
	h.header_hash = header_hash(&h);
	key_name(key, name);
	if (store(c, name, &h, bytes)) {
		cache_count(CACHE_store_failed);
		return false;
	}
	cache_count(CACHE_stored);
	prune_when_due(c, size + sizeof h);
	return true;
}
