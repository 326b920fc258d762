/* Unit tests of the thread pool: every chunk once, every thread takes part, nesting, fork,
 * idling. */
#include "run/pool.h"
#include "run/fp.h"
#include "run/futex.h"
#include "run/host.h"
#include "run/pool_choice.h"
#include "run/run_impl.h"
#include "unit.h"
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_THREAD__)
#define HAVE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAVE_TSAN 1
#endif
#endif
#ifdef HAVE_TSAN
/* A forked child may make threads: that is what some tests are about. */
__attribute__((visibility("default"))) const char *__tsan_default_options(void)
{
	return "die_after_fork=0";
}
#endif

enum { MANY = 5000 };

static enum pool_who who;                 /* run_once asks for these threads */

struct count {
	_Atomic(int) ran[MANY];
	_Atomic(int) bad_scratch, bad_fp;
	int work;
	bool scratch;                    /* every thread has some */
};

static void count_chunks(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	struct count *c = arg;

	if ((uintptr_t)scratch % 64 || (c->scratch && !scratch))
		atomic_fetch_add(&c->bad_scratch, 1);
	for (int64_t i = first; i < last; i++) {
		if (scratch)
			memset(scratch, (int)i, 100);
		for (volatile int k = 0; k < c->work; k++)
			;
		for (int k = 0; scratch && k < 100; k++)
			if (scratch[k] != (unsigned char)i)
				atomic_fetch_add(&c->bad_scratch, 1);
		atomic_fetch_add(&c->ran[i], 1);
	}
}

static struct pool_seen run_once(unsigned threads, int64_t chunks, bool all, int work)
{
	static struct count c;
	static _Alignas(64) unsigned char scratch[128];
	struct pool_seen seen = { { 0 } };

	memset(&c, 0, sizeof c);
	c.work = work;
	c.scratch = true;
	pool_parallel(threads, &(struct pool_task){ .fn = count_chunks, .arg = &c, .chunks = chunks,
		.scratch = 100, .caller_scratch = scratch, .seen = &seen, .all = all,
		.who = who });
	for (int64_t i = 0; i < MANY; i++)
		CHECK_INT(c.ran[i], i < chunks);
	CHECK_INT(c.bad_scratch, 0);
	return seen;
}

/* How many threads took part, at most `threads`: a machine that is busy may keep one of them away
 * for longer than a region waits, but not every time. */
static unsigned taking_part(unsigned threads, int64_t chunks, int work)
{
	unsigned n = 0;

	for (int again = 0; n != threads && again < 50; again++) {
		struct pool_seen s = run_once(threads, chunks, true, work);
		n = pool_seen_count(&s);
	}
	return n;
}

void test_pool__every_chunk_once(void)
{
	static const int64_t chunks[] = { 0, 1, 2, 3, 7, 64, 1000, MANY };

	for (unsigned threads = 0; threads <= 5; threads++)
		for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++)
			for (int again = 0; again < 20; again++)
				run_once(threads, chunks[i], again == 1, again % 3 * 20);
}

void test_pool__every_thread_takes_part(void)
{
	for (unsigned threads = 1; threads <= 3; threads++)
		CHECK_INT(taking_part(threads, 100, 1000), threads);
	/* Fewer again: the third thread must not come. */
	struct pool_seen two = run_once(2, 1000, true, 100);
	CHECK_INT(two.bits[0], 3);
	struct pool_seen one = run_once(1, 1000, true, 100);
	CHECK_INT(one.bits[0], 1);
}

enum { SHARED = 8 };

/* Of SHARED chunks: the first that the worker ran, and how many were run. */
struct shared {
	const unsigned char *caller;
	int64_t theirs;
	_Atomic(int) began, ran;
};

/* Until there are n, or ten seconds are over. */
static void wait_for(_Atomic(int) *count, int n)
{
	int64_t until = time_ns() + 10000000000;

	while (atomic_load(count) < n && time_ns() < until)
		sched_yield();
}

/* The caller's first chunk waits for the worker to begin, the worker's first for all others. */
static void shared_chunks(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	struct shared *s = arg;

	(void)last;
	if (scratch == s->caller) {
		wait_for(&s->began, 1);
	} else if (!atomic_load(&s->began)) {
		s->theirs = first;
		atomic_store(&s->began, 1);
		wait_for(&s->ran, SHARED - 1);
	}
	atomic_fetch_add(&s->ran, 1);
}

