/* pool.c -- persistent workers that claim chunks from counters.
 *
 * Each thread of a region has a share of its chunks, in a row, and takes those of others when its
 * own are gone.  So a thread meets the same part of the tensors from step to step and from call to
 * call, in its own caches, and no two write lines that are neighbours: alternating, products of
 * matrices took up to a tenth longer.
 *
 * A region is one call of pool_parallel that went to several threads; one is open at a time.
 *
 *   gate    | epoch : 32 | closed : 1 | inside : 31 |
 *   The caller writes the task, opens the gate under a new epoch and announces the epoch.  A worker
 *   that sees it adds itself to `inside` - impossible once the gate is closed -, claims chunks, and
 *   leaves.  The caller claims chunks too; when none is left it closes the gate and waits for those
 *   inside.  A worker that was asleep or descheduled all the while is never waited for.  There is
 *   no region of epoch 0: its gate is closed from the start, for workers that come before one.
 *
 * Requirements, each with a test in tests/unit/run_pool.c:
 *  1. Every chunk runs exactly once, whoever comes late.
 *  2. The task is read only between entering and leaving, so it may lie on the caller's stack.
 *  3. Workers spin SPIN_NS after their last region, then sleep on a word of their own; the caller
 *     wakes only those that sleep and that it wants.  An idle pool uses no processor.
 *  4. A worker is pinned to a processor: woken beside its caller it would otherwise be put on the
 *     caller's, and the region be over before anything balances the load.  When it sleeps and the
 *     caller is found on its processor, it moves to one that is free.  Workers beyond the number of
 *     processors are not pinned, and then nobody spins.
 *  5. A second caller, and a chunk that calls back in, run on their own thread.
 *  6. A forked child has no workers and makes new ones.
 *  7. A thread runs its share first, then what others have left of theirs.
 *  8. Chunks run on libgomp's threads where a task asks for it, or leaves it open and those have
 *     the processors (pool_choice.h); not inside of a region of libgomp's, nor in a child forked
 *     since libgomp was there. */
#include "run/pool.h"
#include "base/cpu.h"
#include "base/mem.h"
#include "run/fp.h"
#include "run/futex.h"
#include "run/host.h"
#include "run/pool_choice.h"
#include "run/run_impl.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#define SPIN_NS 80000
#define GATHER_NS 300000000             /* how long `all` waits */
#define CLOSED 0x80000000u
#define STACK_SIZE ((size_t)1 << 20)

struct worker {
	_Alignas(64) _Atomic(uint32_t) asleep;
	uint32_t index;                 /* 1, 2, ...: the caller is 0 */
	pthread_t thread;
	_Atomic(pid_t) tid;             /* 0: it has not run yet */
	int cpu;                        /* pinned to; -1: to none */
};
/* Chunks [next, end) are a thread's, by order those that it runs first. */
struct share {
	_Alignas(64) _Atomic(int64_t) next;
	int64_t end;
};
/* Scratch of a thread of a region. */
struct scratch {
	unsigned char *bytes;
	size_t size;
};

static struct {
	pthread_mutex_t mutex;          /* held while a region is open */
	struct worker *workers[POOL_THREADS_MAX];
	struct scratch scratch[POOL_THREADS_MAX];
	_Atomic(uint32_t) nworkers;
	cpu_set_t mask;                 /* processors of this process */
	unsigned ncpus;
	_Atomic(uint64_t) regions, alone;

	_Alignas(64) _Atomic(uint32_t) epoch;
	_Alignas(64) _Atomic(uint64_t) gate;
	struct share shares[POOL_THREADS_MAX];
	/* of the open region; written before the gate opens */
	_Alignas(64) pool_fn *fn;
	void *arg;
	int64_t chunks, grain;
	/* chunk i below this is thread i's, so that each runs one */
	int64_t reserved;
	/* also read outside of regions: who need not wait for the next */
	_Atomic(uint32_t) threads;
	bool spin;
	_Atomic(uint32_t) waiting;      /* the caller sleeps until nobody is inside */
	_Atomic(uint32_t) tickets;      /* with libgomp: threads that came */
	_Atomic(uint32_t) left;         /* and went */
	struct host_watch watch;
} pool = { .mutex = PTHREAD_MUTEX_INITIALIZER, .gate = CLOSED };

