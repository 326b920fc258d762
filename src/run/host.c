/* host.c -- finding libgomp, and watching threads by their processor clocks.
 *
 * A clock's id is made of the thread's, as pthread_getcpuclockid does; the system knows the ids of
 * this process's threads alone, so one that is gone is no other process's. */
#include "run/host.h"
#include "run/futex.h"
#include <dirent.h>
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define BUSY_NS 2000                    /* who has worked none of these does not work */

typedef void parallel_fn(void (*fn)(void *), void *data, unsigned threads, unsigned flags);
typedef int number_fn(void);

static struct {
	_Atomic(parallel_fn *) parallel;        /* NULL: not looked for, or not there */
	/* set before that; NULL: not there */
	_Atomic(number_fn *) in_parallel, thread_num, max_threads;
	bool seen, lost;                        /* there at a fork; not in this child */
} host;

static parallel_fn *parallel_find(void)
{
	parallel_fn *found;

	*(void **)(void *)&found = dlsym(RTLD_DEFAULT, "GOMP_parallel");
	return found;
}

static number_fn *number_find(const char *name)
{
	number_fn *found;

	*(void **)(void *)&found = dlsym(RTLD_DEFAULT, name);
	return found;
}

bool host_find(void)
{
	if (atomic_load_explicit(&host.parallel, memory_order_acquire))
		return true;
	parallel_fn *found = parallel_find();
	if (!found)
		return false;
	atomic_store(&host.in_parallel, number_find("omp_in_parallel"));
	atomic_store(&host.thread_num, number_find("omp_get_thread_num"));
	atomic_store(&host.max_threads, number_find("omp_get_max_threads"));
	atomic_store_explicit(&host.parallel, found, memory_order_release);
	return true;
}

bool host_usable(void)
{
	if (!atomic_load_explicit(&host.parallel, memory_order_acquire) || host.lost)
		return false;
	number_fn *f = atomic_load_explicit(&host.in_parallel, memory_order_relaxed);
	return f && !f();
}

void host_parallel(void (*fn)(void *), void *arg, unsigned threads)
{
	atomic_load_explicit(&host.parallel, memory_order_relaxed)(fn, arg, threads, 0);
}

unsigned host_threads(void)
{
	number_fn *f = atomic_load_explicit(&host.max_threads, memory_order_relaxed);

	return f ? (unsigned)f() : 0;
}

unsigned host_index(unsigned otherwise)
{
	number_fn *f = atomic_load_explicit(&host.thread_num, memory_order_relaxed);

	return f ? (unsigned)f() : otherwise;
}

void host_fork_prepare(void)
{
	host.seen = parallel_find();
}

void host_fork_child(void)
{
	host.lost |= host.seen;
}

/* ---- clocks --------------------------------------------------------------------------------- */

static bool among(pid_t tid, const pid_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == tid)
			return true;
	return false;
}

void host_watch_others(struct host_watch *w, const pid_t *mine, size_t n)
{
	DIR *d = opendir("/proc/self/task");
	pid_t self = gettid();

	w->n = 0;
	for (struct dirent *e; d && w->n < HOST_WATCHED_MAX && (e = readdir(d)); ) {
		pid_t tid = (pid_t)strtol(e->d_name, NULL, 10);
		if (tid > 0 && tid != self && !among(tid, mine, n))
			w->tid[w->n++] = tid;
	}
	if (d)
		closedir(d);
}

/* -1: there is no such thread. */
static int64_t clock_of(pid_t tid)
{
	enum { OF_THREAD = 4, BY_SCHEDULER = 2 };
	struct timespec t;

	if (clock_gettime((clockid_t)(~(unsigned)tid << 3 | OF_THREAD | BY_SCHEDULER), &t) != 0)
		return -1;
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void host_watch_begin(struct host_watch *w)
{
	for (uint32_t i = 0; i < w->n; i++)
		w->ns[i] = clock_of(w->tid[i]);
}

int64_t host_watch_end(const struct host_watch *w, pid_t *tid)
{
	int64_t most = 0;
	bool gone = false;

	*tid = 0;
	for (uint32_t i = 0; i < w->n; i++) {
		int64_t now = clock_of(w->tid[i]);
		gone |= now < 0 || w->ns[i] < 0;
		if (now - w->ns[i] > most && w->ns[i] >= 0) {
			most = now - w->ns[i];
			*tid = w->tid[i];
		}
	}
	return gone ? -1 : most;
}

bool host_watch_busy(struct host_watch *w)
{
	pid_t tid;
	int64_t until = time_ns() + BUSY_NS;

	host_watch_begin(w);
	while (time_ns() < until)
		spin_pause();
	return host_watch_end(w, &tid) > 0;
}