void test_pool__own_share_first_then_what_is_left(void)
{
	static _Alignas(64) unsigned char scratch[64];
	struct shared s = { .caller = scratch };
	int64_t from = time_ns();

	pool_parallel(2, &(struct pool_task){ .fn = shared_chunks, .arg = &s, .chunks = SHARED,
		.scratch = sizeof scratch, .caller_scratch = scratch });
	CHECK_INT(s.theirs, SHARED / 2);
	CHECK_INT(s.ran, SHARED);
	CHECK(time_ns() - from < 9000000000);
}

void test_pool__short_regions_in_a_row(void)
{
	for (int i = 0; i < 20000; i++) {
		static _Atomic(int) sum;
		static struct count c;
		(void)sum;
		memset(c.ran, 0, 4 * sizeof *c.ran);
		pool_parallel(2, &(struct pool_task){ .fn = count_chunks, .arg = &c, .chunks = 4 });
		for (int k = 0; k < 4; k++)
			CHECK_INT(c.ran[k], 1);
	}
}

static void nested_chunks(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	for (int64_t i = first; i < last; i++)
		pool_parallel(3, &(struct pool_task){ .fn = count_chunks, .arg = arg, .chunks = 50,
			.caller_scratch = scratch });
}

void test_pool__nested_runs_here(void)
{
	static struct count c;

	pool_parallel(3, &(struct pool_task){ .fn = nested_chunks, .arg = &c, .chunks = 30 });
	for (int i = 0; i < 50; i++)
		CHECK_INT(c.ran[i], 30);
	CHECK_INT(pool_stats_get().alone, 30);
}

static void *second_caller(void *arg)
{
	(void)arg;
	static _Atomic(int) total;
	for (int i = 0; i < 300; i++) {
		struct count *c = calloc(1, sizeof *c);
		pool_parallel(2, &(struct pool_task){ .fn = count_chunks, .arg = c,
			.chunks = 200 });
		for (int k = 0; k < 200; k++)
			if (c->ran[k] != 1)
				return "a chunk ran not once";
		free(c);
	}
	atomic_fetch_add(&total, 1);
	return NULL;
}

void test_pool__callers_at_once(void)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		CHECK(pthread_create(&threads[i], NULL, second_caller, NULL) == 0);
	for (int i = 0; i < 4; i++) {
		void *bad;
		pthread_join(threads[i], &bad);
		CHECK(!bad);
	}
}

static void fp_chunks(void *arg, int64_t first, int64_t last, unsigned char *scratch)
{
	struct count *c = arg;
	volatile float tiny = 1e-39f, one = 1.0f;

	(void)scratch;
	for (int64_t i = first; i < last; i++) {
		if (tiny * one == 0.0f)
			atomic_fetch_add(&c->bad_fp, 1);
		for (volatile int k = 0; k < 2000; k++)
			;
	}
}

#if defined(__x86_64__)
/* Workers keep denormals though the thread that made them flushes them. */
void test_pool__floating_point_state_of_workers(void)
{
	static struct count c;

	uint32_t was = __builtin_ia32_stmxcsr();
	__builtin_ia32_ldmxcsr(was | 0x8040u);           /* flush to zero, denormals are zero */
	uint32_t mine = fp_enter();
	pool_parallel(3, &(struct pool_task){ .fn = fp_chunks, .arg = &c, .chunks = 300,
		.all = true });
	fp_leave(mine);
	CHECK_INT(c.bad_fp, 0);
	CHECK((__builtin_ia32_stmxcsr() & 0x8040u) == 0x8040u);
	volatile float tiny = 1e-39f, one = 1.0f;
	CHECK(tiny * one == 0.0f);
}
#endif

void test_pool__fork_makes_a_new_one(void)
{
	run_once(3, 1000, true, 100);
	CHECK_INT(pool_stats_get().workers, 2);
	pid_t child = fork();
	if (child == 0) {
		if (pool_stats_get().workers != 0)
			_exit(2);
		_exit(taking_part(3, 1000, 100) == 3 ? 0 : 3);
	}
	int status;
	CHECK(waitpid(child, &status, 0) == child);
	CHECK_INT(status, 0);
	CHECK_INT(taking_part(3, 1000, 100), 3);
}

static _Atomic(int) stop;

static void *busy_caller(void *arg)
{
	while (!atomic_load(&stop))
		second_caller(arg);
	return NULL;
}