/* By thread of the region: 1 it ran a chunk, 2 the caller ran the one reserved for it. */
static _Atomic(unsigned char) pool_ran[POOL_THREADS_MAX];
/* By thread of the region: how often it claimed chunks.  Of libgomp's: who it is. */
static _Atomic(uint32_t) pool_claims[POOL_THREADS_MAX];
static _Atomic(pid_t) pool_met[POOL_THREADS_MAX];
/* This thread is running chunks: it must not try the mutex it may hold. */
static _Thread_local bool inside;
/* Of this thread as a caller. */
static _Thread_local struct pool_choice choice;
/* libgomp's threads that run its regions: how many, this one among them (0: unknown), and two. */
static _Thread_local struct {
	uint32_t n;
	pid_t tid[2];
	pid_t suspect;                  /* had the processor while our workers did not */
} team;

unsigned pool_seen_count(const struct pool_seen *s)
{
	unsigned n = 0;

	for (size_t i = 0; i < POOL_THREADS_MAX / 64; i++)
		n += (unsigned)__builtin_popcountl(s->bits[i]);
	return n;
}

unsigned pool_default_threads(void)
{
	unsigned n = cpu_allowed();

	return n < POOL_THREADS_MAX ? n : POOL_THREADS_MAX;
}

/* ---- running chunks ------------------------------------------------------------------------- */

/* Claims and runs what is left of a share; how often it claimed. */
static uint32_t share_run(struct share *s, unsigned char *scratch)
{
	uint32_t claims = 0;

	while (atomic_load_explicit(&s->next, memory_order_relaxed) < s->end) {
		int64_t first = atomic_fetch_add_explicit(&s->next, pool.grain,
			memory_order_relaxed);
		if (first >= s->end)
			break;
		int64_t last = s->end - first > pool.grain ? first + pool.grain : s->end;
		pool.fn(pool.arg, first, last, scratch);
		claims++;
	}
	return claims;
}

/* Runs chunks as thread `index` of the region, until all are claimed. */
static void chunks_run(uint32_t index, unsigned char *scratch)
{
	uint32_t threads = atomic_load_explicit(&pool.threads, memory_order_relaxed);
	uint32_t claims = 0;

	if (pool.reserved && !atomic_exchange_explicit(&pool_ran[index], 1, memory_order_acq_rel)) {
		pool.fn(pool.arg, index, (int64_t)index + 1, scratch);
		claims++;
	}
	for (uint32_t i = 0; i < threads; i++)
		claims += share_run(&pool.shares[(index + i) % threads], scratch);
	if (claims && !pool.reserved)
		atomic_store_explicit(&pool_ran[index], 1, memory_order_relaxed);
	if (claims)
		atomic_store_explicit(&pool_claims[index], claims, memory_order_relaxed);
}

static bool gate_enter(uint32_t epoch)
{
	uint64_t g = atomic_load_explicit(&pool.gate, memory_order_acquire);

	do {
		if ((uint32_t)(g >> 32) != epoch || (g & CLOSED))
			return false;
	} while (!atomic_compare_exchange_weak_explicit(&pool.gate, &g, g + 1, memory_order_acq_rel,
		memory_order_acquire));
	return true;
}

static void gate_leave(void)
{
	uint64_t g = atomic_fetch_sub(&pool.gate, 1);

	if ((uint32_t)g == (CLOSED | 1u) && atomic_exchange(&pool.waiting, 0))
		futex_wake(&pool.waiting, 1);
}

/* Closes the gate and waits until nobody is inside. */
static void gate_close(void)
{
	uint64_t g = atomic_fetch_or_explicit(&pool.gate, CLOSED, memory_order_acq_rel) | CLOSED;
	int64_t until = 0;

	while ((uint32_t)g != CLOSED) {
		for (int i = 0; pool.spin && i < 64 && (uint32_t)g != CLOSED; i++) {
			spin_pause();
			g = atomic_load_explicit(&pool.gate, memory_order_acquire);
		}
		if ((uint32_t)g == CLOSED)
			break;
		int64_t now = pool.spin ? time_ns() : 0;
		if (!until)
			until = now + SPIN_NS;
		if (!pool.spin || now > until) {
			atomic_store(&pool.waiting, 1);
			if ((uint32_t)atomic_load(&pool.gate) != CLOSED)
				futex_wait(&pool.waiting, 1);
			atomic_store(&pool.waiting, 0);
		}
		g = atomic_load_explicit(&pool.gate, memory_order_acquire);
	}
}

