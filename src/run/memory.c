/* memory.c -- blocks of memory by size class, kept and used again.
 *
 * Four classes a doubling, so at most a fifth of a block is not asked for.  A class keeps its free
 * blocks newest first: that one is most likely still in a cache.  When more than the bound is
 * kept, the block that has been free longest goes back to the system, whatever its class, so that a
 * program whose sizes change does not keep the old ones.  From BIG bytes on blocks are mappings of
 * their own, aligned for huge pages; a page fault for every 4 KiB costs more than the work of a
 * memory-bound kernel.
 *
 * A block's descriptor (struct storage) lives as long as the block.  Under the address sanitizer
 * kept blocks are poisoned, so use after release shows. */
#include "run/memory.h"
#include "base/mem.h"
#include "run/run_impl.h"
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifdef HAVE_ASAN
void __asan_poison_memory_region(void const volatile *p, size_t n);
void __asan_unpoison_memory_region(void const volatile *p, size_t n);
#define ASAN_POISON_MEMORY_REGION(p, n) __asan_poison_memory_region(p, n)
#define ASAN_UNPOISON_MEMORY_REGION(p, n) __asan_unpoison_memory_region(p, n)
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define SMALLEST ((size_t)256)
#define BIG ((size_t)2 << 20)
#define LARGEST ((size_t)1 << 46)

enum { CLASSES = 40 * 4, WRAPPED = CLASSES, CLASS_COUNT };

/* Free blocks of a class: newest is the head's, oldest the tail's. */
static struct {
	struct storage *newest, *oldest;
} kept[CLASS_COUNT];
static struct memory_stats stats;
static size_t limit;                    /* 0: not computed yet */
static atomic_size_t cap;               /* 0: not computed yet */
static uint64_t clock_now;              /* counts releases: which block has been free longest */

/* The class whose blocks hold size bytes, and how many they hold. */
static uint32_t class_of(size_t size, size_t *capacity)
{
	if (size <= SMALLEST) {
		*capacity = SMALLEST;
		return 0;
	}
	/* size is in (2^top, 2^(top+1)] */
	unsigned top = 63u - (unsigned)__builtin_clzl(size - 1);
	size_t step = (size_t)1 << (top - 2);
	size_t steps = (size - 1 - ((size_t)1 << top)) / step;      /* 0 .. 3 */
	*capacity = ((size_t)1 << top) + (steps + 1) * step;
	return (top - 8) * 4 + (uint32_t)steps + 1;
}

static void block_free(struct storage *s)
{
	ASAN_UNPOISON_MEMORY_REGION(s->data, s->class == WRAPPED ? 0 : s->capacity);
	if (s->class != WRAPPED && s->capacity >= BIG)
		munmap(s->data, s->capacity);
	mem_free(s);
}

/* Big memory, its beginning on a huge page's boundary. */
static void *map_big(size_t size)
{
	size_t room = size + BIG;
	char *p = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	size_t skip = (BIG - ((uintptr_t)p & (BIG - 1))) & (BIG - 1);
	if (skip)
		munmap(p, skip);
	if (room - skip > size)
		munmap(p + skip + size, room - skip - size);
	madvise(p + skip, size, MADV_HUGEPAGE);
	return p + skip;
}

static struct storage *block_new(size_t capacity, uint32_t class)
{
	size_t head = (sizeof(struct storage) + ABI_ALIGN - 1) & ~(size_t)(ABI_ALIGN - 1);
	bool big = class != WRAPPED && capacity >= BIG;
	struct storage *s = mem_alloc_aligned(ABI_ALIGN,
		head + (class == WRAPPED || big ? 0 : capacity));

	if (!s)
		return NULL;
	s->data = big ? map_big(capacity) : (char *)s + head;
	if (!s->data) {
		mem_free(s);
		return NULL;
	}
	s->capacity = class == WRAPPED ? 0 : capacity;
	s->class = class;
	s->next = s->previous = NULL;
	return s;
}

/* Under the lock: takes the newest kept block of a class; NULL without one. */
static struct storage *kept_take(uint32_t class)
{
	struct storage *s = kept[class].newest;

	if (!s)
		return NULL;
	kept[class].newest = s->next;
	if (s->next)
		s->next->previous = NULL;
	else
		kept[class].oldest = NULL;
	stats.kept -= s->capacity;
	return s;
}

/* Under the lock: takes away what has been free longest until at most `most` bytes are kept;
 * a list for the caller to free. */
