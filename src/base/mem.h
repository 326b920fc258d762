/* mem.h -- the only door to malloc, and the arena.
 *
 * Every allocation of Weft goes through here, so that a test can fail the nth one.  mem_* return
 * NULL without memory.  Sizes are bytes and must come from checked arithmetic (mem_size). */
#ifndef BASE_MEM_H
#define BASE_MEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *mem_alloc(size_t size);               /* zeroed */
void *mem_resize(void *p, size_t size);     /* new bytes are not zeroed */
void mem_free(void *p);                     /* NULL is fine */
void *mem_alloc_aligned(size_t align, size_t size);   /* not zeroed; release with mem_free */
char *mem_strdup(const char *s);

/* Gives what is free between blocks back to the system, all threads'. */
void mem_trim(void);

/* n * size, or SIZE_MAX when that overflows (which no allocation grants). */
size_t mem_size(size_t n, size_t size);

/* Tests: the nth allocation from now on fails (0: the next one); -1 none.  Counts all threads'.
 * libweft_codegen has one of its own; builds with WEFT_TEST_HOOKS export it for dlsym. */
#ifdef WEFT_TEST_HOOKS
extern _Atomic long mem_fail_after __attribute__((visibility("default")));
#else
extern _Atomic long mem_fail_after;
#endif

/* Bump allocator: what it gives is zeroed, aligned to 16 and lives until arena_fini. */
struct arena {
	struct arena_block *head;
};
struct arena_mark {
	struct arena_block *block;
	size_t used;
};
void arena_init(struct arena *a);
void arena_fini(struct arena *a);
void *arena_try(struct arena *a, size_t size);              /* NULL without memory */
struct arena_mark arena_mark(const struct arena *a);
void arena_reset(struct arena *a, struct arena_mark to);     /* frees everything given since */
size_t arena_bytes(const struct arena *a);
#endif
