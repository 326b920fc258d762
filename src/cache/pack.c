/* pack.c -- entries in one file, to be carried to another directory: `weft cache export` and
 * `import`.  After the magic it holds entries as the directory does, header and artifact. */
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "cache/cache_impl.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char magic[16] = "WEFTPACK 1\n";

struct packing {
	const struct cache *cache;
	FILE *file;
	uint64_t entries;
	int code;                            /* 0 or errno */
};

static void pack_entry(void *arg, const struct cache_entry *e)
{
	struct packing *p = arg;
	struct cache_key key;
	struct entry_header h;
	char name[CACHE_NAME_LEN + 1];
	void *bytes = NULL;
	snprintf(name, sizeof name, "%s" CACHE_SUFFIX, e->key);
	if (p->code || e->damaged || e->other || !name_key(name, &key) ||
	    entry_read(p->cache, &key, &h, &bytes) != ENTRY_GOOD)
		return;
	errno = EIO;
	if (fwrite(&h, sizeof h, 1, p->file) != 1 || fwrite(bytes, h.size, 1, p->file) != 1)
		p->code = errno;
	p->entries += !p->code;
	mem_free(bytes);
}

static struct weft_error *unwritten(enum weft_code kind, const char *path, int code)
{
	char text[128];
	FAIL(kind, "%s: error: cannot be written: %s", path, strerror_r(code, text, sizeof text));
}

struct weft_error *cache_export(const struct cache *c, const char *path, uint64_t *entries)
{
	char aside[4096];
	struct packing p = { .cache = c };
	int n = snprintf(aside, sizeof aside, "%s.%ld.tmp", path, (long)getpid());
	if (n < 0 || (size_t)n >= sizeof aside)
		FAIL(WEFT_INVALID_ARGUMENT, "%s: error: the name is too long", path);
	p.file = fopen(aside, "wbxe");
	if (!p.file)
		return unwritten(WEFT_PERMISSION_DENIED, path, errno);
	if (fwrite(magic, sizeof magic, 1, p.file) != 1)
		p.code = errno;
	struct weft_error *e = cache_each(c, false, pack_entry, &p);
	if ((fflush(p.file) || fsync(fileno(p.file))) && !p.code)
		p.code = errno;
	fclose(p.file);
	if (!e && !p.code && rename(aside, path))
		p.code = errno;
	if (!e && p.code)
		e = unwritten(WEFT_RESOURCE_EXHAUSTED, path, p.code);
	if (e)
		(void)!unlink(aside);
	*entries = p.entries;
	return e;
}

static struct weft_error *unpack(
	const struct cache *c, const char *path, const struct file_map *m, uint64_t *entries)
{
	const char *at = m->data, *end = at + m->size;
	uint64_t left = 0;
	struct entry_header h;
	struct cache_key key;
	if (m->size < sizeof magic || memcmp(at, magic, sizeof magic))
		FAIL(WEFT_INVALID_ARGUMENT, "%s: error: no export of a cache", path);
	for (at += sizeof magic; at < end; at += h.size) {
		bool whole = (size_t)(end - at) > sizeof h;
		if (whole) {
			memcpy(&h, at, sizeof h);
			at += sizeof h;
		}
		enum entry_state s = whole ? header_state(&h) : ENTRY_DAMAGED;
		if (s == ENTRY_DAMAGED || h.size > (uint64_t)(end - at))
			FAIL(WEFT_DATA_LOSS, "%s: error: damaged after %llu entries", path,
				(unsigned long long)*entries);
		for (uint64_t i = 0; i < 2; i++)
			if (h.hash[i] != hash_bytes(at, h.size, i + 1))
				FAIL(WEFT_DATA_LOSS, "%s: error: damaged after %llu entries", path,
					(unsigned long long)*entries);
		memcpy(key.bytes, h.key, sizeof key.bytes);
		if (s == ENTRY_GOOD && cache_put(c, &key, h.about, at, h.size))
			++*entries;
		else
			left++;
	}
	if (left)
		FAIL(WEFT_FAILED_PRECONDITION, "%s: error: %llu entries were taken in, and %llu "
			"left, which are of another version or cannot be stored in %s", path,
			(unsigned long long)*entries, (unsigned long long)left, c->path);
	return NULL;
}

struct weft_error *cache_import(const struct cache *c, const char *path, uint64_t *entries)
{
	struct file_map m;
	*entries = 0;
	TRY(file_map(path, &m));
	struct weft_error *e = unpack(c, path, &m, entries);
	file_unmap(&m);
	return e;
}
