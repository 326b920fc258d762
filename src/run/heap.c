/* heap.c -- best fit with merging over reserved addresses.
 *
 * A region is a range of addresses reserved at once, without memory; pieces ("spans") cover it from
 * its beginning to `top`:
 *
 *     start                                        top        ready              start + size
 *     | taken | free      | taken | taken | free   |  never used  |  not accessible     |
 *
 * Free spans are in a tree by size, then address: the smallest that is large enough is taken, its
 * low end where there is more.  Two neighbours are never both free.  (Knuth, The Art of Computer
 * Programming 1, 2.5; the tree is a treap, Seidel and Aragon, 1996, whose priorities are hashes of
 * addresses.)  Huge pages are asked for; they need no alignment of the spans.
 *
 * A free span knows between which bytes it may have pages (`from`, `to`), so that what has been
 * given back to the system is not counted as kept, however spans merge.  Descriptors lie outside:
 * a span's own memory is never touched. */
#include "run/heap.h"
#include "base/mem.h"
#include "run/poison.h"
#include <assert.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define STEP ((size_t)32 << 20)         /* made accessible at once */

struct heap_region {
	char *start;
	size_t size, top, ready;
	struct span *last;              /* ends at top; NULL: top is 0 */
	struct span **starts;           /* by page: the taken span that begins there */
	struct heap_region *next;
};

/* ---- descriptors ---------------------------------------------------------------------------- */

static struct span *span_new(struct heap *h)
{
	struct span *s = h->spare;

	if (!s)
		return mem_alloc(sizeof *s);
	h->spare = s->after;
	*s = (struct span){ 0 };
	return s;
}

static void span_drop(struct heap *h, struct span *s)
{
	s->after = h->spare;
	h->spare = s;
}

/* ---- the tree of free spans ----------------------------------------------------------------- */

static uint64_t priority(const struct span *s)
{
	uint64_t x = (uint64_t)(uintptr_t)s->data / HEAP_PAGE * 0x9e3779b97f4a7c15u;
	return (x ^ x >> 32) * 0xd6e8feb86659fd93u;
}

static bool goes_before(const struct span *a, const struct span *b)
{
	return a->size != b->size ? a->size < b->size : a->data < b->data;
}

static struct span *tree_merge(struct span *a, struct span *b)
{
	if (!a || !b)
		return a ? a : b;
	if (priority(a) > priority(b)) {
		a->right = tree_merge(a->right, b);
		return a;
	}
	b->left = tree_merge(a, b->left);
	return b;
}

static void tree_add(struct span **at, struct span *s)
{
	while (*at && priority(*at) >= priority(s))
		at = goes_before(s, *at) ? &(*at)->left : &(*at)->right;
	/* the tree below becomes s's: what goes before it, and what does not */
	struct span *rest = *at, **low = &s->left, **high = &s->right;
	*at = s;
	while (rest) {
		if (goes_before(rest, s)) {
			*low = rest;
			low = &rest->right;
			rest = rest->right;
		} else {
			*high = rest;
			high = &rest->left;
			rest = rest->left;
		}
	}
	*low = *high = NULL;
}

static void tree_remove(struct span **at, struct span *s)
{
	while (*at != s)
		at = goes_before(s, *at) ? &(*at)->left : &(*at)->right;
	*at = tree_merge(s->left, s->right);
}

static struct span *tree_find(struct span *s, size_t size)
{
	struct span *best = NULL;

	while (s)
		if (s->size >= size) {
			best = s;
			s = s->left;
		} else {
			s = s->right;
		}
	return best;
}

/* ---- free spans ----------------------------------------------------------------------------- */

static void free_unlink(struct heap *h, struct span *s)
{
	tree_remove(&h->root, s);
	if (s->from == s->to)
		return;
	h->kept -= s->to - s->from;
	*(s->older ? &s->older->newer : &h->oldest) = s->newer;
	*(s->newer ? &s->newer->older : &h->newest) = s->older;
}

