/* entry.c -- the form of an entry: made, read with every check, and taken away.
 *
 * Entries are read, not mapped, so that a file cut short meanwhile is no SIGBUS. */
#include "base/hash.h"
#include "base/mem.h"
#include "cache/cache_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[8] = "WEFTKEPT";
enum { VERSION = 1 };

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

struct entry_header header_make(
	const struct cache_key *key, const char *about, const void *bytes, size_t size)
{
	struct entry_header h = { .version = VERSION, .size = size };
	memcpy(h.magic, magic, sizeof magic);
	memcpy(h.key, key->bytes, sizeof h.key);
	snprintf(h.about, sizeof h.about, "%s", about);
	for (uint64_t i = 0; i < 2; i++)
		h.hash[i] = hash_bytes(bytes, size, i + 1);
	h.header_hash = header_hash(&h);
	return h;
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
