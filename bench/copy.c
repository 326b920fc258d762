/* copy.c -- what a person would write who only has to move the bytes, for bench/kernels.py.
 *
 * copy_run reads one or two arrays once and writes one once: as fast as a kernel of that traffic
 * can be.  Results lie in memory like Weft's: its own, on huge pages, used again by every call.
 * Threads stay, and wait in turning for as long as a bounded pool does; parts of a quarter of a
 * MiB are claimed by whoever is free, so that a busy machine is met as Weft's pool meets it.
 * Stores are plain or past the caches, as the caller says: which is faster depends on the size. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PART ((size_t)64 << 10)          /* floats */
#define HUGE_PAGE ((size_t)2 << 20)
#define TURNS 20000
#define THREADS_MOST 64

typedef float vector __attribute__((vector_size(64), aligned(4)));
typedef float whole __attribute__((vector_size(64)));

struct copy {
	float *to;
	const float *a, *b;              /* b: NULL, or added to a */
	size_t n;
	bool past;                       /* the caches */
};

static struct copy task;
static atomic_size_t next;
static atomic_uint round_now, busy;
static unsigned workers;                 /* beside the caller */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;

static inline void put(float *to, vector v, bool past)
{
#if defined(__x86_64__) && defined(__AVX512F__)
	if (past) {
		__asm__ volatile("vmovntps %1, %0" : "=m"(*(whole *)(void *)to) : "v"(v));
		return;
	}
#endif
	(void)past;
	*(vector *)(void *)to = v;
}

static inline __attribute__((always_inline)) void part_copy(const struct copy *c, size_t first,
	size_t last, bool two, bool past)
{
	size_t i = first;

	for (; i + 16 <= last; i += 16) {
		vector v = *(const vector *)(const void *)(c->a + i);
		put(c->to + i, two ? v + *(const vector *)(const void *)(c->b + i) : v, past);
	}
	for (; i < last; i++)
		c->to[i] = two ? c->a[i] + c->b[i] : c->a[i];
}

static void parts_copy(const struct copy *c)
{
	for (;;) {
		size_t first = atomic_fetch_add(&next, PART);
		if (first >= c->n)
			break;
		size_t last = c->n - first < PART ? c->n : first + PART;
		if (c->b && c->past)
			part_copy(c, first, last, true, true);
		else if (c->b)
			part_copy(c, first, last, true, false);
		else if (c->past)
			part_copy(c, first, last, false, true);
		else
			part_copy(c, first, last, false, false);
	}
#if defined(__x86_64__)
	__asm__ volatile("sfence" ::: "memory");
#endif
}

static void rest(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

static void *worker_run(void *arg)
{
	unsigned seen = 0;

	(void)arg;
	for (;;) {
		for (unsigned i = 0; i < TURNS && atomic_load(&round_now) == seen; i++)
			rest();
		pthread_mutex_lock(&gate);
		while (atomic_load(&round_now) == seen)
			pthread_cond_wait(&news, &gate);
		pthread_mutex_unlock(&gate);
		seen = atomic_load(&round_now);
		parts_copy(&task);
		atomic_fetch_sub(&busy, 1);
	}
	return NULL;
}

/* Threads but the caller's, from now on. */
int copy_start(unsigned threads);
int copy_start(unsigned threads)
{
	pthread_t id;

	for (; workers + 1 < threads && workers + 1 < THREADS_MOST; workers++)
		if (pthread_create(&id, NULL, worker_run, NULL))
			return 1;
	return 0;
}

/* Memory as Weft's results have it; NULL: there is none. */
void *copy_memory(size_t bytes);
void *copy_memory(size_t bytes)
{
	size_t size = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	void *p = aligned_alloc(HUGE_PAGE, size);

	if (p) {
		madvise(p, size, MADV_HUGEPAGE);
		memset(p, 0, size);
	}
	return p;
}

void copy_free(void *p);
void copy_free(void *p)
{
	free(p);
}

/* to[i] = a[i], or a[i] + b[i]; to is aligned to 64 bytes. */
void copy_run(float *to, const float *a, const float *b, size_t n, int past);
void copy_run(float *to, const float *a, const float *b, size_t n, int past)
{
	task = (struct copy){ to, a, b, n, past != 0 };
	atomic_store(&next, 0);
	atomic_store(&busy, workers);
	pthread_mutex_lock(&gate);
	atomic_fetch_add(&round_now, 1);
	pthread_cond_broadcast(&news);
	pthread_mutex_unlock(&gate);
	parts_copy(&task);
	while (atomic_load(&busy))
		rest();
}