/* ---- workers -------------------------------------------------------------------------------- */

/* Would a region like the last one want this worker, and are there processors enough to spin? */
static bool worker_may_spin(const struct worker *w)
{
	uint32_t threads = atomic_load_explicit(&pool.threads, memory_order_relaxed);

	return w->index < threads && threads <= pool.ncpus;
}

/* Waits for an epoch other than `seen`: spins until *until (0: for SPIN_NS), then sleeps until the
 * caller of a region wants this worker. */
static uint32_t epoch_wait(struct worker *w, uint32_t seen, int64_t *until)
{
	for (;;) {
		uint32_t now = atomic_load_explicit(&pool.epoch, memory_order_acquire);
		bool spin = worker_may_spin(w);
		for (int i = 0; spin && i < 64 && now == seen; i++) {
			spin_pause();
			now = atomic_load_explicit(&pool.epoch, memory_order_acquire);
		}
		if (now != seen)
			return now;
		int64_t t = time_ns();
		if (!*until)
			*until = t + SPIN_NS;
		if (spin && t < *until)
			continue;
		atomic_store(&w->asleep, 1);
		/* Either we see the new epoch here or the caller sees that we sleep. */
		while (atomic_load(&pool.epoch) == seen && atomic_load(&w->asleep))
			futex_wait(&w->asleep, 1);
		atomic_store(&w->asleep, 0);
		*until = 0;             /* woken too late for one region it spins for the next */
	}
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	uint32_t seen = atomic_load(&pool.epoch) - 1;
	int64_t until = 0;

	inside = true;
	atomic_store(&w->tid, gettid());
	for (;;) {
		seen = epoch_wait(w, seen, &until);
		if (w->index >= atomic_load_explicit(&pool.threads, memory_order_relaxed) ||
		    !gate_enter(seen))
			continue;
		if (w->index < atomic_load_explicit(&pool.threads, memory_order_relaxed)) {
			fp_enter();
			chunks_run(w->index, pool.scratch[w->index].bytes);
			until = 0;
		}
		gate_leave();
	}
	return NULL;
}

/* Under the mutex: a processor of the mask that no worker is pinned to and that is not `but`. */
static int cpu_free(int but)
{
	uint32_t n = atomic_load_explicit(&pool.nworkers, memory_order_relaxed);

	for (int start = but < 0 ? 0 : but, i = 1; i <= CPU_SETSIZE; i++) {
		int cpu = (start + i) % CPU_SETSIZE;
		bool taken = cpu == but || !CPU_ISSET((size_t)cpu, &pool.mask);
		for (uint32_t k = 0; !taken && k < n; k++)
			taken = pool.workers[k]->cpu == cpu;
		if (!taken)
			return cpu;
	}
	return -1;
}

static void worker_pin(struct worker *w, int cpu)
{
	cpu_set_t one;

	if (cpu < 0)
		return;
	CPU_ZERO(&one);
	CPU_SET((size_t)cpu, &one);
	w->cpu = pthread_setaffinity_np(w->thread, sizeof one, &one) ? -1 : cpu;
}

/* Under the mutex: one more worker; false where the system has none. */
static bool worker_start(void)
{
	uint32_t n = atomic_load_explicit(&pool.nworkers, memory_order_relaxed);
	pthread_attr_t attr;
	sigset_t all, was;

	if (!pool.ncpus) {
		if (sched_getaffinity(0, sizeof pool.mask, &pool.mask) != 0)
			CPU_ZERO(&pool.mask);
		pool.ncpus = cpu_allowed();
	}
	struct worker *w = pool.workers[n];
	if (!w)
		w = pool.workers[n] = mem_alloc_aligned(64, sizeof *w);
	if (!w)
		return false;
	atomic_store(&w->asleep, 0);
	atomic_store(&w->tid, 0);
	w->index = n + 1;
	w->cpu = -1;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	bool ok = pthread_create(&w->thread, &attr, worker_main, w) == 0;
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	pthread_attr_destroy(&attr);
	if (!ok)
		return false;
	if (n + 1 < pool.ncpus)
		worker_pin(w, cpu_free(sched_getcpu()));
	atomic_store(&pool.nworkers, n + 1);
	return true;
}

