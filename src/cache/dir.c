/* dir.c -- where the cache is, whether it is used, and whether its directory can be trusted.
 *
 * Code out of the cache is run, so the directory must be the user's own and nobody else's to write.
 * It is opened once and then only named through its descriptor: what was checked is what is
 * used. */
#include "cache/cache_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static _Atomic uint64_t counts[CACHE_COUNTS];

void cache_count(enum cache_count what)
{
	atomic_fetch_add_explicit(&counts[what], 1, memory_order_relaxed);
}

uint64_t cache_counted(enum cache_count what)
{
	return atomic_load_explicit(&counts[what], memory_order_relaxed);
}

const char *cache_count_name(enum cache_count what)
{
	static const char *const names[] = {
#define COUNT(name, doc) #name,
#include "cache/count.def"
#undef COUNT
	};
	return names[what];
}

int (*cache_test_point)(enum cache_point p);

int point(enum cache_point p)
{
	return cache_test_point ? cache_test_point(p) : 0;
}

/* A program with more rights than its caller does not listen to the caller's environment. */
static const char *variable(const char *name)
{
	const char *v = secure_getenv(name);
	return v && *v ? v : NULL;
}

bool cache_mode_of(const char *text, enum cache_mode *out)
{
	static const char *const names[] = {
		[CACHE_OFF] = "off", [CACHE_READ] = "read", [CACHE_ON] = "on"
	};
	if (!text || !*text)
		text = variable("WEFT_CACHE");
	*out = CACHE_ON;
	if (!text)
		return true;
	for (int i = 0; i < 3; i++)
		if (!strcmp(text, names[i])) {
			*out = (enum cache_mode)i;
			return true;
		}
	*out = CACHE_OFF;
	return false;
}

bool cache_size_of(const char *text, uint64_t *out)
{
	char *end;
	*out = 4ull << 30;
	if (!text)
		return true;
	errno = 0;
	unsigned long long v = strtoull(text, &end, 10);
	static const char units[] = "KMG";
	const char *unit = *end ? strchr(units, *end) : NULL;
	int shift = unit ? 10 * (int)(unit - units + 1) : 0;
	if (errno || end == text || *text == '-' || (*end && (!unit || end[1])) ||
		v > UINT64_MAX >> shift)
		return false;
	*out = (uint64_t)v << shift;
	return true;
}

/* false: nowhere, or a path too long. */
static bool path_of(char *out, size_t size)
{
	const char *dir = variable("WEFT_CACHE_DIR"), *xdg = variable("XDG_CACHE_HOME"),
		   *home = variable("HOME");
	int n = -1;
	if (dir)
		n = snprintf(out, size, "%s", dir);
	else if (xdg && *xdg == '/')             /* a relative one is to be ignored, says XDG */
		n = snprintf(out, size, "%s/weft", xdg);
	else if (home)
		n = snprintf(out, size, "%s/.cache/weft", home);
	return n > 0 && (size_t)n < size;
}

/* 0 or errno. */
static int make_path(const char *path)
{
	char part[sizeof ((struct cache *)0)->path];
	for (size_t i = 0; path[i]; i++) {
		part[i] = path[i];
		part[i + 1] = '\0';
		if (i && path[i + 1] == '/' && mkdir(part, 0700) && errno != EEXIST &&
			access(part, X_OK))
			return errno;
	}
	return mkdir(path, 0700) && errno != EEXIST ? errno : 0;
}

/* Why the directory at path, that open refused with that errno, is not used. */
static const char *why_closed(const char *path, int code)
{
	struct stat st;
	if (code == ENOTDIR)
		return "the directory is not a directory";
	if (code == EACCES && !stat(path, &st) && st.st_uid != geteuid())
		return "the directory is another user's";
	return "the directory cannot be opened";
}

static const char *check(int fd)
{
	struct stat st;
	if (fstat(fd, &st))
		return "the directory cannot be opened";
	if (st.st_uid != geteuid())
		return "the directory is another user's";
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return "the directory can be written by others";
	return NULL;
}

const char *cache_open(enum cache_mode mode, struct cache *out)
{
	*out = (struct cache){ .fd = -1, .mode = mode };
	const char *size = variable("WEFT_CACHE_SIZE");
	if (!cache_size_of(size, &out->limit)) {
		snprintf(out->path, sizeof out->path, "WEFT_CACHE_SIZE=%s", size);
		return "the size is not bytes, with K, M or G behind";
	}
	if (!path_of(out->path, sizeof out->path))
		return "no home directory";
	if (mode == CACHE_OFF)
		return NULL;
	out->fd = open(out->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->fd < 0 && errno == ENOENT) {
		if (mode == CACHE_READ)
			return NULL;
		if (make_path(out->path))
			return "the directory cannot be made";
		out->fd = open(out->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (out->fd < 0)
		return why_closed(out->path, errno);
	const char *why = check(out->fd);
	if (why)
		cache_close(out);
	return why;
}

void cache_close(struct cache *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}
