/* mem.c -- malloc's only callers, and the arena: a list of blocks, newest first.
 *
 * Blocks double from 4 KiB to 1 MiB, so small jobs stay small and big ones make few calls; what
 * is larger gets a block of its own size.  Everything an arena gives is zero: fresh blocks come
 * from calloc, and arena_reset clears what it takes back. */
#include "base/mem.h"
#include <assert.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_MIN = 4096, BLOCK_MAX = 1 << 20, ARENA_ALIGN = 16 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;              /* bytes of data */
	_Alignas(ARENA_ALIGN) unsigned char data[];
};

_Atomic long mem_fail_after = -1;

/* True for the one allocation a test chose, and for sizes that no object may have.  The counter is
 * read first, so that threads do not share a written line in a normal run. */
static bool mem_fails(size_t size)
{
	if (size > PTRDIFF_MAX)
		return true;
	if (atomic_load_explicit(&mem_fail_after, memory_order_relaxed) < 0)
		return false;
	return atomic_fetch_sub(&mem_fail_after, 1) == 0;
}

void *mem_alloc(size_t size)
{
	if (mem_fails(size))
		return NULL;
	return calloc(1, size ? size : 1);
}

void *mem_resize(void *p, size_t size)
{
	if (mem_fails(size))
		return NULL;
	return realloc(p, size ? size : 1);
}

void mem_free(void *p)
{
	free(p);
}

void *mem_alloc_aligned(size_t align, size_t size)
{
	void *p = NULL;

	if (mem_fails(size))
		return NULL;
	if (align < sizeof(void *))
		align = sizeof(void *);
	return posix_memalign(&p, align, size ? size : 1) ? NULL : p;
}

char *mem_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = mem_alloc(n);

	if (copy)
		memcpy(copy, s, n);
	return copy;
}

void mem_trim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

size_t mem_size(size_t n, size_t size)
{
	size_t total;

	return __builtin_mul_overflow(n, size, &total) ? SIZE_MAX : total;
}

void arena_init(struct arena *a)
{
	a->head = NULL;
}

void arena_fini(struct arena *a)
{
	if (a)
		arena_reset(a, (struct arena_mark){ NULL, 0 });
}

static struct arena_block *arena_grow(struct arena *a, size_t size)
{
	size_t want = a->head ? a->head->size * 2 : BLOCK_MIN;

	if (want > BLOCK_MAX)
		want = BLOCK_MAX;
	if (want < size)
		want = size;
	if (want > SIZE_MAX - sizeof(struct arena_block))
		return NULL;
	struct arena_block *b = mem_alloc(sizeof *b + want);
	if (!b)
		return NULL;
	b->next = a->head;
	b->size = want;
	a->head = b;
	return b;
}

void *arena_try(struct arena *a, size_t size)
{
	if (size > SIZE_MAX - ARENA_ALIGN)
		return NULL;
	size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);

	struct arena_block *b = a->head;
	if (!b || b->size - b->used < size) {
		b = arena_grow(a, size);
		if (!b)
			return NULL;
	}
	void *p = b->data + b->used;
	b->used += size;
	return p;
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->head, a->head ? a->head->used : 0 };
}

void arena_reset(struct arena *a, struct arena_mark to)
{
	while (a->head != to.block) {
		struct arena_block *b = a->head;
		assert(b && "the mark is of this arena and older than what is taken back");
		a->head = b->next;
		mem_free(b);
	}
	if (a->head) {
		memset(a->head->data + to.used, 0, a->head->used - to.used);
		a->head->used = to.used;
	}
}

size_t arena_bytes(const struct arena *a)
{
	size_t total = 0;

	for (const struct arena_block *b = a->head; b; b = b->next)
		total += sizeof *b + b->size;
	return total;
}
