/* Unit tests of the heap: best fit, merging, hostile sizes, pages given back, failures. */
#include "base/mem.h"
#include "run/heap.h"
#include "unit.h"
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

static struct heap heap_of(size_t reserve)
{
	return (struct heap){ .reserve = reserve };
}

static struct span *take(struct heap *h, size_t size)
{
	struct span *s = heap_take(h, size, NULL);

	CHECK(s && s->size >= size && (uintptr_t)s->data % HEAP_PAGE == 0);
	return s;
}

/* Nothing is taken: all of it goes. */
static void finish(struct heap *h)
{
	heap_trim(h);
	CHECK(!h->root && !h->oldest && !h->newest && !h->spare && !h->regions);
	CHECK_INT(h->kept, 0);
}

void test_heap__neighbours_merge(void)
{
	struct heap h = heap_of(64 * MIB);
	struct span *s[5];

	for (int order = 0; order < 6; order++) {
		static const int orders[6][3] = { { 1, 2, 3 }, { 1, 3, 2 }, { 2, 1, 3 },
			{ 2, 3, 1 }, { 3, 1, 2 }, { 3, 2, 1 } };
		bool fresh;
		for (int i = 0; i < 5; i++)
			s[i] = take(&h, 100 * KIB);
		char *at = s[1]->data;
		for (int i = 0; i < 3; i++)
			heap_give(&h, s[orders[order][i]]);
		CHECK_INT(h.kept, 300 * KIB);
		s[1] = heap_take(&h, 300 * KIB, &fresh);
		CHECK(s[1]->data == at && !fresh);
		heap_give(&h, s[4]);
		heap_give(&h, s[0]);
		heap_give(&h, s[1]);
		CHECK_INT(h.kept, 500 * KIB);
	}
	finish(&h);
}

void test_heap__takes_the_smallest_that_fits(void)
{
	static const size_t sizes[] = { 190, 128, 150, 128, 199 };
	struct heap h = heap_of(64 * MIB);
	struct span *s[5], *between[5];

	for (int i = 0; i < 5; i++) {
		s[i] = take(&h, sizes[i] * KIB);
		between[i] = take(&h, 1);
	}
	char *at[5];
	for (int i = 0; i < 5; i++) {
		at[i] = s[i]->data;
		heap_give(&h, s[i]);
	}
	static const int expected[] = { 1, 3, 2, 0, 4 };
	for (int i = 0; i < 5; i++) {
		s[i] = take(&h, 100 * KIB);
		CHECK(s[i]->data == at[expected[i]]);
	}
	for (int i = 0; i < 5; i++) {
		heap_give(&h, s[i]);
		heap_give(&h, between[i]);
	}
	finish(&h);
}

void test_heap__finds_what_begins_there(void)
{
	struct heap h = heap_of(MIB);
	struct span *a = take(&h, 64 * KIB), *b = take(&h, 8 * MIB);
	char *data = a->data;
	int other;

	CHECK(heap_find(&h, a->data) == a && heap_find(&h, b->data) == b);
	CHECK(!heap_find(&h, a->data + 1) && !heap_find(&h, a->data + HEAP_PAGE));
	CHECK(!heap_find(&h, &other) && !heap_find(&h, NULL) && !heap_find(&h, a->data - 1));
	heap_give(&h, a);
	CHECK(!heap_find(&h, data));
	heap_give(&h, b);
	finish(&h);
}

void test_heap__hostile_sizes(void)
{
	static const size_t too_large[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - HEAP_PAGE,
		SIZE_MAX - HEAP_PAGE + 1, SIZE_MAX - HEAP_HUGE, SIZE_MAX - 2 * HEAP_HUGE,
		SIZE_MAX / 2, (size_t)1 << 60 };
	static const size_t sizes[] = { 0, 1, HEAP_PAGE - 1, HEAP_PAGE, HEAP_PAGE + 1,
		HEAP_HUGE - 1, HEAP_HUGE + 1, 5 * MIB };
	struct heap h = heap_of(MIB);

	for (size_t i = 0; i < sizeof too_large / sizeof *too_large; i++)
		CHECK(!heap_take(&h, too_large[i], NULL));
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct span *s = take(&h, sizes[i]);
		memset(s->data, 1, s->size);
		heap_give(&h, s);
	}
	finish(&h);
}