/* Under the mutex: room for scratch of workers 1 .. threads - 1; the number of threads that have
 * it. */
static uint32_t scratch_reserve(uint32_t threads, size_t size)
{
	for (uint32_t i = 1; i < threads; i++) {
		struct scratch *s = &pool.scratch[i];
		if (s->size >= size)
			continue;
		mem_free(s->bytes);
		s->bytes = mem_alloc_aligned(ABI_ALIGN, size);
		s->size = s->bytes ? size : 0;
		if (!s->bytes)
			return i;
	}
	return threads;
}

/* Wakes the sleepers among the first `threads` - 1 workers. */
static void workers_wake(uint32_t threads)
{
	int here = -1;

	for (uint32_t i = 0; i + 1 < threads; i++) {
		struct worker *w = pool.workers[i];
		if (!atomic_load(&w->asleep))
			continue;
		if (here < 0)
			here = sched_getcpu();
		if (w->cpu >= 0 && w->cpu == here)
			worker_pin(w, cpu_free(here));
		if (atomic_exchange(&w->asleep, 0))
			futex_wake(&w->asleep, 1);
	}
}

/* ---- a region ------------------------------------------------------------------------------- */

/* The caller has no chunk left to claim: waits a little for those that have not taken the one
 * reserved for them, then runs what they left. */
static void reserved_gather(const struct pool_task *t)
{
	int64_t until = time_ns() + GATHER_NS;
	uint32_t n = atomic_load_explicit(&pool.threads, memory_order_relaxed);

	for (uint32_t i = 1; i < n; i++) {
		while (!atomic_load_explicit(&pool_ran[i], memory_order_acquire) &&
			time_ns() < until)
			sched_yield();
		if (!atomic_exchange_explicit(&pool_ran[i], 2, memory_order_acq_rel))
			t->fn(t->arg, i, (int64_t)i + 1, t->caller_scratch);
		else
			atomic_store_explicit(&pool_ran[i], 1, memory_order_relaxed);
	}
}

static void seen_add(const struct pool_task *t)
{
	uint32_t n = atomic_load_explicit(&pool.threads, memory_order_relaxed);

	if (!t->seen)
		return;
	for (uint32_t i = 0; i < n; i++)
		if (atomic_load_explicit(&pool_ran[i], memory_order_relaxed) == 1)
			t->seen->bits[i / 64] |= (uint64_t)1 << (i % 64);
}

/* Chunks from `at` on by threads, as many to each as there can be. */
static void shares_set(uint32_t threads, int64_t at)
{
	int64_t left = pool.chunks - at;

	for (uint32_t i = 0; i < threads; i++) {
		atomic_store_explicit(&pool.shares[i].next, at, memory_order_relaxed);
		at += left / threads + (i < left % threads);
		pool.shares[i].end = at;
	}
}

/* Fills in what a region's threads read. */
static void region_set(uint32_t threads, const struct pool_task *t)
{
	pool.fn = t->fn;
	pool.arg = t->arg;
	pool.chunks = t->chunks;
	atomic_store_explicit(&pool.threads, threads, memory_order_relaxed);
	pool.grain = t->chunks / ((int64_t)threads * 16);
	if (pool.grain < 1)
		pool.grain = 1;
	pool.reserved = t->all && t->chunks >= (int64_t)threads ? threads : 0;
	pool.spin = threads <= pool.ncpus;
	for (uint32_t i = 0; i < threads; i++) {
		atomic_store_explicit(&pool_ran[i], 0, memory_order_relaxed);
		atomic_store_explicit(&pool_claims[i], 0, memory_order_relaxed);
	}
	shares_set(threads, pool.reserved);
}