static void free_link(struct heap *h, struct span *s)
{
	tree_add(&h->root, s);
	if (s->from == s->to)
		return;
	h->kept += s->to - s->from;
	s->newer = NULL;
	s->older = h->newest;
	*(h->newest ? &h->newest->newer : &h->oldest) = s;
	h->newest = s;
}

/* b, behind a, becomes part of it; neither is linked. */
static void spans_join(struct heap *h, struct span *a, struct span *b)
{
	if (b->from < b->to) {
		a->from = a->from < a->to ? a->from : a->size + b->from;
		a->to = a->size + b->to;
	}
	a->size += b->size;
	a->after = b->after;
	*(b->after ? &b->after->before : &b->region->last) = a;
	span_drop(h, b);
}

/* s, which is in no list, becomes free with its pages, one with free neighbours. */
static void span_free(struct heap *h, struct span *s)
{
	struct span *before = s->before, *after = s->after;

	s->taken = false;
	if (before && !before->taken) {
		free_unlink(h, before);
		spans_join(h, before, s);
		s = before;
	}
	if (after && !after->taken) {
		free_unlink(h, after);
		spans_join(h, s, after);
	}
	free_link(h, s);
}

/* ---- regions -------------------------------------------------------------------------------- */

static bool addresses_are_limited(void)
{
	struct rlimit r;

	return (getrlimit(RLIMIT_AS, &r) == 0 && r.rlim_cur != RLIM_INFINITY) ||
	       (getrlimit(RLIMIT_DATA, &r) == 0 && r.rlim_cur != RLIM_INFINITY);
}

