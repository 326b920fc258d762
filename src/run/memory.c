/* memory.c -- blocks of memory, kept and used again.
 *
 * Small ones by size class, four a doubling, so at most a fifth of a block is not asked for.  A
 * class keeps its free blocks newest first: that one is most likely still in a cache.  From BIG
 * bytes on they are pieces of a heap (heap.c), in huge pages - a page fault for every 4 KiB costs
 * more than the work of a memory-bound kernel - where what was freed in other sizes is used again.
 *
 * When more than the bound is kept, what has been free longest goes back to the system, of the heap
 * first, so that a program whose sizes change does not keep the old ones.
 *
 * A small block's descriptor (struct storage) lives as long as the block; those of the heap's and
 * of wrapped memory are kept apart.  Under the address sanitizer kept blocks are poisoned, so use
 * after release shows. */
#include "run/memory.h"
#include "base/mem.h"
#include "run/heap.h"
#include "run/poison.h"
#include "run/run_impl.h"
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define SMALLEST ((size_t)256)
#define BIG ((size_t)64 << 10)
#define LARGEST ((size_t)1 << 46)

/* 256 bytes to BIG; descriptors without memory of their own, which are kept as WRAPPED ones. */
enum { CLASSES = 8 * 4 + 1, WRAPPED = CLASSES, HEAPED, CLASS_COUNT };

/* Free blocks of a class: newest is the head's, oldest the tail's. */
static struct {
	struct storage *newest, *oldest;
} kept[CLASS_COUNT];
static struct heap heap;
static struct memory_stats stats;       /* kept: small blocks */
static size_t limit;                    /* 0: not computed yet */
static atomic_size_t cap;               /* 0: not computed yet */
static uint64_t clock_now;              /* counts releases: which block has been free longest */
static atomic_bool scrubbed;            /* memory_scrub */

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
	mem_free(s);
}

static struct storage *block_new(size_t capacity, uint32_t class)
{
	size_t head = (sizeof(struct storage) + ABI_ALIGN - 1) & ~(size_t)(ABI_ALIGN - 1);
	struct storage *s = mem_alloc_aligned(ABI_ALIGN, head + capacity);

	if (!s)
		return NULL;
	s->data = (char *)s + head;
	s->capacity = capacity;
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

/* Under the lock: of small blocks takes away what has been free longest until at most `most` bytes
 * of them are kept; a list for the caller to free. */
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

/* Gives back to the system what has been free longest until at most `most` bytes are kept. */
static void give_back(size_t most)
{
	struct storage *gone = NULL;
	struct span *s;
	char *at;
	size_t n;

	do {
		run_lock();
		size_t small = stats.kept, all = small + heap.kept;
		s = all > most ? heap_claim(&heap, all - most, &at, &n) : NULL;
		if (!s)
			gone = kept_shrink(most > heap.kept ? most - heap.kept : 0);
		run_unlock();
		if (s) {
			heap_discard(at, n);
			run_lock();
			heap_return(&heap, s);
			run_unlock();
		}
	} while (s);
	blocks_free(gone);
}

/* A kept or new descriptor of that class with its memory, if it has some of its own. */
static struct storage *block_get(size_t capacity, uint32_t class)
{
	uint32_t kind = class == HEAPED ? WRAPPED : class;

	run_lock();
	struct storage *s = kept_take(kind);
	if (s && class != HEAPED) {
		stats.used += capacity;
		stats.reused++;
	}
	run_unlock();
	if (s)
		return s;
	s = block_new(capacity, kind);
	if (!s || class == HEAPED)
		return s;
	run_lock();
	stats.used += capacity;
	stats.blocks++;
	run_unlock();
	return s;
}

/* Takes the memory of s, a descriptor, from the heap. */
static bool heaped_get(struct storage *s, size_t size)
{
	bool fresh;

	run_lock();
	if (!heap.reserve)
		heap.reserve = machine_bytes();
	struct span *p = heap_take(&heap, size, &fresh);
	if (p) {
		p->owner = s;
		stats.used += p->size;
		stats.blocks += fresh;
		stats.reused += !fresh;
	}
	run_unlock();
	if (!p)
		return false;
	s->span = p;
	s->data = p->data;
	s->capacity = p->size;
	s->class = HEAPED;
	return true;
}

static void block_scrub(struct storage *s, size_t size)
{
	if (s->class != WRAPPED && atomic_load_explicit(&scrubbed, memory_order_relaxed))
		memset(s->data, 0xff, size);
}

static struct storage *storage_try(size_t size, size_t capacity, uint32_t class)
{
	struct storage *s = block_get(capacity, class);