/* Under the mutex, on our own workers. */
static void region_run(uint32_t threads, const struct pool_task *t)
{
	while (atomic_load(&pool.nworkers) + 1 < threads)
		if (!worker_start())
			threads = atomic_load(&pool.nworkers) + 1;
	threads = scratch_reserve(threads, t->scratch);
	region_set(threads, t);
	uint32_t epoch = atomic_load_explicit(&pool.epoch, memory_order_relaxed) + 1;
	atomic_store_explicit(&pool.gate, (uint64_t)epoch << 32, memory_order_release);
	atomic_store(&pool.epoch, epoch);
	workers_wake(threads);
	chunks_run(0, t->caller_scratch);
	if (pool.reserved)
		reserved_gather(t);
	gate_close();
	seen_add(t);
}

/* A region on libgomp's threads, as those are told of it. */
struct host_region {
	const struct pool_task *task;
	pthread_t caller;
	bool meet, timed;
	int64_t done;                   /* when the caller had no chunk left */
};

static void host_thread(void *arg)
{
	struct host_region *r = arg;
	uint32_t ticket = atomic_fetch_add(&pool.tickets, 1), index = host_index(ticket);
	bool was_inside = inside;

	if (r->meet && index < POOL_THREADS_MAX)
		atomic_store_explicit(&pool_met[index], gettid(), memory_order_relaxed);
	if (index < atomic_load(&pool.threads)) {
		uint32_t was = fp_enter();
		inside = true;
		chunks_run(index, index ? pool.scratch[index].bytes : r->task->caller_scratch);
		inside = was_inside;
		fp_leave(was);
	}
	if (r->timed && pthread_equal(r->caller, pthread_self()))
		r->done = time_ns();
	atomic_fetch_add(&pool.left, 1);
}

/* Under the mutex, on libgomp's threads.  Those of torch's regions stay as many, even where they
 * have no chunk: libgomp ends threads that a region does not want, and makes them anew. */
static void region_run_host(uint32_t threads, unsigned asked, struct host_region *r)
{
	struct pool_task copy = *r->task;

	copy.all = false;
	r->task = &copy;
	threads = scratch_reserve(threads, copy.scratch);
	region_set(threads, &copy);
	atomic_store(&pool.tickets, 0);
	atomic_store(&pool.left, 0);
	host_parallel(host_thread, r, asked > host_threads() ? asked : 0);
	/* libgomp has waited for them; this says so to who checks our own order of events. */
	(void)atomic_load(&pool.left);
	seen_add(&copy);
}

/* ---- whose threads -------------------------------------------------------------------------- */

static void claims_sum(struct pool_fact *f)
{
	f->threads = atomic_load_explicit(&pool.threads, memory_order_relaxed);
	for (uint32_t i = 0; i < f->threads; i++)
		f->claims += atomic_load_explicit(&pool_claims[i], memory_order_relaxed);
	f->caller_claims = atomic_load_explicit(&pool_claims[0], memory_order_relaxed);
}