static struct storage *kept_shrink(size_t most)
{
	struct storage *gone = NULL;

	while (stats.kept > most) {
		uint32_t class = RUN_NONE;
		for (uint32_t c = 0; c < CLASSES; c++)
			if (kept[c].oldest && (class == RUN_NONE ||
					kept[c].oldest->stamp < kept[class].oldest->stamp))
				class = c;
		struct storage *s = kept[class].oldest;
		kept[class].oldest = s->previous;
		if (s->previous)
			s->previous->next = NULL;
		else
			kept[class].newest = NULL;
		stats.kept -= s->capacity;
		s->next = gone;
		gone = s;
	}
	return gone;
}

static void blocks_free(struct storage *s)
{
	while (s) {
		struct storage *next = s->next;
		block_free(s);
		s = next;
	}
}

static size_t machine_bytes(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

	return pages > 0 && page > 0 ? (size_t)pages * (size_t)page : (size_t)1 << 30;
}

/* Under the lock. */
static size_t limit_get(void)
{
	if (!limit) {
		size_t all = machine_bytes();
		limit = all / 4 < (size_t)4 << 30 ? all / 4 : (size_t)4 << 30;
	}
	return limit;
}

static struct weft_error *storage_get(size_t size, size_t capacity, uint32_t class,
	struct storage **out)
{
	run_lock();
	struct storage *s = kept_take(class);
	stats.used += capacity;
	if (s)
		stats.reused++;
	else
		stats.blocks++;
	run_unlock();
	if (!s)
		s = block_new(capacity, class);
	if (!s) {
		memory_trim();
		s = block_new(capacity, class);
	}
	if (!s) {
		run_lock();
		stats.used -= capacity;
		stats.blocks--;
		run_unlock();
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %zu bytes", size);
	}
	if (class != WRAPPED)
		ASAN_UNPOISON_MEMORY_REGION(s->data, size);
	s->size = size;
	s->done = NULL;
	s->next = s->previous = NULL;
	atomic_store_explicit(&s->refs, 1, memory_order_relaxed);
	*out = s;
	return NULL;
}

struct weft_error *storage_create(size_t size, struct storage **out)
{
	size_t capacity;

	if (size > LARGEST)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %zu bytes", size);
	if (size >= BIG && !atomic_load_explicit(&cap, memory_order_relaxed))
		memory_most(machine_bytes());
	if (size >= BIG && size > atomic_load_explicit(&cap, memory_order_relaxed))
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %zu bytes", size);
	uint32_t class = class_of(size, &capacity);
	return storage_get(size, capacity, class, out);
}

struct weft_error *storage_wrap(void *data, size_t size, void (*done)(void *arg), void *arg,
	struct storage **out)
{
	TRY(storage_get(size, 0, WRAPPED, out));
	(*out)->data = data;
	(*out)->done = done;
	(*out)->arg = arg;
	return NULL;
}

void storage_retain(struct storage *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
}

void storage_release(struct storage *s)
{
	if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (s->done)
		s->done(s->arg);
	if (s->class != WRAPPED)
		ASAN_POISON_MEMORY_REGION(s->data, s->capacity);
	run_lock();
	s->stamp = ++clock_now;
	s->previous = NULL;
	s->next = kept[s->class].newest;
	if (s->next)
		s->next->previous = s;
	else
		kept[s->class].oldest = s;
	kept[s->class].newest = s;
	stats.used -= s->capacity;
	stats.kept += s->capacity;
	struct storage *gone = kept_shrink(limit_get());
	run_unlock();
	blocks_free(gone);
}

bool storage_shared(const struct storage *s)
{
	return atomic_load_explicit(&s->refs, memory_order_acquire) > 1;
}

struct memory_stats memory_stats_get(void)
{
	run_lock();
	struct memory_stats s = stats;
	run_unlock();
	return s;
}

void memory_limit(size_t bytes)
{
	run_lock();
	limit = bytes ? bytes : 1;
	struct storage *gone = kept_shrink(limit);
	run_unlock();
	blocks_free(gone);
}

void memory_most(size_t bytes)
{
	atomic_store_explicit(&cap, bytes, memory_order_relaxed);
}

void memory_trim(void)
{
	run_lock();
	struct storage *gone = kept_shrink(0);
	struct storage *wrapped = kept[WRAPPED].newest;
	kept[WRAPPED].newest = kept[WRAPPED].oldest = NULL;
	run_unlock();
	blocks_free(gone);
	blocks_free(wrapped);
}