static void *reserve(size_t size, int access)
{
	void *p = mmap(NULL, size, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* size bytes of addresses, on a huge page's boundary. */
static char *reserve_huge(size_t size)
{
	char *p = size > SIZE_MAX - HEAP_HUGE ? NULL : reserve(size + HEAP_HUGE, PROT_NONE);

	if (!p)
		return NULL;
	size_t skip = (HEAP_HUGE - ((uintptr_t)p & (HEAP_HUGE - 1))) & (HEAP_HUGE - 1);
	if (skip)
		munmap(p, skip);
	munmap(p + skip + size, HEAP_HUGE - skip);
	madvise(p + skip, size, MADV_HUGEPAGE);
	return p + skip;
}

static size_t starts_bytes(const struct heap_region *r)
{
	return r->size / HEAP_PAGE * sizeof *r->starts;
}

static bool region_make(struct heap *h, size_t size)
{
	struct heap_region *r = mem_alloc(sizeof *r);

	if (!r)
		return false;
	r->size = size;
	r->start = reserve_huge(size);
	r->starts = r->start ? reserve(starts_bytes(r), PROT_READ | PROT_WRITE) : NULL;
	if (!r->starts) {
		if (r->start)
			munmap(r->start, size);
		mem_free(r);
		return false;
	}
	r->next = h->regions;
	h->regions = r;
	return true;
}

/* Where addresses are limited, no more are taken than needed. */
static bool region_add(struct heap *h, size_t need)
{
	size_t least = (need + HEAP_HUGE - 1) & ~(HEAP_HUGE - 1);
	size_t most = (h->reserve + HEAP_HUGE - 1) & ~(HEAP_HUGE - 1);

	if (most > least && !addresses_are_limited() && region_make(h, most))
		return true;
	return least >= need && region_make(h, least);
}

/* A free span of `need` bytes at the end of r, together with what is free there. */
static bool region_grow(struct heap *h, struct heap_region *r, size_t need)
{
	size_t have = r->last && !r->last->taken ? r->last->size : 0;

	if (need > r->size || r->size - r->top < need - have)
		return false;
	size_t top = r->top + need - have;
	if (top > r->ready) {
		size_t ready = (top + STEP - 1) / STEP * STEP;
		ready = ready < r->size ? ready : r->size;
		if (mprotect(r->start + r->ready, ready - r->ready, PROT_READ | PROT_WRITE) != 0)
			return false;
		r->ready = ready;
	}
	struct span *s = span_new(h);
	if (!s)
		return false;
	*s = (struct span){ .data = r->start + r->top, .size = need - have, .region = r,
		.before = r->last };
	if (r->last)
		r->last->after = s;
	r->last = s;
	r->top = top;
	span_free(h, s);
	return true;
}

static bool heap_grow(struct heap *h, size_t need)
{
	for (struct heap_region *r = h->regions; r; r = r->next)
		if (region_grow(h, r, need))
			return true;
	return region_add(h, need) && region_grow(h, h->regions, need);
}

/* ---- taking and giving ---------------------------------------------------------------------- */

/* What s, in no list, has beyond size becomes free; without a descriptor it keeps that. */
static void span_cut(struct heap *h, struct span *s, size_t size)
{
	struct span *rest = s->size > size ? span_new(h) : NULL;

	if (!rest)
		return;
	*rest = (struct span){ .data = s->data + size, .size = s->size - size,
		.region = s->region, .before = s, .after = s->after };
	if (s->to > size) {
		rest->from = s->from > size ? s->from - size : 0;
		rest->to = s->to - size;
	}
	*(s->after ? &s->after->before : &s->region->last) = rest;
	s->after = rest;
	s->size = size;
	free_link(h, rest);
}

struct span *heap_take(struct heap *h, size_t size, bool *fresh)
{
	if (size > SIZE_MAX - HEAP_PAGE)
		return NULL;
	size = size ? (size + HEAP_PAGE - 1) & ~(HEAP_PAGE - 1) : HEAP_PAGE;
	struct span *s = tree_find(h->root, size);
	if (fresh)
		*fresh = !s;
	if (!s && heap_grow(h, size))
		s = tree_find(h->root, size);
	if (!s)
		return NULL;
	free_unlink(h, s);
	s->taken = true;
	span_cut(h, s, size);
	s->region->starts[(size_t)(s->data - s->region->start) / HEAP_PAGE] = s;
	return s;
}

void heap_give(struct heap *h, struct span *s)
{
	assert(s->taken && "a piece is given back once");
	s->region->starts[(size_t)(s->data - s->region->start) / HEAP_PAGE] = NULL;
	s->from = 0;
	s->to = s->size;
	s->owner = NULL;
	span_free(h, s);
}

struct span *heap_find(const struct heap *h, const void *data)
{
	uintptr_t at = (uintptr_t)data;

	for (const struct heap_region *r = h->regions; r; r = r->next) {
		size_t offset = at - (uintptr_t)r->start;
		if (at >= (uintptr_t)r->start && offset < r->top)
			return offset % HEAP_PAGE ? NULL : r->starts[offset / HEAP_PAGE];
	}
	return NULL;
}

/* ---- giving back to the system -------------------------------------------------------------- */

struct span *heap_claim(struct heap *h, size_t bytes, char **at, size_t *n)
{
	struct span *s = h->oldest;

	if (!s)
		return NULL;
	free_unlink(h, s);
	s->taken = true;
	size_t pages = s->to - s->from, most = SIZE_MAX - HEAP_HUGE;
	bytes = ((bytes < most ? bytes : most) + HEAP_HUGE - 1) & ~(HEAP_HUGE - 1);
	*n = bytes < pages ? bytes : pages;
	s->to -= *n;
	*at = s->data + s->to;
	if (s->from == s->to)
		s->from = s->to = 0;
	return s;
}

void heap_discard(char *at, size_t n)
{
	madvise(at, n, MADV_DONTNEED);
}

void heap_return(struct heap *h, struct span *s)
{
	span_free(h, s);
}

void heap_trim(struct heap *h)
{
	struct heap_region **at = &h->regions;

	while (*at) {
		struct heap_region *r = *at;
		if (r->last && (r->last->taken || r->last->before)) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		if (r->last) {
			free_unlink(h, r->last);
			span_drop(h, r->last);
		}
		ASAN_UNPOISON_MEMORY_REGION(r->start, r->top);
		munmap(r->start, r->size);
		munmap(r->starts, starts_bytes(r));
		mem_free(r);
	}
	while (h->spare) {
		struct span *s = h->spare;
		h->spare = s->after;
		mem_free(s);
	}
}