/* Whom to watch: this thread's team, or everybody. */
static void watch_set(void)
{
	pid_t mine[POOL_THREADS_MAX];
	uint32_t n = atomic_load_explicit(&pool.nworkers, memory_order_relaxed);

	if (team.n) {
		pool.watch.n = 0;
		for (uint32_t i = 0; i < 2 && team.tid[i]; i++)
			pool.watch.tid[pool.watch.n++] = team.tid[i];
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		mine[i] = atomic_load_explicit(&pool.workers[i]->tid, memory_order_relaxed);
	host_watch_others(&pool.watch, mine, n);
}

/* After WAY_meet: the team, and whether the suspect is of it. */
static bool team_meet(void)
{
	uint32_t n = atomic_load(&pool.tickets), k = 0;
	pid_t self = gettid();
	bool met = false;

	team.n = n < POOL_THREADS_MAX ? n : POOL_THREADS_MAX;
	team.tid[0] = team.tid[1] = 0;
	for (uint32_t i = 0; i < team.n; i++) {
		pid_t tid = atomic_load_explicit(&pool_met[i], memory_order_relaxed);
		met |= tid == team.suspect;
		if (tid != self && k < 2)
			team.tid[k++] = tid;
	}
	if (!k)
		team.n = 0;
	return met;
}

/* Under the mutex, on our own workers, looked at as f->way says. */
static void region_seen_own(uint32_t threads, const struct pool_task *t, struct pool_fact *f)
{
	f->known = team.n;
	if (f->way == WAY_watched) {
		watch_set();
		host_watch_begin(&pool.watch);
		f->begin = time_ns();
	}
	region_run(threads, t);
	claims_sum(f);
	if (f->way == WAY_own)
		return;
	f->end = time_ns();
	if (f->way == WAY_watched)
		f->burned = host_watch_end(&pool.watch, &team.suspect);
	if (f->burned < 0)
		team.n = 0;
}

/* Under the mutex, on libgomp's threads. */
static void region_seen_host(uint32_t threads, const struct pool_task *t, struct pool_fact *f)
{
	struct host_region r = { t, pthread_self(), f->way == WAY_meet, true, 0 };

	region_run_host(threads, 0, &r);
	claims_sum(f);
	f->threads = atomic_load(&pool.tickets);
	f->end = time_ns();
	f->idle = f->end - r.done;
	if (f->way == WAY_meet)
		f->met = team_meet();
	else if (f->threads != team.n)
		team.n = 0;
	f->known = team.n;
}

/* Under the mutex, on whoever's threads seem best. */
static void region_run_auto(uint32_t threads, const struct pool_task *t)
{
	struct pool_fact f = { .way = WAY_own };

	if (choice_timed(&choice) && host_usable()) {
		f.begin = time_ns();
		if (choice_asks(&choice, f.begin)) {
			watch_set();
			if (!team.n || !host_watch_busy(&pool.watch))
				choice_idle(&choice, f.begin);
		}
		f.way = choice_next(&choice, f.begin, team.n);
	}
	if (f.way < WAY_host)
		region_seen_own(threads, t, &f);
	else
		region_seen_host(threads, t, &f);
	choice_ran(&choice, &f);
}

static void alone_run(const struct pool_task *t)
{
	if (t->chunks <= 0)
		return;
	t->fn(t->arg, 0, t->chunks, t->caller_scratch);
	if (t->seen)
		t->seen->bits[0] |= 1;
}

void pool_parallel(unsigned threads, const struct pool_task *t)
{
	if (threads > POOL_THREADS_MAX)
		threads = POOL_THREADS_MAX;
	unsigned asked = threads;
	if ((int64_t)threads > t->chunks)
		threads = t->chunks > 0 ? (unsigned)t->chunks : 1;
	if (threads <= 1 || t->chunks > POOL_CHUNKS_MAX) {
		alone_run(t);
		return;
	}
	if (inside || pthread_mutex_trylock(&pool.mutex) != 0) {
		atomic_fetch_add_explicit(&pool.alone, 1, memory_order_relaxed);
		alone_run(t);
		return;
	}
	inside = true;
	if (t->who == POOL_auto)
		region_run_auto(threads, t);
	else if (t->who == POOL_host && host_usable())
		region_run_host(threads, asked, &(struct host_region){ .task = t });
	else
		region_run(threads, t);
	inside = false;
	atomic_fetch_add_explicit(&pool.regions, 1, memory_order_relaxed);
	pthread_mutex_unlock(&pool.mutex);
}

struct pool_stats pool_stats_get(void)
{
	return (struct pool_stats){
		.workers = atomic_load(&pool.nworkers),
		.regions = atomic_load(&pool.regions),
		.alone = atomic_load(&pool.alone),
	};
}

struct weft_error *pool_host_find(enum pool_who who)
{
	if (who != POOL_own && !host_find() && who == POOL_host)
		FAIL(WEFT_FAILED_PRECONDITION,
			"this process has not loaded libgomp (GOMP_parallel)");
	return NULL;
}

struct pool_choice *pool_choice_here(void)
{
	return &choice;
}

/* ---- fork ----------------------------------------------------------------------------------- */

void pool_fork_prepare(void)
{
	if (!inside)
		pthread_mutex_lock(&pool.mutex);
	host_fork_prepare();
}

void pool_fork_parent(void)
{
	if (!inside)
		pthread_mutex_unlock(&pool.mutex);
}

/* The workers are gone; their structs and scratch are used again. */
void pool_fork_child(void)
{
	uint64_t epoch = atomic_load(&pool.epoch);

	atomic_store(&pool.nworkers, 0);
	atomic_store(&pool.gate, epoch << 32 | CLOSED);
	pool.ncpus = 0;
	host_fork_child();
	if (!inside)
		pthread_mutex_unlock(&pool.mutex);
}