	if (!s || class != HEAPED || heaped_get(s, size))
		return s;
	mem_free(s);
	return NULL;
}

static struct weft_error *storage_get(size_t size, size_t capacity, uint32_t class,
	struct storage **out)
{
	struct storage *s = storage_try(size, capacity, class);

	if (!s) {
		memory_trim();
		s = storage_try(size, capacity, class);
	}
	if (!s)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %zu bytes", size);
	if (class != WRAPPED)
		ASAN_UNPOISON_MEMORY_REGION(s->data, size);
	block_scrub(s, size);
	s->size = size;
	s->done = NULL;
	s->next = s->previous = NULL;
	atomic_store_explicit(&s->refs, 1, memory_order_relaxed);
	*out = s;
	return NULL;
}

struct weft_error *storage_create(size_t size, struct storage **out)
{
	size_t capacity = 0;

	if (size > LARGEST)
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %zu bytes", size);
	if (size >= HEAP_HUGE && !atomic_load_explicit(&cap, memory_order_relaxed))
		memory_most(machine_bytes());
	if (size >= HEAP_HUGE && size > atomic_load_explicit(&cap, memory_order_relaxed))
		FAIL(WEFT_RESOURCE_EXHAUSTED, "no memory for %zu bytes", size);
	uint32_t class = size < BIG ? class_of(size, &capacity) : HEAPED;
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
	block_scrub(s, s->size);
	if (s->class != WRAPPED)
		ASAN_POISON_MEMORY_REGION(s->data, s->capacity);
	run_lock();
	stats.used -= s->capacity;
	if (s->class == HEAPED) {
		heap_give(&heap, s->span);
		s->class = WRAPPED;
		s->capacity = 0;
	}
	s->stamp = ++clock_now;
	s->previous = NULL;
	s->next = kept[s->class].newest;
	if (s->next)
		s->next->previous = s;
	else
		kept[s->class].oldest = s;
	kept[s->class].newest = s;
	stats.kept += s->capacity;
	size_t most = limit_get();
	bool over = stats.kept + heap.kept > most;
	run_unlock();
	if (over)
		give_back(most);
}

struct storage *storage_find(const void *data)
{
	run_lock();
	struct span *p = heap_find(&heap, data);
	struct storage *s = p ? p->owner : NULL;
	if (s)
		storage_retain(s);
	run_unlock();
	return s;
}

bool storage_shared(const struct storage *s)
{
	return atomic_load_explicit(&s->refs, memory_order_acquire) > 1;
}

struct memory_stats memory_stats_get(void)
{
	run_lock();
	struct memory_stats s = stats;
	s.kept += heap.kept;
	run_unlock();
	return s;
}

void memory_limit(size_t bytes)
{
	run_lock();
	limit = bytes ? bytes : 1;
	run_unlock();
	give_back(bytes);
}

void memory_most(size_t bytes)
{
	atomic_store_explicit(&cap, bytes, memory_order_relaxed);
}

void memory_scrub(bool on)
{
	atomic_store_explicit(&scrubbed, on, memory_order_relaxed);
}

void memory_trim(void)
{
	give_back(0);
	run_lock();
	struct storage *wrapped = kept[WRAPPED].newest;
	kept[WRAPPED].newest = kept[WRAPPED].oldest = NULL;
	heap_trim(&heap);
	run_unlock();
	blocks_free(wrapped);
}
