/* Unit tests of the device's memory: reuse, bounds, wrapped memory, threads. */
#include "base/mem.h"
#include "run/memory.h"
#include "unit.h"
#include <pthread.h>

void test_memory__blocks_are_used_again(void)
{
	struct storage *a, *b;

	for (size_t size = 0; size < (size_t)80 << 20; size = size * 3 + 1) {
		CHECK_OK(storage_create(size, &a));
		CHECK((uintptr_t)a->data % ABI_ALIGN == 0 && a->data && a->size == size);
		memset(a->data, 1, size);
		void *data = a->data;
		storage_release(a);
		uint64_t blocks = memory_stats_get().blocks;
		CHECK_OK(storage_create(size, &b));
		CHECK(b->data == data);
		CHECK(memory_stats_get().blocks == blocks);
		storage_release(b);
	}
}

void test_memory__nothing_is_allocated_when_sizes_repeat(void)
{
	struct storage *s[3];

	for (int round = 0; round < 3; round++) {
		mem_fail_after = round ? 0 : -1;
		for (int i = 0; i < 3; i++)
			CHECK_OK(storage_create((size_t)1000 << (8 * i), &s[i]));
		for (int i = 0; i < 3; i++)
			storage_release(s[i]);
	}
	mem_fail_after = -1;
}

void test_memory__sizes_do_not_overlap(void)
{
	enum { N = 400 };
	static struct storage *s[N];

	for (size_t i = 0; i < N; i++) {
		CHECK_OK(storage_create(i * 97, &s[i]));
		memset(s[i]->data, (int)i, i * 97);
	}
	for (size_t i = 0; i < N; i++) {
		const unsigned char *p = s[i]->data;
		for (size_t k = 0; k < i * 97; k++)
			CHECK(p[k] == (unsigned char)i);
		storage_release(s[i]);
	}
}

static bool all_ff(const struct storage *s)
{
	const unsigned char *p = s->data;
	bool all = true;

	for (size_t i = 0; i < s->size; i++)
		all &= p[i] == 0xff;
	return all;
}

void test_memory__scrubbed(void)
{
	struct storage *s;

	memory_scrub(true);
	for (size_t size = 100; size < (size_t)4 << 20; size *= 40) {
		CHECK_OK(storage_create(size, &s));
		CHECK(all_ff(s));
		memset(s->data, 1, size);
		memory_scrub(false);
		storage_release(s);             /* left as it is, until it is made */
		memory_scrub(true);
		CHECK_OK(storage_create(size, &s));
		CHECK(all_ff(s));
		memset(s->data, 1, size);
		storage_release(s);
		memory_scrub(false);            /* as its end has left it */
		CHECK_OK(storage_create(size, &s));
		CHECK(all_ff(s));
		storage_release(s);
		memory_scrub(true);
	}
	memory_scrub(false);
}

void test_memory__bounded(void)
{
	struct storage *s[8];

	memory_limit((size_t)10 << 20);
	for (int i = 0; i < 8; i++)
		CHECK_OK(storage_create((size_t)4 << 20, &s[i]));
	CHECK(memory_stats_get().used >= (size_t)32 << 20);
	for (int i = 0; i < 8; i++)
		storage_release(s[i]);
	CHECK(memory_stats_get().kept <= (size_t)10 << 20);
	CHECK(memory_stats_get().kept >= (size_t)8 << 20);
	CHECK_INT(memory_stats_get().used, 0);
	/* Another size pushes out what has been free longest. */
	CHECK_OK(storage_create((size_t)9 << 20, &s[0]));
	storage_release(s[0]);
	CHECK(memory_stats_get().kept <= (size_t)10 << 20);
	CHECK(memory_stats_get().kept >= (size_t)9 << 20);
	memory_trim();
	CHECK_INT(memory_stats_get().kept, 0);
}

