/* file.c -- maps whole files and writes files that appear whole or not at all.
 *
 * What cannot be mapped (a pipe, a terminal) is read into an anonymous mapping, so that a
 * file_map is released in one way.  Writing goes to a new file in the same directory, which is
 * synced and renamed over the old one; devices and pipes are written to as they are. */
#include "base/file.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct weft_error *file_error(const char *path, const char *what, int code) BASE_MUST_USE;

static struct weft_error *file_error(const char *path, const char *what, int code)
{
	char text[128];
	enum weft_code kind = WEFT_UNKNOWN;

	switch (code) {
	case ENOENT: case ENOTDIR: kind = WEFT_NOT_FOUND; break;
	case EACCES: case EPERM: case EROFS: kind = WEFT_PERMISSION_DENIED; break;
	case ENOMEM: case ENOSPC: case EMFILE: case ENFILE: case EDQUOT:
		kind = WEFT_RESOURCE_EXHAUSTED; break;
	case EISDIR: case ENAMETOOLONG: kind = WEFT_INVALID_ARGUMENT; break;
	}
	/* The GNU strerror_r: may or may not use text. */
	return error_make(kind, "%s: error: cannot %s: %s", path, what,
		strerror_r(code, text, sizeof text));
}

/* Reads fd to its end into an anonymous mapping that doubles. */
static struct weft_error *file_slurp(const char *path, int fd, struct file_map *out)
{
	size_t cap = 1 << 16, used = 0;
	void *data = mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED)
		return file_error(path, "read", errno);
	for (;;) {
		ssize_t n = read(fd, (char *)data + used, cap - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int code = errno;
			munmap(data, cap);
			return file_error(path, "read", code);
		}
		if (n == 0)
			break;
		used += (size_t)n;
		if (used < cap)
			continue;
		void *more = mremap(data, cap, cap * 2, MREMAP_MAYMOVE);
		if (more == MAP_FAILED) {
			munmap(data, cap);
			return file_error(path, "read", ENOMEM);
		}
		data = more;
		cap *= 2;
	}
	/* Keep the pages that hold bytes, so that file_unmap can compute them from size. */
	size_t page = (size_t)sysconf(_SC_PAGESIZE), keep = (used + page - 1) / page * page;
	if (keep < cap)
		munmap((char *)data + keep, cap - keep);
	*out = (struct file_map){ used ? data : "", used };
	return NULL;
}

static struct weft_error *file_map_fd(const char *path, int fd, struct file_map *out)
{
	struct stat st;

	if (fstat(fd, &st))
		return file_error(path, "read", errno);
	if (S_ISDIR(st.st_mode))
		return file_error(path, "read", EISDIR);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)    /* files of /proc say they have no bytes */
		return file_slurp(path, fd, out);
	void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return file_error(path, "map", errno);
	*out = (struct file_map){ data, (size_t)st.st_size };
	return NULL;
}

struct weft_error *file_map(const char *path, struct file_map *out)
{
	*out = (struct file_map){ NULL, 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return file_error(path, "open", errno);
	struct weft_error *e = file_map_fd(path, fd, out);
	close(fd);
	return e;
}

void file_unmap(struct file_map *m)
{
	if (!m)
		return;
	if (m->size)
		munmap((void *)(uintptr_t)m->data, m->size);
	*m = (struct file_map){ NULL, 0 };
}

/* 0 or errno. */
static int file_write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t k = write(fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return errno;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

/* Writes data to a new file beside path and renames it; *code gets errno, 0 for success. */
static void file_replace(const char *path, char *aside, size_t size, const void *data, size_t n,
	int *code)
{
	static atomic_uint counter;
	int fd;

	do {
		unsigned k = atomic_fetch_add(&counter, 1);
		snprintf(aside, size, "%s.%ld.%u.tmp", path, (long)getpid(), k);
		fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	} while (fd < 0 && errno == EEXIST);
	if (fd < 0) {
		*code = errno;
		return;
	}
	*code = file_write_all(fd, data, n);
	if (!*code && fsync(fd))
		*code = errno;
	if (close(fd) && !*code)
		*code = errno;
	if (!*code && rename(aside, path))
		*code = errno;
	if (*code)
		unlink(aside);
}

struct weft_error *file_write_atomic(const char *path, const void *data, size_t size)
{
	struct stat st;
	int code;

	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		int fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			return file_error(path, "write", errno);
		code = file_write_all(fd, data, size);
		close(fd);
		return code ? file_error(path, "write", code) : NULL;
	}
	/* Follow a link to the file it names, so that the link stays. */
	char *real = realpath(path, NULL);
	const char *target = real ? real : path;
	size_t n = strlen(target) + 48;
	char *aside = mem_alloc(n);
	if (!aside) {
		free(real);
		return file_error(path, "write", ENOMEM);
	}
	file_replace(target, aside, n, data, size, &code);
	mem_free(aside);
	free(real);
	return code ? file_error(path, "write", code) : NULL;
}