void test_pool__fork_while_it_runs(void)
{
	pthread_t t;

	CHECK(pthread_create(&t, NULL, busy_caller, NULL) == 0);
	for (int i = 0; i < 20; i++) {
		pid_t child = fork();
		if (child == 0) {
			alarm(20);
			run_once(2, 500, false, 10);
			_exit(0);
		}
		int status;
		CHECK(waitpid(child, &status, 0) == child);
		CHECK_INT(status, 0);
	}
	atomic_store(&stop, 1);
	pthread_join(t, NULL);
}

static double cpu_seconds(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
		(double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6;
}

void test_pool__idle_uses_no_processor(void)
{
	run_once(3, 1000, true, 100);
	usleep(10000);
	double before = cpu_seconds();
	usleep(400000);
	double used = cpu_seconds() - before;
	if (used > 0.02)
		UNIT_FAIL("%.4f s of processor time in 0.4 s", used);
}

void test_pool__host_is_libgomp(void)
{
	if (dlsym(RTLD_DEFAULT, "GOMP_parallel"))
		UNIT_SKIP("libgomp is loaded");
	CHECK_ERROR(pool_host_find(POOL_host), WEFT_FAILED_PRECONDITION, "libgomp");
	who = POOL_host;
	run_once(2, 1000, true, 20);
	CHECK(pool_stats_get().workers == 1);
}

void test_pool__libgomp_runs_every_chunk(void)
{
	if (!dlopen("libgomp.so.1", RTLD_NOW | RTLD_GLOBAL))
		UNIT_SKIP("no libgomp here");
	CHECK_OK(pool_host_find(POOL_host));
	who = POOL_host;
	for (unsigned threads = 1; threads <= 3; threads++)
		for (int i = 0; i < 50; i++)
			run_once(threads, 1000, i == 0, 20);
	CHECK(pool_stats_get().workers == 0);
	/* what it has made is not in a child: one of ours is */
	pid_t child = fork();
	if (child == 0) {
		alarm(20);
		run_once(2, 1000, true, 20);
		_exit(pool_stats_get().workers == 1 ? 0 : 2);
	}
	int status;
	CHECK(waitpid(child, &status, 0) == child);
	CHECK_INT(status, 0);
	who = POOL_own;
	run_once(2, 1000, true, 20);
	CHECK(pool_stats_get().workers == 1);
}

/* Of libgomp's. */
static void (*gomp_parallel)(void (*fn)(void *), void *data, unsigned threads, unsigned flags);
static void (*gomp_set_threads)(int threads);

static bool gomp_open(void)
{
	if (!dlopen("libgomp.so.1", RTLD_NOW | RTLD_GLOBAL))
		return false;
	*(void **)(void *)&gomp_parallel = dlsym(RTLD_DEFAULT, "GOMP_parallel");
	*(void **)(void *)&gomp_set_threads = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
	CHECK_OK(pool_host_find(POOL_auto));
	who = POOL_auto;
	return true;
}

/* The next region of this thread is libgomp's. */
static void choose_host(void)
{
	int64_t now = time_ns(), hour = 3600 * INT64_C(1000000000);

	*pool_choice_here() = (struct pool_choice){ .on_host = true, .since = now, .stay = hour,
		.last = now + hour, .lost = -hour };
}

void test_pool__auto_begins_on_workers(void)
{
	if (!gomp_open())
		UNIT_SKIP("no libgomp here");
	for (int i = 0; i < 50; i++)
		run_once(2, 1000, true, 20);
	CHECK(pool_stats_get().workers == 1);
	CHECK(!pool_choice_here()->on_host);
}

void test_pool__auto_on_libgomp_runs_every_chunk(void)
{
	if (!gomp_open())
		UNIT_SKIP("no libgomp here");
	for (int team = 2; team <= 4; team++) {
		gomp_set_threads(team);
		for (unsigned threads = 2; threads <= 4; threads++) {
			for (int i = 0; i < 50; i++) {
				choose_host();
				run_once(threads, i % 7 * 100, i == 3, 20);
			}
		}
	}
	CHECK(pool_stats_get().workers == 0);
	gomp_set_threads(1);                     /* a single thread is none of the host's */
	choose_host();
	for (int i = 0; i < 50; i++)
		run_once(2, 1000, i == 3, 20);
	CHECK(!pool_choice_here()->on_host);
	CHECK(pool_stats_get().workers == 1);
}

/* What libgomp has made is not in a child: it begins on workers of its own and stays there. */
void test_pool__auto_in_a_child_is_own(void)
{
	if (!gomp_open())
		UNIT_SKIP("no libgomp here");
	choose_host();
	run_once(2, 1000, false, 20);
	pid_t child = fork();
	if (child == 0) {
		alarm(20);
		for (int i = 0; i < 50; i++) {
			choose_host();
			run_once(2, 1000, i == 3, 20);
		}
		_exit(pool_stats_get().workers == 1 ? 0 : 2);
	}
	int status;
	CHECK(waitpid(child, &status, 0) == child);
	CHECK_INT(status, 0);
	choose_host();
	run_once(2, 1000, false, 20);
	CHECK(pool_stats_get().workers == 0);
}

/* One thread of a region of libgomp's calls. */
static void in_a_region(void *arg)
{
	_Atomic(int) *first = arg;

	if (atomic_exchange(first, 0)) {
		for (int i = 0; i < 20; i++) {
			choose_host();
			run_once(2, 1000, i == 3, 20);
		}
		who = POOL_host;
		run_once(2, 1000, false, 20);
	}
}

void test_pool__within_a_region_of_libgomp_is_own(void)
{
	_Atomic(int) first = 1;

	if (!gomp_open())
		UNIT_SKIP("no libgomp here");
	gomp_parallel(in_a_region, &first, 2, 0);
	CHECK(!first);
	CHECK(pool_stats_get().workers == 1);
}

static void *second_caller_auto(void *arg)
{
	(void)arg;
	for (int i = 0; i < 300; i++) {
		struct count *c = calloc(1, sizeof *c);
		if (i % 100 == 0)
			choose_host();
		pool_parallel(2, &(struct pool_task){ .fn = count_chunks, .arg = c,
			.chunks = 200, .who = i % 50 < 40 ? POOL_auto : POOL_own });
		for (int k = 0; k < 200; k++)
			if (c->ran[k] != 1)
				return "a chunk ran not once";
		free(c);
	}
	return NULL;
}

void test_pool__auto_callers_at_once(void)
{
	pthread_t threads[4];

	if (!gomp_open())
		UNIT_SKIP("no libgomp here");
	for (int i = 0; i < 4; i++)
		CHECK(pthread_create(&threads[i], NULL, second_caller_auto, NULL) == 0);
	for (int i = 0; i < 4; i++) {
		void *bad;
		pthread_join(threads[i], &bad);
		CHECK(!bad);
	}
}

/* Whose processor time a watch tells, and of whom it tells nothing. */
static void *work_on(void *arg)
{
	atomic_store((_Atomic(pid_t) *)arg, gettid());
	while (!atomic_load(&stop))
		;
	return NULL;
}

void test_host_watch__who_works(void)
{
	struct host_watch w, all;
	_Atomic(pid_t) tid = 0;
	pthread_t t;
	pid_t who_most;

	CHECK(pthread_create(&t, NULL, work_on, &tid) == 0);
	while (!tid)
		sched_yield();
	host_watch_others(&all, NULL, 0);
	CHECK(all.n >= 1);                       /* a sanitizer may have one */
	host_watch_others(&w, all.tid, all.n);
	CHECK_INT(w.n, 0);
	pid_t others[HOST_WATCHED_MAX];
	size_t n = 0;
	for (uint32_t i = 0; i < all.n; i++)
		if (all.tid[i] != tid)
			others[n++] = all.tid[i];
	host_watch_others(&w, others, n);
	CHECK_INT(w.n, 1);
	CHECK(w.tid[0] == tid);
	host_watch_begin(&w);
	usleep(20000);
	while (host_watch_end(&w, &who_most) < 5000000)
		sched_yield();
	CHECK(who_most == tid);
	while (!host_watch_busy(&w))
		sched_yield();
	atomic_store(&stop, 1);
	pthread_join(t, NULL);
	while (host_watch_end(&w, &who_most) >= 0)       /* the system's part of its end */
		sched_yield();
	host_watch_begin(&w);
	CHECK_INT(host_watch_end(&w, &who_most), -1);
	CHECK(!host_watch_busy(&w));
}

/* A region of few chunks ends none of libgomp's threads: torch's next would have to make them. */
void test_pool__libgomp_keeps_its_threads(void)
{
	struct host_watch w;

	if (!gomp_open())
		UNIT_SKIP("no libgomp here");
	gomp_set_threads(4);
	choose_host();
	run_once(4, 1000, false, 20);
	host_watch_others(&w, NULL, 0);
	uint32_t n = w.n;                        /* a sanitizer may have one */
	CHECK(n >= 3);
	for (int i = 0; i < 50; i++) {
		choose_host();
		run_once(4, i % 3 ? 1000 : 2, false, 20);
		host_watch_others(&w, NULL, 0);
		CHECK_INT(w.n, n);
	}
}