/* Pieces that come and go keep what was written to them, and in the end are one again. */
static void mix(struct heap *h, unsigned seed, int steps)
{
	enum { N = 64 };
	struct span *s[N] = { NULL };

	for (int i = 0; i < steps; i++) {
		seed = seed * 1664525u + 1013904223u;
		unsigned at = seed >> 26;
		if (s[at]) {
			CHECK(s[at]->data[0] == (char)at &&
			      s[at]->data[s[at]->size - 1] == (char)at);
			CHECK(heap_find(h, s[at]->data) == s[at]);
			heap_give(h, s[at]);
			s[at] = NULL;
			continue;
		}
		s[at] = take(h, (seed >> 4 & 0xffff) << (seed & 7));
		s[at]->data[0] = s[at]->data[s[at]->size - 1] = (char)at;
		if (seed >> 8 & 1)
			continue;
		char *from;
		size_t n;
		struct span *old = heap_claim(h, seed & 0xfffff, &from, &n);
		if (old) {
			heap_discard(from, n);
			heap_return(h, old);
		}
	}
	for (int i = 0; i < N; i++)
		if (s[i])
			heap_give(h, s[i]);
}

void test_heap__pieces_do_not_overlap(void)
{
	static const size_t reserves[] = { 0, 16 * MIB, (size_t)1 << 33 };

	for (unsigned i = 0; i < 3; i++) {
		struct heap h = heap_of(reserves[i]);
		mix(&h, i + 1, 20000);
		finish(&h);
	}
}

void test_heap__pages_go_back(void)
{
	struct heap h = heap_of(64 * MIB);
	struct span *a = take(&h, 8 * MIB), *b = take(&h, 64 * KIB);
	char *data = a->data, *at;
	size_t n;

	CHECK(!heap_claim(&h, SIZE_MAX, &at, &n));
	memset(data, 1, a->size);
	heap_give(&h, a);
	CHECK_INT(h.kept, 8 * MIB);
	a = heap_claim(&h, 3 * MIB, &at, &n);      /* by huge pages, from the end */
	CHECK(a && at == data + 4 * MIB);
	CHECK_INT(n, 4 * MIB);
	CHECK_INT(h.kept, 0);
	heap_discard(at, n);
	heap_return(&h, a);
	CHECK_INT(h.kept, 4 * MIB);
	a = take(&h, 8 * MIB);
	CHECK(a->data == data && data[4 * MIB - 1] == 1 && data[4 * MIB] == 0);
	heap_give(&h, a);
	a = heap_claim(&h, SIZE_MAX, &at, &n);
	CHECK(a && at == data);
	CHECK_INT(n, 8 * MIB);
	heap_return(&h, a);
	CHECK(!heap_claim(&h, SIZE_MAX, &at, &n));
	heap_give(&h, b);
	finish(&h);
}

/* What has no pages is not counted as kept by merging with what has. */
void test_heap__kept_is_what_has_pages(void)
{
	struct heap h = heap_of(64 * MIB);
	struct span *a = take(&h, 64 * KIB), *b = take(&h, 32 * MIB), *end = take(&h, 1);
	char *at;
	size_t n;

	heap_give(&h, b);
	b = heap_claim(&h, SIZE_MAX, &at, &n);
	heap_return(&h, b);
	for (int i = 0; i < 100; i++) {
		heap_give(&h, a);
		CHECK_INT(h.kept, 64 * KIB);
		a = take(&h, 64 * KIB);
		CHECK_INT(h.kept, 0);
	}
	heap_give(&h, a);
	heap_give(&h, end);
	finish(&h);
}

void test_heap__every_failing_allocation(void)
{
	for (long n = 0; n < 40; n++) {
		struct heap h = heap_of(MIB);
		struct span *s[12];
		int count = 0;
		mem_fail_after = n;
		for (int i = 0; i < 12; i++) {
			struct span *p = heap_take(&h, (size_t)(i + 1) * 70000, NULL);
			if (p)
				s[count++] = p;
			if (p && i % 3 == 2)
				heap_give(&h, s[--count]);
		}
		mem_fail_after = -1;
		CHECK(count >= 7);
		while (count)
			heap_give(&h, s[--count]);
		finish(&h);
	}
}

/* Where addresses are limited others get some, too. */
void test_heap__reserves_little_where_addresses_are_limited(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	UNIT_SKIP("sanitizers have more addresses than the limit");
#else
	pid_t child = fork();

	if (child == 0) {
		struct rlimit r = { (size_t)1 << 40, (size_t)1 << 40 };
		struct heap h = heap_of((size_t)1 << 36);
		bool ok = setrlimit(RLIMIT_AS, &r) == 0;
		struct span *a = heap_take(&h, 3 * MIB, NULL);
		ok = ok && a && heap_take(&h, 64 * KIB, NULL) &&
		     !heap_take(&h, (size_t)1 << 41, NULL);
		/* of a reserve of 64 GiB it would be the next piece */
		struct span *b = ok ? heap_take(&h, 128 * MIB, NULL) : NULL;
		_exit(b && (b->data > a->data + 64 * MIB || b->data < a->data) ? 0 : 1);
	}
	int status;
	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	CHECK_INT(status, 0);
#endif
}