void test_memory__too_much(void)
{
	struct storage *s;

	CHECK_ERROR(storage_create(SIZE_MAX, &s), WEFT_RESOURCE_EXHAUSTED, "no memory");
	CHECK_ERROR(storage_create(SIZE_MAX / 2, &s), WEFT_RESOURCE_EXHAUSTED, "no memory");
	memory_most((size_t)4 << 20);
	CHECK_ERROR(storage_create((size_t)5 << 20, &s), WEFT_RESOURCE_EXHAUSTED, "no memory");
	CHECK_OK(storage_create((size_t)4 << 20, &s));
	storage_release(s);
	for (long n = 0; n < 2; n++) {
		mem_fail_after = 0;
		struct weft_error *e = storage_create(100000, &s);
		mem_fail_after = -1;
		CHECK_OK(e);             /* it gives back what it keeps, and asks again */
		storage_release(s);
		memory_trim();
	}
}

static void done(void *arg)
{
	++*(int *)arg;
}

void test_memory__wrapped(void)
{
	struct storage *s;
	int calls = 0, bytes[4];

	CHECK_OK(storage_wrap(bytes, sizeof bytes, done, &calls, &s));
	CHECK(s->data == bytes && !storage_shared(s));
	storage_retain(s);
	CHECK(storage_shared(s));
	storage_release(s);
	CHECK_INT(calls, 0);
	storage_release(s);
	CHECK_INT(calls, 1);
	CHECK_OK(storage_wrap(bytes, sizeof bytes, NULL, NULL, &s));
	storage_release(s);
	storage_release(NULL);
	CHECK_INT(calls, 1);
}

static void *hammer(void *arg)
{
	struct storage *s[16] = { NULL };
	unsigned seed = (unsigned)(uintptr_t)arg;

	for (int i = 0; i < 20000; i++) {
		seed = seed * 1664525u + 1013904223u;
		unsigned at = seed >> 28;
		size_t size = seed >> (seed >> 24 & 15) & 0xfffff;
		storage_release(s[at]);
		if (storage_create(size, &s[at]))
			return "no memory";
		memset(s[at]->data, (int)at, size < 64 ? size : 64);
	}
	for (int i = 0; i < 16; i++)
		storage_release(s[i]);
	return NULL;
}

static void hammer_all(void)
{
	pthread_t t[4];

	for (uintptr_t i = 0; i < 4; i++)
		CHECK(pthread_create(&t[i], NULL, hammer, (void *)(i + 1)) == 0);
	for (int i = 0; i < 4; i++) {
		void *bad;
		pthread_join(t[i], &bad);
		CHECK(!bad);
	}
	CHECK_INT(memory_stats_get().used, 0);
}

void test_memory__threads(void)
{
	hammer_all();
}

void test_memory__threads_while_pages_go_back(void)
{
	memory_limit((size_t)256 << 10);
	hammer_all();
	CHECK(memory_stats_get().kept <= (size_t)256 << 10);
}

void test_memory__what_was_freed_in_other_sizes_is_used_again(void)
{
	struct storage *s[16], *all;

	memory_trim();
	for (int i = 0; i < 16; i++)
		CHECK_OK(storage_create((size_t)400 << 10, &s[i]));
	uint64_t blocks = memory_stats_get().blocks;
	for (int i = 0; i < 16; i++)
		storage_release(s[i ^ 5]);
	CHECK_INT(memory_stats_get().kept, (size_t)6400 << 10);
	CHECK_OK(storage_create((size_t)6400 << 10, &all));
	CHECK_INT(memory_stats_get().blocks, blocks);
	CHECK_INT(memory_stats_get().kept, 0);
	storage_release(all);
}

void test_memory__storages_are_found(void)
{
	struct storage *a, *b;
	char bytes[4];

	CHECK_OK(storage_create((size_t)1 << 20, &a));
	char *data = a->data;
	CHECK(storage_find(data) == a && storage_shared(a));
	storage_release(a);
	CHECK(!storage_shared(a));
	CHECK(!storage_find(data + 64) && !storage_find(bytes));
	storage_release(a);
	CHECK(!storage_find(data));
	CHECK_OK(storage_create(1000, &b));
	CHECK(!storage_find(b->data));           /* too small to be looked for */
	storage_release(b);
}
